"""Laws of trust region policy optimisation."""

from typing import Any

from rlproof.laws._common import Array, Claims, mix, shaped
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import divergence, numbers, trajectories, trpo, value
from rlproof.spec.bellman import expectation_v
from rlproof.spec.decision_process import MDP
from rlproof.spec.mdp import discounted_visitation, eta, policy_kernel, resolvent_matrix


@law("trpo.expected_advantage")
def expected_advantage_of_itself_is_zero(mdp: MDP, policy: Array) -> Claims:
    """A policy has no expected advantage over itself."""
    yield equal(trpo.expected_advantage(mdp, policy, policy), 0)


@law("trpo.expected_advantage")
def expected_advantage_is_bounded_by_tv(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """|Abar(s)| <= D_TV(s) (max_a A - min_a A) <= 2 alpha max|A| (TRPO, lemma 2 and sharper)."""
    gap, tv = abs(trpo.expected_advantage(mdp, policy, new_policy)), divergence.tv(policy, new_policy)
    advantages = value.advantage(mdp, policy)
    yield at_most(gap, tv * (advantages.max(axis=1) - advantages.min(axis=1)))
    yield at_most(gap, 2 * divergence.tv_max(policy, new_policy) * abs(advantages).max())


@law("trpo.expected_advantage", derivation=True)
def expected_advantage_is_the_bellman_gap(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """Abar = T_pi~ v_pi - v_pi."""
    values = value.v(mdp, policy)
    yield equal(trpo.expected_advantage(mdp, policy, new_policy), expectation_v(mdp, new_policy, values) - values)


@law("trpo.performance_difference")
def difference_identity_over_time(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """eta(pi~) - eta(pi) is the expected discounted sum of advantages (TRPO, eq. 1)."""
    difference = eta(mdp, new_policy) - eta(mdp, policy)
    yield equal(trpo.performance_difference(mdp, policy, new_policy), difference)


@law("trpo.performance_difference")
def difference_is_antisymmetric(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """Exchanging the two policies changes the sign, although another advantage and other visits are used."""
    forth = trpo.performance_difference(mdp, policy, new_policy)
    yield equal(forth, -trpo.performance_difference(mdp, new_policy, policy))


@law("trpo.performance_difference")
def difference_is_invariant_to_shaping(mdp: MDP, policy: Array, new_policy: Array, potential: Array) -> Claims:
    """Potential-based shaping leaves the difference as it is."""
    yield equal(
        trpo.performance_difference(shaped(mdp, potential), policy, new_policy),
        trpo.performance_difference(mdp, policy, new_policy),
    )


@law("trpo.performance_difference", derivation=True)
def difference_equals_enumeration(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """Over all trajectories of H steps, E[sum gamma^t A] misses the difference by the tail gamma^H E[v_pi~ - v_pi]."""
    horizon, advantages = 2, value.advantage(mdp, policy)
    tail = value.v(mdp, new_policy) - value.v(mdp, policy)
    total = 0
    for states, actions, _, probability in trajectories.enumerate(mdp, new_policy, horizon):
        gains = sum(mdp.discount**t * advantages[states[t], actions[t]] for t in range(horizon))
        total = total + probability * (gains + mdp.discount**horizon * tail[states[-1]])
    yield equal(trpo.performance_difference(mdp, policy, new_policy), total)


@law("trpo.performance_difference_by_visitation")
def difference_identity_over_states(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """eta(pi~) - eta(pi) is the expected advantage summed over the new policy's visits (TRPO, eq. 2)."""
    difference = eta(mdp, new_policy) - eta(mdp, policy)
    yield equal(trpo.performance_difference_by_visitation(mdp, policy, new_policy), difference)


@law("trpo.performance_difference_by_visitation", derivation=True)
def both_difference_forms_agree(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """The sum over states (forward) equals the expectation over time (backward)."""
    yield equal(
        trpo.performance_difference_by_visitation(mdp, policy, new_policy),
        trpo.performance_difference(mdp, policy, new_policy),
    )


@law("trpo.performance_difference_by_visitation")
def difference_has_a_q_form(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """It also equals sum_s rho_pi~ sum_a (pi~ - pi) q_pi."""
    weights = ((new_policy - policy) * value.q(mdp, policy)).sum(axis=1)
    yield equal(
        trpo.performance_difference_by_visitation(mdp, policy, new_policy),
        discounted_visitation(mdp, new_policy) @ weights,
    )


@law("trpo.surrogate")
def surrogate_at_the_old_policy_is_eta(mdp: MDP, policy: Array) -> Claims:
    """L_pi(pi) = eta(pi) (TRPO, eq. 4, first half)."""
    yield equal(trpo.surrogate(mdp, policy, policy), eta(mdp, policy))


@law("trpo.surrogate")
def surrogate_matches_eta_to_first_order(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """L and eta have the same derivative at pi in every direction pi~ - pi (TRPO, eq. 4, second half)."""
    ray = numbers.ray(policy, new_policy - policy)
    yield equal(trpo.surrogate(mdp, policy, ray), eta(mdp, ray))


@law("trpo.surrogate", derivation=True)
def surrogate_error_is_the_shift_of_visits(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """eta(pi~) - L = gamma rho_pi (P_pi~ - P_pi) (I - gamma P_pi~)^-1 Abar."""
    shift = policy_kernel(mdp, new_policy) - policy_kernel(mdp, policy)
    gain = numbers.solve(resolvent_matrix(mdp, new_policy), trpo.expected_advantage(mdp, policy, new_policy))
    error = mdp.discount * (discounted_visitation(mdp, policy) @ shift @ gain)
    yield equal(eta(mdp, new_policy) - trpo.surrogate(mdp, policy, new_policy), error)


@law("trpo.surrogate")
def surrogate_is_affine(mdp: MDP, policy: Array, new_policy: Array, third_policy: Array, alpha: Any) -> Claims:
    """L is affine in the new policy."""
    first, second = (trpo.surrogate(mdp, policy, other) for other in (new_policy, third_policy))
    yield equal(trpo.surrogate(mdp, policy, mix(new_policy, third_policy, alpha)), first + alpha * (second - first))


@law("trpo.surrogate")
def surrogate_is_exact_for_bandits(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """At discount zero L is eta."""
    bandit = mdp.replace(discount=0)
    yield equal(trpo.surrogate(bandit, policy, new_policy), eta(bandit, new_policy))


@law("trpo.importance_sampled_surrogate", derivation=True)
def importance_sampling_leaves_the_surrogate(
    mdp: MDP, policy: Array, new_policy: Array, sampling_policy: Array
) -> Claims:
    """Sampling actions from q and weighting by pi~/q leaves L - eta(pi)."""
    yield equal(
        trpo.importance_sampled_surrogate(mdp, policy, new_policy, sampling_policy),
        trpo.surrogate(mdp, policy, new_policy) - eta(mdp, policy),
    )


@law("trpo.importance_sampled_surrogate")
def importance_sampling_is_free_of_q(
    mdp: MDP, policy: Array, new_policy: Array, sampling_policy: Array, full_policy: Array
) -> Claims:
    """Any sampling policy of full support gives the same number."""
    yield equal(
        trpo.importance_sampled_surrogate(mdp, policy, new_policy, sampling_policy),
        trpo.importance_sampled_surrogate(mdp, policy, new_policy, full_policy),
    )


@law("trpo.importance_sampled_surrogate")
def importance_sampled_gain_of_the_old_policy_is_zero(mdp: MDP, policy: Array, sampling_policy: Array) -> Claims:
    """The old policy gains nothing over itself."""
    yield equal(trpo.importance_sampled_surrogate(mdp, policy, policy, sampling_policy), 0)


@law("trpo.importance_sampled_q_surrogate", derivation=True)
def q_form_exceeds_the_advantage_form_by_a_constant(
    mdp: MDP, policy: Array, new_policy: Array, sampling_policy: Array
) -> Claims:
    """The q form exceeds the advantage form by rho_pi . v_pi, whatever the new policy."""
    yield equal(
        trpo.importance_sampled_q_surrogate(mdp, policy, new_policy, sampling_policy)
        - trpo.importance_sampled_surrogate(mdp, policy, new_policy, sampling_policy),
        discounted_visitation(mdp, policy) @ value.v(mdp, policy),
    )


@law("trpo.importance_sampled_q_surrogate")
def q_form_is_free_of_q(
    mdp: MDP, policy: Array, new_policy: Array, sampling_policy: Array, full_policy: Array
) -> Claims:
    """Any sampling policy of full support gives the same number."""
    yield equal(
        trpo.importance_sampled_q_surrogate(mdp, policy, new_policy, sampling_policy),
        trpo.importance_sampled_q_surrogate(mdp, policy, new_policy, full_policy),
    )


@law("trpo.importance_sampled_q_surrogate")
def q_form_at_the_old_policy(mdp: MDP, policy: Array, sampling_policy: Array) -> Claims:
    """At the old policy the q form is sum_s rho_pi(s) v_pi(s), the return counted from every visit on."""
    by_visits = numbers.solve(resolvent_matrix(mdp, policy).T, discounted_visitation(mdp, policy))
    rewards = (policy * mdp.reward).sum(axis=1)
    yield equal(trpo.importance_sampled_q_surrogate(mdp, policy, policy, sampling_policy), by_visits @ rewards)

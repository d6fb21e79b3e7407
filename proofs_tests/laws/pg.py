"""Laws of the policy gradient theorem and of its closed forms."""

import numpy as np

from rlproof.laws._common import Array, Claims, extended, killed, shaped
from rlproof.laws._scores import after, expected_scores, slope, softmax_ray
from rlproof.oracle.claims import at_most, equal, true
from rlproof.oracle.law import law
from rlproof.spec import numbers, pg, trajectories, value
from rlproof.spec.decision_process import MDP
from rlproof.spec.mdp import discounted_visitation, eta, policy_kernel, resolvent_matrix

STEPS = 2
"""Trajectories of so many steps are enumerated; what follows them is added in closed form."""


@law("pg.theorem", derivation=True)
def theorem_is_the_slope_of_eta(mdp: MDP, policy: Array, policy_jacobian: Array) -> Claims:
    """Along each parameter, eta(pi + t dpi) = eta(pi) + t g to first order: the power series has this coefficient."""
    for k, gradient in enumerate(pg.theorem(mdp, policy, policy_jacobian)):
        yield equal(slope(eta(mdp, numbers.ray(policy, policy_jacobian[:, :, k]))), gradient)


@law("pg.theorem", derivation=True)
def theorem_equals_the_backward_recursion(mdp: MDP, policy: Array, policy_jacobian: Array) -> Claims:
    """grad eta = rho_0 . grad v, where grad v = sum_a q dpi + gamma P_pi grad v."""
    immediate = (value.q(mdp, policy)[:, :, None] * policy_jacobian).sum(axis=1)
    gradients = numbers.solve(resolvent_matrix(mdp, policy), immediate)
    yield equal(pg.theorem(mdp, policy, policy_jacobian), mdp.initial @ gradients)


@law("pg.theorem", derivation=True)
def theorem_equals_the_expected_score(mdp: MDP, full_policy: Array, policy_jacobian: Array) -> Claims:
    """grad eta = E[sum_{t<H} gamma^t q grad log pi] over all trajectories of H steps + gamma^H times what follows."""
    action_values, total = value.q(mdp, full_policy), 0
    for states, actions, _, probability in trajectories.enumerate(mdp, full_policy, STEPS):
        for t, here in enumerate(zip(states[:-1], actions, strict=True)):
            log_slope = policy_jacobian[here] / full_policy[here]
            total = total + probability * mdp.discount**t * action_values[here] * log_slope
    rest = mdp.discount**STEPS * pg.theorem(after(mdp, full_policy, STEPS), full_policy, policy_jacobian)
    yield equal(pg.theorem(mdp, full_policy, policy_jacobian), total + rest)


@law("pg.theorem")
def theorem_admits_a_baseline(mdp: MDP, policy: Array, policy_jacobian: Array, state_values: Array) -> Claims:
    """Any function of the state may be subtracted from q, v_pi among them."""
    weights = discounted_visitation(mdp, policy)[:, None] * (value.q(mdp, policy) - state_values[:, None])
    total = (weights[:, :, None] * policy_jacobian).sum(axis=0).sum(axis=0)
    yield equal(pg.theorem(mdp, policy, policy_jacobian), total)


@law("pg.theorem")
def theorem_is_invariant_to_shaping(mdp: MDP, policy: Array, policy_jacobian: Array, potential: Array) -> Claims:
    """Potential-based shaping leaves the gradient as it is."""
    shaped_gradient = pg.theorem(shaped(mdp, potential), policy, policy_jacobian)
    yield equal(shaped_gradient, pg.theorem(mdp, policy, policy_jacobian))


@law("pg.softmax_closed_form", derivation=True)
def closed_form_is_the_slope_of_eta(mdp: MDP, policy: Array, action_values: Array) -> Claims:
    """Along any direction of the logits, eta has this slope: the power series has this coefficient."""
    along = (pg.softmax_closed_form(mdp, policy) * action_values).sum()
    yield equal(slope(eta(mdp, softmax_ray(policy, action_values))), along)


@law("pg.softmax_closed_form")
def closed_form_is_the_theorem(mdp: MDP, policy: Array) -> Claims:
    """It is the theorem with d pi(a|s) / d phi_sb = pi(a|s) (1[a = b] - pi(b|s))."""
    states, actions = policy.shape
    own = policy[:, :, None] * (np.eye(actions, dtype=int) - policy[:, None, :])
    jacobian = np.eye(states, dtype=int)[:, None, :, None] * own[:, :, None, :]
    gradient = pg.theorem(mdp, policy, jacobian.reshape(states, actions, states * actions))
    yield equal(gradient.reshape(states, actions), pg.softmax_closed_form(mdp, policy))


@law("pg.softmax_closed_form")
def closed_form_rows_sum_to_zero(mdp: MDP, policy: Array) -> Claims:
    """Adding a constant to the logits of a state changes nothing; where one action is certain, nothing does."""
    gradient = pg.softmax_closed_form(mdp, policy)
    yield equal(gradient.sum(axis=1), 0)
    yield equal(gradient * (policy == 1).any(axis=1)[:, None], 0)


@law("pg.softmax_closed_form")
def closed_form_has_a_symmetric_jacobian(
    mdp: MDP, policy: Array, action_values: Array, other_action_values: Array
) -> Claims:
    """As the gradient of a function must: along d its component in e changes as along e its component in d."""
    forth, back = (
        slope((pg.softmax_closed_form(mdp, softmax_ray(policy, one)) * other).sum())
        for one, other in ((action_values, other_action_values), (other_action_values, action_values))
    )
    yield equal(forth, back)


@law("pg.baseline")
def baseline_of_the_state_adds_nothing(mdp: MDP, policy: Array, state_values: Array) -> Claims:
    """E[b(s) grad log pi] = 0."""
    yield equal(pg.baseline(mdp, policy, 0 * mdp.reward + state_values[:, None]), 0)


@law("pg.baseline", derivation=True)
def baseline_equals_the_expected_score(mdp: MDP, policy: Array, baselines: Array) -> Claims:
    """It is E[sum_{t<H} gamma^t b(s_t, a_t) grad log pi] over all trajectories + gamma^H times what follows."""
    rest = mdp.discount**STEPS * pg.baseline(after(mdp, policy, STEPS), policy, baselines)
    total = expected_scores(
        mdp,
        policy,
        STEPS,
        lambda course: [mdp.discount**t * baselines[course.states[t], course.actions[t]] for t in range(STEPS)],
    )
    yield equal(pg.baseline(mdp, policy, baselines), total + rest)


@law("pg.baseline")
def baseline_q_gives_the_gradient(mdp: MDP, policy: Array, state_values: Array) -> Claims:
    """With b = q_pi + c(s) it is the policy gradient itself: a baseline that knows the action can take everything."""
    baselines = value.q(mdp, policy) + state_values[:, None]
    yield equal(pg.baseline(mdp, policy, baselines), pg.softmax_closed_form(mdp, policy))


@law("pg.baseline")
def baseline_adds_nothing_only_if_it_ignores_the_action(mdp: MDP, full_policy: Array, baselines: Array) -> Claims:
    """Under a policy of full support, a visited row is zero if and only if b is the same for all its actions."""
    term = pg.baseline(mdp, full_policy, baselines)
    visited = discounted_visitation(mdp, full_policy) != 0
    ignores = (baselines == baselines[:, :1]).all(axis=1)
    yield true((term == 0).all(axis=1) == (ignores | ~visited))


@law("pg.discount_weight", derivation=True)
def field_equals_the_expected_score(mdp: MDP, policy: Array) -> Claims:
    """It is E[sum_{t<H} A_pi(s_t, a_t) grad log pi(a_t|s_t)] over all trajectories of H steps."""
    advantages = value.advantage(mdp, policy)
    total = expected_scores(
        mdp, policy, STEPS, lambda course: [advantages[course.states[t], course.actions[t]] for t in range(STEPS)]
    )
    yield equal(pg.discount_weight(mdp, policy, horizon=STEPS), total)


@law("pg.discount_weight")
def field_restarts_at_any_time(mdp: MDP, policy: Array, horizon: int) -> Claims:
    """H + 1 steps are one step, and H steps from where it leads; no steps give nothing."""
    later = mdp.replace(initial=mdp.initial @ policy_kernel(mdp, policy))
    parts = pg.discount_weight(mdp, policy, horizon=1) + pg.discount_weight(later, policy, horizon=horizon)
    yield equal(pg.discount_weight(mdp, policy, horizon=horizon + 1), parts)
    yield equal(pg.discount_weight(mdp, policy, horizon=0), 0)


@law("pg.discount_weight", derivation=True)
def field_of_one_step_ignores_the_dropped_weight(mdp: MDP, policy: Array) -> Claims:
    """The first step weighs gamma^0: it follows the gradient of the bandit whose rewards are q_pi."""
    bandit = mdp.replace(reward=value.q(mdp, policy), discount=0)
    yield equal(pg.discount_weight(mdp, policy, horizon=1), pg.softmax_closed_form(bandit, policy))


@law("pg.discount_weight")
def field_with_the_weight_is_the_gradient(mdp: MDP, policy: Array, horizon: int) -> Claims:
    """Its increments, weighted by gamma^t, sum to the policy gradient, up to gamma^H times that of what follows."""
    fields = [pg.discount_weight(mdp, policy, horizon=steps) for steps in range(horizon + 1)]
    total = sum(mdp.discount**t * (fields[t + 1] - fields[t]) for t in range(horizon))
    initial = mdp.initial
    for _ in range(horizon):
        initial = initial @ policy_kernel(mdp, policy)
    rest = mdp.discount**horizon * pg.softmax_closed_form(mdp.replace(initial=initial), policy)
    yield equal(pg.softmax_closed_form(mdp, policy), total + rest)


@law("pg.episode_length", derivation=True)
def length_is_the_return_of_one_per_step(mdp: MDP, policy: Array) -> Claims:
    """It is the expected return if every action pays one."""
    ones = 0 * mdp.reward + (~mdp.terminal).astype(int)[:, None]
    yield equal(pg.episode_length(mdp, policy), eta(mdp.replace(reward=ones), policy))


@law("pg.episode_length", derivation=True)
def length_equals_enumeration(mdp: MDP, policy: Array) -> Claims:
    """Over all trajectories of H steps, E[sum of gamma^t before the end] + gamma^H times the length from there on."""
    total = mdp.discount**STEPS * pg.episode_length(after(mdp, policy, STEPS), policy)
    for states, _, _, probability in trajectories.enumerate(mdp, policy, STEPS):
        total = total + probability * sum(mdp.discount**t for t in range(STEPS) if not mdp.terminal[states[t]])
    yield equal(pg.episode_length(mdp, policy), total)


@law("pg.episode_length")
def length_doubles_by_idling(mdp: MDP, policy: Array) -> Claims:
    """Undiscounted episodes last twice as long if each step does nothing half of the time."""
    episodes = killed(mdp)
    policy = extended(policy, episodes)
    yield equal(pg.episode_length(_idling(episodes), policy), 2 * pg.episode_length(episodes, policy))


@law("pg.episode_length")
def length_is_at_most_the_horizon(mdp: MDP, policy: Array) -> Claims:
    """It is at most 1/(1 - gamma), and equal if there is no terminal state."""
    length, horizon = pg.episode_length(mdp, policy), 1 / (1 - mdp.discount)
    yield at_most(length, horizon)
    if not mdp.terminal.any():
        yield equal(length, horizon)


@law("pg.theorem_episodic")
def episodic_theorem_is_the_closed_form(mdp: MDP, policy: Array) -> Claims:
    """Mean length times on-policy distribution are the visits: the gradient is that of the discounted return."""
    yield equal(pg.theorem_episodic(mdp, policy), pg.softmax_closed_form(mdp, policy))


@law("pg.theorem_episodic", derivation=True)
def episodic_theorem_is_the_slope_at_discount_one(mdp: MDP, policy: Array, action_values: Array) -> Claims:
    """Undiscounted, in the process that survives each step with probability gamma, it is the slope of eta."""
    episodes = killed(mdp)
    gradient = pg.theorem_episodic(episodes, extended(policy, episodes))[: len(policy)]
    yield equal(slope(eta(mdp, softmax_ray(policy, action_values))), (gradient * action_values).sum())


@law("pg.theorem_episodic")
def episodic_theorem_is_invariant_to_idling(mdp: MDP, policy: Array) -> Claims:
    """If each step does nothing half of the time and pays half, episodes last twice as long; the gradient stays."""
    episodes = killed(mdp)
    policy = extended(policy, episodes)
    yield equal(pg.theorem_episodic(_idling(episodes), policy), pg.theorem_episodic(episodes, policy))


@law("pg.theorem_episodic")
def episodic_theorem_is_zero_in_terminal_states(mdp: MDP, policy: Array) -> Claims:
    """Where an episode has ended no action counts, and in every state the components sum to zero."""
    gradient = pg.theorem_episodic(mdp, policy)
    yield equal(gradient * mdp.terminal[:, None], 0)
    yield equal(gradient.sum(axis=1), 0)


def _idling(mdp: MDP) -> MDP:
    """The process whose steps do nothing half of the time and pay half."""
    stays = np.eye(mdp.number_of_states, dtype=int)[:, None, :]
    return mdp.replace(transition=(mdp.transition + stays) / 2, reward=mdp.reward / 2)

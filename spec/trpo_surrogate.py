r"""TRPO's identity and surrogate: how the return changes with the policy."""

import numpy as np

from .decision_process import MDP, read_policy
from .errors import SupportError
from .mdp import discounted_visitation, eta
from .numbers import Array, Scalar, is_nonzero, where
from .value import advantage, q


def expected_advantage(mdp: MDP, policy: Array, new_policy: Array) -> Array:
    r"""Expected advantage :math:`\bar A` of one policy over another.

    .. math:: \bar A(s) = \sum_a \tilde\pi(a|s)\, A_\pi(s,a)

    Args:
        mdp: decision process of S states.
        policy: [S, A] probabilities or [S] integers, the policy pi whose advantage is taken.
        new_policy: [S, A] probabilities or [S] integers, the policy that acts.
    Returns:
        [S], in units of reward.
    Conventions:
        Zero in terminal states.
    Laws:
        expected_advantage_of_itself_is_zero, expected_advantage_is_bounded_by_tv,
        expected_advantage_is_the_bellman_gap
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError.
    Source:
        Schulman et al. 2015 (TRPO), appendix A, eq. (22).
    Since:
        0.1
    """
    return (read_policy(mdp, new_policy, "new_policy") * advantage(mdp, policy)).sum(axis=1)


def performance_difference(mdp: MDP, policy: Array, new_policy: Array) -> Scalar:
    r"""Performance difference :math:`\eta(\tilde\pi) - \eta(\pi)`, as an expectation over time.

    .. math:: \eta(\tilde\pi) - \eta(\pi) =
        \mathbb{E}_{\tau\sim\tilde\pi}\Big[\sum_{t\ge0} \gamma^t A_\pi(s_t, a_t)\Big]

    Args:
        mdp: decision process of S states.
        policy: [S, A] probabilities or [S] integers, the old policy.
        new_policy: [S, A] probabilities or [S] integers, the new policy; no support condition.
    Returns:
        One number, in units of reward.
    Conventions:
        The advantage is the old policy's, the trajectories are the new one's. Computed as the
        return of the new policy in the process whose reward is the old policy's advantage.
    Laws:
        difference_identity_over_time, difference_is_antisymmetric, difference_is_invariant_to_shaping,
        difference_equals_enumeration
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError.
    Source:
        Schulman et al. 2015 (TRPO), eq. (1); Kakade & Langford 2002, lemma 6.1.
    Since:
        0.1
    """
    return eta(mdp.replace(reward=advantage(mdp, policy)), new_policy)


def performance_difference_by_visitation(mdp: MDP, policy: Array, new_policy: Array) -> Scalar:
    r"""Performance difference :math:`\eta(\tilde\pi) - \eta(\pi)`, as a sum over states.

    .. math:: \eta(\tilde\pi) - \eta(\pi) = \sum_s \rho_{\tilde\pi}(s) \sum_a \tilde\pi(a|s)\, A_\pi(s,a)

    Args:
        mdp: decision process of S states.
        policy: [S, A] probabilities or [S] integers, the old policy.
        new_policy: [S, A] probabilities or [S] integers, the new policy; no support condition.
    Returns:
        One number, in units of reward.
    Conventions:
        Visits of the *new* policy; with those of the old one it is the surrogate.
    Laws:
        difference_identity_over_states, both_difference_forms_agree, difference_has_a_q_form
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError.
    Source:
        Schulman et al. 2015 (TRPO), eq. (2).
    Since:
        0.1
    """
    return discounted_visitation(mdp, new_policy) @ expected_advantage(mdp, policy, new_policy)


def surrogate(mdp: MDP, policy: Array, new_policy: Array) -> Scalar:
    r"""Local approximation :math:`L_\pi(\tilde\pi)` of the expected return.

    .. math:: L_\pi(\tilde\pi) = \eta(\pi) + \sum_s \rho_\pi(s) \sum_a \tilde\pi(a|s)\, A_\pi(s,a)

    Args:
        mdp: decision process of S states.
        policy: [S, A] probabilities or [S] integers, the old policy.
        new_policy: [S, A] probabilities or [S] integers, the new policy.
    Returns:
        One number, in units of reward.
    Conventions:
        Visits of the *old* policy, where the exact identity has the new one's.
    Laws:
        surrogate_at_the_old_policy_is_eta, surrogate_matches_eta_to_first_order,
        surrogate_error_is_the_shift_of_visits, surrogate_is_affine, surrogate_is_exact_for_bandits
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError.
    Source:
        Schulman et al. 2015 (TRPO), eqs. (3), (4).
    Since:
        0.1
    """
    return eta(mdp, policy) + discounted_visitation(mdp, policy) @ expected_advantage(mdp, policy, new_policy)


def importance_sampled_surrogate(mdp: MDP, policy: Array, new_policy: Array, sampling_policy: Array) -> Scalar:
    r"""Surrogate gain with actions drawn from a sampling policy q.

    .. math:: \sum_s \rho_\pi(s)\, \mathbb{E}_{a\sim q}\Big[\frac{\tilde\pi(a|s)}{q(a|s)}\, A_\pi(s,a)\Big]

    Args:
        mdp: decision process of S states.
        policy: [S, A] probabilities or [S] integers, the old policy.
        new_policy: [S, A] probabilities or [S] integers, the new policy.
        sampling_policy: [S, A] probabilities, positive where new_policy is.
    Returns:
        One number, in units of reward: L - eta(pi), whatever q.
    Conventions:
        Unnormalised visits; eta(pi) is not added.
    Laws:
        importance_sampling_leaves_the_surrogate, importance_sampling_is_free_of_q,
        importance_sampled_gain_of_the_old_policy_is_zero
    Raises:
        SupportError; ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError.
    Source:
        Schulman et al. 2015 (TRPO), text before eq. (14).
    Since:
        0.1
    """
    return _importance_sampled(mdp, policy, new_policy, sampling_policy, advantage(mdp, policy))


def importance_sampled_q_surrogate(mdp: MDP, policy: Array, new_policy: Array, sampling_policy: Array) -> Scalar:
    r"""The objective of TRPO's sampled problem, with action values.

    .. math:: \sum_s \rho_\pi(s)\, \mathbb{E}_{a\sim q}\Big[\frac{\tilde\pi(a|s)}{q(a|s)}\, q_\pi(s,a)\Big]

    Args:
        mdp: decision process of S states.
        policy: [S, A] probabilities or [S] integers, the old policy.
        new_policy: [S, A] probabilities or [S] integers, the new policy.
        sampling_policy: [S, A] probabilities, positive where new_policy is.
    Returns:
        One number, in units of reward.
    Conventions:
        Unnormalised visits. "Exactly equivalent" in the paper means the same maximiser: the value
        differs from the advantage form by the constant sum of rho_pi v_pi.
    Laws:
        q_form_exceeds_the_advantage_form_by_a_constant, q_form_is_free_of_q, q_form_at_the_old_policy
    Raises:
        SupportError; ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError.
    Source:
        Schulman et al. 2015 (TRPO), eq. (14).
    Since:
        0.1
    """
    return _importance_sampled(mdp, policy, new_policy, sampling_policy, q(mdp, policy))


def _importance_sampled(mdp: MDP, policy: Array, new_policy: Array, sampling_policy: Array, weights: Array) -> Scalar:
    new = read_policy(mdp, new_policy, "new_policy")
    sampling = read_policy(mdp, sampling_policy, "sampling_policy")
    sampled = is_nonzero(sampling)
    if np.any(lost := ~sampled & is_nonzero(new)):
        state, action = (int(i) for i in np.argwhere(lost)[0])
        raise SupportError(
            "the sampling policy never takes an action that the new policy takes",
            got=f"q = 0 at state {state}, action {action}, where the new policy has {new[state, action]}",
            expected="q > 0 wherever the new policy is positive",
            cause="a deterministic sampling policy",
            remedy="sample from a policy of full support",
        )
    ratio = where(sampled, new, 0) / where(sampled, sampling, 1)
    return discounted_visitation(mdp, policy) @ (sampling * ratio * weights).sum(axis=1)

r"""TRPO's vine: estimates of the surrogate from several actions rolled out from the same state."""

import numpy as np

from .errors import SupportError
from .numbers import Array, as_array, is_nonzero, same_system
from .validation import check_distribution, check_finite, check_not_empty, check_not_negative, check_shape


def vine(probabilities: Array, q_values: Array) -> Array:
    r"""Surrogate of each state of the rollout set, when every action is rolled out.

    .. math:: L_n(\theta) = \sum_{k=1}^K \pi_\theta(a_k|s_n)\, \hat Q(s_n, a_k)

    Args:
        probabilities: [T, A], pi_theta of every action in each of T states.
        q_values: [T, A], the estimated return after each action, in units of reward.
    Returns:
        [T], in units of reward.
    Conventions:
        For action sets so small that K is the number of actions; no importance weights, no baseline.
    Laws:
        vine_averages_over_actions, vine_lies_between_the_extremes, vine_at_exact_values_is_the_bellman_operator,
        vine_equals_sampling_exactly
    Raises:
        ShapeError, EmptySpaceError, NotAProbabilityError, NonFiniteError, NumberSystemError.
    Source:
        Schulman et al. 2015 (TRPO), eq. (15).
    Since:
        0.2
    """
    probabilities, q_values = _read(probabilities=probabilities, q_values=q_values)
    check_distribution("probabilities", probabilities)
    return (probabilities * q_values).sum(axis=1)


def vine_sampled(action_ratios: Array, q_values: Array) -> Array:
    r"""Self-normalised surrogate of each state of the rollout set, when K actions were sampled.

    .. math:: L_n(\theta) = \frac{\sum_{k=1}^K w_k\, \hat Q(s_n, a_k)}{\sum_{k=1}^K w_k}, \qquad
        w_k = \frac{\pi_\theta(a_k|s_n)}{\pi_{\theta_{old}}(a_k|s_n)}

    Args:
        action_ratios: [T, K], probability ratios w of the K actions sampled in each of T states.
        q_values: [T, K], the estimated return after each of them, in units of reward.
    Returns:
        [T], in units of reward.
    Conventions:
        The actions are sampled from the old policy. Biased for finite K, consistent; the sum of ratios in the
        place of K makes a baseline unnecessary.
    Laws:
        sampled_vine_absorbs_a_baseline, sampled_vine_is_free_of_the_weights_unit,
        sampled_vine_lies_between_the_extremes, sampled_vine_of_equal_weights_is_the_mean,
        sampled_vine_minimises_the_weighted_square
    Raises:
        SupportError, ParameterError, ShapeError, EmptySpaceError, NonFiniteError, NumberSystemError.
    Source:
        Schulman et al. 2015 (TRPO), eq. (16).
    Since:
        0.2
    """
    weights, q_values = _read(action_ratios=action_ratios, q_values=q_values)
    _check_weights(weights)
    return (weights * q_values).sum(axis=1) / weights.sum(axis=1)


def _read(**arrays: Array) -> list[Array]:
    """Read two arrays [T, K] of one number system."""
    read = {name: as_array(array, name) for name, array in arrays.items()}
    first_name, first = next(iter(read.items()))
    if first.ndim != 2:
        check_shape(first_name, first, ("T", "K"), "states, actions")
    check_not_empty(first_name, first, "states and actions")
    for name, array in read.items():
        check_shape(name, array, first.shape, f"as {first_name} has")
        check_finite(name, array)
    same_system(**read)
    return list(read.values())


def _check_weights(weights: Array) -> None:
    if hasattr(weights, "number_system"):
        return
    check_not_negative("action_ratios", weights)
    if np.any(lost := ~is_nonzero(weights).any(axis=1)):
        raise SupportError(
            "no sampled action has any probability under the new policy",
            got=f"ratios that are all zero in state {int(np.argmax(lost))}",
            expected="a positive ratio in each state",
            cause="a new policy that takes none of the actions that the old one took",
            remedy="sample more actions, or take a smaller step",
        )

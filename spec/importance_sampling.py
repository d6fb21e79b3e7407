r"""Importance sampling: what one policy would have earned, from the episodes of another."""

import numpy as np

from .errors import SupportError
from .mdp import discounted_return
from .numbers import Array, Scalar, as_array, is_nonzero, is_positive, same_system, system_of, where
from .validation import check_between, check_distribution, check_not_empty, check_shape, read_arrays, read_parameter


def ratio(target_probabilities: Array, behaviour_probabilities: Array) -> Array:
    r"""Ratios of the probabilities of actions under the target and the behaviour policy.

    .. math:: \rho(a|s) = \frac{\pi(a|s)}{\mu(a|s)}, \qquad \rho(a|s) = 0 \text{ where } \pi(a|s) = \mu(a|s) = 0

    Args:
        target_probabilities: [..., A], pi, the policy that is asked about.
        behaviour_probabilities: [..., A], mu, the policy that acts; positive wherever pi is.
    Returns:
        [..., A], not negative.
    Conventions:
        Target over behaviour. An action that neither takes has ratio zero.
    Laws:
        ratios_have_mean_one, ratios_change_the_measure, ratios_of_the_same_policy_are_one_where_it_acts,
        ratios_multiply_to_those_of_trajectories
    Raises:
        SupportError; ShapeError, EmptySpaceError, NotAProbabilityError, NonFiniteError, IntegerDtypeError,
        NumberSystemError.
    Source:
        Sutton & Barto 2018, eq. (5.3).
    Since:
        0.2
    """
    target = as_array(target_probabilities, "target_probabilities")
    behaviour = as_array(behaviour_probabilities, "behaviour_probabilities")
    if target.ndim == 0:
        check_shape("target_probabilities", target, ("...", "A"), "actions last")
    check_not_empty("target_probabilities", target, "actions")
    check_shape("behaviour_probabilities", behaviour, target.shape, "as target_probabilities has")
    same_system(target_probabilities=target, behaviour_probabilities=behaviour)
    check_distribution("target_probabilities", target)
    check_distribution("behaviour_probabilities", behaviour)
    acts = is_nonzero(behaviour)
    if np.any(lost := ~acts & is_nonzero(target)):
        place = tuple(int(i) for i in np.argwhere(lost)[0])
        raise SupportError(
            "the behaviour policy never takes an action that the target policy takes",
            got=f"mu = 0 at index {place}, where pi is {target[place]}",
            expected="mu > 0 wherever pi > 0",
            cause="a deterministic behaviour policy, or probabilities rounded to zero",
            remedy="let the behaviour policy explore",
        )
    return target / where(acts, behaviour, 1)


def ordinary(rewards: Array, ratios: Array, *, gamma: Scalar) -> Scalar:
    r"""Ordinary importance sampling: the return of an episode times the ratio of its probabilities.

    .. math:: \rho_{0:T-1}\, G_0 = \prod_{k=0}^{T-1} \rho_k\ \sum_{t=0}^{T-1} \gamma^t R_{t+1}

    Args:
        rewards: [T, ...], reward of each transition of one episode.
        ratios: [T, ...], pi/mu of each action, not negative.
        gamma: discount in [0, 1].
    Returns:
        [...], in units of reward.
    Conventions:
        One episode, no ends inside it. Unbiased; its variance may be infinite.
    Laws:
        ordinary_is_unbiased, ordinary_at_ratio_one_is_the_return, ordinary_is_the_return_times_the_product,
        ordinary_vanishes_with_one_ratio
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, ParameterError.
    Source:
        Sutton & Barto 2018, eqs. (5.3)-(5.5); Precup et al. 2000.
    Since:
        0.2
    """
    _, rewards, ratios = _read(rewards=rewards, ratios=ratios)
    product = 1
    for each in ratios:
        product = product * each
    return product * discounted_return(rewards, gamma=gamma)


def per_decision(rewards: Array, ratios: Array, *, gamma: Scalar) -> Scalar:
    r"""Per-decision importance sampling: each reward is weighted by the ratios of the actions before it.

    .. math:: \sum_{t=0}^{T-1} \gamma^t\, \rho_{0:t}\, R_{t+1}, \qquad \rho_{0:t} = \prod_{k=0}^{t} \rho_k

    Args:
        rewards: [T, ...], reward of each transition of one episode.
        ratios: [T, ...], pi/mu of each action, not negative.
        gamma: discount in [0, 1].
    Returns:
        [...], in units of reward.
    Conventions:
        One episode. The reward R_{t+1} follows the action a_t, whose ratio it bears. The same mean as ordinary.
    Laws:
        per_decision_is_unbiased, per_decision_equals_the_recursion, per_decision_is_ordinary_for_a_last_reward,
        per_decision_ignores_later_ratios
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, ParameterError.
    Source:
        Sutton & Barto 2018, eqs. (5.13)-(5.15); Precup et al. 2000.
    Since:
        0.2
    """
    system, rewards, ratios = _read(rewards=rewards, ratios=ratios)
    gamma = read_parameter("gamma", gamma, system)
    product, total = 1, 0
    for t, reward in enumerate(rewards):
        product = product * ratios[t]
        total = total + gamma**t * product * reward
    return total


def weighted(returns: Array, ratios: Array) -> Scalar:
    r"""Weighted importance sampling: the average return of N episodes, weighted by their ratios.

    .. math:: \frac{\sum_{i=1}^{N} \rho_i\, G_i}{\sum_{i=1}^{N} \rho_i}

    Args:
        returns: [N, ...], return of each episode.
        ratios: [N, ...], product of pi/mu over each episode, not negative.
    Returns:
        [...], in units of reward.
    Conventions:
        Biased (one episode gives its own return, whatever the ratio), but never beyond the largest return, and
        consistent. The book's 0/0 = 0 is an error here.
    Laws:
        weighted_lies_between_the_returns, weighted_ignores_the_scale_of_ratios, weighted_has_this_bias,
        weighted_of_one_episode_is_its_return, weighted_shifts_with_the_returns
    Raises:
        SupportError if all ratios are zero; ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError,
        NumberSystemError, ParameterError.
    Source:
        Sutton & Barto 2018, eq. (5.6).
    Since:
        0.2
    """
    _, returns, ratios = _read(returns=returns, ratios=ratios)
    total = ratios.sum(axis=0)
    if not np.all(is_nonzero(total)):
        raise SupportError(
            "no episode could have come from the target policy",
            got="ratios that are all zero",
            expected="at least one positive ratio",
            cause="a target policy that never does what was observed",
            remedy="collect more episodes, or explore with the target policy among the behaviour",
        )
    return (ratios * returns).sum(axis=0) / total


def check_ratios(ratios: Array) -> None:
    """Raise ParameterError if a ratio of probabilities is negative."""
    if system_of(ratios) != "series" and np.any(negative := is_positive(-ratios)):
        place = tuple(int(i) for i in np.argwhere(negative)[0])
        check_between(f"ratios[{', '.join(map(str, place))}]", ratios[place], 0, None)


def _read(**arrays: Array) -> tuple[str, Array, Array]:
    system, (payoffs, ratios) = read_arrays(**arrays)
    check_ratios(ratios)
    return system, payoffs, ratios

"""Laws of scaled rewards and of explained variance."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import numbers, ppo


@law("ppo.reward_scaling", system="ball", derivation=True)
def reward_scaling_divides_by_the_spread_of_written_sums(
    rewards: Array, terminated: Array, truncated: Array, gamma: Any, ddof: int, norm_epsilon: Any
) -> Claims:
    """R = scaled sqrt(v + epsilon), with v from the differences of all pairs of sums written out term by term."""
    scaled = _scaled(rewards, terminated, truncated, gamma, ddof, norm_epsilon)
    variance = _pairs(_sums(rewards, terminated | truncated, gamma)) / (2 * len(rewards) * (len(rewards) - ddof))
    if norm_epsilon > 0 or variance > 0:
        yield equal(scaled * numbers.sqrt(variance + norm_epsilon), rewards)


@law("ppo.reward_scaling", system="ball")
def reward_scaling_is_free_of_units(
    rewards: Array, terminated: Array, truncated: Array, gamma: Any, ddof: int, norm_epsilon: Any, scale: Any
) -> Claims:
    """c R with c^2 epsilon, c > 0, gives the same; a negative c changes the signs."""
    scaled = _scaled(rewards, terminated, truncated, gamma, ddof, norm_epsilon)
    if norm_epsilon > 0:
        for sign in (1, -1):
            moved = sign * scale * rewards
            yield equal(_scaled(moved, terminated, truncated, gamma, ddof, scale**2 * norm_epsilon), sign * scaled)


@law("ppo.reward_scaling", system="ball")
def scaled_rewards_have_sums_of_unit_variance(
    rewards: Array, terminated: Array, truncated: Array, gamma: Any, ddof: int
) -> Claims:
    """Without epsilon the discounted sums of the scaled rewards have variance one, unless they are equal."""
    ended = terminated | truncated
    sums = _sums(rewards, ended, gamma)
    if np.any(numbers.holds(sums != sums[0])):
        scaled = _scaled(rewards, terminated, truncated, gamma, ddof, 0)
        yield equal(_pairs(_sums(scaled, ended, gamma)), 2 * len(rewards) * (len(rewards) - ddof))


@law("ppo.reward_scaling", system="ball")
def reward_scaling_without_discount_is_a_whitening_uncentred(
    rewards: Array, terminated: Array, truncated: Array, ddof: int, norm_epsilon: Any
) -> Claims:
    """At gamma = 0, and where every step ends an episode, subtracting the mean gives whitened rewards."""
    whitened = ppo.advantage_whitening(rewards, ddof=ddof, norm_epsilon=norm_epsilon)
    everywhere = terminated | ~terminated
    for scaled in (
        _scaled(rewards, terminated, truncated, 0, ddof, norm_epsilon),
        _scaled(rewards, everywhere, truncated, 1, ddof, norm_epsilon),
    ):
        yield equal(scaled - scaled.sum() / len(scaled), whitened)


@law("ppo.reward_scaling", system="ball")
def reward_scaling_leaves_equal_sums_alone(rewards: Array, terminated: Array, gamma: Any, shift: Any) -> Claims:
    """Rewards b, (1 - gamma) b, (1 - gamma) b, ... have equal sums: without epsilon they stay as they are."""
    never = terminated & ~terminated
    constant = 0 * rewards + (1 - gamma) * shift
    constant[0] = constant[0] + gamma * shift
    if len(constant) == 1 or not np.any(numbers.holds(_sums(constant, never, gamma) != shift)):
        yield equal(_scaled(constant, never, never, gamma, 0, 0), constant)


@law("ppo.explained_variance", derivation=True)
def explained_variance_equals_shares_of_pairs(values: Array, returns: Array) -> Claims:
    """Of the squared differences of all pairs of returns, the share that the errors' do not make up."""
    spread = _pairs(returns)
    if spread != 0:
        yield equal(ppo.explained_variance(values, returns) * spread, spread - _pairs(returns - values))
    centred = (values - values.sum() / len(values)) @ (2 * returns - values)
    yield equal(ppo.explained_variance(values, returns) * spread, 2 * len(values) * centred if spread != 0 else 0)


@law("ppo.explained_variance")
def explained_variance_of_shifted_returns_is_one(returns: Array, shift: Any) -> Claims:
    """Values that are the returns but for a constant explain everything, if there is anything to explain."""
    yield equal(ppo.explained_variance(returns + shift, returns), 1 if _pairs(returns) != 0 else 0)


@law("ppo.explained_variance")
def explained_variance_of_equal_values_is_zero(values: Array, returns: Array, shift: Any) -> Claims:
    """Equal values explain nothing, and equal returns leave nothing to explain."""
    yield equal(ppo.explained_variance(0 * values + shift, returns), 0)
    yield equal(ppo.explained_variance(values, 0 * returns + shift), 0)


@law("ppo.explained_variance")
def explained_variance_is_at_most_one(values: Array, returns: Array) -> Claims:
    """At most one, and at most the squared correlation of values and returns."""
    explained = ppo.explained_variance(values, returns)
    yield at_most(explained, 1)
    centred = values - values.sum() / len(values)
    yield at_most(explained * _pairs(values) * _pairs(returns), (2 * len(values) * (centred @ returns)) ** 2)


@law("ppo.explained_variance")
def explained_variance_is_free_of_units(values: Array, returns: Array, scale: Any, shift: Any) -> Claims:
    """Both scaled alike, and each shifted, have the same."""
    explained = ppo.explained_variance(values, returns)
    yield equal(ppo.explained_variance(scale * values + shift, scale * returns - shift), explained)
    yield equal(ppo.explained_variance(-values[::-1], -returns[::-1]), explained)


def _scaled(rewards: Array, terminated: Array, truncated: Array, gamma: Any, ddof: int, norm_epsilon: Any) -> Array:
    return ppo.reward_scaling(rewards, terminated, truncated, gamma=gamma, ddof=ddof, norm_epsilon=norm_epsilon)


def _sums(rewards: Array, ended: Array, gamma: Any) -> Array:
    """The discounted sum of the rewards from the beginning of each step's episode to the step itself."""
    starts = [max([0, *(k + 1 for k in range(t) if ended[k])]) for t in range(len(rewards))]
    return np.array(
        [sum(gamma ** (t - k) * rewards[k] for k in range(starts[t], t + 1)) for t in range(len(rewards))],
        dtype=object,
    )


def _pairs(entries: Array) -> Any:
    """The sum of squared differences over all ordered pairs."""
    differences = entries[:, None] - entries[None, :]
    return (differences * differences).sum()

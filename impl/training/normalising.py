"""Running statistics, by which observations and rewards are brought to the scale of one."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

SMALLEST = 1e-8
"""Added to variances, so that what never varies is divided by something."""


class Moments(NamedTuple):
    """Of all rows seen: their number, mean and variance; those of none are 0, 0 and 1.

    Attributes:
        count: ().
        mean: [n].
        variance: [n].
    """

    count: jax.Array
    mean: jax.Array
    variance: jax.Array

    @classmethod
    def of_nothing(cls, size: int) -> "Moments":
        """Start."""
        return cls(jnp.float32(0), jnp.zeros(size, jnp.float32), jnp.ones(size, jnp.float32))

    def with_rows(self, rows: jax.Array, weights: jax.Array) -> "Moments":
        """Add rows [B, n] of weight zero or one [B], by the formula of Chan, Golub and LeVeque 1983."""
        number = weights.sum()
        mean = (weights[:, None] * rows).sum(axis=0) / number
        variance = (weights[:, None] * (rows - mean) ** 2).sum(axis=0) / number
        count, shift = self.count + number, mean - self.mean
        share = number / count
        spread = (1 - share) * self.variance + share * variance + share * (1 - share) * shift**2
        return Moments(count, self.mean + share * shift, spread)

    def normalise(self, rows: jax.Array) -> jax.Array:
        """Subtract the mean and divide by the deviation, [..., n]."""
        return (rows - self.mean) / jnp.sqrt(self.variance + SMALLEST)


class RewardScale(NamedTuple):
    """`ppo.reward_scaling` as far as it has come, so that it goes on from segment to segment; [E] each.

    Attributes:
        discounted: the discounted sum of rewards in the current episode.
        count: how many such sums there were.
        mean: their mean.
        squares: the sum of their squared deviations from it.
    """

    discounted: jax.Array
    count: jax.Array
    mean: jax.Array
    squares: jax.Array

    @classmethod
    def of_nothing(cls, environments: int) -> "RewardScale":
        """Start."""
        nothing = jnp.zeros(environments, jnp.float32)
        return cls(nothing, nothing, nothing, nothing)

    def scale(self, rewards: jax.Array, ended: jax.Array, *, gamma: float) -> tuple["RewardScale", jax.Array]:
        """Return the statistics after a segment, and its rewards [T, E] on the scale of one."""

        def step(scale: RewardScale, row: tuple[jax.Array, jax.Array]) -> tuple[RewardScale, jax.Array]:
            reward, end = row
            total, count = reward + gamma * scale.discounted, scale.count + 1
            shift = total - scale.mean
            mean = scale.mean + shift / count
            squares = scale.squares + shift * (total - mean)
            scaled = reward / jnp.sqrt(squares / count + SMALLEST)
            return RewardScale(jnp.where(end, 0, total), count, mean, squares), scaled

        return jax.lax.scan(step, self, (rewards, ended))

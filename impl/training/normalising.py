"""Running statistics, by which observations and rewards are brought to the scale of one."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

SMALLEST = 1e-8
"""Added to variances, so that what never varies is divided by something."""


class Moments(NamedTuple):
    """Of all rows seen: their number, mean and variance; those of none are 0, 0 and 1.

    Attributes:
        number: ().
        mean: [n].
        variance: [n].
    """

    number: jax.Array
    mean: jax.Array
    variance: jax.Array

    @classmethod
    def of_nothing(cls, size: int) -> "Moments":
        """Start."""
        return cls(jnp.float32(0), jnp.zeros(size, jnp.float32), jnp.ones(size, jnp.float32))

    def with_rows(self, rows: jax.Array, weights: jax.Array) -> "Moments":
        """Add rows [B, n] of weight zero or one [B], by the formula of Chan, Golub and LeVeque 1983."""
        added = weights.sum()
        mean = (weights[:, None] * rows).sum(axis=0) / added
        variance = (weights[:, None] * (rows - mean) ** 2).sum(axis=0) / added
        number, shift = self.number + added, mean - self.mean
        share = added / number
        spread = (1 - share) * self.variance + share * variance + share * (1 - share) * shift**2
        return Moments(number, self.mean + share * shift, spread)

    def normalise(self, rows: jax.Array) -> jax.Array:
        """Subtract the mean and divide by the deviation, [..., n]."""
        return (rows - self.mean) / jnp.sqrt(self.variance + SMALLEST)


class RewardScale(NamedTuple):
    """`ppo.reward_scaling` as far as it has come, so that it goes on from segment to segment.

    Each reward is divided by the deviation of all sums so far, over time and environments alike, with `ddof` 0.
    While they do not vary, rewards stay as they are: a first reward has nothing to be compared with.

    Attributes:
        discounted: [E], the discounted sum of rewards in the current episode.
        sums: moments [1] of all such sums so far.
    """

    discounted: jax.Array
    sums: Moments

    @classmethod
    def of_nothing(cls, environments: int) -> "RewardScale":
        """Start."""
        return cls(jnp.zeros(environments, jnp.float32), Moments.of_nothing(1))

    def scale(
        self, rewards: jax.Array, ended: jax.Array, *, gamma: float, valid: jax.Array | None = None
    ) -> tuple["RewardScale", jax.Array]:
        """Return the statistics after a segment, and its rewards [T, E] on the scale of one.

        Entries that are not valid are no data: they come after an episode, and before the next.
        """

        def step(scale: RewardScale, row: tuple[jax.Array, ...]) -> tuple[RewardScale, jax.Array]:
            reward, end, real = row
            total = reward + gamma * scale.discounted
            weights = real.astype(total.dtype)
            with_row = scale.sums.with_rows(total[:, None], weights)
            sums = jax.tree.map(lambda new, old: jnp.where(real.any(), new, old), with_row, scale.sums)
            variance = sums.variance[0]
            scaled = jnp.where(variance > SMALLEST, reward / jnp.sqrt(variance + SMALLEST), reward)
            return RewardScale(jnp.where(end | ~real, 0, total), sums), scaled

        rows = (rewards, ended, jnp.ones_like(ended) if valid is None else valid)
        return jax.lax.scan(step, self, rows)

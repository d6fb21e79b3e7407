"""Reports about gradients of right values: what flows into a target or an advantage that should be a constant."""

from typing import Any

import jax
import jax.numpy as jnp

from . import Entry

Array = Any
WITH_GRADIENT = {"gradient": True, "examples": 100}


def critic_loss(rewards: Array, values: Array, next_values: Array, terminated: Array, gamma: float) -> Array:
    """The target is a constant."""
    target = rewards + gamma * (1 - terminated.double()) * next_values
    return ((target.detach() - values) ** 2).mean()


def critic_loss_through_the_bootstrap(
    rewards: Array, values: Array, next_values: Array, terminated: Array, gamma: float
) -> Array:
    """The gradient flows through the target as well."""
    target = rewards + gamma * (1 - terminated.double()) * next_values
    return ((target - values) ** 2).mean()


def advantages_by_scan(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, gamma: float, lam: float
) -> Array:
    """Advantages through which the gradient flows into the values."""
    errors = rewards + gamma * (1 - terminated) * next_values - values
    decay = gamma * lam * (1 - (terminated | truncated))

    def step(following: Array, now: tuple[Array, Array]) -> tuple[Array, Array]:
        advantage = now[0] + now[1] * following
        return advantage, advantage

    return jax.lax.scan(step, jnp.zeros((), errors.dtype), (errors, decay), reverse=True)[1]


def advantages_stopped(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, gamma: float, lam: float
) -> Array:
    """The same, as constants."""
    return jax.lax.stop_gradient(advantages_by_scan(rewards, values, next_values, terminated, truncated, gamma, lam))


TUTORIAL, RLAX = "Farama-Foundation/Gymnasium#1494", "google-deepmind/rlax#28"
ENTRIES = (
    Entry(
        "PG-01", TUTORIAL, "ppo.value_loss", critic_loss_through_the_bootstrap, "bug",
        "gradient_flows_through_next_values", WITH_GRADIENT,
    ),
    Entry("C-PG-01", TUTORIAL, "ppo.value_loss", critic_loss, "control", options=WITH_GRADIENT),
    Entry(
        "PG-02", RLAX, "gae.advantage", advantages_by_scan, "variant", "gradient_flows_through_values", WITH_GRADIENT
    ),
    Entry("C-PG-02", RLAX, "gae.advantage", advantages_stopped, "control", options=WITH_GRADIENT),
)  # fmt: skip

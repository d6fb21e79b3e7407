"""TRPO: natural gradient by conjugate gradients, then a line search, Schulman et al. 2015, appendix C."""

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree

from .. import ppo, trpo
from ..trpo_natural_gradient import by_products, to_the_edge
from . import actor_critic
from . import critic as critics
from .actor_critic import Actor, Batch, batch_of, mean_kl, progress, start
from .actor_critic import State as State
from .data import Rollout, Sizes
from .settings import CriticSettings


@dataclass(frozen=True, kw_only=True)
class Config(CriticSettings):
    """δ of the paper; what it does not print is as in the authors' code.

    Attributes:
        delta: largest divergence of the policy that acted from the new one, averaged over the states visited.
        iterations: of the conjugate gradients.
        damping: added to the diagonal of the Fisher matrix.
        backtrack: each trial of the line search is so many times the one before.
        trials: of the line search; if none is accepted the policy stays.
    """

    gae_lambda: float = 0.98
    critic_learning_rate: float = 1e-3
    critic_epochs: int = 5
    delta: float = 0.01
    iterations: int = 10
    damping: float = 0.1
    backtrack: float = 0.5
    trials: int = 10

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        super().__post_init__()
        self._check_positive("delta", "backtrack")
        self._check_interval("backtrack", 0, 1)
        self._check_counts("iterations", "trials")
        self._check_interval("damping", 0, float("inf"))
        self._check_finite("damping")


class Info(actor_critic.Info):
    """What an iteration did, beside what every agent tells.

    Attributes:
        fraction: of the full step that was taken; 0 if no trial was accepted.
        gain: of the surrogate objective.
    """

    fraction: jax.Array
    gain: jax.Array


def init(config: Config, sizes: Sizes, key: jax.Array) -> State:
    """Make an agent that has learnt nothing; its policy has no optimiser."""
    policy, critic = start(config, sizes, key)
    return State(Actor(policy, ()), critic)


def update(config: Config, state: State, rollout: Rollout, key: jax.Array) -> tuple[State, Info]:
    """Take one step within the trust region; regress the values."""
    estimates = critics.estimate(config, state.critic, rollout)
    batch = batch_of(config, state.actor.policy, rollout, estimates)
    policy, fraction, gain = step(config, state.actor.policy, batch)
    new = policy(batch.observations)
    info = Info(**progress(batch, new, estimates), fraction=fraction, gain=gain)
    critic = critics.fit(config, state.critic, rollout, estimates.returns, key)
    return State(Actor(policy, ()), critic), info


def step(config: Config, policy: Any, batch: Batch) -> tuple[Any, jax.Array, jax.Array]:
    """Return the new policy, the fraction of the full step that was taken, and the gain of the surrogate."""
    flat, policy_of = ravel_pytree(policy)

    def surrogate(parameters: jax.Array) -> jax.Array:
        log_probs = policy_of(parameters)(batch.observations).log_prob(batch.actions)
        return ppo.cpi_objective(ppo.ratio(log_probs, batch.old_log_probs), batch.advantages)

    def divergence(parameters: jax.Array) -> jax.Array:
        return mean_kl(batch, policy_of(parameters))

    def fisher_product(tangent: jax.Array) -> jax.Array:
        """F v: the Fisher matrix is the Hessian of the divergence in the new parameters, at the old ones."""
        return jax.jvp(jax.grad(divergence), (flat,), (tangent,))[1] + config.damping * tangent

    before, gradient = jax.value_and_grad(surrogate)(flat)
    direction = by_products(fisher_product, gradient, iterations=config.iterations)
    full = to_the_edge(direction, gradient, delta=config.delta)

    def fraction_of(trials: tuple[jax.Array, jax.Array]) -> jax.Array:
        return trpo.line_search(*trials, delta=config.delta, backtrack=config.backtrack)

    def unaccepted(search: tuple[jax.Array, tuple[jax.Array, jax.Array]]) -> jax.Array:
        number, trials = search
        return (number < config.trials) & (fraction_of(trials) == 0)

    def attempt(search: tuple[jax.Array, tuple[jax.Array, jax.Array]]) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
        number, (gains, divergences) = search
        candidate = flat + jnp.asarray(config.backtrack, flat.dtype) ** number * full
        gains = gains.at[number].set(surrogate(candidate) - before)
        return number + 1, (gains, divergences.at[number].set(divergence(candidate)))

    # Trials are made until one is accepted; those not made are NaN, which the line search passes over.
    unmade = jnp.full(config.trials, jnp.nan, flat.dtype)
    number, trials = jax.lax.while_loop(unaccepted, attempt, (jnp.int32(0), (unmade, unmade)))
    fraction = fraction_of(trials)
    gain = jnp.where(fraction > 0, trials[0][number - 1], 0)
    return policy_of(flat + fraction * full), fraction, gain

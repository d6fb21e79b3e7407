"""One loss for policy and value function, equation (9) of Schulman et al. 2017: both take each step together."""

from collections.abc import Callable
from typing import Any

import jax
import optax

from . import critic as critics
from .actor_critic import Actor, Batch, State, batch_of, progress, start
from .critic import Critic
from .data import Rollout, Sizes
from .fitting import adam, descend
from .surrogate import SurrogateSettings, of_rows

Loss = Callable[[jax.Array, jax.Array, jax.Array, jax.Array, jax.Array], jax.Array]
"""To be minimised: of the ratios, advantages, values, returns and entropies of a minibatch, [M] each."""


def optimiser_of(config: SurrogateSettings) -> optax.GradientTransformation:
    """Return Adam, of policy and value function; a longest gradient is that of both together."""
    return adam(config.learning_rate, config.max_grad_norm)


def init(config: SurrogateSettings, sizes: Sizes, key: jax.Array) -> State:
    """Make an agent that has learnt nothing; the one optimiser is the actor's."""
    policy, critic = start(config, sizes, key)
    optimiser = optimiser_of(config).init((policy, critic.network))  # pyright: ignore[reportArgumentType]
    return State(Actor(policy, optimiser), Critic(critic.network, ()))


def update(
    config: SurrogateSettings, state: State, rollout: Rollout, key: jax.Array, loss: Loss
) -> tuple[State, dict[str, jax.Array], Batch]:
    """Improve policy and critic; also return what is told, by the names of `Info`, and the rows."""
    estimates = critics.estimate(config, state.critic, rollout)
    batch = batch_of(config, state.actor.policy, rollout, estimates)
    returns = estimates.returns.reshape(-1)

    def total(networks: tuple[Any, Any], places: jax.Array) -> jax.Array:
        policy, network = networks
        new, ratios, advantages = of_rows(config, policy, batch, places)
        values = network(batch.observations[places])[:, 0]
        return loss(ratios, advantages, values, returns[places], new.entropy())

    networks = (state.actor.policy, state.critic.network)
    sizes = {"rows": config.batch, "epochs": config.epochs, "minibatch": config.minibatch}
    networks, optimiser = descend(total, optimiser_of(config), (networks, state.actor.optimiser), key, **sizes)
    policy, network = networks
    told = progress(batch, policy(batch.observations), estimates)
    return State(Actor(policy, optimiser), Critic(network, ())), told, batch

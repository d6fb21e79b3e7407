"""What the tests of the agents begin with: small agents, and rollouts of noise."""

from collections.abc import Iterator
from dataclasses import fields
from types import ModuleType
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

from rlproof.impl.agents import AGENTS
from rlproof.impl.agents.data import Rollout, Sizes

KINDS = {"gaussian": Sizes(3, 2, discrete=False), "softmax": Sizes(3, 3, discrete=True)}
SMALL = {"environments": 4, "horizon": 6, "hidden": (4,), "minibatch": 12, "critic_minibatch": 12, "elites": 2}


@pytest.fixture(autouse=True, scope="module")
def in_a_hurry() -> Iterator[None]:
    """Compile soon: what is compiled runs a few times."""
    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", False)


def settings(agent: ModuleType, **wanted: Any) -> Any:
    """An agent's settings, as far as it has them."""
    known = {field.name for field in fields(agent.Config)}
    return agent.Config(**{name: value for name, value in wanted.items() if name in known})


def as_type(tree: Any, dtype: Any) -> Any:
    """The same tree with other floats."""
    return jax.tree.map(lambda leaf: leaf.astype(dtype) if jnp.issubdtype(leaf.dtype, jnp.floating) else leaf, tree)


def rollout_of(config: Any, sizes: Sizes, key: jax.Array, dtype: Any = jnp.float32) -> Rollout:
    """Transitions of noise, each from where the last one led to; a fifth of them ends an episode in either way."""
    shape, keys = (config.horizon, config.environments), jax.random.split(key, 6)
    starts, successors = (jax.random.normal(one, (*shape, sizes.observation), dtype) for one in keys[:2])
    terminated, truncated = (jax.random.bernoulli(one, 0.2, shape) for one in keys[2:4])
    ended = (terminated | truncated)[:-1, :, None]
    seen = starts.at[1:].set(jnp.where(ended, starts[1:], successors[:-1]))
    actions = (
        jax.random.randint(keys[4], shape, 0, sizes.action, jnp.int32)
        if sizes.discrete
        else jax.random.normal(keys[4], (*shape, sizes.action), dtype)
    )
    rewards = jax.random.normal(keys[5], shape, dtype)
    return Rollout(seen, actions, rewards, successors, terminated, truncated, jnp.ones(shape, bool))


def equal(one: Any, two: Any) -> bool:
    """Whether two trees are the same bits."""
    pairs = zip(jax.tree.leaves(one), jax.tree.leaves(two), strict=True)
    return all(np.array_equal(*map(np.asarray, pair)) for pair in pairs)


class Case(NamedTuple):
    """An agent that has moved away from its beginning, and a rollout, in double precision."""

    agent: Any
    config: Any
    state: Any
    rollout: Rollout


def moved(tree: Any, size: float, seed: int) -> Any:
    """The same tree, each number by noise of this size elsewhere."""
    flat, back = ravel_pytree(tree)
    return back(flat + size * jax.random.normal(jax.random.key(seed), flat.shape, flat.dtype))


def case_of(name: str, kind: str, **wanted: Any) -> Case:
    """Policy and critic are away from their beginning, so that no slope is special."""
    agent, sizes = AGENTS[name], KINDS[kind]
    config = settings(agent, **SMALL | {"minibatch": 24, "epochs": 1} | wanted)
    state = as_type(agent.init(config, sizes, jax.random.key(0)), jnp.float64)
    actor = state.actor._replace(policy=moved(state.actor.policy, 0.5, 1))
    if hasattr(actor, "average"):
        actor = actor._replace(average=actor.policy)
    if state.critic:
        state = state._replace(critic=state.critic._replace(network=moved(state.critic.network, 0.5, 2)))
    return Case(agent, config, state._replace(actor=actor), rollout_of(config, sizes, jax.random.key(3), jnp.float64))

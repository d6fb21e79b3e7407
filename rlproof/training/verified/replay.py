"""The next iteration of a group, computed beforehand: its functions are pure, so that the group notices nothing."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from ...impl.agents.data import Rollout
from ...impl.training.compiling import jitted
from ...impl.training.group import Group
from ...impl.training.program import Program


class Replayed(NamedTuple):
    """What one seed's next iteration starts from and comes to.

    Attributes:
        state: what the agent has learnt so far.
        rollout: [T, E, ...], the transitions that it will learn from.
        actor: what acts then.
        info: what the iteration will tell.
    """

    state: Any
    rollout: Rollout
    actor: Any
    info: Any

    @property
    def is_finite(self) -> bool:
        """Whether rewards and what acts then are numbers; -inf is the logarithm of no deviation at all."""
        leaves = (leaf for leaf in jax.tree.leaves(self.actor) if jnp.issubdtype(leaf.dtype, jnp.floating))
        return bool(jnp.isfinite(self.rollout.rewards).all()) and not any(
            bool(jnp.isnan(leaf).any()) for leaf in leaves
        )


class Replay:
    """The programs of groups of one size, compiled once more for one of their seeds."""

    def __init__(self, program: Program) -> None:
        """Take the functions; they are compiled when they are first needed, while no group compiles anything."""
        self._program = program
        self._gather = jitted(self._gather_one)
        self._learn = jitted(self._learn_actor)

    def __call__(self, group: Group, index: int) -> Replayed:
        """Compute the next iteration of the seed in this place of a group. Raises `DivergenceError`."""
        learner = group.settle()
        act, learn = self._program.keys(group.seeds, group.iterations)
        state = jax.tree.map(lambda leaf: leaf[index], learner.agent)
        rollout = self._gather(learner.agent.actor.policy, learner.stream, act, index)
        return Replayed(state, rollout, *self._learn(state, rollout, learn[index]))

    def _gather_one(self, policy: Any, stream: Any, keys: jax.Array, index: jax.Array) -> Rollout:
        """Let all seeds act, since their environments are stepped together, and keep what one has seen."""
        rollout = self._program.gather(policy, stream, keys).rollout
        return jax.tree.map(lambda leaf: leaf[index], rollout)

    def _learn_actor(self, state: Any, rollout: Rollout, key: jax.Array) -> tuple[Any, Any]:
        """Update the agent; what becomes of the critic is not looked at, and compiled to nothing."""
        learnt, info = self._program.agent.update(self._program.config, state, rollout, key)
        return learnt.actor, info

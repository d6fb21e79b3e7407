"""The next iteration of a group, computed beforehand: programs are pure, so that the group notices nothing."""

from typing import Any, NamedTuple

import jax

from ...impl.agents.data import Rollout
from ...impl.training.group import Group


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


class Replay:
    """A group's programs, compiled once more for one seed."""

    def __init__(self, group: Group) -> None:
        """Take a group's programs; they are compiled when they are first needed."""
        self._group, self._program = group, group.program
        options = {"xla_cpu_multi_thread_eigen": False} if jax.default_backend() == "cpu" else None
        self._gather = jax.jit(self._gather_one, compiler_options=options)
        self._learn = jax.jit(self._learn_actor, compiler_options=options)

    def __call__(self, index: int) -> Replayed:
        """Compute the next iteration of the seed in this place of the group. Raises `DivergenceError`."""
        learner = self._group.settle()
        act, learn = self._program.keys(self._group.seeds, self._group.iterations)
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

"""The accelerator's engine: whole environments in JAX, physics by MJX or MuJoCo Warp in single precision."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from .accelerator import Implementation, Physics, adapted, choose
from .jax_env import Transition
from .jax_random import JaxRandom
from .making import make_task
from .model import load
from .simulation import FORCES


class AcceleratorState(NamedTuple):
    """The state of N environments.

    Attributes:
        data: MJX's data of all simulations.
        key: [N], random keys for the next resets.
        elapsed: [N], steps since the last reset.
    """

    data: Any
    key: jax.Array
    elapsed: jax.Array


class AcceleratorEnv:
    """N environments inside jitted code, on whatever device JAX runs.

    The tasks are those of the processor's engine; physics in single precision, and random numbers by JAX, make
    other numbers (`differences` states how far they are). A simulation whose state is not finite ends its
    episode: it is truncated, its reward is 0, its successor is the first observation of the next episode, and
    `info["unstable"]` is True; the others do not notice.

    Attributes:
        task: the definition of the environments.
        physics: the simulations.
        num_envs: N.
        observation_size: n.
        action_size: k.
        action_low: [k], the least controls.
        action_high: [k], the greatest controls.
    """

    def __init__(
        self,
        task: str,
        num_envs: int,
        *,
        implementation: Implementation | str | None = None,
        time_limit: int | None = None,
        **options: Any,
    ) -> None:
        """Make environments.

        Args:
            task: the name of the task, such as "Hopper".
            num_envs: N.
            implementation: "jax" for MJX, "warp" for MuJoCo Warp; None for what suits the device (`choose`).
            time_limit: steps after which an episode is truncated; None for the task's.
            **options: of the task.
        """
        self.task = make_task(task, **options)
        self._reads = self.task.reads()
        model = adapted(load(self.task.xml_file, self.task.frame_skip))
        self.physics = Physics(model, choose(implementation), count=num_envs, forces=FORCES in self._reads)
        self.num_envs, self.action_size = num_envs, model.mj.nu
        self.action_low, self.action_high = model.action_bounds
        self._limit = self.task.time_limit if time_limit is None else time_limit
        shapes = jax.eval_shape(self.reset, jnp.zeros(num_envs, jnp.uint32))
        self.observation_size = shapes[1].shape[1]

    def reset(self, seeds: jax.Array) -> tuple[AcceleratorState, jax.Array]:
        """Start an episode in every environment with its seed of [N]; return state and observations [N, n]."""
        keys = jax.vmap(jax.random.key)(jnp.asarray(seeds, jnp.uint32))
        data, keys = jax.vmap(self._start)(keys)
        if self._reads:
            data = jax.vmap(self.physics.forward)(data)
        elapsed = jnp.zeros(self.num_envs, jnp.int32)
        return AcceleratorState(data, keys, elapsed), jax.vmap(self._observe)(data)

    def step(self, state: AcceleratorState, actions: jax.Array) -> tuple[AcceleratorState, Transition]:
        """Step every environment with actions [N, k]; episodes that end are followed by new ones at once."""
        before = jax.vmap(lambda data: self.task.tracked(self._state(data)))(state.data)
        data = jax.vmap(self.physics.step)(state.data, actions)
        successor = jax.vmap(self._observe)(data)
        outcome = jax.vmap(lambda data, before, action: self.task.outcome(self._state(data), before, action))(
            data, before, actions
        )
        unstable = ~(jnp.isfinite(data.qpos).all(axis=1) & jnp.isfinite(data.qvel).all(axis=1))
        elapsed = state.elapsed + 1
        terminated = outcome.terminated & ~unstable
        truncated = (elapsed >= self._limit) | unstable
        ended = terminated | truncated
        data, keys = self._restart(data, state.key, ended)
        observation = jnp.where(ended[:, None], jax.vmap(self._observe)(data), successor)
        # Where the simulation has become unstable, nothing that was computed from it may reach a learner.
        reward, info = jax.vmap(_cleared)((outcome.reward, outcome.info), unstable)
        transition = Transition(
            observation=observation,
            successor=jnp.where(unstable[:, None], observation, successor),
            reward=reward.astype(successor.dtype),  # some tasks count whole numbers
            terminated=terminated,
            truncated=truncated,
            info={**info, "unstable": unstable},
        )
        return AcceleratorState(data, keys, jnp.where(ended, 0, elapsed)), transition

    def _restart(self, data: Any, keys: jax.Array, ended: jax.Array) -> tuple[Any, jax.Array]:
        """Start new episodes where `ended` says; nothing is computed for it while no episode ends."""
        merge = jax.vmap(lambda old, now, new: old.where(now, new))

        def restart(data: Any, keys: jax.Array) -> tuple[Any, jax.Array]:
            fresh, new_keys = jax.vmap(self._start)(keys)
            data = merge(data, ended, fresh)
            if self._reads:  # only the new episodes' derived fields become current, the others' stay as they are
                data = merge(data, ended, jax.vmap(self.physics.forward)(data))
            return data, jnp.where(ended, new_keys, keys)

        return jax.lax.cond(ended.any(), restart, lambda data, keys: (data, keys), data, keys)

    def _start(self, key: jax.Array) -> tuple[Any, jax.Array]:
        random = JaxRandom(key)
        start = self.task.reset(random, self.physics.model)
        return self.physics.start(jnp.asarray(start.qpos), jnp.asarray(start.qvel)), random.key

    def _state(self, data: Any) -> Any:
        return self.physics.state(data, self._reads)

    def _observe(self, data: Any) -> jax.Array:
        return self.task.observation(self._state(data))


def _cleared(numbers: Any, unstable: jax.Array) -> Any:
    """Return a tree of numbers of one environment, zero where it is unstable."""
    return jax.tree.map(lambda leaf: jnp.where(unstable, jnp.zeros_like(leaf), leaf), numbers)

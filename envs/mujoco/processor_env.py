"""The processor's engine inside jitted code: `reset` and `step` are pure, MuJoCo runs in float64 on threads."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ...spec.numbers import Array
from .engine import Engine
from .host_call import Buffers, HostCall
from .jax_env import Transition
from .making import make_task
from .memory import Memory, generator_at, remember, seeded, words_of
from .model import load
from .numpy_random import ManyRandom


class ProcessorEnv:
    """N environments that jitted code can step; their state is a value.

    With the seed s, an environment runs through the episodes of a Gymnasium environment with the seed s, number
    for number in float64; observations and rewards are then rounded to `dtype`. The state holds everything, as
    bits: physics, random generator, count of steps. It can be stored and gone on from.

    Attributes:
        engine: the simulations; every call loads them with the state that it is given.
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
        threads: int | None = None,
        time_limit: int | None = None,
        dtype: Any = jnp.float32,
        **options: Any,
    ) -> None:
        """Make environments.

        Args:
            task: the name of the task, such as "Hopper".
            num_envs: N.
            threads: threads that step; None for one on each processor.
            time_limit: steps after which an episode is truncated; None for the task's.
            dtype: of observations, rewards and infos; float64 needs JAX's `jax_enable_x64`.
            **options: of the task.
        """
        definition = make_task(task, **options)
        model = load(definition.xml_file, definition.frame_skip)
        limit = definition.time_limit if time_limit is None else time_limit
        self.engine = Engine(definition, model, count=num_envs, threads=threads, time_limit=limit)
        self.num_envs, self.action_size = num_envs, model.mj.nu
        self.action_low, self.action_high = model.action_bounds
        self.observation_size = self.engine.observe().shape[1]
        self._tracked = self.engine.tracked()
        info = self.engine.outcome(np.zeros((num_envs, self.action_size), np.float32), self._tracked).info
        self._columns = {name: values.shape[1:] for name, values in info.items()}
        width = sum(values[0].size for values in info.values()) + 1  # the last column: unstable
        shape = jax.ShapeDtypeStruct
        words = shape((num_envs, words_of(self.engine)), np.uint32)
        observations = shape((num_envs, self.observation_size), dtype)
        self._call_reset = HostCall(self._reset, [shape((num_envs,), np.uint32)], [words, observations])
        self._call_step = HostCall(
            self._step,
            [words, shape((num_envs, self.action_size), np.float32)],
            [
                words,
                observations,
                observations,
                shape((num_envs,), dtype),
                shape((num_envs,), np.bool_),
                shape((num_envs,), np.bool_),
                shape((num_envs, width), dtype),
            ],
        )

    def reset(self, seeds: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Start an episode in every environment with its seed of [N]; return state and observations [N, n]."""
        state, observation = self._call_reset(jnp.asarray(seeds, jnp.uint32))
        return state, observation

    def step(self, state: jax.Array, actions: jax.Array) -> tuple[jax.Array, Transition]:
        """Step every environment with actions [N, k]; episodes that end are followed by new ones at once."""
        results = self._call_step(state, jnp.asarray(actions, jnp.float32))
        state, observation, successor, reward, terminated, truncated, columns = results
        info, start = {}, 0
        for name, shape in self._columns.items():
            size = int(np.prod(shape))
            info[name] = columns[:, start : start + size].reshape(self.num_envs, *shape)
            start += size
        info["unstable"] = columns[:, start] > 0
        return state, Transition(observation, successor, reward, terminated, truncated, info)

    def _reset(self, inputs: Buffers, outputs: Buffers) -> None:
        (seeds,), (words, observation) = inputs, outputs
        memory = Memory.of(words, self.engine)
        for row, seed in zip(memory.generator, seeds, strict=True):
            row[:] = seeded(int(seed))
        self._start(np.arange(self.num_envs), memory)
        observation[:] = self.engine.observe()
        memory.save(self.engine)

    def _step(self, inputs: Buffers, outputs: Buffers) -> None:
        (before, actions), (words, observation, successor, reward, terminated, truncated, columns) = inputs, outputs
        words[:] = before
        memory, engine = Memory.of(words, self.engine), self.engine
        memory.load(engine)
        came_from = None if self._tracked is None else memory.tracked.reshape(self._tracked.shape)
        stepped = engine.step(engine.checked(actions), before=came_from)
        successor[:] = observation[:] = stepped.observation
        reward[:], terminated[:], truncated[:] = stepped.reward, stepped.terminated, stepped.truncated
        self._write(columns, stepped.info, stepped.unstable)
        ended = np.logical_or(terminated, truncated)
        if ended.any():
            self._start(np.flatnonzero(ended), memory)
            observation[ended] = engine.observe()[ended]
        memory.save(engine)

    def _start(self, ids: Array, memory: Memory) -> None:
        """Start new episodes, each drawn by the environment's own generator."""
        generators = [generator_at(memory.generator[index]) for index in ids]
        self.engine.reset(ids, self.engine.task.reset(ManyRandom(generators), self.engine.model))
        for index, generator in zip(ids, generators, strict=True):
            remember(memory.generator[index], generator)

    @staticmethod
    def _write(columns: Array, info: dict[str, Array], unstable: Array | None) -> None:
        start = 0
        for values in info.values():
            size = values[0].size
            columns[:, start : start + size] = values.reshape(len(values), size)
            start += size
        columns[:, start] = 0 if unstable is None else unstable

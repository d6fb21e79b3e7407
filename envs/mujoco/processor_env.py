"""The processor's engine inside jitted code: MuJoCo steps in float64, and nothing happens in Python.

A step of a cheap task takes MuJoCo some ten microseconds; a few calls of NumPy would take longer. So the task is
compiled with the caller's program, which calls MuJoCo at its address.
"""

import os
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from .checking import check_counts
from .jax_env import Transition
from .jax_random import JaxRandom
from .making import make_task
from .model import load
from .native_physics import NativePhysics
from .task import Outcome, Start, State


class ProcessorState(NamedTuple):
    """The state of N environments: it can be stored, and gone on from, with and without `jax_enable_x64`.

    Attributes:
        physics: [N, 2 m] words of 32 bits, MuJoCo's integration state.
        key: [N, 2] words, random keys for the next episodes.
        before: [N, 2 d] words, the position whose change the next step rewards; d = 0 if the task has none.
        elapsed: [N], steps since the last reset.
    """

    physics: jax.Array
    key: jax.Array
    before: jax.Array
    elapsed: jax.Array


class ProcessorEnv:
    """N environments that jitted code can step; their state is a value.

    From the same state with the same actions, an environment runs through the states of Gymnasium's environment
    bit for bit. Observations and rewards are compiled: they are Gymnasium's up to the last bits of float64, and
    are then rounded to `dtype`. Episodes start where JAX's random numbers put them, by the same distribution.

    Attributes:
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
        at_once: int = 1,
        time_limit: int | None = None,
        dtype: Any = jnp.float32,
        **options: Any,
    ) -> None:
        """Make environments.

        Args:
            task: the name of the task, such as "Hopper".
            num_envs: N.
            threads: threads that step; None for one on each processor.
            at_once: programs with these environments that may run at the same time without waiting for each other.
            time_limit: steps after which an episode is truncated; None for the task's.
            dtype: of observations, rewards and infos; float64 needs JAX's `jax_enable_x64`.
            **options: of the task.
        """
        self._task = make_task(task, **options)
        self._model = load(self._task.xml_file, self._task.frame_skip)
        self._limit, self._dtype = self._task.time_limit if time_limit is None else time_limit, dtype
        check_counts(num_envs=num_envs, threads=1 if threads is None else threads, at_once=at_once)
        parts = min(num_envs, len(os.sched_getaffinity(0)) if threads is None else threads)
        # XLA runs calls that do not wait for each other on several threads.
        self._rows = [slice(part[0], part[-1] + 1) for part in np.array_split(np.arange(num_envs), parts)]
        self._physics = [
            NativePhysics(self._task, self._model, part.stop - part.start, at_once=at_once) for part in self._rows
        ]
        self._fields = {name: (num_envs, *shape[1:]) for name, shape in self._physics[0].shapes.items()}
        self.num_envs, self.action_size = num_envs, self._model.mj.nu
        self.action_low, self.action_high = self._model.action_bounds
        seeds = jax.ShapeDtypeStruct((num_envs,), np.uint32)
        self.observation_size = jax.eval_shape(self.reset, seeds)[1].shape[1]

    @property
    def physics_seconds(self) -> float:
        """Time spent in MuJoCo's steps so far by all programs together; threads of one count as one."""
        return sum(part.seconds for part in self._physics) / len(self._physics)

    def reset(self, seeds: jax.Array) -> tuple[ProcessorState, jax.Array]:
        """Start an episode in every environment with its seed of [N]; return state and observations [N, n]."""
        self._ambient = jnp.result_type(float) == jnp.float64
        with jax.enable_x64(True):
            keys = jax.vmap(lambda seed: jax.random.key_data(jax.random.key(seed)))(jnp.asarray(seeds, jnp.uint32))
            physics = jnp.zeros((self.num_envs, 2 * self._physics[0].width), jnp.uint32)
            everyone, nothing = jnp.ones(self.num_envs, bool), [jnp.zeros(one) for one in self._fields.values()]
            physics, keys, fields = self._start(physics, keys, everyone, nothing)
            state = self._state(fields)
            elapsed = jnp.zeros(self.num_envs, jnp.int32)
            return ProcessorState(physics, keys, self._tracked(state), elapsed), self._observe(state)

    def step(self, state: ProcessorState, actions: jax.Array) -> tuple[ProcessorState, Transition]:
        """Step every environment with actions [N, k]; episodes that end are followed by new ones at once."""
        self._ambient = jnp.result_type(float) == jnp.float64
        with jax.enable_x64(True):
            actions = jnp.asarray(actions, jnp.float32)
            physics, unstable, *fields = self._in_parts("step", state.physics, actions)
            now = self._state(fields, actions)
            outcome, successor = self._outcome(now, state.before, actions, unstable), self._observe(now)
            elapsed = state.elapsed + 1
            truncated = (elapsed >= self._limit) | unstable
            ended = outcome.terminated | truncated

            def restart() -> tuple[jax.Array, ...]:
                words, keys, started = self._start(physics, state.key, ended, fields)
                new = self._state(started, actions)
                return words, keys, self._tracked(new), jnp.where(ended[:, None], self._observe(new), successor)

            def go_on() -> tuple[jax.Array, ...]:
                return physics, state.key, self._tracked(now), successor

            words, keys, before, observation = jax.lax.cond(ended.any(), restart, go_on)
            transition = Transition(observation, successor, outcome.reward, outcome.terminated, truncated, outcome.info)
            return ProcessorState(words, keys, before, jnp.where(ended, 0, elapsed)), transition

    def _start(
        self, physics: jax.Array, keys: jax.Array, who: jax.Array, fields: Sequence[jax.Array]
    ) -> tuple[jax.Array, jax.Array, Sequence[jax.Array]]:
        """Start new episodes for those who are marked [N]; the others' states, keys and fields stay."""

        def draw(key: jax.Array) -> tuple[jax.Array, Start]:
            random = JaxRandom(jax.random.wrap_key_data(key))
            start = self._task.reset(random, self._model)
            return jax.random.key_data(random.key), Start(*map(jnp.asarray, start))

        # Random numbers come in the precision of the program around this one, in which they are compiled.
        with jax.enable_x64(self._ambient):
            drawn, starts = jax.vmap(draw)(keys)
        start = [part.astype(jnp.float64) for part in starts]
        physics, *fields = self._in_parts("start", physics, who, *start, *fields)
        return physics, jnp.where(who[:, None], drawn, keys), fields

    def _in_parts(self, call: str, *arguments: jax.Array) -> Sequence[jax.Array]:
        """Let each part of the simulations do its rows of arrays [N, ...]."""
        results = [
            getattr(physics, call)(*(one[rows] for one in arguments))
            for physics, rows in zip(self._physics, self._rows, strict=True)
        ]
        return results[0] if len(results) == 1 else [jnp.concatenate(each) for each in zip(*results, strict=True)]

    def _outcome(self, now: State, before: jax.Array, actions: jax.Array, unstable: jax.Array) -> Outcome:
        """Return reward, termination and infos, rounded; zero where the simulation has become unstable."""
        position = None
        if before.size:
            position = jax.lax.bitcast_convert_type(before.reshape(self.num_envs, -1, 2), jnp.float64)
            position = position.reshape(self._task.tracked(now).shape)
        reward, terminated, info = self._task.outcome(now, position, actions)
        reward, info = jax.tree.map(lambda numbers: self._cleared(numbers, unstable), (reward, info))
        return Outcome(reward, terminated & ~unstable, {**info, "unstable": unstable})

    def _cleared(self, numbers: jax.Array, unstable: jax.Array) -> jax.Array:
        rows = unstable.reshape(-1, *(1,) * (numbers.ndim - 1))
        return jnp.where(rows, 0, numbers).astype(self._dtype)

    def _state(self, fields: Sequence[jax.Array], actions: jax.Array | None = None) -> State:
        ctrl = None if actions is None else actions.astype(jnp.float64)
        return State(model=self._model, xp=jnp, ctrl=ctrl, **dict(zip(self._fields, fields, strict=True)))

    def _observe(self, state: State) -> jax.Array:
        return self._task.observation(state).astype(self._dtype)

    def _tracked(self, state: State) -> jax.Array:
        tracked = self._task.tracked(state)
        if tracked is None:
            return jnp.zeros((self.num_envs, 0), jnp.uint32)
        return jax.lax.bitcast_convert_type(tracked, jnp.uint32).reshape(self.num_envs, -1)

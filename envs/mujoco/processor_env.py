"""The processor's engine inside jitted code: MuJoCo steps in float64 on threads, all else is compiled with the caller.

A step of a cheap task takes MuJoCo some ten microseconds; a few calls of NumPy would take longer. So the only
thing that happens outside compiled code is the physics, and the draws with which an episode starts.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from .host_call import HostCall
from .host_physics import HostPhysics
from .jax_env import Transition
from .making import make_task
from .memory import GENERATOR
from .model import load
from .task import Outcome, State


class ProcessorState(NamedTuple):
    """The state of N environments, as bits: it can be stored, and gone on from, with and without `jax_enable_x64`.

    Attributes:
        physics: [N, 2 m] words of 32 bits, MuJoCo's integration state.
        generator: [N, 8] words, the state of each environment's random generator.
        before: [N, 2 d] words, the position whose change the next step rewards; d = 0 if the task has none.
        elapsed: [N], steps since the last reset.
    """

    physics: jax.Array
    generator: jax.Array
    before: jax.Array
    elapsed: jax.Array


class ProcessorEnv:
    """N environments that jitted code can step; their state is a value.

    With the seed s and the same actions, an environment runs through the states of a Gymnasium environment with
    the seed s, bit for bit, episode after episode. Observations and rewards are compiled: they are Gymnasium's up
    to the last bits of float64, and are then rounded to `dtype`.

    Attributes:
        num_envs: N.
        observation_size: n.
        action_size: k.
        action_low: [k], the least controls.
        action_high: [k], the greatest controls.
        physics: the simulations; every call loads them with the state that it is given.
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
        self._task = make_task(task, **options)
        self._model = load(self._task.xml_file, self._task.frame_skip)
        self.physics = HostPhysics(self._task, self._model, num_envs, threads=threads)
        self.num_envs, self.action_size = num_envs, self._model.mj.nu
        self.action_low, self.action_high = self._model.action_bounds
        self._limit, self._dtype = self._task.time_limit if time_limit is None else time_limit, dtype
        shape = jax.ShapeDtypeStruct
        words = shape((num_envs, 2 * self.physics.width), np.uint32)
        generators = shape((num_envs, 2 * GENERATOR), np.uint32)
        flags = shape((num_envs,), np.bool_)
        fields = [shape(field.shape, np.float64) for field in self.physics.fields.values()]
        self._call_seed = HostCall(self.physics.seed, [shape((num_envs,), np.uint32)], [generators])
        self._call_start = HostCall(
            self.physics.start, [words, generators, flags, *fields], [words, generators, *fields]
        )
        controls = shape((num_envs, self.action_size), np.float32)
        self._call_step = HostCall(self.physics.step, [words, controls], [words, flags, *fields])
        self.observation_size = jax.eval_shape(self.reset, shape((num_envs,), np.uint32))[1].shape[1]

    def reset(self, seeds: jax.Array) -> tuple[ProcessorState, jax.Array]:
        """Start an episode in every environment with its seed of [N]; return state and observations [N, n]."""
        with jax.enable_x64(True):
            (generator,) = self._call_seed(jnp.asarray(seeds, jnp.uint32))
            everyone = jnp.ones(self.num_envs, bool)
            nothing = [jnp.zeros(field.shape) for field in self.physics.fields.values()]
            physics = jnp.zeros((self.num_envs, 2 * self.physics.width), jnp.uint32)
            physics, generator, *fields = self._call_start(physics, generator, everyone, *nothing)
            state = self._state(fields)
            elapsed = jnp.zeros(self.num_envs, jnp.int32)
            return ProcessorState(physics, generator, self._tracked(state), elapsed), self._observe(state)

    def step(self, state: ProcessorState, actions: jax.Array) -> tuple[ProcessorState, Transition]:
        """Step every environment with actions [N, k]; episodes that end are followed by new ones at once."""
        with jax.enable_x64(True):
            actions = jnp.asarray(actions, jnp.float32)
            physics, unstable, *fields = self._call_step(state.physics, actions)
            now = self._state(fields, actions)
            outcome, successor = self._outcome(now, state.before, actions, unstable), self._observe(now)
            elapsed = state.elapsed + 1
            truncated = (elapsed >= self._limit) | unstable
            ended = outcome.terminated | truncated

            def restart() -> tuple[jax.Array, ...]:
                words, generator, *started = self._call_start(physics, state.generator, ended, *fields)
                new = self._state(started, actions)
                return words, generator, self._tracked(new), jnp.where(ended[:, None], self._observe(new), successor)

            def go_on() -> tuple[jax.Array, ...]:
                return physics, state.generator, self._tracked(now), successor

            words, generator, before, observation = jax.lax.cond(ended.any(), restart, go_on)
            transition = Transition(observation, successor, outcome.reward, outcome.terminated, truncated, outcome.info)
            return ProcessorState(words, generator, before, jnp.where(ended, 0, elapsed)), transition

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

    def _state(self, fields: list[jax.Array], actions: jax.Array | None = None) -> State:
        ctrl = None if actions is None else actions.astype(jnp.float64)
        return State(model=self._model, xp=jnp, ctrl=ctrl, **dict(zip(self.physics.fields, fields, strict=True)))

    def _observe(self, state: State) -> jax.Array:
        return self._task.observation(state).astype(self._dtype)

    def _tracked(self, state: State) -> jax.Array:
        tracked = self._task.tracked(state)
        if tracked is None:
            return jnp.zeros((self.num_envs, 0), jnp.uint32)
        return jax.lax.bitcast_convert_type(tracked, jnp.uint32).reshape(self.num_envs, -1)

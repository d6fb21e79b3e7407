"""Record what an engine does: the positions and velocities of one environment, step by step."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ...spec.errors import ParameterError
from ...spec.numbers import Array
from ..policies import trained_policy

ENGINES = ("processor", "mjx", "warp")
POLICIES = ("random", "zero", "trained")


class Recording(NamedTuple):
    """The states of one environment: qpos [T + 1, nq], qvel [T + 1, nv]; rewards [T]; ends [T] of episodes."""

    qpos: Array
    qvel: Array
    rewards: Array
    ends: Array


def record(task: str, *, engine: str, policy: str, steps: int, seed: int, **options: Any) -> Recording:
    """Run one environment for so many steps and record its states.

    Args:
        task: its name, such as "Hopper".
        engine: "processor" for MuJoCo in float64, "mjx" or "warp" for single precision in JAX.
        policy: "random", "zero", or "trained" for the policies that are shipped.
        steps: T; an episode that ends is followed by another.
        seed: of the environment and of the actions.
        **options: of the task.
    """
    for name, value, known in (("engine", engine, ENGINES), ("policy", policy, POLICIES)):
        if value not in known:
            raise ParameterError(
                f"there is no such {name}",
                got=repr(value),
                expected=f"one of {', '.join(known)}",
                cause="a slip",
                remedy=f"take {known[0]!r}",
            )
    if steps < 1:
        raise ParameterError(
            "a recording has at least one step",
            got=f"steps={steps}",
            expected="steps >= 1",
            cause="a number of episodes instead of steps",
            remedy="ask for at least one step",
        )
    return (_on_processor if engine == "processor" else _in_jax)(
        task, engine=engine, policy=policy, steps=steps, seed=seed, options=options
    )


def _on_processor(task: str, *, engine: str, policy: str, steps: int, seed: int, options: dict[str, Any]) -> Recording:
    del engine
    from .tasks import TASKS
    from .vector_env import MujocoVectorEnv

    name = task.removeprefix("rlproof/").removesuffix("-v5")
    limit = TASKS[name].time_limit if name in TASKS else None
    env = MujocoVectorEnv(task, 1, threads=1, autoreset_mode="SameStep", max_episode_steps=limit, **options)
    act = _actor(policy, name, *env.model.action_bounds, seed)
    state, (observation, _) = env.engine.simulation.state, env.reset(seed=seed)
    rows = [(state.qpos[0].copy(), state.qvel[0].copy(), 0.0, False)]
    for _ in range(steps):
        observation, reward, terminated, truncated, _ = env.step(act(observation[0])[None])
        rows.append((state.qpos[0].copy(), state.qvel[0].copy(), reward[0], terminated[0] or truncated[0]))
    env.close()
    return _recording(rows)


def _in_jax(task: str, *, engine: str, policy: str, steps: int, seed: int, options: dict[str, Any]) -> Recording:
    import jax
    import jax.numpy as jnp

    from .accelerator_env import AcceleratorEnv

    env = AcceleratorEnv(task, 1, implementation="jax" if engine == "mjx" else engine, **options)
    act = _actor(policy, type(env.task).__name__, env.action_low, env.action_high, seed)
    step = jax.jit(env.step)
    state, observation = jax.jit(env.reset)(jnp.array([seed], jnp.uint32))
    rows = [(np.asarray(state.data.qpos[0]), np.asarray(state.data.qvel[0]), 0.0, False)]
    for _ in range(steps):
        state, change = step(state, jnp.asarray(act(np.asarray(observation[0], np.float64))[None], jnp.float32))
        observation, ended = change.observation, bool(change.terminated[0] | change.truncated[0])
        rows.append((np.asarray(state.data.qpos[0]), np.asarray(state.data.qvel[0]), float(change.reward[0]), ended))
    return _recording(rows)


def _actor(policy: str, task: str, low: Array, high: Array, seed: int) -> Callable[[Array], Array]:
    if policy == "zero":
        return lambda _: np.zeros_like(low)
    generator = np.random.default_rng(seed)
    if policy == "random":
        return lambda _: generator.uniform(low, high).astype(np.float32)
    trained = trained_policy(f"{task}-v5")
    return lambda observation: np.clip(trained.mean(observation), low, high).astype(np.float32)


def _recording(rows: list[tuple[Array, Array, float, bool]]) -> Recording:
    qpos, qvel, rewards, ends = (np.array(column) for column in zip(*rows, strict=True))
    return Recording(qpos, qvel, rewards[1:], ends[1:])

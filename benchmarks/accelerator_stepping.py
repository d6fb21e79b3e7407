"""Environment steps per second on an accelerator: MJX, MuJoCo Warp, and beside them brax and MuJoCo Playground.

Random actions, everything in one compiled loop on the device, resets included. Brax and Playground have tasks
of their own making under similar names: the figures of a row are of similar bodies, not of equal programs.

It runs on whatever device JAX has; on a processor a table of a few environments takes minutes to compile.
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import mujoco
import numpy as np
from tools.measure import machine, print_table, spread

from rlproof.envs.mujoco.accelerator_env import AcceleratorEnv

TASKS = {
    "InvertedPendulum": ("inverted_pendulum", "CartpoleBalance"),
    "InvertedDoublePendulum": ("inverted_double_pendulum", "AcrobotSwingup"),
    "Reacher": ("reacher", "ReacherEasy"),
    "Swimmer": ("swimmer", "SwimmerSwimmer6"),
    "Hopper": ("hopper", "HopperHop"),
    "HalfCheetah": ("halfcheetah", "CheetahRun"),
    "Walker2d": ("walker2d", "WalkerRun"),
}
"""Our tasks, and the nearest of brax and of Playground."""
Loop = tuple[Callable[[], Any], Callable[[Any, jax.Array], Any]]
"""How a batch starts, and how it steps with a key."""


def main() -> None:
    """Measure every contender that is installed, at every number of environments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--envs", type=int, nargs="+", default=[1, 64, 1024, 4096, 8192, 32768])
    parser.add_argument("--tasks", nargs="+", default=list(TASKS))
    parser.add_argument("--contenders", nargs="+", default=list(CONTENDERS))
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    mujoco.set_mju_user_warning(lambda _: None)
    print(f"{machine()}; MuJoCo {mujoco.__version__}, JAX {jax.__version__}, {jax.devices()[0].device_kind}")
    for task in options.tasks:
        rows = []
        for count in options.envs:
            cells = [cell(task, count, name, options.steps, options.rounds) for name in options.contenders]
            rows.append([f"{count:,}", *cells])
            print(task, *rows[-1], flush=True)
        print_table(f"{task}: steps per second, median (quartiles)", ["environments", *options.contenders], rows)


def cell(task: str, count: int, contender: str, steps: int, rounds: int) -> str:
    """Measure one contender; say why where there is no figure."""
    try:
        return spread(count * steps / measure(*CONTENDERS[contender](task, count), steps, rounds))
    except ImportError as error:
        return f"not installed: {error.name}"
    except Exception as error:  # noqa: BLE001 - other people's code; where there is no figure stands the reason
        return f"{type(error).__name__}: {str(error)[:60]}"


def measure(start: Callable[[], Any], step: Callable[[Any, jax.Array], Any], steps: int, rounds: int) -> np.ndarray:
    """Return [rounds] seconds that so many steps take."""

    @jax.jit
    def run(state: Any, key: jax.Array) -> Any:
        state, _ = jax.lax.scan(lambda state, key: (step(state, key), None), state, jax.random.split(key, steps))
        return state

    state, seconds = jax.block_until_ready(run(start(), jax.random.key(0))), np.zeros(rounds)
    for turn in range(rounds):
        began = time.perf_counter()
        state = jax.block_until_ready(run(state, jax.random.key(turn)))
        seconds[turn] = time.perf_counter() - began
    return seconds


def ours(implementation: str) -> Callable[[str, int], Loop]:
    """Return how our engine is made with an implementation."""

    def make(task: str, count: int) -> Loop:
        env = AcceleratorEnv(task, count, implementation=implementation)
        low, high = map(jnp.asarray, (env.action_low, env.action_high))

        def step(state: Any, key: jax.Array) -> Any:
            actions = jax.random.uniform(key, (count, env.action_size), minval=low, maxval=high)
            return env.step(state, actions)[0]

        return lambda: jax.jit(env.reset)(jnp.arange(count))[0], step

    return make


def brax(task: str, count: int) -> Loop:
    """Return brax's environment on MJX."""
    from brax import envs

    env = envs.create(TASKS[task][0], backend="mjx", batch_size=count, episode_length=1000, auto_reset=True)
    return _of_brax(env, count, keys=jax.random.PRNGKey(0))


def playground(task: str, count: int) -> Loop:
    """Return MuJoCo Playground's environment, on the physics that it chooses itself."""
    from mujoco_playground import registry, wrapper

    env = wrapper.wrap_for_brax_training(registry.load(TASKS[task][1]), episode_length=1000, action_repeat=1)
    return _of_brax(env, count, keys=jax.random.split(jax.random.PRNGKey(0), count))


def _of_brax(env: Any, count: int, *, keys: jax.Array) -> Loop:
    def step(state: Any, key: jax.Array) -> Any:
        return env.step(state, jax.random.uniform(key, (count, env.action_size), minval=-1.0, maxval=1.0))

    return lambda: jax.jit(env.reset)(keys), step


CONTENDERS: dict[str, Callable[[str, int], Loop]] = {
    "rlproof, MJX": ours("jax"),
    "rlproof, Warp": ours("warp"),
    "brax": brax,
    "Playground": playground,
}

if __name__ == "__main__":
    main()

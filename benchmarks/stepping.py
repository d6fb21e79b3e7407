"""Environment steps per second on processors: ours, Gymnasium's, EnvPool's, beside the bare physics.

The ceiling is `mj_step` in a loop in C on the same threads, from states that random actions reach, with random
controls, and nothing else: no observations, no rewards, no resets, one synchronisation in ten steps.

A second table has one environment stepped from Python, by `gymnasium.make` and by `make_vec`.

Targets: geometric mean over the tasks of our median ratio to the ceiling at least 0.75, none below 0.6; at
least 2.5 times SyncVectorEnv on every task; at least 1.1 times EnvPool's synchronous mode in geometric mean,
none below 0.95; one environment costs no more than Gymnasium's, in geometric mean.
"""

import argparse
import warnings
from collections.abc import Callable
from typing import Any

import gymnasium
import mujoco
import numpy as np
from mujoco.batch import Batch
from tools.measure import interleave, machine, print_table, print_verdict, spread

import rlproof.envs  # noqa: F401 - registers our environments

TASKS = ("InvertedPendulum", "InvertedDoublePendulum", "Reacher", "Swimmer", "Hopper", "HalfCheetah", "Walker2d")
"""The tasks of Schulman et al. 2017 (PPO)."""
SEGMENT = 10  # steps between two synchronisations of the ceiling
SECONDS = 0.4  # that one turn of a contender takes, about


def main() -> None:
    """Measure, print a table for each number of environments, say whether the targets are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--envs", type=int, nargs="+", default=[64, 256])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--tasks", nargs="+", default=list(TASKS))
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    print(f"{machine()}; MuJoCo {mujoco.__version__}, Gymnasium {gymnasium.__version__}")
    for count in options.envs:
        rates = {task: measure(task, count, options.threads, options.rounds) for task in options.tasks}
        report(rates, count, options.threads)
    report_single({task: measure_single(task, options.rounds) for task in options.tasks})


def measure(task: str, count: int, threads: int, rounds: int) -> dict[str, np.ndarray]:
    """Return [rounds] environment steps per second for every contender."""
    ours = gymnasium.make_vec(f"rlproof/{task}-v5", num_envs=count, threads=threads)
    space = ours.single_action_space
    actions = np.random.default_rng(0).uniform(space.low, space.high, (200, count, *space.shape)).astype(np.float32)
    sync = gymnasium.make_vec(f"{task}-v5", num_envs=count, vectorization_mode="sync")
    ceiling, steps = physics(ours, actions, threads)
    contenders: dict[str, Callable[[], Any]] = {
        "ceiling": ceiling,
        "rlproof": stepper(ours, actions, steps),
        # It is several times slower: fewer steps take as long.
        "SyncVectorEnv": stepper(sync, actions, steps // 4),
    }
    per_turn = {"ceiling": steps, "rlproof": steps, "SyncVectorEnv": steps // 4}
    pool = envpool(task, count, threads)
    if pool is not None:
        contenders["EnvPool"] = stepper(pool, actions.astype(pool.action_space.dtype), steps)
        per_turn["EnvPool"] = steps
    seconds = interleave(contenders, rounds=rounds)
    sync.close()
    return {name: count * per_turn[name] / seconds[name] for name in contenders}


def physics(env: Any, actions: np.ndarray, threads: int) -> tuple[Callable[[], None], int]:
    """Return the ceiling, and the number of steps of one turn."""
    skip, model, count = env.model.frame_skip, env.model.mj, env.num_envs
    states = visited(env, actions)
    batch = Batch(model, nsim=count, nthread=threads)
    controls = np.repeat(actions.swapaxes(0, 1).astype(np.float64), skip, axis=1)

    def segment(number: int) -> None:
        batch.state[:] = states[number % len(states)]
        first = number * SEGMENT % (len(actions) - SEGMENT) * skip
        batch.rollout(SEGMENT * skip, control=controls[:, first : first + SEGMENT * skip], record=())

    probe = interleave({"segment": lambda: segment(0)}, rounds=5)["segment"]
    segments = max(2, int(SECONDS / np.median(probe)))

    def run() -> None:
        for number in range(segments):
            segment(number)

    return run, segments * SEGMENT


def visited(env: Any, actions: np.ndarray) -> list[np.ndarray]:
    """Return states of all simulations that random actions reach, episodes ending and beginning as they do."""
    env.reset(seed=0)
    states = []
    for number, action in enumerate(actions):
        env.step(action)
        if number >= len(actions) // 2 and number % SEGMENT == 0:
            states.append(env.engine.simulation.batch.state.copy())
    return states


def stepper(env: Any, actions: np.ndarray, steps: int) -> Callable[[], None]:
    """Return a turn of an environment."""
    env.reset()

    def run() -> None:
        for number in range(steps):
            env.step(actions[number % len(actions)])

    return run


def envpool(task: str, count: int, threads: int) -> Any:
    """Return EnvPool's environment, None if EnvPool is not installed."""
    try:
        import envpool as library
    except ImportError:
        return None
    return library.make(f"{task}-v5", env_type="gymnasium", num_envs=count, num_threads=threads, seed=0)


def measure_single(task: str, rounds: int) -> dict[str, np.ndarray]:
    """Return [rounds] microseconds per step of one environment, episodes beginning again as they end."""
    singles = {"rlproof": gymnasium.make(f"rlproof/{task}-v5"), "Gymnasium": gymnasium.make(f"{task}-v5")}
    vectors = {
        "rlproof, vector of 1": gymnasium.make_vec(f"rlproof/{task}-v5", num_envs=1, threads=1),
        "Gymnasium, vector of 1": gymnasium.make_vec(f"{task}-v5", num_envs=1, vectorization_mode="sync"),
    }
    space = singles["rlproof"].action_space
    assert isinstance(space, gymnasium.spaces.Box)
    actions = np.random.default_rng(0).uniform(space.low, space.high, (500, 1, *space.shape)).astype(np.float32)
    contenders = {name: single_stepper(env, actions[:, 0]) for name, env in singles.items()}
    contenders |= {name: stepper(env, actions, len(actions)) for name, env in vectors.items()}
    seconds = interleave(contenders, rounds=rounds)
    return {name: seconds[name] / len(actions) * 1e6 for name in contenders}


def single_stepper(env: Any, actions: np.ndarray) -> Callable[[], None]:
    """Return a turn of a single environment."""
    env.reset(seed=0)

    def run() -> None:
        for action in actions:
            _, _, terminated, truncated, _ = env.step(action)
            if terminated or truncated:
                env.reset()

    return run


def report_single(times: dict[str, dict[str, np.ndarray]]) -> None:
    """Print the table of one environment and hold it against the target."""
    pairs = {"single": ("rlproof", "Gymnasium"), "vector of 1": ("rlproof, vector of 1", "Gymnasium, vector of 1")}
    print_table(
        "one environment: microseconds per step, then ratios; median (quartiles)",
        ["task", *(name for pair in pairs.values() for name in pair), *pairs],
        [
            [
                task,
                *(f"{np.median(time[name]):.1f}" for pair in pairs.values() for name in pair),
                *(spread(time[ours] / time[theirs]) for ours, theirs in pairs.values()),
            ]
            for task, time in times.items()
        ],
    )
    for name, (ours, theirs) in pairs.items():
        ratios = [float(np.median(time[ours] / time[theirs])) for time in times.values()]
        mean = float(np.exp(np.mean(np.log(ratios))))
        claim = f"{name}, rlproof / Gymnasium: geometric mean {mean:.2f} (target 1), greatest {max(ratios):.2f}"
        print_verdict(claim, holds=mean <= 1)


def report(rates: dict[str, dict[str, np.ndarray]], count: int, threads: int) -> None:
    """Print the table and hold it against the targets."""
    contenders = list(next(iter(rates.values())))
    print_table(
        f"{count} environments, {threads} threads: steps per second, then ratios; median (quartiles)",
        ["task", *contenders, *(f"rlproof / {name}" for name in contenders if name != "rlproof")],
        [
            [
                task,
                *(f"{np.median(rate[name]):,.0f}" for name in contenders),
                *(spread(rate["rlproof"] / rate[name]) for name in contenders if name != "rlproof"),
            ]
            for task, rate in rates.items()
        ],
    )
    targets = {"ceiling": (0.75, 0.6), "SyncVectorEnv": (2.5, 2.5), "EnvPool": (1.1, 0.95)}
    for name in contenders:
        if name in targets:
            ratios = [float(np.median(rate["rlproof"] / rate[name])) for rate in rates.values()]
            mean, least, (goal, floor) = float(np.exp(np.mean(np.log(ratios)))), min(ratios), targets[name]
            claim = f"rlproof / {name}: geometric mean {mean:.2f} (target {goal}), least {least:.2f} (target {floor})"
            print_verdict(claim, holds=mean >= goal and least >= floor)


if __name__ == "__main__":
    main()

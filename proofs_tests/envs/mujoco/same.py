"""Bit-identity of what environments return, and the environments that are compared."""

import warnings
from typing import Any

import gymnasium
import mujoco
import numpy as np
from gymnasium.vector import AutoresetMode, SyncVectorEnv

import rlproof.envs  # noqa: F401 - registers our environments
from rlproof.envs.gymnasium_envs import without_known_warnings

NEXT, SAME, DISABLED = AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP, AutoresetMode.DISABLED


def gymnasiums(task: str, count: int, *, mode: AutoresetMode = NEXT, **options: Any) -> SyncVectorEnv:
    """Return `count` of Gymnasium's own environments, one after another."""
    with quiet(), without_known_warnings(mujoco):
        return SyncVectorEnv([lambda: gymnasium.make(f"{task}-v5", **options)] * count, autoreset_mode=mode)


def ours(task: str, count: int, *, mode: AutoresetMode = NEXT, threads: int = 2, **options: Any) -> Any:
    """Return `count` of our environments."""
    return gymnasium.make_vec(f"rlproof/{task}-v5", num_envs=count, autoreset_mode=mode, threads=threads, **options)


def quiet() -> Any:
    """Let Gymnasium say what it likes about observation spaces without bounds."""
    return warnings.catch_warnings(action="ignore")


def draw_actions(env: Any, steps: int, *, seed: int = 0) -> np.ndarray:
    """Draw [steps, N, k] actions in single precision, as policies give them, uniform within the bounds."""
    space = env.single_action_space
    shape = (steps, env.num_envs, *space.shape)
    return np.random.default_rng(seed).uniform(space.low, space.high, shape).astype(np.float32)


def assert_same(first: Any, second: Any, where: str = "") -> None:
    """Require equal keys, kinds, shapes and bits (NaN equals NaN); None stands for nothing."""
    if isinstance(second, dict):
        assert first.keys() == second.keys(), where
        for key in second:
            assert_same(first[key], second[key], f"{where}[{key!r}]")
        return
    first, second = np.asarray(first), np.asarray(second)
    assert (first.dtype, first.shape) == (second.dtype, second.shape), where
    if first.dtype == object:
        for row, (one, other) in enumerate(zip(first, second, strict=True)):
            assert (one is None) == (other is None), f"{where}, row {row}"
            if one is not None:
                assert_same(one, other, f"{where}, row {row}")
        return
    different = first != second
    if first.dtype.kind == "f":
        different &= ~(np.isnan(first) & np.isnan(second))
    assert not different.any(), f"{where}: {first[different]} instead of {second[different]}"


def assert_same_step(first: tuple[Any, ...], second: tuple[Any, ...], where: str) -> None:
    """Require two results of `step` to be the same."""
    names = ("observation", "reward", "terminated", "truncated", "infos")
    for name, one, other in zip(names, first, second, strict=True):
        assert_same(one, other, f"{where}: {name}")

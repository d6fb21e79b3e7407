"""Runs that take a second: small settings, environments that are made once, programs that are compiled once."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rlproof.envs.mujoco.processor_env import ProcessorEnv
from rlproof.impl.agents import AGENTS
from rlproof.impl.agents.settings import Settings
from rlproof.impl.training import group as module_of_groups
from rlproof.impl.training import training as module_of_training
from rlproof.impl.training.group import Compiled
from rlproof.impl.training.program import Program
from rlproof.impl.training.training import Report, Training
from rlproof.training import running, tasks
from rlproof.training.checkpoints import Checkpoints
from rlproof.training.running import Plan

PROGRAM = Path(sys.executable).with_name("rlproof")
CACHE = Path(__file__).parents[2] / ".cache" / "train" / os.environ.get("PYTEST_XDIST_WORKER", "main")
"""Where processes keep compiled programs between runs of the tests."""

SMALL = {"horizon": 64, "hidden": (8,), "minibatch": 32, "critic_minibatch": 32, "epochs": 2, "critic_epochs": 2}
"""Settings, of the agents that have them."""

CALL = 256
"""Steps that one call takes."""

NEVER, ALWAYS = 1e9, 0.0
"""Seconds between checkpoints, so that there is one at the end only, or one after every call."""

NORMALISED = {"normalise_observations": True, "normalise_rewards": True}

KEY = jax.dtypes.prng_key


def config(agent: str = "ppo", **options: Any) -> Settings:
    """Return small settings of an agent."""
    known = {field.name for field in fields(AGENTS[agent].Config)}
    return AGENTS[agent].Config(**{name: value for name, value in SMALL.items() if name in known} | options)


def plan(agent: str = "ppo", env: str = "InvertedPendulum-v5", **changes: Any) -> Plan:
    """Return a plan of a few calls, which is over soon."""
    whole = {"agent": agent, "env": env, "steps": 3 * CALL, "seeds": (5,), "config": config(agent)}
    return Plan(**whole | changes)


@cache
def _made(env: str, count: int) -> Any:
    if env.startswith("InvertedPendulum"):
        tasks._silence_mujoco()
        return ProcessorEnv("InvertedPendulum", count, threads=1, at_once=4, time_limit=20)
    return tasks.maker(env)(count, 1, 4)


def maker(env: str, engine: str = "processor") -> Callable[[int, int | None, int], Any]:
    """Return what gives environments, the same ones to all who ask."""
    tasks.maker(env)
    assert engine == "processor"
    return lambda count, *_: _made(env, count)


_COMPILED: dict[Any, Compiled] = {}


def _compiled(program: Program, seeds: int, *, overlap: bool) -> Compiled:
    """Compile what has not been compiled yet for environments, which are values."""
    key = (program.agent, program.config, program.env.env, seeds, overlap)
    if key not in _COMPILED:
        _COMPILED[key] = Compiled(program, seeds, overlap=overlap)
    return _COMPILED[key]


@pytest.fixture(autouse=True, scope="module")
def as_on_the_command_line() -> Iterator[None]:
    """Train in single precision, while other tests have 64 bits; compile in a hurry, and nothing twice."""
    double = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", False)
    jax.config.update("jax_disable_most_optimizations", True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "maker", maker)
        patch.setattr(module_of_groups, "STEPS_AT_ONCE", CALL)
        patch.setattr(module_of_training, "Compiled", _compiled)
        patch.setattr(module_of_training, "os", SimpleNamespace(sched_getaffinity=lambda _: {0, 1}))
        yield
    jax.config.update("jax_enable_x64", double)
    jax.config.update("jax_disable_most_optimizations", False)


def poison(patch: pytest.MonkeyPatch, *, seed: int, after: int, part: str = "actor") -> None:
    """Plant a NaN into what a seed has learnt, after so many calls of any training."""
    call = Training.call

    def poisoned(training: Training) -> Report:
        for group in training.groups:
            whose = group.seeds == seed
            if training.calls == after and whose.any():
                learner = group.settle()
                half = jax.tree.map(lambda leaf, whose=whose: _spoilt(leaf, whose), getattr(learner.agent, part))
                group._learner = learner._replace(agent=learner.agent._replace(**{part: half}))
        return call(training)

    patch.setattr(Training, "call", poisoned)


def _spoilt(leaf: jax.Array, whose: jax.Array) -> jax.Array:
    """Return NaN for some seeds, if a leaf [S, ...] holds real numbers."""
    rows = whose.reshape(-1, *(1,) * (leaf.ndim - 1))
    return jnp.where(rows, jnp.nan, leaf) if jnp.issubdtype(leaf.dtype, jnp.floating) else leaf


def tables(directory: Path) -> dict[str, bytes]:
    """Return the bytes of the tables that do not depend on a clock."""
    return {name: (directory / name).read_bytes() for name in ("metrics.csv", "episodes.csv")}


def numbers(tree: Any) -> list[np.ndarray]:
    """Return the leaves of a tree; of random keys their words."""
    leaves = jax.tree.leaves(tree)
    return [np.asarray(jax.random.key_data(one) if jnp.issubdtype(one.dtype, KEY) else one) for one in leaves]


def checkpoint(plan: Plan, directory: Path) -> tuple[int, list[np.ndarray]]:
    """Return after how many calls the last checkpoint of a run was saved, and its leaves."""
    training = Training(AGENTS[plan.agent], plan.config, running.maker(plan.env), plan.seeds, groups=plan.groups)
    checkpoints = Checkpoints(directory / "checkpoints")
    try:
        assert checkpoints.latest is not None
        return checkpoints.latest, numbers(checkpoints.load(training.settle()))
    finally:
        checkpoints.close()
        training.close()


def outcome(plan: Plan, directory: Path) -> list[Any]:
    """Return all that a run has come to, as what can be compared: tables and last checkpoint, bit for bit."""
    calls, leaves = checkpoint(plan, directory)
    return [tables(directory), calls, [(leaf.dtype, leaf.shape, leaf.tobytes()) for leaf in leaves]]


def begin(folder: Path, *options: str) -> subprocess.Popen[str]:
    """Start `rlproof train` in a folder."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(CACHE), "COLUMNS": "200"}
    command = [PROGRAM, "train", *options]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=folder, env=environment, text=True, stdout=pipe, stderr=pipe)

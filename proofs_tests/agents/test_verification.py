"""A training is held against the theory while it goes on: sound agents agree, planted faults are named, nothing moves."""

from collections.abc import Callable, Iterator
from dataclasses import fields
from functools import cache
from io import StringIO
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from rich.console import Console

from rlproof.envs.mujoco.processor_env import ProcessorEnv
from rlproof.envs.tabular_env import TabularEnv
from rlproof.envs.tabular_tasks import tabular_task
from rlproof.impl import acer, cem, divergence, gae, policy, ppo, trpo, vpg
from rlproof.impl.agents import AGENTS
from rlproof.impl.training.training import Training
from rlproof.training.verification import Verification

SMALL = {
    "environments": 4,
    "horizon": 16,
    "hidden": (),
    "minibatch": 16,
    "epochs": 2,
    "critic_minibatch": 16,
    "critic_epochs": 2,
    "elites": 2,
    "trials": 3,
    "iterations": 3,
}
"""So that an iteration compiles soon."""


def on_a_pendulum(count: int, threads: int | None) -> ProcessorEnv:
    """Real-valued actions, ends of both kinds."""
    del threads
    return ProcessorEnv("InvertedPendulum", count, threads=1, time_limit=6)


def on_a_grid(count: int, threads: int | None) -> TabularEnv:
    """Discrete actions, ends of both kinds."""
    del threads
    return TabularEnv(tabular_task("gridworld"), count, time_limit=6)


TASKS = {"pendulum": on_a_pendulum, "grid": on_a_grid}


@pytest.fixture(autouse=True, scope="module")
def _single_precision() -> Iterator[None]:
    """Training runs as the command line has it, while the other tests have 64 bits."""
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", False)
    yield
    jax.config.update("jax_enable_x64", before)


def training(name: str, task: str, **settings: Any) -> Training:
    """Two seeds of an agent in one group."""
    agent = AGENTS[name]
    known = {field.name for field in fields(agent.Config)}
    chosen = {key: value for key, value in (SMALL | settings).items() if key in known}
    return Training(agent, agent.Config(**chosen), TASKS[task], [3, 5], groups=1)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("name", AGENTS)
def test_a_sound_agent_agrees_with_the_theory(name: str, task: str) -> None:
    """Every number of a batch is within its derived bound, whatever the agent and the kind of policy."""
    verification = Verification(training(name, task), rows=8)
    rows = [*verification.probe(), *verification.probe()]
    assert [row for row in rows if not row.ok or not row.cases] == []

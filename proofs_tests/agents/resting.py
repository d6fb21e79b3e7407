"""What the tests of the verification begin with: small agents that stay where they are, in single precision."""

from collections.abc import Callable, Iterator
from dataclasses import fields
from functools import cache
from types import SimpleNamespace
from typing import Any, cast

import jax
import jax.numpy as jnp
import pytest

from rlproof.envs.mujoco.processor_env import ProcessorEnv
from rlproof.envs.tabular_env import TabularEnv
from rlproof.envs.tabular_tasks import tabular_task
from rlproof.impl.agents import AGENTS
from rlproof.impl.training.environments import Environments
from rlproof.impl.training.program import Learner, Program
from rlproof.impl.training.training import Training
from rlproof.training.verification import Verification

SMALL = {"environments": 4, "horizon": 16, "hidden": (), "minibatch": 16, "critic_minibatch": 16}
FEW = {"epochs": 2, "critic_epochs": 2, "iterations": 3, "trials": 6, "elites": 2}
"""So that an iteration compiles soon."""

LONG_STEPS = {"learning_rate": 0.05, "first_step_size": 0.3, "kl_target": 1e-6, "damping": 1e-3}
SEEN = {"clip_epsilon": 0.01, "delta": 0.3, "entropy_coefficient": 0.1}
"""So that ratios are clipped, TRPO's search has something to reject, and ACER's region something to leave out."""

TASKS: dict[str, Callable[[int], Any]] = {
    "pendulum": cache(lambda count: ProcessorEnv("InvertedPendulum", count, threads=1, time_limit=6)),
    "lake": cache(lambda count: TabularEnv(tabular_task("FrozenLake-v1"), count, time_limit=6)),
}
"""Real-valued and discrete actions; environments are values, and compiled once for all agents."""


@pytest.fixture(autouse=True, scope="module")
def as_on_the_command_line() -> Iterator[None]:
    """Train in single precision, while other tests have 64 bits; compile in a hurry."""
    double = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", False)
    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_enable_x64", double)
    jax.config.update("jax_disable_most_optimizations", False)


class Resting:
    """A group that does not move: what a probe needs of one, without the programs that take most of the compiling."""

    def __init__(self, name: str, task: str, **wanted: Any) -> None:
        """Set two seeds up."""
        agent = AGENTS[name]
        known = {field.name for field in fields(agent.Config)}
        chosen = {key: value for key, value in (SMALL | FEW | LONG_STEPS | SEEN).items() if key in known}
        if name == "ppo" and "value_coefficient" not in wanted:
            del chosen["entropy_coefficient"]  # of the combined loss alone
        config = agent.Config(**chosen | wanted)
        env = Environments(TASKS[task](2 * config.environments))
        self.program = Program(agent, config, env, one_by_one=True)
        self.seeds, self.iterations = jnp.array([3, 5], jnp.uint32), 0
        self._learner: Learner = jax.jit(self.program.start)(self.seeds)
        if name == "a2c_trust_region":  # at first, the average policy is the policy itself
            actor = self._learner.agent.actor
            actor = actor._replace(average=jax.tree.map(lambda leaf: leaf + 0.1 * jnp.cos(leaf), actor.average))
            self._learner = self._learner._replace(agent=self._learner.agent._replace(actor=actor))

    def settle(self) -> Learner:
        """Return what the seeds have come to."""
        return self._learner


def verification_of(*groups: Any, rows: int = 8) -> Verification:
    """Of a training of these groups."""
    return Verification(cast("Training", SimpleNamespace(groups=groups)), rows=rows)

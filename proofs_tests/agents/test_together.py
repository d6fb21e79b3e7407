"""On an accelerator all seeds learn at once: each learns what it would have learnt by itself."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rlproof.envs.tabular import garnet
from rlproof.envs.tabular_env import TabularEnv
from rlproof.impl.agents import AGENTS
from rlproof.impl.training.environments import Environments
from rlproof.impl.training.program import Program
from rlproof.oracle.rounding import UNIT_ROUNDOFF

from .cases import SMALL, as_type, rollout_of, settings
from .cases import in_a_hurry as in_a_hurry

SEEDS = 3
ALIKE = ("ppo_fixed_kl", "ppo_adaptive_kl", "cpi", "a2c_trust_region", "vpg")
LEARNERS = [pytest.param(name, marks=[pytest.mark.slow] * (name in ALIKE)) for name in AGENTS]


def learnt(name: str, dtype: Any, *, one_by_one: bool, mixed: bool = False) -> np.ndarray:
    """What three agents come to from a batch each: all numbers [S, n]; `mixed` takes the batches in another order."""
    agent, env = AGENTS[name], Environments(TabularEnv(garnet(5, 3, 2, 0), SEEDS * SMALL["environments"]))
    config = settings(agent, **SMALL)
    program = Program(agent, config, env, one_by_one=one_by_one)
    keys = jax.random.split(jax.random.key(0), SEEDS)
    state = jax.vmap(lambda key: agent.init(config, env.sizes, key))(keys)
    rollout = jax.vmap(lambda key: rollout_of(config, env.sizes, key))(keys)
    if mixed:
        rollout = jax.tree.map(lambda leaf: leaf[::-1], rollout)
    after, info = jax.jit(program.learn)(as_type(state, dtype), as_type(rollout, dtype), keys)
    leaves = [leaf for leaf in jax.tree.leaves((after, info)) if jnp.issubdtype(leaf.dtype, jnp.floating)]
    return np.concatenate([np.asarray(leaf, np.float64).reshape(SEEDS, -1) for leaf in leaves], axis=1)


@pytest.mark.parametrize("name", LEARNERS)
def test_seeds_learn_together_what_each_learns_alone(name: str) -> None:
    """Up to roundings of double precision: in single precision they are 2^29 times as large, and seen to matter."""
    alone, together = (learnt(name, jnp.float64, one_by_one=alone) for alone in (True, False))
    if name == "cem":  # draws other noise in single precision; its means and variances are some twenty operations
        allowed = 20 * UNIT_ROUNDOFF["float64"] * abs(alone).max()
    else:
        rounded = abs(learnt(name, jnp.float32, one_by_one=True) - alone).max()
        assert 0 < rounded < 1e-3
        # The same roundings, of other signs, may add up a thousand times worse: still a factor 2^19 below.
        allowed = 2.0**-19 * rounded
    assert abs(together - alone).max() <= allowed


def test_a_planted_mixture_of_seeds_is_found() -> None:
    """Negative control: seeds that learn from each other's batches come to something else."""
    alone, mixed = (learnt("ppo", jnp.float64, one_by_one=not mixed, mixed=mixed) for mixed in (False, True))
    assert abs(mixed - alone).max() > 1e-3

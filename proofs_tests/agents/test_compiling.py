"""Programs of many seeds come to an end on two threads, and give the same bits again on a GPU."""

import os
import subprocess
import sys
from typing import Any

import jax
import jax.numpy as jnp
import pytest
from jax.errors import JaxRuntimeError

from rlproof.impl.training.compiling import ON_GPUS, ON_PROCESSORS, jitted

PROGRAM = """
import numpy as np
from rlproof.envs.tabular import garnet
from rlproof.envs.tabular_env import TabularEnv
from rlproof.impl.agents import ppo
from rlproof.impl.training.compiling import jitted
from rlproof.impl.training.environments import Environments
from rlproof.impl.training.program import Program

env = Environments(TabularEnv(garnet(17, 6, 2, 0), 8))
start = jitted(Program(ppo, ppo.Config(), env, one_by_one=True).start)
for number in range(200):
    start(np.arange(8, dtype=np.uint32)).stream.steps.block_until_ready()
print("done")
"""


def test_eight_seeds_are_set_up_again_and_again() -> None:
    """Eight networks of 64 units: with XLA's own order of operations one of the first calls never came back."""
    environment = {**os.environ, "NPROC": "2"}  # the threads that XLA makes
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, env=environment, timeout=240, capture_output=True, text=True, check=False)
    assert done.stdout == "done\n", done.stderr


@pytest.mark.parametrize(("device", "options"), [("cpu", ON_PROCESSORS), ("gpu", ON_GPUS), ("tpu", None)])
def test_every_kind_of_device_has_its_options(
    device: str, options: dict[str, Any] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the device that JAX has."""
    monkeypatch.setattr(jax, "default_backend", lambda: device)
    monkeypatch.setattr(jax, "jit", lambda function, **named: (function, named))
    assert jitted(len) == (len, {"compiler_options": options})


@pytest.mark.parametrize("options", [ON_PROCESSORS, ON_GPUS])
def test_xla_knows_the_options(options: dict[str, Any]) -> None:
    """On whatever device."""
    assert jax.jit(lambda number: number + 1, compiler_options=options)(jnp.ones(())) == 2


def test_an_option_that_xla_does_not_know_is_refused() -> None:
    """Negative control: a slip would not go unnoticed."""
    run = jax.jit(lambda number: number + 1, compiler_options={"xla_gpu_deterministic": True})
    with pytest.raises(JaxRuntimeError, match="No such compile option"):
        run(jnp.ones(()))

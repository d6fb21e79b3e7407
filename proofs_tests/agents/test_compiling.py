"""Programs of many seeds come to an end on two threads."""

import os
import subprocess
import sys

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

"""CleanRL's `ppo_continuous_action.py`, run as it was published: a program, which has nothing to call.

It was written for Gymnasium 0.28. What has changed since is put under the names that the program looks up:
`TransformObservation` asks for a space; a vector of environments begins the next episode one step later
unless told otherwise, and tells of the last one in another form. The clock and the record of episodes look
on from there as well. The normalisation of observations and rewards has no option: it stays.
"""

import importlib.util
import runpy
import sys
import time
from typing import Any

import gymnasium
from gymnasium import vector, wrappers
from torch.utils import tensorboard

END_OF_ITERATION = "charts/SPS"  # what the program logs last


def train(env_id: str, steps: int, seed: int) -> tuple[list[tuple[int, float]], list[float], list[int]]:
    """Train CleanRL's PPO with the hyper-parameters of the paper, most of which are the program's defaults."""
    marks: list[tuple[int, float]] = []
    recorders: list[wrappers.RecordEpisodeStatistics] = []

    class Vector(vector.SyncVectorEnv):
        """Steps and tells of ends as Gymnasium 0.28 did; starts the clock."""

        def __init__(self, makers: Any) -> None:
            super().__init__(makers, autoreset_mode=vector.AutoresetMode.SAME_STEP)

        def reset(self, **options: Any) -> Any:
            marks.append((0, time.perf_counter()))
            return super().reset(**options)

        def step(self, actions: Any) -> Any:
            *transition, infos = super().step(actions)
            infos.pop("final_info", None)
            return *transition, infos

    class Writer(tensorboard.SummaryWriter):
        """Looks at the clock as an iteration ends."""

        def add_scalar(self, tag: str, value: Any, step: int) -> None:
            super().add_scalar(tag, value, step)
            if tag == END_OF_ITERATION:
                marks.append((step, time.perf_counter()))

    def recorder(env: gymnasium.Env) -> gymnasium.Env:
        recorders.append(wrappers.RecordEpisodeStatistics(env, buffer_length=steps))
        return recorders[-1]

    def transform(env: gymnasium.Env, function: Any) -> gymnasium.Env:
        return wrappers.TransformObservation(env, function, env.observation_space)

    class Wrappers:
        """`gymnasium.wrappers` with two of its names exchanged."""

        RecordEpisodeStatistics = staticmethod(recorder)
        TransformObservation = staticmethod(transform)

        def __getattr__(self, name: str) -> Any:
            return getattr(wrappers, name)

    gymnasium.wrappers = Wrappers()
    vector.SyncVectorEnv = Vector
    tensorboard.SummaryWriter = Writer
    run(env_id, steps, seed)
    record = recorders[0]
    return marks, [float(total) for total in record.return_queue], [int(length) for length in record.length_queue]


def run(env_id: str, steps: int, seed: int) -> None:
    """Run the program as from the command line; it does whole iterations, rounded down."""
    found = importlib.util.find_spec("cleanrl.ppo_continuous_action")
    assert found is not None
    assert found.origin is not None
    options = {
        "env-id": env_id,
        "total-timesteps": steps,
        "seed": seed,
        "cuda": False,
        # The paper keeps the step size constant on these tasks and does not clip the critic's loss.
        "anneal-lr": False,
        "clip-vloss": False,
        "learning-rate": 3e-4,
        "num-steps": 2048,
        "num-minibatches": 32,
        "update-epochs": 10,
        "gamma": 0.99,
        "gae-lambda": 0.95,
        "clip-coef": 0.2,
    }
    sys.argv = [found.origin, *(f"--{name}={value}" for name, value in options.items())]
    runpy.run_path(found.origin, run_name="__main__")

"""The child process of `peers.py`: one PPO run of another library, written to a JSON file.

It runs under the peers' own interpreter, which need not have rlproof: nothing of rlproof is imported here.
The hyper-parameters are those of Schulman et al. 2017, table 3, with gradients shortened as all three do by default,
and are passed even where they are the library's defaults.
"""

import argparse
import importlib.metadata
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gymnasium
import torch

HYPER_PARAMETERS: dict[str, Any] = {
    "n_steps": 2048,
    "n_epochs": 10,
    "batch_size": 64,
    "learning_rate": 3e-4,
    "gamma": 0.99,
    "gae_lambda": 0.95,
    "clip_range": 0.2,
    "max_grad_norm": 0.5,
}

Outcome = tuple[list[tuple[int, float]], list[float], list[int]]
"""(steps, seconds) as every iteration begins and as the last one ends; returns and lengths of the episodes."""


def main() -> None:
    """Train and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=list(PEERS))
    parser.add_argument("output", type=Path)
    parser.add_argument("--env", required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    package, train = PEERS[options.peer]
    marks, returns, lengths = train(options.env, options.steps, options.seed)
    start, ends = marks[0][1], [sum(lengths[: number + 1]) for number in range(len(lengths))]
    write(
        options.output,
        {
            "peer": options.peer,
            "version": importlib.metadata.version(package),
            "env": options.env,
            "seed": options.seed,
            "threads": options.threads,
            "steps": marks[-1][0],
            "seconds": marks[-1][1] - start,
            "marks": [[steps, seconds - start] for steps, seconds in marks],
            "episodes": [list(episode) for episode in zip(ends, returns, lengths, strict=True)],
        },
    )


def write(path: Path, content: dict[str, Any]) -> None:
    """Write the file whole or not at all: a run that was cut off leaves no file that looks finished."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_text(json.dumps(content))
    part.replace(path)


def stable_baselines3(env_id: str, steps: int, seed: int) -> Outcome:
    """Train stable-baselines3's PPO."""
    from stable_baselines3 import PPO

    return learn(PPO, env_id, steps, seed)


def sbx(env_id: str, steps: int, seed: int) -> Outcome:
    """Train sbx's PPO, stable-baselines3's interface in JAX."""
    from sbx import PPO

    return learn(PPO, env_id, steps, seed)


def cleanrl(env_id: str, steps: int, seed: int) -> Outcome:
    """Train CleanRL's PPO."""
    import peer_cleanrl

    return peer_cleanrl.train(env_id, steps, seed)


def learn(algorithm: Callable[..., Any], env_id: str, steps: int, seed: int) -> Outcome:
    """Train an algorithm that has stable-baselines3's interface."""
    from stable_baselines3.common.callbacks import BaseCallback
    from stable_baselines3.common.monitor import Monitor

    marks: list[tuple[int, float]] = []

    class Clock(BaseCallback):
        """Looks at the clock as an iteration begins and as training ends."""

        def _on_step(self) -> bool:
            return True

        def _on_rollout_start(self) -> None:
            marks.append((self.model.num_timesteps, time.perf_counter()))

        _on_training_end = _on_rollout_start

    monitor: Any = Monitor(gymnasium.make(env_id))
    algorithm("MlpPolicy", monitor, seed=seed, device="cpu", **HYPER_PARAMETERS).learn(steps, Clock())
    return marks, monitor.get_episode_rewards(), monitor.get_episode_lengths()


PEERS: dict[str, tuple[str, Callable[[str, int, int], Outcome]]] = {
    "stable-baselines3": ("stable-baselines3", stable_baselines3),
    "sbx": ("sbx-rl", sbx),
    "CleanRL": ("cleanrl", cleanrl),
}
"""Name to the package that has the version, and the function that trains."""


if __name__ == "__main__":
    main()

"""Train another library's PPO on many tasks and seeds, one run after the other: what ours is held against.

    python benchmarks/train_peers.py stable-baselines3 --python PEERS/bin/python --out returns

A finished run is one file, `OUT/PEER-TASK-SEED.json`, with every episode of its training. A run whose file is
there is not run again: the program may be stopped at any time and started anew. All tasks of a seed come
before the next seed, so that what there is after a part of the time covers every task. At a million steps,
stable-baselines3 takes about twenty minutes for a run.
"""

import argparse
import sys
from pathlib import Path

import tools.peers

TASKS = ("InvertedPendulum", "InvertedDoublePendulum", "Reacher", "Swimmer", "Hopper", "HalfCheetah", "Walker2d")
"""The tasks of Schulman et al. 2017 (PPO)."""


def main() -> None:
    """Do the runs that are not there yet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peer", choices=list(tools.peers.PACKAGES))
    parser.add_argument("--tasks", nargs="+", default=list(TASKS))
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(5)))
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--threads", type=int, default=1, help="of PyTorch")
    parser.add_argument("--python", default=sys.executable, help="an interpreter that has the peer")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for seed in options.seeds:
        for task in options.tasks:
            path = options.out / f"{options.peer}-{task}-{seed}.json"
            if not path.exists():
                run(options, task, seed, path)


def run(options: argparse.Namespace, task: str, seed: int, path: Path) -> None:
    """Do one run and say how it went."""
    training = tools.peers.train(
        options.peer,
        f"{task}-v5",
        python=options.python,
        steps=options.steps,
        seed=seed,
        threads=options.threads,
        output=path,
    )
    told = f"mean return of the last {tools.peers.LATEST} episodes {training.score:,.1f}"
    print(f"{path.name}: {training.seconds:,.0f} s, {told}", flush=True)


if __name__ == "__main__":
    main()

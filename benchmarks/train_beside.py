"""Returns of PPO after a million steps: ours beside another library's, on the seeds that it was trained with.

    python benchmarks/train_peers.py stable-baselines3 --python PEERS/bin/python --out returns
    python benchmarks/train_beside.py returns

Reads the peer's finished runs in the folder, trains ours for as many steps on the same tasks and seeds (five seeds take
some three minutes for a task), and prints the interquartile means of the mean returns of the last 100 episodes with
bootstrap intervals of 95 %. Both have the hyper-parameters of Schulman et al. 2017, table 3, normalise advantages over
each minibatch and nothing else, and let policy and value function learn together, their gradient shortened to 0.5.
`--record` adds the runs to those that the documentation shows; the hardware that is noted is this machine's. Runs that
are there are not repeated.
"""

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import tools.peers

from rlproof.impl.agents import ppo
from rlproof.papers.beside import BESIDE, OURS, Score, beside_table, merge, read, write
from rlproof.papers.recorded import machine
from rlproof.training.process import prepare
from rlproof.training.record import read_episodes
from rlproof.training.running import Plan, train
from rlproof.training.statistics import last_episodes_score

AS_PEERS = ppo.Config(normalise_each_minibatch=True, max_grad_norm=0.5, value_coefficient=0.5)
"""What the peers do by default, and the paper does not mention."""


def main() -> None:
    """Compare what there is; train ours where the peers have been trained."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="that train_peers.py filled")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(5)), help="of ours")
    parser.add_argument("--record", action="store_true", help="add the runs to the documentation's")
    options = parser.parse_args()
    prepare()
    theirs = list(peers(options.folder))
    recorded = read() if options.record else []
    there = {run.task for run in recorded if run.who == OURS}
    ours = [
        run
        for task, steps in sorted({(run.task, run.steps) for run in theirs})
        if task not in there
        for run in train_ours(options.folder, task, steps, tuple(options.seeds))
    ]
    runs = merge(recorded, [*theirs, *ours])
    if options.record:
        write(runs)
        print(f"{BESIDE}: {len(runs)} runs")
    print(beside_table(runs))


def peers(folder: Path) -> Iterator[Score]:
    """Read the peers' finished runs."""
    for path in sorted(folder.glob("*.json")):
        training = tools.peers.read(path)
        yield _score(path, training.peer, training.version, training.env, training.seed, training.steps, training.score)


def train_ours(folder: Path, task: str, steps: int, seeds: tuple[int, ...]) -> Iterator[Score]:
    """Train all seeds side by side, or go on with that; nothing is done where it is finished."""
    directory = folder / "rlproof" / task
    plan = Plan(agent="ppo", env=task, steps=steps, seeds=seeds, config=AS_PEERS)
    train(plan, directory, resume=(directory / "config.json").exists())
    scores = last_episodes_score(read_episodes(directory))
    for seed, score in zip(sorted(seeds), scores, strict=True):
        yield _score(directory / "episodes.csv", OURS, version("rlproof"), task, seed, steps, float(score))


def _score(path: Path, who: str, release: str, task: str, seed: int, steps: int, score: float) -> Score:
    date = datetime.fromtimestamp(path.stat().st_mtime, UTC).date().isoformat()
    return Score(who, release, task, seed, steps, score, date, machine())


if __name__ == "__main__":
    main()

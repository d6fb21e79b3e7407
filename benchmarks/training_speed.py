"""Seconds that PPO takes for 100,000 steps: ours beside stable-baselines3, sbx and CleanRL.

    python benchmarks/training_speed.py --python PEERS/bin/python

All at the hyper-parameters of the paper: 2,048 steps of one environment, then ten epochs in minibatches of 64,
two layers of 64 units for the policy and for the critic. Every run is a process of its own; its clock starts
after the first iteration, so neither imports nor compilation count. Several seeds in lock-step: a step is one
seed's. The peers come from the interpreter that `--python` names (`tools/peers.py` says what it needs); those
that it lacks are left out. CleanRL normalises observations and rewards, which cannot be switched off.

More than one thread of PyTorch says something on an idle machine only: in networks this small they mostly
wait for each other, which takes up to ten times as long where another program holds a processor.

Targets, on every task: one seed at least 12 times as fast as stable-baselines3 and CleanRL and 8 times as fast as
sbx; sixteen seeds side by side at least 25 times as fast as stable-baselines3, per seed. The share of the time that
passes in MuJoCo's steps is told as well.
"""

import argparse
import functools
import itertools
import sys
from collections.abc import Callable

import numpy as np
import tools.ours
import tools.peers
from tools.measure import machine, print_table, print_verdict, spread

Contenders = dict[str, Callable[[str], float]]
"""Name to a run: from an environment to seconds per step."""
BASELINE = "stable-baselines3, 1 thread"
TARGETS = (
    ("rlproof, 1 seed", BASELINE, 12.0),
    ("rlproof, 1 seed", "CleanRL, 1 thread", 12.0),
    ("rlproof, 1 seed", "sbx", 8.0),
    ("rlproof, 16 seeds", BASELINE, 25.0),
)
"""Which of ours shall be how many times as fast as whom."""
UNIT = 1e-5  # seconds per step are shown as seconds per 100,000 steps


def main() -> None:
    """Measure every task and print its table, then say whether the target is met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", nargs="+", default=["HalfCheetah", "Hopper"])
    parser.add_argument("--steps", type=int, default=20_480, help="of a peer's run, the first iteration included")
    parser.add_argument("--our-steps", type=int, default=102_400, help="of each of our seeds")
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 16], help="of ours, side by side")
    parser.add_argument("--threads", type=int, nargs="+", default=[1], help="of PyTorch")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--python", default=sys.executable, help="an interpreter that has the peers")
    options = parser.parse_args()
    print(machine())
    shares: dict[str, list[float]] = {}
    contenders = our_runs(options, shares) | peer_runs(options)
    prices = {task: measure(f"{task}-v5", contenders, options.rounds) for task in options.tasks}
    report(prices)
    for name, found in shares.items():
        print(f"{name}: share of the time in MuJoCo {spread(np.array(found))}")


def our_runs(options: argparse.Namespace, shares: dict[str, list[float]]) -> Contenders:
    """Return our runs, one for each number of seeds; they add the shares of their time in physics."""

    def run(env_id: str, *, seeds: int) -> float:
        speed = tools.ours.ours(env_id, steps=options.our_steps, seeds=seeds)
        share = speed.physics_seconds_per_step / speed.seconds_per_step
        shares.setdefault(f"{env_id}, {seeds} seed{'s' * (seeds > 1)}", []).append(share)
        return speed.seconds_per_step

    return {f"rlproof, {count} seed{'s' * (count > 1)}": functools.partial(run, seeds=count) for count in options.seeds}


def peer_runs(options: argparse.Namespace) -> Contenders:
    """Return the runs of the peers that are installed, those in PyTorch once for each number of threads."""
    seeds, found = itertools.count(), tools.peers.installed(options.python)

    def run(env_id: str, *, peer: str, threads: int) -> float:
        seed = next(seeds)
        training = tools.peers.train(
            peer, env_id, python=options.python, steps=options.steps, seed=seed, threads=threads
        )
        return training.seconds_per_step

    for peer in tools.peers.PACKAGES:
        if peer not in found:
            print(f"left out, {options.python} does not have it: {peer}")
    contenders: Contenders = {}
    for peer in found:
        for threads in options.threads if peer in tools.peers.TORCH else options.threads[:1]:
            named = f"{peer}, {threads} thread{'s' * (threads > 1)}" if peer in tools.peers.TORCH else peer
            contenders[named] = functools.partial(run, peer=peer, threads=threads)
    return contenders


def measure(env_id: str, contenders: Contenders, rounds: int) -> dict[str, np.ndarray]:
    """Run every contender once per round, each time in another order: [rounds] seconds per step for each."""
    prices, generator = {name: np.zeros(rounds) for name in contenders}, np.random.default_rng(0)
    for turn in range(rounds):
        for name in generator.permutation(list(contenders)):
            prices[name][turn] = contenders[name](env_id)
    return prices


def report(prices: dict[str, dict[str, np.ndarray]]) -> None:
    """Print a table for each task and hold the ratios against the target."""
    for task, price in prices.items():
        baseline = price.get(BASELINE)
        print_table(
            f"{task}: seconds per 100,000 steps; times as fast as {BASELINE}; median (quartiles)",
            ["contender", "seconds", "times as fast"],
            [
                [name, spread(seconds, unit=UNIT), "" if baseline is None else spread(baseline / seconds)]
                for name, seconds in price.items()
            ],
        )
    for ours, peer, target in TARGETS:
        both = {task: price for task, price in prices.items() if ours in price and peer in price}
        ratios = {task: float(np.median(price[peer] / price[ours])) for task, price in both.items()}
        if ratios:
            task, least = min(ratios.items(), key=lambda item: item[1])
            claim = f"{ours}, times as fast as {peer}: least {least:.1f}, on {task} (target {target:.0f})"
            print_verdict(claim, holds=least >= target)


if __name__ == "__main__":
    main()

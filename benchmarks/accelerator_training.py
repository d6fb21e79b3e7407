"""PPO with everything on one accelerator: steps per second, and the time to a fixed return, beside brax and Playground.

    python benchmarks/accelerator_training.py --python PEERS/bin/python --out runs

Ours has the engines MJX and MuJoCo Warp; MuJoCo Playground trains by brax's PPO on tasks of its own. All have the same
environments, horizon, minibatches, epochs and networks (`tools/accelerator_child.py`). Every run is a process of its
own, one after the other on the same device; a peer that the interpreter `--python` lacks is named and left out. Both
come with `pip install brax==0.14.2 playground==0.2.0`.

Steps per second are those between evaluations, without brax's first stretch, in which it compiles. The time to a return
is that of its steps at the median rate: compilation and evaluation are taken out. Tasks of the same name are not the
same program, and Playground's are rewarded otherwise, with at most 1,000 for an episode: each has its own return to
reach.

It runs on whatever device JAX has, and says which; on a processor `--environments 8 --steps 2000` takes minutes. Where
a device can be had for minutes only, `--seconds` and `--stop` end a run sooner. A finished run is a file in the
folder `--out`; a run whose file is there is not run again, so that other options want another folder.
"""

import argparse
import json
import math
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tools.measure import machine, print_table, spread

CHILD = Path(__file__).parent / "tools" / "accelerator_child.py"
MODULES = {"brax": "brax", "playground": "mujoco_playground"}
"""The peers, and the modules that they are imported from."""
OURS = "rlproof, "
"""Begins the names of ours; the engine follows."""
TASKS = {
    "HalfCheetah": {
        OURS: ("HalfCheetah", 2000.0),
        "brax": ("halfcheetah", 2000.0),
        "playground": ("CheetahRun", 300.0),
    },
    "Hopper": {OURS: ("Hopper", 1000.0), "brax": ("hopper", 1000.0), "playground": ("HopperHop", 20.0)},
}
"""What each calls the task, and the return that is to be reached."""


@dataclass(frozen=True)
class Run:
    """What a child has written: versions, device, and at each mark the steps and seconds so far, and the return."""

    version: str
    jax: str
    device: str
    marks: list[tuple[int, float, float]]

    @property
    def rates(self) -> np.ndarray:
        """Steps per second between marks, the first of which comes when everything is compiled."""
        steps, seconds, _ = np.array(self.marks).T
        return np.diff(steps) / np.diff(seconds)

    @property
    def more(self) -> float:
        """Seconds beyond what the steps take at the median rate: compilation."""
        steps, seconds, _ = self.marks[-1]
        return seconds - steps / float(np.median(self.rates))

    def until(self, target: float) -> float:
        """Seconds, at the median rate, to the first evaluation that reached a return; infinite if none did."""
        reached = [steps for steps, _, found in self.marks if found >= target]
        return reached[0] / float(np.median(self.rates)) if reached else np.inf


def main() -> None:
    """Run every contender in turns, in another order each time, and print a table for each task."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", nargs="+", choices=list(TASKS), default=list(TASKS))
    parser.add_argument("--engines", nargs="*", choices=["mjx", "warp"], default=["mjx", "warp"], help="of ours")
    parser.add_argument("--peers", nargs="*", choices=list(MODULES), default=list(MODULES))
    parser.add_argument("--python", default=sys.executable, help="an interpreter that has the peers")
    parser.add_argument("--environments", type=int, default=2048)
    parser.add_argument("--horizon", type=int, default=20)
    parser.add_argument("--minibatches", type=int, default=32, help="at most one for each environment")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--steps", type=int, default=20_000_000)
    parser.add_argument("--evaluations", type=int, default=20, help="at least 2")
    parser.add_argument("--rounds", type=int, default=3, help="each with another seed")
    parser.add_argument(
        "--seconds", type=float, default=math.inf, help="of training and compiling, after which a run ends"
    )
    parser.add_argument("--stop", action="store_true", help="end a run at the evaluation that reached the return")
    parser.add_argument("--out", type=Path, required=True, help="folder of the runs")
    options = parser.parse_args()
    options.minibatches = min(options.minibatches, options.environments)
    options.evaluations = max(options.evaluations, 2)
    options.out.mkdir(parents=True, exist_ok=True)
    there = installed(options.python)
    for peer in options.peers:
        if peer not in there:
            print(f"left out, {options.python} does not have it: {peer}")
    contenders = [f"{OURS}{engine}" for engine in options.engines] + [peer for peer in options.peers if peer in there]
    print(machine())
    for task in options.tasks:
        report(task, measure(task, contenders, options))


def installed(python: str) -> list[str]:
    """Return the peers that an interpreter has."""
    code = "import importlib.util as u, sys; print(*[m for m in sys.argv[1:] if u.find_spec(m)])"
    command = [python, "-c", code, *MODULES.values()]
    found = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()  # noqa: S603 - our own
    return [peer for peer, module in MODULES.items() if module in found]


def measure(task: str, contenders: list[str], options: argparse.Namespace) -> dict[str, list[Run | str]]:
    """Return the runs of each contender; where there is none stands the reason."""
    runs: dict[str, list[Run | str]] = {name: [] for name in contenders}
    generator = np.random.default_rng(0)
    for seed in range(options.rounds):
        for name in generator.permutation(contenders).tolist():
            runs[name].append(train(name, task, seed, options))
            print(task, name, f"seed {seed}:", told(runs[name][-1]), flush=True)
    return runs


def train(name: str, task: str, seed: int, options: argparse.Namespace) -> Run | str:
    """Run one child, unless it has been; return the last line of what it said if it fails."""
    python = sys.executable if name.startswith(OURS) else options.python
    called, target = goal(name, task)
    path = options.out.resolve() / f"{name.removeprefix(OURS)}-{task}-{seed}.json"
    command = [python, str(CHILD), name.removeprefix(OURS), str(path), "--task", called, "--seed", str(seed)]
    for option in ("environments", "horizon", "minibatches", "epochs", "steps", "evaluations", "seconds"):
        command += [f"--{option}", str(getattr(options, option))]
    command += ["--target", str(target)] if options.stop else []
    if not path.exists():
        child = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own program
        if child.returncode != 0:
            return (child.stderr.strip().splitlines() or [f"exit code {child.returncode}"])[-1][:200]
    return Run(**json.loads(path.read_text(encoding="utf-8")))


def goal(name: str, task: str) -> tuple[str, float]:
    """Return what a contender calls the task, and the return that it shall reach."""
    return TASKS[task][OURS if name.startswith(OURS) else name]


def told(run: Run | str) -> str:
    """Say how one run went."""
    if isinstance(run, str):
        return run
    rate = f"{np.median(run.rates):,.0f} steps/s, return {run.marks[-1][2]:,.1f} after {run.marks[-1][0]:,} steps"
    return f"{rate}, on {run.device} (version {run.version}, JAX {run.jax})"


def report(task: str, runs: dict[str, list[Run | str]]) -> None:
    """Print the table of a task."""
    rows = []
    for name, every in runs.items():
        done = [run for run in every if isinstance(run, Run)]
        called, target = goal(name, task)
        if not done:
            rows.append([name, called, str(every[0])[:60] if every else "not run", "", "", "", ""])
            continue
        times = [run.until(target) for run in done]
        reached = [seconds for seconds in times if np.isfinite(seconds)]
        rows.append(
            [
                name,
                called,
                spread(np.concatenate([run.rates for run in done])),
                f"{np.median([run.more for run in done]):.0f}",
                f"{target:,.0f} by {len(reached)} of {len(done)}",
                spread(np.array(reached)) if reached else "",
                f"{np.median([run.marks[-1][2] for run in done]):,.0f}",
            ]
        )
    header = ["contender", "its task", "steps per second", "compiling (s)", "return reached", "after (s)", "return"]
    print_table(f"{task}: median (quartiles)", header, rows)


if __name__ == "__main__":
    main()

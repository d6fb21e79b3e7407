"""PPO of rlproof as a user runs it, by its command line, for the side of the peers."""

import csv
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path


@dataclass(frozen=True)
class Speed:
    """The price of one step of one seed without the first iteration, in which JAX compiles."""

    seconds_per_step: float
    physics_seconds_per_step: float  # of these, what passes in the simulation


def ours(env_id: str, *, steps: int, seeds: int = 1) -> Speed:
    """Train `seeds` seeds in lock-step for `steps` steps each, and read what the iterations took.

    Raises:
        RuntimeError: if the command fails, with the end of what it said.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "rlproof", "train", "ppo", "--env", env_id]
        command += ["--steps", str(steps), "--seeds", str(seeds), "--out", folder]
        child = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own program
        if child.returncode != 0:
            raise RuntimeError(f"rlproof train ppo on {env_id} failed with {child.returncode}:\n{child.stderr[-2000:]}")
        return read(Path(folder) / "speed.csv")


def read(path: Path) -> Speed:
    """Read the table of one run: a row for each iteration, everything summed up from the start over all seeds.

    Raises:
        ValueError: if the table has one iteration only, or rows that are not summed up.
    """
    with path.open(newline="") as file:
        rows = [{name: float(cell) for name, cell in row.items()} for row in csv.DictReader(file)]
    counts = [row["seed_steps"] for row in rows]
    if len(counts) < 2 or any(later <= earlier for earlier, later in pairwise(counts)):
        raise ValueError(f"{path} should have two rows or more, with growing seed_steps; they are {counts}")
    warm, last = rows[0], rows[-1]
    seconds, physics, steps = (last[name] - warm[name] for name in ("seconds", "physics_seconds", "seed_steps"))
    return Speed(seconds_per_step=seconds / steps, physics_seconds_per_step=physics / steps)

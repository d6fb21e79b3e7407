"""PPO of other libraries, each run in a process of its own by an interpreter that has them.

The peers' packages need not be installed beside rlproof, and their versions are not rlproof's business:
`python` is an interpreter of a virtual environment with

    pip install torch gymnasium[mujoco] stable-baselines3 sbx-rl tensorboard
    pip install --no-deps --ignore-requires-python cleanrl==1.2.0

CleanRL declares itself for Python up to 3.10 and for libraries of its time; its one file runs on today's.
"""

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

CHILD = Path(__file__).with_name("peer_child.py")
PACKAGES = {"stable-baselines3": "stable_baselines3", "sbx": "sbx", "CleanRL": "cleanrl"}
"""Name of the peer to the module that it is imported from."""
TORCH = ("stable-baselines3", "CleanRL")
"""The peers for which a number of threads can be set."""
LATEST = 100
"""Episodes whose mean return is the score of a run, as in the paper."""


@dataclass(frozen=True)
class Episode:
    """A finished episode of training, its rewards as the task gives them."""

    step: int  # environment steps of the run when it ended
    total: float
    length: int


@dataclass(frozen=True)
class Mark:
    """A look at the clock, as an iteration begins or the last one ends."""

    steps: int
    seconds: float  # since the first iteration began: imports and construction are not counted


@dataclass(frozen=True)
class Training:
    """What one run gave."""

    peer: str
    version: str
    env: str
    seed: int
    threads: int
    steps: int
    marks: tuple[Mark, ...]
    episodes: tuple[Episode, ...]

    @property
    def seconds(self) -> float:
        """The whole training, the compilation of the peers in JAX included."""
        return self.marks[-1].seconds

    @property
    def score(self) -> float:
        """Mean return of the last episodes; NaN if none has ended."""
        latest = [episode.total for episode in self.episodes[-LATEST:]]
        return sum(latest) / len(latest) if latest else float("nan")

    @property
    def seconds_per_step(self) -> float:
        """The price of a step without the first iteration, in which the peers in JAX compile."""
        warm, last = self.marks[1], self.marks[-1]
        return (last.seconds - warm.seconds) / (last.steps - warm.steps)


def installed(python: str) -> list[str]:
    """Return the peers that an interpreter has."""
    code = "import importlib.util as u, sys; print(*[m for m in sys.argv[1:] if u.find_spec(m)])"
    command = [python, "-c", code, *PACKAGES.values()]
    found = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()  # noqa: S603 - our own
    return [peer for peer, module in PACKAGES.items() if module in found]


def train(
    peer: str, env_id: str, *, python: str, steps: int, seed: int, threads: int = 1, output: Path | None = None
) -> Training:
    """Train a peer; the file with the result is kept if `output` names it.

    `threads` are PyTorch's: JAX divides its work as it likes.

    Raises:
        RuntimeError: if the child process fails, with the end of what it said.
    """
    with tempfile.TemporaryDirectory() as scratch:  # All of them leave logs, where they run or where TMPDIR says.
        path = output.resolve() if output else Path(scratch) / "training.json"
        command = [python, str(CHILD), peer, str(path), "--env", env_id]
        command += ["--steps", str(steps), "--seed", str(seed), "--threads", str(threads)]
        variables = os.environ | {"OMP_NUM_THREADS": str(threads), "TMPDIR": scratch}
        child = subprocess.run(  # noqa: S603 - our own program
            command, cwd=scratch, env=variables, capture_output=True, text=True, check=False
        )
        if child.returncode != 0:
            raise RuntimeError(f"{peer} on {env_id} failed with {child.returncode}:\n{child.stderr[-2000:]}")
        return read(path)


def read(path: Path) -> Training:
    """Read the file of one run."""
    content = json.loads(path.read_text())
    return Training(
        **{name: content[name] for name in ("peer", "version", "env", "seed", "threads", "steps")},
        marks=tuple(Mark(*mark) for mark in content["marks"]),
        episodes=tuple(Episode(*episode) for episode in content["episodes"]),
    )

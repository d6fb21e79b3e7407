"""A run: an agent, a task, seeds and a directory that holds what came of it; it can be stopped and gone on with."""

import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ..impl.agents import AGENTS
from ..impl.agents.settings import Settings
from ..impl.training.training import Report, Training
from ..spec.errors import ParameterError, RlproofError
from .checkpoints import Checkpoints
from .record import Record
from .tables import replace_file
from .tasks import Engine, maker

PACKAGES = ("rlproof", "jax", "mujoco", "gymnasium", "numpy", "optax")
"""Whose versions are kept with a run."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a run is; with the same plan on the same machine it gives the same numbers.

    Attributes:
        agent: a key of `rlproof.impl.agents.AGENTS`.
        env: the environment, such as HalfCheetah-v5.
        steps: of each seed, at least.
        seeds: one for each independent training.
        config: the agent's settings.
        engine: what steps MuJoCo's tasks.
        groups: how many groups of seeds run side by side; the machine decides if None.
    """

    agent: str
    env: str
    steps: int
    seeds: tuple[int, ...]
    config: Settings
    engine: Engine = "processor"
    groups: int | None = None

    def described(self) -> dict[str, Any]:
        """Return it as JSON keeps it."""
        return json.loads(json.dumps({**asdict(self), "versions": {name: version(name) for name in PACKAGES}}))


def train(
    plan: Plan,
    directory: Path,
    *,
    resume: bool = False,
    events: bool = False,
    every: float = 30.0,
    show: Callable[[Report], None] | None = None,
    probe: Callable[[Training, int], None] | None = None,
) -> bool:
    """Train; return whether the run came to its end, or was interrupted and saved.

    Args:
        plan: what to do.
        directory: of the run: config.json, metrics, episodes, speed, checkpoints.
        resume: go on with what is in the directory.
        events: write TensorBoard's files as well.
        every: seconds between checkpoints.
        show: is told of every report.
        probe: may look at the training between calls, and is told how many there were.

    Raises `RewardError`, `DivergenceError`, and `ParameterError` for a directory that holds another run.
    """
    make = maker(plan.env, plan.engine)  # first, so that a slip of the name leaves no directory behind
    _check_directory(plan, directory, resume=resume)
    training = Training(AGENTS[plan.agent], plan.config, make, plan.seeds, groups=plan.groups)
    checkpoints, record = Checkpoints(directory / "checkpoints"), Record(directory, events=events)
    try:
        if resume and checkpoints.latest is not None:
            training.restore(checkpoints.load(training.settle()), checkpoints.latest)
        record.rewind(training.iterations)
        try:
            with _interruption() as interrupted:
                done = _loop(plan, training, record, checkpoints, interrupted, every, show, probe)
        except RlproofError:
            record.flush()  # what led there can be read
            raise
        if done:
            record.finish()
        return done
    finally:
        training.close()
        record.close()
        checkpoints.close()


def _loop(
    plan: Plan,
    training: Training,
    record: Record,
    checkpoints: Checkpoints,
    interrupted: Callable[[], bool],
    every: float,
    show: Callable[[Report], None] | None,
    probe: Callable[[Training, int], None] | None,
) -> bool:
    saved = time.monotonic()

    def save() -> None:
        learners = training.settle()
        record.flush()  # first, so that the files are never behind a checkpoint
        checkpoints.save(training.calls, learners)

    while training.steps < plan.steps:
        if probe:
            probe(training, training.calls)
        report = training.call()
        record.add_metrics(report.metrics)
        record.add_episodes(report.episodes)
        record.add_speed(
            iteration=training.iterations,
            seed_steps=report.seed_steps,
            seconds=report.seconds,
            physics_seconds=report.physics_seconds,
        )
        if show:
            show(report)
        if interrupted():
            save()
            return False
        if time.monotonic() - saved > every:
            save()
            saved = time.monotonic()
    save()
    return True


def _check_directory(plan: Plan, directory: Path, *, resume: bool) -> None:
    """Write config.json into a new directory; hold that of an old one against the plan."""
    path, described = directory / "config.json", plan.described()
    if not path.exists():
        _write(path, described)
        return
    if not resume:
        raise ParameterError(
            "the directory holds a run already",
            got=str(directory),
            expected="a directory of its own for every run",
            cause="the same command given twice",
            remedy="go on with that run by --resume, or name another directory by --out",
        )
    old = json.loads(path.read_text(encoding="utf-8"))
    differing = sorted(name for name in described.keys() - {"steps"} if old.get(name) != described[name])
    if differing:
        raise ParameterError(
            "the directory holds another run",
            got=", ".join(f"{name}: {described[name]!r}, there {old.get(name)!r}" for name in differing),
            expected="the same agent, environment, seeds, settings and versions; only the number of steps may grow",
            cause="a changed setting, or an update of a package",
            remedy="name another directory, or go back to what config.json says",
        )
    if plan.steps > old["steps"]:
        _write(path, described)


def _write(path: Path, described: dict[str, Any]) -> None:
    """Write config.json, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(described, indent=2) + "\n"
    replace_file(path, lambda file: file.write_text(text, encoding="utf-8"))


@contextmanager
def _interruption() -> Iterator[Callable[[], bool]]:
    """Let Ctrl-C and SIGTERM ask for an end instead of making one; a second Ctrl-C makes it."""
    asked: list[int] = []

    def ask(number: int, frame: Any) -> None:
        del frame
        if asked and number == signal.SIGINT:
            raise KeyboardInterrupt
        asked.append(number)

    before = {}
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, ask)
    except ValueError:  # only the main thread of a program may be interrupted
        pass
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

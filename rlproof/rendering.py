"""`rlproof render`: a picture or a film of a task, of what an engine does or of states that a file holds."""

from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track

from .envs.mujoco.pictures import STILLS, Studio, check_ending, write
from .envs.mujoco.recording import record
from .spec.errors import ParameterError


def render_states(console: Console, out: Path, task: str, states: Path, rendering: dict[str, Any]) -> None:
    """Make pictures of the states in a file: `qpos` [T, nq] or [nq], and `qvel` alike or not at all."""
    check_ending(out)
    try:
        with np.load(states) as file:
            arrays = {name: np.atleast_2d(file[name]) for name in ("qpos", "qvel") if name in file.files}
    except (OSError, ValueError) as error:
        raise ParameterError(
            "the file of states cannot be read",
            got=f"{states}: {error}",
            expected="a file that numpy.savez wrote",
            cause="another format, or a slip of the name",
            remedy="numpy.savez('states.npz', qpos=..., qvel=...)",
        ) from error
    if "qpos" not in arrays:
        raise ParameterError(
            "the file holds no positions",
            got=f"{states} without 'qpos'",
            expected="an array 'qpos' [T, nq], and 'qvel' [T, nv] if velocities matter",
            cause="a file of observations, from which the positions cannot be told",
            remedy="numpy.savez('states.npz', qpos=..., qvel=...)",
        )
    studio = Studio(task, **rendering)
    _write(console, out, studio, arrays["qpos"], arrays.get("qvel"))


def render_run(
    console: Console,
    out: Path,
    task: str,
    *,
    engine: str,
    policy: str,
    steps: int,
    seed: int,
    rendering: dict[str, Any],
) -> None:
    """Run an engine and make pictures of what it did."""
    check_ending(out)
    studio = Studio(task, **rendering)
    with console.status(f"{task}: {steps} steps"):
        recording = record(task, engine=engine, policy=policy, steps=steps, seed=seed)
    ended = int(recording.ends.sum())
    console.print(
        f"{steps} steps ({engine}, {policy} actions, seed {seed}): reward {recording.rewards.sum():.2f}, "
        f"{ended} episode{'s' * (ended != 1)} ended",
        highlight=False,
    )
    _write(console, out, studio, recording.qpos, recording.qvel)


def _write(console: Console, out: Path, studio: Studio, qpos: np.ndarray, qvel: np.ndarray | None) -> None:
    if out.suffix.lower() in STILLS:
        qpos, qvel = qpos[-1:], None if qvel is None else qvel[-1:]
    images = track(studio.film(qpos, qvel), total=len(qpos), description="pictures", console=console, transient=True)
    try:
        count = write(out, iter(images), fps=studio.fps)
    finally:
        studio.close()
    console.print(f"{out}: {count} picture{'s' * (count != 1)}, {out.stat().st_size:,} bytes", highlight=False)

"""What the subcommands do; their parameters are the command line's options."""

import os
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from .spec.errors import ParameterError

LOG_WIDTH, WIDER = 110, 150


def verify(
    equations: Annotated[str, tyro.conf.arg(metavar="IDS")] = "*",
    env: Annotated[str | None, tyro.conf.arg(metavar="NAMES")] = None,
    examples: int | None = None,
    seed: int = 0,
    quick: bool = False,
    jobs: int | None = None,
    evidence: Path = Path("evidence.json"),
) -> int:
    """Verify every equation: laws, spec against impl, real environments.

    Args:
        equations: ids or patterns, separated by commas, such as `gae.advantage,trpo.*`.
        env: environments for real input, separated by commas (part of a name is enough); `none` for no real input.
        examples: cases per law and per comparison (default: 30 and 20; with --quick 10 and 5).
        seed: seed of everything that is random.
        quick: a small run of every check.
        jobs: processes side by side (default: one per core).
        evidence: file that receives all results as JSON.
    """
    from .verify.checks import Effort
    from .verify.report import progress_bar, show
    from .verify.run import make_plan, unit_checks
    from .verify.run import verify as run

    effort = Effort.quick() if quick else Effort.default()
    if examples is not None:
        if examples < 1:
            raise ParameterError(
                "nothing would be verified",
                got=f"--examples {examples}",
                expected="at least 1",
                cause="a budget that was divided away",
                remedy="ask for at least one example",
            )
        effort = effort.with_examples(examples)
    names = None if env is None else () if env == "none" else _split(env)
    plan = make_plan(_split(equations), names, effort, seed, quick=quick)
    console = _console()
    total = sum(1 for unit in plan.units for _ in unit_checks(plan, unit))
    with progress_bar(console, total) as report:
        found = run(plan, jobs=jobs or os.cpu_count() or 1, progress=report)
    show(console, found)
    found.write(evidence)
    console.print(f"evidence: {evidence}", highlight=False)
    return 130 if found.interrupted else 0 if found.passed else 1


def explain(equation: Annotated[str, tyro.conf.Positional] = "") -> int:
    """Explain an equation: statement, formula, conventions, source, laws. Without an id, list all.

    Args:
        equation: an id such as `gae.advantage`.
    """
    from .explain import show_all, show_one

    console = _console()
    if equation:
        show_one(console, equation)
    else:
        show_all(console)
    return 0


def proofs(evidence: Path = Path("proofs.json"), table: bool = False) -> int:
    """Check the machine proofs: Rocq's theorems, z3's and SymPy's facts. `make proofs` installs what they need.

    Args:
        evidence: file that receives all results as JSON.
        table: print the table of the README instead, and check nothing.
    """
    if table:
        from .proofs import proofs as listed
        from .proofs.listing import markdown

        print(markdown(listed()))
        return 0
    from .proving import prove

    return 0 if prove(_console(WIDER), evidence) else 1


def train() -> int:
    """Train an agent of the papers; `rlproof train ppo --help` shows its settings."""
    from .training.command import main

    return main(["--help"])


def plot(
    runs: Annotated[tuple[Path, ...], tyro.conf.Positional],
    out: Path = Path("curves.png"),
    metrics: bool = False,
    x: str = "step",
    labels: tuple[str, ...] = (),
) -> int:
    """Draw learning curves of runs: interquartile means over the seeds, with bootstrap intervals of 95 %.

    Args:
        runs: directories that `rlproof train` wrote; runs of one agent on one task are taken together.
        out: the picture, .png or .svg.
        metrics: divergence, clip fraction, entropy and value loss instead of returns.
        x: step or iteration.
        labels: a name for each run, instead of its agent's.
    """
    from .training.plotting import plot as draw
    from .training.plotting import plot_metrics

    (plot_metrics if metrics else draw)(runs, out, x=x, labels=labels or None)
    _console().print(f"{out}: {out.stat().st_size:,} bytes", highlight=False)
    return 0


def render(
    task: Annotated[str, tyro.conf.Positional],
    out: Path = Path("film.mp4"),
    engine: str = "processor",
    policy: str = "random",
    steps: int = 200,
    seed: int = 0,
    states: Path | None = None,
    width: int = 480,
    height: int = 480,
    camera: str | None = None,
) -> int:
    """Make a film or a picture of a MuJoCo task: `rlproof render Hopper --policy trained --out hopper.mp4`.

    Args:
        task: the name of the task, such as Hopper.
        out: the file; .mp4 and .gif are films, .png is a picture of the last state.
        engine: what runs the task: processor, mjx or warp.
        policy: what acts: random, zero, or trained (Hopper and HalfCheetah).
        steps: steps of the environment.
        seed: seed of the environment and of the actions.
        states: show the states in this file instead: arrays `qpos` and `qvel`, as numpy.savez writes them.
        width: of a picture, in pixels.
        height: of a picture, in pixels.
        camera: a camera of the model, by name; by default one that follows the body.
    """
    from .rendering import render_run, render_states

    rendering = {"width": width, "height": height, "camera_name": camera}
    if states is not None:
        render_states(_console(), out, task, states, rendering)
    else:
        render_run(_console(), out, task, engine=engine, policy=policy, steps=steps, seed=seed, rendering=rendering)
    return 0


def _console(width: int = LOG_WIDTH) -> Console:
    """A console; a log or a pipe gets the width that the table needs."""
    console = Console()
    return console if console.is_terminal else Console(width=width)


def _split(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(",") if word.strip())

"""`rlproof train AGENT`: each agent a subcommand, whose options are its settings and those of every run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import tyro
from rich.console import Console

from ..impl.agents import AGENTS
from ..impl.agents.settings import Settings
from ..spec.errors import ParameterError
from .process import prepare
from .progress import Progress
from .running import Plan, train
from .tasks import Engine

INTERRUPTED = 130
"""The exit code of a program that Ctrl-C has ended."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """What every run has.

    Attributes:
        env: the environment, such as HalfCheetah-v5, FrozenLake-v1 or garnet-20-4-3-0.
        steps: of each seed.
        seeds: how many independent runs, trained side by side.
        first_seed: the seed of the first; the others count up.
        out: directory of the run; runs/AGENT-ENV by default.
        resume: go on with the run in that directory.
        verify: recompute sampled batches with the specification while training, and report the worst errors.
        engine: what steps MuJoCo's tasks.
        events: write TensorBoard's files as well.
        checkpoint_seconds: between checkpoints.
    """

    env: str
    steps: int = 1_000_000
    seeds: int = 1
    first_seed: int = 0
    out: Path | None = None
    resume: bool = False
    verify: bool = False
    engine: Engine = "processor"
    events: bool = False
    checkpoint_seconds: float = 30.0


def main(arguments: Sequence[str]) -> int:
    """Run the subcommand of an agent, or print what there is if none is named; the result is the exit code."""
    commands = {name: _command(name, module.Config, module.__doc__ or "") for name, module in AGENTS.items()}
    return tyro.extras.subcommand_cli_from_dict(
        commands,
        args=list(arguments) or ["--help"],
        prog="rlproof train",
        description="Train an agent of the papers, on MuJoCo or on a finite decision process.",
        config=(tyro.conf.OmitArgPrefixes,),
    )


def _command(name: str, config: type[Settings], about: str) -> Callable[..., int]:
    def run(run: Run, config: Any) -> int:
        return _run(name, run, config)

    run.__annotations__ = {
        "run": Annotated[Run, tyro.conf.arg(name="")],
        "config": Annotated[config, tyro.conf.arg(name="")],
        "return": int,
    }
    run.__defaults__ = (config(),)
    run.__doc__ = about.partition("\n")[0]
    return run


def _run(name: str, run: Run, config: Settings) -> int:
    if run.seeds < 1 or run.steps < 1:
        raise ParameterError(
            "nothing would be trained",
            got=f"--seeds {run.seeds} --steps {run.steps}",
            expected="at least one seed and one step",
            cause="a number that was divided away",
            remedy="--seeds 1 --steps 1_000_000",
        )
    prepare()
    seeds = tuple(range(run.first_seed, run.first_seed + run.seeds))
    plan = Plan(agent=name, env=run.env, steps=run.steps, seeds=seeds, config=config, engine=run.engine)
    out = run.out or Path("runs") / f"{name}-{run.env}"
    console = Console()
    verification = _Verification() if run.verify else None
    try:
        with Progress(console, plan) as progress:
            done = train(
                plan,
                out,
                resume=run.resume,
                events=run.events,
                every=run.checkpoint_seconds,
                show=progress.show,
                probe=verification,
            )
    except KeyboardInterrupt:  # while the programs were compiled, or a second one
        console.print(f"stopped: {out}; --resume goes on from its last checkpoint, if there is one", highlight=False)
        return INTERRUPTED
    console.print(progress.summary(), highlight=False)
    sound = verification.tell(console) if verification else True
    if done:
        console.print(f"finished: {out}", highlight=False)
        return 0 if sound else 1
    console.print(f"interrupted and saved: {out}; go on with the same command and --resume", highlight=False)
    return INTERRUPTED


class _Verification:
    """Looks at the training every few calls, and sums up what it saw; what it needs is imported when it is."""

    def __init__(self) -> None:
        self._verification: Any = None
        self._iterates: Any = None
        self._next = 0

    def __call__(self, training: Any, calls: int) -> None:
        """Probe after 0, 1, 2, 4, 8, ... calls, and then every 64; keep the iterates on a finite process."""
        if self._verification is None:
            from .iterates import Iterates
            from .verification import Verification

            self._verification, self._iterates = Verification(training), Iterates.of(training)
        probes = calls >= self._next
        if self._iterates and (probes or self._iterates.are_cheap):
            self._iterates.look(training)
        if probes:
            self._verification.probe()
            self._next = calls + max(1, min(calls, 64))

    def tell(self, console: Console) -> bool:
        """Print the tables; return whether every error was within its bound, and every bound of the theory held."""
        from .verification_table import table

        if self._verification is None:
            console.print("nothing was verified: there was nothing left to train", highlight=False)
            return False
        sound = table(console, self._verification.summary())
        return self._tell_theory(console) and sound

    def _tell_theory(self, console: Console) -> bool:
        """Print what the exact theory says of the iterates, where it says something."""
        from .theory_table import table

        if self._iterates is None or len(self._iterates.policies) < 2:
            return True
        seed, discount = self._iterates.seed, self._iterates.mdp.discount
        if discount == 1:
            console.print("\nno exact theory: at discount 1 the bounds of TRPO and CPO are infinite", highlight=False)
            return True
        console.print(f"\nthe exact theory of seed {seed}, at discount {discount:g}", highlight=False)
        return table(console, self._iterates.theory(console))

"""The command line: `rlproof verify`, `check`, `explain`, `proofs`, `train`, `plot`, `render`, `vectors`."""

import os
import sys
from collections.abc import Callable, Sequence

MISSING = """rlproof's command line needs {package}, which is not installed
  what to do:   pip install 'rlproof[impl]' (or 'rlproof[cli]' for `rlproof explain` alone);
                `rlproof check` and `rlproof vectors` need neither"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the result is the exit code."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    if arguments and arguments[0] in ALONE:
        return _alone(arguments[0], arguments[1:])
    try:
        import rich  # noqa: F401
        import tyro
    except ImportError as missing:
        print(MISSING.format(package=missing.name), file=sys.stderr)
        return 2
    from .commands import explain, plot, proofs, render, train, verify
    from .spec.errors import RlproofError

    try:
        if arguments and arguments[0] == "train":
            from .training.command import main as run_train

            return run_train(arguments[1:])
        return tyro.extras.subcommand_cli_from_dict(
            dict(verify=verify, explain=explain, proofs=proofs, train=train, plot=plot, render=render, **ALONE),
            args=arguments,
            prog="rlproof",
            description="Reinforcement learning equations, verified.",
        )
    except (RlproofError, ImportError) as error:
        print(error, file=sys.stderr)
        return 2


def check() -> int:
    """Hold a function against an equation; see `rlproof check --help`."""
    return _alone("check", ["--help"])


def vectors() -> int:
    """Write cases with their results as JSON, or validate such files; see `rlproof vectors --help`."""
    return _alone("vectors", ["--help"])


ALONE: dict[str, Callable[[], int]] = {"check": check, "vectors": vectors}
"""The commands that work with the core alone: they read their own options, without rich and tyro."""


def _alone(name: str, words: Sequence[str]) -> int:
    from .checking import check as run_check
    from .spec.errors import RlproofError
    from .vectors import vectors as run_vectors

    try:
        return {"check": run_check, "vectors": run_vectors}[name](words)
    except RlproofError as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of a pipe, such as head, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    except SystemExit as left:  # argparse: 0 after --help, 2 for a bad command line
        return left.code if isinstance(left.code, int) else 2


if __name__ == "__main__":
    sys.exit(main())

"""The command line: `rlproof verify`, `rlproof explain`."""

import sys
from collections.abc import Sequence

MISSING = """rlproof's command line needs {package}, which is not installed
  what to do:   pip install 'rlproof[impl]' (or 'rlproof[cli]' for `rlproof explain` alone)"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the result is the exit code."""
    try:
        import rich  # noqa: F401
        import tyro
    except ImportError as missing:
        print(MISSING.format(package=missing.name), file=sys.stderr)
        return 2
    from .commands import explain, verify
    from .spec.errors import RlproofError

    arguments = sys.argv[1:] if arguments is None else list(arguments)
    try:
        return tyro.extras.subcommand_cli_from_dict(
            {"verify": verify, "explain": explain},
            args=arguments,
            prog="rlproof",
            description="Reinforcement learning equations, verified.",
        )
    except (RlproofError, ImportError) as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())

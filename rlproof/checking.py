"""`rlproof check`: a function held against an equation, in a process of its own.

The function is somebody's code: it may loop for ever in C, or take the interpreter down. So it runs in a child process,
which leaves its verdict in a file; whatever becomes of the child, there is a verdict. Needs the core alone.
"""

import argparse
import faulthandler
import json
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from .report import write

AGREES, DEVIATES, REFUSED, INTERRUPTED = 0, 1, 2, 130
"""Exit codes."""
TIME_LIMIT = 600.0
SAYING = 0.5
"""How long a child that has not returned has to say where it is."""
CHILD = "import sys; from rlproof.checking import child; sys.exit(child(*sys.argv[1:]))"
EXAMPLE = """
examples:
  rlproof check my_package.advantages:gae --as gae.advantage
  rlproof check train.py:compute_gae --as gae.advantage --argument rew=rewards --bind gae_lambda=0.95
  rlproof check train.py:compute_gae --as gae.advantage --expect truncation_as_termination

exit codes: 0 agrees, or deviates as expected; 1 a named variant, or disagrees; 2 error, inexpressible, bad command line
"""


def check(words: Sequence[str]) -> int:
    """Run `rlproof check`; the result is the exit code."""
    asked = parser().parse_args(words)
    if asked.time_limit <= 0:
        parser().error(f"--time-limit {asked.time_limit:g}: nothing can be checked in no time")
    with tempfile.TemporaryDirectory(prefix="rlproof-") as folder:
        found = in_a_process(asked, Path(folder) / "verdict.json")
    if found is None:
        return INTERRUPTED
    if "refused" in found:
        print(found["refused"], file=sys.stderr)
        return REFUSED
    problem = found["problem"]
    if asked.json != "-":
        print(found["text"])
    if problem is not None and asked.expect is not None:
        print(f"\n{problem}", file=sys.stderr)
    if asked.json is not None:
        further = {"target": asked.target, "expect": asked.expect, "passed": problem is None}
        write(asked.json, [found["verdict"] | further])
    if found["verdict"]["status"] in ("inexpressible", "error"):
        return REFUSED
    return AGREES if problem is None else DEVIATES


def parser() -> argparse.ArgumentParser:
    """The options."""
    found = argparse.ArgumentParser(
        prog="rlproof check",
        description="Hold a function against an equation.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = found.add_argument
    add("target", metavar="TARGET", help="package.module:function, or path/to/file.py:function")
    add("--as", dest="equation", metavar="ID", required=True, help="the equation, such as gae.advantage")
    add("--argument", action="append", default=[], metavar="NAME=WORD", help="the word that a parameter stands for")
    add("--bind", action="append", default=[], metavar="NAME=VALUE", help="a constant for a parameter")
    add("--convention", action="append", default=[], metavar="WORD=NAME", help="what an ambiguous word means")
    add("--arrays", choices=("numpy", "torch", "jax", "list"), help="what is passed (default: found from the function)")
    add("--dtype", choices=("float64", "float32", "float16"), help="the floats that are passed")
    add("--gradient", action="store_true", help="check the gradient by the function's own autodiff, too")
    add("--examples", type=_positive, metavar="N", help="how many cases the function must stand (default: 1000)")
    add("--seconds", type=float, metavar="S", help="how long one call may take (default: 10)")
    add("--seed", type=int, metavar="N", help="seed of everything that is random")
    add("--expect", metavar="VARIANT", help="the deviation that is known; it is a failure if it no longer holds")
    add("--json", metavar="FILE", help="write the verdict as JSON; - for the screen instead of the report")
    add("--time-limit", type=float, default=TIME_LIMIT, metavar="S", help="for the whole check (default: %(default)g)")
    return found


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"nothing would be checked with {text} examples")
    return number


def in_a_process(asked: argparse.Namespace, result: Path) -> dict[str, Any] | None:
    """Start the child and wait; None if the user ends it."""
    command = [sys.executable, "-P", "-c", CHILD, json.dumps(vars(asked)), str(result)]
    before = signal.signal(signal.SIGTERM, _leave)
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=2)  # noqa: S603 - ourselves
    try:
        ended = process.wait(asked.time_limit)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGUSR1)  # it says where it is, even from inside a C function
        with suppress(subprocess.TimeoutExpired):
            process.wait(SAYING)
        return _error(asked, f"does not return within {asked.time_limit:g} s")
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return None
    finally:
        process.kill()
        process.wait()
        signal.signal(signal.SIGTERM, before)
    if result.exists():
        return json.loads(result.read_text(encoding="utf-8"))
    if ended < 0:
        return _error(asked, f"the interpreter died with signal {_signal(-ended)} while the function ran")
    return _error(asked, f"the interpreter was left with exit code {ended} before there was a verdict")


def _leave(number: int, _: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def _error(asked: argparse.Namespace, said: str) -> dict[str, Any]:
    """The verdict on a function that gave none."""
    from .oracle.verdict import ERROR, Verdict

    return _as_json(Verdict(asked.target.rpartition(":")[2], asked.equation, ERROR, said), asked.expect)


def _as_json(verdict: Any, expect: str | None) -> dict[str, Any]:
    from .oracle.conformance import failed

    return {"verdict": verdict.to_dict(), "text": str(verdict), "problem": failed(verdict, expect)}


def child(request: str, result: str) -> int:
    """What runs in the process: check, and leave the verdict in a file."""
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR1)
    asked = argparse.Namespace(**json.loads(request))
    try:
        found = checked(asked)
    except KeyboardInterrupt:
        return INTERRUPTED
    written = Path(result).with_suffix(".part")
    written.write_text(json.dumps(found), encoding="utf-8")
    written.replace(result)  # at once: a child that is killed now leaves a whole verdict or none
    sys.stdout.flush()
    os._exit(0)  # threads that somebody's code has left running do not hold the verdict up


def checked(asked: argparse.Namespace) -> dict[str, Any]:
    """The verdict on the function, with its text; or why the command line is refused."""
    from .oracle import check
    from .spec.errors import RlproofError
    from .target import load

    named = ("arrays", "dtype", "examples", "seconds", "seed")
    options = {name: getattr(asked, name) for name in named if getattr(asked, name) is not None}
    options |= {"gradient": True} if asked.gradient else {}
    try:
        pairs = {name: dict(map(_pair, getattr(asked, name))) for name in ("argument", "bind", "convention")}
        bound = {name: read_value(text) for name, text in pairs["bind"].items()}
        try:
            function = load(asked.target)
        except RlproofError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever the module raises belongs to it
            where = "".join(traceback.format_exception_only(error)).strip()
            return _error(asked, f"its module cannot be imported: {where}")
        options |= {"arguments": pairs["argument"], "bind": bound, "conventions": pairs["convention"]}
        return _as_json(check(function, asked.equation, **options), asked.expect)
    except RlproofError as error:
        return {"refused": str(error)}


def _pair(text: str) -> tuple[str, str]:
    from .target import TargetError

    name, separator, value = text.partition("=")
    if not name or not separator:
        raise TargetError(
            "an option names no pair",
            got=text,
            expected="NAME=VALUE",
            cause="the sign = is missing",
            remedy="write, for example, --argument rew=rewards or --bind gae_lambda=0.95",
        )
    return name, value


def read_value(text: str) -> Any:
    """A Python literal; anything else is a word."""
    import ast

    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text

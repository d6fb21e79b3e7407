"""The prover: where it is, which version it has, and how it is called."""

import hashlib
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from .errors import ProverMissingError

LIBRARIES = ("ssreflect", "algebra", "analysis", "classical")
"""What of MathComp the proofs rest on; mathcomp-analysis brings the last two."""

TESTED = "Coq 8.16.1 with MathComp 1.15 and mathcomp-analysis 0.6.0, as in Debian 12"
FLAGS = ("-R", ".", "rlproof", "-w", "-notation-overridden,-ambiguous-paths")


def missing() -> str | None:
    """What is missing before theorems can be checked; None if nothing is."""
    if shutil.which("coqc") is None or shutil.which("coqdep") is None:
        return "no Rocq prover here"
    absent = [name for name in LIBRARIES if not (_library() / "mathcomp" / name).is_dir()]
    return f"no mathcomp {', '.join(absent)} here" if absent else None


def require() -> None:
    """Complain if the prover or a library is missing."""
    lacking = missing()
    if lacking:
        raise ProverMissingError(
            lacking,
            got=f"PATH={os.environ.get('PATH', '')}",
            expected=TESTED,
            cause="only `make proofs` needs the prover, so that nothing else installs it",
            remedy="bash .ci/install-prover (on Debian or Ubuntu), or install these versions by opam",
        )


@cache
def version() -> str:
    """The prover's version, such as 8.16.1."""
    return call("coqc", "--print-version").split()[0]


@cache
def fingerprint() -> str:
    """What changes when the prover or a library is exchanged."""
    compiled = sorted((_library() / "mathcomp").rglob("*.vo"))
    stats = [f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in compiled]
    return hashlib.sha256("\n".join([version(), shutil.which("coqc") or "", *stats]).encode()).hexdigest()


def call(program: str, *arguments: str, folder: Path | None = None) -> str:
    """Run a program of the prover; its output, or the error that it ends with."""
    return _run(program, *arguments, folder=folder).stdout


def compile_file(file: str, folder: Path) -> str | None:
    """Compile one file of the folder; what the prover says if it does not compile, else None."""
    result = _run("coqc", "-q", *FLAGS, file, folder=folder, check=False)
    return None if result.returncode == 0 else (result.stderr + result.stdout).strip() or "coqc failed in silence"


def _run(
    program: str, *arguments: str, folder: Path | None = None, check: bool = True
) -> subprocess.CompletedProcess[str]:
    # Other folders of libraries and options are somebody's settings: no part of what is checked.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("COQ", "ROCQ"))}
    command = [program, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=check)


@cache
def _library() -> Path:
    """The folder of installed libraries."""
    return Path(call("coqc", "-where").strip()) / "user-contrib"

"""Run the tests that a mutant can reach, in a fork of a process that has loaded the libraries already."""

import importlib.abc
import importlib.machinery
import os
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType

NEAR = ("proofs_tests/test_laws.py", "proofs_tests/agreement")
FAR = ("proofs_tests/spec", "proofs_tests/test_published.py", "proofs_tests/oracle", "proofs_tests/envs")


@dataclass(frozen=True)
class Mutant:
    """A module of ours by import name, its changed source, and the equations nearest to the change."""

    module: str
    path: Path
    source: str
    nearest: str
    topic: str


class _MutatedLoader(importlib.machinery.SourceFileLoader):
    """Loads one module from changed source; everything else, the file itself included, stays as it is."""

    def __init__(self, mutant: Mutant) -> None:
        super().__init__(mutant.module, str(mutant.path))
        self.source = mutant.source

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - the name is the mutant's
        """Compile the changed source, and leave no trace in the cache of compiled modules."""
        return compile(self.source, self.path, "exec", dont_inherit=True)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the mutated module before anybody else does."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> importlib.machinery.ModuleSpec | None:
        """Answer for one name only."""
        if fullname != self.mutant.module:
            return None
        return importlib.machinery.ModuleSpec(fullname, _MutatedLoader(self.mutant), origin=str(self.mutant.path))


def load_libraries() -> None:
    """Import what every test needs and no mutant can change."""
    import flint  # noqa: F401
    import hypothesis  # noqa: F401
    import jax  # noqa: F401
    import numpy as np  # noqa: F401
    import pytest  # noqa: F401


def outcome(mutant: Mutant, root: Path, log: Path, timeout: float) -> str:
    """Test the mutant in a fork: `killed` if a test fails or the time runs out, else `survived`."""
    child = os.fork()
    if not child:
        os.setsid()
        try:
            os._exit(_test(mutant, root, log))
        except BaseException:  # noqa: BLE001 - a mutant that breaks even the runner is killed
            traceback.print_exc()
            os._exit(2)
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return "survived" if os.waitstatus_to_exitcode(status) == 0 else "killed"
        time.sleep(0.05)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "killed"


def _test(mutant: Mutant, root: Path, log: Path) -> int:
    import pytest

    with log.open("w", encoding="utf-8") as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
        os.chdir(root)
        sys.meta_path.insert(0, _Finder(mutant))
        sys.dont_write_bytecode = True
        options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-header"]
        options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # hypothesis is loaded already
        for selected, folders in ((mutant.nearest, NEAR), (mutant.topic, (*NEAR, *FAR))):
            code = pytest.main([*options, "-k", selected, *folders])
            if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
                return 1
        return 0

"""The core works where nothing but the core is installed."""

import subprocess
import sys
from pathlib import Path

import pytest

BLOCKED = ("jax", "jaxlib", "mujoco", "gymnasium", "scipy", "rich", "tyro", "optax", "equinox", "torch", "z3", "sympy")

WITHOUT = f"""
import importlib, importlib.abc, pkgutil, sys

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {BLOCKED!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}} (blocked by the test)", name=name)

sys.meta_path.insert(0, Absent())

def import_whole(package):
    package = importlib.import_module(package)
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
"""


def run(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the code in a fresh Python, away from the tree, with the heavy packages blocked."""
    command = [sys.executable, "-W", "error", "-c", WITHOUT + code]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("package", ["rlproof.spec", "rlproof.oracle", "rlproof.proofs"])
def test_the_package_imports_without_jax_mujoco_or_gymnasium(package: str, tmp_path: Path) -> None:
    """Every module of spec, oracle and proofs imports with the core dependencies alone; so what is proved is listed."""
    result = run(f"import_whole({package!r})", tmp_path)
    assert result.returncode == 0, result.stderr


def test_an_equation_computes_without_them(tmp_path: Path) -> None:
    """The specification does not only import: it computes, in floats and in exact rationals."""
    code = """
from rlproof.spec.mdp import MDP, eta
for one, half in ((1.0, 0.5), (1, "1/2")):
    print(eta(MDP(transition=[[[one]]], reward=[[one]], initial=[one], discount=half), [[one]]))
"""
    result = run(code, tmp_path)
    assert result.stdout.split() == ["2.0", "2"], result.stderr


@pytest.mark.parametrize("name", BLOCKED)
def test_the_block_blocks(name: str, tmp_path: Path) -> None:
    """Negative control: with the block in place, each heavy package really cannot be imported."""
    result = run(f"import {name}", tmp_path)
    assert result.returncode == 1
    assert "blocked by the test" in result.stderr


def test_importing_rlproof_alone_imports_no_package_of_ours(tmp_path: Path) -> None:
    """The face costs nothing: neither NumPy nor any of our packages is loaded by it."""
    code = "import rlproof; print([n for n in sys.modules if n == 'numpy' or n.startswith('rlproof.')])"
    assert run(code, tmp_path).stdout.strip() == "[]"


def test_importing_the_oracle_does_not_wait_for_hypothesis(tmp_path: Path) -> None:
    """It takes as long to import as all else together, and is needed in the first check only."""
    code = """
import rlproof.oracle
assert "hypothesis" not in sys.modules
assert rlproof.oracle.check(lambda rewards, gamma: sum(gamma**t * r for t, r in enumerate(rewards)),
                            "mdp.discounted_return", examples=5)
assert "hypothesis" in sys.modules
"""
    result = run(code, tmp_path)
    assert result.returncode == 0, result.stderr

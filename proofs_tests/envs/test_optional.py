"""The package is importable without its extras, and says which one is missing when it is needed."""

import subprocess
import sys
from pathlib import Path

import pytest

import rlproof.envs
from rlproof.envs.optional import require

JITTED = {"lots", "tabular_env"}
"""What is made for jitted code, and nothing without JAX."""
MODULES = sorted({file.stem for file in Path(rlproof.envs.__file__).parent.glob("*.py")} - JITTED)

IMPORT_ALL = f"""
import importlib, sys
for name in {MODULES}:
    importlib.import_module("rlproof.envs." + name)
print(sorted({{"mujoco", "jax", "optax", "torch"}} & set(sys.modules)))
"""


def test_importing_every_module_imports_no_extra() -> None:
    """In a fresh process: neither MuJoCo nor JAX is loaded, but for jitted code; Gymnasium is, for its registry."""
    for without in ("", "import sys; sys.modules['gymnasium'] = None\n"):
        program = [sys.executable, "-c", without + IMPORT_ALL]
        assert subprocess.run(program, capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_a_missing_extra_is_named() -> None:
    """With the purpose, the package and the command that installs it."""
    with pytest.raises(ImportError, match=r"pip install 'rlproof\[impl\]'") as caught:
        require("no_such_package", purpose="this test")
    assert str(caught.value).startswith("this test needs the package 'no_such_package'")


@pytest.mark.parametrize("call", [
    "from rlproof.envs.transition_tables import as_mdp; as_mdp('FrozenLake-v1', discount=0.9)",
    "from rlproof.envs.blackjack import blackjack; blackjack()",
    "from rlproof.envs.policies import random_policy; random_policy('Hopper-v5', seed=0)",
])  # fmt: skip
def test_every_door_to_gymnasium_names_the_extra(call: str) -> None:
    """In a fresh process where Gymnasium cannot be imported."""
    program = f"import sys; sys.modules['gymnasium'] = None\n{call}"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "rlproof[impl]" in result.stderr.strip().splitlines()[-1]

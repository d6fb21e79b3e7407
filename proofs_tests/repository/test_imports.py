"""Imports flow one way: spec knows nothing of ours, and nothing imports a root folder by its bare name."""

from collections.abc import Callable
from pathlib import Path

import pytest

from .lints import imports
from .lints.tree import ROOT

PYPROJECT = """
[tool.setuptools]
packages = ["rlproof", "rlproof.spec", "rlproof.envs", "rlproof.impl", "rlproof.oracle"]
[tool.setuptools.package-dir]
"rlproof" = "rlproof"
"rlproof.spec" = "spec"
"rlproof.envs" = "envs"
"rlproof.impl" = "impl"
"rlproof.oracle" = "oracle"
"""

LINTS = (
    imports.wrong_directions,
    imports.beyond_the_core,
    imports.folder_names_as_packages,
    imports.absolute_imports_inside,
)

PLANTED = [
    (imports.wrong_directions, "spec/a.py", "from ..impl import gae"),
    (imports.wrong_directions, "spec/a.py", "from .. import envs"),
    (imports.wrong_directions, "spec/a.py", "def late():\n    from ..envs.tabular import chain"),
    (imports.wrong_directions, "spec/a.py", "from ..verify import run"),
    (imports.wrong_directions, "envs/a.py", "from ..impl.gae import advantage"),
    (imports.wrong_directions, "oracle/a.py", "import rlproof.impl.gae"),
    (imports.wrong_directions, "impl/a.py", "from ..oracle import check"),
    (imports.beyond_the_core, "spec/a.py", "import jax.numpy as jnp"),
    (imports.beyond_the_core, "oracle/a.py", "def late():\n    import mujoco"),
    (imports.beyond_the_core, "oracle/a.py", 'import importlib\nimportlib.import_module("gymnasium")'),
    (imports.folder_names_as_packages, "proofs_tests/test_a.py", "import spec"),
    (imports.folder_names_as_packages, "benchmarks/a.py", "from impl.gae import advantage"),
    (imports.folder_names_as_packages, "docs/a.rst", "Text.\n\n>>> from envs import tabular"),
    (imports.folder_names_as_packages, "README.md", "```python\nfrom spec import mdp\n```"),
    (imports.absolute_imports_inside, "impl/a.py", "from rlproof.spec import mdp"),
    (imports.absolute_imports_inside, "rlproof/a.py", "import rlproof.spec"),
]

INNOCENT = [
    ("impl/a.py", "from ..spec import mdp\nfrom . import b\nimport jax"),
    ("oracle/a.py", "from ..spec.mdp import MDP\nimport hypothesis"),
    ("rlproof/a.py", "from .impl import gae\nfrom . import spec"),
    ("proofs_tests/test_a.py", "import rlproof.spec\nfrom rlproof.impl import gae"),
    ("docs/a.rst", ">>> from rlproof.spec import mdp"),
]


@pytest.mark.parametrize("lint", LINTS)
def test_the_repository_has_no_wrong_import(lint: Callable[[Path], list[str]]) -> None:
    """Each rule about imports holds of every file."""
    assert lint(ROOT) == []


@pytest.mark.parametrize(("lint", "path", "text"), PLANTED)
def test_a_planted_wrong_import_is_found(
    lint: Callable[[Path], list[str]], path: str, text: str, tmp_path: Path
) -> None:
    """Negative control: one wrong import in an empty repository gives exactly one complaint, at its file."""
    plant(tmp_path, path, text)
    (complaint,) = lint(tmp_path)
    assert complaint.startswith(path)


@pytest.mark.parametrize(("path", "text"), INNOCENT)
def test_a_right_import_is_not_complained_about(path: str, text: str, tmp_path: Path) -> None:
    """The rules do not forbid what the design allows."""
    plant(tmp_path, path, text)
    assert [lint(tmp_path) for lint in LINTS] == [[], [], [], []]


def plant(root: Path, path: str, text: str) -> None:
    """Make a repository that holds one file beside its settings."""
    (root / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text + "\n", encoding="utf-8")

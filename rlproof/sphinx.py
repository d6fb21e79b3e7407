"""A Sphinx extension: one page per equation, written from the registry before the docs are read.

Put ``"rlproof.sphinx"`` into ``extensions`` of ``conf.py``; the pages appear below ``equations/``, and one about the
physics below ``mujoco/``.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: "Sphinx") -> dict[str, Any]:
    """Have the pages written at the beginning of every build."""
    app.connect("builder-inited", lambda app: write_pages(Path(app.srcdir) / "equations"))
    app.connect("builder-inited", lambda app: write_physics(Path(app.srcdir) / "mujoco"))
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}


def write_pages(folder: Path) -> None:
    """Write the index, the coverage, the proofs and a page for each equation; remove pages that are gone."""
    from .coverage import read_reasons
    from .coverage_page import coverage_page
    from .pages import equation_page, index_page
    from .proof_pages import proofs_page
    from .proofs import proofs
    from .published import published_numbers
    from .spec.registry import equations

    folder.mkdir(exist_ok=True)
    pages = {f"{equation.id}.rst": equation_page(equation) for equation in equations()}
    pages["index.rst"] = index_page(equations())
    pages["coverage.rst"] = coverage_page(equations(), published_numbers(), read_reasons())
    pages["proofs.rst"] = proofs_page(proofs())
    for path in folder.glob("*.rst"):
        if path.name not in pages:
            path.unlink()
    for name, text in pages.items():
        _write_if_changed(folder / name, text)


def write_physics(folder: Path) -> None:
    """Write the page of the recorded differences between single and double precision."""
    from .mujoco_pages import differences_page

    folder.mkdir(exist_ok=True)
    _write_if_changed(folder / "differences.rst", differences_page())


def _write_if_changed(path: Path, text: str) -> None:
    """Leave an unchanged page alone, so that Sphinx does not read it again."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")

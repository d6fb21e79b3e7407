"""The docs build without a warning, load nothing from elsewhere, and their examples are true."""

import doctest
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rlproof.proofs import proofs
from rlproof.spec.registry import equations

from .lints.html import absent_loads, remote_loads
from .lints.tree import ROOT

PROSE = sorted(path.relative_to(ROOT) for path in (ROOT / "docs").glob("*.rst"))
"""The pages that are written by hand."""

SILENT = {"index.rst", "testing.rst", "verify.rst"}
"""The pages of prose without an example."""


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built pages; a warning fails the build. Those that were built just before (`RLPROOF_HTML`) need no other."""
    if "RLPROOF_HTML" in os.environ:
        return ROOT / os.environ["RLPROOF_HTML"]
    source, built = tmp_path_factory.mktemp("docs"), tmp_path_factory.mktemp("html")
    left_out = shutil.ignore_patterns("_build", "equations")
    shutil.copytree(ROOT / "docs", source, ignore=left_out, dirs_exist_ok=True)
    command = [sys.executable, "-m", "sphinx", "-q", "-n", "-W", "--keep-going", str(source), str(built)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return built


def test_every_equation_has_a_page_with_its_formula_and_code(html: Path) -> None:
    """The generated page shows formula, specification and laws."""
    for equation in equations():
        page = (html / "equations" / f"{equation.id}.html").read_text(encoding="utf-8")
        assert 'class="math notranslate' in page
        assert "spec, to be read" in page
        assert 'id="laws"' in page


def test_every_proof_stands_on_the_page_of_its_equations_and_in_the_list(html: Path) -> None:
    """With its formula and, folded, its formal statement."""
    listed = (html / "equations" / "proofs.html").read_text(encoding="utf-8")
    for proof in proofs():
        assert f">{proof.name}</span>" in listed
        for name in proof.equations:
            page = (html / "equations" / f"{name}.html").read_text(encoding="utf-8")
            assert 'id="proofs"' in page
            assert f">{proof.name}</span>" in page
            assert "<summary>The formal statement</summary>" in page


def test_the_index_lists_every_equation(html: Path) -> None:
    """The coverage page has one row per equation."""
    index = (html / "equations" / "index.html").read_text(encoding="utf-8")
    rows = re.findall(r'<td><p><a class="reference internal" href="([^"]+)\.html"', index)
    assert rows == [equation.id for equation in equations()]


def test_pages_load_nothing_from_elsewhere(html: Path) -> None:
    """Without a network the pages look the same."""
    assert remote_loads(html) == []


def test_everything_that_pages_load_is_there(html: Path) -> None:
    """Each local script and style sheet that a page names was written, MathJax among them."""
    assert absent_loads(html) == []
    assert (html / "_static" / "mathjax" / "tex-chtml.js").exists()
    assert "mathjax/tex-chtml.js" in (html / "equations" / "gae.advantage.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "planted",
    [
        '<script src="https://example.org/mathjax.js"></script>',
        '<link rel="stylesheet" href="//example.org/style.css">',
        '<img src="http://example.org/picture.png">',
        "<style>@font-face { src: url('https://example.org/font.woff2') }</style>",
        '<p style="background: url(https://example.org/picture.png)">text</p>',
    ],
)
def test_a_planted_remote_load_is_found(planted: str, tmp_path: Path) -> None:
    """Negative control: one thing loaded from elsewhere is one complaint; a link to follow is none."""
    page = f'<a href="https://example.org">elsewhere</a>{planted}'
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    assert len(remote_loads(tmp_path)) == 1


def test_a_planted_remote_import_in_a_style_sheet_is_found(tmp_path: Path) -> None:
    """Negative control: style sheets are looked into."""
    (tmp_path / "style.css").write_text('@import "https://example.org/more.css";', encoding="utf-8")
    assert remote_loads(tmp_path) == ["style.css: https://example.org/more.css"]


def test_a_planted_absent_script_is_found(tmp_path: Path) -> None:
    """Negative control: a script that was not written is one complaint."""
    (tmp_path / "page.html").write_text('<script src="here.js?v=1"></script>', encoding="utf-8")
    assert absent_loads(tmp_path) == ["page.html: here.js?v=1"]


@pytest.mark.parametrize("page", PROSE, ids=str)
def test_examples_in_prose_are_true(page: Path) -> None:
    """Each example of a page prints what the page says; a page without examples is known to be one."""
    result = doctest.testfile(str(ROOT / page), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert result.failed == 0
    assert (result.attempted == 0) == (page.name in SILENT)


def test_a_planted_wrong_example_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Negative control: an example that prints something else fails."""
    page = tmp_path / "page.rst"
    page.write_text(">>> 1 + 1\n3\n", encoding="utf-8")
    assert doctest.testfile(str(page), module_relative=False).failed == 1
    assert "Expected" in capsys.readouterr().out


def test_prose_has_no_python_that_is_not_executed() -> None:
    """Python in a page of prose stands at a prompt, where the tests execute it."""
    blocks = [path for path in PROSE if "code-block:: python" in (ROOT / path).read_text(encoding="utf-8")]
    assert blocks == []


def test_commands_in_prose_exist() -> None:
    """Each `make` target that a page names is in the Makefile."""
    text = "\n".join((ROOT / path).read_text(encoding="utf-8") for path in [*PROSE, "README.md"])
    named = set(re.findall(r"(?:``|^\s*\$?\s*)make ([a-z]+)", text, re.MULTILINE))
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert named - targets == set()
    assert {"verify", "test"} <= named

"""The README's example does what its comments say, and its table lists every machine proof."""

import ast
import re
from pathlib import Path

from rlproof.proofs import proofs
from rlproof.proofs.listing import markdown

README = Path(__file__).parents[2] / "README.md"


def test_the_readme_examples_give_the_results_in_their_comments() -> None:
    """Every line of an example that ends in a comment with a number is that number; the others run."""
    sources = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert [checked_results(source) for source in sources] == [4, 0]


def checked_results(source: str) -> int:
    """Run an example and compare; return how many results were compared."""
    names: dict[str, object] = {}
    checked = 0
    for node in ast.parse(source).body:
        line = ast.get_source_segment(source, node) or ""
        comment = source.splitlines()[(node.end_lineno or 1) - 1].partition("#")[2].strip()
        if not isinstance(node, ast.Expr):
            exec(line, names)  # noqa: S102 - our own README
            continue
        result, (expected, *_) = eval(line, names), comment.split(",")  # noqa: S307
        assert str(result) == expected, line
        checked += 1
    return checked


def test_the_readme_lists_every_machine_proof() -> None:
    """The table is the one that `rlproof proofs --table` prints."""
    assert f"\n\n{markdown(proofs())}\n\n" in README.read_text(encoding="utf-8")

"""The README's example does what its comments say, and its table lists every machine proof."""

import ast
import re
from pathlib import Path

from rlproof.proofs import proofs
from rlproof.proofs.listing import markdown

README = Path(__file__).parents[2] / "README.md"


def test_the_readme_example_gives_the_results_in_its_comments() -> None:
    """Every line of the example that ends in a comment with a number is that number."""
    (source,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
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
    assert checked == 4


def test_the_readme_lists_every_machine_proof() -> None:
    """The table is the one that `rlproof proofs --table` prints."""
    assert f"\n\n{markdown(proofs())}\n\n" in README.read_text(encoding="utf-8")

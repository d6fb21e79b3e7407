"""reStructuredText for generated pages: prose, headings, code and tables."""

import re
from textwrap import indent

MARKED_UP = re.compile(r"(:\w+:`[^`]*`|``.*?``|`[^`]*`)", re.DOTALL)
"""What is already markup and is left alone: roles and code."""


def title(text: str, line: str) -> str:
    """A heading."""
    return f"{text}\n{line * len(text)}"


def plain(text: str) -> str:
    """Prose in which only roles and code are markup: in `v_*` or `|A|` nothing is."""
    pieces = MARKED_UP.split(text)
    return "".join(piece if number % 2 else re.sub(r"([*|_\\])", r"\\\1", piece) for number, piece in enumerate(pieces))


def one_paragraph(text: str) -> str:
    """Prose on one line."""
    return plain(" ".join(text.split()))


def code_block(code: str, language: str = "python", *options: str) -> str:
    """Code as it stands, coloured."""
    head = "\n".join([f".. code-block:: {language}", *(f"   :{option}:" for option in options)])
    return f"{head}\n\n{indent(code, '   ')}"


def folded(heading: str, code: str) -> str:
    """A block of code that opens on a click."""
    opened = f".. raw:: html\n\n   <details><summary>{heading}</summary>"
    return f"{opened}\n\n{code}\n\n.. raw:: html\n\n   </details>"


def table(rows: list[list[str]]) -> str:
    """A table whose first row is its header."""
    lines = ["   * - " + "\n     - ".join(row) for row in rows]
    return ".. list-table::\n   :header-rows: 1\n   :class: coverage\n\n" + "\n".join(lines)

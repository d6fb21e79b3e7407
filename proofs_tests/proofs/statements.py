"""The statements of the theorems, read from their files: nothing is written twice.

A file in `rocq/statements/` holds definitions of propositions and what they need to be read, nothing else. The comment
above each has a fixed form, which `FIELDS` names; its first line repeats the name.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from rlproof.spec.registry import equations

from .errors import StatementError
from .proof import Proof
from .sources import ROCQ, line, sources, without_comments

FIELDS = ("Equations", "Formula", "Source", "Differs")
"""What the comment says below the sentence, in this order."""

HEADS = ("From", "Require", "Import", "Set", "Unset", "Local", "Open", "Notation")
"""How every other command of such a file begins."""

COMMAND = re.compile(r"\S(?:[^\"]|\"[^\"]*\")*?\.(?=\s|$)")
"""One command, to the full stop that ends it."""

STATED = re.compile(r"Definition\s+([\w']+)\s*:\s*Prop\s*:=")
COMMENT = re.compile(r"\(\*\*\s((?:(?!\(\*|\*\)).)*)\*\)\s*\Z", re.DOTALL)
"""The comment that ends where a definition begins."""


def statements(root: Path = ROCQ) -> tuple[Proof, ...]:
    """Every statement, in the order of the files' names and of the source."""
    return tuple(proof for path in sources(root, "statements") for proof in _read(path, root))


def _read(path: Path, root: Path) -> Iterator[Proof]:
    text = path.read_text(encoding="utf-8")
    code, read, titles = without_comments(text), 0, len(re.findall(r"\(\*\*\s*Theorem\b", text))
    for command in COMMAND.finditer(code):
        where = f"{path.relative_to(root)}:{line(code, command.start())}"
        if stated := STATED.match(command[0]):
            yield _statement(stated[1], text[: command.start()], text[command.start() : command.end()], where)
            read += 1
        elif command[0].split()[0] not in HEADS:
            raise _error(
                f"{where} is no statement",
                command[0].split("\n")[0],
                "`Definition NAME : Prop := ...`, without arguments",
                "a notion that statements share, which belongs to definitions/",
            )
    if titles != read:
        name = str(path.relative_to(root))
        raise _error(f"{name}: a comment has no statement", f"{titles} comments", f"{read}", "a comment left behind")


def _statement(name: str, before: str, code: str, where: str) -> Proof:
    comment = COMMENT.search(before)
    said = comment[1] if comment else ""
    title, *rest = re.split(rf"^\s*({'|'.join(FIELDS)}):", said, flags=re.MULTILINE)
    found = {field: " ".join(text.split()) for field, text in zip(rest[::2], rest[1::2], strict=True)}
    head = re.match(r"Theorem\s+([\w']+)\.\s+(\S.*\.)\s*\Z", title, re.DOTALL)
    if head is None or tuple(rest[::2]) != FIELDS or not all(found.values()):
        missing = [field for field in FIELDS if not found.get(field)]
        got = f"no {', '.join(missing)}" if missing else " ".join(said.split())[:80] or "no comment"
        fixed = f"`(** Theorem {name}.`, a sentence, then {', '.join(f'`{field}:`' for field in FIELDS)}"
        raise _error(f"{where}: the comment of {name} is not whole", got, fixed, "a field left out or misspelt")
    if head[1] != name:
        raise _error(f"{where}: the comment names another theorem", head[1], name, "one of the two was renamed")
    ids = tuple(re.split(r",\s*", found["Equations"]))
    unknown = [each for each in ids if each not in {entry.id for entry in equations()}]
    if unknown:
        expected = "ids that `rlproof explain` lists"
        raise _error(f"{where}: {name} names unknown equations", ", ".join(unknown), expected, "a misspelt id")
    file = f"rocq/{where.rpartition(':')[0]}"
    sentence = " ".join(head[2].split())
    return Proof(name, "rocq", ids, sentence, found["Formula"], found["Source"], found["Differs"], file, code)


def _error(subject: str, got: str, expected: str, cause: str) -> StatementError:
    remedy = "write it as the other statements are; proofs_tests/proofs/statements.py reads them"
    return StatementError(subject, got=got, expected=expected, cause=cause, remedy=remedy)

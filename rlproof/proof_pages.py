"""The machine proofs on pages: a section of an equation's page, and the list of all of them."""

from collections.abc import Iterable
from itertools import groupby
from textwrap import indent
from typing import TYPE_CHECKING

from .markup import code_block, folded, one_paragraph, table, title

if TYPE_CHECKING:
    from .proofs.proof import Proof

LANGUAGES = {"rocq": "coq", "smt": "python", "symbolic": "python"}
PROVERS = {"rocq": "Rocq", "smt": "z3", "symbolic": "SymPy"}

INTRODUCTION = """
There are {count} statements that a machine proves: {totals}. :doc:`../proofs` says how they
are checked and what is trusted. Each stands on the page of every equation that it is about, with its formal statement.
"""


def proofs_section(proofs: Iterable["Proof"]) -> str:
    """What is proved of an equation; nothing where nothing is."""
    entries = [_entry(proof) for proof in proofs]
    return f"{title('Proofs', '-')}\n\n" + "\n\n".join(entries) if entries else ""


def proofs_page(proofs: Iterable["Proof"]) -> str:
    """All statements, by the topic of the first equation that each is about."""
    from .proofs import KINDS
    from .proofs.listing import rests_on
    from .spec.registry import TOPICS

    entries = sorted(proofs, key=lambda proof: TOPICS.index(_topic(proof)))
    totals = [f"{sum(proof.kind == kind for proof in entries)} by {PROVERS[kind]}" for kind in KINDS]
    parts = [title("All proofs", "="), INTRODUCTION.format(count=len(entries), totals=", ".join(totals))]
    for topic, group in groupby(entries, _topic):
        rows = [["theorem", "what it says", "rests on", "equations"]]
        for proof in group:
            said = f"{one_paragraph(proof.sentence)} ``{proof.formula}``"
            pages = ", ".join(f":doc:`{equation}`" for equation in proof.equations)
            rows.append([f"``{proof.name}``", said, f"{PROVERS[proof.kind]}: {rests_on(proof)}", pages])
        parts.append(f"{title(topic, '-')}\n\n{table(rows)}")
    return "\n\n".join(parts) + "\n"


def _topic(proof: "Proof") -> str:
    return proof.equations[0].partition(".")[0]


def _ended(text: str) -> str:
    return one_paragraph(text).removesuffix(".") + "."


def _entry(proof: "Proof") -> str:
    facts = [f"Source: {_ended(proof.source)}"]
    if proof.differs != "no":
        facts.append(f"Differs from it: {_ended(proof.differs)}")
    facts.append(f"Proved by {PROVERS[proof.kind]}, ``proofs_tests/proofs/{proof.file}``.")
    code = code_block(proof.code, LANGUAGES[proof.kind], "force")
    parts = [
        one_paragraph(proof.sentence),
        code_block(proof.formula, "text"),
        " ".join(facts),
        folded("The formal statement", code),
    ]
    return f"``{proof.name}``\n" + indent("\n\n".join(parts), "   ")

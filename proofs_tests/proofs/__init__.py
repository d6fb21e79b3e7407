"""Machine proofs: statements about the equations that a machine has proved, and the programs that check them.

`rocq/` holds theorems for processes of every size, checked by Rocq's kernel; `smt/` statements about finitely many
real numbers, decided by z3; `symbolic/` identities of rational functions, decided by SymPy. What is proved can be read
with none of them installed: this module lists it.
"""

from functools import cache

from .errors import StatementError
from .proof import KINDS as KINDS
from .proof import Proof as Proof


@cache
def proofs() -> tuple[Proof, ...]:
    """List every statement: those of Rocq, then those of z3, then those of SymPy."""
    from . import smt, statements, symbolic

    facts = (*smt.facts(), *symbolic.facts())
    found = (*statements.statements(), *(fact.proof for fact in facts))
    twice = {each.id for each in found if sum(each.id == other.id for other in found) > 1}
    if twice:
        raise StatementError(
            "two statements have one name",
            got=", ".join(sorted(twice)),
            expected="a name of its own for each statement of a kind",
            cause="a statement that was copied",
            remedy="rename one of them, in its comment, its definition and its theorem",
        )
    return found


def proofs_of(equation: str) -> tuple[Proof, ...]:
    """List the statements about the equation with this id."""
    return tuple(proof for proof in proofs() if equation in proof.equations)

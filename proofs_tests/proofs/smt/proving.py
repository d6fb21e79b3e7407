"""What z3 makes of a fact: it looks for real numbers that break a claim, and there are none."""

from collections.abc import Callable
from typing import Any

from ..fact import FactFunction, RefutedError, Register, UndecidedError
from .array import formulas
from .run import BRIEFLY, SECONDS, runs, solver

register = Register("smt")


def prove(function: FactFunction) -> str:
    """Prove every claim of a fact on every path, for all real numbers that its hypotheses admit."""
    import z3

    paths, claims, inhabited = 0, 0, False
    for run, claimed in runs(function):
        paths += 1
        for known, obligation in run.obligations:
            _settle(known, obligation)
        for known, claim in claimed:
            for formula in formulas(claim):
                claims += 1
                _settle(known, formula)
        inhabited = inhabited or solver(*run.hypotheses, *run.path).check() == z3.sat
    if not inhabited or claims == 0:
        raise RefutedError("it claims nothing: no numbers satisfy its hypotheses, or it yields no claim")
    return f"no real numbers break it: {claims} claims on {paths} paths"


def exhibit(function: FactFunction) -> str:
    """Find real numbers for which all that a fact claims is true."""
    import z3

    undecided = False
    for run, claimed in runs(function):
        for known, obligation in run.obligations:
            _settle(known, obligation)
        found = solver(*run.known, *(formula for _, claim in claimed for formula in formulas(claim)))
        answer = found.check()
        if answer == z3.sat:
            return f"it happens {_describe(found.model())}"
        undecided = undecided or answer == z3.unknown
    if undecided:
        raise UndecidedError("z3 found no example, and did not prove that there is none")
    raise RefutedError("no real numbers make it true")


def proves(*equations: str, formula: str, source: str, differs: str = "no") -> Callable[[FactFunction], FactFunction]:
    """Register a fact about all real numbers."""
    return register.proves(*equations, decide=prove, formula=formula, source=source, differs=differs)


def exhibits(*equations: str, formula: str, source: str, differs: str = "no") -> Callable[[FactFunction], FactFunction]:
    """Register a fact about some real numbers: mostly that a variant of an equation is wrong."""
    return register.proves(*equations, decide=exhibit, formula=formula, source=source, differs=differs)


def _settle(known: list[Any], formula: Any) -> None:
    """Prove a formula from what is known: as it stands, or with every product of sums multiplied out."""
    import z3

    def expanded(part: Any) -> Any:
        return z3.simplify(part, som=True)

    if any(formula.eq(fact) for fact in known) or z3.is_true(expanded(formula)):
        return
    question = [*known, z3.Not(formula)]
    multiplied = [expanded(part) for part in question]
    for form, seconds in ((question, BRIEFLY), (multiplied, BRIEFLY), (question, SECONDS), (multiplied, SECONDS)):
        search = solver(*form, seconds=seconds)
        answer = search.check()
        if answer == z3.sat:
            raise RefutedError(f"{formula} is false {_describe(search.model())}")
        if answer == z3.unsat:
            return
    raise UndecidedError(f"z3 did not decide {formula}")


def _describe(model: Any) -> str:
    """Write out a model: the value of each symbol."""
    values = sorted((str(symbol), str(model[symbol])) for symbol in model.decls())
    return "at " + ", ".join(f"{name} = {value}" for name, value in values)

"""Everything checked, whatever proves it: Rocq's theorems, z3's facts, SymPy's facts."""

import importlib.metadata
import importlib.util
import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from . import prover
from .compiling import PROCESSES, Report
from .fact import Fact
from .outcome import FAILED, NOT_RUN, PROVED, Outcome
from .rocq_check import check_rocq
from .statements import statements

PACKAGES = {"smt": "z3-solver", "symbolic": "sympy"}
MODULES = {"smt": "z3", "symbolic": "sympy"}
"""What decides each kind of fact, and what Python calls it."""


def missing(kind: str) -> str | None:
    """What is missing before statements of a kind can be checked; None if nothing is."""
    if kind == "rocq":
        return prover.missing()
    return None if importlib.util.find_spec(MODULES[kind]) else f"no {PACKAGES[kind]} here"


def versions() -> dict[str, str]:
    """The programs that check, as far as they are here, with their versions."""
    found = {"Rocq": prover.version()} if missing("rocq") is None else {}
    packages = [package for kind, package in PACKAGES.items() if missing(kind) is None]
    return found | {package: importlib.metadata.version(package) for package in packages}


def check_all(*, report: Report = print) -> Iterator[Outcome]:
    """Check every statement; those whose prover is missing are not run, and say so."""
    yield from check_theorems_afresh(report)
    context = multiprocessing.get_context("spawn")  # a forked copy of a threaded process can hang
    with ProcessPoolExecutor(PROCESSES, mp_context=context) as pool:
        yield from pool.map(check_named, [fact.proof.id for fact in facts()])


def check_theorems_afresh(report: Report) -> tuple[Outcome, ...]:
    """Compile and check Rocq's theorems, whatever was checked before."""
    lacking = missing("rocq")
    if lacking:
        return tuple(Outcome(proof, NOT_RUN, message=lacking) for proof in statements())
    return check_rocq(fresh=True, report=report).outcomes


def facts() -> tuple[Fact, ...]:
    """List what Python checks."""
    from . import smt, symbolic

    return (*smt.facts(), *symbolic.facts())


def check_named(identifier: str) -> Outcome:
    """Check the fact with this id."""
    (fact,) = (fact for fact in facts() if fact.proof.id == identifier)
    return check_fact(fact)


def check_fact(fact: Fact) -> Outcome:
    """Check one fact; whatever goes wrong in it is its outcome."""
    lacking = missing(fact.proof.kind)
    if lacking:
        return Outcome(fact.proof, NOT_RUN, message=lacking)
    begin = time.perf_counter()
    try:
        said, verdict, message = fact.check(), PROVED, ""
    except Exception as error:  # noqa: BLE001 - whatever a fact does, it is not proved
        said, verdict, message = "", FAILED, f"{type(error).__name__}: {error}"
    return Outcome(fact.proof, verdict, said, round(time.perf_counter() - begin, 2), message)

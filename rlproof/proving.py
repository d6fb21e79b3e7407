"""`rlproof proofs`: the machine proofs in the terminal."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from . import __version__
from .proofs.checks import check_all, versions
from .proofs.outcome import FAILED, NOT_RUN, PROVED, Outcome, passed, totals

if TYPE_CHECKING:
    from .proofs.bridge import Crossed

COLOURS = {PROVED: "green", FAILED: "bold red", NOT_RUN: "yellow"}


def prove(console: Console, evidence: Path) -> bool:
    """Check every statement, print what was found, write the evidence; whether all of it was proved."""
    outcomes = []
    for outcome in check_all(report=lambda line: console.print(line, style="dim", markup=False, highlight=False)):
        outcomes.append(outcome)
        if outcome.proof.kind != "rocq":
            console.print(f"{outcome.proof.id}  {outcome.seconds:.1f} s", style="dim", markup=False, highlight=False)
    show(console, outcomes)
    crossed = list(_bridge()) if passed(each for each in outcomes if each.proof.kind == "rocq") else []
    show_bridge(console, crossed)
    write(evidence, outcomes, crossed)
    console.print(f"evidence: {evidence}", highlight=False)
    return passed(outcomes) and {each.verdict for each in crossed} == {PROVED}


def _bridge() -> Iterable["Crossed"]:
    """Check that the definitions of the theorems have the values of spec."""
    from .proofs.bridge import check_bridge
    from .proofs.rocq_check import check_rocq

    return check_bridge(check_rocq().folder)


def show_bridge(console: Console, crossed: Iterable["Crossed"]) -> None:
    """Print how many values the kernel has compared, and what differs."""
    crossed = list(crossed)
    for case in crossed:
        if case.verdict == FAILED:
            console.print(f"\n[bold red]FAILED[/] bridge, {case.case}", highlight=False)
            console.print(case.message, markup=False, highlight=False, soft_wrap=True)
    definitions = {name for case in crossed for name in case.definitions}
    claims, failed = sum(case.claims for case in crossed), sum(case.verdict == FAILED for case in crossed)
    console.print(
        f"bridge to spec: {len(definitions)} definitions; the kernel compared {claims} values with spec's, "
        f"on {len(crossed)} processes and sets of data, {failed} failed"
        if crossed
        else "[yellow]bridge to spec: not run[/], since not every theorem was checked",
        highlight=False,
    )


def show(console: Console, outcomes: Iterable[Outcome]) -> None:
    """Print the table of statements, why some are not proved, and the counts."""
    outcomes = list(outcomes)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("theorem", "file", "assumptions", "seconds", "verdict"):
        table.add_column(title, justify="right" if title == "seconds" else "left", overflow="fold")
    for proof, verdict, assumptions, seconds, _ in outcomes:
        said = _short(assumptions) if verdict == PROVED else "-"
        table.add_row(proof.name, proof.file, said, f"{seconds:.1f}", f"[{COLOURS[verdict]}]{verdict}[/]")
    console.print(table)
    for outcome in outcomes:
        if outcome.verdict == FAILED:
            console.print(f"\n[bold red]FAILED[/] {outcome.proof.id}", highlight=False)
            console.print(outcome.message, markup=False, highlight=False, soft_wrap=True)
    for why in dict.fromkeys(outcome.message for outcome in outcomes if outcome.verdict == NOT_RUN):
        names = [each.proof.name for each in outcomes if each.verdict == NOT_RUN and each.message == why]
        console.print(f"\n[yellow]not run[/] ({why}): {', '.join(names)}; `make proofs` runs them", highlight=False)
    count = totals(outcomes)
    proved = sum(outcome.verdict == PROVED for outcome in outcomes)
    used = ", ".join(f"{name} {version}" for name, version in versions().items())
    console.print(
        f"\n{proved} of {count['loaded']} statements proved ({used or 'no prover'}); {count['loaded']} loaded, "
        f"{count['run']} run, {count['failed']} failed, {count['skipped']} skipped",
        highlight=False,
    )


def _short(assumptions: str) -> str:
    """One line; the evidence holds what the axioms say. A proof with axioms passed only if they are the reals'."""
    head, _, axioms = assumptions.partition("\n")
    count = sum(not line.startswith(" ") for line in axioms.splitlines())
    return f"axioms of the reals: {count}" if count else head


def write(path: Path, outcomes: Iterable[Outcome], crossed: Iterable["Crossed"] = ()) -> None:
    """Write the evidence: every statement with its verdict, the bridge, and the programs that gave them."""
    outcomes = list(outcomes)
    entries = [
        {
            "name": outcome.proof.name,
            "kind": outcome.proof.kind,
            "equations": list(outcome.proof.equations),
            "file": outcome.proof.file,
            "formula": outcome.proof.formula,
            "assumptions": outcome.assumptions,
            "seconds": outcome.seconds,
            "verdict": outcome.verdict,
            "message": outcome.message,
        }
        for outcome in outcomes
    ]
    evidence = {
        "rlproof": __version__,
        "provers": versions(),
        "proofs": entries,
        "bridge": [case._asdict() for case in crossed],
        "totals": totals(outcomes),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(evidence, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

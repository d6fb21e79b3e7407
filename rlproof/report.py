"""Verdicts as a JSON report, in the form of `oracle/schemas/report.schema.json`."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import __version__

FORMAT = "rlproof-report-1"


def totals(verdicts: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many verdicts and cases there are, and how many failed."""
    return {
        "verdicts": len(verdicts),
        "passed": sum(bool(entry["passed"]) for entry in verdicts),
        "failed": sum(not entry["passed"] for entry in verdicts),
        "cases_loaded": sum(entry["loaded"] for entry in verdicts),
        "cases_run": sum(entry["run"] for entry in verdicts),
        "cases_failed": sum(entry["failed"] for entry in verdicts),
    }


def report(verdicts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The report on verdicts (as JSON), each with `expect` and `passed`."""
    return {"format": FORMAT, "rlproof": __version__, "verdicts": list(verdicts), "totals": totals(verdicts)}


def write(place: str | Path, verdicts: Sequence[Mapping[str, Any]]) -> None:
    """Write the report to a file, or to the screen for `-`."""
    text = json.dumps(report(verdicts), indent=1, allow_nan=False) + "\n"
    if place == "-":
        sys.stdout.write(text)
        return
    path = Path(place)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")

"""Run all checks of a selection, on several processes, and collect the evidence."""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from ..spec.errors import ParameterError
from ..spec.registry import Equation, equation
from . import device, mappings
from .checks import Check, Effort, equation_checks, select
from .evidence import Evidence, Outcome, Row

Progress = Callable[[str, list[Outcome]], None]


@dataclass(frozen=True)
class Plan:
    """What to verify: equations by id, environments by name, how hard, from which seed."""

    equations: tuple[str, ...]
    environments: tuple[str, ...]
    effort: Effort
    seed: int

    @property
    def units(self) -> list[tuple[str, str]]:
        """The parts that can run side by side, the longest first."""
        parts = [("environment", name) for name in self.environments]
        slow = ("trpo.algorithm1", "trpo.max_kl_step")  # their compilation takes longest
        ordered = sorted(self.equations, key=lambda name: not name.startswith(slow))
        return parts + [("equation", name) for name in ordered]


def make_plan(
    patterns: tuple[str, ...], environments: tuple[str, ...] | None, effort: Effort, seed: int, *, quick: bool
) -> Plan:
    """Resolve patterns and environment names; an unknown one is an error that lists the known."""
    from .real_input import QUICK_ENVIRONMENTS, ROLLOUTS, TABLES

    known = (*TABLES, *ROLLOUTS)
    chosen = tuple(entry.id for entry in select(patterns))
    if not chosen:
        raise ParameterError(
            "no equation matches",
            got=", ".join(patterns),
            expected="ids or patterns such as 'trpo.*'",
            cause="a misspelt id",
            remedy="list the equations with `rlproof explain`",
        )
    if environments is None:
        environments = QUICK_ENVIRONMENTS if quick else known
    matched = [name for name in known if any(word.lower() in name.lower() for word in environments)]
    if environments and not matched:
        raise ParameterError(
            "no environment matches",
            got=", ".join(environments),
            expected="part of one of: " + ", ".join(known),
            cause="a misspelt name, or an environment that is not among them",
            remedy="use one of these names",
        )
    return Plan(chosen, tuple(matched), effort, seed)


def verify(plan: Plan, *, jobs: int = 1, progress: Progress | None = None) -> Evidence:
    """Run a plan; an interruption keeps what was found and counts the rest as skipped."""
    start = time.perf_counter()
    evidence = Evidence(plan.seed, {name: Row(name) for name in plan.equations}, environments=list(plan.environments))
    evidence.loaded = sum(1 for unit in plan.units for _ in unit_checks(plan, unit))
    try:
        for title, outcomes in _inline(plan) if jobs == 1 else _in_processes(plan, jobs):
            evidence.record(outcomes)
            if progress is not None:
                progress(title, outcomes)
    except KeyboardInterrupt:
        evidence.interrupted = True
    evidence.device = device.name()
    evidence.seconds = time.perf_counter() - start
    return evidence


def unit_checks(plan: Plan, unit: tuple[str, str]) -> Iterator[Check]:
    """List the checks of one unit."""
    from . import real_input

    kind, name = unit
    if kind == "equation":
        yield from equation_checks(equation(name), plan.effort, plan.seed)
        return
    selected: tuple[Equation, ...] = tuple(map(equation, plan.equations))
    if name in real_input.TABLES:
        yield from real_input.table_checks(name, selected, plan.effort, plan.seed)
        if name in real_input.EXACT_TABLES:
            yield from real_input.table_law_checks(name, selected, plan.seed)
    else:
        yield from real_input.rollout_checks(name, selected, plan.effort, plan.seed)


def run_unit(plan: Plan, unit: tuple[str, str]) -> list[Outcome]:
    """Run the checks of one unit; an error inside a check is an outcome, not a crash."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "rlproof" / "xla"
    device.prepare(cache)
    mappings.release(mappings.limit())
    return [_guarded(check, unit) for check in unit_checks(plan, unit)]


def _guarded(check: Check, unit: tuple[str, str]) -> Outcome:
    try:
        return check.run()
    except Exception as error:  # noqa: BLE001 - whatever goes wrong in a check is reported as its outcome
        owner = unit[1] if unit[0] == "equation" else check.title.split(":")[0]
        return Outcome(owner, check.title, "none", 0, counterexample=f"{check.title}: {type(error).__name__}: {error}")


def _inline(plan: Plan) -> Iterator[tuple[str, list[Outcome]]]:
    for unit in plan.units:
        yield unit[1], run_unit(plan, unit)


def _in_processes(plan: Plan, jobs: int) -> Iterator[tuple[str, list[Outcome]]]:
    context = multiprocessing.get_context("spawn")  # a forked copy of a threaded process can hang
    pool = ProcessPoolExecutor(jobs, mp_context=context)
    try:
        pending: dict[Future[list[Outcome]], str] = {pool.submit(run_unit, plan, unit): unit[1] for unit in plan.units}
        for future in as_completed(pending):
            yield pending[future], future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)

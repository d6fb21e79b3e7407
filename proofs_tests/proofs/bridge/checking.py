"""The kernel checks the claims: one file for each case, compiled beside the checked theorems."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from .. import prover
from ..compiling import PROCESSES
from ..errors import ProofError
from ..outcome import FAILED, PROVED
from ..sources import ROCQ, sources, without_comments
from .case import Case
from .cases import estimator_cases, process_cases
from .divergence_claims import Enclosed, enclosed
from .estimator_claims import Data
from .files import claims, estimator_file, process_file

SEED = 0

PARTS = {
    "bellman.largest": "trpo.epsilon",
    "ppo.total": "ppo.clip_objective",
    "ppo.mean": "ppo.clip_objective",
    "ppo.clip": "ppo.clip_objective",
    "ppo.clip_term": "ppo.clip_objective",
    "ppo.g": "ppo.clip_objective_g",
    "ppo.clip_term_g": "ppo.clip_objective_g",
    "ppo.dual_clip_term": "ppo.dual_clip_objective",
    "ppo.squared_error": "ppo.value_loss",
    "ppo.clipped_value": "ppo.clipped_value_loss",
    "ppo.clipped_squared_error": "ppo.clipped_value_loss",
    "score.action_at": "score.trajectory_measure",
    "score.state_at": "score.trajectory_measure",
    "trajectory.ended": "trajectory.advantage",
    "trajectory.goes_on": "trajectory.advantage",
    "trajectory.blank": "trajectory.target",
    "trajectory.step": "trajectory.error",
    "trajectory.n_step_return_from": "trajectory.n_step_return",
    "trajectory.backward_from": "trajectory.lambda_backward",
}
"""Definitions that spec has no function for, and the definition as a part of which each is evaluated."""

DEFINED = re.compile(r"^(?:Definition|Fixpoint)\s+(\w+)(.*?):=", re.MULTILINE | re.DOTALL)
"""A definition: its name, and its arguments and type."""


class BridgeError(ProofError):
    """A definition of the statements does not have the value that spec computes."""


class Crossed(NamedTuple):
    """What the kernel makes of one case."""

    case: str
    verdict: str
    definitions: tuple[str, ...] = ()
    claims: int = 0
    seconds: float = 0.0
    message: str = ""
    """Why it does not hold."""


def check_bridge(folder: Path, seed: int = SEED) -> Iterator[Crossed]:
    """Check every case, given the folder of the compiled theorems; two at a time."""
    with ThreadPoolExecutor(PROCESSES) as pool:
        yield from pool.map(lambda entry: _checked(entry[0], entry[1], folder), cases(seed).items())


def cases(seed: int = SEED) -> dict[str, Case | Data]:
    """Every case, by its kind and name."""
    return {
        **{f"process {case.name}": case for case in process_cases(seed)},
        **{f"estimators {case.name}": case for case in estimator_cases(seed)},
    }


def _checked(name: str, case: Case | Data, folder: Path) -> Crossed:
    try:
        return check_case(name, case, folder)
    except BridgeError as error:
        return Crossed(name, FAILED, message=str(error))


def check_case(name: str, case: Case | Data, folder: Path) -> Crossed:
    """Have the kernel check the claims of one case; logarithms are compared in balls."""
    begin = time.perf_counter()
    text = estimator_file(case) if isinstance(case, Data) else process_file(case)
    check_file(name.replace(" ", "_"), text, folder)
    names = [claim.definition for claim in claims(case)]
    if isinstance(case, Case):
        names += [_compare(each) for each in enclosed(case)]
    return Crossed(name, PROVED, tuple(dict.fromkeys(names)), len(names), round(time.perf_counter() - begin, 2))


def check_file(name: str, text: str, folder: Path) -> None:
    """Compile one file of claims."""
    place = folder / "instances" / f"{name}.v"
    place.parent.mkdir(exist_ok=True)
    place.write_text(text, encoding="utf-8")
    said = prover.compile_file(str(place.relative_to(folder)), folder)
    if said is not None:
        raise BridgeError(
            f"a claim of {place.name} does not hold: {_claim(said, text)}",
            got=said,
            expected="the value that spec computes, of every definition of the statements",
            cause="spec and the definition of this name compute different things, or a program of rocq/bridge/ does",
            remedy=f"compile {place} alone, and compare the definition with spec's function",
        )


def defined(root: Path = ROCQ) -> set[str]:
    """Every definition that has a value: not the predicates and types that hypotheses consist of."""
    found = set()
    for path in sources(root, "definitions"):
        code = without_comments(path.read_text(encoding="utf-8"))
        for name, rest in DEFINED.findall(code):
            if not rest.rstrip().endswith((": Prop", ": Type")):
                found.add(f"{path.stem}.{name}")
    return found


def _compare(each: Enclosed) -> str:
    """Both enclosures meet, and are so narrow that no term can be missing; the definition's name."""
    narrow = all(ball.rad() < each.finest for ball in (each.by_spec, each.by_terms)) or each.by_terms == 0
    if not (narrow and each.by_spec.overlaps(each.by_terms)):
        raise BridgeError(
            f"{each.definition} differs from its terms",
            got=str(each.by_spec),
            expected=str(each.by_terms),
            cause="spec computes another divergence than the statements speak of",
            remedy="compare the definition with spec's function",
        )
    return each.definition


def _claim(said: str, text: str) -> str:
    """The lemma in which the prover stopped."""
    line = re.search(r"line (\d+)", said)
    before = text.splitlines()[: int(line[1])] if line else []
    return next((word.split()[1] for word in reversed(before) if word.startswith("Lemma ")), "the data")

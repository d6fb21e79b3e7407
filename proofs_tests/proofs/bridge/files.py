"""The Rocq file of a case: its data, and a lemma for each claim."""

from collections.abc import Iterator

from rlproof.spec import mdp, value

from .case import Case
from .claims import Claim
from .divergence_claims import divergence_lemmas
from .estimator_claims import Data, estimator_claims, estimator_data
from .path_claims import path_claims
from .process_claims import process_claims
from .rocq_text import fraction, nested

LIBRARIES = """\
From Coq Require Import ZArith QArith.
From mathcomp Require Import all_ssreflect all_algebra.
"""

ABOUT_PROCESSES = """\
From rlproof.definitions Require Import process bellman divergence trpo score.
From rlproof.theorems Require Import sums.
From rlproof.bridge Require Import rationals certificates certificates_trpo claims paths.
From rlproof.bridge Require computation.
Import computation (entry, entry2).
Local Open Scope ring_scope.
"""

ABOUT_ESTIMATORS = """\
From rlproof.definitions Require trajectory ppo.
From rlproof.bridge Require Import rationals certificates estimators claims.
Local Open Scope ring_scope.
"""


def process_file(case: Case) -> str:
    """The file of a process with two policies."""
    definitions = [f"Definition {name} := {text}." for name, text in _process_data(case).items()]
    facts = [f"Lemma {name} : {fact}. Proof. by vm_compute. Qed." for name, fact in _facts()]
    policies = [f"Let p_{each} := policy_of F {each}_valid." for each in ("old", "new", "mixed")]
    section = ["Section Claims.", "Variable F : realFieldType.", "Let M := process_of F process_valid.", *policies]
    lemmas = [*(claim.lemma() for claim in claims(case)), divergence_lemmas(case)]
    return "\n".join([LIBRARIES + ABOUT_PROCESSES, *definitions, *facts, "", *section, "", *lemmas, "End Claims.", ""])


def estimator_file(data: Data) -> str:
    """The file of one set of data."""
    definitions = [f"Definition {name} := {text}." for name, text in estimator_data(data).items()]
    section = [
        "Section Claims.",
        "Variable F : realFieldType.",
        "Let τ := trajectory_of F data.",
        "Let pairs := map (pair_of F) batch.",
        "Let values := map (sample_of F) samples.",
    ]
    lemmas = [claim.lemma() for claim in claims(data)]
    return "\n".join([LIBRARIES + ABOUT_ESTIMATORS, *definitions, "", *section, "", *lemmas, "End Claims.", ""])


def claims(case: Case | Data) -> list[Claim]:
    """The claims of a case, but for those with logarithms."""
    if isinstance(case, Data):
        return list(estimator_claims(case))
    return [*process_claims(case), *path_claims(case)]


def _process_data(case: Case) -> dict[str, str]:
    process, pair = case.process, {"old": case.policy, "new": case.new_policy}
    arrays = " ".join(nested(array) for array in (process.transition, process.reward, process.initial))
    last = " ".join(map(str, case.last))
    return {
        "process": f"computation.Data {last} {arrays} {fraction(process.discount)}",
        **{name: nested(policy) for name, policy in pair.items()},
        "mixed": nested(case.mixed),
        "estimate": nested(case.state_values),
        **{f"values_{name}": nested(value.v(process, policy)) for name, policy in pair.items()},
        **{f"visits_{name}": nested(mdp.discounted_visitation(process, policy)) for name, policy in pair.items()},
    }


def _facts() -> Iterator[tuple[str, str]]:
    """What the certificates suppose of the data: that they are valid, and solve the equations."""
    yield "process_valid", "computation.valid process"
    for each in ("old", "new", "mixed"):
        yield f"{each}_valid", f"computation.valid_policy process {each}"
    for each in ("old", "new"):
        yield f"values_{each}_solve", f"computation.is_v process {each} values_{each}"
        yield f"visits_{each}_solve", f"computation.is_visitation process {each} visits_{each}"

"""Claims about divergences, whose logarithms are no fractions: the kernel gives the terms, balls enclose their sums."""

from typing import Any, NamedTuple

import numpy as np
from flint import arb

from rlproof.spec import divergence, numbers, trpo

from .case import Case
from .rocq_text import fraction, nested


class Enclosed(NamedTuple):
    """A number with logarithms, twice: as spec computes it, and by the terms that the kernel gave."""

    definition: str
    by_spec: arb
    by_terms: arb
    finest: arb
    """The smallest term that is not zero, as it counts in this number."""


def divergence_terms(case: Case) -> tuple[Any, Any]:
    """p(a) and p(a)/q(a); where q(a) is zero so is the ratio, as the prover has it."""
    lost = case.new_policy == 0
    return case.policy, np.where(lost, 0 * case.policy, case.policy / np.where(lost, 1, case.new_policy))


def divergence_lemmas(case: Case) -> str:
    """D_KL of each state, its maximum and the bound by it, as sums of a weight times the logarithm of a ratio."""
    weights, ratios = map(nested, divergence_terms(case))
    terms = f"\\sum_(a < {case.policy.shape[1]}) real F (entry2 {weights} s a) * ln (real F (entry2 {ratios} s a))"
    last_state, last_action = case.last
    top = f"largest (fun s : state {last_state} => {terms})"
    level = fraction(trpo.surrogate(case.process, case.policy, case.new_policy))
    penalty = fraction(trpo.penalty_coefficient(case.process, case.policy))
    return f"""\
Lemma claim_ratio : forall (s : state {last_state}) (a : action {last_action}),
  real F (Qdiv (entry2 old s a) (entry2 new s a)) = real F (entry2 {ratios} s a).
Proof. by apply: (matrix_claim (program := fun s a => Qdiv (entry2 old s a) (entry2 new s a))); last vm_compute. Qed.

Lemma claim_kl : forall ln s, kl ln (p_old s) (p_new s) = {terms}.
Proof. by move=> ln s; rewrite (kl_computed old_valid new_valid); apply: eq_bigr => a _; rewrite claim_ratio. Qed.

Lemma claim_kl_max : forall ln, kl_max ln p_old p_new = {top}.
Proof. by move=> ln; apply: eq_largest => s; exact: claim_kl. Qed.

Lemma claim_kl_bound : forall ln, kl_bound M ln p_old p_new = real F {level} - real F {penalty} * {top}.
Proof. by move=> ln; rewrite /kl_bound claim_kl_max claim_surrogate claim_penalty_coefficient_old. Qed.
"""


def enclosed(case: Case) -> list[Enclosed]:
    """What spec gives in balls, beside the sums over the terms of `divergence_lemmas`, where no support is lost."""
    process = case.process.to("ball")
    old, new = (numbers.convert(each, "ball") for each in (case.policy, case.new_policy))
    kept = ~((case.new_policy == 0) & (case.policy != 0)).any(axis=1)
    terms = [_terms(*row) for row, keeps in zip(zip(*divergence_terms(case), strict=True), kept, strict=True) if keeps]
    sums = [sum(each, arb(0)) for each in terms]
    rows = zip(divergence.kl(old, new)[kept], sums, terms, strict=True)
    found = [Enclosed("divergence.kl", spec, total, _finest(of)) for spec, total, of in rows]
    if kept.all():  # elsewhere spec gives infinity, and the theorems suppose that no support is lost
        top, finest = numbers.largest(np.array(sums, dtype=object)), min(map(_finest, terms))
        found.append(Enclosed("divergence.kl_max", divergence.kl_max(old, new), top, finest))
        level, penalty = trpo.surrogate(process, old, new), trpo.penalty_coefficient(process, old)
        bound = trpo.kl_bound(process, old, new)
        found.append(Enclosed("trpo.kl_bound", bound, level - penalty * top, penalty * finest))
    return found


def _terms(weights: Any, ratios: Any) -> list[arb]:
    return [arb(w) * arb(r).log() for w, r in zip(weights, ratios, strict=True) if w != 0]


def _finest(terms: list[arb]) -> arb:
    """Infinity if all terms are zero: then nothing can be missing from their sum."""
    return min((abs(term) for term in terms if term != 0), default=arb("inf"))

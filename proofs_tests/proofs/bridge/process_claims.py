"""Claims about processes and policies: every definition of the statements about them, at one process."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from rlproof.spec import bellman, cpi, cpo, divergence, mdp, numbers, trpo, value

from .claims import Claim
from .rocq_text import fraction, nested

HEADER = """\
From Coq Require Import ZArith QArith.
From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence trpo score.
From rlproof.theorems Require Import sums.
From rlproof.bridge Require Import rationals certificates certificates_trpo claims paths.
From rlproof.bridge Require computation.
Import computation (entry, entry2).
Local Open Scope ring_scope.
"""


class Case(NamedTuple):
    """A process, two policies, an estimate of values, a share of the new policy, and a number of steps."""

    name: str
    process: mdp.MDP
    policy: Any
    new_policy: Any
    state_values: Any
    alpha: Any
    horizon: int


def process_file(case: Case) -> str:
    """The data of a case, and a lemma for each claim."""
    values = (value.v(case.process, case.policy), value.v(case.process, case.new_policy))
    visits = [mdp.discounted_visitation(case.process, each) for each in (case.policy, case.new_policy)]
    mixed = (1 - case.alpha) * case.policy + case.alpha * case.new_policy
    data = {
        **{"old": case.policy, "new": case.new_policy, "mixed": mixed, "estimate": case.state_values},
        **{"values_old": values[0], "values_new": values[1], "visits_old": visits[0], "visits_new": visits[1]},
    }
    definitions = [_process(case.process), *(f"Definition {name} := {nested(array)}." for name, array in data.items())]
    checked = {
        "process_valid": "computation.valid process",
        **{f"{each}_valid": f"computation.valid_policy process {each}" for each in ("old", "new", "mixed")},
        **{f"values_{each}_solves": f"computation.is_v process {each} values_{each}" for each in ("old", "new")},
        **{f"visits_{each}_solves": f"computation.is_visitation process {each} visits_{each}" for each in ("old", "new")},
    }
    facts = [f"Lemma {name} : {fact}. Proof. by vm_compute. Qed." for name, fact in checked.items()]
    section = [
        "Section Claims.\nVariable F : realFieldType.",
        "Let M := process_of F process_valid.",
        *(f"Let p_{each} := policy_of F {each}_valid." for each in ("old", "new", "mixed")),
    ]
    lemmas = [claim.lemma() for claim in process_claims(case, mixed)]
    return "\n".join([HEADER, *definitions, *facts, *section, *lemmas, "End Claims.", ""])


def _process(process: mdp.MDP) -> str:
    states, actions = process.number_of_states, process.number_of_actions
    arrays = " ".join(nested(array) for array in (process.transition, process.reward, process.initial))
    return (
        f"Definition process := computation.Data {states - 1} {actions - 1} {arrays} {fraction(process.discount)}."
    )


def process_claims(case: Case, mixed: Any) -> Iterator[Claim]:
    """Every definition about processes and policies, with spec's value."""
    for each, policy in (("old", case.policy), ("new", case.new_policy)):
        yield from _one_policy(case, each, policy)
    yield from _operators(case)
    yield from _two_policies(case, mixed)


def _one_policy(case: Case, each: str, policy: Any) -> Iterator[Claim]:
    process, valid = case.process, f"F process_valid {each}_valid"
    solved = f"{valid} values_{each}_solves"

    def claim(name: str, given: str, program: str, result: Any, steps: str = "") -> Claim:
        certificate = f"({name}_computed {given}{steps})"
        return Claim(name, f"{name} M p_{each}{steps}", certificate, program, result, tag=f"_{each}")

    yield claim("policy_kernel", valid, f"computation.policy_kernel process {each}", mdp.policy_kernel(process, policy))
    yield claim("policy_reward", valid, f"computation.policy_reward process {each}", mdp.policy_reward(process, policy))
    resolvent = mdp.resolvent_matrix(process, policy)
    yield claim("resolvent_matrix", valid, f"computation.resolvent_matrix process {each}", resolvent)
    yield claim("v", solved, f"entry values_{each}", value.v(process, policy))
    yield claim("q", solved, f"computation.q process values_{each}", value.q(process, policy))
    yield claim("advantage", solved, f"computation.advantage process values_{each}", value.advantage(process, policy))
    yield claim("eta", solved, f"computation.eta process values_{each}", mdp.eta(process, policy))
    visits = mdp.discounted_visitation(process, policy)
    yield claim("discounted_visitation", f"{valid} visits_{each}_solves", f"entry visits_{each}", visits)
    yield claim("epsilon", solved, f"computation.epsilon process values_{each}", trpo.epsilon(process, policy))
    penalty = trpo.penalty_coefficient(process, policy)
    yield claim("penalty_coefficient", solved, f"computation.penalty_coefficient process values_{each}", penalty)
    horizon, steps = case.horizon, f" {case.horizon}"
    program = f"computation.finite_horizon_return process {each} {horizon}"
    total = mdp.finite_horizon_return(process, policy, horizon=horizon)
    yield claim("finite_horizon_return", valid, program, total, steps)
    state = process.initial
    for _ in range(horizon):
        state = state @ mdp.policy_kernel(process, policy)
    program = f"(fun s => entry (computation.visited_at process {each} {horizon}) s)"
    yield claim("visited_at", valid, program, state, steps)


def _operators(case: Case) -> Iterator[Claim]:
    process, estimate = case.process, case.state_values
    given, name = "(fun s => real F (entry estimate s))", "(entry estimate)"
    backed_up = bellman.expectation_v(process, case.policy, estimate)
    yield Claim(
        "expectation_v",
        f"expectation_v M p_old {given}",
        "(expectation_v_of_estimate F process_valid old_valid estimate)",
        f"computation.expectation_v process old {name}",
        backed_up,
    )
    yield Claim(
        "optimality_v",
        f"optimality_v M {given}",
        "(optimality_v_of_estimate F process_valid estimate)",
        f"computation.optimality_v process {name}",
        bellman.optimality_v(process, estimate),
    )
    norm = numbers.largest(abs(estimate))
    last = process.number_of_states - 1
    program = f"(computation.qlargest {last} (fun s => Qabs.Qabs (entry estimate s)))"
    term = f"sup_norm (fun s : state {last} => real F (entry estimate s))"
    yield Claim("sup_norm", term, f"(sup_norm_computed F {last} estimate)", program, norm)


def _two_policies(case: Case, mixed: Any) -> Iterator[Claim]:
    process, pair = case.process, (case.policy, case.new_policy)
    valid = "F process_valid old_valid new_valid"
    both = "p_old p_new"

    def claim(name: str, given: str, term: str, program: str, result: Any) -> Claim:
        return Claim(name, f"{name} {term}", f"({name}_computed {given})", f"computation.{name} {program}", result)

    rows = "(fun s => tv (p_old s) (p_new s))"
    certificate = "(tv_computed F old_valid new_valid)"
    yield Claim("tv", rows, certificate, "computation.tv process old new", divergence.tv(*pair))
    yield claim("tv_max", "F old_valid new_valid", both, "process old new", divergence.tv_max(*pair))
    gains = trpo.expected_advantage(process, *pair)
    yield claim("expected_advantage", f"{valid} values_old_solves", f"M {both}", "process values_old new", gains)
    seen = trpo.performance_difference_by_visitation(process, *pair)
    name = "performance_difference_by_visitation"
    yield claim(name, f"{valid} values_old_solves visits_new_solves", f"M {both}", "process values_old visits_new new", seen)
    solved = f"{valid} values_old_solves visits_old_solves"
    yield claim("surrogate", solved, f"M {both}", "process values_old visits_old new", trpo.surrogate(process, *pair))
    yield claim("tv_bound", solved, f"M {both}", "process values_old visits_old old new", trpo.tv_bound(process, *pair))
    yield claim("cpo_bound", solved, f"M {both}", "process values_old visits_old old new", cpo.bound(process, *pair))
    share = fraction(case.alpha)
    yield claim(
        "mixture_bound",
        f"F {share} process_valid old_valid new_valid mixed_valid values_old_solves visits_old_solves",
        f"M (real F {share}) {both} p_mixed",
        f"process values_old visits_old {share} new mixed",
        cpi.mixture_bound(process, *pair, alpha=case.alpha),
    )

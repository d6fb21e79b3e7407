"""Claims about processes and policies: every definition of the statements about them, at one process."""

from collections.abc import Iterator
from typing import Any

from rlproof.spec import bellman, cpi, cpo, divergence, mdp, numbers, trpo, value

from .case import Case
from .claims import Claim
from .rocq_text import fraction, nested


def process_claims(case: Case) -> Iterator[Claim]:
    """Every definition about processes and policies, with spec's value."""
    for each, policy in (("old", case.policy), ("new", case.new_policy)):
        yield from _one_policy(case, each, policy)
    yield from _operators(case)
    yield from _operators_on_actions(case)
    yield from _two_policies(case)


def _one_policy(case: Case, each: str, policy: Any) -> Iterator[Claim]:
    process, valid = case.process, f"F process_valid {each}_valid"
    solved = f"{valid} values_{each}_solve"

    def claim(name: str, given: str, program: str, result: Any, steps: str = "") -> Claim:
        certificate = f"({name}_computed {given}{steps})"
        full = f"trpo.{name}" if name in {"epsilon", "penalty_coefficient"} else f"process.{name}"
        return Claim(full, f"{name} M p_{each}{steps}", certificate, program, result, tag=f"_{each}")

    yield claim("policy_kernel", valid, f"computation.policy_kernel process {each}", mdp.policy_kernel(process, policy))
    yield claim("policy_reward", valid, f"computation.policy_reward process {each}", mdp.policy_reward(process, policy))
    resolvent = mdp.resolvent_matrix(process, policy)
    yield claim("resolvent_matrix", valid, f"computation.resolvent_matrix process {each}", resolvent)
    yield claim("v", solved, f"entry values_{each}", value.v(process, policy))
    yield claim("q", solved, f"computation.q process values_{each}", value.q(process, policy))
    yield claim("advantage", solved, f"computation.advantage process values_{each}", value.advantage(process, policy))
    yield claim("eta", solved, f"computation.eta process values_{each}", mdp.eta(process, policy))
    visits = mdp.discounted_visitation(process, policy)
    yield claim("discounted_visitation", f"{valid} visits_{each}_solve", f"entry visits_{each}", visits)
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
        "bellman.expectation_v",
        f"expectation_v M p_old {given}",
        "(expectation_v_of_estimate F process_valid old_valid estimate)",
        f"computation.expectation_v process old {name}",
        backed_up,
    )
    yield Claim(
        "bellman.optimality_v",
        f"optimality_v M {given}",
        "(optimality_v_of_estimate F process_valid estimate)",
        f"computation.optimality_v process {name}",
        bellman.optimality_v(process, estimate),
    )
    norm = numbers.largest(abs(estimate))
    last, _ = case.last
    program = f"(computation.qlargest {last} (fun s => Qabs.Qabs (entry estimate s)))"
    term = f"sup_norm (fun s : state {last} => real F (entry estimate s))"
    yield Claim("bellman.sup_norm", term, f"(sup_norm_computed F {last} estimate)", program, norm)


def _operators_on_actions(case: Case) -> Iterator[Claim]:
    """The operators on action values, at those of the old policy, moved by the estimate."""
    process, (n, m) = case.process, case.last
    action_values = value.q(process, case.policy) + case.state_values[:, None]
    text = nested(action_values)
    given = f"(fun s a => real F (entry2 {text} s a))"
    yield Claim(
        "bellman.expectation_q",
        f"expectation_q M p_old {given}",
        f"(expectation_q_of_estimate F process_valid old_valid {text})",
        f"(computation.expectation_q process old {text})",
        bellman.expectation_q(process, case.policy, action_values),
    )
    yield Claim(
        "bellman.optimality_q",
        f"optimality_q M {given}",
        f"(optimality_q_of_estimate F process_valid {text})",
        f"(computation.optimality_q process {text})",
        bellman.optimality_q(process, action_values),
    )
    rows = f"(fun s => computation.qlargest {m} (fun a => Qabs.Qabs (entry2 {text} s a)))"
    yield Claim(
        "bellman.sup_norm_q",
        f"sup_norm_q (fun (s : state {n}) (a : action {m}) => real F (entry2 {text} s a))",
        f"(sup_norm_q_computed F {n} {m} {text})",
        f"(computation.qlargest {n} {rows})",
        numbers.largest(abs(action_values)),
    )


def _two_policies(case: Case) -> Iterator[Claim]:
    process, pair = case.process, (case.policy, case.new_policy)
    valid = "F process_valid old_valid new_valid"
    both = "p_old p_new"

    def claim(name: str, given: str, term: str, program: str, result: Any) -> Claim:
        full = f"divergence.{name}" if name == "tv_max" else f"trpo.{name}"
        return Claim(full, f"{name} {term}", f"({name}_computed {given})", f"computation.{name} {program}", result)

    rows = "(fun s => tv (p_old s) (p_new s))"
    certificate = "(tv_computed F old_valid new_valid)"
    yield Claim("divergence.tv", rows, certificate, "computation.tv process old new", divergence.tv(*pair))
    yield claim("tv_max", "F old_valid new_valid", both, "process old new", divergence.tv_max(*pair))
    gains = trpo.expected_advantage(process, *pair)
    yield claim("expected_advantage", f"{valid} values_old_solve", f"M {both}", "process values_old new", gains)
    seen = trpo.performance_difference_by_visitation(process, *pair)
    name = "performance_difference_by_visitation"
    yield claim(
        name, f"{valid} values_old_solve visits_new_solve", f"M {both}", "process values_old visits_new new", seen
    )
    solved = f"{valid} values_old_solve visits_old_solve"
    yield claim("surrogate", solved, f"M {both}", "process values_old visits_old new", trpo.surrogate(process, *pair))
    program = "process values_old visits_old old new"
    yield claim("tv_bound", solved, f"M {both}", program, trpo.tv_bound(process, *pair))
    yield claim("tv_bound_refined", solved, f"M {both}", program, trpo.tv_bound_refined(process, *pair))
    yield claim("cpo_bound", solved, f"M {both}", program, cpo.bound(process, *pair))
    top = numbers.largest(abs(gains))
    yield claim("largest_expected_advantage", f"{valid} values_old_solve", f"M {both}", "process values_old new", top)
    share = fraction(case.alpha)
    for name, bound in (("mixture_bound", cpi.mixture_bound), ("mixture_bound_kl02", cpi.mixture_bound_kl02)):
        yield claim(
            name,
            f"F {share} process_valid old_valid new_valid mixed_valid values_old_solve visits_old_solve",
            f"M (real F {share}) {both} p_mixed",
            f"process values_old visits_old {share} new mixed",
            bound(process, *pair, alpha=case.alpha),
        )

"""Negative controls of off-policy corrections: what is often believed of them is refuted by exact instances."""

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from rlproof.laws._common import expectation_from
from rlproof.spec import importance_sampling, numbers, retrace, value, vtrace
from rlproof.spec.decision_process import MDP
from rlproof.spec.mdp import discounted_return

from ._processes import fractions, same

TARGET = numbers.exact([["1/4", "3/4"], ["2/3", "1/3"]])
BEHAVIOUR = numbers.exact([["1/2", "1/2"], ["1/3", "2/3"]])
RATIOS = importance_sampling.ratio(TARGET, BEHAVIOUR)


def mean(estimate: Any) -> Any:
    """The mean over all trajectories of two steps of the behaviour policy, from each state."""
    return expectation_from(
        fractions(), BEHAVIOUR, 2, lambda c: estimate(c, RATIOS[list(c.states[:-1]), list(c.actions)])
    )


def wanted() -> Any:
    """The expected return of two steps of the target policy, from each state."""
    return expectation_from(fractions(), TARGET, 2, lambda c: discounted_return(c.rewards, gamma="9/10"))


def test_the_inverse_ratio_is_biased() -> None:
    """mu/pi in place of pi/mu has another mean."""
    right = mean(lambda c, ratios: importance_sampling.ordinary(c.rewards, ratios, gamma="9/10"))
    wrong = mean(lambda c, ratios: importance_sampling.ordinary(c.rewards, 1 / ratios, gamma="9/10"))
    assert same(right, wanted())
    assert not same(wrong, wanted())


def test_a_decision_must_weigh_its_own_reward() -> None:
    """Ratios up to the action before, rho_{0:t-1}, leave the last decision as mu took it."""

    def late(course: Any, ratios: Any) -> Any:
        before = np.append(numbers.exact([1]), ratios[:-1])
        return importance_sampling.per_decision(course.rewards, before, gamma="9/10")

    assert not same(mean(late), wanted())


def test_weighted_importance_sampling_is_biased() -> None:
    """Two episodes of one step: the mean of the weighted estimate is not the target policy's expected reward."""
    reward, chances, ratios = fractions().reward[0], BEHAVIOUR[0], RATIOS[0]
    pairs = [list(pair) for pair in product((0, 1), repeat=2)]
    weighted = sum(np.prod(chances[pair]) * importance_sampling.weighted(reward[pair], ratios[pair]) for pair in pairs)
    assert weighted != (TARGET[0] * reward).sum()


def test_vtrace_does_not_converge_to_the_target_policys_values() -> None:
    """With a clipped ratio, v_pi is no fixed point."""
    mdp = fractions()
    values = value.v(mdp, TARGET)
    assert not same(vtrace.operator(mdp, TARGET, BEHAVIOUR, values, rho_bar=1, c_bar=1), values)
    assert same(vtrace.operator(mdp, TARGET, BEHAVIOUR, values, rho_bar=2, c_bar=1), values)


def test_the_trace_of_vtrace_is_that_of_the_present_step() -> None:
    """By hand: rho = 2, 1/2, 2 and c = 1, 1/2, 1, so that v = 2 + 55/2, 5 + 50, 200."""
    targets = vtrace.target(*episode(3, "1/2", 2), gamma="1/2", rho_bar=2, c_bar=1)
    assert same(targets, numbers.exact(["59/2", 55, 200]))


def test_the_advantage_of_vtrace_has_no_trace_of_the_present_step() -> None:
    """By hand: rho_t (R + v_{t+1} / 2) with the targets above; c_t would be counted on top of rho_t."""
    advantages = vtrace.advantage(*episode(3, "1/2", 2), gamma="1/2", rho_bar=2, c_bar=1)
    assert same(advantages, numbers.exact([2 * (1 + Fraction(55, 2)), Fraction(1, 2) * (10 + 100), 200]))


def test_the_trace_of_retrace_is_that_of_the_next_step() -> None:
    """By hand: at lambda 1/2, c = 1/2, 1/4, 1/2, so that Q = 1 + 35/8, 10 + 25, 100."""
    targets = retrace.target(*episode(3, "1/2", 2), gamma="1/2", trace_decay="1/2")
    assert same(targets, numbers.exact(["43/8", 35, 100]))


def test_traces_that_ignore_the_policies_do_not_contract() -> None:
    """Traces lambda = 1 with no ratio at all carry an error of one to two; Retrace carries it to gamma."""
    gamma = numbers.rational("1/2")
    mdp = MDP([[[1], [1]]], [[0, 0]], [1], gamma)
    target, behaviour, wrong = np.array([1]), np.array([0]), numbers.exact([[-1, 1]])
    errors = gamma * wrong[0, 1] - wrong  # T_pi Q - Q; the values of this process are zero
    unsafe = wrong + errors + gamma / (1 - gamma) * errors[0, 0]
    assert abs(unsafe).max() == 2
    assert abs(retrace.operator(mdp, target, behaviour, wrong, trace_decay=1)).max() == gamma


def test_vtrace_without_clipping_needs_no_iteration() -> None:
    """One application is v_pi, whatever the start: clipping buys variance, not correctness."""
    mdp = fractions()
    result = vtrace.operator(mdp, TARGET, BEHAVIOUR, numbers.exact([7, -7]), rho_bar=2, c_bar=2)
    assert same(result, value.v(mdp, TARGET))


def episode(*ratios: Any) -> tuple[Any, ...]:
    """Rewards 1, 10, 100 on three steps without an end, at values zero."""
    zero, goes_on = numbers.exact([0, 0, 0]), np.zeros(3, dtype=bool)
    return numbers.exact([1, 10, 100]), zero, zero, goes_on, goes_on, numbers.exact(list(ratios))

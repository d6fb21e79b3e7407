"""A right function agrees, a wrong one does not, whatever it is wrong in: value, shape, dtype, finiteness."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rlproof.oracle.agreement import Comparison, judge_against, parameters, reference
from rlproof.oracle.cases import FloatMDP, each, exactly, to_float, to_rounded
from rlproof.oracle.compare import compare
from rlproof.oracle.judges import JUDGES
from rlproof.oracle.rounding import UNIT_ROUNDOFF
from rlproof.oracle.search import search
from rlproof.oracle.strategies import Sizes, arguments
from rlproof.spec import numbers
from rlproof.spec.decision_process import MDP
from rlproof.spec.numbers import exact, rational
from rlproof.spec.registry import Equation, equation, equations
from rlproof.verify.candidates import spec_in_floats

TD = equation("td.error")
CASE = {
    "rewards": exact([1, "1/2", -2]),
    "values": exact([0, 3, "1/4"]),
    "next_values": exact([3, "1/4", 8]),
    "terminated": np.array([False, True, False]),
    "gamma": rational("9/10"),
}
TWO_ACTIONS = MDP([[[1], [1]]], [[0, 1]], [1], "1/2")


def td_error(rewards: Any, values: Any, next_values: Any, terminated: Any, gamma: Any) -> Any:
    """A right function, written otherwise than the spec."""
    return rewards - values + np.where(terminated, 0, gamma * next_values)


@pytest.mark.parametrize("dtype", UNIT_ROUNDOFF)
def test_a_right_function_agrees_in_both_dtypes(dtype: str) -> None:
    """0.9 is rounded first: the reference is what the formula gives for the float that the function gets."""
    comparison = compare(TD, td_error, CASE, dtype)
    assert comparison.agrees
    assert 0 < comparison.bound < 40 * UNIT_ROUNDOFF[dtype]
    assert comparison.error <= comparison.bound
    assert 0 <= comparison.ratio <= 1


def test_the_candidate_gets_floats_of_the_dtype() -> None:
    """Arrays and numbers alike; flags stay booleans."""
    seen: dict[str, Any] = {}

    def looks(**inputs: Any) -> Any:
        seen.update(inputs)
        return td_error(**inputs)

    assert compare(TD, looks, CASE, "float32").agrees
    assert {name: value.dtype.name for name, value in seen.items()} == {
        **dict.fromkeys(("rewards", "values", "next_values", "gamma"), "float32"),
        "terminated": "bool",
    }


WRONG: dict[str, Callable[[np.ndarray], Any]] = {
    "off by a millionth": lambda right: right + np.array([0, 0, 1e-6]),
    "of another sign": lambda right: -right,
    "too short": lambda right: right[:-1],
    "one axis too many": lambda right: right[:, None],
    "a single number": lambda right: right.sum(),
    "not a number": lambda right: np.where(right == right[0], np.nan, right),
    "infinite": lambda right: np.where(right == right[0], np.inf, right),
    "whole numbers": lambda right: right.astype(int),
    "computed in half precision": lambda right: right.astype(np.float16),
    "reversed": lambda right: right[::-1],
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_result_does_not_agree_if_it_is(wrong: str) -> None:
    """Each of these is what a bug has produced somewhere."""
    comparison = compare(TD, lambda **inputs: WRONG[wrong](td_error(**inputs)), CASE, "float64")
    assert not comparison.agrees
    assert comparison.error > comparison.bound
    assert np.shape(comparison.expected) == (3,)


@pytest.mark.slow
def test_a_result_beyond_twice_its_bound_is_rejected_for_every_plain_equation() -> None:
    """Nothing that is compared number by number is compared loosely."""
    looked_at = []
    for entry in equations():
        if entry.id in JUDGES:
            continue
        case = one_case(entry)
        right = np.asarray(spec_in_floats(entry)(**each(to_float, case, "float64")), dtype=float)
        kept = compare(entry, lambda right=right, **_: right, case, "float64")
        assert kept.agrees, entry.id
        if 0 < kept.bound < np.inf and np.isfinite(right).all():
            moved = compare(entry, lambda right=right, kept=kept, **_: right + 2.01 * kept.bound, case, "float64")
            assert not moved.agrees, entry.id
            looked_at.append(entry.id)
    assert len(looked_at) >= 25


def one_case(entry: Equation) -> dict[str, Any]:
    """A case with as many digits as possible, drawn with a fixed seed."""
    found = search(lambda case: case, arguments(parameters(entry), Sizes.fixed(3, 2, 4, 2)), examples=25, seed=5)
    return found.notes[-1]


def test_the_reference_is_exact_where_the_equation_is_rational() -> None:
    """Rationals for sums and quotients, balls of many digits for logarithms."""
    inputs = each(to_float, {"policy": exact([["1/2", "1/2"]]), "new_policy": exact([["1/4", "3/4"]])}, "float64")
    assert reference(equation("divergence.tv"), inputs)[0] == rational("1/4")
    divergence = reference(equation("divergence.kl"), inputs)[0]
    assert float(divergence.rad()) < 2.0**-200
    assert float(divergence) == pytest.approx(np.log(2) - np.log(3) / 2, rel=1e-15)


def test_a_greedy_action_must_be_the_very_same() -> None:
    """The lowest index on ties, and no rounding excuses another."""
    case = {"action_values": exact([[1, 1], [0, 1]])}
    greedy = equation("policy.greedy")
    assert compare(greedy, lambda action_values: action_values.argmax(axis=1), case, "float32").agrees
    assert not compare(greedy, lambda action_values: np.array([1, 1]), case, "float32").agrees


def test_an_improved_policy_may_choose_any_best_action_and_no_other() -> None:
    """Two actions that are equally good are equally right; a worse one is wrong by what it loses."""
    case = {"mdp": TWO_ACTIONS, "policy": exact([["1/2", "1/2"]])}
    tied = {**case, "mdp": TWO_ACTIONS.replace(reward=exact([[1, 1]]))}
    improvement = equation("dp.policy_improvement")
    for action in (0, 1):
        assert compare(improvement, lambda mdp, policy, a=action: np.array([a]), tied, "float64").agrees
    worse = compare(improvement, lambda mdp, policy: np.array([0]), case, "float64")
    assert not worse.agrees
    assert worse.error == 1


@pytest.mark.parametrize("identifier", ["dp.policy_iteration", "value.optimal_v", "value.optimal_q"])
def test_what_is_not_optimal_is_rejected(identifier: str) -> None:
    """The values (or the policy) of the worse action."""
    worst = {"dp.policy_iteration": [0], "value.optimal_v": [0.0], "value.optimal_q": [[0.0, 1.0]]}[identifier]
    best = {"dp.policy_iteration": [1], "value.optimal_v": [2.0], "value.optimal_q": [[1.0, 2.0]]}[identifier]
    entry = equation(identifier)
    assert compare(entry, lambda mdp: np.array(best), {"mdp": TWO_ACTIONS}, "float64").agrees
    assert not compare(entry, lambda mdp: np.array(worst), {"mdp": TWO_ACTIONS}, "float64").agrees


def test_a_step_must_be_feasible_and_as_good_as_possible() -> None:
    """Too short a step loses surrogate, too long a one leaves the ball."""
    case = {"mdp": TWO_ACTIONS, "policy": exact([["1/2", "1/2"]]), "delta": rational("1/8")}
    step = equation("trpo.max_kl_step")
    right = numbers.float64(step.function(**case))
    assert compare(step, lambda **_: right, case, "float64").agrees
    for moved in (-1e-6, 1e-6):
        wrong = right + np.array([[moved, -moved]])
        assert not compare(step, lambda wrong=wrong, **_: wrong, case, "float64").agrees


def test_trajectories_must_be_complete_and_have_the_right_probabilities() -> None:
    """In any order."""
    case = {"mdp": TWO_ACTIONS, "policy": exact([["1/4", "3/4"]]), "horizon": 1}
    entry = equation("trajectories.enumerate")
    right = ([[0, 0], [0, 0]], [[1], [0]], [[1.0], [0.0]], [0.75, 0.25])
    assert compare(entry, lambda **_: right, case, "float64").agrees
    missing = tuple(column[:1] for column in right)
    assert not compare(entry, lambda **_: missing, case, "float64").agrees
    assert not compare(entry, lambda **_: (*right[:3], [0.25, 0.75]), case, "float64").agrees


def test_the_share_of_a_bound_of_zero_is_nothing_or_everything() -> None:
    """An exact result has no bound to use up."""
    assert Comparison(0.0, 0.0, agrees=True).ratio == 0
    assert Comparison(1e-300, 0.0, agrees=False).ratio == 1
    assert Comparison(1.0, float("inf"), agrees=True).ratio == 0


def test_the_worst_entry_is_the_one_that_leaves_its_own_bound() -> None:
    """Not the one with the largest error."""
    judged = judge_against(exact([1000, 1]), np.array([1001.0, 1.5]), np.array([2.0, 0.25]))
    assert not judged.agrees
    assert (judged.error, judged.bound) == (0.5, 0.25)


@pytest.mark.parametrize("dtype", UNIT_ROUNDOFF)
def test_floats_are_read_back_as_the_rationals_that_they_are(dtype: str) -> None:
    """Through float, back to exact, and to float again changes nothing; counts and flags stay."""
    mdp = MDP([[[1], [1]]], [["1/3", 1]], [1], "9/10")
    bare = to_float(mdp, dtype)
    assert isinstance(bare, FloatMDP)
    assert bare.discount.dtype == dtype
    back = exactly(bare)
    assert back.discount == rational(float(np.dtype(dtype).type(0.9)))
    assert back.reward[0, 0] != rational("1/3")
    assert np.array_equal(to_float(back, dtype).reward, bare.reward)
    assert to_rounded(bare, dtype).reward.unit == UNIT_ROUNDOFF[dtype]
    assert (to_rounded(bare, dtype).reward.error == 0).all()
    for kept in (3, True, np.array([True])):
        assert to_float(kept, dtype) is exactly(kept) is to_rounded(kept, dtype) is kept

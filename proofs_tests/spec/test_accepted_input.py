"""What is right is accepted and stored as it is: bounds are met at their edge, nothing is repaired or written to."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from rlproof.spec import divergence, dp, errors, gae, mdp, numbers, trpo, value
from rlproof.spec.decision_process import MDP, read_policy

from ._processes import COUNTS, FIRST, FLAGS, FLOATS, HALVES, STEPS, corridor, floats, fractions

EPS, SINGLE_EPS = float(np.finfo(float).eps), float(np.finfo(np.float32).eps)


def rows_off_by(count: int, units: float, eps: float) -> np.ndarray:
    """A row of `count` float64 numbers, none a float32, whose computed sum is off by so many eps."""
    row = np.full(count, 1 / 3 / count)
    row[-1] = 0
    row[-1] = (1 + units * eps) - row.sum()
    return row


@pytest.mark.parametrize("count", [2, 3, 5])
@pytest.mark.parametrize("side", [-1, 1])
def test_a_float_row_may_be_off_by_one_more_eps_than_it_has_entries(count: int, side: int) -> None:
    """(n + 1) eps is accepted, (n + 2) eps is not, above one and below."""
    inside, outside = side * (count + 1), side * (count + 2)
    for units in (inside, outside):
        assert rows_off_by(count, units, EPS).sum() - 1 == units * EPS
    divergence.tv(rows_off_by(count, inside, EPS), rows_off_by(count, inside, EPS))
    with pytest.raises(errors.RowSumError, match=r"within .*e-16|within .*e-15"):
        divergence.tv(rows_off_by(count, outside, EPS), rows_off_by(count, inside, EPS))


@pytest.mark.parametrize("side", [-1, 1])
def test_a_row_of_single_precision_may_be_off_by_its_own_eps(side: int) -> None:
    """For float32 the bound is three eps of float32, whether the array still is float32 or was converted."""
    inside, outside = (np.float32([0.25, 0.75 + side * units * SINGLE_EPS]) for units in (3, 3.5))
    for dtype in (np.float32, float):
        assert floats(initial=inside.astype(dtype)).initial.tolist() == inside.tolist()
        with pytest.raises(errors.RowSumError, match=r"within 3\.6e-07"):
            floats(initial=outside.astype(dtype))


def test_one_number_of_double_precision_makes_the_row_double() -> None:
    """A row off by less than float32's eps is refused if some number is not a float32."""
    row = np.array([0.25 + 2**-30, 0.75 + 2**-24])
    assert abs(row.sum() - 1) < SINGLE_EPS
    with pytest.raises(errors.RowSumError):
        floats(initial=row)


def test_an_exact_row_may_not_be_off_at_all() -> None:
    """In exact, 10^-40 too much is too much."""
    with pytest.raises(errors.RowSumError):
        fractions(initial=[Fraction(1, 3), Fraction(2, 3) + Fraction(1, 10**40)])


FORMATS: list[tuple[str, Callable[[np.ndarray], Any]]] = [
    ("float64", lambda array: array),
    ("float32", lambda array: array.astype(np.float32)),
    ("Fortran order", np.asfortranarray),
    ("a strided view", lambda array: np.repeat(array, 2, axis=0)[::2]),
    ("big-endian", lambda array: array.astype(">f8")),
    ("nested lists", lambda array: array.tolist()),
]


@pytest.mark.parametrize("read", [read for _, read in FORMATS], ids=[name for name, _ in FORMATS])
def test_what_is_stored_is_what_was_given(read: Callable[[np.ndarray], Any]) -> None:
    """Every format of floats is stored as float64 with the same numbers, bit for bit, in arrays of its own."""
    given = {name: read(FLOATS[name]) for name in ("transition", "reward", "initial")}
    stored = floats(**given)
    for name, data in given.items():
        array = getattr(stored, name)
        assert array.dtype == np.float64
        assert array.tolist() == np.asarray(data).tolist()
        assert not np.shares_memory(array, np.asarray(data))
    assert value.v(stored, HALVES).tolist() == value.v(floats(), HALVES).tolist()


@pytest.mark.parametrize("units", [-3, 1, 3])
def test_rows_within_rounding_are_not_renormalised(units: int) -> None:
    """A sum that is off by some eps stays off by as much."""
    row = rows_off_by(2, units, EPS)
    stored = floats(initial=row, transition=np.broadcast_to(row, (2, 2, 2)))
    assert stored.initial.tolist() == row.tolist()
    assert stored.transition.tolist() == [[row.tolist()] * 2] * 2
    assert read_policy(stored, [row, row]).tolist() == [row.tolist()] * 2


def test_stored_arrays_are_copies_that_cannot_be_written_to() -> None:
    """Changing what was given changes nothing, and changing what is stored is an error."""
    given = {name: np.array(data) for name, data in FLOATS.items() if name != "discount"}
    flags = np.array([False, False])
    process = floats(**given, terminal=flags)
    for name in given:
        given[name] += 1.0
    flags[0] = True
    for name in (*given, "terminal"):
        stored = getattr(process, name)
        assert stored.tolist() == getattr(floats(), name).tolist()
        with pytest.raises(ValueError, match="read-only"):
            stored[0] = 0
    with pytest.raises(AttributeError):
        process.discount = 0.25


def test_equations_do_not_write_to_their_arguments() -> None:
    """Flags, values and policies are as before after every kind of equation has read them."""
    exact_policy, values = numbers.exact(HALVES), numbers.exact(FIRST)
    before = [array.tolist() for array in (STEPS, FLAGS, HALVES, exact_policy, values)]
    mdp.rewards_to_go(STEPS, STEPS, FLAGS, FLAGS, gamma=0.5)
    gae.advantage(STEPS, STEPS, STEPS, FLAGS, FLAGS, gamma=0.5, gae_lambda=0.5)
    trpo.algorithm1(floats(), HALVES)
    trpo.max_kl_step(fractions(), exact_policy, delta=1)
    dp.policy_evaluation(fractions(), exact_policy, values, sweeps=2)
    assert [array.tolist() for array in (STEPS, FLAGS, HALVES, exact_policy, values)] == before


NEAR_MISSES: list[tuple[str, Callable[[], Any], str]] = [
    ("lists of ints", lambda: MDP([[[0, 1]], [[1, 0]]], [[1], [2]], [1, 0], 0), "exact"),
    ("numpy integers alone", lambda: MDP(COUNTS[:, 1:] // 4, np.ones((2, 1), int), np.array([1, 0]), "1/2"), "exact"),
    ("unsigned integers", lambda: MDP(*(np.ones(n, np.uint8) for n in ((1, 1, 1), (1, 1), 1)), "0.9"), "exact"),
    ("rational strings", lambda: MDP([[["1"]]], [["-1/3"]], ["1"], "0.9"), "exact"),
    ("Fractions", lambda: MDP([[[Fraction(1)]]], [[Fraction(1, 3)]], [Fraction(1)], Fraction(1, 2)), "exact"),
    ("ints beside Fractions", fractions, "exact"),
    ("a fmpq discount", lambda: fractions(discount=numbers.rational("1/2")), "exact"),
    ("a Fraction for the discount of floats", lambda: floats(discount=Fraction(9, 10)), "float64"),
    ("a string for the discount of floats", lambda: floats(discount="0.9"), "float64"),
    ("a NumPy scalar for the discount", lambda: floats(discount=np.float32(0.5)), "float64"),
    ("a discount without axes", lambda: floats(discount=np.array(0.5)), "float64"),
    ("the whole number zero for the discount of floats", lambda: floats(discount=0), "float64"),
    ("the discount just below one", lambda: floats(discount=1 - EPS / 2), "float64"),
    ("long doubles", lambda: floats(initial=np.array([1 / 3, 2 / 3], np.longdouble)), "float64"),
    ("negative zero", lambda: floats(initial=[-0.0, 1.0]), "float64"),
    ("no terminal state among flags", lambda: floats(terminal=[False, False]), "float64"),
    ("balls", lambda: fractions().to("ball"), "ball"),
    ("exact numbers beside balls", lambda: fractions().to("ball").replace(initial=["1/2", "1/2"]), "ball"),
]


@pytest.mark.parametrize(("build", "system"), [row[1:] for row in NEAR_MISSES], ids=[row[0] for row in NEAR_MISSES])
def test_a_right_process_is_accepted(build: Callable[[], MDP], system: str) -> None:
    """What looks unusual and is right builds a process, in the number system of its data."""
    process = build()
    assert process.system == system
    value.v(process, np.zeros(process.number_of_states, int))


@pytest.mark.parametrize("count", [93, 98])
def test_equal_shares_as_floats_are_accepted(count: int) -> None:
    """A row that rounding keeps from summing to one exactly is right."""
    row = np.full(count, 1 / count)
    assert row.sum() != 1
    assert divergence.tv(row, row) == 0


@pytest.mark.parametrize("seed", range(20))
def test_normalised_random_rows_are_accepted(seed: int) -> None:
    """Dividing by the computed sum is enough in float64 and in float32, through all equations of a process."""
    generator = np.random.default_rng(seed)
    for dtype in (np.float64, np.float32):
        draws = [generator.exponential(size=shape).astype(dtype) for shape in ((40, 3, 40), 40, (40, 3), (40, 3))]
        transition, initial, old, new = (draw / draw.sum(axis=-1, keepdims=True) for draw in draws)
        assert transition.dtype == dtype
        process = MDP(transition, np.ones((40, 3), dtype), initial, 0.5)
        assert trpo.performance_difference(process.to("float64"), old, new) == pytest.approx(0, abs=1e-6)
        assert trpo.kl_bound(process, old, new) <= trpo.tv_bound(process, old, new)


POLICIES: list[tuple[str, Callable[[], MDP], Any]] = [
    ("a list of actions", floats, [0, 1]),
    ("NumPy actions", floats, np.array([0, 1], np.int8)),
    ("unsigned actions", floats, np.array([0, 1], np.uint64)),
    ("floats", floats, [[1.0, 0.0], [0.0, 1.0]]),
    ("float32", floats, np.eye(2, dtype=np.float32)),
    ("actions of an exact process", fractions, [0, 1]),
    ("ints [S, A] of an exact process", fractions, [[1, 0], [0, 1]]),
    ("NumPy ints [S, A] of an exact process", fractions, np.eye(2, dtype=int)),
    ("strings", fractions, [["1", "0"], ["0", "1"]]),
    ("actions of a ball process", lambda: fractions().to("ball"), [0, 1]),
    ("Fractions of a ball process", lambda: fractions().to("ball"), numbers.exact([[1, 0], [0, 1]])),
    ("NumPy ints [S, A] of a ball process", lambda: fractions().to("ball"), np.eye(2, dtype=int)),
]


@pytest.mark.parametrize(("build", "given"), [row[1:] for row in POLICIES], ids=[row[0] for row in POLICIES])
def test_every_way_to_write_a_policy_means_the_same(build: Callable[[], MDP], given: Any) -> None:
    """Action 0 in state 0 and action 1 in state 1, by hand: v solves two linear equations."""
    process = build()
    values = value.v(process, given)
    one = process.transition[[0, 1], [0, 1]]
    residual = process.reward[[0, 1], [0, 1]] + process.discount * (one @ values) - values
    if process.system == "ball":
        assert all(each.contains(0) for each in residual)
    elif process.system == "exact":
        assert (residual == 0).all()
    else:  # dyadic data; values below 8, three operations each with half an ulp of 8
        assert abs(residual).max() <= 3 * 8 * EPS


def test_at_discount_zero_the_value_is_the_reward() -> None:
    """The other end of the range is no special case."""
    assert value.v(floats(discount=0.0), HALVES).tolist() == [1.5, -0.5]
    assert mdp.discounted_visitation(fractions(discount=0), [0, 0]).tolist() == fractions().initial.tolist()
    assert trpo.penalty_coefficient(floats(discount=0.0), HALVES) == 0


CHAIN: list[tuple[Any, list[Any], list[Any]]] = [
    ([0, 0, 0], [-2, -1, 0], [1, 1, 1]),
    ([1, 1, 1], [-4, -2, 0], [2, 2, 1]),
    ([1, 0, 2], [-3, -1, 0], [2, 1, 1]),
    ([[Fraction(1, 2), Fraction(1, 2), 0]] * 3, [Fraction(-8, 3), Fraction(-4, 3), 0],
     [Fraction(4, 3), Fraction(4, 3), 1]),
]  # fmt: skip
"""Policies of the corridor, minus the mean number of steps to the end, and the mean number of visits."""


@pytest.mark.parametrize(("given", "values", "visits"), CHAIN)
def test_at_discount_one_a_proper_policy_has_the_values_of_the_chain(
    given: Any, values: list[Any], visits: list[Any]
) -> None:
    """A step that succeeds with probability p takes 1/p tries; the end is entered once."""
    assert value.v(corridor(), given).tolist() == numbers.exact(values).tolist()
    assert mdp.discounted_visitation(corridor(), given).tolist() == numbers.exact(visits).tolist()
    assert mdp.eta(corridor(), given) == numbers.rational(values[0])
    mixed = np.ndim(given) == 2
    computed = value.v(corridor().to("float64"), numbers.float64(given) if mixed else given)
    # I - P has diagonal 1, 1/2 or 3/4: substitution rounds twice per value, and a value (at most 4 in size)
    # carries the error of the one after it, at most doubled
    assert abs(computed - numbers.float64(values)).max() <= (2 + 2 * 2) * 4 * EPS


def test_at_discount_one_the_best_values_avoid_staying() -> None:
    """Policy iteration starts from a policy that ends, although staying for ever is among the actions."""
    assert value.optimal_v(corridor()).tolist() == [-2, -1, 0]
    assert dp.policy_iteration(corridor())[:2].tolist() == [0, 0]

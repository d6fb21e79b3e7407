"""The number systems: how numbers are read and converted, and the simplest rational behind a double."""

from fractions import Fraction
from math import gcd
from typing import Any

import flint
import numpy as np
import pytest
from flint import arb, fmpq, fmpz
from hypothesis import given, settings
from hypothesis import strategies as st

from rlproof.spec import errors, numbers
from rlproof.spec.decision_process import MDP

from ._processes import corridor, floats, fractions, is_around, same

EPS = float(np.finfo(float).eps)
THIRDS = ["1/3", "-2/3", 1]


@pytest.mark.parametrize(
    ("written", "numerator", "denominator"),
    [
        (3, 3, 1),
        (np.int8(-3), -3, 1),
        (fmpz(3), 3, 1),
        (fmpq(2, 6), 1, 3),
        (Fraction(2, 6), 1, 3),
        ("2/6", 1, 3),
        ("0.9", 9, 10),
        ("-1e-3", -1, 1000),
        (0.75, 3, 4),
        (0.1, 3602879701896397, 2**55),
        (np.float32(0.1), 13421773, 2**27),
    ],
)
def test_a_rational_is_read_as_what_it_says(written: Any, numerator: int, denominator: int) -> None:
    """Strings are decimal or quotients; a float is the binary number that it is."""
    assert numbers.rational(written) == fmpq(numerator, denominator)


@pytest.mark.parametrize("written", ["", "x", "1/0/2", None, 1j, float("nan"), float("inf"), arb(1) / 3, [1]])
def test_what_is_not_a_rational_is_refused(written: Any) -> None:
    """Also a ball: it is no number but a set."""
    with pytest.raises(errors.NumberSystemError, match="is not a rational number"):
        numbers.rational(written)


def test_conversion_to_floats_rounds_correctly() -> None:
    """Python's own quotient of integers is the reference; numerators and denominators exceed a double's range."""
    huge = 10**400
    rationals = [fmpq(1, 3), fmpq(-2, 3), fmpq(huge + 1, 3 * huge), fmpq(1, 10**320)]
    expected = [1 / 3, -2 / 3, (huge + 1) / (3 * huge), 1e-320]
    assert same(numbers.float64(rationals), expected)
    assert same(numbers.float64(THIRDS), [1 / 3, -2 / 3, 1])
    assert same(numbers.float64(np.array([1, 0])), [1.0, 0.0])
    assert same(numbers.float64(np.float32([0.1])), [float(np.float32(0.1))])
    assert numbers.float64(numbers.ball(["1/2"])).tolist() == [0.5]


@pytest.mark.parametrize("shape", [(), (2,), (1, 2), (0,)])
@pytest.mark.parametrize("system", ["float64", "exact", "ball"])
def test_conversion_keeps_the_shape_and_names_its_system(system: str, shape: tuple[int, ...]) -> None:
    """One number stays one number; what was converted is of the system it was converted to."""
    converted = numbers.convert(np.ones(shape), system)
    assert converted.shape == shape
    assert converted.dtype == (float if system == "float64" else object)
    if converted.size:
        assert numbers.system_of(converted) == system


def test_balls_enclose_what_they_are_made_of() -> None:
    """A third is in its ball, whose radius is within an ulp at 53 bits; a float is enclosed exactly."""
    balls = numbers.ball(THIRDS)
    assert is_around(balls, THIRDS)
    assert all(float(each.rad()) <= EPS for each in balls)
    assert all(each.is_exact() for each in numbers.ball(np.array([0.1, 1e300])))
    assert numbers.ball(balls)[0].contains(balls[0])


def test_precision_holds_inside_its_block_only() -> None:
    """With 200 bits pi is known to 2^-190; afterwards, and after an error, the working precision is as before."""
    before = flint.ctx.prec
    with numbers.precision(200):
        sharp = numbers.pi("ball")
        assert flint.ctx.prec == 200
    assert float(sharp.rad()) < 2.0**-190 < float(numbers.pi("ball").rad())
    with pytest.raises(ZeroDivisionError), numbers.precision(300):
        fmpq(1) / 0
    assert flint.ctx.prec == before


def test_pi_belongs_to_its_system() -> None:
    """A float for floats, a ball around it for balls and series."""
    assert numbers.pi("float64") == np.pi
    assert isinstance(numbers.pi("series"), arb)
    assert abs(numbers.pi("ball") - np.pi) < EPS * 2  # half an ulp of a number between 2 and 4


@given(st.integers(1, 2**25), st.integers(1, 2**25))
@settings(max_examples=200, derandomize=True, database=None, deadline=None)
def test_the_simplest_rational_of_a_quotient_is_the_quotient(numerator: int, denominator: int) -> None:
    """Two rationals with denominators below 2^25 are 2^-50 apart, more than the two roundings of a number below one."""
    small, large = sorted((numerator, denominator))
    assert numbers.simplest_rational(small / large) == fmpq(small, large)
    assert numbers.simplest_probability(small / large) == fmpq(small, large)


@given(st.integers(1, 10**5 - 1).map(lambda digits: digits / 10**5))
@settings(max_examples=100, derandomize=True, database=None, deadline=None)
def test_no_simpler_rational_rounds_to_the_double(number: float) -> None:
    """All denominators below the one that was found are tried, on doubles next to decimals of five digits."""
    found = numbers.simplest_rational(number)
    assert int(found.p) / int(found.q) == number
    tried = np.arange(1, int(found.q))
    assert not np.any(np.round(number * tried) / tried == number)
    assert gcd(int(found.p), int(found.q)) == 1


@pytest.mark.parametrize("number", [0.0, 1.0, -0.1, 0.1, 1e300, 5e-324, 2.0**-1074 * 3, np.pi, 123456789.123])
def test_the_simplest_rational_rounds_to_its_double(number: float) -> None:
    """At the ends of the range too, and for either sign."""
    found = numbers.simplest_rational(number)
    assert int(found.p) / int(found.q) == number


@pytest.mark.parametrize(
    ("computed", "meant"),
    [
        ((1 - 1 / 3) / 2, fmpq(1, 3)),
        (1 - 2 / 3, fmpq(1, 3)),
        (1 - 0.9, fmpq(1, 10)),
        (0.1 + 0.2, fmpq(3, 10)),
        (1 - (1 - 1 / 1000003), fmpq(1, 1000003)),
        (1 / 3, fmpq(1, 3)),
        (0.0, fmpq(0)),
        (1.0, fmpq(1)),
    ],
)
def test_the_simplest_probability_forgives_rounding_on_the_way(computed: float, meant: fmpq) -> None:
    """FrozenLake computes (1 - 1/3) / 2, which is not the double next to 1/3, for 1/3."""
    assert numbers.simplest_probability(computed) == meant


def test_the_simplest_rational_does_not_forgive() -> None:
    """What is the double next to another one is another number: rewards are data, not computed."""
    assert (1 - 1 / 3) / 2 != 1 / 3
    assert numbers.simplest_rational((1 - 1 / 3) / 2) != fmpq(1, 3)


@pytest.mark.parametrize("tiny", [1e-20, 2.0**-60, 1e-300])
def test_a_tiny_probability_does_not_become_zero(tiny: float) -> None:
    """Zero is within 2^-52, but changes what is possible."""
    found = numbers.simplest_probability(tiny)
    assert found > 0
    assert int(found.p) / int(found.q) == tiny


@pytest.mark.parametrize(
    ("data", "system"),
    [
        ([0.5, 1.0], "float64"),
        (np.float32([0.5]), "float64"),
        ([1, 2], "exact"),
        (["1/3", "0.5"], "exact"),
        ([Fraction(1, 3), 1], "exact"),
        (numbers.exact(THIRDS), "exact"),
        (numbers.ball(THIRDS), "ball"),
        ([arb(1), fmpq(1, 3)], "ball"),
        (numbers.ray(numbers.exact([1]), numbers.exact([1])), "series"),
    ],
)
def test_data_say_their_number_system(data: Any, system: str) -> None:
    """Floats are floats; whole numbers, strings and Fractions are exact; flint's types are what they are."""
    assert numbers.system_of(numbers.as_array(data, "data")) == system


def test_whole_numbers_in_exact_arrays_become_rationals() -> None:
    """Otherwise 1 / 2 would be a float."""
    (half,) = numbers.as_array([1], "data") / 2
    assert half == fmpq(1, 2)
    (half,) = numbers.as_array(np.array([fmpq(1)], dtype=object), "data") / 2
    assert half == fmpq(1, 2)


@pytest.mark.parametrize("dtype", [int, np.uint8, bool])
def test_an_integer_array_is_refused_where_reals_are_read(dtype: type) -> None:
    """The message names the array and the dtype."""
    with pytest.raises(errors.IntegerDtypeError, match=f"rewards has an integer dtype\n.*{np.dtype(dtype)}"):
        numbers.as_array(np.ones(2, dtype), "rewards")


@pytest.mark.parametrize(
    ("value", "system", "read"),
    [
        ("1/3", "float64", 1 / 3),
        (Fraction(1, 3), "float64", 1 / 3),
        (2, "float64", 2.0),
        (np.float32(0.5), "float64", 0.5),
        ("0.9", "exact", fmpq(9, 10)),
        (1, "exact", fmpq(1)),
        (Fraction(1, 3), "series", fmpq(1, 3)),
    ],
)
def test_a_scalar_is_read_in_the_system_of_its_arrays(value: Any, system: str, read: Any) -> None:
    """Value and type are those of the system."""
    scalar = numbers.as_scalar(value, "gamma", system)
    assert scalar == read
    assert type(scalar) is type(read)


def test_a_scalar_beside_balls_is_a_ball() -> None:
    """It encloses the rational; a ball stays as it is."""
    assert numbers.as_scalar("1/3", "gamma", "ball").contains(arb(fmpq(1, 3)))
    assert numbers.as_scalar(arb(2), "gamma", "exact") == 2


@pytest.mark.parametrize("system", ["exact", "ball", "series"])
def test_a_float_scalar_beside_exact_data_is_refused(system: str) -> None:
    """0.9 is not 9/10, and nobody should find out later."""
    with pytest.raises(errors.NumberSystemError, match="gamma is a float among"):
        numbers.as_scalar(0.9, "gamma", system)


def test_arrays_of_two_systems_are_not_mixed_with_floats() -> None:
    """Exact numbers beside balls are balls, beside series series; floats beside others are an error with all names."""
    exact, balls, real = numbers.exact(THIRDS), numbers.ball(THIRDS), np.ones(3)
    assert numbers.same_system(first=exact, second=exact) == "exact"
    assert numbers.same_system(first=exact, second=balls) == "ball"
    assert numbers.same_system(first=balls, second=numbers.ray(exact, exact)) == "series"
    for other in (exact, balls):
        with pytest.raises(errors.NumberSystemError, match=r"first: \w+, second: float64"):
            numbers.same_system(first=other, second=real)
        with pytest.raises(errors.NumberSystemError, match="different number systems"):
            numbers.solve(numbers.convert(np.eye(3), numbers.system_of(other)), real)


def fields(process: MDP) -> list[Any]:
    """Everything that a process consists of."""
    arrays = (process.transition, process.reward, process.initial, process.terminal)
    return [*(array.tolist() for array in arrays), process.discount]


def decimals() -> MDP:
    """A process of decimals, thirds as FrozenLake computes them, and a terminal state."""
    third = (1 - 1 / 3) / 2
    return MDP(
        np.array([[[third, 1 / 3, third], [0.1, 0.2, 0.7]], [[0, 0.9, 1 - 0.9], [1 / 7, 0, 6 / 7]], [[0, 0, 1]] * 2]),
        np.array([[0.1, -1e-3], [1 / 3, 1e6], [0, 0]]),
        np.array([0.3, 0.7, 0]),
        0.99,
        np.array([False, False, True]),
    )


def test_a_process_of_decimals_becomes_the_exact_one_that_was_meant() -> None:
    """Every number is read as written, so that the rows sum to one."""
    exact = decimals().to("exact")
    assert same(exact.transition[0], numbers.exact([["1/3"] * 3, ["0.1", "0.2", "0.7"]]))
    assert same(exact.transition[1], numbers.exact([[0, "0.9", "0.1"], ["1/7", 0, "6/7"]]))
    assert same(exact.reward, numbers.exact([["0.1", "-0.001"], ["1/3", 10**6], [0, 0]]))
    assert exact.discount == fmpq(99, 100)
    assert exact.terminal.tolist() == [False, False, True]


def test_conversions_of_a_process_go_there_and_back() -> None:
    """Exact data survive float64; dyadic floats survive exact and balls; each system survives itself."""
    for process in (fractions(), corridor()):
        assert fields(process.to("float64").to("exact")) == fields(process)
        assert is_around(process.to("ball").transition, process.transition)
        assert process.to("ball").system == "ball"
    for system in ("float64", "exact", "ball"):
        assert fields(floats().to(system).to("float64")) == fields(floats())
        assert fields(floats().to(system).to(system)) == fields(floats().to(system))
    exact = decimals().to("exact")
    assert fields(exact.to("float64").to("exact")) == fields(exact)
    through_balls, direct = exact.to("ball").to("float64"), exact.to("float64")
    # the midpoint of a ball is within an ulp of its rational, and so is the rounded rational
    assert abs(through_balls.transition - direct.transition).max() <= 2 * EPS / 2


def test_conversion_never_repairs_a_row() -> None:
    """Rows of arbitrary doubles do not sum to one exactly, and are refused instead of renormalised."""
    row = np.random.default_rng(0).dirichlet(np.ones(7))
    process = MDP(np.broadcast_to(row, (7, 1, 7)), np.zeros((7, 1)), row, 0.5)
    with pytest.raises(errors.RowSumError, match="exactly"):
        process.to("exact")


def test_balls_do_not_become_rationals() -> None:
    """A process of balls has no exact counterpart."""
    with pytest.raises(errors.NumberSystemError, match="is not a rational number"):
        fractions().to("ball").to("exact")

"""Arithmetic in every number system: solving, ordering, choosing, and series that carry derivatives."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from flint import arb, arb_series, fmpq, fmpq_series

from rlproof.spec import errors, numbers

from ._processes import is_around, same

EPS = float(np.finfo(float).eps)
THIRDS = ["1/3", "-2/3", 1]
TABLE = [[2, 1], [1, 3]]
"""A matrix of determinant 5; [5, 10] is its image of [1, 3]."""


@pytest.mark.parametrize("system", ["float64", "exact", "ball", "series"])
@pytest.mark.parametrize("columns", [None, 1, 2])
def test_a_linear_system_is_solved_in_every_number_system(system: str, columns: int | None) -> None:
    """[[2, 1], [1, 3]] x = [5, 10] has the solution [1, 3], for one right-hand side or several."""
    right, expected = np.array([5, 10]), np.array([1, 3])
    if columns:
        right, expected = (np.outer(side, np.arange(1, columns + 1)) for side in (right, expected))
    convert: Callable[[Any], Any] = _constants if system == "series" else lambda data: numbers.convert(data, system)
    solution = numbers.solve(convert(TABLE), convert(right))
    assert solution.shape == expected.shape
    if system == "float64":  # eliminating one entry rounds five times, of numbers below 20; condition number below 4
        assert abs(solution - expected).max() <= 5 * 20 * 4 * EPS
    elif system == "ball":
        assert is_around(solution, expected)
    elif system == "series":
        assert [each.coeffs() for each in solution.flat] == [[each] for each in expected.flat]
    else:
        assert same(solution, expected)


def _constants(data: Any) -> Any:
    return numbers.ray(numbers.exact(data), numbers.exact(np.zeros_like(data)))


@pytest.mark.parametrize(
    ("convert", "error"),
    [
        (numbers.float64, np.linalg.LinAlgError),
        (numbers.exact, ZeroDivisionError),
        (numbers.ball, ZeroDivisionError),
        (_constants, ZeroDivisionError),
    ],
    ids=["float64", "exact", "ball", "series"],
)
def test_a_singular_matrix_is_an_error_in_every_number_system(
    convert: Callable[[Any], Any], error: type[Exception]
) -> None:
    """No number system returns something; validated processes never get here, since I - gamma P is regular."""
    with pytest.raises(error):
        numbers.solve(convert([[1, 2], [2, 4]]), convert([1, 2]))


def test_identity_minus_leaves_its_argument_alone() -> None:
    """I - M, for floats and rationals, without writing to M."""
    for convert in (numbers.float64, numbers.exact):
        matrix = convert(TABLE)
        assert same(numbers.identity_minus(matrix), [[-1, -1], [-1, -2]])
        assert same(matrix, convert(TABLE))


@pytest.mark.parametrize("convert", [numbers.float64, numbers.exact, numbers.ball], ids=["float64", "exact", "ball"])
def test_the_larger_and_the_smaller_number_are_chosen_elementwise(convert: Callable[[Any], Any]) -> None:
    """Signs, ties and whole axes, in numbers that every system writes exactly; scalars beside arrays too."""
    first, second = convert([-1, 2, 0]), convert([1, -2, 0])
    assert same(numbers.maximum(first, second), convert([1, 2, 0]))
    assert same(numbers.minimum(first, second), convert([-1, -2, 0]))
    assert same(numbers.maximum(first, 1), convert([1, 2, 1]))
    table = convert([[3, -1], [2, 7]])
    assert numbers.largest(table) == 7
    assert same(numbers.largest(table, axis=0), convert([3, 7]))
    assert same(numbers.largest(table, axis=1), convert([3, 7]))


def test_the_larger_of_two_overlapping_balls_contains_every_larger_number() -> None:
    """Of [0, 2] and [1, 5] the maximum lies in [1, 5] and the minimum in [0, 2], and can be anywhere there."""
    low, high = np.array([arb(1, 1)]), np.array([arb(3, 2)])
    larger, smaller = numbers.maximum(low, high)[0], numbers.minimum(low, high)[0]
    assert all(larger.contains(number) for number in (1, 2, 5))
    assert all(smaller.contains(number) for number in (0, 1, 2))
    assert not larger.contains(fmpq(1, 2))
    assert not smaller.contains(3)
    assert numbers.largest(np.array([arb(1, 1), arb(3, 2), arb(-9)])).contains(5)


def test_series_are_ordered_by_their_constant_terms() -> None:
    """The derivative of a maximum is that of the larger number."""
    point, slope = numbers.exact([1, 3]), numbers.exact([10, -10])
    first, second = numbers.ray(point, slope), numbers.ray(numbers.exact([2, 2]), numbers.exact([7, 7]))
    larger, smaller = numbers.maximum(first, second), numbers.minimum(first, second)
    assert [each.coeffs() for each in larger] == [[2, 7], [3, -10]]
    assert [each.coeffs() for each in smaller] == [[1, 10], [2, 7]]
    assert numbers.largest(first)[1] == -10


def test_choosing_and_stacking_keep_the_numbers() -> None:
    """Also series, which NumPy would unpack into their coefficients."""
    exact = numbers.exact([1, "1/3"])
    assert same(numbers.where(np.array([True, False]), exact, -exact), numbers.exact([1, "-1/3"]))
    series = numbers.ray(exact, exact)
    assert numbers.stack([series[0], series[1]]).shape == (2,)
    assert numbers.stack([series, series]).shape == (2, 2)
    assert numbers.boxed(series[0]).shape == ()


def test_questions_about_sign_are_answered_only_where_certain() -> None:
    """A ball around zero is neither positive nor certainly other than zero."""
    balls = np.array([arb(1), arb(0, 1), arb(-1)])
    assert same(numbers.is_positive(balls), [True, False, False])
    assert same(numbers.is_positive(numbers.exact(THIRDS)), [True, False, True])
    assert same(numbers.is_nonzero(np.array([0.0, -1.0])), [False, True])
    series = numbers.ray(numbers.exact([0, 0, 1]), numbers.exact([0, 1, 0]))
    assert same(numbers.is_zero(series), [True, False, False])
    assert same(numbers.is_nonzero(series), [False, False, True])
    assert same(numbers.holds(balls > 0), [True, False, False])


@pytest.mark.parametrize("function", [numbers.exp, numbers.log])
def test_transcendental_functions_are_refused_in_exact(function: Callable[[Any], Any]) -> None:
    """In floats and balls they agree."""
    with pytest.raises(errors.NumberSystemError, match="is not rational"):
        function(numbers.exact([1]))
    rounded, enclosed = function(np.array([2.0])), function(numbers.ball([2]))
    assert abs(enclosed[0] - rounded[0]) <= 12 * EPS  # three ulps of exp(2) = 7.39: one of NumPy, two of the ball


Function = Callable[[Any], Any]
DERIVATIVES: list[tuple[str, Function, Function]] = [
    ("a square", lambda x: x * x, lambda x: 2 * x),
    ("a quotient", lambda x: x**2 / (1 + x), lambda x: (x**2 + 2 * x) / (1 + x) ** 2),
    ("an inverse", lambda x: 1 / x, lambda x: -1 / x**2),
    ("a polynomial", lambda x: 3 * x**5 - x + 7, lambda x: 15 * x**4 - 1),
    ("a maximum", lambda x: numbers.maximum(x, 2 * x), lambda x: 2 + 0 * x),
]


@pytest.mark.parametrize(("function", "slope"), [row[1:] for row in DERIVATIVES], ids=[row[0] for row in DERIVATIVES])
def test_a_ray_carries_the_derivative_along_its_direction(function: Function, slope: Function) -> None:
    """The linear coefficient of f(x + t d) is f'(x) d, with ==; the constant one is f(x)."""
    points, directions = numbers.exact([1, "1/3", "5/2"]), numbers.exact([1, -3, "2/7"])
    series = function(numbers.ray(points, directions))
    assert all(isinstance(each, fmpq_series) for each in series)
    assert same([each[0] for each in series], function(points))
    assert same([each[1] for each in series], slope(points) * directions)


def _log1(x: Any) -> Any:
    return 1 + numbers.log(x)


@pytest.mark.parametrize(
    ("function", "slope"),
    [(numbers.exp, numbers.exp), (numbers.log, lambda x: 1 / x), (lambda x: numbers.log(x) * x, _log1)],
    ids=["exp", "log", "x log x"],
)
def test_a_ray_of_balls_carries_the_derivative_of_logarithms(function: Function, slope: Function) -> None:
    """The ball of the linear coefficient meets that of the derivative by hand, and both are sharp."""
    points, directions = numbers.ball([1, "1/3", "5/2"]), numbers.ball([1, -3, "2/7"])
    for series, expected in zip(function(numbers.ray(points, directions)), slope(points) * directions, strict=True):
        assert isinstance(series, arb_series)
        assert series[1].overlaps(expected)
        assert float(series[1].rad()) + float(expected.rad()) < 1e-13


def test_solving_on_a_ray_differentiates_the_solution() -> None:
    """d(A^-1 b) = A^-1 (db - dA A^-1 b), with ==."""
    matrix, change = numbers.exact([[2, 1], [1, 3]]), numbers.exact([["1/2", -1], [0, "2/3"]])
    right, right_change = numbers.exact([5, 10]), numbers.exact([1, "-1/5"])
    series = numbers.solve(numbers.ray(matrix, change), numbers.ray(right, right_change))
    solution = numbers.solve(matrix, right)
    assert same([each[0] for each in series], solution)
    assert same([each[1] for each in series], numbers.solve(matrix, right_change - change @ solution))

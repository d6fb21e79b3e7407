"""The derived bounds are honest (no computation leaves them) and not vacuous (some computation comes near)."""

import functools
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rlproof.oracle.agreement import distance, judge_against
from rlproof.oracle.rounding import ELEMENTARY_ROUNDINGS, UNIT_ROUNDOFF, Rounded, any_solver
from rlproof.spec import numbers

Array = np.ndarray
DTYPES = tuple(UNIT_ROUNDOFF)
SEEDS = range(20)
BITS = 400


def wide(generator: np.random.Generator, shape: tuple[int, ...], dtype: str, powers: int = 12) -> Array:
    """Draw numbers of either sign between 2**-powers and 2**powers, all digits random."""
    sizes = np.exp2(generator.uniform(-powers, powers, shape))
    return (generator.choice([-1.0, 1.0], shape) * sizes).astype(dtype)


def rounded(data: Any, dtype: str) -> Rounded:
    """Wrap float data as exact inputs of a computation in this dtype."""
    return Rounded(data, unit=UNIT_ROUNDOFF[dtype])


def share(computed: Any, true: Any, bound: Rounded) -> float:
    """The largest error as a share of its bound: at most one if the bound is honest."""
    errors = np.array([distance(a, b) for a, b in zip(np.ravel(computed), np.ravel(true), strict=True)])
    limits = np.ravel(bound.error)
    with np.errstate(divide="ignore", invalid="ignore"):  # nothing of nothing, and infinite errors of infinite bounds
        return float(np.where((errors == 0) | np.isinf(limits), 0.0, errors / limits).max())


def pairwise_sum(terms: Array) -> Any:
    """Sum as a tree, in the dtype of the terms."""
    if len(terms) == 1:
        return terms[0]
    middle = len(terms) // 2
    return pairwise_sum(terms[:middle]) + pairwise_sum(terms[middle:])


ORDERS: dict[str, Callable[[Array], Any]] = {
    "forwards": lambda terms: functools.reduce(np.add, terms),
    "backwards": lambda terms: functools.reduce(np.add, terms[::-1]),
    "as a tree": pairwise_sum,
    "ascending": lambda terms: functools.reduce(np.add, terms[np.argsort(abs(terms))]),
    "numpy": np.sum,
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("order", ORDERS)
def test_no_order_of_summation_leaves_the_bound(order: str, dtype: str) -> None:
    """Sums of 1 to 50 numbers of very different sizes."""
    for seed in SEEDS:
        generator = np.random.default_rng(seed)
        terms = wide(generator, (int(generator.integers(1, 51)),), dtype)
        assert share(ORDERS[order](terms), numbers.exact(terms).sum(), rounded(terms, dtype).sum()) <= 1


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("order", ORDERS)
def test_no_dot_product_leaves_the_bound(order: str, dtype: str) -> None:
    """Products summed in any order."""
    for seed in SEEDS:
        left, right = wide(np.random.default_rng(seed), (2, 17), dtype)
        bound = rounded(left, dtype) @ rounded(right, dtype)
        assert share(ORDERS[order](left * right), numbers.exact(left) @ numbers.exact(right), bound) <= 1


@pytest.mark.parametrize("dtype", DTYPES)
def test_no_chain_of_matrix_products_leaves_the_bound(dtype: str) -> None:
    """The error of the first product passes through the second."""
    for seed in SEEDS:
        first, second, third = wide(np.random.default_rng(seed), (3, 5, 5), dtype)
        bound = rounded(first, dtype) @ rounded(second, dtype) @ rounded(third, dtype)
        true = numbers.exact(first) @ numbers.exact(second) @ numbers.exact(third)
        assert share((first @ second) @ third, true, bound) <= 1


@pytest.mark.parametrize("dtype", DTYPES)
def test_no_composition_of_arithmetic_leaves_the_bound(dtype: str) -> None:
    """Differences, products, quotients, maxima and magnitudes of inexact intermediate results."""

    def formula(a: Any, b: Any, c: Any) -> Any:
        return abs((a - b) * c / (b + c)) / (1 + a * a) - numbers.maximum(a * b, b * c) / 3

    for seed in SEEDS:
        arrays = wide(np.random.default_rng(seed), (3, 40), dtype)
        bound = formula(*(rounded(array, dtype) for array in arrays))
        assert share(formula(*arrays).astype(dtype), formula(*map(numbers.exact, arrays)), bound) <= 1


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("exponent", [0, 1, 2, 3, 7, 20])
def test_no_way_to_raise_to_a_power_leaves_the_bound(exponent: int, dtype: str) -> None:
    """By NumPy, by repeated multiplication, by repeated squaring."""
    base = np.random.default_rng(exponent).uniform(0, 1, 200).astype(dtype)
    base[0] = 0
    bound, true = rounded(base, dtype) ** exponent, numbers.exact(base) ** exponent
    one = np.ones_like(base)
    ways = [base**exponent, functools.reduce(np.multiply, [base] * exponent, one), squared(base, exponent)]
    assert max(share(way, true, bound) for way in ways) <= 1


def squared(base: Array, exponent: int) -> Array:
    """Raise to a power by squaring."""
    if exponent == 0:
        return np.ones_like(base)
    half = squared(base, exponent // 2)
    return half * half * base if exponent % 2 else half * half


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("scale", [1e-3, 1.0, 30.0])
def test_no_exponential_or_logarithm_leaves_the_bound(scale: float, dtype: str) -> None:
    """exp of a difference, log of a sum, the log of an exp and their relatives, against balls of 400 bits."""
    for seed in SEEDS:
        a, b = (scale * np.random.default_rng(seed).standard_normal((2, 30))).astype(dtype)
        with numbers.precision(BITS):
            first, second = numbers.ball(a), numbers.ball(b)
            for formula in (
                lambda x, y: numbers.exp(x - y),
                lambda x, y: numbers.log(x * x + y * y),
                lambda x, y: numbers.log(numbers.exp(x) + numbers.exp(y)),
                lambda x, y: numbers.sqrt(x * x + y * y),
                lambda x, y: numbers.expm1(x - y),
                lambda x, y: numbers.log1p(x * x),
            ):
                bound = formula(rounded(a, dtype), rounded(b, dtype))
                with np.errstate(over="ignore", under="ignore", divide="ignore"):  # exp(100) is beyond float32
                    computed = formula(a, b)
                assert share(computed, formula(first, second), bound) <= 1


@pytest.mark.parametrize("dtype", DTYPES)
def test_underflow_costs_the_smallest_normal_number_and_overflow_everything(dtype: str) -> None:
    """Whether a result below the range is rounded or flushed to zero: both are right, twice its size is not."""
    limits = np.finfo(dtype)
    small = np.full(1, np.sqrt(limits.tiny) / 64, dtype)
    bound, true = rounded(small, dtype) * rounded(small, dtype), numbers.exact(small) ** 2
    assert share(small * small, true, bound) <= 1
    assert share(0 * small, true, bound) <= 1
    assert share(small, true, bound) > 1
    large = np.full(1, np.sqrt(limits.max) * 2, dtype)
    assert np.isinf((rounded(large, dtype) * rounded(large, dtype)).error)
    assert np.isfinite((rounded(large, dtype) * rounded(small, dtype)).error)
    beyond = rounded(large, dtype) * rounded(large, dtype)
    assert np.isinf((beyond * rounded(large, dtype)).error)  # what is lost stays lost
    assert np.isinf((rounded(small, dtype) * beyond).error)


# --- linear systems --------------------------------------------------------------------------------------


def resolvent(generator: np.random.Generator, size: int, discount: float, dtype: str) -> Array:
    """Draw I - gamma P."""
    kernel = generator.dirichlet(np.full(size, 0.3), size)
    return (np.eye(size) - discount * kernel).astype(dtype)


def eliminated(matrix: Array, right: Array) -> Array:
    """Solve by elimination without pivoting, in the dtype of the data."""
    matrix, right = matrix.copy(), right.copy()
    for k, row in itertools.combinations(range(len(matrix)), 2):
        factor = matrix[row, k] / matrix[k, k]
        matrix[row] -= factor * matrix[k]
        right[row] -= factor * right[k]
    solution = np.zeros_like(right)
    for k in reversed(range(len(matrix))):
        solution[k] = (right[k] - matrix[k, k + 1 :] @ solution[k + 1 :]) / matrix[k, k]
    return solution


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("discount", [0.0, 0.5, 0.99, 0.999])
def test_no_solver_leaves_the_bound_on_decision_processes(discount: float, dtype: str) -> None:
    """I - gamma P up to gamma = .999: with pivoting, of the transpose, and without pivoting."""
    for seed in SEEDS:
        generator = np.random.default_rng(seed)
        matrix, right = resolvent(generator, 6, discount, dtype), wide(generator, (6,), dtype)
        true = numbers.solve(numbers.exact(matrix), numbers.exact(right))
        bound = rounded(matrix, dtype).solve(rounded(right, dtype))
        assert np.isfinite(bound.error).all()
        assert share(np.linalg.solve(matrix, right), true, bound) <= 1
        assert share(eliminated(matrix, right), true, bound) <= 1
        flipped = numbers.solve(numbers.exact(matrix.T), numbers.exact(right))
        assert share(np.linalg.solve(matrix.T, right), flipped, rounded(matrix.T, dtype).solve(right)) <= 1


def by_reflections(matrix: Array, right: Array) -> Array:
    """Solve by Householder's QR."""
    orthogonal, upper = np.linalg.qr(matrix)
    return np.linalg.solve(upper, orthogonal.T @ right)


def by_least_squares(matrix: Array, right: Array) -> Array:
    """Solve as LAPACK's gelsd does, by singular values."""
    return np.linalg.lstsq(matrix, right)[0]


def by_pseudoinverse(matrix: Array, right: Array) -> Array:
    """Multiply by the inverse that singular values give."""
    return np.linalg.pinv(matrix) @ right


@pytest.mark.parametrize("solver", [by_reflections, by_least_squares, by_pseudoinverse])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("discount", [0.0, 0.5, 0.99, 0.999])
def test_no_orthogonal_solver_leaves_the_bound_granted_to_any(
    discount: float, dtype: str, solver: Callable[[Array, Array], Array]
) -> None:
    """Reflections, least squares, singular values; what elimination keeps at zero they need not."""
    for seed in SEEDS:
        generator = np.random.default_rng(seed)
        matrix, right = resolvent(generator, 6, discount, dtype), wide(generator, (6,), dtype)
        for system in (matrix, matrix.T):
            true = numbers.solve(numbers.exact(system), numbers.exact(right))
            with any_solver():
                bound = rounded(system, dtype).solve(rounded(right, dtype))
            assert share(solver(system, right), true, bound) <= 1


def test_elimination_alone_is_granted_less() -> None:
    """Negative control: without the grant a zero stays one."""
    matrix = np.array([[0.5, -0.25], [0.0, 0.75]])
    right = np.array([1.0, 0.0])
    plain = rounded(matrix, "float64").solve(rounded(right, "float64"))
    with any_solver():
        granted = rounded(matrix, "float64").solve(rounded(right, "float64"))
    assert plain.error[1] == 0
    assert (granted.error > plain.error).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("discount", [0.5, 0.999])
def test_no_solver_leaves_the_bound_on_permuted_systems(discount: float, dtype: str) -> None:
    """With columns permuted the diagonal no longer dominates, and pivoting is real."""
    for seed in SEEDS:
        generator = np.random.default_rng(seed)
        matrix = resolvent(generator, 6, discount, dtype)[:, generator.permutation(6)]
        right = wide(generator, (6,), dtype)
        true = numbers.solve(numbers.exact(matrix), numbers.exact(right))
        bound = rounded(matrix, dtype).solve(rounded(right, dtype))
        assert share(np.linalg.solve(matrix, right), true, bound) <= 1


@pytest.mark.parametrize("dtype", DTYPES)
def test_no_solver_leaves_the_bound_on_general_systems(dtype: str) -> None:
    """Matrices of numbers of very different sizes; where the bound is infinite, nothing was promised."""
    promised = 0
    for seed in range(60):
        generator = np.random.default_rng(seed)
        matrix, right = wide(generator, (5, 5), dtype, powers=6), wide(generator, (5,), dtype)
        bound = rounded(matrix, dtype).solve(rounded(right, dtype))
        if np.isfinite(bound.error).all():
            promised += 1
            true = numbers.solve(numbers.exact(matrix), numbers.exact(right))
            assert share(np.linalg.solve(matrix, right), true, bound) <= 1
    assert promised >= 50


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_errors_of_matrix_and_right_hand_side_pass_through_the_solver(dtype: str) -> None:
    """A system whose entries were themselves computed: I - gamma P_pi and r_pi."""
    for seed in SEEDS:
        generator = np.random.default_rng(seed)
        kernel = generator.dirichlet(np.ones(5), (5, 3)).astype(dtype)
        policy, reward = generator.dirichlet(np.ones(3), 5).astype(dtype), wide(generator, (5, 3), dtype)
        discount = np.dtype(dtype).type(0.99)

        def formula(policy: Any, kernel: Any, reward: Any, discount: Any) -> Any:
            mixed = (policy[:, None, :] @ kernel)[:, 0, :]
            return numbers.solve(numbers.identity_minus(discount * mixed), (policy * reward).sum(axis=1))

        bound = formula(*(rounded(x, dtype) for x in (policy, kernel, reward, discount)))
        true = formula(*(numbers.exact(x) for x in (policy, kernel, reward)), numbers.rational(discount))
        mixed = np.einsum("sa,sat->st", policy, kernel)
        computed = np.linalg.solve(np.eye(5, dtype=dtype) - discount * mixed, (policy * reward).sum(axis=1))
        assert computed.dtype == dtype
        assert share(computed, true, bound) <= 1


# --- not vacuous -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("terms", [2, 10, 200])
def test_a_sum_that_loses_every_term_attains_its_bound(terms: int, dtype: str) -> None:
    """One plus u, again and again, stays one: the error (n - 1) u is the whole bound, up to relative n u."""
    data = np.full(terms, UNIT_ROUNDOFF[dtype], dtype)
    data[0] = 1
    computed = functools.reduce(np.add, data)
    assert computed == 1
    assert 0.99 < share(computed, numbers.exact(data).sum(), rounded(data, dtype).sum()) <= 1
    ones = np.ones(terms, dtype)
    dot = rounded(data, dtype) @ rounded(ones, dtype)
    assert share(computed, numbers.exact(data).sum(), dot) > 0.99 * (terms - 1) / terms


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_product_in_the_middle_of_two_floats_attains_its_bound(dtype: str) -> None:
    """(1 + 2^-i) (1 + 2^-j) = 1 + 2^-i + 2^-j + u, where i + j are the digits, is a tie."""
    digits = -int(np.log2(UNIT_ROUNDOFF[dtype]))
    left, right = (np.array([1 + 2.0 ** -(digits // 2 + odd * (digits % 2))], dtype) for odd in (0, 1))
    bound = rounded(left, dtype) * rounded(right, dtype)
    assert 0.99 < share(left * right, numbers.exact(left) * numbers.exact(right), bound) <= 1


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("operation", ["add", "subtract", "multiply", "divide"])
def test_one_operation_comes_near_its_bound(operation: str, dtype: str) -> None:
    """Among 2,000 random operations the worst reaches nine tenths of its bound, which is one rounding."""
    left, right = np.random.default_rng(0).uniform(1, 2, (2, 2000)).astype(dtype)
    perform = getattr(np, operation)
    bound = perform(rounded(left, dtype), rounded(right, dtype))
    worst = share(perform(left, right), perform(numbers.exact(left), numbers.exact(right)), bound)
    assert 0.9 < worst <= 1 or (operation == "subtract" and worst == 0)  # Sterbenz: nearby floats subtract exactly


@pytest.mark.parametrize("dtype", DTYPES)
def test_exp_and_log_are_granted_no_more_than_they_need_eightfold(dtype: str) -> None:
    """A correctly rounded function already uses half a unit in the last place, an eighth of 4 u at the least."""
    data = np.random.default_rng(0).uniform(1, 2, 500).astype(dtype)
    with numbers.precision(BITS):
        for function in (numbers.exp, numbers.log):
            nearest = numbers.float64(function(numbers.ball(data))).astype(dtype)
            bound = function(rounded(data, dtype))
            if dtype == "float32":
                assert share(nearest, function(numbers.ball(data)), bound) > 1 / (2 * ELEMENTARY_ROUNDINGS)
            assert (bound.error <= 1.001 * ELEMENTARY_ROUNDINGS * UNIT_ROUNDOFF[dtype] * abs(bound.value)).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("size", [1, 3, 8])
@pytest.mark.parametrize("discount", [0.5, 0.999])
def test_the_bound_of_a_solver_is_a_multiple_of_the_worst_rounding_of_its_inputs(
    discount: float, size: int, dtype: str
) -> None:
    """Entrywise at least 3 n u |A^-1| |A| |x|, since |L||U| >= |A|; in norm at most 2 n - 1 times that.

    The factor is that of diagonally dominant matrices (Higham 2002, theorem 9.9); one per cent is for the second order.
    """
    for seed in SEEDS:
        generator = np.random.default_rng(seed)
        matrix, right = resolvent(generator, size, discount, dtype), wide(generator, (size,), dtype, powers=2)
        bound = rounded(matrix, dtype).solve(rounded(right, dtype))
        once = 3 * size * UNIT_ROUNDOFF[dtype]
        data, inverse = abs(matrix.astype(float)), abs(np.linalg.inv(matrix.astype(float)))
        norms = data.sum(axis=1).max() * inverse.sum(axis=1).max() * abs(bound.value).max()
        assert (bound.error >= 0.99 * once * (inverse @ data @ abs(bound.value))).all()
        assert bound.error.max() <= 1.01 * (2 * size - 1) * once * norms


def test_adversarial_roundings_of_an_ill_conditioned_system_use_up_a_share_of_the_bound() -> None:
    """At gamma = .999, moving each entry by u in the worst direction is already a share 1 / (3 n (2 n - 1)) of it."""
    generator, size, unit = np.random.default_rng(1), 5, UNIT_ROUNDOFF["float64"]
    matrix, right = resolvent(generator, size, 0.999, "float64"), generator.standard_normal(size)
    bound = rounded(matrix, "float64").solve(rounded(right, "float64"))
    true = numbers.solve(numbers.exact(matrix), numbers.exact(right))
    signs = -np.sign(np.linalg.inv(matrix)[0])[:, None] * np.sign(numbers.float64(true))[None, :]
    moved = numbers.exact(matrix) + numbers.exact(signs * abs(matrix)) * numbers.rational(unit)
    shift = abs(numbers.solve(moved, numbers.exact(right)) - true)[0]
    assert bound.error[0] / (3 * size * (2 * size - 1)) < numbers.float64(shift) <= bound.error[0]


@pytest.mark.parametrize("factor", [2, 10])
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_result_beyond_its_bound_is_rejected(dtype: str, factor: int) -> None:
    """One entry, moved by twice its bound, is noticed among nine right ones; and the whole is accepted unmoved."""
    generator = np.random.default_rng(0)
    left, right = wide(generator, (10, 6), dtype), wide(generator, (6,), dtype)
    true, bound = numbers.exact(left) @ numbers.exact(right), (rounded(left, dtype) @ rounded(right, dtype)).error
    result = (left @ right).astype(float)
    assert judge_against(true, result, bound).agrees
    result[7] = numbers.float64(true)[7] + factor * bound[7]
    judged = judge_against(true, result, bound)
    assert not judged.agrees
    assert judged.error > judged.bound == bound[7]


# --- what is not finite ---------------------------------------------------------------------------------------

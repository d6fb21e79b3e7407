r"""Linear systems with quadratic costs, and Gaussian policies with linear means: data, checks, linear equations."""

from typing import NamedTuple

import numpy as np

from .errors import DiscountError, NotPositiveDefiniteError, NotStableError
from .numbers import Array, Scalar, as_array, as_scalar, concatenate, exact, holds, is_nonzero, is_positive, same_system
from .numbers import solve as solve
from .validation import check_finite, check_not_empty, check_shape

CHECKED = ("float64", "exact", "ball")
"""The number systems in which data are checked; series and other packages' arrays come from checked data."""


class LinearSystem(NamedTuple):
    r"""A linear system with Gaussian noise and quadratic cost, discounted.

    .. math:: s' = As + Ba + w, \quad w \sim N(0, W), \qquad r = -(s^\top Qs + 2 s^\top Na + a^\top Ra)

    Nothing is checked here: `linear_system` makes a checked one, and every equation checks again.
    """

    dynamics: Array
    control: Array
    noise: Array
    state_cost: Array
    cross_cost: Array
    action_cost: Array
    discount: Scalar
    initial_mean: Array
    initial_covariance: Array


def linear_system(
    dynamics: Array,
    control: Array,
    noise: Array,
    state_cost: Array,
    cross_cost: Array,
    action_cost: Array,
    discount: Scalar,
    initial_mean: Array,
    initial_covariance: Array,
) -> LinearSystem:
    """Check the data of a linear system of n states and k actions, and put them together.

    Shapes: A [n, n], B [n, k], W [n, n], Q [n, n], N [n, k], R [k, k], discount in [0, 1), initial mean [n],
    initial covariance [n, n]. Q and R are symmetric, the two covariances symmetric and positive semidefinite.
    """
    arrays = {
        "dynamics": as_array(dynamics, "dynamics"),
        "control": as_array(control, "control"),
        "noise": as_array(noise, "noise"),
        "state_cost": as_array(state_cost, "state_cost"),
        "cross_cost": as_array(cross_cost, "cross_cost"),
        "action_cost": as_array(action_cost, "action_cost"),
        "initial_mean": as_array(initial_mean, "initial_mean"),
        "initial_covariance": as_array(initial_covariance, "initial_covariance"),
    }
    if arrays["control"].ndim != 2:
        check_shape("control", arrays["control"], ("n", "k"), "states, actions")
    n, k = arrays["control"].shape
    sizes = {"control": (n, k), "cross_cost": (n, k), "action_cost": (k, k), "initial_mean": (n,)}
    for name, array in arrays.items():
        check_shape(name, array, sizes.get(name, (n, n)), f"for the {n} states and {k} actions of control")
        check_not_empty(name, array, "states and actions")
        check_finite(name, array)
    kind = same_system(**arrays)
    for name in ("state_cost", "action_cost"):
        check_symmetric(name, arrays[name])
    for name in ("noise", "initial_covariance"):
        check_semidefinite(name, arrays[name])
    number = as_scalar(discount, "discount", kind)
    if kind in CHECKED and not (number >= 0 and number < 1):
        raise DiscountError(
            "the discount is out of range",
            got=str(number),
            expected="0 <= discount < 1",
            cause="a percentage, a NaN, or a cost without end",
            remedy="take a discount below one",
        )
    return LinearSystem(*(number if name == "discount" else arrays[name] for name in LinearSystem._fields))


def read_gain(system: LinearSystem, gain: Array, name: str = "gain") -> Array:
    """Read the gain [k, n] of a policy of this system, whatever it costs."""
    gain = as_array(gain, name)
    check_shape(name, gain, system.control.shape[::-1], "actions, states: the mean action is gain @ state")
    check_finite(name, gain)
    same_system(dynamics=system.dynamics, **{name: gain})
    return gain


def read_policy(system: LinearSystem, gain: Array, name: str = "gain") -> tuple[LinearSystem, Array]:
    """Read a system and the gain [k, n] of a policy, under which its cost must be finite."""
    system = linear_system(*system)
    gain = read_gain(system, gain, name)
    if not hasattr(gain, "number_system") and not is_stable(system, gain):
        raise NotStableError(
            f"the discounted cost of {name} is infinite",
            got=f"A + BK = {(system.dynamics + system.control @ gain).tolist()} at discount {system.discount}",
            expected="discount * rho(A + BK)^2 < 1, where rho is the largest modulus of an eigenvalue",
            cause="a gain of the wrong sign (the action is +K s), or one made for another system",
            remedy="start from a gain that stabilises the system, or lower the discount",
        )
    return system, gain


def read_covariance(system: LinearSystem, covariance: Array, name: str = "covariance", *, full: bool = False) -> Array:
    """Read the covariance [k, k] of a policy: positive semidefinite, zero for a deterministic policy."""
    covariance = as_array(covariance, name)
    check_shape(name, covariance, system.action_cost.shape, "actions, actions")
    check_finite(name, covariance)
    same_system(action_cost=system.action_cost, **{name: covariance})
    check_semidefinite(name, covariance)
    if full:
        check_definite(name, covariance)
    return covariance


def read_vectors(system: LinearSystem, **vectors: Array) -> list[Array]:
    """Read state_vectors [T, n] and actions [T, k]."""
    read = {name: as_array(array, name) for name, array in vectors.items()}
    rows = len(next(iter(read.values()))) if next(iter(read.values())).ndim else 1
    for name, array in read.items():
        width = system.control.shape[1 if name == "actions" else 0]
        check_shape(name, array, (rows, width), "one row per transition, one column per dimension")
        check_not_empty(name, array, "transitions")
        check_finite(name, array)
    same_system(dynamics=system.dynamics, **read)
    return list(read.values())


def is_stable(system: LinearSystem, gain: Array) -> bool:
    """Whether gamma rho(A + BK)^2 < 1: X = I + gamma F X F^T has a positive definite solution if and only if so.

    Floats are taken for the rationals that they are; in balls, stability must be certain.
    """
    parts = (system.dynamics, system.control, gain, system.discount)
    dynamics, control, gain, discount = (exact(x) if np.asarray(x).dtype.kind == "f" else x for x in parts)
    try:
        reach = lyapunov(dynamics + control @ gain, exact(np.eye(len(dynamics), dtype=int)), discount)
    except ZeroDivisionError:
        return False
    return is_definite(reach)


def lyapunov(matrix: Array, constant: Array, discount: Scalar) -> Array:
    r"""Solve :math:`X = C + \gamma F X F^\top`, a linear system for the n^2 entries of X."""
    rows = len(matrix)
    pairs = discount * kronecker(matrix, matrix)
    return solve(np.eye(rows * rows, dtype=int) - pairs, constant.reshape(rows * rows)).reshape(rows, rows)


def kronecker(first: Array, second: Array) -> Array:
    """The Kronecker product: the matrix of X -> first X second^T on the entries of X, row by row."""
    products = first[:, None, :, None] * second[None, :, None, :]
    return products.reshape(first.shape[0] * second.shape[0], first.shape[1] * second.shape[1])


def trace_of_product(first: Array, second: Array) -> Scalar:
    """tr(first second)."""
    return (first * second.T).sum()


def pivots(matrix: Array) -> Array:
    """The pivots of symmetric elimination: their product is the determinant; all positive if definite."""
    found = []
    while len(matrix) > 1 and np.all(is_positive(matrix[0, :1])):
        found.append(matrix[0, :1])
        matrix = matrix[1:, 1:] - matrix[1:, :1] * matrix[:1, 1:] / matrix[:1, :1]
    return concatenate([*found, matrix[0, :1]])


def is_definite(matrix: Array) -> bool:
    """Whether a symmetric matrix is positive definite (for balls: whether it certainly is)."""
    found = pivots(matrix)
    return len(found) == len(matrix) and bool(np.all(is_positive(found)))


def is_semidefinite(matrix: Array) -> bool:
    """Whether a symmetric matrix is positive semidefinite (for balls: False only if it certainly is not)."""
    while len(matrix):
        pivot, row, rest = matrix[:1, :1], matrix[:1, 1:], matrix[1:, 1:]
        if np.any(is_positive(-pivot)):
            return False
        if np.all(is_positive(pivot)):
            matrix = rest - row.T * row / pivot
        elif not holds(pivot == 0).all():
            return True
        elif np.any(is_nonzero(row)):
            return False
        else:
            matrix = rest
    return True


def check_symmetric(name: str, matrix: Array) -> None:
    """Raise NotPositiveDefiniteError unless the matrix is symmetric."""
    if not hasattr(matrix, "number_system") and np.any(is_nonzero(matrix - matrix.T)):
        _not_definite(name, f"{matrix.tolist()}, which is not symmetric", "a symmetric matrix")


def check_definite(name: str, matrix: Array) -> None:
    """Raise NotPositiveDefiniteError unless the matrix, symmetric up to rounding, is positive definite."""
    if not hasattr(matrix, "number_system") and not is_definite(exact(matrix) if matrix.dtype.kind == "f" else matrix):
        _not_definite(name, f"{matrix.tolist()}", "a positive definite matrix")


def check_semidefinite(name: str, matrix: Array) -> None:
    """Raise NotPositiveDefiniteError unless the matrix is symmetric and positive semidefinite.

    Entries in float64 may each be off by half an eps of the largest: eigenvalues, by n times as much.
    """
    check_symmetric(name, matrix)
    if hasattr(matrix, "number_system"):
        return
    shown, size = matrix, len(matrix)
    if matrix.dtype.kind == "f":
        slack = size * np.finfo(float).eps / 2 * abs(matrix).max()
        matrix = exact(matrix) + exact(np.eye(size)) * exact([[slack]])
    if not is_semidefinite(matrix):
        _not_definite(name, f"{shown.tolist()}", "a positive semidefinite matrix")


def _not_definite(name: str, got: str, expected: str) -> None:
    raise NotPositiveDefiniteError(
        f"{name} is not symmetric and positive",
        got=got,
        expected=expected,
        cause="a standard deviation or a Cholesky factor in place of a covariance, or rounding of one half",
        remedy=f"write ({name} + {name}.T) / 2 if rounding made it unsymmetric; check the sign of its diagonal",
    )

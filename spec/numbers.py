"""Three number systems behind one array interface.

- ``float64``: ordinary NumPy arrays;
- ``exact``: object arrays of rationals (`flint.fmpq`); an identity holds with ``==`` or is false;
- ``ball``: object arrays of real balls (`flint.arb`); an inequality is certified, refuted, or
  undecided at the present precision;
- ``series``: object arrays of truncated power series, over rationals or balls; running a function
  on ``x + t d`` yields its exact directional derivative. It serves the laws about gradients.

A function of `spec` uses array arithmetic, ``np.log``/``np.exp`` (NumPy calls the elements' own
methods) and, where NumPy cannot know what to do, the few functions of this module. An array type
of another package joins by defining ``number_system`` and these functions as methods.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import flint
import numpy as np
from flint import arb, arb_mat, arb_series, fmpq, fmpq_mat, fmpq_series, fmpz

from .errors import IntegerDtypeError, NumberSystemError, ParameterError, ShapeError
from .rational_numbers import rational as rational
from .rational_numbers import simplest_probability as simplest_probability
from .rational_numbers import simplest_rational as simplest_rational

Array = Any
"""An array of one of the number systems."""
Scalar = Any
"""One number of one of the number systems."""

SYSTEMS = ("float64", "exact", "ball", "series")
_RATIONAL = (int, fmpq, fmpz, Fraction, str, np.integer)


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Evaluate balls with `bits` of working precision inside the block."""
    with flint.ctx.workprec(bits):
        yield


def _each(convert: Callable[[Any], Any]) -> Callable[[Any], Array]:
    vectorised = np.frompyfunc(convert, 1, 1)

    def apply(data: Any) -> Array:
        result = vectorised(np.asarray(data, dtype=object))
        return result if isinstance(result, np.ndarray) else np.asarray(result, dtype=object)

    return apply


def _to_float(value: Scalar) -> float:
    if isinstance(value, fmpq):
        return int(value.p) / int(value.q)  # Python rounds a quotient of integers correctly
    return float(Fraction(value)) if isinstance(value, str) else float(value)


exact = _each(rational)
"""Make an exact array out of ints, Fractions, rational strings or floats (their own binary values)."""
ball = _each(lambda value: value if isinstance(value, arb) else arb(rational(value)))
"""Make a ball array; every rational or float is enclosed."""


def float64(data: Any) -> Array:
    """Make a float64 array; rationals are rounded correctly, balls to their midpoints."""
    array = np.asarray(data)
    return array.astype(float) if array.dtype.kind in "fiub" else _each(_to_float)(array).astype(float)


def convert(data: Array, system: str) -> Array:
    """Convert an array to the number system of this name."""
    converters: dict[str, Callable[[Any], Array]] = {"float64": float64, "exact": exact, "ball": ball}
    if system not in converters:
        raise ParameterError(
            "unknown number system",
            got=repr(system),
            expected="'float64', 'exact' or 'ball'",
            cause="a misspelt name",
            remedy="use one of the three names",
        )
    return converters[system](data)


def boxed(value: Any) -> Array:
    """Wrap one number as an array without axes (NumPy would unpack a series into its coefficients)."""
    if not isinstance(value, (fmpq_series, arb_series)):
        return np.asarray(value)
    box = np.empty((), dtype=object)
    box[()] = value
    return box


def _element_system(kinds: set[type]) -> str | None:
    """Name the system of a set of element types, None if they are still to be read."""
    if kinds & {fmpq_series, arb_series}:
        return "series"
    if arb in kinds:
        return "ball"
    return "exact" if all(issubclass(kind, (int, fmpq, fmpz)) for kind in kinds) else None


def system_of(data: Any) -> str:
    """Name the number system of an array or scalar that has already been read."""
    if hasattr(data, "number_system"):
        return data.number_system
    array = boxed(data)
    if array.dtype != object:
        return "float64"
    return _element_system({type(element) for element in array.flat}) or "exact"


def plain_array(data: Any, name: str) -> Array:
    """Make a NumPy array, whatever its dtype, or say that rows of different lengths make none."""
    try:
        return np.asarray(data)
    except ValueError as reason:
        raise ShapeError(
            f"{name} is not an array",
            got=str(reason),
            expected="rows of equal length",
            cause="a list of episodes or of rows of different lengths",
            remedy=f"look at the lengths of the rows of {name}",
        ) from reason


def as_array(data: Any, name: str) -> Array:
    """Read the array called `name`: floats give float64; Fractions, strings and lists of ints give exact."""
    if hasattr(data, "number_system"):
        return data
    array = plain_array(data, name)
    if array.dtype.kind == "f":
        return array.astype(float, copy=False)
    if array.dtype.kind in "iub" and hasattr(data, "dtype"):
        raise IntegerDtypeError(
            f"{name} has an integer dtype",
            got=f"dtype {array.dtype}",
            expected="real numbers: a float array, or Fractions for exact arithmetic",
            cause="an array built from whole numbers, such as np.array([0, 1])",
            remedy=f"write {name}.astype(float), or numbers.exact({name}) for exact arithmetic",
        )
    kinds = {type(element) for element in array.flat} if array.dtype == object else {str}
    known = _element_system(kinds) is not None and not kinds & {int, fmpz}
    return array if known else exact(array)  # whole numbers must become rationals, or 1 / 2 is a float


def as_scalar(value: Any, name: str, system: str) -> Scalar:
    """Read the number called `name` in the system of the arrays that it meets."""
    if hasattr(value, "number_system"):
        return value
    if system in ("float64", "rounded"):
        try:
            return _to_float(rational(value) if isinstance(value, (str, Fraction)) else value)
        except TypeError:
            return _to_float(rational(value))  # which says what is wrong
    if isinstance(value, (float, np.floating)):
        raise NumberSystemError(
            f"{name} is a float among {system} data",
            got=repr(value),
            expected="an int, a Fraction or a rational string",
            cause="a decimal such as 0.9, which no binary float equals",
            remedy=f"write {name}=Fraction('{value}') or {name}='{value}'",
        )
    if isinstance(value, (arb, fmpq_series, arb_series)):
        return value
    return arb(rational(value)) if system == "ball" else rational(value)


def same_system(**arrays: Array) -> str:
    """Name the common number system of several arrays, or say which of them differ."""
    systems = {name: system_of(array) for name, array in arrays.items()}
    if len(set(systems.values())) == 1:
        return next(iter(systems.values()))
    if set(systems.values()) <= {"exact", "ball", "series"}:
        return "series" if "series" in systems.values() else "ball"
    raise NumberSystemError(
        "arrays of different number systems",
        got=", ".join(f"{name}: {system}" for name, system in systems.items()),
        expected="one number system",
        cause="float data beside Fractions",
        remedy="convert with numbers.exact, numbers.ball or numbers.float64",
    )


def _larger(first: Scalar, second: Scalar) -> Scalar:
    kinds = {type(first), type(second)}
    if arb in kinds and arb_series not in kinds:
        return arb(first).max(arb(second))
    return second if _leading(first) < _leading(second) else first


def _smaller(first: Scalar, second: Scalar) -> Scalar:
    return -_larger(-first, -second)


def _leading(value: Scalar) -> Scalar:
    return value[0] if isinstance(value, (fmpq_series, arb_series)) else value


_MAXIMUM, _MINIMUM = np.frompyfunc(_larger, 2, 1), np.frompyfunc(_smaller, 2, 1)


def _is_object(*arrays: Array) -> bool:
    return any(boxed(array).dtype == object for array in arrays)


def maximum(first: Array, second: Array) -> Array:
    """Take the larger of two numbers, elementwise."""
    for side in (first, second):
        if hasattr(side, "number_system"):
            return side.maximum(second if side is first else first)
    first, second = _read_beside(second, first), _read_beside(first, second)
    return _MAXIMUM(first, second) if _is_object(first, second) else np.maximum(first, second)


def minimum(first: Array, second: Array) -> Array:
    """Take the smaller of two numbers, elementwise."""
    for side in (first, second):
        if hasattr(side, "number_system"):
            return -((-side).maximum(-second if side is first else -first))
    first, second = _read_beside(second, first), _read_beside(first, second)
    return _MINIMUM(first, second) if _is_object(first, second) else np.minimum(first, second)


def largest(array: Array, axis: int | None = None) -> Array:
    """Take the largest number, over one axis or over all."""
    if hasattr(array, "number_system") or not _is_object(array):
        return array.max(axis=axis)
    flat = array.reshape(-1) if axis is None else array
    return _MAXIMUM.reduce(flat, axis=0 if axis is None else axis)


def where(condition: Array, first: Array, second: Array) -> Array:
    """Choose elementwise; the condition is an array of plain booleans."""
    for side in (first, second):
        if hasattr(side, "number_system"):
            return type(side).where(condition, first, second)
    return np.where(condition, _read_beside(second, first), _read_beside(first, second))


def _read_beside(other: Array, side: Array) -> Array:
    """Read a whole number written in a formula in the number system of what stands beside it."""
    if not isinstance(side, int) or not _is_object(other):
        return side
    kinds = {type(element) for element in boxed(other).flat}
    series = next((kind for kind in (arb_series, fmpq_series) if kind in kinds), None)
    return boxed(series([side])) if series else boxed(arb(side) if arb in kinds else fmpq(side))


def stack(rows: Sequence[Array]) -> Array:
    """Stack arrays or numbers along a new first axis."""
    carrier = next((type(row) for row in rows if hasattr(row, "number_system")), None)
    if carrier is not None:
        return carrier.stack(rows)
    return np.stack([boxed(row) for row in rows])


def holds(comparison: Array) -> Array:
    """Turn the outcome of a comparison into plain booleans (for balls: True only where it is certain)."""
    return np.asarray(comparison).astype(bool)


def ray(start: Array, direction: Array) -> Array:
    """Make the series ``start + t direction``: a function of it carries its derivative along the direction."""
    kind = arb_series if "ball" in (system_of(start), system_of(direction)) else fmpq_series
    return np.frompyfunc(lambda point, slope: kind([point, slope], prec=2), 2, 1)(start, direction)


def is_positive(array: Array) -> Array:
    """Say where numbers are positive; a series is as positive as its constant term."""
    return holds(_constant(array) > 0)


def is_nonzero(array: Array) -> Array:
    """Say where numbers differ (or, if rounded, may differ) from zero; for a series, its constant term."""
    if hasattr(array, "number_system"):
        return (array.value != 0) | (array.error != 0)
    return holds(_constant(array) != 0)


def is_zero(array: Array) -> Array:
    """Say where numbers are zero; a series is zero if all its coefficients are."""

    def vanishes(value: Scalar) -> bool:
        coefficients = value.coeffs() if isinstance(value, (fmpq_series, arb_series)) else [value]
        return all(coefficient == 0 for coefficient in coefficients)

    return holds(np.frompyfunc(vanishes, 1, 1)(boxed(array)))


def _constant(array: Array) -> Array:
    if hasattr(array, "number_system"):
        return array.value
    return np.frompyfunc(_leading, 1, 1)(boxed(array)) if _is_object(array) else array


def exp(array: Array) -> Array:
    """Exponentiate; rationals have no exponential."""
    return np.exp(_transcendental(array, "an exponential"))


def log(array: Array) -> Array:
    """Take the natural logarithm; rationals have none."""
    return np.log(_transcendental(array, "a logarithm"))


def sqrt(array: Array) -> Array:
    """Take the square root; that of a rational is none in general."""
    return np.sqrt(_transcendental(array, "a square root"))


def expm1(array: Array) -> Array:
    """Give exp(x) - 1 without cancellation near zero."""
    return np.expm1(_transcendental(array, "an exponential"))


def log1p(array: Array) -> Array:
    """Give log(1 + x) without cancellation near zero."""
    return np.log1p(_transcendental(array, "a logarithm"))


def concatenate(parts: list[Array]) -> Array:
    """Join arrays along their first axis."""
    return stack([row for part in parts for row in part])


def pi(system: str) -> Scalar:
    """Give the number pi in a number system; it is no rational."""
    if system == "exact":
        _transcendental(rational(1), "a multiple by pi")
    return arb.pi() if system in ("ball", "series") else np.pi


def _transcendental(array: Array, what: str) -> Array:
    if system_of(array) != "exact":
        return array
    raise NumberSystemError(
        f"{what} of a rational number is not rational",
        got="number system 'exact'",
        expected="float64 or ball",
        cause="an equation with logarithms evaluated in exact arithmetic",
        remedy="convert with mdp.to('ball') or numbers.ball(array)",
    )


def solve(matrix: Array, right_hand_side: Array) -> Array:
    """Solve ``matrix @ x = right_hand_side`` in the system of the data."""
    if hasattr(matrix, "number_system"):
        return matrix.solve(right_hand_side)
    system = same_system(matrix=matrix, right_hand_side=right_hand_side)
    if system == "float64":
        return np.linalg.solve(matrix, right_hand_side)
    if system == "series":
        return _eliminate(matrix, right_hand_side)
    matrix_type: Any = fmpq_mat if system == "exact" else arb_mat
    rows = matrix.shape[0]
    columns = 1 if right_hand_side.ndim == 1 else right_hand_side.shape[1]
    solution = matrix_type(rows, rows, list(matrix.flat)).solve(matrix_type(rows, columns, list(right_hand_side.flat)))
    return np.array(solution.entries(), dtype=object).reshape(right_hand_side.shape)


def identity_minus(matrix: Array) -> Array:
    """Give I - matrix, in place where possible: writing out I would cost a tenth of a solve."""
    if hasattr(matrix, "number_system"):
        return np.eye(len(matrix), dtype=int) - matrix
    result, diagonal = -matrix, np.arange(len(matrix))
    result[diagonal, diagonal] += 1
    return result


def _eliminate(matrix: Array, right_hand_side: Array) -> Array:
    """Gauss-Jordan elimination without pivoting: I - gamma P is diagonally dominant."""
    matrix, solution = matrix.copy(), right_hand_side.reshape(len(matrix), -1).copy()
    for pivot in range(len(matrix)):
        scale = matrix[pivot, pivot : pivot + 1]  # an array of one: NumPy would unpack a bare series
        matrix[pivot], solution[pivot] = matrix[pivot] / scale, solution[pivot] / scale
        for row in range(len(matrix)):
            if row != pivot:
                factor = matrix[row, pivot : pivot + 1].copy()
                matrix[row] = matrix[row] - factor * matrix[pivot]
                solution[row] = solution[row] - factor * solution[pivot]
    return solution.reshape(right_hand_side.shape)

"""Products at full precision, and the linear systems of a discounted Markov chain."""

from functools import partial

import jax
import jax.numpy as jnp
from jax import Array, lax

# Without this, accelerators multiply float32 numbers in 19 or fewer bits.
contract = partial(jnp.einsum, precision=lax.Precision.HIGHEST)


def solve(kernel: Array, right: Array) -> Array:
    r"""Solve :math:`(I - K) x = b` for a discounted kernel :math:`K = \gamma P`: [..., S, S], [..., S] -> [..., S]."""
    return _solve(kernel, right, transposed=False)


def solve_transposed(kernel: Array, left: Array) -> Array:
    r"""Solve :math:`x (I - K) = b` for a discounted kernel :math:`K = \gamma P`: [..., S, S], [..., S] -> [..., S]."""
    return _solve(kernel, left, transposed=True)


def _solve(kernel: Array, right: Array, *, transposed: bool) -> Array:
    kernel, right = jnp.broadcast_arrays(kernel, right[..., None, :])
    right = right[..., 0, :]
    columns = jnp.swapaxes(jnp.eye(kernel.shape[-1], dtype=kernel.dtype) - kernel, -1, -2)
    # Each row of I - K is diagonally dominant (1 - K_ss >= sum of the other K_st, as the rows of K sum to at most
    # one), hence each column of its transpose. Elimination keeps that property, so partial pivoting finds its pivot
    # on the diagonal and interchanges nothing, and no entry grows beyond twice the largest: backward stable. The
    # matrix itself, dominant by rows, would be permuted.
    factors = jax.scipy.linalg.lu_factor(lax.stop_gradient(columns))

    def product(matrix_transposed: bool, x: Array) -> Array:
        return contract("...st,...t->...s" if matrix_transposed else "...ts,...t->...s", columns, x)

    def substitute(matrix_transposed: bool, b: Array) -> Array:
        return jax.scipy.linalg.lu_solve(factors, b[..., None], trans=0 if matrix_transposed else 1)[..., 0]

    return lax.custom_linear_solve(
        partial(product, transposed),
        right,
        solve=lambda _, b: substitute(transposed, b),
        transpose_solve=lambda _, b: substitute(not transposed, b),
    )

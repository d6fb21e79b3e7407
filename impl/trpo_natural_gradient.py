r"""TRPO in practice: Fisher-vector products, conjugate gradients, the natural step and its line search."""

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.typing import ArrayLike

from . import linear


@jax.jit
def fisher_vector_product(
    state_weights: ArrayLike, probabilities: ArrayLike, tangent: ArrayLike, *, damping: ArrayLike
) -> Array:
    r"""Product of the Fisher matrix of a tabular softmax policy with a vector of logits: [S, A].

    .. math:: (F + \xi I) v, \qquad (F v)(s,a) = d(s)\, \pi(a|s) \Big(v(s,a) - \sum_b \pi(b|s)\, v(s,b)\Big)

    Spec: rlproof.spec.trpo.fisher_vector_product
    """
    probabilities, tangent = jnp.asarray(probabilities), jnp.asarray(tangent)
    mean = (probabilities * tangent).sum(axis=-1, keepdims=True)
    return jnp.asarray(state_weights)[..., None] * probabilities * (tangent - mean) + damping * tangent


@partial(jax.jit, static_argnames="iterations")
def conjugate_gradient(fisher_matrix: ArrayLike, gradient: ArrayLike, *, iterations: int) -> Array:
    r"""Approximate solution of :math:`F x = g` by the method of conjugate gradients: [n, n], [n] -> [n].

    .. math:: x \leftarrow x + \alpha p, \quad r \leftarrow r - \alpha F p, \quad
        p \leftarrow r + \frac{r' \cdot r'}{r \cdot r} p, \qquad \alpha = \frac{r \cdot r}{p \cdot F p}

    Where the residual is zero nothing is added: g = 0 gives 0.

    Spec: rlproof.spec.trpo.conjugate_gradient
    """
    matrix = jnp.asarray(fisher_matrix)
    return by_products(
        lambda direction: linear.contract("ij,j->i", matrix, direction), jnp.asarray(gradient), iterations=iterations
    )


@jax.jit
def natural_gradient_step(fisher_matrix: ArrayLike, gradient: ArrayLike, *, delta: ArrayLike) -> Array:
    r"""The step along the natural gradient that uses up the trust region of the quadratic model: [n, n], [n] -> [n].

    .. math:: s = \sqrt{\frac{2\delta}{g^\top F^{-1} g}}\; F^{-1} g

    Zero for g = 0, where it has no derivative and is given derivative zero.

    Spec: rlproof.spec.trpo.natural_gradient_step
    """
    gradient = jnp.asarray(gradient)
    return to_the_edge(jnp.linalg.solve(jnp.asarray(fisher_matrix), gradient), gradient, delta=delta)


@jax.jit
def line_search(surrogate_gains: ArrayLike, divergences: ArrayLike, *, delta: ArrayLike, backtrack: ArrayLike) -> Array:
    r"""The first fraction of the full step that improves the surrogate and stays in the trust region: [J], [J] -> ().

    .. math:: \beta^j, \qquad j = \min\{j : \text{gain}_j > 0 \text{ and } \overline{D}_{KL,j} \le \delta\}

    Zero if there is none. A trial whose gain or divergence is NaN is not accepted.

    Spec: rlproof.spec.trpo.line_search
    """
    gains, divergences = jnp.asarray(surrogate_gains), jnp.asarray(divergences)
    accepted = (gains > 0) & (divergences <= delta)
    factors = jnp.full(gains.shape, backtrack, dtype=jnp.result_type(gains, backtrack)).at[0].set(1)
    return jnp.where(accepted.any(), jnp.cumprod(factors)[jnp.argmax(accepted)], 0)


def by_products(product: Callable[[Array], Array], gradient: Array, *, iterations: int) -> Array:
    """Iterate `conjugate_gradient` on a matrix [n, n] that is known by its products with vectors [n]."""

    def iterate(_: int, state: tuple[Array, ...]) -> tuple[Array, ...]:
        solution, residual, direction, length = state
        curved = product(direction)
        step = _quotient(length, linear.contract("i,i->", direction, curved))
        solution, residual = solution + step * direction, residual - step * curved
        length, before = linear.contract("i,i->", residual, residual), length
        return solution, residual, residual + _quotient(length, before) * direction, length

    start = (0 * gradient, gradient, gradient, linear.contract("i,i->", gradient, gradient))
    return lax.fori_loop(0, iterations, iterate, start)[0]


def to_the_edge(direction: Array, gradient: Array, *, delta: ArrayLike) -> Array:
    """Scale :math:`F^{-1} g` as `natural_gradient_step` does, to the edge of the trust region."""
    decrement = linear.contract("i,i->", gradient, direction)
    moves = decrement != 0
    return jnp.where(moves, jnp.sqrt(2 * delta / jnp.where(moves, decrement, 1)), 0) * direction


def _quotient(numerator: Array, denominator: Array) -> Array:
    """Divide; nothing divided by nothing is nothing."""
    divides = denominator != 0
    return jnp.where(divides, numerator, 0) / jnp.where(divides, denominator, 1)

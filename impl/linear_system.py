"""What the equations of linear systems share: costs of a policy, Lyapunov equations, products at full precision."""

from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.typing import ArrayLike

from .linear import contract

if TYPE_CHECKING:
    from ..spec.linear_system import LinearSystem

DOUBLINGS = 30
"""Rounds of doubling: a thousand million steps of value iteration."""


def product(*factors: ArrayLike) -> Array:
    """Multiply matrices from left to right."""
    result, *others = (jnp.asarray(factor) for factor in factors)
    for factor in others:
        result = jnp.matmul(result, factor, precision="highest")
    return result


def trace_of_product(first: Array, second: Array) -> Array:
    """tr(first second)."""
    return (first * second.T).sum()


def quadratic(vectors: Array, matrix: Array) -> Array:
    """Give x^T M x for each row x."""
    return (product(vectors, matrix) * vectors).sum(axis=-1)


def lyapunov(matrix: Array, constant: Array, discount: ArrayLike) -> Array:
    r"""Solve :math:`X = C + \gamma F X F^\top`, a linear system for the n^2 entries of X."""
    rows = len(matrix)
    pairs = discount * contract("ij,kl->ikjl", matrix, matrix).reshape(rows * rows, rows * rows)
    unit = jnp.eye(rows * rows, dtype=pairs.dtype)
    return jnp.linalg.solve(unit - pairs, constant.reshape(rows * rows)).reshape(rows, rows)


def closed_loop(system: "LinearSystem", gain: ArrayLike) -> Array:
    """Give F = A + B K [n, n]."""
    return system.dynamics + product(system.control, gain)


def policy_cost(system: "LinearSystem", gain: ArrayLike) -> Array:
    """Give Q + N K + K^T N^T + K^T R K [n, n], the cost of one step at the mean action."""
    gain = jnp.asarray(gain)
    crossed = product(system.cross_cost, gain)
    return system.state_cost + crossed + crossed.T + product(gain.T, system.action_cost, gain)


def cost_to_go(system: "LinearSystem", gain: ArrayLike) -> Array:
    """Give P [n, n], the quadratic part of minus the value."""
    return lyapunov(closed_loop(system, gain).T, policy_cost(system, gain), system.discount)


def spread(system: "LinearSystem", covariance: ArrayLike) -> Array:
    """Give W + B Sigma B^T [n, n], the covariance of the next state."""
    return system.noise + product(system.control, covariance, jnp.asarray(system.control).T)


def cost_offset(system: "LinearSystem", covariance: ArrayLike, matrix: Array) -> Array:
    """Give c, the constant part of minus the value whose quadratic part is `matrix`."""
    exploration = trace_of_product(jnp.asarray(covariance), jnp.asarray(system.action_cost))
    noise = trace_of_product(matrix, spread(system, covariance))
    return (exploration + system.discount * noise) / (1 - system.discount)


def start_moment(system: "LinearSystem") -> Array:
    """Give M_0 = S_0 + m_0 m_0^T [n, n]."""
    return system.initial_covariance + jnp.outer(system.initial_mean, system.initial_mean)


def expected_return(system: "LinearSystem", covariance: ArrayLike, matrix: Array) -> Array:
    """Give eta, of the policy whose value has the quadratic part `matrix`."""
    return -(trace_of_product(matrix, start_moment(system)) + cost_offset(system, covariance, matrix))


def visits(system: "LinearSystem", gain: ArrayLike, covariance: ArrayLike) -> Array:
    """Give M [n, n], the discounted sum of E[s s^T]."""
    noise = system.discount / (1 - system.discount) * spread(system, covariance)
    return lyapunov(closed_loop(system, gain), start_moment(system) + noise, system.discount)


def improvement_terms(system: "LinearSystem", gain: ArrayLike, matrix: Array) -> tuple[Array, Array]:
    """Give H = R + gamma B^T P B [k, k] and E = H K + N^T + gamma B^T P A [k, n] of the advantage."""
    weights = system.discount * product(jnp.asarray(system.control).T, matrix)
    curvature = system.action_cost + product(weights, system.control)
    slope = product(curvature, gain) + jnp.asarray(system.cross_cost).T + product(weights, system.dynamics)
    return curvature, slope


def expected_loss(terms: tuple[Array, Array], change: Array, moment: Array) -> Array:
    """Give tr[(D^T H D + D^T E + E^T D) M], minus the mean advantage of D s over states with moment M."""
    curvature, slope = terms
    crossed = product(change.T, slope)
    return trace_of_product(product(change.T, curvature, change) + crossed + crossed.T, moment)


def reward(system: "LinearSystem", state_vectors: Array, actions: Array) -> Array:
    """Give r(s, a) = -(s^T Q s + 2 s^T N a + a^T R a) for each row."""
    crossed = (product(state_vectors, system.cross_cost) * actions).sum(axis=-1)
    return -(quadratic(state_vectors, system.state_cost) + 2 * crossed + quadratic(actions, system.action_cost))


def log_determinant(matrix: Array) -> Array:
    """Give log det of a positive definite matrix, from the pivots of elimination; NaN if it is not definite."""
    total = jnp.log(matrix[0, 0])
    if len(matrix) == 1:
        return total
    return total + log_determinant(matrix[1:, 1:] - jnp.outer(matrix[1:, 0], matrix[0, 1:]) / matrix[0, 0])


def doubling(system: "LinearSystem") -> Array:
    """Give the solution P* [n, n] of the Riccati equation, by structure-preserving doubling, in few digits less.

    Each round doubles the number of steps of value iteration that it stands for (Anderson 1978).
    """
    gamma, control = system.discount, jnp.asarray(system.control)
    crossed = jnp.linalg.solve(system.action_cost, jnp.asarray(system.cross_cost).T)
    step = jnp.sqrt(gamma) * (system.dynamics - product(control, crossed))
    reach = gamma * product(control, jnp.linalg.solve(system.action_cost, control.T))
    cost = system.state_cost - product(system.cross_cost, crossed)
    unit = jnp.eye(len(cost), dtype=cost.dtype)

    def double(_: int, parts: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        step, reach, cost = parts
        inverse = jnp.linalg.inv(unit + product(reach, cost))
        return (
            product(step, inverse, step),
            reach + product(step, inverse, reach, step.T),
            cost + product(step.T, cost, inverse, step),
        )

    return lax.fori_loop(0, DOUBLINGS, double, (step, reach, cost))[2]


def optimal_gain(system: "LinearSystem") -> Array:
    """Give K* [k, n] without a gradient: doubling, and two steps of Newton's method, which square its errors."""
    system = jax.tree.map(lax.stop_gradient, system)
    curvature, slope = improvement_terms(system, jnp.zeros_like(jnp.asarray(system.control).T), doubling(system))
    gain = -jnp.linalg.solve(curvature, slope)
    for _ in range(2):
        gain = improved(system, gain)
    return gain


def improved(system: "LinearSystem", gain: ArrayLike) -> Array:
    """Give K - H^-1 E [k, n]."""
    curvature, slope = improvement_terms(system, gain, cost_to_go(system, gain))
    return gain - jnp.linalg.solve(curvature, slope)

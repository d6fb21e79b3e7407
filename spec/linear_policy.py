r"""What the equations of linear systems share: costs of a policy, already read and stable."""

from .linear_system import LinearSystem, lyapunov, trace_of_product
from .numbers import Array, Scalar


def closed_loop(system: LinearSystem, gain: Array) -> Array:
    """Give F = A + B K [n, n]."""
    return system.dynamics + system.control @ gain


def policy_cost(system: LinearSystem, gain: Array) -> Array:
    """Give Q + N K + K^T N^T + K^T R K [n, n], the cost of one step at the mean action."""
    crossed = system.cross_cost @ gain
    return system.state_cost + crossed + crossed.T + gain.T @ system.action_cost @ gain


def cost_to_go(system: LinearSystem, gain: Array) -> Array:
    """Give P [n, n], the quadratic part of minus the value."""
    return lyapunov(closed_loop(system, gain).T, policy_cost(system, gain), system.discount)


def spread(system: LinearSystem, covariance: Array) -> Array:
    """Give W + B Sigma B^T [n, n], the covariance of the next state."""
    return system.noise + system.control @ covariance @ system.control.T


def cost_offset(system: LinearSystem, covariance: Array, matrix: Array) -> Scalar:
    """Give c, the constant part of minus the value whose quadratic part is `matrix`."""
    exploration = trace_of_product(covariance, system.action_cost)
    noise = trace_of_product(matrix, spread(system, covariance))
    return (exploration + system.discount * noise) / (1 - system.discount)


def start_moment(system: LinearSystem) -> Array:
    """Give M_0 = S_0 + m_0 m_0^T [n, n]."""
    return system.initial_covariance + system.initial_mean[:, None] * system.initial_mean[None, :]


def expected_return(system: LinearSystem, covariance: Array, matrix: Array) -> Scalar:
    """Give eta, of the policy whose value has the quadratic part `matrix`."""
    return -(trace_of_product(matrix, start_moment(system)) + cost_offset(system, covariance, matrix))


def visits(system: LinearSystem, gain: Array, covariance: Array) -> Array:
    """Give M [n, n], the discounted sum of E[s s^T]."""
    noise = system.discount / (1 - system.discount) * spread(system, covariance)
    return lyapunov(closed_loop(system, gain), start_moment(system) + noise, system.discount)


def improvement_terms(system: LinearSystem, gain: Array, matrix: Array) -> tuple[Array, Array]:
    """Give H = R + gamma B^T P B [k, k] and E = H K + N^T + gamma B^T P A [k, n] of the advantage."""
    weights = system.discount * (system.control.T @ matrix)
    curvature = system.action_cost + weights @ system.control
    return curvature, curvature @ gain + system.cross_cost.T + weights @ system.dynamics


def expected_loss(terms: tuple[Array, Array], change: Array, moment: Array) -> Scalar:
    """Give tr[(D^T H D + D^T E + E^T D) M], minus the mean advantage of D s over states with moment M."""
    curvature, slope = terms
    crossed = change.T @ slope
    return trace_of_product(change.T @ curvature @ change + crossed + crossed.T, moment)


def reward(system: LinearSystem, state_vectors: Array, actions: Array) -> Array:
    """Give r(s, a) = -(s^T Q s + 2 s^T N a + a^T R a) for each row."""
    crossed = ((state_vectors @ system.cross_cost) * actions).sum(axis=-1)
    return -(quadratic(state_vectors, system.state_cost) + 2 * crossed + quadratic(actions, system.action_cost))


def quadratic(vectors: Array, matrix: Array) -> Array:
    """Give x^T M x for each row x."""
    return ((vectors @ matrix) * vectors).sum(axis=-1)

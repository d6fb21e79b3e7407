r"""Linear systems with quadratic costs: exact references for continuous states and actions."""

from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from . import linear_system as shared

if TYPE_CHECKING:
    from ..spec.linear_system import LinearSystem


@jax.jit
def value_matrix(system: "LinearSystem", gain: ArrayLike) -> Array:
    r"""Quadratic part of the value: [n, n].

    .. math:: P = Q + NK + K^\top N^\top + K^\top RK + \gamma F^\top PF, \qquad F = A + BK

    Spec: rlproof.spec.lqr.value_matrix
    """
    return shared.cost_to_go(system, gain)


@jax.jit
def value_constant(system: "LinearSystem", gain: ArrayLike, covariance: ArrayLike) -> Array:
    r"""Constant part of the value: [].

    .. math:: c = \frac{\mathrm{tr}(\Sigma R) + \gamma\,\mathrm{tr}\big(P (W + B\Sigma B^\top)\big)}{1-\gamma}

    Spec: rlproof.spec.lqr.value_constant
    """
    return shared.cost_offset(system, covariance, shared.cost_to_go(system, gain))


@jax.jit
def value(system: "LinearSystem", gain: ArrayLike, covariance: ArrayLike, state_vectors: ArrayLike) -> Array:
    r"""State value of a Gaussian policy: [T, n] -> [T].

    .. math:: V(s) = -(s^\top P s + c)

    Spec: rlproof.spec.lqr.value
    """
    matrix = shared.cost_to_go(system, gain)
    return -(shared.quadratic(jnp.asarray(state_vectors), matrix) + shared.cost_offset(system, covariance, matrix))


@jax.jit
def q(
    system: "LinearSystem", gain: ArrayLike, covariance: ArrayLike, state_vectors: ArrayLike, actions: ArrayLike
) -> Array:
    r"""Action value of a Gaussian policy: [T, n], [T, k] -> [T].

    .. math:: Q(s,a) = r(s,a) - \gamma\big[(As+Ba)^\top P (As+Ba) + \mathrm{tr}(PW) + c\big]

    Spec: rlproof.spec.lqr.q
    """
    matrix, states, actions = shared.cost_to_go(system, gain), jnp.asarray(state_vectors), jnp.asarray(actions)
    following = shared.product(states, system.dynamics.T) + shared.product(actions, system.control.T)
    noise = shared.trace_of_product(matrix, system.noise)
    cost_to_go = shared.quadratic(following, matrix) + noise + shared.cost_offset(system, covariance, matrix)
    return shared.reward(system, states, actions) - system.discount * cost_to_go


@jax.jit
def advantage(
    system: "LinearSystem", gain: ArrayLike, covariance: ArrayLike, state_vectors: ArrayLike, actions: ArrayLike
) -> Array:
    r"""Advantage of an action over a Gaussian policy: [T, n], [T, k] -> [T].

    .. math:: A(s,a) = -\big[d^\top Hd + 2 d^\top Es - \mathrm{tr}(\Sigma H)\big], \quad d = a - Ks

    Spec: rlproof.spec.lqr.advantage
    """
    curvature, slope = shared.improvement_terms(system, gain, shared.cost_to_go(system, gain))
    deviations = jnp.asarray(actions) - shared.product(state_vectors, jnp.asarray(gain).T)
    linear = (deviations * shared.product(state_vectors, slope.T)).sum(axis=-1)
    exploration = shared.trace_of_product(jnp.asarray(covariance), curvature)
    return -(shared.quadratic(deviations, curvature) + 2 * linear - exploration)


@jax.jit
def visitation_moment(system: "LinearSystem", gain: ArrayLike, covariance: ArrayLike) -> Array:
    r"""Discounted sum of the second moments of the state: [n, n].

    .. math:: M = M_0 + \frac{\gamma}{1-\gamma}(W + B\Sigma B^\top) + \gamma F M F^\top

    Spec: rlproof.spec.lqr.visitation_moment
    """
    return shared.visits(system, gain, covariance)


@jax.jit
def visitation_mean(system: "LinearSystem", gain: ArrayLike) -> Array:
    r"""Discounted sum of the mean states: [n].

    .. math:: m = (I - \gamma F)^{-1} m_0

    Spec: rlproof.spec.lqr.visitation_mean
    """
    kernel = system.discount * shared.closed_loop(system, gain)
    return jnp.linalg.solve(jnp.eye(len(kernel), dtype=kernel.dtype) - kernel, system.initial_mean)


@jax.jit
def eta(system: "LinearSystem", gain: ArrayLike, covariance: ArrayLike) -> Array:
    r"""Expected discounted return of a Gaussian policy: [].

    .. math:: \eta = -\big(\mathrm{tr}(P M_0) + c\big)

    Spec: rlproof.spec.lqr.eta
    """
    return shared.expected_return(system, covariance, shared.cost_to_go(system, gain))


@jax.jit
def policy_gradient(system: "LinearSystem", gain: ArrayLike, covariance: ArrayLike) -> Array:
    r"""Gradient of the expected return in the gain: [k, n].

    .. math:: \nabla_K \eta = -2 E M

    Spec: rlproof.spec.lqr.policy_gradient
    """
    _, slope = shared.improvement_terms(system, gain, shared.cost_to_go(system, gain))
    return -2 * shared.product(slope, shared.visits(system, gain, covariance))


@jax.jit
def covariance_gradient(system: "LinearSystem", gain: ArrayLike) -> Array:
    r"""Gradient of the expected return in the covariance of the actions: [k, k].

    .. math:: \nabla_\Sigma \eta = -\frac{H}{1-\gamma}

    Spec: rlproof.spec.lqr.covariance_gradient
    """
    curvature, _ = shared.improvement_terms(system, gain, shared.cost_to_go(system, gain))
    return -curvature / (1 - system.discount)


@jax.jit
def action_gradient(system: "LinearSystem", gain: ArrayLike, state_vectors: ArrayLike) -> Array:
    r"""Gradient of the action value at the mean action: [T, n] -> [T, k].

    .. math:: \nabla_a Q(s,a)\big|_{a=Ks} = -2 E s

    Spec: rlproof.spec.lqr.action_gradient
    """
    _, slope = shared.improvement_terms(system, gain, shared.cost_to_go(system, gain))
    return -2 * shared.product(state_vectors, slope.T)


@jax.jit
def deterministic_policy_gradient(system: "LinearSystem", gain: ArrayLike) -> Array:
    r"""Gradient of the expected return of the deterministic policy in its gain: [k, n].

    .. math:: \nabla_K \eta(K, 0) = -2 E M_{\Sigma=0}

    Spec: rlproof.spec.lqr.deterministic_policy_gradient
    """
    _, slope = shared.improvement_terms(system, gain, shared.cost_to_go(system, gain))
    return -2 * shared.product(slope, shared.visits(system, gain, jnp.zeros_like(system.action_cost)))


@jax.jit
def natural_gradient(system: "LinearSystem", gain: ArrayLike, covariance: ArrayLike) -> Array:
    r"""Natural gradient of the expected return in the gain: [k, n].

    .. math:: \tilde\nabla_K \eta = -2 \Sigma E

    Spec: rlproof.spec.lqr.natural_gradient
    """
    _, slope = shared.improvement_terms(system, gain, shared.cost_to_go(system, gain))
    return -2 * shared.product(covariance, slope)


@jax.jit
def kl(
    system: "LinearSystem", gain: ArrayLike, covariance: ArrayLike, new_gain: ArrayLike, new_covariance: ArrayLike
) -> Array:
    r"""KL divergence of the old policy from the new one, summed over the old policy's visits: [].

    .. math:: \tfrac12\Big[\frac{\mathrm{tr}(\Sigma'^{-1}\Sigma) - k + \log\det\Sigma' - \log\det\Sigma}{1-\gamma}
        + \mathrm{tr}(D^\top\Sigma'^{-1}DM)\Big], \quad D = K' - K

    Spec: rlproof.spec.lqr.kl
    """
    change, moment = jnp.subtract(new_gain, gain), shared.visits(system, gain, covariance)
    covariance, new_covariance = jnp.asarray(covariance), jnp.asarray(new_covariance)
    excess = jnp.trace(jnp.linalg.solve(new_covariance, covariance)) - len(covariance)
    volume = shared.log_determinant(new_covariance) - shared.log_determinant(covariance)
    moved = shared.trace_of_product(shared.product(change.T, jnp.linalg.solve(new_covariance, change)), moment)
    return ((excess + volume) / (1 - system.discount) + moved) / 2


@jax.jit
def performance_difference(
    system: "LinearSystem", gain: ArrayLike, covariance: ArrayLike, new_gain: ArrayLike, new_covariance: ArrayLike
) -> Array:
    r"""Difference of the expected returns of two Gaussian policies: [].

    .. math:: \eta(\pi') - \eta(\pi) = -\Big[\mathrm{tr}\big((D^\top HD + D^\top E + E^\top D)\,M'\big)
        + \frac{\mathrm{tr}\big((\Sigma'-\Sigma)H\big)}{1-\gamma}\Big]

    Spec: rlproof.spec.lqr.performance_difference
    """
    terms = shared.improvement_terms(system, gain, shared.cost_to_go(system, gain))
    exploration = shared.trace_of_product(jnp.subtract(new_covariance, covariance), terms[0]) / (1 - system.discount)
    moment = shared.visits(system, new_gain, new_covariance)
    return -(shared.expected_loss(terms, jnp.subtract(new_gain, gain), moment) + exploration)


@jax.jit
def surrogate(
    system: "LinearSystem", gain: ArrayLike, covariance: ArrayLike, new_gain: ArrayLike, new_covariance: ArrayLike
) -> Array:
    r"""Surrogate of the expected return: the new policy's actions in the old policy's states: [].

    .. math:: L_\pi(\pi') = \eta(\pi) - \Big[\mathrm{tr}\big((D^\top HD + D^\top E + E^\top D)\,M\big)
        + \frac{\mathrm{tr}\big((\Sigma'-\Sigma)H\big)}{1-\gamma}\Big]

    Spec: rlproof.spec.lqr.surrogate
    """
    matrix, moment = shared.cost_to_go(system, gain), shared.visits(system, gain, covariance)
    terms = shared.improvement_terms(system, gain, matrix)
    exploration = shared.trace_of_product(jnp.subtract(new_covariance, covariance), terms[0]) / (1 - system.discount)
    loss = shared.expected_loss(terms, jnp.subtract(new_gain, gain), moment) + exploration
    return shared.expected_return(system, covariance, matrix) - loss


@jax.jit
def bellman(
    system: "LinearSystem",
    gain: ArrayLike,
    covariance: ArrayLike,
    cost_matrix: ArrayLike,
    cost_offset: ArrayLike,
    state_vectors: ArrayLike,
) -> Array:
    r"""Bellman operator of a Gaussian policy, applied to a quadratic: [T, n] -> [T].

    .. math:: (T_\pi V)(s) = -\big(s^\top (Q + NK + K^\top N^\top + K^\top RK + \gamma F^\top XF) s
        + \mathrm{tr}(\Sigma R) + \gamma[\mathrm{tr}(X (W + B\Sigma B^\top)) + x]\big)

    Spec: rlproof.spec.lqr.bellman
    """
    step, cost_matrix = shared.closed_loop(system, gain), jnp.asarray(cost_matrix)
    matrix = shared.policy_cost(system, gain) + system.discount * shared.product(step.T, cost_matrix, step)
    exploration = shared.trace_of_product(jnp.asarray(covariance), jnp.asarray(system.action_cost))
    noise = shared.trace_of_product(cost_matrix, shared.spread(system, covariance))
    offset = exploration + system.discount * (noise + cost_offset)
    return -(shared.quadratic(jnp.asarray(state_vectors), matrix) + offset)


@jax.jit
def riccati(system: "LinearSystem", cost_matrix: ArrayLike) -> Array:
    r"""Bellman optimality operator on quadratics: [n, n].

    .. math:: X \mapsto Q + \gamma A^\top XA - G^\top H^{-1} G

    Spec: rlproof.spec.lqr.riccati
    """
    cost_matrix, dynamics = jnp.asarray(cost_matrix), jnp.asarray(system.dynamics)
    no_gain = jnp.zeros_like(jnp.asarray(system.cross_cost).T)
    curvature, slope = shared.improvement_terms(system, no_gain, cost_matrix)
    kept = system.state_cost + system.discount * shared.product(dynamics.T, cost_matrix, dynamics)
    return kept - shared.product(slope.T, jnp.linalg.solve(curvature, slope))


@jax.jit
def policy_improvement(system: "LinearSystem", gain: ArrayLike) -> Array:
    r"""Greedy gain against the value of a gain: [k, n].

    .. math:: K' = K - H^{-1} E

    Spec: rlproof.spec.lqr.policy_improvement
    """
    return shared.improved(system, gain)


@jax.jit
def optimality_gap(system: "LinearSystem", gain: ArrayLike) -> Array:
    r"""Certificate of how far a gain is from optimal, as a share of its cost: [].

    .. math:: \epsilon = \mathrm{tr}\big[(Q - NR^{-1}N^\top)^{-1} E^\top H^{-1} E\big]

    Spec: rlproof.spec.lqr.optimality_gap
    """
    curvature, slope = shared.improvement_terms(system, gain, shared.cost_to_go(system, gain))
    crossed = jnp.linalg.solve(system.action_cost, jnp.asarray(system.cross_cost).T)
    least = system.state_cost - shared.product(system.cross_cost, crossed)
    return jnp.trace(jnp.linalg.solve(least, shared.product(slope.T, jnp.linalg.solve(curvature, slope))))


@jax.jit
def optimal_gain(system: "LinearSystem") -> Array:
    r"""Gain of the optimal policy: [k, n].

    .. math:: K^* = -H^{-1}(N^\top + \gamma B^\top P^* A)

    Spec: rlproof.spec.lqr.optimal_gain
    """
    # Newton's step does not depend on its start to first order: its derivative is that of the optimal gain.
    return shared.improved(system, shared.optimal_gain(system))


@jax.jit
def optimal(system: "LinearSystem") -> Array:
    r"""Quadratic part of minus the optimal value: [n, n].

    .. math:: P^* = Q + \gamma A^\top P^*A - G^\top H^{-1} G

    Spec: rlproof.spec.lqr.optimal
    """
    # At the optimum the value does not depend on the gain to first order, which therefore counts as constant.
    return shared.cost_to_go(system, shared.optimal_gain(system))

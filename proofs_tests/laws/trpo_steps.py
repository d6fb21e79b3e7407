"""Laws of TRPO's vine and of its practical step."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import numbers, trpo, value
from rlproof.spec.bellman import expectation_v
from rlproof.spec.decision_process import MDP


@law("trpo.vine")
def vine_averages_over_actions(probabilities: Array, q_values: Array, shift: Any) -> Claims:
    """The same number added to every action's value adds it to the average."""
    shifted = trpo.vine(probabilities, q_values + shift)
    yield equal(shifted, trpo.vine(probabilities, q_values) + shift)


@law("trpo.vine")
def vine_lies_between_the_extremes(probabilities: Array, q_values: Array) -> Claims:
    """It is at least the smallest and at most the largest of the values."""
    estimate = trpo.vine(probabilities, q_values)
    yield at_most(-numbers.largest(-q_values, axis=1), estimate)
    yield at_most(estimate, numbers.largest(q_values, axis=1))


@law("trpo.vine", derivation=True)
def vine_at_exact_values_is_the_bellman_operator(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """With q_pi for the estimates it is T_pi~ v_pi, one step of the new policy and then the old one."""
    estimate = trpo.vine(new_policy, value.q(mdp, policy))
    yield equal(estimate, expectation_v(mdp, new_policy, value.v(mdp, policy)))


@law("trpo.vine", derivation=True)
def vine_equals_sampling_exactly(probabilities: Array, full_probabilities: Array, q_values: Array) -> Claims:
    """It is the mean over actions drawn from any q of full support of the single-sample estimator pi/q Q."""
    each_action = [
        full_probabilities[:, k] * (probabilities[:, k] / full_probabilities[:, k] * q_values[:, k])
        for k in range(q_values.shape[1])
    ]
    yield equal(trpo.vine(probabilities, q_values), sum(each_action))


@law("trpo.vine_sampled")
def sampled_vine_absorbs_a_baseline(action_ratios: Array, q_values: Array, shift: Any) -> Claims:
    """Subtracting a baseline from the values subtracts it from the estimate, whatever the ratios sum to."""
    shifted = trpo.vine_sampled(action_ratios, q_values - shift)
    yield equal(shifted, trpo.vine_sampled(action_ratios, q_values) - shift)


@law("trpo.vine_sampled")
def sampled_vine_is_free_of_the_weights_unit(action_ratios: Array, q_values: Array, scale: Any) -> Claims:
    """Ratios all multiplied by the same positive number give the same estimate."""
    yield equal(trpo.vine_sampled(scale * action_ratios, q_values), trpo.vine_sampled(action_ratios, q_values))


@law("trpo.vine_sampled")
def sampled_vine_lies_between_the_extremes(action_ratios: Array, q_values: Array) -> Claims:
    """It is at least the smallest and at most the largest of the values: normalised weights cannot leave the range."""
    estimate = trpo.vine_sampled(action_ratios, q_values)
    yield at_most(-numbers.largest(-q_values, axis=1), estimate)
    yield at_most(estimate, numbers.largest(q_values, axis=1))


@law("trpo.vine_sampled")
def sampled_vine_of_equal_weights_is_the_mean(q_values: Array) -> Claims:
    """At the old parameters all ratios are one, and the estimate is the mean."""
    samples = q_values.shape[1]
    yield equal(trpo.vine_sampled(0 * q_values + 1, q_values) * samples, q_values.sum(axis=1))


@law("trpo.vine_sampled", derivation=True)
def sampled_vine_minimises_the_weighted_square(action_ratios: Array, q_values: Array) -> Claims:
    """It is the constant c that minimises sum_k w_k (Q_k - c)^2: the slope of the sum is zero there."""
    estimate = trpo.vine_sampled(action_ratios, q_values)
    moved = numbers.ray(estimate, 0 * estimate + 1)
    at_estimate = (action_ratios * (q_values - estimate[:, None]) ** 2).sum(axis=1)
    yield equal((action_ratios * (q_values - moved[:, None]) ** 2).sum(axis=1), at_estimate)


@law("trpo.fisher_vector_product", derivation=True)
def fisher_product_is_the_slope_of_the_policy(
    state_weights: Array, full_probabilities: Array, tangent: Array
) -> Claims:
    """F v is d(s) times the slope of softmax(log pi + t v), i.e. of the KL divergence's gradient in the new logits."""
    weights = full_probabilities * numbers.ray(0 * tangent + 1, tangent)  # e^(t v) = 1 + t v + O(t^2)
    moved = weights / weights.sum(axis=1)[:, None]
    product = trpo.fisher_vector_product(state_weights, full_probabilities, tangent, damping=0)
    gradient = state_weights[:, None] * (moved - full_probabilities)
    yield equal(gradient, numbers.ray(0 * product, product))


@law("trpo.fisher_vector_product", derivation=True)
def fisher_product_averages_the_score(state_weights: Array, probabilities: Array, tangent: Array) -> Claims:
    """F v = sum_s d(s) E_a[score (score . v)] with the score e_a - pi, action by action."""
    product = trpo.fisher_vector_product(state_weights, probabilities, tangent, damping=0)
    for s, weight in enumerate(state_weights):
        total = 0 * tangent[s]
        for a, chance in enumerate(probabilities[s]):
            score = (np.arange(len(total)) == a).astype(int) - probabilities[s]
            total = total + weight * chance * (score @ tangent[s]) * score
        yield equal(product[s], total)


@law("trpo.fisher_vector_product")
def fisher_matrix_is_symmetric(
    state_weights: Array, probabilities: Array, tangent: Array, other_tangent: Array, damping: Any
) -> Claims:
    """u . F v = v . F u."""
    one, other = (
        trpo.fisher_vector_product(state_weights, probabilities, vector, damping=damping)
        for vector in (tangent, other_tangent)
    )
    yield equal((other_tangent * one).sum(), (tangent * other).sum())


@law("trpo.fisher_vector_product")
def fisher_matrix_is_positive(state_weights: Array, probabilities: Array, tangent: Array, damping: Any) -> Claims:
    """v . F v >= xi |v|^2: without damping it is the mean variance of v under the policy."""
    product = trpo.fisher_vector_product(state_weights, probabilities, tangent, damping=damping)
    yield at_most(damping * (tangent * tangent).sum(), (tangent * product).sum())
    second, first = (probabilities * tangent**2).sum(axis=1), (probabilities * tangent).sum(axis=1)
    variance = state_weights @ (second - first**2)
    yield equal((tangent * product).sum(), variance + damping * (tangent * tangent).sum())


@law("trpo.fisher_vector_product")
def fisher_product_forgets_constants(
    state_weights: Array, probabilities: Array, tangent: Array, returns: Array
) -> Claims:
    """A constant added to the logits of a state changes nothing, and the product sums to zero in every state."""
    product = trpo.fisher_vector_product(state_weights, probabilities, tangent, damping=0)
    shifted = trpo.fisher_vector_product(state_weights, probabilities, tangent + returns[:, None], damping=0)
    yield equal(shifted, product)
    yield equal(product.sum(axis=1), 0)


@law("trpo.fisher_vector_product")
def damping_adds_the_vector(state_weights: Array, probabilities: Array, tangent: Array, damping: Any) -> Claims:
    """xi adds xi v."""
    damped = trpo.fisher_vector_product(state_weights, probabilities, tangent, damping=damping)
    plain = trpo.fisher_vector_product(state_weights, probabilities, tangent, damping=0)
    yield equal(damped - plain, damping * tangent)


@law("trpo.conjugate_gradient", derivation=True)
def conjugate_gradient_solves_in_n_steps(fisher_matrix: Array, gradient: Array) -> Claims:
    """After n iterations, and after more, x is the solution of the linear system, exactly."""
    solution = numbers.solve(fisher_matrix, gradient)
    for extra in (0, 2):
        found = trpo.conjugate_gradient(fisher_matrix, gradient, iterations=len(gradient) + extra)
        yield equal(found, solution)


@law("trpo.conjugate_gradient", derivation=True)
def conjugate_gradient_minimises_over_the_krylov_space(
    fisher_matrix: Array, gradient: Array, iterations: int
) -> Claims:
    """After k iterations the residual is orthogonal to g, F g, ..., F^(k-1) g, and x is one of their sums.

    So x minimises x . F x / 2 - g . x over that space; here for k up to n.
    """
    found = trpo.conjugate_gradient(fisher_matrix, gradient, iterations=iterations)
    residual, power = gradient - fisher_matrix @ found, gradient
    for _ in range(iterations):
        yield equal(residual @ power, 0)
        power = fisher_matrix @ power
    yield equal(found @ residual, 0)


@law("trpo.conjugate_gradient")
def conjugate_gradient_is_homogeneous(fisher_matrix: Array, gradient: Array, iterations: int, scale: Any) -> Claims:
    """A gradient c times as large gives c times the solution; a matrix c times as large, 1/c times."""
    plain = trpo.conjugate_gradient(fisher_matrix, gradient, iterations=iterations)
    yield equal(trpo.conjugate_gradient(fisher_matrix, scale * gradient, iterations=iterations), scale * plain)
    yield equal(trpo.conjugate_gradient(scale * fisher_matrix, gradient, iterations=iterations), plain / scale)


@law("trpo.conjugate_gradient")
def conjugate_gradient_of_nothing_is_nothing(fisher_matrix: Array, gradient: Array, iterations: int) -> Claims:
    """g = 0 gives 0, and so do no iterations."""
    yield equal(trpo.conjugate_gradient(fisher_matrix, 0 * gradient, iterations=iterations), 0)
    yield equal(trpo.conjugate_gradient(fisher_matrix, gradient, iterations=0), 0)


@law("trpo.conjugate_gradient")
def conjugate_gradient_first_step_is_steepest_descent(fisher_matrix: Array, gradient: Array) -> Claims:
    """One iteration goes along g as far as the quadratic model says: F-norm g.Fg times x is |g|^2 g."""
    first = trpo.conjugate_gradient(fisher_matrix, gradient, iterations=1)
    yield equal(first * (gradient @ fisher_matrix @ gradient), (gradient @ gradient) * gradient)


@law("trpo.natural_gradient_step", system="ball")
def natural_step_uses_up_the_radius(fisher_matrix: Array, gradient: Array, delta: Any) -> Claims:
    """s . F s / 2 = delta, unless the gradient is zero."""
    step = trpo.natural_gradient_step(fisher_matrix, gradient, delta=delta)
    if np.any(numbers.is_nonzero(gradient)):
        yield equal(step @ fisher_matrix @ step / 2, delta)
    else:
        yield equal(step, 0)


@law("trpo.natural_gradient_step", system="ball", derivation=True)
def natural_step_gains_its_length(fisher_matrix: Array, gradient: Array, delta: Any) -> Claims:
    """(g . s)^2 = 2 delta g . F^-1 g and g . s >= 0, the equality case of Cauchy and Schwarz."""
    step = trpo.natural_gradient_step(fisher_matrix, gradient, delta=delta)
    if np.any(numbers.is_nonzero(gradient)):
        yield at_most(0, gradient @ step)
    yield equal((gradient @ step) ** 2, 2 * delta * (gradient @ numbers.solve(fisher_matrix, gradient)))


@law("trpo.natural_gradient_step", system="ball")
def natural_step_beats_challengers(fisher_matrix: Array, gradient: Array, other_gradient: Array, delta: Any) -> Claims:
    """No other direction, stretched to the same radius, gains more."""
    if np.any(numbers.is_nonzero(gradient)) and np.any(numbers.is_nonzero(other_gradient)):
        step = trpo.natural_gradient_step(fisher_matrix, gradient, delta=delta)
        other = trpo.natural_gradient_step(fisher_matrix, other_gradient, delta=delta)
        if _parallel(gradient, other_gradient):
            yield equal((gradient @ step) ** 2, (gradient @ other) ** 2)
        else:
            yield at_most(gradient @ other, gradient @ step)


@law("trpo.natural_gradient_step", system="ball")
def natural_step_is_invariant_to_parameters(fisher_matrix: Array, gradient: Array, delta: Any) -> Claims:
    """In parameters phi with theta = M phi the matrix is M^T F M, the gradient M^T g, and the step is the same."""
    size = len(gradient)
    change = numbers.ball(np.eye(size, dtype=int) + 2 * np.tri(size, k=-1, dtype=int))
    step = trpo.natural_gradient_step(fisher_matrix, gradient, delta=delta)
    matrix = change.T @ fisher_matrix @ change
    yield equal(change @ trpo.natural_gradient_step((matrix + matrix.T) / 2, gradient @ change, delta=delta), step)


@law("trpo.natural_gradient_step", system="ball")
def natural_step_without_gradient_is_zero(fisher_matrix: Array, gradient: Array, delta: Any) -> Claims:
    """g = 0 gives 0, and so does a radius of zero."""
    yield equal(trpo.natural_gradient_step(fisher_matrix, 0 * gradient, delta=delta), 0)
    yield equal(trpo.natural_gradient_step(fisher_matrix, gradient, delta=0), 0)


@law("trpo.line_search", derivation=True)
def line_search_accepts_what_it_says(surrogate_gains: Array, divergences: Array, delta: Any, backtrack: Any) -> Claims:
    """The result is beta^j for a trial j at which both conditions hold, or zero where they hold at none."""
    found = trpo.line_search(surrogate_gains, divergences, delta=delta, backtrack=backtrack)
    good = [j for j, gain in enumerate(surrogate_gains) if gain > 0 and divergences[j] <= delta]
    yield equal(found, backtrack ** good[0] if good else 0)


@law("trpo.line_search")
def line_search_rejects_what_comes_before(
    surrogate_gains: Array, divergences: Array, delta: Any, backtrack: Any
) -> Claims:
    """Making every earlier trial as bad as can be, without gain or outside the region, changes nothing."""
    found = trpo.line_search(surrogate_gains, divergences, delta=delta, backtrack=backtrack)
    for j in range(len(surrogate_gains)):
        if found == backtrack**j:
            before = np.arange(len(surrogate_gains)) < j
            no_gain = numbers.where(before, 0 * surrogate_gains, surrogate_gains)
            far = numbers.where(before, 0 * divergences + delta + 1, divergences)
            yield equal(trpo.line_search(no_gain, divergences, delta=delta, backtrack=backtrack), found)
            yield equal(trpo.line_search(surrogate_gains, far, delta=delta, backtrack=backtrack), found)


@law("trpo.line_search")
def line_search_falls_back_to_zero(surrogate_gains: Array, divergences: Array, delta: Any, backtrack: Any) -> Claims:
    """Without any gain, or with every divergence above the radius, the old parameters stay."""
    nowhere = -abs(surrogate_gains)
    yield equal(trpo.line_search(nowhere, divergences, delta=delta, backtrack=backtrack), 0)
    far = delta + divergences + 1
    yield equal(trpo.line_search(surrogate_gains, far, delta=delta, backtrack=backtrack), 0)


@law("trpo.line_search")
def line_search_shifts_with_the_trials(
    surrogate_gains: Array, divergences: Array, delta: Any, backtrack: Any
) -> Claims:
    """A rejected trial put in front costs one factor beta; a trial on the boundary put there is accepted whole."""
    found = trpo.line_search(surrogate_gains, divergences, delta=delta, backtrack=backtrack)

    def preceded(gain: Any, divergence: Any) -> Any:
        gains = numbers.stack([gain, *surrogate_gains])
        return trpo.line_search(gains, numbers.stack([divergence, *divergences]), delta=delta, backtrack=backtrack)

    yield equal(preceded(numbers.rational(0), 0 * delta), backtrack * found)
    yield equal(preceded(numbers.rational(1), delta + numbers.rational("1/1000000")), backtrack * found)
    yield equal(preceded(numbers.rational(1), delta), 1)


@law("trpo.line_search")
def line_search_is_scale_free(
    surrogate_gains: Array, divergences: Array, delta: Any, backtrack: Any, scale: Any
) -> Claims:
    """Gains in another unit, and divergences and radius in another unit, give the same fraction."""
    found = trpo.line_search(surrogate_gains, divergences, delta=delta, backtrack=backtrack)
    yield equal(trpo.line_search(scale * surrogate_gains, divergences, delta=delta, backtrack=backtrack), found)
    scaled = trpo.line_search(surrogate_gains, scale * divergences, delta=scale * delta, backtrack=backtrack)
    yield equal(scaled, found)


def _parallel(first: Array, second: Array) -> bool:
    """Whether two vectors of exact numbers in balls lie on one line."""
    crossed = first[:, None] * second[None, :] - second[:, None] * first[None, :]
    return not np.any(numbers.is_nonzero(crossed))

"""Laws of linear value functions."""

from itertools import combinations
from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import bellman, mdp, numbers, td, value, vf
from rlproof.spec.decision_process import MDP


@law("vf.regression")
def regression_residual_is_orthogonal(features: Array, returns: Array, sample_weights: Array) -> Claims:
    """X^T D (G - X w) = 0: no feature is left in the residual."""
    residual = returns - features @ vf.regression(features, returns, sample_weights)
    yield equal(features.T @ (sample_weights * residual), 0)


@law("vf.regression")
def regression_minimises_the_error(features: Array, returns: Array, sample_weights: Array, shift: Any) -> Claims:
    """Moving any weight by c raises the error by c^2 sum_i d_i x_i^2, so by no less than zero."""
    best = vf.regression(features, returns, sample_weights)

    def error(w: Array) -> Any:
        return (sample_weights * (features @ w - returns) ** 2).sum()

    for column in range(len(best)):
        moved = best + shift * (np.arange(len(best)) == column).astype(int)
        yield equal(error(moved) - error(best), shift**2 * (sample_weights * features[:, column] ** 2).sum())
        yield at_most(error(best), error(moved))


@law("vf.regression")
def regression_recovers_linear_targets(features: Array, sample_weights: Array, scale: Any, shift: Any) -> Claims:
    """Targets X w give w back, whatever the sample weights, of which only ratios count."""
    w = shift + numbers.exact(np.arange(features.shape[1]))
    yield equal(vf.regression(features, features @ w, scale * sample_weights), w)


@law("vf.regression")
def regression_on_one_is_the_mean(returns: Array, sample_weights: Array, scale: Any) -> Claims:
    """With the one feature c the fitted value is the weighted mean; weight zero leaves a sample out."""
    ones = numbers.exact([[1]] * len(returns))
    mean = (sample_weights * returns).sum() / sample_weights.sum()
    yield equal(vf.regression(scale * ones, returns, sample_weights) * scale, mean)
    without = np.where(np.arange(len(returns)) == 0, 0 * sample_weights, sample_weights)
    if len(returns) > 1:
        yield equal(vf.regression(ones, returns, without), vf.regression(ones[1:], returns[1:], sample_weights[1:]))


@law("vf.regression", derivation=True)
def regression_averages_exact_fits(features: Array, returns: Array, sample_weights: Array) -> Claims:
    """w is the mean of the exact fits to k samples, weighted by prod_i d_i det(X_J)^2 (Jacobi)."""
    count, size = features.shape
    total, weight = numbers.exact([0] * size), numbers.rational(0)
    for chosen in map(list, combinations(range(count), size)):
        square = features[chosen]
        volume = square[0, 0] if size == 1 else square[0, 0] * square[1, 1] - square[0, 1] * square[1, 0]
        if volume != 0:
            share = np.prod(sample_weights[chosen]) * volume**2
            total = total + share * numbers.solve(square, returns[chosen])
            weight = weight + share
    yield equal(vf.regression(features, returns, sample_weights), total / weight)


@law("vf.td_fixed_point")
def td_fixed_point_solves_the_projected_equation(
    mdp: MDP, policy: Array, state_features: Array, state_weights: Array
) -> Claims:
    """X w = Pi T_pi X w: regressing T_pi X w on the features, with the same weights of states, gives w back."""
    w = vf.td_fixed_point(mdp, policy, state_features, state_weights)
    backup = bellman.expectation_v(mdp, policy, state_features @ w)
    yield equal(vf.regression(state_features, backup, state_weights), w)


@law("vf.td_fixed_point")
def td_fixed_point_of_a_table_is_v(mdp: MDP, policy: Array, state_weights: Array) -> Claims:
    """With one feature for each state it is v_pi, whatever the weights of the states."""
    table = numbers.exact(np.eye(mdp.number_of_states, dtype=int))
    yield equal(vf.td_fixed_point(mdp, policy, table, state_weights), value.v(mdp, policy))


@law("vf.td_fixed_point", derivation=True)
def td_fixed_point_errors_are_orthogonal(
    mdp: MDP, policy: Array, state_features: Array, state_weights: Array
) -> Claims:
    """sum d(s) pi(a|s) P(s'|s,a) delta x(s) = 0 over all transitions: the expected update vanishes."""
    values = state_features @ vf.td_fixed_point(mdp, policy, state_features, state_weights)
    shape = mdp.transition.shape
    errors = td.error(
        np.broadcast_to(mdp.reward[:, :, None], shape),
        np.broadcast_to(values[:, None, None], shape),
        np.broadcast_to(values, shape),
        np.zeros(shape, dtype=bool),
        gamma=mdp.discount,
    )
    means = (policy * (mdp.transition * errors).sum(axis=2)).sum(axis=1)
    yield equal(state_features.T @ (state_weights * means), 0)


@law("vf.td_fixed_point")
def td_fixed_point_bounds_the_error(mdp: MDP, policy: Array, state_features: Array) -> Claims:
    """(1 - gamma^2) |X w - v_pi|_D^2 <= |Pi v_pi - v_pi|_D^2 if D is stationary, here of a process with restarts."""
    restarting, stationary = _restarting(mdp, policy)
    values = value.v(restarting, policy)
    fixed = state_features @ vf.td_fixed_point(restarting, policy, state_features, stationary)
    nearest = state_features @ vf.regression(state_features, values, stationary)
    error, least = ((stationary * (estimate - values) ** 2).sum() for estimate in (fixed, nearest))
    yield at_most((1 - mdp.discount**2) * error, least)
    yield at_most(least, error)


@law("vf.td_fixed_point")
def td_fixed_point_changes_basis(
    mdp: MDP, policy: Array, state_features: Array, state_weights: Array, scale: Any
) -> Claims:
    """The values X w depend on the span of the features only, and scale with the rewards."""
    w = vf.td_fixed_point(mdp, policy, state_features, state_weights)
    size = state_features.shape[1]
    basis = numbers.exact(np.triu(np.ones((size, size), dtype=int)))
    other = vf.td_fixed_point(mdp, policy, state_features @ basis, state_weights)
    yield equal(basis @ other, w)
    paid_more = mdp.replace(reward=scale * mdp.reward)
    yield equal(vf.td_fixed_point(paid_more, policy, state_features, 3 * state_weights), scale * w)


@law("vf.td_fixed_point")
def td_fixed_point_is_exact_in_the_span(
    mdp: MDP, policy: Array, state_features: Array, state_weights: Array, shift: Any
) -> Claims:
    """If the rewards are such that v_pi = X w0, it is w0."""
    w = shift + numbers.exact(np.arange(state_features.shape[1]))
    values = state_features @ w
    reward = values[:, None] - mdp.discount * (mdp.transition @ values)
    process = mdp.replace(reward=reward, terminal=None)
    yield equal(vf.td_fixed_point(process, policy, state_features, state_weights), w)


def _restarting(process: MDP, policy: Array) -> tuple[MDP, Array]:
    """The process that restarts anywhere with probability 1/2 after each step, and its stationary distribution."""
    count = process.number_of_states
    uniform = numbers.exact([1] * count) / count
    restarting = process.replace(transition=(process.transition + uniform) / 2, terminal=None, initial=uniform)
    visits = mdp.discounted_visitation(process.replace(initial=uniform, discount="1/2", terminal=None), policy)
    return restarting, visits / 2

r"""Linear approximation of value functions: regression on returns, and the TD fixed point."""

import numpy as np

from .decision_process import MDP
from .errors import NotPositiveDefiniteError, ParameterError
from .mdp import policy_reward, resolvent_matrix
from .numbers import Array, as_array, float64, holds, same_system, solve
from .validation import check_finite, check_not_empty, check_shape


def regression(features: Array, returns: Array, sample_weights: Array) -> Array:
    r"""Weighted least-squares regression of returns on features.

    .. math:: w = \operatorname*{argmin}_w \sum_i d_i\, (x_i^\top w - G_i)^2 = (X^\top D X)^{-1} X^\top D\, G

    Args:
        features: [N, k], a row x_i of features for each sample; linearly independent columns.
        returns: [N], the targets G_i.
        sample_weights: [N], d_i >= 0.
    Returns:
        [k], the weights w of the features, in units of reward.
    Conventions:
        The minimum over all samples; only ratios of sample weights count.
    Laws:
        regression_residual_is_orthogonal, regression_minimises_the_error, regression_recovers_linear_targets,
        regression_on_one_is_the_mean, regression_averages_exact_fits
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, ParameterError,
        NotPositiveDefiniteError.
    Source:
        Slide "Algorithm 1 PPO-Clip", step 7; Sutton & Barto 2018, section 9.4.
    Since:
        0.2
    """
    features, sample_weights = _read_features("features", features, "sample_weights", sample_weights)
    returns = _read_targets("returns", returns, features)
    weighted = features * sample_weights[:, None]
    return solve(weighted.T @ features, weighted.T @ returns)


def td_fixed_point(mdp: MDP, policy: Array, state_features: Array, state_weights: Array) -> Array:
    r"""TD fixed point: the weights at which the expected semi-gradient update of TD(0) vanishes.

    .. math:: X^\top D\,(T_\pi X w - X w) = 0 \quad\Longleftrightarrow\quad X w = \Pi\, T_\pi X w, \qquad
        w = \big(X^\top D (I - \gamma P_\pi) X\big)^{-1} X^\top D\, r_\pi

    Args:
        mdp: decision process of S states.
        policy: [S, A] probabilities, or [S] integers, the policy that is evaluated.
        state_features: [S, k], the features x(s), linearly independent columns X.
        state_weights: [S], d(s) >= 0, how often each state is updated: the diagonal of D.
    Returns:
        [k], the weights w of the features, in units of reward.
    Conventions:
        Pi projects onto the span of X in the norm of D. If D is a stationary distribution of the policy, then
        |X w - v_pi|_D <= |Pi v_pi - v_pi|_D / sqrt(1 - gamma^2). Off-policy the fixed point need not attract.
    Laws:
        td_fixed_point_solves_the_projected_equation, td_fixed_point_of_a_table_is_v,
        td_fixed_point_errors_are_orthogonal, td_fixed_point_bounds_the_error, td_fixed_point_changes_basis,
        td_fixed_point_is_exact_in_the_span
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, EmptySpaceError, NonFiniteError, IntegerDtypeError,
        NumberSystemError, ParameterError, NotPositiveDefiniteError, TerminationError.
    Source:
        Tsitsiklis & Van Roy 1997, theorem 1 and lemma 6; Sutton & Barto 2018, eqs. (9.12), (11.21).
    Since:
        0.2
    """
    features, weights = _read_features("state_features", state_features, "state_weights", state_weights)
    check_shape("state_features", features, (mdp.number_of_states, features.shape[1]), "states, features")
    same_system(state_features=features, reward=mdp.reward)
    weighted = (features * weights[:, None]).T
    matrix = weighted @ (resolvent_matrix(mdp, policy) @ features)
    _check_regular(matrix)
    return solve(matrix, weighted @ policy_reward(mdp, policy))


def _read_features(name: str, features: Array, weights_name: str, weights: Array) -> tuple[Array, Array]:
    features, weights = as_array(features, name), as_array(weights, weights_name)
    if features.ndim != 2:
        check_shape(name, features, ("N", "k"), "rows, features")
    check_not_empty(name, features, "rows and features")
    check_finite(name, features)
    check_shape(weights_name, weights, features.shape[:1], f"one for each row of {name}")
    check_finite(weights_name, weights)
    same_system(**{name: features, weights_name: weights})
    if np.any(holds(weights < 0)):
        raise ParameterError(
            f"{weights_name} holds a negative weight",
            got=str(weights[int(np.argmax(holds(weights < 0)))]),
            expected="weights >= 0",
            cause="advantages or log-probabilities passed as weights",
            remedy="pass how often each row counts",
        )
    used = holds(weights > 0)
    if not hasattr(features, "number_system") and _rank(features[used]) < features.shape[1]:
        raise NotPositiveDefiniteError(
            f"the columns of {name} are linearly dependent where {weights_name} are positive",
            got=f"rank {_rank(features[used])} from {int(used.sum())} such rows",
            expected=f"rank {features.shape[1]}, one for each feature",
            cause="more features than samples, a copied column, or weights that are zero",
            remedy="drop features, or take more samples",
        )
    return features, weights


def _read_targets(name: str, targets: Array, features: Array) -> Array:
    targets = as_array(targets, name)
    check_shape(name, targets, features.shape[:1], "one target for each row of features")
    check_finite(name, targets)
    same_system(features=features, **{name: targets})
    return targets


def _check_regular(matrix: Array) -> None:
    if not hasattr(matrix, "number_system") and _rank(matrix) < len(matrix):
        raise ParameterError(
            "state_weights leave no unique TD fixed point",
            got=f"a matrix X^T D (I - gamma P) X of rank {_rank(matrix)}",
            expected=f"rank {len(matrix)}",
            cause="weights far from the distribution of states under the policy",
            remedy="weight the states as the policy visits them",
        )


def _rank(matrix: Array) -> int:
    """The rank, of columns brought to one scale."""
    numbers = float64(matrix)
    scale = abs(numbers).max(axis=0, initial=0.0)
    return int(np.linalg.matrix_rank(numbers / np.where(scale > 0, scale, 1.0))) if numbers.size else 0

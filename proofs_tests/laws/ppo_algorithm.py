"""Laws of normalised advantages, of the exact clipped objective and of PPO-Clip on logits."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims, shaped
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import numbers, ppo, trpo, value
from rlproof.spec.decision_process import MDP
from rlproof.spec.mdp import discounted_visitation, eta, resolvent_matrix

WIDE = numbers.rational(10**9)


@law("ppo.advantage_normalisation", system="ball")
def normalised_advantages_have_mean_zero(advantages: Array, ddof: int, norm_epsilon: Any) -> Claims:
    """Their sum is zero, whatever epsilon."""
    yield equal(ppo.advantage_normalisation(advantages, ddof=ddof, norm_epsilon=norm_epsilon).sum(), 0)


@law("ppo.advantage_normalisation", system="ball")
def normalised_advantages_have_unit_variance(advantages: Array, ddof: int) -> Claims:
    """Without epsilon their squares sum to n - ddof, unless all advantages are equal."""
    normalised = ppo.advantage_normalisation(advantages, ddof=ddof, norm_epsilon=0)
    differ = bool(np.any(numbers.holds(advantages != advantages[0])))
    yield equal(normalised @ normalised, len(advantages) - ddof if differ else 0)


@law("ppo.advantage_normalisation", system="ball")
def normalisation_is_invariant_to_scale_and_shift(
    advantages: Array, ddof: int, norm_epsilon: Any, scale: Any, shift: Any
) -> Claims:
    """c A + b with c epsilon, c > 0, gives the same; a negative c changes the signs; the order plays no role."""
    normalised = ppo.advantage_normalisation(advantages, ddof=ddof, norm_epsilon=norm_epsilon)
    for sign in (1, -1):
        moved = sign * scale * advantages + shift
        changed = ppo.advantage_normalisation(moved, ddof=ddof, norm_epsilon=scale * norm_epsilon)
        yield equal(changed, sign * normalised)
    backwards = ppo.advantage_normalisation(advantages[::-1], ddof=ddof, norm_epsilon=norm_epsilon)
    yield equal(backwards, normalised[::-1])


@law("ppo.advantage_normalisation", system="ball")
def normalisation_of_equal_advantages_is_zero(advantages: Array, ddof: int, norm_epsilon: Any, shift: Any) -> Claims:
    """A constant batch gives zeros, also without epsilon."""
    constant = 0 * advantages + shift
    for epsilon in (norm_epsilon, 0):
        yield equal(ppo.advantage_normalisation(constant, ddof=ddof, norm_epsilon=epsilon), 0)


@law("ppo.advantage_normalisation", system="ball", derivation=True)
def normalisation_shrinks_by_epsilon(advantages: Array, ddof: int, norm_epsilon: Any) -> Claims:
    """Differences become (A_i - A_j)/(s + epsilon), with s^2 = sum_ij (A_i - A_j)^2 / (2 n (n - ddof))."""
    normalised = ppo.advantage_normalisation(advantages, ddof=ddof, norm_epsilon=norm_epsilon)
    differences = advantages[:, None] - advantages[None, :]
    deviation = numbers.sqrt(_variance(advantages, ddof))
    yield equal((normalised[:, None] - normalised[None, :]) * (deviation + norm_epsilon), differences)


@law("ppo.advantage_whitening", system="ball")
def whitened_advantages_have_mean_zero(advantages: Array, ddof: int, norm_epsilon: Any, shift: Any) -> Claims:
    """Their sum is zero, and a constant batch gives zeros."""
    yield equal(ppo.advantage_whitening(advantages, ddof=ddof, norm_epsilon=norm_epsilon).sum(), 0)
    yield equal(ppo.advantage_whitening(0 * advantages + shift, ddof=ddof, norm_epsilon=norm_epsilon), 0)


@law("ppo.advantage_whitening", system="ball")
def whitening_without_epsilon_is_normalisation(advantages: Array, ddof: int, norm_epsilon: Any) -> Claims:
    """At epsilon = 0 it is the normalisation; its epsilon, in squared units, moves in under the root."""
    first, second = (f(advantages, ddof=ddof, norm_epsilon=0) for f in (ppo.advantage_whitening, _normalised))
    yield equal(first, second)
    under_root = numbers.sqrt(_variance(advantages, ddof) + norm_epsilon)
    added = under_root - numbers.sqrt(_variance(advantages, ddof))
    whitened = ppo.advantage_whitening(advantages, ddof=ddof, norm_epsilon=norm_epsilon)
    if norm_epsilon > 0:
        yield equal(whitened, ppo.advantage_normalisation(advantages, ddof=ddof, norm_epsilon=added))


@law("ppo.advantage_whitening", system="ball", derivation=True)
def whitened_squares_fall_short_by_epsilon(advantages: Array, ddof: int, norm_epsilon: Any) -> Claims:
    """(v + epsilon) sum of squares = (n - ddof) v, with v from the differences of all pairs."""
    whitened = ppo.advantage_whitening(advantages, ddof=ddof, norm_epsilon=norm_epsilon)
    variance = _variance(advantages, ddof)
    yield equal((variance + norm_epsilon) * (whitened @ whitened), (len(advantages) - ddof) * variance)


@law("ppo.advantage_whitening", system="ball")
def whitening_is_covariant_with_its_epsilon(
    advantages: Array, ddof: int, norm_epsilon: Any, scale: Any, shift: Any
) -> Claims:
    """c A + b with c^2 epsilon gives the same."""
    whitened = ppo.advantage_whitening(advantages, ddof=ddof, norm_epsilon=norm_epsilon)
    moved = ppo.advantage_whitening(scale * advantages + shift, ddof=ddof, norm_epsilon=scale**2 * norm_epsilon)
    yield equal(moved, whitened)


@law("ppo.clip_population_objective", derivation=True)
def clip_population_is_the_mean_over_samples(
    mdp: MDP, sampling_policy: Array, new_policy: Array, clip_epsilon: Any
) -> Claims:
    """Over s ~ (1 - gamma) rho_pi and a ~ pi it is the mean of L^CLIP of one sample."""
    chances = (1 - mdp.discount) * discounted_visitation(mdp, sampling_policy)[:, None] * sampling_policy
    ratios, advantages = new_policy / sampling_policy, value.advantage(mdp, sampling_policy)
    mean = sum(
        chances[i] * ppo.clip_objective(np.array([ratios[i]]), np.array([advantages[i]]), clip_epsilon=clip_epsilon)
        for i in np.ndindex(chances.shape)
    )
    exact = ppo.clip_population_objective(mdp, sampling_policy, new_policy, clip_epsilon=clip_epsilon)
    yield equal(exact, mean)


@law("ppo.clip_population_objective")
def clip_population_is_below_the_surrogate(
    mdp: MDP, sampling_policy: Array, new_policy: Array, clip_epsilon: Any
) -> Claims:
    """At most (1 - gamma) (L_pi - eta), at most (1 - gamma) epsilon sum of rho pi |A|, and 0 at the old policy."""
    exact = ppo.clip_population_objective(mdp, sampling_policy, new_policy, clip_epsilon=clip_epsilon)
    gain = trpo.surrogate(mdp, sampling_policy, new_policy) - eta(mdp, sampling_policy)
    yield at_most(exact, (1 - mdp.discount) * gain)
    spread = (sampling_policy * abs(value.advantage(mdp, sampling_policy))).sum(axis=1)
    limit = (1 - mdp.discount) * clip_epsilon * (discounted_visitation(mdp, sampling_policy) @ spread)
    yield at_most(exact, limit)
    yield equal(ppo.clip_population_objective(mdp, sampling_policy, sampling_policy, clip_epsilon=clip_epsilon), 0)


@law("ppo.clip_population_objective")
def clip_population_with_wide_band_is_the_surrogate(mdp: MDP, sampling_policy: Array, new_policy: Array) -> Claims:
    """With epsilon >= max |r - 1| it is (1 - gamma) (L_pi - eta)."""
    widest = abs(new_policy / sampling_policy - 1).max()
    exact = ppo.clip_population_objective(mdp, sampling_policy, new_policy, clip_epsilon=widest)
    gain = trpo.surrogate(mdp, sampling_policy, new_policy) - eta(mdp, sampling_policy)
    yield equal(exact, (1 - mdp.discount) * gain)


@law("ppo.clip_population_objective")
def clip_population_matches_eta_to_first_order(
    mdp: MDP, sampling_policy: Array, new_policy: Array, clip_epsilon: Any
) -> Claims:
    """At the old policy its slope towards any other is (1 - gamma) times that of eta, on the unclipped side."""
    ray = numbers.ray(sampling_policy, new_policy - sampling_policy)
    along = ppo.clip_population_objective(mdp, sampling_policy, ray, clip_epsilon=clip_epsilon)
    yield equal(along[1], (1 - mdp.discount) * eta(mdp, ray)[1])


@law("ppo.clip_population_objective")
def clip_population_is_invariant_to_shaping(
    mdp: MDP, sampling_policy: Array, new_policy: Array, potential: Array, clip_epsilon: Any
) -> Claims:
    """Potential-based shaping leaves it as it is."""
    yield equal(
        ppo.clip_population_objective(shaped(mdp, potential), sampling_policy, new_policy, clip_epsilon=clip_epsilon),
        ppo.clip_population_objective(mdp, sampling_policy, new_policy, clip_epsilon=clip_epsilon),
    )


@law("ppo.clip_algorithm", system="ball", derivation=True)
def first_epoch_is_the_policy_gradient_step(
    mdp: MDP, preferences: Array, action_values: Array, step_size: Any, clip_epsilon: Any
) -> Claims:
    """One epoch from h moves along d as (1 - gamma) alpha times the derivative of eta along d, whatever epsilon."""
    after = ppo.clip_algorithm(mdp, preferences, epochs=1, step_size=step_size, clip_epsilon=clip_epsilon)
    old = _softmax(preferences)
    gains = (_softmax_slope(old, action_values) * value.q(mdp, old)).sum(axis=1)
    slope = mdp.initial @ numbers.solve(resolvent_matrix(mdp, old), gains)  # differentiate v = r_pi + gamma P_pi v
    moved = ((after - preferences) * action_values).sum()
    yield equal(moved, (1 - mdp.discount) * step_size * slope)


@law("ppo.clip_algorithm", system="ball")
def one_epoch_is_the_actor_critic_step(
    mdp: MDP, preferences: Array, action_values: Array, step_size: Any, clip_epsilon: Any
) -> Claims:
    """One epoch on the whole batch is one step on E[A log pi], that of A2C."""
    after = ppo.clip_algorithm(mdp, preferences, epochs=1, step_size=step_size, clip_epsilon=clip_epsilon)
    old, ray = _softmax(preferences), numbers.ray(preferences, action_values)
    weights = (1 - mdp.discount) * discounted_visitation(mdp, old)[:, None] * old * value.advantage(mdp, old)
    slope = (weights * numbers.log(_softmax(ray))).sum()[1]
    yield equal(((after - preferences) * action_values).sum(), step_size * slope)


@law("ppo.clip_algorithm", system="ball")
def epochs_with_wide_band_ascend_the_surrogate(
    mdp: MDP, preferences: Array, action_values: Array, step_size: Any
) -> Claims:
    """With an unbounded band every epoch is a gradient step on (1 - gamma) L_pi, TRPO's surrogate (CPI)."""
    old = _softmax(preferences)
    first, second = (
        ppo.clip_algorithm(mdp, preferences, epochs=k, step_size=step_size, clip_epsilon=WIDE) for k in (1, 2)
    )
    slopes = _softmax_slope(_softmax(first), action_values) * value.q(mdp, old)
    slope = discounted_visitation(mdp, old) @ slopes.sum(axis=1)  # L_pi is linear in the new policy
    yield equal(((second - first) * action_values).sum(), (1 - mdp.discount) * step_size * slope)


@law("ppo.clip_algorithm", system="ball")
def clipped_states_stay_where_they_are(mdp: MDP, preferences: Array, step_size: Any, epochs: int) -> Claims:
    """With epsilon = 0, a state whose ratios have all moved in the direction of their advantage moves no more."""
    first, later = (
        ppo.clip_algorithm(mdp, preferences, epochs=k, step_size=step_size, clip_epsilon=0) for k in (1, 1 + epochs)
    )
    old = _softmax(preferences)
    changes = (_softmax(first) / old - 1) * value.advantage(mdp, old)
    clipped = numbers.is_positive(changes).all(axis=1)[:, None]
    yield equal(np.where(clipped, later - first, 0), 0)


@law("ppo.clip_algorithm", system="ball")
def every_epoch_keeps_the_sum_of_logits(
    mdp: MDP, preferences: Array, epochs: int, step_size: Any, clip_epsilon: Any, shift: Any
) -> Claims:
    """In each state the logits keep their sum, and a common shift of them is carried along; no epoch, no change."""
    after = ppo.clip_algorithm(mdp, preferences, epochs=epochs, step_size=step_size, clip_epsilon=clip_epsilon)
    yield equal(after.sum(axis=1), preferences.sum(axis=1))
    moved = ppo.clip_algorithm(mdp, preferences + shift, epochs=epochs, step_size=step_size, clip_epsilon=clip_epsilon)
    yield equal(moved, after + shift)
    still = ppo.clip_algorithm(mdp, preferences, epochs=0, step_size=step_size, clip_epsilon=clip_epsilon)
    yield equal(still, preferences)


def _normalised(advantages: Array, *, ddof: int, norm_epsilon: Any) -> Array:
    return ppo.advantage_normalisation(advantages, ddof=ddof, norm_epsilon=norm_epsilon)


def _variance(advantages: Array, ddof: int) -> Any:
    """The variance from the differences of all pairs."""
    n = len(advantages)
    return ((advantages[:, None] - advantages[None, :]) ** 2).sum() / (2 * n * (n - ddof))


def _softmax(preferences: Array) -> Array:
    weights = numbers.exp(preferences)
    return weights / weights.sum(axis=1)[:, None]


def _softmax_slope(policy: Array, direction: Array) -> Array:
    """The derivative of the softmax along a direction of the logits."""
    return policy * (direction - (policy * direction).sum(axis=1)[:, None])

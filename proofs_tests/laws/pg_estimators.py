"""Laws of estimators of the policy gradient."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims, off_terminal
from rlproof.laws._scores import after, expected_scores, slope, softmax_ray
from rlproof.oracle.claims import equal
from rlproof.oracle.law import law
from rlproof.spec import numbers, pg, ppo, td, value
from rlproof.spec.decision_process import MDP
from rlproof.spec.dp import policy_evaluation
from rlproof.spec.mdp import discounted_return, discounted_visitation, eta, policy_kernel
from rlproof.spec.trajectories import Trajectory

STEPS = 2
"""Trajectories of so many steps are enumerated."""


@law("pg.reinforce", derivation=True)
def reinforce_is_unbiased(mdp: MDP, policy: Array, action_values: Array) -> Claims:
    """Over all trajectories of H steps, E[sum_t w_t grad log pi] is the gradient of the expected H-step return."""
    mean = expected_scores(mdp, policy, STEPS, lambda course: pg.reinforce(course.rewards, gamma=mdp.discount))
    yield equal((mean * action_values).sum(), _slope_of_finite_return(mdp, policy, action_values))


@law("pg.reinforce", derivation=True)
def reinforce_admits_the_full_return(mdp: MDP, policy: Array) -> Claims:
    """Weights G_0 at every step have the same expected sum: rewards before an action do not depend on it."""

    def full(course: Trajectory) -> list[Any]:
        return [pg.reinforce(course.rewards, gamma=mdp.discount)[0]] * STEPS

    mean = expected_scores(mdp, policy, STEPS, lambda course: pg.reinforce(course.rewards, gamma=mdp.discount))
    yield equal(mean, expected_scores(mdp, policy, STEPS, full))


@law("pg.reinforce", derivation=True)
def reinforce_weights_discounted_returns(rewards: Array, gamma: Any) -> Claims:
    """w_t is gamma^t times the return from t on."""
    returns = [gamma**t * discounted_return(rewards[t:], gamma=gamma) for t in range(len(rewards))]
    yield equal(pg.reinforce(rewards, gamma=gamma), numbers.stack(returns))


@law("pg.reinforce")
def reinforce_weights_fall_by_discounted_rewards(rewards: Array, gamma: Any) -> Claims:
    """w_t - w_{t+1} = gamma^t R_{t+1}, and nothing follows the last action."""
    weights = [*pg.reinforce(rewards, gamma=gamma), 0]
    for t, reward in enumerate(rewards):
        yield equal(weights[t] - weights[t + 1], gamma**t * reward)


@law("pg.loss")
def loss_is_the_mean_product(log_probs: Array, advantages: Array) -> Claims:
    """T L^PG = sum of the products, and a batch that is repeated has the same mean."""
    loss = pg.loss(log_probs, advantages)
    yield equal(len(log_probs) * loss, log_probs @ advantages)
    yield equal(pg.loss(np.stack([log_probs] * 2), np.stack([advantages] * 2)), loss)


@law("pg.loss")
def loss_has_the_slope_of_cpi(log_probs: Array, third_log_probs: Array, advantages: Array) -> Claims:
    """Where the ratio is one, d r = d log pi: L^PG and L^CPI have the same slope along any change of log pi."""
    along = slope(pg.loss(numbers.ray(log_probs, third_log_probs), advantages))
    ratios = numbers.ray(0 * log_probs + 1, third_log_probs)
    yield equal(along, slope(ppo.cpi_objective(ratios, advantages)))


@law("pg.loss", derivation=True)
def loss_gradient_is_the_policy_gradient(mdp: MDP, policy: Array, action_values: Array) -> Claims:
    """Over s ~ (1 - gamma) rho_pi, a ~ pi and with A = A_pi, its mean slope is (1 - gamma) times that of eta."""
    chances = (1 - mdp.discount) * discounted_visitation(mdp, policy)[:, None] * policy
    change = action_values - (policy * action_values).sum(axis=1)[:, None]  # of log pi, for logits that move
    moving, advantages = numbers.ray(0 * change, change), value.advantage(mdp, policy)
    mean = sum(
        chances[i] * slope(pg.loss(moving[i[0], i[1] : i[1] + 1], advantages[i[0], i[1] : i[1] + 1]))
        for i in np.ndindex(chances.shape)
    )
    yield equal(mean, (1 - mdp.discount) * slope(eta(mdp, softmax_ray(policy, action_values))))


@law("pg.loss")
def loss_is_linear(log_probs: Array, advantages: Array, other_advantages: Array, shift: Any) -> Claims:
    """L^PG is linear in the advantages."""
    parts = pg.loss(log_probs, advantages) + shift * pg.loss(log_probs, other_advantages)
    yield equal(pg.loss(log_probs, advantages + shift * other_advantages), parts)


@law("pg.actor_critic")
def actor_critic_with_the_true_critic_is_the_gradient(mdp: MDP, policy: Array, gae_lambda: Any) -> Claims:
    """With V = v_pi it is the gradient of eta, whatever lambda."""
    followed = pg.actor_critic(mdp, policy, value.v(mdp, policy), gae_lambda=gae_lambda)
    yield equal(followed, pg.softmax_closed_form(mdp, policy))


@law("pg.actor_critic", derivation=True)
def actor_critic_at_lambda_one_is_the_gradient(
    mdp: MDP, policy: Array, state_values: Array, action_values: Array
) -> Claims:
    """At lambda = 1 its component along any direction of the logits is the slope of eta, however wrong the critic."""
    followed = pg.actor_critic(mdp, policy, state_values, gae_lambda=1)
    yield equal((followed * action_values).sum(), slope(eta(mdp, softmax_ray(policy, action_values))))


@law("pg.actor_critic", derivation=True)
def actor_critic_at_lambda_zero_equals_enumerated_td_errors(mdp: MDP, policy: Array, state_values: Array) -> Claims:
    """At lambda = 0 it is E[sum_t gamma^t delta_t grad log pi] over all trajectories + gamma^H times what follows."""
    values = off_terminal(mdp, state_values)

    def weights(course: Trajectory) -> Array:
        visited = values[list(course.states)]
        ended = mdp.terminal[list(course.states[1:])]
        errors = td.error(course.rewards, visited[:-1], visited[1:], ended, gamma=mdp.discount)
        return [mdp.discount**t * error for t, error in enumerate(errors)]

    later = pg.actor_critic(after(mdp, policy, STEPS), policy, state_values, gae_lambda=0)
    total = expected_scores(mdp, policy, STEPS, weights) + mdp.discount**STEPS * later
    yield equal(pg.actor_critic(mdp, policy, state_values, gae_lambda=0), total)


@law("pg.actor_critic")
def actor_critic_has_this_bias(mdp: MDP, policy: Array, state_values: Array, gae_lambda: Any) -> Claims:
    """It misses the gradient by gamma (1 - lambda) P (I - gamma lambda P_pi)^-1 (V - v_pi), weighted as a baseline."""
    wrong = off_terminal(mdp, state_values) - value.v(mdp, policy)
    kernel = np.eye(len(wrong), dtype=int) - mdp.discount * gae_lambda * policy_kernel(mdp, policy)
    bias = mdp.discount * (1 - gae_lambda) * (mdp.transition @ numbers.solve(kernel, wrong))
    difference = pg.actor_critic(mdp, policy, state_values, gae_lambda=gae_lambda) - pg.softmax_closed_form(mdp, policy)
    yield equal(difference, pg.baseline(mdp, policy, bias))


@law("pg.compatible_features", derivation=True)
def compatible_weights_minimise_the_squares(mdp: MDP, policy: Array, action_features: Array, damping: Any) -> Claims:
    """At w the sum of squares is stationary in every weight, and a convex function has its minimum there."""
    weights = pg.compatible_features(mdp, policy, action_features, damping=damping)
    targets = value.q(mdp, policy)
    for along in np.eye(len(weights), dtype=int):
        moving = numbers.ray(weights, numbers.exact(along))
        squares = _squares(mdp, policy, action_features, targets, moving) + damping * (moving * moving).sum()
        yield equal(slope(squares), 0)


@law("pg.compatible_features")
def compatible_weights_fit_advantages_as_well(mdp: MDP, policy: Array, action_features: Array, damping: Any) -> Claims:
    """The same weights minimise the squared distance from the advantages."""
    weights = pg.compatible_features(mdp, policy, action_features, damping=damping)
    targets = value.advantage(mdp, policy)
    for along in np.eye(len(weights), dtype=int):
        moving = numbers.ray(weights, numbers.exact(along))
        squares = _squares(mdp, policy, action_features, targets, moving) + damping * (moving * moving).sum()
        yield equal(slope(squares), 0)


@law("pg.compatible_features", derivation=True)
def compatible_approximation_keeps_the_gradient(
    mdp: MDP, policy: Array, action_features: Array, damping: Any
) -> Claims:
    """With psi.w in place of q the theorem gives grad eta - beta w: without damping, the gradient itself."""
    weights = pg.compatible_features(mdp, policy, action_features, damping=damping)
    scores = _scores(policy, action_features)
    visits = discounted_visitation(mdp, policy)[:, None] * policy
    for k, direction in enumerate(np.moveaxis(action_features, 2, 0)):
        approximate = (visits * (scores @ weights) * scores[:, :, k]).sum()
        yield equal(approximate, slope(eta(mdp, softmax_ray(policy, direction))) - damping * weights[k])


@law("pg.compatible_features")
def compatible_weights_of_one_feature_are_a_quotient(mdp: MDP, full_policy: Array, action_values: Array) -> Claims:
    """Without damping, a single feature whose score is visited weighs slope of eta / expected squared score."""
    feature = action_values[:, :, None]
    visits = discounted_visitation(mdp, full_policy)[:, None] * full_policy
    fisher = (visits * _scores(full_policy, feature)[:, :, 0] ** 2).sum()
    if fisher != 0:
        (weight,) = pg.compatible_features(mdp, full_policy, feature, damping=0)
        yield equal(weight * fisher, slope(eta(mdp, softmax_ray(full_policy, action_values))))


@law("pg.compatible_features")
def compatible_weights_ignore_what_all_actions_share(
    mdp: MDP, policy: Array, action_features: Array, state_values: Array, damping: Any
) -> Claims:
    """Features of the state alone change no policy and no weights."""
    shifted = action_features + state_values[:, None, None]
    yield equal(
        pg.compatible_features(mdp, policy, shifted, damping=damping),
        pg.compatible_features(mdp, policy, action_features, damping=damping),
    )


def _slope_of_finite_return(mdp: MDP, policy: Array, direction: Array) -> Any:
    moving = softmax_ray(policy, direction)
    return slope(mdp.initial @ policy_evaluation(mdp, moving, 0 * mdp.initial, sweeps=STEPS))


def _scores(policy: Array, features: Array) -> Array:
    return features - (policy[:, :, None] * features).sum(axis=1)[:, None, :]


def _squares(mdp: MDP, policy: Array, features: Array, targets: Array, weights: Array) -> Any:
    """The sum over discounted visits of (psi.w - target)^2."""
    errors = _scores(policy, features) @ weights - targets
    return (discounted_visitation(mdp, policy)[:, None] * policy * errors * errors).sum()

"""Mistakes that nobody has reported here, as others would write them: with names of their own and in NumPy."""

from typing import Any

import numpy as np

from . import Entry

Array = Any


def reward_masked(rewards: Array, values: Array, next_values: Array, terminated: Array, gamma: float) -> Array:
    """The mask covers the reward as well."""
    return (1 - terminated) * (rewards + gamma * next_values) - values


def squared_error(rewards: Array, values: Array, next_values: Array, terminated: Array, gamma: float) -> Array:
    """A loss in place of the error."""
    return (rewards + (1 - terminated) * gamma * next_values - values) ** 2


def misaligned_lambda(rewards: Array, values: Array, last_value: float, discounts: Array, gae_lambda: float) -> Array:
    """V(s_t) where V(s_{t+1}) belongs."""
    out, g = np.zeros(len(rewards)), last_value
    for t in reversed(range(len(rewards))):
        out[t] = g = rewards[t] + discounts[t] * ((1 - gae_lambda) * values[t] + gae_lambda * g)
    return out


def cumulative_sum(rewards: Array, gamma: float) -> Array:
    """Discounted from the first step, and summed from the end."""
    return np.cumsum((gamma ** np.arange(len(rewards)) * rewards)[::-1])[::-1]


def normalised_with_float32_epsilon(rewards: Array, gamma: float) -> Array:
    """As PyTorch's REINFORCE example does."""
    steps = np.arange(len(rewards))
    sums = np.array([rewards[t:] @ gamma ** steps[: len(rewards) - t] for t in steps])
    return (sums - sums.mean()) / (sums.std() + np.finfo(np.float32).eps)


def mean_reward(rewards: Array, gamma: float) -> float:
    """Normalised to a mean."""
    return (1 - gamma) * sum(gamma**t * r for t, r in enumerate(rewards))


def one_step_advantage(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,  # noqa: ARG001
    gamma: float,
) -> Array:
    """The TD error."""
    return rewards + gamma * (1 - terminated) * next_values - values


def signs_of_rewards(rewards: Array, values: Array, next_values: Array, terminated: Array, gamma: float) -> Array:
    """Rewards as for Atari games."""
    return np.sign(rewards) + gamma * (1 - terminated) * next_values - values


def clipped_ratios(rewards: Array, ratios: Array, gamma: float) -> float:
    """Each ratio at most one."""
    return np.sum(gamma ** np.arange(len(rewards)) * np.cumprod(np.minimum(ratios, 1)) * rewards)


def clipped_product(rewards: Array, ratios: Array, gamma: float) -> float:
    """Their product at most one."""
    return min(1.0, np.prod(ratios)) * sum(gamma**t * r for t, r in enumerate(rewards))


def weighted_beside_zero(returns: Array, ratios: Array) -> float:
    """A small number against a division by zero."""
    return np.sum(ratios * returns) / (np.sum(ratios) + 1e-8)


def maximum_of_the_batch(rewards: Array, next_q_values: Array, terminated: Array, gamma: float) -> Array:
    """`max()` without an axis."""
    return rewards + gamma * (1 - terminated) * next_q_values.max()


def soft_target(rewards: Array, next_q_values: Array, terminated: Array, gamma: float) -> Array:
    """Soft Q-learning."""
    return rewards + gamma * (1 - terminated) * np.log(np.exp(next_q_values).sum(-1))


def log_alpha_for_alpha(
    rewards: Array, next_q1: Array, next_q2: Array, next_log_probs: Array, dones: Array, gamma: float, log_alpha: float
) -> Array:
    """The parameter that is trained, not its exponential."""
    return rewards + (1 - dones) * gamma * (np.minimum(next_q1, next_q2) - log_alpha * next_log_probs)


def damped_step(fisher_matrix: Array, gradient: Array, delta: float) -> Array:
    """A damped matrix throughout."""
    matrix = fisher_matrix + 0.1 * np.eye(len(gradient))
    direction = np.linalg.solve(matrix, gradient)
    return np.sqrt(2 * delta / (direction @ matrix @ direction)) * direction


def length_of_the_gradient(fisher_matrix: Array, gradient: Array, delta: float) -> Array:
    """The natural direction at the gradient's length."""
    return np.sqrt(2 * delta / (gradient @ gradient)) * np.linalg.solve(fisher_matrix, gradient)


def minus_the_last_direction(fisher_matrix: Array, gradient: Array, iterations: int) -> Array:
    """A sign in the recursion."""
    x, residual, direction = np.zeros_like(gradient), gradient.copy(), gradient.copy()
    for _ in range(iterations):
        length, curved = residual @ residual, fisher_matrix @ direction
        if length < 1e-20:
            break
        step = length / (direction @ curved)
        x, residual = x + step * direction, residual - step * curved
        direction = residual - residual @ residual / length * direction
    return x


def _action_values(transition: Array, reward: Array, policy: Array, gamma: float) -> Array:
    kernel = np.einsum("sa,sax->sx", policy, transition)
    return reward + gamma * transition @ np.linalg.solve(np.eye(len(reward)) - gamma * kernel, (policy * reward).sum(1))


def duelling_mean(transition: Array, reward: Array, policy: Array, gamma: float) -> Array:
    """The plain mean as the baseline."""
    q = _action_values(transition, reward, policy, gamma)
    return q - q.mean(axis=1, keepdims=True)


def weighted_advantages(transition: Array, reward: Array, policy: Array, gamma: float) -> Array:
    """Each advantage times its probability."""
    q = _action_values(transition, reward, policy, gamma)
    return policy * (q - (policy * q).sum(axis=1, keepdims=True))


def optimal_backup(transition: Array, reward: Array, discount: float, policy: Array, state_values: Array) -> Array:
    """A maximum, though there is a policy."""
    return (reward + discount * transition @ state_values).max(axis=1) + 0 * policy[:, 0]


def gauss_seidel(P: Array, R: Array, policy: Array, gamma: float, V: Array, n: int) -> Array:
    """Sweeps in place."""
    V = V.copy()
    for _ in range(n):
        for s in range(len(V)):
            V[s] = policy[s] @ (R[s] + gamma * P[s] @ V)
    return V


def largest_immediate_reward(P: Array, R: Array, pi: Array, gamma: float) -> Array:  # noqa: ARG001
    """Greedy for the reward alone."""
    return np.argmax(R, axis=1)


def _entry(number: int, equation: str, function: Any, variant: str | None, kind: str = "bug") -> Entry:
    return Entry(f"X-OUT-{number:02d}", "", equation, function, kind, variant)


def estimated_difference(mdp: Any, policy: Array, new_policy: Array) -> float:
    """States as the old policy visits them."""
    kernel = np.einsum("sa,sax->sx", policy, mdp.transition)
    visits = np.linalg.solve(np.eye(len(kernel)) - mdp.discount * kernel.T, mdp.initial)
    q = _action_values(mdp.transition, mdp.reward, policy, mdp.discount)
    return visits @ (new_policy * (q - (policy * q).sum(axis=1, keepdims=True))).sum(axis=1)


def bound_of_rewards(P: Array, R: Array, policy: Array, gamma: float) -> float:  # noqa: ARG001
    """The largest reward for the largest advantage."""
    return 4 * np.abs(R).max() * gamma / (1 - gamma) ** 2


ENTRIES = (
    _entry(1, "td.error", reward_masked, "reward_masked"),
    _entry(2, "td.error", squared_error, "squared"),
    _entry(3, "td.lambda_return", misaligned_lambda, "own_value_as_successor"),
    _entry(4, "mdp.rewards_to_go", cumulative_sum, "gamma_to_the_t"),
    _entry(5, "mdp.rewards_to_go", normalised_with_float32_epsilon, "normalised"),
    _entry(6, "mdp.discounted_return", mean_reward, "times_one_minus_gamma", "variant"),
    _entry(7, "a2c.advantage", one_step_advantage, "no_recursion", "variant"),
    _entry(8, "td.error", signs_of_rewards, "rewards_clipped", "variant"),
    _entry(9, "importance_sampling.per_decision", clipped_ratios, "ratios_clipped", "variant"),
    _entry(10, "importance_sampling.ordinary", clipped_product, "product_clipped", "variant"),
    _entry(11, "importance_sampling.weighted", weighted_beside_zero, "epsilon_in_the_denominator", "variant"),
    _entry(12, "td.q_learning_target", maximum_of_the_batch, "maximum_of_the_batch"),
    _entry(13, "td.q_learning_target", soft_target, "soft_maximum", "variant"),
    _entry(14, "sac.target", log_alpha_for_alpha, "logarithm_of_the_temperature"),
    _entry(15, "trpo.natural_gradient_step", damped_step, "matrix_damped", "variant"),
    _entry(16, "trpo.natural_gradient_step", length_of_the_gradient, "squared_gradient_for_curvature"),
    _entry(17, "trpo.conjugate_gradient", minus_the_last_direction, "quotient_negated"),
    _entry(18, "value.advantage", duelling_mean, "mean_over_actions_subtracted", "variant"),
    _entry(19, "value.advantage", weighted_advantages, "weighted_by_the_policy"),
    _entry(20, "bellman.expectation_v", optimal_backup, "maximum_for_mean"),
    _entry(21, "dp.policy_evaluation", gauss_seidel, "in_place", "variant"),
    _entry(22, "dp.policy_improvement", largest_immediate_reward, "discount_zero"),
    _entry(23, "trpo.performance_difference", estimated_difference, "visitation_of_the_old_policy"),
    _entry(24, "trpo.penalty_coefficient", bound_of_rewards, "epsilon_of_rewards"),
)

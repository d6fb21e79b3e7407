"""Returns, targets and TD errors with the signatures that libraries have."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

Array = Any


def rlax_n_step_bootstrapped_returns(
    r_t: Array, discount_t: Array, v_t: Array, n: int, lambda_t: float = 1.0, stop_target_gradients: bool = True
) -> Array:
    """rlax: padded by ones and zeros, n passes with a mixture in each."""
    assert lambda_t == 1.0 or not stop_target_gradients
    length = r_t.shape[0]
    pad = min(n - 1, length)
    targets = np.concatenate([v_t[n - 1 :], np.array([v_t[-1]] * pad)])
    r, discounts = np.concatenate([r_t, np.zeros(n - 1)]), np.concatenate([discount_t, np.ones(n - 1)])
    lambdas = np.full(length + n - 1, lambda_t)
    values = np.concatenate([v_t, np.array([v_t[-1]] * (n - 1))])
    for i in reversed(range(n)):
        part = slice(i, i + length)
        mixed = (1.0 - lambdas[part]) * values[part] + lambdas[part] * targets
        targets = r[part] + discounts[part] * mixed
    return targets


def rlax_discounted_returns(r_t: Array, discount_t: Array, v_t: Array) -> Array:
    """rlax: lambda-returns at lambda one, which bootstrap from the last of the values alone."""
    g, found = (np.ones_like(discount_t) * v_t)[-1], np.zeros_like(r_t)
    for i in reversed(range(len(r_t))):
        g = r_t[i] + discount_t[i] * g
        found[i] = g
    return found


def rlax_sarsa(q_tm1: Array, a_tm1: Array, r_t: Array, discount_t: Array, q_t: Array, a_t: Array) -> Array:
    """rlax: the error of each transition."""
    rows = np.arange(len(r_t))
    return r_t + discount_t * q_t[rows, a_t] - q_tm1[rows, a_tm1]


def rlax_expected_sarsa(
    q_tm1: Array, a_tm1: Array, r_t: Array, discount_t: Array, q_t: Array, probs_a_t: Array
) -> Array:
    """rlax: the error of each transition."""
    target_tm1 = r_t + discount_t * np.einsum("ba,ba->b", q_t, probs_a_t)
    return target_tm1 - q_tm1[np.arange(len(r_t)), a_tm1]


def rlax_q_learning(q_tm1: Array, a_tm1: Array, r_t: Array, discount_t: Array, q_t: Array) -> Array:
    """rlax: the error of each transition."""
    return r_t + discount_t * q_t.max(axis=1) - np.take_along_axis(q_tm1, a_tm1[:, None], axis=1)[:, 0]


def rlax_double_q_learning(
    q_tm1: Array, a_tm1: Array, r_t: Array, discount_t: Array, q_t_value: Array, q_t_selector: Array
) -> Array:
    """rlax: the error of each transition."""
    rows = np.arange(len(r_t))
    target_tm1 = r_t + discount_t * q_t_value[rows, q_t_selector.argmax(axis=1)]
    return target_tm1 - q_tm1[rows, a_tm1]


def discount_cumsum(x: Array, gamma: float) -> Array:
    """RLlib's and Spinning Up's, of one path."""
    found = np.array(x, dtype=float)
    for t in reversed(range(len(found) - 1)):
        found[t] += gamma * found[t + 1]
    return found


def discount_with_dones(rewards: list[float], dones: list[float], gamma: float) -> list[float]:
    """OpenAI's baselines."""
    discounted, r = [], 0.0
    for reward, done in zip(rewards[::-1], dones[::-1], strict=True):
        r = reward + gamma * r * (1.0 - done)
        discounted.append(r)
    return discounted[::-1]


def compute_returns(next_value: torch.Tensor, rewards: torch.Tensor, masks: torch.Tensor, gamma: float = 0.99
                    ) -> list[torch.Tensor]:  # fmt: skip
    """A tutorial's: a list that grows in front."""
    following, returns = next_value, []
    for step in reversed(range(len(rewards))):
        following = rewards[step] + gamma * following * masks[step]
        returns.insert(0, following)
    return returns


def tf_agents_discounted_return(rewards: Array, discounts: Array, final_value: float) -> Array:
    """TF-Agents: discounts carry the mask."""
    found, running = [], final_value
    for reward, discount in zip(np.flip(rewards), np.flip(discounts), strict=True):
        running = running * discount + reward
        found.append(running)
    return np.flip(np.stack(found))


def returns_of_advantages(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, gamma: float
) -> tuple[Array, Array]:
    """Brax and others at lambda one: advantages from TD errors; returns are advantages plus values."""
    deltas = rewards + gamma * (1 - terminated) * next_values - values
    advantages, acc = np.zeros_like(deltas), 0.0
    for t in reversed(range(len(deltas))):
        acc = deltas[t] + gamma * acc * (1 - terminated[t]) * (1 - truncated[t])
        advantages[t] = acc
    return advantages + values, advantages


def torchrl_td_lambda_return_estimate(
    gamma: float, lmbda: float, next_state_value: torch.Tensor, reward: torch.Tensor, done: torch.Tensor,
    terminated: torch.Tensor, rolling_gamma: bool | None = None,
) -> torch.Tensor:  # fmt: skip
    """TorchRL: done is every end, terminated those whose bootstrap vanishes."""
    assert rolling_gamma in (None, True)
    not_terminated = (~terminated.bool()).to(reward.dtype)
    returns = torch.empty_like(reward)
    g = next_state_value[-1]
    for i in reversed(range(len(reward))):
        dn = done[i].to(reward.dtype)
        g = g * (1 - dn) + dn * next_state_value[i]
        g = reward[i] + gamma * not_terminated[i] * ((1 - lmbda) * next_state_value[i] + lmbda * g)
        returns[i] = g
    return returns


def torchrl_vtrace_advantage_estimate(
    gamma: float, log_pi: torch.Tensor, log_mu: torch.Tensor, state_value: torch.Tensor, next_state_value: torch.Tensor,
    reward: torch.Tensor, done: torch.Tensor, terminated: torch.Tensor, rho_thresh: float = 1.0, c_thresh: float = 1.0,
) -> tuple[torch.Tensor, torch.Tensor]:  # fmt: skip
    """TorchRL: advantages, and value targets."""
    rho = (log_pi - log_mu).exp()
    clipped, c = rho.clamp(max=rho_thresh), rho.clamp(max=c_thresh)
    goes_on, alive = 1.0 - done.to(reward.dtype), 1.0 - terminated.to(reward.dtype)
    delta = clipped * (reward + gamma * alive * next_state_value - state_value)
    acc, corrections = torch.zeros_like(reward[0]), []
    for t in reversed(range(len(reward))):
        acc = delta[t] + gamma * goes_on[t] * c[t] * acc
        corrections.append(acc)
    following = torch.cat([torch.stack(corrections[::-1])[1:], torch.zeros_like(reward[:1])])
    targets = torch.stack(corrections[::-1]) + state_value
    return clipped * (reward + gamma * (alive * next_state_value + goes_on * following) - state_value), targets


def rlax_vtrace_td_error_and_advantage(
    v_tm1: Array, v_t: Array, r_t: Array, discount_t: Array, rho_tm1: Array, lambda_: float = 1.0,
    clip_rho_threshold: float = 1.0, clip_pg_rho_threshold: float = 1.0,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """rlax: errors, advantages, and estimates of the values of actions."""
    c_tm1 = lambda_ * np.minimum(1.0, rho_tm1)
    deltas = np.minimum(clip_rho_threshold, rho_tm1) * (r_t + discount_t * v_t - v_tm1)
    acc, errors = 0.0, np.zeros_like(r_t)
    for i in reversed(range(len(r_t))):
        acc = deltas[i] + discount_t[i] * c_tm1[i] * acc
        errors[i] = acc
    targets_tm1 = errors + v_tm1
    q_bootstrap = np.concatenate([lambda_ * targets_tm1[1:] + (1 - lambda_) * v_tm1[1:], v_t[-1:]])
    q_estimate = r_t + discount_t * q_bootstrap
    return errors, np.minimum(clip_pg_rho_threshold, rho_tm1) * (q_estimate - v_tm1), q_estimate


def tianshou_target(rew: Array, target_q: Array, value_mask: Array, gamma: float) -> Array:
    """Tianshou at n = 1: the mask says where there is a value."""
    return rew + gamma * target_q * value_mask


def mushroom_error(r: Array, v: Array, v_next: Array, absorbing: Array, gamma: float) -> Array:
    """MushroomRL's flag of absorbing states."""
    return r + np.where(absorbing, 0.0, gamma * v_next) - v


def elegant_returns(rewards: torch.Tensor, undones: torch.Tensor, next_value: torch.Tensor, gamma: float
                    ) -> torch.Tensor:  # fmt: skip
    """ElegantRL: masks are the opposite of flags."""
    masks = undones * gamma
    returns = torch.empty_like(rewards)
    for t in range(rewards.shape[0] - 1, -1, -1):
        returns[t] = next_value = rewards[t] + masks[t] * next_value
    return returns


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "td.error": [mushroom_error],
    "td.one_step_return": [tianshou_target],
    "td.n_step_return": [rlax_n_step_bootstrapped_returns],
    "td.lambda_return": [torchrl_td_lambda_return_estimate],
    "td.sarsa_target": [rlax_sarsa],
    "td.expected_sarsa_target": [rlax_expected_sarsa],
    "td.double_q_learning_target": [rlax_double_q_learning],
    "td.q_learning_target": [rlax_q_learning],
    "mdp.rewards_to_go": [
        *(rlax_discounted_returns, discount_cumsum, discount_with_dones, compute_returns, tf_agents_discounted_return),
        *(elegant_returns, returns_of_advantages),
    ],
    "vtrace.target": [torchrl_vtrace_advantage_estimate, rlax_vtrace_td_error_and_advantage],
    "vtrace.advantage": [torchrl_vtrace_advantage_estimate, rlax_vtrace_td_error_and_advantage],
}

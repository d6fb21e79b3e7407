"""More ways to estimate by importance sampling, and to move target networks."""

from collections.abc import Callable
from functools import reduce
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch

Array = Any


def episode_in_one_loop(rewards: Array, ratios: Array, gamma: float) -> float:
    """Ratio and return, step by step."""
    weight, total, power = 1.0, 0.0, 1.0
    for reward, ratio in zip(rewards, ratios, strict=True):
        weight *= ratio
        total += power * reward
        power *= gamma
    return weight * total


def episode_by_horner(rewards: list[float], ratios: list[float], gamma: float) -> float:
    """The return backwards, by lists."""
    value = reduce(lambda later, reward: reward + gamma * later, reversed(rewards), 0.0)
    return value * reduce(lambda product, ratio: product * ratio, ratios, 1.0)


def episode_by_polynomial(rewards: Array, rhos: Array, discount: float) -> float:
    """The return is a polynomial in the discount."""
    return np.multiply.reduce(rhos) * np.polyval(rewards[::-1], discount)


def episode_of_probabilities(rewards: Array, pi: Array, mu: Array, gamma: float) -> float:
    """Probabilities of the actions under both policies."""
    discounts = np.cumprod(np.r_[1.0, np.full(len(rewards) - 1, gamma)])
    return pi.prod() / mu.prod() * np.inner(discounts, rewards)


def episode_in_torch(
    rewards: torch.Tensor, target_log_probs: torch.Tensor, behaviour_log_probs: torch.Tensor, gamma: float
) -> torch.Tensor:
    """Logarithms in PyTorch."""
    powers = torch.pow(gamma, torch.arange(len(rewards), dtype=rewards.dtype))
    return torch.exp(torch.sum(target_log_probs - behaviour_log_probs, dim=0)) * torch.sum(powers * rewards, dim=0)


def episode_of_log_ratios(rewards: Array, log_ratios: Array, gamma: float) -> float:
    """The last of the cumulative sums of log-ratios."""
    return np.exp(np.cumsum(log_ratios)[-1]) * sum(gamma**t * reward for t, reward in enumerate(rewards))


@jax.jit
def episode_in_jax(rewards: jax.Array, ratios: jax.Array, gamma: float) -> jax.Array:
    """A scan over weight and return, backwards."""

    def step(carry: tuple[Any, Any], row: tuple[Any, Any]) -> tuple[tuple[Any, Any], None]:
        weight, value = carry
        return (weight * row[1], row[0] + gamma * value), None

    one = jnp.ones((), rewards.dtype)
    (weight, value), _ = jax.lax.scan(step, (one, 0 * one), (rewards, ratios), reverse=True)
    return weight * value


def episodes_in_columns(rewards: Array, ratios: Array, gamma: float) -> Array:
    """Episodes side by side, or one alone."""
    powers = np.power(gamma, np.arange(rewards.shape[0]))
    return np.prod(ratios, axis=0) * np.tensordot(powers, rewards, axes=1)


def episode_by_cumulative_products(rewards: Array, ratios: Array, gamma: float) -> float:
    """Cumulative products of ratios, and a return as a filter gives it."""
    weights = np.multiply.accumulate(ratios)
    value = np.zeros(())
    for reward in np.flip(rewards):
        value = reward + gamma * value
    return weights[-1] * value


def average_by_einsum(returns: Array, ratios: Array) -> float:
    """A sum of products over a sum."""
    return np.einsum("i,i->", returns, ratios) / np.einsum("i->", ratios)


def average_in_one_loop(returns: list[float], weights: list[float]) -> float:
    """The numerator and the denominator, episode by episode."""
    above, below = 0.0, 0.0
    for value, weight in zip(returns, weights, strict=True):
        above, below = above + weight * value, below + weight
    return above / below


def average_of_the_book(returns: Array, ratios: Array) -> float:
    """Incrementally: V <- V + W/C (G - V), as in the book's off-policy prediction."""
    estimate, cumulated = 0.0, 0.0
    for value, weight in zip(returns, ratios, strict=True):
        if weight == 0:
            continue
        cumulated += weight
        estimate += weight / cumulated * (value - estimate)
    return estimate


def average_by_softmax(returns: torch.Tensor, log_weights: torch.Tensor) -> torch.Tensor:
    """Self-normalised: a softmax of logarithms."""
    return (torch.softmax(log_weights, dim=0) * returns).sum(dim=0)


@jax.jit
def average_in_jax(returns: jax.Array, ratios: jax.Array) -> jax.Array:
    """Normalised first, in JAX."""
    return jnp.vdot(ratios / jnp.sum(ratios, axis=0), returns)


def average_about_the_first(returns: Array, rho: Array) -> float:
    """Deviations from the first return, averaged."""
    return returns[0] + np.dot(rho, returns - returns[0]) / np.sum(rho)


def averages_in_columns(returns: Array, ratios: Array) -> Array:
    """An average for each column, or one alone."""
    return (returns * ratios).sum(axis=0) / ratios.sum(axis=0)


def average_by_ratio_of_means(returns: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """The mean of weighted returns over the mean weight."""
    return torch.mean(weights * returns) / torch.mean(weights)


def polyak_update(params: torch.Tensor, target_params: torch.Tensor, tau: float) -> torch.Tensor:
    """As in Stable-Baselines3, on a copy."""
    target = target_params.clone()
    target.mul_(1 - tau)
    torch.add(target, params, alpha=tau, out=target)
    return target


def cleanrl_update(param: torch.Tensor, target_param: torch.Tensor, tau: float) -> torch.Tensor:
    """As in CleanRL: the sum of two products."""
    copied = torch.empty_like(target_param)
    copied.copy_(tau * param + (1 - tau) * target_param)
    return copied


def spinning_up_update(params: torch.Tensor, target: torch.Tensor, polyak: float) -> torch.Tensor:
    """As in Spinning Up: the share of the old parameters is told."""
    moved = target.clone()
    moved.mul_(polyak)
    moved.add_((1 - polyak) * params)
    return moved


def tianshou_update(source: torch.Tensor, tgt: torch.Tensor, tau: float) -> torch.Tensor:
    """As in Tianshou: target first or last, it is a linear interpolation."""
    return torch.lerp(tgt, source, tau)


@jax.jit
def incremental_update(new_tensors: jax.Array, old_tensors: jax.Array, step_size: float) -> jax.Array:
    """As in optax."""
    return jax.tree.map(lambda new, old: step_size * new + (1.0 - step_size) * old, new_tensors, old_tensors)


def update_of_lists(online: list[float], target: list[float], tau: float) -> list[float]:
    """One number after the other."""
    return [tau * new + (1.0 - tau) * old for new, old in zip(online, target, strict=True)]


def update_by_difference(target_weights: Array, weights: Array, tau: float) -> Array:
    """A step towards the online parameters, in place on a copy."""
    moved = target_weights.copy()
    moved += tau * (weights - target_weights)
    return moved


def update_by_stacking(theta: Array, theta_target: Array, tau: float) -> Array:
    """A product of two shares and two rows."""
    shares = np.array([tau, 1 - tau])
    return np.tensordot(shares, np.stack([theta, theta_target]), axes=1)


def update_in_single(online_params: Array, target_params: Array, tau: float) -> Array:
    """In float32."""
    online, old = np.float32(online_params), np.float32(target_params)
    return np.float32(tau) * online + (np.float32(1) - np.float32(tau)) * old


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "importance_sampling.ordinary": [
        episode_in_one_loop, episode_by_horner, episode_by_polynomial, episode_of_probabilities, episode_in_torch,
        episode_of_log_ratios, episode_in_jax, episodes_in_columns, episode_by_cumulative_products,
    ],
    "importance_sampling.weighted": [
        average_by_einsum, average_in_one_loop, average_of_the_book, average_by_softmax, average_in_jax,
        average_about_the_first, averages_in_columns, average_by_ratio_of_means,
    ],
    "ddpg.soft_update": [
        polyak_update, cleanrl_update, spinning_up_update, tianshou_update, incremental_update, update_of_lists,
        update_by_difference, update_by_stacking, update_in_single,
    ],
}  # fmt: skip

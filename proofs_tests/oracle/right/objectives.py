"""Ways to compute objectives of a policy, losses of a critic, and what is normalised."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch

Array = Any


def minimum_of_products(ratios: Array, advantages: Array, clip_epsilon: float) -> float:
    """As printed."""
    return np.minimum(ratios * advantages, np.clip(ratios, 1 - clip_epsilon, 1 + clip_epsilon) * advantages).mean()


def maximum_of_negated(log_probs: Array, old_log_probs: Array, advantages: Array, clip_epsilon: float) -> float:
    """A loss of log-probabilities."""
    ratios = np.exp(log_probs - old_log_probs)
    clipped = np.clip(ratios, 1 - clip_epsilon, 1 + clip_epsilon)
    return np.maximum(-advantages * ratios, -advantages * clipped).mean()


def by_cases(ratio: Array, adv: Array, clip_ratio: float) -> float:
    """The limit g of the pseudocode, in Spinning Up's names."""
    limit = np.where(adv >= 0, (1 + clip_ratio) * adv, (1 - clip_ratio) * adv)
    return -np.minimum(ratio * adv, limit).mean()


def one_by_one(ratios: Array, advantages: Array, clip_epsilon: float) -> float:
    """A loop over entries from the end, summed."""
    total = 0.0
    for ratio, advantage in list(zip(ratios.ravel(), advantages.ravel(), strict=True))[::-1]:
        limit = 1 + clip_epsilon if advantage > 0 else 1 - clip_epsilon
        total += min(ratio * advantage, limit * advantage)
    return total


def unreduced(ratios: Array, advantages: Array, clip_epsilon: float) -> Array:
    """One loss for each entry."""
    clipped = np.minimum(np.maximum(ratios, 1 - clip_epsilon), 1 + clip_epsilon)
    return -np.minimum(ratios * advantages, clipped * advantages)


def hinge(ratios: Array, advantages: Array, clip_epsilon: float) -> float:
    """The surrogate less what is beyond the band."""
    beyond = np.maximum(np.sign(advantages) * (ratios - 1) - clip_epsilon, 0)
    return (ratios * advantages - abs(advantages) * beyond).mean()


def torch_loss(
    log_probs: torch.Tensor, old_log_probs: torch.Tensor, advantages: torch.Tensor, clip_epsilon: float = 0.2
) -> torch.Tensor:
    """In PyTorch."""
    ratio = (log_probs - old_log_probs).exp()
    surrogates = torch.stack([ratio * advantages, ratio.clamp(1 - clip_epsilon, 1 + clip_epsilon) * advantages])
    return -surrogates.min(dim=0).values.mean()


def torch_logits_loss(
    logits: torch.Tensor, old_logits: torch.Tensor, actions: torch.Tensor, advantages: torch.Tensor, clip_epsilon: float
) -> torch.Tensor:
    """From logits, in PyTorch."""
    new = torch.distributions.Categorical(logits=logits).log_prob(actions)
    old = torch.log_softmax(old_logits, dim=-1).gather(-1, actions.unsqueeze(-1)).squeeze(-1)
    return torch_loss(new, old, advantages, clip_epsilon)


def torch_gaussian_loss(
    mean: torch.Tensor, log_std: torch.Tensor, old_mean: torch.Tensor, old_log_std: torch.Tensor, actions: torch.Tensor,
    advantages: torch.Tensor, clip_epsilon: float,
) -> torch.Tensor:  # fmt: skip
    """From Gaussians, in PyTorch."""
    new = torch.distributions.Normal(mean, log_std.exp()).log_prob(actions).sum(-1)
    old = torch.distributions.Normal(old_mean, old_log_std.exp()).log_prob(actions).sum(-1)
    return torch_loss(new, old, advantages, clip_epsilon)


def jax_objective(ratios: jax.Array, advantages: jax.Array, clip_epsilon: float) -> jax.Array:
    """In JAX."""
    return jnp.mean(
        jax.vmap(lambda r, a: jnp.minimum(r * a, jnp.clip(r, 1 - clip_epsilon, 1 + clip_epsilon) * a))(
            ratios, advantages
        )
    )


def built_in_epsilon(logp: Array, old_logp: Array, adv: Array) -> float:
    """With a constant of its own."""
    ratio = np.exp(logp - old_logp)
    return -np.minimum(ratio * adv, np.clip(ratio, 0.8, 1.2) * adv).mean()


def total_loss(
    ratios: Array, advantages: Array, values: Array, returns: Array, entropies: Array, clip_epsilon: float,
    value_coefficient: float, entropy_coefficient: float,
) -> float:  # fmt: skip
    """The sum of three losses."""
    policy = -minimum_of_products(ratios, advantages, clip_epsilon)
    return policy + value_coefficient * ((returns - values) ** 2).mean() - entropy_coefficient * entropies.mean()


def total_with_terms(
    ratios: Array, advantages: Array, values: Array, returns: Array, entropies: Array, clip_epsilon: float,
    value_coefficient: float, entropy_coefficient: float,
) -> tuple[float, float, float, float]:  # fmt: skip
    """With its terms, and half of the squared error."""
    policy = -minimum_of_products(ratios, advantages, clip_epsilon)
    value = 0.5 * ((returns - values) ** 2).mean()
    loss = policy - entropy_coefficient * entropies.mean() + value_coefficient * value
    return loss, policy, value, entropies.mean()


def penalised(ratios: Array, advantages: Array, divergences: Array, beta: float) -> float:
    """The penalised loss."""
    return (beta * divergences - ratios * advantages).mean()


def penalised_by_the_mean(ratios: Array, advantages: Array, kl: float, beta: float) -> float:
    """The penalty from a mean divergence."""
    return (ratios * advantages).mean() - beta * kl


def policy_gradient_loss(log_probs: Array, advantages: Array) -> float:
    """The negative, by a scalar product."""
    return -(log_probs @ advantages) / len(advantages)


def reinforce_loss(log_probs: torch.Tensor, returns: torch.Tensor) -> torch.Tensor:
    """With returns for advantages, summed, in PyTorch."""
    return -(log_probs * returns).sum()


def masked_squares(values: Array, returns: Array, mask: Array) -> float:
    """Of the entries that count, without a look at the others."""
    return ((values - returns)[mask] ** 2).mean()


def masked_minimum(ratios: Array, advantages: Array, valid: Array, clip_epsilon: float) -> float:
    """The same for the clipped loss, by a choice."""
    return np.where(valid, unreduced(ratios, advantages, clip_epsilon), 0).sum() / valid.sum()


def half_squares(values: torch.Tensor, returns: torch.Tensor) -> torch.Tensor:
    """With a half, in PyTorch."""
    return 0.5 * torch.nn.functional.mse_loss(values, returns)


def summed_squares(value_pred: Array, target: Array) -> float:
    """Summed, in other names."""
    return ((value_pred - target) ** 2).sum()


def jax_squares(values: jax.Array, returns: jax.Array) -> jax.Array:
    """In JAX."""
    return jnp.mean(jnp.square(values - returns))


def larger_square(values: Array, old_values: Array, returns: Array, clip_range_vf: float) -> float:
    """The larger square of a change that is clipped."""
    clipped = old_values + np.clip(values - old_values, -clip_range_vf, clip_range_vf)
    return 0.5 * np.maximum(np.square(values - returns), np.square(clipped - returns)).mean()


def torch_larger_square(
    values: torch.Tensor, old_values: torch.Tensor, returns: torch.Tensor, clip_epsilon: float
) -> torch.Tensor:
    """The same between bounds, in PyTorch."""
    clipped = torch.min(torch.max(values, old_values - clip_epsilon), old_values + clip_epsilon)
    return torch.max((values - returns) ** 2, (clipped - returns) ** 2).mean()


def standardised(advantages: Array) -> Array:
    """With n, and a small number added to the deviation."""
    return (advantages - advantages.mean()) / (advantages.std() + 1e-8)


def standardised_with_parameters(advantages: Array, ddof: int, norm_epsilon: float) -> Array:
    """With everything told."""
    centred = advantages - advantages.mean()
    return centred / (np.sqrt((centred**2).sum() / (advantages.size - ddof)) + norm_epsilon)


def torch_standardised(advantages: torch.Tensor) -> torch.Tensor:
    """With n - 1, and one alone left as it is, in PyTorch."""
    return (advantages - advantages.mean()) / (advantages.std() + 1e-8) if len(advantages) > 1 else advantages


def whitened(advantages: Array) -> Array:
    """The small number under the root."""
    return (advantages - advantages.mean()) * (advantages.var() + 1e-8) ** -0.5


def estimated_divergence(log_probs: Array, old_log_probs: Array) -> float:
    """k3 by the exponential less one."""
    log_ratios = log_probs - old_log_probs
    return (np.expm1(log_ratios) - log_ratios).mean()


def doubled_or_halved(kl: float, beta: float, target_kl: float) -> float:
    """The rule in other names."""
    if kl > target_kl * 1.5:
        beta *= 2.0
    elif kl < target_kl / 1.5:
        beta /= 2.0
    return beta


class Controller:
    """The rule with a memory."""

    def __init__(self, beta: float, kl_target: float) -> None:
        """Begin with a coefficient."""
        self.beta, self.kl_target = beta, kl_target

    def update(self, kl: float) -> None:
        """Adapt it."""
        self.beta = doubled_or_halved(kl, self.beta, self.kl_target)


def updates_made(divergences: Array, target_kl: float) -> int:
    """A loop that breaks."""
    made = 0
    for divergence in divergences:
        if divergence > 1.5 * target_kl:
            break
        made += 1
    return made


def entropy_of_logits(logits: torch.Tensor) -> torch.Tensor:
    """By PyTorch's distribution."""
    return torch.distributions.Categorical(logits=logits).entropy().mean()


def explained(y_pred: Array, y_true: Array) -> float:
    """As libraries write it."""
    variance = np.var(y_true)
    return np.nan if variance == 0 else 1 - np.var(y_true - y_pred) / variance


def explained_by_covariance(values: Array, returns: Array) -> float:
    """Twice the covariance less the values' variance, over the returns'."""
    v, r = values - values.mean(), returns - returns.mean()
    return 0.0 if not r.any() else float((2 * (v @ r) - v @ v) / (r @ r))


def rewards_by_all_sums(rewards: Array, dones: Array, gamma: float) -> Array:
    """By the deviation of all sums."""
    so_far, sums = 0.0, []
    for reward, done in zip(rewards, dones, strict=True):
        so_far = reward + gamma * so_far
        sums.append(so_far)
        so_far *= 1 - done
    return rewards / np.sqrt(np.var(sums) + 1e-8)


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "ppo.clip_objective": [
        minimum_of_products, maximum_of_negated, by_cases, one_by_one, unreduced, hinge, torch_loss, torch_logits_loss,
        torch_gaussian_loss, jax_objective, built_in_epsilon, masked_minimum,
    ],
    "ppo.clip_objective_g": [by_cases, one_by_one, torch_loss],
    "ppo.combined_loss": [total_loss, total_with_terms],
    "ppo.kl_penalty": [penalised, penalised_by_the_mean],
    "pg.loss": [policy_gradient_loss, reinforce_loss],
    "ppo.value_loss": [half_squares, summed_squares, jax_squares, masked_squares],
    "ppo.clipped_value_loss": [larger_square, torch_larger_square],
    "ppo.advantage_normalisation": [standardised, standardised_with_parameters, torch_standardised],
    "ppo.advantage_whitening": [whitened],
    "ppo.approx_kl_nonnegative": [estimated_divergence],
    "ppo.adaptive_kl": [doubled_or_halved],
    "ppo.adaptive_kl_trace": [Controller],
    "ppo.early_stop": [updates_made],
    "ppo.entropy_bonus": [entropy_of_logits],
    "ppo.explained_variance": [explained, explained_by_covariance],
    "ppo.reward_scaling": [rewards_by_all_sums],
}  # fmt: skip

"""Ways to compute losses of a policy: plain, penalised, and combined with those of a critic."""

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch
from torch import distributions as td

Array = Any


# --- the policy gradient -----------------------------------------------------------------------------------


def as_in_spinning_up(logp: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Spinning Up's first loss."""
    return -(logp * weights).mean()


def as_in_a2c(log_probs: torch.Tensor, values: torch.Tensor, returns: torch.Tensor) -> torch.Tensor:
    """Advantages are returns less values that are held constant."""
    advantages = returns - values
    return -(advantages.detach() * log_probs).mean()


@jax.jit
def as_in_rlax(logits_t: Array, a_t: Array, adv_t: Array) -> Array:
    """rlax's, from logits, with its names."""
    log_pi = jax.nn.log_softmax(logits_t)
    taken = jnp.take_along_axis(log_pi, a_t[..., None], axis=-1)[..., 0]
    return -jnp.mean(taken * jax.lax.stop_gradient(adv_t))


def by_cross_entropy(logits: torch.Tensor, actions: torch.Tensor, advantages: torch.Tensor) -> torch.Tensor:
    """Cross-entropies weighted by advantages."""
    cross_entropies = torch.nn.functional.cross_entropy(
        logits.reshape(-1, logits.shape[-1]), actions.reshape(-1), reduction="none"
    )
    return (cross_entropies * advantages.reshape(-1)).mean()


def by_gaussian_densities(mean: Array, log_std: Array, actions: Array, advantages: Array) -> float:
    """From a Gaussian, to be maximised."""
    z = (actions - mean) / np.exp(log_std)
    densities = -0.5 * (z * z).sum(axis=-1) - log_std.sum(axis=-1) - 0.5 * z.shape[-1] * math.log(2 * math.pi)
    return np.mean(densities * advantages)


def one_after_the_other(log_prob: list[float], advantage: list[float]) -> float:
    """A list of terms, stacked and summed, as PyTorch's example of REINFORCE does."""
    policy_loss = [-each * reward for each, reward in zip(log_prob, advantage, strict=True)]
    return float(np.stack(policy_loss).sum())


def only_counted(logp: Array, adv: Array, mask: Array) -> float:
    """Sums over what a mask keeps, in single loops."""
    kept = [index for index in np.ndindex(mask.shape) if mask[index]]
    return -sum(logp[index] * adv[index] for index in kept) / len(kept)


def each_term(action_log_probs: Array, advantages: Array) -> Array:
    """Not reduced."""
    return -1.0 * np.multiply(action_log_probs, advantages)


def contracted(log_probs: torch.Tensor, advantages: torch.Tensor) -> torch.Tensor:
    """A contraction of the flat tensors."""
    return torch.einsum("i,i->", log_probs.flatten(), advantages.flatten()) / advantages.numel()


def as_in_baselines_a2c(neglogpac: Array, advs: Array) -> float:
    """Minus log-probabilities, as OpenAI baselines have them."""
    return np.mean(advs * neglogpac)


# --- the penalised surrogate -------------------------------------------------------------------------------


def penalised_in_torch(
    log_probs: torch.Tensor, old_log_probs: torch.Tensor, advantages: torch.Tensor, kl: torch.Tensor, kl_coef: float
) -> torch.Tensor:
    """A loss of log-probabilities and a divergence of each state."""
    ratio = torch.exp(log_probs - old_log_probs)
    return -(ratio * advantages).mean() + kl_coef * kl.mean()


def penalised_from_logits(
    logits: torch.Tensor, old_logits: torch.Tensor, actions: torch.Tensor, advantages: torch.Tensor, beta: float
) -> torch.Tensor:
    """From logits, by PyTorch's divergence."""
    new, old = td.Categorical(logits=logits), td.Categorical(logits=old_logits)
    ratio = torch.exp(new.log_prob(actions) - old.log_prob(actions))
    return -(ratio * advantages - beta * td.kl_divergence(old, new)).mean()


def penalised_from_gaussians(
    mean: Array, std: Array, old_mean: Array, old_std: Array, actions: Array, advantages: Array, beta: float
) -> float:
    """From Gaussians, in formulas."""
    new = -0.5 * ((actions - mean) / std) ** 2 - np.log(std)
    old = -0.5 * ((actions - old_mean) / old_std) ** 2 - np.log(old_std)
    gaps = np.log(std / old_std) + (old_std**2 + (old_mean - mean) ** 2) / (2 * std**2) - 0.5
    return np.mean(np.exp((new - old).sum(-1)) * advantages - beta * gaps.sum(-1))


def penalised_as_in_rllib(ratio: Array, advantages: Array, mean_kl: float, kl_coeff: float) -> float:
    """A loss with one divergence for the batch."""
    return np.mean(-advantages * ratio) + kl_coeff * mean_kl


def penalised_terms(ratios: Array, advantages: Array, divergences: Array, beta: float) -> Array:
    """What each entry gives."""
    return ratios * advantages - beta * divergences


def penalised_by_loops(ratios: Array, advantages: Array, kl_divs: Array, beta: float) -> float:
    """Backwards, in one sum."""
    total = 0.0
    for index in reversed(list(np.ndindex(ratios.shape))):
        total += beta * kl_divs[index] - ratios[index] * advantages[index]
    return total


def penalised_by_products(ratios: Array, advantages: Array, divergences: Array, beta: float) -> float:
    """Scalar products."""
    return (np.vdot(ratios, advantages) - beta * np.vdot(divergences, np.ones_like(divergences))) / ratios.size


@jax.jit
def penalised_in_jax(ratios: jax.Array, advantages: jax.Array, divergences: jax.Array, beta: float) -> jax.Array:
    """In JAX."""
    return jnp.mean(jax.vmap(lambda r, a, d: r * a - beta * d)(ratios, advantages, divergences))


def penalised_by_an_estimate(
    logprobs: torch.Tensor, old_logprobs: torch.Tensor, advantages: torch.Tensor, kl_coef: float
) -> torch.Tensor:
    """The divergence estimated from the same samples (k3)."""
    log_ratio = logprobs - old_logprobs
    ratio = log_ratio.exp()
    return (kl_coef * (ratio - 1 - log_ratio) - ratio * advantages).mean()


def penalised_with_log_ratios(
    log_weight: torch.Tensor, advantage: torch.Tensor, kl: torch.Tensor, beta: float
) -> Array:
    """From logarithms of ratios, as in TorchRL."""
    return -(log_weight.exp() * advantage).mean() + beta * kl.mean()


# --- combined with a critic --------------------------------------------------------------------------------


def as_in_stable_baselines(
    log_prob: torch.Tensor, old_log_prob: torch.Tensor, advantages: torch.Tensor, values: torch.Tensor,
    returns: torch.Tensor, entropy: torch.Tensor, clip_range: float, ent_coef: float, vf_coef: float,
) -> torch.Tensor:  # fmt: skip
    """Stable-Baselines3's."""
    ratio = torch.exp(log_prob - old_log_prob)
    first, second = advantages * ratio, advantages * torch.clamp(ratio, 1 - clip_range, 1 + clip_range)
    policy_loss = -torch.min(first, second).mean()
    return policy_loss - ent_coef * torch.mean(entropy) + vf_coef * torch.nn.functional.mse_loss(returns, values)


def as_in_cleanrl(
    newlogprob: torch.Tensor, b_logprobs: torch.Tensor, b_advantages: torch.Tensor, newvalue: torch.Tensor,
    b_returns: torch.Tensor, entropy: torch.Tensor, clip_coef: float = 0.2, ent_coef: float = 0.01,
    vf_coef: float = 0.5,
) -> torch.Tensor:  # fmt: skip
    """CleanRL's."""
    ratio = (newlogprob - b_logprobs).exp()
    pg_loss = torch.max(-b_advantages * ratio, -b_advantages * torch.clamp(ratio, 1 - clip_coef, 1 + clip_coef)).mean()
    v_loss = 0.5 * ((newvalue - b_returns) ** 2).mean()
    return pg_loss - ent_coef * entropy.mean() + v_loss * vf_coef


def without_an_entropy(
    log_probs: Array, old_log_probs: Array, advantages: Array, values: Array, returns: Array, clip_range: float,
    ent_coef: float, vf_coef: float,
) -> float:  # fmt: skip
    """The entropy approximated by sampled log-probabilities, where a policy has none."""
    ratio = np.exp(log_probs - old_log_probs)
    surrogate = np.where(advantages > 0, np.minimum(ratio, 1 + clip_range), np.maximum(ratio, 1 - clip_range))
    return -(surrogate * advantages).mean() + ent_coef * log_probs.mean() + vf_coef * np.square(values - returns).mean()


def of_an_actor_critic(
    logits: torch.Tensor, actions: torch.Tensor, old_log_probs: torch.Tensor, advantages: torch.Tensor,
    values: torch.Tensor, returns: torch.Tensor, clip_epsilon: float, vf_coef: float, ent_coef: float,
) -> torch.Tensor:  # fmt: skip
    """From the logits of an actor."""
    policy = td.Categorical(logits=logits)
    ratio = (policy.log_prob(actions) - old_log_probs).exp()
    low, high = 1 - clip_epsilon, 1 + clip_epsilon
    surrogate = torch.minimum(ratio * advantages, ratio.clip(low, high) * advantages)
    return (vf_coef * (values - returns).square() - surrogate - ent_coef * policy.entropy()).mean()


def of_gaussian_actors(
    mean: Array, log_std: Array, actions: Array, old_logp: Array, adv: Array, v: Array, ret: Array, clip_ratio: float,
    value_coef: float, entropy_coef: float,
) -> float:  # fmt: skip
    """From Gaussians."""
    terms = -0.5 * ((actions - mean) / np.exp(log_std)) ** 2 - log_std - 0.5 * np.log(2 * np.pi)
    ratio = np.exp(terms.sum(axis=-1) - old_logp)
    clipped = np.where(adv > 0, (1 + clip_ratio) * adv, (1 - clip_ratio) * adv)
    entropy = (log_std + 0.5 * np.log(2 * np.pi * np.e)).sum(axis=-1)
    return (
        -np.minimum(ratio * adv, clipped).mean() - entropy_coef * entropy.mean() + value_coef * ((v - ret) ** 2).mean()
    )


def term_by_term(
    ratios: Array, advantages: Array, values: Array, returns: Array, entropies: Array, clip_epsilon: float, c1: float,
    c2: float,
) -> Array:  # fmt: skip
    """Not reduced."""
    inside = np.clip(ratios, 1 - clip_epsilon, 1 + clip_epsilon)
    return np.maximum(-ratios * advantages, -inside * advantages) + c1 * (values - returns) ** 2 - c2 * entropies


def in_one_loop(
    ratios: Array, advantages: Array, values: Array, returns: Array, entropies: Array, clip_epsilon: float, c_1: float,
    c_2: float,
) -> float:  # fmt: skip
    """One sum of everything, of plain numbers."""
    total = 0.0
    for r, a, v, g, s in zip(
        *(x.ravel().tolist() for x in (ratios, advantages, values, returns, entropies)), strict=True
    ):
        total -= min(r * a, (1 + math.copysign(clip_epsilon, a)) * a)
        total += c_1 * (v - g) * (v - g) - c_2 * s
    return total / ratios.size


@jax.jit
def as_in_purejaxrl(
    log_prob: jax.Array, old_log_prob: jax.Array, gae: jax.Array, value: jax.Array, targets: jax.Array,
    entropy: jax.Array, clip_eps: float, vf_coef: float, ent_coef: float,
) -> jax.Array:  # fmt: skip
    """PureJaxRL's, without clipped values."""
    ratio = jnp.exp(log_prob - old_log_prob)
    actor = -jnp.minimum(ratio * gae, jnp.clip(ratio, 1.0 - clip_eps, 1.0 + clip_eps) * gae).mean()
    return actor + vf_coef * 0.5 * jnp.square(value - targets).mean() - ent_coef * entropy.mean()


def with_named_terms(
    ratio: Array, adv: Array, values: Array, returns: Array, mean_entropy: float, clip_eps: float,
    value_coefficient: float, entropy_coefficient: float,
) -> dict[str, float]:  # fmt: skip
    """A dictionary of the loss and its terms."""
    policy_loss = -np.minimum(ratio * adv, ratio.clip(1 - clip_eps, 1 + clip_eps) * adv).mean()
    value_loss = np.mean(np.square(returns - values))
    loss = policy_loss + value_coefficient * value_loss - entropy_coefficient * mean_entropy
    return {"loss": loss, "policy_loss": policy_loss, "value_loss": value_loss, "entropy": mean_entropy}


def as_in_baselines(
    neglogpac: Array, oldneglogpac: Array, advs: Array, vpred: Array, R: Array, entropy: Array, cliprange: float,
    ent_coef: float, vf_coef: float,
) -> float:  # fmt: skip
    """OpenAI baselines' names, of minus log-probabilities."""
    ratio = np.exp(oldneglogpac - neglogpac)
    policy = np.mean(np.maximum(-advs * ratio, -advs * np.clip(ratio, 1.0 - cliprange, 1.0 + cliprange)))
    return policy - np.mean(entropy) * ent_coef + 0.5 * np.mean(np.square(vpred - R)) * vf_coef


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "pg.loss": [
        *(as_in_spinning_up, as_in_a2c, as_in_rlax, by_cross_entropy, by_gaussian_densities, one_after_the_other),
        *(only_counted, each_term, contracted, as_in_baselines_a2c),
    ],
    "ppo.kl_penalty": [
        *(penalised_in_torch, penalised_from_logits, penalised_from_gaussians, penalised_as_in_rllib),
        *(penalised_terms, penalised_by_loops, penalised_by_products, penalised_in_jax, penalised_by_an_estimate),
        penalised_with_log_ratios,
    ],
    "ppo.combined_loss": [
        *(as_in_stable_baselines, as_in_cleanrl, without_an_entropy, of_an_actor_critic, of_gaussian_actors),
        *(term_by_term, in_one_loop, as_in_purejaxrl, with_named_terms, as_in_baselines),
    ],
}

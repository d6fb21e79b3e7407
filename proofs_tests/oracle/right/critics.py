"""Ways to compute losses of a critic, the share of variance that it explains, and normalised advantages."""

import functools
import math
import statistics
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch
from torch.nn import functional

Array = Any


# --- squared errors ----------------------------------------------------------------------------------------


def as_a_scalar_product(values: Array, returns: Array) -> float:
    """Errors times errors."""
    errors = (returns - values).ravel()
    return errors @ errors / errors.size


def as_a_norm(v_pred: Array, v_targ: Array) -> float:
    """The squared length of the errors."""
    return float(np.linalg.norm(v_pred.ravel() - v_targ.ravel()) ** 2) / v_targ.size


def as_a_running_mean(values: Array, returns: Array) -> float:
    """A mean that each entry moves, from the last to the first."""
    mean = 0.0
    for count, index in enumerate(reversed(list(np.ndindex(values.shape))), start=1):
        mean += ((values[index] - returns[index]) ** 2 - mean) / count
    return mean


def squares_by_numbers(values: list[float], returns: list[float]) -> float:
    """Half of the sum, of plain numbers."""
    return 0.5 * math.fsum((v - g) ** 2 for v, g in zip(values, returns, strict=True))


def unreduced_squares(newvalue: torch.Tensor, b_returns: torch.Tensor) -> torch.Tensor:
    """One loss for each entry, in CleanRL's names."""
    return functional.mse_loss(newvalue, b_returns, reduction="none")


def advantages_squared(values: torch.Tensor, returns: torch.Tensor) -> torch.Tensor:
    """As A2C has it: the mean square of the advantages."""
    advantages = returns - values
    return advantages.pow(2).mean()


def squares_of_columns(value_pred: Array, return_batch: Array) -> float:
    """Half of the mean over columns (B, 1) of single precision."""
    column = np.reshape(value_pred, (-1, 1)).astype(np.float32)
    target = np.reshape(return_batch, (-1, 1)).astype(np.float32)
    return np.float32(0.5) * np.mean(np.square(target - column), dtype=np.float32)


def squares_of_one_step(rewards: Array, values: Array, next_values: Array, terminated: Array, gamma: float) -> float:
    """The targets follow from rewards and successors."""
    targets = rewards + gamma * np.where(terminated, 0, next_values)
    return np.mean((targets - values) ** 2)


def squares_by_vmap(values: jax.Array, returns: jax.Array) -> jax.Array:
    """Half of the square of each, as in rlax."""
    return jax.vmap(lambda v, g: 0.5 * jnp.square(g - v))(values, returns).mean()


# --- squared errors of clipped changes ---------------------------------------------------------------------


def as_in_cleanrl(
    newvalue: torch.Tensor, b_values: torch.Tensor, b_returns: torch.Tensor, clip_coef: float
) -> torch.Tensor:
    """CleanRL's, in columns."""
    newvalue = newvalue.view(-1)
    unclipped = (newvalue - b_returns.view(-1)) ** 2
    clipped = b_values.view(-1) + torch.clamp(newvalue - b_values.view(-1), -clip_coef, clip_coef)
    return 0.5 * torch.max(unclipped, (clipped - b_returns.view(-1)) ** 2).mean()


def as_in_trl(
    vpreds: torch.Tensor, values: torch.Tensor, returns: torch.Tensor, cliprange_value: float
) -> torch.Tensor:
    """What is called `values` is old, beside new predictions, as in trl and verl."""
    clipped = torch.max(torch.min(vpreds, values + cliprange_value), values - cliprange_value)
    return 0.5 * torch.mean(torch.max(torch.square(vpreds - returns), torch.square(clipped - returns)))


def as_in_tianshou(value: Array, v_s: Array, returns: Array, eps_clip: float) -> float:
    """Tianshou's, whose old values are called v_s."""
    v_clip = v_s + (value - v_s).clip(-eps_clip, eps_clip)
    return np.maximum((returns - value) ** 2, (returns - v_clip) ** 2).mean()


def as_in_openrlhf(
    values: torch.Tensor, old_values: torch.Tensor, returns: torch.Tensor, action_mask: torch.Tensor, clip_eps: float
) -> torch.Tensor:
    """OpenRLHF's: the mean over what a mask keeps, without a look at the rest."""
    clipped = old_values + (values - old_values).clamp(-clip_eps, clip_eps)
    loss = torch.max((clipped - returns) ** 2, (values - returns) ** 2)
    return 0.5 * torch.where(action_mask, loss, 0.0).sum() / action_mask.sum()


def as_in_rllib(value_fn_out: Array, prev_value_fn_out: Array, value_targets: Array, vf_clip_param: float) -> Array:
    """RLlib's as it was: one loss for each entry."""
    first = np.square(value_fn_out - value_targets)
    changed = prev_value_fn_out + np.clip(value_fn_out - prev_value_fn_out, -vf_clip_param, vf_clip_param)
    return np.maximum(first, np.square(changed - value_targets))


def larger_error(values: Array, old_values: Array, returns: Array, clip_epsilon: float) -> float:
    """The larger of two magnitudes, squared."""
    kept = np.minimum(np.maximum(values, old_values - clip_epsilon), old_values + clip_epsilon)
    return np.sum(np.maximum(np.abs(values - returns), np.abs(kept - returns)) ** 2)


def larger_by_cases(values: Array, old_values: Array, returns: Array, clip_epsilon: float) -> float:
    """Entry by entry, with conditions for a minimum and a maximum."""
    total = 0.0
    for v, old, g in zip(values.flat, old_values.flat, returns.flat, strict=True):
        kept = old + clip_epsilon if v > old + clip_epsilon else max(v, old - clip_epsilon)
        total += (v - g) ** 2 if abs(v - g) >= abs(kept - g) else (kept - g) ** 2
    return total / values.size


@jax.jit
def as_in_purejaxrl(value: jax.Array, old_value: jax.Array, targets: jax.Array, clip_eps: float) -> jax.Array:
    """PureJaxRL's."""
    clipped = old_value + (value - old_value).clip(-clip_eps, clip_eps)
    return 0.5 * jnp.maximum(jnp.square(value - targets), jnp.square(clipped - targets)).mean()


def larger_of_two_rows(values: Array, values_old: Array, targets: Array, vf_clip: float) -> float:
    """Both errors stacked, the largest taken over the new axis."""
    changes = np.clip(values - values_old, -vf_clip, vf_clip)
    errors = np.stack([values, values_old + changes]) - targets
    return np.amax(errors * errors, axis=0).sum() / 2


# --- explained variance ------------------------------------------------------------------------------------


def explained_in_torch(values: torch.Tensor, returns: torch.Tensor) -> torch.Tensor:
    """The unbiased variances have the same quotient, in PyTorch."""
    return 1 - torch.var(returns - values) / torch.var(returns)


def explained_by_baselines(ypred: Array, y: Array) -> float:
    """OpenAI baselines' own names."""
    vary = np.var(y)
    return np.nan if vary == 0 else 1 - np.var(y - ypred) / vary


def explained_by_moments(values: Array, returns: Array) -> float:
    """Sums of squares less squared sums."""
    n, errors = returns.size, returns - values
    spread = n * (returns**2).sum() - returns.sum() ** 2
    return 0.0 if np.all(returns == returns.flat[0]) else 1 - (n * (errors**2).sum() - errors.sum() ** 2) / spread


def explained_by_pairs(values: Array, returns: Array) -> float:
    """The squares of the differences of all pairs."""
    errors, targets = (returns - values).ravel(), returns.ravel()
    left = np.square(errors[:, None] - errors[None]).sum()
    total = np.square(targets[:, None] - targets[None]).sum()
    return 1 - left / total if total else 0.0


def explained_by_a_covariance_matrix(vpred: Array, target_values: Array) -> float:
    """The covariance matrix of predictions and targets."""
    if target_values.size < 2:
        return float("nan")
    c = np.cov(vpred.ravel(), target_values.ravel())
    return float("nan") if c[1, 1] == 0 else 1 - (c[0, 0] - 2 * c[0, 1] + c[1, 1]) / c[1, 1]


def explained_by_statistics(values: Array, returns: Array) -> float:
    """Python's own variance."""
    total = statistics.pvariance(returns.ravel().tolist())
    return 1 - statistics.pvariance((returns - values).ravel().tolist()) / total if total > 0 else math.nan


def explained_in_one_pass(values: Array, returns: Array) -> float:
    """Welford's sums, of both at once."""
    means, squares = np.zeros(2), np.zeros(2)
    for count, (v, g) in enumerate(zip(values.ravel(), returns.ravel(), strict=True), start=1):
        entry = np.array([g - v, g])
        shift = entry - means
        means = means + shift / count
        squares = squares + shift * (entry - means)
    return float(1 - squares[0] / squares[1]) if squares[1] > 0 else 0.0


def explained_in_jax(y_pred: jax.Array, y_true: jax.Array) -> jax.Array:
    """In JAX."""
    total = jnp.var(y_true)
    return jnp.where(total == 0, jnp.nan, 1 - jnp.var(y_true - y_pred) / jnp.where(total == 0, 1, total))


def explained_by_projections(values: Array, returns: Array) -> float:
    """A matrix that takes the mean off."""
    g, error = returns.reshape(-1), (returns - values).reshape(-1)
    centre = np.eye(len(g)) - np.full((len(g), len(g)), 1 / len(g))
    with np.errstate(all="ignore"):
        return float(1 - (error @ centre @ error) / (g @ centre @ g))


# --- normalised advantages ---------------------------------------------------------------------------------


def normalised_by_statistics(advantages: Array) -> Array:
    """Python's own mean and deviation."""
    entries = advantages.ravel().tolist()
    mean, spread = statistics.fmean(entries), statistics.pstdev(entries)
    return np.array([(each - mean) / (spread + 1e-8) for each in entries]).reshape(advantages.shape)


def normalised_by_sums(adv: Array) -> Array:
    """As Spinning Up does over processes: a sum and a sum of squares."""
    total, count = adv.sum(), adv.size
    mean = total / count
    spread = np.sqrt(np.sum((adv - mean) ** 2) / count)
    return (adv - mean) / (spread + 1e-5)


def normalised_in_place(b_advantages: Array) -> Array:
    """In place on a copy."""
    found = b_advantages.astype(np.float64).copy()
    found -= np.mean(found)
    found /= np.std(found) + 1e-8
    return found


def normalised_by_std_mean(advantage: torch.Tensor, eps: float) -> torch.Tensor:
    """Both moments at once, in PyTorch."""
    spread, mean = torch.std_mean(advantage, unbiased=False)
    return (advantage - mean).div(spread.add(eps))


def normalised_by_a_length(advantages: Array, norm_epsilon: float) -> Array:
    """The deviation is a length by a root."""
    centred = advantages - np.average(advantages)
    return centred / (np.linalg.norm(centred.ravel()) / math.sqrt(advantages.size) + norm_epsilon)


@jax.jit
def normalised_in_jax(gae: jax.Array) -> jax.Array:
    """PureJaxRL's."""
    return (gae - gae.mean()) / (gae.std() + 1e-8)


def normalised_if_told(advantages: torch.Tensor, unbiased: bool, eps: float = 1e-8) -> torch.Tensor:
    """Told whether to divide by n - 1, in PyTorch."""
    return (advantages - advantages.mean()) / (advantages.std(unbiased=bool(unbiased)) + eps)


def normalised_one_by_one(advantages: Array) -> Array:
    """Welford's sums in a fold, then each entry."""

    def step(state: tuple[int, float, float], entry: float) -> tuple[int, float, float]:
        count, mean, squares = state
        moved = mean + (entry - mean) / (count + 1)
        return count + 1, moved, squares + (entry - mean) * (entry - moved)

    count, mean, squares = functools.reduce(step, advantages.flat, (0, 0.0, 0.0))
    if count == 1:
        return advantages.copy()
    return np.vectorize(lambda entry: (entry - mean) / (math.sqrt(squares / (count - 1)) + 1e-8))(advantages)


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "ppo.value_loss": [
        *(as_a_scalar_product, as_a_norm, as_a_running_mean, squares_by_numbers, unreduced_squares),
        *(advantages_squared, squares_of_columns, squares_of_one_step, squares_by_vmap),
    ],
    "ppo.clipped_value_loss": [
        *(as_in_cleanrl, as_in_trl, as_in_tianshou, as_in_openrlhf, as_in_rllib, larger_error, larger_by_cases),
        *(as_in_purejaxrl, larger_of_two_rows),
    ],
    "ppo.explained_variance": [
        *(explained_in_torch, explained_by_baselines, explained_by_moments, explained_by_pairs),
        *(explained_by_a_covariance_matrix, explained_by_statistics, explained_in_one_pass, explained_in_jax),
        explained_by_projections,
    ],
    "ppo.advantage_normalisation": [
        *(normalised_by_statistics, normalised_by_sums, normalised_in_place, normalised_by_std_mean),
        *(normalised_by_a_length, normalised_in_jax, normalised_if_told, normalised_one_by_one),
    ],
}

"""Ways to adapt the coefficient of a penalty, once and update after update."""

import bisect
import functools
import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch

Array = Any


# --- one update --------------------------------------------------------------------------------------------


def halved_first(divergence: float, beta: float, kl_target: float) -> float:
    """As printed, the smaller divergence first."""
    if divergence < kl_target / 1.5:
        return beta / 2
    return beta * 2 if divergence > kl_target * 1.5 else beta


def returned_early(mean_kl: float, kl_coef: float, target_kl: float) -> float:
    """By a factor, in other names."""
    factor = 1.0
    if mean_kl > 1.5 * target_kl:
        factor = 2.0
    if 1.5 * mean_kl < target_kl:
        factor = 0.5
    return kl_coef * factor


def by_a_power(kl: float, kl_coeff: float, kl_target: float) -> float:
    """Two to the power of a difference of conditions."""
    return kl_coeff * 2.0 ** (int(kl > 1.5 * kl_target) - int(kl < kl_target / 1.5))


def by_nested_choices(divergence: Array, beta: Array, kl_target: Array) -> Array:
    """NumPy's choices."""
    return np.where(divergence < kl_target / 1.5, beta / 2, np.where(divergence > 1.5 * kl_target, 2 * beta, beta))


def by_select(approx_kl: Array, beta: Array, d_targ: Array) -> Array:
    """NumPy's list of conditions."""
    return np.select([approx_kl > d_targ * 1.5, approx_kl < d_targ / 1.5], [beta * 2.0, beta * 0.5], beta)


def by_the_place_among_thresholds(kl: float, beta: float, desired_kl: float) -> float:
    """How many thresholds are below, where both have their own side."""
    above = bisect.bisect_left([1.5 * desired_kl], kl)
    below = 1 - bisect.bisect_right([desired_kl / 1.5], kl)
    return math.ldexp(beta, above - below)


def by_matching(current_kl: float, beta: float, target: float) -> float:
    """Cases that are matched."""
    match bool(current_kl < target / 1.5), bool(current_kl > target * 1.5):
        case (True, False):
            return 0.5 * beta
        case (False, True):
            return beta + beta
        case _:
            return beta


@jax.jit
def in_jax(divergence: jax.Array, beta: jax.Array, kl_target: jax.Array) -> jax.Array:
    """In JAX."""
    doubled = jnp.where(divergence > 1.5 * kl_target, 2.0 * beta, beta)
    return jnp.where(divergence < kl_target / 1.5, beta / 2.0, doubled)


def in_torch(kl: torch.Tensor, beta: torch.Tensor, kl_target: torch.Tensor) -> torch.Tensor:
    """In PyTorch, of numbers made tensors."""
    kl, beta, target = (torch.as_tensor(each, dtype=torch.float64) for each in (kl, beta, kl_target))
    beta = torch.where(kl > target * 1.5, beta * 2, torch.where(kl < target / 1.5, beta / 2, beta))
    return beta.clone()


# --- update after update -----------------------------------------------------------------------------------


def loop(divergences: Array, beta: float, kl_target: float) -> list[float]:
    """A loop that appends."""
    betas = []
    for divergence in divergences:
        beta = halved_first(divergence, beta, kl_target)
        betas.append(beta)
    return betas


def counted(divergences: Array, beta: float, kl_target: float) -> Array:
    """Doublings less halvings so far, as an exponent."""
    ups, downs = np.cumsum(divergences > 1.5 * kl_target), np.cumsum(divergences < kl_target / 1.5)
    return beta * np.exp2(ups - downs)


def multiplied(kls: Array, init_kl_coef: float, target_kl: float) -> Array:
    """A cumulative product of factors."""
    factors = np.where(kls > 1.5 * target_kl, 2.0, np.where(kls < target_kl / 1.5, 0.5, 1.0))
    return init_kl_coef * np.cumprod(factors)


def accumulated(divergences: Array, beta: float, kl_target: float) -> list[float]:
    """Accumulated from a first coefficient, which is dropped."""
    return list(itertools.accumulate(divergences, lambda b, d: returned_early(d, b, kl_target), initial=beta))[1:]


def folded(divergences: Array, beta: float, kl_target: float) -> Array:
    """A fold that extends a tuple."""
    return np.array(
        functools.reduce(lambda found, d: (*found, by_a_power(d, found[-1], kl_target)), divergences, (beta,))[1:]
    )


def recursed(kl_divs: Array, beta: float, kl_target: float) -> Array:
    """The first update, and the others from what it gives."""
    after = halved_first(kl_divs[0], beta, kl_target)
    return np.array([after]) if len(kl_divs) == 1 else np.append(after, recursed(kl_divs[1:], after, kl_target))


def generated(divergences: Array, beta: float, kl_target: float) -> Array:
    """A generator."""

    def coefficients(present: float) -> Iterator[float]:
        for divergence in divergences:
            present = by_matching(divergence, present, kl_target)
            yield present

    return np.fromiter(coefficients(beta), dtype=float)


def traced_in_torch(divergences: torch.Tensor, beta: float, kl_target: float) -> torch.Tensor:
    """A cumulative sum of signs, in PyTorch."""
    signs = (divergences > 1.5 * kl_target).long() - (divergences < kl_target / 1.5).long()
    return beta * torch.pow(2.0, signs.cumsum(0).to(divergences.dtype))


@jax.jit
def scanned(divergences: jax.Array, beta: float, kl_target: float) -> jax.Array:
    """A scan."""

    def step(present: jax.Array, divergence: jax.Array) -> tuple[jax.Array, jax.Array]:
        after = in_jax(divergence, present, kl_target)
        return after, after

    return jax.lax.scan(step, jnp.asarray(beta, divergences.dtype), divergences)[1]


class KLCoefficient:
    """Told by the method `step`, in other names."""

    def __init__(self, kl_coef: float, desired_kl: float) -> None:
        """Begin with a coefficient."""
        self.desired_kl = desired_kl
        self.kl_coef = kl_coef

    def step(self, mean_kl: float) -> float:
        """Adapt it, and return it."""
        self.kl_coef = returned_early(mean_kl, self.kl_coef, self.desired_kl)
        return self.kl_coef


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "ppo.adaptive_kl": [
        *(halved_first, returned_early, by_a_power, by_nested_choices, by_select, by_the_place_among_thresholds),
        *(by_matching, in_jax, in_torch),
    ],
    "ppo.adaptive_kl_trace": [
        *(loop, counted, multiplied, accumulated, folded, recursed, generated, traced_in_torch, scanned, KLCoefficient),
    ],
}

r"""Proximal policy optimisation: ratio, surrogate objectives, penalties.

At its kinks the clipped objective is given one slope everywhere: the advantage on the closed band
:math:`1-\epsilon \le r \le 1+\epsilon`, zero beyond it on the clipped side.
"""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from .ppo_approx_kl import approx_kl as approx_kl
from .ppo_approx_kl import approx_kl_nonnegative as approx_kl_nonnegative


@jax.jit
def ratio(log_probs: ArrayLike, old_log_probs: ArrayLike) -> Array:
    r"""Probability ratio, from the difference of logarithms: [T, ...].

    .. math:: r_t(\theta) = e^{\log\pi_\theta(a_t|s_t) - \log\pi_{\theta_{old}}(a_t|s_t)}

    Spec: rlproof.spec.ppo.ratio
    """
    return jnp.exp(jnp.subtract(log_probs, old_log_probs))


@jax.jit
def cpi_objective(ratios: ArrayLike, advantages: ArrayLike) -> Array:
    r"""Unclipped surrogate objective, the mean over all entries: [T, ...] -> ().

    .. math:: L^{CPI} = \hat{\mathbb{E}}_t[r_t \hat A_t]

    Spec: rlproof.spec.ppo.cpi_objective
    """
    return jnp.multiply(ratios, advantages).mean()


@jax.jit
def clip_objective(ratios: ArrayLike, advantages: ArrayLike, *, clip_epsilon: ArrayLike) -> Array:
    r"""Clipped surrogate objective, the mean over all entries: [T, ...] -> ().

    .. math:: L^{CLIP} = \hat{\mathbb{E}}_t\big[\min(r_t \hat A_t,\
        \mathrm{clip}(r_t, 1-\epsilon, 1+\epsilon)\,\hat A_t)\big]

    Gradient in each ratio as clip_gradient, also at the kinks.

    Spec: rlproof.spec.ppo.clip_objective
    """
    # Written with `minimum` and `clip`, JAX would average the branches at ties: slope 3/4 of the advantage at both
    # ends of the band. Choosing the ratio first also keeps a branch not taken out of the gradient.
    ratios, advantages = jnp.asarray(ratios), jnp.asarray(advantages)
    clipped_up, clipped_down = _clipped(ratios, advantages, clip_epsilon)
    chosen = jnp.where(clipped_up, 1 + clip_epsilon, jnp.where(clipped_down, 1 - clip_epsilon, ratios))
    return (chosen * advantages).mean()


@jax.jit
def clip_objective_g(ratios: ArrayLike, advantages: ArrayLike, *, clip_epsilon: ArrayLike) -> Array:
    r"""Clipped surrogate objective as in the PPO-Clip pseudocode, the mean over all entries: [T, ...] -> ().

    .. math:: L^{CLIP} = \hat{\mathbb{E}}_t\big[\min(r_t \hat A_t,\ g(\epsilon, \hat A_t))\big], \qquad
        g(\epsilon, A) = \begin{cases} (1+\epsilon) A & A \ge 0\\ (1-\epsilon) A & A < 0\end{cases}

    Gradient as clip_objective; here the products are compared, so that a ratio within rounding of the end of the
    band may count as lying on it.

    Spec: rlproof.spec.ppo.clip_objective_g
    """
    ratios, advantages = jnp.asarray(ratios), jnp.asarray(advantages)
    limit = jnp.where(advantages >= 0, 1 + clip_epsilon, 1 - clip_epsilon)
    chosen = jnp.where(limit * advantages < ratios * advantages, limit, ratios)
    return (chosen * advantages).mean()


@jax.jit
def clip_gradient(ratios: ArrayLike, advantages: ArrayLike, *, clip_epsilon: ArrayLike) -> Array:
    r"""Slope of each term of the clipped objective in its ratio, before averaging: [T, ...].

    .. math:: \begin{cases} 0 & A > 0, r > 1+\epsilon \text{ or } A < 0, r < 1-\epsilon\\ A & \text{else}\end{cases}

    Spec: rlproof.spec.ppo.clip_gradient
    """
    ratios, advantages = jnp.asarray(ratios), jnp.asarray(advantages)
    clipped_up, clipped_down = _clipped(ratios, advantages, clip_epsilon)
    return jnp.where(clipped_up | clipped_down, 0, advantages)


@jax.jit
def kl_penalty(ratios: ArrayLike, advantages: ArrayLike, divergences: ArrayLike, *, beta: ArrayLike) -> Array:
    r"""KL-penalised surrogate objective, the mean over all entries: [T, ...] -> ().

    .. math:: L^{KLPEN} = \hat{\mathbb{E}}_t\big[r_t \hat A_t
        - \beta\, D_{KL}(\pi_{\theta_{old}}(\cdot|s_t)\,\|\,\pi_\theta(\cdot|s_t))\big]

    Spec: rlproof.spec.ppo.kl_penalty
    """
    return (jnp.multiply(ratios, advantages) - beta * jnp.asarray(divergences)).mean()


@jax.jit
def adaptive_kl(divergence: ArrayLike, *, beta: ArrayLike, kl_target: ArrayLike) -> Array:
    r"""Update of the adaptive KL penalty coefficient: ().

    .. math:: \beta \leftarrow \begin{cases} \beta/2 & d < d_{targ}/1.5\\ 2\beta & d > 1.5\, d_{targ}\\
        \beta & \text{else}\end{cases}

    A step function of the divergence, whose gradient is 0; a NaN divergence gives NaN.

    Spec: rlproof.spec.ppo.adaptive_kl
    """
    # Multiplied out as in the spec, so that both draw the boundaries between the same floats.
    divergence, kl_target = jnp.asarray(divergence), jnp.asarray(kl_target)
    factor = jnp.where(3 * divergence < 2 * kl_target, 0.5, jnp.where(2 * divergence > 3 * kl_target, 2.0, 1.0))
    return jnp.where(jnp.isnan(divergence), divergence, factor * beta)


def _clipped(ratios: Array, advantages: Array, clip_epsilon: ArrayLike) -> tuple[Array, Array]:
    """Tell which terms are clipped at the upper and which at the lower end of the band."""
    clipped_up = (advantages > 0) & (ratios > 1 + clip_epsilon)
    clipped_down = (advantages < 0) & (ratios < 1 - clip_epsilon)
    return clipped_up, clipped_down

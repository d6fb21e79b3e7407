r"""Constrained policy optimisation: bounds by the average divergence over the old policy's visits.

Bounds are infinite or NaN at discount one.
"""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from . import linear
from .decision_process import MDP, probabilities
from .divergence import kl, tv
from .mdp import discounted_visitation
from .trpo_surrogate import expected_advantage, surrogate


@jax.jit
def bound(mdp: MDP, policy: ArrayLike, new_policy: ArrayLike) -> Array:
    r"""Lower bound on the return of a new policy, by the average total variation: [...].

    .. math:: L_\pi(\tilde\pi) - \frac{2\gamma\epsilon^{\tilde\pi}}{1-\gamma}
        \sum_s \rho_\pi(s)\, D_{TV}(\pi, \tilde\pi)(s), \qquad
        \epsilon^{\tilde\pi} = \max_s |\mathbb{E}_{a\sim\tilde\pi} A_\pi(s,a)|

    Gradients at ties as in cpi.mixture_bound and divergence.tv.

    Spec: rlproof.spec.cpo.bound
    """
    loss = _largest_gain(mdp, policy, new_policy) * visitation_difference(mdp, policy, new_policy)
    return surrogate(mdp, policy, new_policy) - loss


@jax.jit
def kl_bound(mdp: MDP, policy: ArrayLike, new_policy: ArrayLike) -> Array:
    r"""Lower bound on the return of a new policy, by the average KL divergence: [...].

    .. math:: L_\pi(\tilde\pi) - \frac{2\gamma\epsilon^{\tilde\pi}}{(1-\gamma)^2}
        \sqrt{\tfrac12\, \mathbb{E}_{s\sim d_\pi}[D_{KL}(\pi\|\tilde\pi)(s)]}

    Minus infinity on support lost in a visited state. Where the mean divergence is zero, the root has gradient 0,
    the middle of its one-sided slopes.

    Spec: rlproof.spec.cpo.kl_bound
    """
    visits = discounted_visitation(mdp, policy)
    gaps = kl(probabilities(mdp, policy), probabilities(mdp, new_policy))
    mean = (1 - mdp.discount) * (visits * jnp.where(visits == 0, 0, gaps)).sum(axis=-1)
    root = jnp.where(mean == 0, 0, jnp.sqrt(jnp.where(mean == 0, 1, mean) / 2))
    coefficient = 2 * mdp.discount * _largest_gain(mdp, policy, new_policy) / (1 - mdp.discount) ** 2
    return surrogate(mdp, policy, new_policy) - coefficient * jnp.where(coefficient == 0, 0, root)


@jax.jit
def visitation_difference(mdp: MDP, policy: ArrayLike, new_policy: ArrayLike) -> Array:
    r"""Upper bound on how far the visits of two policies are apart: [...].

    .. math:: \frac{2\gamma}{1-\gamma} \sum_s \rho_\pi(s)\, D_{TV}(\pi, \tilde\pi)(s)

    Gradient as in divergence.tv.

    Spec: rlproof.spec.cpo.visitation_difference
    """
    gaps = tv(probabilities(mdp, policy), probabilities(mdp, new_policy))
    average = linear.contract("...s,...s->...", discounted_visitation(mdp, policy), gaps)
    return 2 * mdp.discount * average / (1 - mdp.discount)


def _largest_gain(mdp: MDP, policy: ArrayLike, new_policy: ArrayLike) -> Array:
    return abs(expected_advantage(mdp, policy, new_policy)).max(axis=-1)

r"""Where TRPO's surrogate agrees with the return, by how much it errs, and the lemmas that bound the error."""

from functools import partial

import jax
from jax import Array, lax
from jax.typing import ArrayLike

from . import linear
from .decision_process import MDP, probabilities
from .divergence import tv_max
from .mdp import discounted_kernel, discounted_visitation, eta
from .trpo_bounds import epsilon, kl_bound
from .value import advantage


@jax.jit
def surrogate_first_order(mdp: MDP, policy: ArrayLike) -> Array:
    r"""The common gradient of return and surrogate at the old policy: [..., S, A].

    .. math:: \rho_\pi(s)\, A_\pi(s,a)

    Spec: rlproof.spec.trpo.surrogate_first_order
    """
    return discounted_visitation(mdp, policy)[..., None] * advantage(mdp, policy)


@jax.jit
def surrogate_error(mdp: MDP, policy: ArrayLike, new_policy: ArrayLike) -> Array:
    r"""The exact error of the surrogate: [...].

    .. math:: \eta(\tilde\pi) - L_\pi(\tilde\pi) = \gamma\, \rho_\pi (P_{\tilde\pi} - P_\pi)
        (I - \gamma P_{\tilde\pi})^{-1} \bar A

    Computed from the difference of the policies, so that a small step keeps its digits.

    Spec: rlproof.spec.trpo.surrogate_error
    """
    old, new = probabilities(mdp, policy), probabilities(mdp, new_policy)
    gain = linear.solve(
        discounted_kernel(mdp, new), linear.contract("...sa,...sa->...s", new - old, advantage(mdp, old))
    )
    shift = linear.contract("...sa,...sat->...st", new - old, mdp.transition)
    moved = linear.contract("...s,...st,...t->...", discounted_visitation(mdp, old), shift, gain)
    return mdp.discount * moved


@jax.jit
def lemma2(mdp: MDP, policy: ArrayLike, new_policy: ArrayLike) -> Array:
    r"""Bound on the expected advantage of a new policy in any state: [...].

    .. math:: |\bar A(s)| \le 2 \alpha \max_{s,a} |A_\pi(s,a)|, \qquad \alpha = D_{TV}^{max}(\pi, \tilde\pi)

    Gradients at ties as in epsilon and divergence.tv_max.

    Spec: rlproof.spec.trpo.lemma2
    """
    return 2 * tv_max(probabilities(mdp, policy), probabilities(mdp, new_policy)) * epsilon(mdp, policy)


@partial(jax.jit, static_argnames="horizon")
def lemma3(mdp: MDP, policy: ArrayLike, new_policy: ArrayLike, *, horizon: int) -> Array:
    r"""Bound on how far the expected advantage at time t differs between the two policies: [...].

    .. math:: 4\alpha \big(1 - (1-\alpha)^t\big) \max_{s,a} |A_\pi(s,a)|

    Computed as the probability x of a deviation, x <- x + alpha (1 - x), which keeps the digits of a small alpha.

    Spec: rlproof.spec.trpo.lemma3
    """
    alpha = tv_max(probabilities(mdp, policy), probabilities(mdp, new_policy))
    deviated = lax.fori_loop(0, horizon, lambda _, x: x + alpha * (1 - x), 0 * alpha)
    return 4 * alpha * deviated * epsilon(mdp, policy)


@jax.jit
def mm_lower_bound(mdp: MDP, policy: ArrayLike, new_policy: ArrayLike) -> Array:
    r"""Guaranteed improvement of a new policy, the minorant's gain: [...].

    .. math:: M(\tilde\pi) - M(\pi), \qquad M(\tilde\pi) = L_\pi(\tilde\pi) - C\, D_{KL}^{max}(\pi, \tilde\pi)

    Gradient at ties as in kl_bound.

    Spec: rlproof.spec.trpo.mm_lower_bound
    """
    return kl_bound(mdp, policy, new_policy) - eta(mdp, policy)

r"""Conservative policy iteration: bounds for mixtures of two policies, and the step that they allow.

Bounds are infinite or NaN at discount one.
"""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from . import linear
from .decision_process import MDP
from .mdp import discounted_visitation, eta
from .trpo_surrogate import expected_advantage


@jax.jit
def mixture_bound(mdp: MDP, policy: ArrayLike, mixed_policy: ArrayLike, *, alpha: ArrayLike) -> Array:
    r"""Lower bound on the return of a mixture of two policies, as TRPO states it: [...].

    .. math:: L_\pi(\pi_{new}) - \frac{2\epsilon\gamma}{(1-\gamma)^2}\,\alpha^2, \qquad
        \pi_{new} = (1-\alpha)\pi + \alpha\pi', \quad \epsilon = \max_s |\mathbb{E}_{a\sim\pi'} A_\pi(s,a)|

    Where several states attain the maximum, the gradient is the mean of theirs (JAX's convention), a subgradient.

    Spec: rlproof.spec.cpi.mixture_bound
    """
    surrogate, epsilon = _mixture(mdp, policy, mixed_policy, alpha)
    return surrogate - 2 * epsilon * mdp.discount * jnp.square(alpha) / (1 - mdp.discount) ** 2


@jax.jit
def mixture_bound_kl02(mdp: MDP, policy: ArrayLike, mixed_policy: ArrayLike, *, alpha: ArrayLike) -> Array:
    r"""Lower bound on the return of a mixture of two policies, as Kakade and Langford proved it: [...].

    .. math:: L_\pi(\pi_{new}) - \frac{2\epsilon\gamma\alpha^2}{(1-\gamma)(1-\gamma(1-\alpha))}

    Gradient at ties as in mixture_bound.

    Spec: rlproof.spec.cpi.mixture_bound_kl02
    """
    surrogate, epsilon = _mixture(mdp, policy, mixed_policy, alpha)
    below_one, remaining = 1 - mdp.discount, 1 - mdp.discount * (1 - jnp.asarray(alpha))
    return surrogate - 2 * epsilon * mdp.discount * jnp.square(alpha) / (below_one * remaining)


@jax.jit
def step_size(mdp: MDP, policy: ArrayLike, mixed_policy: ArrayLike) -> Array:
    r"""The share of a policy that may be mixed in with guaranteed improvement: [...].

    .. math:: \alpha = \frac{(1-\gamma)\,\mathbb{A}}{4 R}, \qquad
        \mathbb{A} = (1-\gamma)^2 \sum_s \rho_\pi(s) \sum_a \pi'(a|s) A_\pi(s,a), \qquad R = \max r - \min r

    Zero where the policy advantage is not positive.

    Spec: rlproof.spec.cpi.step_size
    """
    gains = expected_advantage(mdp, policy, mixed_policy)
    below_one = 1 - mdp.discount
    policy_advantage = below_one**2 * linear.contract("...s,...s->...", discounted_visitation(mdp, policy), gains)
    spread = mdp.reward.max(axis=(-2, -1)) - mdp.reward.min(axis=(-2, -1))
    gainful = (policy_advantage > 0) & (spread != 0)
    # Written so that a NaN comes out again.
    none = (policy_advantage <= 0) | (spread == 0)
    step = below_one * policy_advantage / (4 * jnp.where(gainful, spread, 1))
    return jnp.where(none, 0, step)


def _mixture(mdp: MDP, policy: ArrayLike, mixed_policy: ArrayLike, alpha: ArrayLike) -> tuple[Array, Array]:
    """The surrogate of the mixture, which is affine, and the largest expected advantage of pi'."""
    gains = expected_advantage(mdp, policy, mixed_policy)
    gain = linear.contract("...s,...s->...", discounted_visitation(mdp, policy), gains)
    return eta(mdp, policy) + alpha * gain, abs(gains).max(axis=-1)

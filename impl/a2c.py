r"""Advantage actor-critic."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from .decision_process import MDP, probabilities
from .mdp import discounted_visitation, rewards_to_go


@jax.jit
def advantage(
    rewards: ArrayLike,
    values: ArrayLike,
    next_values: ArrayLike,
    terminated: ArrayLike,
    truncated: ArrayLike,
    *,
    gamma: ArrayLike,
) -> Array:
    r"""Advantage of A2C: the rewards of the segment, bootstrapped at its end, minus the value: [T, ...].

    .. math:: \hat A_t = \sum_{k=t}^{e} \gamma^{k-t} R_{k+1}
        + \gamma^{e+1-t}\, (1 - \mathrm{term}_e)\, V(s_{e+1}) - V(s_t)

    Spec: rlproof.spec.a2c.advantage
    """
    return rewards_to_go(rewards, next_values, terminated, truncated, gamma=gamma) - jnp.asarray(values)


@jax.jit
def entropy_bonus(mdp: MDP, policy: ArrayLike) -> Array:
    r"""Direction of the entropy bonus in the logits of a tabular softmax policy: [..., S, A].

    .. math:: -\rho_\pi(s)\, \pi(a|s) \big(\log\pi(a|s) + H(\pi(\cdot|s))\big)

    The gradient in an entry of probability zero, where the true one is infinite, is that of its visits alone.

    Spec: rlproof.spec.a2c.entropy_bonus
    """
    policy = probabilities(mdp, policy)
    taken = policy > 0
    logarithms = jnp.log(jnp.where(taken, policy, 1))
    entropy = -(policy * logarithms).sum(axis=-1, keepdims=True)
    return -discounted_visitation(mdp, policy)[..., None] * policy * (logarithms + entropy)

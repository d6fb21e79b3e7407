r"""Equivalent processes: what termination, discounting and changed rewards do to values."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from . import linear
from .decision_process import MDP, discount, discount_out_of, probabilities


@jax.jit
def terminal_absorbing(mdp: MDP, policy: ArrayLike, ended: ArrayLike) -> Array:
    r"""State values where transitions carry the flag that the episode ended: [..., S].

    .. math:: V = (I - \gamma P^{cont}_\pi)^{-1} r_\pi

    Spec: rlproof.spec.mdp.terminal_absorbing
    """
    chosen = probabilities(mdp, policy)
    continues = jnp.where(jnp.asarray(ended), 0, mdp.transition)
    kernel = discount_out_of(mdp)[..., None] * linear.contract("...sa,...sat->...st", chosen, continues)
    return linear.solve(kernel, linear.contract("...sa,...sa->...s", chosen, mdp.reward))


@jax.jit
def discount_as_termination(mdp: MDP, policy: ArrayLike) -> Array:
    r"""Kernel of the undiscounted chain that dies with probability :math:`1 - \gamma`: [..., S + 1, S + 1].

    .. math:: K = \begin{pmatrix} \gamma P_\pi & (1-\gamma)\,\mathbf 1 \\ 0 & 1 \end{pmatrix}

    Spec: rlproof.spec.mdp.discount_as_termination
    """
    survives = linear.contract("...sa,...sat->...st", probabilities(mdp, policy), mdp.transition)
    survives = discount(mdp, 2) * survives
    dies = jnp.broadcast_to(1 - discount(mdp, 2), (*survives.shape[:-1], 1))
    alive = jnp.concatenate([survives, dies], axis=-1)
    dead = (jnp.arange(alive.shape[-1]) == alive.shape[-1] - 1).astype(alive.dtype)
    return jnp.concatenate([alive, jnp.broadcast_to(dead, (*alive.shape[:-2], 1, dead.size))], axis=-2)


@jax.jit
def reward_convention(mdp: MDP, state_reward: ArrayLike) -> Array:
    r"""Rewards of a process that pays on entering a state: [..., S, A].

    .. math:: R(s,a) = \sum_{s'} P(s'|s,a)\, r(s')

    Spec: rlproof.spec.mdp.reward_convention
    """
    arriving = linear.contract("...sat,...t->...sa", mdp.transition, state_reward)
    return jnp.where(mdp.terminal[..., None], 0, arriving)


@jax.jit
def reward_affine(mdp: MDP, *, scale: ArrayLike, shift: ArrayLike) -> Array:
    r"""Rewards in other units and from another zero: [..., S, A].

    .. math:: R'(s,a) = c\,R(s,a) + b

    Spec: rlproof.spec.mdp.reward_affine
    """
    changed = jnp.asarray(scale)[..., None, None] * mdp.reward + jnp.asarray(shift)[..., None, None]
    return jnp.where(mdp.terminal[..., None], 0, changed)


@jax.jit
def potential_shaping(mdp: MDP, potential: ArrayLike) -> Array:
    r"""Rewards shaped by a potential: [..., S, A].

    .. math:: R'(s,a) = R(s,a) + \gamma \sum_{s'} P(s'|s,a)\, \Phi(s') - \Phi(s)

    Spec: rlproof.spec.mdp.potential_shaping
    """
    potential = jnp.where(mdp.terminal, 0, jnp.asarray(potential))
    arriving = linear.contract("...sat,...t->...sa", mdp.transition, potential)
    return mdp.reward + discount(mdp, 2) * arriving - potential[..., None]

r"""Planning with a model: trees, receding horizons, open-loop sequences."""

from functools import partial

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.typing import ArrayLike

from . import linear
from .decision_process import MDP, discount
from .dp import value_iteration


@partial(jax.jit, static_argnames="horizon")
def exhaustive_tree(mdp: MDP, state_values: ArrayLike, *, horizon: int) -> Array:
    r"""Expectimax, the value of each state as the root of its whole game tree of H steps: [..., S].

    .. math:: V_H = T_*^H V_0

    Each depth is computed once for all nodes of a state. Gradient at ties as in bellman.optimality_v.

    Spec: rlproof.spec.plan.exhaustive_tree
    """
    return value_iteration(mdp, state_values, sweeps=horizon)


@partial(jax.jit, static_argnames="depth")
def receding_horizon(mdp: MDP, state_values: ArrayLike, *, depth: int) -> Array:
    r"""What each first action is worth to a planner that looks H steps ahead: [..., S, A].

    .. math:: Q_H(s,a) = R(s,a) + \gamma \sum_{s'} P(s'|s,a)\, (T_*^{H-1} V_0)(s')

    Gradient at ties as in bellman.optimality_v.

    Spec: rlproof.spec.plan.receding_horizon
    """
    values = value_iteration(mdp, state_values, sweeps=depth - 1)
    return mdp.reward + discount(mdp, 2) * linear.contract("...sat,...t->...sa", mdp.transition, values)


@jax.jit
def random_shooting(mdp: MDP, action_sequences: ArrayLike) -> Array:
    r"""The value of the best of given sequences of actions [N, H], each followed whatever happens: [S].

    .. math:: \max_{n}\ \mathbb{E}\Big[\sum_{t=0}^{H-1} \gamma^t R(s_t, a^n_t) \,\Big|\, s_0 = s\Big]

    Where several sequences attain the maximum, the gradient is the mean of theirs.

    Spec: rlproof.spec.plan.random_shooting
    """

    def step(values: Array, actions: Array) -> tuple[Array, None]:
        following = linear.contract("snt,nt->ns", mdp.transition[:, actions], values)
        return mdp.reward[:, actions].T + mdp.discount * following, None

    sequences = jnp.asarray(action_sequences)
    nothing = jnp.zeros((sequences.shape[0], mdp.reward.shape[0]), mdp.reward.dtype)
    return lax.scan(step, nothing, sequences.T, reverse=True)[0].max(axis=0)

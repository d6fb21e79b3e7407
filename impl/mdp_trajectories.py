r"""The probability of one trajectory, and the Markov property."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from .decision_process import MDP, probabilities


@jax.jit
def trajectory_measure(mdp: MDP, policy: ArrayLike, visited: ArrayLike, taken: ArrayLike) -> Array:
    r"""Probability of one trajectory of T + 1 states and T actions in each process: [...].

    .. math:: p(\tau) = \rho_0(s_0) \prod_{t=0}^{T-1} \pi(a_t|s_t)\, P(s_{t+1}|s_t,a_t)

    Spec: rlproof.spec.mdp.trajectory_measure
    """
    visited, taken = jnp.asarray(visited), jnp.asarray(taken)
    before, after = visited[:-1], visited[1:]
    steps = probabilities(mdp, policy)[..., before, taken] * mdp.transition[..., before, taken, after]
    return mdp.initial[..., visited[0]] * steps.prod(axis=-1)


@jax.jit
def markov_property(mdp: MDP, policy: ArrayLike, visited: ArrayLike, taken: ArrayLike) -> Array:
    r"""Conditional probability of one trajectory's last state, given everything before it, in each process: [...].

    .. math:: p(s_T | s_0, a_0, \dots, s_{T-1}, a_{T-1}) = P(s_T | s_{T-1}, a_{T-1})

    The history cancels; where it is impossible, the result is NaN.

    Spec: rlproof.spec.mdp.markov_property
    """
    visited, taken = jnp.asarray(visited), jnp.asarray(taken)
    if taken.size == 0:
        return mdp.initial[..., visited[0]]
    steps = probabilities(mdp, policy)[..., visited[:-1], taken]
    arrivals = mdp.transition[..., visited[:-2], taken[:-1], visited[1:-1]]
    possible = (mdp.initial[..., visited[0]] > 0) & (steps > 0).all(axis=-1) & (arrivals > 0).all(axis=-1)
    return jnp.where(possible, mdp.transition[..., visited[-2], taken[-1], visited[-1]], jnp.nan)

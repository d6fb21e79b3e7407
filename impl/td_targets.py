r"""Targets of SARSA, expected SARSA, Q-learning and double Q-learning, and what maximising over estimates costs."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from .td_returns import one_step_return


@jax.jit
def sarsa_target(
    rewards: ArrayLike, next_q_values: ArrayLike, next_actions: ArrayLike, terminated: ArrayLike, *, gamma: ArrayLike
) -> Array:
    r"""Target of SARSA: [T, ...].

    .. math:: y_t = R_{t+1} + \gamma\,(1 - \mathrm{term}_t)\,Q(s_{t+1}, a_{t+1})

    Spec: rlproof.spec.td.sarsa_target
    """
    chosen = _entry(jnp.asarray(next_q_values), jnp.asarray(next_actions))
    return one_step_return(rewards, chosen, terminated, gamma=gamma)


@jax.jit
def expected_sarsa_target(
    rewards: ArrayLike, next_q_values: ArrayLike, next_policy: ArrayLike, terminated: ArrayLike, *, gamma: ArrayLike
) -> Array:
    r"""Target of expected SARSA: [T, ...].

    .. math:: y_t = R_{t+1} + \gamma\,(1 - \mathrm{term}_t) \sum_a \pi(a|s_{t+1})\, Q(s_{t+1}, a)

    Spec: rlproof.spec.td.expected_sarsa_target
    """
    means = jnp.multiply(next_policy, next_q_values).sum(axis=-1)
    return one_step_return(rewards, means, terminated, gamma=gamma)


@jax.jit
def q_learning_target(
    rewards: ArrayLike, next_q_values: ArrayLike, terminated: ArrayLike, *, gamma: ArrayLike
) -> Array:
    r"""Target of Q-learning: [T, ...].

    .. math:: y_t = R_{t+1} + \gamma\,(1 - \mathrm{term}_t) \max_a Q(s_{t+1}, a)

    Gradient at ties as that of the first largest value.

    Spec: rlproof.spec.td.q_learning_target
    """
    next_q_values = jnp.asarray(next_q_values)
    return double_q_learning_target(rewards, next_q_values, next_q_values, terminated, gamma=gamma)


@jax.jit
def double_q_learning_target(
    rewards: ArrayLike,
    next_q_values: ArrayLike,
    other_next_q_values: ArrayLike,
    terminated: ArrayLike,
    *,
    gamma: ArrayLike,
) -> Array:
    r"""Target of double Q-learning: [T, ...].

    .. math:: y_t = R_{t+1} + \gamma\,(1 - \mathrm{term}_t)\,
        Q'\big(s_{t+1}, \operatorname{argmax}_a Q(s_{t+1}, a)\big)

    Ties go to the lowest index.

    Spec: rlproof.spec.td.double_q_learning_target
    """
    best = jnp.argmax(jnp.asarray(next_q_values), axis=-1)
    return one_step_return(rewards, _entry(jnp.asarray(other_next_q_values), best), terminated, gamma=gamma)


@jax.jit
def maximisation(q_values: ArrayLike) -> Array:
    r"""Maximisation bias of N equally likely estimates: [N, A] -> ().

    .. math:: \mathbb{E}\big[\max_a \hat Q(a)\big] - \max_a \mathbb{E}\big[\hat Q(a)\big]

    Spec: rlproof.spec.td.maximisation
    """
    q_values = jnp.asarray(q_values)
    return q_values.max(axis=-1).mean() - q_values.mean(axis=0).max()


def _entry(rows: Array, columns: Array) -> Array:
    return jnp.take_along_axis(rows, columns[..., None], axis=-1)[..., 0]

r"""Updates of tables of values from transitions: TD(0), SARSA, expected SARSA, Q-learning."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from .td_returns import error
from .td_targets import expected_sarsa_target, q_learning_target, sarsa_target


@jax.jit
def tabular_td0(
    state_values: ArrayLike,
    states: ArrayLike,
    rewards: ArrayLike,
    next_states: ArrayLike,
    terminated: ArrayLike,
    *,
    gamma: ArrayLike,
    step_size: ArrayLike,
) -> Array:
    r"""TD(0), one update from all transitions: [S], [T] -> [S].

    .. math:: V(s) \leftarrow V(s) + \alpha \sum_{t:\, s_t = s} \delta_t

    Spec: rlproof.spec.td.tabular_td0
    """
    table, states = jnp.asarray(state_values), jnp.asarray(states)
    errors = error(rewards, table[states], table[jnp.asarray(next_states)], terminated, gamma=gamma)
    return _added(table, jnp.asarray(step_size * errors), states)


@jax.jit
def sarsa(
    action_values: ArrayLike,
    states: ArrayLike,
    actions: ArrayLike,
    rewards: ArrayLike,
    next_states: ArrayLike,
    next_actions: ArrayLike,
    terminated: ArrayLike,
    *,
    gamma: ArrayLike,
    step_size: ArrayLike,
) -> Array:
    r"""SARSA, one update from all transitions: [S, A], [T] -> [S, A].

    .. math:: Q(s,a) \leftarrow Q(s,a) + \alpha \sum_{t:\, (s_t, a_t) = (s,a)} [y_t - Q(s,a)], \qquad
        y_t = R_{t+1} + \gamma\,(1 - \mathrm{term}_t)\,Q(s_{t+1}, a_{t+1})

    Spec: rlproof.spec.td.sarsa
    """
    table = jnp.asarray(action_values)
    targets = sarsa_target(rewards, table[jnp.asarray(next_states)], next_actions, terminated, gamma=gamma)
    return _moved(table, states, actions, targets, step_size)


@jax.jit
def expected_sarsa(
    action_values: ArrayLike,
    policy: ArrayLike,
    states: ArrayLike,
    actions: ArrayLike,
    rewards: ArrayLike,
    next_states: ArrayLike,
    terminated: ArrayLike,
    *,
    gamma: ArrayLike,
    step_size: ArrayLike,
) -> Array:
    r"""Expected SARSA, one update from all transitions: [S, A], [T] -> [S, A].

    .. math:: Q(s,a) \leftarrow Q(s,a) + \alpha \sum_{t:\, (s_t, a_t) = (s,a)} [y_t - Q(s,a)], \qquad
        y_t = R_{t+1} + \gamma\,(1 - \mathrm{term}_t) \sum_b \pi(b|s_{t+1})\,Q(s_{t+1}, b)

    Spec: rlproof.spec.td.expected_sarsa
    """
    table, next_states = jnp.asarray(action_values), jnp.asarray(next_states)
    next_policy = jnp.asarray(policy)[next_states]
    targets = expected_sarsa_target(rewards, table[next_states], next_policy, terminated, gamma=gamma)
    return _moved(table, states, actions, targets, step_size)


@jax.jit
def q_learning(
    action_values: ArrayLike,
    states: ArrayLike,
    actions: ArrayLike,
    rewards: ArrayLike,
    next_states: ArrayLike,
    terminated: ArrayLike,
    *,
    gamma: ArrayLike,
    step_size: ArrayLike,
) -> Array:
    r"""Q-learning, one update from all transitions: [S, A], [T] -> [S, A].

    .. math:: Q(s,a) \leftarrow Q(s,a) + \alpha \sum_{t:\, (s_t, a_t) = (s,a)} [y_t - Q(s,a)], \qquad
        y_t = R_{t+1} + \gamma\,(1 - \mathrm{term}_t) \max_b Q(s_{t+1}, b)

    Gradient at ties as q_learning_target.

    Spec: rlproof.spec.td.q_learning
    """
    table = jnp.asarray(action_values)
    targets = q_learning_target(rewards, table[jnp.asarray(next_states)], terminated, gamma=gamma)
    return _moved(table, states, actions, targets, step_size)


def _moved(table: Array, states: ArrayLike, actions: ArrayLike, targets: Array, step_size: ArrayLike) -> Array:
    pairs = (jnp.asarray(states), jnp.asarray(actions))
    return _added(table, jnp.asarray(step_size * (targets - table[pairs])), *pairs)


def _added(table: Array, increments: Array, *indices: Array) -> Array:
    return table.astype(increments.dtype).at[indices].add(increments)

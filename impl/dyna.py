r"""Dyna: updates of action values by what a learned model imagines."""

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.typing import ArrayLike

from . import linear
from .decision_process import MDP, probabilities


@jax.jit
def q_planning(
    model: MDP, action_values: ArrayLike, states: ArrayLike, actions: ArrayLike, *, step_size: ArrayLike
) -> Array:
    r"""Q-planning, imagined Q-learning updates one pair after the other: [S, A].

    .. math:: Q(s,a) \leftarrow Q(s,a) + \alpha\Big[\hat R(s,a) + \gamma \sum_{s'} \hat P(s'|s,a) \max_b Q(s',b)
        - Q(s,a)\Big]

    Where several actions attain the maximum, the gradient is the mean of theirs.

    Spec: rlproof.spec.dyna.q_planning
    """
    values = jnp.asarray(action_values)

    def step(values: Array, pair: tuple[Array, Array]) -> tuple[Array, None]:
        return _moved(model, values, values.max(axis=-1), pair, step_size), None

    return lax.scan(step, values, (jnp.asarray(states), jnp.asarray(actions)))[0]


@jax.jit
def imagined_sarsa(
    model: MDP,
    policy: ArrayLike,
    action_values: ArrayLike,
    states: ArrayLike,
    actions: ArrayLike,
    *,
    step_size: ArrayLike,
) -> Array:
    r"""Imagined Expected SARSA, updates towards the action values of a policy in the model: [S, A].

    .. math:: Q(s,a) \leftarrow Q(s,a) + \alpha\Big[\hat R(s,a)
        + \gamma \sum_{s'} \hat P(s'|s,a) \sum_b \pi(b|s') Q(s',b) - Q(s,a)\Big]

    Spec: rlproof.spec.dyna.imagined_sarsa
    """
    values, weights = jnp.asarray(action_values), probabilities(model, policy)

    def step(values: Array, pair: tuple[Array, Array]) -> tuple[Array, None]:
        return _moved(model, values, linear.contract("sa,sa->s", weights, values), pair, step_size), None

    return lax.scan(step, values, (jnp.asarray(states), jnp.asarray(actions)))[0]


def _moved(model: MDP, values: Array, state_values: Array, pair: tuple[Array, Array], step_size: ArrayLike) -> Array:
    """Move the value of one pair [S, A] towards its target."""
    following = linear.contract("t,t->", model.transition[pair], state_values)
    return values.at[pair].add(step_size * (model.reward[pair] + model.discount * following - values[pair]))

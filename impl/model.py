r"""Models of a decision process: how they are learned, and what their errors do."""

from functools import partial
from itertools import product

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.typing import ArrayLike

from . import linear
from .decision_process import MDP, discount
from .divergence import tv
from .mdp import discounted_kernel, policy_kernel, policy_reward
from .value import v

_on_tables = partial(jax.jit, static_argnames=("number_of_states", "number_of_actions"))


@_on_tables
def transition_counts(
    states: ArrayLike,
    actions: ArrayLike,
    next_states: ArrayLike,
    *,
    number_of_states: int,
    number_of_actions: int,
) -> Array:
    r"""How often each transition occurs in the data: [S, A, S] integers.

    .. math:: N(s,a,s') = \sum_t \mathbb{1}[s_t = s,\ a_t = a,\ s_{t+1} = s']

    Spec: rlproof.spec.model.transition_counts
    """
    counts = jnp.zeros((number_of_states, number_of_actions, number_of_states), int)
    return counts.at[states, actions, next_states].add(1)


@jax.jit
def maximum_likelihood(counts: ArrayLike) -> Array:
    r"""The transition probabilities under which the counted transitions are most likely: [..., S, A, S].

    .. math:: \hat P(s'|s,a) = \frac{N(s,a,s')}{\sum_{s''} N(s,a,s'')}

    NaN where a pair was never visited.

    Spec: rlproof.spec.model.maximum_likelihood
    """
    counts = jnp.asarray(counts)
    return counts / counts.sum(axis=-1, keepdims=True)


@_on_tables
def reward_model(
    rewards: ArrayLike,
    states: ArrayLike,
    actions: ArrayLike,
    *,
    number_of_states: int,
    number_of_actions: int,
) -> Array:
    r"""The mean reward that the data show for each pair of a state and an action: [S, A].

    .. math:: \hat R(s,a) = \frac{1}{N(s,a)} \sum_t R_{t+1}\, \mathbb{1}[s_t = s,\ a_t = a]

    NaN where a pair was never visited.

    Spec: rlproof.spec.model.reward_model
    """
    shape = (number_of_states, number_of_actions)
    return _means(jnp.asarray(rewards)[:, None], states, actions, shape)[..., 0]


@_on_tables
def regression(
    outcomes: ArrayLike,
    states: ArrayLike,
    actions: ArrayLike,
    *,
    number_of_states: int,
    number_of_actions: int,
) -> Array:
    r"""The tabular prediction with the least mean squared error, the conditional mean: [S, A, k].

    .. math:: \hat f(s,a) = \frac{1}{N(s,a)} \sum_t y_t\, \mathbb{1}[s_t = s,\ a_t = a]

    NaN where a pair was never visited.

    Spec: rlproof.spec.model.regression
    """
    return _means(jnp.asarray(outcomes), states, actions, (number_of_states, number_of_actions))


@jax.jit
def backward(transition_model: ArrayLike, behaviour: ArrayLike) -> Array:
    r"""Predecessor model, indexed by next state, action, state: [S, A, S].

    .. math:: P(s|s',a) = \frac{b(s,a)\,P(s'|s,a)}{\sum_{\bar s} b(\bar s,a)\,P(s'|\bar s,a)}

    NaN where a next state is never reached by an action.

    Spec: rlproof.spec.model.backward
    """
    joint = jnp.asarray(behaviour)[..., None] * transition_model
    return jnp.swapaxes(joint / joint.sum(axis=-3, keepdims=True), -1, -3)


@jax.jit
def inverse(transition_model: ArrayLike, behaviour: ArrayLike) -> Array:
    r"""Inverse model, which action led from one state to the next: [..., S, A, S].

    .. math:: P(a|s,s') = \frac{b(s,a)\,P(s'|s,a)}{\sum_{\bar a} b(s,\bar a)\,P(s'|s,\bar a)}

    NaN where a next state is never reached from a state.

    Spec: rlproof.spec.model.inverse
    """
    joint = jnp.asarray(behaviour)[..., None] * transition_model
    return joint / joint.sum(axis=-2, keepdims=True)


@jax.jit
def simulation_error(mdp: MDP, model: MDP, policy: ArrayLike) -> Array:
    r"""How far a policy's values in the process are above those in the model: [..., S].

    .. math:: v_\pi - \hat v_\pi = (I - \gamma P_\pi)^{-1}
        \big(r_\pi - \hat r_\pi + \gamma (P_\pi - \hat P_\pi)\,\hat v_\pi\big)

    Spec: rlproof.spec.model.simulation_error
    """
    kernel_error = policy_kernel(mdp, policy) - policy_kernel(model, policy)
    change = linear.contract("...st,...t->...s", kernel_error, v(model, policy))
    surplus = policy_reward(mdp, policy) - policy_reward(model, policy) + discount(mdp, 1) * change
    return linear.solve(discounted_kernel(mdp, policy), surplus)


@jax.jit
def simulation_bound(mdp: MDP, model: MDP, policy: ArrayLike) -> Array:
    r"""A bound on the error of a policy's values, from the errors of the model: [...].

    .. math:: \|v_\pi - \hat v_\pi\|_\infty \le
        \frac{\epsilon_R + \gamma\,\epsilon_P\,(\max \hat v_\pi - \min \hat v_\pi)}{1-\gamma}

    Where several entries attain a maximum, the gradient is the mean of theirs; that of :math:`|x|` at 0 is 0.

    Spec: rlproof.spec.model.simulation_bound
    """
    values = v(model, policy)
    span = values.max(axis=-1) - values.min(axis=-1)
    reward_error = abs(mdp.reward - model.reward).max(axis=(-2, -1))
    kernel_error = tv(mdp.transition, model.transition).max(axis=(-2, -1))
    return (reward_error + mdp.discount * kernel_error * span) / (1 - mdp.discount)


@jax.jit
def planning_loss(mdp: MDP, model: MDP) -> Array:
    r"""A bound on what is lost by acting optimally for the model: one number.

    .. math:: \|v_* - v_{\hat\pi_*}\|_\infty \le 2 \max_\pi \|v_\pi - \hat v_\pi\|_\infty

    The maximum is over the A^S deterministic policies. Gradient at ties as in simulation_bound.

    Spec: rlproof.spec.model.planning_loss
    """
    states, actions = mdp.reward.shape[-2:]
    policies = jnp.asarray(np.array(list(product(range(actions), repeat=states))))
    return 2 * abs(jax.vmap(lambda policy: v(mdp, policy) - v(model, policy))(policies)).max()


def _means(rows: Array, states: ArrayLike, actions: ArrayLike, shape: tuple[int, int]) -> Array:
    """The means [S, A, k] of the rows [T, k] of each pair."""
    totals = jnp.zeros((*shape, rows.shape[-1]), rows.dtype).at[states, actions].add(rows)
    visits = jnp.zeros(shape, rows.dtype).at[states, actions].add(1)
    return totals / visits[..., None]

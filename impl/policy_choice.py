r"""Policies that choose by action values, and deterministic ones."""

from functools import partial

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike


@jax.jit
def greedy(action_values: ArrayLike) -> Array:
    r"""The greedy action of each state, lowest index at ties: [..., A] -> [...] integers, without gradient.

    .. math:: \pi(s) = \operatorname{argmax}_a Q(s,a)

    Spec: rlproof.spec.policy.greedy
    """
    return jnp.argmax(jnp.asarray(action_values), axis=-1)


@jax.jit
def epsilon_greedy(q_values: ArrayLike, *, epsilon_random: ArrayLike) -> Array:
    r"""The greedy action, but with chance epsilon one at random: [..., A] -> [..., A] probabilities.

    .. math:: \pi(a|s) = (1-\varepsilon)\, 1[a = \operatorname{argmax}_b Q(s,b)] + \frac{\varepsilon}{A}

    Spec: rlproof.spec.policy.epsilon_greedy
    """
    q_values, epsilon = jnp.asarray(q_values), jnp.asarray(epsilon_random)
    each = epsilon / q_values.shape[-1]
    is_greedy = jax.nn.one_hot(greedy(q_values), q_values.shape[-1], dtype=bool)
    policy = jnp.where(is_greedy, 1 - epsilon + each, each)
    return policy.astype(jnp.result_type(q_values, epsilon)) + 0 * q_values  # NaN stays NaN


@partial(jax.jit, static_argnames="number_of_actions")
def deterministic(actions: ArrayLike, *, number_of_actions: int) -> Array:
    r"""The policy that takes one action in each state: [...] integers -> [..., A], zeros and ones.

    .. math:: \pi(a|s) = 1[a = \mu(s)]

    Spec: rlproof.spec.policy.deterministic
    """
    return jax.nn.one_hot(jnp.asarray(actions), number_of_actions)

"""Howard's policy iteration, made safe against rounding."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array, lax

from . import linear
from .decision_process import MDP, discount
from .mdp import discounted_kernel, policy_reward


class _Search(NamedTuple):
    """Where policy iteration stands."""

    actions: Array  # [..., S]
    highest: Array  # [..., S], the largest value computed so far for each state
    running: Array  # [...], False once the search of this process has ended


def optimal_actions(mdp: MDP) -> Array:
    """Find an optimal deterministic policy [..., S] by policy iteration; it carries no gradient.

    An action is kept unless another is better by more than its rounding error. The search ends when no action
    changes, or when no state's value exceeds all values computed before: in exact arithmetic every change raises
    some value and lowers none, so the changes since then were between equals. As the record rises at every step and
    there are finitely many floats, the search ends, whatever the ties.
    """
    mdp = lax.stop_gradient(mdp)
    actions = _proper_start(mdp)
    highest = jnp.full(actions.shape, -jnp.inf, mdp.reward.dtype)
    start = _Search(actions, highest, jnp.ones(actions.shape[:-1], bool))
    return lax.while_loop(lambda search: search.running.any(), lambda search: _improve(mdp, search), start).actions


def _improve(mdp: MDP, search: _Search) -> _Search:
    values = linear.solve(discounted_kernel(mdp, search.actions), policy_reward(mdp, search.actions))
    action_values = mdp.reward + discount(mdp, 2) * linear.contract("...sat,...t->...sa", mdp.transition, values)
    best = jnp.argmax(action_values, axis=-1)
    gain = _pick(action_values, best) - _pick(action_values, search.actions)
    error = _rounding(mdp, values)
    better = gain > _pick(error, best) + _pick(error, search.actions)
    running = search.running & better.any(axis=-1) & (values > search.highest).any(axis=-1)
    actions = jnp.where(running[..., None] & better, best, search.actions)
    return _Search(actions, jnp.maximum(search.highest, values), running)


def _rounding(mdp: MDP, values: Array) -> Array:
    """Bound the rounding error of action values [..., S, A] computed from given state values.

    Per entry, for S products, their sum and the reward: (S + 2) unit roundoffs (half an eps) of the sum of moduli.
    """
    states = values.shape[-1]
    moduli = linear.contract("...sat,...t->...sa", mdp.transition, abs(values))
    unit = jnp.finfo(values.dtype).eps / 2
    return (states + 2) * unit * (abs(mdp.reward) + discount(mdp, 2) * moduli)


def _pick(table: Array, actions: Array) -> Array:
    return jnp.take_along_axis(table, actions[..., None], axis=-1)[..., 0]


def _proper_start(mdp: MDP) -> Array:
    """Start from the first action; at discount one, from actions that lead to a terminal state."""
    batch = jnp.broadcast_shapes(
        mdp.transition.shape[:-3], mdp.reward.shape[:-2], mdp.initial.shape[:-1], jnp.shape(mdp.discount)
    )
    states = mdp.reward.shape[-2]
    terminal = jnp.broadcast_to(mdp.terminal, (*batch, states))

    def grow(_: int, found: tuple[Array, Array]) -> tuple[Array, Array]:
        actions, reached = found
        leads = ((mdp.transition > 0) & reached[..., None, None, :]).any(axis=-1)
        new = leads.any(axis=-1) & ~reached
        return jnp.where(new, jnp.argmax(leads, axis=-1), actions), reached | new

    first = jnp.zeros((*batch, states), int)
    actions, _ = lax.fori_loop(0, states, grow, (first, terminal))
    return jnp.where(discount(mdp, 1) == 1, actions, first)

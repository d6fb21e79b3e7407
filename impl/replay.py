r"""Experience replay: what the buffer holds, and where updates from it lead."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.typing import ArrayLike

from .decision_process import MDP
from .value import optimal_q


@partial(jax.jit, static_argnames="capacity")
def ring_buffer(items: ArrayLike, *, capacity: int) -> Array:
    r"""What a first-in-first-out buffer holds, slot by slot, after n items were pushed: [min(n, c), ...].

    .. math:: B_i = x_{t(i)}, \qquad t(i) = \max\{t < n : t \equiv i \pmod{c}\}

    Spec: rlproof.spec.replay.ring_buffer
    """
    items = jnp.asarray(items)
    count = items.shape[0]
    kept = items[max(count - capacity, 0) :]
    # The oldest item kept, number max(n - c, 0), lies in the slot of its number modulo c.
    return jnp.roll(kept, max(count - capacity, 0) % capacity, axis=0)


@jax.jit
def uniform_update(
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
    r"""What one Q-learning update on a transition drawn uniformly from the buffer gives on average: [S, A].

    .. math:: \mathbb{E}[Q'](s,a) = Q(s,a) + \frac{\alpha}{T} \sum_t \mathbb{1}[s_t = s,\ a_t = a]\,
        \Big(R_{t+1} + \gamma (1 - \mathrm{term}_t) \max_b Q(s_{t+1},b) - Q(s,a)\Big)

    Where several actions attain the maximum, the gradient is the mean of theirs.

    Spec: rlproof.spec.replay.uniform_update
    """
    values, rewards = jnp.asarray(action_values), jnp.asarray(rewards)
    following = jnp.where(terminated, 0, values.max(axis=-1)[next_states])
    errors = rewards + gamma * following - values[states, actions]
    return values.at[states, actions].add(step_size * errors / rewards.shape[0])


@jax.jit
def fixed_point(
    action_values: ArrayLike,
    states: ArrayLike,
    actions: ArrayLike,
    rewards: ArrayLike,
    next_states: ArrayLike,
    terminated: ArrayLike,
    *,
    discount: ArrayLike,
) -> Array:
    r"""Where Q-learning from a buffer leads, the optimal action values of the process that the data describe: [S, A].

    .. math:: Q(s,a) = \begin{cases} \hat R(s,a) + \gamma \sum_{s'} \hat P(s'|s,a) \max_b Q(s',b) & N(s,a) > 0\\
        Q_0(s,a) & N(s,a) = 0 \end{cases}

    Gradient as in value.optimal_q.

    Spec: rlproof.spec.replay.fixed_point
    """
    values, rewards = jnp.asarray(action_values), jnp.asarray(rewards)
    count, choices = values.shape
    pairs = (states, actions)
    visits = jnp.zeros_like(values).at[pairs].add(1)
    # The last state is the end, where terminated transitions and pairs never visited lead.
    arrivals = jnp.where(terminated, count, next_states)
    counts = jnp.zeros((count, choices, count + 1), values.dtype).at[(*pairs, arrivals)].add(1)
    counts = counts.at[..., -1].add(visits == 0)
    totals = jnp.maximum(visits, 1)
    known = jnp.where(visits > 0, jnp.zeros_like(values).at[pairs].add(rewards) / totals, values)
    end = np.eye(count + 1)[-1]
    process = MDP(
        transition=jnp.concatenate(
            [counts / totals[..., None], jnp.broadcast_to(jnp.asarray(end, values.dtype), (1, choices, count + 1))]
        ),
        reward=jnp.concatenate([known, jnp.zeros_like(known[:1])]),
        initial=jnp.asarray(end, values.dtype),
        discount=jnp.asarray(discount, values.dtype),
        terminal=jnp.asarray(end == 1),
    )
    return optimal_q(process)[:-1]

r"""Every trajectory with its probability: expectations of estimators become finite sums."""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.typing import ArrayLike

from .decision_process import MDP, probabilities


class Trajectory(NamedTuple):
    """All N = S (A S)^H courses of events, stacked."""

    states: Array  # [N, H + 1] integers
    actions: Array  # [N, H] integers
    rewards: Array  # [..., N, H]
    probability: Array  # [..., N], zero for those that cannot occur


@partial(jax.jit, static_argnames="horizon")
def enumerate(mdp: MDP, policy: ArrayLike, horizon: int) -> Trajectory:
    r"""Every trajectory over a finite horizon, in lexicographic order of (s_0, a_0, s_1, ...): N = S (A S)^H of them.

    .. math:: p(\tau) = \rho_0(s_0) \prod_{t=0}^{H-1} \pi(a_t|s_t)\, P(s_{t+1}|s_t,a_t)

    Unlike the iterator of the spec, the stack keeps trajectories of probability zero, so that its shape is static.

    Spec: rlproof.spec.trajectories.enumerate
    """
    sizes = mdp.reward.shape[-2:]
    states, actions = _indices(sizes[0], sizes[1], horizon)
    before, after = states[:, :-1], states[:, 1:]
    rewards = mdp.reward[..., before, actions]
    steps = probabilities(mdp, policy)[..., before, actions] * mdp.transition[..., before, actions, after]
    probability = mdp.initial[..., states[:, 0]] * steps.prod(axis=-1)
    return Trajectory(jnp.asarray(states), jnp.asarray(actions), rewards, probability)


def _indices(states: int, actions: int, horizon: int) -> tuple[np.ndarray, np.ndarray]:
    """List all index combinations: states [N, H + 1] and actions [N, H]."""
    sizes = [states] + [actions, states] * horizon
    combinations = np.indices(sizes, dtype=np.int32).reshape(len(sizes), -1).T
    return combinations[:, 0::2], combinations[:, 1::2]

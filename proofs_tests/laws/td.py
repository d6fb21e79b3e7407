"""Laws of the temporal-difference error."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims, discounted_sum, off_terminal
from rlproof.oracle.claims import equal
from rlproof.oracle.law import law
from rlproof.spec import bellman, td, value
from rlproof.spec.decision_process import MDP
from rlproof.spec.mdp import discounted_return


@law("td.error", derivation=True)
def td_errors_telescope_to_the_return(
    rewards: Array, values: Array, next_values: Array, terminated: Array, gamma: Any
) -> Claims:
    """Within an episode sum_t gamma^t delta_t = G_0 + gamma^T V(s_T) - V(s_0), V(s_T) = 0 if terminal."""
    steps = len(rewards)
    ended = terminated & (np.arange(steps) == steps - 1)
    successors = np.append(values[1:], next_values[-1])
    errors = td.error(rewards, values, successors, ended, gamma=gamma)
    rest = 0 if ended[-1] else gamma**steps * next_values[-1]
    yield equal(discounted_sum(gamma, errors), discounted_return(rewards, gamma=gamma) + rest - values[0])


@law("td.error", derivation=True)
def td_error_has_mean_zero_at_v(mdp: MDP, policy: Array) -> Claims:
    """With V = v_pi, E[delta | s, a] = A_pi(s, a) and E_pi[delta | s] = 0."""
    means = _mean_errors(mdp, value.v(mdp, policy))
    yield equal(means, value.advantage(mdp, policy))
    yield equal((policy * means).sum(axis=1), 0)


@law("td.error")
def td_error_has_the_bellman_residual_as_mean(mdp: MDP, policy: Array, state_values: Array) -> Claims:
    """For any V that is zero in terminal states, E_pi[delta | s] = (T_pi V - V)(s)."""
    values = off_terminal(mdp, state_values)
    residual = bellman.expectation_v(mdp, policy, values) - values
    yield equal((policy * _mean_errors(mdp, values)).sum(axis=1), residual)


@law("td.error")
def td_error_ignores_values_after_termination(
    rewards: Array, values: Array, next_values: Array, other_next_values: Array, terminated: Array, gamma: Any
) -> Claims:
    """Another V(s_{t+1}) changes delta_t by gamma times the change, and not at all after a termination."""
    errors, others = (
        td.error(rewards, values, following, terminated, gamma=gamma) for following in (next_values, other_next_values)
    )
    change = gamma * (other_next_values - next_values)
    yield equal(others - errors, np.where(terminated, 0, change))


def _mean_errors(mdp: MDP, values: Array) -> Array:
    """E[delta | s, a] over the next state, from the errors of all transitions (s, a, s')."""
    shape = mdp.transition.shape
    errors = td.error(
        np.broadcast_to(mdp.reward[:, :, None], shape),
        np.broadcast_to(values[:, None, None], shape),
        np.broadcast_to(values, shape),
        np.broadcast_to(mdp.terminal, shape),
        gamma=mdp.discount,
    )
    return (mdp.transition * errors).sum(axis=2)

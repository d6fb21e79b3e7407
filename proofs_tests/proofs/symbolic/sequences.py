"""Returns and advantage estimates of four transitions, every reward, value, γ and λ a symbol."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from rlproof.spec import gae, mdp, td

from .array import SymbolicArray, proportion, symbols
from .proving import proves

ENDS = tuple(np.arange(4) == end for end in (-1, 1, 3))
FLAGS = tuple(product(ENDS, ENDS))
"""No end, an end within and one at the last transition, by termination and by truncation."""
T4 = "T = 4; no end, one within, one at the last transition, of either kind"


@proves(
    "gae.advantage",
    "td.lambda_return",
    formula="Â_t = G^λ_t - V(s_t)",
    source="Schulman et al. 2016 (GAE), section 3; Sutton & Barto 2018, eq. (12.2)",
    differs=T4 + "; V(s_{t+1}) is the value of the next row wherever the episode goes on",
)
def gae_is_the_lambda_return_minus_the_value() -> Iterator[Any]:
    """The advantage estimate is the lambda-return less the value."""
    rewards, values, others, gamma, decay = trajectory()
    for terminated, truncated in FLAGS:
        goes_on = ~(terminated | truncated | (np.arange(4) == 3))
        following = values.where(goes_on, values[[1, 2, 3, 0]], others)
        data = (following, terminated, truncated)
        advantages = gae.advantage(rewards, values, *data, gamma=gamma, gae_lambda=decay)
        yield advantages == td.lambda_return(rewards, *data, gamma=gamma, trace_decay=decay) - values


@proves(
    "td.n_step_return",
    "td.error",
    formula="G_{t:t+n} - V(s_t) = Σ_{k<n} γ^k δ_{t+k} along one trajectory, n = 1..4",
    source="Sutton & Barto 2018, eq. (7.1) and exercise 7.11",
    differs="T = 4, V(s_{t+1}) the value of the next row",
)
def td_errors_telescope_to_n_step_returns() -> Iterator[Any]:
    """A return of n steps is the value plus n discounted errors."""
    rewards, values, last, gamma, _ = trajectory()
    following = values.stack([*values[1:], last[3]])
    none = np.zeros(4, dtype=bool)
    errors = td.error(rewards, values, following, none, gamma=gamma)
    for n in range(1, 5):
        returns = td.n_step_return(rewards, following, none, none, gamma=gamma, n=n)
        for t in range(4):
            total = sum((gamma**k * errors[t + k] for k in range(min(n, 4 - t))), 0 * gamma)
            yield returns[t] - values[t] == total


@proves(
    "td.lambda_return",
    "td.n_step_return",
    formula="G^λ_t = (1-λ) Σ_{n=1}^{T-t-1} λ^(n-1) G_{t:t+n} + λ^(T-t-1) G_{t:T}",
    source="Sutton & Barto 2018, eq. (12.3)",
    differs="T = 4, without an end before the last transition",
)
def lambda_return_averages_n_step_returns() -> Iterator[Any]:
    """The lambda-return is the geometric mean over n of the returns of n steps."""
    rewards, _, following, gamma, decay = trajectory()
    none = np.zeros(4, dtype=bool)
    mean = td.lambda_return(rewards, following, none, none, gamma=gamma, trace_decay=decay)
    returns = [td.n_step_return(rewards, following, none, none, gamma=gamma, n=n) for n in range(1, 5)]
    for t in range(4):
        short = sum(((1 - decay) * decay ** (n - 1) * returns[n - 1][t] for n in range(1, 4 - t)), 0 * gamma)
        yield mean[t] == short + decay ** (3 - t) * returns[3][t]


@proves(
    "td.lambda_backward",
    "gae.advantage",
    formula="Δ(s) = Σ_t 1[s_t = s] Â_t",
    source="Sutton & Barto 2018, section 12.4; Bertsekas & Tsitsiklis 1996, section 5.3",
    differs="T = 4, two states visited in the order 0, 1, 0, 0; off-line",
)
def backward_view_is_the_forward_view() -> Iterator[Any]:
    """Eligibility traces sum, for each state, the estimates of its visits."""
    rewards, values, _, gamma, decay = trajectory()
    states, after = np.array([0, 1, 0, 0]), np.array([1, 0, 0, 1])
    for terminated, truncated in FLAGS:
        ends = (terminated, truncated)
        updates = td.lambda_backward(values[:2], states, rewards, after, *ends, gamma=gamma, trace_decay=decay)
        table = values[:2]
        estimates = gae.advantage(rewards, table[states], table[after], *ends, gamma=gamma, gae_lambda=decay)
        for state in range(2):
            yield updates[state] == estimates[states == state].sum()


@proves(
    "mdp.discounted_return",
    "mdp.rewards_to_go",
    "gae.advantage",
    formula="λ = 1, terminated at T ⇒ Â_0 + V(s_0) = Σ_t γ^t R_{t+1}",
    source="Schulman et al. 2016 (GAE), eq. (18)",
    differs="T = 4, V(s_{t+1}) the value of the next row",
)
def gae_at_lambda_one_is_the_return_minus_the_value() -> Iterator[Any]:
    """With lambda one the estimate is the whole return less the value."""
    rewards, values, last, gamma, _ = trajectory()
    following, none = values.stack([*values[1:], last[3]]), np.zeros(4, dtype=bool)
    terminated = np.array([False, False, False, True])
    estimates = gae.advantage(rewards, values, following, terminated, none, gamma=gamma, gae_lambda=1)
    yield estimates[0] + values[0] == mdp.discounted_return(rewards, gamma=gamma)
    yield estimates + values == mdp.rewards_to_go(rewards, following, terminated, none, gamma=gamma)


def trajectory() -> tuple[SymbolicArray, SymbolicArray, SymbolicArray, SymbolicArray, SymbolicArray]:
    """Make rewards, values, values of the successors, γ and λ; the last two between zero and one."""
    rewards, values, following, gamma, decay = symbols(R=(4,), V=(4,), next=(4,), gamma=(), decay=())
    return rewards, values, following, proportion(gamma), proportion(decay)

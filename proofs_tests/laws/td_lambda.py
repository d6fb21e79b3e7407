"""Laws of TD(lambda): returns, operator, eligibility traces."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims, off_terminal
from rlproof.laws._values import end_of, expected_estimate, joined, pair_sums, parts_at
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import bellman, gae, numbers, td, value
from rlproof.spec.decision_process import MDP
from rlproof.spec.dp import policy_evaluation
from rlproof.spec.mdp import rewards_to_go


@law("td.lambda_return", derivation=True)
def lambda_return_averages_n_step_returns(
    rewards: Array, next_values: Array, terminated: Array, truncated: Array, gamma: Any, trace_decay: Any
) -> Claims:
    """(1 - lambda) sum_{n < T - t} lambda^{n-1} G_{t:t+n} + lambda^{T-t-1} G_{t:T}, also with episode ends."""
    steps, columns = len(rewards), (rewards, next_values, terminated, truncated)
    returns = [td.n_step_return(*columns, gamma=gamma, n=n) for n in range(1, steps + 1)]
    for t, estimate in enumerate(td.lambda_return(*columns, gamma=gamma, trace_decay=trace_decay)):
        shares = [(1 - trace_decay) * trace_decay**n for n in range(steps - t - 1)]
        shares.append(trace_decay ** (steps - t - 1))
        yield equal(estimate, sum(share * returns[n][t] for n, share in enumerate(shares)))


@law("td.lambda_return")
def lambda_return_between_td_and_monte_carlo(
    rewards: Array, next_values: Array, terminated: Array, truncated: Array, gamma: Any
) -> Claims:
    """At lambda = 0 it is the one-step return, at lambda = 1 the return, bootstrapped where the episode was cut."""
    columns = (rewards, next_values, terminated, truncated)
    one_step = td.one_step_return(*columns[:3], gamma=gamma)
    yield equal(td.lambda_return(*columns, gamma=gamma, trace_decay=0), one_step)
    yield equal(td.lambda_return(*columns, gamma=gamma, trace_decay=1), rewards_to_go(*columns, gamma=gamma))


@law("td.lambda_return")
def lambda_return_minus_value_is_gae(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    gamma: Any,
    trace_decay: Any,
) -> Claims:
    """G^lambda_t - V(s_t) is the generalised advantage estimate with the same lambda."""
    successors = joined(values, next_values, terminated | truncated)
    returns = td.lambda_return(rewards, successors, terminated, truncated, gamma=gamma, trace_decay=trace_decay)
    estimates = gae.advantage(rewards, values, successors, terminated, truncated, gamma=gamma, gae_lambda=trace_decay)
    yield equal(returns - values, estimates)


@law("td.lambda_return")
def lambda_return_splits_at_episode_ends(
    rewards: Array, next_values: Array, terminated: Array, truncated: Array, gamma: Any, trace_decay: Any, split: int
) -> Claims:
    """Returns before and after the end of an episode, of either kind, are those of the two parts alone."""
    for flags, parts in parts_at(split, (terminated, truncated)):
        columns = (rewards, next_values, *flags)
        whole, *alone = (
            td.lambda_return(*(column[part] for column in columns), gamma=gamma, trace_decay=trace_decay)
            for part in (np.s_[:], *parts)
        )
        yield equal(whole, np.concatenate(alone))


@law("td.lambda_return")
def lambda_return_solves_the_linear_system(
    rewards: Array, next_values: Array, terminated: Array, truncated: Array, gamma: Any, trace_decay: Any
) -> Claims:
    """(I - gamma lambda N) G = R + gamma (1 - term) (1 - lambda n) V', where N leads to the next row, n = N 1."""
    goes_on = numbers.exact((~np.logical_or(terminated, truncated)).astype(int))
    goes_on[-1] = numbers.rational(0)
    succession = np.diag(goes_on[:-1], k=1) if len(goes_on) > 1 else numbers.exact([[0]])
    matrix = numbers.exact(np.eye(len(goes_on), dtype=int)) - gamma * trace_decay * succession
    right = rewards + gamma * (1 - terminated.astype(int)) * (1 - trace_decay * goes_on) * next_values
    returns = td.lambda_return(rewards, next_values, terminated, truncated, gamma=gamma, trace_decay=trace_decay)
    yield equal(returns, numbers.solve(matrix, right))


@law("td.lambda_operator")
def lambda_operator_contracts(
    mdp: MDP, policy: Array, state_values: Array, other_state_values: Array, trace_decay: Any
) -> Claims:
    """|T^lambda V - T^lambda V'| <= gamma (1 - lambda) / (1 - gamma lambda) |V - V'| in the supremum norm."""
    images = [td.lambda_operator(mdp, policy, v, trace_decay=trace_decay) for v in (state_values, other_state_values)]
    distance = abs(state_values - other_state_values).max()
    yield at_most(abs(images[0] - images[1]).max(), _modulus(mdp, trace_decay) * distance)


@law("td.lambda_operator")
def lambda_operator_shifts_by_its_modulus(
    mdp: MDP, policy: Array, state_values: Array, trace_decay: Any, shift: Any
) -> Claims:
    """T^lambda (V + c) = T^lambda V + c gamma (1 - lambda) / (1 - gamma lambda): the modulus is attained."""
    image = td.lambda_operator(mdp, policy, state_values, trace_decay=trace_decay)
    moved = td.lambda_operator(mdp, policy, state_values + shift, trace_decay=trace_decay)
    yield equal(moved, image + _modulus(mdp, trace_decay) * shift)


@law("td.lambda_operator")
def lambda_operator_between_backup_and_value(mdp: MDP, policy: Array, state_values: Array, trace_decay: Any) -> Claims:
    """At lambda = 0 it is T_pi, at lambda = 1 it gives v_pi at once; v_pi is its fixed point for every lambda."""
    values = value.v(mdp, policy)
    backup = bellman.expectation_v(mdp, policy, state_values)
    yield equal(td.lambda_operator(mdp, policy, state_values, trace_decay=0), backup)
    yield equal(td.lambda_operator(mdp, policy, state_values, trace_decay=1), values)
    yield equal(td.lambda_operator(mdp, policy, values, trace_decay=trace_decay), values)


@law("td.lambda_operator", derivation=True)
def lambda_operator_equals_enumerated_returns(mdp: MDP, policy: Array, state_values: Array, trace_decay: Any) -> Claims:
    """E_pi[G^lambda_0 | s_0 = s] over all trajectories of two steps, after which T^lambda V stands for the rest."""
    values = off_terminal(mdp, state_values)
    image = td.lambda_operator(mdp, policy, values, trace_decay=trace_decay)
    rest = (1 - trace_decay) * values + trace_decay * image
    for steps in (1, 2):
        means = expected_estimate(
            mdp,
            policy,
            steps,
            np.array([values, rest]),
            lambda rewards, pairs, *flags, steps=steps: td.lambda_return(
                rewards,
                np.where((np.arange(steps) < steps - 1)[:, None], pairs[0], pairs[1]),
                *flags,
                gamma=mdp.discount,
                trace_decay=trace_decay,
            ),
        )
        yield equal(means, image)


@law("td.lambda_operator", derivation=True)
def lambda_operator_averages_backups(mdp: MDP, policy: Array, state_values: Array, trace_decay: Any) -> Claims:
    """T^lambda V = (1 - lambda) sum_{n <= 3} lambda^{n-1} T_pi^n V + lambda^3 T_pi^3 (T^lambda V)."""
    image = td.lambda_operator(mdp, policy, state_values, trace_decay=trace_decay)
    total = trace_decay**3 * policy_evaluation(mdp, policy, image, sweeps=3)
    for n in (1, 2, 3):
        backed_up = policy_evaluation(mdp, policy, state_values, sweeps=n)
        total = total + (1 - trace_decay) * trace_decay ** (n - 1) * backed_up
    yield equal(image, total)


@law("td.lambda_backward", derivation=True)
def backward_view_equals_forward_view(
    state_values: Array,
    states: Array,
    rewards: Array,
    next_states: Array,
    terminated: Array,
    truncated: Array,
    gamma: Any,
    trace_decay: Any,
) -> Claims:
    """Delta(s) = sum over all visits t to s of G^lambda_t - V(s), also with states that are visited again."""
    successors = joined(states, next_states, terminated | truncated)
    factors = {"gamma": gamma, "trace_decay": trace_decay}
    forward = td.lambda_return(rewards, state_values[successors], terminated, truncated, **factors)
    updates = td.lambda_backward(state_values, states, rewards, successors, terminated, truncated, **factors)
    yield equal(updates, pair_sums(state_values, states, forward - state_values[states]))


@law("td.lambda_backward")
def backward_view_counts_errors_by_visits(
    state_values: Array,
    states: Array,
    rewards: Array,
    next_states: Array,
    terminated: Array,
    truncated: Array,
    gamma: Any,
    trace_decay: Any,
) -> Claims:
    """Delta(s) = sum over visits k to s of sum_{t >= k} (gamma lambda)^{t-k} delta_t, up to the episode's end."""
    errors = td.error(rewards, state_values[states], state_values[next_states], terminated, gamma=gamma)
    shares = [
        sum((gamma * trace_decay) ** (t - k) * errors[t] for t in range(k, end_of(k, terminated | truncated) + 1))
        for k in range(len(rewards))
    ]
    updates = td.lambda_backward(
        state_values, states, rewards, next_states, terminated, truncated, gamma=gamma, trace_decay=trace_decay
    )
    yield equal(updates, pair_sums(state_values, states, shares))


@law("td.lambda_backward")
def backward_view_adds_over_episodes(
    state_values: Array,
    states: Array,
    rewards: Array,
    next_states: Array,
    terminated: Array,
    truncated: Array,
    gamma: Any,
    trace_decay: Any,
    split: int,
) -> Claims:
    """The update from two episodes, the first ended in either way, is the sum of the two updates."""
    for flags, parts in parts_at(split, (terminated, truncated)):
        columns = (states, rewards, next_states, *flags)
        whole, *alone = (
            td.lambda_backward(
                state_values, *(column[part] for column in columns), gamma=gamma, trace_decay=trace_decay
            )
            for part in (np.s_[:], *parts)
        )
        yield equal(whole, sum(alone))


@law("td.lambda_backward")
def backward_view_without_traces_sums_the_errors(
    state_values: Array,
    states: Array,
    rewards: Array,
    next_states: Array,
    terminated: Array,
    truncated: Array,
    gamma: Any,
) -> Claims:
    """At lambda = 0, Delta(s) is the sum of the errors of the visits to s."""
    errors = td.error(rewards, state_values[states], state_values[next_states], terminated, gamma=gamma)
    updates = td.lambda_backward(
        state_values, states, rewards, next_states, terminated, truncated, gamma=gamma, trace_decay=0
    )
    yield equal(updates, pair_sums(state_values, states, errors))


def _modulus(mdp: MDP, trace_decay: Any) -> Any:
    return mdp.discount * (1 - trace_decay) / (1 - mdp.discount * trace_decay)

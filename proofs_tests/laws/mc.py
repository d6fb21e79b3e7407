"""Laws of Monte-Carlo estimation."""

from collections.abc import Callable, Iterator
from itertools import product
from math import comb
from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims, discounted_sum
from rlproof.laws._values import end_of
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import mc, numbers, td, trajectories
from rlproof.spec.decision_process import MDP
from rlproof.spec.dp import policy_evaluation


@law("mc.first_visit")
def first_visit_averages_returns(
    state_values: Array, states: Array, rewards: Array, terminated: Array, gamma: Any
) -> Claims:
    """The mean of the returns after first visits, one at most per episode; states never left keep their value."""
    first = []
    for start in range(len(states)):
        begin = max([t + 1 for t in range(start) if terminated[t]], default=0)
        if states[start] not in states[begin:start]:
            first.append(start)
    expected = _means(state_values, states, rewards, terminated, gamma, first)
    yield equal(mc.first_visit(state_values, states, rewards, terminated, gamma=gamma), expected)


@law("mc.first_visit", derivation=True)
def first_visit_is_unbiased(mdp: MDP, policy: Array) -> Claims:
    """E[V^(s) - v(s); s visited] = 0 over all episodes of two steps, where a state also tells the time."""
    steps, count = 2, mdp.number_of_states
    returns = [policy_evaluation(mdp, policy, 0 * mdp.initial, sweeps=steps - t) for t in range(steps)]
    values, flags = np.concatenate(returns), np.arange(steps) == steps - 1
    bias = 0 * values
    for path in trajectories.enumerate(mdp, policy, steps):
        timed = count * np.arange(steps) + path.states[:-1]
        estimate = mc.first_visit(values, timed, path.rewards, flags, gamma=mdp.discount)
        bias = bias + path.probability * (estimate - values)
    yield equal(bias, 0)


@law("mc.first_visit", derivation=True)
def first_visit_is_unbiased_on_the_loop(rewards: Array) -> Claims:
    """On the self-loop chain E[V^] = p/(1-p) R_s + R_T, whatever the number of episodes, coefficient by coefficient."""
    yield from _on_the_loop(mc.first_visit, rewards, lambda episodes: numbers.rational(1))


@law("mc.first_visit")
def first_visit_is_every_visit_without_returning(
    state_values: Array, states: Array, rewards: Array, gamma: Any
) -> Claims:
    """If no episode visits a state twice, it is the every-visit estimate: here, with episodes of one step."""
    rows = (state_values, states, rewards, np.ones(len(states), dtype=bool))
    yield equal(mc.first_visit(*rows, gamma=gamma), mc.every_visit(*rows, gamma=gamma))
    once = np.unique(states)
    rows = (state_values, once, rewards[: len(once)], np.zeros(len(once), dtype=bool))
    yield equal(mc.first_visit(*rows, gamma=gamma), mc.every_visit(*rows, gamma=gamma))


@law("mc.first_visit")
def first_visit_ignores_the_order_of_episodes(
    state_values: Array, states: Array, rewards: Array, terminated: Array, gamma: Any, split: int
) -> Claims:
    """Two runs of episodes give the same estimate in either order."""
    yield from _ignores_the_order(mc.first_visit, state_values, (states, rewards, terminated), gamma, split)


@law("mc.every_visit")
def every_visit_averages_returns(
    state_values: Array, states: Array, rewards: Array, terminated: Array, gamma: Any
) -> Claims:
    """The mean of the returns after all visits, as explicit sums; states never left keep their value."""
    expected = _means(state_values, states, rewards, terminated, gamma, range(len(states)))
    yield equal(mc.every_visit(state_values, states, rewards, terminated, gamma=gamma), expected)


@law("mc.every_visit")
def every_visit_has_the_least_squared_error(
    state_values: Array, other_state_values: Array, states: Array, rewards: Array, terminated: Array, gamma: Any
) -> Claims:
    """No table has a smaller sum of (G_t - V(s_t))^2 over the data: it is the answer of batch Monte Carlo."""
    best = mc.every_visit(state_values, states, rewards, terminated, gamma=gamma)
    returns = [discounted_sum(gamma, rewards[t : end_of(t, terminated) + 1]) for t in range(len(states))]
    error, other = (((np.array(returns) - table[states]) ** 2).sum() for table in (best, other_state_values))
    yield at_most(error, other)


@law("mc.every_visit", derivation=True)
def every_visit_is_biased_on_the_loop(rewards: Array) -> Claims:
    """On the self-loop chain E[V^] = n/(n+1) p/(1-p) R_s + R_T from n episodes, coefficient by coefficient."""
    yield from _on_the_loop(mc.every_visit, rewards, lambda episodes: numbers.rational(episodes) / (episodes + 1))


@law("mc.every_visit")
def every_visit_ignores_the_order_of_episodes(
    state_values: Array, states: Array, rewards: Array, terminated: Array, gamma: Any, split: int
) -> Claims:
    """Two runs of episodes give the same estimate in either order."""
    yield from _ignores_the_order(mc.every_visit, state_values, (states, rewards, terminated), gamma, split)


@law("mc.every_visit")
def every_visit_without_discount_is_batch_td(
    state_values: Array, states: Array, rewards: Array, next_states: Array, terminated: Array
) -> Claims:
    """At gamma = 0 batch Monte Carlo and batch TD(0) agree: the mean reward."""
    estimate = mc.every_visit(state_values, states, rewards, terminated, gamma=0)
    yield equal(estimate, td.batch(state_values, states, rewards, next_states, terminated, discount=0))


@law("mc.incremental_mean", derivation=True)
def incremental_mean_is_the_mean(returns: Array) -> Claims:
    """V_n = (G_1 + ... + G_n) / n."""
    means = [returns[: n + 1].sum() / (n + 1) for n in range(len(returns))]
    yield equal(mc.incremental_mean(returns), np.array(means))


@law("mc.incremental_mean")
def incremental_mean_ignores_order(returns: Array, split: int) -> Claims:
    """The last estimate does not depend on the order of the returns."""
    rotated = np.concatenate([returns[split:], returns[:split]])
    estimate = mc.incremental_mean(returns)[-1]
    yield equal(mc.incremental_mean(rotated)[-1], estimate)
    yield equal(mc.incremental_mean(returns[::-1])[-1], estimate)


@law("mc.incremental_mean")
def incremental_mean_is_affine(returns: Array, scale: Any, shift: Any) -> Claims:
    """Scaled and shifted returns give scaled and shifted means; equal returns their common value."""
    yield equal(mc.incremental_mean(scale * returns + shift), scale * mc.incremental_mean(returns) + shift)
    yield equal(mc.incremental_mean(0 * returns + shift), shift)


@law("mc.incremental_mean")
def incremental_mean_has_the_least_squared_error(returns: Array, shift: Any) -> Claims:
    """sum (G_i - V_n)^2 is the least possible, by exactly n c^2 less than at V_n + c."""
    best = mc.incremental_mean(returns)[-1]
    errors = [((returns - estimate) ** 2).sum() for estimate in (best, best + shift)]
    yield equal(errors[1] - errors[0], len(returns) * shift**2)


def _means(table: Array, states: Array, rewards: Array, terminated: Array, gamma: Any, counted: Any) -> Array:
    """The mean of the returns after the steps counted, one state after the other."""
    means = table.copy()
    for state in range(len(table)):
        returns = [discounted_sum(gamma, rewards[t : end_of(t, terminated) + 1]) for t in counted if states[t] == state]
        if returns:
            means[state] = sum(returns) / len(returns)
    return means


def _on_the_loop(estimator: Callable[..., Array], rewards: Array, factor: Callable[[int], Any]) -> Claims:
    r"""E[V^] = factor p/(1-p) R_s + R_T on the chain that loops with probability p, as power series in p.

    Episodes with k_1, ..., k_n loops have probability p^{k_1 + ... + k_n} (1-p)^n. Divided by (1-p)^n, the
    coefficient of p^m on the right is factor C(m+n-1, n) R_s + C(m+n-1, n-1) R_T.
    """
    loop, end = rewards[0], rewards[-1] + 1
    for episodes, most in ((1, 4), (2, 3), (3, 2)):
        for total in range(most + 1):
            estimates = [
                _estimate(estimator, loops, loop, end)
                for loops in product(range(total + 1), repeat=episodes)
                if sum(loops) == total
            ]
            on_the_right = factor(episodes) * comb(total + episodes - 1, episodes) * loop
            yield equal(sum(estimates), on_the_right + comb(total + episodes - 1, episodes - 1) * end)


def _estimate(estimator: Callable[..., Array], loops: tuple[int, ...], loop: Any, end: Any) -> Any:
    rewards = np.array([reward for count in loops for reward in [loop] * count + [end]])
    last = np.array([flag for count in loops for flag in [False] * count + [True]])
    return estimator(numbers.exact([0]), np.zeros(len(rewards), dtype=int), rewards, last, gamma=1)[0]


def _ignores_the_order(
    estimator: Callable[..., Array], table: Array, rows: tuple[Array, ...], gamma: Any, split: int
) -> Iterator[Any]:
    *rest, terminated = rows
    ends = terminated | np.isin(np.arange(len(terminated)), (split, len(terminated) - 1))
    columns = (*rest, ends)
    swapped = [np.concatenate([column[split + 1 :], column[: split + 1]]) for column in columns]
    yield equal(estimator(table, *swapped, gamma=gamma), estimator(table, *columns, gamma=gamma))

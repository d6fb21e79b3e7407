"""Laws of occupancies, finite horizons and the probabilities of trajectories."""

from collections import defaultdict
from itertools import product
from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims, discounted_sum, expectation_from
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import dp, numbers, trajectories
from rlproof.spec.decision_process import MDP
from rlproof.spec.mdp import (
    discounted_visitation,
    eta,
    finite_horizon_return,
    markov_property,
    occupancy,
    policy_kernel,
    trajectory_measure,
)


@law("mdp.occupancy")
def occupancy_is_dual_feasible(mdp: MDP, policy: Array) -> Claims:
    """x >= 0 and sum_a x(s', a) = rho_0(s') + gamma sum_{s,a} x(s,a) P(s'|s,a)."""
    visits = occupancy(mdp, policy)
    yield at_most(0, visits)
    arrivals = (visits[..., None] * mdp.transition).sum(axis=(0, 1))
    yield equal(visits.sum(axis=1), mdp.initial + mdp.discount * arrivals)


@law("mdp.occupancy", derivation=True)
def occupancy_equals_enumeration(mdp: MDP, policy: Array) -> Claims:
    """Pairs (s_t, a_t) counted over all trajectories up to time 1 miss x by gamma^2 / (1 - gamma), none below zero."""
    place = np.eye(mdp.reward.size, dtype=int).reshape(mdp.reward.size, *mdp.reward.shape)

    def count(path: Any) -> Array:
        pairs = [
            state * mdp.number_of_actions + action for state, action in zip(path.states, path.actions, strict=False)
        ]
        return discounted_sum(mdp.discount, place[pairs])

    counted = sum(path.probability * count(path) for path in trajectories.enumerate(mdp, policy, 2))
    missed = occupancy(mdp, policy) - counted
    yield at_most(0, missed)
    yield equal(missed.sum(), mdp.discount**2 / (1 - mdp.discount))


@law("mdp.occupancy")
def occupancy_earns_eta(mdp: MDP, policy: Array) -> Claims:
    """sum_{s,a} x(s,a) R(s,a) = eta(pi)."""
    yield equal((occupancy(mdp, policy) * mdp.reward).sum(), eta(mdp, policy))


@law("mdp.occupancy")
def occupancy_recovers_the_policy(mdp: MDP, policy: Array) -> Claims:
    """x(s,a) = pi(a|s) sum_b x(s,b), and sum_a x(s,a) = rho_pi(s)."""
    visits = occupancy(mdp, policy)
    yield equal(visits.sum(axis=1), discounted_visitation(mdp, policy))
    yield equal(visits, policy * visits.sum(axis=1)[:, None])


@law("mdp.finite_horizon_return", derivation=True)
def finite_return_equals_enumeration(mdp: MDP, policy: Array) -> Claims:
    """eta_H = E[sum_{t<H} gamma^t R_{t+1}], over all trajectories of H = 0, 1, 2 steps."""
    for horizon in range(3):
        returns = expectation_from(
            mdp, policy, horizon, lambda path: discounted_sum(mdp.discount, [*path.rewards, 0 * mdp.discount])
        )
        yield equal(finite_horizon_return(mdp, policy, horizon=horizon), mdp.initial @ returns)


@law("mdp.finite_horizon_return", derivation=True)
def finite_return_misses_the_rest(mdp: MDP, policy: Array, horizon: int) -> Claims:
    """eta - eta_H = gamma^H eta from rho_0 P_pi^H, of magnitude gamma^H max|R| / (1 - gamma) at most."""
    kernel = policy_kernel(mdp, policy)
    arrived = mdp.initial @ _power(kernel, horizon)
    missed = eta(mdp, policy) - finite_horizon_return(mdp, policy, horizon=horizon)
    yield equal(missed, mdp.discount**horizon * eta(mdp.replace(initial=arrived), policy))
    yield at_most(abs(missed), mdp.discount**horizon * abs(mdp.reward).max() / (1 - mdp.discount))


@law("mdp.finite_horizon_return")
def finite_return_splits_at_any_time(mdp: MDP, policy: Array, horizon: int, sweeps: int) -> Claims:
    """eta_{H+K} = eta_H + gamma^H eta_K from rho_0 P_pi^H."""
    arrived = mdp.replace(initial=mdp.initial @ _power(policy_kernel(mdp, policy), horizon))
    first = finite_horizon_return(mdp, policy, horizon=horizon)
    second = finite_horizon_return(arrived, policy, horizon=sweeps)
    whole = finite_horizon_return(mdp, policy, horizon=horizon + sweeps)
    yield equal(whole, first + mdp.discount**horizon * second)


@law("mdp.finite_horizon_return")
def finite_return_equals_backward_induction(mdp: MDP, policy: Array, horizon: int) -> Claims:
    """eta_H = rho_0 . V_H, where V_H is what H sweeps of T_pi make of zero."""
    swept = dp.policy_evaluation(mdp, policy, 0 * mdp.initial, sweeps=horizon)
    yield equal(finite_horizon_return(mdp, policy, horizon=horizon), mdp.initial @ swept)


@law("mdp.trajectory_measure")
def measure_sums_to_one(mdp: MDP, policy: Array) -> Claims:
    """Over all S (A S)^H combinations of states and actions the probabilities sum to one, for H = 0, 1, 2."""
    for steps in range(3 if mdp.reward.size <= 6 else 2):
        total = sum(trajectory_measure(mdp, policy, *path) for path in _combinations(mdp, steps))
        yield equal(total, 1)


@law("mdp.trajectory_measure", derivation=True)
def measure_equals_enumeration(mdp: MDP, policy: Array, horizon: int) -> Claims:
    """Each trajectory of the tree of possible events has the probability that the tree gives it."""
    paths = list(trajectories.enumerate(mdp, policy, min(horizon, 2)))
    found = [trajectory_measure(mdp, policy, path.states, path.actions) for path in paths]
    yield equal(numbers.stack(found), numbers.stack([path.probability for path in paths]))


@law("mdp.trajectory_measure")
def measure_splits_at_any_time(mdp: MDP, policy: Array, visited: Array, taken: Array, split: int) -> Claims:
    """p(tau) = p(s_0 ... s_t) p(s_t ... s_T | s_t): the second part starts where the first one ended."""
    here = numbers.exact((np.arange(mdp.number_of_states) == visited[split]).astype(int))
    first = trajectory_measure(mdp, policy, visited[: split + 1], taken[:split])
    second = trajectory_measure(mdp.replace(initial=here), policy, visited[split:], taken[split:])
    yield equal(trajectory_measure(mdp, policy, visited, taken), first * second)


@law("mdp.trajectory_measure", derivation=True)
def measure_without_actions_is_that_of_the_chain(mdp: MDP, policy: Array) -> Claims:
    """Summed over the actions, p(tau) = rho_0(s_0) P_pi(s_0, s_1) P_pi(s_1, s_2)."""
    kernel = policy_kernel(mdp, policy)
    for states in product(range(mdp.number_of_states), repeat=3):
        pairs = product(range(mdp.number_of_actions), repeat=2)
        total = sum(trajectory_measure(mdp, policy, states, actions) for actions in pairs)
        yield equal(total, mdp.initial[states[0]] * kernel[states[0], states[1]] * kernel[states[1], states[2]])


@law("mdp.markov_property")
def next_state_depends_on_the_present_only(mdp: MDP, policy: Array, visited: Array, taken: Array) -> Claims:
    """p(s_T | s_0, a_0, ..., s_{T-1}, a_{T-1}) = P(s_T | s_{T-1}, a_{T-1}), whatever the policy."""
    stated = mdp.transition[visited[-2], taken[-1], visited[-1]]
    yield equal(markov_property(mdp, policy, visited, taken), stated)
    blend = (policy + numbers.rational(1) / mdp.number_of_actions) / 2
    yield equal(markov_property(mdp, blend, visited, taken), stated)


@law("mdp.markov_property", derivation=True)
def next_state_equals_enumerated_frequency(mdp: MDP, policy: Array) -> Claims:
    """It is the share of a history's probability that goes on to s_2, over all trajectories of two steps."""
    histories: dict[Any, Any] = defaultdict(int)
    paths = list(trajectories.enumerate(mdp, policy, 2))
    for path in paths:
        histories[path.states[:2], path.actions] += path.probability
    given = [path.probability / histories[path.states[:2], path.actions] for path in paths]
    found = [markov_property(mdp, policy, path.states, path.actions) for path in paths]
    yield equal(numbers.stack(found), numbers.stack(given))


@law("mdp.markov_property")
def next_state_probabilities_sum_to_one(mdp: MDP, policy: Array, visited: Array, taken: Array) -> Claims:
    """Over all last states, given the same history, they sum to one."""
    ends = range(mdp.number_of_states)
    yield equal(sum(markov_property(mdp, policy, [*visited[:-1], state], taken) for state in ends), 1)


@law("mdp.markov_property")
def next_state_forgets_how_the_present_came_about(
    mdp: MDP, policy: Array, visited: Array, taken: Array, split: int
) -> Claims:
    """Leaving out the first steps of the history, and starting anywhere, changes nothing."""
    states = mdp.number_of_states
    anywhere = mdp.replace(initial=numbers.exact([1] * states) / states)
    later = markov_property(anywhere, policy, visited[split:], taken[split:])
    yield equal(markov_property(mdp, policy, visited, taken), later)


def _power(matrix: Array, exponent: int) -> Array:
    result = numbers.exact(np.eye(len(matrix), dtype=int))
    for _ in range(exponent):
        result = result @ matrix
    return result


def _combinations(mdp: MDP, steps: int) -> Any:
    states, actions = range(mdp.number_of_states), range(mdp.number_of_actions)
    return product(product(states, repeat=steps + 1), product(actions, repeat=steps))

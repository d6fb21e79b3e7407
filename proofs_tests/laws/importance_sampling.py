"""Laws of importance sampling."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims, expectation_from
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import importance_sampling, numbers, trajectories
from rlproof.spec.decision_process import MDP
from rlproof.spec.dp import policy_evaluation
from rlproof.spec.mdp import discounted_return
from rlproof.spec.trajectories import Trajectory

STEPS = 2
"""Trajectories of so many steps are enumerated."""


@law("importance_sampling.ratio")
def ratios_have_mean_one(target_probabilities: Array, behaviour_probabilities: Array) -> Claims:
    """E_mu[pi/mu] = 1."""
    ratios = importance_sampling.ratio(target_probabilities, behaviour_probabilities)
    yield equal((behaviour_probabilities * ratios).sum(axis=-1), 1)
    yield at_most(0, ratios)


@law("importance_sampling.ratio")
def ratios_change_the_measure(
    target_probabilities: Array, behaviour_probabilities: Array, probabilities: Array, q_values: Array
) -> Claims:
    """E_mu[(pi/mu) f] = E_pi[f] for any f; where pi may not act, no support is needed."""
    ratios = importance_sampling.ratio(target_probabilities, behaviour_probabilities)
    yield equal((behaviour_probabilities * ratios * q_values).sum(axis=-1), (target_probabilities * q_values).sum(-1))
    half = (probabilities + target_probabilities) / 2  # zero only where both are
    ratios = importance_sampling.ratio(probabilities, half)
    yield equal((half * ratios * q_values).sum(axis=-1), (probabilities * q_values).sum(axis=-1))


@law("importance_sampling.ratio")
def ratios_of_the_same_policy_are_one_where_it_acts(probabilities: Array) -> Claims:
    """pi/pi is 1 where pi acts and 0 where it does not."""
    yield equal(importance_sampling.ratio(probabilities, probabilities), (probabilities != 0).astype(int))


@law("importance_sampling.ratio", derivation=True)
def ratios_multiply_to_those_of_trajectories(mdp: MDP, policy: Array, sampling_policy: Array) -> Claims:
    """Enumerated: each course of two steps is as many times likelier under pi as its ratios multiply to."""
    ratios = importance_sampling.ratio(policy, sampling_policy)
    under_target = {(c.states, c.actions): c.probability for c in trajectories.enumerate(mdp, policy, STEPS)}
    for course in trajectories.enumerate(mdp, sampling_policy, STEPS):
        factor = ratios[list(course.states[:-1]), list(course.actions)].prod()
        yield equal(factor * course.probability, under_target.get((course.states, course.actions), 0))


@law("importance_sampling.ordinary", derivation=True)
def ordinary_is_unbiased(mdp: MDP, policy: Array, sampling_policy: Array) -> Claims:
    """Over all trajectories of mu, its mean is the expected finite return of pi, from every state."""
    yield equal(*_means(importance_sampling.ordinary, mdp, policy, sampling_policy))


@law("importance_sampling.ordinary")
def ordinary_at_ratio_one_is_the_return(rewards: Array, gamma: Any) -> Claims:
    """On policy it is the return of the episode."""
    on_policy = importance_sampling.ordinary(rewards, 0 * rewards + 1, gamma=gamma)
    yield equal(on_policy, discounted_return(rewards, gamma=gamma))


@law("importance_sampling.ordinary")
def ordinary_is_the_return_times_the_product(rewards: Array, ratios: Array, gamma: Any) -> Claims:
    """It is multiplicative: moving a factor from one ratio to the next, or out of them all, makes no difference."""
    estimate = importance_sampling.ordinary(rewards, ratios, gamma=gamma)
    gathered = 0 * ratios + 1
    gathered[-1] = np.prod(ratios)
    yield equal(importance_sampling.ordinary(rewards, gathered, gamma=gamma), estimate)
    yield equal(np.prod(ratios) * discounted_return(rewards, gamma=gamma), estimate)


@law("importance_sampling.ordinary")
def ordinary_vanishes_with_one_ratio(rewards: Array, ratios: Array, split: int, gamma: Any) -> Claims:
    """One action that pi never takes makes the episode worth nothing, also its rewards before."""
    impossible = np.where(np.arange(len(ratios)) == split, 0 * ratios, ratios)
    yield equal(importance_sampling.ordinary(rewards, impossible, gamma=gamma), 0)


@law("importance_sampling.per_decision", derivation=True)
def per_decision_is_unbiased(mdp: MDP, policy: Array, sampling_policy: Array) -> Claims:
    """Over all trajectories of mu, its mean is the expected finite return of pi, from every state."""
    yield equal(*_means(importance_sampling.per_decision, mdp, policy, sampling_policy))


@law("importance_sampling.per_decision", derivation=True)
def per_decision_equals_the_recursion(rewards: Array, ratios: Array, gamma: Any) -> Claims:
    """It is G_0 of the recursion G_t = rho_t (R_{t+1} + gamma G_{t+1})."""
    following = 0
    for reward, ratio in zip(rewards[::-1], ratios[::-1], strict=True):
        following = ratio * (reward + gamma * following)
    yield equal(importance_sampling.per_decision(rewards, ratios, gamma=gamma), following)


@law("importance_sampling.per_decision")
def per_decision_is_ordinary_for_a_last_reward(rewards: Array, ratios: Array, gamma: Any) -> Claims:
    """If only the last reward is not zero, both weigh it by the product of all ratios."""
    last = np.where(np.arange(len(rewards)) == len(rewards) - 1, rewards, 0 * rewards)
    estimate = importance_sampling.per_decision(last, ratios, gamma=gamma)
    yield equal(estimate, importance_sampling.ordinary(last, ratios, gamma=gamma))


@law("importance_sampling.per_decision")
def per_decision_ignores_later_ratios(
    rewards: Array, ratios: Array, other_ratios: Array, split: int, gamma: Any
) -> Claims:
    """Rewards up to a time do not depend on the ratios after it."""
    time = np.arange(len(rewards))
    early = np.where(time <= split, rewards, 0 * rewards)
    changed = np.where(time <= split, ratios, other_ratios)
    estimate = importance_sampling.per_decision(early, ratios, gamma=gamma)
    yield equal(importance_sampling.per_decision(early, changed, gamma=gamma), estimate)
    beginning = slice(0, split + 1)
    yield equal(importance_sampling.per_decision(rewards[beginning], ratios[beginning], gamma=gamma), estimate)


@law("importance_sampling.weighted")
def weighted_lies_between_the_returns(returns: Array, ratios: Array) -> Claims:
    """It is an average: at least the smallest and at most the largest return."""
    estimate = importance_sampling.weighted(returns, ratios)
    yield at_most(returns.min(), estimate)
    yield at_most(estimate, returns.max())


@law("importance_sampling.weighted")
def weighted_ignores_the_scale_of_ratios(returns: Array, ratios: Array, scale: Any) -> Claims:
    """Only the relation of the ratios counts: their normalisation need not be known."""
    scaled = importance_sampling.weighted(returns, scale * ratios)
    yield equal(scaled, importance_sampling.weighted(returns, ratios))


@law("importance_sampling.weighted", derivation=True)
def weighted_has_this_bias(mdp: MDP, policy: Array, sampling_policy: Array) -> Claims:
    """Over all pairs of actions of mu it misses E_pi[R] by -E[(W - 1) estimate], where W is the mean ratio."""
    rewards, ratios = mdp.reward, importance_sampling.ratio(policy, sampling_policy)
    for state, chances in enumerate(sampling_policy):
        mean = weight = numbers.rational(0)
        for pair in product(np.flatnonzero(chances != 0), repeat=2):
            probability = chances[pair[0]] * chances[pair[1]]
            drawn = ratios[state, list(pair)]
            total = drawn.sum()
            estimate = importance_sampling.weighted(rewards[state, list(pair)], drawn) if total != 0 else 0
            mean, weight = mean + probability * estimate, weight + probability * (total / 2 - 1) * estimate
        yield equal(mean - (policy[state] * rewards[state]).sum(), -weight)


@law("importance_sampling.weighted")
def weighted_of_one_episode_is_its_return(returns: Array, ratios: Array) -> Claims:
    """One episode counts in full whatever its ratio, so that its mean is the return of mu: biased."""
    for i in range(len(returns)):
        yield equal(importance_sampling.weighted(returns[i : i + 1], ratios[i : i + 1]), returns[i])


@law("importance_sampling.weighted")
def weighted_shifts_with_the_returns(returns: Array, ratios: Array, shift: Any) -> Claims:
    """A constant added to every return is added to the estimate."""
    shifted = importance_sampling.weighted(returns + shift, ratios)
    yield equal(shifted, importance_sampling.weighted(returns, ratios) + shift)


def _means(estimator: Callable[..., Any], mdp: MDP, policy: Array, sampling_policy: Array) -> tuple[Array, Array]:
    """The mean of an estimator over the trajectories of mu, and what it should be, from each state."""
    ratios = importance_sampling.ratio(policy, sampling_policy)

    def estimate(course: Trajectory) -> Any:
        return estimator(course.rewards, ratios[list(course.states[:-1]), list(course.actions)], gamma=mdp.discount)

    mean = expectation_from(mdp, sampling_policy, STEPS, estimate)
    return mean, policy_evaluation(mdp, policy, 0 * mdp.initial, sweeps=STEPS)

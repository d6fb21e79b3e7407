"""Laws of policies that choose by action values, and of deterministic ones."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims, mix
from rlproof.oracle.claims import at_most, equal, true
from rlproof.oracle.law import law
from rlproof.spec import divergence, numbers, policy, value
from rlproof.spec.decision_process import MDP


@law("policy.greedy")
def greedy_attains_the_maximum(action_values: Array) -> Claims:
    """Q(s, pi(s)) = max_a Q(s, a)."""
    chosen = np.take_along_axis(action_values, policy.greedy(action_values)[:, None], axis=1)
    yield equal(chosen[:, 0], action_values.max(axis=1))


@law("policy.greedy")
def greedy_takes_the_lowest_index(action_values: Array) -> Claims:
    """Every action before pi(s) is worse, and of two copies of the actions the first is chosen."""
    actions = policy.greedy(action_values)
    earlier = np.arange(action_values.shape[1]) < actions[:, None]
    worse = action_values < action_values.max(axis=1, keepdims=True)
    yield true(numbers.holds(worse) | ~earlier)
    yield equal(policy.greedy(np.concatenate([action_values, action_values], axis=1)), actions)
    yield equal(policy.greedy(0 * action_values), 0)


@law("policy.greedy", derivation=True)
def greedy_equals_sorting(action_values: Array) -> Claims:
    """It is the first action when all are sorted by falling value, equal ones by rising index."""
    orders = [sorted(range(len(row)), key=lambda action, row=row: (-row[action], action)) for row in action_values]
    yield equal(policy.greedy(action_values), np.array([order[0] for order in orders]))


@law("policy.greedy")
def greedy_is_invariant_to_scale_and_shift(action_values: Array, potential: Array, scale: Any) -> Claims:
    """Q and c Q + b(s) have the same greedy actions, for c > 0."""
    yield equal(policy.greedy(scale * action_values + potential[:, None]), policy.greedy(action_values))


@law("policy.epsilon_greedy", derivation=True)
def epsilon_greedy_draws_twice(q_values: Array, epsilon_random: Any) -> Claims:
    """Enumerated: first whether the action is random, with chance epsilon, then which of the A it is."""
    chances = 0 * q_values
    for row, values in zip(chances, q_values, strict=True):
        row[int(np.argmax(values))] += 1 - epsilon_random
        for action in range(len(values)):
            row[action] += epsilon_random / len(values)
    policies = policy.epsilon_greedy(q_values, epsilon_random=epsilon_random)
    yield equal(policies, chances)
    yield equal(policies.sum(axis=1), 1)


@law("policy.epsilon_greedy")
def epsilon_greedy_between_greedy_and_uniform(q_values: Array, epsilon_random: Any) -> Claims:
    """It is the mixture of what it is at epsilon = 0, the greedy policy, and at epsilon = 1, the uniform one."""
    count = q_values.shape[1]
    never, always = (policy.epsilon_greedy(q_values, epsilon_random=numbers.rational(end)) for end in (0, 1))
    yield equal(never, policy.deterministic(policy.greedy(q_values), number_of_actions=count).astype(int))
    yield equal(count * always, 1)
    yield equal(policy.epsilon_greedy(q_values, epsilon_random=epsilon_random), mix(never, always, epsilon_random))


@law("policy.epsilon_greedy")
def epsilon_greedy_is_the_best_soft_policy(q_values: Array, probabilities: Array, epsilon_random: Any) -> Claims:
    """Of all policies that give every action at least epsilon / A, none has a larger E[Q] (policy improvement)."""
    soft = mix(probabilities, 0 * probabilities + numbers.rational(1) / q_values.shape[1], epsilon_random)
    best = policy.epsilon_greedy(q_values, epsilon_random=epsilon_random)
    yield at_most((soft * q_values).sum(axis=1), (best * q_values).sum(axis=1))


@law("policy.epsilon_greedy")
def epsilon_greedy_is_invariant_to_scale_and_shift(
    q_values: Array, values: Array, scale: Any, epsilon_random: Any
) -> Claims:
    """Q and c Q + b(s) give the same policy, for c > 0."""
    yield equal(
        policy.epsilon_greedy(scale * q_values + values[:, None], epsilon_random=epsilon_random),
        policy.epsilon_greedy(q_values, epsilon_random=epsilon_random),
    )


@law("policy.deterministic")
def deterministic_takes_the_action(actions: Array, q_values: Array) -> Claims:
    """E_pi[Q] = Q(s, mu(s)), and each row is one distribution."""
    one_hot = _one_hot(actions, q_values.shape[1])
    yield equal((one_hot * q_values).sum(axis=1), q_values[np.arange(len(actions)), actions])
    yield equal(one_hot.sum(axis=1), 1)
    yield equal(one_hot * one_hot, one_hot)


@law("policy.deterministic", derivation=True)
def deterministic_has_the_values_of_its_actions(mdp: MDP, action_values: Array) -> Claims:
    """Its v solves V(s) = R(s, mu(s)) + gamma sum_s' P(s' | s, mu(s)) V(s'), which knows no probabilities."""
    actions, states = policy.greedy(action_values), np.arange(mdp.number_of_states)
    matrix = np.eye(len(states), dtype=int) - mdp.discount * mdp.transition[states, actions]
    values = numbers.solve(numbers.exact(matrix), mdp.reward[states, actions])
    yield equal(value.v(mdp, _one_hot(actions, mdp.number_of_actions)), values)


@law("policy.deterministic", system="ball")
def deterministic_differs_wholly(q_values: Array, next_q_values: Array) -> Claims:
    """Where two deterministic policies differ, their TV is 1 and their KL infinite; elsewhere both are 0."""
    actions, others = policy.greedy(q_values), policy.greedy(next_q_values)
    one, other = (numbers.ball(_one_hot(each, q_values.shape[1])) for each in (actions, others))
    yield equal(divergence.tv(one, other), (actions != others).astype(int))
    divergences = divergence.kl(one, other)
    yield true((divergences == numbers.arb.pos_inf()) == (actions != others))
    yield equal(np.where(actions == others, divergences, 0), 0)


@law("policy.deterministic", system="ball", derivation=True)
def deterministic_is_the_limit_of_softmax(actions: Array, q_values: Array) -> Claims:
    """softmax(100 Q') misses it by less than A e^-100, if Q' is larger by one or more at mu(s) than elsewhere."""
    one_hot = numbers.ball(_one_hot(actions, q_values.shape[1]))
    raised = q_values + one_hot * (1 + q_values.max() - q_values.min())
    misses = abs(policy.softmax(100 * raised) - one_hot)
    yield at_most(misses, q_values.shape[1] * numbers.exp(numbers.ball([-100])))


def _one_hot(actions: Array, count: int) -> Array:
    return numbers.exact(policy.deterministic(actions, number_of_actions=count))

"""Laws of tabular models learned from data."""

from collections import Counter
from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import divergence, model, numbers


@law("model.transition_counts")
def counts_sum_to_the_length_of_the_data(
    states: Array,
    actions: Array,
    next_states: Array,
    number_of_states: int,
    number_of_actions: int,
) -> Claims:
    """Every transition is counted once: the counts sum to T, over next states to the visits of each pair."""
    counts = _counts(states, actions, next_states, (number_of_states, number_of_actions))
    yield equal(counts.sum(), len(states))
    pairs = Counter(zip(states.tolist(), actions.tolist(), strict=True))
    for pair, visits in pairs.items():
        yield equal(counts.sum(axis=2)[pair], visits)


@law("model.transition_counts")
def counts_add_over_parts_of_the_data(
    states: Array,
    actions: Array,
    next_states: Array,
    number_of_states: int,
    number_of_actions: int,
    split: int,
) -> Claims:
    """Counts of two parts of the data, whatever episode they cut, add up to those of the whole."""
    shape = (number_of_states, number_of_actions)
    parts = [np.s_[: split + 1], np.s_[split + 1 :]][: 1 if split == len(states) - 1 else 2]
    each = [_counts(states[p], actions[p], next_states[p], shape) for p in parts]
    yield equal(_counts(states, actions, next_states, shape), sum(each))


@law("model.transition_counts")
def counts_ignore_the_order(
    states: Array,
    actions: Array,
    next_states: Array,
    number_of_states: int,
    number_of_actions: int,
    split: int,
) -> Claims:
    """Data rotated by any number of transitions and read backwards have the same counts."""
    shape, order = (number_of_states, number_of_actions), np.roll(np.arange(len(states)), split)[::-1]
    other = _counts(states[order], actions[order], next_states[order], shape)
    yield equal(_counts(states, actions, next_states, shape), other)


@law("model.transition_counts", derivation=True)
def counts_are_tallies(
    states: Array,
    actions: Array,
    next_states: Array,
    number_of_states: int,
    number_of_actions: int,
) -> Claims:
    """N(s, a, s') is the number of times that the triple stands in the list of the data."""
    shape = (number_of_states, number_of_actions)
    triples = [tuple(triple) for triple in np.stack([states, actions, next_states], 1).tolist()]
    counts = _counts(states, actions, next_states, shape)
    yield equal(counts, np.array([triples.count(index) for index in np.ndindex(counts.shape)]).reshape(counts.shape))


@law("model.maximum_likelihood", system="ball")
def frequencies_are_most_likely(counts: Array, transition_model: Array) -> Claims:
    """No other probabilities give the data of a pair, or those of all pairs, as large a likelihood (Gibbs)."""
    frequencies = model.maximum_likelihood(counts)
    other = _terms(counts, transition_model).sum(axis=-1)
    most = _terms(counts, frequencies).sum(axis=-1)
    for pair in np.ndindex(most.shape):
        if not (frequencies[pair] == transition_model[pair]).all():
            yield at_most(other[pair], most[pair])
            yield at_most(other.sum(), most.sum())


@law("model.maximum_likelihood", system="ball")
def likelihood_splits_into_entropy_and_divergence(counts: Array, transition_model: Array) -> Claims:
    """-LL(P)/N = H(P^) + KL(P^ || P) for each pair, so that the fit is what the divergence is zero for."""
    frequencies, visits = model.maximum_likelihood(counts), counts.sum(axis=-1)
    entropy = -_terms(frequencies, frequencies).sum(axis=-1)
    cross_entropy = -_terms(counts, transition_model).sum(axis=-1) / visits
    yield equal(cross_entropy, entropy + divergence.kl(frequencies, transition_model))


@law("model.maximum_likelihood", derivation=True)
def frequencies_are_means_of_one_hots(counts: Array) -> Claims:
    """With the data written out one by one, P^(. | s, a) is the mean of the next states as one-hot rows."""
    data = [triple for triple in np.ndindex(counts.shape) for _ in range(int(counts[triple].p))]
    frequencies = model.maximum_likelihood(counts)
    for pair in np.ndindex(counts.shape[:2]):
        one_hots = [np.eye(counts.shape[2], dtype=int)[triple[2]] for triple in data if triple[:2] == pair]
        yield equal(frequencies[pair], sum(map(numbers.exact, one_hots)) / len(one_hots))


@law("model.maximum_likelihood")
def frequencies_of_certain_data_are_certain(counts: Array) -> Claims:
    """If each pair always led to one next state, however often, the model is that deterministic process."""
    target = counts.argmax(axis=-1)
    certain = (np.arange(counts.shape[-1]) == target[..., None]).astype(int)
    yield equal(model.maximum_likelihood(certain * counts.sum(axis=-1)[..., None]), certain)
    yield equal(model.maximum_likelihood(3 * counts), model.maximum_likelihood(counts))


@law("model.maximum_likelihood")
def frequencies_merge_by_visits(counts: Array, transition_model: Array) -> Claims:
    """Of two data sets together, the model is the mean of both models, weighted by the visits of each pair."""
    other = 16 * transition_model
    visits, more = counts.sum(axis=-1)[..., None], other.sum(axis=-1)[..., None]
    merged = (visits * model.maximum_likelihood(counts) + more * model.maximum_likelihood(other)) / (visits + more)
    yield equal(model.maximum_likelihood(counts + other), merged)


@law("model.reward_model")
def reward_model_restores_the_total(
    rewards: Array, states: Array, actions: Array, number_of_states: int, number_of_actions: int
) -> Claims:
    """Replacing every reward by its model leaves the total of the data as it is."""
    means = _rewards(rewards, states, actions, (number_of_states, number_of_actions))
    yield equal(means[states, actions].sum(), rewards.sum())


@law("model.reward_model")
def reward_model_of_constant_rewards_is_constant(
    rewards: Array,
    states: Array,
    actions: Array,
    number_of_states: int,
    number_of_actions: int,
    scale: Any,
    shift: Any,
) -> Claims:
    """Rewards c r + b have the model c R^ + b; with c = 0 it is b everywhere."""
    data, shape = (states, actions), (number_of_states, number_of_actions)
    means = _rewards(rewards, *data, shape)
    yield equal(_rewards(scale * rewards + shift, *data, shape), scale * means + shift)
    yield equal(_rewards(0 * rewards + shift, *data, shape), shift)


@law("model.reward_model", derivation=True)
def reward_model_equals_the_incremental_mean(
    rewards: Array, states: Array, actions: Array, number_of_states: int, number_of_actions: int
) -> Claims:
    """R(s, a) <- R(s, a) + (r - R(s, a)) / N(s, a), one transition after the other, ends at the model."""
    shape = (number_of_states, number_of_actions)
    estimate, visits = numbers.exact(np.zeros(shape, dtype=int)), np.zeros(shape, dtype=int)
    for pair, reward in zip(zip(states, actions, strict=True), rewards, strict=True):
        visits[pair] += 1
        estimate[pair] = estimate[pair] + (reward - estimate[pair]) / int(visits[pair])
    yield equal(_rewards(rewards, states, actions, shape), estimate)


@law("model.reward_model")
def reward_model_ignores_the_order(
    rewards: Array,
    states: Array,
    actions: Array,
    number_of_states: int,
    number_of_actions: int,
    split: int,
) -> Claims:
    """Data rotated and read backwards, or repeated as a whole, have the same model."""
    shape, indices = (number_of_states, number_of_actions), np.arange(len(rewards))
    means = _rewards(rewards, states, actions, shape)
    for order in (np.roll(indices, split)[::-1], np.concatenate([indices, indices])):
        yield equal(means, _rewards(rewards[order], states[order], actions[order], shape))


@law("model.regression")
def regression_error_grows_by_the_square_of_any_change(
    outcomes: Array,
    states: Array,
    actions: Array,
    number_of_states: int,
    number_of_actions: int,
    action_values: Array,
) -> Claims:
    """The squared error of f^ + d is that of f^ plus sum_t d(s_t, a_t)^2: no other prediction does better."""
    means = _means(outcomes, states, actions, (number_of_states, number_of_actions))
    errors = outcomes - means[states, actions]
    changes = action_values[states, actions][:, None] + 0 * outcomes
    yield equal(((errors - changes) ** 2).sum(), (errors**2).sum() + (changes**2).sum())


@law("model.regression", derivation=True)
def regression_solves_the_normal_equations(
    outcomes: Array, states: Array, actions: Array, number_of_states: int, number_of_actions: int
) -> Claims:
    """f^ = (X^T X)^-1 X^T y, where the rows of X are the pairs as one-hot features."""
    shape = (number_of_states, number_of_actions)
    pairs = states * number_of_actions + actions
    features = numbers.exact((pairs[:, None] == np.arange(np.prod(shape))).astype(int))
    solution = numbers.solve(features.T @ features, features.T @ outcomes)
    yield equal(_means(outcomes, states, actions, shape), solution.reshape(*shape, -1))


@law("model.regression")
def regression_of_one_hots_is_maximum_likelihood(
    states: Array,
    actions: Array,
    next_states: Array,
    number_of_states: int,
    number_of_actions: int,
) -> Claims:
    """With next states as one-hot outcomes, squared error and likelihood have the same optimum."""
    shape = (number_of_states, number_of_actions)
    one_hots = numbers.exact(np.eye(number_of_states, dtype=int)[next_states])
    counts = _counts(states, actions, next_states, shape)
    fitted = model.maximum_likelihood(numbers.exact(counts))
    yield equal(_means(one_hots, states, actions, shape), fitted)


@law("model.regression")
def regression_stays_between_the_outcomes(
    outcomes: Array, states: Array, actions: Array, number_of_states: int, number_of_actions: int
) -> Claims:
    """No prediction is below the least or above the largest outcome of its pair."""
    means = _means(outcomes, states, actions, (number_of_states, number_of_actions))
    for state, action in np.ndindex(number_of_states, number_of_actions):
        own = outcomes[(states == state) & (actions == action)]
        yield at_most(own.min(axis=0), means[state, action])
        yield at_most(means[state, action], own.max(axis=0))


@law("model.backward")
def backward_restores_the_joint_distribution(transition_model: Array, behaviour: Array) -> Claims:
    """P(s|s',a) p(a, s') = b(s, a) P(s'|s,a), and every row sums to one."""
    predecessors = model.backward(transition_model, behaviour)
    for state, action, following in np.ndindex(transition_model.shape):
        arriving = sum(behaviour[:, action] * transition_model[:, action, following])
        joint = behaviour[state, action] * transition_model[state, action, following]
        yield equal(predecessors[following, action, state] * arriving, joint)
    yield equal(predecessors.sum(axis=-1), 1)


@law("model.backward", derivation=True)
def backward_is_maximum_likelihood_of_reversed_data(transition_model: Array, behaviour: Array) -> Claims:
    """Data in the proportions of b P, written from s' to s, have it as their maximum-likelihood model."""
    expected = 4096 * behaviour[..., None] * transition_model
    reversed_data = np.transpose(expected, (2, 1, 0))
    yield equal(model.backward(transition_model, behaviour), model.maximum_likelihood(reversed_data))


@law("model.backward")
def backward_of_a_cycle_is_certain(behaviour: Array) -> Claims:
    """If every action leads from s to s + 1, the predecessor is known whatever the behaviour."""
    states, actions = behaviour.shape
    cycle = np.roll(np.eye(states, dtype=int), 1, axis=1)
    forward = numbers.exact(np.broadcast_to(cycle[:, None], (states, actions, states)))
    yield equal(model.backward(forward, behaviour), np.broadcast_to(cycle.T[:, None], (states, actions, states)))


@law("model.backward")
def backward_follows_the_state_distribution(transition_model: Array, behaviour: Array) -> Claims:
    """If every action leads anywhere alike, P(s|s',a) = b(s, a) / sum_s b(s, a): nothing but the behaviour."""
    states = len(behaviour)
    anywhere = 0 * transition_model + numbers.rational(1) / states
    shares = behaviour / behaviour.sum(axis=0)
    yield equal(model.backward(anywhere, behaviour), shares.T[None])


@law("model.inverse")
def inverse_restores_the_joint_distribution(transition_model: Array, behaviour: Array) -> Claims:
    """P(a|s,s') p(s, s') = b(s, a) P(s'|s,a), and the sum over actions is one."""
    guess = model.inverse(transition_model, behaviour)
    for state, action, following in np.ndindex(transition_model.shape):
        moving = sum(behaviour[state] * transition_model[state, :, following])
        joint = behaviour[state, action] * transition_model[state, action, following]
        yield equal(guess[state, action, following] * moving, joint)
    yield equal(guess.sum(axis=1), 1)


@law("model.inverse")
def inverse_ignores_how_often_states_are_visited(transition_model: Array, behaviour: Array) -> Claims:
    """Behaviours with the same policy mu = b(s, a) / b(s) have the same inverse model."""
    even = behaviour / (len(behaviour) * behaviour.sum(axis=1)[:, None])
    yield equal(model.inverse(transition_model, behaviour), model.inverse(transition_model, even))


@law("model.inverse")
def inverse_of_idle_actions_is_the_policy(transition_model: Array, behaviour: Array) -> Claims:
    """If all actions lead to the same distribution, the next state says nothing: P(a|s,s') = mu(a|s)."""
    idle = transition_model[:, :1] + 0 * transition_model
    policy = behaviour / behaviour.sum(axis=1)[:, None]
    yield equal(model.inverse(idle, behaviour), policy[..., None])


@law("model.inverse", derivation=True)
def inverse_is_maximum_likelihood_of_labelled_moves(transition_model: Array, behaviour: Array) -> Claims:
    """Moves (s, s') in the proportions of b P, labelled by their action, have it as their mean one-hot label."""
    states, actions = behaviour.shape
    guess = model.inverse(transition_model, behaviour)
    for state, following in np.ndindex(states, states):
        weights = 256 * behaviour[state] * transition_model[state, :, following]
        labels = [action for action in range(actions) for _ in range(int(weights[action].p))]
        shares = [numbers.rational(labels.count(action)) / len(labels) for action in range(actions)]
        yield equal(guess[state, :, following], np.array(shares))


def _counts(states: Array, actions: Array, successors: Array, shape: tuple[int, int]) -> Array:
    sizes = dict(zip(("number_of_states", "number_of_actions"), shape, strict=True))
    return model.transition_counts(states, actions, successors, **sizes)


def _rewards(rewards: Array, states: Array, actions: Array, shape: tuple[int, int]) -> Array:
    sizes = dict(zip(("number_of_states", "number_of_actions"), shape, strict=True))
    return model.reward_model(rewards, states, actions, **sizes)


def _means(outcomes: Array, states: Array, actions: Array, shape: tuple[int, int]) -> Array:
    sizes = dict(zip(("number_of_states", "number_of_actions"), shape, strict=True))
    return model.regression(outcomes, states, actions, **sizes)


def _terms(weights: Array, probabilities: Array) -> Array:
    """w log p, zero where w is."""
    counted = numbers.is_nonzero(weights)
    return weights * numbers.log(numbers.where(counted, probabilities, probabilities * 0 + 1))

r"""Tabular models learned from data: frequencies, means, and the two models that run backwards."""

import numpy as np

from .errors import SupportError
from .numbers import Array, as_array, holds, same_system
from .tables import read_indices
from .tabular_data import check_visited, one_hot, read_counts, read_pairs, read_rows
from .validation import check_distribution, check_shape


def transition_counts(
    states: Array,
    actions: Array,
    next_states: Array,
    *,
    number_of_states: int,
    number_of_actions: int,
) -> Array:
    r"""How often each transition occurs in the data.

    .. math:: N(s,a,s') = \sum_t \mathbb{1}[s_t = s,\ a_t = a,\ s_{t+1} = s']

    Args:
        states: [T] integers, the state of each transition.
        actions: [T] integers, its action.
        next_states: [T] integers, the true successor, whatever auto-reset did.
        number_of_states: S.
        number_of_actions: A.
    Returns:
        [S, A, S] integers.
    Conventions:
        Transitions may come from any number of episodes, in any order. States and actions are numbered from zero.
    Gradient:
        Not compared: it counts.
    Laws:
        counts_sum_to_the_length_of_the_data, counts_add_over_parts_of_the_data, counts_ignore_the_order,
        counts_are_tallies
    Raises:
        ShapeError, EmptySpaceError, ParameterError.
    Source:
        Slide "Supervised learning" of a model; Sutton & Barto 2018, section 8.1.
    Since:
        0.2
    """
    pairs = read_pairs(states, actions, (number_of_states, number_of_actions))
    successors = read_indices("next_states", next_states, pairs.shape[:1], number_of_states)
    return (pairs[..., None] * one_hot(successors, number_of_states)[:, None, None, :]).sum(axis=0)


def maximum_likelihood(counts: Array) -> Array:
    r"""The transition probabilities under which the counted transitions are most likely.

    .. math:: \hat P(s'|s,a) = \frac{N(s,a,s')}{\sum_{s''} N(s,a,s'')}
        = \operatorname{argmax}_P \sum_{s,a,s'} N(s,a,s') \log P(s'|s,a)

    Args:
        counts: [S, A, S], the number of observed transitions, or weights in their place.
    Returns:
        [S, A, S], rows that sum to one.
    Conventions:
        Nothing is added to the counts: a successor never seen has probability zero, and a pair never
        visited has no estimate at all, least of all the uniform one.
    Laws:
        frequencies_are_most_likely, likelihood_splits_into_entropy_and_divergence, frequencies_are_means_of_one_hots,
        frequencies_of_certain_data_are_certain, frequencies_merge_by_visits
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError; MissingDataError where a
        pair was never visited.
    Source:
        Slide "Supervised learning" of a model; Sutton & Barto 2018, section 6.3 (the maximum-likelihood model).
    Since:
        0.2
    """
    counts = read_counts("counts", counts, "states, actions, next states")
    if counts.ndim != 3 or counts.shape[0] != counts.shape[2]:
        check_shape("counts", counts, ("S", "A", "S"), "states, actions, next states")
    visits = counts.sum(axis=-1)
    check_visited(visits, "pair (state, action)")
    return counts / visits[..., None]


def reward_model(
    rewards: Array,
    states: Array,
    actions: Array,
    *,
    number_of_states: int,
    number_of_actions: int,
) -> Array:
    r"""The mean reward that the data show for each pair of a state and an action.

    .. math:: \hat R(s,a) = \frac{1}{N(s,a)} \sum_t R_{t+1}\, \mathbb{1}[s_t = s,\ a_t = a]

    Args:
        rewards: [T], reward of each transition.
        states: [T] integers, the state of each transition.
        actions: [T] integers, its action.
        number_of_states: S.
        number_of_actions: A.
    Returns:
        [S, A], in units of reward.
    Conventions:
        Every visit counts alike, however old. Every pair must be visited.
    Laws:
        reward_model_restores_the_total, reward_model_of_constant_rewards_is_constant,
        reward_model_equals_the_incremental_mean, reward_model_ignores_the_order
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError; MissingDataError where a
        pair was never visited.
    Source:
        Sutton & Barto 2018, section 6.3 (the maximum-likelihood model) and exercise 8.5 (stochastic models).
    Since:
        0.2
    """
    rewards = read_rows("rewards", rewards)
    check_shape("rewards", rewards, (len(rewards),), "one reward per transition")
    return _means(rewards[:, None], states, actions, (number_of_states, number_of_actions))[..., 0]


def regression(
    outcomes: Array,
    states: Array,
    actions: Array,
    *,
    number_of_states: int,
    number_of_actions: int,
) -> Array:
    r"""The tabular prediction with the least mean squared error: the conditional mean.

    .. math:: \hat f(s,a) = \operatorname{argmin}_f \sum_t \|y_t - f(s_t,a_t)\|^2
        = \frac{1}{N(s,a)} \sum_t y_t\, \mathbb{1}[s_t = s,\ a_t = a]

    Args:
        outcomes: [T, k], what is to be predicted: the next state as a vector, say.
        states: [T] integers, the state of each transition.
        actions: [T] integers, its action.
        number_of_states: S.
        number_of_actions: A.
    Returns:
        [S, A, k], in units of the outcomes.
    Conventions:
        A deterministic model trained by squared error predicts the mean next state, which may be no state at all.
        With one-hot outcomes the means are the maximum-likelihood probabilities.
    Laws:
        regression_error_grows_by_the_square_of_any_change, regression_solves_the_normal_equations,
        regression_of_one_hots_is_maximum_likelihood, regression_stays_between_the_outcomes
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError; MissingDataError where a
        pair was never visited.
    Source:
        Slide "Supervised learning" of a model M(S, A, theta).
    Since:
        0.2
    """
    outcomes = read_rows("outcomes", outcomes)
    if outcomes.ndim != 2:
        check_shape("outcomes", outcomes, (len(outcomes), "k"), "transitions, components")
    return _means(outcomes, states, actions, (number_of_states, number_of_actions))


def backward(transition_model: Array, behaviour: Array) -> Array:
    r"""Predecessor model: where the process was before it got to :math:`s'` by action :math:`a`.

    .. math:: P(s|s',a) = \frac{b(s,a)\,P(s'|s,a)}{\sum_{\bar s} b(\bar s,a)\,P(s'|\bar s,a)},
        \qquad b(s,a) = d(s)\,\mu(a|s)

    Args:
        transition_model: [S, A, S], probabilities P(s'|s,a).
        behaviour: [S, A], the distribution of pairs in the data; all entries sum to one.
    Returns:
        [S, A, S], indexed by next state, action, state: rows that sum to one.
    Conventions:
        Unlike the forward model, it depends on the behaviour that the data come from.
    Laws:
        backward_restores_the_joint_distribution, backward_is_maximum_likelihood_of_reversed_data,
        backward_of_a_cycle_is_certain, backward_follows_the_state_distribution
    Raises:
        ShapeError, EmptySpaceError, NotAProbabilityError, NonFiniteError, IntegerDtypeError, NumberSystemError;
        SupportError where a next state is never reached by an action.
    Source:
        Slide "Inverse model", M_inv(S_{t+1}, A_t), which others call a backward model; Bayes' rule.
    Since:
        0.2
    """
    joint = _joint(transition_model, behaviour)
    arrivals = joint.sum(axis=0)
    _check_support(arrivals, "pair (action, next state)")
    return (joint / arrivals).T


def inverse(transition_model: Array, behaviour: Array) -> Array:
    r"""Inverse model: which action led from :math:`s` to :math:`s'`.

    .. math:: P(a|s,s') = \frac{b(s,a)\,P(s'|s,a)}{\sum_{\bar a} b(s,\bar a)\,P(s'|s,\bar a)},
        \qquad b(s,a) = d(s)\,\mu(a|s)

    Args:
        transition_model: [S, A, S], probabilities P(s'|s,a).
        behaviour: [S, A], the distribution of pairs in the data; all entries sum to one.
    Returns:
        [S, A, S], indexed by state, action, next state: the sum over actions is one.
    Conventions:
        It depends on the policy mu of the data, and not on how often they visit the states.
    Laws:
        inverse_restores_the_joint_distribution, inverse_ignores_how_often_states_are_visited,
        inverse_of_idle_actions_is_the_policy, inverse_is_maximum_likelihood_of_labelled_moves
    Raises:
        ShapeError, EmptySpaceError, NotAProbabilityError, NonFiniteError, IntegerDtypeError, NumberSystemError;
        SupportError where a next state is never reached from a state.
    Source:
        Pathak et al. 2017, section 2 (the inverse dynamics model); Bayes' rule.
    Since:
        0.2
    """
    joint = _joint(transition_model, behaviour)
    moves = joint.sum(axis=1)
    _check_support(moves, "pair (state, next state)")
    return joint / moves[:, None, :]


def _means(rows: Array, states: Array, actions: Array, shape: tuple[int, int]) -> Array:
    """The means [S, A, k] of the rows [T, k] of each pair."""
    pairs = read_pairs(states, actions, shape, rows)
    visits = pairs.sum(axis=0)
    check_visited(visits, "pair (state, action)")
    return (pairs[..., None] * rows[:, None, None, :]).sum(axis=0) / visits[..., None]


def _joint(transition_model: Array, behaviour: Array) -> Array:
    """Read both and give the distribution [S, A, S] of a transition in the data."""
    transition, behaviour = as_array(transition_model, "transition_model"), as_array(behaviour, "behaviour")
    if transition.ndim != 3 or transition.shape[0] != transition.shape[2] or transition.size == 0:
        check_shape("transition_model", transition, ("S", "A", "S"), "states, actions, next states")
    check_shape("behaviour", behaviour, transition.shape[:2], "states, actions")
    same_system(transition_model=transition, behaviour=behaviour)
    check_distribution("transition_model", transition)
    check_distribution("behaviour", behaviour.reshape(-1))
    return behaviour[..., None] * transition


def _check_support(totals: Array, what: str) -> None:
    if np.any(lost := holds(totals == 0)):
        where = tuple(int(i) for i in np.argwhere(lost)[0])
        raise SupportError(
            f"some {what} has probability zero, so nothing can be said given it",
            got=f"probability 0 of {what} {where} ({int(np.sum(lost))} such)",
            expected=f"a positive probability of every {what}",
            cause="a state that is never entered, or a behaviour that avoids some actions",
            remedy="leave out what cannot occur, or mix some exploration into the behaviour",
        )

r"""Softmax policies over discrete actions: probabilities, entropy, score, Fisher information."""

import numpy as np

from .logits import chosen, column, read_actions, read_logits
from .numbers import Array, exp, is_nonzero, largest, log, where


def log_softmax(logits: Array) -> Array:
    r"""Log-probabilities of a softmax policy.

    .. math:: \log\pi(a|s) = \phi(s,a) - \log\sum_b e^{\phi(s,b)}

    Args:
        logits: [..., A], phi; minus infinity masks an action.
    Returns:
        [..., A], natural logarithms, at most 0; minus infinity where masked.
    Conventions:
        The largest logit is subtracted first, so that nothing overflows. Logits are determined by the policy only
        up to a number per state.
    Laws:
        log_softmax_normalises_and_keeps_differences, log_softmax_is_invariant_to_shift,
        log_softmax_inverts_the_logarithm, log_softmax_leaves_out_masked_actions,
        log_softmax_normaliser_is_near_the_maximum
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError; NotAProbabilityError if all actions are
        masked; NumberSystemError in exact (exponentials).
    Source:
        Sutton & Barto 2018, eq. (13.2), in logarithms.
    Since:
        0.2
    """
    logits = read_logits("logits", logits)
    shifted = logits - column(largest(logits, axis=-1))
    return shifted - column(log(exp(shifted).sum(axis=-1)))


def softmax(logits: Array) -> Array:
    r"""Probabilities of a softmax policy.

    .. math:: \pi(a|s) = \frac{e^{\phi(s,a)}}{\sum_b e^{\phi(s,b)}}

    Args:
        logits: [..., A], phi; minus infinity masks an action.
    Returns:
        [..., A], probabilities.
    Conventions:
        Temperature one: divide the logits by another.
    Laws:
        softmax_has_the_odds_of_the_logits, softmax_inverts_the_logarithm, softmax_is_invariant_to_shift,
        softmax_approaches_greedy, softmax_follows_the_order_of_the_actions, softmax_maximises_value_plus_entropy
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError; NotAProbabilityError if all actions are
        masked; NumberSystemError in exact (exponentials).
    Source:
        Slide "Stochastic policy"; Sutton & Barto 2018, eq. (13.2).
    Since:
        0.2
    """
    logits = read_logits("logits", logits)
    weights = exp(logits - column(largest(logits, axis=-1)))
    return weights / column(weights.sum(axis=-1))


def log_prob(actions: Array, logits: Array) -> Array:
    r"""Log-probability of the actions taken, under a softmax policy.

    .. math:: \log\pi(a_t|s_t) = \phi(s_t,a_t) - \log\sum_b e^{\phi(s_t,b)}

    Args:
        actions: [...] integers, a_t.
        logits: [..., A], phi(s_t, .); minus infinity masks an action.
    Returns:
        [...], natural logarithm of a probability, at most 0.
    Conventions:
        Actions are counted from 0.
    Laws:
        log_prob_of_all_sequences_adds_up_to_one, log_prob_is_minus_the_log_of_the_sum_of_odds,
        log_prob_inverts_the_logarithm
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError; ActionSetError if an action does not exist;
        NotAProbabilityError if all actions are masked; NumberSystemError in exact (exponentials).
    Source:
        Sutton & Barto 2018, eq. (13.2), in logarithms.
    Since:
        0.2
    """
    log_probs = log_softmax(logits)
    actions = read_actions("actions", actions, log_probs.shape[:-1], log_probs.shape[-1])
    return where(chosen(actions, log_probs.shape[-1]), log_probs, 0).sum(axis=-1)


def entropy(logits: Array) -> Array:
    r"""Entropy of a softmax policy.

    .. math:: H(\pi(\cdot|s)) = -\sum_a \pi(a|s) \log\pi(a|s)

    Args:
        logits: [..., A], phi; minus infinity masks an action.
    Returns:
        [...], in nats, between 0 and log A.
    Conventions:
        0 log 0 = 0.
    Laws:
        entropy_is_log_a_minus_kl_from_uniform, entropy_is_the_normaliser_minus_the_mean_logit,
        entropy_adds_over_independent_choices, entropy_chains_over_groups, entropy_has_its_gradient
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError; NotAProbabilityError if all actions are
        masked; NumberSystemError in exact (logarithms).
    Source:
        Shannon 1948; the bonus S of Schulman et al. 2017 (PPO), eq. (9).
    Since:
        0.2
    """
    log_probs = log_softmax(logits)
    probabilities = exp(log_probs)
    return -(probabilities * where(is_nonzero(probabilities), log_probs, 0)).sum(axis=-1)


def score(actions: Array, logits: Array) -> Array:
    r"""Score of the actions taken: gradient of the log-probability in the logits.

    .. math:: \nabla_\phi \log\pi(a_t|s_t) = e_{a_t} - \pi(\cdot|s_t)

    Args:
        actions: [...] integers, a_t.
        logits: [..., A], phi(s_t, .); minus infinity masks an action.
    Returns:
        [..., A].
    Conventions:
        In the logits of the state itself; in those of other states it is zero.
    Laws:
        score_is_the_derivative_of_log_prob, score_has_mean_zero, score_sums_to_zero, score_vanishes_where_certain
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError; ActionSetError if an action does not exist;
        NotAProbabilityError if all actions are masked; NumberSystemError in exact (exponentials).
    Source:
        Sutton & Barto 2018, eq. (13.9), with one feature per state and action.
    Since:
        0.2
    """
    probabilities = softmax(logits)
    actions = read_actions("actions", actions, probabilities.shape[:-1], probabilities.shape[-1])
    return chosen(actions, probabilities.shape[-1]).astype(int) - probabilities


def fisher(logits: Array) -> Array:
    r"""Fisher information of a softmax policy in its logits.

    .. math:: F = \mathbb{E}_{a\sim\pi}\big[\nabla_\phi\log\pi(a)\,\nabla_\phi\log\pi(a)^\top\big]
        = \mathrm{diag}(\pi) - \pi\pi^\top

    Args:
        logits: [..., A], phi; minus infinity masks an action.
    Returns:
        [..., A, A], symmetric, positive semidefinite.
    Conventions:
        One matrix per state. It is singular: a common shift of the logits changes nothing.
    Laws:
        fisher_is_the_mean_square_of_the_score, fisher_is_the_jacobian_of_softmax, fisher_measures_variance,
        fisher_minors_are_the_product_of_probabilities
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError; NotAProbabilityError if all actions are
        masked; NumberSystemError in exact (exponentials).
    Source:
        Schulman et al. 2015 (TRPO), appendix C; Kakade 2002.
    Since:
        0.2
    """
    probabilities = softmax(logits)
    identity = np.eye(probabilities.shape[-1], dtype=int)
    return column(probabilities) * (identity - probabilities[..., None, :])

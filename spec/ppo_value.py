r"""The other terms of PPO's objective: value losses, entropy bonus, and their sum."""

from .numbers import Array, Scalar, as_array, is_nonzero, log, maximum, minimum, where
from .ppo_surrogates import clip_objective
from .validation import check_distribution, check_not_empty, check_shape, read_arrays, read_parameter


def value_loss(values: Array, returns: Array) -> Scalar:
    r"""Squared error :math:`L^{VF}` of the value function.

    .. math:: L^{VF} = \hat{\mathbb{E}}_t\big[(V_\theta(s_t) - V_t^{targ})^2\big]

    Args:
        values: [T, ...], V(s_t) of the present parameters.
        returns: [T, ...], the targets.
    Returns:
        One number, the mean over all entries, in squared units of reward; to be minimised.
    Conventions:
        Without a factor 1/2: code that has it means a coefficient c_1 twice as large.
    Laws:
        value_loss_is_bias_squared_plus_variance, value_loss_has_the_linear_gradient, value_loss_is_a_metric
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError.
    Source:
        Schulman et al. 2017 (PPO), text after eq. (9).
    Since:
        0.2
    """
    _, (values, returns) = read_arrays(values=values, returns=returns)
    return _mean(_squared(values - returns))


def clipped_value_loss(values: Array, old_values: Array, returns: Array, *, clip_epsilon: Scalar) -> Scalar:
    r"""Squared error of the value function, with the change of the values clipped.

    .. math:: \hat{\mathbb{E}}_t\big[\max\big((V - V^{targ})^2,\ (V^{clip} - V^{targ})^2\big)\big], \qquad
        V^{clip} = \mathrm{clip}(V, V^{old} - \epsilon, V^{old} + \epsilon)

    Args:
        values: [T, ...], V(s_t) of the present parameters.
        old_values: [T, ...], V(s_t) as it was when the data were collected.
        returns: [T, ...], the targets.
        clip_epsilon: epsilon >= 0, in units of reward.
    Returns:
        One number, the mean over all entries, in squared units of reward; to be minimised.
    Conventions:
        The larger of the two squared errors: pessimistic, as the minimum in L^CLIP is. No factor 1/2.
        Not in the PPO paper; all three arrays are on one scale.
    Laws:
        clipped_value_loss_is_above_the_value_loss, clipped_value_loss_with_wide_band_is_the_value_loss,
        clipped_value_loss_at_the_old_values, clipped_value_loss_equals_the_cases
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError, NumberSystemError.
    Source:
        OpenAI baselines, ppo2 (2017); Engstrom et al. 2020 (Implementation matters), section 3.
    Since:
        0.2
    """
    values, clipped, returns = _read_clipped(values, old_values, returns, clip_epsilon)
    return _mean(maximum(_squared(values - returns), _squared(clipped - returns)))


def min_clipped_value_loss(values: Array, old_values: Array, returns: Array, *, clip_epsilon: Scalar) -> Scalar:
    r"""The clipped value loss with a minimum for the maximum, as it has also been printed.

    .. math:: \hat{\mathbb{E}}_t\big[\min\big((V - V^{targ})^2,\ (V^{clip} - V^{targ})^2\big)\big], \qquad
        V^{clip} = \mathrm{clip}(V, V^{old} - \epsilon, V^{old} + \epsilon)

    Args:
        values: [T, ...], V(s_t) of the present parameters.
        old_values: [T, ...], V(s_t) as it was when the data were collected.
        returns: [T, ...], the targets.
        clip_epsilon: epsilon >= 0, in units of reward.
    Returns:
        One number, the mean over all entries, in squared units of reward; to be minimised.
    Conventions:
        Optimistic: below the value loss. Where the value has left the band away from the target, the term is
        constant, so that nothing pulls it back. The code of the paper named below takes the maximum.
    Laws:
        min_and_max_clipped_value_losses_sum, min_clipped_value_loss_is_below_the_value_loss,
        min_clipped_value_loss_equals_the_cases
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError, NumberSystemError.
    Source:
        Engstrom et al. 2020 (Implementation matters), as first printed; issue 1 of its code asks about it.
    Since:
        0.2
    """
    values, clipped, returns = _read_clipped(values, old_values, returns, clip_epsilon)
    return _mean(minimum(_squared(values - returns), _squared(clipped - returns)))


def truncated_value_loss(values: Array, returns: Array, *, loss_limit: Scalar) -> Scalar:
    r"""Squared error of the value function, cut off at a limit for each transition.

    .. math:: \hat{\mathbb{E}}_t\big[\min\big((V_\theta(s_t) - V_t^{targ})^2,\ c\big)\big]

    Args:
        values: [T, ...], V(s_t) of the present parameters.
        returns: [T, ...], the targets.
        loss_limit: c >= 0, in squared units of reward.
    Returns:
        One number, the mean over all entries, in squared units of reward; to be minimised.
    Conventions:
        The limit is on the squared error, not on the change of the value: terms beyond it have no gradient.
        At the limit itself the slope is that of the squared error. No old values, no factor 1/2.
    Laws:
        truncated_value_loss_is_below_the_value_loss, truncated_value_loss_loses_the_excess,
        truncated_value_loss_has_no_gradient_beyond
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError, NumberSystemError.
    Source:
        RLlib, PPO's option vf_clip_param.
    Since:
        0.2
    """
    system, (values, returns) = read_arrays(values=values, returns=returns)
    limit = read_parameter("loss_limit", loss_limit, system, high=None)
    return _mean(minimum(_squared(values - returns), limit))


def entropy_bonus(probabilities: Array) -> Scalar:
    r"""Entropy bonus :math:`S` of a policy over discrete actions.

    .. math:: S = \hat{\mathbb{E}}_t\Big[-\sum_a \pi_\theta(a|s_t) \log \pi_\theta(a|s_t)\Big]

    Args:
        probabilities: [T, ..., A], the policy at each visited state.
    Returns:
        One number in nats, the mean over all states; to be maximised.
    Conventions:
        0 log 0 = 0, so that actions masked out count for nothing. The entropy of the distribution, not the
        sampled - log pi(a_t|s_t).
    Laws:
        entropy_bonus_lies_between_zero_and_log_actions, entropy_bonus_is_the_gap_to_the_uniform_policy,
        entropy_bonus_is_concave, entropy_bonus_ignores_impossible_actions
    Raises:
        ShapeError, EmptySpaceError, NotAProbabilityError, NonFiniteError; NumberSystemError in exact (logarithms).
    Source:
        Schulman et al. 2017 (PPO), eq. (9); Mnih et al. 2016 (A3C), section 4.
    Since:
        0.2
    """
    probabilities = as_array(probabilities, "probabilities")
    if probabilities.ndim < 2:
        check_shape("probabilities", probabilities, ("T", "A"), "states, actions")
    check_not_empty("probabilities", probabilities, "states and actions")
    check_distribution("probabilities", probabilities)
    has = is_nonzero(probabilities)
    entropies = -(probabilities * log(where(has, probabilities, 1))).sum(axis=-1)
    return _mean(entropies)


def combined_objective(
    ratios: Array,
    advantages: Array,
    values: Array,
    returns: Array,
    entropies: Array,
    *,
    clip_epsilon: Scalar,
    value_coefficient: Scalar,
    entropy_coefficient: Scalar,
) -> Scalar:
    r"""PPO's combined objective :math:`L^{CLIP+VF+S}`.

    .. math:: L^{CLIP+VF+S} = \hat{\mathbb{E}}_t\big[L_t^{CLIP} - c_1 (V_\theta(s_t) - V_t^{targ})^2
        + c_2\, S[\pi_\theta](s_t)\big]

    Args:
        ratios: [T, ...], probability ratios.
        advantages: [T, ...], advantage estimates.
        values: [T, ...], V(s_t) of the present parameters.
        returns: [T, ...], the targets.
        entropies: [T, ...], entropy of the policy at each state, in nats.
        clip_epsilon: epsilon >= 0.
        value_coefficient: c_1 >= 0.
        entropy_coefficient: c_2 >= 0.
    Returns:
        One number, the mean over all entries; to be maximised.
    Conventions:
        The value error is subtracted, the entropy added.
    Laws:
        combined_objective_is_the_sum_of_its_terms, combined_objective_is_linear_in_its_coefficients,
        combined_objective_prefers_entropy_and_accuracy
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError, NumberSystemError.
    Source:
        Schulman et al. 2017 (PPO), eq. (9).
    Since:
        0.2
    """
    system, (ratios, advantages, values, returns, entropies) = read_arrays(
        ratios=ratios, advantages=advantages, values=values, returns=returns, entropies=entropies
    )
    c_1 = read_parameter("value_coefficient", value_coefficient, system, high=None)
    c_2 = read_parameter("entropy_coefficient", entropy_coefficient, system, high=None)
    surrogate = clip_objective(ratios, advantages, clip_epsilon=clip_epsilon)
    return surrogate - c_1 * value_loss(values, returns) + c_2 * _mean(entropies)


def combined_loss(
    ratios: Array,
    advantages: Array,
    values: Array,
    returns: Array,
    entropies: Array,
    *,
    clip_epsilon: Scalar,
    value_coefficient: Scalar,
    entropy_coefficient: Scalar,
) -> Scalar:
    r"""PPO's combined loss, the negative of the combined objective.

    .. math:: -L^{CLIP} + c_1 L^{VF} - c_2 S

    Args:
        ratios: [T, ...], probability ratios.
        advantages: [T, ...], advantage estimates.
        values: [T, ...], V(s_t) of the present parameters.
        returns: [T, ...], the targets.
        entropies: [T, ...], entropy of the policy at each state, in nats.
        clip_epsilon: epsilon >= 0.
        value_coefficient: c_1 >= 0.
        entropy_coefficient: c_2 >= 0.
    Returns:
        One number, the mean over all entries; to be minimised.
    Conventions:
        Every sign is opposite to the objective's. max(-r A, -clip(r) A) in code is the same as -min.
    Laws:
        combined_loss_is_the_maximum_of_negatives, combined_loss_grows_with_the_value_error,
        combined_loss_cancels_the_objective
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError, NumberSystemError.
    Source:
        Schulman et al. 2017 (PPO), eq. (9), negated; OpenAI baselines, ppo2.
    Since:
        0.2
    """
    return -combined_objective(
        ratios,
        advantages,
        values,
        returns,
        entropies,
        clip_epsilon=clip_epsilon,
        value_coefficient=value_coefficient,
        entropy_coefficient=entropy_coefficient,
    )


def _read_clipped(values: Array, old_values: Array, returns: Array, clip_epsilon: Scalar) -> tuple[Array, Array, Array]:
    system, (values, old_values, returns) = read_arrays(values=values, old_values=old_values, returns=returns)
    epsilon = read_parameter("clip_epsilon", clip_epsilon, system, high=None)
    return values, minimum(maximum(values, old_values - epsilon), old_values + epsilon), returns


def _mean(terms: Array) -> Scalar:
    return terms.sum() / terms.size


def _squared(errors: Array) -> Array:
    return errors * errors  # ** 2 of a ball about zero is no number

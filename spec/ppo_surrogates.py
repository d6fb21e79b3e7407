r"""Proximal policy optimisation: ratio, surrogate objectives, penalties."""

from .numbers import Array, Scalar, as_array, exp, is_positive, maximum, minimum, system_of, where
from .validation import check_finite, read_arrays, read_parameter


def ratio(log_probs: Array, old_log_probs: Array) -> Array:
    r"""Probability ratio :math:`r_t(\theta)`.

    .. math:: r_t(\theta) = \frac{\pi_\theta(a_t|s_t)}{\pi_{\theta_{old}}(a_t|s_t)}
        = e^{\log\pi_\theta(a_t|s_t) - \log\pi_{\theta_{old}}(a_t|s_t)}

    Args:
        log_probs: [T, ...], log-probability of each action under the new policy.
        old_log_probs: [T, ...], the same under the policy that acted.
    Returns:
        [T, ...], positive.
    Conventions:
        One log-probability per joint action (summed over action dimensions).
    Laws:
        ratio_of_the_same_policy_is_one, ratio_has_mean_one_under_the_old_policy, ratio_composes
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError; NumberSystemError in exact.
    Source:
        Schulman et al. 2017 (PPO), section 3.
    Since:
        0.1
    """
    _, (log_probs, old_log_probs) = read_arrays(log_probs=log_probs, old_log_probs=old_log_probs)
    return exp(log_probs - old_log_probs)


def cpi_objective(ratios: Array, advantages: Array) -> Scalar:
    r"""Unclipped surrogate objective :math:`L^{CPI}`.

    .. math:: L^{CPI} = \hat{\mathbb{E}}_t[r_t \hat A_t]

    Args:
        ratios: [T, ...], probability ratios.
        advantages: [T, ...], advantage estimates.
    Returns:
        One number, the mean over all entries; to be maximised.
    Conventions:
        Mean over time and batch alike.
    Laws:
        cpi_is_the_mean_product, cpi_expectation_is_the_surrogate, cpi_is_linear
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError.
    Source:
        Schulman et al. 2017 (PPO), eq. (6).
    Since:
        0.1
    """
    _, (ratios, advantages) = read_arrays(ratios=ratios, advantages=advantages)
    return _mean(ratios * advantages)


def clip_objective(ratios: Array, advantages: Array, *, clip_epsilon: Scalar) -> Scalar:
    r"""Clipped surrogate objective :math:`L^{CLIP}`.

    .. math:: L^{CLIP} = \hat{\mathbb{E}}_t\big[\min(r_t \hat A_t,\
        \mathrm{clip}(r_t, 1-\epsilon, 1+\epsilon)\,\hat A_t)\big]

    Args:
        ratios: [T, ...], probability ratios.
        advantages: [T, ...], advantage estimates.
        clip_epsilon: epsilon >= 0.
    Returns:
        One number, the mean over all entries; to be maximised.
    Conventions:
        The clipping is in the ratio, the minimum in the product; not a bound on eta.
    Laws:
        both_clip_forms_agree, clip_is_below_cpi, clip_equals_cpi_inside_the_band,
        clip_equals_the_hinge_form, clip_with_wide_band_is_cpi, clip_is_homogeneous
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        Schulman et al. 2017 (PPO), eq. (7).
    Since:
        0.1
    """
    ratios, advantages, epsilon = _read_clip(ratios, advantages, clip_epsilon)
    clipped = minimum(maximum(ratios, 1 - epsilon), 1 + epsilon)
    return _mean(minimum(ratios * advantages, clipped * advantages))


def clip_objective_g(ratios: Array, advantages: Array, *, clip_epsilon: Scalar) -> Scalar:
    r"""Clipped surrogate objective in the form of the PPO-Clip pseudocode.

    .. math:: L^{CLIP} = \hat{\mathbb{E}}_t\big[\min(r_t \hat A_t,\ g(\epsilon, \hat A_t))\big], \qquad
        g(\epsilon, A) = \begin{cases} (1+\epsilon) A & A \ge 0\\ (1-\epsilon) A & A < 0\end{cases}

    Args:
        ratios: [T, ...], probability ratios.
        advantages: [T, ...], advantage estimates.
        clip_epsilon: epsilon >= 0.
    Returns:
        One number, the mean over all entries; to be maximised.
    Conventions:
        The slide's Algorithm 1 sums T + 1 terms against a factor 1/T: here, the mean.
    Laws:
        both_clip_forms_agree_termwise, clip_g_is_below_cpi, clip_g_is_below_g
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        Slide "Algorithm 1 PPO-Clip", step 6; OpenAI Spinning Up, PPO (which defines g).
    Since:
        0.1
    """
    ratios, advantages, epsilon = _read_clip(ratios, advantages, clip_epsilon)
    limit = where(is_positive(advantages), (1 + epsilon) * advantages, (1 - epsilon) * advantages)
    return _mean(minimum(ratios * advantages, limit))


def clip_gradient(ratios: Array, advantages: Array, *, clip_epsilon: Scalar) -> Array:
    r"""Slope of each term of :math:`L^{CLIP}` in its ratio.

    .. math:: \frac{\partial}{\partial r}\min(rA, g(\epsilon, A)) = \begin{cases} 0 & A > 0,\ r > 1+\epsilon
        \ \text{ or }\ A < 0,\ r < 1-\epsilon\\ A & \text{else}\end{cases}

    Args:
        ratios: [T, ...], probability ratios.
        advantages: [T, ...], advantage estimates.
        clip_epsilon: epsilon >= 0.
    Returns:
        [T, ...], slope of the term before averaging, in units of reward.
    Conventions:
        At the kinks r = 1 +- epsilon any number between 0 and A is a subgradient; here A.
    Gradient:
        Not compared: it is piecewise constant.
    Laws:
        clip_gradient_equals_the_derivative, clip_gradient_at_one_is_the_advantage, clip_gradient_is_a_supergradient
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        Derivative of Schulman et al. 2017 (PPO), eq. (7).
    Since:
        0.1
    """
    ratios, advantages, epsilon = _read_clip(ratios, advantages, clip_epsilon)
    clipped_up = is_positive(advantages) & is_positive(ratios - (1 + epsilon))
    clipped_down = is_positive(-advantages) & is_positive((1 - epsilon) - ratios)
    return where(clipped_up | clipped_down, 0, advantages)


def kl_penalty(ratios: Array, advantages: Array, divergences: Array, *, beta: Scalar) -> Scalar:
    r"""KL-penalised surrogate objective :math:`L^{KLPEN}`.

    .. math:: L^{KLPEN} = \hat{\mathbb{E}}_t\big[r_t \hat A_t
        - \beta\, D_{KL}(\pi_{\theta_{old}}(\cdot|s_t)\,\|\,\pi_\theta(\cdot|s_t))\big]

    Args:
        ratios: [T, ...], probability ratios.
        advantages: [T, ...], advantage estimates.
        divergences: [T, ...], KL(old || new) at each state, in nats.
        beta: penalty coefficient >= 0.
    Returns:
        One number, the mean over all entries; to be maximised.
    Conventions:
        The mean of the divergences, not their maximum: a heuristic, not TRPO's bound.
    Laws:
        kl_penalty_without_beta_is_cpi, kl_penalty_is_below_cpi, kl_penalty_is_affine_in_beta,
        kl_penalty_matches_cpi_to_first_order
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        Schulman et al. 2017 (PPO), eqs. (5), (8).
    Since:
        0.1
    """
    system, (ratios, advantages, divergences) = read_arrays(
        ratios=ratios, advantages=advantages, divergences=divergences
    )
    beta = read_parameter("beta", beta, system, high=None)
    return _mean(ratios * advantages - beta * divergences)


def adaptive_kl(divergence: Scalar, *, beta: Scalar, kl_target: Scalar) -> Scalar:
    r"""Update of the adaptive KL penalty coefficient.

    .. math:: \beta \leftarrow \begin{cases} \beta/2 & d < d_{targ}/1.5\\ 2\beta & d > 1.5\, d_{targ}\\
        \beta & \text{else}\end{cases}

    Args:
        divergence: mean KL(old || new) after the policy update, in nats, d >= 0.
        beta: present coefficient >= 0.
        kl_target: target divergence >= 0.
    Returns:
        One number, the next coefficient.
    Conventions:
        1.5 is the threshold and 2 the factor; strict inequalities, so the boundaries keep beta.
    Gradient:
        Not compared: it is a rule between updates, not an objective.
    Laws:
        adaptive_kl_halves_keeps_or_doubles, adaptive_kl_is_monotone, adaptive_kl_is_scale_free,
        adaptive_kl_undoes_itself
    Raises:
        ParameterError, NonFiniteError, NumberSystemError.
    Source:
        Schulman et al. 2017 (PPO), section 4.
    Since:
        0.1
    """
    check_finite("divergence", as_array(divergence, "divergence"))
    system = system_of(as_array(divergence, "divergence"))
    divergence = read_parameter("divergence", divergence, system, high=None)
    beta = read_parameter("beta", beta, system, high=None)
    kl_target = read_parameter("kl_target", kl_target, system, high=None)
    if 3 * divergence < 2 * kl_target:
        return beta / 2
    return 2 * beta if 2 * divergence > 3 * kl_target else beta


def _read_clip(ratios: Array, advantages: Array, clip_epsilon: Scalar) -> tuple[Array, Array, Scalar]:
    system, (ratios, advantages) = read_arrays(ratios=ratios, advantages=advantages)
    return ratios, advantages, read_parameter("clip_epsilon", clip_epsilon, system, high=None)


def _mean(terms: Array) -> Scalar:
    return terms.sum() / terms.size

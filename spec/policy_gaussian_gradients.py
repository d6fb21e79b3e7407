r"""Diagonal Gaussian policies: sampling, scores, Fisher information, gradients along the path of a sample."""

from .numbers import Array, exp, stack
from .policy_gaussian import read_gaussian


def gaussian_sample(mean: Array, log_std: Array, noise: Array) -> Array:
    r"""Action of a diagonal Gaussian policy as a function of standard normal noise.

    .. math:: a = \mu + \sigma \varepsilon, \qquad \varepsilon \sim \mathcal N(0, 1)

    Args:
        mean: [..., k], the means mu.
        log_std: [..., k] or [k], logarithms of the standard deviations sigma.
        noise: [..., k], epsilon, drawn by the caller.
    Returns:
        [..., k], actions.
    Conventions:
        sigma is a standard deviation. Nothing is drawn here, so that it is a function, with a gradient.
    Laws:
        gaussian_sample_has_mean_and_variance, gaussian_sample_has_its_density, gaussian_sample_is_undone
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError; NumberSystemError in exact (exponentials).
    Source:
        Slide "Continuous actions"; Kingma & Welling 2014, section 2.4.
    Since:
        0.2
    """
    _, (mean, log_std, noise) = read_gaussian(mean=mean, log_std=log_std, noise=noise)
    return mean + exp(log_std) * noise


def gaussian_score(actions: Array, mean: Array, log_std: Array) -> Array:
    r"""Score of a diagonal Gaussian policy: gradient of the log-density in mean and log sigma.

    .. math:: \frac{\partial\log\pi}{\partial\mu_i} = \frac{a_i - \mu_i}{\sigma_i^2}, \qquad
        \frac{\partial\log\pi}{\partial\log\sigma_i} = \Big(\frac{a_i - \mu_i}{\sigma_i}\Big)^2 - 1

    Args:
        actions: [..., k].
        mean: [..., k], the means mu.
        log_std: [..., k] or [k], logarithms of the standard deviations sigma.
    Returns:
        [2, ..., k]: first in the means, then in the logarithms of sigma.
    Conventions:
        In log sigma, not in sigma, nor in the variance.
    Laws:
        gaussian_score_is_the_derivative_of_log_prob, gaussian_score_has_mean_zero,
        gaussian_score_at_the_mean, gaussian_score_has_the_fisher_information
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError; NumberSystemError in exact (exponentials).
    Source:
        Williams 1992, section 6; Sutton & Barto 2018, section 13.7.
    Since:
        0.2
    """
    _, (actions, mean, log_std) = read_gaussian(actions=actions, mean=mean, log_std=log_std)
    standardised = (actions - mean) * exp(-log_std)
    return stack([standardised * exp(-log_std), standardised * standardised - 1])


def gaussian_fisher(log_std: Array) -> Array:
    r"""Fisher information of a diagonal Gaussian policy in mean and log sigma.

    .. math:: F = \mathbb{E}_{a\sim\pi}\big[\nabla\log\pi\,\nabla\log\pi^\top\big]
        = \mathrm{diag}\big(\sigma_1^{-2}, \dots, \sigma_k^{-2}, 2, \dots, 2\big)

    Args:
        log_std: [..., k], logarithms of the standard deviations sigma.
    Returns:
        [2, ..., k], the diagonal: first of the means, then of the logarithms of sigma.
    Conventions:
        All other entries are zero. In sigma itself the second part is 2 / sigma^2.
    Laws:
        gaussian_fisher_is_the_mean_square_of_the_score, gaussian_fisher_is_the_curvature_of_kl,
        gaussian_fisher_is_minus_the_mean_curvature, gaussian_fisher_changes_units
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError; NumberSystemError in exact (exponentials).
    Source:
        Schulman et al. 2015 (TRPO), appendix C; Kakade 2002.
    Since:
        0.2
    """
    _, (log_std,) = read_gaussian(log_std=log_std)
    return stack([exp(-2 * log_std), 2 + 0 * log_std])


def pathwise_gradient(action_slopes: Array, log_std: Array, noise: Array) -> Array:
    r"""Gradient of a function of a Gaussian action along the path of one sample.

    .. math:: \nabla_\mu f(\mu + \sigma\varepsilon) = f'(a), \qquad
        \nabla_{\log\sigma} f(\mu + \sigma\varepsilon) = f'(a)\,\sigma\varepsilon

    Args:
        action_slopes: [..., k], gradient f'(a) of the function at the action taken.
        log_std: [..., k] or [k], logarithms of the standard deviations sigma.
        noise: [..., k], epsilon of the action a = mu + sigma epsilon.
    Returns:
        [2, ..., k]: first in the means, then in the logarithms of sigma, in units of f.
    Conventions:
        One sample each; its mean over epsilon is the gradient of E[f(a)], as is that of f times the score.
    Laws:
        pathwise_gradient_is_the_derivative_of_the_sample, pathwise_gradient_has_the_mean_of_the_score_times_f,
        pathwise_gradient_has_the_derivative_of_the_mean
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError; NumberSystemError in exact (exponentials).
    Source:
        Stein 1981, lemma 1; Kingma & Welling 2014, section 2.4; Heess et al. 2015 (SVG), eqs. (8) to (10).
    Since:
        0.2
    """
    _, (action_slopes, log_std, noise) = read_gaussian(action_slopes=action_slopes, log_std=log_std, noise=noise)
    return stack([action_slopes, action_slopes * exp(log_std) * noise])

r"""Diagonal Gaussian policies: density, divergence, entropy, squashing."""

from .numbers import Array, as_array, exp, log, maximum, pi, same_system
from .validation import check_finite, check_not_empty, check_shape


def gaussian_log_prob(actions: Array, mean: Array, log_std: Array) -> Array:
    r"""Log-density of a diagonal Gaussian policy.

    .. math:: \log\pi(a|s) = -\sum_{i=1}^{k} \Big[\tfrac12 \Big(\frac{a_i-\mu_i}{\sigma_i}\Big)^2
        + \log\sigma_i + \tfrac12\log 2\pi\Big]

    Args:
        actions: [..., k].
        mean: [..., k], the means mu.
        log_std: [..., k] or [k], logarithms of the standard deviations sigma.
    Returns:
        [...], natural logarithm of a density, summed over the k dimensions.
    Conventions:
        sigma is a standard deviation, not a variance; no squashing, no clipping.
    Laws:
        gaussian_log_prob_adds_over_dimensions, gaussian_log_prob_is_a_density,
        gaussian_log_prob_peaks_at_the_mean, gaussian_log_prob_changes_variables
    Raises:
        ShapeError, NonFiniteError, IntegerDtypeError; NumberSystemError in exact (logarithms).
    Source:
        Slide "Continuous actions"; Sutton & Barto 2018, eq. (13.19).
    Since:
        0.1
    """
    system, (actions, mean, log_std) = read_gaussian(actions=actions, mean=mean, log_std=log_std)
    standardised = (actions - mean) * exp(-log_std)
    half_log_2_pi = log(2 * pi(system)) / 2
    return -(standardised * standardised / 2 + log_std + half_log_2_pi).sum(axis=-1)


def gaussian_kl(old_mean: Array, old_log_std: Array, mean: Array, log_std: Array) -> Array:
    r"""KL divergence of the old diagonal Gaussian from the new one.

    .. math:: D_{KL}(\pi_{old}\|\pi) = \sum_{i=1}^{k} \Big[\log\frac{\sigma_i}{\sigma_i^{old}}
        + \frac{(\sigma_i^{old})^2 + (\mu_i^{old}-\mu_i)^2}{2\sigma_i^2} - \tfrac12\Big]

    Args:
        old_mean: [..., k].
        old_log_std: [..., k] or [k].
        mean: [..., k].
        log_std: [..., k] or [k].
    Returns:
        [...], in nats, summed over the k dimensions.
    Conventions:
        Old policy first, as in TRPO and PPO.
    Laws:
        gaussian_kl_is_not_negative, gaussian_kl_of_itself_is_zero, gaussian_kl_equals_the_expected_log_ratio,
        gaussian_kl_grows_like_fisher
    Raises:
        ShapeError, NonFiniteError, IntegerDtypeError; NumberSystemError in exact (logarithms).
    Source:
        Schulman et al. 2017 (PPO), eqs. (5), (8), for the policies of its section 6.1; Kullback 1959.
    Since:
        0.1
    """
    _, (old_mean, old_log_std, mean, log_std) = read_gaussian(
        old_mean=old_mean, old_log_std=old_log_std, mean=mean, log_std=log_std
    )
    difference = (old_mean - mean) * exp(-log_std)
    variance_ratio = exp(2 * (old_log_std - log_std))
    return (log_std - old_log_std + (variance_ratio + difference * difference - 1) / 2).sum(axis=-1)


def gaussian_entropy(log_std: Array) -> Array:
    r"""Differential entropy of a diagonal Gaussian policy.

    .. math:: H(\pi(\cdot|s)) = \sum_{i=1}^{k} \Big[\log\sigma_i + \tfrac12\log(2\pi e)\Big]

    Args:
        log_std: [..., k], logarithms of the standard deviations sigma.
    Returns:
        [...], in nats, summed over the k dimensions; negative for narrow policies.
    Conventions:
        Of a density: it depends on the units of the actions, and zero means nothing in particular.
    Laws:
        gaussian_entropy_is_the_mean_of_minus_log_prob, gaussian_entropy_adds_over_dimensions,
        gaussian_entropy_changes_units, gaussian_entropy_is_the_largest_of_its_variance
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError; NumberSystemError in exact (logarithms).
    Source:
        Shannon 1948; the bonus S of Schulman et al. 2017 (PPO), eq. (9), for the policies of its section 6.1.
    Since:
        0.2
    """
    system, (log_std,) = read_gaussian(log_std=log_std)
    return (log_std + (1 + log(2 * pi(system))) / 2).sum(axis=-1)


def squashed_gaussian_log_prob(unsquashed: Array, mean: Array, log_std: Array) -> Array:
    r"""Log-density of the action tanh(u), where u is drawn from a diagonal Gaussian.

    .. math:: \log\pi(a|s) = \log\mathcal N(u; \mu, \sigma^2) - \sum_{i=1}^{k} \log(1 - \tanh^2 u_i),
        \qquad \log(1 - \tanh^2 u) = 2\,\big(\log 2 - |u| - \log(1 + e^{-2|u|})\big), \qquad a = \tanh u

    Args:
        unsquashed: [..., k], the draws u before squashing.
        mean: [..., k], the means mu of u.
        log_std: [..., k] or [k], logarithms of the standard deviations sigma of u.
    Returns:
        [...], natural logarithm of the density of a in (-1, 1)^k, summed over the k dimensions.
    Conventions:
        It takes u, not a: near the ends of the interval a float a no longer tells what u was. Actions on another
        interval take the logarithm of its half-width off.
    Laws:
        squashed_log_prob_subtracts_the_log_slope_of_tanh, squashed_log_prob_is_a_density,
        squashed_log_prob_is_symmetric, squashed_log_prob_grows_linearly_in_the_tails
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError; NumberSystemError in exact (logarithms).
    Source:
        Haarnoja et al. 2018 (SAC), appendix C, eq. (21), without its loss of digits.
    Since:
        0.2
    """
    density = gaussian_log_prob(unsquashed, mean, log_std)
    _, (unsquashed,) = read_gaussian(unsquashed=unsquashed)
    size = maximum(unsquashed, -unsquashed)
    two = 2 + 0 * unsquashed
    return density - (2 * (log(two) - size - log(1 + exp(-2 * size)))).sum(axis=-1)


def read_gaussian(**arrays: Array) -> tuple[str, list[Array]]:
    """Read [..., k] arrays of one shape; a log_std may be [k]."""
    read = {name: as_array(array, name) for name, array in arrays.items()}
    first_name, first = next(iter(read.items()))
    if first.ndim == 0:
        check_shape(first_name, first, (1, 1), "transitions, action dimensions")
    check_not_empty(first_name, first, "transitions and action dimensions")
    for name, array in read.items():
        if not (name.endswith("log_std") and array.shape == first.shape[-1:]):
            check_shape(name, array, first.shape, f"as {first_name} has")
        check_finite(name, array)
    return same_system(**read), list(read.values())

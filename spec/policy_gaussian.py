r"""Diagonal Gaussian policies: density, divergence, entropy, squashing."""

from .numbers import Array, as_array, exp, log, pi, same_system
from .validation import check_finite, check_not_empty, check_shape


def gaussian_log_prob(actions: Array, mean: Array, log_std: Array) -> Array:
    r"""Log-density of a diagonal Gaussian policy.

    .. math:: \log\pi(a|s) = -\sum_{i=1}^{k} \Big[\tfrac12 \Big(\frac{a_i-\mu_i}{\sigma_i}\Big)^2
        + \log\sigma_i + \tfrac12\log 2\pi\Big]

    Args:
        actions: [T, k].
        mean: [T, k], the means mu.
        log_std: [T, k] or [k], logarithms of the standard deviations sigma.
    Returns:
        [T], natural logarithm of a density, summed over the k dimensions.
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
        old_mean: [T, k].
        old_log_std: [T, k] or [k].
        mean: [T, k].
        log_std: [T, k] or [k].
    Returns:
        [T], in nats, summed over the k dimensions.
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

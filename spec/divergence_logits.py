r"""The KL divergence of softmax policies, to first and second order in the logits."""

from .logits import column
from .numbers import Array, as_array, same_system
from .policy_softmax import fisher, softmax
from .validation import check_distribution, check_finite, check_not_empty, check_shape


def kl_fisher(logits: Array, logit_steps: Array) -> Array:
    r"""KL divergence to second order in a step of the logits.

    .. math:: D_{KL}\big(\pi_\phi\,\|\,\pi_{\phi+d}\big) = \tfrac12\, d^\top F d + O(\|d\|^3), \qquad
        F = \mathrm{diag}(\pi_\phi) - \pi_\phi\pi_\phi^\top

    Args:
        logits: [..., A], phi.
        logit_steps: [..., A], the step d.
    Returns:
        [...], the quadratic form, in nats: half the variance of d under the policy.
    Conventions:
        Both directions of KL have it. A common shift of d has none of it.
    Laws:
        kl_fisher_is_the_second_order_of_kl, kl_fisher_is_half_the_variance, kl_fisher_is_chi_square_of_the_change,
        kl_fisher_is_a_quadratic_form, kl_fisher_misses_kl_by_the_cube_of_the_span
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError; NotAProbabilityError if all actions are
        masked; NumberSystemError in exact (exponentials).
    Source:
        Schulman et al. 2015 (TRPO), appendix C; Kakade 2002.
    Since:
        0.2
    """
    information = fisher(logits)
    steps = as_array(logit_steps, "logit_steps")
    check_shape("logit_steps", steps, information.shape[:-1], "as logits has")
    check_finite("logit_steps", steps)
    same_system(logits=information, logit_steps=steps)
    return (information * column(steps) * steps[..., None, :]).sum(axis=-1).sum(axis=-1) / 2


def kl_logits_gradient(probabilities: Array, logits: Array) -> Array:
    r"""Gradient of the KL divergence of a distribution from a softmax policy, in the logits.

    .. math:: \nabla_\phi D_{KL}\big(p\,\|\,\mathrm{softmax}(\phi)\big) = \mathrm{softmax}(\phi) - p

    Args:
        probabilities: [..., A], the distribution p.
        logits: [..., A], phi.
    Returns:
        [..., A].
    Conventions:
        The gradient of the cross-entropy too, since these differ by the entropy of p.
    Laws:
        kl_logits_gradient_is_the_derivative_of_kl, kl_logits_gradient_is_the_mean_of_minus_the_score,
        kl_logits_gradient_supports_kl_from_below, kl_logits_gradient_vanishes_at_p
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NotAProbabilityError; NumberSystemError in
        exact (exponentials).
    Source:
        The text-book gradient of softmax with cross-entropy, such as Bishop 2006, eq. (4.109).
    Since:
        0.2
    """
    target, new = read_target(probabilities), softmax(logits)
    check_shape("logits", new, target.shape, "as probabilities has")
    same_system(probabilities=target, logits=new)
    return new - target


def read_target(probabilities: Array) -> Array:
    """Read the distributions [..., A] that a policy is compared with."""
    array = as_array(probabilities, "probabilities")
    if array.ndim == 0:
        check_shape("probabilities", array, ("...", "A"), "actions last")
    check_not_empty("probabilities", array, "states and actions")
    check_distribution("probabilities", array)
    return array

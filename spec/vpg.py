r"""Vanilla policy gradient with a step size that adapts to the divergence."""

from .numbers import Scalar, as_array, system_of
from .validation import check_finite, read_parameter


def adaptive_stepsize(divergence: Scalar, *, step_size: Scalar, kl_target: Scalar) -> Scalar:
    r"""Update of the step size by the divergence of the last step.

    .. math:: \alpha \leftarrow \begin{cases} \alpha/1.5 & d > 2\, d_{targ}\\ 1.5\,\alpha & d < d_{targ}/2\\
        \alpha & \text{else}\end{cases}

    Args:
        divergence: mean KL(old || new) after the policy update, in nats, d >= 0.
        step_size: present step size alpha >= 0.
        kl_target: target divergence >= 0.
    Returns:
        One number, the next step size.
    Conventions:
        2 is the threshold and 1.5 the factor, the reverse of PPO's adaptive penalty, and the step shrinks where the
        penalty grows; strict inequalities, so the boundaries keep alpha.
    Gradient:
        Not compared: it is a rule between updates, not an objective.
    Laws:
        stepsize_shrinks_keeps_or_grows, stepsize_is_antitone_in_the_divergence, stepsize_is_scale_free,
        stepsize_undoes_itself
    Raises:
        ParameterError, NonFiniteError, NumberSystemError.
    Source:
        Schulman et al. 2017 (PPO), section 6.1, "Vanilla PG, Adaptive", footnote 3: Berkeley course, homework 4.
    Since:
        0.2
    """
    check_finite("divergence", as_array(divergence, "divergence"))
    system = system_of(as_array(divergence, "divergence"))
    divergence = read_parameter("divergence", divergence, system, high=None)
    step_size = read_parameter("step_size", step_size, system, high=None)
    kl_target = read_parameter("kl_target", kl_target, system, high=None)
    if divergence > 2 * kl_target:
        return 2 * step_size / 3
    return 3 * step_size / 2 if 2 * divergence < kl_target else 1 * step_size

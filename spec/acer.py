r"""ACER: actor-critic with experience replay and a linearised trust region."""

from .numbers import Array, Scalar, is_nonzero, maximum, where
from .validation import read_arrays, read_parameter


def trust_region_projection(gradient: Array, kl_gradient: Array, *, delta: Scalar) -> Array:
    r"""The gradient, shortened along the divergence's gradient until it respects a linearised trust region.

    .. math:: z^* = \operatorname{argmin}_z\ \tfrac12 \|g - z\|^2 \quad\text{subject to}\quad k \cdot z \le \delta,
        \qquad z^* = g - \max\Big(0, \frac{k \cdot g - \delta}{\|k\|^2}\Big)\, k

    Args:
        gradient: [n], g, the policy gradient in the statistics of the policy's distribution.
        kl_gradient: [n], k, the gradient there of KL(average policy || policy).
        delta: bound >= 0 on the linearised divergence, in nats.
    Returns:
        [n], z*, in units of the gradient.
    Conventions:
        For k = 0 the gradient stays. The average policy is the first argument of the divergence.
    Laws:
        projection_is_feasible, projection_is_the_nearest_point, projection_is_idempotent,
        projection_leaves_what_is_feasible, projection_is_nonexpansive
    Raises:
        ParameterError, ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError.
    Source:
        Wang et al. 2017 (ACER), eq. (12).
    Since:
        0.2
    """
    system, (gradient, kl_gradient) = read_arrays(gradient=gradient, kl_gradient=kl_gradient)
    delta = read_parameter("delta", delta, system, high=None)
    square = (kl_gradient * kl_gradient).sum()
    excess = maximum((kl_gradient * gradient).sum() - delta, 0)
    moves = is_nonzero(square)
    factor = where(moves, excess, 0) / where(moves, square, 1)
    return gradient - factor * kl_gradient

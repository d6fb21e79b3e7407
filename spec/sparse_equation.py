r"""The equation :math:`v = r_\pi + \gamma P_\pi v` of a large process, and what float64 certifies about it.

The certificate is :math:`\|V - v_\pi\| \le \|r_\pi + \gamma P_\pi V - V\| / (1 - c)` in the
supremum norm, where c is the largest row sum of :math:`\gamma P_\pi`. Both the residual and c are
computed in float64, so each is widened by the rounding that this can have brought: a sum in which
no term passes through more than k operations is off by at most k u / (1 - k u) times the sum of
the absolute terms, u being the unit roundoff.
"""

import math
from dataclasses import dataclass

import numpy as np

from .decision_process import read_policy
from .errors import DiscountError, NonFiniteError
from .numbers import Array
from .sparse_process import SparseMDP

UNIT_ROUNDOFF = float(np.finfo(float).eps) / 2
"""The largest relative error of one float64 operation."""
SMALLEST_NUMBER = float(np.finfo(float).smallest_subnormal)
"""Twice the largest absolute error of a float64 multiplication whose result underflows."""


@dataclass(frozen=True, eq=False)
class SparseEquation:
    r"""The linear equation that :math:`v_\pi` solves, laid out for gathering.

    Attributes:
        successors: [A*K, S], the states that lie one step ahead.
        weights: [A*K, S], :math:`\gamma\, \pi(a|s)\, P(s'|s,a)` of each.
        reward: [S], :math:`r_\pi`.
        reward_size: upper bound on :math:`\max_s \sum_a \pi(a|s) |R(s,a)|`.
        contraction: upper bound on the row sums of :math:`\gamma P_\pi`, below one.
        roundings: no term of a residual passes through more operations than this.
    """

    successors: Array
    weights: Array
    reward: Array
    reward_size: float
    contraction: float
    roundings: int

    @property
    def relative_rounding(self) -> float:
        """Error of a computed residual relative to the absolute values of the terms it sums.

        The eight operations added pay for the second order in u and for the arithmetic of the
        bounds themselves, as long as roundings**2 * UNIT_ROUNDOFF < 1.
        """
        return (self.roundings + 8) * UNIT_ROUNDOFF

    def residual(self, values: Array) -> Array:
        r"""Subtract the two sides, :math:`r_\pi + \gamma P_\pi V - V`."""
        return self.reward + self.apply_kernel(values) - values

    def apply_kernel(self, values: Array) -> Array:
        r"""Average the values one step ahead and discount them, :math:`\gamma P_\pi V`."""
        result = np.zeros(len(values))
        for weights, successors in zip(self.weights, self.successors, strict=True):
            result += weights * values[successors]
        return result

    def error_bound(self, values: Array, residual: Array) -> float:
        r"""Bound :math:`\|V - v_\pi\|_\infty`, given the residual of V as `residual` computes it."""
        size = float(abs(values).max())
        terms = self.reward_size + (1 + self.contraction) * size
        if terms == 0:
            return 0.0  # sums of zeros are exact
        underflow = self.roundings * SMALLEST_NUMBER * (1 + size)
        rounding = self.relative_rounding * terms + underflow
        # Four more operations end here: addition, subtraction, division and this product.
        return (float(abs(residual).max()) + rounding) / (1 - self.contraction) * (1 + 8 * UNIT_ROUNDOFF)

    def finest_accuracy(self) -> float:
        """Tell the relative error bound below which rounding alone rules every certificate out."""
        return self.relative_rounding * (1 + self.contraction) / (1 - self.contraction)


def sparse_equation(mdp: SparseMDP, policy: Array) -> SparseEquation:
    """Lay out the equation of this policy, and bound what its rounding analysis needs."""
    policy = read_policy(mdp, policy)  # pyright: ignore[reportArgumentType]  # it asks for sizes and system only
    states, actions = policy.shape
    weights = (mdp.discount * policy[:, :, None] * mdp.probabilities).reshape(states, -1).T
    # A weight takes 2 multiplications; then 1 with the value, the sum over all, plus r, minus V.
    roundings = len(weights) + actions + 5
    widened = 1 + 2 * roundings * UNIT_ROUNDOFF
    contraction = float(weights.sum(axis=0).max()) * widened + len(weights) * SMALLEST_NUMBER
    reward_size = float((policy * abs(mdp.reward)).sum(axis=1).max()) * widened
    _check_certifiable(mdp.discount, contraction, reward_size)
    return SparseEquation(
        successors=np.ascontiguousarray(mdp.successors.reshape(states, -1).T),
        weights=np.ascontiguousarray(weights),
        reward=(policy * mdp.reward).sum(axis=1),
        reward_size=reward_size,
        contraction=contraction,
        roundings=roundings,
    )


def _check_certifiable(discount: float, contraction: float, reward_size: float) -> None:
    if contraction >= 1:
        raise DiscountError(
            "the discount cannot be told from one in float64",
            got=f"discount {discount}, rows of gamma P_pi sum to as much as {contraction!r}",
            expected="rows that certainly sum to less than one",
            cause="a discount within a few roundings of one",
            remedy="take a smaller discount, or exact arithmetic",
        )
    if not math.isfinite(8 * reward_size / (1 - contraction)):
        raise NonFiniteError(
            "values may overflow float64",
            got=f"rewards up to {reward_size:.1e}, discount {discount}",
            expected="rewards that stay finite when multiplied by 8 / (1 - discount)",
            cause="a sentinel such as -1e308 that stands for a forbidden action",
            remedy="measure rewards in a larger unit",
        )

"""The linear system of one state and one action, every number a symbol."""

from collections.abc import Iterator
from typing import Any

from rlproof.spec import lqr
from rlproof.spec.linear_system import LinearSystem

from .array import SymbolicArray, proportion, symbols
from .proving import proves

SCALAR = "one state and one action"


@proves(
    "lqr.performance_difference",
    "lqr.eta",
    formula="η(K', Σ') - η(K, Σ) = -[tr((DᵀHD + DᵀE + EᵀD) M') + tr((Σ' - Σ) H)/(1-γ)]",
    source="Fazel et al. 2018, lemma 6; Schulman et al. 2015 (TRPO), eq. (2)",
    differs=SCALAR + "; with noise in the process and in the policies",
)
def lqr_performance_difference_is_the_gain() -> Iterator[Any]:
    """The identity of TRPO holds for linear systems, whose states are uncountable."""
    system, gain, covariance, new_gain, new_covariance = setting()
    difference = lqr.eta(system, new_gain, new_covariance) - lqr.eta(system, gain, covariance)
    yield lqr.performance_difference(system, gain, covariance, new_gain, new_covariance) == difference


@proves(
    "lqr.policy_gradient",
    "lqr.covariance_gradient",
    "lqr.eta",
    formula="∂η/∂K and ∂η/∂Σ",
    source="Fazel et al. 2018, lemma 1",
    differs=SCALAR + "; discounted, with noise",
)
def lqr_gradients_are_derivatives() -> Iterator[Any]:
    """The closed gradients are the derivatives of the closed return."""
    system, gain, covariance, *_ = setting()
    returns = lqr.eta(system, gain, covariance)
    yield lqr.policy_gradient(system, gain, covariance)[0, 0] == returns.derivative(gain[0, 0])
    yield lqr.covariance_gradient(system, gain)[0, 0] == returns.derivative(covariance[0, 0])


def setting() -> tuple[LinearSystem, SymbolicArray, SymbolicArray, SymbolicArray, SymbolicArray]:
    """Make a system and two Gaussian policies."""
    square = dict.fromkeys(("A", "B", "W", "Q", "N", "R", "S"), (1, 1))
    A, B, W, Q, N, R, S, odds, start, K, Sigma, K_new, Sigma_new = symbols(
        **square, odds=(), start=(1,), K=(1, 1), Sigma=(1, 1), K_new=(1, 1), Sigma_new=(1, 1)
    )
    return LinearSystem(A, B, W, Q, N, R, proportion(odds), start, S), K, Sigma, K_new, Sigma_new

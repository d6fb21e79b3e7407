r"""The exact theory against a training run: what TRPO and CPO promise of every step, and whether it came true.

The iterates of a run on a finite process are tables of probabilities, so that nothing about them has to be estimated:
`spec` computes their returns, the identity between them, and the bounds. What is left is rounding, whose effect is
derived (`inexact`): a bound counts as broken only if it is broken by more than that.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from ..spec import cpo, divergence, trpo
from ..spec.errors import EmptySpaceError
from ..spec.mdp import MDP, discounted_visitation, eta
from ..spec.numbers import Array, Scalar, float64
from ..spec.validation import check_shape
from .inexact import process, rows

Bound = Callable[[MDP, Array, Array], Scalar]
"""A lower bound on the return of a new policy; the upper one lies as far above the surrogate."""

BOUNDS: dict[str, Bound] = {
    "trpo.kl_bound": trpo.kl_bound,
    "trpo.tv_bound": trpo.tv_bound,
    "cpo.bound": cpo.bound,
    "cpo.kl_bound": cpo.kl_bound,
}
"""The equations that every step is held against; all hold on both sides."""


class Theory(NamedTuple):
    """K iterates and the K - 1 steps between them, held against B bounds.

    Attributes:
        names: the B bounds.
        eta: [K], the expected return of every iterate.
        surrogate: [K - 1], L of the new policy, seen from the old one.
        residual: [K - 1], what the two sides of the performance difference identity differ by.
        residual_slack: [K - 1], what rounding lets them differ by.
        mean_kl: [K - 1], KL(old || new) averaged over the normalised discounted visits of the old policy, in nats.
        max_kl: [K - 1], the largest KL(old || new) of all states.
        lower: [B, K - 1], the lower bounds on the return of the new policy.
        upper: [B, K - 1], the upper bounds.
        slack: [B, K - 1], what rounding may amount to in the comparison with either.
        holds: [B, K - 1] bool, the return is within both bounds, or beyond one by no more than a finite slack.
    """

    names: tuple[str, ...]
    eta: np.ndarray
    surrogate: np.ndarray
    residual: np.ndarray
    residual_slack: np.ndarray
    mean_kl: np.ndarray
    max_kl: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    slack: np.ndarray
    holds: np.ndarray

    @property
    def identity_holds(self) -> np.ndarray:
        """[K - 1] bool, the performance difference identity holds up to rounding, of which a bound is known."""
        return (abs(self.residual) <= self.residual_slack) & np.isfinite(self.residual_slack)

    @property
    def share(self) -> np.ndarray:
        """[B, K - 1], |eta - L| as a share of what the bound allows; zero where it allows nothing."""
        used = np.broadcast_to(abs(self.eta[1:] - self.surrogate), self.lower.shape)
        allowed = self.surrogate - self.lower
        return np.divide(used, allowed, out=np.zeros(allowed.shape), where=allowed > 0)


class _Step(NamedTuple):
    """What is computed twice: in floats, and in numbers that carry bounds on their errors."""

    surrogate: Any
    residual: Any
    lower: Any  # [B], and so on
    upper: Any
    below: Any  # eta - lower
    above: Any  # upper - eta


def theory(
    mdp: MDP,
    policies: Array,
    *,
    bounds: Mapping[str, Bound] = BOUNDS,
    track: Callable[[list[tuple[Array, Array]]], Iterable[tuple[Array, Array]]] = iter,
) -> Theory:
    """Hold consecutive policies against the performance difference identity and the bounds.

    A step costs some fifty linear systems of S equations: 50 ms for 20 states, seconds for the 501 of Taxi.

    Args:
        mdp: the decision process, discount below one.
        policies: [K, S, A], the iterates; rows sum to one as nearly as floats do.
        bounds: the bounds, by name.
        track: passes on the steps, and may show how far it has come.

    Raises `ShapeError`, `EmptySpaceError` if there is no step, `DiscountError` at discount one, and what `spec`
    raises for rows that are no probabilities.
    """
    mdp, policies = mdp.to("float64"), float64(policies)
    _check(mdp, policies)
    rough, pairs, steps, errors = process(mdp), list(pairwise(policies)), [], []
    for old, new in track(pairs):
        steps.append(_step(mdp, old, new, bounds))
        errors.append(_errors(_step(rough, rows(old), rows(new), bounds)))
    step, error = (_Step(*(np.array(field).T for field in zip(*each, strict=True))) for each in (steps, errors))
    slack, margin = np.maximum(error.below, error.above), np.minimum(step.below, step.above)
    return Theory(
        names=tuple(bounds),
        eta=np.array([eta(mdp, policy) for policy in policies]),
        surrogate=step.surrogate,
        residual=step.residual,
        residual_slack=error.residual,
        mean_kl=np.array([_mean_kl(mdp, old, new) for old, new in pairs]),
        max_kl=np.array([divergence.kl_max(old, new) for old, new in pairs]),
        lower=step.lower,
        upper=step.upper,
        slack=slack,
        holds=(margin >= -slack) & (np.isfinite(slack) | np.isposinf(margin)),
    )


def _step(mdp: MDP, old: Array, new: Array, bounds: Mapping[str, Bound]) -> _Step:
    before, after, surrogate = eta(mdp, old), eta(mdp, new), trpo.surrogate(mdp, old, new)
    lower = [bound(mdp, old, new) for bound in bounds.values()]
    upper = [surrogate + (surrogate - low) for low in lower]
    return _Step(
        surrogate=surrogate,
        residual=after - before - trpo.performance_difference_by_visitation(mdp, old, new),
        lower=lower,
        upper=upper,
        below=[after - low for low in lower],
        above=[high - after for high in upper],
    )


def _errors(step: _Step) -> _Step:
    """Return the bounds on the rounding errors alone."""
    return _Step(*([one.error for one in field] if isinstance(field, list) else field.error for field in step))


def _mean_kl(mdp: MDP, old: Array, new: Array) -> float:
    visits, gaps = discounted_visitation(mdp, old), divergence.kl(old, new)
    return (1 - mdp.discount) * (visits @ np.where(visits > 0, gaps, 0))


def _check(mdp: MDP, policies: Array) -> None:
    states, actions = mdp.number_of_states, mdp.number_of_actions
    if policies.shape[1:] != (states, actions):
        check_shape("policies", policies, ("K", states, actions), "iterates, states, actions")
    if len(policies) < 2:
        raise EmptySpaceError(
            "there is no step between iterates",
            got=f"{len(policies)} of them",
            expected="at least two, K >= 2",
            cause="only the last policy of the run was kept",
            remedy="keep the policy after every update, the one before the first included",
        )

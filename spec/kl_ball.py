r"""The best distribution within a KL ball, and the best common radius.

The inner problem of TRPO's eq. (11) and of Algorithm 1, state by state:

    f_s(delta) = max { q . A_s : KL(p_s || q) <= delta }.

Stationarity gives q(a) = lambda p(a) / (nu - A(a)) with nu above every supported A(a). Written with
the gaps G = max A - A over the support and nu = max A + slack, KL(p || q) falls strictly from its
largest value to zero as the slack grows, so that each radius belongs to one slack. If an action
*outside* the support is better than all inside, nu cannot fall below its A: at a larger radius nu
stays there and the probability that is left over *spills* on that action. In both cases lambda is
the derivative of f_s: concave, decreasing in delta. Everything here is float64 and vectorised over
states; exactness is restored by certificates (`trpo.algorithm1_gap`, `trpo.average_kl_gap`), not by these
iterations. If the *mean* of the divergences is constrained, one lambda is common to all states in the place of
one radius.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .numbers import Array

_EPS = np.finfo(float).eps


class KLStep(NamedTuple):
    """The solution for every state at one radius."""

    policy: Array  # [S, A] the maximising q
    delta: float  # radius of the ball
    multiplier: Array  # [S] lambda, derivative of the maximum with respect to the radius
    slack: Array  # [S] nu minus the largest supported advantage


def step_at_radius(policy: Array, advantage: Array, delta: float) -> KLStep:
    """Maximise q . A in each state over the ball KL(p || q) <= delta."""
    supported = policy > 0
    top = np.where(supported, advantage, -np.inf).max(axis=1)
    gaps = np.where(supported, top[:, None] - advantage, 0.0)
    outside = np.where(supported, -np.inf, advantage).max(axis=1) - top
    flat = (gaps == 0).all(axis=1)  # no supported action is better than another
    slack = _slack_at(policy, gaps, np.where(flat, np.nan, delta))
    slack = np.where(flat, 0.0, slack)
    spills = (outside > 0) & (outside >= slack)
    slack = np.where(spills, outside, slack)
    with np.errstate(divide="ignore", invalid="ignore"):
        weights = np.where(supported, policy / (slack[:, None] + gaps), 0.0)
        logs = np.where(supported, policy * np.log(slack[:, None] + gaps), 0.0).sum(axis=1)
        multiplier = np.where(spills, np.exp(logs - delta), 1 / weights.sum(axis=1))
        new_policy = multiplier[:, None] * weights
    # A probability too small for a float is not zero: losing support would make the divergence infinite.
    new_policy = np.where(supported, np.maximum(new_policy, np.finfo(float).tiny), 0.0)
    rest = np.where(spills, np.maximum(1 - new_policy.sum(axis=1), 0.0), 0.0)  # rounding may leave less than nothing
    best_outside = np.where(supported, -np.inf, advantage).argmax(axis=1)
    new_policy[np.arange(len(rest)), best_outside] += rest
    keep = flat & ~spills | (delta == 0)
    return KLStep(np.where(keep[:, None], policy, new_policy), delta, np.where(keep, 0.0, multiplier), slack)


def best_penalised_step(policy: Array, advantage: Array, visitation: Array, penalty: float) -> KLStep:
    """Maximise sum_s rho_s q_s . A_s - C delta over policies within radius delta of p, and over delta.

    At the optimum sum_s rho_s lambda_s(delta) = C; the left side falls with delta. Its logarithm is
    nearly linear in log delta, so that regula falsi (Illinois) needs few evaluations.
    """
    if penalty == 0:
        nothing = np.zeros(len(policy))
        return KLStep(_greedy(policy, advantage), np.inf, nothing, nothing)
    gain = visitation @ advantage.max(axis=1)
    if gain <= 0:
        return _unmoved(policy, advantage, visitation, penalty)

    def excess(log_delta: float) -> float:
        step = step_at_radius(policy, advantage, float(np.exp(log_delta)))
        slope = visitation @ step.multiplier
        return float(np.log(slope / penalty)) if slope > 0 else -np.inf

    high = float(np.log(gain / penalty))
    low, low_excess, high_excess = high, excess(high), excess(high)
    while low_excess <= 0:
        low, high, high_excess = low - 4.0, low, low_excess
        if low < -600:  # even an infinitesimal step costs more than it gains
            return _unmoved(policy, advantage, visitation, penalty)
        low_excess = excess(low)
    log_delta = _illinois(excess, low, high, low_excess, high_excess)
    return step_at_radius(policy, advantage, float(np.exp(log_delta)))


def best_average_step(policy: Array, advantage: Array, weights: Array, delta: float) -> KLStep:
    """Maximise sum_s w_s q_s . A_s over policies with sum_s w_s KL(p_s || q_s) <= delta; weights sum to one.

    The multiplier lambda is that of the constraint, the same in every state; the mean divergence falls with it.
    At the optimum it is at most the gain divided by delta. States without weight stay as they are.
    """
    visited = weights > 0
    stays = KLStep(policy, delta, np.zeros(len(policy)), np.zeros(len(policy)))
    gain = weights @ advantage.max(axis=1)
    if delta == 0 or gain <= 0:
        return stays

    def excess(log_multiplier: float) -> float:
        divergences = step_at_multiplier(policy, advantage, float(np.exp(log_multiplier)))[1]
        mean = weights[visited] @ divergences[visited]
        return float(np.log(mean / delta)) if mean > 0 else -np.inf

    high = float(np.log(gain) - np.log(delta))
    lowest = high - 340  # beyond, what is left of a probability is below 1e-140
    low, low_excess, high_excess = high, excess(high), excess(high)
    while low_excess <= 0 and low > lowest:
        low, high, high_excess = low - 4.0, low, low_excess
        low_excess = excess(low)
    found = low if low_excess <= 0 else _illinois(excess, low, high, low_excess, high_excess)
    step, _ = step_at_multiplier(policy, advantage, float(np.exp(found)))
    return KLStep(np.where(visited[:, None], step.policy, policy), delta, step.multiplier, step.slack)


def step_at_multiplier(policy: Array, advantage: Array, multiplier: float) -> tuple[KLStep, Array]:
    """Maximise q . A - lambda KL(p || q) in each state; also give the divergences.

    The threshold's slack is the root of 1 / sum_a p/(slack + G) = lambda. The left side is concave and increasing,
    so that Newton's steps from below stay below.
    """
    supported = policy > 0
    top = np.where(supported, advantage, -np.inf).max(axis=1)
    gaps = np.where(supported, top[:, None] - advantage, 0.0)
    outside = np.maximum(np.where(supported, -np.inf, advantage).max(axis=1) - top, 0.0)
    mean_gap, best = (policy * gaps).sum(axis=1), np.where(gaps == 0, policy, 0.0).sum(axis=1)
    slack = np.maximum(multiplier - mean_gap, multiplier * best)
    for _ in range(100):
        share = slack[:, None] / (slack[:, None] + gaps)
        first, second = (policy * share).sum(axis=1), (policy * share**2).sum(axis=1)
        following = slack + (multiplier - slack / first) * (first**2 / second)
        settled = abs(following - slack) <= 4 * _EPS * slack
        slack = following
        if settled.all():
            break
    spills = outside > slack
    slack = np.maximum(slack, outside)
    divergence, _ = _divergence(policy, gaps, mean_gap, slack)
    harmonic = slack / (policy * (slack[:, None] / (slack[:, None] + gaps))).sum(axis=1)
    shortfall = np.where(spills, np.log(harmonic / multiplier), 0.0)
    kept = np.where(spills, multiplier, harmonic)[:, None] / (slack[:, None] + gaps)
    new_policy = np.where(supported, np.maximum(policy * kept, np.finfo(float).tiny), 0.0)
    rest = np.where(spills, np.maximum(1 - new_policy.sum(axis=1), 0.0), 0.0)  # rounding may leave less than nothing
    best_outside = np.where(supported, -np.inf, advantage).argmax(axis=1)
    new_policy[np.arange(len(rest)), best_outside] += rest
    return KLStep(new_policy, np.inf, np.full(len(policy), multiplier), slack), divergence + shortfall


def _unmoved(policy: Array, advantage: Array, visitation: Array, penalty: float) -> KLStep:
    """Stay: no action within the support is better than another, and leaving it costs too much.

    Then lambda_s = nu_s - A is optimal for every lambda_s at least as large as the gain outside.
    """
    supported = policy > 0
    top = np.where(supported, advantage, -np.inf).max(axis=1)
    outside = np.maximum(advantage.max(axis=1) - top, 0.0)
    left_over = penalty - visitation @ outside
    multiplier = outside + left_over / visitation.sum()
    return KLStep(policy, 0.0, multiplier, np.maximum(multiplier, outside))


def _slack_at(policy: Array, gaps: Array, delta: Array) -> Array:
    """Solve KL(slack) = delta by safeguarded Newton steps on log KL against log slack."""
    mean_gap = (policy * gaps).sum(axis=1)
    variance = (policy * (gaps - mean_gap[:, None]) ** 2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):  # what is not finite is bisected
        log_slack = np.log(np.maximum(np.sqrt(variance) / np.sqrt(2 * delta), 1e-3 * mean_gap))
        low, high = np.full(len(policy), -700.0), np.full(len(policy), 700.0)  # no quotient overflows there
        for _ in range(200):
            divergence, slope = _divergence(policy, gaps, mean_gap, np.exp(log_slack))
            error = np.log(divergence / delta)
            low, high = np.where(error > 0, log_slack, low), np.where(error > 0, high, log_slack)
            newton = log_slack - error * divergence / slope
            inside = (newton > low) & (newton < high)
            following = np.where(inside, newton, (low + high) / 2)
            moved = abs(following - log_slack) > 4 * _EPS * np.maximum(1, abs(log_slack))
            log_slack = np.where(np.isnan(delta), log_slack, following)
            if not np.any(moved & ~np.isnan(delta)):
                break
    return np.exp(log_slack)


def _divergence(policy: Array, gaps: Array, mean_gap: Array, slack: Array) -> tuple[Array, Array]:
    """KL(p || q) at this slack and its derivative in log slack, without cancellation.

    With y = (A - mean A) / (nu - mean A), of mean zero under p, KL = E[log(1-y) + y] + log E[1/(1-y)]
    and E[1/(1-y)] = 1 + E[y^2 / (1-y)]: both terms are of second order in y.
    """
    distance = (slack + mean_gap)[:, None]
    y = (mean_gap[:, None] - gaps) / distance
    one_minus_y = (slack[:, None] + gaps) / distance
    bend = (policy * y**2 / one_minus_y).sum(axis=1)
    divergence = np.log1p(bend) - (policy * _log_remainder(y, one_minus_y)).sum(axis=1)
    x = slack[:, None] / (slack[:, None] + gaps)
    mean_x = (policy * x).sum(axis=1)
    return divergence, -(policy * (x - mean_x[:, None]) ** 2).sum(axis=1) / mean_x


def _log_remainder(y: Array, one_minus_y: Array) -> Array:
    """Evaluate -log(1 - y) - y; by its series where the difference would cancel."""
    series = np.zeros_like(y)
    for k in range(14, 1, -1):  # the next term, y^13/15, is below eps/2 for |y| < 0.05
        series = series * y + 1 / k
    with np.errstate(divide="ignore"):
        return np.where(abs(y) < 0.05, y * y * series, -np.log(one_minus_y) - y)


def _greedy(policy: Array, advantage: Array) -> Array:
    """The limit of growing balls: on the best actions, in the old proportions where there are any."""
    best = advantage == advantage.max(axis=1, keepdims=True)
    inside = np.where(best, policy, 0.0)
    total = inside.sum(axis=1, keepdims=True)
    first = np.arange(policy.shape[1]) == best.argmax(axis=1)[:, None]
    return np.where(total > 0, inside / np.where(total > 0, total, 1.0), first.astype(float))


def _illinois(
    function: Callable[[float], float], low: float, high: float, low_value: float, high_value: float
) -> float:
    """Find the root of a decreasing function between `low` and `high`."""
    side, middle = 0, low
    for _ in range(100):
        usable = np.isfinite(low_value) and np.isfinite(high_value) and low_value != high_value
        middle = (low * high_value - high * low_value) / (high_value - low_value) if usable else (low + high) / 2
        value = function(middle)
        if value == 0 or high - low <= 4 * _EPS * abs(middle):
            break
        if value > 0:
            low, low_value = middle, value
            high_value, side = (high_value / 2 if side == 1 else high_value), 1
        else:
            high, high_value = middle, value
            low_value, side = (low_value / 2 if side == -1 else low_value), -1
    return middle

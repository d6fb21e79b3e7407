"""Laws of the dual clip, the estimates of the KL divergence, and the adaptive penalty over time."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.oracle.claims import at_most, equal, true
from rlproof.oracle.law import law
from rlproof.spec import numbers, ppo


@law("ppo.dual_clip_objective")
def dual_clip_is_above_clip(ratios: Array, advantages: Array, clip_epsilon: Any, dual_clip: Any) -> Claims:
    """The second bound only raises the objective."""
    dual = ppo.dual_clip_objective(ratios, advantages, clip_epsilon=clip_epsilon, dual_clip=dual_clip)
    yield at_most(ppo.clip_objective(ratios, advantages, clip_epsilon=clip_epsilon), dual)


@law("ppo.dual_clip_objective")
def dual_clip_equals_clip_for_positive_advantages(
    ratios: Array, advantages: Array, clip_epsilon: Any, dual_clip: Any
) -> Claims:
    """Positive advantages, and ratios up to c, leave L^CLIP as it is."""
    positive = abs(advantages)
    dual = ppo.dual_clip_objective(ratios, positive, clip_epsilon=clip_epsilon, dual_clip=dual_clip)
    yield equal(dual, ppo.clip_objective(ratios, positive, clip_epsilon=clip_epsilon))
    small = ratios * dual_clip / ratios.max()
    dual = ppo.dual_clip_objective(small, advantages, clip_epsilon=clip_epsilon, dual_clip=dual_clip)
    yield equal(dual, ppo.clip_objective(small, advantages, clip_epsilon=clip_epsilon))


@law("ppo.dual_clip_objective")
def dual_clip_is_bounded_below(ratios: Array, advantages: Array, clip_epsilon: Any, dual_clip: Any) -> Claims:
    """However large the ratios, it is at least c times the mean of the negative advantages; then it equals that."""
    worst = [dual_clip * min(a, 0) for a in advantages]
    dual = ppo.dual_clip_objective(ratios, advantages, clip_epsilon=clip_epsilon, dual_clip=dual_clip)
    yield at_most(sum(worst) / len(worst), dual)
    huge = ppo.dual_clip_objective(ratios + dual_clip, -abs(advantages), clip_epsilon=clip_epsilon, dual_clip=dual_clip)
    yield equal(len(worst) * huge, -dual_clip * abs(advantages).sum())


@law("ppo.dual_clip_objective", derivation=True)
def dual_clip_equals_the_clipped_ratio(ratios: Array, advantages: Array, clip_epsilon: Any, dual_clip: Any) -> Claims:
    """It is the mean of rho A, with rho = min(r, 1 + eps) for A >= 0 and rho = min(max(r, 1 - eps), c) for A < 0."""
    terms = [
        a * (min(r, 1 + clip_epsilon) if a >= 0 else min(max(r, 1 - clip_epsilon), dual_clip))
        for r, a in zip(ratios, advantages, strict=True)
    ]
    dual = ppo.dual_clip_objective(ratios, advantages, clip_epsilon=clip_epsilon, dual_clip=dual_clip)
    yield equal(len(terms) * dual, sum(terms))


@law("ppo.dual_clip_objective")
def dual_clip_with_large_c_is_clip(ratios: Array, advantages: Array, clip_epsilon: Any) -> Claims:
    """With c above every ratio nothing is changed."""
    dual = ppo.dual_clip_objective(ratios, advantages, clip_epsilon=clip_epsilon, dual_clip=1 + ratios.max())
    yield equal(dual, ppo.clip_objective(ratios, advantages, clip_epsilon=clip_epsilon))


@law("ppo.adaptive_kl_trace", derivation=True)
def adaptive_kl_trace_counts_doublings(divergences: Array, beta: Any, kl_target: Any) -> Claims:
    """beta_k = 2^(u - d) beta, with u divergences above 3/2 of the target so far and d below 2/3 of it."""
    trace = ppo.adaptive_kl_trace(divergences, beta=beta, kl_target=kl_target)
    shares = divergences / kl_target
    ups, downs = (np.cumsum(numbers.holds(side)) for side in (2 * shares > 3, 3 * shares < 2))
    yield equal(trace, [beta * numbers.rational(2) ** int(up - down) for up, down in zip(ups, downs, strict=True)])


@law("ppo.adaptive_kl_trace")
def adaptive_kl_trace_continues(divergences: Array, split: int, beta: Any, kl_target: Any) -> Claims:
    """The trace after any update is the trace that begins with the coefficient reached."""
    trace = ppo.adaptive_kl_trace(divergences, beta=beta, kl_target=kl_target)
    before = beta if split == 0 else trace[split - 1]
    yield equal(ppo.adaptive_kl_trace(divergences[split:], beta=before, kl_target=kl_target), trace[split:])


@law("ppo.adaptive_kl_trace")
def adaptive_kl_trace_keeps_beta_on_target(divergences: Array, beta: Any, kl_target: Any) -> Claims:
    """On target beta stays; far above it beta doubles each time, below it halves."""
    for share, factor in ((1, 1), (2, 2), (0, numbers.rational("1/2"))):
        trace = ppo.adaptive_kl_trace(0 * divergences + share * kl_target, beta=beta, kl_target=kl_target)
        yield equal(trace, [beta * factor ** (k + 1) for k in range(len(divergences))])


@law("ppo.adaptive_kl_trace")
def adaptive_kl_trace_starts_with_one_step(divergences: Array, beta: Any, kl_target: Any) -> Claims:
    """Its first entry is one step of the rule from beta."""
    trace = ppo.adaptive_kl_trace(divergences, beta=beta, kl_target=kl_target)
    yield equal(trace[0], ppo.adaptive_kl(divergences[0], beta=beta, kl_target=kl_target))


@law("ppo.early_stop", derivation=True)
def early_stop_makes_all_updates_within_the_limit(divergences: Array, kl_target: Any) -> Claims:
    """No divergence before the K-th exceeds 3/2 of the target, and the K-th does, if there is one."""
    updates = ppo.early_stop(divergences, kl_target=kl_target)
    limit = numbers.rational("3/2") * kl_target
    for within in divergences[:updates]:
        yield at_most(within, limit)
    yield true(updates == len(divergences) or divergences[updates] > limit)


@law("ppo.early_stop")
def early_stop_is_monotone(divergences: Array, kl_target: Any, alpha: Any, scale: Any) -> Claims:
    """A larger target, or smaller divergences, never stop earlier; only their quotient matters."""
    updates = ppo.early_stop(divergences, kl_target=kl_target)
    yield at_most(ppo.early_stop(divergences, kl_target=alpha * kl_target), updates)
    yield at_most(updates, ppo.early_stop(alpha * divergences, kl_target=kl_target))
    yield equal(ppo.early_stop(scale * divergences, kl_target=scale * kl_target), updates)


@law("ppo.early_stop")
def early_stop_looks_at_the_first_excess(divergences: Array, kl_target: Any, split: int) -> Claims:
    """A divergence of twice the target stops there if nothing did before; what comes later plays no role."""
    raised = divergences.copy()
    raised[split] = 2 * kl_target
    before = ppo.early_stop(divergences, kl_target=kl_target)
    yield equal(ppo.early_stop(raised, kl_target=kl_target), min(before, split))
    yield equal(ppo.early_stop(np.append(raised, 3 * kl_target), kl_target=kl_target), min(before, split))


@law("ppo.early_stop")
def early_stop_keeps_to_the_limit_itself(divergences: Array, kl_target: Any) -> Claims:
    """At exactly 3/2 of the target, and below zero, every update is made; a grain above, none."""
    limit, grain = numbers.rational("3/2") * kl_target, numbers.rational("1/1000000")
    for within in (limit, -limit, 0):
        yield equal(ppo.early_stop(0 * divergences + within, kl_target=kl_target), len(divergences))
    yield equal(ppo.early_stop(0 * divergences + limit + grain, kl_target=kl_target), 0)


def _slopes(series: Array) -> Array:
    """The first-order coefficients of an array of series."""
    return np.frompyfunc(lambda entry: entry[1], 1, 1)(series)

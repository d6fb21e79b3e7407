"""The rules that adapt a penalty or a step size to the divergence: `if` statements, explored along every path."""

from collections.abc import Iterator
from typing import Any

from rlproof.spec import ppo, vpg

from .array import assume, nonnegative
from .proving import proves

PPO = "Schulman et al. 2017 (PPO), section 4"


@proves("ppo.adaptive_kl", formula="β' ∈ {β/2, β, 2β}; d = d_targ/1.5 or d = 1.5 d_targ ⇒ β' = β", source=PPO)
def adaptive_kl_halves_keeps_or_doubles() -> Iterator[Any]:
    """The next coefficient is half, once or twice the present one, and the present one on both thresholds."""
    d, beta, target = nonnegative("d"), nonnegative("beta"), nonnegative("d_targ")
    following = ppo.adaptive_kl(d, beta=beta, kl_target=target)
    yield (following == beta / 2) | (following == beta) | (following == 2 * beta)
    yield ppo.adaptive_kl(2 * target / 3, beta=beta, kl_target=target) == beta
    yield ppo.adaptive_kl(3 * target / 2, beta=beta, kl_target=target) == beta


@proves("ppo.adaptive_kl", formula="d <= d' ⇒ β'(d) <= β'(d')", source="follows from " + PPO)
def adaptive_kl_is_monotone() -> Iterator[Any]:
    """A larger divergence never leads to a smaller coefficient."""
    d, more, beta, target = nonnegative("d"), nonnegative("more"), nonnegative("beta"), nonnegative("d_targ")
    yield ppo.adaptive_kl(d, beta=beta, kl_target=target) <= ppo.adaptive_kl(d + more, beta=beta, kl_target=target)


@proves(
    "ppo.adaptive_kl",
    formula="β'(cd, β, c d_targ) = β'(d, β, d_targ) for c > 0; β'(d, kβ, d_targ) = k β'(d, β, d_targ) for k >= 0",
    source="follows from " + PPO,
)
def adaptive_kl_is_scale_free() -> Iterator[Any]:
    """Divergence and target in other units change nothing; the coefficient scales."""
    d, beta, target, c, k = map(nonnegative, ("d", "beta", "d_targ", "c", "k"))
    assume(c > 0)
    following = ppo.adaptive_kl(d, beta=beta, kl_target=target)
    yield ppo.adaptive_kl(c * d, beta=beta, kl_target=c * target) == following
    yield ppo.adaptive_kl(d, beta=k * beta, kl_target=target) == k * following


@proves(
    "ppo.adaptive_kl",
    "ppo.adaptive_kl_trace",
    formula="d < d_targ/1.5, d' > 1.5 d_targ ⇒ β'(d', β'(d, β)) = β = β'(d, β'(d', β))",
    source="follows from " + PPO,
)
def adaptive_kl_undoes_itself() -> Iterator[Any]:
    """Halving and doubling, in either order, restore the coefficient."""
    low, high, beta, target = map(nonnegative, ("d", "d'", "beta", "d_targ"))
    assume(3 * low < 2 * target)
    assume(2 * high > 3 * target)
    for first, second in ((low, high), (high, low)):
        halfway = ppo.adaptive_kl(first, beta=beta, kl_target=target)
        yield ppo.adaptive_kl(second, beta=halfway, kl_target=target) == beta
        yield ppo.adaptive_kl_trace(first.stack([first, second]), beta=beta, kl_target=target)[1] == beta


@proves(
    "vpg.adaptive_stepsize",
    formula="d <= d' ⇒ α'(d') <= α'(d), both in {2α/3, α, 3α/2}",
    source="Schulman et al. 2017 (PPO), section 6.1, footnote 3",
)
def adaptive_stepsize_shrinks_with_the_divergence() -> Iterator[Any]:
    """The step size changes by a factor 3/2, and a larger divergence never leads to a larger one."""
    d, more, alpha, target = map(nonnegative, ("d", "more", "alpha", "d_targ"))
    following = vpg.adaptive_stepsize(d, step_size=alpha, kl_target=target)
    yield (following == 2 * alpha / 3) | (following == alpha) | (following == 3 * alpha / 2)
    yield vpg.adaptive_stepsize(d + more, step_size=alpha, kl_target=target) <= following

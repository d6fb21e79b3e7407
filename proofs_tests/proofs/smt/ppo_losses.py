"""PPO's value losses, its dual clip and its penalties, over all real numbers."""

from collections.abc import Iterator
from typing import Any

from rlproof.spec import ppo, ppo_value
from rlproof.spec.numbers import maximum, minimum

from .array import assume, implies, nonnegative, reals
from .proving import exhibits, proves
from .sizes import ONE, ONE_AND_TWO, TWO

VALUE_CLIPPING = "OpenAI baselines, ppo2 (2017); Engstrom et al. 2020 (Implementation matters), section 3"
DUAL_CLIP = 'Ye et al. 2020 (Mastering complex control in MOBA games), section "Dual-clip PPO"'


@proves(
    "ppo.clipped_value_loss",
    formula="|V^clip - V^old| <= ε and min(V^old, V) <= V^clip <= max(V^old, V)",
    source=VALUE_CLIPPING,
    differs=ONE,
)
def clipped_value_stays_near_the_old_one() -> Iterator[Any]:
    """The clipped value lies between the old value and the new one, within ε of the old."""
    new, old, target, epsilon = reals("V", 1), reals("V_old", 1), reals("V_targ", 1), nonnegative("epsilon")
    _, clipped, _ = ppo_value._read_clipped(new, old, target, epsilon)
    yield abs(clipped - old) <= epsilon
    yield clipped >= minimum(old, new)
    yield clipped <= maximum(old, new)


@proves(
    "ppo.clipped_value_loss",
    "ppo.min_clipped_value_loss",
    "ppo.value_loss",
    formula="E[min(..)] <= E[(V - V^targ)²] <= E[max(..)], T = 1 and 2",
    source=VALUE_CLIPPING,
    differs=ONE_AND_TWO,
)
def value_loss_lies_between_its_clipped_forms() -> Iterator[Any]:
    """The clipped loss is never below the squared error; the variant with a minimum is never above it."""
    for T in (1, 2):
        new, old, target = reals("V", T), reals("V_old", T), reals("V_targ", T)
        epsilon = nonnegative("epsilon")
        loss = ppo.value_loss(new, target)
        yield ppo.clipped_value_loss(new, old, target, clip_epsilon=epsilon) >= loss
        yield ppo.min_clipped_value_loss(new, old, target, clip_epsilon=epsilon) <= loss


@proves(
    "ppo.clipped_value_loss",
    formula="|V - V^old| <= ε ⇒ E[max(..)] = E[(V - V^targ)²], T = 2",
    source=VALUE_CLIPPING,
    differs=TWO,
)
def clipped_value_loss_inside_the_band_is_the_squared_error() -> Iterator[Any]:
    """While no value has moved by more than ε, clipping changes nothing."""
    new, old, target, epsilon = reals("V", 2), reals("V_old", 2), reals("V_targ", 2), nonnegative("epsilon")
    assume(abs(new - old) <= epsilon)
    yield ppo.clipped_value_loss(new, old, target, clip_epsilon=epsilon) == ppo.value_loss(new, target)


@proves(
    "ppo.truncated_value_loss",
    formula="min((V - V^targ)², c) <= (V - V^targ)² and <= c for c >= 0, T = 2",
    source="RLlib, PPO's option vf_clip_param",
    differs=TWO,
)
def truncated_value_loss_is_below_both() -> Iterator[Any]:
    """The truncated loss is below the squared error and below its limit."""
    new, target, limit = reals("V", 2), reals("V_targ", 2), nonnegative("c")
    loss = ppo.truncated_value_loss(new, target, loss_limit=limit)
    yield loss <= ppo.value_loss(new, target)
    yield loss <= limit


@proves(
    "ppo.dual_clip_objective",
    "ppo.clip_objective",
    formula="L^DUAL >= L^CLIP, T = 2; A < 0 ⇒ L^DUAL >= cA; A >= 0 ⇒ L^DUAL = L^CLIP; c > 1",
    source=DUAL_CLIP,
    differs=TWO,
)
def dual_clip_bounds_the_objective_below() -> Iterator[Any]:
    """The dual clip raises the objective, for negative advantages alone, and to c A at least."""
    r, A, epsilon, c = reals("r", 2), reals("A", 2), nonnegative("epsilon"), reals("c")
    assume(c > 1)
    dual = ppo.dual_clip_objective(r, A, clip_epsilon=epsilon, dual_clip=c)
    yield dual >= ppo.clip_objective(r, A, clip_epsilon=epsilon)
    first = ppo.dual_clip_objective(r[:1], A[:1], clip_epsilon=epsilon, dual_clip=c)
    yield implies(A[0] < 0, first >= c * A[0])
    yield implies(A[0] >= 0, first == ppo.clip_objective(r[:1], A[:1], clip_epsilon=epsilon))


@proves(
    "ppo.dual_clip_objective",
    "ppo.clip_objective",
    formula="c >= 1+ε, r <= c ⇒ L^DUAL = L^CLIP, T = 2",
    source=DUAL_CLIP,
    differs=TWO,
)
def dual_clip_acts_on_large_ratios_alone() -> Iterator[Any]:
    """While no ratio exceeds c, the dual clip changes nothing."""
    r, A, epsilon, c = reals("r", 2), reals("A", 2), nonnegative("epsilon"), reals("c")
    assume(c > 1)
    assume(c >= 1 + epsilon)
    assume(r <= c)
    dual = ppo.dual_clip_objective(r, A, clip_epsilon=epsilon, dual_clip=c)
    yield dual == ppo.clip_objective(r, A, clip_epsilon=epsilon)


@exhibits(
    "ppo.dual_clip_objective",
    formula="L^DUAL > L^CPI for some r > 0, A, ε > 0, c >= 1+ε",
    source=DUAL_CLIP,
    differs="the paper does not say that its objective is no longer a lower bound",
)
def dual_clip_is_no_lower_bound() -> Iterator[Any]:
    """The dual clip gives up pessimism: it can exceed the unclipped objective."""
    r, A, epsilon, c = reals("r", 1), reals("A", 1), nonnegative("epsilon"), reals("c")
    assume(epsilon > 0)
    assume(r > 0)
    assume(c >= 1 + epsilon)
    yield ppo.dual_clip_objective(r, A, clip_epsilon=epsilon, dual_clip=c) > ppo.cpi_objective(r, A)


@proves(
    "ppo.kl_penalty",
    "ppo.cpi_objective",
    formula="D >= 0, β >= 0 ⇒ L^KLPEN <= L^CPI, T = 2",
    source="Schulman et al. 2017 (PPO), eqs. (5), (8)",
    differs=TWO,
)
def kl_penalty_is_below_cpi() -> Iterator[Any]:
    """The penalised objective is below the unpenalised one."""
    r, A, divergences, beta = reals("r", 2), reals("A", 2), nonnegative("D", 2), nonnegative("beta")
    yield ppo.kl_penalty(r, A, divergences, beta=beta) <= ppo.cpi_objective(r, A)

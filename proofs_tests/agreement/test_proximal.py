"""What is special in the fast proximal objectives: hidden entries, kinks, and batches of equal numbers."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rlproof.impl import divergence, ppo, tokens

MASK = np.array([[True, False, False, False], [True, True, True, False]])
LOG_PROBS = -np.arange(1.0, 9.0).reshape(2, 4) / 8
OTHERS = LOG_PROBS[::-1] / 2
PAIR = np.array([1.0, -2.0])
ENDS = {"clip_low": 0.25, "clip_high": 0.5}

UNDER_MASK: dict[str, Callable[[Any], Any]] = {
    "token_mean": lambda x: tokens.token_mean(x, MASK),
    "sequence_mean": lambda x: tokens.sequence_mean(x, MASK),
    "sequence_sum_constant": lambda x: tokens.sequence_sum_constant(x, MASK, max_tokens=8),
    "kl_in_reward": lambda x: tokens.kl_in_reward(PAIR, x, OTHERS, MASK, beta=0.5),
    "normalisation": lambda x: tokens.masked_advantage_normalisation(x, MASK, ddof=1, norm_epsilon=0.5),
    "whitening": lambda x: tokens.masked_advantage_whitening(x, MASK, ddof=1, norm_epsilon=0.5),
    "token_ratio": lambda x: tokens.token_ratio(x, OTHERS, MASK),
    "sequence_importance_ratio": lambda x: tokens.sequence_importance_ratio(OTHERS, x, MASK),
    "sequence_ratio": lambda x: tokens.sequence_ratio(x, OTHERS, MASK),
    "grpo": lambda x: tokens.grpo_objective(x, OTHERS, x / 2, MASK, PAIR, clip_epsilon=0.25, beta=0.5),
    "grpo_token_mean": lambda x: tokens.grpo_token_mean_objective(
        OTHERS, x, x / 2, MASK, PAIR, clip_epsilon=0.25, beta=0.5
    ),
    "dr_grpo": lambda x: tokens.dr_grpo_objective(x, OTHERS, MASK, PAIR, clip_epsilon=0.25, max_tokens=8),
    "dapo": lambda x: tokens.dapo_objective(x, OTHERS, MASK, PAIR, **ENDS),
    "gspo": lambda x: tokens.gspo_objective(x, OTHERS, MASK, PAIR, **ENDS),
}


@pytest.mark.parametrize("name", UNDER_MASK)
def test_what_the_mask_hides_changes_neither_value_nor_gradient(name: str) -> None:
    """NaN, infinities and numbers that overflow give the same value and exactly zero gradient, without any NaN."""
    weights = jnp.arange(1.0, 9.0)

    def scalar(array: Any) -> Any:
        value = jnp.ravel(UNDER_MASK[name](array))
        return jnp.sum(weights[: value.size] * value)

    evaluate = jax.jit(jax.value_and_grad(scalar))
    clean, gradient = evaluate(LOG_PROBS)
    assert np.any(gradient[MASK] != 0)
    for garbage in (np.nan, np.inf, -np.inf, 1e300):
        found, slopes = evaluate(np.where(MASK, LOG_PROBS, garbage))
        assert found == clean
        assert np.array_equal(slopes, np.where(MASK, gradient, 0))


EQUAL = [0.1, 1 / 3, 1e-30, -12345.678, 3.0e7]
STANDARDISED: dict[str, Callable[[Any, int], Any]] = {
    "ppo.advantage_normalisation": lambda a, d: ppo.advantage_normalisation(a, ddof=d, norm_epsilon=0),
    "ppo.advantage_whitening": lambda a, d: ppo.advantage_whitening(a, ddof=d, norm_epsilon=0),
    "tokens.group_advantages": lambda a, d: tokens.group_advantages(a, ddof=d, norm_epsilon=0),
    "tokens.dr_grpo_advantages": lambda a, _: tokens.dr_grpo_advantages(a),
    "tokens.rloo_advantages": lambda a, _: tokens.rloo_advantages(a),
}


@pytest.mark.parametrize("name", STANDARDISED)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_equal_numbers_give_exact_zeros(name: str, dtype: str) -> None:
    """Also numbers that no float equals, in groups of any size, without epsilon."""
    for number in EQUAL:
        for size in (2, 3, 7, 11):
            for ddof in (0, 1):
                assert np.all(STANDARDISED[name](np.full(size, number, dtype), ddof) == 0)


@pytest.mark.parametrize("name", list(STANDARDISED)[:3])
def test_a_common_offset_costs_no_digits(name: str) -> None:
    """In float32 a group of 0s and 1s on top of 2^20 gives what it gives on top of 4; squares lose all."""
    group = np.array([1, 0, 0, 1, 0, 0, 0], dtype=np.float32)
    high = group + np.float32(2**20)
    assert np.array_equal(STANDARDISED[name](high, 1), STANDARDISED[name](group + np.float32(4), 1))
    naive = np.mean(high**2, dtype=np.float32) - np.mean(high, dtype=np.float32) ** 2
    assert abs(naive - group.var()) > 1000 * np.finfo(np.float32).eps  # negative control


@pytest.mark.parametrize("name", list(STANDARDISED)[:3])
@pytest.mark.parametrize("epsilon", [0.25, 0.0])
def test_the_gradient_at_equal_numbers(name: str, epsilon: float) -> None:
    """It is the centring, divided by what epsilon leaves of the deviation, and finite without epsilon."""
    topic, function = name.split(".")
    call = getattr({"ppo": ppo, "tokens": tokens}[topic], function)
    jacobian = jax.jacrev(lambda a: call(a, ddof=0, norm_epsilon=epsilon))(jnp.full(4, 0.1))
    scale = {0.25: 0.5 if function == "advantage_whitening" else 0.25, 0.0: 1.0}[epsilon]
    assert np.array_equal(jacobian, (np.eye(4) - 0.25) / scale)


def test_the_dual_clip_has_the_advantage_as_its_slope_at_every_kink() -> None:
    """At r = 1 -+ epsilon and r = c the slope is A; beyond, on the clipped side, exactly zero."""

    def slopes(ratios: Any, advantage: float) -> list[float]:
        advantages = jnp.full(len(ratios), advantage)
        value = jax.grad(lambda r: len(ratios) * ppo.dual_clip_objective(r, advantages, clip_epsilon=0.5, dual_clip=3))
        return value(jnp.array(ratios)).tolist()

    assert slopes([0.25, 0.5, 1.0, 3.0, 3.5], -2.0) == [0, -2, -2, -2, 0]
    assert slopes([0.25, 0.5, 1.5, 1.75, 3.5], 2.0) == [2, 2, 2, 0, 0]


def test_clip_higher_has_the_advantage_as_its_slope_at_both_ends() -> None:
    """At r = 1 - low and r = 1 + high the slope is A, beyond them zero on the clipped side only."""

    def slopes(ratios: Any, advantage: float) -> list[float]:
        advantages = jnp.full(len(ratios), advantage)
        value = jax.grad(lambda r: tokens.clip_higher(r, advantages, clip_low=0.25, clip_high=0.5).sum())
        return value(jnp.array(ratios)).tolist()

    assert slopes([0.5, 0.75, 1.5, 1.75], -2.0) == [0, -2, -2, -2]
    assert slopes([0.5, 0.75, 1.5, 1.75], 2.0) == [2, 2, 2, 0]


def test_the_clipped_value_losses_have_the_slope_of_the_squared_error_on_the_band() -> None:
    """On the band, its ends included, 2 (V - G); beyond it zero where the clipped error is chosen."""
    values, old, returns = jnp.array([0.5, -0.5, 0.0, 2.0, 2.0]), jnp.zeros(5), jnp.array([1.0, 1.0, 1.0, 4.0, 0.0])

    def slopes(loss: Any) -> list[float]:
        return jax.grad(lambda v: 5 * loss(v, old, returns, clip_epsilon=0.5))(values).tolist()

    assert slopes(ppo.clipped_value_loss) == [-1, -3, -2, 0, 4]
    assert slopes(ppo.min_clipped_value_loss) == [-1, -3, -2, -4, 0]
    assert jax.grad(lambda v: ppo.truncated_value_loss(v, jnp.zeros(1), loss_limit=4.0))(jnp.array([2.0])) == 4
    assert jax.grad(lambda v: ppo.truncated_value_loss(v, jnp.zeros(1), loss_limit=4.0))(jnp.array([2.5])) == 0


def test_small_divergences_keep_their_digits() -> None:
    """k3 of a change of 2^-20 in float32 is its square over two, not rounding noise."""
    change = np.float32(2.0**-20)
    found = divergence.k3(change[None], np.zeros(1, np.float32))[0]
    assert abs(found - 2.0**-41) <= 4 * np.finfo(np.float32).eps * 2.0**-41


def test_impossible_actions_leave_the_entropy_differentiable() -> None:
    """A probability of zero has gradient zero, and the others what the formula says."""
    gradient = jax.grad(ppo.entropy_bonus)(jnp.array([[0.0, 1.0]]))
    assert gradient.tolist() == [[0.0, -1.0]]


def test_a_divergence_that_is_nan_spoils_every_later_coefficient() -> None:
    """Nothing is repaired on the way."""
    trace = ppo.adaptive_kl_trace(jnp.array([1.0, jnp.nan, 1.0]), beta=1.0, kl_target=0.01)
    assert np.array_equal(np.isnan(trace), [False, True, True])

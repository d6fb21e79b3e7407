"""Where the text-book formula loses its digits or overflows, the implementation does not."""

from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rlproof.impl import divergence as fast_divergence
from rlproof.impl import imitation as fast_imitation
from rlproof.impl import policy as fast_policy
from rlproof.oracle.rounding import UNIT_ROUNDOFF, gamma
from rlproof.spec import imitation, numbers, policy
from rlproof.spec.numbers import ball, exact


@pytest.fixture(autouse=True)
def _precise() -> Iterator[None]:
    """Balls of 128 bits: what is expected has more digits than any float."""
    with numbers.precision(128):
        yield


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("actions", [2, 3])
def test_logits_of_any_size_do_not_overflow(dtype: str, actions: int) -> None:
    """At +-10^4 log-probabilities, probabilities and their entropy are finite, and right to the last digit."""
    logits = np.array([[1e4, -1e4, -1e4][:actions]], dtype=dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        for module in (policy, fast_policy):
            assert np.array_equal(np.asarray(module.log_softmax(logits))[0], [0.0, -2e4, -2e4][:actions])
            assert np.array_equal(np.asarray(module.softmax(logits))[0], [1.0, 0.0, 0.0][:actions])
            assert np.asarray(module.entropy(logits))[0] == 0.0


def test_masked_actions_are_as_if_they_were_not_there() -> None:
    """With minus infinity among the logits nothing becomes NaN, in spec, impl and its gradient."""
    logits, masked = np.array([[0.5, -1.0]]), np.array([[0.5, -np.inf, -1.0]])
    for module in (policy, fast_policy):
        for name in ("softmax", "log_softmax"):
            function = getattr(module, name)
            assert np.array_equal(np.asarray(function(masked))[:, [0, 2]], np.asarray(function(logits)))
        assert np.asarray(module.entropy(masked))[0] == np.asarray(module.entropy(logits))[0]
        assert np.array_equal(np.asarray(module.fisher(masked))[0, 1], [0.0, 0.0, 0.0])
    target = np.array([[0.25, 0.0, 0.75]])
    for module in (imitation, fast_imitation):
        got = np.asarray(module.cross_entropy(target, masked))
        assert np.array_equal(got, np.asarray(module.cross_entropy(target[:, [0, 2]], logits)))
        assert np.asarray(module.cross_entropy(target[:, [1, 0, 2]], masked))[0] == np.inf


@pytest.mark.parametrize("name", ["entropy", "log_prob"])
def test_gradients_pass_over_masked_actions(name: str) -> None:
    """The gradient in a masked logit is zero, in the others as without it."""

    def total(logits: Any) -> Any:
        arguments = (jnp.zeros(1, dtype=int), logits) if name == "log_prob" else (logits,)
        return getattr(fast_policy, name)(*arguments).sum()

    plain = np.asarray(jax.grad(total)(jnp.array([[0.5, -1.0]])))
    masked = np.asarray(jax.grad(total)(jnp.array([[0.5, -jnp.inf, -1.0]])))
    assert np.array_equal(masked[:, [0, 2]], plain)
    assert masked[0, 1] == 0


def test_kl_of_close_policies_keeps_its_digits() -> None:
    """In float32, at KL = 3e-9: the naive sum has the wrong sign or no digit right, ours is off by 16 roundings."""
    old = np.array([[0.3, 0.2, 0.5]], dtype=np.float32)
    new = old + np.array([[2.0**-14, -(2.0**-15), -(2.0**-15)]], dtype=np.float32)
    terms = []
    for p, q in zip(exact(old)[0], exact(new)[0], strict=True):
        change = numbers.arb(q / p - 1)
        terms.append(p * (change - (1 + change).log()))
    true = float(sum(terms))
    naive = float((old * (np.log(old) - np.log(new))).sum())
    assert 1e-9 < true < 1e-8
    assert abs(naive - true) > 0.05 * true
    # Per term: 2 for u, twice since it is squared, 4 for the series, 2 for the products with r and p, 2 for the sum
    # of three, and 4 in reserve for the order of evaluation: all terms are positive, so that nothing is magnified.
    got = float(np.asarray(fast_divergence.kl(old, new))[0])
    assert abs(got - true) <= gamma(16, UNIT_ROUNDOFF["float32"]) * true


def test_the_entropy_of_an_almost_certain_policy_keeps_its_digits() -> None:
    """In float32 at a gap of 40 between two logits: the naive sum loses the term of the likely action."""
    logits = np.array([[0.0, -40.0]], dtype=np.float32)
    expected = float(policy.entropy(ball(exact(logits)))[0])
    got = float(np.asarray(fast_policy.entropy(logits))[0])
    # Two terms, both positive: an exponential and log1p (4 roundings each), a quotient, a product and sums.
    assert abs(got - expected) <= gamma(4 + 4 + 4, UNIT_ROUNDOFF["float32"]) * expected
    probabilities = np.exp(logits - np.log(np.exp(logits).sum(dtype=np.float32)))
    naive = float(-(probabilities * np.log(probabilities)).sum())
    assert abs(naive - expected) > 0.02 * expected


def test_k3_of_close_policies_keeps_its_sign() -> None:
    """At log r = 1e-5 in float32, (r - 1) - log r is wrong by more than itself; ours has every digit."""
    new = np.array([1e-5], dtype=np.float32)
    naive = float((np.exp(new) - np.float32(1) - new)[0])
    exactly = numbers.arb(numbers.rational(float(new[0])))
    expected = float(exactly.expm1() - exactly)
    got = float(np.asarray(fast_divergence.k3(new, 0 * new))[0])
    assert abs(naive - expected) > expected
    # A square (1 rounding), the series (2 at this size) and a product.
    assert abs(got - expected) <= gamma(4, UNIT_ROUNDOFF["float32"]) * expected


@pytest.mark.parametrize("draw", [25.0, -25.0, 400.0, -400.0])
def test_the_slope_of_tanh_does_not_underflow(draw: float) -> None:
    """At |u| = 25 in float64 1 - tanh^2 u is zero and its logarithm infinite; ours is finite in spec and impl."""
    arguments = np.array([[draw]]), np.array([[draw]]), np.array([[0.0]])
    with np.errstate(divide="ignore"):
        assert np.log(1 - np.tanh(draw) ** 2) == -np.inf
    expected = float(policy.squashed_gaussian_log_prob(*map(ball, map(exact, arguments)))[0])
    for module in (policy, fast_policy):
        got = float(np.asarray(module.squashed_gaussian_log_prob(*arguments))[0])
        # At most 16 roundings of terms whose magnitudes add up to 2 (|u| + 2 log 2) + 1/2 log 2 pi.
        assert abs(got - expected) <= gamma(16, UNIT_ROUNDOFF["float64"]) * (2 * abs(draw) + 4)


def test_close_gaussians_keep_the_digits_of_their_kl() -> None:
    """In float32, factors that differ by 2^-12: the divergence is right to 32 roundings."""
    mean = np.zeros((1, 2), dtype=np.float32)
    old = np.array([[[1.0, 0.0], [0.5, 2.0]]], dtype=np.float32)
    new = old + np.array([[[2.0**-12, 0.0], [2.0**-12, 2.0**-12]]], dtype=np.float32)
    expected = float(policy.full_gaussian_kl(*(ball(exact(each)) for each in (mean, old, mean, new)))[0])
    got = float(np.asarray(fast_policy.full_gaussian_kl(mean, old, mean, new))[0])
    assert 1e-8 < expected < 1e-6
    assert abs(got - expected) <= gamma(32, UNIT_ROUNDOFF["float32"]) * expected

"""`impl` beyond the drawn systems: unstable and larger ones, and its Gaussian policies averaged over the visits."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rlproof.envs.lqr import random_system
from rlproof.impl import ddpg, dpg
from rlproof.impl import lqr as fast
from rlproof.impl import policy as fast_policy
from rlproof.oracle import agreement
from rlproof.oracle.cases import to_float
from rlproof.oracle.judges import JUDGES
from rlproof.oracle.law import to_ball
from rlproof.spec import lqr, numbers
from rlproof.spec.linear_system import LinearSystem, linear_system
from rlproof.spec.registry import equation
from rlproof.verify.candidates import implementation, spec_in_floats

UNSTABLE = {
    "golden ratio": ([[2]], [[2]], "1/4"),
    "double integrator": ([[1, 1], [0, 1]], [[0], [1]], "15/16"),
    "unstable mode": ([["3/2", "1/2"], [0, "1/2"]], [[1], ["1/4"]], "15/16"),
    "rotation that grows": ([[0, "5/4"], ["-5/4", 0]], [[1], [0]], "7/8"),
}


def unstable(name: str) -> LinearSystem:
    """A system that needs control, with unit costs, in rationals."""
    dynamics, control, discount = UNSTABLE[name]
    n, k = np.shape(control)
    unit = numbers.exact(np.eye(n, dtype=int))
    zero = numbers.exact(np.zeros((n, k), dtype=int))
    action_cost = numbers.exact(np.eye(k, dtype=int))
    return linear_system(dynamics, control, unit, unit, zero, action_cost, discount, [1] * n, unit)


@pytest.mark.parametrize("name", UNSTABLE)
@pytest.mark.parametrize("identifier", ["lqr.optimal", "lqr.optimal_gain"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_unstable_systems_are_solved(name: str, identifier: str, dtype: str) -> None:
    """Doubling (impl) and policy iteration (spec) lie in the enclosure, widened by the rounding of the last step."""
    entry, inputs = equation(identifier), {"system": to_float(unstable(name), dtype)}
    candidates = [implementation(entry)] + ([spec_in_floats(entry)] if dtype == "float64" else [])
    for candidate in candidates:
        comparison = JUDGES[identifier](entry, inputs, candidate(**inputs), dtype)
        assert comparison.bound < float("inf")
        assert comparison.agrees, comparison


@pytest.mark.parametrize("identifier", ["lqr.value_matrix", "lqr.visitation_moment", "lqr.policy_gradient", "lqr.eta"])
def test_larger_systems_agree(identifier: str) -> None:
    """Four states and three actions."""
    entry, generator = equation(identifier), np.random.default_rng(0)
    system = random_system(4, 3, seed=3, number_system="float64")
    names = agreement.parameters(entry)
    gain, covariance = generator.integers(-2, 3, (3, 4)) / 32, np.eye(3) + 0.25
    inputs = {"system": system, "gain": gain, "covariance": covariance}
    inputs = {name: inputs[name] for name in names}
    inputs["system"] = to_float(system, "float64")
    comparison = agreement.judge_numbers(entry, inputs, implementation(entry)(**inputs), "float64")
    assert comparison.bound < float("inf")
    assert comparison.agrees, comparison


@pytest.mark.parametrize("seed", range(3))
def test_gaussian_kl_averages_to_the_kl_of_the_system(seed: int) -> None:
    """impl.policy.gaussian_kl, a quadratic in s, at points whose weights make up the visits M and 1 / (1 - gamma)."""
    entry, generator = equation("policy.gaussian_kl"), np.random.default_rng(seed)
    system = random_system(2, 2, seed=seed, discount="1/2")
    gains = [numbers.exact(generator.integers(-2, 3, (2, 2)) / 16) for _ in range(2)]
    log_stds = [generator.integers(-4, 5, 2) / 8 for _ in range(2)]
    with numbers.precision(agreement.REFERENCE_BITS):
        old, new = (
            (numbers.ball(gain), numbers.ball(np.diag(numbers.exp(2 * numbers.ball(log_std)))))
            for gain, log_std in zip(gains, log_stds, strict=True)
        )
        balls = to_ball(system)
        expected = lqr.kl(balls, *old, *new)
        moment, mass = lqr.visitation_moment(balls, *old), 1 / (1 - balls.discount)
        # f(s) = f(0) + the quadratic part, which values at e_1, e_2, e_1 + e_2 determine.
        points = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
        alone, cross = np.diag(moment) - moment[0, 1], moment[0, 1]
        weights = np.array([mass - alone.sum() - cross, *alone, cross])
        means = [points @ numbers.float64(gain).T for gain in gains]
        inputs = dict(zip(agreement.parameters(entry), (means[0], log_stds[0], means[1], log_stds[1]), strict=True))
        got = np.asarray(fast_policy.gaussian_kl(**inputs))
        bound = (abs(numbers.float64(weights)) * agreement.rounding_bound(entry, inputs, "float64")).sum()
        distance = abs(weights @ numbers.ball(got) - expected)
    assert distance.upper() <= bound
    assert bound < abs(float(expected)) / 1000  # so that the comparison says something


def test_the_gradient_of_eta_is_the_policy_gradient() -> None:
    """jax.grad of impl's eta and impl's closed form are equal up to the rounding of both."""
    system = to_float(random_system(2, 2, seed=0), "float64")
    gain, covariance = np.full((2, 2), 0.125), np.eye(2) / 2
    found = [jax.grad(fast.eta, argnums=1)(system, gain, covariance), fast.policy_gradient(system, gain, covariance)]
    inputs = {"system": system, "gain": gain, "covariance": covariance}
    for each in found:
        comparison = agreement.judge_numbers(equation("lqr.policy_gradient"), inputs, each, "float64")
        assert comparison.agrees, comparison


def test_the_deterministic_gradient_of_the_limit_vanishes_with_the_covariance() -> None:
    """impl's difference of the gradients is zero, exactly, without exploration."""
    system = to_float(random_system(2, 1, seed=0), "float64")
    assert not np.any(dpg.limit_of_spg(system, np.full((1, 2), 0.125), np.zeros((1, 1))))


def test_the_target_is_constant_in_the_loss_only_if_told_so() -> None:
    """Without stop_gradient the critic's loss pulls the target towards the critic: another gradient."""

    def loss(weight: Any, *, stopped: bool) -> Any:
        target = ddpg.target(jnp.ones(1), weight * jnp.ones(1), jnp.zeros(1, bool), gamma=0.5)
        target = jax.lax.stop_gradient(target) if stopped else target
        return ((weight - target) ** 2).sum()

    assert jax.grad(loss)(4.0, stopped=True) == 2 * (4 - 3)
    assert jax.grad(loss)(4.0, stopped=False) == 2 * (4 - 3) * (1 - 0.5)

"""Steps keep their promises: TRPO's, ACER's trust region, the adaptive step size, CEM, and rows that are no data."""

from dataclasses import replace
from itertools import product
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

from rlproof.impl.agents import critic, trpo
from rlproof.oracle.rounding import UNIT_ROUNDOFF, Rounded, gamma
from rlproof.spec import acer, cem, ppo, vpg
from rlproof.verify import device

from .cases import KINDS, case_of, equal, moved, rollout_of
from .cases import in_a_hurry as in_a_hurry
from .caught import KEY, gradient_of, products_of, without_regression
from .chain_rule import (
    advantages_of,
    chained,
    fisher_of,
    is_near,
    joined,
    kl_slopes,
    log_probs,
    mean_kl,
    numbers_of,
    policy_gradient,
    rows_of,
    slopes_of,
)

BOTH = pytest.mark.parametrize("kind", KINDS)
UNIT = UNIT_ROUNDOFF["float64"]


@BOTH
def test_products_are_those_of_the_fisher_matrix(kind: str) -> None:
    """Of the matrix by Jacobians, damped; the divergence's slopes, which are but roundings, add what is curved."""
    case = case_of("trpo", kind)
    seen, (times, _) = rows_of(case)[0], products_of(case)
    with device.arithmetic():
        right = fisher_of(case.state.actor.policy, seen)
    weights = jax.tree.leaves(case.state.actor.policy.network)[2]
    curvature = 3 * (1 + float(abs(weights).max())) * max(1.0, abs(seen).max()) ** 2
    allowed = 2 * right.error + gamma(16, UNIT) * curvature + gamma(2, UNIT) * case.config.damping
    size = len(right)
    got = np.asarray(jax.jit(jax.vmap(times))(jnp.eye(size)))
    assert allowed.max() < 1e-10
    assert np.all(abs(got - right.value - case.config.damping * np.eye(size)) <= allowed)
    assert not np.all(abs(got - right.value) <= allowed), "the damping is seen"


@BOTH
@pytest.mark.parametrize("iterations", [2, 8])
def test_conjugate_gradients_come_near_the_solution(iterations: int, kind: str) -> None:
    """At least as fast as Chebyshev's polynomials, in the norm of the matrix; steepest descent is not so fast."""
    case = case_of("trpo", kind, iterations=iterations)
    times, ascent = products_of(case)
    matrix = fisher_of(case.state.actor.policy, rows_of(case)[0]).value + case.config.damping * np.eye(len(ascent))
    right, values = np.linalg.solve(matrix, ascent), np.linalg.eigvalsh(matrix)
    root = np.sqrt(values[-1] / values[0])
    bound = 2 * ((root - 1) / (root + 1)) ** iterations + root**2 * gamma(4 * iterations * len(ascent), UNIT)

    def off(found: Any) -> float:
        return np.sqrt((found - right) @ matrix @ (found - right) / (right @ matrix @ right))

    assert off(np.asarray(trpo.by_products(times, ascent, iterations=iterations))) <= bound
    steepest = np.zeros(len(ascent))
    for _ in range(iterations):
        residual = ascent - matrix @ steepest
        steepest = steepest + residual @ residual / (residual @ matrix @ residual) * residual
    assert iterations < 8 or off(steepest) > bound


@BOTH
def test_the_step_keeps_its_promises(kind: str) -> None:
    """The full step ends on the edge of the quadratic model; of its fractions, the first that may be taken is."""
    case = case_of("trpo", kind, damping=0.01)
    (seen, actions), old = rows_of(case), case.state.actor.policy
    batch = trpo.batch_of(case.config, old, case.rollout, critic.estimate(case.config, case.state.critic, case.rollout))

    @jax.jit
    def step(delta: Any, sign: Any) -> Any:
        settings = SimpleNamespace(**vars(case.config) | {"delta": delta})
        return trpo.step(settings, old, batch._replace(advantages=sign * batch.advantages))

    before, advantages = numbers_of(old, seen), advantages_of(case)
    matrix = fisher_of(old, seen).value + case.config.damping * np.eye(ravel_pytree(old)[0].size)
    trials, taken = case.config.backtrack ** np.arange(case.config.trials), []

    def judged(new: Any, sign: float) -> tuple[Rounded, Rounded]:
        with device.arithmetic():
            after = numbers_of(new, seen)
            ratios = ppo.ratio(log_probs(actions, after), log_probs(actions, before))
            return ppo.cpi_objective(ratios - 1, sign * advantages), mean_kl(before, after)

    # Iterates are Galerkin solutions, x'Fx = g'x, up to what all roundings of the iteration may come to.
    slack = gamma(4 * case.config.iterations * len(matrix), UNIT) * np.linalg.cond(matrix)
    means = gamma(len(seen), UNIT) * abs(advantages.value).mean()  # of which the agent subtracts one from another
    flat, back = ravel_pytree(old)
    for delta, sign in product((1e-4, 1e-2, 1.0), (1.0, -1.0)):
        new, fraction, told = step(delta, sign)
        full = np.asarray((ravel_pytree(new)[0] - flat) / fraction)
        assert abs(full @ matrix @ full / 2 - delta) <= slack * delta
        gain, kl = judged(new, sign)
        assert gain.value > gain.error
        assert kl.value <= delta + kl.error
        assert abs(told - gain.value) <= 2 * (gain.error + means)
        for larger in trials[trials > fraction]:
            gain, kl = judged(back(flat + larger * full), sign)
            assert gain.value <= gain.error or kl.value > delta - kl.error
        taken.append(float(fraction))
    assert max(taken) == 1
    assert min(taken) < 1


@BOTH
def test_the_trust_region_shortens_each_row(kind: str) -> None:
    """Of rows that lead away from the average policy, what leads too far is left out, before the network sees it."""
    case = case_of("a2c_trust_region", kind, delta=0.05, entropy_coefficient=0.125)
    average = moved(case.state.actor.policy, 0.3, 5)
    case = case._replace(state=case.state._replace(actor=case.state.actor._replace(average=average)))
    seen, acting = rows_of(case)[0], case.state.actor.policy
    with device.arithmetic():
        rows = joined(slopes_of(case, advantages_of(case)))
        normals = joined(kl_slopes(numbers_of(average, seen), numbers_of(acting, seen)))
        pairs = zip(rows, normals, strict=True)
        trusted = Rounded.stack([acer.trust_region_projection(*pair, delta=Rounded(0.05)) for pair in pairs])
        width = len(numbers_of(acting, seen))
        parts = [trusted[:, place] for place in np.split(np.arange(trusted.shape[1]), width)]
        right = chained(acting, seen, [-part / len(seen) for part in parts])
    shortened = (trusted.value != rows.value).any(axis=1)
    assert 4 < shortened.sum() < 20
    assert is_near(gradient_of(case), right)
    assert not is_near(gradient_of(case), policy_gradient(case))
    with without_regression():
        _, info = case.agent.update(case.config, case.state, case.rollout, KEY)
    assert info.shortened == np.float32(shortened.mean())


@BOTH
@pytest.mark.parametrize(("share", "factor"), [(4, 2 / 3), (1, 1), (1 / 4, 3 / 2)])
def test_the_step_size_moves_as_the_rule_says(share: float, factor: float, kind: str) -> None:
    """The first step of Adam is the gradient over its own size; how far it led decides on the length of the next."""
    case, rate = case_of("vpg", kind), Rounded(0.05)  # which is not the size of the first step
    case = case._replace(state=case.state._replace(actor=case.state.actor._replace(step_size=jnp.float64(0.05))))
    old = case.state.actor.policy
    with device.arithmetic():
        steps = [rate * (each / ((each * each).sqrt() + Rounded(1e-5))) for each in policy_gradient(case)]
        # Adam forms and unforms its two averages: six roundings more, of what is at most the step size.
        steps = [Rounded(each.value, each.error + gamma(6, UNIT) * rate.value) for each in steps]
        right = [Rounded(np.asarray(leaf)) - step for leaf, step in zip(jax.tree.leaves(old), steps, strict=True)]
    with without_regression():
        kl = case.agent.update(case.config, case.state, case.rollout, KEY)[1].kl
        config = replace(case.config, kl_target=float(kl) / share)
        after, info = case.agent.update(config, case.state, case.rollout, KEY)
    assert is_near(after.actor.policy, right)
    by_hand = mean_kl(*(numbers_of(acting, rows_of(case)[0]) for acting in (old, after.actor.policy)))
    assert abs(info.kl - by_hand.value) <= 2 * by_hand.error
    assert info.step_size == rate.value
    rule = vpg.adaptive_stepsize(float(info.kl), step_size=float(rate.value), kl_target=config.kl_target)
    for expected in (rule, factor * float(rate.value)):
        assert abs(after.actor.step_size - expected) <= gamma(4, UNIT) * expected


def parameters(population: Any) -> np.ndarray:
    """The networks of a population, one after the other."""
    return np.asarray(jax.vmap(lambda network: ravel_pytree(network)[0])(population.network))


@BOTH
def test_a_population_is_refitted_by_the_equation(kind: str) -> None:
    """Mean and variance of the elites and the noise; the next population is drawn around them, from the key."""
    case = case_of("cem", kind, elites=2, decay=4)
    state = case.state._replace(actor=case.state.actor._replace(iteration=jnp.int32(1)))
    valid = jax.random.bernoulli(jax.random.key(7), 0.7, case.rollout.valid.shape)
    after, _ = case.agent.update(case.config, state, case.rollout._replace(valid=valid), KEY)
    noise = np.asarray(jax.random.normal(KEY, parameters(after.actor.policy).shape, jnp.float64))
    with device.arithmetic():
        returns = Rounded(np.where(valid, case.rollout.rewards, 0)).sum(axis=0)
        extra = (Rounded(case.config.extra_std) * (1 - Rounded(1.0) / 4)) ** 2
        settings = {"elites": 2, "ddof": 0, "extra_variance": extra}
        mean, variance = cem.update(Rounded(parameters(state.actor.policy)), returns, **settings)
        drawn = mean + (variance.log() / 2).exp() * Rounded(noise)
    assert np.all(np.diff(np.sort(returns.value)) > 2 * returns.error.max()), "the ranks are beyond doubt"
    assert not equal(returns.value, case.rollout.rewards.sum(axis=0))
    flat = ravel_pytree(after.actor.mean.network)[0]
    for got, right in ((flat, mean), (after.actor.variance, variance), (parameters(after.actor.policy), drawn)):
        assert is_near([got], [right])
    assert after.actor.iteration == 2


@BOTH
def test_reinforce_sees_no_row_that_is_no_data(kind: str) -> None:
    """Its gradient is a mean over the others; whatever is written into these rows, nothing changes by a bit."""
    case = case_of("reinforce", kind)
    rollout, ended = case.rollout, case.rollout.terminated | case.rollout.truncated
    valid = (jnp.cumsum(ended, axis=0) - ended) == 0
    assert 4 < (~valid).sum() < 20
    case = case._replace(rollout=rollout._replace(valid=valid))
    with device.arithmetic():
        right = policy_gradient(case, np.flatnonzero(valid))
    assert is_near(gradient_of(case), right)
    assert not is_near(gradient_of(case), policy_gradient(case))
    other = rollout_of(case.config, KINDS[kind], jax.random.key(9), jnp.float64)

    def written(here: Any, there: Any) -> Any:
        return jnp.where(valid.reshape(valid.shape + (1,) * (here.ndim - 2)), here, there)

    garbage = jax.tree.map(written, rollout, other)._replace(valid=valid)
    update = jax.jit(lambda rollout: case.agent.update(case.config, case.state, rollout, KEY))
    assert not equal(garbage, case.rollout)
    assert equal(update(case.rollout), update(garbage))
    assert not equal(update(case.rollout), update(garbage._replace(valid=jnp.ones_like(valid))))

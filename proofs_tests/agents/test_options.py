"""What libraries do by default and the paper does not mention: shorter gradients, each minibatch normalised anew."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from jax.flatten_util import ravel_pytree

from rlproof.impl.agents import AGENTS, critic, surrogate
from rlproof.impl.agents.actor_critic import batch_of
from rlproof.impl.agents.fitting import shortened
from rlproof.spec import ppo as theory
from rlproof.training.verified.row import check

from .cases import KINDS, case_of
from .cases import in_a_hurry as in_a_hurry

SURROGATES = [name for name, agent in AGENTS.items() if issubclass(agent.Config, surrogate.SurrogateSettings)]
CRITICS = [name for name in AGENTS if name != "cem"]
BY_RULES = {"trpo", "vpg"}
"""Agents whose policy no optimiser improves."""
TINY, ADAM_EPSILON, LARGEST = 1e-12, 1e-5, 8.0


@pytest.mark.parametrize(
    ("length", "expected"), [(2.5, (1.5, 2.0)), (5.0, (3.0, 4.0)), (8.0, (3.0, 4.0)), (None, (3.0, 4.0))]
)
def test_longer_gradients_are_shortened(length: float | None, expected: tuple[float, float]) -> None:
    """To the length, the direction kept; over all leaves together, and only if they are longer."""
    optimiser = shortened(optax.sgd(1.0), length)
    gradient = {"one": jnp.array([3.0]), "two": jnp.array([4.0])}
    updates, _ = optimiser.update(gradient, optimiser.init(gradient))
    assert tuple(-float(updates[name][0]) for name in ("one", "two")) == expected


def moves(name: str, **wanted: Any) -> list[float]:
    """How far an update moves any parameter of the policy, and of the critic."""
    case = case_of(name, "gaussian", **wanted)
    state, _ = jax.jit(case.agent.update, static_argnums=0)(case.config, case.state, case.rollout, jax.random.key(4))
    parts = ((case.state.actor.policy, state.actor.policy), (case.state.critic.network, state.critic.network))
    assert all(abs(ravel_pytree(old)[0]).max() < LARGEST / 2 for old, _ in parts)
    return [float(abs(ravel_pytree(new)[0] - ravel_pytree(old)[0]).max()) for old, new in parts]


@pytest.mark.parametrize("name", CRITICS)
def test_both_optimisers_see_the_shorter_gradient(name: str) -> None:
    """Gradients far below the epsilon of the optimiser hardly move anything: a step is at most lr g / epsilon."""
    config = case_of(name, "gaussian").config
    rates = [getattr(config, "learning_rate", 0.0), config.critic_learning_rate]
    steps = [getattr(config, "epochs", 1) * 2, config.critic_epochs * 2]
    short, free = moves(name, max_grad_norm=TINY), moves(name)
    for part in range(name in BY_RULES, 2):
        # Each step adds what the optimiser says, and rounds the parameter, which is below LARGEST, once.
        limit = steps[part] * (rates[part] * TINY / ADAM_EPSILON + LARGEST * np.finfo(np.float64).eps / 2)
        assert short[part] <= limit < free[part], part


def test_the_clipped_part_is_that_of_the_normalised_advantages() -> None:
    """Their signs tell on which side a ratio is clipped, and those of what is normalised anew may be others."""
    wanted = {"minibatch": 12, "normalise_each_minibatch": True, "clip_epsilon": 0.01, "learning_rate": 0.05}
    case = case_of("ppo", "softmax", **wanted)
    state, info = jax.jit(case.agent.update, static_argnums=0)(case.config, case.state, case.rollout, jax.random.key(4))
    estimates = critic.estimate(case.config, case.state.critic, case.rollout)
    batch = batch_of(case.config, case.state.actor.policy, case.rollout, estimates)
    raw = np.asarray(batch.advantages)
    log_probs = state.actor.policy(batch.observations).log_prob(batch.actions)
    ratios = np.exp(np.asarray(log_probs - batch.old_log_probs))
    parts = [
        float((theory.clip_gradient(ratios, advantages, clip_epsilon=0.01) == 0).mean())
        for advantages in (theory.advantage_normalisation(raw, ddof=1, norm_epsilon=1e-8), raw)
    ]
    assert parts[0] != parts[1], "the case tells them apart"
    assert info.clip_fraction == parts[0]


@pytest.mark.parametrize("name", SURROGATES)
@pytest.mark.parametrize("kind", KINDS)
def test_each_minibatch_is_normalised_anew(name: str, kind: str) -> None:
    """The objective gets every minibatch's own advantages by the theory, whatever rows were drawn."""
    case = case_of(name, kind, minibatch=12, normalise_each_minibatch=True)
    estimates = critic.estimate(case.config, case.state.critic, case.rollout)
    batch = batch_of(case.config, case.state.actor.policy, case.rollout, estimates)
    assert np.array_equal(batch.advantages, estimates.advantages.reshape(-1))
    seen: list[tuple[np.ndarray, np.ndarray]] = []

    def objective(ratios: jax.Array, advantages: jax.Array, old: Any, new: Any) -> jax.Array:
        del new
        seen.append((np.asarray(advantages), np.asarray(old[0])))
        return ratios.mean()

    with jax.disable_jit():
        surrogate.ascend(case.config, case.state.actor, batch, jax.random.key(5), objective)
    assert len(seen) == case.config.epochs * 2
    numbers = np.asarray(batch.old[0])
    for got, old in seen:
        rows = [int(np.flatnonzero((numbers == row).all(axis=1))[0]) for row in old]
        assert len(set(rows)) == len(rows)
        raw = np.asarray(batch.advantages)[rows]
        assert check("ppo.advantage_normalisation", "a minibatch", got, advantages=raw, ddof=1, norm_epsilon=1e-8).ok
        assert not check("ppo.advantage_normalisation", "other", got, advantages=raw, ddof=0, norm_epsilon=1e-8).ok

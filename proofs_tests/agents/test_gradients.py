"""What agents follow are the gradients of the theory, computed once more within derived bounds (`chain_rule`)."""

from functools import partial
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rlproof.impl import gae as computed_gae
from rlproof.impl.agents import AGENTS, a2c, critic
from rlproof.oracle.rounding import Rounded
from rlproof.spec import ppo
from rlproof.verify import device

from .cases import KINDS, case_of, moved
from .cases import in_a_hurry as in_a_hurry
from .caught import KEY, at_rest, gradient_of, loss_of
from .chain_rule import (
    advantages_of,
    chained,
    forward,
    is_near,
    kl_slopes,
    log_probs,
    numbers_of,
    policy_gradient,
    rows_of,
    scores,
)

GRADIENT_AGENTS = [name for name in AGENTS if name != "cem"]
BOTH = pytest.mark.parametrize("kind", KINDS)


@pytest.mark.parametrize("name", GRADIENT_AGENTS)
@BOTH
def test_the_first_gradient_is_the_policy_gradient(name: str, kind: str) -> None:
    """Where ratios are one, clipping and penalties pull at nothing, and every surrogate has the slope of `pg.loss`."""
    bonus = {} if name == "ppo" else {"entropy_coefficient": 0.125}  # which `ppo` has in its combined loss alone
    case = case_of(name, kind, **bonus)
    with device.arithmetic():
        right = policy_gradient(case)
    assert is_near(gradient_of(case), right)


def cut_without_bootstrap(
    rewards: Any, values: Any, next_values: Any, terminated: Any, truncated: Any, **settings: Any
) -> Any:
    """A time limit taken for a terminal state."""
    next_values = jnp.where(truncated, 0, next_values)
    return computed_gae.advantage(rewards, values, next_values, terminated, truncated, **settings)


@pytest.mark.parametrize("name", GRADIENT_AGENTS)
def test_a_planted_wrong_bootstrap_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: in the gradient of every agent."""
    case = case_of(name, "softmax")
    with device.arithmetic():
        right = policy_gradient(case)
    monkeypatch.setattr(critic, "gae", SimpleNamespace(advantage=cut_without_bootstrap))
    monkeypatch.setattr(a2c, "a2c", SimpleNamespace(advantage=partial(cut_without_bootstrap, gae_lambda=1.0)))
    assert not is_near(gradient_of(case), right)


@pytest.mark.parametrize(("module", "gae_lambda"), [(critic, 0.95), (critic, 1.0), (a2c, 1.0)])
def test_a_truncation_is_no_termination(module: Any, gae_lambda: float) -> None:
    """One end of an episode, of either kind: what lies between them is the successor's value, discounted backwards."""
    case = case_of("a2c" if module is a2c else "ppo", "gaussian", gae_lambda=gae_lambda, normalise_advantages=False)
    never, end, column = jnp.zeros_like(case.rollout.truncated), 3, 1
    once = never.at[end, column].set(True)
    seen = case.rollout.observations.at[1:].set(case.rollout.successors[:-1])
    seen = seen.at[end + 1, column].set(case.rollout.observations[end + 1, column])
    cut, ended = (
        case._replace(rollout=case.rollout._replace(observations=seen, terminated=terminated, truncated=truncated))
        for terminated, truncated in ((never, once), (once, never))
    )
    learnt = case.state if module is a2c else case.state.critic
    got = [module.estimate(each.config, learnt, each.rollout).advantages for each in (cut, ended)]
    with device.arithmetic():
        right = [advantages_of(each).reshape(*never.shape) for each in (cut, ended)]
    assert all(np.all(abs(one - two.value) <= 2 * two.error) for one, two in zip(got, right, strict=True))
    value = forward(case.state.critic.network, case.rollout.successors[end, column][None])[1].value[0, 0]
    expected = np.zeros(never.shape)
    for row in range(end + 1):
        expected[row, column] = case.config.gamma * value * (case.config.gamma * gae_lambda) ** (end - row)
    assert abs(expected[: end + 1, column]).min() > 1e-2
    assert np.all(abs(got[0] - got[1] - expected) <= 2 * (right[0].error + right[1].error))


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("ppo", {"clip_epsilon": 0.3}),
        ("ppo", {"clip_epsilon": 1e6}),
        ("cpi", {}),
        ("ppo_fixed_kl", {"beta": 3.0}),
        ("ppo_adaptive_kl", {"first_beta": 0.5}),
    ],
    ids=["ppo", "ppo without a band", "cpi", "ppo_fixed_kl", "ppo_adaptive_kl"],
)
@BOTH
def test_away_from_the_old_policy_each_surrogate_has_its_own_gradient(
    name: str, wanted: dict[str, Any], kind: str
) -> None:
    """Of clipped rows nothing, of a penalty the slope of the divergence; without a band, the clipped one is CPI's."""
    case = case_of(name, kind, **wanted)
    (seen, actions), old = rows_of(case), case.state.actor.policy
    new = moved(old, 0.3, 5)
    with device.arithmetic():
        before, after = numbers_of(old, seen), numbers_of(new, seen)
        ratios = ppo.ratio(log_probs(actions, after), log_probs(actions, before))
        weights = advantages_of(case)
        if wanted.get("clip_epsilon") == 0.3:
            weights = ppo.clip_gradient(ratios, weights, clip_epsilon=Rounded(0.3))
            assert 4 < np.count_nonzero(weights.value == 0) < 20
        slopes = [(weights * ratios)[:, None] * score for score in scores(actions, after)]
        if "kl" in name:
            beta = next(iter(wanted.values()))
            slopes = [one - beta * two for one, two in zip(slopes, kl_slopes(before, after), strict=True)]
        right = chained(new, seen, [-slope / len(seen) for slope in slopes])
    assert is_near(jax.grad(loss_of(case))(new, jnp.arange(len(seen))), right)


@BOTH
def test_clipped_rows_pull_at_nothing(kind: str) -> None:
    """By finite differences through the network: their loss stays the same bits, and that of the others moves."""
    case = case_of("ppo", kind, clip_epsilon=0.3)
    (seen, actions), old = rows_of(case), case.state.actor.policy
    new, loss = moved(old, 0.3, 5), loss_of(case)
    ratios, step = log_probs(actions, numbers_of(new, seen)) - log_probs(actions, numbers_of(old, seen)), 2.0**-20
    advantages = advantages_of(case)
    clipped = ppo.clip_gradient(ratios.exp().value, advantages.value, clip_epsilon=0.3) == 0
    assert 4 < clipped.sum() < 20
    each = jax.jit(jax.vmap(loss, in_axes=(None, 0)))
    places = jnp.arange(len(seen))[:, None]
    moves = np.asarray(each(moved(new, step, 6), places) - each(new, places))
    assert not moves[clipped].any()
    assert moves[~clipped].all()
    slopes = jax.vmap(jax.grad(loss), in_axes=(None, 0))(new, places)
    pulls = np.stack([abs(np.asarray(leaf)).reshape(len(seen), -1).max(axis=1) for leaf in jax.tree.leaves(slopes)])
    assert np.array_equal(pulls.max(axis=0) == 0, clipped)


def test_minibatches_are_parts_of_the_batch() -> None:
    """The gradients of an epoch's minibatches have the batch's as their mean, since the policy rests meanwhile."""
    case = case_of("ppo", "gaussian", minibatch=6, epochs=3)
    with device.arithmetic():
        right = policy_gradient(case)
    steps = case.config.epochs * 24 // 6
    with at_rest(case) as resting_case:
        update = jax.jit(lambda *given: case.agent.update(case.config, *given)[0].actor)
        total = update(resting_case.state, case.rollout, KEY).optimiser
    assert is_near(total, [steps * each for each in right])

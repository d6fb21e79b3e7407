"""One loss for policy and value function: its gradient is the theory's, shortened as one, and no program is split."""

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rlproof.impl import ppo as equations
from rlproof.impl.agents import AGENTS, combined
from rlproof.impl.agents.fitting import shortened
from rlproof.impl.training.training import Training
from rlproof.oracle.rounding import UNIT_ROUNDOFF, Rounded, gamma
from rlproof.training.running import Plan, maker
from rlproof.verify import device

from .cases import KINDS, Case, case_of
from .cases import in_a_hurry as in_a_hurry
from .caught import KEY, resting
from .chain_rule import advantages_of, backward, is_near, policy_gradient, rows_of

BOTH = pytest.mark.parametrize("kind", KINDS)
COEFFICIENTS = {"value_coefficient": 0.375, "entropy_coefficient": 0.125}


def together(kind: str, **wanted: Any) -> Case:
    """A case whose minibatch is the batch, taken once."""
    sizes = {"minibatch": 24, "critic_minibatch": 24, "critic_epochs": 1}
    return case_of("ppo", kind, **COEFFICIENTS, **sizes, **wanted)


def collected(case: Case) -> Any:
    """What reaches the optimiser, a tree like policy and network."""
    networks = (case.state.actor.policy, case.state.critic.network)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(combined, "adam", lambda _, longest: shortened(resting(), longest))
        state = combined.optimiser_of(case.config).init(networks)
        actor = case.state.actor._replace(optimiser=state)
        after, _ = case.agent.update(case.config, case.state._replace(actor=actor), case.rollout, KEY)
    assert after.critic.optimiser == ()
    return after.actor.optimiser


def by_the_theory(case: Case) -> list[Rounded]:
    """The policy gradient with the entropy's, and c_1 times that of the values' squared errors."""
    (seen, _), raw = rows_of(case), case._replace(config=replace(case.config, normalise_advantages=False))
    with device.arithmetic():
        errors = -advantages_of(raw)  # values less returns
        slopes = Rounded(COEFFICIENTS["value_coefficient"]) * (2 * errors) / len(seen)
        return policy_gradient(case) + backward(case.state.critic.network, seen, slopes[:, None])


@BOTH
def test_the_gradient_is_that_of_the_combined_loss(kind: str) -> None:
    """Of both networks, by the chain rule."""
    case = together(kind)
    assert is_near(collected(case), by_the_theory(case))


@BOTH
def test_both_gradients_are_shortened_as_one(kind: str) -> None:
    """To the length over all parameters of policy and value function, each keeping its share."""
    case, right = together(kind, max_grad_norm=0.25), by_the_theory(together(kind))
    length = np.sqrt(sum((each.value**2).sum() for each in right))
    assert length > 2 * 0.25
    _, got = collected(case)
    got = [np.asarray(leaf) * length / 0.25 for leaf in jax.tree.leaves(got)]
    # The length is a sum of squares and a root, and divides: each number is rounded so often besides.
    again = gamma(sum(leaf.size for leaf in got) + 6, UNIT_ROUNDOFF["float64"])
    assert is_near(got, [Rounded(each.value, each.error + again * abs(each.value)) for each in right])


def test_a_planted_half_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: a value loss with a factor one half, the slip that makes coefficients of libraries differ."""
    case = together("softmax")
    right, sound = by_the_theory(case), equations.combined_loss
    monkeypatch.setattr(
        equations,
        "combined_loss",
        lambda *arrays, value_coefficient, **settings: sound(
            *arrays, value_coefficient=value_coefficient / 2, **settings
        ),
    )
    assert not is_near(collected(case), right)


@BOTH
def test_a_state_keeps_its_form(kind: str) -> None:
    """Structure, shapes and dtypes, from one iteration to the next; the first one comes from `init`."""
    case = together(kind)
    before = case.agent.init(case.config, KINDS[kind], KEY)
    rollout = jax.tree.map(lambda leaf: leaf.astype(jnp.float32) if leaf.dtype == jnp.float64 else leaf, case.rollout)
    after, _ = jax.eval_shape(lambda state: case.agent.update(case.config, state, rollout, KEY), before)
    assert jax.tree.structure(before) == jax.tree.structure(after)
    forms = ([(leaf.shape, leaf.dtype) for leaf in jax.tree.leaves(tree)] for tree in (before, after))
    assert next(forms) == next(forms)


@pytest.mark.parametrize(("coefficient", "overlaps"), [(0.5, False), (None, True)])
def test_networks_that_learn_together_are_one_program(
    coefficient: float | None, overlaps: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A critic that is fitted by itself learns beside the actor; here there is nothing to be split."""
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
    config = AGENTS["ppo"].Config(hidden=(4,), epochs=1, critic_epochs=1, value_coefficient=coefficient)
    plan = Plan(agent="ppo", env="FrozenLake-v1", steps=2048, seeds=(3,), config=config)
    training = Training(AGENTS["ppo"], config, maker(plan.env), plan.seeds)
    assert training.groups[0].compiled.overlaps == overlaps
    report = training.call()
    training.close()
    assert np.isfinite(report.metrics["kl"]).all()

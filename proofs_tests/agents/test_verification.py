"""A training is held against the theory as it goes on: sound agents agree, planted faults are named, nothing moves."""

from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flint import arb
from rich.console import Console

from rlproof.impl import a2c, acer, cem, divergence, gae, pg, policy, ppo, trpo, vpg
from rlproof.impl.agents import AGENTS
from rlproof.impl.training.environments import Environments
from rlproof.impl.training.group import Group
from rlproof.impl.training.training import Training
from rlproof.spec import numbers
from rlproof.spec import trpo as theory
from rlproof.spec.errors import ParameterError
from rlproof.training import verification as module_of_verification
from rlproof.training.verification import Verification
from rlproof.training.verification_table import table
from rlproof.training.verified.replay import Replay
from rlproof.training.verified.row import Row, at_most, held, held_by_any
from rlproof.training.verified.step import Trials
from rlproof.training.verified.totals import Total

from .resting import TASKS, Resting, verification_of
from .resting import as_on_the_command_line as as_on_the_command_line

ALIKE = ("ppo_fixed_kl", "cpi", "a2c", "vpg", "cem")
"""Agents that do with discrete actions what others do as well."""

COMBINATIONS = [
    *((name, "pendulum") for name in AGENTS),
    *(pytest.param(name, "lake", marks=[pytest.mark.slow] * (name in ALIKE)) for name in AGENTS),
]


def written(verification: Verification) -> str:
    """The table."""
    console = Console(file=StringIO(), width=200)
    assert table(console, verification.summary()) == verification.ok
    return console.file.getvalue()  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(("name", "task"), COMBINATIONS)
def test_a_sound_agent_agrees_with_the_theory(name: str, task: str) -> None:
    """Every number of two seeds' batches is within its derived bound, whatever the agent and the kind of policy."""
    verification = verification_of(Resting(name, task))
    first, second = verification.probe(), verification.probe()
    assert [row for row in (*first, *second) if not row.ok or not row.cases] == []
    assert {row.equation for row in first} >= OWN[name]
    assert verification.ok
    assert [(total.probes, total.ok) for total in verification.summary()] == [(2, True)] * len(first)
    assert "0 failed" in written(verification)


@pytest.mark.parametrize("name", ["ppo", "ppo_adaptive_kl"])
def test_minibatches_that_are_normalised_anew_agree_as_well(name: str) -> None:
    """And so do the objective and its gradient, which get these advantages."""
    verification = verification_of(Resting(name, "lake", normalise_each_minibatch=True, max_grad_norm=0.5))
    rows = verification.probe()
    assert [row for row in rows if not row.ok or not row.cases] == []
    assert [row.what for row in rows if row.equation == "ppo.advantage_normalisation"] == ["in some rows"]


@pytest.mark.parametrize("task", TASKS)
def test_one_loss_for_both_networks_agrees_as_well(task: str) -> None:
    """The loss, its gradient in what the policy says, with its entropy, and in the values."""
    verification = verification_of(Resting("ppo", task, **TOGETHER))
    rows = verification.probe()
    assert [row for row in rows if not row.ok or not row.cases] == []
    of_loss = {row.what for row in rows if row.equation == "ppo.combined_loss"}
    numbers_of = {"mean", "log_std"} if task == "pendulum" else {"logits"}
    assert of_loss == {"in some rows", "gradient in the values", *(f"gradient in {name}" for name in numbers_of)}


@pytest.mark.parametrize("wrong", ["value_coefficient", "entropy_coefficient"])
def test_a_planted_coefficient_is_found(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: half the error of the values, half the entropy; nothing else is blamed."""
    sound = ppo.combined_loss
    monkeypatch.setattr(
        ppo, "combined_loss", lambda *arrays, **named: sound(*arrays, **named | {wrong: named[wrong] / 2})
    )
    found = {row.equation for row in verification_of(Resting("ppo", "lake", **TOGETHER)).probe() if not row.ok}
    assert found == {"ppo.combined_loss"}


TOGETHER = {"value_coefficient": 0.3, "learning_rate": 0.05, "critic_learning_rate": 0.05}
ALWAYS = {"td.lambda_return", "ppo.value_loss", "ppo.explained_variance", "ppo.ratio"}
SURROGATE = {*ALWAYS, "gae.advantage", "ppo.advantage_normalisation"}
OWN = {
    "ppo": {*SURROGATE, "ppo.clip_objective", "ppo.clip_gradient"},
    "ppo_fixed_kl": {*SURROGATE, "ppo.kl_penalty"},
    "ppo_adaptive_kl": {*SURROGATE, "ppo.kl_penalty", "ppo.adaptive_kl"},
    "cpi": {*SURROGATE, "ppo.cpi_objective"},
    "trpo": {*SURROGATE, "ppo.cpi_objective", "trpo.line_search"},
    "a2c": {*ALWAYS, "a2c.advantage", "pg.loss"},
    "a2c_trust_region": {*ALWAYS, "a2c.advantage", "pg.loss", "acer.trust_region_projection"},
    "vpg": {*SURROGATE, "pg.loss", "vpg.adaptive_stepsize"},
    "reinforce": {*ALWAYS, "gae.advantage", "pg.loss"},
    "cem": {"cem.update"},
}
"""What is compared of each agent, besides what is compared of its distributions."""


@pytest.mark.parametrize("task", TASKS)
def test_the_tasks_have_ends_of_both_kinds(task: str) -> None:
    """So that a wrong treatment of either is seen."""
    group = cast("Group", Resting("ppo", task))
    rollout = Replay(group.program)(group, 1).rollout
    assert rollout.terminated.any()
    assert rollout.truncated.any()


def cut_without_bootstrap(right: Callable[..., Any]) -> Callable[..., Any]:
    """A time limit taken for a terminal state."""

    def planted(rewards: Any, values: Any, next_values: Any, terminated: Any, truncated: Any, **settings: Any) -> Any:
        return right(rewards, values, jnp.where(truncated, 0, next_values), terminated, truncated, **settings)

    return planted


def ends_with_bootstrap(right: Callable[..., Any]) -> Callable[..., Any]:
    """A terminal state taken for a time limit."""

    def planted(rewards: Any, values: Any, next_values: Any, terminated: Any, truncated: Any, **settings: Any) -> Any:
        never = jnp.zeros_like(terminated)
        return right(rewards, values, next_values, never, terminated | truncated, **settings)

    return planted


def clipped_without_minimum(_: Callable[..., Any]) -> Callable[..., Any]:
    """Whatever is beyond the band is clipped, where it harms as well."""
    return lambda ratios, advantages, *, clip_epsilon: (
        jnp.clip(ratios, 1 - clip_epsilon, 1 + clip_epsilon) * advantages
    ).mean()


def half_the_gradient(right: Callable[..., Any]) -> Callable[..., Any]:
    """The right value with a wrong gradient."""

    def planted(*arguments: Any, **settings: Any) -> Any:
        value = right(*arguments, **settings)
        return (value + jax.lax.stop_gradient(value)) / 2

    return planted


def swapped(right: Callable[..., Any]) -> Callable[..., Any]:
    """The new policy first."""

    def planted(*numbers_of_both: Any) -> Any:
        half = len(numbers_of_both) // 2
        return right(*numbers_of_both[half:], *numbers_of_both[:half])

    return planted


def deviation_for_variance(_: Callable[..., Any]) -> Callable[..., Any]:
    """A density whose exponent is divided by sigma, not by its square."""

    def planted(actions: Any, mean: Any, log_std: Any) -> Any:
        squares = (actions - mean) ** 2 * jnp.exp(-jnp.asarray(log_std))
        return -(squares / 2 + log_std + jnp.log(2 * jnp.pi) / 2).sum(axis=-1)

    return planted


def uncentred(_: Callable[..., Any]) -> Callable[..., Any]:
    """Advantages divided by their deviation, their mean left where it is."""
    return lambda advantages, *, ddof, norm_epsilon: advantages / (advantages.std() + norm_epsilon)


def the_other_way(right: Callable[..., Any]) -> Callable[..., Any]:
    """What should grow shrinks."""

    def planted(measured: Any, **settings: Any) -> Any:
        return right(settings["kl_target"] ** 2 / measured, **settings)

    return planted


def always_projected(_: Callable[..., Any]) -> Callable[..., Any]:
    """Onto the boundary, from the inside too."""
    return lambda g, k, *, delta: g - (k @ g - delta) / jnp.maximum(k @ k, 1e-12) * k


def without_radius(right: Callable[..., Any]) -> Callable[..., Any]:
    """A line search that looks at the gain alone."""
    return lambda gains, divergences, **settings: right(gains, 0 * divergences, **settings)


def of_the_worst(right: Callable[..., Any]) -> Callable[..., Any]:
    """The elites of a cost."""
    return lambda samples, scores, **settings: right(samples, -scores, **settings)


def halved(right: Callable[..., Any]) -> Callable[..., Any]:
    """A factor one half that the equation does not have."""
    return lambda *arguments, **settings: right(*arguments, **settings) / 2


PLANTED = [
    (gae, "advantage", cut_without_bootstrap, "vpg", "pendulum", {"td.lambda_return"}),
    (a2c, "advantage", ends_with_bootstrap, "a2c", "lake", {"td.lambda_return"}),
    (ppo, "advantage_normalisation", uncentred, "vpg", "lake", set()),
    (ppo, "value_loss", halved, "a2c", "lake", set()),
    (ppo, "clip_objective", clipped_without_minimum, "ppo", "pendulum", set()),
    (pg, "loss", half_the_gradient, "vpg", "lake", set()),
    (policy, "gaussian_log_prob", deviation_for_variance, "a2c", "pendulum", {"policy.gaussian_score", "pg.loss"}),
    (policy, "gaussian_kl", swapped, "vpg", "pendulum", set()),
    (policy, "entropy", halved, "a2c", "lake", {"pg.loss"}),
    (divergence, "kl", swapped, "a2c_trust_region", "lake", set()),
    (acer, "trust_region_projection", always_projected, "a2c_trust_region", "lake", set()),
    (trpo, "line_search", without_radius, "trpo", "pendulum", {"policy.gaussian_kl"}),
    (ppo, "adaptive_kl", the_other_way, "ppo_adaptive_kl", "lake", set()),
    (vpg, "adaptive_stepsize", the_other_way, "vpg", "pendulum", set()),
    (cem, "update", of_the_worst, "cem", "pendulum", set()),
]
"""Where a fault is planted, what it is, whose training it is in, and what else it spoils."""


@pytest.mark.parametrize(
    ("module", "name", "fault", "agent", "task", "spoilt"), PLANTED, ids=[fault[2].__name__ for fault in PLANTED]
)
def test_a_planted_fault_is_named(
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType,
    name: str,
    fault: Callable[..., Any],
    agent: str,
    task: str,
    spoilt: set[str],
) -> None:
    """Negative control: an equation that is wrong is found, by its id, and nothing said of what it has no part in."""
    equation = f"{module.__name__.rpartition('.')[2]}.{name}"
    monkeypatch.setattr(module, name, fault(getattr(module, name)))
    verification = verification_of(Resting(agent, task), rows=16)
    found = {row.equation for row in verification.probe() if not row.ok}
    assert found == {equation, *spoilt}
    assert not verification.ok
    assert f"FAILED {equation}" in written(verification)


def leaves(training: Training) -> list[np.ndarray]:
    """Everything that a training has come to; bits of random keys included."""
    tree = jax.tree.leaves(training.settle())
    return [
        np.asarray(jax.random.key_data(leaf) if jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key) else leaf)
        for leaf in tree
    ]


@pytest.mark.parametrize(
    ("task", "horizon", "seeds", "groups"),
    [("lake", 512, [3], None), ("pendulum", 16, [3, 5], 1)],
    ids=["one seed, whose critic learns beside it", "two seeds, several iterations at once"],
)
def test_probes_change_no_bit(task: str, horizon: int, seeds: list[int], groups: int | None) -> None:
    """A training that is probed before, between and after its calls comes to the same as one that is not."""
    agent = AGENTS["vpg"]
    config = replace(Resting("vpg", task).program.config, horizon=horizon)
    training = Training(agent, config, lambda count, *_: TASKS[task](count), seeds, groups=groups)
    start = training.settle()
    reports = [training.call(), training.call()]
    untouched = leaves(training)
    training.restore(start, 0)
    verification = Verification(training, rows=4)
    for report in reports:
        verification.probe()
        again = training.call()
        for part in ("metrics", "episodes"):
            for name, column in getattr(report, part).items():
                assert np.array_equal(column, getattr(again, part)[name], equal_nan=True)
    verification.probe()
    assert all(np.array_equal(one, other) for one, other in zip(untouched, leaves(training), strict=True))
    assert verification.probes == 3
    assert verification.ok


def test_physics_of_probes_is_not_the_trainings(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often one looks, the time in MuJoCo stays a part of the training's."""
    monkeypatch.setattr(module_of_verification, "check_replayed", lambda *_, **__: [])
    config, task = Resting("vpg", "pendulum").program.config, TASKS["pendulum"]
    training = Training(AGENTS["vpg"], config, lambda count, *_: task(count), [3], groups=1)
    verification, before = Verification(training), task(config.environments).physics_seconds
    for _ in range(50):
        verification.probe()
    report = training.call()
    training.close()
    assert 0 < report.physics_seconds <= report.seconds
    assert report.physics_seconds < (task(config.environments).physics_seconds - before) / 2


def test_every_seed_has_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each once, in whatever group it is, before one has its second."""
    monkeypatch.setattr(module_of_verification, "check_replayed", lambda *_, **__: [])
    monkeypatch.setattr(Replay, "__call__", lambda *_: SimpleNamespace(is_finite=True))
    first, second = Resting("cem", "lake"), Resting("cem", "lake")
    second.seeds, second.iterations = np.array([8, 2, 4]), 7
    verification = verification_of(first, second)
    seen = []
    for _ in range(10):
        verification.probe()
        seen.append(verification.latest)
    told = {f"seed {seed}, after iteration {number}" for seed, number in ((3, 0), (5, 0), (8, 7), (2, 7), (4, 7))}
    assert set(seen[:5]) == set(seen[5:]) == told
    assert seen[:5] != seen[5:]


def test_a_batch_that_training_will_refuse_is_left_to_it() -> None:
    """A reward that is no number is an error of the environment, of which training tells more."""
    group = Resting("cem", "lake")
    group.program.env.step = lambda state, actions: _unpaid(*Environments.step(group.program.env, state, actions))
    verification = verification_of(group)
    assert verification.probe() == []
    assert verification.probes == 0
    assert not verification.ok


def _unpaid(state: Any, transition: Any) -> tuple[Any, Any]:
    return state, transition._replace(reward=jnp.full_like(transition.reward, jnp.nan))


def test_an_agent_of_which_nothing_is_known_is_refused() -> None:
    """Negative control: nothing is silently left out."""
    group = Resting("cem", "lake")
    group.program.agent = ModuleType("mine")
    with pytest.raises(ParameterError, match="OBJECTIVES"):
        verification_of(group)


def test_what_is_open_does_not_count() -> None:
    """A number whose bound is infinite is no case; if there are no others, nothing is decided."""
    row = held("gae.advantage", "rows", np.array([1.0, 7.0]), numbers.ball([1, 2]), np.array([0.5, np.inf]))
    assert (row.cases, row.ok, row.ratio) == (1, True, 0.0)
    open_ended = held("gae.advantage", "rows", np.array([7.0]), numbers.ball([2]), np.array([np.inf]))
    total = Total("gae.advantage", "rows").with_row(open_ended, "seed 3")
    assert (total.cases, total.failed, total.ok) == (0, 0, False)


def test_the_worst_number_is_told() -> None:
    """By its share of its bound, not by its error; one that is no number is the worst of all."""
    got, right, bound = np.array([1.5, 2.25, 3.0]), numbers.ball([1, 2, 3]), np.array([10.0, 0.125, 1.0])
    row = held("ppo.ratio", "rows", got, right, bound)
    assert row == Row("ppo.ratio", "rows", 3, 0.25, 0.125, ok=False, expected=2.0, got=2.25)
    assert row.ratio == 2
    lost = held("ppo.ratio", "rows", np.array([1.5, np.nan, 3.0]), right, bound)
    assert not lost.ok
    assert np.isnan(lost.got)
    total = Total("ppo.ratio", "rows").with_row(row, "seed 3").with_row(lost, "seed 5")
    assert (total.failed, total.first) == (2, "seed 3: expected 2, got 2.25")


def test_a_rule_may_take_either_side_of_a_step() -> None:
    """Negative control: what lies on neither side is wrong."""
    sides = [arb(1), arb(2)]
    assert [held_by_any("ppo.adaptive_kl", "it", np.array(x), sides, 0.0).ok for x in (1.0, 2.0, 4.0)] == [
        True,
        True,
        False,
    ]


def test_a_limit_may_be_exceeded_by_rounding_alone() -> None:
    """Negative control: by no more."""
    rows = [at_most("policy.gaussian_kl", "it", arb(value), arb(1), 0.5) for value in (0.5, 1.25, 1.75)]
    assert [(row.error, row.ok) for row in rows] == [(0.0, True), (0.25, True), (0.75, False)]


def test_a_trial_of_which_nothing_is_known_is_not_accepted() -> None:
    """By the rule; whether the agent may have accepted it is another question, to which the answer is yes."""
    numbers_of = {"gains": [1.0, np.nan, 2.0], "divergences": [np.nan, 0.1, 0.2]}
    trials = Trials(*map(np.array, numbers_of.values()), gain_errors=np.full(3, 0.5), divergence_errors=np.zeros(3))
    settings = {"delta": 0.25, "backtrack": 0.5}
    assert theory.line_search(*trials.made(), **settings) == 0.25
    assert theory.line_search(*trials.moved(-1), **settings) == 0.25
    assert theory.line_search(*trials.moved(1), **settings) == 1

"""`rlproof verify` passes on the tree as it is, and fails, with a minimal counterexample, on a broken one."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import pytest

from rlproof import __version__
from rlproof.cli import main
from rlproof.impl import gae, ppo, trpo
from rlproof.spec import trpo_bounds
from rlproof.spec.registry import equation, equations
from rlproof.verify import device, run
from rlproof.verify.checks import Check, Effort
from rlproof.verify.evidence import Evidence, Outcome, Row


def verify(tmp_path: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """Run the command line in this process and read its evidence."""
    path = tmp_path / "evidence.json"
    code = main(["verify", "--jobs", "1", "--env", "none", "--examples", "8", "--evidence", str(path), *options])
    return code, json.loads(path.read_text(encoding="utf-8"))


def test_sound_equations_are_verified_and_the_evidence_has_its_fixed_form(tmp_path: Path) -> None:
    """Exit code zero, every field that scripts rely on, and counts that add up."""
    code, evidence = verify(tmp_path, "--equations", "td.error,gae.adv*", "--seed", "3")
    assert code == 0
    assert (evidence["rlproof"], evidence["seed"]) == (__version__, 3)
    assert evidence["device"] == device.name()
    assert [row["id"] for row in evidence["equations"]] == ["td.error", "gae.advantage"]
    for row in evidence["equations"]:
        assert {"id", "cases", "number_systems", "worst", "bound", "verdict"} <= set(row)
        assert (row["verdict"], row["number_systems"]) == ("verified", ["exact", "float64", "float32"])
        assert row["cases"] == sum(check["cases"] for check in row["checks"])
        assert 0 <= row["worst"] <= row["bound"]
    totals = evidence["totals"]
    assert totals["loaded"] == totals["run"] == sum(len(row["checks"]) for row in evidence["equations"])
    assert (totals["failed"], totals["skipped"]) == (0, 0)


def without_lambda(rewards: Any, values: Any, next_values: Any, terminated: Any, truncated: Any, **rest: Any) -> Any:
    """GAE that forgets lambda in its recursion."""
    return _GAE(rewards, values, next_values, terminated, truncated, gamma=rest["gamma"], gae_lambda=1.0)


def truncation_as_termination(
    rewards: Any, values: Any, next_values: Any, terminated: Any, truncated: Any, **rest: Any
) -> Any:
    """GAE that drops the bootstrap at a time limit."""
    return _GAE(rewards, values, next_values, terminated | truncated, truncated, **rest)


def clip_without_minimum(ratios: Any, advantages: Any, *, clip_epsilon: Any) -> Any:
    """A clipped objective that forgets the minimum."""
    return jnp.mean(jnp.clip(ratios, 1 - clip_epsilon, 1 + clip_epsilon) * advantages)


def clip_with_wrong_slope_at_the_edge(ratios: Any, advantages: Any, *, clip_epsilon: Any) -> Any:
    """The textbook form: right in value, but JAX splits the slope at ties where the function has one."""
    clipped = jnp.clip(ratios, 1 - clip_epsilon, 1 + clip_epsilon)
    return jnp.mean(jnp.minimum(ratios * advantages, clipped * advantages))


def surrogate_with_new_visits(mdp: Any, policy: Any, new_policy: Any) -> Any:
    """The surrogate with the new policy's visits: the exact return."""
    return trpo.performance_difference(mdp, policy, new_policy) + _SURROGATE(mdp, policy, policy)


_GAE, _SURROGATE = gae.advantage, trpo.surrogate
BROKEN = [
    (gae, "gae.advantage", without_lambda, {"length": 2}),
    (gae, "gae.advantage", truncation_as_termination, {"length": 1}),
    (ppo, "ppo.clip_objective", clip_without_minimum, {"length": 1}),
    (trpo, "trpo.surrogate", surrogate_with_new_visits, {}),
]


@pytest.mark.parametrize(
    ("module", "identifier", "broken", "size"),
    [BROKEN[0], *(pytest.param(*each, marks=pytest.mark.slow) for each in BROKEN[1:])],
    ids=lambda x: getattr(x, "__name__", None),
)
def test_a_broken_implementation_fails_with_a_minimal_counterexample(
    module: Any,
    identifier: str,
    broken: Callable[..., Any],
    size: dict[str, int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit code one, FAILED in the row, and the smallest case printed with a reproduction."""
    monkeypatch.setattr(module, equation(identifier).name, broken)
    code, evidence = verify(tmp_path, "--equations", identifier, "--quick", "--examples", "60")
    assert code == 1
    assert evidence["equations"][0]["verdict"] == "FAILED"
    assert evidence["totals"]["failed"] >= 1
    printed = capsys.readouterr().out
    assert "FAILED" in printed
    assert "differs from the theory on the smallest case found" in printed
    assert f"from rlproof.spec import {equation(identifier).topic}" in printed
    if "length" in size:
        shown = re.search(r"(?:rewards|ratios) = \[([^\]]*)\]", printed.partition("differs from the theory")[2])
        assert shown is not None
        assert len(shown.group(1).split(",")) == size["length"]
    else:
        assert re.search(r"discount=1/2", printed)


def test_a_wrong_gradient_fails_although_every_value_is_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The textbook form of the clipped objective has right values and, in JAX, a wrong slope at an edge of the band."""
    monkeypatch.setattr(ppo, "clip_objective", clip_with_wrong_slope_at_the_edge)
    code, evidence = verify(tmp_path, "--equations", "ppo.clip_objective", "--quick", "--examples", "200")
    failed = [check["check"] for check in evidence["equations"][0]["checks"] if check["counterexample"]]
    assert (code, failed) == (1, ["gradient in float64, oblong"])
    assert "expected a slope of" in capsys.readouterr().out


def test_a_wrong_constant_in_the_specification_breaks_its_laws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With 3 in the place of 4 in TRPO's bound the extremal instances refute it, exactly."""
    right = trpo_bounds.penalty_coefficient
    monkeypatch.setattr(trpo_bounds, "penalty_coefficient", lambda mdp, policy: right(mdp, policy) * 3 / 4)
    code, evidence = verify(tmp_path, "--equations", "trpo.tv_bound,trpo.kl_bound", "--quick")
    assert code == 1
    failed = {check["check"] for row in evidence["equations"] for check in row["checks"] if check["counterexample"]}
    assert {"law tv_bound_holds_on_extremal_instances", "law kl_bound_holds_on_the_random_walk"} <= failed


@pytest.mark.parametrize(
    ("options", "advice"),
    [
        (["--equations", "gae.advantge"], "no equation matches"),
        (["--env", "Hoper"], "Hopper-v5 random"),
        (["--examples", "0"], "ask for at least one example"),
    ],
)
def test_a_mistyped_option_is_answered_with_advice(
    options: list[str], advice: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code two, and a message that says what would be right."""
    assert main(["verify", *options]) == 2
    assert advice in capsys.readouterr().err


def test_an_error_inside_a_check_is_a_failure_and_not_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever a check raises is reported under its equation."""

    def crash() -> Outcome:
        raise RuntimeError("out of order")

    monkeypatch.setattr(run, "equation_checks", lambda *_: iter([Check("td.error: a check", crash)]))
    code, evidence = verify(tmp_path, "--equations", "td.error")
    assert (code, evidence["totals"]["failed"]) == (1, 1)
    assert "RuntimeError: out of order" in capsys.readouterr().out


def test_an_interruption_keeps_what_was_found_and_counts_the_rest_as_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 130, evidence written, nothing that was not run counts as passed."""
    first, *_ = (entry.id for entry in equations() if entry.topic == "td")
    real = run.run_unit

    def interrupted(plan: Any, unit: tuple[str, str]) -> list[Outcome]:
        if unit[1] != first:
            raise KeyboardInterrupt
        return real(plan, unit)

    monkeypatch.setattr(run, "run_unit", interrupted)
    code, evidence = verify(tmp_path, "--equations", "td.error,gae.advantage")
    assert code == 130
    assert evidence["totals"]["run"] > 0
    assert evidence["totals"]["skipped"] > 0
    assert [row["verdict"] for row in evidence["equations"]] == ["verified", "not run"]


def test_nothing_run_is_not_a_pass() -> None:
    """Evidence without outcomes, or with a check of no cases, does not pass."""
    empty = Evidence(0, {"td.error": Row("td.error")})
    assert not empty.passed
    vacuous = Evidence(0, {"td.error": Row("td.error", [Outcome("td.error", "law", "exact", cases=0)])}, loaded=1)
    assert not vacuous.passed


def test_the_efforts_differ_as_they_say() -> None:
    """The quick effort is smaller everywhere."""
    quick, default = Effort.quick(), Effort.default()
    assert quick.law_examples < default.law_examples
    assert set(quick.compiled) < set(default.compiled)

"""Every law holds: the search finds no input that breaks it."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

from rlproof.laws import laws
from rlproof.oracle.law import Law
from rlproof.oracle.reproduction import describe
from rlproof.oracle.search import BrokenError, own_seed, search, smallest
from rlproof.oracle.strategies import arguments
from rlproof.spec import trpo
from rlproof.spec.decision_process import MDP
from rlproof.spec.numbers import exact

LAWS = {law.id: law for law in laws()}
SEED = 0
HEADLINES = (
    "trpo.performance_difference:difference_identity_over_time",
    "trpo.performance_difference_by_visitation:difference_identity_over_states",
    "trpo.surrogate:surrogate_at_the_old_policy_is_eta",
    "trpo.surrogate:surrogate_matches_eta_to_first_order",
    "trpo.algorithm1:algorithm1_improves_monotonically",
)
"""The statements that TRPO rests on."""
AT_LEAST = 200
"""On so many different decision processes each of them is held."""


def held(law: Law, examples: int) -> list[dict[str, Any]]:
    """Search for an input that breaks the law, fail with the smallest one, return the inputs that it held on."""
    claims, inputs = 0, []

    def check(case: dict[str, Any]) -> None:
        nonlocal claims
        decision = law.check(**case)
        if decision.holds is not True:
            raise BrokenError("refuted" if decision.holds is False else "undecided")
        claims += decision.claims
        inputs.append(case)

    seed = own_seed(SEED, law.id)
    found = search(check, arguments(law.parameters), examples=examples if law.parameters else 1, seed=seed)
    if found.error is not None:
        found = smallest(check, law.parameters, examples=examples, seed=seed) or found
        pytest.fail(f"{law.id}: {law.statement}\n{describe(found.counterexample)}\n{found.error!r}", pytrace=False)
    assert claims > 0, f"{law.id} claimed nothing on {found.cases} inputs"
    return inputs


@pytest.mark.verified
@pytest.mark.parametrize("law", LAWS.values(), ids=lambda law: law.id)
def test_the_law_holds(law: Law) -> None:
    """No input breaks it, and it says something."""
    held(law, settings.default.max_examples)


@pytest.mark.parametrize(
    "name",
    # Half a minute: every case is an iteration to the optimal policy, in rationals.
    [pytest.param(name, marks=pytest.mark.slow if "algorithm1" in name else ()) for name in HEADLINES],
)
def test_the_headline_laws_hold_on_two_hundred_processes(name: str) -> None:
    """On at least 200 different exact processes, few of which are too small for it to matter."""
    law = LAWS[name]
    inputs = held(law, 5 * AT_LEAST // 2)  # half of the small processes are drawn twice
    assert len({describe({"mdp": case["mdp"]}) for case in inputs}) >= AT_LEAST
    if "new_policy" in law.parameters:
        moving = [case for case in inputs if trpo.performance_difference(**case) != 0]
        assert len(moving) >= len(inputs) // 4  # in some processes, and for some pairs of policies, nothing moves


@pytest.mark.parametrize("name", HEADLINES)
@pytest.mark.parametrize("seed", range(20))
def test_the_headline_laws_hold_on_larger_processes(name: str, seed: int) -> None:
    """On processes of six states and four actions, every number drawn at random."""
    law, case = LAWS[name], larger_case(seed)
    decision = law.check(**{key: case[key] for key in law.parameters})
    assert decision.holds is True, decision
    assert decision.claims > 0


def larger_case(seed: int, states: int = 6, actions: int = 4) -> dict[str, Any]:
    """Draw a process and two policies with full support, in rationals."""
    generator = np.random.default_rng(seed)

    def rows(*shape: int) -> Any:
        weights = generator.integers(1, 100, shape)
        return exact(weights) / exact(weights.sum(axis=-1, keepdims=True))

    reward = exact(generator.integers(-100, 101, (states, actions))) / 10
    discount = Fraction(int(generator.integers(0, 1000)), 1000)
    mdp = MDP(rows(states, actions, states), reward, rows(states), discount)
    return {"mdp": mdp, "policy": rows(states, actions), "new_policy": rows(states, actions)}

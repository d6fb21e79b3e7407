"""What bare arrays need not tell about a process: fields that an equation does not depend on."""

from typing import Any

import numpy as np
import pytest
from flint import fmpq

from rlproof.oracle.agreement import parameters
from rlproof.oracle.readings import tabular
from rlproof.oracle.search import search
from rlproof.oracle.strategies import Sizes, arguments
from rlproof.spec import numbers
from rlproof.spec.decision_process import MDP
from rlproof.spec.numbers import exact
from rlproof.spec.registry import equation

CASES = 12
SLOW = ("trpo.max_kl_step",)
"""Solved numerically: one case."""


def _other_initial(mdp: MDP) -> MDP:
    return mdp.replace(initial=exact((np.arange(mdp.number_of_states) == np.argmin(mdp.initial)).astype(int)))


def _other_reward(mdp: MDP) -> MDP:
    more = mdp.reward + exact(np.arange(mdp.reward.size)).reshape(mdp.reward.shape)
    return mdp.replace(reward=np.where(mdp.terminal[:, None], mdp.reward, more))


def _other_discount(mdp: MDP) -> MDP:
    return mdp.replace(discount=(mdp.discount + 1) / 3)


def _other_transition(mdp: MDP) -> MDP:
    turned = np.roll(mdp.transition, 1, axis=2)
    return mdp.replace(transition=np.where(mdp.terminal[:, None, None], mdp.transition, turned))


TABLES = (
    (tabular.WITHOUT_INITIAL, _other_initial),
    (tabular.WITHOUT_REWARD, _other_reward),
    (tabular.WITHOUT_DISCOUNT, _other_discount),
    (tabular.WITHOUT_TRANSITION, _other_transition),
)
INDEPENDENT = [(name, change) for names, change in TABLES for name in names]


def _result(identifier: str, case: dict[str, Any]) -> str:
    """The result in float64 as text: whoever does not read a field computes the same to the last digit."""
    floats = {
        name: value.to("float64") if isinstance(value, MDP) else numbers.float64(value) if _is_exact(value) else value
        for name, value in case.items()
    }
    result = equation(identifier).function(**floats)
    return str(list(result) if identifier == "trajectories.enumerate" else np.asarray(result).tolist())


def _is_exact(value: Any) -> bool:
    return isinstance(value, fmpq) or getattr(value, "dtype", np.dtype(int)).kind == "O"


def _cases(identifier: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    count = 1 if identifier in SLOW else CASES
    search(found.append, arguments(parameters(equation(identifier)), Sizes((2, 3), (2, 3))), examples=count, seed=1)
    return found


@pytest.mark.parametrize(("identifier", "change"), INDEPENDENT, ids=[f"{n}-{c.__name__}" for n, c in INDEPENDENT])
def test_an_equation_ignores_a_field(identifier: str, change: Any) -> None:
    """Changing what the table says is not needed changes nothing."""
    for case in _cases(identifier):
        assert _result(identifier, case) == _result(identifier, {**case, "mdp": change(case["mdp"])})

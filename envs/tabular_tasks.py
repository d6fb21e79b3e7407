"""Finite decision processes by their names."""

import difflib
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from ..spec.errors import ParameterError
from ..spec.mdp import MDP
from ..spec.numbers import Scalar
from .tabular import garnet, gridworld, random_walk
from .transition_tables import as_mdp

GYMNASIUM = (
    "FrozenLake-v1",
    "FrozenLake8x8-v1",
    "CliffWalking-v1",
    "CliffWalkingSlippery-v1",
    "Taxi-v4",
    "Blackjack-v1",
)
"""Gymnasium's environments, whose tables tell no discount."""

DISCOUNT = "99/100"
"""What they are discounted by, if nothing else is said."""

TASKS: dict[str, Callable[..., MDP]] = {
    **{name: partial(as_mdp, name, discount=DISCOUNT) for name in GYMNASIUM},
    "gridworld": gridworld,
    "random_walk": random_walk,
}
"""What makes each process. A Garnet has its sizes in its name instead."""

GARNET = re.compile(r"garnet-(\d+)-(\d+)-(\d+)-(\d+)")
NAMES = (*TASKS, "garnet-S-A-b-seed")
"""The names; of a Garnet the states, actions, successors of each pair, and seed are numbers: garnet-20-4-3-0."""


def tabular_task(name: str, *, discount: Scalar | None = None, system: str = "float64") -> MDP:
    """Return the decision process of that name; raise `ParameterError` if there is none.

    A registered time limit is not part of the process.

    Args:
        name: one of `NAMES`.
        discount: gamma; None for the task's own: 9/10 for Garnets and the gridworld, 1 for the random walk,
            99/100 for Gymnasium's environments.
        system: number system, "float64", "exact" or "ball".
    """
    options: dict[str, Any] = {"system": system} if discount is None else {"system": system, "discount": discount}
    if sizes := GARNET.fullmatch(name):
        return garnet(*map(int, sizes.groups()), **options)
    if name not in TASKS:
        close = difflib.get_close_matches(name, NAMES, n=1)
        raise ParameterError(
            "no finite decision process has this name",
            got=repr(name),
            expected=f"one of {', '.join(NAMES)}",
            cause=f"a slip of {close[0]!r}" if close else "a task of another kind, such as one of MuJoCo's",
            remedy="take a name from the list; S, A, b and seed are numbers, as in 'garnet-20-4-3-0'",
        )
    return TASKS[name](**options)

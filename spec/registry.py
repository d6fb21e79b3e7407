"""The list of equations, read from the functions themselves: nothing is written twice."""

import importlib
import inspect
import re
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from .errors import UnknownEquationError

TOPICS = (
    *("mdp", "value", "bellman", "dp"),
    *("policy", "divergence"),
    *("pg", "a2c", "npg", "dpg", "ddpg", "td3", "sac"),
    *("trpo", "cpi", "cpo", "mirror_descent", "acer", "vpg"),
    *("ppo", "tokens"),
    *("td", "gae", "mc", "vf"),
    *("importance_sampling", "vtrace", "retrace"),
    *("model", "dyna", "replay"),
    *("plan", "cem", "mcts", "imitation"),
    "lqr",
    "trajectories",
)
"""The topics, in the order in which they are shown; each is a module."""

PARTS = {
    "mdp": ("mdp_evaluation", "mdp_returns", "mdp_trajectories", "mdp_transforms"),
    "policy": (
        "policy_choice",
        "policy_softmax",
        "policy_gaussian",
        "policy_gaussian_gradients",
        "policy_full_gaussian",
    ),
    "divergence": ("divergence_rows", "divergence_bounds", "divergence_logits", "divergence_estimators"),
    "pg": ("pg_theorem", "pg_estimators"),
    "trpo": (
        "trpo_surrogate",
        "trpo_local",
        "trpo_bounds",
        "trpo_algorithm1",
        "trpo_average_kl",
        "trpo_vine",
        "trpo_natural_gradient",
    ),
    "ppo": (
        "ppo_surrogates",
        "ppo_variants",
        "ppo_approx_kl",
        "ppo_value",
        "ppo_normalisation",
        "ppo_scaling",
        "ppo_algorithm",
    ),
    "tokens": ("tokens_means", "tokens_masks", "tokens_advantages", "tokens_ratios", "tokens_objectives"),
    "td": ("td_returns", "td_lambda", "td_targets", "td_control", "td_batch"),
    "model": ("model_learning", "model_error"),
    "lqr": ("lqr_values", "lqr_gradients", "lqr_comparison", "lqr_optimal", "lqr_riccati"),
}
"""The modules of a topic that is too long for one; the topic's own module re-exports them."""
SECTIONS = ("Args", "Returns", "Conventions", "Gradient", "Laws", "Raises", "Source", "Since")
REFUSED = {"exact": "NumberSystemError in exact", "ball": "NumberSystemError for balls"}
"""How a docstring's Raises section says that an equation does not exist in a number system."""


class Equation(NamedTuple):
    """One equation: a public function of a topic module, with what its docstring says."""

    id: str
    topic: str
    name: str
    function: Callable[..., Any]
    summary: str
    math: str
    sections: dict[str, str]
    number_systems: tuple[str, ...]

    @property
    def undifferentiated(self) -> str | None:
        """Why its gradient is not compared, as its section Gradient says; None for most equations."""
        return self.sections.get("Gradient")


@cache
def equations() -> tuple[Equation, ...]:
    """List every equation, in the order of the topics and of the source."""
    found = []
    for topic in TOPICS:
        for part in PARTS.get(topic, (topic,)):
            module = importlib.import_module(f"{__package__}.{part}")
            for name, function in vars(module).items():
                if not name.startswith("_") and _is_equation(function, module.__name__):
                    found.append(_read(topic, name, function))
    return tuple(found)


def _is_equation(function: object, module: str) -> bool:
    """Whether this is a function defined in the module itself, with a formula."""
    own = inspect.isfunction(function) and function.__module__ == module
    return own and ".. math::" in (function.__doc__ or "")


def equation(identifier: str) -> Equation:
    """Find the equation with this id, such as ``trpo.surrogate``."""
    known = {entry.id: entry for entry in equations()}
    if identifier not in known:
        topic = identifier.split(".", maxsplit=1)[0]
        near = [name for name in known if name.startswith(topic + ".")] or sorted({e.topic for e in equations()})
        raise UnknownEquationError(
            f"no equation is called {identifier!r}",
            got=identifier,
            expected="one of: " + ", ".join(near),
            cause="a misspelt id, or a function that is not an equation",
            remedy="list them with `rlproof explain`",
        )
    return known[identifier]


def _read(topic: str, name: str, function: Callable[..., Any]) -> Equation:
    text = inspect.cleandoc(function.__doc__ or "")
    header, *rest = re.split(rf"^({'|'.join(SECTIONS)}):\n", text, flags=re.MULTILINE)
    sections = {title: inspect.cleandoc("\n" + body).strip() for title, body in zip(rest[::2], rest[1::2], strict=True)}
    summary, _, formula = header.partition(".. math::")
    raises = " ".join(sections.get("Raises", "").split())
    systems = tuple(name for name in ("float64", "exact", "ball") if REFUSED.get(name, "\0") not in raises)
    return Equation(
        f"{topic}.{name}", topic, name, function, summary.strip(), " ".join(formula.split()), sections, systems
    )

"""The registry lists every equation once, and each equation exists in exactly the number systems that it lists."""

import importlib
import inspect
import pkgutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
from flint import arb

import rlproof.spec
from rlproof.oracle import agreement
from rlproof.oracle.cases import each, to_float
from rlproof.oracle.law import to_ball
from rlproof.oracle.search import search
from rlproof.oracle.strategies import Sizes, arguments
from rlproof.spec import errors, mdp, numbers, registry
from rlproof.spec.registry import Equation, equation, equations
from rlproof.verify.candidates import spec_in_floats

SYSTEMS = ("float64", "exact", "ball")
OUTSIDE_TOPICS = {"krylov", "sparse", "sparse_equation", "sparse_process"}
"""Modules with formulas that are algorithms for large problems, not further equations of the theory."""

NEARBY = {"trpo.algorithm1", "trpo.max_kl_step", "trpo.algorithm1_gap"}
"""Equations whose exact values are feasible policies near the float ones: their laws say how near."""

SIZES = Sizes.fixed(states=2, actions=2, length=2, dimensions=2)


@cache
def small_case(identifier: str) -> dict[str, Any]:
    """A small exact input of an equation: the last of a few that are drawn, the first being all zeros."""
    names = agreement.parameters(equation(identifier))
    return search(lambda case: case, arguments(names, SIZES), examples=5, seed=0).notes[-1]


def evaluate(entry: Equation, system: str) -> Any:
    """The value of an equation on the small input; trajectories are listed."""
    case = small_case(entry.id)
    if system == "float64":
        return spec_in_floats(entry)(**each(to_float, case, "float64"))
    result = entry.function(**(each(to_ball, case) if system == "ball" else case))
    return list(result) if isinstance(result, Iterator) else result


def public_formulas(modules: Iterable[Any]) -> Counter[Callable[..., Any]]:
    """The public functions whose docstring states a formula, with the number of modules that define them."""
    return Counter(
        function
        for module in modules
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and not name.startswith("_")
        and function.__module__ == module.__name__
        and ".. math::" in (function.__doc__ or "")
    )


def modules_of_equations() -> list[Any]:
    """Every module of the specification except those that are known to hold none."""
    names = [module.name for module in pkgutil.iter_modules(rlproof.spec.__path__)]
    assert set(names) > OUTSIDE_TOPICS
    return [importlib.import_module(f"rlproof.spec.{name}") for name in names if name not in OUTSIDE_TOPICS]


def test_every_function_with_a_formula_is_registered_once() -> None:
    """Also those of modules that are no topics themselves, such as the parts of a long topic."""
    registered = Counter(entry.function for entry in equations())
    defined = public_formulas(modules_of_equations())
    assert registered == defined
    assert set(registered.values()) == {1}


def test_ids_are_unique_and_say_where_the_equation_is() -> None:
    """`topic.name` is an attribute of the module that the topic is called after."""
    ids = [entry.id for entry in equations()]
    assert len(set(ids)) == len(ids)
    for entry in equations():
        assert entry.id == f"{entry.topic}.{entry.name}"
        assert getattr(importlib.import_module(f"rlproof.spec.{entry.topic}"), entry.name) is entry.function


def test_equations_stand_in_the_order_of_topics() -> None:
    """Every topic has equations, and they are together."""
    topics = [entry.topic for entry in equations()]
    assert tuple(dict.fromkeys(topics)) == registry.TOPICS
    assert topics == sorted(topics, key=registry.TOPICS.index)


def test_helpers_without_a_formula_are_no_equations() -> None:
    """A public function of a topic that states no formula has no id."""
    assert mdp.resolvent_matrix.__doc__
    for identifier in ("mdp.resolvent_matrix", "mdp.MDP", "dp.tie_tolerance", "td._read", "numbers.solve"):
        with pytest.raises(errors.UnknownEquationError):
            equation(identifier)


@pytest.mark.parametrize("entry", equations(), ids=lambda entry: entry.id)
def test_an_equation_lists_at_least_the_floats(entry: Equation) -> None:
    """The list is not empty, in the fixed order, and names no other system."""
    assert entry.number_systems == tuple(system for system in SYSTEMS if system in entry.number_systems)
    assert entry.number_systems[0] == "float64"


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("entry", equations(), ids=lambda entry: entry.id)
def test_the_number_systems_listed_are_those_that_work(entry: Equation, system: str) -> None:
    """In a listed system the value is of that system, or integers; in another one the error says which to take."""
    if system not in entry.number_systems:
        with pytest.raises(errors.NumberSystemError) as caught:
            evaluate(entry, system)
        assert system in caught.value.got
        assert "float64" in caught.value.expected
        return
    result = evaluate(entry, system)
    if entry.topic == "trajectories":
        result = result[-1] if system == "float64" else [each.probability for each in result]
    array = np.asarray(result)
    assert array.size
    if array.dtype.kind != "i":  # a policy of actions is the same in all systems
        others = {
            "trpo.average_kl_gap": {"exact": "ball"},
            "tokens.response_mask": {"exact": "float64", "ball": "float64"},  # flags, of whole numbers
            "trpo.algorithm1_gap": {"exact": "ball"},  # an exact gap has logarithms, hence is a ball
            "policy.deterministic": {"exact": "float64", "ball": "float64"},  # zeros and ones, of no real argument
        }
        assert numbers.system_of(array) == others.get(entry.id, {}).get(system, system)


@pytest.mark.parametrize(
    "entry",
    [entry for entry in equations() if {"exact", "ball"} <= set(entry.number_systems) and entry.id not in NEARBY],
    ids=lambda entry: entry.id,
)
def test_balls_contain_the_exact_values(entry: Equation) -> None:
    """Every entry of the result in balls is an enclosure of the rational that it stands for."""
    exact, balls = (evaluate(entry, system) for system in ("exact", "ball"))
    if entry.topic == "trajectories":
        exact, balls = ([each.probability for each in result] for result in (exact, balls))
    pairs = list(zip(np.ravel(exact), np.ravel(balls), strict=True))
    assert pairs
    with numbers.precision(4096):  # a rational becomes a ball as well, a very small one
        assert all(arb(numbers.ball(ball).item()).contains(numbers.ball(value).item()) for value, ball in pairs)

"""The registry lists every equation once, and each equation exists in exactly the number systems that it lists."""

import importlib
import inspect
import pkgutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import pytest

import rlproof.spec
from rlproof.spec import errors, mdp, numbers, registry, td
from rlproof.spec.decision_process import MDP
from rlproof.spec.registry import Equation, equation, equations

from ._linear import small_case
from ._processes import fractions

SYSTEMS = ("float64", "exact", "ball")
OUTSIDE_TOPICS = {"krylov", "sparse", "sparse_equation", "sparse_process"}
"""Modules with formulas that are algorithms for large problems, not further equations of the theory."""

NEARBY = {"trpo.algorithm1", "trpo.max_kl_step", "trpo.algorithm1_gap"}
"""Equations whose exact values are feasible policies near the float ones: their laws say how near."""

HALVES, QUARTERS, NUMBERS = [["1/2", "1/2"]] * 2, [["1/4", "3/4"]] * 2, ["1/2", "-1/3"]
CASE: dict[str, Any] = {
    "mdp": fractions(),
    "policy": HALVES,
    "new_policy": QUARTERS,
    "sampling_policy": HALVES,
    "state_values": NUMBERS,
    "action_values": [NUMBERS, NUMBERS],
    **dict.fromkeys(("rewards", "values", "next_values", "ratios", "advantages", "divergences"), NUMBERS),
    **dict.fromkeys(("log_probs", "old_log_probs"), NUMBERS),
    **{name: [NUMBERS, NUMBERS] for name in ("actions", "mean", "log_std", "old_mean", "old_log_std")},
    **dict.fromkeys(("gamma", "gae_lambda", "clip_epsilon", "beta", "kl_target", "divergence", "delta"), "1/8"),
    "terminated": np.array([False, True]),
    "truncated": np.array([True, False]),
    "horizon": 2,
    "sweeps": 2,
    **small_case(),
}
"""One small exact input for every parameter that an equation has."""


def converted(data: Any, system: str) -> Any:
    """The input in a number system; flags and counts are in none, a scalar parameter is read by the equation."""
    if isinstance(data, MDP):
        return data.to(system)
    if isinstance(data, tuple):  # a record, such as a linear system
        return type(data)(*(numbers.convert(field, system)[()] for field in data))
    return numbers.convert(data, system) if isinstance(data, list) else data


def evaluate(entry: Equation, system: str) -> Any:
    """The value of an equation on the small input; trajectories are listed."""
    names = inspect.signature(entry.function).parameters
    case = {name: converted(CASE[name], system) for name in names}
    if entry.id == "ppo.adaptive_kl":
        case["divergence"] = numbers.convert(case["divergence"], system)[()]
    result = entry.function(**case)
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
        result = [each.probability for each in result]
    array = np.asarray(result)
    assert array.size
    if array.dtype.kind != "i":  # a policy of actions is the same in all systems
        certified = {"trpo.algorithm1_gap": {"exact": "ball"}}  # an exact gap has logarithms, hence is a ball
        assert numbers.system_of(array) == certified.get(entry.id, {}).get(system, system)


@pytest.mark.parametrize(
    "entry",
    [each for each in equations() if len(each.number_systems) > 1 and each.id not in NEARBY],
    ids=lambda entry: entry.id,
)
def test_number_systems_agree_on_a_small_case(entry: Equation) -> None:
    """Midpoints of balls, rounded rationals and floats are within 10^4 roundings of numbers below 10^4.

    The case is of condition number 1/(1-gamma) = 10, and its largest numbers are C = 4 eps gamma/(1-gamma)^2.
    """
    results = [evaluate(entry, system) for system in entry.number_systems]
    if entry.topic == "trajectories":
        results = [[each.probability for each in result] for result in results]
    first, *others = (numbers.float64(result) for result in results)
    for other in others:
        assert abs(first - other).max() <= 1e4 * np.finfo(float).eps * 1e4


def test_a_planted_equation_that_lists_too_much_is_found() -> None:
    """Negative control: an equation with a logarithm that lists exact fails the test above."""
    planted = equation("ppo.ratio")._replace(number_systems=SYSTEMS)
    with pytest.raises(errors.NumberSystemError):
        test_the_number_systems_listed_are_those_that_work(planted, "exact")


def test_a_planted_equation_that_lists_too_little_is_found() -> None:
    """Negative control: an equation that works in exact and does not list it fails the test above."""
    planted = equation("td.error")._replace(function=td.error, number_systems=("float64",))
    with pytest.raises(pytest.fail.Exception):
        test_the_number_systems_listed_are_those_that_work(planted, "exact")

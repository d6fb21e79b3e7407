"""Counterexamples as text that can be copied, pasted and run."""

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..spec.decision_process import MDP
from ..spec.registry import Equation
from .cases import is_record


def reproduction(equation: Equation, case: Mapping[str, Any], dtype: str | None = None) -> str:
    """Python source that evaluates the spec on a case: exactly, or on floats of this dtype."""
    topic = equation.topic if equation.topic not in case else f"spec_{equation.topic}"  # mdp is also an argument
    renamed = "" if topic == equation.topic else f" as {topic}"
    lines = ["import numpy as np", f"from rlproof.spec import {equation.topic}{renamed}"]
    if any(isinstance(value, MDP) for value in case.values()):
        lines.append("from rlproof.spec.mdp import MDP")
    records = {type(value) for value in case.values() if is_record(value)}
    lines += [f"from rlproof.{kind.__module__.partition('rlproof.')[2]} import {kind.__name__}" for kind in records]
    if dtype is None:
        lines.insert(1, "from rlproof.spec.numbers import exact")
    lines += [f"{name} = {_source(value, dtype)}" for name, value in case.items()]
    keyword = ", ".join(f"{name}={name}" for name in case)
    every = "*" if inspect.isgeneratorfunction(equation.function) else ""
    lines.append(f"print({every}{topic}.{equation.name}({keyword}))")
    return "\n".join(lines)


def describe(case: Mapping[str, Any]) -> str:
    """One line per argument, in whole numbers and fractions."""
    return "\n".join(f"{name} = {_plain(value)}" for name, value in case.items())


def _plain(value: Any) -> str:
    if isinstance(value, MDP):
        fields = {"transition": value.transition, "reward": value.reward, "initial": value.initial}
        inner = ", ".join(f"{name}={_plain(field)}" for name, field in fields.items())
        terminal = f", terminal={value.terminal.tolist()}" if value.terminal.any() else ""
        return f"MDP({inner}, discount={value.discount}{terminal})"
    if is_record(value):
        return f"{type(value).__name__}({', '.join(f'{n}={_plain(f)}' for n, f in value._asdict().items())})"
    if isinstance(value, np.ndarray):
        return _nested(value, str)
    return str(value)


def _source(value: Any, dtype: str | None) -> str:
    if isinstance(value, MDP):
        number = _fraction if dtype is None else _decimal
        inner = ", ".join(
            f"{name}={'' if dtype is None else 'np.array('}{_nested(field, number)}{'' if dtype is None else ')'}"
            for name, field in (("transition", value.transition), ("reward", value.reward), ("initial", value.initial))
        )
        return f"MDP({inner}, discount={_source(value.discount, dtype)}, terminal={value.terminal.tolist()})"
    if is_record(value):
        inner = ", ".join(f"{name}={_source(field, dtype)}" for name, field in value._asdict().items())
        return f"{type(value).__name__}({inner})"
    if isinstance(value, np.ndarray) and value.dtype.kind in "biu":
        return f"np.array({value.tolist()})"
    if isinstance(value, np.ndarray):
        wrapped = _nested(value, _fraction if dtype is None else _decimal)
        return f"exact({wrapped})" if dtype is None else f"np.array({wrapped}, dtype='{dtype}')"
    if isinstance(value, (bool, int)):
        return repr(value)
    return _fraction(value) if dtype is None else repr(float(np.dtype(dtype).type(float(_decimal(value)))))


def _nested(array: np.ndarray, number: Any) -> str:
    if array.ndim == 0:
        return number(array.item())
    return "[" + ", ".join(_nested(np.asarray(part, dtype=array.dtype), number) for part in array) + "]"


def _fraction(value: Any) -> str:
    text = str(value)
    return f"'{text}'" if "/" in text else text


def _decimal(value: Any) -> str:
    return repr(int(value.p) / int(value.q)) if hasattr(value, "p") else repr(float(value))

"""A counterexample as code that can be copied, pasted and run."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..spec import numbers
from .cases import FloatMDP
from .trial import Finding, Trial
from .verdict import Counterexample


def counterexample(trial: Trial, arguments: Mapping[str, Any], found: Finding) -> Counterexample:
    """Write down arguments, by word, for which the function is wrong."""
    passed = trial.layout.turn(arguments)
    inputs = {name: passed[word] for name, word in trial.candidate.words.items()} | dict(trial.candidate.bound)
    return Counterexample(inputs, found.expected, found.got, found.message, _source(trial, inputs, found))


def _source(trial: Trial, inputs: Mapping[str, Any], found: Finding) -> str:
    function, library = trial.candidate.function, trial.candidate.kind.library
    module = getattr(function, "__module__", None) or "your_module"
    name = trial.candidate.name
    lines = ["import numpy as np"]
    lines += {"torch": ["import torch"], "jax": ["import jax.numpy as jnp"]}.get(library, [])
    lines += [f"from {module} import {name}", ""]
    lines += [f"{parameter} = {_literal(value, library)}" for parameter, value in inputs.items()]
    lines.append(f"got = {name}({', '.join(f'{parameter}={parameter}' for parameter in inputs)})")
    if found.expected is not None:
        lines += [f"expected = {_literal(np.asarray(found.expected), 'numpy')}", "print(got, expected)"]
    return "\n".join(lines)


def _literal(value: Any, library: str) -> str:
    if isinstance(value, FloatMDP):
        parts = {name: getattr(value, name) for name in ("transition", "reward", "initial", "discount", "terminal")}
        return f"MDP({', '.join(f'{name}={_literal(part, library)}' for name, part in parts.items())})"
    if isinstance(value, np.ndarray) and value.ndim:
        text = _number(numbers.float64(value).tolist() if value.dtype.kind == "f" else value.tolist())
        dtype = str(value.dtype)
        return {
            "torch": f"torch.tensor({text}, dtype=torch.{dtype})",
            "jax": f"jnp.array({text}, dtype='{dtype}')",
            "list": text,
        }.get(library, f"np.array({text}, dtype='{dtype}')")
    return _number(value.item() if isinstance(value, (np.ndarray, np.generic)) else value)


def _number(value: Any) -> str:
    """Numbers and nested lists of them as code: `inf` and `nan` are names of NumPy."""
    return re.sub(r"\b(inf|nan)\b", r"np.\1", repr(value))

"""The functions that are held against the spec's exact values: its own float64 path, and `impl`."""

import importlib
from typing import Any

import numpy as np

from ..oracle.agreement import Candidate
from ..oracle.cases import FloatMDP
from ..spec.decision_process import MDP
from ..spec.registry import Equation


def spec_in_floats(equation: Equation) -> Candidate:
    """The spec itself, on float64 arrays."""

    def run(**inputs: Any) -> Any:
        result = equation.function(**{name: _spec_argument(value) for name, value in inputs.items()})
        return _columns(result) if equation.id == "trajectories.enumerate" else result

    return run


def implementation(equation: Equation) -> Candidate:
    """The jitted function of the same name, looked up when it is called."""
    module = importlib.import_module(f"rlproof.impl.{equation.topic}")

    def run(**inputs: Any) -> Any:
        result = getattr(module, equation.name)(**{name: impl_argument(value) for name, value in inputs.items()})
        return tuple(map(np.asarray, result)) if isinstance(result, tuple) else np.asarray(result)

    return run


def impl_argument(value: Any) -> Any:
    """Turn the bare fields of a decision process into the implementation's own type."""
    import jax.numpy as jnp

    from ..impl.decision_process import MDP as ImplMDP

    if not isinstance(value, FloatMDP):
        return value
    fields = (value.transition, value.reward, value.initial, value.discount)
    terminal = value.terminal if value.terminal is not None else np.zeros(len(value.initial), dtype=bool)
    return ImplMDP(*map(jnp.asarray, fields), jnp.asarray(terminal))


def _spec_argument(value: Any) -> Any:
    if isinstance(value, FloatMDP):
        return MDP(value.transition, value.reward, value.initial, float(value.discount), value.terminal)
    return value


def _columns(trajectories: Any) -> tuple[Any, ...]:
    rows = list(trajectories)
    names = ("states", "actions", "rewards", "probability")
    return tuple([getattr(row, name) for row in rows] for name in names)

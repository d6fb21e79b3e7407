"""The functions that are held against the spec's exact values: its own float64 path, and `impl`."""

import importlib
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..oracle.agreement import Candidate
from ..oracle.cases import FloatMDP, fields
from ..oracle.gradients import Derivative
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


def implementation_derivative(equation: Equation) -> Derivative:
    """The implementation's own gradient, in reverse mode, along a direction: w . (J d)."""
    import jax
    import jax.numpy as jnp

    module = importlib.import_module(f"rlproof.impl.{equation.topic}")

    def objective(varying: dict[str, Any], fixed: dict[str, Any], weights: Any) -> Any:
        arguments = {name: _assemble(value) for name, value in {**fixed, **varying}.items()}
        return jnp.sum(weights * getattr(module, equation.name)(**arguments))

    gradients: dict[tuple[Any, ...], Any] = {}

    def run(inputs: Mapping[str, Any], direction: Mapping[str, Any], weights: np.ndarray) -> float:
        counts = {name: value for name, value in inputs.items() if isinstance(value, int)}
        fixed = {name: value for name, value in inputs.items() if name not in direction and name not in counts}
        varying = {name: _leaves(inputs[name]) for name in direction}
        key = tuple(counts.items())
        if key not in gradients:
            gradients[key] = jax.jit(jax.grad(lambda v, f, w: objective(v, {**f, **counts}, w)))
        gradient = gradients[key](varying, fixed, weights)
        pairs = zip(
            *(jax.tree.leaves(tree) for tree in (gradient, {n: _leaves(d) for n, d in direction.items()})), strict=True
        )
        # Components in which the point does not move play no part, even where the slope is infinite (p log p at 0).
        return math.fsum(math.fsum(g[d != 0].astype(float) * d[d != 0].astype(float)) for g, d in map(_arrays, pairs))

    return run


def _arrays(pair: tuple[Any, Any]) -> tuple[np.ndarray, np.ndarray]:
    return np.atleast_1d(pair[0]), np.atleast_1d(pair[1])


def _leaves(value: Any) -> Any:
    """The differentiable fields of a decision process, as a plain dictionary."""
    return fields(value, lambda field: field) if isinstance(value, FloatMDP) else value


def _assemble(value: Any) -> Any:
    """Rebuild the implementation's decision process from its fields."""
    import jax.numpy as jnp

    from ..impl.decision_process import MDP as ImplMDP

    if not isinstance(value, dict):
        return value
    return ImplMDP(**value, terminal=jnp.zeros(value["initial"].shape, dtype=bool))


def impl_argument(value: Any) -> Any:
    """Turn the bare fields of a decision process into the implementation's own type."""
    import jax.numpy as jnp

    from ..impl.decision_process import MDP as ImplMDP

    if not isinstance(value, FloatMDP):
        return value
    terminal = value.terminal if value.terminal is not None else np.zeros(len(value.initial), dtype=bool)
    return ImplMDP(**fields(value, jnp.asarray), terminal=jnp.asarray(terminal))


def _spec_argument(value: Any) -> Any:
    if isinstance(value, FloatMDP):
        return MDP(value.transition, value.reward, value.initial, float(value.discount), value.terminal)
    return value


def _columns(trajectories: Any) -> tuple[Any, ...]:
    rows = list(trajectories)
    names = ("states", "actions", "rewards", "probability")
    return tuple([getattr(row, name) for row in rows] for name in names)

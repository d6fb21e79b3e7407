"""Gradients by the differentiation that a function's own library has."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .arrays import imported, to_numpy
from .candidate import Candidate, parts

DIFFERENTIATING = ("torch", "jax")
"""The libraries whose functions have gradients."""


def gradients(
    candidate: Candidate, inputs: Mapping[str, Any], parameters: Sequence[str], weights: Sequence[np.ndarray]
) -> dict[str, np.ndarray]:
    """The gradient of the weighted sum of all results in each of these parameters; zero where nothing flows."""
    return {"torch": _by_torch, "jax": _by_jax}[candidate.kind.library](candidate, inputs, parameters, weights)


def _by_torch(
    candidate: Candidate, inputs: Mapping[str, Any], parameters: Sequence[str], weights: Sequence[np.ndarray]
) -> dict[str, np.ndarray]:
    torch = imported("torch")
    with torch.enable_grad():
        leaves = {name: inputs[name].clone().requires_grad_() for name in parameters}
        results = parts(candidate.apply({**inputs, **leaves}))[1]
        pairs = zip(results, weights, strict=True)
        total = sum((part * torch.as_tensor(weight, dtype=part.dtype)).sum() for part, weight in pairs)
        if not getattr(total, "requires_grad", False):
            return {name: np.zeros(tuple(leaf.shape)) for name, leaf in leaves.items()}
        found = torch.autograd.grad(total, list(leaves.values()), allow_unused=True)
    shapes = {name: tuple(leaf.shape) for name, leaf in leaves.items()}
    pairs = zip(parameters, found, strict=True)
    return {name: np.zeros(shapes[name]) if part is None else to_numpy(part) for name, part in pairs}


def _by_jax(
    candidate: Candidate, inputs: Mapping[str, Any], parameters: Sequence[str], weights: Sequence[np.ndarray]
) -> dict[str, np.ndarray]:
    def total(leaves: Mapping[str, Any]) -> Any:
        results = parts(candidate.apply({**inputs, **leaves}))[1]
        return sum((part * w).sum() for part, w in zip(results, weights, strict=True))

    found = imported("jax").grad(total)({name: inputs[name] for name in parameters})
    return {name: to_numpy(found[name]) for name in parameters}

"""Contracts of steps within a trust region."""

from typing import Any

import numpy as np

from ...spec import numbers, trpo
from ..contract import Extra
from ..reading import Facts

MOVED = ("parameters", "full_step")


def _moved(facts: Facts, share: Any) -> Any:
    """The parameters after the search: where nothing is accepted, the old ones."""
    return facts["parameters"] + share * facts["full_step"]


def _accepted(_: Facts, share: Any) -> Any:
    return np.asarray(bool(np.all(numbers.is_nonzero(share))))


def _trial(facts: Facts, share: Any) -> int:
    gains, gaps = facts["surrogate_gains"], facts["divergences"]
    fits = numbers.is_positive(gains) & ~numbers.is_positive(gaps - facts["delta"])
    return int(fits.argmax()) if bool(_accepted(facts, share)) else -1


def _trials_made(facts: Facts, share: Any) -> int:
    found = _trial(facts, share)
    return len(facts["surrogate_gains"]) if found < 0 else found


def _scale(facts: Facts, _: Any) -> Any:
    """The factor of the natural direction; zero where there is none."""
    gradient = facts["gradient"]
    curvature = gradient @ numbers.solve(facts["fisher_matrix"], gradient)
    known = numbers.is_nonzero(curvature)
    return numbers.sqrt(numbers.where(known, 2 * facts["delta"], 0) / numbers.where(known, curvature, 1))


def _no_gradient(facts: Facts) -> bool:
    return not np.any(numbers.is_nonzero(facts["gradient"]))


def _is_solved_early(facts: Facts) -> bool:
    """Whether the residual is zero before the last iteration."""
    matrix, gradient, count = facts["fisher_matrix"], facts["gradient"], int(facts["iterations"])
    if count == 0:
        return False
    before = trpo.conjugate_gradient(matrix, gradient, iterations=count - 1)
    return not np.any(numbers.is_nonzero(matrix @ before - gradient))


def _with_threshold(facts: Facts) -> dict[str, Any]:
    """Conjugate gradients that stop at a squared residual of 1e-10."""
    matrix, gradient, tiny = facts["fisher_matrix"], facts["gradient"], numbers.rational("1/10000000000")
    solution = 0 * gradient
    for count in range(int(facts["iterations"]) + 1):
        solution = trpo.conjugate_gradient(matrix, gradient, iterations=count)
        residual = matrix @ solution - gradient
        if not numbers.is_positive(residual @ residual - tiny):
            break
    return {"conjugate_gradient": solution}


CONTRACTS = {
    "trpo.line_search": Extra(
        {
            "new_parameters": _moved,
            "step": lambda facts, share: share * facts["full_step"],
            "accepted": _accepted,
            "trial": _trial,
            "trials_made": _trials_made,
        },
        (
            *(("new_parameters",), ("new_parameters", "accepted"), ("accepted", "new_parameters")),
            *(("step",), ("accepted",), ("trial",), ("trials_made",)),
            *(("line_search", "accepted"), ("accepted", "line_search")),
            *(("new_parameters", "line_search"), ("line_search", "new_parameters")),
        ),
        requires={"new_parameters": MOVED, "step": ("full_step",)},
    ),
    "trpo.natural_gradient_step": Extra(
        {"scale": _scale}, (("scale",), ("natural_gradient_step", "scale")), undefined=_no_gradient
    ),
    "trpo.fisher_vector_product": Extra(shapes={"one list": lambda _, product: product.reshape(-1)}),
    "trpo.conjugate_gradient": Extra(undefined=_is_solved_early, accepts=(_with_threshold,)),
    **{name: Extra(examples=100) for name in ("trpo.algorithm1", "trpo.algorithm1_gap")},
}

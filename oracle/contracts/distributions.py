"""Contracts of policies as distributions: what is returned with a log-probability, columns, sizes that overflow."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ...spec import policy
from ...spec.numbers import boxed, concatenate, exp, is_nonzero, largest, log, where
from ..contract import Extra, Extreme, Outputs
from ..reading import Facts

SHIFT = 1024
"""Beyond the logarithm of the largest double."""


def column(_facts: Facts, result: Any) -> Any:
    """The result with its last axis kept."""
    return (result if hasattr(result, "number_system") else boxed(result))[..., None]


COLUMN = {"column": column}


def tanh(unsquashed: Any) -> Any:
    """The hyperbolic tangent."""
    return 1 - 2 / (exp(2 * unsquashed) + 1)


def _textbook(facts: Facts) -> Outputs:
    """The density as Haarnoja et al. (2018) write it, which loses digits where 1 - tanh^2 is small."""
    squashed = tanh(facts["unsquashed"])
    density = policy.gaussian_log_prob(facts["unsquashed"], facts["mean"], facts["log_std"])
    found = density - log(1 - squashed * squashed).sum(axis=-1)
    return {"squashed_gaussian_log_prob": found, "action": squashed}


def _normaliser_less_mean(facts: Facts) -> Outputs:
    """The entropy as the logarithm of the normaliser less the mean logit, which loses digits where logits are large."""
    logits = facts["logits"]
    probabilities = policy.softmax(logits)
    at_most = largest(logits, axis=-1)
    normaliser = log(exp(logits - at_most[..., None]).sum(axis=-1)) + at_most
    return {"entropy": normaliser - (probabilities * where(is_nonzero(probabilities), logits, 0)).sum(axis=-1)}


def _ratio_of_logarithms(facts: Facts) -> Outputs:
    """The ratio as the exponential of a difference, or with a reciprocal: more roundings than one quotient has."""
    target, behaviour = facts["target_probabilities"], facts["behaviour_probabilities"]
    acts = is_nonzero(target)
    logarithms = log(where(acts, target, 1)) - log(where(acts, behaviour, 1))
    return {"ratio": where(acts, exp(logarithms), 0)}


def _part(index: int) -> Callable[[Facts, Any], Any]:
    return lambda _, result: result[index]


def _side_by_side(_facts: Facts, result: Any) -> Any:
    """Both parts in one row: [2, ..., k] to [..., 2 k]."""
    return concatenate([result[0].T, result[1].T]).T


def _matrix(facts: Facts, result: Any) -> Any:
    """The diagonal as a matrix, for each state."""
    diagonal = _side_by_side(facts, result)
    return diagonal[..., None] * np.eye(diagonal.shape[-1], dtype=int)


def shifted(*words: str) -> Extreme:
    """Logits so large that their exponentials overflow."""
    return Extreme(
        "overflows_for_large_logits",
        "it exponentiates large logits without subtracting the largest",
        frozenset(words),
        lambda drawn: {word: drawn[word] + SHIFT for word in words},
    )


def _saturated(drawn: Facts) -> Facts:
    return {"unsquashed": 8 * drawn["unsquashed"] + 1}


TWO_PARTS = {"of_mean": _part(0), "of_log_std": _part(1)}
PARTS = (("of_mean", "of_log_std"), ("of_mean",))
LARGE = (shifted("logits"),)

CONTRACTS = {
    "policy.softmax": Extra(extremes=LARGE),
    "policy.log_softmax": Extra(extremes=LARGE),
    "policy.fisher": Extra(extremes=LARGE),
    "policy.score": Extra(extremes=LARGE),
    "policy.entropy": Extra(shapes=COLUMN, extremes=LARGE, accepts=(_normaliser_less_mean,)),
    "policy.log_prob": Extra(
        {"entropy": lambda facts, _: policy.entropy(facts["logits"])},
        (("log_prob", "entropy"), ("entropy", "log_prob")),
        shapes=COLUMN, extremes=LARGE,
    ),
    "policy.gaussian_log_prob": Extra(
        {
            "entropy": lambda facts, _: policy.gaussian_entropy(facts["log_std"]),
            "states_entropy": lambda facts, _: policy.gaussian_entropy(facts["log_std"] + 0 * facts["mean"]),
        },
        (("gaussian_log_prob", "entropy"), ("gaussian_log_prob", "states_entropy")),
        shapes=COLUMN,
    ),
    "policy.gaussian_kl": Extra(shapes=COLUMN),
    "policy.gaussian_entropy": Extra(shapes=COLUMN),
    "policy.squashed_gaussian_log_prob": Extra(
        {"action": lambda facts, _: tanh(facts["unsquashed"])},
        (("squashed_gaussian_log_prob", "action"), ("action", "squashed_gaussian_log_prob")),
        shapes=COLUMN, accepts=(_textbook,),
        extremes=(
            Extreme(
                "infinite_where_saturated", "log(1 - tanh^2) is minus infinity where tanh is rounded to one",
                frozenset({"unsquashed"}), _saturated,
            ),
        ),
    ),
    "policy.gaussian_score": Extra({**TWO_PARTS, "joined": _side_by_side}, (*PARTS, ("joined",))),
    "policy.pathwise_gradient": Extra({**TWO_PARTS, "joined": _side_by_side}, (*PARTS, ("joined",))),
    "policy.gaussian_fisher": Extra(
        {**TWO_PARTS, "joined": _side_by_side, "matrix": _matrix}, (*PARTS, ("joined",), ("matrix",))
    ),
    "policy.full_gaussian_log_prob": Extra(shapes=COLUMN),
    "policy.full_gaussian_kl": Extra(shapes=COLUMN),
    "policy.full_gaussian_entropy": Extra(shapes=COLUMN),
    "importance_sampling.ratio": Extra(accepts=(_ratio_of_logarithms,)),
}  # fmt: skip

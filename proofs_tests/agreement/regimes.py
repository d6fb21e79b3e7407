"""Hard inputs of every length: rewards from 1e-6 to 1e6, saturated softmaxes, tiny standard deviations."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from rlproof.oracle import agreement
from rlproof.spec.registry import Equation

LENGTHS = (1, 2, 5, 2048)
DISCOUNTS = (0.0, 0.9, 0.999)
CHOICES, DIMENSIONS = 4, 3

Generator = np.random.Generator


def _mixed(generator: Generator, length: int) -> Any:
    """Numbers of both signs whose magnitudes spread evenly over twelve powers of ten."""
    return generator.choice([-1.0, 1.0], length) * 10.0 ** generator.uniform(-6, 6, length)


def _logits(generator: Generator, length: int) -> Any:
    """Rows from nearly uniform to so saturated that all but one probability underflow."""
    scale = generator.choice([1e-6, 1.0, 30.0, 1000.0], (length, 1))
    return scale * generator.standard_normal((length, CHOICES))


def _nearby_logits(generator: Generator, length: int) -> Any:
    return _logits(generator, length) + 1e-3 * generator.standard_normal((length, CHOICES))


def _per_dimension(low: float, high: float) -> Callable[[Generator, int], Any]:
    return lambda generator, length: generator.uniform(low, high, (length, DIMENSIONS))


def _flags(generator: Generator, length: int) -> Any:
    return generator.random(length) < 0.1


def _probabilities(generator: Generator, length: int) -> Any:
    """Rows of dyadic probabilities, from certain to even."""
    return generator.permuted(
        np.array([[1, 0, 0, 0], [0.5, 0.5, 0, 0], [0.25] * 4])[generator.integers(0, 3, length)], axis=1
    )


def _per_choice(draw: Callable[[Generator, int], Any]) -> Callable[[Generator, int], Any]:
    return lambda generator, length: draw(generator, length * CHOICES).reshape(length, CHOICES)


def _token_mask(generator: Generator, length: int) -> Any:
    """Prompts of different lengths are padded: each sequence has a first token, and some all."""
    return np.arange(CHOICES) < generator.integers(1, CHOICES + 1, (length, 1))


def _mask(generator: Generator, length: int) -> Any:
    return (generator.random(length) < 0.8) | (np.arange(length) == 0)


PER_STEP: Mapping[str, Callable[[Generator, int], Any]] = {
    **dict.fromkeys(("rewards", "values", "next_values", "advantages", "returns", "old_values"), _mixed),
    **dict.fromkeys(("terminated", "truncated"), _flags),
    **dict.fromkeys(("mask", "valid"), _mask),
    **dict.fromkeys(("log_probs", "old_log_probs"), lambda g, n: g.uniform(-8, 0, n)),
    "ratios": lambda g, n: np.exp(g.standard_normal(n)),
    "divergences": lambda g, n: 10.0 ** g.uniform(-9, 1, n),
    **dict.fromkeys(("logits", "old_logits"), _logits),
    **dict.fromkeys(("q_values", "next_q_values", "other_next_q_values"), _per_choice(_mixed)),
    **dict.fromkeys(("probabilities", "next_policy"), _probabilities),
    "entropies": lambda g, n: g.uniform(0, 2, n),
    "sequence_rewards": _mixed,
    "sequence_advantages": _mixed,
    **dict.fromkeys(("token_terms", "token_advantages", "group_rewards"), _per_choice(_mixed)),
    **dict.fromkeys(
        ("token_log_probs", "old_token_log_probs", "reference_token_log_probs"),
        _per_choice(lambda g, n: g.uniform(-3, 0, n)),
    ),
    "token_mask": _token_mask,
    "discounts": lambda g, n: g.choice([0.0, 0.9, 0.999], n),
    **dict.fromkeys(("mean", "old_mean", "unsquashed", "noise"), _per_dimension(-2, 2)),
    **dict.fromkeys(("log_std", "old_log_std"), _per_dimension(-12, 2)),
}
SCALARS = {
    "trace_decay": 0.9,
    **dict.fromkeys(("rho_bar", "c_bar"), 1.0),
    "dual_clip": 3.0,
    "clip_low": 0.2,
    "clip_high": 0.28,
    "norm_epsilon": 1e-8,
    "ddof": 0,
    "loss_limit": 1e6,
    "max_tokens": 8,
    "value_coefficient": 0.5,
    "entropy_coefficient": 0.01,
    "gae_lambda": 0.95,
    "clip_epsilon": 0.2,
    "beta": 1.0,
    "n": 3,
    "tau": 0.005,
    "step_size": 0.1,
    "kl_target": 0.01,
}
DISCRETE = {"logits", "old_logits", "q_values"}


def case(equation: Equation, length: int, gamma: float, dtype: str, seed: int) -> dict[str, Any]:
    """A float input of this length for an equation of the words above."""
    generator = np.random.default_rng([seed, length])
    names = agreement.parameters(equation)
    built: dict[str, Any] = {}
    for name in names:
        if name in PER_STEP:
            drawn = PER_STEP[name](generator, length)
            built[name] = drawn if drawn.dtype == bool else drawn.astype(dtype)
        elif name == "actions" and DISCRETE & set(names):
            built[name] = generator.integers(0, CHOICES, length)
        elif name == "actions":
            built[name] = _per_dimension(-2, 2)(generator, length).astype(dtype)
        else:
            value = gamma if name == "gamma" else SCALARS[name]
            built[name] = value if isinstance(value, int) else np.dtype(dtype).type(value)
    return built


def is_covered(equation: Equation) -> bool:
    """Whether the equation speaks of one trajectory in the words above."""
    names = set(agreement.parameters(equation))
    return bool(names & set(PER_STEP)) and names <= {*PER_STEP, *SCALARS, "gamma", "actions"}

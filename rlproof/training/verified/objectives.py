"""What each agent maximises: an equation of `impl` with the agent's settings, and maybe the mean entropy."""

import importlib
import inspect
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import jax
import numpy as np

from ...impl import ppo
from ...impl.agents.policies import Distribution
from ...spec.registry import equation as equation_of
from .row import Row, check
from .sample import Sample


class Objective(NamedTuple):
    """What an agent maximises.

    Attributes:
        equation: its id.
        settings: what the equation is told besides arrays.
        entropy_coefficient: of the mean entropy, which is added.
        value_coefficient: of the error of the values, where it is subtracted: the whole is then `ppo.combined_loss`.
    """

    equation: str
    settings: dict[str, Any]
    entropy_coefficient: float = 0.0
    value_coefficient: float | None = None

    @property
    def whole(self) -> str:
        """The id of the equation by which the agent learns."""
        return self.equation if self.value_coefficient is None else COMBINED


COMBINED = "ppo.combined_loss"


def _clipped(config: Any, _: Any) -> Objective:
    settings = {"clip_epsilon": config.clip_epsilon}
    return Objective("ppo.clip_objective", settings, config.entropy_coefficient, config.value_coefficient)


def _policy_gradient(config: Any, _: Any) -> Objective:
    return Objective("pg.loss", {}, getattr(config, "entropy_coefficient", 0.0))


OBJECTIVES: dict[str, Callable[[Any, Any], Objective]] = {
    "ppo": _clipped,
    "ppo_fixed_kl": lambda config, _: Objective("ppo.kl_penalty", {"beta": config.beta}),
    "ppo_adaptive_kl": lambda _, actor: Objective("ppo.kl_penalty", {"beta": np.float32(actor.beta)}),
    "cpi": lambda *_: Objective("ppo.cpi_objective", {}),
    "trpo": lambda *_: Objective("ppo.cpi_objective", {}),
    "a2c": _policy_gradient,
    "a2c_trust_region": _policy_gradient,
    "vpg": _policy_gradient,
    "reinforce": _policy_gradient,
}
"""By the names of the agents, of their settings and of what acts."""


def objective_of(sample: Sample) -> Objective:
    """Return what the agent maximises on its next batch."""
    return OBJECTIVES[sample.name](sample.config, sample.state.actor)


def point_of(objective: Objective, sample: Sample) -> Any:
    """Return where it is looked at: at the policy that has learnt, or, a policy gradient, at the one that acted."""
    return sample.old if objective.equation == "pg.loss" else sample.new


def value(objective: Objective, sample: Sample, new: Distribution) -> jax.Array:
    """Return what is maximised, in the rows of the sample, as a function of the new distributions."""
    if objective.value_coefficient is not None:
        return -ppo.combined_loss(**combined(objective, sample, new))
    total = implementation(objective.equation)(**arrays(objective, sample, new), **objective.settings)
    return total + objective.entropy_coefficient * new.entropy().mean() if objective.entropy_coefficient else total


def check_objective(sample: Sample) -> Iterator[Row]:
    """Hold the objective in the rows of the sample against the theory."""
    objective = objective_of(sample)
    inputs = arrays(objective, sample, point_of(objective, sample)) | objective.settings
    yield check(objective.equation, "in some rows", implementation(objective.equation)(**inputs), **inputs)
    if objective.value_coefficient is not None:
        inputs = combined(objective, sample, point_of(objective, sample))
        yield check(COMBINED, "in some rows", ppo.combined_loss(**inputs), **inputs)


def combined(objective: Objective, sample: Sample, new: Distribution) -> dict[str, Any]:
    """Return what `ppo.combined_loss` is told, computed as the agent does."""
    values, returns = sample.regression
    coefficients = {name: getattr(objective, name) for name in ("value_coefficient", "entropy_coefficient")}
    known = {"values": values, "returns": returns, "entropies": new.entropy(), **coefficients}
    return arrays(objective, sample, new) | objective.settings | known


def implementation(equation: str) -> Callable[..., jax.Array]:
    """Return the function that the agents call."""
    topic, name = equation.split(".")
    return getattr(importlib.import_module(f"rlproof.impl.{topic}"), name)


def arrays(objective: Objective, sample: Sample, new: Distribution) -> dict[str, jax.Array]:
    """Return the arrays that the equation asks for, computed as the agents do."""
    places, log_probs = sample.places, new.log_prob(sample.actions)
    known: dict[str, Callable[[], jax.Array]] = {
        "log_probs": lambda: log_probs,
        "ratios": lambda: ppo.ratio(log_probs, sample.batch.old_log_probs[places]),
        "advantages": lambda: sample.advantages,
        "divergences": lambda: sample.old.kl(new),
    }
    asked = inspect.signature(equation_of(objective.equation).function).parameters
    return {name: make() for name, make in known.items() if name in asked}

"""A linear system and a process of two states with continuous actions, for tests that bend them."""

from typing import Any

import numpy as np

from rlproof.envs.lqr import random_system
from rlproof.spec.continuous_process import ContinuousActionProcess
from rlproof.spec.linear_system import LinearSystem, linear_system
from rlproof.spec.numbers import exact

FIELDS = {
    "dynamics": np.array([[0.5, 0.25], [0.0, 0.5]]),
    "control": np.array([[0.0], [1.0]]),
    "noise": np.array([[0.25, 0.0], [0.0, 0.5]]),
    "state_cost": np.array([[1.0, 0.5], [0.5, 2.0]]),
    "cross_cost": np.array([[0.25], [0.0]]),
    "action_cost": np.array([[1.0]]),
    "discount": 0.75,
    "initial_mean": np.array([1.0, -2.0]),
    "initial_covariance": np.array([[1.0, 0.0], [0.0, 0.0]]),
}
GAIN, COVARIANCE = np.array([[0.25, -0.5]]), np.array([[0.5]])
STATES, ACTIONS = np.array([[1.0, 2.0], [0.0, -1.0]]), np.array([[1.0], [0.5]])

PROCESS = {
    "transition_slope": np.array([[[1.0], [-1.0]], [[0.5], [0.0]]]),
    "transition_bias": np.array([[0.0, 0.5], [0.25, 0.0]]),
    "transition_bend": np.array([[0.0, -0.25], [0.25, 0.0]]),
    "reward_constant": np.array([1.0, -1.0]),
    "reward_slope": np.array([[1.0], [2.0]]),
    "reward_bend": np.array([[[1.0]], [[0.5]]]),
    "initial": np.array([1.0, 0.0]),
    "discount": 0.75,
}
MEANS, JACOBIAN = np.array([[0.5], [-0.5]]), np.array([[[1.0, 2.0]], [[0.0, 1.0]]])


def system(**changes: Any) -> LinearSystem:
    """The system in floats, with some fields changed, unchecked."""
    return LinearSystem(**{**FIELDS, **changes})


def rational(**changes: Any) -> LinearSystem:
    """The system in rationals, with some fields changed, checked."""
    fields = {name: exact(value) if np.ndim(value) else exact(value).item() for name, value in FIELDS.items()}
    return linear_system(**{**fields, **changes})


def process(**changes: Any) -> ContinuousActionProcess:
    """The process in floats, with some fields changed, unchecked."""
    return ContinuousActionProcess(**{**PROCESS, **changes})


def scalar(a: Any = 0, b: Any = 1, *, w: Any = 0, q: Any = 1, n: Any = 0, r: Any = 1, gamma: Any = "1/2",
           mean: Any = 1, spread: Any = 0) -> LinearSystem:  # fmt: skip
    """A scalar system in rationals."""
    return linear_system([[a]], [[b]], [[w]], [[q]], [[n]], [[r]], gamma, [mean], [[spread]])


def small_case() -> dict[str, Any]:
    """A small exact input for every parameter of the continuous equations, of two states and two actions."""
    gains = {"gain": [["1/8", "0"], ["0", "1/8"]], "new_gain": [["0", "1/8"], ["1/8", "0"]]}
    return {
        "system": random_system(2, 2, seed=0),
        **gains,
        **{key: [["1/2", "1/4"], ["1/4", "1/2"]] for key in ("covariance", "cost_matrix")},
        "new_covariance": [["1/4", "0"], ["0", "1/2"]],
        "state_vectors": [["1/2", "1"], ["-1", "0"]],
        "cost_offset": "1/8",
        "continuous_process": ContinuousActionProcess(
            *(exact(value) if np.ndim(value) else exact(value)[()] for value in PROCESS.values())
        ),
        "mean_actions": [["1/2"], ["-1/2"]],
        "jacobian": [[["1", "2"]], [["0", "1"]]],
        **{key: ["1/2", "-1/3"] for key in ("online_parameters", "target_parameters")},
        "tau": "1/8",
    }

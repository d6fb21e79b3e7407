"""Hopper: one leg hops forwards. Erez, Tassa & Todorov 2012, "Infinite-Horizon Model Predictive Control"."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from ..legs import Legs
from ..task import State
from ..terms import between, joined


@dataclass(frozen=True, kw_only=True)
class Hopper(Legs):
    """r = forward_reward_weight ẋ + healthy_reward [healthy] - ctrl_cost_weight Σ a².

    Healthy: the torso is higher than 0.7 and nearly upright, and no coordinate has run away.
    """

    xml_file: str = "hopper.xml"
    healthy_state_range: tuple[float, float] = (-100.0, 100.0)
    healthy_z_range: tuple[float, float] = (0.7, math.inf)
    healthy_angle_range: tuple[float, float] = (-0.2, 0.2)

    plain: ClassVar = ("reward_survive",)
    camera: ClassVar = {"trackbodyid": 2, "distance": 3.0, "lookat": (0.0, 0.0, 1.15), "elevation": -20.0}

    def is_healthy(self, state: State) -> Any:
        """Return whether height, angle and every other coordinate lie within their ranges."""
        low, high = self.healthy_state_range
        numbers = joined(state, state.qpos[..., 2:], state.qvel)
        return (
            between(low, numbers, high).all(axis=-1)
            & between(self.healthy_z_range[0], state.qpos[..., 1], self.healthy_z_range[1])
            & between(self.healthy_angle_range[0], state.qpos[..., 2], self.healthy_angle_range[1])
        )

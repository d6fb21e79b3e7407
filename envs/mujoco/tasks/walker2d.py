"""Walker2d: two legs walk forwards. Erez, Tassa & Todorov 2012, "Infinite-Horizon Model Predictive Control"."""

from dataclasses import dataclass
from typing import Any, ClassVar

from ..legs import Legs
from ..task import State
from ..terms import between


@dataclass(frozen=True, kw_only=True)
class Walker2d(Legs):
    """r = forward_reward_weight ẋ + healthy_reward [healthy] - ctrl_cost_weight Σ a².

    Healthy: the torso is between 0.8 and 2 high and within one radian of upright.
    """

    xml_file: str = "walker2d_v5.xml"
    healthy_z_range: tuple[float, float] = (0.8, 2.0)
    healthy_angle_range: tuple[float, float] = (-1.0, 1.0)

    camera: ClassVar = {"trackbodyid": 2, "distance": 4.0, "lookat": (0.0, 0.0, 1.15), "elevation": -20.0}

    def is_healthy(self, state: State) -> Any:
        """Return whether height and angle lie within their ranges."""
        return between(self.healthy_z_range[0], state.qpos[..., 1], self.healthy_z_range[1]) & between(
            self.healthy_angle_range[0], state.qpos[..., 2], self.healthy_angle_range[1]
        )

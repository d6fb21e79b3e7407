"""HumanoidStandup: a humanoid body that lies on the ground gets up."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from ..human import Human
from ..task import Outcome, State
from ..terms import control_cost, never, squares


@dataclass(frozen=True, kw_only=True)
class HumanoidStandup(Human):
    """r = z / timestep - ctrl_cost_weight Σ u² - impact cost + 1; nothing terminates.

    z is the height of the torso, u the controls applied, the impact cost impact_cost_weight Σ f² clipped.
    Gymnasium has an option uph_cost_weight and does not use it; nor do we.
    """

    xml_file: str = "humanoidstandup.xml"
    uph_cost_weight: float = 1
    ctrl_cost_weight: float = 0.1
    impact_cost_weight: float = 0.5e-6
    impact_cost_range: tuple[float, float] = (-math.inf, 10.0)

    camera: ClassVar = {"trackbodyid": 1, "distance": 4.0, "lookat": (0.0, 0.0, 0.8925), "elevation": -20.0}

    def outcome(self, state: State, before: Any, action: Any) -> Outcome:
        """Height less the costs of control and impact."""
        del before, action
        height = (state.qpos[..., 2] - 0) / state.model.mj.opt.timestep
        control = control_cost(state, self.ctrl_cost_weight, state.ctrl)
        impact = (self.impact_cost_weight * squares(state, state.cfrc_ext)).clip(*self.impact_cost_range)
        info = {
            **self.reset_info(state),
            "reward_linup": height,
            "reward_quadctrl": -control,
            "reward_impact": -impact,
        }
        return Outcome(height - control - impact + 1, never(state), info)

    def reset_info(self, state: State) -> dict[str, Any]:
        """Where the torso is, and how long the tendons are."""
        return {
            "x_position": state.qpos[..., 0],
            "y_position": state.qpos[..., 1],
            "z_distance_from_origin": state.qpos[..., 2] - state.model.init_qpos[2],
            "tendon_length": state.ten_length,
            "tendon_velocity": state.ten_velocity,
        }

"""Humanoid: two legs walk forwards. Tassa, Erez & Todorov 2012, "Synthesis and Stabilization of Complex Behaviors"."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from ..human import Human
from ..task import Outcome, State
from ..terms import between, control_cost, place, squares


@dataclass(frozen=True, kw_only=True)
class Humanoid(Human):
    """r = forward_reward_weight ẋ + healthy_reward [healthy] - ctrl_cost_weight Σ u² - contact cost.

    ẋ is the velocity of the centre of mass, u the controls applied, the contact cost contact_cost_weight Σ f²
    clipped. Healthy: the torso is between 1 and 2 high.
    """

    xml_file: str = "humanoid.xml"
    forward_reward_weight: float = 1.25
    ctrl_cost_weight: float = 0.1
    contact_cost_weight: float = 5e-7
    contact_cost_range: tuple[float, float] = (-math.inf, 10.0)
    healthy_reward: float = 5.0
    terminate_when_unhealthy: bool = True
    healthy_z_range: tuple[float, float] = (1.0, 2.0)

    camera: ClassVar = {"trackbodyid": 1, "distance": 4.0, "lookat": (0.0, 0.0, 2.0), "elevation": -20.0}

    def reads(self) -> tuple[str, ...]:
        """What the body feels, and the centres of mass of its parts."""
        return (*super().reads(), "xipos")

    def tracked(self, state: State) -> Any:
        """x and y of the centre of mass."""
        mass = state.model.body_mass
        return (state.xp.einsum("b,...bj->...j", mass, state.xipos) / mass.sum())[..., :2]

    def outcome(self, state: State, before: Any, action: Any) -> Outcome:
        """Forward velocity and health less the costs of control and contact."""
        del action
        velocity = (self.tracked(state) - before) / state.model.dt
        healthy = between(self.healthy_z_range[0], state.qpos[..., 2], self.healthy_z_range[1])
        forward = self.forward_reward_weight * velocity[..., 0]
        survive = healthy * self.healthy_reward
        control = control_cost(state, self.ctrl_cost_weight, state.ctrl)
        contact = (self.contact_cost_weight * squares(state, state.cfrc_ext)).clip(*self.contact_cost_range)
        info = {
            **self.reset_info(state),
            "x_velocity": velocity[..., 0],
            "y_velocity": velocity[..., 1],
            "reward_survive": survive,
            "reward_forward": forward,
            "reward_ctrl": -control,
            "reward_contact": -contact,
        }
        reward = (forward + survive) - (control + contact)
        return Outcome(reward, ~healthy & self.terminate_when_unhealthy, info)

    def reset_info(self, state: State) -> dict[str, Any]:
        """Where the torso is, and how long the tendons are."""
        return {**place(state), "tendon_length": state.ten_length, "tendon_velocity": state.ten_velocity}

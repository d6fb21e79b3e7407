"""Hopper: one leg hops forwards. Erez, Tassa & Todorov 2012, "Infinite-Horizon Model Predictive Control"."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from ..model import Model
from ..task import Outcome, Random, Start, State, Task
from ..terms import between, control_cost, joined, uniform_start


@dataclass(frozen=True, kw_only=True)
class Hopper(Task):
    """r = forward_reward_weight ẋ + healthy_reward [healthy] - ctrl_cost_weight Σ a².

    Healthy: the torso is higher than 0.7 and nearly upright, and no coordinate has run away.
    """

    xml_file: str = "hopper.xml"
    frame_skip: int = 4
    forward_reward_weight: float = 1.0
    ctrl_cost_weight: float = 1e-3
    healthy_reward: float = 1.0
    terminate_when_unhealthy: bool = True
    healthy_state_range: tuple[float, float] = (-100.0, 100.0)
    healthy_z_range: tuple[float, float] = (0.7, math.inf)
    healthy_angle_range: tuple[float, float] = (-0.2, 0.2)
    reset_noise_scale: float = 5e-3
    exclude_current_positions_from_observation: bool = True

    plain: ClassVar = ("reward_survive",)
    camera: ClassVar = {"trackbodyid": 2, "distance": 3.0, "lookat": (0.0, 0.0, 1.15), "elevation": -20.0}

    def reset(self, random: Random, model: Model) -> Start:
        """Uniform noise around the default state."""
        return uniform_start(random, model, self.reset_noise_scale)

    def observation(self, state: State) -> Any:
        """Positions without x, and velocities clipped to [-10, 10]."""
        skipped = int(self.exclude_current_positions_from_observation)
        return joined(state, state.qpos[..., skipped:], state.qvel.clip(-10, 10))

    def tracked(self, state: State) -> Any:
        """x of the torso."""
        return state.qpos[..., 0]

    def is_healthy(self, state: State) -> Any:
        """Return whether height, angle and every other coordinate lie within their ranges."""
        numbers = joined(state, state.qpos[..., 2:], state.qvel)
        return (
            between(self.healthy_state_range[0], numbers, self.healthy_state_range[1]).all(axis=-1)
            & between(self.healthy_z_range[0], state.qpos[..., 1], self.healthy_z_range[1])
            & between(self.healthy_angle_range[0], state.qpos[..., 2], self.healthy_angle_range[1])
        )

    def outcome(self, state: State, before: Any, action: Any) -> Outcome:
        """Forward velocity and health less the cost of control."""
        x, healthy = state.qpos[..., 0], self.is_healthy(state)
        x_velocity = (x - before) / state.model.dt
        forward = self.forward_reward_weight * x_velocity
        survive = healthy * self.healthy_reward
        cost = control_cost(state, self.ctrl_cost_weight, action)
        info = {
            **self.reset_info(state),
            "x_velocity": x_velocity,
            "reward_forward": forward,
            "reward_ctrl": -cost,
            "reward_survive": survive,
        }
        return Outcome(forward + survive - cost, ~healthy & self.terminate_when_unhealthy, info)

    def reset_info(self, state: State) -> dict[str, Any]:
        """Where the torso is."""
        return {
            "x_position": state.qpos[..., 0],
            "z_distance_from_origin": state.qpos[..., 1] - state.model.init_qpos[1],
        }

    def structure(self, model: Model) -> dict[str, int]:
        """Positions, perhaps without the first, and velocities."""
        skipped = int(self.exclude_current_positions_from_observation)
        return {"skipped_qpos": skipped, "qpos": model.mj.nq - skipped, "qvel": model.mj.nv}

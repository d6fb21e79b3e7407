"""What Hopper and Walker2d share: planar bodies that walk on legs, as long as they are healthy."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

from .model import Model
from .task import Outcome, Random, Start, State, Task
from .terms import control_cost, joined, parts, uniform_start


@dataclass(frozen=True, kw_only=True)
class Legs(Task):
    """r = forward_reward_weight ẋ + healthy_reward [healthy] - ctrl_cost_weight Σ a²."""

    frame_skip: int = 4
    forward_reward_weight: float = 1.0
    ctrl_cost_weight: float = 1e-3
    healthy_reward: float = 1.0
    terminate_when_unhealthy: bool = True
    reset_noise_scale: float = 5e-3
    exclude_current_positions_from_observation: bool = True

    @abstractmethod
    def is_healthy(self, state: State) -> Any:
        """Return whether the body walks rather than lies, [...]."""

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
        return parts(model, skipped=int(self.exclude_current_positions_from_observation))

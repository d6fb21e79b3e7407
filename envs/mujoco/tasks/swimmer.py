"""Swimmer: three links swim forwards in a viscous fluid. Coulom 2002, PhD thesis."""

from dataclasses import dataclass
from typing import Any

from ..model import Model
from ..task import Outcome, Random, Start, State, Task
from ..terms import control_cost, joined, never, parts, place, uniform_start


@dataclass(frozen=True, kw_only=True)
class Swimmer(Task):
    """r = forward_reward_weight ẋ - ctrl_cost_weight Σ a²; nothing terminates."""

    xml_file: str = "swimmer.xml"
    frame_skip: int = 4
    forward_reward_weight: float = 1.0
    ctrl_cost_weight: float = 1e-4
    reset_noise_scale: float = 0.1
    exclude_current_positions_from_observation: bool = True

    def reset(self, random: Random, model: Model) -> Start:
        """Uniform noise around the default state."""
        return uniform_start(random, model, self.reset_noise_scale)

    def observation(self, state: State) -> Any:
        """Positions without x and y, and velocities."""
        skipped = 2 * self.exclude_current_positions_from_observation
        return joined(state, state.qpos[..., skipped:], state.qvel)

    def tracked(self, state: State) -> Any:
        """x and y of the first link."""
        return state.qpos[..., :2]

    def outcome(self, state: State, before: Any, action: Any) -> Outcome:
        """Forward velocity less the cost of control."""
        velocity = (state.qpos[..., :2] - before) / state.model.dt
        forward = self.forward_reward_weight * velocity[..., 0]
        cost = control_cost(state, self.ctrl_cost_weight, action)
        info = {
            **self.reset_info(state),
            "x_velocity": velocity[..., 0],
            "y_velocity": velocity[..., 1],
            "reward_forward": forward,
            "reward_ctrl": -cost,
        }
        return Outcome(forward - cost, never(state), info)

    def reset_info(self, state: State) -> dict[str, Any]:
        """Where the first link is."""
        return place(state)

    def structure(self, model: Model) -> dict[str, int]:
        """Positions, perhaps without the first two, and velocities."""
        skipped = 2 * self.exclude_current_positions_from_observation
        return parts(model, skipped=skipped)

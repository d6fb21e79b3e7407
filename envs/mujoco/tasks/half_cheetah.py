"""HalfCheetah: a planar cat runs forwards. Wawrzyński 2009, "A Cat-Like Robot Real-Time Learning to Run"."""

from dataclasses import dataclass
from typing import Any, ClassVar

from ..model import Model
from ..task import Outcome, Random, Start, State, Task
from ..terms import control_cost, joined, never, normal_start, parts


@dataclass(frozen=True, kw_only=True)
class HalfCheetah(Task):
    """r = forward_reward_weight ẋ - ctrl_cost_weight Σ a²; nothing terminates."""

    xml_file: str = "half_cheetah.xml"
    frame_skip: int = 5
    forward_reward_weight: float = 1.0
    ctrl_cost_weight: float = 0.1
    reset_noise_scale: float = 0.1
    exclude_current_positions_from_observation: bool = True

    camera: ClassVar = {"distance": 4.0}

    def reset(self, random: Random, model: Model) -> Start:
        """Uniform noise on positions, normal noise on velocities."""
        return normal_start(random, model, self.reset_noise_scale)

    def observation(self, state: State) -> Any:
        """Positions without x, and velocities."""
        skipped = int(self.exclude_current_positions_from_observation)
        return joined(state, state.qpos[..., skipped:], state.qvel)

    def tracked(self, state: State) -> Any:
        """x of the torso."""
        return state.qpos[..., 0]

    def outcome(self, state: State, before: Any, action: Any) -> Outcome:
        """Forward velocity less the cost of control."""
        x = state.qpos[..., 0]
        x_velocity = (x - before) / state.model.dt
        forward = self.forward_reward_weight * x_velocity
        cost = control_cost(state, self.ctrl_cost_weight, action)
        info = {"x_position": x, "x_velocity": x_velocity, "reward_forward": forward, "reward_ctrl": -cost}
        return Outcome(forward - cost, never(state), info)

    def reset_info(self, state: State) -> dict[str, Any]:
        """Where the torso is."""
        return {"x_position": state.qpos[..., 0]}

    def structure(self, model: Model) -> dict[str, int]:
        """Positions, perhaps without the first, and velocities."""
        return parts(model, skipped=int(self.exclude_current_positions_from_observation))

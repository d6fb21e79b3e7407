"""Reacher: a planar arm of two links reaches for a random goal."""

from dataclasses import dataclass
from typing import Any, ClassVar

from ..model import Model
from ..task import Outcome, Random, Start, State, Task
from ..terms import joined, never, norm, with_tail


@dataclass(frozen=True, kw_only=True)
class Reacher(Task):
    """r = -reward_dist_weight ‖fingertip - target‖ - reward_control_weight Σ a²; nothing terminates."""

    xml_file: str = "reacher.xml"
    frame_skip: int = 2
    reward_dist_weight: float = 1
    reward_control_weight: float = 1

    time_limit: ClassVar = 50
    camera: ClassVar = {"trackbodyid": 0}

    def reads(self) -> tuple[str, ...]:
        """Fingertip and target are bodies."""
        return ("xpos",)

    def reset(self, random: Random, model: Model) -> Start:
        """Uniform noise on the joints, a goal uniform in the disc of radius 0.2."""
        xp = random.xp
        joints = random.uniform(-0.1, 0.1, model.mj.nq) + model.init_qpos
        goal = random.until(lambda goal: xp.linalg.norm(goal) < 0.2, lambda source: source.uniform(-0.2, 0.2, 2))
        velocities = model.init_qvel + random.uniform(-0.005, 0.005, model.mj.nv)
        return Start(with_tail(random, joints, goal), with_tail(random, velocities, xp.zeros(2)))

    def observation(self, state: State) -> Any:
        """Cosines and sines of the joints, the goal, the joints' velocities, the way from target to fingertip."""
        xp, angles = state.xp, state.xp.copy(state.qpos[..., :2])
        return joined(
            state,
            xp.cos(angles),
            xp.sin(angles),
            state.qpos[..., 2:],
            state.qvel[..., :2],
            self.way(state)[..., :2],
        )

    def way(self, state: State) -> Any:
        """Return the vector from the target to the fingertip, [..., 3]."""
        body = state.model.body
        return state.xpos[..., body("fingertip"), :] - state.xpos[..., body("target"), :]

    def outcome(self, state: State, before: Any, action: Any) -> Outcome:
        """Distance and control cost, both negative."""
        del before
        distance = -norm(state, self.way(state)) * self.reward_dist_weight
        control = -state.xp.square(action).sum(axis=-1) * self.reward_control_weight
        return Outcome(distance + control, never(state), {"reward_dist": distance, "reward_ctrl": control})

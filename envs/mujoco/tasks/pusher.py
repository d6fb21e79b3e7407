"""Pusher: an arm of seven joints pushes a cylinder to a goal."""

from dataclasses import dataclass
from typing import Any, ClassVar

from ..model import Model
from ..task import Outcome, Random, Start, State, Task
from ..terms import joined, never, norm, with_tail


@dataclass(frozen=True, kw_only=True)
class Pusher(Task):
    """r = -dist ‖object - goal‖ - control Σ a² - near ‖object - tip‖, each with its weight; nothing terminates."""

    xml_file: str = "pusher_v5.xml"
    frame_skip: int = 5
    reward_near_weight: float = 0.5
    reward_dist_weight: float = 1
    reward_control_weight: float = 0.1

    time_limit: ClassVar = 100
    camera: ClassVar = {"trackbodyid": -1, "distance": 4.0}

    def reads(self) -> tuple[str, ...]:
        """Tip, object and goal are bodies."""
        return ("xpos",)

    def reset(self, random: Random, model: Model) -> Start:
        """Put the cylinder at random, not nearer than 0.17 to the goal; draw small velocities of the arm."""
        xp = random.xp
        cylinder = random.until(
            lambda place: xp.linalg.norm(place) > 0.17,
            lambda source: xp.concatenate([source.uniform(-0.3, 0, 1), source.uniform(-0.2, 0.2, 1)], axis=-1),
        )
        velocities = model.init_qvel + random.uniform(-0.005, 0.005, model.mj.nv)
        start = xp.broadcast_to(xp.asarray(model.init_qpos), velocities.shape)
        places = xp.concatenate([cylinder, xp.zeros_like(cylinder)], axis=-1)  # the goal lies in the middle
        return Start(with_tail(random, start, places), with_tail(random, velocities, xp.zeros(4)))

    def observation(self, state: State) -> Any:
        """The arm's angles and velocities, and the places of tip, object and goal."""
        places = (self.place(state, name) for name in ("tips_arm", "object", "goal"))
        return joined(state, state.qpos[..., :7], state.qvel[..., :7], *places)

    def place(self, state: State, body: str) -> Any:
        """Return the position of a body, [..., 3]."""
        return state.xpos[..., state.model.body(body), :]

    def outcome(self, state: State, before: Any, action: Any) -> Outcome:
        """Two distances and control cost, all negative."""
        del before
        near = -norm(state, self.place(state, "object") - self.place(state, "tips_arm")) * self.reward_near_weight
        distance = -norm(state, self.place(state, "object") - self.place(state, "goal")) * self.reward_dist_weight
        control = -state.xp.square(action).sum(axis=-1) * self.reward_control_weight
        info = {"reward_dist": distance, "reward_ctrl": control, "reward_near": near}
        return Outcome(distance + control + near, never(state), info)

"""InvertedPendulum: a cart keeps a pole upright. Barto, Sutton & Anderson 1983, "Neuronlike Adaptive Elements"."""

from dataclasses import dataclass
from typing import Any, ClassVar

from ..model import Model
from ..task import Outcome, Random, Start, State, Task
from ..terms import joined, uniform_start


@dataclass(frozen=True, kw_only=True)
class InvertedPendulum(Task):
    """r = 1 while the pole is within 0.2 radian of upright; an integer, as in Gymnasium."""

    xml_file: str = "inverted_pendulum.xml"
    frame_skip: int = 2
    reset_noise_scale: float = 0.01

    plain: ClassVar = ("reward", "reward_survive")
    camera: ClassVar = {"trackbodyid": 0, "distance": 2.04}

    def reset(self, random: Random, model: Model) -> Start:
        """Uniform noise around the default state."""
        return uniform_start(random, model, self.reset_noise_scale)

    def observation(self, state: State) -> Any:
        """Positions and velocities of cart and pole."""
        return joined(state, state.qpos, state.qvel)

    def outcome(self, state: State, before: Any, action: Any) -> Outcome:
        """One for every step that the pole survives."""
        del before, action
        xp, observation = state.xp, self.observation(state)
        terminated = ~xp.isfinite(observation).all(axis=-1) | (xp.abs(observation[..., 1]) > 0.2)
        reward = 1 - terminated
        return Outcome(reward, terminated, {"reward_survive": reward})

    def structure(self, model: Model) -> dict[str, int]:
        """Positions and velocities."""
        return {"qpos": model.mj.nq, "qvel": model.mj.nv}

"""InvertedDoublePendulum: a cart keeps two linked poles upright."""

from dataclasses import dataclass
from typing import Any, ClassVar

from ..model import Model
from ..task import Outcome, Random, Start, State, Task
from ..terms import joined, normal_start


@dataclass(frozen=True, kw_only=True)
class InvertedDoublePendulum(Task):
    """r = healthy_reward [tip above 1] - 0.01 x² - (y - 2)² - 10⁻³ ω₁² - 5·10⁻³ ω₂²; (x, y) is the tip."""

    xml_file: str = "inverted_double_pendulum.xml"
    frame_skip: int = 5
    healthy_reward: float = 10.0
    reset_noise_scale: float = 0.1

    plain: ClassVar = ("reward_survive",)
    camera: ClassVar = {"trackbodyid": 0, "distance": 4.1225, "lookat": (0.0, 0.0, 0.12250000000000005)}

    def reads(self) -> tuple[str, ...]:
        """The tip is a site; the force of constraints is observed."""
        return ("site_xpos", "qfrc_constraint")

    def reset(self, random: Random, model: Model) -> Start:
        """Uniform noise on positions, normal noise on velocities."""
        return normal_start(random, model, self.reset_noise_scale)

    def observation(self, state: State) -> Any:
        """The cart's position, sines and cosines of the angles, velocities, the constraints' force on the cart."""
        xp, angles = state.xp, state.xp.copy(state.qpos[..., 1:])
        return joined(
            state,
            state.qpos[..., :1],
            xp.sin(angles),
            xp.cos(angles),
            state.qvel.clip(-10, 10),
            state.qfrc_constraint[..., :1].clip(-10, 10),
        )

    def outcome(self, state: State, before: Any, action: Any) -> Outcome:
        """Survival less penalties on the tip's distance and the poles' velocities."""
        del before, action
        power = state.xp.float_power  # the C library's pow, which `x**2` of a single number is in Gymnasium
        x, y = state.site_xpos[..., 0, 0], state.site_xpos[..., 0, 2]
        first, second = state.qvel[..., 1], state.qvel[..., 2]
        terminated = y <= 1
        distance = 0.01 * power(x, 2) + power(y - 2, 2)
        velocity = 1e-3 * power(first, 2) + 5e-3 * power(second, 2)
        survive = self.healthy_reward * ~terminated
        info = {"reward_survive": survive, "distance_penalty": -distance, "velocity_penalty": -velocity}
        return Outcome(survive - distance - velocity, terminated, info)

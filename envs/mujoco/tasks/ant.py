"""Ant: four legs walk forwards. Schulman et al. 2016 (GAE), "High-Dimensional Continuous Control"."""

from dataclasses import dataclass
from typing import Any, ClassVar

from ..model import Model
from ..task import Outcome, Random, Start, State, Task
from ..terms import control_cost, flat, joined, normal_start, parts, place, squares


@dataclass(frozen=True, kw_only=True)
class Ant(Task):
    """r = forward_reward_weight ẋ + healthy_reward [healthy] - ctrl_cost_weight Σ a² - contact_cost_weight Σ f².

    Healthy: every coordinate is finite and the torso between 0.2 and 1 high. Contact forces f are clipped.
    """

    xml_file: str = "ant.xml"
    frame_skip: int = 5
    forward_reward_weight: float = 1
    ctrl_cost_weight: float = 0.5
    contact_cost_weight: float = 5e-4
    healthy_reward: float = 1.0
    main_body: int | str = 1
    terminate_when_unhealthy: bool = True
    healthy_z_range: tuple[float, float] = (0.2, 1.0)
    contact_force_range: tuple[float, float] = (-1.0, 1.0)
    reset_noise_scale: float = 0.1
    exclude_current_positions_from_observation: bool = True
    include_cfrc_ext_in_observation: bool = True

    camera: ClassVar = {"distance": 4.0}

    def reads(self) -> tuple[str, ...]:
        """Return the torso's position, which is rewarded, and contact forces."""
        return ("xpos", "cfrc_ext")

    def reset(self, random: Random, model: Model) -> Start:
        """Uniform noise on positions, normal noise on velocities."""
        return normal_start(random, model, self.reset_noise_scale)

    def contact_forces(self, state: State) -> Any:
        """Return external forces on bodies, clipped, [..., nbody, 6]."""
        return state.cfrc_ext.clip(*self.contact_force_range)

    def observation(self, state: State) -> Any:
        """Positions without x and y, velocities, contact forces on every body but the world."""
        skipped = 2 * self.exclude_current_positions_from_observation
        seen = [state.qpos[..., skipped:], state.qvel]
        if self.include_cfrc_ext_in_observation:
            seen.append(flat(self.contact_forces(state)[..., 1:, :]))
        return joined(state, *seen)

    def tracked(self, state: State) -> Any:
        """x and y of the main body, one substep old."""
        return state.xpos[..., state.model.body(self.main_body), :2]

    def is_healthy(self, state: State) -> Any:
        """Return whether the state is finite and the height within its range."""
        low, high = self.healthy_z_range
        finite = state.xp.isfinite(joined(state, state.qpos, state.qvel)).all(axis=-1)
        return finite & (low <= state.qpos[..., 2]) & (state.qpos[..., 2] <= high)

    def outcome(self, state: State, before: Any, action: Any) -> Outcome:
        """Forward velocity and health less the costs of control and contact."""
        velocity, healthy = (self.tracked(state) - before) / state.model.dt, self.is_healthy(state)
        forward = velocity[..., 0] * self.forward_reward_weight
        survive = healthy * self.healthy_reward
        control = control_cost(state, self.ctrl_cost_weight, action)
        contact = self.contact_cost_weight * squares(state, self.contact_forces(state))
        info = {
            **self.reset_info(state),
            "x_velocity": velocity[..., 0],
            "y_velocity": velocity[..., 1],
            "reward_forward": forward,
            "reward_ctrl": -control,
            "reward_contact": -contact,
            "reward_survive": survive,
        }
        reward = (forward + survive) - (control + contact)
        return Outcome(reward, ~healthy & self.terminate_when_unhealthy, info)

    def reset_info(self, state: State) -> dict[str, Any]:
        """Where the torso is."""
        return place(state)

    def structure(self, model: Model) -> dict[str, int]:
        """Positions, perhaps without the first two, velocities, and perhaps contact forces."""
        skipped = 2 * self.exclude_current_positions_from_observation
        forces = 6 * (model.mj.nbody - 1) * self.include_cfrc_ext_in_observation
        return parts(model, skipped=skipped, cfrc_ext=forces)

"""What Humanoid and HumanoidStandup share: the body's observation."""

from dataclasses import dataclass
from typing import Any

from .model import Model
from .task import Random, Start, State, Task
from .terms import flat, joined, parts, uniform_start

FREE_JOINT = 6
"""Degrees of freedom of the torso, which no actuator drives."""


@dataclass(frozen=True, kw_only=True)
class Human(Task):
    """A humanoid body: its options of observation and its way to start."""

    frame_skip: int = 5
    reset_noise_scale: float = 1e-2
    exclude_current_positions_from_observation: bool = True
    include_cinert_in_observation: bool = True
    include_cvel_in_observation: bool = True
    include_qfrc_actuator_in_observation: bool = True
    include_cfrc_ext_in_observation: bool = True

    def reads(self) -> tuple[str, ...]:
        """Tell what the body feels; the lengths of tendons are told in `info`."""
        return ("cinert", "cvel", "qfrc_actuator", "cfrc_ext", "ten_length", "ten_velocity")

    def reset(self, random: Random, model: Model) -> Start:
        """Uniform noise around the default state."""
        return uniform_start(random, model, self.reset_noise_scale)

    def observation(self, state: State) -> Any:
        """Positions without x and y, velocities, then inertias, velocities and forces by body or joint."""
        skipped = 2 * self.exclude_current_positions_from_observation
        seen = [state.qpos[..., skipped:], state.qvel]
        if self.include_cinert_in_observation:
            seen.append(flat(state.cinert[..., 1:, :]))
        if self.include_cvel_in_observation:
            seen.append(flat(state.cvel[..., 1:, :]))
        if self.include_qfrc_actuator_in_observation:
            seen.append(state.qfrc_actuator[..., FREE_JOINT:])
        if self.include_cfrc_ext_in_observation:
            seen.append(flat(state.cfrc_ext[..., 1:, :]))
        return joined(state, *seen)

    def structure(self, model: Model) -> dict[str, int]:
        """Return the parts of the observation; the last two are told in `info` and not observed."""
        skipped, bodies = 2 * self.exclude_current_positions_from_observation, model.mj.nbody - 1
        return parts(
            model,
            skipped=skipped,
            cinert=10 * bodies * self.include_cinert_in_observation,
            cvel=6 * bodies * self.include_cvel_in_observation,
            qfrc_actuator=(model.mj.nv - FREE_JOINT) * self.include_qfrc_actuator_in_observation,
            cfrc_ext=6 * bodies * self.include_cfrc_ext_in_observation,
            ten_length=0,
            ten_velocity=0,
        )

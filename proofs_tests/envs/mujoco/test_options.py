"""Every option of version 5 does what it does in Gymnasium, bit for bit."""

import dataclasses
from typing import Any

import pytest

from rlproof.envs.mujoco.tasks import TASKS

from .same import SAME, assert_same, assert_same_step, draw_actions, gymnasiums, ours

LOCOMOTION = {"forward_reward_weight": 2.5, "ctrl_cost_weight": 0.7, "reset_noise_scale": 0.02}
SHOWN: dict[str, Any] = {"exclude_current_positions_from_observation": False}
HEALTHY = {"healthy_reward": 3, "terminate_when_unhealthy": False}
BODY = {
    "include_cinert_in_observation": False,
    "include_cvel_in_observation": False,
    "include_qfrc_actuator_in_observation": False,
    "include_cfrc_ext_in_observation": False,
}
OPTIONS: dict[str, list[dict[str, Any]]] = {
    "InvertedPendulum": [{"reset_noise_scale": 0.05}],
    "InvertedDoublePendulum": [{"healthy_reward": 7.5}, {"reset_noise_scale": 0.0}],
    "Reacher": [{"reward_dist_weight": 2.0}, {"reward_control_weight": 0.3}],
    "Pusher": [{"reward_near_weight": 2.0}, {"reward_dist_weight": 0.1}, {"reward_control_weight": 3}],
    "Swimmer": [*({key: value} for key, value in LOCOMOTION.items()), SHOWN],
    "Hopper": [
        *({key: value} for key, value in {**LOCOMOTION, **HEALTHY}.items()),
        SHOWN,
        {"healthy_state_range": (-1.0, 1.0)},
        {"healthy_z_range": (1.2, 1.3)},
        {"healthy_angle_range": (-0.01, 0.01)},
    ],
    "HalfCheetah": [*({key: value} for key, value in LOCOMOTION.items()), SHOWN],
    "Walker2d": [
        *({key: value} for key, value in {**LOCOMOTION, **HEALTHY}.items()),
        SHOWN,
        {"healthy_z_range": (1.2, 1.3)},
        {"healthy_angle_range": (-0.01, 0.01)},
    ],
    "Ant": [
        *({key: value} for key, value in {**LOCOMOTION, **HEALTHY}.items()),
        SHOWN,
        {"contact_cost_weight": 0.1},
        {"main_body": "front_left_leg"},
        {"healthy_z_range": (0.7, 0.8)},
        {"contact_force_range": (-20.0, 0.5)},
        {"include_cfrc_ext_in_observation": False},
    ],
    "Humanoid": [
        *({key: value} for key, value in {**LOCOMOTION, **HEALTHY, **BODY}.items()),
        SHOWN,
        {"contact_cost_weight": 1e-3},
        {"contact_cost_range": (0.1, 0.2)},
        {"healthy_z_range": (1.38, 1.41)},
    ],
    "HumanoidStandup": [
        *({key: value} for key, value in BODY.items()),
        SHOWN,
        {"uph_cost_weight": 5},
        {"ctrl_cost_weight": 2.0},
        {"impact_cost_weight": 0.01},
        {"impact_cost_range": (0.1, 0.2)},
        {"reset_noise_scale": 0.1},
    ],
}
CASES = [(task, option) for task, options in OPTIONS.items() for option in [*options, {"frame_skip": 3}]]


@pytest.mark.parametrize(("task", "options"), CASES, ids=lambda value: value if isinstance(value, str) else str(*value))
def test_an_option_does_what_it_does_in_gymnasium(task: str, options: dict[str, Any]) -> None:
    """Thirty steps, so that those which end episodes do."""
    reference, env = (make(task, 3, mode=SAME, **options) for make in (gymnasiums, ours))
    assert env.single_observation_space == reference.single_observation_space
    for one, other in zip(env.reset(seed=2), reference.reset(seed=2), strict=True):
        assert_same(one, other, "reset")
    for number, actions in enumerate(draw_actions(env, 30)):
        assert_same_step(env.step(actions), reference.step(actions), f"step {number}")


def test_every_option_is_tried() -> None:
    """No field of a task is left out, but for the model file, which a test of its own loads."""
    for name, task in TASKS.items():
        tried = {key for options in OPTIONS[name] for key in options} | {"frame_skip", "xml_file"}
        assert tried == {field.name for field in dataclasses.fields(task)}, name

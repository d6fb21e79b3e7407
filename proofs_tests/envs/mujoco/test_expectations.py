"""What Gymnasium expects of MuJoCo environments and of vector environments holds of ours."""

import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gymnasium
import mujoco
import numpy as np
import pytest
from gymnasium.envs.mujoco.utils import check_mujoco_reset_state
from gymnasium.utils.env_checker import check_env
from gymnasium.utils.env_match import check_environments_match
from gymnasium.wrappers import vector as wrappers

from rlproof.envs.gymnasium_envs import without_known_warnings
from rlproof.envs.mujoco.registration import TIME_LIMITS
from rlproof.envs.mujoco.single_env import MujocoEnv
from rlproof.envs.mujoco.tasks import TASKS

from .same import SAME, assert_same, draw_actions, gymnasiums, ours, quiet

HARMLESS = ("minimum value is -infinity", "maximum value is infinity", "we recommend using a symmetric")
"""What Gymnasium's checker says of its own MuJoCo environments too."""


def single(task: str, **options: Any) -> MujocoEnv:
    """Return one of our environments, without wrappers."""
    env = gymnasium.make(f"rlproof/{task}-v5", **options).unwrapped
    assert isinstance(env, MujocoEnv)
    return env


@pytest.mark.parametrize("frame_skip", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("task", TASKS)
def test_gymnasiums_checker_finds_nothing(task: str, frame_skip: int) -> None:
    """`check_env`, at every frame skip; it says no more than of Gymnasium's own."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        check_env(single(task, frame_skip=frame_skip), skip_render_check=True)
    assert [str(w.message) for w in said if not any(part in str(w.message) for part in HARMLESS)] == []


@pytest.mark.parametrize("task", TASKS)
def test_gymnasiums_comparison_finds_no_difference(task: str) -> None:
    """`check_environments_match`: observations, rewards, ends, infos."""
    with quiet(), without_known_warnings(mujoco):
        pair = gymnasium.make(f"{task}-v5"), gymnasium.make(f"rlproof/{task}-v5")
        check_environments_match(*pair, num_steps=100, info_comparison="equivalence")


@pytest.mark.parametrize("task", TASKS)
def test_a_reset_leaves_nothing_of_the_past(task: str) -> None:
    """Gymnasium's own check of MuJoCo's state after a reset."""
    env = gymnasium.make(f"rlproof/{task}-v5")
    check_mujoco_reset_state(env)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    "task", [task for task in TASKS if "Pendulum" not in task and task not in {"Reacher", "Pusher"}]
)
def test_infos_tell_where_the_body_is(task: str) -> None:
    """Positions are those of the data, and those of the observation where it shows them."""
    env = single(task, exclude_current_positions_from_observation=False)
    assert env.reset(seed=0)[1]
    before = env.data.qpos.copy()
    observation, *_, info = env.step(np.full(env.model.nu, 0.1))
    assert observation[0] == info["x_position"] == env.data.qpos[0]
    if "y_position" in info:
        assert observation[1] == info["y_position"] == env.data.qpos[1]
    if task in {"HalfCheetah", "Hopper", "Swimmer", "Walker2d"}:
        assert info["x_velocity"] == (env.data.qpos[0] - before[0]) / env.dt
    if "distance_from_origin" in info:
        assert info["distance_from_origin"] == np.linalg.norm(env.data.qpos[:2] - env.init_qpos[:2])
    if "z_distance_from_origin" in info:
        height = 2 if task == "HumanoidStandup" else 1
        assert info["z_distance_from_origin"] == env.data.qpos[height] - env.init_qpos[height]


REWARDS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "InvertedPendulum": lambda i: i["reward_survive"],
    "InvertedDoublePendulum": lambda i: i["reward_survive"] + i["distance_penalty"] + i["velocity_penalty"],
    "Reacher": lambda i: i["reward_dist"] + i["reward_ctrl"],
    "Pusher": lambda i: i["reward_dist"] + i["reward_ctrl"] + i["reward_near"],
    "Swimmer": lambda i: i["reward_forward"] + i["reward_ctrl"],
    "Hopper": lambda i: i["reward_forward"] + i["reward_survive"] + i["reward_ctrl"],
    "HalfCheetah": lambda i: i["reward_forward"] + i["reward_ctrl"],
    "Walker2d": lambda i: i["reward_forward"] + i["reward_survive"] + i["reward_ctrl"],
    "Ant": lambda i: (i["reward_survive"] + i["reward_forward"]) - (-i["reward_ctrl"] + -i["reward_contact"]),
    "Humanoid": lambda i: (i["reward_forward"] + i["reward_survive"]) + (i["reward_ctrl"] + i["reward_contact"]),
    "HumanoidStandup": lambda i: i["reward_linup"] + i["reward_quadctrl"] + i["reward_impact"] + 1,
}


@pytest.mark.parametrize("task", TASKS)
def test_the_reward_is_the_sum_of_its_terms(task: str) -> None:
    """In the order of Gymnasium's, so that not a bit differs."""
    env = ours(task, 5)
    env.reset(seed=0)
    for actions in draw_actions(env, 50):
        _, reward, terminated, truncated, infos = env.step(actions)
        terms = {key: value for key, value in infos.items() if not key.startswith("_")}
        stepped = infos[next(f"_{key}" for key in terms if "reward" in key or "penalty" in key)]
        assert np.array_equal(REWARDS[task](terms)[stepped], reward[stepped])
        assert not (terminated | truncated)[~stepped].any()


@pytest.mark.parametrize(
    "task", ["Ant", "Hopper", "Humanoid", "InvertedDoublePendulum", "InvertedPendulum", "Walker2d"]
)
def test_nothing_survives_the_end(task: str) -> None:
    """`reward_survive` is zero where an episode terminates, and nowhere else."""
    env = ours(task, 4, mode=SAME)
    env.reset(seed=0)
    ends = 0
    for actions in draw_actions(env, 200):
        *_, terminated, _, infos = env.step(actions)
        ends += terminated.sum()
        if terminated.any():
            assert (infos["final_info"]["reward_survive"][terminated] == 0).all()
        if not terminated.all():
            assert (infos["reward_survive"][~terminated] != 0).all()
    assert ends > 0


@pytest.mark.parametrize("task", [task for task in TASKS if task not in {"Reacher", "Pusher"}])
def test_without_noise_every_episode_starts_alike(task: str) -> None:
    """In the model's default state."""
    env = single(task, reset_noise_scale=0)
    env.reset()
    assert (env.data.qpos == env.init_qpos).all()
    assert (env.data.qvel == env.init_qvel).all()


def test_the_double_pendulum_is_as_high_as_it_should_be() -> None:
    """1.2 metres, upright."""
    env = single("InvertedDoublePendulum", reset_noise_scale=0)
    env.reset()
    assert env.data.site_xpos[0][2] == 1.2


def test_a_state_can_be_set() -> None:
    """And is the state then, with what is derived from it."""
    env = single("Hopper")
    env.reset(seed=0)
    qpos, qvel = np.arange(6) / 10, np.arange(6) / 100
    env.set_state(qpos, qvel)
    assert (env.state_vector() == np.concatenate([qpos, qvel])).all()
    assert env.get_body_com("torso")[0] == qpos[0]


@pytest.mark.parametrize("task", TASKS)
def test_the_parts_of_the_observation_are_told(task: str) -> None:
    """Their sizes are those of Gymnasium's, and make up the observation."""
    with quiet(), without_known_warnings(mujoco):
        reference = gymnasium.make(f"{task}-v5").unwrapped
    env = single(task)
    structure = env.observation_structure
    assert structure == getattr(reference, "observation_structure", {})
    assert env.metadata["render_fps"] == reference.metadata["render_fps"]
    if structure:
        assert env.observation_space.shape == (sum(structure.values()) - structure.get("skipped_qpos", 0),)


def test_the_registered_time_limits_are_those_of_the_tasks() -> None:
    """And those of Gymnasium."""
    assert {name: task.time_limit for name, task in TASKS.items()} == TIME_LIMITS
    for name, limit in TIME_LIMITS.items():
        assert gymnasium.spec(f"{name}-v5").max_episode_steps == limit
        assert gymnasium.spec(f"rlproof/{name}-v5").max_episode_steps == limit


WRAPPERS: dict[str, Callable[[Any], Any]] = {
    "RecordEpisodeStatistics": wrappers.RecordEpisodeStatistics,
    "NormalizeObservation": wrappers.NormalizeObservation,
    "NormalizeReward": wrappers.NormalizeReward,
    "ClipAction": wrappers.ClipAction,
    "RescaleAction": lambda env: wrappers.RescaleAction(env, np.float32(-1), np.float32(1)),
    "TransformReward": lambda env: wrappers.TransformReward(env, lambda reward: reward / 2),
    "DictInfoToList": wrappers.DictInfoToList,
}


@pytest.mark.parametrize("name", WRAPPERS)
def test_gymnasiums_vector_wrappers_work(name: str) -> None:
    """They give what they give around Gymnasium's own environments, through the ends of episodes."""
    env, reference = (WRAPPERS[name](make("Hopper", 3)) for make in (ours, gymnasiums))
    env.reset(seed=0), reference.reset(seed=0)
    for actions in draw_actions(env.unwrapped, 80):
        (*found, infos), (*expected, expected_infos) = env.step(actions), reference.step(actions)
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other, name)
        if name == "RecordEpisodeStatistics":
            assert infos.keys() == expected_infos.keys()
            if "episode" in infos:
                infos["episode"].pop("t"), expected_infos["episode"].pop("t")  # seconds
                assert_same(infos["episode"], expected_infos["episode"])


def test_generators_and_seeds_are_those_of_gymnasium() -> None:
    """As a vector environment tells them; an environment keeps its generator where no seed is given."""
    env, reference = ours("Hopper", 3), gymnasiums("Hopper", 3)
    for seed in (5, [7, None, 9], None):
        env.reset(seed=seed), reference.reset(seed=seed)
        assert env.np_random_seed == reference.np_random_seed
        states = [[g.bit_generator.state for g in e.np_random] for e in (env, reference)]
        assert states[0] == states[1]


def test_what_was_returned_does_not_change_later() -> None:
    """Observations, rewards, flags and infos are the caller's own."""
    env = ours("Humanoid", 2)
    kept = env.reset(seed=0)
    steps = [(kept[0], None, None, None, kept[1])]
    copies = [(kept[0].copy(), None, None, None, {key: value.copy() for key, value in kept[1].items()})]
    for actions in draw_actions(env, 5):
        step = env.step(actions)
        steps.append(step)
        copies.append((*(part.copy() for part in step[:4]), {key: value.copy() for key, value in step[4].items()}))
    for step, copy in zip(steps, copies, strict=True):
        for one, other in zip(step[:4], copy[:4], strict=True):
            assert np.array_equal(one, other)
        assert_same(step[4], copy[4])


def test_the_table_of_the_documentation_is_true() -> None:
    """Numbers of actions and observations, time limits, and which episodes end early."""
    text = (Path(__file__).parents[3] / "docs" / "mujoco.rst").read_text(encoding="utf-8")
    row = re.compile(r"   \* - (\w+)\n     - (\d+)\n     - (\d+)\n     - (\d+)\n     - (yes|no)\n")
    stated = {name: cells for name, *cells in row.findall(text)}
    for name, task in TASKS.items():
        env = ours(name, 1)
        env.reset(seed=0)
        infos = env.step(np.zeros((1, *env.single_action_space.shape)))[4]
        sizes = (env.single_action_space.shape[0], env.single_observation_space.shape[0], task.time_limit)
        assert stated[name] == [*map(str, sizes), "yes" if "reward_survive" in infos else "no"], name
    assert stated.keys() == TASKS.keys()

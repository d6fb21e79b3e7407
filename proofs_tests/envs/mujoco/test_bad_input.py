"""What goes wrong is said, at the boundary, and harms nothing else."""

import gc
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest

from rlproof.envs.mujoco.checking import checked_actions
from rlproof.envs.mujoco.errors import (
    ActionShapeError,
    ActionValueError,
    ClosedEnvironmentError,
    ModelFileError,
    ResetNeededError,
    UnknownBodyError,
    UnknownOptionError,
    UnknownTaskError,
)
from rlproof.envs.mujoco.making import make_task
from rlproof.envs.mujoco.vector_env import MujocoVectorEnv
from rlproof.spec.errors import ParameterError, RlproofError, ShapeError

from .same import DISABLED, assert_same_step, draw_actions, ours

FOUR_PARTS = ("got:", "expected:", "likely cause:", "what to do:")


@pytest.mark.parametrize(
    ("kind", "task", "options"),
    [
        (UnknownTaskError, "Hoper", {}),
        (UnknownTaskError, "Hopper-v4", {}),
        (UnknownOptionError, "Hopper", {"ctrl_cost_wieght": 1.0}),
        (UnknownOptionError, "Reacher", {"reset_noise_scale": 0.1}),
        (ParameterError, "Hopper", {"ctrl_cost_weight": "0.1"}),
        (ParameterError, "Hopper", {"ctrl_cost_weight": float("nan")}),
        (ParameterError, "Hopper", {"terminate_when_unhealthy": 1}),
        (ParameterError, "Hopper", {"healthy_z_range": (1.0, 0.5)}),
        (ParameterError, "Hopper", {"healthy_z_range": 0.7}),
        (ParameterError, "Hopper", {"frame_skip": 0}),
        (ParameterError, "Hopper", {"frame_skip": 1.5}),
        (ParameterError, "Hopper", {"reset_noise_scale": -0.1}),
        (ModelFileError, "Hopper", {"xml_file": "hoper.xml"}),
        (ModelFileError, "Hopper", {"xml_file": __file__}),
        (ParameterError, "Hopper", {"num_envs": 0}),
        (ParameterError, "Hopper", {"threads": 0}),
        (ParameterError, "Hopper", {"render_mode": "human"}),
        (ParameterError, "Hopper", {"render_mode": "rgb_array", "camera_name": "nowhere"}),
        (ParameterError, "Hopper", {"render_mode": "rgb_array", "camera_name": "track", "camera_id": 0}),
        (UnknownBodyError, "Ant", {"main_body": "trunk"}),
    ],
)
def test_what_cannot_be_made_is_refused(kind: type[RlproofError], task: str, options: dict[str, Any]) -> None:
    """With the class of the situation, and a message of four parts."""
    with pytest.raises(kind) as caught:
        MujocoVectorEnv(task, **options)
    assert all(part in str(caught.value) for part in FOUR_PARTS)


@pytest.mark.parametrize(
    ("slip", "meant"), [("ctrl_cost_wieght", "ctrl_cost_weight"), ("helthy_reward", "healthy_reward")]
)
def test_a_slip_is_named(slip: str, meant: str) -> None:
    """The option that was meant stands in the message."""
    with pytest.raises(UnknownOptionError, match=f"a slip of '{meant}'"):
        make_task("Hopper", **{slip: 1.0})


@pytest.mark.parametrize("actions", [np.zeros((3, 3)), np.zeros((2, 2)), np.zeros(3), np.zeros((2, 3, 1)), 0.0])
def test_actions_of_another_shape_are_refused(actions: np.ndarray) -> None:
    """Also those that NumPy would stretch to fit."""
    env = ours("Hopper", 2)
    env.reset(seed=0)
    with pytest.raises(ActionShapeError, match=r"shape \(2, 3\)"):
        env.step(actions)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_an_action_that_is_not_finite_is_refused_before_anything_moves(value: float) -> None:
    """The message names the row; the environments go on as if nothing had been."""
    env, same = ours("Hopper", 3), ours("Hopper", 3)
    env.reset(seed=0), same.reset(seed=0)
    actions = draw_actions(env, 2)
    bad = actions[0].copy()
    bad[1, 2] = value
    with pytest.raises(ActionValueError, match="row 1"):
        env.step(bad)
    for number in range(2):
        assert_same_step(env.step(actions[number]), same.step(actions[number]), f"step {number}")


def test_huge_actions_are_finite() -> None:
    """Numbers whose squares overflow are let through the check."""
    huge = np.full((2, 3), 1e30, np.float32)
    assert checked_actions(huge, (2, 3)) is huge


def test_a_closed_environment_says_so() -> None:
    """For every call, and as Gymnasium's own error too; closing twice is allowed."""
    env = ours("Hopper", 2)
    env.reset(seed=0)
    env.close()
    env.close()
    for call in (env.reset, env.render, lambda: env.step(np.zeros((2, 3)))):
        with pytest.raises(ClosedEnvironmentError):
            call()
        with pytest.raises(gymnasium.error.ClosedEnvironmentError):
            call()


def test_a_step_before_the_first_reset_is_refused() -> None:
    """By the vector environment, by the single one, and a first reset must reach all."""
    env, single = ours("Hopper", 2), gymnasium.make("rlproof/Hopper-v5")
    with pytest.raises(ResetNeededError):
        env.step(np.zeros((2, 3)))
    with pytest.raises(gymnasium.error.ResetNeeded):
        single.step(np.zeros(3))
    with pytest.raises(ResetNeededError, match="leaves environments out"):
        env.reset(options={"reset_mask": np.array([True, False])})


def test_a_step_after_the_end_is_refused_where_nothing_resets() -> None:
    """In the mode without autoreset; the message names the environments."""
    env = ours("Hopper", 2, mode=DISABLED, max_episode_steps=1)
    env.reset(seed=0)
    env.step(np.zeros((2, 3)))
    with pytest.raises(ResetNeededError, match=r"\[0, 1\]"):
        env.step(np.zeros((2, 3)))


@pytest.mark.parametrize(
    "mask",
    [[True, False], np.array([1, 0]), np.array([True]), np.array([False, False]), np.array([[False], [True]])],
)
def test_a_wrong_reset_mask_is_refused(mask: Any) -> None:
    """Lists, numbers, other sizes, and a mask that means nothing."""
    env = ours("Hopper", 2)
    env.reset(seed=0)
    with pytest.raises(ParameterError, match="reset_mask"):
        env.reset(options={"reset_mask": mask})


def test_seeds_of_another_number_are_refused() -> None:
    """One for each environment."""
    with pytest.raises(ShapeError, match="3 seeds"):
        ours("Hopper", 2).reset(seed=[1, 2, 3])


@pytest.mark.parametrize("task", ["HalfCheetah", "Ant", "InvertedDoublePendulum"])
def test_an_unstable_simulation_ends_its_own_episode_only(task: str, tmp_path: Any, monkeypatch: Any) -> None:
    """MuJoCo puts it into its default state; it is truncated with reward zero, and the others do not notice."""
    monkeypatch.chdir(tmp_path)  # MuJoCo writes its warning into a file there
    env, calm = ours(task, 4), ours(task, 4)
    env.reset(seed=0), calm.reset(seed=0)
    actions = draw_actions(env, 3)
    env.step(actions[0]), calm.step(actions[0])
    for numbers in (env.engine.simulation.state.qpos, env.engine.simulation.state.qvel):
        numbers[2, 0] = np.nan
    observation, reward, terminated, truncated, infos = env.step(actions[1])
    expected = calm.step(actions[1])
    others = np.arange(4) != 2
    assert np.array_equal(observation[others], expected[0][others])
    assert np.array_equal(reward[others], expected[1][others])
    assert (reward[2], terminated[2], truncated[2]) == (0.0, False, True)
    assert infos["unstable"].tolist() == infos["_unstable"].tolist() == [False, False, True, False]
    assert all(np.isfinite(values).all() for values in (observation, *infos.values()))
    *found, infos = env.step(actions[2])
    assert "unstable" not in infos
    assert np.array_equal(found[0][others], calm.step(actions[2])[0][others])
    assert not found[3][2], "a new episode has begun"


def test_an_unstable_single_environment_is_truncated(tmp_path: Any, monkeypatch: Any) -> None:
    """As in a vector."""
    monkeypatch.chdir(tmp_path)
    env = gymnasium.make("rlproof/HalfCheetah-v5")
    env.reset(seed=0)
    env.unwrapped.data.qvel[0] = np.inf  # pyright: ignore[reportAttributeAccessIssue]
    *_, reward, terminated, truncated, info = env.step(np.zeros(6))
    assert (reward, terminated, truncated, info["unstable"]) == (0.0, False, True, True)


def test_a_thousand_environments_leave_nothing_behind() -> None:
    """Nine hundred that are closed cost less memory than ninety that are kept: not one in ten is left behind."""

    def make() -> Any:
        env = ours("InvertedPendulum", 16)
        env.reset(seed=0)
        env.step(np.zeros((16, 1), np.float32))
        return env

    def resident(kept: int, closed: int) -> int:
        """Return the pages of memory that the process holds, with some kept and others closed."""
        keep = [make() for _ in range(kept)]
        for _ in range(closed):
            make().close()
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        del keep
        return pages

    before = resident(kept=0, closed=100)  # what is made once is made
    closed = resident(kept=0, closed=900) - before
    kept = resident(kept=90, closed=0) - before
    assert closed < kept, f"{closed} pages for 900 that are closed, {kept} for 90 that are kept"

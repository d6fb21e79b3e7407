"""The processor's engine gives the numbers of Gymnasium's own environments, bit for bit."""

import gymnasium
import mujoco
import numpy as np
import pytest

from rlproof.envs.gymnasium_envs import without_known_warnings
from rlproof.envs.mujoco.tasks import TASKS

from .same import DISABLED, NEXT, SAME, assert_same, assert_same_step, draw_actions, gymnasiums, ours, quiet

STEPS = 1000


def compare(task: str, count: int, steps: int) -> int:
    """Step Gymnasium's environments and ours, on one thread and on two, alike; return how many episodes ended."""
    reference, alone, together = gymnasiums(task, count), ours(task, count, threads=1), ours(task, count, threads=2)
    first = reference.reset(seed=11)
    for env in (alone, together):
        observation, infos = env.reset(seed=11)
        assert_same(observation, first[0], "first observation")
        assert_same(infos, first[1], "first infos")
    ended = 0
    for number, actions in enumerate(draw_actions(reference, steps)):
        expected = reference.step(actions)
        for env in (alone, together):
            assert_same_step(env.step(actions), expected, f"step {number}")
        ended += int((expected[2] | expected[3]).sum())
    return ended


@pytest.mark.parametrize("task", TASKS)
def test_a_thousand_steps_are_identical(task: str) -> None:
    """Observations, rewards, flags and infos of one environment, through the ends of episodes."""
    assert compare(task, 1, STEPS) >= 1


@pytest.mark.parametrize(("count", "steps"), [(7, 120), (64, 40)])
@pytest.mark.parametrize("task", TASKS)
def test_many_environments_are_identical(task: str, count: int, steps: int) -> None:
    """As above, on one thread and on two, for fewer steps."""
    compare(task, count, steps)


@pytest.mark.slow
@pytest.mark.parametrize("count", [7, 64])
@pytest.mark.parametrize("task", TASKS)
def test_a_thousand_steps_of_many_environments_are_identical(task: str, count: int) -> None:
    """As above, for a thousand."""
    assert compare(task, count, STEPS) >= count


@pytest.mark.parametrize("mode", [NEXT, SAME, DISABLED], ids=lambda mode: mode.value)
@pytest.mark.parametrize("task", TASKS)
def test_every_autoreset_mode_is_identical(task: str, mode: gymnasium.vector.AutoresetMode) -> None:
    """Episodes of eleven steps: where they end, `final_obs` and `final_info`, and resets by a mask."""
    reference, env = (make(task, 5, mode=mode, max_episode_steps=11) for make in (gymnasiums, ours))
    assert_same(env.reset(seed=[5, 3, 8, 1, 0])[0], reference.reset(seed=[5, 3, 8, 1, 0])[0])
    for number, actions in enumerate(draw_actions(env, 40)):
        found, expected = env.step(actions), reference.step(actions)
        assert_same_step(found, expected, f"step {number}")
        ended = expected[2] | expected[3]
        if mode is DISABLED and ended.any():
            for one, other in zip(*(e.reset(options={"reset_mask": ended}) for e in (env, reference)), strict=True):
                assert_same(one, other, f"reset after step {number}")


@pytest.mark.parametrize("task", TASKS)
def test_a_single_environment_is_identical(task: str) -> None:
    """What `gymnasium.make` returns, with its time limit."""
    with quiet(), without_known_warnings(mujoco):
        env, reference = gymnasium.make(f"rlproof/{task}-v5"), gymnasium.make(f"{task}-v5")
    space = reference.action_space
    assert isinstance(space, gymnasium.spaces.Box)
    assert (env.action_space, env.observation_space) == (space, reference.observation_space)
    generator = np.random.default_rng(0)
    observation, info = env.reset(seed=4)
    expected_observation, expected_info = reference.reset(seed=4)
    for number in range(300):
        assert np.array_equal(observation, expected_observation), number
        assert info.keys() == expected_info.keys()
        assert all(np.array_equal(info[key], value) for key, value in expected_info.items()), number
        action = generator.uniform(space.low, space.high).astype(np.float32)
        observation, *found, info = env.step(action)
        expected_observation, *expected, expected_info = reference.step(action)
        assert found == expected, number
        if expected[1] or expected[2]:
            (observation, info), (expected_observation, expected_info) = env.reset(), reference.reset()


def test_actions_in_double_precision_are_identical() -> None:
    """The cost of control is computed in the precision of the actions."""
    reference, env = gymnasiums("HalfCheetah", 3), ours("HalfCheetah", 3)
    reference.reset(seed=0), env.reset(seed=0)
    for actions in draw_actions(env, 20).astype(np.float64) / 3:
        assert_same_step(env.step(actions), reference.step(actions), "float64")


def test_actions_in_another_memory_order_are_identical() -> None:
    """The order in which the cost of control is summed does not follow the memory of the actions."""
    reference, env = gymnasiums("Humanoid", 3), ours("Humanoid", 3)
    reference.reset(seed=0), env.reset(seed=0)
    for actions in draw_actions(env, 20):
        assert_same_step(env.step(np.asfortranarray(actions)), reference.step(actions), "columns first")

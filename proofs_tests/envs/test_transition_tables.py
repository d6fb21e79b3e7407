"""A process made from a table is the process that the environment plays."""

from fractions import Fraction
from typing import Any

import gymnasium
import numpy as np
import pytest

from rlproof.envs.transition_tables import as_mdp
from rlproof.spec.errors import NumberSystemError, ParameterError, RowSumError, ShapeError
from rlproof.spec.numbers import exact, float64

TABLES = [
    ("FrozenLake-v1", {}),
    ("FrozenLake-v1", {"map_name": "8x8"}),
    ("FrozenLake-v1", {"is_slippery": False}),
    ("FrozenLake-v1", {"desc": ["SFH", "SFG"], "success_rate": 0.8, "reward_schedule": (1.5, -0.1, 0)}),
    ("CliffWalking-v1", {}),
    ("CliffWalkingSlippery-v1", {}),
]


class Halfway:
    """A generator whose next uniform number is given."""

    def __init__(self, number: float) -> None:
        """Keep the number."""
        self.number = number

    def random(self) -> float:
        """Return the number."""
        return self.number


def played(env: Any, state: int, action: int) -> list[tuple[float, int, float, bool]]:
    """The outcomes of the environment's own step: one call for each interval of its uniform number."""
    probabilities = [outcome[0] for outcome in env.P[state][action]]
    ends = np.cumsum(probabilities)
    result = []
    for probability, end in zip(probabilities, ends, strict=True):
        env.s, env.np_random = state, Halfway(end - probability / 2)
        successor, reward, terminated, truncated, _ = env.step(action)
        assert not truncated
        result.append((probability, successor, reward, terminated))
    return result


def assert_same_process(env: Any, mdp: Any) -> None:
    """The process in float64 has the rows and rewards that playing gives, for all states and actions."""
    states = env.observation_space.n
    assert mdp.transition.shape == (states + 1, env.action_space.n, states + 1)
    for state, action in np.ndindex(states, env.action_space.n):
        row, reward = np.zeros(states + 1), 0.0
        for probability, successor, payment, terminated in played(env, state, action):
            row[states if terminated else successor] += probability
            reward += probability * payment
        assert np.array_equal(mdp.transition[state, action], row)
        assert mdp.reward[state, action] == reward


@pytest.mark.parametrize(("env_id", "options"), [*TABLES, ("Taxi-v4", {}), ("Taxi-v4", {"is_rainy": True})])
def test_the_process_is_what_the_environment_plays(env_id: str, options: dict[str, Any]) -> None:
    """Every outcome of `step` from every state is in the process, with its probability, and no other is."""
    env = gymnasium.make(env_id, **options)
    assert_same_process(env.unwrapped, as_mdp(env, discount=0.9))


@pytest.mark.parametrize(("env_id", "options"), TABLES)
def test_rows_sum_to_one_exactly_in_rationals(env_id: str, options: dict[str, Any]) -> None:
    """With == and no tolerance; and the exact tables are as near to the environment's floats as promised."""
    process = as_mdp(env_id, discount="9/10", system="exact", **options)
    assert np.all(process.transition.sum(axis=2) == 1)
    assert process.initial.sum() == 1
    floats = as_mdp(env_id, discount=0.9, **options)
    # A probability is read within 2**-52; three of them may add up in one row, and rewards are at most 100.
    assert np.abs(float64(process.transition) - floats.transition).max() <= 4 * 2.0**-52
    assert np.abs(float64(process.reward) - floats.reward).max() <= 4 * 100 * 2.0**-52


def test_the_slippery_third_is_a_third() -> None:
    """From state 0 of FrozenLake, left keeps the place with probability 2/3 exactly."""
    process = as_mdp("FrozenLake-v1", discount="9/10", system="exact")
    assert process.transition[0, 0, 0] == exact([Fraction(2, 3)])[0]


def test_the_end_of_an_episode_is_taken_from_the_flag_of_the_outcome() -> None:
    """CliffWalking's table lets the goal be left; the process goes to its own terminal state instead."""
    env: Any = gymnasium.make("CliffWalking-v1").unwrapped
    goal, above, down, up = 47, 35, 2, 0
    assert env.P[goal][up] == [(1.0, above, -1, False)], "the trap: the goal's own row moves on"
    process = as_mdp(env, discount="1", system="exact")
    assert process.terminal.tolist() == [False] * 48 + [True]
    assert process.transition[above, down, 48] == 1
    assert process.reward[above, down] == -1, "the reward of the transition into the end counts"
    assert process.initial[36] == 1


def test_the_initial_distribution_is_the_environments() -> None:
    """Taxi starts in 300 of its states with equal probability, and never in the terminal state."""
    process = as_mdp("Taxi-v4", discount=0.9)
    assert sorted(set(process.initial.tolist())) == [0.0, 1 / 300]
    assert np.count_nonzero(process.initial) == 300
    assert process.initial[-1] == 0


def test_balls_enclose_the_exact_tables() -> None:
    """The third number system holds the same process."""
    balls = as_mdp("FrozenLake-v1", discount="9/10", system="ball")
    process = as_mdp("FrozenLake-v1", discount="9/10", system="exact")
    assert all(ball.contains(number) for ball, number in zip(
        balls.transition.flat, process.transition.flat, strict=True))  # fmt: skip


def test_a_time_limit_does_not_change_the_process() -> None:
    """A limit of three steps truncates; it does not terminate."""
    limited = as_mdp("FrozenLake-v1", discount=0.9, max_episode_steps=3)
    assert np.array_equal(limited.transition, as_mdp("FrozenLake-v1", discount=0.9).transition)


@pytest.mark.parametrize(
    ("env_id", "options", "words"),
    [
        ("CartPole-v1", {}, "finite spaces"),
        ("Pendulum-v1", {}, "finite spaces"),
        ("NoSuchLake-v1", {}, "registered id"),
        ("FrozenLake-v99", {}, "registered id"),
        ("Taxi-v4", {"fickle_passenger": True}, "not in P"),
    ],
)
def test_an_environment_without_a_whole_table_is_refused(env_id: str, options: dict[str, Any], words: str) -> None:
    """The message says what is missing and what to do."""
    with pytest.raises(ParameterError, match=words) as caught:
        as_mdp(env_id, discount=0.9, **options)
    assert "what to do:" in str(caught.value)


def test_a_discrete_environment_without_a_table_is_refused() -> None:
    """Finite spaces alone are not enough."""
    env = gymnasium.make("FrozenLake-v1")
    del env.unwrapped.P
    with pytest.raises(ParameterError, match="no attribute P"):
        as_mdp(env, discount=0.9)


def test_a_wrapper_that_may_change_rewards_is_refused() -> None:
    """The table knows nothing of the wrapper; without it the environment is accepted."""
    env = gymnasium.wrappers.TransformReward(gymnasium.make("FrozenLake-v1"), lambda reward: 2 * float(reward))
    with pytest.raises(ParameterError, match="TransformReward"):
        as_mdp(env, discount=0.9)
    assert as_mdp(env.unwrapped, discount=0.9).reward.max() == (1 - 1 / 3) / 2


def test_options_for_a_finished_environment_are_refused() -> None:
    """They would have no effect."""
    with pytest.raises(ParameterError, match="is_slippery"):
        as_mdp(gymnasium.make("FrozenLake-v1"), discount=0.9, is_slippery=False)


def test_a_gap_in_the_table_is_refused() -> None:
    """Every state and action needs its outcomes."""
    env = gymnasium.make("FrozenLake-v1")
    del env.unwrapped.P[3][2]
    with pytest.raises(ShapeError, match="state 3, action 2"):
        as_mdp(env, discount=0.9)


def test_rows_that_are_no_distributions_are_refused_in_rationals() -> None:
    """Decimals such as 0.333 for a third do not sum to one; random numbers mean no rational."""
    env: Any = gymnasium.make("FrozenLake-v1")
    env.unwrapped.P[5][0] = [(0.333, 4, 0, False), (0.333, 5, 0, False), (0.333, 6, 0, False)]
    with pytest.raises(RowSumError, match="999/1000 for state 5, action 0"):
        as_mdp(env, discount="9/10", system="exact")
    env.unwrapped.P[5][0] = [(np.pi / 4, 4, 0, False), (1 - np.pi / 4, 5, 0, False)]
    with pytest.raises(NumberSystemError, match="measured or drawn at random"):
        as_mdp(env, discount="9/10", system="exact")
    assert as_mdp(env, discount=0.9).transition[5, 0, 4] == np.pi / 4


def test_a_float_discount_among_rationals_is_refused() -> None:
    """0.99 is not 99/100; the message says how to write it."""
    with pytest.raises(NumberSystemError, match=r"0\.99"):
        as_mdp("FrozenLake-v1", discount=0.99, system="exact")

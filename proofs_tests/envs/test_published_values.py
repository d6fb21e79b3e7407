"""Values of Gymnasium's toy-text environments that others published or that follow from their rules."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from rlproof.envs.blackjack import Blackjack, blackjack
from rlproof.envs.transition_tables import as_mdp
from rlproof.spec import dp, value
from rlproof.spec.mdp import MDP
from rlproof.spec.numbers import Scalar, exact


def number(fraction: Fraction | int | str) -> Scalar:
    """The rational as an element of an exact array."""
    return exact([fraction])[0]


def lake(discount: Scalar, **options: Any) -> MDP:
    """FrozenLake in rationals."""
    return as_mdp("FrozenLake-v1", discount=discount, system="exact", **options)


def uniform(process: MDP) -> Any:
    """The policy that takes every action equally often, in rationals."""
    actions = process.number_of_actions
    return exact(np.full((process.number_of_states, actions), Fraction(1, actions)))


def test_frozen_lake_is_won_with_probability_14_17() -> None:
    """Optimal play of the slippery 4x4 lake without time limit, computed from Gymnasium's own table."""
    assert value.optimal_v(lake(1))[0] == number("14/17")


@pytest.mark.parametrize(
    ("map_name", "limit", "registered"), [("4x4", 100, 0.74), ("8x8", 200, 0.91)], ids=["4x4", "8x8"]
)
def test_frozen_lake_within_the_time_limit_has_the_registered_optimum(
    map_name: str, limit: int, registered: float
) -> None:
    """Gymnasium's registration notes 'optimum = 0.74' and '0.91', to two digits."""
    process = as_mdp("FrozenLake-v1", discount=1.0, map_name=map_name)
    values = dp.value_iteration(process, np.zeros(process.number_of_states), sweeps=limit)
    assert round(values[0], 2) == registered
    if map_name == "4x4":
        assert round(values[0], 10) == 0.7441902878


def test_frozen_lake_has_its_discounted_values() -> None:
    """Optimal and uniform play at discount 0.99, and the uniform policy's chance to win: to ten digits."""
    found = [
        value.optimal_v(lake("99/100"))[0],
        value.v(lake("99/100"), uniform(lake("99/100")))[0],
        value.v(lake(1), uniform(lake(1)))[0],
    ]
    published = ["0.5420259320", "0.0123561373", "0.0139397962"]
    assert [f"{int(x.p) / int(x.q):.10f}" for x in found] == published


def test_frozen_lake_without_slipping_is_five_discounts_and_a_reward() -> None:
    """The shortest way has six steps and only the last one pays."""
    assert value.optimal_v(lake("99/100", is_slippery=False))[0] == number(Fraction(99, 100) ** 5)


def test_cliff_walking_takes_thirteen_steps() -> None:
    """Sutton and Barto 2018, example 6.6: the optimal return is -13; discounted, a geometric sum."""
    undiscounted = as_mdp("CliffWalking-v1", discount=1, system="exact")
    assert value.optimal_v(undiscounted)[36] == -13
    discounted = as_mdp("CliffWalking-v1", discount="99/100", system="exact")
    assert value.optimal_v(discounted)[36] == number(-(1 - Fraction(99, 100) ** 13) * 100)


def test_taxi_earns_7_93_on_average() -> None:
    """Undiscounted values are whole numbers from 3 to 15; the registered threshold, 8, exceeds their mean."""
    process = as_mdp("Taxi-v4", discount=1.0)
    # Moves are certain and rewards whole, so that the values are sums without rounding.
    values = value.optimal_v(process)[process.initial > 0]
    assert (values.min(), values.max()) == (3.0, 15.0)
    assert Fraction(sum(int(x) for x in values), len(values)) == Fraction(793, 100)
    assert np.array_equal(values, np.round(values))


def test_taxi_has_its_discounted_value() -> None:
    """The mean over the initial states at discount 0.99, to ten digits."""
    process = as_mdp("Taxi-v4", discount=0.99)
    assert round(process.initial @ value.optimal_v(process), 10) == 6.3274643149


RULES = [{"sab": True}, {"sab": False}, {"sab": False, "natural": True}]


@pytest.fixture(scope="module", params=RULES, ids=str)
def game(request: pytest.FixtureRequest) -> Blackjack:
    """Blackjack under each set of rules, in rationals."""
    return blackjack(discount=1, system="exact", **request.param)


def test_blackjack_is_played_by_the_thresholds_of_figure_5_2(game: Blackjack) -> None:
    """Sutton and Barto 2018, figure 5.2: the least sums on which to stick, against ace, 2, ..., 10."""
    policy = dp.policy_iteration(game.mdp)
    for usable_ace, published in (
        (0, [17, 13, 13, 12, 12, 12, 17, 17, 17, 17]),
        (1, [19, 18, 18, 18, 18, 18, 18, 18, 19, 19]),
    ):
        sticks = [
            [s for s in range(4 + 8 * usable_ace, 22) if policy[game.index(s, card, usable_ace)] == 0]
            for card in range(1, 11)
        ]
        assert sticks == [list(range(threshold, 22)) for threshold in published]


def test_blackjack_from_thirteen_has_the_value_of_example_5_4(game: Blackjack) -> None:
    """Sutton and Barto 2018, example 5.4: -0.27726 in 10**8 episodes of a policy that sticks on 20 and 21."""
    policy = np.array([0 if state.player_sum >= 20 else 1 for state in game.states] + [0])
    result = value.v(game.mdp, policy)[game.index(13, 2, 1)]
    # The figure known from an independent computation in float64, to the digits that such a solve keeps.
    assert f"{int(result.p) / int(result.q):.14f}" == "-0.27720419182500"
    # Returns lie within [-1, 1]: the book's mean has a standard error of at most 1e-4.
    assert abs(int(result.p) / int(result.q) + 0.27726) < 1.5e-4

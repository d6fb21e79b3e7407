"""Gymnasium's toy-text environments: values that others published or that follow from their tables."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from rlproof.envs.transition_tables import as_mdp
from rlproof.oracle.claims import Claim, at_most, equal, true
from rlproof.oracle.published import printed, published
from rlproof.published.gridworlds import uniform
from rlproof.spec import dp, value
from rlproof.spec.mdp import MDP, eta, terminal_absorbing
from rlproof.spec.numbers import Scalar, exact

TABLES = "Gymnasium 1.4, its own transition table"


def lake(discount: Scalar, **options: Any) -> MDP:
    """FrozenLake in rationals."""
    return as_mdp("FrozenLake-v1", discount=discount, system="exact", **options)


@published("value.optimal_v", source=f"{TABLES} of FrozenLake-v1")
def frozen_lake_is_won_with_14_17() -> Iterator[Claim]:
    """Optimal play of the slippery 4x4 lake without time limit."""
    chance = value.optimal_v(lake(1))[0]
    yield equal(chance, exact(["14/17"])[0])
    yield printed(chance, "0.8235294")


@published("dp.value_iteration", source="Gymnasium's registration of FrozenLake-v1 and FrozenLake8x8-v1")
def frozen_lake_within_the_time_limit() -> Iterator[Claim]:
    """The registration notes 'optimum = 0.74' (100 steps) and '0.91' (200): lower than without limit."""
    for map_name, limit, registered in (("4x4", 100, "0.74"), ("8x8", 200, "0.91")):
        process = as_mdp("FrozenLake-v1", discount=1.0, map_name=map_name)
        chance = dp.value_iteration(process, np.zeros(process.number_of_states), sweeps=limit)[0]
        yield printed(chance, registered)
        if map_name == "4x4":
            yield printed(chance, "0.7441902878")
            yield at_most(chance, 0.8235294)


@published("value.optimal_v", "value.v", source=f"{TABLES} of FrozenLake-v1")
def frozen_lake_discounted() -> Iterator[Claim]:
    """Optimal and uniform play at discount 0.99, and the uniform policy's chance to win."""
    yield printed(value.optimal_v(lake("99/100"))[0], "0.5420259320")
    yield printed([value.v(lake(each), uniform(lake(1)))[0] for each in ("99/100", 1)], "0.0123561373 0.0139397962")


@published("value.optimal_v", source=f"{TABLES} of FrozenLake-v1, is_slippery=False")
def frozen_lake_without_slipping() -> Iterator[Claim]:
    """The shortest way has six steps and only the last one pays: five discounts."""
    best = value.optimal_v(lake("99/100", is_slippery=False))[0]
    yield equal(best, exact([Fraction(99, 100) ** 5])[0])
    yield printed(best, "0.9509900499")


@published("value.optimal_v", source=f"{TABLES} of CliffWalking-v1; Sutton & Barto 2018, example 6.6")
def cliff_walking() -> Iterator[Claim]:
    """Thirteen steps; discounted, a geometric sum."""
    yield equal(value.optimal_v(as_mdp("CliffWalking-v1", discount=1, system="exact"))[36], -13)
    discounted = value.optimal_v(as_mdp("CliffWalking-v1", discount="99/100", system="exact"))[36]
    yield equal(discounted, exact([-(1 - Fraction(99, 100) ** 13) * 100])[0])
    yield printed(discounted, "-12.2478977")


@published("value.optimal_v", "dp.policy_iteration", "mdp.eta", source=f"{TABLES} of Taxi-v4")
def taxi() -> Iterator[Claim]:
    """Undiscounted values are whole numbers from 3 to 15, of mean 7.93: the registered threshold, 8, is above it."""
    process = as_mdp("Taxi-v4", discount=1.0)
    # Moves are certain and rewards whole, so that the values are sums without rounding.
    values = value.optimal_v(process)[process.initial > 0]
    yield equal([values.min(), values.max()], [3.0, 15.0])
    yield true(np.array_equal(values, np.round(values)))
    yield printed(exact([Fraction(sum(int(x) for x in values), len(values))]), "7.93")
    discounted = as_mdp("Taxi-v4", discount=0.99)
    yield printed(eta(discounted, dp.policy_iteration(discounted)), "6.3274643149")


@published("mdp.terminal_absorbing", source=f"{TABLES} of FrozenLake-v1, whose outcomes carry a flag")
def frozen_lake_by_its_flags() -> Iterator[Claim]:
    """With the flags of the outcomes instead of terminal states: uniform play at discount 0.99, optimal play at one."""
    process = lake("99/100")
    entering = np.broadcast_to(process.terminal, process.transition.shape)
    endless = process.replace(terminal=None)
    yield printed(terminal_absorbing(endless, uniform(process), entering)[0], "0.0123561373")
    undiscounted = lake(1)
    best = terminal_absorbing(undiscounted, dp.policy_iteration(undiscounted), entering)
    yield equal(best[0], exact(["14/17"])[0])

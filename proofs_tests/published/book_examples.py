"""Sutton and Barto 2018: returns, the gambler, the car rental, blackjack, the maximisation bias, Baird's star."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from rlproof.envs.blackjack import Blackjack, blackjack
from rlproof.envs.book import baird, car_rental, choices, gambler
from rlproof.oracle.claims import Claim, at_most, equal, true
from rlproof.oracle.published import printed, published
from rlproof.spec import bellman, dp, numbers, value
from rlproof.spec.mdp import MDP, discounted_return, policy_kernel, rewards_to_go
from rlproof.spec.numbers import Array, exact

BOOK = "Sutton & Barto 2018"


@published("mdp.rewards_to_go", "mdp.discounted_return", source=f"{BOOK}, exercise 3.8")
def exercise_3_8() -> Iterator[Claim]:
    """At discount 1/2 the rewards -1, 2, 6, 3, 2 have the returns G_0, ..., G_4 = 2, 6, 8, 4, 2."""
    rewards, ends = exact([-1, 2, 6, 3, 2]), np.arange(5) == 4
    yield equal(rewards_to_go(rewards, 0 * rewards, ends, ~ends & False, gamma="1/2"), exact([2, 6, 8, 4, 2]))
    yield equal(discounted_return(rewards, gamma="1/2"), 2)


@published("value.v", source=f"{BOOK}, exercise 3.9")
def exercise_3_9() -> Iterator[Claim]:
    """A reward of 2, then 7 for ever: at discount 0.9 G_1 = 70 and G_0 = 65."""
    process = MDP([[[0, 1]], [[0, 1]]], [[2], [7]], [1, 0], "9/10")
    yield equal(value.v(process, np.array([0, 0])), exact([65, 70]))


@published("value.v", "bellman.optimality_v", source=f"{BOOK}, example 4.3, figure 4.3")
def example_4_3() -> Iterator[Claim]:
    """With heads at 0.4 bold play wins with 0.16, 0.4 and 0.64 from 25, 50 and 75, and is optimal everywhere."""
    process = gambler.gambler(system="exact")
    values = value.v(process, gambler.bold_play())
    yield printed(values[[25, 50, 75]], "0.16 0.4 0.64")
    yield equal(values[[25, 50, 75]], exact(["4/25", "2/5", "16/25"]))
    yield equal(bellman.optimality_v(process, values), values)


@published("dp.policy_improvement", "dp.policy_iteration", source=f"{BOOK}, example 4.2, figure 4.2")
def example_4_2() -> Iterator[Claim]:
    """From never moving a car, the fourth improvement is optimal; it moves between -4 and 5 cars."""
    process = car_rental.car_rental()
    policies = [np.full(441, car_rental.MOVED.index(0))]
    for _ in range(4):
        policies.append(dp.policy_improvement(process, policies[-1]))
    values = [value.v(process, policy) for policy in policies]
    best = value.optimal_v(process)
    tie = dp.tie_tolerance(process, best) / 0.1
    yield at_most(abs(values[4] - best).max(), tie)
    yield at_most(tie, abs(values[3] - best).max())
    moved = car_rental.moved_by(policies[4])
    yield equal([moved.min(), moved.max()], [-4, 5])


@published("value.optimal_v", source=f"{BOOK}, example 4.2, whose figure shows an axis from 420 to 612")
def example_4_2_values() -> Iterator[Claim]:
    """The least value is v(0, 0) = 421.41, as the figure shows; the largest is v(20, 20) = 636.99 and not 612."""
    values = value.optimal_v(car_rental.car_rental())
    yield printed([values.min(), values.max()], "421.4140633965 636.99")
    yield true(values.argmin() == 0 and values.argmax() == 440)
    yield at_most(620, values.max())


RULES = ({"sab": True}, {"sab": False}, {"sab": False, "natural": True})
THRESHOLDS = ((0, (17, 13, 13, 12, 12, 12, 17, 17, 17, 17)), (1, (19, 18, 18, 18, 18, 18, 18, 18, 19, 19)))
"""The least sums on which to stick, without and with a usable ace, against ace, 2, ..., 10."""


@published("dp.policy_iteration", source=f"{BOOK}, example 5.3, figure 5.2")
def figure_5_2() -> Iterator[Claim]:
    """Blackjack is played by thresholds, the same under all three sets of Gymnasium's rules."""
    for rules in RULES:
        game = blackjack(discount=1, system="exact", **rules)
        policy = dp.policy_iteration(game.mdp)
        for usable_ace, thresholds in THRESHOLDS:
            for card, threshold in enumerate(thresholds, start=1):
                sums = range(4 + 8 * usable_ace, 22)
                sticks = [total for total in sums if policy[game.index(total, card, usable_ace)] == 0]
                yield true(sticks == list(range(threshold, 22)))


@published("value.v", source=f"{BOOK}, example 5.4")
def example_5_4() -> Iterator[Claim]:
    """From 13 with a usable ace against a deuce, sticking on 20 and 21: -0.27726 as a mean of 10^8 episodes.

    Exact is -0.2772041918250 (also a computation of others in float64); returns lie within [-1, 1], so that the
    book's mean has a standard error of at most 10^-4.
    """
    for rules in RULES:
        game = blackjack(discount=1, system="exact", **rules)
        result = value.v(game.mdp, _sticking_on_20(game))[game.index(13, 2, 1)]
        yield printed(result, "-0.27720419182500")
        yield at_most(abs(result - exact(["-0.27726"])[0]), exact(["3/20000"])[0])


@published("value.optimal_q", "policy.greedy", source=f"{BOOK}, example 6.7, figure 6.5")
def example_6_7() -> Iterator[Claim]:
    """Right is best (0 against -0.1), so that epsilon-greedy play at 0.1 goes left in 5 percent of the cases."""
    process = choices.maximisation_bias(system="exact")
    action_values = value.optimal_q(process)
    yield printed(action_values[choices.A], "-0.1 0.0")
    best = int(dp.policy_iteration(process)[choices.A])
    share = exact(["9/10"])[0] * (best == choices.LEFT) + exact(["1/10"])[0] / 2
    yield printed(share, "0.05")


@published("value.v", "bellman.expectation_v", source=f"{BOOK}, section 11.2, figure 11.2")
def baird_diverges() -> Iterator[Claim]:
    """Semi-gradient dynamic programming diverges, although the values, zero everywhere, can be represented.

    The expected update has an eigenvalue of real part 0.2393; after 1000 sweeps at alpha = 0.01 the largest weight,
    the eighth, is 335.
    """
    process, features, policy = baird.baird(), baird.features(), baird.target_policy()
    yield equal(value.v(process, policy), 0)
    errors = process.discount * (policy_kernel(process, policy) @ features) - features
    yield printed(np.linalg.eigvals(features.T @ errors / baird.STATES).real.max(), "0.2393")
    weights = np.array(baird.FIRST_WEIGHTS, dtype=float)
    for _ in range(1000):
        values = features @ weights
        change = features.T @ (bellman.expectation_v(process, policy, values) - values)
        weights = weights + 0.01 / baird.STATES * change
    yield printed(abs(weights).max(), "335.0")
    yield true(abs(weights).argmax() == 7)


@published("mdp.rewards_to_go", source="Singh & Sutton 1996, theorem 7: the bias of every-visit Monte Carlo")
def every_visit_is_biased() -> Iterator[Claim]:
    """A state that repeats with probability p, paying 1, before it ends, paying 1, is worth p / (1 - p) + 1.

    The mean of the every-visit estimate over n episodes is n/(n + 1) p / (1 - p) + 1: too low. Here p = 1/2, n = 1, 2;
    episodes of more than 60 repetitions, of probability 2^-61 each, are left out.
    """
    longest, half = 60, Fraction(1, 2)
    chances = [half ** (k + 1) for k in range(longest + 1)]
    sums = [_sum_of_returns(k) for k in range(longest + 1)]
    once = sum(chance * total / (k + 1) for k, (chance, total) in enumerate(zip(chances, sums, strict=True)))
    twice = sum(
        chances[j] * chances[k] * (sums[j] + sums[k]) / (j + k + 2)
        for j in range(longest + 1)
        for k in range(longest + 1)
    )
    yield printed(exact([once, twice]), "1.500000000 1.666666667")


def _sum_of_returns(repetitions: int) -> Fraction:
    """The sum over all visits of the undiscounted returns of an episode that repeats so often and ends."""
    rewards = numbers.exact([1] * (repetitions + 1))
    ends = np.arange(repetitions + 1) == repetitions
    total = rewards_to_go(rewards, 0 * rewards, ends, ends & False, gamma=1).sum()
    return Fraction(int(total.p), int(total.q))


def _sticking_on_20(game: Blackjack) -> Array:
    """The policy that sticks on 20 and 21 and hits otherwise."""
    return np.array([0 if state.player_sum >= 20 else 1 for state in game.states] + [0])

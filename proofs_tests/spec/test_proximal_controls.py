"""Wrong formulas of proximal objectives, each refuted by one exact instance, and what masked entries may hold."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest

from rlproof.oracle.claims import decide, equal
from rlproof.spec import divergence, numbers, ppo, tokens
from rlproof.spec.decision_process import MDP
from rlproof.spec.mdp import eta

EXACT = numbers.exact
QUARTER = numbers.rational("1/4")
RATIOS, ADVANTAGES = EXACT(["1/2", "3/2", "7/2"]), EXACT([2, -1, -3])
VALUES, OLD_VALUES, RETURNS = EXACT([1, -2, 3]), EXACT([0, 0, 0]), EXACT([0, 0, 4])
TERMS = EXACT([[6, 0, 0, 0], [2, 2, 2, 2]])
MASK = np.array([[True, False, False, False], [True, True, True, False]])
SCORES = EXACT([1, 0])
FLAT = EXACT([[0] * 4] * 2)


def clipped(ratios: Any, low: Any, high: Any) -> Any:
    """The ratios, moved into the band."""
    return numbers.minimum(numbers.maximum(ratios, low), high)


def mean(terms: Any) -> Any:
    """The mean over all entries."""
    return terms.sum() / terms.size


def clip(ratios: Any = RATIOS, advantages: Any = ADVANTAGES) -> Any:
    """L^CLIP with epsilon = 1/4."""
    return ppo.clip_objective(ratios, advantages, clip_epsilon=QUARTER)


def dual() -> Any:
    """The dual clip with c = 3 for positive advantages."""
    return ppo.dual_clip_objective(RATIOS, abs(ADVANTAGES), clip_epsilon=QUARTER, dual_clip=3)


def value(loss: Callable[..., Any] = ppo.clipped_value_loss) -> Any:
    """A clipped value loss with epsilon = 1/4."""
    return loss(VALUES, OLD_VALUES, RETURNS, clip_epsilon=QUARTER)


CLIPPED_VALUES = EXACT(["1/4", "-1/4", "1/4"])
WRONG: list[tuple[str, Callable[[], Any], Callable[[], Any]]] = [
    ("clipping without the minimum", clip, lambda: mean(clipped(RATIOS, 3 * QUARTER, 5 * QUARTER) * ADVANTAGES)),
    ("a maximum for the minimum", clip, lambda: mean(numbers.maximum(
        RATIOS * ADVANTAGES, clipped(RATIOS, 3 * QUARTER, 5 * QUARTER) * ADVANTAGES))),
    ("a band from epsilon to 1 + epsilon", lambda: clip(QUARTER * RATIOS), lambda: mean(numbers.minimum(
        QUARTER * RATIOS * ADVANTAGES, clipped(QUARTER * RATIOS, QUARTER, 5 * QUARTER) * ADVANTAGES))),
    ("means inside of the minimum", clip, lambda: mean(numbers.minimum(
        RATIOS * mean(ADVANTAGES), mean(clipped(RATIOS, 3 * QUARTER, 5 * QUARTER) * ADVANTAGES)))),
    ("a dual clip for positive advantages as well", dual, lambda: mean(3 * abs(ADVANTAGES))),
    ("the square of the larger signed error", value, lambda: mean(
        numbers.maximum(VALUES - RETURNS, CLIPPED_VALUES - RETURNS) ** 2)),
    ("the clipped value alone", value, lambda: mean((CLIPPED_VALUES - RETURNS) ** 2)),
    ("a minimum for the maximum", value, lambda: value(ppo.min_clipped_value_loss)),
    ("old values computed anew", value, lambda: ppo.clipped_value_loss(VALUES, VALUES, RETURNS, clip_epsilon=QUARTER)),
    ("one half of the squared error", lambda: ppo.value_loss(VALUES, RETURNS),
        lambda: mean((VALUES - RETURNS) ** 2) / 2),
    ("a limit on the mean instead of each term", lambda: ppo.truncated_value_loss(VALUES, RETURNS, loss_limit=2),
        lambda: numbers.minimum(mean((VALUES - RETURNS) ** 2), numbers.rational(2))),
    ("the token mean for the sequence mean", lambda: tokens.sequence_mean(TERMS, MASK),
        lambda: tokens.token_mean(TERMS, MASK)),
    ("padding in the denominator", lambda: tokens.token_mean(TERMS, MASK),
        lambda: np.where(MASK, TERMS, 0).sum() / TERMS.size),
    ("filtered sequences in the denominator", lambda: tokens.token_mean(TERMS, MASK & [[True], [False]]),
        lambda: np.where(MASK & [[True], [False]], TERMS, 0).sum() / int(MASK.sum())),
    ("the width of the batch for the constant", lambda: tokens.sequence_sum_constant(TERMS, MASK, max_tokens=8),
        lambda: tokens.sequence_sum_constant(TERMS, MASK, max_tokens=TERMS.shape[1])),
    ("the score on the first padding", lambda: tokens.kl_in_reward(SCORES, FLAT, FLAT, MASK, beta=1)[0],
        lambda: EXACT([0, 1, 0, 0])),
    ("the penalty with the other sign", lambda: tokens.kl_in_reward(SCORES, TERMS, FLAT, MASK, beta=1),
        lambda: tokens.kl_in_reward(SCORES, FLAT, TERMS, MASK, beta=1)),
    ("the baseline with the own reward", lambda: tokens.rloo_advantages(TERMS),
        lambda: tokens.dr_grpo_advantages(TERMS)),
    ("a baseline over all groups", lambda: tokens.dr_grpo_advantages(TERMS), lambda: TERMS - mean(TERMS)),
    ("the upper end for negative advantages", lambda: tokens.clip_higher(
        QUARTER * RATIOS, ADVANTAGES, clip_low=QUARTER, clip_high=1),
        lambda: tokens.clip_higher(QUARTER * RATIOS, ADVANTAGES, clip_low=1, clip_high=QUARTER)),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_a_wrong_formula_is_refuted(right: Callable[[], Any], wrong: Callable[[], Any]) -> None:
    """In rationals the two differ on this instance."""
    assert np.any(right() != wrong())


def test_the_clipped_objective_is_no_bound_on_the_return() -> None:
    """In this process L^CLIP says that the new policy gains, and the return falls."""
    transition = [[[0, 1], [1, 0]], [[0, 1], [0, 1]]]
    mdp = MDP(transition, [[2, -1], [-4, 2]], [1, 0], "3/4")
    old, new = EXACT([["1/2", "1/2"]] * 2), EXACT([[0, 1], [0, 1]])
    gain = ppo.clip_population_objective(mdp, old, new, clip_epsilon=QUARTER)
    assert gain == numbers.rational("21/100")
    assert (1 - mdp.discount) * (eta(mdp, new) - eta(mdp, old)) == numbers.rational("-3/5")


def test_clipping_without_the_minimum_is_no_lower_bound() -> None:
    """It exceeds L^CPI where a bad action has become more likely."""
    ratios, advantages = EXACT([2]), EXACT([-1])
    without = mean(clipped(ratios, 3 * QUARTER, 5 * QUARTER) * advantages)
    assert clip(ratios, advantages) == ppo.cpi_objective(ratios, advantages) < without


def test_normalisation_changes_signs_and_so_what_is_clipped() -> None:
    """Of two good actions the worse becomes bad; its ratio above the band is no longer clipped."""
    advantages, ratios = numbers.ball([1, 2]), numbers.ball([2, 2])
    normalised = ppo.advantage_normalisation(advantages, ddof=0, norm_epsilon=0)
    assert normalised[0] < 0 < normalised[1]
    slopes = [ppo.clip_gradient(ratios, a, clip_epsilon=QUARTER) for a in (advantages, normalised)]
    assert slopes[0][0] == 0
    assert slopes[1][0] < 0


@pytest.mark.parametrize("wrong", [
    lambda a: a - mean(a) / numbers.sqrt(numbers.ball([mean((a - mean(a)) ** 2)]))[0],
    lambda a: (a - mean(a)) / mean(abs(a - mean(a))),
    lambda a: ppo.advantage_normalisation(a, ddof=1, norm_epsilon=0),
], ids=["precedence of the division", "mean deviation", "ddof"])  # fmt: skip
def test_a_wrong_normalisation_is_refuted(wrong: Callable[[Any], Any]) -> None:
    """Certainly different from the normalisation with ddof = 0."""
    advantages = numbers.ball([1, 2, 5])
    right = ppo.advantage_normalisation(advantages, ddof=0, norm_epsilon=0)
    assert numbers.holds(abs(right - wrong(advantages)) > numbers.arb(2) ** -20).any()


@pytest.mark.parametrize("number", [0.1, 1 / 3, -12345.678])
@pytest.mark.parametrize("size", [2, 3, 7, 11])
def test_equal_floats_are_not_standardised(number: float, size: int) -> None:
    """The rounding of their mean stays rounding, although no epsilon keeps a deviation computed from it large."""
    batch = np.full(size, number)
    for normalise in (ppo.advantage_normalisation, ppo.advantage_whitening, tokens.group_advantages):
        found = normalise(batch, ddof=1, norm_epsilon=0)
        assert np.all(abs(found) <= size * np.finfo(float).eps * abs(number))


def test_normalising_along_one_axis_is_refuted() -> None:
    """A batch of one episode, normalised along the axis of episodes, is all zeros."""
    advantages = numbers.ball([[1, 2, 5]])
    along = [ppo.advantage_normalisation(column, ddof=0, norm_epsilon=1)[0] for column in advantages.T]
    assert all(entry == 0 for entry in along)
    assert ppo.advantage_normalisation(advantages, ddof=0, norm_epsilon=1)[0, 2] > 0


def test_a_mean_over_padding_is_refuted() -> None:
    """Mean over everything, variance over the mask: the kept entries do not sum to zero."""
    entries = numbers.ball(TERMS)
    right = tokens.masked_advantage_whitening(entries, MASK, ddof=0, norm_epsilon=1)
    wrong = tokens.masked_advantage_whitening(entries - mean(entries), MASK, ddof=0, norm_epsilon=1)
    assert decide(equal(right, wrong)).holds  # a shift of everything is harmless
    assert abs((entries - mean(entries))[MASK].sum()) > 1  # but the mean that is not the mask's is left over


def test_ratios_of_sequences_are_neither_sums_nor_unnormalised() -> None:
    """Three tokens with ratio 2 each: the product is 8, the geometric mean 2, the sum 6."""
    doubled = numbers.log(numbers.ball([[2, 2, 2]]))
    inputs = doubled, 0 * doubled, np.ones((1, 3), dtype=bool)
    product_ratio, root = tokens.sequence_importance_ratio(*inputs)[0], tokens.sequence_ratio(*inputs)[0]
    assert decide(equal(np.array([product_ratio, root]), np.array([8, 2]))).holds


def test_standardised_advantages_give_another_direction() -> None:
    """Over all groups of two, GRPO's mean gradient is not a multiple of that of the expected reward."""
    policy, rewards = numbers.ball([["1/2", "1/4", "1/4"]])[0], numbers.ball([0, 1, 3])
    gradients = {}
    for name, advantages in {
        "grpo": lambda r: tokens.group_advantages(r, ddof=1, norm_epsilon=0),
        "rloo": tokens.rloo_advantages,
    }.items():
        total = numbers.ball([0, 0, 0])
        for group in product(range(3), repeat=2):
            chosen = np.array(group)
            scores = [(np.arange(3) == action).astype(int) / policy for action in chosen]
            weights = policy[chosen].prod() * advantages(rewards[chosen]) / 2
            total = total + sum(weight * score for weight, score in zip(weights, scores, strict=True))
        gradients[name] = total - mean(total)
    grpo, rloo = gradients["grpo"], gradients["rloo"]
    assert decide(equal(rloo, rewards - mean(rewards))).holds
    assert abs(grpo[0] * rloo[1] - grpo[1] * rloo[0]) > numbers.arb(2) ** -10


def test_the_mean_gradient_of_k1_in_the_policy_that_acted_is_zero() -> None:
    """As a loss it teaches nothing: E[grad log pi] = 0, although its value is unbiased."""
    policy, direction = numbers.ball([["1/4", "3/4"]]), numbers.ball([["1/2", "-1/2"]])
    along = divergence.k1(numbers.log(numbers.ball([["1/2", "1/2"]])), numbers.log(numbers.ray(policy, direction)))
    slopes = [entry[1] for entry in along[0]]
    assert decide(equal(policy[0] @ np.array(slopes), 0)).holds


LOG_PROBS = -np.arange(1.0, 9.0).reshape(2, 4) / 8
OTHERS = LOG_PROBS[::-1] / 2
PAIR = np.array([1.0, -2.0])
ENDS = {"clip_low": 0.25, "clip_high": 0.5}
UNDER_MASK: dict[str, Callable[[Any, Any], Any]] = {
    "token_mean": tokens.token_mean,
    "sequence_mean": tokens.sequence_mean,
    "sequence_sum_constant": lambda x, m: tokens.sequence_sum_constant(x, m, max_tokens=8),
    "kl_in_reward": lambda x, m: tokens.kl_in_reward(PAIR, x, OTHERS, m, beta=0.5),
    "normalisation": lambda x, m: tokens.masked_advantage_normalisation(x, m, ddof=1, norm_epsilon=0.5),
    "whitening": lambda x, m: tokens.masked_advantage_whitening(x, m, ddof=1, norm_epsilon=0.5),
    "token_ratio": lambda x, m: tokens.token_ratio(x, OTHERS, m),
    "sequence_importance_ratio": lambda x, m: tokens.sequence_importance_ratio(OTHERS, x, m),
    "sequence_ratio": lambda x, m: tokens.sequence_ratio(x, OTHERS, m),
    "grpo": lambda x, m: tokens.grpo_objective(x, OTHERS, x / 2, m, PAIR, clip_epsilon=0.25, beta=0.5),
    "grpo_token_mean": lambda x, m: tokens.grpo_token_mean_objective(
        OTHERS, x, x / 2, m, PAIR, clip_epsilon=0.25, beta=0.5),
    "dr_grpo": lambda x, m: tokens.dr_grpo_objective(x, OTHERS, m, PAIR, clip_epsilon=0.25, max_tokens=8),
    "dapo": lambda x, m: tokens.dapo_objective(x, OTHERS, m, PAIR, **ENDS),
    "gspo": lambda x, m: tokens.gspo_objective(x, OTHERS, m, PAIR, **ENDS),
}  # fmt: skip


@pytest.mark.parametrize("name", UNDER_MASK)
@pytest.mark.parametrize("garbage", [np.nan, np.inf, -np.inf, 1e300])
def test_what_the_mask_hides_may_be_anything(name: str, garbage: float) -> None:
    """Bit for bit the same result, whatever stands outside the mask."""
    spoilt = np.where(MASK, LOG_PROBS, garbage)
    clean, found = (UNDER_MASK[name](array, MASK) for array in (LOG_PROBS, spoilt))
    assert np.array_equal(clean, found)
    assert np.all(np.isfinite(found))

"""What proximal objectives and objectives of token sequences refuse, each with the error of the situation."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rlproof.spec import errors, ppo, tokens

from ._processes import HALVES, floats

NAN, INF = float("nan"), float("inf")
THREE = np.array([1.0, 0.5, 2.0])
TOKENS = np.array([[-1.0, -0.5, -2.0], [-0.25, -1.0, -3.0]])
MASK = np.array([[True, False, True], [True, True, False]])
PAIR = np.array([1.0, -1.0])
SURE = np.array([[1.0, 0.0], [0.5, 0.5]])
COEFFICIENTS = {"clip_epsilon": 0.2, "value_coefficient": 0.5, "entropy_coefficient": 0.01}
LOGITS = np.zeros((2, 2))


def replaced(array: np.ndarray, index: Any, number: float) -> np.ndarray:
    """A copy with one number replaced."""
    result = array.copy()
    result[index] = number
    return result


def combined(**changes: float) -> Any:
    """PPO's combined objective with some coefficients changed."""
    return ppo.combined_objective(THREE, THREE, THREE, THREE, THREE, **{**COEFFICIENTS, **changes})


def clip_steps(**changes: Any) -> Any:
    """One iteration of PPO-Clip with some arguments changed."""
    arguments = {"preferences": LOGITS, "epochs": 1, "step_size": 0.1, "clip_epsilon": 0.2, **changes}
    return ppo.clip_algorithm(floats(), arguments.pop("preferences"), **arguments)


def grpo(**changes: Any) -> Any:
    """GRPO's objective with some arguments changed."""
    arguments = {
        **dict.fromkeys(("token_log_probs", "old_token_log_probs", "reference_token_log_probs"), TOKENS),
        "token_mask": MASK,
        "sequence_advantages": PAIR,
        "clip_epsilon": 0.2,
        "beta": 0.1,
        **changes,
    }
    return tokens.grpo_objective(**arguments)


TABLE: list[tuple[str, Callable[[], Any], type[errors.RlproofError], tuple[str, ...]]] = [
    ("a short target", lambda: ppo.value_loss(THREE, THREE[:2]), errors.ShapeError, ("returns", "(2,)")),
    ("no values", lambda: ppo.value_loss(THREE[:0], THREE[:0]), errors.EmptySpaceError, ("values",)),
    ("a NaN target", lambda: ppo.value_loss(THREE, replaced(THREE, 1, NAN)), errors.NonFiniteError,
        ("returns", "(1,)")),
    ("whole values", lambda: ppo.value_loss(np.array([1, 2]), PAIR), errors.IntegerDtypeError, ("values", "int")),
    ("a negative band", lambda: ppo.clipped_value_loss(THREE, THREE, THREE, clip_epsilon=-0.1),
        errors.ParameterError, ("clip_epsilon", "-0.1")),
    ("infinite old values", lambda: ppo.min_clipped_value_loss(THREE, replaced(THREE, 0, INF), THREE, clip_epsilon=1),
        errors.NonFiniteError, ("old_values", "(0,)")),
    ("a negative limit", lambda: ppo.truncated_value_loss(THREE, THREE, loss_limit=-1), errors.ParameterError,
        ("loss_limit", "-1")),
    ("logits for probabilities", lambda: ppo.entropy_bonus(np.array([[0.5, 2.0]])), errors.RowSumError,
        ("probabilities", "2.5")),
    ("one row of probabilities", lambda: ppo.entropy_bonus(np.array([0.5, 0.5])), errors.ShapeError,
        ("probabilities", "(2,)")),
    ("a negative value coefficient", lambda: combined(value_coefficient=-0.5), errors.ParameterError,
        ("value_coefficient", "-0.5")),
    ("a NaN entropy coefficient", lambda: combined(entropy_coefficient=NAN), errors.ParameterError,
        ("entropy_coefficient", "nan")),
    ("exact entropy", lambda: ppo.entropy_bonus([["1/2", "1/2"]]), errors.NumberSystemError, ("exact",)),
    ("dual clip of one", lambda: ppo.dual_clip_objective(THREE, THREE, clip_epsilon=0.2, dual_clip=1),
        errors.ParameterError, ("dual_clip", "dual_clip > 1")),
    ("dual clip below one", lambda: ppo.dual_clip_objective(THREE, THREE, clip_epsilon=0.2, dual_clip=0.2),
        errors.ParameterError, ("dual_clip", "0.2")),
    ("a negative divergence", lambda: ppo.adaptive_kl_trace(-THREE, beta=1, kl_target=0.01), errors.ParameterError,
        ("divergence", "-1.0")),
    ("a NaN divergence", lambda: ppo.adaptive_kl_trace(replaced(THREE, 2, NAN), beta=1, kl_target=0.01),
        errors.NonFiniteError, ("divergences", "(2,)")),
    ("a negative target", lambda: ppo.early_stop(THREE, kl_target=-0.01), errors.ParameterError,
        ("kl_target", "-0.01")),
    ("an infinite log-probability", lambda: ppo.approx_kl(replaced(THREE, 0, -INF), THREE), errors.NonFiniteError,
        ("log_probs", "-inf")),
    ("one advantage and ddof 1", lambda: ppo.advantage_normalisation(THREE[:1], ddof=1, norm_epsilon=0.1),
        errors.MissingDataError, ("1 entries", "ddof=1")),
    ("ddof of two", lambda: ppo.advantage_whitening(THREE, ddof=2, norm_epsilon=0.1), errors.ParameterError,
        ("ddof", "2")),
    ("a boolean ddof", lambda: ppo.advantage_normalisation(THREE, ddof=True, norm_epsilon=0.1),
        errors.ParameterError, ("ddof", "True")),
    ("a float ddof", lambda: ppo.advantage_normalisation(THREE, ddof=1.0, norm_epsilon=0.1),
        errors.ParameterError, ("ddof", "1.0")),
    ("a negative norm_epsilon", lambda: ppo.advantage_normalisation(THREE, ddof=0, norm_epsilon=-1e-8),
        errors.ParameterError, ("norm_epsilon", "-1e-08")),
    ("an action never taken", lambda: ppo.clip_population_objective(floats(), SURE, HALVES, clip_epsilon=0.2),
        errors.SupportError, ("state 0, action 1", "0.5")),
    ("a negative epsilon", lambda: ppo.clip_population_objective(floats(), HALVES, SURE, clip_epsilon=-1),
        errors.ParameterError, ("clip_epsilon", "-1")),
    ("logits of one state", lambda: clip_steps(preferences=LOGITS[:1]), errors.ShapeError, ("preferences", "(1, 2)")),
    ("logits of minus infinity", lambda: clip_steps(preferences=replaced(LOGITS, (0, 1), -INF)),
        errors.NonFiniteError, ("preferences", "(0, 1)")),
    ("half an epoch", lambda: clip_steps(epochs=0.5), errors.ParameterError, ("epochs", "0.5")),
    ("a step backwards", lambda: clip_steps(step_size=-0.1), errors.ParameterError, ("step_size", "-0.1")),
    ("a mask of numbers", lambda: tokens.token_mean(TOKENS, MASK.astype(float)), errors.ParameterError,
        ("token_mask", "float64")),
    ("a short mask", lambda: tokens.token_mean(TOKENS, MASK[:, :2]), errors.ShapeError, ("token_mask", "(2, 2)")),
    ("one sequence without its axis", lambda: tokens.sequence_mean(TOKENS[0], MASK[0]), errors.ShapeError,
        ("token_terms", "(3,)")),
    ("an empty sequence", lambda: tokens.sequence_mean(TOKENS, replaced(MASK, 1, False)), errors.MissingDataError,
        ("row 1", "token_mask")),
    ("an empty response with a score", lambda: tokens.kl_in_reward(
        PAIR, TOKENS, TOKENS, replaced(MASK, 0, False), beta=0.1), errors.MissingDataError, ("row 0",)),
    ("an empty sequence of GRPO", lambda: grpo(token_mask=replaced(MASK, 0, False)), errors.MissingDataError,
        ("row 0",)),
    ("an empty sequence's ratio", lambda: tokens.sequence_ratio(TOKENS, TOKENS, replaced(MASK, 1, False)),
        errors.MissingDataError, ("row 1",)),
    ("a mask without tokens", lambda: tokens.token_mean(TOKENS, MASK & False), errors.MissingDataError,
        ("all 6 places",)),
    ("no tokens", lambda: tokens.token_mean(TOKENS[:, :0], MASK[:, :0]), errors.EmptySpaceError, ("token_terms",)),
    ("a NaN that counts", lambda: tokens.token_mean(replaced(TOKENS, (0, 0), NAN), MASK), errors.NonFiniteError,
        ("token_terms", "(0, 0)")),
    ("a constant of zero", lambda: tokens.sequence_sum_constant(TOKENS, MASK, max_tokens=0), errors.ParameterError,
        ("max_tokens", "0")),
    ("a score too few", lambda: tokens.kl_in_reward(PAIR[:1], TOKENS, TOKENS, MASK, beta=0.1), errors.ShapeError,
        ("sequence_rewards", "(1,)")),
    ("a negative beta", lambda: tokens.kl_in_reward(PAIR, TOKENS, TOKENS, MASK, beta=-0.1), errors.ParameterError,
        ("beta", "-0.1")),
    ("a group of one", lambda: tokens.rloo_advantages(TOKENS[:, :1]), errors.MissingDataError, ("G >= 2",)),
    ("a group of one, standardised", lambda: tokens.group_advantages(TOKENS[:, :1], ddof=1, norm_epsilon=0.1),
        errors.MissingDataError, ("ddof=1",)),
    ("a reward without a group", lambda: tokens.dr_grpo_advantages(np.array(1.0)), errors.ShapeError,
        ("group_rewards",)),
    ("a NaN reward", lambda: tokens.dr_grpo_advantages(np.array([1.0, NAN])), errors.NonFiniteError,
        ("group_rewards", "(1,)")),
    ("a masked batch of one", lambda: tokens.masked_advantage_normalisation(
        TOKENS[:1], np.array([[False, True, False]]), ddof=1, norm_epsilon=0.1), errors.MissingDataError, ("ddof=1",)),
    ("a negative lower end", lambda: tokens.clip_higher(THREE, THREE, clip_low=-1, clip_high=1),
        errors.ParameterError, ("clip_low", "-1")),
    ("an infinite upper end", lambda: tokens.clip_higher(THREE, THREE, clip_low=1, clip_high=INF),
        errors.ParameterError, ("clip_high", "inf")),
    ("a reference of other length", lambda: grpo(reference_token_log_probs=TOKENS[:, :2]), errors.ShapeError,
        ("reference_token_log_probs", "(2, 2)")),
    ("advantages per token", lambda: grpo(sequence_advantages=TOKENS), errors.ShapeError,
        ("sequence_advantages", "(2, 3)")),
    ("exact advantages among floats", lambda: grpo(sequence_advantages=["1/3", "1/2"]), errors.NumberSystemError,
        ("sequence_advantages", "exact")),
    ("a NaN advantage", lambda: grpo(sequence_advantages=replaced(PAIR, 0, NAN)), errors.NonFiniteError,
        ("sequence_advantages", "(0,)")),
    ("a negative penalty", lambda: grpo(beta=-1), errors.ParameterError, ("beta", "-1")),
    ("an exact ratio", lambda: tokens.sequence_ratio([["1/2"]], [["1/3"]], [[True]]), errors.NumberSystemError,
        ("exact",)),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "named"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_a_wrong_input_raises_its_own_error(
    call: Callable[[], Any], error: type[errors.RlproofError], named: tuple[str, ...]
) -> None:
    """The class is the one of the situation, and the message names what was got."""
    with pytest.raises(errors.RlproofError) as caught:
        call()
    assert type(caught.value) is error
    assert [text for text in named if text not in str(caught.value)] == [], str(caught.value)

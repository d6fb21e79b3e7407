"""What policy gradients refuse."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rlproof.spec import a2c, errors, gae, npg, numbers, pg

from ._processes import COUNTS, FLAGS, HALVES, STEPS, corridor, floats, fractions

NAN = float("nan")
REWARDS = np.array([[1.0, 2.0], [3.0, NAN]])
STAYS = np.array([2, 2, 2])
"""In the corridor, the policy that never reaches the end."""

CUBE = np.ones((2, 2, 1))
EXACT_CUBE = numbers.exact(CUBE.astype(int))

BAD: dict[str, tuple[Callable[[], Any], type[errors.RlproofError], str]] = {
    "jacobian without parameters": (lambda: pg.theorem(floats(), HALVES, CUBE[:, :, 0]), errors.ShapeError, "'K'"),
    "jacobian of no parameter": (
        lambda: pg.theorem(floats(), HALVES, CUBE[:, :, :0]), errors.EmptySpaceError, "policy_jacobian"),
    "jacobian with a NaN": (lambda: pg.theorem(floats(), HALVES, NAN * CUBE), errors.NonFiniteError, "policy_jacobian"),
    "jacobian of fractions": (
        lambda: pg.theorem(floats(), HALVES, EXACT_CUBE), errors.NumberSystemError, "policy_jacobian: exact"),
    "theorem of no policy": (lambda: pg.theorem(floats(), 2 * HALVES, CUBE), errors.RowSumError, "policy"),
    "theorem for ever": (
        lambda: pg.theorem(corridor(), STAYS, numbers.exact(np.ones((3, 3, 1), dtype=int))),
        errors.TerminationError, "the policy"),
    "closed form over other actions": (
        lambda: pg.softmax_closed_form(floats(), np.ones((2, 1))), errors.ActionSetError, "1 actions"),
    "closed form for ever": (
        lambda: pg.softmax_closed_form(corridor(), STAYS), errors.TerminationError, "the policy"),
    "closed form of an action that is none": (
        lambda: pg.softmax_closed_form(floats(), np.array([0, 2])), errors.ActionSetError, "action 2"),
    "a baseline per state": (lambda: pg.baseline(floats(), HALVES, np.ones(2)), errors.ShapeError, "baselines"),
    "a baseline with a NaN": (lambda: pg.baseline(floats(), HALVES, REWARDS), errors.NonFiniteError, "(1, 1)"),
    "a baseline of integers": (
        lambda: pg.baseline(floats(), HALVES, COUNTS[:, 0]), errors.IntegerDtypeError, "baselines"),
    "a negative horizon": (lambda: pg.discount_weight(floats(), HALVES, horizon=-1), errors.ParameterError, "horizon"),
    "episodes without end": (
        lambda: pg.theorem_episodic(corridor(), STAYS), errors.TerminationError, "never reaches a terminal state"),
    "no rewards": (lambda: pg.reinforce(STEPS[:0], gamma=0.5), errors.EmptySpaceError, "rewards"),
    "a discount of two": (lambda: pg.reinforce(STEPS, gamma=2.0), errors.ParameterError, "gamma"),
    "a decimal among fractions": (
        lambda: pg.reinforce(numbers.exact([1, 2]), gamma=0.9), errors.NumberSystemError, "gamma"),
    "log-probabilities of other steps": (lambda: pg.loss(STEPS[1:], STEPS), errors.ShapeError, "advantages"),
    "infinite log-probabilities": (lambda: pg.loss(STEPS / 0.0, STEPS), errors.NonFiniteError, "log_probs"),
    "a critic of three states": (
        lambda: pg.actor_critic(floats(), HALVES, STEPS, gae_lambda=0.5), errors.ShapeError, "state_values"),
    "a lambda of two": (
        lambda: pg.actor_critic(floats(), HALVES, STEPS[1:], gae_lambda=2.0), errors.ParameterError, "gae_lambda"),
    "a critic with a NaN": (
        lambda: gae.expected(floats(), HALVES, NAN * STEPS[1:], gae_lambda=0.5), errors.NonFiniteError, "state_values"),
    "a critic of fractions": (
        lambda: gae.expected(floats(), HALVES, numbers.exact([1, 2]), gae_lambda=0.5),
        errors.NumberSystemError, "state_values: exact"),
    "a sum of errors for ever": (
        lambda: gae.expected(corridor(), STAYS, numbers.exact([1, 2, 0]), gae_lambda=1),
        errors.TerminationError, "the policy"),
    "dependent scores": (
        lambda: pg.compatible_features(fractions(), np.array([[1, 1], [1, 1]]) * numbers.rational("1/2"), EXACT_CUBE,
                                       damping=0),
        errors.NotPositiveDefiniteError, "singular"),
    "dependent scores in floats": (
        lambda: pg.compatible_features(floats(), HALVES, CUBE, damping=0), errors.NotPositiveDefiniteError, "singular"),
    "a negative damping": (
        lambda: pg.compatible_features(floats(), HALVES, CUBE, damping=-1.0), errors.ParameterError, "damping"),
    "features without a parameter": (
        lambda: pg.compatible_features(floats(), HALVES, CUBE[:, :, 0], damping=1.0),
        errors.ShapeError, "action_features"),
    "a natural gradient without discount": (
        lambda: npg.softmax(corridor(), np.array([0, 0, 0])), errors.DiscountError, "normalised"),
    "a natural gradient over other actions": (
        lambda: npg.softmax(floats(), np.ones((2, 3))), errors.ActionSetError, "3 actions"),
    "a segment without values": (
        lambda: a2c.advantage(STEPS, STEPS[1:], STEPS, FLAGS, FLAGS, gamma=0.5), errors.ShapeError, "values"),
    "a segment with a continue mask": (
        lambda: a2c.advantage(STEPS, STEPS, STEPS, 1.0 - FLAGS, FLAGS, gamma=0.5), errors.ParameterError, "terminated"),
    "a value that is none": (
        lambda: a2c.advantage(STEPS, NAN * STEPS, STEPS, FLAGS, FLAGS, gamma=0.5), errors.NonFiniteError, "values"),
    "values of fractions": (
        lambda: a2c.advantage(STEPS, numbers.exact([1, 2, 3]), STEPS, FLAGS, FLAGS, gamma=0.5),
        errors.NumberSystemError, "values: exact"),
    "an entropy of fractions": (
        lambda: a2c.entropy_bonus(fractions(), np.array([0, 1])), errors.NumberSystemError, "logarithm"),
    "an entropy for ever": (
        lambda: a2c.entropy_bonus(corridor().to("ball"), STAYS), errors.TerminationError, "the policy"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_a_wrong_input_raises_its_own_error(what: str) -> None:
    """The class is the one of the situation, and the message names what was got."""
    call, error, named = BAD[what]
    with np.errstate(all="ignore"), pytest.raises(errors.RlproofError) as caught:
        call()
    assert type(caught.value) is error
    assert named in str(caught.value)


def test_lambda_one_needs_no_discount_where_episodes_end() -> None:
    """The corridor's policy that always goes on: the mean estimate at lambda one is q - V, by hand."""
    estimates = gae.expected(corridor(), [0, 0, 0], numbers.exact([10, 20, 5]), gae_lambda=1)
    assert estimates[:2, 0].tolist() == [-2 - 10, -1 - 20]
    assert estimates[2].tolist() == [0, 0, 0]

"""Every way to be wrong has its own error, which says what was got, what was expected, why and what to do."""

import inspect
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pytest

from rlproof.spec import (
    bellman,
    divergence,
    dp,
    errors,
    gae,
    lqr,
    mdp,
    model,
    numbers,
    policy,
    ppo,
    td,
    trajectories,
    trpo,
    value,
    vf,
)
from rlproof.spec.decision_process import MDP
from rlproof.spec.registry import equation
from rlproof.spec.sparse_process import SparseMDP

from ._processes import COUNTS, FIRST, FLAGS, FLOATS, HALVES, STEPS, corridor, floats, fractions
from .test_bad_input_linear import GAIN, system

NAN, INF = float("nan"), float("inf")
EPS = float(np.finfo(float).eps)


class Bad(NamedTuple):
    """One wrong input: what it is, the call that gets it, the error, and what the message names."""

    what: str
    call: Callable[[], Any]
    error: type[errors.RlproofError]
    named: tuple[str, ...]


def changed(array: np.ndarray, index: Any, number: Any) -> np.ndarray:
    """A copy with one number, or one row, replaced."""
    result = array.copy()
    result[index] = number
    return result


def sparse(**changes: Any) -> SparseMDP:
    """A sparse process of two states, each an end or leading to one, with some fields changed."""
    fields = {
        "successors": np.array([[[0, 1]], [[1, 1]]]),
        "probabilities": np.array([[[0.5, 0.5]], [[0.5, 0.5]]]),
        "reward": np.array([[1.0], [0.0]]),
        "initial": np.array([1.0, 0.0]),
        "discount": 0.5,
    }
    return SparseMDP(**{**fields, **changes})


P, R = FLOATS["transition"], FLOATS["reward"]

PROBABILITIES = [
    Bad("counts for rows", lambda: floats(transition=COUNTS.astype(float)), errors.RowSumError,
        ("transition", "(0, 0) sums to 4.0", "off by 3.0", "4 such rows")),
    Bad("a row of decimals", lambda: floats(initial=[0.333, 0.333]), errors.RowSumError,
        ("initial", "0.666", "decimals")),
    Bad("a row off in exact", lambda: fractions(initial=["1/3", "333333/500000"]), errors.RowSumError,
        ("initial", "1499999/1500000", "-1/1500000", "exactly", "'exact'")),
    Bad("floats for thirds in exact", lambda: fractions(initial=numbers.exact([1 / 3, 2 / 3])), errors.RowSumError,
        ("initial", "-1/18014398509481984")),
    Bad("a row off in balls", lambda: fractions().to("ball").replace(initial=numbers.ball(["1/3", "0.66"])),
        errors.RowSumError, ("initial", "'ball'")),
    Bad("a policy off", lambda: value.v(floats(), changed(HALVES, 1, [0.5, 0.25])), errors.RowSumError,
        ("policy", "(1,)", "0.75", "-0.25")),
    Bad("a policy off in kl", lambda: divergence.kl(HALVES, HALVES / 2), errors.RowSumError, ("new_policy", "0.5")),
    Bad("a sparse row off", lambda: sparse(probabilities=np.full((2, 1, 2), 0.25)), errors.RowSumError,
        ("probabilities", "(0, 0)")),
    Bad("negative transition", lambda: floats(transition=changed(P, (1, 0), [-0.5, 1.5])),
        errors.NegativeProbabilityError, ("transition", "-0.5 at index (1, 0, 0)", "softmax")),
    Bad("negative initial in exact", lambda: fractions(initial=["-1/3", "4/3"]), errors.NegativeProbabilityError,
        ("initial", "-1/3 at index (0,)")),
    Bad("negative policy in balls",
        lambda: value.v(fractions().to("ball"), numbers.ball([["-1/3", "4/3"], ["1/2", "1/2"]])),
        errors.NegativeProbabilityError, ("policy", "(0, 0)")),
    Bad("NaN transition", lambda: floats(transition=changed(P, (0, 1, 1), NAN)), errors.NonFiniteError,
        ("transition", "nan at index (0, 1, 1)", "1 in all")),
    Bad("NaN initial", lambda: floats(initial=[NAN, 1.0]), errors.NonFiniteError, ("initial", "(0,)")),
    Bad("NaN policy", lambda: value.v(floats(), changed(HALVES, (1, 0), NAN)), errors.NonFiniteError,
        ("policy", "(1, 0)")),
    Bad("NaN policy in balls", lambda: divergence.tv(numbers.ball([["1/2", "1/2"]]), _ball_nan()),
        errors.NonFiniteError, ("new_policy", "nan", "(0, 1)")),
    Bad("infinite reward", lambda: floats(reward=changed(R, (1, 1), -INF)), errors.NonFiniteError,
        ("reward", "-inf at index (1, 1)")),
    Bad("NaN among Fractions", lambda: fractions(initial=[Fraction(1), NAN]), errors.NumberSystemError,
        ("nan", "finite float")),
]  # fmt: skip

SHAPES = [
    Bad("transition [S, S]", lambda: floats(transition=np.eye(2)), errors.ShapeError,
        ("transition", "(2, 2)", "('S', 'A', 'S')", "states, actions, next states")),
    Bad("transition [A, S, S] of three actions", lambda: floats(transition=np.full((3, 2, 2), 0.5)),
        errors.ShapeError, ("transition", "(3, 2, 2)", "(3, 2, 3)", "transposed")),
    Bad("reward [S]", lambda: floats(reward=[1.0, 2.0]), errors.ShapeError, ("reward", "(2,)", "(2, 2)")),
    Bad("reward [S, A, S]", lambda: floats(reward=P), errors.ShapeError, ("reward", "(2, 2, 2)", "(2, 2)")),
    Bad("initial [1, S]", lambda: floats(initial=[FIRST]), errors.ShapeError, ("initial", "(1, 2)", "(2,)")),
    Bad("terminal too long", lambda: floats(terminal=[False] * 3), errors.ShapeError, ("terminal", "(3,)", "(2,)")),
    Bad("terminal one flag", lambda: floats(terminal=False), errors.ShapeError, ("terminal", "()", "(2,)")),
    Bad("ragged transition", lambda: floats(transition=[[[0.5, 0.5], [1.0]]]), errors.ShapeError,
        ("transition", "inhomogeneous", "equal length")),
    Bad("ragged rewards", lambda: mdp.discounted_return([[1.0], [1.0, 2.0]], gamma=0.5), errors.ShapeError,
        ("rewards", "inhomogeneous", "episodes")),
    Bad("discount array", lambda: floats(discount=np.array([0.5, 0.5])), errors.NumberSystemError, ("[0.5, 0.5]",)),
    Bad("policy of other states", lambda: value.v(floats(), np.full((3, 2), 0.5)), errors.ShapeError,
        ("policy", "(3, 2)", "(2, 2)")),
    Bad("policy [S] of floats", lambda: value.v(floats(), [0.0, 1.0]), errors.ShapeError,
        ("policy", "(2,)", "integers [S]")),
    Bad("deterministic policy of other states", lambda: value.v(floats(), [0, 1, 1]), errors.ShapeError,
        ("policy", "(3,)", "(2,)")),
    Bad("policy [S] of flags", lambda: value.v(floats(), [False, True]), errors.ShapeError, ("policy", "(2,)")),
    Bad("state_values", lambda: bellman.expectation_v(floats(), [0, 1], R), errors.ShapeError,
        ("state_values", "(2, 2)", "(2,)")),
    Bad("action_values", lambda: bellman.optimality_q(floats(), FIRST), errors.ShapeError,
        ("action_values", "(2,)", "(2, 2)")),
    Bad("one action value", lambda: policy.greedy(1.0), errors.ShapeError, ("action_values", "()")),
    Bad("one reward", lambda: mdp.discounted_return(1.0, gamma=0.5), errors.ShapeError, ("rewards", "()", "time")),
    Bad("values of other length", lambda: td.error(STEPS, STEPS[:2], STEPS, FLAGS, gamma=0.5), errors.ShapeError,
        ("values", "(2,)", "(3,)", "as rewards has")),
    Bad("flags of other length", lambda: td.error(STEPS, STEPS, STEPS, FLAGS[:2], gamma=0.5), errors.ShapeError,
        ("terminated", "(2,)", "(3,)")),
    Bad("log_std of other dimensions", lambda: policy.gaussian_log_prob(HALVES, HALVES, STEPS), errors.ShapeError,
        ("log_std", "(3,)", "(2, 2)")),
]  # fmt: skip

DISCOUNTS = [
    *(
        Bad(f"discount {discount}", lambda discount=discount: floats(discount=discount), errors.DiscountError,
            (f"got:          {discount}", "0 <= discount < 1", "percentage"))
        for discount in (-0.1, 1.0 + EPS, 99.0, NAN, INF, -INF)
    ),
    Bad("discount over one in exact", lambda: fractions(discount="10/9"), errors.DiscountError, ("10/9",)),
    Bad("discount below zero in exact", lambda: fractions(discount=Fraction(-1, 10)), errors.DiscountError, ("-1/10",)),
    Bad("sparse discount one", lambda: sparse(discount=1.0), errors.DiscountError, ("1.0", "dense")),
    Bad("no discount", lambda: floats(discount=None), errors.NumberSystemError, ("None",)),
    Bad("symbolic discount", lambda: floats(discount="gamma"), errors.NumberSystemError, ("'gamma'", "symbol")),
    Bad("complex discount", lambda: floats(discount=0.5j), errors.NumberSystemError, ("0.5j",)),
    Bad("discount one without an end", lambda: floats(discount=1.0), errors.TerminationError,
        ("the process", "state 0", "2 such states; 0 states are terminal")),
    Bad("discount one with a trap", lambda: corridor(transition=_with_trap()), errors.TerminationError,
        ("the process", "state 1", "1 such states; 1 states are terminal")),
    Bad("discount one with a policy that stays", lambda: value.v(corridor(), [0, 2, 0]), errors.TerminationError,
        ("the policy", "state 0", "2 such states", "circle for ever")),
    Bad("discount one, visits of such a policy", lambda: mdp.discounted_visitation(corridor(), [2, 0, 0]),
        errors.TerminationError, ("the policy", "state 0", "1 such states")),
    Bad("a bound at discount one", lambda: trpo.penalty_coefficient(corridor(), [0, 0, 0]), errors.DiscountError,
        ("discount 1", "infinite")),
    Bad("a residual at discount one", lambda: bellman.residual_bound(corridor(), [0, 0, 0], [0, 0, 0]),
        errors.DiscountError, ("discount 1", "value.v")),
]  # fmt: skip

EMPTY = [
    Bad("no transition at all", lambda: floats(transition=[]), errors.EmptySpaceError, ("transition", "(0,)")),
    Bad("no states", lambda: floats(transition=np.zeros((0, 2, 0))), errors.EmptySpaceError,
        ("transition", "(0, 2, 0)", "states and actions")),
    Bad("no actions", lambda: floats(transition=np.zeros((2, 0, 2))), errors.EmptySpaceError, ("(2, 0, 2)",)),
    Bad("no sparse states", lambda: sparse(successors=np.zeros((0, 1, 1), int)), errors.EmptySpaceError,
        ("successors", "(0, 1, 1)")),
    Bad("no successors", lambda: sparse(successors=np.zeros((2, 1, 0), int)), errors.EmptySpaceError, ("(2, 1, 0)",)),
    Bad("no action values", lambda: policy.greedy(np.zeros((2, 0))), errors.EmptySpaceError,
        ("action_values", "(2, 0)")),
    Bad("no transitions", lambda: gae.advantage([], [], [], [], [], gamma=0.5, gae_lambda=0.5),
        errors.EmptySpaceError, ("rewards", "(0,)", "transitions")),
    Bad("no samples", lambda: ppo.cpi_objective([], []), errors.EmptySpaceError, ("ratios", "(0,)")),
    Bad("no action dimensions", lambda: policy.gaussian_log_prob(*[np.zeros((2, 0))] * 3), errors.EmptySpaceError,
        ("actions", "(2, 0)")),
    Bad("no rows", lambda: divergence.kl(np.zeros((0, 2)), np.zeros((0, 2))), errors.EmptySpaceError, ("(0, 2)",)),
]  # fmt: skip

MIXED = [
    Bad("integer transition beside floats", lambda: floats(transition=np.eye(2, dtype=int)[:, None].repeat(2, 1)),
        errors.IntegerDtypeError, ("transition", "int64", "reward", "astype(float)")),
    Bad("integer reward beside floats", lambda: floats(reward=np.array([[1, 2], [3, -4]])), errors.IntegerDtypeError,
        ("reward", "int64", "transition is made of floats")),
    Bad("list of whole rewards beside floats", lambda: floats(reward=[[1, 2], [3, -4]]), errors.IntegerDtypeError,
        ("reward",)),
    Bad("integers and a float discount", lambda: MDP(COUNTS, [[1]], [1], 0.5), errors.IntegerDtypeError,
        ("transition", "discount is made of floats")),
    Bad("integer policy [S, A] beside floats", lambda: value.v(floats(), np.eye(2, dtype=int)),
        errors.IntegerDtypeError, ("policy", "int64")),
    Bad("integer rewards", lambda: mdp.discounted_return(np.array([1, 2]), gamma=0.5), errors.IntegerDtypeError,
        ("rewards", "int64", "numbers.exact(rewards)")),
    Bad("flags for rewards", lambda: mdp.discounted_return(FLAGS, gamma=0.5), errors.IntegerDtypeError, ("bool",)),
    Bad("float rewards in an exact process", lambda: fractions(reward=R), errors.NumberSystemError,
        ("transition: exact", "reward: float64", "numbers.exact")),
    Bad("a float discount among Fractions", lambda: fractions(initial=[Fraction(1), Fraction(0)], discount=0.9,
        transition=numbers.exact(P), reward=numbers.exact(R)), errors.NumberSystemError,
        ("discount", "0.9", "Fraction('0.9')")),
    Bad("a float policy of an exact process", lambda: value.v(fractions(), HALVES), errors.NumberSystemError,
        ("the decision process: exact", "policy: float64")),
    Bad("a float policy of a ball process", lambda: value.v(fractions().to("ball"), HALVES), errors.NumberSystemError,
        ("the decision process: ball", "policy: float64")),
    Bad("an exact policy of a float process", lambda: value.v(floats(), numbers.exact(HALVES)),
        errors.NumberSystemError, ("the decision process: float64", "policy: exact")),
    Bad("float values of an exact process", lambda: bellman.optimality_v(fractions(), FIRST),
        errors.NumberSystemError, ("state_values: float64",)),
    Bad("floats beside Fractions", lambda: td.error(numbers.exact(STEPS), STEPS, STEPS, FLAGS, gamma=1),
        errors.NumberSystemError, ("rewards: exact", "values: float64")),
    Bad("a float gamma among Fractions", lambda: mdp.discounted_return(numbers.exact(STEPS), gamma=0.9),
        errors.NumberSystemError, ("gamma", "0.9", "gamma='0.9'")),
    Bad("complex rewards", lambda: mdp.discounted_return(STEPS * 1j, gamma=0.5), errors.NumberSystemError, ("1j",)),
    Bad("no rewards", lambda: floats(reward=None), errors.NumberSystemError, ("None",)),
    Bad("a logarithm in exact", lambda: trpo.kl_bound(fractions(), *[numbers.exact(HALVES)] * 2),
        errors.NumberSystemError, ("logarithm", "'exact'", "mdp.to('ball')")),
    Bad("policy iteration in balls", lambda: value.optimal_v(fractions().to("ball")), errors.NumberSystemError,
        ("ball", "float64 or exact")),
    Bad("Fractions for a sparse process", lambda: sparse(reward=[["1/3"], ["0"]]), errors.NumberSystemError,
        ("reward", "'exact'")),
    Bad("an unknown number system", lambda: fractions().to("interval"), errors.ParameterError,
        ("'interval'", "'float64', 'exact' or 'ball'")),
]  # fmt: skip

ACTIONS = [
    Bad("a column too many", lambda: value.v(floats(), np.full((2, 3), 1 / 3)), errors.ActionSetError,
        ("policy", "3 actions", "0 to 1", "2 columns")),
    Bad("a column too few", lambda: value.v(floats(), np.ones((2, 1))), errors.ActionSetError, ("1 actions",)),
    Bad("actions counted from one", lambda: value.v(floats(), [1, 2]), errors.ActionSetError,
        ("action 2", "0 to 1", "counted from one")),
    Bad("a negative action", lambda: value.v(fractions(), [-1, 0]), errors.ActionSetError, ("action -1",)),
    Bad("the new policy", lambda: trpo.surrogate(floats(), [0, 0], [0, 7]), errors.ActionSetError,
        ("new_policy", "action 7")),
    Bad("policies of two problems", lambda: divergence.tv(HALVES, np.full((2, 4), 0.25)), errors.ActionSetError,
        ("(2, 2)", "(2, 4)")),
    Bad("a sampling policy without support",
        lambda: trpo.importance_sampled_surrogate(floats(), [0, 0], HALVES, [0, 1]), errors.SupportError,
        ("state 0, action 1", "0.5", "deterministic sampling policy")),
    Bad("the same with action values",
        lambda: trpo.importance_sampled_q_surrogate(fractions(), [0, 0], [1, 1], [1, 0]), errors.SupportError,
        ("state 1, action 1", "has 1")),
]  # fmt: skip

ENDS = [
    Bad("a terminal state that moves on", lambda: corridor(terminal=[False, True, True]), errors.TerminalStateError,
        ("terminal state 1 moves on", "transition[s, :, s] == 1")),
    Bad("a terminal state that pays", lambda: corridor(reward=[[-1] * 3, [-1] * 3, [0, 0, 1]]),
        errors.TerminalStateError, ("terminal state 2 pays a reward", "on entering")),
    Bad("a sparse terminal state that moves on", lambda: sparse(terminal=[True, False]), errors.TerminalStateError,
        ("terminal state 0 moves on",)),
    Bad("terminal states as 0/1", lambda: floats(terminal=[0, 1]), errors.ParameterError,
        ("terminal", "int64", "True and False", "astype(bool)")),
    Bad("terminal states as indices", lambda: floats(terminal=[1, 0]), errors.ParameterError, ("indices",)),
    Bad("sparse terminal states as 0/1", lambda: sparse(terminal=[0, 1]), errors.ParameterError, ("terminal",)),
    Bad("terminated as 0/1", lambda: td.error(STEPS, STEPS, STEPS, [0, 1, 0], gamma=0.5), errors.ParameterError,
        ("terminated", "int64", "continue mask")),
    Bad("truncated as a mask of floats",
        lambda: gae.advantage(STEPS, STEPS, STEPS, FLAGS, np.ones(3), gamma=0.5, gae_lambda=0.5),
        errors.ParameterError, ("truncated", "float64")),
    Bad("truncated as 0/1 in rewards-to-go",
        lambda: mdp.rewards_to_go(STEPS, STEPS, FLAGS, FLAGS.astype(int), gamma=0.5), errors.ParameterError,
        ("truncated", "int64")),
]  # fmt: skip


def _ball_nan() -> Any:
    return numbers.ball([[1, 0]]) * np.array([[numbers.arb(1), numbers.arb.nan()]], dtype=object)


def _with_trap() -> Any:
    end, stay = [0, 0, 1], [0, 1, 0]
    return [[end, stay, [1, 0, 0]], [stay] * 3, [end] * 3]


def _gae(**scalars: Any) -> Any:
    return gae.advantage(STEPS, STEPS, STEPS, FLAGS, FLAGS, **{"gamma": 0.5, "gae_lambda": 0.5, **scalars})


SCALARS: list[tuple[str, str, Callable[[Any], Any], tuple[Any, ...]]] = [
    ("mdp.discounted_return", "gamma", lambda x: mdp.discounted_return(STEPS, gamma=x), (-0.5, 1.5)),
    ("mdp.rewards_to_go", "gamma", lambda x: mdp.rewards_to_go(STEPS, STEPS, FLAGS, FLAGS, gamma=x), (-0.5, 1.5)),
    ("td.error", "gamma", lambda x: td.error(STEPS, STEPS, STEPS, FLAGS, gamma=x), (-0.5, 1.5)),
    ("gae.advantage", "gamma", lambda x: _gae(gamma=x), (-0.5, 1.5)),
    ("gae.advantage", "gae_lambda", lambda x: _gae(gae_lambda=x), (-0.5, 1.5)),
    ("ppo.clip_objective", "clip_epsilon", lambda x: ppo.clip_objective(STEPS, STEPS, clip_epsilon=x), (-0.5,)),
    ("ppo.clip_objective_g", "clip_epsilon", lambda x: ppo.clip_objective_g(STEPS, STEPS, clip_epsilon=x), (-0.5,)),
    ("ppo.clip_gradient", "clip_epsilon", lambda x: ppo.clip_gradient(STEPS, STEPS, clip_epsilon=x), (-0.5,)),
    ("ppo.kl_penalty", "beta", lambda x: ppo.kl_penalty(STEPS, STEPS, STEPS, beta=x), (-0.5,)),
    ("ppo.adaptive_kl", "beta", lambda x: ppo.adaptive_kl(0.5, beta=x, kl_target=0.5), (-0.5,)),
    ("ppo.adaptive_kl", "kl_target", lambda x: ppo.adaptive_kl(0.5, beta=0.5, kl_target=x), (-0.5,)),
    ("trpo.max_kl_step", "delta", lambda x: trpo.max_kl_step(floats(), HALVES, delta=x), (-0.5,)),
]
"""Each scalar parameter of each equation, and numbers outside its range; NaN and infinities are outside of each."""

PARAMETERS = [
    *(
        Bad(f"{of} {name}={number}", lambda call=call, number=number: call(number),
            errors.ParameterError, (f"{name} is out of range", f"got:          {number}"))
        for of, name, call, outside in SCALARS
        for number in (*outside, NAN, INF, -INF)
    ),
    Bad("a negative gamma in exact", lambda: mdp.discounted_return(numbers.exact(STEPS), gamma="-1/3"),
        errors.ParameterError, ("gamma", "-1/3")),
    Bad("a divergence below zero", lambda: ppo.adaptive_kl(-0.5, beta=1, kl_target=1), errors.ParameterError,
        ("divergence", "-0.5")),
    Bad("a divergence that is NaN", lambda: ppo.adaptive_kl(NAN, beta=1, kl_target=1), errors.NonFiniteError,
        ("divergence", "nan")),
    Bad("a negative number of sweeps", lambda: dp.policy_evaluation(floats(), [0, 0], FIRST, sweeps=-1),
        errors.ParameterError, ("sweeps", "-1")),
    Bad("half a sweep", lambda: dp.value_iteration(floats(), FIRST, sweeps=1.5), errors.ParameterError,
        ("sweeps", "1.5", "whole number")),
    Bad("a negative horizon", lambda: next(trajectories.enumerate(floats(), [0, 0], -1)), errors.ParameterError,
        ("horizon", "-1")),
    Bad("half a step", lambda: next(trajectories.enumerate(floats(), [0, 0], 0.5)), errors.ParameterError,
        ("horizon", "0.5")),
    Bad("a NaN horizon", lambda: next(trajectories.enumerate(floats(), [0, 0], NAN)), errors.ParameterError,
        ("horizon", "nan")),
    Bad("successors of floats", lambda: sparse(successors=np.zeros((2, 1, 2))), errors.ParameterError,
        ("successors", "float64")),
    Bad("a successor that is no state", lambda: sparse(successors=np.array([[[0, 2]], [[1, 1]]])),
        errors.ParameterError, ("2 at index (0, 0, 1)",)),
    Bad("a misspelt equation", lambda: equation("trpo.surogate"), errors.UnknownEquationError,
        ("'trpo.surogate'", "trpo.surrogate", "rlproof explain")),
    Bad("an equation of no topic", lambda: equation("alchemy"), errors.UnknownEquationError, ("alchemy", "gae")),
]  # fmt: skip

FIELDS = [
    Bad(
        "no data of a pair", lambda: model.maximum_likelihood(np.zeros((1, 1, 1))), errors.MissingDataError, ("(0, 0)",)
    ),
    Bad(
        "useless features",
        lambda: vf.regression(np.zeros((2, 1)), np.ones(2), np.ones(2)),
        errors.NotPositiveDefiniteError,
        ("rank 0",),
    ),
    Bad("an unstable gain", lambda: lqr.value_matrix(system(), -8 * GAIN), errors.NotStableError, ("A + BK",)),
]
"""One of each kind that only some fields know; the fields' own tables have the rest."""

TABLE = [*PROBABILITIES, *SHAPES, *DISCOUNTS, *EMPTY, *MIXED, *ACTIONS, *ENDS, *PARAMETERS, *FIELDS]


@pytest.mark.parametrize("bad", TABLE, ids=lambda bad: bad.what)
def test_a_wrong_input_raises_its_own_error(bad: Bad) -> None:
    """The class is the one of the situation, and the message names what was got and what to do."""
    with pytest.raises(errors.RlproofError) as caught:
        bad.call()
    assert type(caught.value) is bad.error
    message = str(caught.value)
    for part in ("got", "expected", "likely cause", "what to do"):
        (line,) = [line for line in message.splitlines() if line.strip().startswith(f"{part}:")]
        assert line.split(":", 1)[1].strip(), f"{part} is empty"
    assert [text for text in bad.named if text not in message] == [], message


def test_every_error_class_is_in_the_table() -> None:
    """No situation has a class that nothing raises; the two bases are never raised themselves."""
    bases = {errors.RlproofError, errors.NotAProbabilityError}
    classes = {each for _, each in inspect.getmembers(errors, inspect.isclass)}
    assert {bad.error for bad in TABLE} == classes - bases
    assert all(issubclass(each, errors.RlproofError) and issubclass(each, ValueError) for each in classes)


def test_the_parts_of_a_message_are_attributes() -> None:
    """A program that catches the error reads the parts without parsing."""
    with pytest.raises(errors.DiscountError) as caught:
        floats(discount=2.0)
    error = caught.value
    assert error.subject == "the discount is out of range"
    assert error.got == "2.0"
    assert all((error.expected, error.cause, error.remedy))

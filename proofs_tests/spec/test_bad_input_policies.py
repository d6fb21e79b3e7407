"""Bad input of policies, divergences and imitation: each way to be wrong has its own error."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from rlproof.spec import divergence, errors, imitation, numbers, policy, ppo

NAN, INF = float("nan"), float("inf")
LOGITS = np.array([[0.0, 1.0, -1.0], [2.0, 0.0, 0.5]])
ACTIONS = np.array([0, 2])
HALVES = np.array([[0.5, 0.25, 0.25], [0.0, 0.5, 0.5]])
VECTORS = np.array([[0.0, 1.0], [2.0, 3.0]])
FACTORS = np.array([[[1.0, 0.0], [2.0, 3.0]], [[0.5, 0.0], [0.0, 1.0]]])


def changed(array: np.ndarray, index: Any, number: float) -> np.ndarray:
    """A copy with one number replaced."""
    result = array.copy()
    result[index] = number
    return result


OF_LOGITS: dict[str, Callable[[Any], Any]] = {
    "log_softmax": policy.log_softmax,
    "softmax": policy.softmax,
    "log_prob": lambda logits: policy.log_prob(ACTIONS, logits),
    "entropy": policy.entropy,
    "score": lambda logits: policy.score(ACTIONS, logits),
    "fisher": policy.fisher,
    "kl_fisher": lambda logits: divergence.kl_fisher(logits, LOGITS),
    "kl_logits_gradient": lambda logits: divergence.kl_logits_gradient(HALVES, logits),
    "cross_entropy": lambda logits: imitation.cross_entropy(HALVES, logits),
}
BAD_LOGITS = [
    (changed(LOGITS, (1, 0), NAN), errors.NonFiniteError, "(1, 0)"),
    (changed(LOGITS, (0, 2), INF), errors.NonFiniteError, "(0, 2)"),
    (np.array([[0.0, 1.0, 2.0], [-INF, -INF, -INF]]), errors.NotAProbabilityError, "row (1,)"),
    (np.zeros((2, 0)), errors.EmptySpaceError, "(2, 0)"),
    (np.float64(1.0), errors.ShapeError, "shape ()"),
    (np.array([[0, 1, 2], [0, 0, 0]]), errors.IntegerDtypeError, "int64"),
    (numbers.exact(LOGITS), errors.NumberSystemError, "'exact'"),
]


@pytest.mark.parametrize("name", OF_LOGITS)
@pytest.mark.parametrize(("logits", "error", "named"), BAD_LOGITS, ids=lambda value: getattr(value, "__name__", None))
def test_bad_logits_are_refused(name: str, logits: Any, error: type[Exception], named: str) -> None:
    """NaN, plus infinity, rows without a legal action, missing axes, integers and rationals."""
    with pytest.raises(error) as caught:
        OF_LOGITS[name](logits)
    assert "logits" in str(caught.value) or error is errors.NumberSystemError
    assert named in str(caught.value)


def test_balls_of_logits_may_be_masked_but_not_otherwise_infinite() -> None:
    """In balls minus infinity is a mask as well; NaN and a row of masks are refused."""
    mask = -numbers.arb.pos_inf()
    masked = np.array([[numbers.arb(0), mask]], dtype=object)
    assert policy.softmax(masked)[0, 0] == 1
    with pytest.raises(errors.NotAProbabilityError):
        policy.softmax(np.array([[mask, mask]], dtype=object))
    with pytest.raises(errors.NonFiniteError):
        policy.softmax(np.array([[numbers.arb(0), numbers.arb.pos_inf()]], dtype=object))
    with pytest.raises(errors.NonFiniteError):
        policy.softmax(np.array([[numbers.arb(0), numbers.arb.nan()]], dtype=object))


@pytest.mark.parametrize("function", [policy.log_prob, policy.score])
@pytest.mark.parametrize(
    ("actions", "error", "named"),
    [
        (np.array([0, 3]), errors.ActionSetError, "action 3"),
        (np.array([-1, 0]), errors.ActionSetError, "action -1"),
        (np.array([0.0, 1.0]), errors.IntegerDtypeError, "float64"),
        (np.array([True, False]), errors.IntegerDtypeError, "bool"),
        (np.array([0]), errors.ShapeError, "(1,)"),
        ([[0], [1, 2]], errors.ShapeError, "actions"),
    ],
)
def test_bad_actions_are_refused(function: Any, actions: Any, error: type[Exception], named: str) -> None:
    """Actions that do not exist, are no integers, or belong to another batch."""
    with pytest.raises(error, match="actions") as caught:
        function(actions, LOGITS)
    assert named in str(caught.value)


CALLS = [
    (
        "an empty batch of actions",
        lambda: policy.deterministic(np.array([], dtype=int), number_of_actions=2),
        errors.EmptySpaceError,
        "actions",
    ),
    (
        "a policy for actions",
        lambda: policy.deterministic(HALVES, number_of_actions=3),
        errors.IntegerDtypeError,
        "one-hot",
    ),
    ("an action too many", lambda: policy.deterministic(ACTIONS, number_of_actions=2), errors.ActionSetError, "0 to 1"),
    ("no actions", lambda: policy.deterministic(ACTIONS, number_of_actions=0), errors.ActionSetError, "action 2"),
    ("half an action", lambda: policy.deterministic(ACTIONS, number_of_actions=2.5), errors.ParameterError, "2.5"),
    ("ragged actions", lambda: policy.deterministic([[0], [1, 2]], number_of_actions=3), errors.ShapeError, "actions"),
    (
        "epsilon above one",
        lambda: policy.epsilon_greedy(LOGITS, epsilon_random=1.5),
        errors.ParameterError,
        "epsilon_random",
    ),
    ("epsilon below zero", lambda: policy.epsilon_greedy(LOGITS, epsilon_random=-0.1), errors.ParameterError, "-0.1"),
    ("epsilon NaN", lambda: policy.epsilon_greedy(LOGITS, epsilon_random=NAN), errors.ParameterError, "nan"),
    (
        "NaN values",
        lambda: policy.epsilon_greedy(changed(LOGITS, (0, 0), NAN), epsilon_random=0.5),
        errors.NonFiniteError,
        "(0, 0)",
    ),
    (
        "no values",
        lambda: policy.epsilon_greedy(np.zeros((1, 0)), epsilon_random=0.5),
        errors.EmptySpaceError,
        "(1, 0)",
    ),
    ("one value", lambda: policy.epsilon_greedy(np.float64(0), epsilon_random=0.5), errors.ShapeError, "()"),
    (
        "integer values",
        lambda: policy.epsilon_greedy(np.array([[0, 1]]), epsilon_random=0.5),
        errors.IntegerDtypeError,
        "int64",
    ),
    (
        "noise of another batch",
        lambda: policy.gaussian_sample(VECTORS, VECTORS, VECTORS[:1]),
        errors.ShapeError,
        "noise",
    ),
    (
        "NaN noise",
        lambda: policy.gaussian_sample(VECTORS, VECTORS, changed(VECTORS, (0, 0), NAN)),
        errors.NonFiniteError,
        "noise",
    ),
    (
        "actions of another batch",
        lambda: policy.gaussian_score(VECTORS, VECTORS[:1], VECTORS),
        errors.ShapeError,
        "mean",
    ),
    ("no dimensions", lambda: policy.gaussian_fisher(np.zeros((2, 0))), errors.EmptySpaceError, "log_std"),
    ("one number for log_std", lambda: policy.gaussian_entropy(np.float64(0)), errors.ShapeError, "log_std"),
    (
        "infinite log_std",
        lambda: policy.gaussian_entropy(changed(VECTORS, (0, 0), -INF)),
        errors.NonFiniteError,
        "-inf",
    ),
    ("integer log_std", lambda: policy.gaussian_fisher(np.array([[0, 1]])), errors.IntegerDtypeError, "log_std"),
    ("exact log_std", lambda: policy.gaussian_fisher(numbers.exact(VECTORS)), errors.NumberSystemError, "'exact'"),
    ("exact entropy", lambda: policy.gaussian_entropy(numbers.exact(VECTORS)), errors.NumberSystemError, "'exact'"),
    (
        "exact sample",
        lambda: policy.gaussian_sample(*[numbers.exact(VECTORS)] * 3),
        errors.NumberSystemError,
        "'exact'",
    ),
    ("exact score", lambda: policy.gaussian_score(*[numbers.exact(VECTORS)] * 3), errors.NumberSystemError, "'exact'"),
    (
        "exact path",
        lambda: policy.pathwise_gradient(*[numbers.exact(VECTORS)] * 3),
        errors.NumberSystemError,
        "'exact'",
    ),
    (
        "slopes of another batch",
        lambda: policy.pathwise_gradient(VECTORS[:1], VECTORS, VECTORS),
        errors.ShapeError,
        "log_std",
    ),
    (
        "NaN slopes",
        lambda: policy.pathwise_gradient(changed(VECTORS, (1, 1), NAN), VECTORS, VECTORS),
        errors.NonFiniteError,
        "action_slopes",
    ),
    (
        "draws of another batch",
        lambda: policy.squashed_gaussian_log_prob(VECTORS, VECTORS[:1], VECTORS),
        errors.ShapeError,
        "mean",
    ),
    (
        "infinite draws",
        lambda: policy.squashed_gaussian_log_prob(changed(VECTORS, (0, 1), INF), VECTORS, VECTORS),
        errors.NonFiniteError,
        "inf",
    ),
    (
        "exact draws",
        lambda: policy.squashed_gaussian_log_prob(*[numbers.exact(VECTORS)] * 3),
        errors.NumberSystemError,
        "'exact'",
    ),
    ("steps of another shape", lambda: divergence.kl_fisher(LOGITS, LOGITS[:1]), errors.ShapeError, "logit_steps"),
    (
        "NaN steps",
        lambda: divergence.kl_fisher(LOGITS, changed(LOGITS, (0, 1), NAN)),
        errors.NonFiniteError,
        "logit_steps",
    ),
    (
        "integer steps",
        lambda: divergence.kl_fisher(LOGITS, np.zeros((2, 3), dtype=int)),
        errors.IntegerDtypeError,
        "logit_steps",
    ),
    (
        "steps in balls",
        lambda: divergence.kl_fisher(LOGITS, numbers.ball(LOGITS)),
        errors.NumberSystemError,
        "logit_steps: ball",
    ),
    (
        "counts for probabilities",
        lambda: divergence.kl_logits_gradient(4 * HALVES, LOGITS),
        errors.RowSumError,
        "probabilities",
    ),
    (
        "negative probabilities",
        lambda: imitation.cross_entropy(np.array([[1.5, -0.5]]), LOGITS[:1, :2]),
        errors.NegativeProbabilityError,
        "-0.5",
    ),
    ("logits of other states", lambda: divergence.kl_logits_gradient(HALVES[:1], LOGITS), errors.ShapeError, "logits"),
    ("logits of other actions", lambda: imitation.cross_entropy(HALVES, LOGITS[:, :2]), errors.ShapeError, "logits"),
    ("one probability", lambda: imitation.cross_entropy(np.float64(1), LOGITS), errors.ShapeError, "probabilities"),
    (
        "no probabilities",
        lambda: imitation.cross_entropy(np.zeros((1, 0)), LOGITS),
        errors.EmptySpaceError,
        "probabilities",
    ),
    (
        "a target in balls",
        lambda: imitation.cross_entropy(numbers.ball(HALVES), LOGITS),
        errors.NumberSystemError,
        "probabilities: ball",
    ),
    ("predictions of another batch", lambda: imitation.mse(VECTORS, VECTORS[:1]), errors.ShapeError, "mean"),
    ("no predictions", lambda: imitation.mse(np.zeros((0, 2)), np.zeros((0, 2))), errors.EmptySpaceError, "actions"),
    ("NaN predictions", lambda: imitation.mse(VECTORS, changed(VECTORS, (0, 0), NAN)), errors.NonFiniteError, "mean"),
    ("integer targets", lambda: imitation.mse(np.array([[0, 1]]), VECTORS[:1]), errors.IntegerDtypeError, "actions"),
    (
        "floats beside rationals",
        lambda: imitation.mse(VECTORS, numbers.exact(VECTORS)),
        errors.NumberSystemError,
        "mean: exact",
    ),
]


@pytest.mark.parametrize(("call", "error", "named"), [case[1:] for case in CALLS], ids=[case[0] for case in CALLS])
def test_other_bad_input_is_refused(call: Callable[[], Any], error: type[Exception], named: str) -> None:
    """Each has the error that its docstring names, and the message says which argument."""
    with pytest.raises(error) as caught:
        call()
    assert named in str(caught.value)


FULL = {
    "log_prob": lambda factor: policy.full_gaussian_log_prob(VECTORS, VECTORS, factor),
    "kl, new": lambda factor: policy.full_gaussian_kl(VECTORS, FACTORS, VECTORS, factor),
    "kl, old": lambda factor: policy.full_gaussian_kl(VECTORS, factor, VECTORS, FACTORS),
    "entropy": policy.full_gaussian_entropy,
}


@pytest.mark.parametrize("name", FULL)
@pytest.mark.parametrize(
    ("factor", "error"),
    [
        (changed(FACTORS, (0, 0, 1), 0.5), errors.NotPositiveDefiniteError),
        (changed(FACTORS, (1, 1, 1), 0.0), errors.NotPositiveDefiniteError),
        (changed(FACTORS, (0, 0, 0), -1.0), errors.NotPositiveDefiniteError),
        (changed(FACTORS, (0, 1, 0), NAN), errors.NonFiniteError),
        (FACTORS[0], errors.ShapeError),
        (FACTORS[:, :1], errors.ShapeError),
        (np.zeros((2, 0, 0)), (errors.EmptySpaceError, errors.ShapeError)),
        (FACTORS.astype(int), errors.IntegerDtypeError),
    ],
)
def test_what_is_no_cholesky_factor_is_refused(name: str, factor: Any, error: Any) -> None:
    """Numbers above the diagonal, diagonals that are not positive, NaN, wrong shapes, integers."""
    with pytest.raises(error, match="scale_tril"):
        FULL[name](factor)


def test_full_gaussians_take_matching_floats_or_balls() -> None:
    """Vectors of another batch, empty ones, mixtures of systems and rationals are refused."""
    with pytest.raises(errors.ShapeError, match="mean"):
        policy.full_gaussian_log_prob(VECTORS, VECTORS[:1], FACTORS)
    with pytest.raises(errors.ShapeError, match="actions"):
        policy.full_gaussian_log_prob(VECTORS[0], VECTORS[0], FACTORS)
    with pytest.raises(errors.EmptySpaceError, match="scale_tril"):
        policy.full_gaussian_entropy(np.zeros((0, 2, 2)))
    with pytest.raises(errors.NumberSystemError, match="scale_tril: ball"):
        policy.full_gaussian_log_prob(VECTORS, VECTORS, numbers.ball(FACTORS))
    for name, call in FULL.items():
        with pytest.raises(errors.NumberSystemError):
            call(numbers.exact(FACTORS))
        assert name
    vectors, factors = numbers.exact(VECTORS), numbers.exact(FACTORS)
    with pytest.raises(errors.NumberSystemError, match="rational"):
        policy.full_gaussian_log_prob(vectors, vectors, factors)
    with pytest.raises(errors.NumberSystemError, match="rational"):
        policy.full_gaussian_kl(vectors, factors, vectors, factors)


PAIRS = (divergence.pinsker, divergence.bretagnolle_huber, divergence.coupling)


@pytest.mark.parametrize("function", PAIRS)
def test_pairs_of_policies_are_checked(function: Any) -> None:
    """Other shapes, rows that are no distributions, NaN, and mixtures of number systems."""
    with pytest.raises(errors.ActionSetError):
        function(HALVES, HALVES[:, :2])
    with pytest.raises(errors.RowSumError, match="new_policy"):
        function(HALVES, HALVES / 2)
    with pytest.raises(errors.NonFiniteError, match="policy"):
        function(changed(HALVES, (0, 0), NAN), HALVES)
    with pytest.raises(errors.NumberSystemError):
        function(HALVES, numbers.exact(HALVES))
    if function is not divergence.coupling:
        with pytest.raises(errors.NumberSystemError, match="rational"):
            function(numbers.exact(HALVES), numbers.exact(HALVES[::-1]))


ESTIMATES = (divergence.k1, divergence.k2, divergence.k3, ppo.approx_kl, ppo.approx_kl_nonnegative)


@pytest.mark.parametrize("function", ESTIMATES)
def test_log_probabilities_are_checked(function: Any) -> None:
    """Other shapes, empty batches, infinities, integers and mixtures of number systems."""
    logs = np.array([-1.0, -2.0])
    with pytest.raises(errors.ShapeError, match="old_log_probs"):
        function(logs, logs[:1])
    with pytest.raises(errors.EmptySpaceError, match="log_probs"):
        function(logs[:0], logs[:0])
    with pytest.raises(errors.NonFiniteError, match="old_log_probs"):
        function(logs, changed(logs, 1, -INF))
    with pytest.raises(errors.IntegerDtypeError, match="log_probs"):
        function(np.array([-1, -2]), logs)
    with pytest.raises(errors.NumberSystemError):
        function(logs, numbers.exact(logs))
    if function in (divergence.k3, ppo.approx_kl_nonnegative):
        with pytest.raises(errors.NumberSystemError, match="rational"):
            function([Fraction(-1)], [Fraction(-2)])

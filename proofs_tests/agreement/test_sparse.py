"""Large-scale evaluation: the certificate is rigorous, the values are those of the dense, exact theory."""

import time
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from flint import fmpq

from rlproof.spec import errors, numbers, sparse, value
from rlproof.spec.sparse import SparseMDP

Array = np.ndarray
Rows = Callable[[np.random.Generator, tuple[int, ...]], Array]
Problem = tuple[SparseMDP, Array]

DYADIC = 2**20
"""Probabilities are multiples of 1 / DYADIC: their float sums, and the rows, are exact."""


def dyadic_rows(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Draw distributions over the last axis whose entries are multiples of 1 / DYADIC."""
    *leading, outcomes = shape
    cuts = np.sort(generator.integers(0, DYADIC + 1, (*leading, outcomes - 1)), axis=-1)
    return np.diff(cuts, axis=-1, prepend=0, append=DYADIC) / DYADIC


def decimal_rows(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Draw distributions over the last axis that sum to one only up to rounding."""
    return generator.dirichlet(np.full(shape[-1], 0.5), shape[:-1])


def random_process(
    seed: int,
    rows: Rows,
    *,
    discount: float,
    states: int = 12,
    actions: int = 3,
    successors: int = 4,
    reward_size: float = 1.0,
) -> Problem:
    """Draw a process whose rows list some successors twice, and a stochastic policy."""
    generator = np.random.default_rng(seed)
    shape = (states, actions, successors)
    mdp = SparseMDP(
        successors=generator.integers(0, states, shape),
        probabilities=rows(generator, shape),
        reward=reward_size * generator.standard_normal((states, actions)),
        initial=np.full(states, 1 / states),
        discount=discount,
    )
    return mdp, rows(generator, (states, actions))


def line(states: int, *, discount: float, ring: bool) -> Problem:
    """Build the one-action process 0 -> 1 -> ...: back to 0 (ring), or to an end that is terminal."""
    ahead = np.arange(1, states + 1)
    terminal = None if ring else np.arange(states) == states - 1
    reward = np.random.default_rng(states).standard_normal((states, 1))
    return SparseMDP(
        successors=(ahead % states if ring else np.minimum(ahead, states - 1))[:, None, None],
        probabilities=np.ones((states, 1, 1)),
        reward=reward if ring else reward * ~terminal[:, None],
        initial=np.full(states, 1 / states),
        discount=discount,
        terminal=terminal,
    ), np.zeros(states, int)


def clusters(states: int, *, discount: float) -> Problem:
    """Build two clusters that are left with probability 2**-10: GMRES and sweeps both find them slow."""
    generator = np.random.default_rng(states)
    cluster = np.arange(states) % 2
    inside = 2 * generator.integers(0, states // 2, (states, 2, 3)) + cluster[:, None, None]
    outside = generator.integers(0, states, (states, 2, 1))
    escape = 2.0**-10
    mdp = SparseMDP(
        successors=np.concatenate([inside, outside], axis=2),
        probabilities=np.broadcast_to([0.5, 0.25, 0.25 - escape, escape], (states, 2, 4)),
        reward=generator.standard_normal((states, 2)) + cluster[:, None],
        initial=np.full(states, 1 / states),
        discount=discount,
    )
    return mdp, dyadic_rows(generator, (states, 2))


def true_values(mdp: SparseMDP, policy: Array) -> Array:
    """Solve the equation in rationals, from the floats' own binary values (rows need not sum to one)."""
    states, actions, successors = mdp.successors.shape
    policy, reward = numbers.exact(policy), numbers.exact(mdp.reward)
    probabilities, discount = numbers.exact(mdp.probabilities), numbers.rational(mdp.discount)
    matrix = numbers.exact(np.eye(states, dtype=int))
    for s, a, k in np.ndindex(states, actions, successors):
        matrix[s, mdp.successors[s, a, k]] -= discount * policy[s, a] * probabilities[s, a, k]
    return numbers.solve(matrix, (policy * reward).sum(axis=1))


def largest_error(values: Array, truth: Array) -> fmpq:
    """Measure the true error of float values, as a rational."""
    return max(abs(numbers.exact(values) - truth))


def one_hot(policy: Array, actions: int) -> Array:
    """Write a deterministic policy as probabilities."""
    return (np.arange(actions) == np.asarray(policy)[:, None]).astype(float)


HARD = {
    "random": random_process(0, decimal_rows, discount=0.99),
    "wide": random_process(1, decimal_rows, discount=0.9, states=5, actions=6, successors=30),
    "one state": random_process(2, decimal_rows, discount=0.9, states=1),
    "no discount": random_process(3, decimal_rows, discount=0.0),
    "tiny discount": random_process(4, decimal_rows, discount=1e-300),
    "patient": random_process(5, decimal_rows, discount=0.999),
    "ring": line(40, discount=0.99, ring=True),
    "patient ring": line(30, discount=0.999, ring=True),
    "chain": line(40, discount=0.99, ring=False),
    "clusters": clusters(30, discount=0.999),
    "large rewards": random_process(6, decimal_rows, discount=0.99, reward_size=1e200),
    "small rewards": random_process(7, decimal_rows, discount=0.99, reward_size=1e-200),
}


def probabilities_of(mdp: SparseMDP, policy: Array) -> Array:
    """Write any policy as probabilities."""
    policy = np.asarray(policy)
    return one_hot(policy, mdp.number_of_actions) if policy.ndim == 1 else policy


@pytest.mark.parametrize("name", HARD)
def test_true_error_is_within_the_certified_bound(name: str) -> None:
    """The true error, in rationals, is within the bound, and the bound within the accuracy."""
    mdp, policy = HARD[name]
    found = sparse.evaluate(mdp, policy)
    truth = true_values(mdp, probabilities_of(mdp, policy))
    size = max(abs(truth))
    assert found.relative_error_bound <= 1e-10
    assert largest_error(found.values, truth) <= numbers.rational(found.error_bound)
    assert numbers.rational(found.error_bound) <= numbers.rational(found.relative_error_bound) * size


@pytest.mark.parametrize("discount", [0.0, 0.5, 0.9, 0.999])
def test_bound_is_honest_for_any_estimate(discount: float) -> None:
    """Whatever the estimate, near the truth or far away, its true error is within its residual bound."""
    for seed in range(12):
        mdp, policy = random_process(seed, decimal_rows, discount=discount, states=6)
        truth = true_values(mdp, policy)
        nearest = numbers.float64(truth)
        generator = np.random.default_rng(seed)
        for distance in (0.0, 1e-15, 1e-12, 1e-3, 1e3):
            estimate = nearest * (1 + distance * generator.standard_normal(len(nearest)))
            bound = numbers.rational(sparse.residual_bound(mdp, policy, estimate))
            assert largest_error(estimate, truth) <= bound


def test_rounding_is_part_of_the_bound() -> None:
    """Where rounding hides an error from the computed residual, the bound still covers it."""
    covered = 0
    for seed in range(200):
        mdp, policy = random_process(seed, decimal_rows, discount=0.5, states=1, actions=1, successors=2)
        estimate = numbers.float64(true_values(mdp, policy))
        equation = sparse.sparse_equation(mdp, policy)
        error = largest_error(estimate, true_values(mdp, policy))
        residual = numbers.rational(float(abs(equation.residual(estimate)).max()))
        naive = residual / (1 - numbers.rational(mdp.discount))
        assert error <= numbers.rational(sparse.residual_bound(mdp, policy, estimate))
        covered += error > naive
    assert covered > 0, "no case in which the bound without rounding would have been wrong"


@pytest.mark.parametrize("seed", range(8))
def test_values_agree_with_the_dense_exact_solution(seed: int) -> None:
    """On dyadic processes the values are those of value.v in exact arithmetic, within the certified bound."""
    mdp, policy = random_process(seed, dyadic_rows, discount=1 - 2.0**-7, states=10)
    found = sparse.evaluate(mdp, policy)
    expected = value.v(mdp.to_dense().to("exact"), numbers.exact(policy))
    assert largest_error(found.values, expected) <= numbers.rational(found.error_bound)


def test_dense_process_has_the_same_numbers() -> None:
    """to_dense adds up repeated successors and keeps everything else."""
    mdp, _ = line(3, discount=0.5, ring=False)
    twice = SparseMDP(
        [[[1, 1]], [[0, 1]]],
        np.array([[[0.25, 0.75]], [[0.5, 0.5]]]),
        np.ones((2, 1)),
        np.array([1.0, 0.0]),
        0.5,
    )
    assert np.array_equal(mdp.to_dense().transition[:, 0], [[0, 1, 0], [0, 0, 1], [0, 0, 1]])
    assert np.array_equal(mdp.to_dense().terminal, [False, False, True])
    assert np.array_equal(twice.to_dense().transition[:, 0], [[0, 1], [0.5, 0.5]])


def test_terminal_values_are_zero() -> None:
    """The value of a terminal state is exactly zero."""
    mdp, policy = line(40, discount=0.99, ring=False)
    assert sparse.evaluate(mdp, policy).values[-1] == 0


def test_planted_errors_exceed_any_small_bound() -> None:
    """A wrong value, reward, discount, successor or policy cannot be certified to the usual accuracy."""
    mdp, policy = random_process(0, decimal_rows, discount=0.99, states=50)
    found = sparse.evaluate(mdp, policy)
    wrong = found.values.copy()
    wrong[7] += 1e-6
    other_reward = mdp.reward.copy()
    other_reward[3, 0] += 1e-3
    others = [
        (SparseMDP(mdp.successors, mdp.probabilities, other_reward, mdp.initial, mdp.discount), policy),
        (SparseMDP(mdp.successors, mdp.probabilities, mdp.reward, mdp.initial, 0.9901), policy),
        (
            SparseMDP(np.roll(mdp.successors, 1, axis=0), mdp.probabilities, mdp.reward, mdp.initial, 0.99),
            policy,
        ),
        (mdp, np.roll(policy, 1, axis=0)),
    ]
    assert sparse.residual_bound(mdp, policy, wrong) >= 1e-6 - found.error_bound
    for other, other_policy in others:
        truth = true_values(other, other_policy)
        bound = sparse.residual_bound(other, other_policy, found.values)
        assert largest_error(found.values, truth) <= numbers.rational(bound)
        assert bound > 1e3 * found.error_bound


def test_work_on_a_ring_is_that_of_value_iteration() -> None:
    """On a ring no Krylov space helps: the work is that of value iteration and a few cycles tried in vain."""
    mdp, policy = line(3000, discount=0.99, ring=True)
    found = sparse.evaluate(mdp, policy)
    # From zero, sweeps k suffice when c**k |r| / (1 - c) <= accuracy |v|, since |v| >= |r| / (1 + c); half of
    # the accuracy is left to rounding. Sweeps double after every vain cycle, so the cycles are few.
    sweeps = np.log(1e-10 / 2 * (1 - 0.99) / (1 + 0.99)) / np.log(0.99)
    cycles = 1 + np.log2(sweeps / sparse.KRYLOV_DIMENSIONS)
    assert found.relative_error_bound <= 1e-10
    assert found.operator_applications <= sweeps + cycles * (sparse.KRYLOV_DIMENSIONS + 1)


@pytest.mark.parametrize("size", [0.0, 1e6])
def test_useless_corrections_do_no_harm(size: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the Krylov cycles return nothing, or nonsense, Bellman sweeps still reach a certificate."""
    monkeypatch.setattr(sparse, "gmres_correction", lambda _, residual, __: np.full_like(residual, size))
    mdp, policy = random_process(0, decimal_rows, discount=0.9)
    found = sparse.evaluate(mdp, policy)
    assert found.relative_error_bound <= 1e-10
    assert largest_error(found.values, true_values(mdp, policy)) <= numbers.rational(found.error_bound)


def test_random_graphs_take_far_fewer_applications_than_value_iteration() -> None:
    """On a random graph the residual falls by the graph's mixing rate, not by the discount."""
    mdp, policy = random_process(0, decimal_rows, discount=0.999, states=5000, successors=5)
    assert sparse.evaluate(mdp, policy).operator_applications < 200  # value iteration: over 20,000


def test_values_of_zero_rewards_are_zero_and_certified() -> None:
    """With no rewards the values are zero, with error bound zero, after no work at all."""
    mdp, policy = random_process(0, decimal_rows, discount=0.9, reward_size=0.0)
    found = sparse.evaluate(mdp, policy)
    assert not found.values.any()
    assert (found.error_bound, found.relative_error_bound, found.operator_applications) == (0, 0, 0)


def test_progress_sees_every_cycle_with_an_honest_bound() -> None:
    """The evaluations shown on the way carry certificates that hold, and the work counted grows."""
    mdp, policy = line(40, discount=0.99, ring=True)
    seen = []
    found = sparse.evaluate(mdp, policy, progress=seen.append)
    truth = true_values(mdp, one_hot(policy, 1))
    assert all(largest_error(each.values, truth) <= numbers.rational(each.error_bound) for each in seen)
    work = [each.operator_applications for each in [*seen, found]]
    assert work == sorted(set(work))
    assert len(seen) > 1


@pytest.mark.parametrize("accuracy", [0.0, 1e-17, 1e-14])
def test_accuracy_beyond_float64_is_refused(accuracy: float) -> None:
    """An accuracy that rounding rules out raises at once, and the message says what can be had."""
    mdp, policy = random_process(0, decimal_rows, discount=0.999)
    with pytest.raises(errors.ParameterError, match="float64") as caught:
        sparse.evaluate(mdp, policy, relative_accuracy=accuracy)
    reachable = float(caught.value.expected.split()[-1])
    assert sparse.evaluate(mdp, policy, relative_accuracy=4 * reachable).relative_error_bound <= 4 * reachable


def test_values_that_cancel_are_refused() -> None:
    """Rewards that average to zero leave values that no relative accuracy can be certified for."""
    mdp = SparseMDP(np.zeros((1, 2, 1), int), np.ones((1, 2, 1)), np.array([[1.0, -1.0]]), np.ones(1), 0.5)
    with pytest.raises(errors.ParameterError, match="float64"):
        sparse.evaluate(mdp, np.array([[0.5, 0.5]]))


def test_every_accuracy_ends_with_a_certificate_or_an_error() -> None:
    """Close to what float64 can do, the iteration still ends: certified, or refused."""
    outcomes = set()
    for mdp, policy in HARD.values():
        for accuracy in np.logspace(-16, -10, 13):
            try:
                found = sparse.evaluate(mdp, policy, relative_accuracy=accuracy)
            except errors.ParameterError:
                outcomes.add("refused")
            else:
                outcomes.add("certified")
                assert found.relative_error_bound <= accuracy
    assert outcomes == {"refused", "certified"}


GOOD = {
    "successors": np.array([[[1, 0]], [[1, 1]]]),
    "probabilities": np.array([[[0.25, 0.75]], [[0.5, 0.5]]]),
    "reward": np.array([[1.0], [0.0]]),
    "initial": np.array([1.0, 0.0]),
    "discount": 0.5,
    "terminal": None,
}


@pytest.mark.parametrize(
    ("field", "bad", "error"),
    [
        ("successors", np.array([[[2, 0]], [[1, 1]]]), errors.ParameterError),
        ("successors", np.array([[[-1, 0]], [[1, 1]]]), errors.ParameterError),
        ("successors", np.array([[[1.0, 0.0]], [[1.0, 1.0]]]), errors.ParameterError),
        ("successors", np.array([[1, 0], [1, 1]]), errors.ShapeError),
        ("successors", np.zeros((2, 1, 0), int), errors.EmptySpaceError),
        ("successors", np.zeros((0, 1, 2), int), errors.EmptySpaceError),
        ("probabilities", np.array([[[0.25, 0.75 + 2.0**-40]], [[0.5, 0.5]]]), errors.RowSumError),
        ("probabilities", np.array([[[-0.25, 1.25]], [[0.5, 0.5]]]), errors.NegativeProbabilityError),
        ("probabilities", np.array([[[np.nan, 0.75]], [[0.5, 0.5]]]), errors.NonFiniteError),
        ("probabilities", np.ones((2, 1, 1)), errors.ShapeError),
        ("probabilities", np.array([[[0, 1]], [[0, 1]]]), errors.IntegerDtypeError),
        ("probabilities", [[[Fraction(1, 4), Fraction(3, 4)]], [[0, 1]]], errors.NumberSystemError),
        ("reward", np.array([[np.inf], [0.0]]), errors.NonFiniteError),
        ("reward", np.array([1.0, 0.0]), errors.ShapeError),
        ("reward", np.array([[1], [0]]), errors.IntegerDtypeError),
        ("initial", np.array([0.5, 0.25]), errors.RowSumError),
        ("initial", np.array([1.0]), errors.ShapeError),
        ("discount", 1.0, errors.DiscountError),
        ("discount", -0.1, errors.DiscountError),
        ("discount", float("nan"), errors.DiscountError),
        ("terminal", np.array([True, False]), errors.TerminalStateError),
        ("terminal", np.array([True]), errors.ShapeError),
    ],
)
def test_bad_fields_are_refused(field: str, bad: object, error: type[errors.RlproofError]) -> None:
    """Each bad field raises its own error, with all four parts of the message."""
    SparseMDP(**GOOD)
    with pytest.raises(error) as caught:
        SparseMDP(**{**GOOD, field: bad})
    assert type(caught.value) is error
    assert all(getattr(caught.value, part) for part in ("subject", "got", "expected", "cause", "remedy"))


def test_terminal_states_may_not_pay() -> None:
    """A terminal state that leads to itself but pays is refused."""
    with pytest.raises(errors.TerminalStateError, match="terminal state 1 pays"):
        SparseMDP(**{**GOOD, "reward": np.array([[1.0], [1.0]]), "terminal": np.array([False, True])})


def test_a_process_does_not_share_memory_with_its_data() -> None:
    """Fields are copies and read-only: a validated process stays valid."""
    successors = GOOD["successors"].copy()
    mdp = SparseMDP(**{**GOOD, "successors": successors})
    successors[:] = 7
    assert mdp.successors.max() == 1
    with pytest.raises(ValueError, match="read-only"):
        mdp.probabilities[0] = 0


def test_bad_arguments_of_evaluate_are_refused() -> None:
    """Policies over other actions, rows off one, estimates that do not fit, and overflow raise."""
    mdp = SparseMDP(**GOOD)
    with pytest.raises(errors.ActionSetError):
        sparse.evaluate(mdp, np.array([0, 1]))
    with pytest.raises(errors.RowSumError):
        sparse.evaluate(mdp, np.array([[0.5], [1.0]]))
    with pytest.raises(errors.ParameterError):
        sparse.evaluate(mdp, np.array([0, 0]), relative_accuracy=float("nan"))
    with pytest.raises(errors.ShapeError):
        sparse.residual_bound(mdp, np.array([0, 0]), np.zeros(3))
    with pytest.raises(errors.NonFiniteError):
        sparse.residual_bound(mdp, np.array([0, 0]), np.array([0.0, np.nan]))
    with pytest.raises(errors.NonFiniteError, match="overflow"):
        sparse.evaluate(SparseMDP(**{**GOOD, "reward": np.array([[1e308], [0.0]])}), np.array([0, 0]))
    with pytest.raises(errors.DiscountError, match="cannot be told from one"):
        sparse.evaluate(SparseMDP(**{**GOOD, "discount": 1 - 2.0**-53}), np.array([0, 0]))


def test_a_hundred_thousand_states_take_seconds() -> None:
    """100,000 states, 4 actions, 5 random successors each, discount .99: certified to 1e-10 in under 10 s."""
    mdp, policy = random_process(0, decimal_rows, discount=0.99, states=100_000, actions=4, successors=5)
    start = time.process_time()
    found = sparse.evaluate(mdp, policy)
    assert found.relative_error_bound <= 1e-10
    assert time.process_time() - start < 10

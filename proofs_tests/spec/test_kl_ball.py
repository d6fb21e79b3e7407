"""The inner problem of the trust-region steps, against closed forms, grids and its own certificates."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb

from rlproof.spec import kl_ball, numbers

EPS = float(np.finfo(float).eps)
TINY = float(np.finfo(float).tiny)
RADII = (1e-12, 1e-8, 1e-4, 1e-2, 0.1, 1.0, 10.0, 300.0, 1e4, 1e300)


def divergences(policy: np.ndarray, new_policy: np.ndarray) -> np.ndarray:
    """KL(p || q) of each row by balls of 200 bits, as floats.

    Its generalised form sum p log(p/q) - p + q is not moved, to first order, by rows that sum to one only up
    to rounding; so it can be compared with radii below eps.
    """
    with numbers.precision(200):
        pairs = zip(numbers.ball(policy), numbers.ball(new_policy), strict=True)
        return np.array([float(sum(map(_term, *rows))) for rows in pairs])


def _term(old: arb, new: arb) -> arb:
    return new if old == 0 else old * (old / new).log() - old + new


def tolerance(policy: np.ndarray, delta: float) -> float:
    """How far the divergence of a computed step can be from its radius.

    Each of the n probabilities is computed by about ten roundings, which move its term q - p log q by ten eps
    |q - p|; the sum of |q - p| is at most sqrt(2 delta) by Pinsker, and at most two. The slack is found to
    4 eps |log slack|, |log slack| <= 700, and log KL moves at most twice as much as log slack.
    """
    actions = policy.shape[1]
    return 10 * actions * EPS * min(2.0, np.sqrt(2 * delta)) + (2 * 4 * 700 + 10 * actions) * EPS * delta


def random_problem(seed: int, *, actions: int = 4, lost: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Rows of full support, or with some actions never taken, and advantages of mean zero."""
    generator = np.random.default_rng(seed)
    policy = generator.dirichlet(np.ones(actions), 5)
    if lost:
        policy[:, :2] *= generator.integers(0, 2, (5, 2))
        policy /= policy.sum(axis=1, keepdims=True)
    advantage = generator.normal(size=policy.shape)
    return policy, advantage - (policy * advantage).sum(axis=1, keepdims=True)


def gains(policy: np.ndarray, advantage: np.ndarray, delta: float) -> np.ndarray:
    """The maxima f_s(delta)."""
    return (kl_ball.step_at_radius(policy, advantage, delta).policy * advantage).sum(axis=1)


@pytest.mark.parametrize("delta", RADII)
@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_a_step_is_a_policy_on_the_sphere(seed: int, lost: bool, delta: float) -> None:
    """Rows are distributions within the ball, and on its sphere unless the best actions are reached before."""
    policy, advantage = random_problem(seed, lost=lost)
    step = kl_ball.step_at_radius(policy, advantage, delta)
    assert (step.policy >= 0).all()
    assert abs(step.policy.sum(axis=1) - 1).max() <= 10 * EPS  # ten roundings of numbers below one
    distance = divergences(policy, step.policy)
    assert (distance <= delta + tolerance(policy, delta)).all()
    if delta <= 10:  # beyond, every probability but one may be too small for a float
        assert (distance >= delta - tolerance(policy, delta)).all()
    # The slack is at least e^-700, and the bound q <= p e^-delta' of the worse actions is below TINY from 745 on.
    assert (step.multiplier >= 0).all()
    assert np.isfinite(step.policy).all()


@pytest.mark.parametrize("radius", ["1e-12", "1e-6", "1/100", "1", "20"])
@pytest.mark.parametrize("first", ["1/2", "1/1000", "999/1000"])
def test_of_two_actions_the_step_is_the_root_of_one_equation(first: str, radius: str) -> None:
    """By bisection in balls of 300 bits of p log(p/q) + (1-p) log((1-p)/(1-q)) = delta, with q above p.

    The derivative of the divergence is (q - p) / (q (1 - q)), which turns its error into that of q.
    """
    probability = Fraction(first)
    with numbers.precision(300):
        p, delta = (numbers.ball([text])[0] for text in (first, radius))
        low, high = arb(p), arb(1)
        for _ in range(250):
            middle = ((low + high) / 2).mid()
            inside = middle < 1 and p * (p / middle).log() + (1 - p) * ((1 - p) / (1 - middle)).log() < delta
            low, high = (middle, high) if inside else (low, middle)
        root, rest = float(low), float(1 - low)
    policy = np.array([[float(probability), float(1 - probability)]])
    step = kl_ball.step_at_radius(policy, np.array([[1.0, -2.0]]), float(delta))
    slope = (root - policy[0, 0]) / (root * rest)
    assert abs(step.policy[0, 0] - root) <= tolerance(policy, float(delta)) / slope + EPS
    assert abs(step.policy[0, 1] - rest) <= tolerance(policy, float(delta)) / slope + EPS


@pytest.mark.parametrize("delta", [1e-6, 0.01, 0.5, 3.0, 50.0])
@pytest.mark.parametrize("lead", [1e-3, 1.0, 1e3])
def test_from_a_deterministic_policy_the_rest_spills_on_the_best_other_action(lead: float, delta: float) -> None:
    """KL((1, 0, 0) || q) = -log q_0, so that q_0 = exp(-delta), the rest goes to the best, and lambda follows."""
    step = kl_ball.step_at_radius(np.array([[1.0, 0.0, 0.0]]), np.array([[0.0, lead / 2, lead]]), delta)
    assert step.policy[0].tolist() == pytest.approx([np.exp(-delta), 0.0, -np.expm1(-delta)], rel=0, abs=4 * EPS)
    # lambda = lead exp(-delta): log lead and exp round relatively, the exponent by eps |delta - log lead|
    expected = lead * np.exp(-delta)
    assert abs(step.multiplier[0] - expected) <= (4 + 2 * (delta + 7)) * EPS * expected


def test_a_deterministic_policy_of_the_best_action_stays() -> None:
    """Nothing is better inside, nothing outside: the row comes back bit for bit, at no price."""
    policy, advantage = np.array([[0.0, 1.0]]), np.array([[-1.0, 0.0]])
    for delta in (0.0, *RADII):
        step = kl_ball.step_at_radius(policy, advantage, delta)
        assert step.policy.tolist() == policy.tolist()
        assert step.multiplier.tolist() == [0.0]


def test_spilling_begins_where_the_slack_meets_the_outsider() -> None:
    """Below that radius the outsider gets nothing; above, the supported actions keep their proportions."""
    policy, advantage = np.array([[0.5, 0.5, 0.0]]), np.array([[1.0, -1.0, 2.0]])
    edge = float(np.log(3) / 2 + np.log(2 / 3))  # KL at nu = 2: E log(nu - A) + log E 1/(nu - A), nu - A = 1, 3
    below = kl_ball.step_at_radius(policy, advantage, edge * 0.999)
    above = kl_ball.step_at_radius(policy, advantage, edge * 1.001)
    far = kl_ball.step_at_radius(policy, advantage, 2.0)
    assert below.policy[0, 2] == 0
    assert above.policy[0, 2] > 0
    for step in (above, far):  # q = lambda p / (nu - A): three to one
        assert step.policy[0, 0] / step.policy[0, 1] == pytest.approx(3, rel=8 * EPS)
    # From the edge on, the supported mass is exp(edge - delta).
    assert far.policy[0, :2].sum() == pytest.approx(np.exp(edge - 2), rel=8 * EPS)


@pytest.mark.parametrize("policy", [[0.2, 0.3, 0.5], [0.5, 0.5, 0.0], [0.0, 1.0, 0.0]])
@pytest.mark.parametrize("delta", [0.05, 0.3])
@pytest.mark.parametrize("seed", range(3))
def test_no_point_of_a_grid_is_better_and_some_is_nearly_as_good(policy: Any, delta: float, seed: int) -> None:
    """All distributions of three actions in multiples of h: the best inside the ball is within the grid's error.

    Inside: the step maximises, up to the tolerance of its radius times lambda. Nearly as good: going back by
    the fraction t from the step q leaves a margin t delta to the sphere (KL is convex), and rounding to the
    grid costs at most h/(m - h) of divergence, m the smallest supported probability, and 3 h max |A| of gain.
    """
    old, advantage = np.array([policy]), np.random.default_rng(seed).normal(size=(1, 3))
    points = 1500
    step = kl_ball.step_at_radius(old, advantage, delta)
    first, second = np.meshgrid(np.arange(points + 1), np.arange(points + 1), indexing="ij")
    inside = first + second <= points
    grid = np.stack([first[inside], second[inside], points - first[inside] - second[inside]], axis=1) / points
    supported = old[0] > 0
    grid = grid[(grid[:, supported] > 0).all(axis=1)]
    distance = (old[0, supported] * np.log(old[0, supported] / grid[:, supported])).sum(axis=1)
    best = (grid[distance <= delta] @ advantage[0]).max()
    value = (step.policy @ advantage[0])[0]
    size = abs(advantage).max()
    assert best <= value + step.multiplier[0] * (tolerance(old, delta) + 10 * EPS) + 10 * size * EPS
    smallest = min(step.policy[0, supported].min(), old[0, supported].min())
    back = (1 / points) / (smallest - 1 / points) / delta
    assert 0 < back < 0.5  # else the next line would say nothing
    assert best >= value - back * (value - (old @ advantage[0])[0]) - 3 / points * size


def test_flat_rows_stay_as_they_are() -> None:
    """Where no action is better, and where only never-taken ones are worse, every row is a maximiser: the old one."""
    policy = np.array([[0.25, 0.75, 0.0], [0.1, 0.2, 0.7], [0.3, 0.3, 0.4]])
    advantage = np.array([[2.0, 2.0, 1.0], [0.0, 0.0, 0.0], [-1e300, -1e300, -1e300]])
    for delta in (0.0, *RADII):
        step = kl_ball.step_at_radius(policy, advantage, delta)
        assert step.policy.tolist() == policy.tolist()
        assert step.multiplier.tolist() == [0.0] * 3


@pytest.mark.parametrize("lost", [False, True])
def test_at_radius_zero_nothing_moves(lost: bool) -> None:
    """Bit for bit, also where an unsupported action is better."""
    policy, advantage = random_problem(1, lost=lost)
    assert kl_ball.step_at_radius(policy, advantage, 0.0).policy.tolist() == policy.tolist()


@pytest.mark.parametrize("seed", range(10))
def test_a_tiny_step_follows_the_natural_gradient(seed: int) -> None:
    """q - p = p A sqrt(2 delta / Var A) + O(delta): the next term is at most 2 delta max (|A|/sd)^2, twice over."""
    policy, advantage = random_problem(seed)
    delta = 1e-12
    deviation = np.sqrt((policy * advantage**2).sum(axis=1, keepdims=True))
    expected = policy * advantage / deviation * np.sqrt(2 * delta)
    second_order = 4 * delta * (abs(advantage) / deviation).max() ** 2
    moved = kl_ball.step_at_radius(policy, advantage, delta).policy - policy
    assert abs(moved).max() > 100 * (second_order + 10 * EPS)
    assert abs(moved - expected).max() <= second_order + 10 * EPS


@pytest.mark.parametrize("delta", [1e3, 1e10, 1e300])
@pytest.mark.parametrize("size", [1e-6, 1.0, 1e9])
@pytest.mark.parametrize("lost", [False, True])
def test_a_huge_step_is_greedy_and_keeps_the_support(delta: float, size: float, lost: bool) -> None:
    """The best action takes all; what was possible stays possible, since zero would make the divergence infinite."""
    policy, advantage = random_problem(2, lost=lost)
    step = kl_ball.step_at_radius(policy, size * advantage, delta).policy
    assert (step.argmax(axis=1) == advantage.argmax(axis=1)).all()
    assert step.max(axis=1).tolist() == pytest.approx([1.0] * 5, rel=0, abs=10 * EPS)
    assert (step[policy > 0] >= TINY).all()
    assert (divergences(policy, step) <= delta).all()


def test_a_probability_too_small_for_a_float_is_not_zero() -> None:
    """One action in a million may become exp(-10^4) times as likely within a radius of 1/100."""
    policy, advantage = np.array([[1 - 1e-6, 1e-6]]), np.array([[1e-6, -1.0]])
    step = kl_ball.step_at_radius(policy, advantage, 0.01).policy
    assert step[0, 1] == TINY
    assert divergences(policy, step)[0] <= 0.01


@pytest.mark.parametrize("size", [1e-6, 1e6])
@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize("delta", [1e-8, 1e-2, 1.0])
def test_the_step_does_not_depend_on_the_unit_of_reward(delta: float, lost: bool, size: float) -> None:
    """Advantages a million times as large give the same policy, and a multiplier as large.

    Both steps lie within the tolerance of the sphere, on one curve whose speed in the divergence is 1/lambda
    times the spread of the advantages at most; the multiplier moves by its own share of that.
    """
    policy, advantage = random_problem(3, lost=lost)
    first, second = (kl_ball.step_at_radius(policy, factor * advantage, delta) for factor in (1.0, size))
    allowed = 2 * tolerance(policy, delta) / delta + 20 * EPS  # relative in delta, hence in q - p and lambda
    assert abs(second.policy - first.policy).max() <= allowed
    assert (abs(second.multiplier / size - first.multiplier) <= allowed * first.multiplier).all()


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize("delta", [1e-6, 1e-3, 0.1, 1.0])
@pytest.mark.parametrize("seed", range(5))
def test_the_multiplier_is_the_derivative_of_the_maximum(seed: int, delta: float, lost: bool) -> None:
    """f is concave, so that lambda lies between the difference quotients to the right and to the left.

    Their rounding is that of f, a sum of numbers below max |A|, plus lambda times the tolerance of the radius.
    """
    policy, advantage = random_problem(seed, lost=lost)
    width = delta / 1024
    middle = kl_ball.step_at_radius(policy, advantage, delta).multiplier
    low, at, high = (gains(policy, advantage, radius) for radius in (delta - width, delta, delta + width))
    right, left = (high - at) / width, (at - low) / width
    rounding = 2 * (10 * EPS * abs(advantage).max() + middle * tolerance(policy, delta)) / width
    assert (right - rounding <= middle).all()
    assert (middle <= left + rounding).all()
    # Not vacuous: the slope changes by a hundredth across the bracket, or so, and rounding is less than that.
    assert (left - right <= 0.02 * middle).all()
    assert (rounding <= 0.01 * middle).all()


def objective(problem: tuple[Any, ...], delta: float) -> float:
    """What best_penalised_step maximises, at one radius."""
    policy, advantage, visits, penalty = problem
    return float(visits @ gains(policy, advantage, delta) - penalty * delta)


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize("penalty", [1e-3, 0.1, 1.0, 30.0, 1e4])
@pytest.mark.parametrize("seed", range(3))
def test_no_radius_of_a_fine_grid_is_better(seed: int, penalty: float, lost: bool) -> None:
    """Radii over twelve decades around the one found; the objective rounds like visits times gains."""
    policy, advantage = random_problem(seed, lost=lost)
    visits = np.random.default_rng(seed).exponential(size=5)
    problem = (policy, advantage, visits, penalty)
    step = kl_ball.best_penalised_step(*problem)
    found = objective(problem, step.delta)
    rounding = 20 * EPS * visits.sum() * abs(advantage).max() + 2 * penalty * tolerance(policy, max(step.delta, 1e-12))
    powers = np.concatenate([[-0.02, 0.02], np.linspace(-0.5, 0.5, 21), np.linspace(-6, 6, 13)])
    grid = [objective(problem, (step.delta or 1e-6) * 10.0**power) for power in powers]
    assert max(grid) <= found + rounding
    assert found >= -rounding
    if step.delta > 0:  # both neighbours, five percent away, are seen to be worse
        assert max(grid[:2]) < found
        assert found > rounding


@pytest.mark.parametrize("gamma", [0.0, 0.5, 0.9, 0.99, 0.999])
@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize("lost", [False, True])
def test_at_the_best_radius_the_prices_add_up_to_the_penalty(gamma: float, size: float, lost: bool) -> None:
    """sum_s rho_s lambda_s = C = 4 eps gamma / (1-gamma)^2, for discounts up to .999 and rewards from 1e-6 to 1e6.

    The root is found to 4 eps |log delta|, |log delta| <= 600, and log lambda moves at most as much.
    """
    policy, advantage = random_problem(4, lost=lost)
    advantage *= size
    visits = np.full(5, 0.2 / (1 - gamma))
    penalty = 4 * abs(advantage).max() * gamma / (1 - gamma) ** 2
    step = kl_ball.best_penalised_step(policy, advantage, visits, penalty)
    if gamma == 0:
        assert step.policy.tolist() == np.eye(4)[advantage.argmax(axis=1)].tolist()
        return
    assert step.delta > 0  # within the support some action is better, and a small step costs next to nothing
    allowed = 4 * 600 * EPS + 2 * tolerance(policy, step.delta) / step.delta
    assert abs(visits @ step.multiplier / penalty - 1) <= allowed
    assert step.delta <= visits @ advantage.max(axis=1) / penalty  # a larger step costs more than it can gain


@pytest.mark.parametrize("lost", [False, True])
def test_without_a_penalty_the_step_is_the_limit_of_small_penalties(lost: bool) -> None:
    """As C vanishes the gain grows to that of the greedy policy; the shortfall is below C (1 + log) of the rest."""
    policy, advantage = random_problem(5, lost=lost)
    visits = np.ones(5)
    best = visits @ advantage.max(axis=1)
    free = kl_ball.best_penalised_step(policy, advantage, visits, 0.0)
    assert free.delta == np.inf
    assert visits @ (free.policy * advantage).sum(axis=1) == pytest.approx(best, rel=10 * EPS)
    previous = np.inf
    for penalty in (1.0, 1e-2, 1e-4, 1e-8, 1e-16, 1e-100, 1e-200):
        step = kl_ball.best_penalised_step(policy, advantage, visits, penalty)
        shortfall = best - visits @ (step.policy * advantage).sum(axis=1)
        # The mixture (1 - t) greedy + t p has divergence at most -log t <= 700 and a shortfall of t times the
        # gain: with t = e^-700, the optimum cannot fall short by more than 700 C, beside rounding.
        assert shortfall <= 700 * penalty + 20 * EPS * abs(advantage).max() * 5
        assert shortfall <= previous + 20 * EPS * abs(advantage).max() * 5
        previous = shortfall


def test_without_a_penalty_ties_keep_the_old_proportions() -> None:
    """The limit of growing balls shares the mass among the best actions as before; never-taken ones take the first."""
    policy = np.array([[0.5, 0.25, 0.25], [1.0, 0.0, 0.0]])
    advantage = np.array([[-1.0, 0.5, 0.5], [0.0, 3.0, 3.0]])
    step = kl_ball.best_penalised_step(policy, advantage, np.ones(2), 0.0)
    assert step.policy.tolist() == [[0.0, 0.5, 0.5], [0.0, 1.0, 0.0]]


@pytest.mark.parametrize("penalty", [2.0, 2.0 * (1 + 8 * EPS), 100.0])
def test_a_deterministic_policy_stays_where_leaving_costs_too_much(penalty: float) -> None:
    """The gain outside grows by lambda = A per radius at first: at C >= rho A nothing moves, and the prices say so."""
    policy, advantage = np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])
    step = kl_ball.best_penalised_step(policy, advantage, np.array([2.0]), penalty)
    assert abs(step.policy - policy).max() <= 8 * EPS
    assert step.multiplier[0] * 2 == pytest.approx(penalty, rel=8 * EPS)


def test_a_deterministic_policy_leaves_where_it_pays() -> None:
    """rho A exp(-delta) = C at the optimum, so that the old action keeps C / (rho A)."""
    policy, advantage = np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])
    step = kl_ball.best_penalised_step(policy, advantage, np.array([2.0]), 0.5)
    assert step.policy[0, 0] == pytest.approx(0.25, rel=16 * EPS)
    assert step.delta == pytest.approx(np.log(4), rel=16 * EPS)

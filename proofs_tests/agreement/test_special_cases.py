"""Cases that a formula treats apart and that random numbers seldom meet, in spec and impl alike."""

from types import ModuleType
from typing import Any

import jax
import numpy as np
import pytest

from rlproof.impl import acer as fast_acer
from rlproof.impl import cpi as fast_cpi
from rlproof.impl import cpo as fast_cpo
from rlproof.impl import divergence as fast_divergence
from rlproof.impl import importance_sampling as fast_importance_sampling
from rlproof.impl import mcts as fast_mcts
from rlproof.impl import mdp as fast_mdp
from rlproof.impl import replay as fast_replay
from rlproof.impl import trpo as fast_trpo
from rlproof.impl import vpg as fast_vpg
from rlproof.impl.decision_process import MDP as FastMDP
from rlproof.oracle.compare import compare
from rlproof.oracle.gradients import compare_gradient
from rlproof.oracle.rounding import Rounded
from rlproof.spec import acer, cpi, cpo, divergence, dp, importance_sampling, mdp, replay, td, trpo, vf, vpg
from rlproof.spec.decision_process import MDP
from rlproof.spec.errors import NotPositiveDefiniteError, TerminationError
from rlproof.spec.numbers import exact, rational
from rlproof.spec.registry import equation
from rlproof.verify import device
from rlproof.verify.candidates import implementation, implementation_derivative, spec_in_floats


def agrees(identifier: str, **case: Any) -> bool:
    """Whether spec in floats and impl both lie within the derived bound of the exact value, on one exact case."""
    entry = equation(identifier)
    found = [compare(entry, spec_in_floats(entry), case, "float64")]
    with device.arithmetic():
        found.append(compare(entry, implementation(entry), case, "float64"))
    assert all(comparison.bound < np.inf for comparison in found), "nothing was compared"
    return all(comparison.agrees for comparison in found)


def slope_agrees(identifier: str, first: dict[str, Any], second: dict[str, Any]) -> bool:
    """Whether impl's slope halfway from one case to the other lies within the derived bound of the exact one."""
    entry = equation(identifier)
    with device.arithmetic():
        found = compare_gradient(entry, implementation_derivative(entry), first, second, "float64")
    assert found.bound < np.inf, "nothing was compared"
    return found.agrees


def both(spec: ModuleType, impl: ModuleType) -> pytest.MarkDecorator:
    """Run a test on both."""
    return pytest.mark.parametrize("module", [spec, impl], ids=["spec", "impl"])


@both(acer, fast_acer)
def test_a_normal_of_length_one_is_no_zero_normal(module: ModuleType) -> None:
    """The excess of 3 - 1/2 along the first axis is taken off."""
    found = module.trust_region_projection(np.array([3.0, 2.0]), np.array([1.0, 0.0]), delta=0.5)
    assert np.array_equal(found, [0.5, 2.0])


@both(trpo, fast_trpo)
def test_any_positive_gain_is_accepted_and_no_other(module: ModuleType) -> None:
    """Also one below one; neither zero nor a step on which the divergence is too large."""
    divergences = np.array([0.5, 0.25, 0.25, 0.25])
    found = module.line_search(np.array([1.0, 0.0, 0.25, 2.0]), divergences, delta=0.25, backtrack=0.5)
    assert float(found) == 0.25


@both(vpg, fast_vpg)
def test_a_step_size_changes_below_half_of_the_target_and_above_twice(module: ModuleType) -> None:
    """By a half more, a third less, and not between."""
    found = [module.adaptive_stepsize(d, step_size=6.0, kl_target=1.0) for d in (0.45, 0.5, 0.55, 1.9, 2.0, 2.1)]
    assert np.array_equal(found, [9.0, 6.0, 6.0, 6.0, 6.0, 4.0])


@both(replay, fast_replay)
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 9])
def test_a_buffer_overwrites_slot_by_slot(count: int, module: ModuleType) -> None:
    """Whether it is not full, just full, or overwritten more than once."""
    slots = dict[int, float]()
    for number in range(count):
        slots[number % 4] = float(number)
    found = module.ring_buffer(np.arange(float(count)), capacity=4)
    assert np.array_equal(found, [slots[slot] for slot in sorted(slots)])


@both(importance_sampling, fast_importance_sampling)
def test_an_action_that_nobody_takes_has_ratio_zero(module: ModuleType) -> None:
    """Not 0/0."""
    assert np.array_equal(module.ratio(np.array([[1.0, 0.0]]), np.array([[1.0, 0.0]])), [[1.0, 0.0]])


def test_an_action_that_only_the_target_takes_has_an_infinite_ratio() -> None:
    """Where the specification refuses."""
    target, behaviour = np.array([[0.5, 0.5]]), np.array([[0.0, 1.0]])
    assert np.array_equal(fast_importance_sampling.ratio(target, behaviour), [[np.inf, 0.5]])


@both(divergence, fast_divergence)
@pytest.mark.parametrize("name", ["kl", "tv"])
def test_a_divergence_is_of_each_distribution_however_they_are_stacked(name: str, module: ModuleType) -> None:
    """Of one alone, and of those of several policies, some of which have lost support."""
    old = np.array([[[0.5, 0.5, 0.0], [0.25, 0.25, 0.5]], [[1.0, 0.0, 0.0], [0.0, 0.5, 0.5]]])
    new = np.array([[[0.5, 0.25, 0.25], [0.5, 0.0, 0.5]], [[0.5, 0.5, 0.0], [0.5, 0.5, 0.0]]])
    each = [[getattr(module, name)(p, q) for p, q in zip(*rows, strict=True)] for rows in zip(old, new, strict=True)]
    assert np.array_equal(getattr(module, name)(old, new), each)
    assert np.shape(each) == (2, 2)


def test_a_large_common_shift_of_logits_costs_no_digits() -> None:
    """Adding 2^26 to every step, which float64 does without rounding, changes nothing in the stable form."""
    logits, steps = np.array([[0.5, 0.0, -1.0]]), np.array([[0.25, -0.5, 1.0]])
    shifted = fast_divergence.kl_fisher(logits, steps + 2.0**26)
    assert np.array_equal(shifted, fast_divergence.kl_fisher(logits, steps))


def test_large_preferences_do_not_overflow() -> None:
    """A softmax is of the differences alone."""
    given = {"mdp": chain().to("exact"), "epochs": 1, "step_size": rational("1/2"), "clip_epsilon": rational("1/4")}
    assert agrees("ppo.clip_algorithm", preferences=exact([[1024, "2049/2"], [1024, 1024]]), **given)


def chain() -> MDP:
    """From state 0 the first action leads to 1 and the second stays; 1 is kept."""
    transition = np.array([[[0.0, 1.0], [1.0, 0.0]], [[0.0, 1.0], [0.0, 1.0]]])
    return MDP(transition, np.array([[0.5, 0.0], [0.0, 0.0]]), np.array([1.0, 0.0]), 0.5)


def test_mixing_in_a_slightly_worse_policy_gains_nothing() -> None:
    """Its policy advantage lies between -1 and 0."""
    better, worse = np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([[0.5, 0.5], [1.0, 0.0]])
    process = chain()
    assert cpi.step_size(process, better, worse) == 0
    assert float(fast_cpi.step_size(FastMDP.from_spec(process, "float64"), better, worse)) == 0
    process = process.to("exact")
    for scale in (1, 2):  # rewards that differ by a half, and by one
        scaled = MDP(process.transition, process.reward * scale, process.initial, process.discount)
        policies = {"policy": exact([["1/2", "1/2"], [1, 0]]), "mixed_policy": exact([[1, 0], [1, 0]])}
        assert cpi.step_size(scaled, *policies.values()) > 0
        assert agrees("cpi.step_size", mdp=scaled, **policies)


@pytest.mark.parametrize(
    ("visited", "taken", "expected"),
    [
        ((0, 1, 1), (0, 0), 1.0),
        ((1, 1, 1), (0, 0), np.nan),  # never starts there
        ((0, 0, 1), (0, 0), np.nan),  # the first action leads away
        ((0, 1, 1), (1, 0), np.nan),  # never taken, and leads elsewhere
        ((0, 0, 1), (1, 0), np.nan),  # never taken
        ((0, 1, 0), (0, 0), 0.0),
    ],
)
def test_after_an_impossible_history_no_state_has_a_probability(
    visited: tuple[int, ...], taken: tuple[int, ...], expected: float
) -> None:
    """Whichever of its parts is impossible."""
    policy = np.array([[1.0, 0.0], [1.0, 0.0]])
    process = FastMDP.from_spec(chain(), "float64")
    found = fast_mdp.markov_property(process, policy, np.array(visited), np.array(taken))
    assert np.array_equal(float(found), expected, equal_nan=True)
    measure = mdp.trajectory_measure(chain(), policy, np.array(visited), np.array(taken))
    assert measure == (0.0 if np.isnan(expected) else expected)


@pytest.mark.parametrize(("visited", "taken", "expected"), [((0,), (), 1.0), ((1,), (), 0.0), ((0, 1), (0,), 1.0)])
def test_the_shortest_histories(visited: tuple[int, ...], taken: tuple[int, ...], expected: float) -> None:
    """The first state of all has its initial probability, the second that of the first step."""
    policy, taken_before = np.array([[1.0, 0.0], [1.0, 0.0]]), np.array(taken, dtype=int)
    found = fast_mdp.markov_property(FastMDP.from_spec(chain(), "float64"), policy, np.array(visited), taken_before)
    assert float(found) == mdp.markov_property(chain(), policy, np.array(visited), taken_before) == expected


def test_a_history_is_possible_or_not_process_by_process() -> None:
    """In the first of two; in the second the policy, or the process, never does what it says."""
    first = chain()
    stays = first.transition.copy()
    stays[0] = stays[0, ::-1]
    second = MDP(stays, first.reward, first.initial, first.discount)
    always, never = np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([[0.0, 1.0], [1.0, 0.0]])
    for processes, policies in (((first, first), (always, never)), ((first, second), (always, always))):
        fast = [FastMDP.from_spec(process, "float64") for process in processes]
        together = jax.tree.map(lambda *leaves: np.stack(leaves), *fast)
        found = fast_mdp.markov_property(together, np.stack(policies), np.array([0, 1, 1, 1]), np.array([0, 0, 0]))
        assert np.array_equal(found, [1.0, np.nan], equal_nan=True)


def test_where_all_rewards_are_alike_no_mixture_is_better() -> None:
    """Though rounding may leave an advantage, of either sign, where there is none; nor is there a slope."""
    process = chain()
    better, worse = np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([[0.25, 0.75], [0.5, 0.5]])
    slopes = jax.jit(jax.grad(fast_cpi.step_size, argnums=2))
    for reward in np.linspace(0.01, 1, 40):
        alike = MDP(process.transition, np.full((2, 2), reward), process.initial, 0.9)
        fast = FastMDP.from_spec(alike, "float64")
        for old, new in ((better, worse), (worse, better)):
            assert cpi.step_size(alike, old, new) == 0
            assert float(fast_cpi.step_size(fast, old, new)) == 0
            assert np.isfinite(slopes(fast, old, new)).all()


def test_an_action_never_visited_leaves_the_slope_in_the_temperature() -> None:
    """Of the shares of the others; not 0 times infinity."""
    visits = exact([2, 0, 1])
    first, second = ({"visits": visits, "temperature": rational(t)} for t in ("1/2", "3/2"))
    assert slope_agrees("mcts.visit_policy", first, second)


def test_an_action_never_visited_leaves_the_slope_in_the_exploration() -> None:
    """Of the others, the root of log(3) / 2; its own score is infinite, whatever the exploration."""
    visits = np.array([2.0, 0.0, 1.0])
    slope = jax.grad(lambda c: fast_mcts.uct(np.zeros(3), visits, exploration=c)[0])(0.5)
    with device.arithmetic():
        expected = (Rounded(3.0).log() / Rounded(2.0)).sqrt()
    assert abs(float(slope) - expected.value) <= 2 * expected.error  # the value has been rounded as well


@both(trpo, fast_trpo)
def test_conjugate_gradients_stay_where_they_have_converged(module: ModuleType) -> None:
    """A curvature of one, met in one step; two more change nothing."""
    for iterations in (1, 3):
        found = module.conjugate_gradient(np.eye(2), np.array([1.0, 0.0]), iterations=iterations)
        assert np.array_equal(found, [1.0, 0.0])


def test_the_gap_of_a_worse_policy_is_its_loss_where_nothing_can_be_gained() -> None:
    """The old policy is the best, so its own surrogate is the bound."""
    process, best = chain(), np.array([[1.0, 0.0], [1.0, 0.0]])
    worse = np.array([[0.75, 0.25], [1.0, 0.0]])
    loss = mdp.eta(process, best) - trpo.surrogate(process, best, worse)
    assert loss > 0
    assert trpo.average_kl_gap(process, best, worse, delta=0.5) == loss
    exactly = {"policy": exact(best), "new_policy": exact(worse)}
    assert agrees("trpo.average_kl_gap", mdp=process.to("exact"), delta=rational("1/2"), **exactly)


def test_without_discount_a_step_within_an_average_divergence_exists() -> None:
    """Where no penalty of Algorithm 1 does: its coefficient would be infinite."""
    process = chain()
    transition = process.transition.copy()
    transition[0] = [0.0, 1.0]
    process = MDP(transition, np.array([[0.5, 0.25], [0.0, 0.0]]), process.initial, 1.0, np.array([False, True]))
    old = np.array([[0.5, 0.5], [0.5, 0.5]])
    new = trpo.average_kl_step(process, old, delta=0.125)
    assert 0.5 < new[0, 0] < 1
    assert np.array_equal(new[1], old[1])


def test_features_of_any_scale_are_independent() -> None:
    """Columns are brought to one scale before their rank is taken; dependent ones are refused at any."""
    features = np.array([[1.0, 2.0**-70], [2.0, 2.0**-70], [3.0, 2.0**-70]])
    targets, weights = np.array([3.0, 5.0, 7.0]), np.ones(3)
    assert np.isfinite(vf.regression(features, targets, weights)).all()
    with pytest.raises(NotPositiveDefiniteError):
        vf.regression(features[:, 1:] * [1.0, 2.0], targets, weights)


def test_without_discount_a_state_seen_once_must_lead_to_an_end() -> None:
    """One that was never left may not: it keeps its value."""
    data = {"states": np.array([0]), "rewards": np.array([1.0]), "next_states": np.array([1])}
    ongoing = {**data, "terminated": np.array([False])}
    assert np.array_equal(td.batch(np.array([0.0, 5.0]), **ongoing, discount=1.0), [6.0, 5.0])
    two = {"states": np.array([0, 1]), "rewards": np.array([1.0, 2.0]), "next_states": np.array([1, 0])}
    found = td.batch(np.zeros(2), **two, terminated=np.array([False, True]), discount=1.0)
    assert np.array_equal(found, [3.0, 2.0])
    circling = {**ongoing, "next_states": np.array([0])}
    with pytest.raises(TerminationError):
        td.batch(np.array([0.0, 5.0]), **circling, discount=1.0)


@both(replay, fast_replay)
def test_without_discount_replayed_episodes_end(module: ModuleType) -> None:
    """The end that is added to the states is terminal, and no other state is."""
    found = module.fixed_point(
        np.zeros((2, 1)),
        np.array([0, 1]),
        np.array([0, 0]),
        np.array([1.0, 2.0]),
        np.array([1, 0]),
        np.array([False, True]),
        discount=1.0,
    )
    assert np.array_equal(found, [[3.0], [2.0]])


@pytest.mark.parametrize("seed", range(20))
def test_ties_are_found_although_the_horizon_is_long(seed: int) -> None:
    """The first state chooses between two halves that mirror each other, which rounding moves apart."""
    generator = np.random.default_rng(seed)
    size = 4
    within, across = generator.random((2, size, size))
    halves = np.block([[within, across], [across, within]])
    halves /= halves.sum(axis=1, keepdims=True)
    transition = np.zeros((2 * size + 1, 2, 2 * size + 1))
    transition[0, 0, 1] = transition[0, 1, 1 + size] = 1
    transition[1:, :, 1:] = halves[:, None]
    reward = np.concatenate([[0.0], np.tile(generator.random(size), 2)])
    process = MDP(
        transition, np.stack([reward, reward], axis=1), np.full(2 * size + 1, 1 / (2 * size + 1)), 1 - 2.0**-40
    )
    assert np.array_equal(dp.policy_iteration(process), np.zeros(2 * size + 1))


def test_where_nothing_changes_the_slopes_of_an_average_bound_are_finite() -> None:
    """The root of an average divergence of zero has none; at the old policy the surrogate's is taken alone."""
    process, old, _ = unreached()
    fast = FastMDP.from_spec(process, "float64")
    slopes = jax.grad(lambda policy: fast_cpo.kl_bound(fast, old, policy))(old)
    assert np.array_equal(slopes, jax.grad(lambda policy: fast_trpo.surrogate(fast, old, policy))(old))
    still = jax.grad(lambda gradient: fast_trpo.natural_gradient_step(np.eye(2), gradient, delta=0.5).sum())(
        np.zeros(2)
    )
    assert np.isfinite(still).all()
    still = jax.grad(lambda delta: fast_trpo.natural_gradient_step(np.eye(2), np.zeros(2), delta=delta).sum())(0.5)
    assert float(still) == 0


def unreached() -> tuple[MDP, np.ndarray, np.ndarray]:
    """Two policies that differ in a state which is never visited."""
    transition = np.zeros((2, 2, 2))
    transition[0, :, 0] = transition[1, :, 1] = 1
    process = MDP(transition, np.array([[1.0, 1.0], [0.0, 4.0]]), np.array([1.0, 0.0]), 0.5)
    return process, np.array([[0.5, 0.5], [0.5, 0.5]]), np.array([[0.5, 0.5], [0.25, 0.75]])


def test_where_nobody_goes_a_difference_costs_nothing() -> None:
    """CPO's bound by the average divergence is then the surrogate."""
    process, old, new = unreached()
    fast = FastMDP.from_spec(process, "float64")
    assert cpo.kl_bound(process, old, new) == trpo.surrogate(process, old, new) == 2
    assert float(fast_cpo.kl_bound(fast, old, new)) == 2
    lost = np.array([[0.5, 0.5], [0.0, 1.0]])
    assert cpo.kl_bound(process, old, lost) == float(fast_cpo.kl_bound(fast, old, lost)) == 2


@pytest.mark.parametrize("name", ["importance_sampled_surrogate", "importance_sampled_q_surrogate"])
def test_what_is_not_sampled_and_not_taken_has_no_slope(name: str) -> None:
    """The gradient in the new policy is finite, though a probability of the sampling policy is zero."""
    process, old, new = unreached()
    sampling, new = np.array([[0.5, 0.5], [1.0, 0.0]]), np.array([[0.5, 0.5], [1.0, 0.0]])
    fast, function = FastMDP.from_spec(process, "float64"), getattr(fast_trpo, name)
    slopes = jax.grad(lambda policy: function(fast, old, policy, sampling))(new)
    policies = {"policy": exact(old), "new_policy": exact(new), "sampling_policy": exact(sampling)}
    assert agrees(f"trpo.{name}", mdp=process.to("exact"), **policies)
    assert np.isfinite(slopes).all()
    assert float(slopes[1, 1]) == 0

"""Agents on finite processes, where the theory is computed exactly: every bound holds, and steps are those of `spec`.

Where no sampling shall come between, agents learn from a rollout that has every transition as often as it is
probable: the visits of the policy, its actions and their outcomes are multiples of 1/8, 1/8 and 1/4, so that means over
its 256 rows are expectations.
"""

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rlproof.envs.tabular import garnet
from rlproof.envs.tabular_env import TabularEnv
from rlproof.impl.agents import AGENTS, critic, trpo
from rlproof.impl.agents.data import Rollout, Sizes
from rlproof.impl.agents.networks import Perceptron
from rlproof.impl.agents.policies import SoftmaxPolicy
from rlproof.impl.training.training import Training
from rlproof.oracle.rounding import UNIT_ROUNDOFF, gamma
from rlproof.spec import dp, numbers, pg, policy
from rlproof.spec import trpo as theory_of_trpo
from rlproof.spec.mdp import MDP, discounted_visitation, eta
from rlproof.spec.value import advantage, v
from rlproof.training.theory import BOUNDS, Theory, theory

from .cases import Case, settings
from .cases import in_a_hurry as in_a_hurry
from .caught import gradient_of, loss_of

# --- expectations instead of samples --------------------------------------------------------------

STATES, ACTIONS, GAMMA = 4, 3, Fraction(1, 2)
VISITS, GRAINS, OUTCOMES = np.array([3, 2, 2, 1]), 8, 4
ROWS = GRAINS * GRAINS * OUTCOMES
TERMINAL = np.arange(STATES) == STATES - 1
UNIT = UNIT_ROUNDOFF["float64"]


def cut(random: np.random.Generator, total: int, parts: int, *shape: int) -> np.ndarray:
    """Positive whole numbers with this sum, in the last axis."""
    return random.multinomial(total - parts, np.full(parts, 1 / parts), size=shape) + 1


def fractions(counts: np.ndarray, total: int) -> np.ndarray:
    """These shares of a total."""
    return np.vectorize(lambda count: Fraction(int(count), total), otypes=[object])(counts)


@cache
def problem() -> tuple[MDP, np.ndarray, np.ndarray]:
    """An exact process with a terminal state, the counts of a policy's actions [S, A], and of outcomes [S, A, S].

    The visits are given, and the beginning of episodes is what makes them so: d = (1 - gamma) start + gamma d P.
    """
    for seed in range(1000):
        random = np.random.default_rng(seed)
        actions = cut(random, GRAINS, ACTIONS, STATES)
        outcomes = random.multinomial(OUTCOMES, [0.3, 0.3, 0.3, 0.1], size=(STATES, ACTIONS))
        outcomes[TERMINAL] = OUTCOMES * TERMINAL
        visits, chances = fractions(VISITS, GRAINS), fractions(actions, GRAINS)
        transition = fractions(outcomes, OUTCOMES)
        kernel = (chances[:, :, None] * transition).sum(axis=1)
        initial = (visits - GAMMA * (visits @ kernel)) / (1 - GAMMA)
        if min(initial) >= 0 and outcomes[:-1, :, -1].any():
            reward = fractions(random.integers(-8, 9, size=(STATES, ACTIONS)), 8)
            reward[TERMINAL] = Fraction(0)
            process = [numbers.exact(table) for table in (transition, reward, initial)]
            return MDP(*process, discount=GAMMA, terminal=TERMINAL), actions, outcomes
    raise AssertionError


def old_policy() -> Any:
    """The policy in rationals."""
    return numbers.exact(fractions(problem()[1], GRAINS))


def expected_case(name: str, sign: int = 1, **wanted: Any) -> Case:
    """An agent with this policy, a critic that is right but in the terminal state, and every transition.

    With sign -1 all rewards are costs.
    """
    mdp, actions, outcomes = problem()
    weights = VISITS[:, None, None] * actions[:, :, None] * outcomes
    state, action, successor = (np.repeat(each.ravel(), weights.ravel()) for each in np.indices(weights.shape))
    seen, following = (jnp.eye(STATES)[places] for places in (state, successor))
    rewards = sign * numbers.float64(mdp.reward)[state, action]
    ended = TERMINAL[successor]
    given = (seen, action.astype(np.int32), rewards, following, ended, np.zeros_like(ended), np.ones_like(ended))
    rollout = Rollout(*(jnp.asarray(each)[None] for each in given))
    single = {
        "environments": ROWS,
        "horizon": 1,
        "hidden": (),
        "minibatch": ROWS,
        "critic_minibatch": ROWS,
        "epochs": 1,
    }
    free = {"gamma": float(GAMMA), "normalise_advantages": False}
    config = settings(AGENTS[name], **single | free | wanted)
    learnt = AGENTS[name].init(config, Sizes(STATES, ACTIONS, discrete=True), jax.random.key(0))
    acting = linear(np.log(numbers.float64(old_policy())))
    values = sign * numbers.float64(v(mdp, old_policy())) + TERMINAL
    actor = learnt.actor._replace(policy=acting, **({"average": acting} if hasattr(learnt.actor, "average") else {}))
    known = learnt.critic._replace(network=linear(values[:, None]).network)
    return Case(AGENTS[name], config, learnt._replace(actor=actor, critic=known), rollout)


def linear(table: np.ndarray) -> SoftmaxPolicy:
    """A network of one-hot observations that is a table."""
    return SoftmaxPolicy(Perceptron(((jnp.asarray(table), jnp.zeros(table.shape[1])),)))


def table_of(acting: Any) -> np.ndarray:
    """The probabilities of a network of one-hot observations, [..., S, A]."""
    ((weight, bias),) = acting.network.layers
    return policy.softmax(np.asarray(weight, np.float64) + np.asarray(bias, np.float64)[..., None, :])


def slack() -> float:
    """What roundings of 256 terms may come to, each a temporal difference by a score, of some fifty operations."""
    mdp = problem()[0].to("float64")
    largest = abs(mdp.reward).max() + 2 * abs(v(mdp, numbers.float64(old_policy()))).max() + 2
    return gamma(ROWS + 50, UNIT) * largest


def test_the_rollout_is_the_expectation() -> None:
    """Visits of the policy are as given, in rationals; the rows are transitions of the process, 256 of them."""
    mdp, case = problem()[0], expected_case("ppo")
    assert list((1 - mdp.discount) * discounted_visitation(mdp, old_policy())) == list(
        numbers.exact(fractions(VISITS, GRAINS))
    )
    state, action, successor = (
        np.asarray(each).reshape(ROWS, -1).argmax(axis=1)
        for each in (case.rollout.observations, jax.nn.one_hot(case.rollout.actions, ACTIONS), case.rollout.successors)
    )
    counted = np.zeros((STATES, ACTIONS, STATES))
    np.add.at(counted, (state, action, successor), 1 / ROWS)
    visits = numbers.float64(fractions(VISITS, GRAINS))
    exact = visits[:, None, None] * numbers.float64(old_policy())[:, :, None] * numbers.float64(mdp.transition)
    assert np.array_equal(counted, exact)
    assert 0 < case.rollout.terminated.sum() < ROWS


@pytest.mark.parametrize("name", [name for name in AGENTS if name != "cem"])
def test_the_population_gradient_is_that_of_the_return(name: str) -> None:
    """Every agent begins along (1 - gamma) times the gradient of eta, by its closed form in rationals."""
    mdp = problem()[0]
    right = -(1 - mdp.discount) * pg.softmax_closed_form(mdp, old_policy())
    weight, bias = (np.asarray(leaf) for leaf in jax.tree.leaves(gradient_of(expected_case(name))))
    assert np.all(abs(weight - numbers.float64(right)) <= slack())
    assert np.all(abs(bias - numbers.float64(right.sum(axis=0))) <= slack())
    undiscounted = -(1 - mdp.discount) * pg.discount_weight(mdp, old_policy(), horizon=20)
    assert not np.all(abs(weight - numbers.float64(undiscounted)) <= 1e6 * slack())


def test_the_population_surrogate_is_that_of_the_theory() -> None:
    """CPI's loss at any policy is minus (1 - gamma) times what the surrogate lies above the return."""
    mdp, random = problem()[0], np.random.default_rng(5)
    loss = loss_of(expected_case("cpi"))
    for _ in range(4):
        new = fractions(cut(random, GRAINS, ACTIONS, STATES), GRAINS)
        gained = theory_of_trpo.surrogate(mdp, old_policy(), numbers.exact(new)) - eta(mdp, old_policy())
        found = loss(linear(np.log(numbers.float64(numbers.exact(new)))), jnp.arange(ROWS))
        # Values that are constant in a state, such as the wrong one of the terminal state, are to be taken off.
        constant = float(VISITS @ TERMINAL) / GRAINS
        assert abs(found - constant + float(numbers.float64((1 - mdp.discount) * gained))) <= 8 * slack()


DELTAS = 4.0 ** -np.arange(4, 11)


@cache
def steps(sign: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For every radius TRPO's full step, the fraction that is taken, and the step of `spec`."""
    case = expected_case("trpo", sign, damping=0.0, iterations=8)
    old = case.state.actor.policy
    batch = trpo.batch_of(case.config, old, case.rollout, critic.estimate(case.config, case.state.critic, case.rollout))

    def step(delta: Any) -> tuple[Any, jax.Array]:
        new, fraction, _ = trpo.step(SimpleNamespace(**vars(case.config) | {"delta": delta}), old, batch)
        return jax.tree.map(lambda one, two: one + (two - one) / fraction, old, new), fraction

    full, taken = jax.jit(jax.vmap(step))(jnp.asarray(DELTAS))
    exact = [
        theory_of_trpo.average_kl_step(process(sign), numbers.float64(old_policy()), delta=each) for each in DELTAS
    ]
    return table_of(full), np.asarray(taken), np.array(exact)


def process(sign: int) -> MDP:
    """The process in floats, or the one whose rewards are its costs."""
    mdp = problem()[0].to("float64")
    return MDP(mdp.transition, sign * mdp.reward, mdp.initial, mdp.discount, mdp.terminal)


def moments(sign: int) -> tuple[np.ndarray, np.ndarray, float, float]:
    """The advantages and their variances in each state; over the visits, their variance and third moment."""
    old, advantages = numbers.float64(old_policy()), advantage(process(sign), numbers.float64(old_policy()))
    visits = VISITS / GRAINS
    variances = (old * advantages**2).sum(axis=1, keepdims=True)
    return advantages, variances, visits @ variances[:, 0], visits @ (old * advantages**3).sum(axis=1)


def falls(errors: np.ndarray, power: float) -> bool:
    """Whether errors fall as this power of the radius rather than as one that is larger or smaller by a half."""
    ratios = np.log(errors[:-1] / errors[1:]) / np.log(DELTAS[:-1] / DELTAS[1:])
    return bool(np.all(abs(ratios - power) < 1 / 4))


@pytest.mark.parametrize("sign", [1, -1])
def test_the_step_is_the_exact_one_for_small_radii(sign: int) -> None:
    """It differs in the second order: what is missing is O(delta), by the coefficient of the theory.

    With x the advantages, V and M their variance and third moment over the visits, and t^2 = 2 delta / V, the
    natural gradient's policy is p (1 + t x + t^2 (x^2 - Var) / 2), and the exact one p (1 + h x + h^2 (x^2 - Var))
    with h = t - 2 t^2 M / (3 V), up to the third order.
    """
    full, _, exact = steps(sign)
    advantages, variances, variance, third = moments(sign)
    second = (advantages**2 - variances) / 2 - 2 * third / (3 * variance) * advantages
    expected = 2 / variance * numbers.float64(old_policy()) * second
    assert falls(abs(full - exact).max(axis=(1, 2)), 1.0)
    shares = (exact - full) / DELTAS[:, None, None]
    assert falls(abs(shares - expected).max(axis=(1, 2)), 0.5)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_full_step_is_taken_if_the_divergence_bends_down(sign: int) -> None:
    """Along the step KL is delta + t^3 M / 6 + ...: for a positive third moment beyond delta, however small that is."""
    _, taken, _ = steps(sign)
    third = moments(sign)[3]
    assert abs(third) > 1e-3
    assert np.all(taken == (1.0 if third < 0 else 0.5))


@pytest.mark.parametrize("factor", [0.5, 0.99])
def test_a_planted_wrong_length_is_found(factor: float) -> None:
    """Negative control: a step that is too short misses the exact one in the first order."""
    full, _, exact = steps(1)
    old = numbers.float64(old_policy())
    short = policy.softmax(np.log(old) + factor * np.log(full / old))
    assert not falls(abs(short - exact).max(axis=(1, 2)), 1.0)


# --- training -------------------------------------------------------------------------------------

TASK = garnet(6, 3, 2, 0)
SHORT = {"environments": 32, "horizon": 64, "hidden": (), "minibatch": 512, "critic_minibatch": 512, "gamma": 0.9}
FAST = {"epochs": 4, "critic_epochs": 4, "elites": 8, "learning_rate": 0.05, "first_step_size": 0.05}
SEEDS, ITERATIONS = (0, 1), 8
ALIKE = ("ppo_fixed_kl", "ppo_adaptive_kl", "cpi", "a2c_trust_region", "vpg")
LEARNERS = [pytest.param(name, marks=[pytest.mark.slow] * (name in ALIKE)) for name in AGENTS]


@pytest.fixture
def single() -> Iterator[None]:
    """Train in single precision, as on the command line."""
    jax.config.update("jax_enable_x64", False)
    yield
    jax.config.update("jax_enable_x64", True)


def iterates(name: str, task: MDP) -> np.ndarray:
    """The policies of all seeds, before the first iteration and after each: [seeds, K, S, A]."""
    agent, tables = AGENTS[name], []
    training = Training(agent, settings(agent, **SHORT | FAST), lambda n, *_: TabularEnv(task, n, time_limit=50), SEEDS)
    for number in range(ITERATIONS + 1):
        actors = [learner.agent.actor for learner in training.settle()]
        assert training.iterations == number
        tables.append(np.concatenate([table_of(actor.mean if name == "cem" else actor.policy) for actor in actors]))
        training.call()
    training.close()
    return np.moveaxis(np.array(tables), 1, 0)


@cache
def trained(name: str) -> list[Theory]:
    """The theory of every seed's iterates."""
    return [theory(TASK, policies) for policies in iterates(name, TASK)]


@pytest.mark.usefixtures("single")
@pytest.mark.parametrize("name", LEARNERS)
def test_every_step_of_a_training_keeps_the_bounds(name: str) -> None:
    """The identity and the bounds of TRPO and CPO, on both sides; a thousandth of what they allow would not do."""
    found = trained(name)
    for each in found:
        assert each.holds.shape == (len(BOUNDS), ITERATIONS)
        assert each.holds.all()
        assert each.identity_holds.all()
        assert each.max_kl.min() > 0
        assert 1e-3 < each.share.max() < 1
    assert not np.array_equal(found[0].eta, found[1].eta)


@pytest.mark.usefixtures("single")
@pytest.mark.parametrize("name", ["ppo", "trpo", "a2c"])
def test_training_goes_half_the_way_to_the_optimum(name: str) -> None:
    """By the exact return, which no step lowers; there are eight of them."""
    best = eta(TASK, dp.policy_iteration(TASK))
    for each in trained(name):
        assert np.all(np.diff(each.eta) > 0)
        assert each.eta[-1] - each.eta[0] > (best - each.eta[0]) / 2


@pytest.mark.usefixtures("single")
def test_an_agent_that_learns_from_costs_becomes_worse() -> None:
    """Negative control: of the very return that training raises."""
    costs = MDP(TASK.transition, -TASK.reward, TASK.initial, TASK.discount, TASK.terminal)
    for policies in iterates("a2c", costs):
        assert np.all(np.diff(theory(TASK, policies).eta) < 0)

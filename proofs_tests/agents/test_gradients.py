"""What agents follow are the gradients of the theory, computed once more by the chain rule in its oldest form.

The second computation runs on numbers that carry bounds on their rounding errors, from the rollout on: values of the
critic, advantages of `spec`, scores in closed form, and the derivatives of the networks layer by layer.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from jax.flatten_util import ravel_pytree

from rlproof.impl import gae as computed_gae
from rlproof.impl.agents import AGENTS, a2c, critic, gradient, reinforce, surrogate, trpo, vpg
from rlproof.impl.agents.data import Rollout, Sizes
from rlproof.oracle.rounding import UNIT_ROUNDOFF, Rounded, gamma
from rlproof.spec import acer, cem, divergence, gae, policy, ppo
from rlproof.spec import vpg as vpg_rule
from rlproof.spec.numbers import stack
from rlproof.verify import device

from .test_protocol import HURRIED, KINDS, SMALL, as_type, equal, rollout_of, settings

GRADIENT_AGENTS = [name for name in AGENTS if name != "cem"]
SURROGATES = ["ppo", "ppo_fixed_kl", "ppo_adaptive_kl", "cpi"]
BOTH = pytest.mark.parametrize("kind", KINDS)


class Case(NamedTuple):
    """An agent that has moved away from its beginning, and a rollout, in double precision."""

    agent: Any
    config: Any
    state: Any
    rollout: Rollout


def moved(tree: Any, size: float, seed: int) -> Any:
    """The same tree, each number by noise of this size elsewhere."""
    flat, back = ravel_pytree(tree)
    return back(flat + size * jax.random.normal(jax.random.key(seed), flat.shape, flat.dtype))


def case_of(name: str, kind: str, **wanted: Any) -> Case:
    """Policy and critic are away from their beginning, so that no slope is special."""
    agent, sizes = AGENTS[name], KINDS[kind]
    config = settings(agent, **SMALL | {"minibatch": 24, "epochs": 1} | wanted)
    state = as_type(agent.init(config, sizes, jax.random.key(0)), jnp.float64)
    actor = state.actor._replace(policy=moved(state.actor.policy, 0.5, 1))
    if hasattr(actor, "average"):
        actor = actor._replace(average=actor.policy)
    if state.critic:
        state = state._replace(critic=state.critic._replace(network=moved(state.critic.network, 0.5, 2)))
    return Case(agent, config, state._replace(actor=actor), rollout_of(config, sizes, jax.random.key(3), jnp.float64))


# --- by hand --------------------------------------------------------------------------------------


def layers(network: Any) -> list[Rounded]:
    """Weights and biases of a network with one hidden layer."""
    return [Rounded(np.asarray(leaf)) for leaf in jax.tree.leaves(network)]


def forward(network: Any, seen: Any) -> tuple[Rounded, Rounded]:
    """The hidden units and the output."""
    weight, bias, last_weight, last_bias = layers(network)
    hidden = 1 - 2 / ((2 * (Rounded(np.asarray(seen)) @ weight + bias)).exp() + 1)
    return hidden, hidden @ last_weight + last_bias


def backward(network: Any, seen: Any, slopes: Rounded) -> list[Rounded]:
    """The gradients in weights and biases, from the slopes in the outputs [B, m]."""
    hidden, _ = forward(network, seen)
    below = (slopes @ layers(network)[2].T) * (1 - hidden * hidden)
    return [Rounded(np.asarray(seen)).T @ below, below.sum(axis=0), hidden.T @ slopes, slopes.sum(axis=0)]


def numbers_of(acting: Any, seen: Any) -> list[Rounded]:
    """What a policy's distributions consist of: logits, or means and logarithms of standard deviations, [B, n]."""
    _, output = forward(acting.network, seen)
    if not hasattr(acting, "log_std"):
        return [output]
    return [output, Rounded(np.broadcast_to(acting.log_std, output.shape))]


def log_probs(actions: Any, numbers: list[Rounded]) -> Rounded:
    """Of actions [B]."""
    if len(numbers) == 1:
        return policy.log_prob(np.asarray(actions), numbers[0])
    return policy.gaussian_log_prob(Rounded(np.asarray(actions)), *numbers)


def scores(actions: Any, numbers: list[Rounded]) -> list[Rounded]:
    """The gradients of the log-probabilities in the numbers, in closed form."""
    if len(numbers) == 1:
        return [policy.score(np.asarray(actions), numbers[0])]
    return list(policy.gaussian_score(Rounded(np.asarray(actions)), *numbers))


def kl_slopes(old: list[Rounded], new: list[Rounded]) -> list[Rounded]:
    """The gradients of KL(old || new) in the new numbers, by hand."""
    if len(old) == 1:
        return [policy.softmax(new[0]) - policy.softmax(old[0])]
    shift, narrow = new[0] - old[0], (-new[1]).exp()
    return [shift * narrow * narrow, 1 - ((2 * (old[1] - new[1])).exp() + shift * narrow * shift * narrow)]


def entropy_slopes(numbers: list[Rounded]) -> list[Rounded]:
    """The gradients of the entropies in the numbers, by hand."""
    if len(numbers) == 2:
        return [0 * numbers[0], 1 + 0 * numbers[1]]
    probabilities, logs = policy.softmax(numbers[0]), policy.log_softmax(numbers[0])
    return [-probabilities * (logs + policy.entropy(numbers[0])[:, None])]


def chained(acting: Any, seen: Any, slopes: list[Rounded]) -> list[Rounded]:
    """The gradients in a policy's parameters, from slopes in the numbers of its distributions."""
    return backward(acting.network, seen, slopes[0]) + [each.sum(axis=0) for each in slopes[1:]]


def rows_of(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """Observations and actions, one row after the other."""
    seen, actions = case.rollout.observations, case.rollout.actions
    return np.asarray(seen.reshape(case.config.batch, -1)), np.asarray(actions.reshape(-1, *actions.shape[2:]))


def advantages_of(case: Case) -> Rounded:
    """By the equations: a critic's values, generalised advantages [B], brought to the scale of one if so set."""
    config, rollout = case.config, case.rollout
    values, next_values = (
        forward(case.state.critic.network, seen.reshape(config.batch, -1))[1].reshape(*rollout.rewards.shape)
        for seen in (rollout.observations, rollout.successors)
    )
    flags = (np.asarray(rollout.terminated), np.asarray(rollout.truncated))
    decay = {"gamma": Rounded(config.gamma), "gae_lambda": Rounded(config.gae_lambda)}
    found = gae.advantage(Rounded(np.asarray(rollout.rewards)), values, next_values, *flags, **decay)
    if config.normalise_advantages:
        found = ppo.advantage_normalisation(found, ddof=0, norm_epsilon=Rounded(1e-8))
    return found.reshape(config.batch)


def policy_gradient(case: Case, advantages: Rounded) -> list[Rounded]:
    """The gradient of the loss: of minus the mean of log-probability times advantage, and of minus the bonus."""
    (seen, actions), acting = rows_of(case), case.state.actor.policy
    numbers = numbers_of(acting, seen)
    slopes = [advantages[:, None] * score for score in scores(actions, numbers)]
    bonus = getattr(case.config, "entropy_coefficient", 0.0)
    if bonus:
        slopes = [one + Rounded(bonus) * two for one, two in zip(slopes, entropy_slopes(numbers), strict=True)]
    return chained(acting, seen, [-each / len(seen) for each in slopes])


def is_near(got: Any, right: list[Rounded]) -> bool:
    """Whether every number of a tree is as near to the right one as two right computations are."""
    leaves = [np.asarray(leaf) for leaf in jax.tree.leaves(got)]
    assert [leaf.shape for leaf in leaves] == [each.shape for each in right]
    assert all(leaf.dtype == np.float64 for leaf in leaves)
    assert max(each.error.max() for each in right) < 1e-10, "a bound that hides nothing"
    return all(np.all(abs(leaf - each.value) <= 2 * each.error) for leaf, each in zip(leaves, right, strict=True))


# --- by the agents --------------------------------------------------------------------------------


def resting() -> optax.GradientTransformation:
    """An optimiser whose state is the sum of the gradients, and whose steps are zero."""

    def update(gradients: Any, state: Any, _: Any = None) -> tuple[Any, Any]:
        return jax.tree.map(jnp.zeros_like, gradients), jax.tree.map(jnp.add, state, gradients)

    return optax.GradientTransformation(lambda tree: jax.tree.map(jnp.zeros_like, tree), update)


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let critics stay as they are, and optimisers of policies collect gradients."""
    monkeypatch.setattr(critic, "descend", lambda loss, optimiser, start, *_, **__: start)
    monkeypatch.setattr(a2c, "optimiser_of", lambda _: resting())
    monkeypatch.setattr(vpg, "OPTIMISER", resting())
    for module in (surrogate, reinforce):
        monkeypatch.setattr(module, "adam", lambda _: resting())


@pytest.fixture
def losses(monkeypatch: pytest.MonkeyPatch) -> Callable[[Case], Any]:
    """What gives the loss that an agent hands to its optimiser: of a policy, and the places of a minibatch."""

    def loss_of(case: Case) -> Any:
        caught = []
        monkeypatch.setattr(surrogate, "descend", lambda loss, optimiser, start, *_, **__: caught.append(loss) or start)
        case.agent.update(case.config, case.state, case.rollout, jax.random.key(4))
        return caught[0]

    return loss_of


@pytest.fixture
def products(monkeypatch: pytest.MonkeyPatch) -> Callable[[Case], tuple[Any, jax.Array]]:
    """What gives TRPO's products with the Fisher matrix, and the gradient of the surrogate."""

    def parts_of(case: Case) -> tuple[Any, jax.Array]:
        caught = []

        def by_products(product: Any, gradient: jax.Array, **_: Any) -> jax.Array:
            caught.append((product, gradient))
            return gradient

        with monkeypatch.context() as patch:
            patch.setattr(trpo, "by_products", by_products)
            case.agent.update(case.config, case.state, case.rollout, jax.random.key(4))
        return caught[0]

    return parts_of


@pytest.fixture
def followed(losses: Any, products: Any) -> Callable[[Case], Any]:
    """What gives the gradient of the loss, at the policy that acted."""

    def gradient_of(case: Case) -> Any:
        if case.agent is trpo:
            _, ascent = products(case)
            return jax.tree.map(jnp.negative, ravel_pytree(case.state.actor.policy)[1](ascent))
        if case.agent.__name__.rpartition(".")[2] in SURROGATES:
            return jax.grad(losses(case))(case.state.actor.policy, jnp.arange(case.config.batch))
        after, _ = case.agent.update(case.config, case.state, case.rollout, jax.random.key(4))
        return after.actor.optimiser

    return gradient_of


# --- the tests ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GRADIENT_AGENTS)
@BOTH
def test_the_first_gradient_is_the_policy_gradient(name: str, kind: str, followed: Any) -> None:
    """Where ratios are one, clipping and penalties pull at nothing, and every surrogate has the slope of `pg.loss`."""
    case = case_of(name, kind, entropy_coefficient=0.125)
    with device.arithmetic():
        right = policy_gradient(case, advantages_of(case))
    assert is_near(followed(case), right)


def cut_without_bootstrap(rewards: Any, values: Any, next_values: Any, *flags: Any, **settings: Any) -> Any:
    """A time limit taken for a terminal state."""
    return RIGHT(rewards, values, jnp.where(flags[1], 0, next_values), *flags, **settings)


RIGHT = computed_gae.advantage


@pytest.mark.parametrize("name", [name for name in GRADIENT_AGENTS if not name.startswith("a2c")])
def test_a_planted_wrong_bootstrap_is_found(name: str, followed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: in the gradient of every agent."""
    case = case_of(name, "softmax")
    with device.arithmetic():
        right = policy_gradient(case, advantages_of(case))
    monkeypatch.setattr(computed_gae, "advantage", cut_without_bootstrap)
    assert not is_near(followed(case), right)

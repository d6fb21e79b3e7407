"""What agents hand to their optimisers, caught on its way: losses, gradients, products with the Fisher matrix."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jax
import jax.numpy as jnp
import optax
import pytest
from jax.flatten_util import ravel_pytree

from rlproof.impl.agents import a2c, critic, reinforce, surrogate, trpo, vpg

from .cases import Case

KEY = jax.random.key(4)
"""Of updates."""


def resting() -> optax.GradientTransformation:
    """An optimiser whose state is the sum of the gradients, and whose steps are zero."""

    def update(gradients: Any, state: Any, _: Any = None) -> tuple[Any, Any]:
        return jax.tree.map(jnp.zeros_like, gradients), jax.tree.map(jnp.add, state, gradients)

    return optax.GradientTransformation(lambda tree: jax.tree.map(jnp.zeros_like, tree), update)


@contextmanager
def without_regression() -> Iterator[pytest.MonkeyPatch]:
    """Let critics stay as they are inside the block."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(critic, "descend", lambda loss, optimiser, start, *_, **__: start)
        yield patch


@contextmanager
def at_rest(case: Case) -> Iterator[Case]:
    """Let the optimisers of policies collect gradients inside the block; give the case with such a one."""
    with without_regression() as patch:
        patch.setattr(a2c, "optimiser_of", lambda _: resting())
        patch.setattr(vpg, "OPTIMISER", resting())
        for module in (surrogate, reinforce):
            patch.setattr(module, "adam", lambda *_: resting())
        actor = case.state.actor
        if hasattr(actor, "optimiser") and case.agent is not trpo:
            actor = actor._replace(optimiser=resting().init(actor.policy))
        yield case._replace(state=case.state._replace(actor=actor))


def loss_of(case: Case) -> Any:
    """The loss of the first epochs of minibatches, of a policy and the places [M] of rows; None if there are none."""
    caught = [None]

    def descend(loss: Any, _: Any, start: Any, *__: Any, **___: Any) -> Any:
        caught.append(loss)
        return start

    with at_rest(case) as resting_case, pytest.MonkeyPatch.context() as patch:
        patch.setattr(surrogate, "descend", descend)
        case.agent.update(case.config, resting_case.state, case.rollout, KEY)
    return caught[-1]


def products_of(case: Case) -> tuple[Any, jax.Array]:
    """TRPO's products with the Fisher matrix, and the gradient of its surrogate."""
    caught = []

    def by_products(product: Any, gradient: jax.Array, **_: Any) -> jax.Array:
        caught.append((product, gradient))
        return gradient

    with at_rest(case) as resting_case, pytest.MonkeyPatch.context() as patch:
        patch.setattr(trpo, "by_products", by_products)
        case.agent.update(case.config, resting_case.state, case.rollout, KEY)
    return caught[-1]


def gradient_of(case: Case) -> Any:
    """The gradient of the loss, at the policy that acted, a tree like that policy."""
    policy = case.state.actor.policy
    if case.agent is trpo:
        return ravel_pytree(policy)[1](-products_of(case)[1])
    loss = loss_of(case)
    if loss:
        return jax.grad(loss)(policy, jnp.arange(case.config.batch))
    with at_rest(case) as resting_case:
        return case.agent.update(case.config, resting_case.state, case.rollout, KEY)[0].actor.optimiser

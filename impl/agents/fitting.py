"""Stochastic gradient descent over shuffled minibatches, in one compiled loop."""

from collections.abc import Callable
from typing import Any

import jax
import optax


def adam(learning_rate: float, max_grad_norm: float | None) -> optax.GradientTransformation:
    """Return Adam with the constants of the authors' code; the papers state the step size alone."""
    return shortened(optax.adam(learning_rate, eps=1e-5), max_grad_norm)


def shortened(optimiser: optax.GradientTransformation, max_grad_norm: float | None) -> optax.GradientTransformation:
    """Let an optimiser see no gradient that is longer than that, if a length is given."""
    return optimiser if max_grad_norm is None else optax.chain(optax.clip_by_global_norm(max_grad_norm), optimiser)


def stepped(optimiser: optax.GradientTransformation, gradient: Any, parameters: Any, state: Any) -> tuple[Any, Any]:
    """Take one step of an optimiser; return parameters and the optimiser's state."""
    updates, state = optimiser.update(gradient, state, parameters)
    return optax.apply_updates(parameters, updates), state


def descend(
    loss: Callable[[Any, jax.Array], jax.Array],
    optimiser: optax.GradientTransformation,
    start: tuple[Any, Any],
    key: jax.Array,
    *,
    rows: int,
    epochs: int,
    minibatch: int,
) -> tuple[Any, Any]:
    """Go through the rows several times in a new order, one step of the optimiser for each minibatch.

    Args:
        loss: of parameters and the places [M] of a minibatch's rows.
        optimiser: from optax.
        start: parameters and the optimiser's state.
        key: random key of the orders.
        rows: B, how many there are; a multiple of the minibatch.
        epochs: how many times.
        minibatch: M.

    Returns:
        Parameters and the optimiser's state.
    """

    def step(carry: tuple[Any, Any], places: jax.Array) -> tuple[tuple[Any, Any], None]:
        return stepped(optimiser, jax.grad(loss)(carry[0], places), *carry), None

    orders = jax.vmap(lambda one: jax.random.permutation(one, rows))(jax.random.split(key, epochs))
    return jax.lax.scan(step, start, orders.reshape(-1, minibatch))[0]

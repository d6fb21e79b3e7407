"""The trust region of ACER, row by row: the gradient of the divergence, and what it leaves of the policy gradient."""

from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp

from ...impl import acer as computed
from ...spec import acer, numbers
from ...spec.numbers import Array, Scalar
from .evaluated import BALLS, CARRIED, allowed
from .families import family_of
from .objectives import objective_of, value
from .row import Row, held
from .sample import Sample


def check_projection(sample: Sample) -> Iterator[Row]:
    """Hold the normals of the trust region, and the projections of the gradients, against the theory."""
    new, rows = sample.old, len(sample.places)
    average = sample.state.actor.average(sample.batch.observations[sample.places]).apart()
    normals = jax.grad(lambda new: average.kl(new).sum())(new)
    for field, name in enumerate(new._fields):
        arguments, place = (*average, *new), len(average) + field
        right, rounded = (system.slopes(family_of(new).divergences, arguments, place) for system in (BALLS, CARRIED))
        yield held(family_of(new).kl, f"gradient in {name}", normals[field], right, rounded.error)
    gradients = jax.grad(lambda new: value(objective_of(sample), sample, new))(new)
    arguments = (rows * _side_by_side(gradients), _side_by_side(normals), sample.config.delta)
    got = jax.vmap(lambda g, k: computed.trust_region_projection(g, k, delta=sample.config.delta))(*arguments[:2])
    yield held(
        "acer.trust_region_projection", "in some rows", got, BALLS(_project, *arguments), allowed(_project, *arguments)
    )


def _project(gradients: Array, normals: Array, delta: Scalar) -> Array:
    pairs = zip(gradients, normals, strict=True)
    return numbers.stack([acer.trust_region_projection(*pair, delta=delta) for pair in pairs])


def _side_by_side(distribution: Any) -> jax.Array:
    return jnp.concatenate(list(distribution), axis=-1)

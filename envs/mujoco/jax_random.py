"""Random numbers of the accelerator's engine: JAX's keys, behind the interface that tasks draw from."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import jax
import jax.numpy as jnp

from .task import Random


class JaxRandom:
    """The draws that tasks make, each from a new key.

    Attributes:
        key: what is left for the next draws.
    """

    xp: ModuleType = jnp

    def __init__(self, key: jax.Array) -> None:
        """Draw from a key, which nobody else may use."""
        self.key = key

    def uniform(self, low: float, high: float, size: int) -> jax.Array:
        """Draw [size] numbers, uniform between low and high."""
        return jax.random.uniform(self._next(), (size,), minval=low, maxval=high)

    def normal(self, size: int) -> jax.Array:
        """Draw [size] standard normal numbers."""
        return jax.random.normal(self._next(), (size,))

    def until(self, accept: Callable[[Any], Any], draw: Callable[[Random], Any]) -> Any:
        """Draw again and again until a draw is accepted."""

        def again(carry: tuple[jax.Array, Any]) -> tuple[jax.Array, Any]:
            left, key = jax.random.split(carry[0])
            return left, draw(JaxRandom(key))

        self.key, drawn = jax.lax.while_loop(lambda carry: ~accept(carry[1]), again, again((self._next(), None)))
        return drawn

    def _next(self) -> jax.Array:
        self.key, key = jax.random.split(self.key)
        return key

"""Networks of tanh layers, as in the experiments of the TRPO and PPO papers."""

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt

import equinox as eqx
import jax
import jax.numpy as jnp


class Perceptron(eqx.Module):
    """Layers x ↦ tanh(x W + b), of which the last is linear: [..., n] -> [..., m].

    Attributes:
        layers: a weight [n, m] and a bias [m] each.
    """

    layers: tuple[tuple[jax.Array, jax.Array], ...]

    @classmethod
    def init(cls, key: jax.Array, sizes: Sequence[int], *, last_scale: float) -> "Perceptron":
        """Draw orthogonal weights, those of the hidden layers times √2; biases are zero.

        Args:
            key: random key.
            sizes: of input, hidden layers and output.
            last_scale: factor of the last layer's weights; a small one makes all first actions alike.
        """
        scales = [sqrt(2)] * (len(sizes) - 2) + [last_scale]
        shapes = list(pairwise(sizes))
        keys = jax.random.split(key, len(shapes))
        return cls(
            tuple(
                (jax.nn.initializers.orthogonal(scale)(one, shape, jnp.float32), jnp.zeros(shape[1], jnp.float32))
                for one, shape, scale in zip(keys, shapes, scales, strict=True)
            )
        )

    def __call__(self, inputs: jax.Array) -> jax.Array:
        """Evaluate the network."""
        *hidden, (weight, bias) = self.layers
        for hidden_weight, hidden_bias in hidden:
            inputs = jnp.tanh(inputs @ hidden_weight + hidden_bias)
        return inputs @ weight + bias

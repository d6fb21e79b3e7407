"""Gaussian and softmax policies: networks whose output is a distribution of actions.

Densities, divergences and entropies are equations of `rlproof.impl`; here they are only given their arguments.
"""

from abc import abstractmethod
from typing import Any, NamedTuple, Protocol

import equinox as eqx
import jax
import jax.numpy as jnp

from .. import divergence, policy
from .networks import Perceptron


class Distribution(Protocol):
    """Distributions of actions in many states at once."""

    def log_prob(self, actions: jax.Array) -> jax.Array:
        """Return the logarithms of the probabilities or densities of actions, [...]."""
        ...

    def kl(self, new: Any) -> jax.Array:
        """Return the KL divergence of this, the old one, from a new one of the same kind, [...]."""
        ...

    def entropy(self) -> jax.Array:
        """Return the entropies, in nats, [...]."""
        ...

    def sample(self, noise: jax.Array) -> jax.Array:
        """Return the actions that noise, drawn by the policy's `noise`, picks."""
        ...

    def at(self, rows: jax.Array) -> "Distribution":
        """Return the distributions in some of the states, given by their places on the first axis."""
        ...

    def apart(self) -> "Distribution":
        """Return the same, each state with numbers of its own: every array has the axes of the states."""
        ...


class Gaussian(NamedTuple):
    """Normal distributions with independent components: mean [..., k], log_std [k] or [..., k]."""

    mean: jax.Array
    log_std: jax.Array

    def log_prob(self, actions: jax.Array) -> jax.Array:
        """Return the logarithms of densities, [...]."""
        return policy.gaussian_log_prob(actions, self.mean, self.log_std)

    def kl(self, new: Any) -> jax.Array:
        """Return the divergences, [...]."""
        return policy.gaussian_kl(self.mean, self.log_std, new.mean, new.log_std)

    def entropy(self) -> jax.Array:
        """Return the entropies, [...]."""
        entropy = policy.gaussian_entropy(self.log_std)
        return jnp.broadcast_to(entropy, self.mean.shape[:-1])

    def sample(self, noise: jax.Array) -> jax.Array:
        """Return actions from standard normal noise, [..., k]."""
        return policy.gaussian_sample(self.mean, self.log_std, noise)

    def at(self, rows: jax.Array) -> "Gaussian":
        """Return some rows; log_std [k] is that of all."""
        return Gaussian(self.mean[rows], self.log_std)

    def apart(self) -> "Gaussian":
        """Return a log_std [..., k] for each state."""
        return Gaussian(self.mean, jnp.broadcast_to(self.log_std, self.mean.shape))


class Softmax(NamedTuple):
    """Distributions over A actions: logits [..., A]."""

    logits: jax.Array

    def log_prob(self, actions: jax.Array) -> jax.Array:
        """Return the logarithms of probabilities, [...]."""
        return policy.log_prob(actions, self.logits)

    def kl(self, new: Any) -> jax.Array:
        """Return the divergences, [...]."""
        return divergence.kl(policy.softmax(self.logits), policy.softmax(new.logits))

    def entropy(self) -> jax.Array:
        """Return the entropies, [...]."""
        return policy.entropy(self.logits)

    def sample(self, noise: jax.Array) -> jax.Array:
        """Return actions from Gumbel noise [..., A]: the largest of logits plus noise is distributed as they say."""
        return jnp.argmax(self.logits + noise, axis=-1)

    def at(self, rows: jax.Array) -> "Softmax":
        """Return some rows."""
        return Softmax(self.logits[rows])

    def apart(self) -> "Softmax":
        """Return itself."""
        return self


class Policy(eqx.Module):
    """A network that gives distributions of actions."""

    network: eqx.AbstractVar[Perceptron]

    @abstractmethod
    def __call__(self, observations: jax.Array) -> Distribution:
        """Return the distributions of actions in states that look like this, [..., n]."""

    @abstractmethod
    def noise(self, key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
        """Draw the noise from which so many actions are sampled."""


class GaussianPolicy(Policy):
    """A network for the mean; the logarithm of the standard deviation does not depend on the state.

    Attributes:
        network: [..., n] -> [..., k].
        log_std: [k].
    """

    network: Perceptron
    log_std: jax.Array

    def __call__(self, observations: jax.Array) -> Gaussian:
        """Return normal distributions."""
        return Gaussian(self.network(observations), self.log_std)

    def noise(self, key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
        """Draw standard normal numbers, [..., k]."""
        return jax.random.normal(key, (*shape, self.log_std.shape[-1]), jnp.float32)


class SoftmaxPolicy(Policy):
    """A network for the logits.

    Attributes:
        network: [..., n] -> [..., A].
    """

    network: Perceptron

    def __call__(self, observations: jax.Array) -> Softmax:
        """Return distributions over the actions."""
        return Softmax(self.network(observations))

    def noise(self, key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
        """Draw Gumbel noise, [..., A]."""
        return jax.random.gumbel(key, (*shape, self.network.layers[-1][1].shape[-1]), jnp.float32)

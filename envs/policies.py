"""Gaussian policies and critics for continuous control, evaluated in plain NumPy float64.

Both are networks of two hidden tanh layers on normalised observations, the architecture of Schulman et al.
2017 (PPO), table 3. The standard deviation of an action does not depend on the observation. The trained
parameters lie in `data/<environment id>.npz`; `benchmarks/train_gaussian.py` made them.
"""

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..spec.errors import ParameterError
from ..spec.numbers import Array
from .gymnasium_envs import make_continuous

DATA = Path(__file__).parent / "data"
HIDDEN = 64


@dataclass(frozen=True)
class Network:
    """Layers of (weight [inputs, outputs], bias [outputs]) with tanh between them and none after the last."""

    layers: tuple[tuple[Array, Array], ...]

    def __call__(self, inputs: Array) -> Array:
        """Map inputs [..., inputs] to outputs [..., outputs]."""
        *hidden, (weight, bias) = self.layers
        for hidden_weight, hidden_bias in hidden:
            inputs = np.tanh(inputs @ hidden_weight + hidden_bias)
        return inputs @ weight + bias


@dataclass(frozen=True)
class Normaliser:
    """Constants that bring observations to mean zero and standard deviation one."""

    mean: Array
    std: Array

    def __call__(self, observations: Array) -> Array:
        """Normalise observations [..., n]; nothing is clipped."""
        return (observations - self.mean) / self.std


@dataclass(frozen=True)
class GaussianPolicy:
    """A diagonal Gaussian over actions of k dimensions; log_std [k] is the same for every observation."""

    network: Network
    normaliser: Normaliser
    log_std: Array

    def mean(self, observations: Array) -> Array:
        """Return the mean action [..., k] for observations [..., n]."""
        return self.network(self.normaliser(observations))

    def sample(self, mean: Array, generator: np.random.Generator) -> Array:
        """Draw an action from the Gaussian with this mean."""
        return mean + np.exp(self.log_std) * generator.standard_normal(mean.shape)


@dataclass(frozen=True)
class Critic:
    """An estimate of V(s) in units of reward: `scale` times the network's output."""

    network: Network
    normaliser: Normaliser
    scale: float

    def __call__(self, observations: Array) -> Array:
        """Return values [...] for observations [..., n]."""
        return self.scale * self.network(self.normaliser(observations))[..., 0]


def random_policy(env_id: str, seed: int) -> GaussianPolicy:
    """Return an untrained policy: mean actions near zero, standard deviation one, no normalisation."""
    observations, actions = _sizes(env_id)
    generator = np.random.default_rng(seed)
    network = _random_network((observations, HIDDEN, HIDDEN, actions), generator, last_scale=0.01)
    return GaussianPolicy(network, _identity(observations), log_std=np.zeros(actions))


def random_critic(env_id: str, seed: int, *, scale: float = 1.0) -> Critic:
    """Return an untrained critic; its values are of the order of the scale."""
    observations, _ = _sizes(env_id)
    generator = np.random.default_rng(seed)
    network = _random_network((observations, HIDDEN, HIDDEN, 1), generator, last_scale=1.0)
    return Critic(network, _identity(observations), scale)


def trained_policy(env_id: str) -> GaussianPolicy:
    """Return the policy shipped for this environment, trained for about a minute."""
    data = _load(env_id)
    return GaussianPolicy(_network(data, "policy"), _normaliser(data), log_std=data["log_std"])


def trained_critic(env_id: str) -> Critic:
    """Return the critic that was trained along with the shipped policy; it estimates that policy's values."""
    data = _load(env_id)
    return Critic(_network(data, "critic"), _normaliser(data), scale=float(data["critic_scale"]))


def save(path: Path, policy: GaussianPolicy, critic: Critic) -> None:
    """Write both to one file, in single precision; they must share their normaliser."""
    assert critic.normaliser is policy.normaliser, "one file holds one normaliser"
    arrays = {
        "log_std": policy.log_std,
        "critic_scale": critic.scale,
        "observation_mean": policy.normaliser.mean,
        "observation_std": policy.normaliser.std,
    }
    for name, network in (("policy", policy.network), ("critic", critic.network)):
        for number, (weight, bias) in enumerate(network.layers):
            arrays |= {f"{name}_weight_{number}": weight, f"{name}_bias_{number}": bias}
    singles: dict[str, Any] = {name: np.asarray(array, dtype=np.float32) for name, array in arrays.items()}
    np.savez_compressed(path, **singles)


def _sizes(env_id: str) -> tuple[int, int]:
    env = make_continuous(env_id)
    env.close()
    return env.observation_space.shape[0], env.action_space.shape[0]


def _load(env_id: str) -> dict[str, Array]:
    path = DATA / f"{env_id}.npz"
    if not path.exists():
        raise ParameterError(
            "no trained policy is shipped for this environment",
            got=repr(env_id),
            expected=" or ".join(repr(file.stem) for file in sorted(DATA.glob("*.npz"))),
            cause="another version of the environment, or one without a shipped policy",
            remedy="use random_policy, or train one with benchmarks/train_gaussian.py",
        )
    with np.load(path) as data:
        return {name: data[name].astype(np.float64) for name in data.files}


def _network(data: dict[str, Array], name: str) -> Network:
    layers = sum(key.startswith(f"{name}_weight_") for key in data)
    return Network(tuple((data[f"{name}_weight_{n}"], data[f"{name}_bias_{n}"]) for n in range(layers)))


def _normaliser(data: dict[str, Array]) -> Normaliser:
    return Normaliser(mean=data["observation_mean"], std=data["observation_std"])


def _identity(observations: int) -> Normaliser:
    return Normaliser(mean=np.zeros(observations), std=np.ones(observations))


def _random_network(sizes: tuple[int, ...], generator: np.random.Generator, *, last_scale: float) -> Network:
    """Return weights of variance 1 / inputs, the last layer's scaled, and zero biases."""
    weights = [generator.standard_normal((n, m)) / np.sqrt(n) for n, m in itertools.pairwise(sizes)]
    weights[-1] *= last_scale
    return Network(tuple((weight, np.zeros(weight.shape[1])) for weight in weights))

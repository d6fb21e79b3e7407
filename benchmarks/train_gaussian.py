"""Train the Gaussian policies and critics that rlproof ships for its rollouts: about a minute each.

    python benchmarks/train_gaussian.py Hopper-v5
    python benchmarks/train_gaussian.py HalfCheetah-v5 --output /tmp/cheetah.npz

PPO as in Schulman et al. 2017, table 3, made of rlproof's own equations; this program holds none of its own.
The same seed gives the same file on the same machine.
"""

import argparse
import functools
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from rich.progress import track

from rlproof.envs import policies
from rlproof.envs.policies import Critic, GaussianPolicy, Network, Normaliser
from rlproof.envs.rollouts import Rollout, episode_returns, rollout
from rlproof.impl import gae, policy, ppo

STEPS, EPOCHS, MINIBATCH = 2048, 10, 64
GAMMA, LAMBDA, CLIP_EPSILON = 0.99, 0.95, 0.2
LEARNING_RATE, LARGEST_GRADIENT = 3e-4, 0.5
# Returns of rewards of order one: the critic's network then has outputs of order one.
CRITIC_SCALE = 1 / (1 - GAMMA)

Parameters = dict[str, Any]
Batch = dict[str, jax.Array]
optimiser = optax.chain(optax.clip_by_global_norm(LARGEST_GRADIENT), optax.adam(LEARNING_RATE, eps=1e-5))


def network(layers: Any, inputs: jax.Array) -> jax.Array:
    """Evaluate the layers as `rlproof.envs.policies.Network` does, differentiably."""
    *hidden, (weight, bias) = layers
    for hidden_weight, hidden_bias in hidden:
        inputs = jnp.tanh(inputs @ hidden_weight + hidden_bias)
    return inputs @ weight + bias


def loss(parameters: Parameters, batch: Batch) -> jax.Array:
    """Return minus PPO's clipped objective, plus the critic's squared error."""
    mean = network(parameters["policy"], batch["inputs"])
    log_probs = policy.gaussian_log_prob(batch["actions"], mean, parameters["log_std"])
    ratios = ppo.ratio(log_probs, batch["old_log_probs"])
    advantages = (batch["advantages"] - batch["advantages"].mean()) / (batch["advantages"].std() + 1e-8)
    predictions = network(parameters["critic"], batch["inputs"])[..., 0]
    error = jnp.mean((predictions - batch["returns"] / CRITIC_SCALE) ** 2)
    return error - ppo.clip_objective(ratios, advantages, clip_epsilon=CLIP_EPSILON)


@jax.jit
def improve(parameters: Parameters, state: Any, batch: Batch, key: jax.Array) -> tuple[Parameters, Any]:
    """Go through the batch EPOCHS times in shuffled minibatches, one optimiser step each."""

    def step(carry: tuple[Parameters, Any], rows: jax.Array) -> tuple[tuple[Parameters, Any], None]:
        parameters, state = carry
        gradient = jax.grad(loss)(parameters, {name: array[rows] for name, array in batch.items()})
        updates, state = optimiser.update(gradient, state, parameters)
        return (optax.apply_updates(parameters, updates), state), None

    orders = jax.vmap(lambda one: jax.random.permutation(one, STEPS))(jax.random.split(key, EPOCHS))
    return jax.lax.scan(step, (parameters, state), orders.reshape(-1, MINIBATCH))[0]


def prepare(data: Rollout, normaliser: Normaliser) -> Batch:
    """Compute what the loss needs and what stays fixed while it is minimised."""
    old_log_probs = policy.gaussian_log_prob(data.actions, data.mean, data.log_std)
    advantages = gae.advantage(
        data.rewards,
        data.values,
        data.next_values,
        data.terminated,
        data.truncated,
        gamma=GAMMA,
        gae_lambda=LAMBDA,
    )
    batch = {
        "inputs": normaliser(data.observations),
        "actions": data.actions,
        "old_log_probs": old_log_probs,
        "advantages": advantages,
        "returns": advantages + data.values,
    }
    return {name: jnp.asarray(array, jnp.float32) for name, array in batch.items()}


def players(parameters: Parameters, normaliser: Normaliser) -> tuple[GaussianPolicy, Critic]:
    """Return the policy and the critic with these parameters, in NumPy float64."""
    parameters = jax.tree.map(lambda array: np.asarray(array, np.float64), parameters)
    return (
        GaussianPolicy(Network(tuple(parameters["policy"])), normaliser, parameters["log_std"]),
        Critic(Network(tuple(parameters["critic"])), normaliser, CRITIC_SCALE),
    )


def train(env_id: str, *, iterations: int, seed: int) -> tuple[GaussianPolicy, Critic]:
    """Train from scratch; show the progress and the mean return of the latest episodes."""
    actor, critic = policies.random_policy(env_id, seed), policies.random_critic(env_id, seed)
    parameters = {
        "policy": list(actor.network.layers),
        "critic": list(critic.network.layers),
        "log_std": actor.log_std - 0.5,
    }
    parameters = jax.tree.map(functools.partial(jnp.asarray, dtype=jnp.float32), parameters)
    state, key = optimiser.init(parameters), jax.random.key(seed)
    seen = rollout(env_id, actor, steps=STEPS, seed=seed).observations
    for iteration in track(range(iterations), description=env_id):
        normaliser = Normaliser(mean=seen.mean(axis=0), std=seen.std(axis=0) + 1e-8)
        actor, critic = players(parameters, normaliser)
        data = rollout(env_id, actor, steps=STEPS, seed=seed + iteration, critic=critic)
        key, shuffle = jax.random.split(key)
        parameters, state = improve(parameters, state, prepare(data, normaliser), shuffle)
        seen = np.concatenate([seen, data.observations])
        if iteration % 20 == 19:
            print(f"{(iteration + 1) * STEPS:8,} steps: mean return {np.mean(episode_returns(data)):8.1f}")
    return players(parameters, normaliser)


def main() -> None:
    """Train, write the file, and compare the trained with an untrained policy."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("env_id")
    parser.add_argument("--iterations", type=int, default=150, help=f"rollouts of {STEPS} steps")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, help="default: the data file in the package")
    arguments = parser.parse_args()
    actor, critic = train(arguments.env_id, iterations=arguments.iterations, seed=arguments.seed)
    output = arguments.output or policies.DATA / f"{arguments.env_id}.npz"
    policies.save(output, actor, critic)
    print(f"wrote {output} ({output.stat().st_size / 1024:.0f} KiB)")
    for name, player in (("random", policies.random_policy(arguments.env_id, 0)), ("trained", actor)):
        returns = episode_returns(rollout(arguments.env_id, player, steps=20_000, seed=10**6))
        print(f"{name:8} mean return {np.mean(returns):8.1f} over {len(returns)} episodes")


if __name__ == "__main__":
    main()

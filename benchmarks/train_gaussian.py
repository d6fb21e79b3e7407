"""Train the Gaussian policies and critics that rlproof ships for its rollouts: about a minute each.

    python benchmarks/train_gaussian.py Hopper-v5
    python benchmarks/train_gaussian.py HalfCheetah-v5 --output /tmp/cheetah.npz

PPO of `rlproof.impl.agents` with observations normalised. The same seed gives the same file on the same machine.
"""

import argparse
from pathlib import Path
from typing import Any

import jax
import numpy as np
from rich.progress import track

from rlproof.envs import policies
from rlproof.envs.policies import Critic, GaussianPolicy, Network, Normaliser
from rlproof.envs.rollouts import episode_returns, rollout
from rlproof.impl.agents import ppo
from rlproof.impl.training.normalising import SMALLEST
from rlproof.impl.training.program import Learner
from rlproof.impl.training.training import Training
from rlproof.training.process import prepare
from rlproof.training.tasks import maker

CONFIG = ppo.Config(normalise_observations=True, initial_log_std=-0.5)


def train(env_id: str, *, iterations: int, seed: int) -> tuple[GaussianPolicy, Critic]:
    """Train from scratch; show the progress and the mean return of the latest episodes."""
    training = Training(ppo, CONFIG, maker(env_id), [seed])
    for iteration in track(range(iterations), description=env_id):
        metrics = training.call().metrics
        if iteration % 20 == 19:
            print(f"{int(metrics['step'][0]):8,} steps: mean return {float(metrics['mean_return'][0]):8.1f}")
    (learner,) = training.settle()
    training.close()
    return players(learner)


def players(learner: Learner) -> tuple[GaussianPolicy, Critic]:
    """Return the policy and the critic of the only seed, in NumPy float64."""
    first: Learner = jax.tree.map(lambda leaf: np.asarray(leaf[0], np.float64), learner)
    actor, critic, moments = first.agent.actor.policy, first.agent.critic.network, first.stream.moments
    normaliser = Normaliser(mean=moments.mean, std=np.sqrt(moments.variance + SMALLEST))
    return (
        GaussianPolicy(_network(actor.network), normaliser, actor.log_std),
        Critic(_network(critic), normaliser, scale=1.0),
    )


def _network(perceptron: Any) -> Network:
    return Network(tuple(perceptron.layers))


def main() -> None:
    """Train, write the file, and compare the trained with an untrained policy."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("env_id")
    parser.add_argument("--iterations", type=int, default=350, help=f"rollouts of {CONFIG.horizon:,} steps")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, help="default: the data file in the package")
    arguments = parser.parse_args()
    prepare()
    actor, critic = train(arguments.env_id, iterations=arguments.iterations, seed=arguments.seed)
    output = arguments.output or policies.DATA / f"{arguments.env_id}.npz"
    policies.save(output, actor, critic)
    print(f"wrote {output} ({output.stat().st_size / 1024:.0f} KiB)")
    for name, player in (("random", policies.random_policy(arguments.env_id, 0)), ("trained", actor)):
        returns = episode_returns(rollout(arguments.env_id, player, steps=20_000, seed=10**6))
        print(f"{name:8} mean return {np.mean(returns):8.1f} over {len(returns)} episodes")


if __name__ == "__main__":
    main()

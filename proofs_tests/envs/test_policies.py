"""Policies and critics survive being written to a file, and say what they compute."""

from pathlib import Path

import numpy as np
import pytest

from rlproof.envs import policies
from rlproof.envs.policies import Network, random_policy, trained_critic, trained_policy


def test_a_network_is_tanh_layers_and_a_linear_one() -> None:
    """By hand: 3 tanh(2 x + 1) - 1 at x = 0.5, and batches go row by row."""
    one = np.ones((1, 1))
    network = Network(((2 * one, np.array([1.0])), (3 * one, np.array([-1.0]))))
    assert network(np.array([0.5])).tolist() == [3 * np.tanh(2.0) - 1]
    assert network(np.zeros((4, 2, 1))).shape == (4, 2, 1)


def test_a_sample_is_the_mean_plus_a_standard_normal_scaled_by_the_deviation() -> None:
    """The same generator gives the same normal numbers."""
    policy = trained_policy("Hopper-v5")
    mean = policy.mean(np.zeros(11))
    noise = np.random.default_rng(4).standard_normal(3)
    sample = policy.sample(mean, np.random.default_rng(4))
    assert np.array_equal(sample, mean + np.exp(policy.log_std) * noise)


@pytest.mark.parametrize("env_id", ["Hopper-v5", "HalfCheetah-v5"])
def test_writing_and_reading_keeps_every_parameter(
    env_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read from the package is single precision, so that writing it again loses nothing."""
    policy = trained_policy(env_id)
    critic = trained_critic(env_id)
    shared = policies.Critic(critic.network, policy.normaliser, critic.scale)
    policies.save(tmp_path / f"{env_id}.npz", policy, shared)
    monkeypatch.setattr(policies, "DATA", tmp_path)
    observations = np.random.default_rng(0).normal(size=(5, policy.normaliser.mean.size))
    assert np.array_equal(trained_policy(env_id).mean(observations), policy.mean(observations))
    assert np.array_equal(trained_policy(env_id).log_std, policy.log_std)
    assert np.array_equal(trained_critic(env_id)(observations), critic(observations))


def test_the_shipped_files_are_small() -> None:
    """A package should not carry more than some tens of kilobytes for each."""
    sizes = [file.stat().st_size for file in policies.DATA.glob("*.npz")]
    assert len(sizes) == 2
    assert max(sizes) < 64 * 1024


def test_a_random_policy_is_wide_and_near_zero() -> None:
    """Standard deviation one; the mean action is within a tenth for observations of order one."""
    policy = random_policy("HalfCheetah-v5", seed=3)
    assert policy.log_std.tolist() == [0.0] * 6
    assert np.abs(policy.mean(np.ones((1, 17)))).max() < 0.1

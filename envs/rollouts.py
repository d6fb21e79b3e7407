"""Real trajectories of continuous-control environments, with the true successor of every transition."""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..spec.errors import ParameterError
from ..spec.numbers import Array
from .gymnasium_envs import make_continuous
from .policies import GaussianPolicy


@dataclass(frozen=True, eq=False)
class Rollout:
    """T transitions in order, episode after episode; n numbers in an observation, k in an action.

    Attributes:
        observations: [T, n], s_t.
        next_observations: [T, n], the true successor of s_t, also where an episode ended and the next s_t is
            the first of a new one.
        actions: [T, k] as drawn from the policy; the environment receives them clipped to its action space.
        rewards: [T].
        terminated: [T] bool, the successor is a terminal state.
        truncated: [T] bool, a limit cut the episode here.
        values: [T], the critic's V(s_t).
        next_values: [T], the critic's V of the true successor.
        mean: [T, k] of the policy that acted.
        log_std: [T, k] of the policy that acted.
    """

    observations: Array
    next_observations: Array
    actions: Array
    rewards: Array
    terminated: Array
    truncated: Array
    values: Array
    next_values: Array
    mean: Array
    log_std: Array


def rollout(
    env_id: str,
    policy: GaussianPolicy,
    *,
    steps: int,
    seed: int,
    critic: Callable[[Array], Array] | None = None,
    **make_options: Any,
) -> Rollout:
    """Act for so many steps, starting a new episode whenever one ends; deterministic given the seed.

    The last episode is usually cut by the end of the data, which no flag marks.

    Args:
        env_id: a Gymnasium environment whose observations and actions are vectors.
        policy: acts, and is recorded in `mean` and `log_std`.
        steps: T, at least one.
        seed: seeds the environment and the actions.
        critic: maps observations [T, n] to values [T]; None gives zeros.
        **make_options: passed to `gymnasium.make`, such as `max_episode_steps=100`.
    """
    if steps < 1:
        raise ParameterError(
            "a rollout has at least one step",
            got=f"steps={steps}",
            expected="steps >= 1",
            cause="a division of a budget among environments that left none",
            remedy="ask for at least one step",
        )
    env = make_continuous(env_id, **make_options)
    try:
        recorded = _act(env, policy, steps, seed)
    finally:
        env.close()
    value = critic or (lambda observations: np.zeros(observations.shape[:-1]))
    return Rollout(
        **recorded,
        values=value(recorded["observations"]),
        next_values=value(recorded["next_observations"]),
        log_std=np.broadcast_to(policy.log_std, recorded["mean"].shape),
    )


def stack(rollouts: Sequence[Rollout]) -> Rollout:
    """Put B rollouts of one length side by side: every array gets a batch axis behind time, [T, B, ...]."""
    names = [field.name for field in dataclasses.fields(Rollout)]
    return Rollout(**{name: np.stack([getattr(one, name) for one in rollouts], axis=1) for name in names})


def episode_returns(rollout: Rollout) -> list[float]:
    """Return the undiscounted return of every episode that ended within a rollout without a batch axis."""
    ends = np.flatnonzero(np.logical_or(rollout.terminated, rollout.truncated))
    sums = np.cumsum(rollout.rewards)[ends]
    return np.diff(sums, prepend=0.0).tolist()


def _act(env: Any, policy: GaussianPolicy, steps: int, seed: int) -> dict[str, Array]:
    """Step the environment; return what was recorded, by the names of the rollout's fields."""
    generator = np.random.default_rng(seed)
    low, high = env.action_space.low, env.action_space.high
    recorded: dict[str, list[Any]] = {
        name: []
        for name in (
            "observations",
            "next_observations",
            "actions",
            "rewards",
            "terminated",
            "truncated",
            "mean",
        )
    }
    observation, _ = env.reset(seed=seed)
    for _ in range(steps):
        mean = policy.mean(observation)
        action = policy.sample(mean, generator)
        successor, reward, terminated, truncated, _ = env.step(np.clip(action, low, high))
        row = (observation, successor, action, float(reward), bool(terminated), bool(truncated), mean)
        for column, entry in zip(recorded.values(), row, strict=True):
            column.append(entry)
        observation = env.reset()[0] if terminated or truncated else successor
    return {name: np.array(column) for name, column in recorded.items()}

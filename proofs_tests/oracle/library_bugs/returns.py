"""Reports about returns, temporal-difference targets and the weights of REINFORCE."""

from typing import Any

import numpy as np

from . import Entry

Array = Any


def udacity_whole_return(rewards: Array, gamma: float) -> Array:
    """Every step is weighted by the whole return."""
    discounts = [gamma**i for i in range(len(rewards))]
    whole = sum(a * b for a, b in zip(discounts, rewards, strict=True))
    return np.array([whole for _ in rewards])


def reinforce_without_discount_of_the_step(rewards: Array, gamma: float) -> Array:
    """The weight of step t lacks gamma^t, as in most libraries."""
    returns, following = np.zeros_like(rewards), 0.0
    for t in reversed(range(len(rewards))):
        following = rewards[t] + gamma * following
        returns[t] = following
    return returns


def torchrl_vectorised_td_lambda(
    rewards: Array, next_values: Array, terminated: Array, truncated: Array, gamma: Array, trace_decay: float
) -> Array:
    """gamma [T]: products are taken at t for rewards, and at t + 1 for values."""
    alive, later = 1.0 - terminated, np.append(gamma[1:], gamma[-1])
    returns, following = np.zeros_like(rewards), next_values[-1]
    for t in reversed(range(len(rewards))):
        cut = truncated[t] | (t == len(rewards) - 1)
        value = (1.0 if cut else 1.0 - trace_decay) * later[t] * next_values[t]
        rest = 0.0 if cut else trace_decay * gamma[t] * following
        returns[t] = following = rewards[t] + alive[t] * (value + rest)
    return returns


def torchrl_vectorised_td_lambda_gammas(
    rewards: Array, next_values: Array, dones: Array, gammas: Array, lmbda: float
) -> Array:
    """The same with one flag and other names."""
    never = np.zeros_like(dones)
    return torchrl_vectorised_td_lambda(rewards, next_values, dones, never, gammas, lmbda)


def torchrl_vectorised_gae(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    gamma: Array,
    gae_lambda: float,
) -> Array:
    """The same mistake in an advantage."""
    alive, carried = 1.0 - terminated, 1.0 - (terminated | truncated)
    errors = rewards + np.append(gamma[1:], gamma[-1]) * alive * next_values - values
    advantages, following = np.zeros_like(rewards), 0.0
    for t in reversed(range(len(rewards))):
        advantages[t] = following = errors[t] + gamma[t] * gae_lambda * carried[t] * following
    return advantages


def rllib_discount_of_n_steps(
    rewards: Array, next_values: Array, terminated: Array, truncated: Array, gamma: float, n: int
) -> Array:
    """The value is discounted by gamma^n, however many rewards there are before it."""
    targets = np.zeros_like(rewards)
    for t in range(len(rewards)):
        for k in range(t, min(t + n, len(rewards))):
            targets[t] += gamma ** (k - t) * rewards[k]
            if terminated[k]:
                break
            if truncated[k] or k in (t + n - 1, len(rewards) - 1):
                targets[t] += gamma**n * next_values[k]
                break
    return targets


def rllib_batch_edge(rewards: Array, values: Array, last_value: float, gamma: float, n_step: int) -> Array:
    """The same without ends of episodes: V of the state n steps on, or after the batch."""
    length = len(rewards)
    bootstrapped = np.append(values, last_value)
    targets = np.zeros_like(rewards)
    for t in range(length):
        stop = min(t + n_step, length)
        targets[t] = sum(gamma**i * rewards[t + i] for i in range(stop - t)) + gamma**n_step * bootstrapped[stop]
    return targets


def baselines_ddpg_target(
    rewards: Array, next_values: Array, terminated: Array, truncated: Array, gamma: float
) -> Array:
    """The flag of the environment is True at a time limit, too."""
    done = terminated | truncated
    return rewards + gamma * (1 - done) * next_values


def baselines_ddpg_n_steps(
    rewards: Array, next_values: Array, terminated: Array, truncated: Array, gamma: float, n: int
) -> Array:
    """The same for n steps."""
    targets = np.zeros_like(rewards)
    for t in range(len(rewards)):
        factor = 1.0
        for k in range(t, min(t + n, len(rewards))):
            targets[t] += factor * rewards[k]
            factor *= gamma
            if terminated[k] or truncated[k]:
                break
        else:
            targets[t] += factor * next_values[min(t + n, len(rewards)) - 1]
    return targets


def rejax_q_lambda(
    rewards: Array, next_q_values: Array, terminated: Array, truncated: Array, gamma: float, trace_decay: float
) -> Array:
    """The largest Q that is mixed in is that of the state after the next."""
    largest = next_q_values.max(axis=-1)
    cached = np.append(largest[1:], largest[-1])
    targets, following = np.zeros_like(rewards), cached[-1]
    for t in reversed(range(len(rewards))):
        cut = truncated[t] or t == len(rewards) - 1
        mixed = cached[t] if cut else (1 - trace_decay) * cached[t] + trace_decay * following
        targets[t] = following = rewards[t] + gamma * (1 - terminated[t]) * mixed
    return targets


def rejax_q_lambda_of_maxima(
    rewards: Array, next_values: Array, terminated: Array, truncated: Array, gamma: float, lambda_: float
) -> Array:
    """The same, where the maxima are passed."""
    return rejax_q_lambda(rewards, next_values[:, None], terminated, truncated, gamma, lambda_)


def pqn_q_lambda(rewards: Array, q_values: Array, last_q: Array, dones: Array, gamma: float, lambda_: float) -> Array:
    """Q(lambda) as published."""
    largest = np.append(q_values[1:].max(axis=-1), last_q.max())
    targets, following = np.zeros_like(rewards), largest[-1]
    for t in reversed(range(len(rewards))):
        mixed = (1 - lambda_) * largest[t] + lambda_ * following
        targets[t] = following = rewards[t] + gamma * (1 - dones[t]) * mixed
    return targets


def baselines_discount_with_dones(rewards: Array, dones: Array, gamma: float) -> list[float]:
    """Reported to run the wrong way: both input and output are reversed."""
    discounted, r = [], 0.0
    for reward, done in zip(rewards[::-1], dones[::-1], strict=True):
        r = reward + gamma * r * (1.0 - done)
        discounted.append(r)
    return discounted[::-1]


def baselines_a2c_returns(rewards: Array, dones: Array, last_value: float, gamma: float) -> Array:
    """As its runner calls it: the value after the last step joins the rewards, unless the episode is over."""
    if not dones[-1]:
        extended = [*rewards, last_value]
        return np.array(baselines_discount_with_dones(extended, [*dones, False], gamma)[:-1])
    return np.array(baselines_discount_with_dones(rewards, dones, gamma))


def gym_forward_discounted_rewards(rewards: Array, gamma: float) -> Array:
    """What reward scaling sums: discounted rewards of the past."""
    sums, running = np.zeros_like(rewards), 0.0
    for t, reward in enumerate(rewards):
        running = running * gamma + reward
        sums[t] = running
    return sums


LAMBDA, N_STEP, TO_GO = "td.lambda_return", "td.n_step_return", "mdp.rewards_to_go"
ENTRIES = (
    Entry(
        "RET-02",
        "facebookresearch/Pearl#46",
        "pg.reinforce",
        reinforce_without_discount_of_the_step,
        "variant",
        "no_gamma_to_the_t",
    ),
    Entry(
        "RET-03",
        "udacity/deep-reinforcement-learning#42",
        "pg.reinforce",
        udacity_whole_return,
        "variant",
        "full_return_at_every_step",
    ),
    Entry(
        "RET-05", "pytorch/rl#401", LAMBDA, torchrl_vectorised_td_lambda, "bug", "discount_of_the_next_step_on_values"
    ),
    Entry(
        "RET-05",
        "pytorch/rl#401",
        LAMBDA,
        torchrl_vectorised_td_lambda_gammas,
        "bug",
        "discount_of_the_next_step_on_values",
    ),
    Entry(
        "RET-05",
        "pytorch/rl#401",
        "gae.advantage",
        torchrl_vectorised_gae,
        "bug",
        "discount_of_the_next_step_on_values",
    ),
    Entry(
        "RET-06", "ray-project/ray#4626", N_STEP, rllib_discount_of_n_steps, "bug", "discount_of_n_steps_at_the_edge"
    ),
    Entry("RET-06", "ray-project/ray#4626", N_STEP, rllib_batch_edge, "bug", "discount_of_n_steps_at_the_edge"),
    Entry(
        "RET-08",
        "openai/baselines#436",
        "td.one_step_return",
        baselines_ddpg_target,
        "bug",
        "truncation_as_termination",
    ),
    Entry("RET-08", "openai/baselines#436", N_STEP, baselines_ddpg_n_steps, "bug", "truncation_as_termination"),
    Entry("RET-09", "keraJLi/rejax#34", LAMBDA, rejax_q_lambda, "bug", "next_values_of_the_next_step"),
    Entry("RET-09", "keraJLi/rejax#34", LAMBDA, rejax_q_lambda_of_maxima, "bug", "next_values_of_the_next_step"),
    Entry("RET-09", "keraJLi/rejax PR#35", LAMBDA, pqn_q_lambda, "control"),
    Entry("NORM-09", "openai/gym PR#3152", TO_GO, gym_forward_discounted_rewards, "variant", "sums_of_the_past"),
    Entry("C-11", "openai/baselines#224", TO_GO, baselines_discount_with_dones, "control"),
    Entry("C-11", "openai/baselines#224", TO_GO, baselines_a2c_returns, "control"),
)

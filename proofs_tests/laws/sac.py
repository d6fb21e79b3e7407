"""Laws of the soft target: TD3's with an entropy bonus in the next state."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.oracle.claims import equal
from rlproof.oracle.law import law
from rlproof.spec import ddpg, numbers, policy, sac, td, td3


@law("sac.target")
def soft_target_without_temperature_is_td3(
    rewards: Array,
    next_values: Array,
    other_next_values: Array,
    next_log_probs: Array,
    terminated: Array,
    gamma: Any,
) -> Claims:
    """At temperature zero the entropy does not count."""
    soft = sac.target(
        rewards,
        next_values,
        other_next_values,
        next_log_probs,
        terminated,
        gamma=gamma,
        temperature=numbers.rational(0),
    )
    yield equal(soft, td3.target(rewards, next_values, other_next_values, terminated, gamma=gamma))


@law("sac.target", system="ball", derivation=True)
def soft_target_has_the_soft_value_as_mean(
    rewards: Array, next_q_values: Array, logits: Array, terminated: Array, gamma: Any, temperature: Any
) -> Claims:
    """Averaged over a' ~ pi, y is expected SARSA's target plus the discounted entropy of the next state."""
    log_probs, probabilities = policy.log_softmax(logits), policy.softmax(logits)
    count = logits.shape[-1]
    mean = sum(
        probabilities[:, a]
        * sac.target(
            rewards,
            next_q_values[:, a],
            next_q_values[:, a],
            log_probs[:, a],
            terminated,
            gamma=gamma,
            temperature=temperature,
        )
        for a in range(count)
    )
    hard = td.one_step_return(rewards, (probabilities * next_q_values).sum(axis=-1), terminated, gamma=gamma)
    bonus = ddpg.target(0 * rewards, temperature * policy.entropy(logits), terminated, gamma=gamma)
    yield equal(mean, hard + bonus)


@law("sac.target")
def soft_target_of_a_terminal_step_is_the_reward(
    rewards: Array,
    next_values: Array,
    other_next_values: Array,
    next_log_probs: Array,
    terminated: Array,
    gamma: Any,
    temperature: Any,
) -> Claims:
    """After a termination there is neither a value nor an entropy."""
    ended = np.ones_like(terminated)
    soft = sac.target(
        rewards, next_values, other_next_values, next_log_probs, ended, gamma=gamma, temperature=temperature
    )
    yield equal(soft, rewards)


@law("sac.target")
def soft_target_is_affine_in_the_temperature(
    rewards: Array,
    next_values: Array,
    other_next_values: Array,
    next_log_probs: Array,
    terminated: Array,
    gamma: Any,
    temperature: Any,
) -> Claims:
    """The bonus doubles with the temperature."""
    zero, once, twice = (
        sac.target(
            rewards,
            next_values,
            other_next_values,
            next_log_probs,
            terminated,
            gamma=gamma,
            temperature=times * temperature,
        )
        for times in (0, 1, 2)
    )
    yield equal(twice - once, once - zero)

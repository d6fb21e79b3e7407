"""Reports about value learning: targets of Q-learning and SARSA, twin critics, replay priorities."""

from typing import Any

import numpy as np

from . import Entry

Array = Any


def reagent_maximum_of_the_online_network(
    rewards: Array, next_q_values: Array, other_next_q_values: Array, terminated: Array, gamma: float
) -> Array:
    """The target network is evaluated, the online network is used."""
    assert next_q_values.shape == other_next_q_values.shape
    return rewards + gamma * (1 - terminated) * other_next_q_values.max(axis=1)


def reagent_maximum_of_the_online_network_by_library_names(
    rewards: Array, next_q_target: Array, next_q_online: Array, dones: Array, gamma: float
) -> Array:
    """The same with the names that libraries use."""
    assert next_q_target.shape == next_q_online.shape
    return rewards + gamma * (1 - dones) * next_q_online.max(axis=1)


def reagent_maximum_for_one_transition(
    reward: float, next_q_online: Array, next_q_target: Array, terminated: Array, gamma: float
) -> Array:
    """The same once more, with other names and another order."""
    del next_q_target
    return np.where(terminated, reward, reward + gamma * np.max(next_q_online, axis=-1))


def double_dqn_without_the_online_network(
    rewards: Array, next_q_values: Array, other_next_q_values: Array, terminated: Array, gamma: float
) -> Array:
    """Plain DQN under the name of double DQN."""
    del next_q_values
    return rewards + gamma * np.max(other_next_q_values, axis=1) * (1 - terminated)


def double_dqn_by_library_names(
    rewards: Array, q_next_online: Array, q_next_target: Array, dones: Array, gamma: float
) -> Array:
    """The same with the names that libraries use."""
    assert q_next_online.shape == q_next_target.shape
    return rewards + gamma * np.max(q_next_target, axis=1) * (1 - dones)


def sarsa_with_a_minus(
    rewards: Array, next_q_values: Array, next_actions: Array, terminated: Array, gamma: float
) -> Array:
    """A minus was typed for the product."""
    chosen = next_q_values[np.arange(len(rewards)), next_actions]
    return rewards + gamma - (1.0 - terminated) * chosen


def sarsa_update_with_a_minus(
    q: Array, s: int, a: int, r: float, next_s: int, next_a: int, done: bool, gamma: float, step_size: float
) -> Array:
    """The same as an update of a table by one transition."""
    q = q.copy()
    q[s, a] += step_size * (r + gamma - (1.0 - done) * q[next_s, next_a] - q[s, a])
    return q


def sac_entropy_outside_the_mask(
    rewards: Array, next_q1: Array, next_q2: Array, next_log_prob: Array, dones: Array, gamma: float, ent_coef: float
) -> Array:
    """The entropy bonus is neither masked nor discounted."""
    target_q = rewards + (1 - dones) * gamma * np.minimum(next_q1, next_q2)
    return target_q - ent_coef * next_log_prob


def sac_entropy_outside_the_mask_with_one_critic(
    rewards: Array, next_values: Array, next_log_probs: Array, terminated: Array, gamma: float, temperature: float
) -> Array:
    """The same after the minimum was taken."""
    return rewards + gamma * (1 - terminated) * next_values - temperature * next_log_probs


def sac_target(
    rewards: Array, next_q1: Array, next_q2: Array, next_log_prob: Array, dones: Array, gamma: float, alpha: float
) -> Array:
    """As the fix has it."""
    next_q = np.minimum(next_q1, next_q2) - alpha * next_log_prob
    return rewards + (1 - dones) * gamma * next_q


def elegant_priority_of_the_first_critic(targets: Array, values: Array, other_values: Array) -> Array:
    """The minimum of a critic and itself."""
    del other_values
    return np.abs(targets - np.minimum(values, values))


def elegant_priority_by_library_names(q_target: Array, q1: Array, q2: Array) -> Array:
    """The same with the names of the report."""
    del q2
    return np.abs(q_target - np.minimum(q1, q1))


def coach_actor_gradient_summed(action_gradients: Array, actor_jacobians: Array) -> Array:
    """The gradient is summed over the batch instead of averaged."""
    return np.einsum("tk,tkp->p", action_gradients, actor_jacobians)


def actor_gradient_averaged(action_gradients: Array, actor_jacobians: Array) -> Array:
    """As the fix has it."""
    return np.einsum("tk,tkp->p", action_gradients, actor_jacobians) / len(action_gradients)


ENTRIES = (
    Entry(
        "Q-01", "facebookresearch/ReAgent#88", "td.q_learning_target", reagent_maximum_of_the_online_network, "bug",
        "max_of_the_other_network",
    ),
    Entry(
        "Q-01b", "facebookresearch/ReAgent#88", "td.q_learning_target",
        reagent_maximum_of_the_online_network_by_library_names, "bug", "max_of_the_other_network",
    ),
    Entry(
        "Q-01c", "facebookresearch/ReAgent#88", "td.q_learning_target", reagent_maximum_for_one_transition, "bug",
        "max_of_the_other_network",
    ),
    Entry(
        "Q-02", "MaximeVandegar/Papers-in-100-Lines-of-Code#21; higgsfield/RL-Adventure PR#5",
        "td.double_q_learning_target", double_dqn_without_the_online_network, "bug", "max_of_the_valuing_network",
    ),
    Entry(
        "Q-02b", "MaximeVandegar/Papers-in-100-Lines-of-Code#21; higgsfield/RL-Adventure PR#5",
        "td.double_q_learning_target", double_dqn_by_library_names, "bug", "max_of_the_valuing_network",
    ),
    Entry(
        "Q-04", "mcmachado/count_based_exploration_sr#1", "td.sarsa_target", sarsa_with_a_minus, "bug",
        "minus_for_times",
    ),
    Entry(
        "Q-04b", "mcmachado/count_based_exploration_sr#1", "td.sarsa", sarsa_update_with_a_minus, "bug",
        "minus_for_times", {"arguments": {"next_s": "next_state", "next_a": "next_action"}},
    ),
    Entry(
        "Q-06", "DLR-RM/stable-baselines3#76", "sac.target", sac_entropy_outside_the_mask, "bug", "entropy_not_masked"
    ),
    Entry(
        "Q-06b", "DLR-RM/stable-baselines3#76", "sac.target", sac_entropy_outside_the_mask_with_one_critic, "bug",
        "entropy_not_masked",
    ),
    Entry("C-Q-06", "DLR-RM/stable-baselines3#76", "sac.target", sac_target, "control"),
    Entry("Q-09", "IntelLabs/coach PR#344", "ddpg.actor_gradient", coach_actor_gradient_summed, "bug", "summed"),
    Entry("C-Q-09", "IntelLabs/coach PR#344", "ddpg.actor_gradient", actor_gradient_averaged, "control"),
    Entry(
        "Q-10", "AI4Finance-Foundation/ElegantRL#25", "td3.priority", elegant_priority_of_the_first_critic, "bug",
        "first_critic_only",
    ),
    Entry(
        "Q-10b", "AI4Finance-Foundation/ElegantRL#25", "td3.priority", elegant_priority_by_library_names, "bug",
        "first_critic_only",
    ),
)  # fmt: skip

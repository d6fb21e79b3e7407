"""Reports about generalised advantage estimation."""

from typing import Any

import numpy as np

from . import Entry

Array = Any


def sb3_dones_of_the_current_step(
    rewards: Array, values: Array, dones: Array, last_value: float, gamma: float, gae_lambda: float
) -> Array:
    """The mask of step t is read from t + 1, but the last from its own."""
    advantages, following = np.zeros(len(rewards)), 0.0
    for t in reversed(range(len(rewards))):
        last = t == len(rewards) - 1
        running = 1.0 - (dones[t] if last else dones[t + 1])
        error = rewards[t] + gamma * (last_value if last else values[t + 1]) * running - values[t]
        advantages[t] = following = error + gamma * gae_lambda * running * following
    return advantages


def sb3_with_two_flags(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    gamma: float,
    gae_lambda: float,
) -> Array:
    """The same with separate flags and true successors."""
    ended = terminated | truncated
    term, cut = np.append(terminated[1:], terminated[-1]), np.append(ended[1:], ended[-1])
    advantages, following = np.zeros(len(rewards)), 0.0
    for t in reversed(range(len(rewards))):
        error = rewards[t] + gamma * next_values[t] * (1 - term[t]) - values[t]
        advantages[t] = following = error + gamma * gae_lambda * (1 - cut[t]) * following
    return advantages


def sb_add_vtarg_and_adv(seg_rew: Array, vpred: Array, new: Array, nextvpred: float, gamma: float, lam: float) -> Array:
    """add_vtarg_and_adv, right for flags on the first step of an episode: here they are on the last."""
    new, vpred = np.append(new, False), np.append(vpred, nextvpred)
    advantages, following = np.empty(len(seg_rew)), 0.0
    for t in reversed(range(len(seg_rew))):
        running = 1 - new[t + 1]
        error = seg_rew[t] + gamma * vpred[t + 1] * running - vpred[t]
        advantages[t] = following = error + gamma * lam * running * following
    return advantages


def sb_flags_on_the_last_step(
    rewards: Array,
    values: Array,
    dones: Array,
    last_value: float,
    last_done: bool,
    gamma: float,
    gae_lambda: float,
) -> Array:
    """The same, with names of the vocabulary, fed with the flag of each transition."""
    flags, bootstrapped = np.append(dones, last_done), np.append(values, last_value)
    advantages, following = np.empty(len(rewards)), 0.0
    for t in reversed(range(len(rewards))):
        running = 1 - flags[t + 1]
        error = rewards[t] + gamma * bootstrapped[t + 1] * running - bootstrapped[t]
        advantages[t] = following = error + gamma * gae_lambda * running * following
    return advantages


def cleanrl_returns_of_stale_advantages(
    rewards: Array, values: Array, dones: Array, last_value: float, gamma: float, gae_lambda: float
) -> tuple[Array, Array]:
    """The returns are computed before the advantages are."""
    advantages = np.zeros_like(rewards)
    returns = advantages + values
    following = 0.0
    bootstrapped = np.append(values, last_value)
    for t in reversed(range(len(rewards))):
        error = rewards[t] + gamma * bootstrapped[t + 1] * (1 - dones[t]) - values[t]
        following = error + gamma * gae_lambda * (1 - dones[t]) * following
        advantages[t] = following
    return advantages, returns


def cleanrl_returns_alone(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    gamma: float,
    gae_lambda: float,
) -> dict[str, Array]:
    """The same with separate flags and names for the results."""
    advantages, following = np.zeros_like(rewards), 0.0
    for t in reversed(range(len(rewards))):
        error = rewards[t] + gamma * next_values[t] * (1 - terminated[t]) - values[t]
        following = error + gamma * gae_lambda * (1 - (terminated[t] | truncated[t])) * following
        advantages[t] = following
    return {"returns": values + 0 * advantages, "advantages": advantages}


def skrl_compute_gae(
    rewards: Array,
    values: Array,
    last_value: float,
    terminated: Array,
    truncated: Array,
    gamma: float,
    gae_lambda: float,
) -> Array:
    """Truncation is ignored: neither the value of the true successor, nor a cut."""
    del truncated
    advantages, following = np.zeros_like(rewards), 0.0
    bootstrapped = np.append(values, last_value)
    for t in reversed(range(len(rewards))):
        running = 1 - terminated[t]
        following = rewards[t] - values[t] + gamma * running * (bootstrapped[t + 1] + gae_lambda * following)
        advantages[t] = following
    return advantages


def skrl_with_next_values(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    gamma: float,
    gae_lambda: float,
) -> Array:
    """The value of the reset state, and advantages that leak, though the true successor's value is at hand."""
    del truncated
    advantages, following = np.zeros_like(rewards), 0.0
    bootstrapped = np.append(values[1:], next_values[-1])
    for t in reversed(range(len(rewards))):
        running = 1 - terminated[t]
        following = rewards[t] - values[t] + gamma * running * (bootstrapped[t] + gae_lambda * following)
        advantages[t] = following
    return advantages


def cleanrl_one_flag(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    gamma: float,
    gae_lambda: float,
) -> Array:
    """One flag for both."""
    dones = np.logical_or(terminated, truncated)
    advantages, following = np.zeros_like(rewards), 0.0
    for t in reversed(range(len(rewards))):
        error = rewards[t] + gamma * next_values[t] * (1.0 - dones[t]) - values[t]
        advantages[t] = following = error + gamma * gae_lambda * (1.0 - dones[t]) * following
    return advantages


def purejaxrl_one_flag(
    rewards: Array,
    values: Array,
    terminated: Array,
    truncated: Array,
    last_value: float,
    gamma: float,
    gae_lambda: float,
) -> tuple[Array, Array]:
    """The same without the values of true successors."""
    dones = np.logical_or(terminated, truncated)
    advantages, following = np.zeros_like(rewards), 0.0
    bootstrapped = np.append(values, last_value)
    for t in reversed(range(len(rewards))):
        error = rewards[t] + gamma * bootstrapped[t + 1] * (1.0 - dones[t]) - values[t]
        advantages[t] = following = error + gamma * gae_lambda * (1.0 - dones[t]) * following
    return advantages, advantages + values


def stoix_truncated_delta_is_zero(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    gamma: float,
    gae_lambda: float,
) -> tuple[Array, Array]:
    """The TD error of a truncated step is masked, so that its target is V(s_t)."""
    errors = (rewards + gamma * next_values * (1 - terminated) - values) * (1 - truncated)
    advantages, following = np.zeros_like(rewards), 0.0
    for t in reversed(range(len(rewards))):
        following = errors[t] + gamma * gae_lambda * (1 - terminated[t]) * (1 - truncated[t]) * following
        advantages[t] = following
    return advantages, values + advantages


def brax_compute_gae(
    truncation: Array,
    termination: Array,
    rewards: Array,
    values: Array,
    bootstrap_value: float,
    lambda_: float,
    discount: float,
) -> tuple[Array, Array]:
    """Truncated steps are dropped, and the advantage is one step of reward and the next target."""
    kept = 1 - truncation
    following_values = np.append(values[1:], bootstrap_value)
    errors = (rewards + discount * (1 - termination) * following_values - values) * kept
    targets, following = np.zeros_like(rewards), 0.0
    for t in reversed(range(len(rewards))):
        following = errors[t] + discount * (1 - termination[t]) * kept[t] * lambda_ * following
        targets[t] = following + values[t]
    next_targets = np.append(targets[1:], bootstrap_value)
    return targets, (rewards + discount * (1 - termination) * next_targets - values) * kept


def brax_without_truncation(
    rewards: Array, values: Array, terminated: Array, last_value: float, gamma: float, gae_lambda: float
) -> tuple[Array, Array]:
    """The same without truncations."""
    following_values = np.append(values[1:], last_value)
    errors = rewards + gamma * (1 - terminated) * following_values - values
    targets, following = np.zeros_like(rewards), 0.0
    for t in reversed(range(len(rewards))):
        following = errors[t] + gamma * (1 - terminated[t]) * gae_lambda * following
        targets[t] = following + values[t]
    return rewards + gamma * (1 - terminated) * np.append(targets[1:], last_value) - values, targets


def tianshou_rolled_values(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    gamma: float,
    gae_lambda: float,
) -> Array:
    """v_s is made of v_s_ by np.roll."""
    return _gae(rewards, np.roll(next_values, 1) + 0 * values, next_values, terminated, truncated, gamma, gae_lambda)


def tianshou_without_values(
    rewards: Array, next_values: Array, terminated: Array, truncated: Array, gamma: float, gae_lambda: float
) -> Array:
    """The same where v_s is not passed at all."""
    return _gae(rewards, np.roll(next_values, 1), next_values, terminated, truncated, gamma, gae_lambda)


def spinning_up_shifted_rewards(
    rewards: Array, values: Array, last_value: float, gamma: float, gae_lambda: float
) -> Array:
    """The buffer holds the reward of the step before."""
    stored = np.append(0.0, rewards[:-1])
    errors = stored + gamma * np.append(values[1:], last_value) - values
    advantages, following = np.zeros_like(rewards), 0.0
    for t in reversed(range(len(rewards))):
        advantages[t] = following = errors[t] + gamma * gae_lambda * following
    return advantages


def spinning_up_with_flags(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    gamma: float,
    gae_lambda: float,
) -> Array:
    """The same among episodes."""
    return _gae(np.roll(rewards, 1), values, next_values, terminated, truncated, gamma, gae_lambda)


def tianshou_masked_by_the_caller(
    v_s: Array, v_s_: Array, rew: Array, end_flag: Array, gamma: float, gae_lambda: float
) -> Array:
    """_gae_return: v_s_ is zero after a termination already."""
    errors = rew + v_s_ * gamma - v_s
    discount = (1.0 - end_flag) * (gamma * gae_lambda)
    advantages, following = np.zeros(rew.shape), 0.0
    for i in range(len(rew) - 1, -1, -1):
        following = errors[i] + discount[i] * following
        advantages[i] = following
    return advantages


def _gae(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    gamma: float,
    gae_lambda: float,
) -> Array:
    """Right estimates of what is passed."""
    errors = rewards + gamma * np.where(terminated, 0.0, next_values) - values
    advantages, following = np.zeros_like(rewards), np.zeros_like(rewards[0])
    for t in reversed(range(len(rewards))):
        following = errors[t] + gamma * gae_lambda * np.where(terminated[t] | truncated[t], 0.0, following)
        advantages[t] = following
    return advantages


GAE = "gae.advantage"
ENDED = {"conventions": {"dones": "ended"}}
SB = {"arguments": {"seg_rew": "rewards", "nextvpred": "last_value", "new": "dones", "vpred": "values"}}
MASKED = {"conventions": {"next_values": "masked"}, "arguments": {"v_s": "values", "v_s_": "next_values"}}
ENTRIES = (
    Entry(
        "GAE-01", "DLR-RM/stable-baselines3#105", GAE, sb3_dones_of_the_current_step, "bug", "flags_of_the_next_step"
    ),
    Entry("GAE-01", "DLR-RM/stable-baselines3#105", GAE, sb3_with_two_flags, "bug", "flags_of_the_next_step"),
    Entry(
        "GAE-02",
        "hill-a/stable-baselines#385",
        GAE,
        sb_add_vtarg_and_adv,
        "bug",
        "flags_of_the_next_step",
        {**SB, **ENDED},
    ),
    Entry(
        "GAE-02",
        "hill-a/stable-baselines#385",
        GAE,
        sb_flags_on_the_last_step,
        "bug",
        "flags_of_the_next_step",
        ENDED,
    ),
    Entry(
        "GAE-08",
        "vwxyzjn/cleanrl PR#337",
        GAE,
        cleanrl_returns_of_stale_advantages,
        "bug",
        "returns_without_advantages",
    ),
    Entry("GAE-08", "vwxyzjn/cleanrl PR#337", GAE, cleanrl_returns_alone, "bug", "returns_without_advantages"),
    Entry("GAE-09", "Toni-SM/skrl#449", GAE, skrl_compute_gae, "bug"),
    Entry("GAE-09", "Toni-SM/skrl#449", GAE, skrl_with_next_values, "bug"),
    Entry("GAE-11", "vwxyzjn/cleanrl#198", GAE, cleanrl_one_flag, "variant", "truncation_as_termination"),
    Entry("GAE-11", "luchris429/purejaxrl#20", GAE, purejaxrl_one_flag, "variant", "truncation_as_termination"),
    Entry("GAE-12", "DLR-RM/stable-baselines3#633", GAE, cleanrl_one_flag, "bug", "truncation_as_termination"),
    Entry("GAE-14", "EdanToledo/Stoix#142", GAE, stoix_truncated_delta_is_zero, "variant", "truncated_step_dropped"),
    Entry(
        "GAE-14",
        "google/brax brax/training/agents/ppo/losses.py",
        GAE,
        brax_compute_gae,
        "variant",
        "no_lambda_on_the_first_step+truncated_step_dropped",
    ),
    Entry(
        "GAE-15",
        "google/brax brax/training/agents/ppo/losses.py",
        GAE,
        brax_without_truncation,
        "variant",
        "no_lambda_on_the_first_step",
    ),
    Entry("GAE-19", "thu-ml/tianshou#886", GAE, tianshou_rolled_values, "bug", "values_rolled_from_next_values"),
    Entry("GAE-19", "thu-ml/tianshou#886", GAE, tianshou_without_values, "bug", "values_rolled_from_next_values"),
    Entry("GAE-20", "openai/spinningup#50", GAE, spinning_up_shifted_rewards, "bug", "rewards_of_the_previous_step"),
    Entry("GAE-20", "openai/spinningup#50", GAE, spinning_up_with_flags, "bug", "rewards_of_the_previous_step"),
    Entry("C-01", "thu-ml/tianshou#869", GAE, tianshou_masked_by_the_caller, "control", None, MASKED),
)

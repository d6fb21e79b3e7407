"""Reports about surrogate objectives, their ratios, penalties and entropies."""

from typing import Any

import numpy as np

from . import Entry

Array = Any


def _log_softmax(logits: Array) -> Array:
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def _gaussian(actions: Array, mean: Array, log_std: Array) -> Array:
    standardised = (actions - mean) * np.exp(-log_std)
    return (-(standardised**2) / 2 - log_std - np.log(2 * np.pi) / 2).sum(axis=-1)


def _clipped(ratios: Array, advantages: Array, clip_epsilon: float) -> Array:
    return np.minimum(ratios * advantages, np.clip(ratios, 1 - clip_epsilon, 1 + clip_epsilon) * advantages)


# --- ratios -------------------------------------------------------------------------------------


def mighty_squashes_the_new_policy(
    mean: Array, log_std: Array, old_mean: Array, old_log_std: Array, actions: Array
) -> Array:
    """The correction of the squashing is in the new log-probability alone; the actions are those before it."""
    new = _gaussian(actions, mean, log_std) - np.log(1 - np.tanh(actions) ** 2).sum(axis=-1)
    return np.exp(new - _gaussian(actions, old_mean, old_log_std))


def mighty_squashed_objective(
    mean: Array, log_std: Array, old_mean: Array, old_log_std: Array, actions: Array, advantages: Array,
    clip_epsilon: float,
) -> float:  # fmt: skip
    """The same ratio in the clipped objective."""
    ratios = mighty_squashes_the_new_policy(mean, log_std, old_mean, old_log_std, actions)
    return _clipped(ratios, advantages, clip_epsilon).mean()


def puffer_rounds_the_action(mean: Array, log_std: Array, old_mean: Array, old_log_std: Array, actions: Array) -> Array:
    """The action is stored in half precision before the new policy evaluates it."""
    new = _gaussian(actions.astype(np.float16).astype(float), mean, log_std)
    return np.exp(new - _gaussian(actions, old_mean, old_log_std))


def inverted_ratio(log_probs: Array, old_log_probs: Array) -> Array:
    """The old probability over the new one."""
    return np.exp(old_log_probs - log_probs)


def inverted_ratio_of_logits(
    logits: Array, old_logits: Array, actions: Array, advantages: Array, clip_epsilon: float
) -> float:
    """The same, from logits, in a loss."""
    steps = np.arange(len(actions))
    log_ratios = _log_softmax(old_logits)[steps, actions] - _log_softmax(logits)[steps, actions]
    return -_clipped(np.exp(log_ratios), advantages, clip_epsilon).mean()


# --- policy gradients ---------------------------------------------------------------------------


def acme_weights_of_every_entry(log_probs: Array, advantages: Array) -> float:
    """(B,) log-probabilities times (B, 1) weights."""
    return -(log_probs * advantages[:, None]).mean()


def acme_log_probs_of_every_entry(log_probs: Array, advantages: Array) -> float:
    """(B, 1) log-probabilities times (B,) weights."""
    return (log_probs.reshape(-1, 1) * advantages).mean()


def puffer_weights_twice(ratios: Array, advantages: Array) -> float:
    """The advantage is weighted by the truncated ratio, and multiplied by the ratio again."""
    return (ratios * (np.minimum(ratios, 1.0) * advantages)).mean()


def puffer_weights_twice_and_clips(
    log_probs: Array, old_log_probs: Array, advantages: Array, clip_epsilon: float
) -> float:
    """The same without truncation, in the clipped loss."""
    ratios = np.exp(log_probs - old_log_probs)
    return -_clipped(ratios, ratios * advantages, clip_epsilon).mean()


def pearl_without_gamma_to_the_t(rewards: Array, gamma: float) -> Array:
    """The returns, without the weight gamma^t."""
    returns, following = np.zeros(len(rewards)), 0.0
    for t in reversed(range(len(rewards))):
        returns[t] = following = rewards[t] + gamma * following
    return returns


def with_gamma_to_the_t(log_probs: Array, advantages: Array, gamma: float) -> float:
    """The weight gamma^t in a policy loss."""
    return -(gamma ** np.arange(len(advantages)) * log_probs * advantages).mean()


# --- clipping -----------------------------------------------------------------------------------


def cpp_rl_averages_the_advantages(ratios: Array, advantages: Array, clip_epsilon: float) -> float:
    """Means stand inside the minimum."""
    clipped = (np.clip(ratios, 1 - clip_epsilon, 1 + clip_epsilon) * advantages).mean()
    return np.minimum(ratios * advantages.mean(), clipped).mean()


def cpp_rl_averages_both(log_probs: Array, old_log_probs: Array, advantages: Array, clip_epsilon: float) -> float:
    """The mean advantage in both products, in a loss of log-probabilities."""
    return -_clipped(np.exp(log_probs - old_log_probs), advantages.mean(), clip_epsilon).mean()


def tianshou_dual_clip(ratios: Array, advantages: Array, clip_epsilon: float, dual_clip: float) -> float:
    """The second bound holds everywhere."""
    return -np.maximum(_clipped(ratios, advantages, clip_epsilon), dual_clip * advantages).mean()


def tianshou_dual_clip_of_log_probs(
    log_probs: Array, old_log_probs: Array, advantages: Array, clip_epsilon: float, dual_clip: float
) -> float:
    """The same from log-probabilities."""
    ratios = np.exp(log_probs - old_log_probs)
    return np.maximum(_clipped(ratios, advantages, clip_epsilon), dual_clip * advantages).mean()


def rl2_clip(ratios: Array, advantages: Array, clip_epsilon: float) -> float:
    """The band begins at epsilon."""
    return np.minimum(ratios * advantages, np.clip(ratios, clip_epsilon, 1 + clip_epsilon) * advantages).mean()


def rl2_clip_loss(log_probs: Array, old_log_probs: Array, advantages: Array, clip_epsilon: float = 0.2) -> float:
    """The same as a loss of log-probabilities."""
    return -rl2_clip(np.exp(log_probs - old_log_probs), advantages, clip_epsilon)


def baselines_maximum(ratios: Array, advantages: Array, clip_epsilon: float) -> float:
    """The maximum of negated gains, which is right."""
    clipped = -advantages * np.clip(ratios, 1 - clip_epsilon, 1 + clip_epsilon)
    return np.maximum(-advantages * ratios, clipped).mean()


def rsl_rl_maximum(log_probs: Array, old_log_probs: Array, advantages: Array, clip_param: float) -> float:
    """The same from log-probabilities."""
    return baselines_maximum(np.exp(log_probs - old_log_probs), advantages, clip_param)


def rllib_minimum(log_probs: Array, old_log_probs: Array, advantages: Array, clip_epsilon: float) -> float:
    """The shipped minimum, which is right."""
    return -_clipped(np.exp(log_probs - old_log_probs), advantages, clip_epsilon).mean()


def rllib_proposal(ratios: Array, advantages: Array, clip_epsilon: float) -> float:
    """The proposed minimum of magnitudes, which is not."""
    return (np.sign(advantages) * _clipped(ratios, abs(advantages), clip_epsilon)).mean()


# --- penalties and entropies --------------------------------------------------------------------


def verl_rewards_the_divergence(ratios: Array, advantages: Array, divergences: Array, beta: float) -> float:
    """The penalty has the wrong sign in the loss."""
    return -(ratios * advantages).mean() - beta * divergences.mean()


def verl_rewards_the_estimate(log_probs: Array, old_log_probs: Array, advantages: Array, beta: float) -> float:
    """The same with an estimate of the divergence from log-probabilities."""
    log_ratios = log_probs - old_log_probs
    return -(np.exp(log_ratios) * advantages).mean() - beta * (np.exp(log_ratios) - 1 - log_ratios).mean()


def torchrl_divergence_of_itself(
    logits: Array, old_logits: Array, actions: Array, advantages: Array, beta: float
) -> float:
    """The divergence of the new policy from itself."""
    new, steps = _log_softmax(logits), np.arange(len(actions))
    ratios = np.exp(new[steps, actions] - _log_softmax(old_logits)[steps, actions])
    return (ratios * advantages - beta * (np.exp(new) * (new - new)).sum(axis=-1)).mean()


def trlx_controller(divergences: Array, other_divergences: Array, beta: float, kl_target: float) -> Array:  # noqa: ARG001
    """The controller is fed the divergence from the previous policy, not that from the reference."""
    betas = []
    for divergence in other_divergences:
        beta = beta * 2 if divergence > 1.5 * kl_target else beta / 2 if divergence < kl_target / 1.5 else beta
        betas.append(beta)
    return np.array(betas)


def trlx_one_update(divergence: float, other_divergence: float, beta: float, kl_target: float) -> float:  # noqa: ARG001
    """One update of it."""
    if other_divergence > 1.5 * kl_target:
        return 2 * beta
    return beta / 2 if other_divergence < kl_target / 1.5 else beta


def spinning_up_approximation(log_probs: Array, old_log_probs: Array) -> float:
    """The mean log-ratio, where the other estimate is asked for."""
    return (old_log_probs - log_probs).mean()


def open_spiel_penalises_entropy(
    ratios: Array, advantages: Array, values: Array, returns: Array, entropies: Array, clip_epsilon: float,
    value_coefficient: float, entropy_coefficient: float,
) -> float:  # fmt: skip
    """The entropy is added to the loss."""
    policy_loss = -_clipped(ratios, advantages, clip_epsilon).mean()
    return policy_loss + value_coefficient * ((values - returns) ** 2).mean() + entropy_coefficient * entropies.mean()


def open_spiel_in_usual_names(
    log_probs: Array, old_log_probs: Array, advantages: Array, values: Array, returns: Array, entropy: Array,
    clip_ratio: float = 0.2, vf_coef: float = 0.5, ent_coef: float = 0.01,
) -> float:  # fmt: skip
    """The same with half of the squared error, from log-probabilities."""
    policy_loss = -_clipped(np.exp(log_probs - old_log_probs), advantages, clip_ratio).mean()
    return policy_loss + vf_coef * 0.5 * ((values - returns) ** 2).mean() + ent_coef * entropy.mean()


def machin_adds_with_a_negative_coefficient(
    ratios: Array, advantages: Array, values: Array, returns: Array, entropies: Array, clip_epsilon: float,
    value_coefficient: float, entropy_coefficient: float,
) -> float:  # fmt: skip
    """The entropy is added to the loss, and the coefficient is negative: right."""
    return open_spiel_penalises_entropy(
        ratios, advantages, values, returns, entropies, clip_epsilon, value_coefficient, entropy_coefficient
    )


def elegant_rl_adds_log_probs(
    log_probs: Array, old_log_probs: Array, advantages: Array, values: Array, returns: Array, clip_epsilon: float,
    value_coefficient: float, entropy_coefficient: float,
) -> float:  # fmt: skip
    """Log-probabilities, whose mean is a negative entropy, are added to the loss: right."""
    policy_loss = -_clipped(np.exp(log_probs - old_log_probs), advantages, clip_epsilon).mean()
    return policy_loss + value_coefficient * ((values - returns) ** 2).mean() + entropy_coefficient * log_probs.mean()


def masked_entropy(probabilities: Array) -> float:
    """Zero times minus infinity."""
    with np.errstate(all="ignore"):
        return -(probabilities * np.log(probabilities)).sum(axis=-1).mean()


def loss_that_is_an_objective(log_probs: Array, old_log_probs: Array, advantages: Array, clip_epsilon: float) -> float:
    """A function called a loss returns what is to be maximised."""
    return _clipped(np.exp(log_probs - old_log_probs), advantages, clip_epsilon).mean()


CLIP, COMBINED = "ppo.clip_objective", "ppo.combined_loss"
NEGATIVE = {"conventions": {"entropy_coefficient": "negative"}}
MIGHTY, PUFFER = "automl/Mighty PR#118", "PufferAI/PufferLib PR#584"
VERL, TRLX = "verl commit a65c9157, via Unakar/Logic-RL#58", "CarperAI/trlx PR#361"
CPP, RLLIB = "Omegastick/pytorch-cpp-rl#14", "ray-project/ray#37334"

ENTRIES = (
    Entry("PG-05", MIGHTY, "ppo.ratio", mighty_squashes_the_new_policy, "bug", "squashing_in_the_new_only"),
    Entry("PG-05", MIGHTY, CLIP, mighty_squashed_objective, "bug", "squashing_in_the_new_only"),
    Entry("PG-06", PUFFER, "ppo.ratio", puffer_rounds_the_action, "bug", "action_of_low_precision"),
    Entry("baselines#652", "openai/baselines#652", "ppo.ratio", inverted_ratio, "bug", "ratios_inverted"),
    Entry("baselines#652", "openai/baselines#652", CLIP, inverted_ratio_of_logits, "bug", "ratios_inverted"),
    Entry("PG-07", "google-deepmind/acme#277", "pg.loss", acme_weights_of_every_entry, "bug",
          "every_advantage_against_every_entry"),
    Entry("PG-07", "google-deepmind/acme#277", "pg.loss", acme_log_probs_of_every_entry, "bug",
          "every_log_prob_against_every_entry"),
    Entry("PG-09", "PufferAI/PufferLib#306", "ppo.cpi_objective", puffer_weights_twice, "variant",
          "advantages_weighted_by_the_ratio"),
    Entry("PG-09", "PufferAI/PufferLib#306", CLIP, puffer_weights_twice_and_clips, "variant",
          "advantages_weighted_by_the_ratio"),
    Entry("RET-02", "facebookresearch/Pearl#46", "pg.reinforce", pearl_without_gamma_to_the_t, "variant",
          "no_gamma_to_the_t"),
    Entry("RET-02", "facebookresearch/Pearl#46", "pg.loss", with_gamma_to_the_t, "variant",
          "weighted_by_gamma_to_the_t"),
    Entry("PPO-01", CPP, CLIP, cpp_rl_averages_the_advantages, "bug", "advantages_averaged"),
    Entry("PPO-01", CPP, CLIP, cpp_rl_averages_both, "bug", "advantages_averaged"),
    Entry("PPO-03", "thu-ml/tianshou#433", "ppo.dual_clip_objective", tianshou_dual_clip, "bug",
          "dual_clip_everywhere"),
    Entry("PPO-03", "thu-ml/tianshou#433", "ppo.dual_clip_objective", tianshou_dual_clip_of_log_probs, "bug",
          "dual_clip_everywhere"),
    Entry("PPO-04", "ChenmienTan/RL2 PR#21", CLIP, rl2_clip, "bug", "band_from_epsilon"),
    Entry("PPO-04", "ChenmienTan/RL2 PR#21", CLIP, rl2_clip_loss, "bug", "band_from_epsilon"),
    Entry("C-03", "openai/baselines#1156", CLIP, baselines_maximum, "control"),
    Entry("C-03", "leggedrobotics/rsl_rl#152", CLIP, rsl_rl_maximum, "control"),
    Entry("C-04", RLLIB, CLIP, rllib_minimum, "control"),
    Entry("C-04-proposal", RLLIB, CLIP, rllib_proposal, "bug", "minimum_of_magnitudes"),
    Entry("LLM-11", VERL, "ppo.kl_penalty", verl_rewards_the_divergence, "bug", "divergence_rewarded"),
    Entry("LLM-11", VERL, "ppo.kl_penalty", verl_rewards_the_estimate, "bug", "divergence_rewarded"),
    Entry("KL-02", "pytorch/rl#1920", "ppo.kl_penalty", torchrl_divergence_of_itself, "bug", "divergence_of_itself"),
    Entry("LLM-13", TRLX, "ppo.adaptive_kl_trace", trlx_controller, "bug", "another_divergence"),
    Entry("LLM-13", TRLX, "ppo.adaptive_kl", trlx_one_update, "bug", "another_divergence"),
    Entry("KL-04", "DLR-RM/stable-baselines3#417", "ppo.approx_kl_nonnegative", spinning_up_approximation, "variant",
          "k1"),
    Entry("ENT-02", "google-deepmind/open_spiel#962", COMBINED, open_spiel_penalises_entropy, "bug",
          "entropy_penalised"),
    Entry("ENT-02", "google-deepmind/open_spiel#962", COMBINED, open_spiel_in_usual_names, "bug", "entropy_penalised"),
    Entry("C-10", "iffiX/machin#27", COMBINED, machin_adds_with_a_negative_coefficient, "control", options=NEGATIVE),
    Entry("C-10", "AI4Finance-Foundation/ElegantRL#74", COMBINED, elegant_rl_adds_log_probs, "control"),
    Entry("DIST-07", "JuliaReinforcementLearning/ReinforcementLearning.jl#917", "ppo.entropy_bonus", masked_entropy,
          "bug",
          "nan_for_impossible_actions"),
    Entry("SIGN", "a loss to be minimised", CLIP, loss_that_is_an_objective, "bug", "negated"),
)  # fmt: skip

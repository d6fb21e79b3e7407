"""Names for what objectives of a policy are computed from: log probabilities, ratios, divergences, entropies."""

from collections.abc import Callable, Sequence
from typing import Any

from ...spec import divergence, policy
from ...spec.logits import chosen
from ...spec.numbers import exp, rational
from ..reading import Facts, Reading, Rule, reading, rule

COMBINED = ("ppo.combined_objective", "ppo.combined_loss")
CONTROLLERS = ("ppo.adaptive_kl", "ppo.adaptive_kl_trace")
CLIPPED = ("ppo.clipped_value_loss", "ppo.min_clipped_value_loss")
CRITICS = (
    *("ppo.value_loss", "ppo.clipped_value_loss", "ppo.min_clipped_value_loss", "ppo.truncated_value_loss"),
    *("ppo.explained_variance", *COMBINED),
)
OF_ACTIONS = (
    *("ppo.ratio", "ppo.cpi_objective", "ppo.clip_objective", "ppo.clip_objective_g", "ppo.dual_clip_objective"),
    *("ppo.kl_penalty", "ppo.approx_kl", "ppo.approx_kl_nonnegative", "pg.loss", *COMBINED),
)
OF_RATIOS = (
    *("ppo.cpi_objective", "ppo.clip_objective", "ppo.clip_objective_g", "ppo.dual_clip_objective", "ppo.kl_penalty"),
    *COMBINED,
)
ESTIMATED = "the divergence itself, of which log probabilities tell only an estimate"


def _told(word: str) -> Callable[[Facts], Any]:
    return lambda arguments: arguments[word]


def _flat(facts: Facts, name: str) -> Any:
    """Zeros, one for each step."""
    return 0 * facts[name]


def _constants(name: str, values: Sequence[float], *, among: Sequence[str] = ()) -> list[Rule]:
    """The values that are usually built in."""
    return [
        rule(
            name, (), lambda _, value=value: rational(value), convention=f"{value:g}",
            limit=f"another {name} than {value:g}", among=among,
        )
        for value in values
    ]  # fmt: skip


def _alias(word: str, meaning: str, *among: str) -> Reading:
    """A word that stands for another one in these equations."""
    return reading(
        word, meaning, f"{word}: {meaning}", _told(meaning), {meaning: _told(word)}, needs=(meaning,), among=among
    )


def _one_hot(facts: Facts) -> Any:
    """All probability on the action taken."""
    return chosen(facts["actions"], facts["logits"].shape[-1]) + 0 * facts["logits"]


MEANS = (*OF_RATIOS, "ppo.approx_kl", "ppo.approx_kl_nonnegative", "pg.loss", *CRITICS[:4])
"""Equations that average entries, of which some may not count."""


READINGS: tuple[Reading, ...] = (
    *(
        reading(
            word, "entries", f"{word}[t]: whether entry t counts", _told(word), {"valid": _told(word)}, needs=(word,),
            among=MEANS,
        )
        for word in ("valid", "mask")
    ),
    _alias("policy", "probabilities", "ppo.entropy_bonus", "mirror_descent.step", "imitation.cross_entropy"),
    _alias("advantages", "q_values", "mirror_descent.step"),
    _alias("tau", "temperature", "mirror_descent.step"),
    _alias("alpha", "step_size", "vpg.adaptive_stepsize"),
    reading(
        "kl_horizon", "own", "the number of steps over which a coefficient doubles, or so",
        lambda drawn: drawn["n"] + 4, {"kl_horizon": _told("kl_horizon")}, needs=("n",), among=CONTROLLERS,
    ),
    reading(
        "steps_made", "own", "the number of steps between two updates of a coefficient", _told("n"),
        {"steps_made": _told("steps_made")}, needs=("n",), among=CONTROLLERS,
    ),
    reading(
        "values", "own", "V(s_t) of the present parameters", _told("values"), {"values": _told("values")},
        needs=("values",), among=CRITICS,
    ),
    reading(
        "log_ratios", "own", "log-probabilities less those of the old policy",
        lambda drawn: drawn["log_probs"] - drawn["old_log_probs"],
        {"ratios": lambda a: exp(a["log_ratios"]), "log_ratios": _told("log_ratios")},
        needs=("log_probs", "old_log_probs"), among=OF_RATIOS,
    ),
    *(
        reading(
            f"{side}neg_log_probs", "own", "minus the log-probabilities", lambda drawn, n=side: -drawn[f"{n}log_probs"],
            {f"{side}log_probs": lambda a, n=side: -a[f"{n}neg_log_probs"]}, needs=(f"{side}log_probs",),
            among=OF_ACTIONS,
        )
        for side in ("", "old_")
    ),
    reading(
        "new_values", "own", "new_values: V(s_t) of the present parameters", _told("values"),
        {"values": _told("new_values")}, needs=("values",), among=CLIPPED,
    ),
    reading(
        "values", "old_values", "values: V(s_t) as it was when the data were collected, beside new values",
        _told("old_values"), {"old_values": _told("values")}, needs=("old_values",), among=CLIPPED,
    ),
    reading(
        "actions", "own", "the actions taken; vectors have more digits than half precision holds",
        lambda drawn: drawn["actions"] * (rational("4097/4096") if drawn["actions"].dtype == object else 1),
        {"actions": _told("actions")}, needs=("actions",), among=OF_ACTIONS,
    ),
    _alias("delta", "kl_target", "ppo.adaptive_kl", "ppo.adaptive_kl_trace", "vpg.adaptive_stepsize", "ppo.early_stop"),
    reading(
        "value_coefficient", "of_squares", "the coefficient of the squared error", _told("value_coefficient"),
        {"value_coefficient": _told("value_coefficient")}, needs=("value_coefficient",),
    ),
    reading(
        "value_coefficient", "of_halved_squares", "the coefficient of half of the squared error",
        _told("value_coefficient"), {"value_coefficient": lambda a: a["value_coefficient"] / 2},
        needs=("value_coefficient",),
    ),
    reading(
        "entropy_coefficient", "own", "the coefficient of the entropy", _told("entropy_coefficient"),
        {"entropy_coefficient": _told("entropy_coefficient")}, needs=("entropy_coefficient",),
    ),
    reading(
        "entropy_coefficient", "negative", "minus the coefficient of the entropy",
        lambda drawn: -drawn["entropy_coefficient"],
        {"entropy_coefficient": lambda a: -a["entropy_coefficient"]}, needs=("entropy_coefficient",),
        only_declared=True,
    ),
    reading(
        "entropy", "each", "entropy of the policy at each state", _told("entropies"), {"entropies": _told("entropy")},
        needs=("entropies",),
    ),
    reading(
        "entropy", "mean", "mean entropy of the policy",
        lambda drawn: drawn["entropies"].sum() / len(drawn["entropies"]),
        {"mean_entropy": _told("entropy")}, needs=("entropies",),
    ),
    reading(
        "kl", "each", "divergence at each state, or after each update", _told("divergences"),
        {"divergences": _told("kl")}, needs=("divergences",),
    ),
    reading(
        "kl", "mean", "mean divergence", _told("divergence"), {"divergence": _told("kl")}, needs=("divergence",),
    ),
    reading(
        "other_divergences", "own", "divergences of another kind", _told("entropies"),
        {"other_divergences": _told("other_divergences")}, needs=("entropies",),
    ),
    reading(
        "other_divergence", "own", "a divergence of another kind", _told("other_beta"),
        {"other_divergence": _told("other_divergence")}, needs=("other_beta",),
    ),
    reading(
        "value_mean", "own", "mean of the returns, by which they were normalised", _told("shift"),
        {"value_mean": _told("value_mean")}, needs=("shift",),
    ),
    reading(
        "value_std", "own", "standard deviation of the returns, by which they were normalised", _told("scale"),
        {"value_std": _told("value_std")}, needs=("scale",),
    ),
)  # fmt: skip

RULES: tuple[Rule, ...] = (
    # log probabilities and ratios
    rule("log_probs", ("actions", "logits"), lambda f: policy.log_prob(f["actions"], f["logits"])),
    rule("old_log_probs", ("actions", "old_logits"), lambda f: policy.log_prob(f["actions"], f["old_logits"])),
    rule(
        "log_probs", ("actions", "mean", "log_std"),
        lambda f: policy.gaussian_log_prob(f["actions"], f["mean"], f["log_std"]),
    ),
    rule(
        "old_log_probs", ("actions", "old_mean", "old_log_std"),
        lambda f: policy.gaussian_log_prob(f["actions"], f["old_mean"], f["old_log_std"]),
    ),
    rule("log_probs", ("log_ratios",), lambda f: f["log_ratios"], among=("ppo.kl_penalty",)),
    rule("old_log_probs", ("log_ratios",), lambda f: 0 * f["log_ratios"], among=("ppo.kl_penalty",)),
    rule("ratios", ("log_probs", "old_log_probs"), lambda f: exp(f["log_probs"] - f["old_log_probs"])),
    # advantages
    rule("advantages", ("returns", "values"), lambda f: f["returns"] - f["values"]),
    rule("advantages", ("returns",), lambda f: f["returns"], unless=("values",)),
    # entropies
    rule("entropies", ("logits",), lambda f: policy.entropy(f["logits"])),
    rule("entropies", ("log_std",), lambda f: policy.gaussian_entropy(f["log_std"])),
    rule("entropies", ("mean_entropy", "advantages"), lambda f: f["mean_entropy"] + _flat(f, "advantages")),
    rule(
        "entropies", ("log_probs",), lambda f: -f["log_probs"], among=COMBINED, convention="sampled",
        limit="the entropy itself, of which log probabilities tell only an estimate", beside=("entropy_coefficient",),
    ),
    rule("entropies", ("advantages",), lambda f: _flat(f, "advantages"), among=COMBINED, limit="the entropy"),
    rule("probabilities", ("logits",), lambda f: policy.softmax(f["logits"]), among=("ppo.entropy_bonus",)),
    rule("probabilities", ("actions", "logits"), _one_hot, among=("imitation.cross_entropy",)),
    # the value error, where an objective has none
    rule("values", ("advantages",), lambda f: _flat(f, "advantages"), among=COMBINED, limit="the value error",
         unless=("returns",)),
    rule("returns", ("advantages",), lambda f: _flat(f, "advantages"), among=COMBINED, limit="the value error",
         unless=("values",)),
    rule("returns", ("advantages", "old_values"), lambda f: f["advantages"] + f["old_values"]),
    # divergences
    rule(
        "divergences", ("logits", "old_logits"),
        lambda f: divergence.kl(policy.softmax(f["old_logits"]), policy.softmax(f["logits"])),
    ),
    rule(
        "divergences", ("mean", "log_std", "old_mean", "old_log_std"),
        lambda f: policy.gaussian_kl(f["old_mean"], f["old_log_std"], f["mean"], f["log_std"]),
    ),
    rule("divergences", ("divergence", "advantages"), lambda f: f["divergence"] + _flat(f, "advantages")),
    rule(
        "divergences", ("log_probs", "old_log_probs"), lambda f: divergence.k1(f["log_probs"], f["old_log_probs"]),
        convention="k1", limit=ESTIMATED, among=("ppo.kl_penalty",),
    ),
    rule(
        "divergences", ("log_probs", "old_log_probs"), lambda f: divergence.k3(f["log_probs"], f["old_log_probs"]),
        convention="k3", limit=ESTIMATED, among=("ppo.kl_penalty",),
    ),
    # constants that are usually built in
    *_constants("clip_epsilon", (0.2, 0.1, 0.3)),
    *_constants("dual_clip", (3.0, 5.0, 2.0)),
    *_constants("loss_limit", (10.0,)),
    *_constants("kl_target", (0.01, 0.02, 0.015)),
    *_constants("value_coefficient", (1.0, 0.5), among=COMBINED),
    *_constants("entropy_coefficient", (0.01, 0.0), among=COMBINED),
    *_constants("temperature", (1.0,), among=("mirror_descent.step",)),
)  # fmt: skip

SYNONYMS = {
    "log_probs": (
        *("log_prob", "logp", "logps", "logprob", "logprobs", "new_log_probs", "new_log_prob", "new_logp"),
        *("new_logprob", "new_logprobs", "newlogprob", "logp_new", "logprobs_new", "log_probs_new", "log_pi"),
        *("action_log_probs", "action_log_prob", "curr_log_probs", "current_log_probs", "pi_log_probs", "logpac"),
        *("saved_log_probs", "log_prob_actions", "action_logprobs", "logp_pi", "policy_log_probs", "curr_action_logp"),
        *("action_logp", "action_logprob", "log_probs_batch", "logp_a"),
    ),
    "old_log_probs": (
        *("old_log_prob", "old_logp", "old_logps", "old_logprob", "old_logprobs", "oldlogprob", "logp_old"),
        *("logprobs_old", "log_probs_old", "b_logprobs", "mb_logprobs", "old_action_log_probs", "prev_log_probs"),
        *("behavior_log_probs", "behaviour_log_probs", "behavior_logp", "behaviour_logp", "log_prob_old"),
        *("logprob_old", "fixed_log_probs", "sample_log_probs", "sampling_log_probs", "old_log_pi", "oldlogpac"),
        *("prev_action_logp", "old_action_logprobs", "old_action_logp", "prev_log_prob", "prev_logp"),
        *("sample_log_prob", "old_log_probs_batch"),
    ),
    "neg_log_probs": ("neglogpac", "neglogp", "neg_log_prob", "neg_logp", "neglogps", "neg_logprobs", "nll"),
    "old_neg_log_probs": ("oldneglogpac", "old_neglogp", "old_neg_log_prob", "neglogpacs", "old_neglogpac"),
    "log_ratios": ("log_weight", "log_weights", "log_prob_ratio", "log_prob_diff"),
    "ratios": (
        "logp_ratio",
        *("ratio", "prob_ratio", "prob_ratios", "importance_ratio", "importance_ratios", "importance_weights"),
        *("is_ratio", "rho", "rhos", "r", "ratio_t", "prob_ratios_t", "r_t", "pi_ratio"),
    ),
    "advantages": (
        *("advantage", "adv", "advs", "adv_targ", "b_advantages", "mb_advantages", "advantage_estimates", "gae", "A"),
        *("adv_t", "a_hat", "advantages_t", "a", "weights", "psi"),
        *("advantages_batch", "td_errors", "td_error", "deltas", "q_values", "q_value", "array", "arr", "x", "tensor"),
    ),
    "returns": (
        *("return_", "rets", "ret", "targets", "target", "value_targets", "value_target", "v_targ", "vtarg", "R", "g"),
        *("target_values", "b_returns", "mb_returns", "lambda_returns", "return_batch", "returns_batch", "G", "y"),
        *("discounted_returns", "ret_batch", "y_true", "true_values", "ytrue"),
        *("v_target", "vtarget", "target_return", "target_returns", "expected_returns", "discounted_rewards"),
    ),
    "rewards": ("ep_rewards", "episode_rewards", "ep_rews", "saved_rewards", "rewards_of_episode"),
    "old_values": (
        *("old_value", "values_old", "v_old", "vold", "old_vpred", "oldvpred", "old_vals", "old_val", "b_values"),
        *("value_preds", "mb_values", "old_vf", "prev_values", "old_value_preds", "value_preds_batch", "old_v"),
        *("old_state_values", "target_value", "value_old", "prev_value_fn_out", "prev_value", "v_s", "rollout_values"),
        "old_state_value",
    ),
    "new_values": (
        *("newvalue", "new_value", "vpred", "vpreds", "value_pred", "predicted_values", "v_pred", "current_values"),
        *("pred_values", "values_pred", "values_new", "new_v", "predictions", "curr_values", "predicted_value"),
    ),
    "values": (
        *("new_values", "newvalue", "new_value", "vpred", "vpreds", "value_pred", "predicted_values", "v_pred"),
        *("current_values", "predictions", "y_pred", "vals_pred", "pred_values", "V", "values_pred", "critic"),
        *("value_fn_out", "ypred", "pred", "preds", "values_new", "new_v", "vf_pred", "vf_out", "baseline"),
        *("vf", "predicted_value", "curr_values", "values_batch"),
    ),
    "clip_epsilon": (
        *("clip_eps", "clip", "eps", "epsilon", "clip_ratio", "clip_range", "clip_param", "cliprange", "clip_coef"),
        *("eps_clip", "ppo_clip", "clip_value", "clip_range_vf", "vf_clip", "value_clip", "vf_clip_param", "e"),
        *("cliprange_value", "value_clip_eps", "clip_v", "ppo_epsilon", "value_clip_epsilon", "clipping_epsilon"),
    ),
    "norm_epsilon": ("eps", "epsilon", "norm_eps", "normalize_eps", "stability", "tiny", "std_eps", "epsilon_norm"),
    "dual_clip": ("c", "clip_ratio_c", "dual_clip_coef", "clip_c", "dual_clip_c", "c_dual"),
    "beta": (
        *("kl_coef", "kl_coeff", "kl_coefficient", "kl_weight", "kl_loss_coef", "kl_beta", "coef", "kl_ctl", "value"),
        *("penalty_coefficient", "curr_kl_coeff", "kl_penalty_coef", "init_beta", "initial_beta", "beta0", "beta_0"),
        "lam",
    ),
    "kl": (
        *("approx_kl", "kl_div", "mean_kl", "kl_divergence", "d", "current_kl", "kl_value", "current", "kl_mean"),
        *("kls", "action_kl", "sampled_kl", "curr_kl", "avg_kl", "kl_values", "kl_history"),
    ),
    "other_divergences": ("step_kls", "policy_kls", "previous_kls", "other_kls"),
    "other_divergence": ("step_kl", "policy_kl", "previous_kl", "other_kl", "kl_previous", "old_kl"),
    "kl_horizon": ("horizon",),
    "steps_made": ("n", "n_steps", "num_steps", "batch_size"),
    "divergences": ("kl_divs", "kl_divergences", "ds"),
    "kl_target": (
        *("target_kl", "kl_targ", "d_targ", "target", "desired_kl", "max_kl", "kl_desired", "dtarg", "d_target"),
        *("targ", "target_divergence"),
    ),
    "entropy": ("ent", "entropy_values", "dist_entropy", "H", "policy_entropy", "mean_entropy", "curr_entropy"),
    "value_coefficient": (
        *("vf_coef", "value_coef", "vf_coeff", "c1", "value_loss_coef", "critic_coef", "value_loss_coeff", "c_1"),
        *("vf_loss_coef", "value_coeff", "vf_loss_coeff", "value_loss_coefficient", "critic_coefficient"),
        *("v_coef", "vf_weight", "value_weight", "critic_weight"),
    ),
    "entropy_coefficient": (
        *("ent_coef", "entropy_coef", "c2", "entropy_beta", "ent_coeff", "entropy_coeff", "c_2", "entropy_cost"),
        *("entropy_weight", "entropy_bonus_coef", "e_coef"),
    ),
    "probabilities": (
        *("probs", "prob", "pi", "action_probs", "dist", "p", "policy", "target_policy", "target_probs", "old_policy"),
        *("old_probs", "policy_probs", "action_probabilities", "visits", "target"),
    ),
    "q_values": ("advantages", "q"),
    "logits": ("policy_logits", "logits_new", "new_logits", "action_logits", "logits_t", "pi_logits_t"),
    "actions": ("a_t", "acts_t", "b_actions", "mb_actions", "actions_batch", "action_batch", "batch_actions"),
    "old_logits": ("logits_old", "prev_logits", "behaviour_logits"),
    "step_size": ("lr", "learning_rate", "alpha", "stepsize"),
    "gradient": ("g", "policy_gradient", "grad"),
    "kl_gradient": ("k", "kl_grad", "grad_kl"),
    "delta": ("max_kl", "kl_limit"),
    "loss_limit": ("vf_clip_param", "limit", "clip_limit"),
    "temperature": ("tau", "eta", "temp"),
    "ddof": ("unbiased", "correction"),
    "value_mean": ("mu", "returns_mean", "running_mean"),
    "value_std": ("sigma", "returns_std", "running_std"),
}

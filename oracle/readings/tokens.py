"""Names for sequences of tokens: the same words as along trajectories, but of shape [B, L], under a mask."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...spec.numbers import exp, log, rational, where
from ...spec.tokens import clip_higher
from ..reading import Facts, Reading, Rule, reading, rule

MEANS = ("tokens.token_mean", "tokens.sequence_mean", "tokens.sequence_sum_constant")
RATIOS = ("tokens.token_ratio", "tokens.sequence_importance_ratio", "tokens.sequence_ratio")
OBJECTIVES = (
    *("tokens.grpo_objective", "tokens.grpo_token_mean_objective", "tokens.dr_grpo_objective"),
    *("tokens.dapo_objective", "tokens.gspo_objective"),
)
NORMALISED = ("tokens.masked_advantage_normalisation", "tokens.masked_advantage_whitening")
IN_REWARD = ("tokens.kl_in_reward",)
OF_LOG_PROBS = (*RATIOS, *OBJECTIVES, *IN_REWARD)
MASKED = (*MEANS, *NORMALISED, *OF_LOG_PROBS)
EVERY_SEQUENCE = (
    *("tokens.sequence_mean", "tokens.sequence_ratio", "tokens.grpo_objective", "tokens.gspo_objective"),
    *IN_REWARD,
)
"""Equations that need a token in each sequence."""
TOKEN_MEANS = ("tokens.token_mean", "tokens.grpo_token_mean_objective", "tokens.dapo_objective")
SEQUENCE_MEANS = ("tokens.sequence_mean", "tokens.grpo_objective", "tokens.gspo_objective")
SPARSE = tuple(name for name in MASKED if name not in EVERY_SEQUENCE)
CLIPPED = (*OBJECTIVES, "tokens.clip_higher")

TERMS = (
    *("advantages", "values", "rewards", "returns", "log_probs", "ratios", "entropies", "losses", "loss", "terms"),
    *("x", "tensor", "kl", "scores", "token_losses", "token_loss"),
)
"""Words that stand for whatever is averaged over the tokens."""
HIDING = ("mask", "valid", "token_mask")


def _told(word: str) -> Callable[[Facts], Any]:
    return lambda arguments: arguments[word]


def _alike(
    words: Sequence[str], fact: str, says: str, among: Sequence[str], convention: str = "tokens"
) -> tuple[Reading, ...]:
    """Several words for one fact, as it was drawn."""
    return tuple(
        reading(word, convention, f"{word}: {says}", _told(fact), {fact: _told(word)}, needs=(fact,), among=among)
        for word in words
    )


def _mask(word: str, drawn: str, among: Sequence[str]) -> Reading:
    return reading(
        word, "tokens", f"{word}[i, t]: token t of sequence i counts", _told(drawn), {"token_mask": _told(word)},
        needs=(drawn,), among=among,
    )  # fmt: skip


def _per_token(drawn: Facts) -> Any:
    return drawn["sequence_advantages"][:, None] + 0 * drawn["token_terms"]


def _advantage_of_each_token(word: str) -> Reading:
    return reading(
        word, "[B, L]", f"{word}[i, t]: the advantage of sequence i, beside each of its tokens", _per_token,
        {"sequence_advantages": lambda a: a[word][:, 0]}, needs=("sequence_advantages", "token_terms"),
        among=OBJECTIVES,
    )  # fmt: skip


def _advantages(word: str) -> tuple[Reading, ...]:
    """The advantage of a sequence: once, as a column, or beside each of its tokens."""
    needs, among = ("sequence_advantages",), OBJECTIVES
    said = f"{word}: the advantage of each"
    return (
        reading(
            word, "[B]", f"{said} sequence", _told("sequence_advantages"), {"sequence_advantages": _told(word)},
            needs=needs, among=among,
        ),
        reading(
            word, "[B, 1]", f"{said} sequence, as a column", lambda d: d["sequence_advantages"][:, None],
            {"sequence_advantages": lambda a: a[word][:, 0]}, needs=needs, among=among,
        ),
        _advantage_of_each_token(word),
    )  # fmt: skip


def _lengths(drawn: Facts) -> Any:
    return _shown(drawn).sum(axis=1)


def _shown(drawn: Facts) -> Any:
    return drawn["token_mask" if "token_mask" in drawn else "sparse_token_mask"]


def _count(drawn: Facts) -> int:
    return int(_shown(drawn).sum())


def _packed(drawn: Facts) -> Facts:
    """The tokens that count first, as padding on the right leaves them."""
    masks = [name for name in ("token_mask", "sparse_token_mask") if name in drawn]
    return {**drawn, **{name: -np.sort(-drawn[name].astype(int)) > 0 for name in masks}}


def _everything(drawn: Facts) -> Facts:
    return {**drawn, **{n: np.ones_like(drawn[n]) for n in ("token_mask", "sparse_token_mask") if n in drawn}}


def _first(lengths: Any, like: Any) -> Any:
    return np.arange(np.shape(like)[1]) < np.asarray(lengths)[:, None]


def _all_of(fact: str) -> Callable[[Facts], Any]:
    return lambda facts: np.ones(np.shape(facts[fact]), dtype=bool)


def _two_at_least(drawn: Facts) -> Facts:
    """Twice as many tokens, where there is one alone: it has no standard deviation."""
    shown = _shown(drawn)
    if shown.sum() > 1:
        return drawn
    wider = {name: np.concatenate([v, v], axis=1) for name, v in drawn.items() if np.shape(v)[:2] == shown.shape}
    return {**drawn, **wider}


def _score_on_the_last(drawn: Facts) -> Any:
    mask = drawn["token_mask"]
    last = mask & (mask[:, ::-1].cumsum(axis=1)[:, ::-1] == 1)
    return where(last, drawn["sequence_rewards"][:, None], 0)


READINGS: tuple[Reading, ...] = (
    *(_mask(word, "token_mask", EVERY_SEQUENCE) for word in HIDING),
    *(_mask(word, "sparse_token_mask", SPARSE) for word in HIDING),
    *(
        reading(
            word, "beside_truncated", f"{word}[i, t]: token t of sequence i counts, if the sequence was not cut",
            _told("sparse_token_mask"), {"full_token_mask": _told(word)}, needs=("sparse_token_mask",), among=SPARSE,
        )
        for word in HIDING
    ),
    reading(
        "lengths", "own", "lengths[i]: the first so many tokens of sequence i count", _lengths,
        {"token_lengths": _told("lengths")}, needs=("token_mask",), among=EVERY_SEQUENCE, prepare=_packed,
    ),
    reading(
        "lengths", "own", "lengths[i]: the first so many tokens of sequence i count", _lengths,
        {"token_lengths": _told("lengths")}, needs=("sparse_token_mask",), among=SPARSE, prepare=_packed,
    ),
    reading(
        "token_count", "own", "token_count: how many tokens of the batch count", _count, {},
        needs=("sparse_token_mask",), among=TOKEN_MEANS,
    ),
    reading(
        "sequence_count", "own", "sequence_count: how many sequences the batch has", lambda d: len(d["token_mask"]), {},
        needs=("token_mask",), among=SEQUENCE_MEANS,
    ),
    reading(
        "truncated_sequences", "own", "truncated_sequences[i]: sequence i was cut, and does not count",
        lambda d: d["truncated_sequences"], {"truncated_sequences": _told("truncated_sequences")},
        needs=("truncated_sequences",), among=SPARSE,
    ),
    reading(
        "truncated", "tokens", "truncated[i]: sequence i was cut, and does not count",
        lambda d: d["truncated_sequences"], {"truncated_sequences": _told("truncated")},
        needs=("truncated_sequences",), among=SPARSE,
    ),
    *_alike(("log_probs", "token_log_probs"), "token_log_probs", "of each token", OF_LOG_PROBS),
    *_alike(("old_log_probs",), "old_token_log_probs", "of each token, when it was sampled", (*RATIOS, *OBJECTIVES)),
    *_alike(("ref_log_probs",), "reference_token_log_probs", "of each token, under the reference", OF_LOG_PROBS),
    *_alike(("old_log_probs",), "token_log_probs", "of each token, when it was sampled", IN_REWARD),
    *_alike(("values", "rewards", "returns"), "token_advantages", "numbers to be normalised", NORMALISED),
    *_alike(("x", "tensor", "advantages"), "token_advantages", "numbers to be normalised", NORMALISED),
    *_alike(TERMS, "token_terms", "what is averaged", MEANS),
    *_alike(("log_probs",), "token_log_probs", "of each token", MEANS, "factor"),
    *_alike(("old_log_probs",), "old_token_log_probs", "of each token", MEANS),
    *_alike(("advantages",), "token_advantages", "of each token", MEANS, "factor"),
    *_alike(("ratios",), "token_ratios", "of each token", (*MEANS, *OBJECTIVES, *RATIOS[1:]), "factor"),
    *_advantages("advantages"),
    _advantage_of_each_token("token_advantages"),
    *_alike(("rewards", "scores", "returns"), "sequence_rewards", "the score of each sequence", IN_REWARD),
    reading(
        "token_scores", "own", "token_scores[i, t]: the score of sequence i, at its last token", _score_on_the_last,
        {"sequence_rewards": lambda a: a["token_scores"].sum(axis=1)}, needs=("sequence_rewards", "token_mask"),
        among=IN_REWARD,
    ),
    reading(
        "kl", "k1", "kl[i, t]: log-probability less that of the reference",
        lambda d: d["token_log_probs"] - d["reference_token_log_probs"], {"log_ratio_to_reference": _told("kl")},
        needs=("token_log_probs", "reference_token_log_probs"), among=IN_REWARD,
    ),
    reading(
        "log_ratios", "tokens", "log_ratios[i, t]: log-probability less that of the policy that sampled",
        lambda d: d["token_log_probs"] - d["old_token_log_probs"], {"token_log_ratios": _told("log_ratios")},
        needs=("token_log_probs", "old_token_log_probs"), among=(*RATIOS, *OBJECTIVES),
    ),
    reading(
        "unbiased", "own", "unbiased: the squares are divided by n - 1", lambda d: d["ddof"] == 1,
        {"ddof": lambda a: int(a["unbiased"])}, needs=("ddof",), among=("ddof",),
    ),
)  # fmt: skip


def _clip(facts: Facts) -> Any:
    ratios = exp(facts["token_log_probs"] - facts["old_token_log_probs"])
    return clip_higher(ratios, facts["token_advantages"], clip_low=facts["clip_low"], clip_high=facts["clip_high"])


def _constants(fact: str, among: Sequence[str], constants: Sequence[float], **options: Any) -> tuple[Rule, ...]:
    """Built-in constants: each is right, but says so."""
    return tuple(
        rule(
            fact, (), lambda _, constant=constant: rational(constant), convention=f"{constant:g}",
            limit=f"another {fact} than {constant:g}", among=among, **options,
        )
        for constant in constants
    )  # fmt: skip


def _no_penalty(facts: Facts) -> Any:
    return 0 * facts["sequence_rewards"][:, None] + 0 * np.asarray(facts["token_mask"]).astype(int)


def _negated(facts: Facts) -> Any:
    return -facts["signless_terms"]


RULES: tuple[Rule, ...] = (
    rule("token_mask", ("full_token_mask", "truncated_sequences"),
         lambda f: f["full_token_mask"] & ~np.asarray(f["truncated_sequences"])[:, None], among=SPARSE),
    *(
        rule("token_mask", ("token_lengths", fact), lambda f, fact=fact: _first(f["token_lengths"], f[fact]),
             among=MASKED, beside=("token_lengths", fact))
        for fact in ("token_terms", "token_log_probs", "token_advantages")
    ),
    *(
        rule("token_mask", (fact,), _all_of(fact), limit="padding", restrict=_everything, among=MASKED, beside=(fact,),
             unless=("token_lengths", "full_token_mask"))
        for fact in ("token_terms", "token_log_probs", "token_advantages", "token_log_ratios", "token_ratios")
    ),
    # ratios and their logarithms for two log-probabilities
    rule("token_log_probs", ("token_log_ratios",), lambda f: f["token_log_ratios"], among=OF_LOG_PROBS),
    rule("old_token_log_probs", ("token_log_ratios",), lambda f: 0 * f["token_log_ratios"], among=OF_LOG_PROBS,
         unless=("token_log_probs",)),
    rule("old_token_log_probs", ("token_log_probs", "token_log_ratios"),
         lambda f: f["token_log_probs"] - f["token_log_ratios"], among=OF_LOG_PROBS, beside=("token_log_probs",)),
    rule("token_log_probs", ("token_ratios",), lambda f: log(f["token_ratios"]), among=OF_LOG_PROBS,
         unless=("token_log_ratios",)),
    rule("old_token_log_probs", ("token_ratios",), lambda f: 0 * f["token_ratios"], among=OF_LOG_PROBS,
         unless=("token_log_probs",)),
    rule("old_token_log_probs", ("token_log_probs", "token_ratios"),
         lambda f: f["token_log_probs"] - log(f["token_ratios"]), among=OF_LOG_PROBS,
         beside=("token_log_probs", "token_ratios")),
    # the reference
    rule("token_log_probs", ("log_ratio_to_reference",), lambda f: f["log_ratio_to_reference"], among=IN_REWARD),
    rule("reference_token_log_probs", ("log_ratio_to_reference",), lambda f: 0 * f["log_ratio_to_reference"],
         among=IN_REWARD),
    rule("reference_token_log_probs", ("token_log_probs",), lambda f: f["token_log_probs"],
         limit="the penalty for leaving the reference", among=(*OBJECTIVES, *IN_REWARD)),
    rule("beta", (), lambda _: rational(0), limit="the coefficient of the penalty", among=OBJECTIVES,
         unless=("reference_token_log_probs",)),
    *_constants("beta", (*OBJECTIVES, *IN_REWARD), (0.04, 0.1, 0.01, 0.001, 1.0),
                beside=("reference_token_log_probs",)),
    rule("token_log_probs", ("token_mask",), _no_penalty,
         limit="the penalty for leaving the reference", among=IN_REWARD, unless=("log_ratio_to_reference",)),
    rule("beta", (), lambda _: rational(0), limit="the coefficient of the penalty", among=IN_REWARD,
         unless=("reference_token_log_probs", "log_ratio_to_reference")),
    # the band
    rule("clip_low", ("clip_epsilon",), lambda f: f["clip_epsilon"], among=CLIPPED, beside=("clip_epsilon",)),
    rule("clip_high", ("clip_epsilon",), lambda f: f["clip_epsilon"], among=CLIPPED, beside=("clip_epsilon",)),
    rule("clip_epsilon", ("clip_low", "clip_high"), lambda f: f["clip_low"], among=OBJECTIVES,
         beside=("clip_low", "clip_high"), restrict=lambda d: {**d, "clip_high": d["clip_low"]}),
    *_constants("clip_epsilon", CLIPPED, (0.2, 0.1, 0.3), unless=("clip_low", "clip_high")),
    *_constants("clip_low", ("tokens.dapo_objective", "tokens.gspo_objective", "tokens.clip_higher"), (0.2, 3e-4),
                unless=("clip_epsilon",)),
    *_constants("clip_high", ("tokens.dapo_objective", "tokens.gspo_objective", "tokens.clip_higher"),
                (0.28, 0.2, 4e-4), unless=("clip_epsilon",)),
    # terms that the function makes itself
    rule("signless_terms", ("token_log_probs", "token_advantages"),
         lambda f: f["token_log_probs"] * f["token_advantages"], among=MEANS, unless=("old_token_log_probs",)),
    rule("signless_terms", ("token_ratios", "token_advantages"), lambda f: f["token_ratios"] * f["token_advantages"],
         among=MEANS, unless=("clip_low", "clip_epsilon")),
    rule("signless_terms", ("token_log_probs", "old_token_log_probs", "token_advantages", "clip_low", "clip_high"),
         _clip, among=MEANS, beside=("old_token_log_probs",)),
    rule("token_terms", ("signless_terms",), lambda f: f["signless_terms"], among=MEANS, convention="to be maximised"),
    rule("token_terms", ("signless_terms",), _negated, among=MEANS, convention="to be minimised"),
    rule("clip_low", ("clip_epsilon",), lambda f: f["clip_epsilon"], among=MEANS),
    rule("clip_high", ("clip_epsilon",), lambda f: f["clip_epsilon"], among=MEANS),
    *_constants("max_tokens", ("tokens.sequence_sum_constant", "tokens.dr_grpo_objective"), (1,)),
    # standard deviations
    rule("ddof", (), lambda _: 0, convention="0", limit="another divisor than n", among=NORMALISED),
    rule("ddof", (), lambda _: 1, convention="1", limit="another divisor than n - 1", among=NORMALISED,
         restrict=_two_at_least),
    *_constants("norm_epsilon", NORMALISED, (1e-8, 0.0, 1e-5, 1e-6, 1e-4)),
)  # fmt: skip

SYNONYMS = {
    "mask": (
        *("completion_mask", "response_mask", "action_mask", "loss_mask", "attention_mask", "masks", "eos_mask"),
        *("resp_mask", "padding_mask", "token_masks", "m", "response_masks", "completions_mask", "loss_masks"),
    ),
    "log_probs": (
        *("per_token_logps", "logps", "logprobs", "token_logps", "new_logps", "new_logprobs", "new_log_probs", "logp"),
        *("current_log_probs", "policy_log_probs", "policy_logprobs", "curr_logprobs", "log_prob", "logp_new"),
        *("per_token_log_probs", "new_logp", "action_log_probs", "action_logprobs", "lp"),
    ),
    "old_log_probs": (
        *("old_per_token_logps", "old_logps", "old_logprobs", "old_logp", "prev_log_probs", "prev_logprobs"),
        *("generation_logprobs", "sampling_log_probs", "behaviour_log_probs", "behavior_log_probs", "old_log_prob"),
        *("rollout_log_probs", "logp_old", "sampling_per_token_logps", "old_action_log_probs", "old_lp"),
        *("vllm_log_probs", "inference_log_probs", "rollout_logprobs", "mu_log_probs"),
    ),
    "ref_log_probs": (
        *("ref_per_token_logps", "ref_logps", "ref_logprobs", "ref_logp", "ref_log_prob", "reference_log_probs"),
        *("reference_logprobs", "reference_policy_logprobs", "base_log_probs", "base_action_log_probs", "logp_ref"),
        *("log_probs_ref", "logprobs_ref", "reference_logps", "ref_token_log_probs", "ref_lp"),
    ),
    "log_ratios": ("log_ratio", "logratio", "logratios", "log_is_ratio", "negative_approx_kl", "log_weights"),
    "ratios": ("ratio", "importance_ratios", "importance_weights", "coef_1", "token_ratios", "rho", "is_weights"),
    "advantages": ("advantage", "adv", "advs", "A", "sequence_advantages"),
    "kl": ("kls", "kl_penalty", "kld", "kl_div", "per_token_kl", "approx_kl"),
    "scores": (
        *("score", "rm_scores", "reward_scores", "sequence_rewards", "sequence_scores", "terminal_rewards", "r"),
        *("outcome_rewards", "reward_score", "terminal_reward", "final_rewards"),
    ),
    "token_scores": ("token_level_scores", "token_level_rewards"),
    "lengths": (
        *("sequence_lengths", "seq_lens", "seq_lengths", "response_lengths", "completion_lengths", "num_tokens"),
        *("response_length", "sequence_length", "lens", "response_lens"),
    ),
    "token_count": (
        *("num_items_in_batch", "batch_num_tokens", "num_items", "total_tokens", "global_num_tokens", "n_tokens"),
        *("global_normalization_factor", "normalizer", "loss_denominator"),
    ),
    "sequence_count": ("batch_size", "global_batch_size", "num_sequences", "num_seqs", "B"),
    "truncated_sequences": ("is_truncated", "truncated_completions", "truncation_mask", "was_truncated"),
    "losses": (
        *("per_token_loss", "per_token_losses", "loss_mat", "pg_losses", "pg_loss", "policy_losses", "token_terms"),
        *("per_token_policy_loss", "per_token_terms"),
    ),
    "beta": ("kl_coef", "kl_coeff", "kl_coefficient", "kl_ctl", "kl_loss_coef", "kl_weight", "kl_beta", "init_kl_coef"),
    "clip_epsilon": (
        *("eps", "epsilon", "clip_eps", "clip_range", "cliprange", "clip_ratio", "clip_param", "clip", "eps_clip"),
        *("ppo_clip", "clip_coef", "epsilon_clip", "policy_clip"),
    ),
    "clip_low": (
        *("epsilon_low", "eps_low", "clip_ratio_low", "clip_eps_low", "cliprange_low", "clip_epsilon_low", "low"),
        *("eps_clip_low", "ratio_clip_min", "epsilon_lower", "clip_lower"),
    ),
    "clip_high": (
        *("epsilon_high", "eps_high", "clip_ratio_high", "clip_eps_high", "cliprange_high", "clip_epsilon_high"),
        *("eps_clip_high", "ratio_clip_max", "epsilon_upper", "clip_upper", "high"),
    ),
    "norm_epsilon": ("eps", "epsilon", "std_eps", "norm_eps", "advantage_epsilon", "eps_norm", "adv_eps"),
    "ddof": ("correction",),
    "max_tokens": (
        *("max_completion_length", "max_length", "max_len", "max_response_length", "max_new_tokens", "divisor"),
        *("constant", "max_seq_len", "generation_max_length", "loss_scale_factor", "norm_factor", "scale_factor"),
    ),
}

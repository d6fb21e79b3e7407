"""Contracts of token sequences: equations composed of parts, so that a deviation can exchange one of them.

The parts of an objective: a ratio, the clipped term, a penalty, and the mean over tokens and sequences. Those of
normalised advantages: a mean or baseline, a variance, a scale, and the division by it.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from ...spec import tokens
from ...spec.numbers import exp, float64, sqrt, stack, where
from ...spec.standardisation import deviations, divided
from ..contract import Extra
from ..reading import Facts

Part = Callable[..., Any]


def masked(array: Any, mask: Any) -> Any:
    """Zero wherever the mask hides."""
    return where(mask, array, 0)


def _part(facts: Facts, name: str, default: Part) -> Part:
    return facts.get("parts", {}).get(name, default)


# --- means over tokens: of terms, a mask and all facts ---------------------------------------------------


def token_mean(terms: Any, mask: Any, _: Facts) -> Any:
    """Mean over all tokens."""
    return masked(terms, mask).sum() / int(mask.sum())


def sequence_mean(terms: Any, mask: Any, _: Facts) -> Any:
    """Mean over sequences of the mean over tokens."""
    return tokens.sequence_mean(terms, mask)


def sequence_sum(terms: Any, mask: Any, facts: Facts) -> Any:
    """Mean over sequences of the sum over tokens, divided by a constant."""
    return masked(terms, mask).sum() / facts["max_tokens"] / len(terms)


def _aggregated(facts: Facts, aggregate: Part) -> Any:
    return _part(facts, "aggregate", aggregate)(facts["token_terms"], facts["token_mask"], facts)


# --- ratios, clipped terms, penalties --------------------------------------------------------------------


def log_ratios(facts: Facts) -> Any:
    """The logarithm of each token's ratio, under the mask and outside."""
    return facts["token_log_probs"] - facts["old_token_log_probs"]


def ratio_of_tokens(facts: Facts) -> Any:
    """One ratio for each token."""
    return exp(log_ratios(facts))


def ratio_of_sequences(facts: Facts) -> Any:
    """One ratio for each sequence: the product."""
    return exp(masked(log_ratios(facts), facts["token_mask"]).sum(axis=1))


def geometric_ratio(facts: Facts) -> Any:
    """One ratio for each sequence: the geometric mean; one, if it has no tokens."""
    counts = np.maximum(facts["token_mask"].sum(axis=1), 1)
    return exp(masked(log_ratios(facts), facts["token_mask"]).sum(axis=1) / counts)


def clipped(ratios: Any, advantages: Any, low: Any, high: Any) -> Any:
    """The smaller of the term and the clipped term."""
    return tokens.clip_higher(ratios, advantages, clip_low=low, clip_high=high)


def k3_penalty(facts: Facts) -> Any:
    """The coefficient times the estimate k3 of KL(new || reference)."""
    difference = facts["reference_token_log_probs"] - facts["token_log_probs"]
    return facts["beta"] * (exp(difference) - difference - 1)


def no_penalty(facts: Facts) -> Any:
    """Zero for each token."""
    return 0 * facts["token_log_probs"]


def band(facts: Facts) -> tuple[Any, Any]:
    """The two ends of the band, below and above one."""
    one = facts.get("clip_epsilon")
    return facts.get("clip_low", one), facts.get("clip_high", one)


def _objective(ratio: Part, penalty: Part, aggregate: Part) -> Callable[[Facts], Any]:
    def composed(facts: Facts) -> Any:
        ratios = _part(facts, "ratio", ratio)(facts)
        ratios = (ratios[:, None] if ratios.ndim == 1 else ratios) + 0 * facts["token_log_probs"]
        advantages = facts["sequence_advantages"][:, None] + 0 * ratios
        terms = _part(facts, "clip", clipped)(ratios, advantages, *band(facts))
        whole = _part(facts, "aggregate", aggregate)
        lost = _part(facts, "penalty", penalty)(facts)
        if "aggregate of the penalty" not in facts.get("parts", {}):
            return whole(terms - lost, facts["token_mask"], facts)
        apart = facts["parts"]["aggregate of the penalty"](lost, facts["token_mask"], facts)
        return whole(terms, facts["token_mask"], facts) - apart

    return composed


def _divergence(aggregate: Part) -> dict[str, Any]:
    """A loss, and the mean of the estimate k3 beside it."""

    def mean(facts: Facts, _: Any) -> Any:
        difference = facts["reference_token_log_probs"] - facts["token_log_probs"]
        return aggregate(exp(difference) - difference - 1, facts["token_mask"], facts)

    return {"loss": lambda _, objective: -objective, "mean_kl": mean}


def _ratio(ratio: Part, *, of_tokens: bool) -> Callable[[Facts], Any]:
    def composed(facts: Facts) -> Any:
        found = _part(facts, "ratio", ratio)(facts)
        return found[:, None] + 0 * facts["token_log_probs"] if of_tokens and found.ndim == 1 else found

    return composed


def _clip_higher(facts: Facts) -> Any:
    return _part(facts, "clip", clipped)(facts["ratios"], facts["advantages"], *band(facts))


# --- rewards of tokens -----------------------------------------------------------------------------------


def score_on_the_last(facts: Facts) -> Any:
    """The score on the last token that counts."""
    mask = facts["token_mask"]
    last = mask & (mask[:, ::-1].cumsum(axis=1)[:, ::-1] == 1)
    return where(last, facts["sequence_rewards"][:, None], 0)


def k1_penalty(facts: Facts) -> Any:
    """The coefficient times the log-ratio to the reference."""
    return facts["beta"] * (facts["token_log_probs"] - facts["reference_token_log_probs"])


def _kl_in_reward(facts: Facts) -> Any:
    score, penalty = _part(facts, "score", score_on_the_last), _part(facts, "penalty", k1_penalty)
    return masked(score(facts) - penalty(facts), facts["token_mask"])


def _kl(facts: Facts, _: Any) -> Any:
    return facts["token_log_probs"] - facts["reference_token_log_probs"]


def _without_score(facts: Facts, _: Any) -> Any:
    return -k1_penalty(facts)


# --- normalised advantages -------------------------------------------------------------------------------


def masked_mean(array: Any, mask: Any) -> Any:
    """The mean of what the mask shows."""
    return masked(array, mask).sum() / int(mask.sum())


def masked_variance(array: Any, mask: Any, ddof: int) -> Any:
    """The variance of what the mask shows."""
    return deviations(masked(array, mask).reshape(1, -1), mask.reshape(1, -1), ddof)[1][0, 0]


def root_plus(variance: Any, epsilon: Any) -> Any:
    """The standard deviation, and a small number."""
    return sqrt(variance) + epsilon


def root_of_sum(variance: Any, epsilon: Any) -> Any:
    """The root of the variance and a small number."""
    return sqrt(variance + epsilon)


def quotient(array: Any, mean: Any, scale: Any) -> Any:
    """Centred, and divided where the scale is not zero."""
    return divided(array - mean, scale + 0 * array)


def _normalised(scale: Part) -> Callable[[Facts], Any]:
    def composed(facts: Facts) -> Any:
        array, mask = facts["token_advantages"], facts["token_mask"]
        mean = _part(facts, "mean", masked_mean)(array, mask)
        variance = _part(facts, "variance", masked_variance)(array, mask, facts["ddof"])
        spread = _part(facts, "scale", scale)(variance, facts["norm_epsilon"])
        return _part(facts, "quotient", quotient)(array, mean, spread)

    return composed


def group_mean(rewards: Any) -> Any:
    """The mean of each group."""
    return (rewards.sum(axis=1) / rewards.shape[1])[:, None] + 0 * rewards


def mean_of_the_others(rewards: Any) -> Any:
    """The mean of each group without the sequence itself."""
    return (rewards.sum(axis=1)[:, None] - rewards) / (rewards.shape[1] - 1)


def group_variance(rewards: Any, ddof: int) -> Any:
    """The variance of each group."""
    return deviations(rewards, np.ones(rewards.shape, bool), ddof)[1] + 0 * rewards


def variance_of_the_others(rewards: Any, ddof: int) -> Any:
    """The variance of each group without the sequence itself."""
    size = rewards.shape[1]
    others = [[j for j in range(size) if j != i] for i in range(size)]
    columns = [group_variance(rewards[:, indices], ddof)[:, 0] for indices in others]
    return stack(columns).T


def plus_where_positive(variance: Any, epsilon: Any) -> Any:
    """The standard deviation, and a small number, where it is not zero: elsewhere one."""
    positive = _is_positive(variance)
    return where(positive, sqrt(where(positive, variance, 1)) + epsilon, 1)


def _is_positive(array: Any) -> Any:
    return float64(getattr(array, "value", array)) > 0


def _grouped(baseline: Part, variance: Part | None = None, scale: Part = root_plus) -> Callable[[Facts], Any]:
    def composed(facts: Facts) -> Any:
        rewards = facts["group_rewards"]
        mean = _part(facts, "baseline", baseline)(rewards)
        spread = facts.get("parts", {}).get("variance", variance)
        if spread is None:
            return rewards - mean
        scaled = _part(facts, "scale", scale)(spread(rewards, facts.get("ddof", 0)), facts.get("norm_epsilon", 0))
        return _part(facts, "quotient", quotient)(rewards, mean, scaled)

    return composed


def _no_spread(facts: Facts) -> bool:
    rewards = facts["group_rewards"]
    return bool(facts["norm_epsilon"] == 0) and any(len(set(map(str, row))) == 1 for row in rewards)


def _no_spread_of_tokens(facts: Facts) -> bool:
    shown = facts["token_advantages"][facts["token_mask"]]
    return bool(facts["norm_epsilon"] == 0) and len(set(map(str, shown))) == 1


def _all_in_one_group(parts: Callable[[Facts], Any], name: str) -> Callable[[Facts], dict[str, Any]]:
    """Every sequence in one group: what a function of one group does, whatever the shape of its rewards."""

    def composed(facts: Facts) -> dict[str, Any]:
        rewards = facts["group_rewards"]
        return {name: parts({**facts, "group_rewards": rewards.reshape(1, -1)}).reshape(*rewards.shape)}

    return composed


def _groups(
    name: str, parts: Callable[[Facts], Any], undefined: Callable[[Facts], bool] | None = None
) -> dict[str, Extra]:
    """Group advantages in rows, in one list, or beside each token of their sequence."""
    needs = {"of each token": ("group_token_mask",), "of_tokens": ("group_token_mask",)}
    return {
        f"tokens.{name}": Extra(
            {"of_tokens": _of_each_token}, (("of_tokens", "of_tokens"),), needs, undefined,
            accepts=(_all_in_one_group(parts, name),), unless=("group_size", "group_index"),
            shapes=_GROUP_SHAPES, parts=parts,
        )
    }  # fmt: skip


def _one_list(_: Facts, result: Any) -> Any:
    return result.reshape(-1)


def _one_list_in_turn(_: Facts, result: Any) -> Any:
    return result.T.reshape(-1)


def _of_each_token(facts: Facts, result: Any) -> Any:
    mask = facts["group_token_mask"]
    return masked(result.T.reshape(-1)[:, None] + 0 * mask.astype(int), mask)


_GROUP_SHAPES = {"one list": _one_list, "one list, groups in turn": _one_list_in_turn, "of each token": _of_each_token}
_RATIO_SHAPES = {
    "a column": lambda _, result: result[:, None],
    "beside each token": lambda facts, result: result[:, None] + 0 * facts["token_log_probs"],
}

CONTRACTS = {
    "tokens.token_mean": Extra(parts=lambda f: _aggregated(f, token_mean)),
    "tokens.sequence_mean": Extra(parts=lambda f: _aggregated(f, sequence_mean), rows=True),
    "tokens.sequence_sum_constant": Extra(parts=lambda f: _aggregated(f, sequence_sum), rows=True),
    "tokens.token_ratio": Extra(parts=_ratio(ratio_of_tokens, of_tokens=True)),
    "tokens.sequence_importance_ratio": Extra(parts=_ratio(ratio_of_sequences, of_tokens=False), shapes=_RATIO_SHAPES),
    "tokens.sequence_ratio": Extra(parts=_ratio(geometric_ratio, of_tokens=False), shapes=_RATIO_SHAPES),
    "tokens.clip_higher": Extra(parts=_clip_higher),
    "tokens.grpo_objective": Extra(
        _divergence(sequence_mean),
        (("grpo_objective", "mean_kl"), ("loss", "mean_kl")),
        parts=_objective(ratio_of_tokens, k3_penalty, sequence_mean),
        rows=True,
    ),
    "tokens.grpo_token_mean_objective": Extra(
        _divergence(token_mean),
        (("grpo_token_mean_objective", "mean_kl"), ("loss", "mean_kl")),
        parts=_objective(ratio_of_tokens, k3_penalty, token_mean),
    ),
    "tokens.dr_grpo_objective": Extra(parts=_objective(ratio_of_tokens, no_penalty, sequence_sum), rows=True),
    "tokens.dapo_objective": Extra(parts=_objective(ratio_of_tokens, no_penalty, token_mean)),
    "tokens.gspo_objective": Extra(parts=_objective(geometric_ratio, no_penalty, sequence_mean), rows=True),
    "tokens.kl_in_reward": Extra(
        {"kl": _kl, "penalties": _without_score},
        (
            *(("kl_in_reward", "kl"), ("kl_in_reward", "penalties"), ("kl_in_reward", "penalties", "kl")),
            ("kl_in_reward", "kl", "penalties"),
        ),
        parts=_kl_in_reward,
    ),
    "tokens.masked_advantage_normalisation": Extra(parts=_normalised(root_plus), undefined=_no_spread_of_tokens),
    "tokens.masked_advantage_whitening": Extra(parts=_normalised(root_of_sum), undefined=_no_spread_of_tokens),
    **_groups("group_advantages", _grouped(group_mean, group_variance), _no_spread),
    **_groups("dr_grpo_advantages", _grouped(group_mean)),
    **_groups("rloo_advantages", _grouped(mean_of_the_others)),
    **_groups(
        "leave_one_out_normalised_advantages",
        _grouped(mean_of_the_others, variance_of_the_others, plus_where_positive),
    ),
}

"""Deviations of scaled rewards and of explained variance."""

from collections.abc import Callable
from typing import Any

import numpy as np
from flint import arb

from ...spec.numbers import maximum, minimum, rational, sqrt, stack, where
from ...spec.standardisation import divided
from ..contract import Outputs
from ..contracts.scaling import each_by_the_sums_until_then, sums_so_far, variance
from ..deviation import BUG, CONTESTED, DELIBERATE, Deviation, deviation, instead
from ..reading import Facts

NEEDS = ("rewards", "terminated", "truncated", "gamma", "ddof", "norm_epsilon")
ASKED = ("openai/gym PR#3152", "Farama-Foundation/Gymnasium#1272", "DLR-RM/stable-baselines3#2206")


def _mean(array: Any) -> Any:
    return array.sum() / array.size


def _outputs(facts: Facts, rewards: Any, sums: Any) -> Outputs:
    """All results, of these rewards and these sums."""
    scale = sqrt(variance(sums, facts["ddof"]) + facts["norm_epsilon"])
    so_far = each_by_the_sums_until_then(facts, rewards, sums)
    outside = divided(rewards, sqrt(variance(sums, facts["ddof"])) + facts["norm_epsilon"])
    return {
        "reward_scaling": divided(rewards, scale), "so_far": so_far, "epsilon_outside_the_root": outside,
        "scale": scale,
    }  # fmt: skip


def _other_sums(name: str, says: str, sums: Callable[[Facts], Any], **more: Any) -> Deviation:
    return deviation(name, says, instead(lambda f: _outputs(f, f["rewards"], sums(f))), needs=NEEDS, **more)


def _other_rewards(name: str, says: str, rewards: Callable[[Facts], Any], **more: Any) -> Deviation:
    return deviation(name, says, instead(lambda f: _outputs(f, rewards(f), sums_so_far(f))), needs=NEEDS, **more)


def _other_scale(name: str, says: str, scale: Callable[[Any, Any, Any], Any], **more: Any) -> Deviation:
    """Another divisor, from the sums, their variance and epsilon: of all sums, or of those until then."""

    def of(facts: Facts, sums: Any) -> Any:
        return scale(sums, variance(sums, facts["ddof"]), facts["norm_epsilon"])

    def find(facts: Facts) -> Outputs:
        sums, rewards = sums_so_far(facts), facts["rewards"]
        each = stack([divided(rewards[t], of(facts, sums[: t + 1])) for t in range(len(sums))])
        return {"reward_scaling": divided(rewards, of(facts, sums)), "so_far": each, "scale": of(facts, sums)}

    return deviation(name, says, instead(find), needs=NEEDS, **more)


def _forward(facts: Facts) -> Any:
    following, found = 0 * facts["rewards"][0], []
    ended = facts["terminated"] | facts["truncated"]
    for t in reversed(range(len(facts["rewards"]))):
        following = facts["rewards"][t] + facts["gamma"] * where(ended[t], 0 * following, following)
        found.append(following)
    return stack(found[::-1])


def _across_ends(facts: Facts) -> Any:
    return sums_so_far({**facts, "terminated": facts["terminated"] & False, "truncated": facts["truncated"] & False})


def _reset_too_early(facts: Facts) -> Any:
    """The sum is set to zero by the flag of the step itself, before its reward is added."""
    so_far, found = 0 * facts["rewards"][0], []
    for reward, ended in zip(facts["rewards"], facts["terminated"] | facts["truncated"], strict=True):
        so_far = reward + facts["gamma"] * where(ended, 0 * so_far, so_far)
        found.append(so_far)
    return stack(found)


def _clipped(array: Any) -> Any:
    return minimum(maximum(array, -10), 10)


def _with_clip(facts: Facts) -> Outputs:
    outputs = _outputs(facts, facts["rewards"], sums_so_far(facts))
    return {**outputs, **{name: _clipped(outputs[name]) for name in ("reward_scaling", "so_far")}}


def _with_prior(facts: Facts) -> Outputs:
    """Running moments that begin as those of a ten-thousandth of a sample of mean zero and variance one."""
    weight, sums, found = rational("1/10000"), sums_so_far(facts), []
    for t in range(len(sums)):
        seen = sums[: t + 1]
        count = weight + seen.size
        mean = seen.sum() / count
        square = weight * (1 + mean * mean) + ((seen - mean) * (seen - mean)).sum()
        found.append(sqrt(square / count + facts["norm_epsilon"]))
    each = stack([divided(reward, scale) for reward, scale in zip(facts["rewards"], found, strict=True)])
    return {"reward_scaling": each, "so_far": each, "scale": found[-1]}


def _one_late(facts: Facts) -> Outputs:
    """Each reward divided by the deviation of the sums before it; the first stays as it is."""
    sums, rewards = sums_so_far(facts), facts["rewards"]
    scales = [sqrt(variance(sums[:t], facts["ddof"]) + facts["norm_epsilon"]) for t in range(1, len(sums))]
    each = stack([rewards[0], *(divided(r, s) for r, s in zip(rewards[1:], scales, strict=True))])
    return {"reward_scaling": each, "so_far": each, "scale": (scales or [1 + 0 * sums[0]])[-1]}


_REWARDS = (
    _other_sums("forward_looking_sum", "the deviation is that of the returns, whose sums look forwards", _forward,
                effect="the scale of what the critic learns; known only when the episode has ended", kind=CONTESTED,
                seen=ASKED),
    _other_sums("spread_of_the_rewards", "the deviation is that of the rewards themselves, not of their sums",
                lambda f: f["rewards"], kind=CONTESTED),
    _other_sums("sums_across_episodes", "the sum runs on over the ends of episodes", _across_ends),
    _other_sums("sums_reset_a_step_early", "the sum forgets what came before the last step of an episode",
                _reset_too_early),
    _other_rewards("rewards_centred", "the mean reward is subtracted", lambda f: f["rewards"] - _mean(f["rewards"]),
                   effect="where the length of an episode matters, another task", kind=CONTESTED),
    _other_rewards("centred_by_the_sums", "the mean of the sums is subtracted from the rewards",
                   lambda f: f["rewards"] - _mean(sums_so_far(f)), effect="another task"),
    _other_rewards("sums_scaled", "the sums are scaled, and stand for the rewards", sums_so_far),
    _other_scale("no_epsilon", "epsilon is missing", lambda _, v, __: sqrt(v)),
    _other_scale("divided_by_the_variance", "the divisor is the variance, not the deviation", lambda _, v, e: v + e),
    _other_scale("root_mean_square", "the divisor is the root mean square of the sums, not their deviation",
                 lambda sums, _, e: sqrt(_mean(sums * sums) + e), kind=CONTESTED),
    _other_scale("multiplied", "the deviation multiplies", lambda _, v, e: 1 / sqrt(v + e)),
    deviation("clipped_to_ten", "the scaled rewards are clipped to [-10, 10]", instead(_with_clip), needs=NEEDS,
              kind=DELIBERATE, seen=("OpenAI baselines VecNormalize",)),
    deviation("moments_with_a_prior", "the running moments begin as those of a small sample of variance one",
              instead(_with_prior), needs=NEEDS, kind=DELIBERATE, seen=("Gymnasium RunningMeanStd",)),
    deviation("sums_before_the_reward", "each reward is divided by the deviation of the sums before it",
              instead(_one_late), needs=NEEDS, kind=DELIBERATE),
)  # fmt: skip

Undefined = Callable[[Any, Any], Any]


def _zero(part: Any, _: Any) -> Any:
    return 0 * part


def _nan(part: Any, _: Any) -> Any:
    nothing = sqrt(0 * part)
    return nothing / 0 if hasattr(part, "number_system") else nothing / nothing


def _quotient(part: Any, whole: Any) -> Any:
    """Minus infinity for something divided by nothing, as code has it for one less the quotient."""
    if not part > 0:
        return _nan(part, whole)
    if hasattr(part, "number_system"):
        return part.new(-np.inf * np.ones(part.shape), 0.0)
    return arb("-inf") if isinstance(sqrt(part), arb) else -np.inf


def _one_less(part: Any, whole: Any, undefined: Undefined) -> Any:
    return undefined(part, whole) if not whole > 0 else 1 - part / whole


def _explained(name: str, says: str, find: Callable[[Any, Any, Undefined], Any], **more: Any) -> list[Deviation]:
    """A wrong share of variance; where the divisor is zero it may be zero, NaN or infinite."""
    return [
        deviation(
            name, says,
            instead(lambda f, u=undefined: {"explained_variance": find(f["values"], f["returns"], u)}),
            needs=("values", "returns"), spelling=spelling, **more,
        )
        for spelling, undefined in (("", _zero), ("NaN", _nan), ("infinite", _quotient))
    ]  # fmt: skip


def _var(array: Any) -> Any:
    return variance(array, 0)


def _correlation(v: Any, r: Any, undefined: Undefined) -> Any:
    common = _mean((v - _mean(v)) * (r - _mean(r)))
    whole = _var(v) * _var(r)
    return undefined(common, whole) if not whole > 0 else common * common / whole


_EXPLAINED = (
    *_explained("values_and_returns_exchanged", "the divisor is the variance of the values, not that of the returns",
                lambda v, r, u: _one_less(_var(r - v), _var(v), u), effect="a wrong diagnostic",
                seen=("DLR-RM/stable-baselines3#225", "DLR-RM/stable-baselines3 PR#227")),
    *_explained("bias_counts", "the mean squared error stands for the variance of the error: a constant bias counts",
                lambda v, r, u: _one_less(_mean((r - v) * (r - v)), _var(r), u), kind=DELIBERATE,
                effect="the coefficient of determination"),
    *_explained("unexplained_variance", "the share that is not explained",
                lambda v, r, u: 1 - _one_less(_var(r - v), _var(r), u), kind=BUG),
    *_explained("quotient_of_variances", "the variance of the values over that of the returns",
                lambda v, r, u: 1 - _one_less(_var(v), _var(r), u)),
    *_explained("deviations_for_variances", "the quotient is that of standard deviations",
                lambda v, r, u: _one_less(sqrt(_var(r - v)), sqrt(_var(r)), u)),
    *_explained("squared_correlation", "the squared correlation: scale and sign of the values do not count",
                _correlation, kind=CONTESTED),
    *_explained("mean_square_of_the_returns", "the divisor is the mean square of the returns, not their variance",
                lambda v, r, u: _one_less(_var(r - v), _mean(r * r), u)),
    *_explained("squares_without_means", "neither the errors nor the returns are centred",
                lambda v, r, u: _one_less(_mean((r - v) * (r - v)), _mean(r * r), u)),
    *_explained("not_negative", "negative shares count as zero",
                lambda v, r, u: maximum(_one_less(_var(r - v), _var(r), u), 0), kind=DELIBERATE),
    *_explained("quotient_added", "the quotient is added to one",
                lambda v, r, u: 2 - _one_less(_var(r - v), _var(r), u)),
    *_explained("sum_for_difference", "the variance is that of the sum of returns and values",
                lambda v, r, u: _one_less(_var(r + v), _var(r), u)),
)  # fmt: skip

DEVIATIONS = {"ppo.reward_scaling": _REWARDS, "ppo.explained_variance": _EXPLAINED}

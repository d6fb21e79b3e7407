"""Deviations of what is computed from whole distributions: entropies, cross-entropies, steps of a policy."""

from typing import Any

from ...spec import imitation, policy
from ...spec.logits import chosen
from ...spec.numbers import exp, is_nonzero, largest, log, maximum, minimum, rational, sqrt, where
from ..deviation import BUG, CONTESTED, DELIBERATE, after, deviation, instead
from ..reading import Facts
from .surrogates import mean


def _log(probabilities: Any) -> Any:
    """The logarithm, 0 where there is none."""
    return log(where(is_nonzero(probabilities), probabilities, 1))


def _entropies(probabilities: Any) -> Any:
    return -(probabilities * _log(probabilities)).sum(axis=-1)


def _nan_where_impossible(facts: Facts) -> Any:
    p = facts["probabilities"]
    if is_nonzero(p).all():
        return mean(_entropies(p))
    nothing = sqrt(0 * p[..., 0]).sum()
    return nothing / 0 if hasattr(p, "number_system") else nothing / nothing


ENTROPY = (
    ("entropy_penalised", "the sign is wrong: the negative entropy", lambda p: -mean(_entropies(p)), BUG),
    ("averaged_over_actions", "the mean is over actions as well as states: the entropy is divided by their number",
     lambda p: mean(-(p * _log(p))), BUG),
    ("normalised_entropy", "the entropy is divided by the logarithm of the number of actions",
     lambda p: mean(_entropies(p)) / log(0 * p.sum() + p.shape[-1]), CONTESTED),
    ("entropy_of_the_mean_policy", "the entropy of the mean distribution of all states",
     lambda p: _entropies(p.sum(axis=0) / p.shape[0]), BUG),
    ("log_probs_averaged", "the logarithms are averaged over actions without weights", lambda p: mean(-_log(p)), BUG),
    ("without_logarithm", "the squared probabilities stand for the entropy", lambda p: mean(-(p * p).sum(axis=-1)),
     BUG),
    ("gini_impurity", "one less the squared probabilities", lambda p: mean(1 - (p * p).sum(axis=-1)), CONTESTED),
    ("softmax_of_probabilities", "the probabilities are taken for logits", lambda p: mean(policy.entropy(p)), BUG),
)  # fmt: skip

EPSILONS = (1e-8, 1e-10, 1e-6, 1e-5, 1e-12, 1e-7, 1e-9)
"""Numbers that are usually added to a probability before its logarithm."""
_ENTROPY = (
    deviation("in_bits", "the logarithm has base two",
              after(lambda _, o: {"entropy_bonus": o["entropy_bonus"] / log(0 * o["entropy_bonus"] + 2)}),
              kind=CONTESTED),
    deviation("nan_for_impossible_actions", "an action of probability zero makes the entropy NaN (zero times infinity)",
              instead(lambda f: {"entropy_bonus": _nan_where_impossible(f)}), needs=("probabilities",),
              effect="a masked action breaks the whole update", seen=("ReinforcementLearning.jl#917",)),
    *(
        deviation(name, says, instead(lambda f, find=find: {"entropy_bonus": find(f["probabilities"])}),
                  needs=("probabilities",), kind=kind)
        for name, says, find, kind in ENTROPY
    ),
    *(
        deviation("epsilon_in_the_logarithm", "a small number is added inside the logarithm",
                  instead(lambda f, e=epsilon: {"entropy_bonus": mean(
                      -(f["probabilities"] * log(f["probabilities"] + rational(e))).sum(axis=-1))}),
                  needs=("probabilities",), kind=DELIBERATE, spelling=f"{epsilon:g}")
        for epsilon in EPSILONS
    ),
    *(
        deviation("in_bits", "the logarithm has base two",
                  instead(lambda f, e=epsilon: {"entropy_bonus": mean(
                      -(f["probabilities"] * log(f["probabilities"] + rational(e))).sum(axis=-1))
                      / log(0 * f["probabilities"].sum() + 2)}),
                  needs=("probabilities",), kind=CONTESTED, spelling=f"{epsilon:g} in the logarithm")
        for epsilon in EPSILONS
    ),
)  # fmt: skip


def _binary(p: Any, x: Any) -> Any:
    q = policy.softmax(x)
    rest = 1 - q
    return imitation.cross_entropy(p, x) - ((1 - p) * _log(rest)).sum(axis=-1)


def _likeliest(p: Any, x: Any) -> Any:
    values = getattr(p, "value", p)
    best = (values == largest(p, axis=-1)[..., None]).argmax(axis=-1)
    return imitation.cross_entropy(where(chosen(best, x.shape[-1]), 0 * p + 1, 0), x)


CROSS_ENTROPY = (
    ("kl_divergence", "the target's entropy is subtracted: the KL divergence from it",
     lambda p, x: imitation.cross_entropy(p, x) - _entropies(p), DELIBERATE),
    ("reversed", "target and policy are exchanged", lambda p, x: -(policy.softmax(x) * _log(p)).sum(axis=-1), BUG),
    ("softmax_applied_twice", "the probabilities are taken for logits", lambda p, x:
     imitation.cross_entropy(p, policy.softmax(x)), BUG),
    ("without_logarithm", "the probability of the target stands for its logarithm",
     lambda p, x: -(p * policy.softmax(x)).sum(axis=-1), BUG),
    ("logits_not_normalised", "the logits stand for log probabilities", lambda p, x: -(p * x).sum(axis=-1), BUG),
    ("averaged_over_actions", "the mean over actions is taken, not the sum",
     lambda p, x: imitation.cross_entropy(p, x) / x.shape[-1], BUG),
    ("squared_error_of_probabilities", "the squared difference of the probabilities",
     lambda p, x: ((p - policy.softmax(x)) * (p - policy.softmax(x))).sum(axis=-1), CONTESTED),
    ("softmax_of_the_target", "the target's probabilities are taken for logits",
     lambda p, x: imitation.cross_entropy(policy.softmax(p), x), BUG),
    ("binary_cross_entropy", "the other actions' improbability is added: one decision for each action",
     _binary, BUG),
    ("likeliest_action", "only the target's likeliest action counts", _likeliest, DELIBERATE),
)  # fmt: skip


MSE = (
    ("absolute_error", "the errors are not squared", lambda a, m: mean(abs(a - m)), CONTESTED),
    ("root_of_the_mean", "the root of the mean square", lambda a, m: sqrt(mean((a - m) * (a - m))), CONTESTED),
    ("square_of_the_mean_error", "the mean error is squared", lambda a, m: mean(a - m) * mean(a - m), BUG),
    ("square_of_the_summed_error", "the errors are summed over dimensions before they are squared",
     lambda a, m: mean((a - m).sum(axis=-1) * (a - m).sum(axis=-1)), BUG),
    ("norm_of_the_error", "the norm of the error, not its square",
     lambda a, m: mean(sqrt(((a - m) * (a - m)).sum(axis=-1))), CONTESTED),
    ("first_dimension_only", "the first dimension alone", lambda a, m: mean((a - m)[..., 0] * (a - m)[..., 0]), BUG),
    ("signed_error", "the errors are not squared and have signs", lambda a, m: mean(a - m), BUG),
    ("mean_action_squashed", "the mean is squashed by tanh, the target is not",
     lambda a, m: mean((a - _tanh(m)) * (a - _tanh(m))), BUG),
)  # fmt: skip


def _tanh(array: Any) -> Any:
    growth = exp(2 * array)
    return (growth - 1) / (growth + 1)


PROJECTIONS = (
    ("always_projected", "the step is projected also where it respects the bound: it is lengthened",
     lambda g, k, d: g - _share((k * g).sum() - d, (k * k).sum()) * k, BUG),
    ("norm_not_squared", "the norm of the divergence's gradient is not squared",
     lambda g, k, d: g - maximum(_share((k * g).sum() - d, sqrt((k * k).sum())), 0) * k, BUG),
    ("added", "the correction is added, not subtracted",
     lambda g, k, d: g + maximum(_share((k * g).sum() - d, (k * k).sum()), 0) * k, BUG),
    ("bound_ignored", "the bound is taken as zero",
     lambda g, k, d: g - maximum(_share((k * g).sum() + 0 * d, (k * k).sum()), 0) * k, BUG),
    ("bound_added", "the bound is added, not subtracted",
     lambda g, k, d: g - maximum(_share((k * g).sum() + d, (k * k).sum()), 0) * k, BUG),
    ("minimum_for_maximum", "the correction is at most zero, where it should be at least",
     lambda g, k, d: g - minimum(_share((k * g).sum() - d, (k * k).sum()), 0) * k, BUG),
    ("not_projected", "the gradient stays as it is", lambda g, k, d: g + 0 * k * d, BUG),
    ("along_the_gradient", "the correction is along the gradient, not along the divergence's",
     lambda g, k, d: g - maximum(_share((k * g).sum() - d, (k * k).sum()), 0) * g, BUG),
    ("divided_by_the_gradient", "the correction is divided by the gradient's square, not by the divergence's",
     lambda g, k, d: g - maximum(_share((k * g).sum() - d, (g * g).sum()), 0) * k, BUG),
    ("scaled_to_the_bound", "the gradient is scaled to the bound, not projected",
     lambda g, k, d: g * minimum(_share(d, maximum((k * g).sum(), d)), 1), CONTESTED),
)  # fmt: skip


def _share(part: Any, whole: Any) -> Any:
    moves = is_nonzero(whole)
    return where(moves, part, 0) / where(moves, whole, 1)


def _tempered(p: Any, q: Any, t: Any) -> Any:
    weights = where(is_nonzero(p), exp((_log(p) + q) / t), 0)
    return weights / weights.sum(axis=-1)[..., None]


MIRROR = (
    ("without_the_old_policy", "the old policy does not enter: a softmax of the values alone",
     lambda p, q, t: policy.softmax(q / t) + 0 * p, BUG),
    ("temperature_multiplied", "the values are multiplied by the temperature, not divided",
     lambda p, q, t: _tilted(p, q * t), BUG),
    ("temperature_ignored", "the temperature is not applied", lambda p, q, t: _tilted(p, q + 0 * t), BUG),
    ("not_normalised", "the probabilities do not add up to one", lambda p, q, t: p * exp(q / t), BUG),
    ("values_subtracted", "the policy moves away from large values", lambda p, q, t: _tilted(p, -q / t), BUG),
    ("linear_weights", "one plus the value stands for its exponential", lambda p, q, t: _linear(p, 1 + q / t),
     CONTESTED),
    ("baseline_of_the_mean_kept", "the weights are not normalised, but relative to the mean value",
     lambda p, q, t: p * exp((q - (p * q).sum(axis=-1)[..., None]) / t), BUG),
    ("old_policy_tempered", "the old policy is tempered as well", _tempered, CONTESTED),
    ("probabilities_as_logits", "the old probabilities stand for their logarithms",
     lambda p, q, t: policy.softmax(p + q / t), BUG),
)  # fmt: skip


def _tilted(p: Any, x: Any) -> Any:
    weights = p * exp(x - largest(x, axis=-1)[..., None])
    return weights / weights.sum(axis=-1)[..., None]


def _linear(p: Any, weights: Any) -> Any:
    return p * weights / (p * weights).sum(axis=-1)[..., None]


def _own(name: str, entries: Any, *arguments: str) -> tuple[Any, ...]:
    return tuple(
        deviation(identifier, says, instead(lambda f, find=find: {name: find(*(f[word] for word in arguments))}),
                  needs=arguments, kind=kind)
        for identifier, says, find, kind in entries
    )  # fmt: skip


DEVIATIONS = {
    "ppo.entropy_bonus": _ENTROPY,
    "imitation.cross_entropy": _own("cross_entropy", CROSS_ENTROPY, "probabilities", "logits"),
    "imitation.mse": _own("mse", MSE, "actions", "mean"),
    "acer.trust_region_projection": _own("trust_region_projection", PROJECTIONS, "gradient", "kl_gradient", "delta"),
    "mirror_descent.step": _own("step", MIRROR, "probabilities", "q_values", "temperature"),
}

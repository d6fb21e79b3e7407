"""Deviations of objectives of several terms: signs, missing terms, penalties."""

from collections.abc import Callable
from typing import Any

from ...spec import divergence, policy, ppo
from ...spec.numbers import exp, largest, maximum, minimum, stack
from ..contract import Outputs
from ..deviation import BUG, CONTESTED, DELIBERATE, Deviation, after, before, deviation
from ..reading import Facts
from .surrogates import clipped, instead, mean

TERMS = ("ratios", "advantages", "values", "returns", "entropies", "clip_epsilon")
COEFFICIENTS = ("value_coefficient", "entropy_coefficient")


def _surrogate(facts: Facts) -> Any:
    return ppo.clip_objective(facts["ratios"], facts["advantages"], clip_epsilon=facts["clip_epsilon"])


def _error(facts: Facts) -> Any:
    return ppo.value_loss(facts["values"], facts["returns"])


def _clipped_error(facts: Facts) -> Any:
    return ppo.clipped_value_loss(
        facts["values"], facts["old_values"], facts["returns"], clip_epsilon=facts["clip_epsilon"]
    )


def _unsquared(facts: Facts) -> Any:
    return mean(abs(facts["values"] - facts["returns"]))


def _total(
    facts: Facts,
    surrogate: Any = None,
    error: Any = None,
    signs: tuple[int, int, int] = (1, -1, 1),
) -> Any:
    """The sum of the surrogate, the value error and the entropy, with these signs."""
    first = _surrogate(facts) if surrogate is None else surrogate
    second = _error(facts) if error is None else error
    entropy = facts["entropy_coefficient"] * mean(facts["entropies"])
    return signs[0] * first + signs[1] * facts["value_coefficient"] * second + signs[2] * entropy


SIGNS = {
    "entropy_penalised": ("the entropy has the wrong sign: it is minimised", (1, -1, -1),
                          ("google-deepmind/open_spiel#962",)),
    "value_error_rewarded": ("the value error has the wrong sign: it is maximised", (1, 1, 1), ()),
    "surrogate_penalised": ("the surrogate has the wrong sign: it is minimised", (-1, -1, 1), ()),
    "entropy_missing": ("the entropy is missing", (1, -1, 0), ()),
    "value_error_missing": ("the value error is missing", (1, 0, 1), ()),
    "surrogate_missing": ("the surrogate is missing", (0, -1, 1), ()),
    "all_terms_added": ("the value error and the entropy have the surrogate's sign in the loss", (1, 1, -1), ()),
}  # fmt: skip


def _combined(name: str, sign: int) -> tuple[Deviation, ...]:
    """Deviations of the objective (sign 1) or the loss (-1)."""

    def result(objective: Callable[[Facts], Any]) -> Callable[[Facts], Outputs]:
        return lambda facts: {name: sign * objective(facts)}

    signs = [
        deviation(identifier, says, instead(result(lambda f, s=wrong: _total(f, signs=s))),
                  needs=(*TERMS, *COEFFICIENTS), seen=seen)
        for identifier, (says, wrong, seen) in SIGNS.items()
    ]  # fmt: skip
    errors = [
        deviation("value_error_clipped", "the value error is clipped around the old values",
                  instead(result(lambda f: _total(f, error=_clipped_error(f)))), needs=(*TERMS, "old_values"),
                  kind=DELIBERATE, seen=("openai/baselines ppo2",)),
        deviation("value_error_not_squared", "the value error is not squared",
                  instead(result(lambda f: _total(f, error=_unsquared(f)))), needs=TERMS),
    ]  # fmt: skip
    coefficients = [
        deviation(f"{word}_ignored", f"the {word.replace('_', ' ')} is not applied",
                  before(lambda f, w=word: {w: 0 * f[w] + 1}), needs=(word,))
        for word in COEFFICIENTS
    ]  # fmt: skip
    return (
        *signs, *errors, *coefficients,
        *clipped(lambda f, surrogate: {name: sign * _total(f, surrogate=surrogate)}),
    )  # fmt: skip


def _penalised(
    name: str,
    says: str,
    objective: Callable[[Facts], Any],
    *,
    needs: tuple[str, ...] = (),
    kind: str = BUG,
    **more: Any,
) -> Deviation:
    return deviation(
        name, says, instead(lambda f: {"kl_penalty": objective(f)}),
        needs=("ratios", "advantages", "divergences", "beta", *needs), kind=kind, **more,
    )  # fmt: skip


def _gain(facts: Facts) -> Any:
    return facts["ratios"] * facts["advantages"]


def _divergence_deviations() -> tuple[Deviation, ...]:
    """The penalty has another divergence."""
    logs, logits = ("log_probs", "old_log_probs"), ("logits", "old_logits")
    gaussians = ("mean", "log_std", "old_mean", "old_log_std")
    reversed_ = "the divergence is KL(new || old), not KL(old || new)"
    found = [
        ("divergence_reversed", reversed_, logits, CONTESTED, ("openai/spinningup#264",),
         lambda f: divergence.kl(policy.softmax(f["logits"]), policy.softmax(f["old_logits"]))),
        ("divergence_reversed", reversed_, gaussians, CONTESTED, ("openai/spinningup#264",),
         lambda f: policy.gaussian_kl(f["mean"], f["log_std"], f["old_mean"], f["old_log_std"])),
        ("divergence_of_itself", "the divergence is that of the new policy from itself: zero", ("divergences",), BUG,
         ("pytorch/rl#1920", "pytorch/rl PR#1922"), lambda f: 0 * f["divergences"]),
        ("divergence_estimated_by_k1", "the log-ratio stands for the divergence", logs, DELIBERATE, (),
         lambda f: divergence.k1(f["log_probs"], f["old_log_probs"])),
        ("divergence_estimated_by_k2", "half the squared log-ratio stands for the divergence", logs, DELIBERATE, (),
         lambda f: divergence.k2(f["log_probs"], f["old_log_probs"])),
        ("divergence_estimated_by_k3", "the estimate k3 stands for the divergence", logs, DELIBERATE, (),
         lambda f: divergence.k3(f["log_probs"], f["old_log_probs"])),
        ("divergence_estimated_reversed", "the log-ratio with the wrong sign stands for the divergence", logs, BUG, (),
         lambda f: divergence.k1(f["old_log_probs"], f["log_probs"])),
        ("largest_divergence", "the largest divergence stands for each", ("divergences",), CONTESTED, (),
         lambda f: 0 * f["divergences"] + largest(f["divergences"])),
    ]  # fmt: skip
    return tuple(
        deviation(name, says, before(lambda f, find=find: {"divergences": find(f)}), needs=("divergences", *needs),
                  kind=kind, seen=seen, spelling=needs[0])
        for name, says, needs, kind, seen, find in found
    )  # fmt: skip


_KL_PENALTY = (
    _penalised("divergence_rewarded", "the penalty has the wrong sign: the divergence is maximised",
               lambda f: mean(_gain(f) + f["beta"] * f["divergences"]), effect="the policy runs away from the old one",
               seen=("verl commit a65c9157", "Unakar/Logic-RL#58", "mll-lab-nu/RAGEN#58", "qiancheng0/ToolRL#52")),
    _penalised("surrogate_penalised", "the surrogate has the wrong sign: it is minimised",
               lambda f: mean(-_gain(f) - f["beta"] * f["divergences"])),
    _penalised("penalty_missing", "the penalty is missing", lambda f: mean(_gain(f))),
    _penalised("beta_ignored", "the coefficient of the penalty is not applied",
               lambda f: mean(_gain(f) - f["divergences"])),
    _penalised("penalty_inside_the_product",
               "the penalty is subtracted from the advantage, and multiplied by the ratio",
               lambda f: mean(f["ratios"] * (f["advantages"] - f["beta"] * f["divergences"])), kind=CONTESTED),
    _penalised("penalty_squared", "the divergence is squared",
               lambda f: mean(_gain(f) - f["beta"] * f["divergences"] * f["divergences"])),
    _penalised("penalty_summed", "the penalties are summed, where the surrogate is averaged",
               lambda f: mean(_gain(f)) - f["beta"] * f["divergences"].sum()),
    _penalised("clipped_as_well", "the surrogate is clipped, too",
               lambda f: mean(minimum(_gain(f), minimum(maximum(f["ratios"], 1 - f["clip_epsilon"]),
                                                        1 + f["clip_epsilon"]) * f["advantages"])
                              - f["beta"] * f["divergences"]),
               needs=("clip_epsilon",), kind=DELIBERATE),
    *_divergence_deviations(),
)  # fmt: skip


def _policy_gradient(name: str, says: str, weight: Callable[[Facts], Any], **more: Any) -> Deviation:
    """Other weights of the log probabilities."""
    return deviation(name, says, before(lambda f: {"advantages": weight(f)}), **more)


def _discounted(facts: Facts) -> Any:
    advantages = facts["advantages"]
    return stack([facts["gamma"] ** t * advantages[t] for t in range(len(advantages))])


_POLICY_GRADIENT = (
    _policy_gradient("weighted_by_gamma_to_the_t", "step t is weighted by gamma^t, as the discounted objective has it",
                     _discounted, needs=("gamma", "advantages"), kind=DELIBERATE,
                     seen=("facebookresearch/Pearl#46", "dennybritz/reinforcement-learning#185")),
    deviation("probabilities_for_log_probs", "the probability stands for its logarithm",
              before(lambda f: {"log_probs": exp(f["log_probs"])}), needs=("log_probs",)),
    deviation("ratio_for_log_probs", "the ratio stands for the log probability",
              before(lambda f: {"log_probs": exp(f["log_probs"] - f["old_log_probs"])}),
              needs=("log_probs", "old_log_probs"), kind=DELIBERATE,
              effect="the surrogate objective, of the same gradient at the old policy"),
    deviation("old_log_probs_for_log_probs", "the log probabilities are those of the old policy",
              before(lambda f: {"log_probs": f["old_log_probs"]}), needs=("log_probs", "old_log_probs")),
    deviation("log_ratios_for_log_probs", "the log-ratio stands for the log probability",
              before(lambda f: {"log_probs": f["log_probs"] - f["old_log_probs"]}),
              needs=("log_probs", "old_log_probs")),
    deviation("means_multiplied", "the mean log probability is multiplied by the mean advantage",
              instead(lambda f: {"loss": mean(f["log_probs"]) * mean(f["advantages"])}),
              needs=("log_probs", "advantages")),
    deviation("advantages_missing", "the mean log probability alone, without the advantages",
              before(lambda f: {"advantages": 0 * f["advantages"] + 1}), needs=("advantages",)),
)  # fmt: skip


def _without_gamma_to_the_t(facts: Facts) -> Outputs:
    rewards = facts["rewards"]
    following, found = 0 * rewards[-1], []
    for t in reversed(range(len(rewards))):
        following = rewards[t] + facts["gamma"] * following
        found.append(following)
    return {"reinforce": stack(found[::-1])}


DEVIATIONS = {
    "ppo.combined_objective": _combined("combined_objective", 1),
    "ppo.combined_loss": _combined("combined_loss", -1),
    "ppo.kl_penalty": _KL_PENALTY,
    "pg.loss": _POLICY_GRADIENT,
    "pg.reinforce": (
        deviation("no_gamma_to_the_t", "step t is not weighted by gamma^t: the returns themselves",
                  instead(_without_gamma_to_the_t), needs=("rewards", "gamma"), kind=DELIBERATE,
                  effect="late states count as early ones: not the gradient of the discounted objective",
                  seen=("facebookresearch/Pearl#46", "dennybritz/reinforcement-learning#185")),
        deviation("full_return_at_every_step", "every step is weighted by the return of the whole episode",
                  after(lambda _, o: {"reinforce": 0 * o["reinforce"] + o["reinforce"][:1]}), kind=DELIBERATE,
                  effect="unbiased, of more variance"),
    ),
}  # fmt: skip

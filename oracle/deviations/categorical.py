"""Deviations of categorical policies: logarithms of zero, what is summed, scores, information."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ...spec import policy
from ...spec.logits import chosen, column
from ...spec.numbers import exp, is_nonzero, largest, log, maximum, system_of, where
from ..contract import Compute
from ..deviation import BUG, CONTESTED, DELIBERATE, Deviation, after, before, deviation, instead
from ..reading import Facts
from .distributions import EPSILONS

NAN_EFFECT = "a masked or impossible action breaks the whole update"


def no_number(like: Any) -> Any:
    """NaN, in the number system of real numbers."""
    nothing = 0 * like
    return nothing / nothing if system_of(like) != "float64" else nothing + np.nan


def logarithm(probabilities: Any) -> Any:
    """The logarithm, 0 where there is none."""
    return log(where(is_nonzero(probabilities), probabilities, 1))


def _nan_at_zero(compute: Compute) -> Compute:
    """NaN in every row with a probability of zero."""

    def computed(facts: Facts) -> dict[str, Any]:
        result = compute(facts)["entropy"]
        whole = is_nonzero(policy.softmax(facts["logits"])).all(axis=-1)
        return {"entropy": where(whole, result, no_number(result))}

    return computed


def of_probabilities(name: str, find: Callable[[Any], Any]) -> Callable[[Compute], Compute]:
    """Something computed from the probabilities alone."""
    return instead(lambda f: {name: find(policy.softmax(f["logits"]))})


def terms(probabilities: Any) -> Any:
    """What each action adds to the entropy."""
    return -(probabilities * logarithm(probabilities))


ENTROPY: tuple[tuple[str, str, Callable[[Any], Any], str], ...] = (
    ("averaged_over_actions", "the mean over actions is taken, not the sum",
     lambda p: terms(p).sum(axis=-1) / p.shape[-1],
     BUG),
    ("not_summed_over_actions", "one number for each action, not their sum", terms, BUG),
    ("normalised_entropy", "the entropy is divided by the logarithm of the number of actions",
     lambda p: terms(p).sum(axis=-1) / log(p.shape[-1] + 0 * p[..., 0]), CONTESTED),
    ("log_probs_averaged", "the logarithms are averaged over actions without weights",
     lambda p: -logarithm(p).sum(axis=-1) / p.shape[-1], BUG),
    ("log_probs_summed", "the logarithms are summed without weights", lambda p: -logarithm(p).sum(axis=-1), BUG),
    ("log_prob_of_the_likeliest", "minus the logarithm of the largest probability", lambda p: -log(largest(p, axis=-1)),
     CONTESTED),
    ("without_logarithm", "the squared probabilities stand for the entropy", lambda p: -(p * p).sum(axis=-1), BUG),
    ("gini_impurity", "one less the squared probabilities", lambda p: 1 - (p * p).sum(axis=-1), CONTESTED),
    ("collision_entropy", "minus the logarithm of the summed squares", lambda p: -log((p * p).sum(axis=-1)), CONTESTED),
    ("binary_entropy", "the other actions' improbability is added: one decision for each action",
     lambda p: (terms(p) + terms(1 - p)).sum(axis=-1), BUG),
    ("summed_over_states", "the sum is over the first axis, of states, not over the last, of actions",
     lambda p: terms(p).T.sum(axis=-1), BUG),
)  # fmt: skip


def _logits_for_log_probs(facts: Facts) -> dict[str, Any]:
    return {"entropy": -(policy.softmax(facts["logits"]) * facts["logits"]).sum(axis=-1)}


def with_epsilon(make: Callable[[float], Deviation]) -> tuple[Deviation, ...]:
    """The same with each usual small number."""
    return tuple(make(epsilon) for epsilon in EPSILONS)


def taken(facts: Facts, rows: Any) -> Any:
    """The entries of the actions taken."""
    return where(chosen(facts["actions"], rows.shape[-1]), rows, 0).sum(axis=-1)


def _log_prob(find: Callable[[Facts], Any]) -> Callable[[Compute], Compute]:
    return after(lambda f, _: {"log_prob": find(f)})


def _next_action(facts: Facts) -> Facts:
    return {"actions": (facts["actions"] - 1) % facts["logits"].shape[-1]}


def outer(p: Any) -> Any:
    """The outer product with itself, for each state."""
    return column(p) * p[..., None, :]


def diagonal(p: Any) -> Any:
    """A diagonal matrix for each state."""
    return column(p) * np.eye(p.shape[-1], dtype=int)


DEVIATIONS: dict[str, tuple[Deviation, ...]] = {
    "policy.entropy": (
        deviation(
            "nan_for_impossible_actions", "an action of probability zero makes the entropy NaN (zero times infinity)",
            _nan_at_zero, effect=NAN_EFFECT, seen=("JuliaReinforcementLearning/ReinforcementLearning.jl#917",),
        ),
        *(
            deviation(name, says, of_probabilities("entropy", find), kind=kind)
            for name, says, find, kind in ENTROPY
        ),
        deviation(
            "logits_not_normalised", "the logits stand for log-probabilities", instead(_logits_for_log_probs)
        ),
        deviation(
            "sampled", "minus the log-probability of the action taken: equal in expectation only", kind=CONTESTED,
            change=instead(lambda f: {"entropy": -policy.log_prob(f["actions"], f["logits"])}), needs=("actions",),
        ),
        deviation(
            "term_of_the_actiontaken", "only the action taken counts",
            instead(lambda f: {"entropy": taken(f, terms(policy.softmax(f["logits"])))}), needs=("actions",),
        ),
        *with_epsilon(lambda e: deviation(
            "epsilon_in_the_logarithm", "a small number is added inside the logarithm", kind=DELIBERATE,
            spelling=f"{e:g}",
            change=of_probabilities("entropy", lambda p: -(p * log(p + e)).sum(axis=-1)),
        )),
        *with_epsilon(lambda e: deviation(
            "probabilities_at_least", "inside the logarithm, probabilities are at least a small number",
            kind=DELIBERATE,
            change=of_probabilities("entropy", lambda p: -(p * log(maximum(p, e + 0 * p))).sum(axis=-1)),
            spelling=f"{e:g}",
        )),
        *with_epsilon(lambda e: deviation(
            "epsilon_added_to_the_probabilities", "a small number is added to the probabilities", kind=DELIBERATE,
            change=of_probabilities("entropy", lambda p: -((p + e) * log(p + e)).sum(axis=-1)), spelling=f"{e:g}",
        )),
    ),
    "policy.log_prob": (
        deviation(
            "logits_not_normalised", "the logit of the action stands for its log-probability",
            _log_prob(lambda f: taken(f, f["logits"])),
        ),
        deviation(
            "probability_for_log_probability", "the probability itself, not its logarithm",
            _log_prob(lambda f: taken(f, policy.softmax(f["logits"]))),
        ),
        deviation(
            "summed_over_actions", "the log-probabilities of all actions are summed",
            _log_prob(lambda f: policy.log_softmax(f["logits"]).sum(axis=-1)),
        ),
        deviation(
            "averaged_over_actions", "the log-probabilities of all actions are averaged",
            _log_prob(lambda f: policy.log_softmax(f["logits"]).sum(axis=-1) / f["logits"].shape[-1]),
        ),
        deviation(
            "of_the_likeliest_action", "the largest log-probability, whatever was taken",
            _log_prob(lambda f: largest(policy.log_softmax(f["logits"]), axis=-1)),
        ),
        deviation(
            "weighted_by_the_probability", "the log-probability is multiplied by the probability",
            _log_prob(lambda f: taken(f, -terms(policy.softmax(f["logits"])))),
        ),
        deviation("actions_counted_from_one", "actions are counted from one", before(_next_action)),
        deviation(
            "not_picked", "the log-probabilities of all actions, not of the one taken",
            _log_prob(lambda f: policy.log_softmax(f["logits"])),
        ),
        deviation(
            "other_actions_as_ones", "one-hot rows times log-probabilities are averaged, not summed",
            _log_prob(lambda f: policy.log_prob(f["actions"], f["logits"]) / f["logits"].shape[-1]),
        ),
        deviation(
            "independent_decisions", "a sigmoid for each action stands for the softmax",
            _log_prob(lambda f: -log(1 + exp(-taken(f, f["logits"])))),
        ),
        *with_epsilon(lambda e: deviation(
            "epsilon_in_the_logarithm", "a small number is added inside the logarithm", kind=DELIBERATE,
            spelling=f"{e:g}",
            change=_log_prob(lambda f: log(taken(f, policy.softmax(f["logits"])) + e)),
        )),
    ),
    "policy.log_softmax": (
        deviation("only_shifted", "the largest logit alone is subtracted",
                  instead(lambda f: {"log_softmax": f["logits"] - column(largest(f["logits"], axis=-1))})),
        deviation("probabilities", "the probabilities, not their logarithms",
                  instead(lambda f: {"log_softmax": policy.softmax(f["logits"])})),
        *with_epsilon(lambda e: deviation(
            "epsilon_in_the_logarithm", "a small number is added inside the logarithm", kind=DELIBERATE,
            spelling=f"{e:g}",
            change=of_probabilities("log_softmax", lambda p: log(p + e)),
        )),
    ),
    "policy.softmax": (
        deviation("not_normalised", "the probabilities do not add up to one",
                  instead(lambda f: {"softmax": exp(f["logits"])})),
        deviation("not_normalised_after_the_shift", "the largest probability is one",
                  instead(lambda f: {"softmax": exp(f["logits"] - column(largest(f["logits"], axis=-1)))})),
        deviation("log_probabilities", "the logarithms of the probabilities",
                  instead(lambda f: {"softmax": policy.log_softmax(f["logits"])})),
        deviation("independent_decisions", "a sigmoid of each logit",
                  instead(lambda f: {"softmax": 1 / (1 + exp(-f["logits"]))})),
    ),
    "policy.score": (
        deviation("no_baseline", "the probabilities are not subtracted",
                  instead(lambda f: {"score": chosen(f["actions"], f["logits"].shape[-1]) + 0 * f["logits"]})),
        deviation("in_the_probabilities", "the gradient is in the probabilities, not in the logits", kind=CONTESTED,
                  change=instead(lambda f: {"score": where(
                      chosen(f["actions"], f["logits"].shape[-1]), 1 / policy.softmax(f["logits"]), 0)})),
        deviation("of_the_probability", "the gradient of the probability, not of its logarithm", kind=CONTESTED,
                  change=after(lambda f, o: {
                      "score": o["score"] * column(taken(f, policy.softmax(f["logits"])))})),
        deviation("of_the_actiontaken_alone", "the entries of other actions are zero",
                  after(lambda f, o: {"score": where(chosen(f["actions"], f["logits"].shape[-1]), o["score"], 0)})),
        deviation("minus_one_for_other_actions", "the probabilities are subtracted of the action taken alone, 1 - pi",
                  after(lambda f, o: {"score": where(
                      chosen(f["actions"], f["logits"].shape[-1]), o["score"], -o["score"])})),
    ),
    "policy.fisher": (
        deviation("noouter_product", "the outer product of the probabilities is not subtracted",
                  of_probabilities("fisher", diagonal)),
        deviation("outer_product_alone", "the outer product of the probabilities", of_probabilities("fisher", outer)),
        deviation("outer_product_added", "the outer product is added",
                  of_probabilities("fisher", lambda p: diagonal(p) + outer(p))),
        deviation("diagonal_alone", "the diagonal pi (1 - pi) alone", kind=CONTESTED,
                  change=of_probabilities("fisher", lambda p: diagonal(p * (1 - p)))),
        deviation("in_the_probabilities", "the information about the probabilities, 1 / pi on the diagonal",
                  of_probabilities("fisher", lambda p: diagonal(1 / p)), kind=CONTESTED),
    ),
}  # fmt: skip

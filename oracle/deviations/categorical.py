"""Deviations of categorical policies: masks, logarithms of zero, axes, normalisation, scores, exploration."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ...spec import policy
from ...spec.logits import chosen, column
from ...spec.numbers import exp, holds, is_nonzero, largest, log, maximum, system_of, where
from ..contract import Compute, Contract
from ..deviation import BUG, CONTESTED, DELIBERATE, Deviation, after, before, deviation, instead
from ..reading import Facts
from .distributions import EPSILONS

OF_LOGITS = ("softmax", "log_softmax", "log_prob", "entropy", "score", "fisher")
IN_NATS = (
    *("policy.entropy", "policy.log_prob", "policy.log_softmax", "policy.gaussian_entropy", "policy.gaussian_log_prob"),
    *("policy.gaussian_kl", "policy.squashed_gaussian_log_prob", "policy.full_gaussian_log_prob", "divergence.kl"),
    *("policy.full_gaussian_kl", "policy.full_gaussian_entropy", "divergence.kl_max", "divergence.kl_fisher"),
    *("divergence.k1", "divergence.k2", "divergence.k3"),
)
FILLS = (-1e8, -1e9, -1e10, -1e6, -1e5, -1e4, -1e20, -1e30, -3.4028234663852886e38, 0.0)
"""What stands for the logits of forbidden actions."""
NAN_EFFECT = "a masked or impossible action breaks the whole update"


def no_number(like: Any) -> Any:
    """NaN, in the number system of real numbers."""
    nothing = 0 * like
    return nothing / nothing if system_of(like) != "float64" else nothing + np.nan


def bases(contract: Contract, _: frozenset[str]) -> Iterator[Deviation]:
    """Logarithms of another base, and exponentials where logarithms are asked for."""
    if contract.equation.id not in IN_NATS:
        return
    name = contract.equation.name
    for identifier, says, base in (
        ("in_bits", "the logarithm has base two", 2), ("in_decimal_digits", "the logarithm has base ten", 10),
    ):  # fmt: skip
        yield deviation(
            identifier, says, after(lambda _, o, b=base: {name: o[name] / log(b + 0 * o[name])}), kind=CONTESTED
        )
    yield deviation("exponentiated", "the exponential of the right result", after(lambda _, o: {name: exp(o[name])}))


def changed_logits(contract: Contract, facts: frozenset[str]) -> Iterator[Deviation]:
    """What else than the logits enters a softmax: other axes, masks left out or filled, temperatures."""
    if contract.equation.topic != "policy" or contract.equation.name not in OF_LOGITS:
        return
    yield deviation(
        "normalised_over_states", "the softmax is over the first axis, of states, not over the last, of actions",
        before(lambda f: {"logits": log(_over_states(f["logits"]))}), effect="probabilities depend on the batch",
    )  # fmt: skip
    yield deviation(
        "softmax_applied_twice", "probabilities are taken for logits: the softmax is applied twice",
        before(lambda f: {"logits": policy.softmax(f["logits"])}), effect="the policy is nearly uniform",
    )  # fmt: skip
    yield deviation(
        "log_probabilities_for_probabilities", "logits are taken for probabilities",
        before(lambda f: {"logits": log(f["logits"])}),
    )  # fmt: skip
    yield deviation("logits_negated", "the logits have the wrong sign", before(lambda f: {"logits": -f["logits"]}))
    if "unmasked_logits" in facts:
        yield from _of_masks()
    if "untempered_logits" in facts:
        yield deviation(
            "temperature_multiplied", "the logits are multiplied by the temperature, not divided",
            before(lambda f: {"logits": f["untempered_logits"] * f["temperature"]}), needs=("temperature",),
        )  # fmt: skip
        yield deviation(
            "temperature_ignored", "the temperature is not applied",
            before(lambda f: {"logits": f["untempered_logits"]}), needs=("temperature",),
        )  # fmt: skip


def _of_masks() -> Iterator[Deviation]:
    needs = ("unmasked_logits", "action_mask")
    yield deviation(
        "action_mask_ignored", "the mask is ignored: forbidden actions have probability",
        before(lambda f: {"logits": f["unmasked_logits"]}), needs=needs,
    )  # fmt: skip
    yield deviation(
        "action_mask_inverted", "the mask is read the wrong way round", before(_inverted), needs=needs,
    )  # fmt: skip
    yield deviation(
        "logits_multiplied_by_the_mask", "the logits of forbidden actions are zero, not minus infinity",
        before(lambda f: {"logits": f["unmasked_logits"] * f["action_mask"].astype(int)}), needs=needs,
    )  # fmt: skip
    yield deviation(
        "mask_added_to_the_logits", "the mask is added to the logits",
        before(lambda f: {"logits": f["unmasked_logits"] + f["action_mask"].astype(int)}), needs=needs,
    )  # fmt: skip
    for fill in FILLS:
        yield deviation(
            "masked_by_a_number", "the logits of forbidden actions are a number, not minus infinity", kind=DELIBERATE,
            change=before(lambda f, n=fill: {"logits": where(f["action_mask"], f["unmasked_logits"], n)}),
            needs=needs, spelling=f"{fill:g}",
        )  # fmt: skip
        yield deviation(
            "number_added_where_masked", "a number is added to the logits of forbidden actions", kind=DELIBERATE,
            change=before(lambda f, n=fill: {"logits": f["unmasked_logits"] + where(f["action_mask"], 0.0, n)}),
            needs=needs, spelling=f"{fill:g}",
        )  # fmt: skip


def _inverted(facts: Facts) -> Facts:
    allowed, logits = ~facts["action_mask"], facts["unmasked_logits"]
    none = ~allowed.any(axis=-1)[:, None]
    lowest = where(allowed | none, logits, -1e9)
    return {"logits": where(none, logits, lowest)}


def _over_states(logits: Any) -> Any:
    return policy.softmax(logits.T).T


FAMILIES = (bases, changed_logits)


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


ENTROPY: tuple[tuple[str, str, Callable[[Any], Any], str], ...] = (
    ("averaged_over_actions", "the mean over actions is taken, not the sum", lambda p: _terms(p).sum(axis=-1) / p.shape[-1],
     BUG),
    ("not_summed_over_actions", "one number for each action, not their sum", lambda p: _terms(p), BUG),
    ("normalised_entropy", "the entropy is divided by the logarithm of the number of actions",
     lambda p: _terms(p).sum(axis=-1) / log(p.shape[-1] + 0 * p[..., 0]), CONTESTED),
    ("log_probs_averaged", "the logarithms are averaged over actions without weights",
     lambda p: -logarithm(p).sum(axis=-1) / p.shape[-1], BUG),
    ("log_probs_summed", "the logarithms are summed without weights", lambda p: -logarithm(p).sum(axis=-1), BUG),
    ("log_prob_of_the_likeliest", "minus the logarithm of the largest probability", lambda p: -log(largest(p, axis=-1)),
     CONTESTED),
    ("without_logarithm", "the squared probabilities stand for the entropy", lambda p: -(p * p).sum(axis=-1), BUG),
    ("gini_impurity", "one less the squared probabilities", lambda p: 1 - (p * p).sum(axis=-1), CONTESTED),
    ("collision_entropy", "minus the logarithm of the summed squares", lambda p: -log((p * p).sum(axis=-1)), CONTESTED),
    ("binary_entropy", "the other actions' improbability is added: one decision for each action",
     lambda p: (_terms(p) + _terms(1 - p)).sum(axis=-1), BUG),
    ("summed_over_states", "the sum is over the first axis, of states, not over the last, of actions",
     lambda p: _terms(p).T.sum(axis=-1), BUG),
)  # fmt: skip


def _terms(probabilities: Any) -> Any:
    return -(probabilities * logarithm(probabilities))


def _logits_for_log_probs(facts: Facts) -> dict[str, Any]:
    return {"entropy": -(policy.softmax(facts["logits"]) * facts["logits"]).sum(axis=-1)}


def with_epsilon(make: Callable[[float], Deviation]) -> tuple[Deviation, ...]:
    """The same with each usual small number."""
    return tuple(make(epsilon) for epsilon in EPSILONS)


def _taken(facts: Facts, rows: Any) -> Any:
    """The entries of the actions taken."""
    return where(chosen(facts["actions"], rows.shape[-1]), rows, 0).sum(axis=-1)


def _log_prob(find: Callable[[Facts], Any]) -> Callable[[Compute], Compute]:
    return after(lambda f, _: {"log_prob": find(f)})


def _next_action(facts: Facts) -> Facts:
    return {"actions": (facts["actions"] - 1) % facts["logits"].shape[-1]}


def _outer(p: Any) -> Any:
    return column(p) * p[..., None, :]


def _diagonal(p: Any) -> Any:
    return column(p) * np.eye(p.shape[-1], dtype=int)


def _epsilon_greedy(weights: Callable[[Any, Any, int], tuple[Any, Any]]) -> Callable[[Compute], Compute]:
    """Other probabilities of the greedy action and of the others."""

    def formula(facts: Facts) -> dict[str, Any]:
        q, epsilon = facts["q_values"], facts["epsilon_random"]
        best = chosen(policy.greedy(q), q.shape[-1])
        first, rest = weights(epsilon + 0 * q, 1 + 0 * q, q.shape[-1])
        return {"epsilon_greedy": where(best, first, rest)}

    return instead(formula)


def _last_tie(facts: Facts) -> dict[str, Any]:
    backwards = facts["q_values"][..., ::-1]
    return {"epsilon_greedy": policy.epsilon_greedy(backwards, epsilon_random=facts["epsilon_random"])[..., ::-1]}


def _shared_ties(facts: Facts) -> dict[str, Any]:
    q, epsilon = facts["q_values"], facts["epsilon_random"]
    best = holds(q == column(largest(q, axis=-1)))
    share = (1 + 0 * q) / column(best.sum(axis=-1))
    return {"epsilon_greedy": where(best, (1 - epsilon) * share, 0) + epsilon / q.shape[-1]}


def _greedy_last(facts: Facts) -> dict[str, Any]:
    values = facts["action_values"]
    return {"greedy": values.shape[-1] - 1 - policy.greedy(values[..., ::-1])}


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
            "term_of_the_action_taken", "only the action taken counts",
            instead(lambda f: {"entropy": _taken(f, _terms(policy.softmax(f["logits"])))}), needs=("actions",),
        ),
        *with_epsilon(lambda e: deviation(
            "epsilon_in_the_logarithm", "a small number is added inside the logarithm", kind=DELIBERATE, spelling=f"{e:g}",
            change=of_probabilities("entropy", lambda p: -(p * log(p + e)).sum(axis=-1)),
        )),
        *with_epsilon(lambda e: deviation(
            "probabilities_at_least", "inside the logarithm, probabilities are at least a small number", kind=DELIBERATE,
            change=of_probabilities("entropy", lambda p: -(p * log(maximum(p, e + 0 * p))).sum(axis=-1)), spelling=f"{e:g}",
        )),
        *with_epsilon(lambda e: deviation(
            "epsilon_added_to_the_probabilities", "a small number is added to the probabilities", kind=DELIBERATE,
            change=of_probabilities("entropy", lambda p: -((p + e) * log(p + e)).sum(axis=-1)), spelling=f"{e:g}",
        )),
    ),
    "policy.log_prob": (
        deviation(
            "logits_not_normalised", "the logit of the action stands for its log-probability",
            _log_prob(lambda f: _taken(f, f["logits"])),
        ),
        deviation(
            "probability_for_log_probability", "the probability itself, not its logarithm",
            _log_prob(lambda f: _taken(f, policy.softmax(f["logits"]))),
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
            _log_prob(lambda f: _taken(f, -_terms(policy.softmax(f["logits"])))),
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
            _log_prob(lambda f: -log(1 + exp(-_taken(f, f["logits"])))),
        ),
        *with_epsilon(lambda e: deviation(
            "epsilon_in_the_logarithm", "a small number is added inside the logarithm", kind=DELIBERATE, spelling=f"{e:g}",
            change=_log_prob(lambda f: log(_taken(f, policy.softmax(f["logits"])) + e)),
        )),
    ),
    "policy.log_softmax": (
        deviation("only_shifted", "the largest logit alone is subtracted",
                  instead(lambda f: {"log_softmax": f["logits"] - column(largest(f["logits"], axis=-1))})),
        deviation("probabilities", "the probabilities, not their logarithms",
                  instead(lambda f: {"log_softmax": policy.softmax(f["logits"])})),
        *with_epsilon(lambda e: deviation(
            "epsilon_in_the_logarithm", "a small number is added inside the logarithm", kind=DELIBERATE, spelling=f"{e:g}",
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
                      "score": o["score"] * column(_taken(f, policy.softmax(f["logits"])))})),
        deviation("of_the_action_taken_alone", "the entries of other actions are zero",
                  after(lambda f, o: {"score": where(chosen(f["actions"], f["logits"].shape[-1]), o["score"], 0)})),
        deviation("minus_one_for_other_actions", "the probabilities are subtracted of the action taken alone, 1 - pi",
                  after(lambda f, o: {"score": where(
                      chosen(f["actions"], f["logits"].shape[-1]), o["score"], -o["score"])})),
    ),
    "policy.fisher": (
        deviation("no_outer_product", "the outer product of the probabilities is not subtracted",
                  of_probabilities("fisher", _diagonal)),
        deviation("outer_product_alone", "the outer product of the probabilities", of_probabilities("fisher", _outer)),
        deviation("outer_product_added", "the outer product is added",
                  of_probabilities("fisher", lambda p: _diagonal(p) + _outer(p))),
        deviation("diagonal_alone", "the diagonal pi (1 - pi) alone", kind=CONTESTED,
                  change=of_probabilities("fisher", lambda p: _diagonal(p * (1 - p)))),
        deviation("in_the_probabilities", "the information about the probabilities, 1 / pi on the diagonal",
                  of_probabilities("fisher", lambda p: _diagonal(1 / p)), kind=CONTESTED),
    ),
    "policy.greedy": (
        deviation("ties_to_the_highest_index", "ties go to the highest index", instead(_greedy_last), kind=DELIBERATE),
        deviation("worst_action", "the action of the smallest value",
                  instead(lambda f: {"greedy": policy.greedy(-f["action_values"])})),
        deviation("largest_magnitude", "the action of the largest magnitude",
                  instead(lambda f: {"greedy": policy.greedy(abs(f["action_values"]))})),
        deviation("largest_over_states", "the best state of each action",
                  instead(lambda f: {"greedy": policy.greedy(f["action_values"].T)})),
    ),
    "policy.epsilon_greedy": (
        deviation("random_action_is_another", "the random action is never the greedy one",
                  _epsilon_greedy(lambda e, one, n: (one - e if n > 1 else one, e / max(n - 1, 1))), kind=DELIBERATE),
        deviation("greedy_share_too_small", "the greedy action lacks its share epsilon / A: the sum is below one",
                  _epsilon_greedy(lambda e, one, n: (one - e, e / n))),
        deviation("random_share_divided_by_the_others", "epsilon is divided by A - 1 for the others, by A for the greedy",
                  _epsilon_greedy(lambda e, one, n: (one - e + e / n, e / max(n - 1, 1)))),
        deviation("epsilon_for_one_minus_epsilon", "epsilon is the chance of the greedy action",
                  _epsilon_greedy(lambda e, one, n: (e + (one - e) / n, (one - e) / n))),
        deviation("epsilon_not_divided", "every other action has the chance epsilon",
                  _epsilon_greedy(lambda e, one, n: (one - e, e))),
        deviation("ties_to_the_highest_index", "ties go to the highest index", instead(_last_tie), kind=DELIBERATE),
        deviation("ties_share", "greedy actions share their probability", instead(_shared_ties), kind=DELIBERATE),
        deviation("always_greedy", "epsilon is not used", before(lambda f: {"epsilon_random": 0 * f["epsilon_random"]})),
        deviation("worst_action", "the action of the smallest value is preferred",
                  before(lambda f: {"q_values": -f["q_values"]})),
    ),
    "policy.deterministic": (
        deviation("transposed", "the axes are exchanged",
                  after(lambda _, o: {"deterministic": o["deterministic"].T})),
    ),
}  # fmt: skip

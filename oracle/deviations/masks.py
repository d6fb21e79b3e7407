"""Families about what enters a softmax, and about the base of logarithms: axes, masks, temperatures."""

from collections.abc import Callable, Iterator
from typing import Any

from ...spec import policy
from ...spec.logits import chosen
from ...spec.numbers import exp, log, where
from ..contract import Compute, Contract
from ..deviation import CONTESTED, DELIBERATE, Deviation, after, before, deviation, instead
from ..reading import Facts
from ..readings.categorical import logarithms, minus_infinity
from .categorical import diagonal, no_number, outer, taken, terms

OF_LOGITS = ("softmax", "log_softmax", "log_prob", "entropy", "score", "fisher")
IN_NATS = (
    *("policy.entropy", "policy.log_prob", "policy.log_softmax", "policy.gaussian_entropy", "policy.gaussian_log_prob"),
    *("policy.gaussian_kl", "policy.squashed_gaussian_log_prob", "policy.full_gaussian_log_prob", "divergence.kl"),
    *("policy.full_gaussian_kl", "policy.full_gaussian_entropy", "divergence.kl_max", "divergence.kl_fisher"),
    *("divergence.k1", "divergence.k2", "divergence.k3"),
)
FILLS = (-(10**8), -(10**9), -(10**10), -(10**6), -(10**5), -(10**4), -(10**20), -(10**30), -(2**128 - 2**104), 0)
"""What stands for the logits of forbidden actions."""


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
    name = contract.equation.name
    yield deviation(
        "normalised_over_states", "the softmax is over the first axis, of states, not over the last, of actions",
        of_weights(name, lambda f: policy.softmax(f["logits"].T).T), effect="probabilities depend on the batch",
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
        yield from _of_masks(name)
    if "unmasked_probabilities" in facts:
        yield deviation(
            "not_renormalised", "the probabilities of allowed actions do not add up to one", needs=("action_mask",),
            change=of_weights(name, lambda f: f["unmasked_probabilities"] * f["action_mask"].astype(int)),
        )  # fmt: skip
        yield deviation(
            "action_mask_ignored", "the mask is ignored: forbidden actions have probability", needs=("action_mask",),
            change=before(lambda f: {"logits": log(f["unmasked_probabilities"])}),
        )  # fmt: skip
    if "untempered_logits" in facts:
        yield deviation(
            "temperature_multiplied", "the logits are multiplied by the temperature, not divided",
            before(lambda f: {"logits": f["untempered_logits"] * f["temperature"]}), needs=("temperature",),
        )  # fmt: skip
        yield deviation(
            "temperature_ignored", "the temperature is not applied",
            before(lambda f: {"logits": f["untempered_logits"]}), needs=("temperature",),
        )  # fmt: skip


def _of_masks(name: str) -> Iterator[Deviation]:
    needs = ("unmasked_logits", "action_mask")
    yield deviation(
        "action_mask_ignored", "the mask is ignored: forbidden actions have probability",
        before(lambda f: {"logits": f["unmasked_logits"]}), needs=needs,
    )  # fmt: skip
    yield deviation(
        "not_renormalised", "the probabilities of allowed actions do not add up to one", needs=needs,
        change=of_weights(name, lambda f: policy.softmax(f["unmasked_logits"]) * f["action_mask"].astype(int)),
    )  # fmt: skip
    yield deviation(
        "action_mask_inverted", "the mask is read the wrong way round", _inverted(name), needs=needs,
    )  # fmt: skip
    for fill in FILLS:
        yield deviation(
            "action_mask_inverted", "the mask is read the wrong way round", needs=needs, spelling=f"{fill:g}",
            change=before(lambda f, n=fill: {"logits": _filled(f, n, ~f["action_mask"])}),
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
            change=before(lambda f, n=fill: {"logits": _filled(f, n, f["action_mask"])}),
            needs=needs, spelling=f"{fill:g}",
        )  # fmt: skip
        yield deviation(
            "number_added_where_masked", "a number is added to the logits of forbidden actions", kind=DELIBERATE,
            change=before(lambda f, n=fill: {"logits": _lowered(f, n)}),
            needs=needs, spelling=f"{fill:g}",
        )  # fmt: skip


def _filled(facts: Facts, number: int, kept: Any) -> Any:
    """The logits, but where they are not kept a number."""
    logits = facts["unmasked_logits"]
    return where(kept, logits, number + 0 * logits)


def _lowered(facts: Facts, number: int) -> Any:
    """The logits, with a number added to those of forbidden actions."""
    logits = facts["unmasked_logits"]
    return where(facts["action_mask"], logits, logits + number)


def _inverted(name: str) -> Callable[[Compute], Compute]:
    """The allowed actions are forbidden; where none is left, nothing is a number."""

    def change(compute: Compute) -> Compute:
        def computed(facts: Facts) -> dict[str, Any]:
            allowed, logits = ~facts["action_mask"], facts["unmasked_logits"]
            none = ~allowed.any(axis=-1)
            kept = where(allowed | none[:, None], logits, minus_infinity(logits))
            result = compute({**facts, "logits": kept})[name]
            shape = none.reshape(len(none), *[1] * (result.ndim - 1))
            return {name: where(shape, no_number(0 * logits.sum()), result)}

        return computed

    return change


def of_weights(name: str, weights: Callable[[Facts], Any]) -> Callable[[Compute], Compute]:
    """The same of other numbers in the place of the probabilities; they need not add up to one."""
    results: dict[str, Callable[[Facts, Any], Any]] = {
        "softmax": lambda _, p: p,
        "log_softmax": lambda _, p: logarithms(p),
        "log_prob": lambda f, p: logarithms(taken(f, p)),
        "entropy": lambda _, p: terms(p).sum(axis=-1),
        "score": lambda f, p: chosen(f["actions"], p.shape[-1]).astype(int) - p,
        "fisher": lambda _, p: diagonal(p) - outer(p),
    }
    return instead(lambda f: {name: results[name](f, weights(f))})


FAMILIES = (bases, changed_logits)

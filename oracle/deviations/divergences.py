"""Deviations of divergences between policies: directions, logarithms of zero, maxima, bounds, estimators."""

from collections.abc import Callable, Iterator
from typing import Any

from ...spec import divergence, policy
from ...spec.numbers import boxed, exp, expm1, is_nonzero, largest, log, maximum, minimum, sqrt, where
from ..contract import Compute, Contract
from ..deviation import BUG, CONTESTED, DELIBERATE, Deviation, after, before, deviation, instead
from ..reading import Facts
from .categorical import logarithm, no_number, with_epsilon
from .distributions import directions

ROWS = ("kl", "tv", "kl_max", "tv_max")
NEW = {"policy": "new_policy"}
SWAP = {"policy": "new_policy", "new_policy": "policy"}
OLD = {"new_policy": "policy"}


def over_states(contract: Contract, _: frozenset[str]) -> Iterator[Deviation]:
    """What else than the largest is taken over states."""
    if contract.equation.id not in ("divergence.kl_max", "divergence.tv_max"):
        return
    name = contract.equation.name
    rows: Callable[[Any, Any], Any] = getattr(divergence, name.removesuffix("_max"))
    for identifier, says, take in (
        ("mean_over_states", "the mean over states stands for the largest", lambda r: r.sum() / len(r)),
        ("sum_over_states", "the sum over states stands for the largest", lambda r: r.sum()),
        ("smallest_over_states", "the smallest stands for the largest", lambda r: -largest(-r)),
        ("not_maximised", "one number for each state, not the largest", lambda r: r),
        ("first_state_alone", "the first state stands for all", lambda r: r[0]),
    ):
        yield deviation(
            identifier, says, instead(lambda f, t=take: {name: t(rows(f["policy"], f["new_policy"]))}),
            effect="the bound holds of the average only, or of nothing",
        )  # fmt: skip


def exchanged_masks(contract: Contract, facts: frozenset[str]) -> Iterator[Deviation]:
    """Masks of actions that do not enter a divergence."""
    if contract.equation.topic == "divergence" and {"unmasked_logits", "unmasked_old_logits"} <= facts:
        yield deviation(
            "action_mask_ignored", "the mask is ignored: forbidden actions have probability",
            before(lambda f: {
                "policy": policy.softmax(f["unmasked_old_logits"]), "new_policy": policy.softmax(f["unmasked_logits"]),
            }),
        )  # fmt: skip
        yield deviation(
            "only_the_new_policy_masked", "the old policy is not masked",
            before(lambda f: {"policy": policy.softmax(f["unmasked_old_logits"])}),
        )  # fmt: skip
        yield deviation(
            "only_the_old_policy_masked", "the new policy is not masked",
            before(lambda f: {"new_policy": policy.softmax(f["unmasked_logits"])}),
        )  # fmt: skip


FAMILIES = (over_states, exchanged_masks)


def _pair(name: str, find: Callable[[Any, Any], Any]) -> Callable[[Compute], Compute]:
    return instead(lambda f: {name: find(f["policy"], f["new_policy"])})


def _kl_terms(p: Any, q: Any) -> Any:
    has = is_nonzero(p)
    return where(has, p, 0) * (logarithm(p) - log(where(has, q, 1)))


def _nan_at_zero(name: str, *, both: bool) -> Callable[[Compute], Compute]:
    """NaN in every row where the old policy (and, if so asked, the new one) lacks an action."""

    def change(compute: Compute) -> Compute:
        def computed(facts: Facts) -> dict[str, Any]:
            rows = boxed(divergence.kl(facts["policy"], facts["new_policy"])) if name == "kl_max" else None
            result = compute(facts)[name] if rows is None else rows
            gaps = ~is_nonzero(facts["policy"])
            gaps &= ~is_nonzero(facts["new_policy"]) if both else True
            found = where(gaps.any(axis=-1), no_number(0 * facts["policy"].sum(axis=-1)), result)
            return {name: found if rows is None else largest(found)}

        return computed

    return change


def _half(p: Any, q: Any) -> Any:
    middle = (p + q) / 2
    return (divergence.kl(p, middle) + divergence.kl(q, middle)) / 2


def _hellinger(p: Any, q: Any) -> Any:
    overlap = sqrt(p * q).sum(axis=-1)
    return sqrt(maximum(1 - overlap, 0))


KL: tuple[tuple[str, str, Callable[[Any, Any], Any], str], ...] = (
    ("cross_entropy", "the entropy of the old policy is not subtracted: the cross-entropy", lambda p, q:
     -(where(is_nonzero(p), p, 0) * log(where(is_nonzero(p), q, 1))).sum(axis=-1), BUG),
    ("not_weighted", "the log-ratios are summed without weights", lambda p, q: (log(p) - log(q)).sum(axis=-1), BUG),
    ("weighted_by_the_new_policy", "the log-ratios are weighted by the new policy: minus KL(new || old)",
     lambda p, q: (q * (logarithm(p) - log(where(is_nonzero(q), q, 1)))).sum(axis=-1), BUG),
    ("averaged_over_actions", "the mean over actions is taken, not the sum", lambda p, q: _kl_terms(p, q).sum(axis=-1)
     / p.shape[-1], BUG),
    ("not_summed_over_actions", "one number for each action, not their sum", _kl_terms, BUG),
    ("summed_over_states", "the sum is over the first axis, of states",
     lambda p, q: _kl_terms(p, q).T.sum(axis=-1), BUG),
    ("without_logarithm", "the ratio stands for its logarithm", lambda p, q: (p * p / q).sum(axis=-1), BUG),
    ("chi_square", "the chi-square divergence", lambda p, q: ((p - q) * (p - q) / q).sum(axis=-1), CONTESTED),
    ("half_chi_square", "half the chi-square divergence",
     lambda p, q: ((p - q) * (p - q) / q).sum(axis=-1) / 2, CONTESTED),
    ("jensen_shannon", "the Jensen-Shannon divergence", _half, CONTESTED),
    ("magnitudes", "the magnitudes of the terms are summed", lambda p, q: abs(_kl_terms(p, q)).sum(axis=-1), BUG),
    ("generalised", "the masses q - p of the actions that p has are added",
     lambda p, q: (_kl_terms(p, q) - p + where(is_nonzero(p), q, 0)).sum(axis=-1), CONTESTED),
    ("infinities_dropped", "actions that the new policy lacks count zero, where the divergence is infinite",
     lambda p, q:
     where(is_nonzero(q), _kl_terms(p, where(is_nonzero(q), q, 1)), 0).sum(axis=-1), BUG),
)  # fmt: skip
TV: tuple[tuple[str, str, Callable[[Any, Any], Any], str], ...] = (
    ("no_one_half", "the factor one half is missing: the L1 distance", lambda p, q: abs(p - q).sum(axis=-1), CONTESTED),
    ("largest_difference", "the largest difference stands for half the sum",
     lambda p, q: largest(abs(p - q), axis=-1), BUG),
    ("averaged_over_actions", "the mean over actions is taken, not the sum",
     lambda p, q: abs(p - q).sum(axis=-1) / p.shape[-1], BUG),
    ("half_the_mean", "half the mean over actions", lambda p, q: abs(p - q).sum(axis=-1) / (2 * p.shape[-1]), BUG),
    ("no_magnitudes", "the differences are not taken as magnitudes: zero", lambda p, q: (p - q).sum(axis=-1) / 2, BUG),
    ("squared_differences", "half the sum of squares", lambda p, q: ((p - q) * (p - q)).sum(axis=-1) / 2, BUG),
    ("euclidean_distance", "the Euclidean distance", lambda p, q: sqrt(((p - q) * (p - q)).sum(axis=-1)), CONTESTED),
    ("half_the_euclidean_distance", "half the Euclidean distance stands for half the sum of magnitudes",
     lambda p, q: sqrt(((p - q) * (p - q)).sum(axis=-1)) / 2, BUG),
    ("hellinger", "the Hellinger distance", _hellinger, CONTESTED),
    ("not_summed_over_actions", "one number for each action, not their sum", lambda p, q: abs(p - q) / 2, BUG),
    ("summed_over_states", "the sum is over the first axis, of states",
     lambda p, q: abs(p - q).T.sum(axis=-1) / 2, BUG),
    ("overlap", "one less the distance", lambda p, q: minimum(p, q).sum(axis=-1), BUG),
)  # fmt: skip


def _rows(name: str, entries: Any) -> tuple[Deviation, ...]:
    return tuple(deviation(identifier, says, _pair(name, find), kind=kind) for identifier, says, find, kind in entries)


def _largest(entries: Any) -> Any:
    shaped = ("not_summed_over_actions", "summed_over_states")
    return [
        (name, says, lambda p, q, find=find: largest(find(p, q)), kind)
        for name, says, find, kind in entries if name not in shaped
    ]  # fmt: skip


def _with_epsilons(name: str, take: Callable[[Any], Any]) -> tuple[Deviation, ...]:
    """Small numbers at every usual place inside the logarithm."""
    places: tuple[tuple[str, str, Callable[[Any, Any, float], Any]], ...] = (
        ("epsilon_in_the_logarithm", "a small number is added to both probabilities inside the logarithm",
         lambda p, q, e: p * (log(p + e) - log(q + e))),
        ("epsilon_added_to_the_new_policy", "a small number is added to the new probabilities",
         lambda p, q, e: p * (logarithm(p) - log(q + e))),
        ("epsilon_added_to_the_ratio", "a small number is added to the ratio", lambda p, q, e: p * log(p / q + e)),
        ("epsilon_added_to_divisor_and_ratio", "a small number is added to the divisor, and to the ratio",
         lambda p, q, e: p * log(p / (q + e) + e)),
        ("epsilon_added_to_the_probabilities", "a small number is added to all probabilities",
         lambda p, q, e: (p + e) * (log(p + e) - log(q + e))),
        ("probabilities_at_least", "inside the logarithm, probabilities are at least a small number",
         lambda p, q, e: p * (log(maximum(p, e + 0 * p)) - log(maximum(q, e + 0 * q)))),
        ("all_probabilities_at_least", "probabilities are at least a small number", lambda p, q, e:
         maximum(p, e + 0 * p) * (log(maximum(p, e + 0 * p)) - log(maximum(q, e + 0 * q)))),
        ("new_probabilities_at_least", "the new probabilities are at least a small number",
         lambda p, q, e: p * (logarithm(p) - log(maximum(q, e + 0 * q)))),
    )  # fmt: skip
    return tuple(
        found
        for place, says, terms in places
        for found in with_epsilon(lambda e, place=place, says=says, terms=terms: deviation(
            place, says, _pair(name, lambda p, q: take(terms(p, q, e).sum(axis=-1))), kind=DELIBERATE,
            spelling=f"{e:g}",
            effect="the divergence is finite where the new policy lacks an action",
        ))
    )  # fmt: skip


def _kl(name: str, take: Callable[[Any], Any]) -> tuple[Deviation, ...]:
    return (
        *directions(name, SWAP, NEW, OLD),
        *(
            deviation(
                "nan_for_impossible_actions",
                "an action of probability zero makes the divergence NaN (zero times infinity)",
                _nan_at_zero(name, both=both), effect="a masked or impossible action breaks the whole update",
                seen=("JuliaReinforcementLearning/ReinforcementLearning.jl#917",), spelling=spelling,
            )
            for both, spelling in ((False, ""), (True, "of both"))
        ),
        *_with_epsilons(name, take),
    )  # fmt: skip


def _log_ratio(facts: Facts) -> Any:
    return facts["log_probs"] - facts["old_log_probs"]


ESTIMATORS: tuple[tuple[str, str, Callable[[Any], Any], str], ...] = (
    ("k1", "k1, -log r", lambda x: -x, DELIBERATE),
    ("k2", "k2, half the squared log-ratio", lambda x: x * x / 2, DELIBERATE),
    ("k3", "k3, (r - 1) - log r", lambda x: exp(x) - 1 - x, DELIBERATE),
    ("of_the_other_direction", "k3 of KL(new || old), r log r - (r - 1)",
     lambda x: exp(x) * x - (exp(x) - 1), CONTESTED),
    ("ratio_inverted", "k3 of the inverted ratio, (1 / r - 1) + log r", lambda x: exp(-x) - 1 + x, BUG),
    ("log_ratio_added", "(r - 1) + log r", lambda x: exp(x) - 1 + x, BUG),
    ("no_minus_one", "r - log r", lambda x: exp(x) - x, BUG),
    ("no_log_ratio", "r - 1", lambda x: exp(x) - 1, BUG),
    ("weighted_log_ratio", "r log r", lambda x: exp(x) * x, CONTESTED),
    ("square_not_halved", "the squared log-ratio, not halved", lambda x: x * x, BUG),
    ("square_of_the_ratio", "half the square of r - 1", lambda x: (exp(x) - 1) * (exp(x) - 1) / 2, BUG),
    ("magnitude", "the magnitude of the log-ratio", abs, CONTESTED),
    ("sign", "the log-ratio of the wrong sign", lambda x: x, BUG),
)  # fmt: skip


def _estimators(name: str) -> tuple[Deviation, ...]:
    return tuple(
        deviation(identifier, says, instead(lambda f, find=find: {name: find(_log_ratio(f))}), kind=kind)
        for identifier, says, find, kind in ESTIMATORS if identifier != name
    )  # fmt: skip


def _of_kl(name: str, entries: Any) -> tuple[Deviation, ...]:
    return tuple(
        deviation(
            identifier, says, _pair(name, lambda p, q, find=find: find(maximum(divergence.kl(p, q), 0))), kind=kind
        )
        for identifier, says, find, kind in entries
    )


REVERSED = deviation("kl_reversed", "KL(new || old), not KL(old || new)", before(
    lambda f: {"policy": f["new_policy"], "new_policy": f["policy"]}), kind=CONTESTED)  # fmt: skip

DEVIATIONS: dict[str, tuple[Deviation, ...]] = {
    "divergence.kl": (*_kl("kl", lambda rows: rows), *_rows("kl", KL)),
    "divergence.kl_max": (
        *_kl("kl_max", largest),
        *_rows("kl_max", _largest(KL)),
        deviation("largest_over_actions_as_well", "the largest term of any state and action",
                  _pair("kl_max", lambda p, q: largest(_kl_terms(p, q)))),
    ),
    "divergence.tv": _rows("tv", TV),
    "divergence.tv_max": (
        *_rows("tv_max", _largest(TV)),
        deviation("half_the_largest_difference", "half the largest difference of any state and action",
                  _pair("tv_max", lambda p, q: largest(abs(p - q)) / 2)),
    ),
    "divergence.pinsker": (
        REVERSED,
        *_of_kl("pinsker", (
            ("no_one_half", "the factor one half is missing: TRPO's weaker bound", sqrt, DELIBERATE),
            ("no_root", "the root is missing", lambda kl: kl / 2, BUG),
            ("half_of_the_root", "one half stands outside the root", lambda kl: sqrt(kl) / 2, BUG),
            ("two_for_one_half", "the divergence is doubled, not halved", lambda kl: sqrt(2 * kl), BUG),
            ("bretagnolle_huber", "Bretagnolle and Huber's bound", lambda kl: sqrt(-expm1(-kl)), CONTESTED),
            ("at_most_one", "the bound is at most one", lambda kl: minimum(sqrt(kl / 2), 1), DELIBERATE),
        )),
    ),
    "divergence.bretagnolle_huber": (
        REVERSED,
        *_of_kl("bretagnolle_huber", (
            ("no_root", "the root is missing", lambda kl: -expm1(-kl), BUG),
            ("tsybakov", "1 - exp(-KL) / 2, which is weaker", lambda kl: 1 - exp(-kl) / 2, CONTESTED),
            ("pinsker", "Pinsker's bound", lambda kl: sqrt(kl / 2), CONTESTED),
            ("half_the_divergence", "the divergence is halved", lambda kl: sqrt(-expm1(-kl / 2)), BUG),
            ("twice_the_divergence", "the divergence is doubled", lambda kl: sqrt(-expm1(-2 * kl)), BUG),
        )),
    ),
    "divergence.coupling": (
        deviation("independent", "both actions are drawn independently",
                  _pair("coupling", lambda p, q: p[..., :, None] * q[..., None, :])),
        deviation("transposed", "rows and columns are exchanged",
                  before(lambda f: {"policy": f["new_policy"], "new_policy": f["policy"]})),
    ),
    "divergence.kl_fisher": (
        deviation("no_one_half",
        "the factor one half is missing", after(lambda _, o: {"kl_fisher": 2 * o["kl_fisher"]})),
        deviation("no_outer_product",
        "the outer product is missing: half the mean square of the step", instead(lambda f: {
            "kl_fisher": (policy.softmax(f["logits"]) * f["logit_steps"] * f["logit_steps"]).sum(axis=-1) / 2})),
        deviation("divergence_itself", "the divergence, not its second order", instead(lambda f: {
            "kl_fisher": divergence.kl(policy.softmax(f["logits"]), policy.softmax(f["logits"] + f["logit_steps"]))}),
            kind=CONTESTED),
        deviation("norm_of_the_step", "half the squared norm of the step", instead(lambda f: {
            "kl_fisher": (f["logit_steps"] * f["logit_steps"]).sum(axis=-1) / 2})),
        deviation("root", "the root of the quadratic form", after(lambda _, o: {"kl_fisher": sqrt(o["kl_fisher"])})),
    ),
    "divergence.kl_logits_gradient": (
        deviation("of_the_other_direction", "the gradient of KL(softmax || p)", instead(lambda f: {
            "kl_logits_gradient": _other_gradient(f["probabilities"], policy.softmax(f["logits"]))}), kind=CONTESTED),
        deviation("no_target", "the target is not subtracted", instead(lambda f: {
            "kl_logits_gradient": policy.softmax(f["logits"]) + 0 * f["probabilities"]})),
        deviation("in_the_probabilities", "the gradient in the probabilities, -p / q", instead(lambda f: {
            "kl_logits_gradient": -f["probabilities"] / policy.softmax(f["logits"])}), kind=CONTESTED),
    ),
    "divergence.k1": _estimators("k1"),
    "divergence.k2": _estimators("k2"),
    "divergence.k3": _estimators("k3"),
}  # fmt: skip


def _other_gradient(p: Any, q: Any) -> Any:
    terms = log(q) - log(p)
    return q * (terms - (q * terms).sum(axis=-1)[..., None])

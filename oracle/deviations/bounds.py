"""Deviations of lower bounds on the return: a surrogate, less a penalty."""

from collections.abc import Callable, Iterator
from typing import Any

from ...spec import cpi, divergence, mdp_evaluation, numbers, trpo
from ...spec.decision_process import read_policy
from ..contract import Contract, Outputs
from ..deviation import Deviation, after, deviation, instead
from ..reading import Facts


def _surrogate(facts: Facts) -> Any:
    return trpo.surrogate(facts["mdp"], facts["policy"], facts["new_policy"])


def _gain(facts: Facts) -> Any:
    return _surrogate(facts) - mdp_evaluation.eta(facts["mdp"], facts["policy"])


def _mixture(facts: Facts) -> Any:
    """The surrogate of a mixture is the bound at a penalty of zero."""
    mdp, policy = facts["mdp"], facts["policy"]
    gains = trpo.expected_advantage(mdp, policy, facts["mixed_policy"])
    return mdp_evaluation.eta(mdp, policy) + facts["alpha"] * (
        mdp_evaluation.discounted_visitation(mdp, policy) @ gains
    )


WITHOUT_PENALTY: dict[str, tuple[Callable[[Facts], Any], tuple[str, ...]]] = {
    **dict.fromkeys(
        ("trpo.tv_bound", "trpo.tv_bound_refined", "trpo.kl_bound", "cpo.bound", "cpo.kl_bound"),
        (_surrogate, ("mdp", "policy", "new_policy")),
    ),
    "trpo.mm_lower_bound": (_gain, ("mdp", "policy", "new_policy")),
    **dict.fromkeys(
        ("cpi.mixture_bound", "cpi.mixture_bound_kl02"), (_mixture, ("mdp", "policy", "mixed_policy", "alpha"))
    ),
}
"""Bounds by the equation's id: what they are without their penalty."""

FACTORS: tuple[tuple[str, str, Callable[[Any], Any]], ...] = (
    ("penalty_halved", "the penalty is half of what it should be: 2 for 4", lambda g: (1 + 0 * g) / 2),
    ("penalty_doubled", "the penalty is twice what it should be: 4 for 2", lambda g: 2 + 0 * g),
    ("penalty_quartered", "the penalty is a quarter of what it should be: its constant is missing",
     lambda g: (1 + 0 * g) / 4),
    ("one_minus_gamma_not_squared", "the penalty is divided by one power of 1 - gamma too few", lambda g: 1 - g),
    ("one_minus_gamma_missing", "the penalty is not divided by powers of 1 - gamma", lambda g: (1 - g) * (1 - g)),
    ("one_minus_gamma_too_often", "the penalty is divided by one power of 1 - gamma too many", lambda g: 1 / (1 - g)),
    ("penalty_times_gamma", "the penalty has one factor gamma too many", lambda g: g),
    ("penalty_added", "the penalty is added, not subtracted", lambda g: -1 + 0 * g),
    ("penalty_missing", "there is no penalty: the surrogate itself is taken for a bound", lambda g: 0 * g),
)  # fmt: skip


def penalties(contract: Contract, _: frozenset[str]) -> Iterator[Deviation]:
    """Another constant in front of the penalty."""
    if contract.equation.id not in WITHOUT_PENALTY:
        return
    name = contract.equation.name
    without, needs = WITHOUT_PENALTY[contract.equation.id]
    for label, says, factor in FACTORS:

        def change(facts: Facts, outputs: Outputs, factor: Callable[[Any], Any] = factor) -> Outputs:
            base = without(facts)
            return {name: base - factor(facts["mdp"].discount) * (base - outputs[name])}

        yield deviation(label, says, after(change), needs=needs, effect="the bound does not hold, or is not tight")


def _with_divergence(divergence_of: Callable[[Any, Any], Any]) -> Callable[[Facts], Any]:
    """The surrogate less the penalty coefficient times a divergence."""

    def bound(facts: Facts) -> Any:
        mdp = facts["mdp"]
        old, new = read_policy(mdp, facts["policy"]), read_policy(mdp, facts["new_policy"])
        return _surrogate(facts) - trpo.penalty_coefficient(mdp, facts["policy"]) * divergence_of(old, new)

    return bound


def _gamma_missing(facts: Facts, divergence_of: Callable[[Any, Any], Any]) -> Any:
    mdp = facts["mdp"]
    old, new = read_policy(mdp, facts["policy"]), read_policy(mdp, facts["new_policy"])
    remaining = 1 - mdp.discount
    coefficient = 4 * trpo.epsilon(mdp, facts["policy"]) / (remaining * remaining)
    return _surrogate(facts) - coefficient * divergence_of(old, new)


def _squared(old: Any, new: Any) -> Any:
    alpha = divergence.tv_max(old, new)
    return alpha * alpha


NEEDS = ("mdp", "policy", "new_policy")
DEVIATIONS = {
    "trpo.tv_bound": (
        deviation(
            "alpha_not_squared", "the total variation enters the penalty itself, not its square",
            instead(lambda f: {"tv_bound": _with_divergence(divergence.tv_max)(f)}), needs=NEEDS,
        ),
        deviation(
            "kl_for_squared_total_variation", "the largest KL divergence stands for the squared total variation",
            instead(lambda f: {"tv_bound": _with_divergence(divergence.kl_max)(f)}), needs=NEEDS,
        ),
        deviation(
            "gamma_missing_in_the_penalty", "the penalty has no factor gamma",
            instead(lambda f: {"tv_bound": _gamma_missing(f, _squared)}), needs=NEEDS,
        ),
        deviation(
            "refined_bound", "the tighter bound with 1 - gamma (1 - alpha) in place of one 1 - gamma",
            instead(lambda f: {"tv_bound": trpo.tv_bound_refined(f["mdp"], f["policy"], f["new_policy"])}), needs=NEEDS,
        ),
    ),
    "trpo.kl_bound": (
        deviation(
            "total_variation_for_kl", "the largest total variation stands for the KL divergence",
            instead(lambda f: {"kl_bound": _with_divergence(divergence.tv_max)(f)}), needs=NEEDS,
        ),
        deviation(
            "squared_total_variation_for_kl", "the squared total variation stands for the KL divergence",
            instead(lambda f: {"kl_bound": _with_divergence(_squared)(f)}), needs=NEEDS,
        ),
        deviation(
            "gamma_missing_in_the_penalty", "the penalty has no factor gamma",
            instead(lambda f: {"kl_bound": _gamma_missing(f, divergence.kl_max)}), needs=NEEDS,
        ),
        deviation(
            "root_of_kl", "the root of the divergence enters the penalty",
            instead(lambda f: {"kl_bound": _with_divergence(lambda p, n: numbers.sqrt(divergence.kl_max(p, n)))(f)}),
            needs=NEEDS,
        ),
    ),
    "trpo.tv_bound_refined": (
        deviation(
            "plain_bound", "the bound with (1 - gamma) squared, which is looser",
            instead(lambda f: {"tv_bound_refined": trpo.tv_bound(f["mdp"], f["policy"], f["new_policy"])}), needs=NEEDS,
        ),
    ),
    "trpo.penalty_coefficient": (
        deviation(
            "gamma_missing_in_the_penalty", "the coefficient has no factor gamma",
            instead(lambda f: {
                "penalty_coefficient": 4 * trpo.epsilon(f["mdp"], f["policy"])
                / ((1 - f["mdp"].discount) * (1 - f["mdp"].discount))
            }),
            needs=("mdp", "policy"),
        ),
    ),
    "trpo.mm_lower_bound": (
        deviation(
            "bound_on_the_return", "the bound is on the return itself: that of the old policy is not subtracted",
            instead(lambda f: {"mm_lower_bound": trpo.kl_bound(f["mdp"], f["policy"], f["new_policy"])}), needs=NEEDS,
        ),
    ),
    "cpi.mixture_bound": (
        deviation(
            "refined_bound", "the tighter bound with 1 - gamma (1 - alpha) in place of one 1 - gamma",
            instead(lambda f: {
                "mixture_bound": cpi.mixture_bound_kl02(f["mdp"], f["policy"], f["mixed_policy"], alpha=f["alpha"])
            }),
            needs=("mdp", "policy", "mixed_policy", "alpha"),
        ),
    ),
}  # fmt: skip

FAMILIES = (penalties,)

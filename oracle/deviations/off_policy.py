"""Deviations of off-policy corrections: which ratio stands where, what is clipped, and what follows."""

from collections.abc import Callable
from typing import Any

from ...spec import mdp
from ...spec.numbers import maximum, minimum, rational, stack
from ..contract import Outputs
from ..contracts.trajectories import errors, gamma, number, rho, vtrace_target
from ..deviation import CONTESTED, DELIBERATE, Deviation, after, before, deviation, earlier, instead, joined, later
from ..reading import Facts
from .returns import NO_BOOTSTRAP
from .trajectories import TIME_OUTS, errors_of, exchanged, last_next_value, recursion, switch

BIASED = "the fixed point is another policy's value"
INVERTED = deviation(
    "ratios_inverted",
    "the ratio is that of the behaviour policy to the target policy",
    before(lambda f: {"ratios": 1 / f["ratios"]}),
    needs=("ratios",),
    effect=BIASED,
)
IGNORED = deviation(
    "ratios_ignored",
    "the ratios are not applied",
    before(lambda f: {"ratios": 0 * f["ratios"] + 1}),
    needs=("ratios",),
    effect="the value of the policy that acted is learnt",
)


def _clipped(facts: Facts) -> Facts:
    return {"ratios": minimum(facts["ratios"], 1)}


def _clipped_product(facts: Facts) -> Outputs:
    product = _products(facts["ratios"], lambda _: len(facts["ratios"]))[0]
    return {"ordinary": minimum(product, 1) * mdp.discounted_return(facts["rewards"], gamma=facts["gamma"])}


CLIPPED = deviation(
    "ratios_clipped",
    "ratios are clipped at one",
    before(_clipped),
    needs=("ratios",),
    effect="biased, with less variance",
    kind=DELIBERATE,
)


def _beside_zero(name: str, denominator: Callable[[Facts], Any]) -> tuple[Deviation, ...]:
    """A small number in the denominator."""
    return tuple(
        deviation(
            "epsilon_in_the_denominator",
            "a small number is added to the denominator",
            after(lambda f, o, e=epsilon: {name: o[name] * denominator(f) / (denominator(f) + rational(e))}),
            kind=DELIBERATE,
            spelling=epsilon,
        )
        for epsilon in ("1e-8", "1e-6", "1e-10", "1e-12", "1e-5")
    )


def _ones(facts: Facts) -> Any:
    return 0 * facts["ratios"] + 1


def _unclipped(facts: Facts) -> Any:
    return facts["ratios"]


def _next_target(facts: Facts) -> Any:
    """gamma (v_{t+1} - V(s_{t+1})) as if nothing but a termination were between two rows."""
    targets = vtrace_target({**facts, "parts": {}})
    following = joined(targets[1:], facts["next_values"][-1:])
    return gamma(facts) * number(~facts["terminated"]) * (following - facts["next_values"])


def _target_of_the_step(facts: Facts) -> Any:
    """v_t in place of v_{t+1}."""
    targets = vtrace_target({**facts, "parts": {}})
    return gamma(facts) * number(~facts["terminated"]) * (targets - facts["next_values"])


RATIOS = (
    switch(
        "rho_not_clipped",
        "the ratios in front of TD errors are not clipped",
        rho=_unclipped,
        effect="the variance is unbounded",
    ),
    switch(
        "traces_not_clipped",
        "the ratios in the traces are not clipped",
        traces=_unclipped,
        effect="the variance is unbounded",
    ),
    deviation(
        "ratios_not_clipped",
        "no ratio is clipped",
        exchanged(rho=_unclipped, traces=_unclipped),
        effect="the variance is unbounded",
    ),
    switch("rho_left_out", "TD errors are not multiplied by their ratio", rho=_ones, effect=BIASED),
    switch("traces_left_out", "the traces carry no ratio", traces=_ones, effect=BIASED),
    switch(
        "rho_in_the_traces", "the traces are clipped at rho_bar", traces=lambda f: minimum(f["ratios"], f["rho_bar"])
    ),
    switch(
        "c_in_front_of_the_errors",
        "the ratios in front of TD errors are clipped at c_bar",
        rho=lambda f: minimum(f["ratios"], f["c_bar"]),
        effect=BIASED,
    ),
    switch(
        "clipped_from_below",
        "max stands for min: ratios are clipped from below",
        rho=lambda f: maximum(f["ratios"], f["rho_bar"]),
        traces=lambda f: maximum(f["ratios"], f["c_bar"]),
        effect="the variance is unbounded",
    ),
    switch(
        "traces_of_the_next_step",
        "the trace of step t is that of step t + 1",
        traces=lambda f: earlier(minimum(f["ratios"], f["c_bar"])),
    ),
    switch(
        "traces_of_the_previous_step",
        "the trace of step t is that of step t - 1",
        traces=lambda f: later(minimum(f["ratios"], f["c_bar"])),
    ),
)
ADVANTAGE = (
    switch(
        "next_trajectorys_target",
        "after a truncation it bootstraps from the target of another episode's first row",
        following=_next_target,
        needs=("truncated",),
        seen=("pytorch/rl#4209", "pytorch/rl PR#4210"),
        effect="the last step of each truncated episode is credited with another one's value",
    ),
    switch("advantage_without_ratio", "the advantage is not multiplied by its ratio", policy_rho=_ones, effect=BIASED),
    switch("advantage_ratio_not_clipped", "the ratio in front of the advantage is not clipped", policy_rho=_unclipped),
    switch(
        "bootstraps_from_the_value",
        "the advantage bootstraps from V(s_{t+1}), not from the target v_{t+1}",
        following=lambda f: 0 * f["rewards"],
        kind=CONTESTED,
    ),
    switch(
        "bootstraps_from_its_own_target",
        "the advantage bootstraps from v_t in place of v_{t+1}",
        following=_target_of_the_step,
    ),
    deviation(
        "target_minus_value",
        "the advantage is v_t - V(s_t)",
        after(lambda f, _: {"advantage": vtrace_target({"parts": {}, **f}) - f["values"]}),
        kind=CONTESTED,
    ),
    deviation(
        "ratio_times_target_minus_value",
        "the advantage is rho_t (v_t - V(s_t))",
        after(lambda f, _: {"advantage": rho({"parts": {}, **f}) * (vtrace_target({"parts": {}, **f}) - f["values"])}),
    ),
)
BESIDE = deviation(
    "next_trajectorys_target",
    "after a truncation the advantage bootstraps from the target of another episode's first row",
    after(lambda f, _: {"advantages": _leaking_advantage(f)}),
    needs=("truncated",),
    effect="the last step of each truncated episode is credited with another one's value",
    seen=("pytorch/rl#4209", "pytorch/rl PR#4210"),
)


def _leaking_advantage(facts: Facts) -> Any:
    own = {"parts": {}, **facts}
    return rho(own) * (errors(own) + _next_target(facts))


def _double(name: str) -> Deviation:
    """The window's bootstrap, counted twice."""
    return switch(
        "window_bootstrap_counted_twice",
        "the recursion starts from the value after the data, which the last step bootstraps from already",
        start=last_next_value,
        seen=("simonsays1980/rl-triton PR#4",),
        effect=f"the last {name} of every window are overestimated by it",
    )


RETRACE = (
    switch(
        "traces_not_clipped",
        "the ratios in the traces are not clipped at one",
        traces=lambda f: f["trace_decay"] * f["ratios"],
        effect="the variance is unbounded",
    ),
    switch(
        "traces_without_ratios",
        "the traces carry no ratio: Q(lambda)",
        traces=lambda f: f["trace_decay"] + 0 * f["ratios"],
        effect="unsafe where the policies differ",
    ),
    switch(
        "traces_of_the_current_step",
        "the trace is that of the action taken, not of the next one",
        following_traces=lambda f: f["trace_decay"] * minimum(f["ratios"], 1),
    ),
    switch(
        "error_times_its_own_trace",
        "the TD error of the action taken is multiplied by its own ratio",
        error_weights=lambda f: minimum(f["ratios"], 1),
        effect="the target of the action taken needs no correction",
    ),
    switch("lambda_left_out", "lambda does not enter the traces", traces=lambda f: minimum(f["ratios"], 1)),
    switch(
        "lambda_inside_the_minimum",
        "min(1, lambda r) stands for lambda min(1, r)",
        traces=lambda f: minimum(f["trace_decay"] * f["ratios"], 1),
    ),
    deviation(
        "q_of_the_action_taken",
        "the bootstrap is Q(s_{t+1}, a_{t+1}), not its expectation",
        before(lambda f: {"next_values": joined(f["values"][1:], f["next_values"][-1:])}),
    ),
)


def _products(ratios: Any, count: Callable[[int], int]) -> Any:
    found = []
    for t in range(len(ratios)):
        product = 0 * ratios[0] + 1
        for ratio in ratios[: count(t)]:
            product = product * ratio
        found.append(product)
    return stack(found)


def _weighted_return(facts: Facts, weights: Any) -> Any:
    return mdp.discounted_return(weights * facts["rewards"], gamma=facts["gamma"])


PER_DECISION = (
    deviation(
        "ratio_of_the_action_left_out",
        "the reward of step t lacks the ratio of its own action",
        instead(lambda f: {"per_decision": _weighted_return(f, _products(f["ratios"], lambda t: t))}),
        effect=BIASED,
    ),
    deviation(
        "product_over_the_episode",
        "every reward is weighted by the product over the whole episode",
        instead(lambda f: {"per_decision": _weighted_return(f, _products(f["ratios"], lambda _: len(f["ratios"])))}),
        effect="the same mean, a larger variance",
    ),
    deviation(
        "single_ratios",
        "each reward is weighted by its own ratio alone",
        instead(lambda f: {"per_decision": _weighted_return(f, f["ratios"])}),
        effect=BIASED,
    ),
)
ORDINARY = (
    deviation(
        "per_decision",
        "each reward is weighted by the ratios up to its own action",
        instead(lambda f: {"ordinary": _weighted_return(f, _products(f["ratios"], lambda t: t + 1))}),
        effect="the same mean, a smaller variance",
        kind=CONTESTED,
    ),
    deviation(
        "single_ratios",
        "each reward is weighted by its own ratio alone",
        instead(lambda f: {"ordinary": _weighted_return(f, f["ratios"])}),
        effect=BIASED,
    ),
    deviation(
        "sum_of_ratios",
        "the ratios are added, not multiplied",
        instead(
            lambda f: {"ordinary": f["ratios"].sum(axis=0) * mdp.discounted_return(f["rewards"], gamma=f["gamma"])}
        ),
    ),
    deviation(
        "mean_of_ratios",
        "the ratios are averaged, not multiplied",
        instead(
            lambda f: {
                "ordinary": f["ratios"].sum(axis=0)
                / len(f["ratios"])
                * mdp.discounted_return(f["rewards"], gamma=f["gamma"])
            }
        ),
    ),
    deviation(
        "product_clipped",
        "the product of the ratios is clipped at one",
        instead(_clipped_product),
        effect="biased, with less variance",
        kind=DELIBERATE,
    ),
    deviation(
        "last_ratio_left_out",
        "the ratio of the last action is missing",
        before(lambda f: {"ratios": joined(f["ratios"][:-1], 0 * f["ratios"][-1:] + 1)}),
        effect=BIASED,
    ),
    deviation(
        "first_ratio_left_out",
        "the ratio of the first action is missing",
        before(lambda f: {"ratios": joined(0 * f["ratios"][:1] + 1, f["ratios"][1:])}),
        effect=BIASED,
    ),
)
WEIGHTED = (
    deviation(
        "divided_by_the_number",
        "the sum is divided by the number of episodes, not by the sum of the ratios",
        instead(lambda f: {"weighted": (f["ratios"] * f["returns"]).sum(axis=0) / len(f["ratios"])}),
        effect="that is ordinary importance sampling: unbiased, of unbounded variance",
    ),
    deviation(
        "not_divided",
        "the sum is not divided",
        instead(lambda f: {"weighted": (f["ratios"] * f["returns"]).sum(axis=0)}),
    ),
    deviation(
        "ratios_only_below",
        "the returns are not weighted above the line",
        instead(lambda f: {"weighted": f["returns"].sum(axis=0) / f["ratios"].sum(axis=0)}),
    ),
)

DEVIATIONS = {
    "vtrace.target": (
        *RATIOS,
        BESIDE,
        _double("targets"),
        *recursion()[:3],
        *recursion()[4:],
        *TIME_OUTS,
        INVERTED,
        IGNORED,
        NO_BOOTSTRAP,
        *errors_of("target")[:3],
    ),
    "vtrace.advantage": (
        *ADVANTAGE,
        *RATIOS,
        _double("advantages"),
        *recursion()[:3],
        *recursion()[4:],
        *TIME_OUTS,
        INVERTED,
        IGNORED,
        NO_BOOTSTRAP,
        *errors_of("advantage"),
    ),
    "retrace.target": (*RETRACE, _double("targets"), *recursion()[:3], *TIME_OUTS, INVERTED, IGNORED, NO_BOOTSTRAP),
    "importance_sampling.ordinary": (*ORDINARY, INVERTED, IGNORED, CLIPPED),
    "importance_sampling.per_decision": (*PER_DECISION, INVERTED, IGNORED, CLIPPED),
    "importance_sampling.weighted": (
        *WEIGHTED,
        INVERTED,
        IGNORED,
        CLIPPED,
        *_beside_zero("weighted", lambda f: f["ratios"].sum(axis=0)),
    ),
    "importance_sampling.ratio": (
        *_beside_zero("ratio", lambda f: f["behaviour_probabilities"]),
        deviation(
            "ratios_inverted",
            "the ratio is that of the behaviour policy to the target policy",
            before(
                lambda f: {
                    "target_probabilities": f["behaviour_probabilities"],
                    "behaviour_probabilities": f["target_probabilities"],
                }
            ),
            effect=BIASED,
        ),
    ),
}

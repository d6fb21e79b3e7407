"""Deviations of estimates along trajectories: what the recursion carries, what it bootstraps from, where it stops."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...spec import mdp
from ...spec.numbers import where
from ..contract import Compute, Outputs
from ..contracts.trajectories import Part, backwards, ended, errors, gamma, number
from ..deviation import BUG, CONTESTED, DELIBERATE, Deviation, after, before, deviation, earlier, instead, joined
from ..reading import Facts

LEAK = "estimates leak across the ends of episodes"


def exchanged(**parts: Part) -> Callable[[Compute], Compute]:
    """A change of parts of the formula."""
    return before(lambda facts: {"parts": {**facts.get("parts", {}), **parts}})


def switch(
    name: str,
    says: str,
    *,
    needs: Sequence[str] = (),
    effect: str = "",
    seen: Sequence[str] = (),
    kind: str = BUG,
    spelling: str = "",
    **parts: Part,
) -> Deviation:
    """Write a change of parts in one call."""
    return deviation(
        name, says, exchanged(**parts), needs=needs, effect=effect, seen=seen, kind=kind, spelling=spelling
    )


def all_rows(facts: Facts) -> Any:
    """Everywhere."""
    return np.ones_like(facts["terminated"])


def last_next_value(facts: Facts) -> Any:
    """The value after the data."""
    return facts["next_values"][-1]


def _without_lambda_first(compute: Compute) -> Compute:
    """A_t = delta_t + gamma A_{t+1}, with the recursion's own A: the value target's, less the value."""
    first = exchanged(first_discount=gamma)(compute)

    def changed(facts: Facts) -> Outputs:
        return {**compute(facts), "advantage": first(facts)["advantage"]}

    return changed


def _own_at_truncation(facts: Facts) -> Facts:
    return {"next_values": where(facts["truncated"], facts["values"], facts["next_values"])}


def _rolled(facts: Facts) -> Facts:
    return {"values": joined(facts["next_values"][-1:], facts["next_values"][:-1])}


def recursion(carries: str = "gamma lambda") -> tuple[Deviation, ...]:
    """What can go wrong with any recursion that runs backwards and stops where episodes end."""
    return (
        switch(
            "no_cut_at_truncation", "the recursion runs on over a truncation into the next episode",
            needs=("truncated",), effect=LEAK, seen=("Toni-SM/skrl#449",), carried=lambda f: ~f["terminated"],
        ),
        switch(
            "no_cut", "the recursion runs on over the ends of episodes", needs=("terminated",), effect=LEAK,
            carried=all_rows,
        ),
        switch(
            "cut_at_truncation_only", "the recursion runs on over terminations", needs=("truncated",), effect=LEAK,
            carried=lambda f: ~f["truncated"],
        ),
        switch(
            "window_bootstrap_counted_twice",
            "the recursion starts from the value after the data, which the last step bootstraps from already",
            needs=("next_values",), effect="the last steps of every window are overestimated by it",
            seen=("simonsays1980/rl-triton PR#4",), start=last_next_value,
        ),
        switch(
            "no_gamma_in_the_error", f"the bootstrap is not discounted, though the trace is by {carries}",
            value_discount=lambda f: 0 * f["rewards"] + 1,
        ),
        switch(
            "discount_of_the_next_step_on_values", "values are discounted with the next step's gamma",
            value_discount=lambda f: earlier(gamma(f)), effect="wrong wherever the discount changes",
            seen=("pytorch/rl#401",),
        ),
        switch(
            "discount_of_the_next_step_in_the_trace", "the trace is discounted with the next step's gamma",
            trace_discount=lambda f: earlier(gamma(f)) * f.get("gae_lambda", 1),
        ),
    )  # fmt: skip


def errors_of(name: str) -> tuple[Deviation, ...]:
    """What can go wrong with TD errors, and the value that is subtracted."""
    return (
        switch(
            "truncated_step_dropped", "the TD error of a truncated step is zero", needs=("truncated",),
            effect="the last step of every truncated episode teaches nothing", kind=DELIBERATE,
            seen=("EdanToledo/Stoix#142", "google/brax brax/training/agents/ppo/losses.py"),
            kept=lambda f: ~f["truncated"],
        ),
        switch(
            "terminated_step_dropped", "the TD error of a terminal step is zero",
            effect="the reward at the end of an episode teaches nothing", kept=lambda f: ~f["terminated"],
        ),
        switch(
            "last_step_of_episodes_dropped", "the TD error of the last step of every episode is zero",
            needs=("truncated",), effect="the reward at the end of an episode teaches nothing",
            kept=lambda f: ~ended(f),
        ),
        switch(
            "last_step_left_out", "the last step of the data is not computed: it gets nothing, and nothing follows",
            kept=_but_the_last, effect="the last step of every window teaches nothing",
        ),
        deviation(
            "last_value_everywhere", "the value after the data stands for V of every successor",
            before(lambda f: {"next_values": 0 * f["next_values"] + f["next_values"][-1]}), needs=("next_values",),
        ),
        deviation(
            "value_not_subtracted", "V(s_t) is not subtracted", after(lambda f, o: {name: o[name] + f["values"]}),
            needs=("values",),
        ),
        deviation(
            "value_subtracted_with_the_wrong_sign", "V(s_t) is added where it is to be subtracted",
            before(lambda f: {"values": -f["values"]}), needs=("values",),
        ),
        deviation(
            "values_rolled_from_next_values",
            "V(s_t) is V of the successor one step before: at the start of the data the last one, at the start of an "
            "episode that of the old one's end",
            before(_rolled), needs=("values", "next_values"), seen=("thu-ml/tianshou#886",),
        ),
    )  # fmt: skip


TIME_OUTS = (
    deviation(
        "time_out_bootstraps_own_value", "a truncated step bootstraps from V(s_t) instead of V of its successor",
        before(_own_at_truncation), needs=("truncated", "values"), seen=("leggedrobotics/rsl_rl#20",), kind=CONTESTED,
    ),
    deviation(
        "time_out_bootstraps_own_value",
        "a truncated step bootstraps from V(s_t) instead of V of its successor, even where it terminates",
        before(lambda f: {**_own_at_truncation(f), "terminated": f["terminated"] & ~f["truncated"]}),
        needs=("truncated", "values"), seen=("leggedrobotics/rsl_rl#20",), kind=CONTESTED, spelling="terminated too",
    ),
)  # fmt: skip


def _but_the_last(facts: Facts) -> Any:
    rows = np.ones_like(facts["terminated"])
    rows[-1] = False
    return rows


def _forwards(facts: Facts) -> Outputs:
    """A_t = delta_t + gamma lambda (1 - cut_t) A_{t-1}."""
    own = {"parts": {}, **facts}
    weights = gamma(facts) * facts["gae_lambda"] * number(~ended(facts))
    _, found = backwards(errors(own)[::-1], weights[::-1], 0 * facts["rewards"][0])
    return {"advantage": found[::-1], "returns": found[::-1] + facts["values"]}


def _monte_carlo(facts: Facts) -> Any:
    data = facts["next_values"], facts["terminated"], facts["truncated"]
    return mdp.rewards_to_go(facts["rewards"], *data, gamma=facts["gamma"])


def _returns(name: str) -> tuple[Deviation, ...]:
    """What can go wrong with returns beside advantages."""
    return (
        deviation(
            "returns_without_advantages", "the returns are the values alone",
            after(lambda f, o: {"returns": f["values"] + 0 * o["returns"]}),
            effect="the critic learns to stay as it is", seen=("vwxyzjn/cleanrl PR#337",),
        ),
        deviation(
            "returns_from_next_values", "the returns are the advantages plus V of the successor",
            after(lambda f, o: {"returns": o[name] + f["next_values"]}),
        ),
        deviation(
            "returns_are_advantages", "the returns are the advantages", after(lambda _, o: {"returns": o[name]}),
        ),
        deviation(
            "returns_instead_of_advantages", "the advantages are the returns: V(s_t) is not subtracted",
            after(lambda _, o: {name: o["returns"]}),
        ),
    )  # fmt: skip


GAE = (
    deviation(
        "runs_forwards", "the recursion runs from the first step to the last: errors of the past are summed",
        instead(_forwards), effect="actions are credited with what came before them",
    ),
    deviation(
        "returns_at_lambda_one", "the returns are sums of rewards, not advantages plus values",
        after(lambda f, _: {"returns": _monte_carlo(f)}), kind=CONTESTED,
        effect="the critic learns from targets of larger variance than the advantages'",
    ),
    deviation(
        "no_lambda_on_the_first_step",
        "A_t = delta_t + gamma A_{t+1}: the first step of the recursion carries no lambda",
        _without_lambda_first, effect="the advantage is that of V-trace, of larger variance",
        seen=("google/brax brax/training/agents/ppo/losses.py",), kind=DELIBERATE,
    ),
    switch(
        "no_gamma_in_the_trace", "the recursion decays by lambda alone",
        trace_discount=lambda f: 0 * f["rewards"] + f["gae_lambda"],
    ),
    switch(
        "lambda_in_the_error", "the bootstrap is multiplied by lambda as well",
        value_discount=lambda f: gamma(f) * f["gae_lambda"],
    ),
    switch(
        "lambda_in_the_error_alone", "lambda multiplies the bootstrap, and not the recursion",
        value_discount=lambda f: gamma(f) * f["gae_lambda"], trace_discount=gamma,
    ),
    switch(
        "gamma_twice_in_the_trace", "the recursion decays by gamma^2 lambda",
        trace_discount=lambda f: gamma(f) * gamma(f) * f["gae_lambda"],
    ),
    switch(
        "no_trace", "there is no recursion: the advantage is the TD error",
        trace_discount=lambda f: 0 * f["rewards"],
    ),
)  # fmt: skip

DEVIATIONS = {
    "gae.advantage": (*recursion(), *errors_of("advantage"), *TIME_OUTS, *_returns("advantage"), *GAE),
    "a2c.advantage": (
        *recursion("gamma")[:4], *TIME_OUTS, *_returns("advantage"), *errors_of("advantage")[3:],
        switch(
            "no_recursion", "the advantage is the TD error of one step", trace_discount=lambda f: 0 * f["rewards"],
            value_discount=gamma,
        ),
    ),
    "td.error": (*errors_of("error"), *TIME_OUTS),
}  # fmt: skip

"""Deviations of estimates along trajectories."""

from typing import Any

from ...spec import td
from ...spec.numbers import where
from ..contract import Outputs, stacked
from ..deviation import CONTESTED, DELIBERATE, after, before, deviation, earlier, instead
from ..reading import Facts


def _advantages(facts: Facts, errors: Any, cut: Any) -> Any:
    """The recursion A_t = error_t + gamma lambda (1 - cut_t) A_{t+1}."""
    following, found = 0 * errors[-1], []
    for t in reversed(range(len(errors))):
        following = errors[t] + facts["gamma"] * facts["gae_lambda"] * (1 - cut[t].astype(int)) * following
        found.append(following)
    return stacked(found[::-1])


def _errors(facts: Facts, **changed: Any) -> Any:
    facts = {**facts, **changed}
    return td.error(
        facts["rewards"], facts["values"], facts["next_values"], facts["terminated"], gamma=facts["gamma"]
    )


def _cut(facts: Facts) -> Any:
    return facts["terminated"] | facts["truncated"]


def _outputs(facts: Facts, advantages: Any) -> Outputs:
    return {"advantage": advantages, "returns": advantages + facts["values"]}


def _without_lambda_first(facts: Facts) -> Outputs:
    """A_t = delta_t + gamma A_{t+1}, with the recursion's own A: the value target's, less the value."""
    errors, cut = _errors(facts), _cut(facts)
    inner = _advantages(facts, errors, cut)
    rest = [facts["gamma"] * (1 - cut[t].astype(int)) * inner[t + 1] for t in range(len(errors) - 1)]
    return {"advantage": errors + stacked([*rest, 0 * errors[-1]]), "returns": inner + facts["values"]}


def _dropped(facts: Facts) -> Outputs:
    keep = 1 - facts["truncated"].astype(int)
    return _outputs(facts, _advantages(facts, _errors(facts) * keep, _cut(facts)))


def _own_at_truncation(facts: Facts) -> Any:
    return where(facts["truncated"], facts["values"], facts["next_values"])


DEVIATIONS = {
    "gae.advantage": (
        deviation(
            "flags_of_the_next_step",
            "the end of transition t is read from the flag of t + 1, and the last from its own",
            before(lambda f: {name: earlier(f[name]) for name in ("terminated", "truncated")}),
            needs=("terminated", "truncated"),
            effect="advantages leak across the ends of episodes",
            seen=("DLR-RM/stable-baselines3#105", "hill-a/stable-baselines#385"),
        ),
        deviation(
            "no_cut_at_truncation",
            "the recursion runs on over a truncation into the next episode",
            instead(lambda f: _outputs(f, _advantages(f, _errors(f), f["terminated"]))),
            needs=("truncated",),
            effect="advantages leak across the ends of episodes",
            seen=("Toni-SM/skrl#449",),
        ),
        deviation(
            "no_cut",
            "the recursion runs on over the ends of episodes",
            instead(lambda f: _outputs(f, _advantages(f, _errors(f), f["terminated"] & ~f["terminated"]))),
            needs=("terminated",),
            effect="advantages leak across the ends of episodes",
        ),
        deviation(
            "no_lambda_on_the_first_step",
            "A_t = delta_t + gamma A_{t+1}: the first step of the recursion carries no lambda",
            instead(_without_lambda_first),
            effect="the advantage is that of V-trace, of larger variance",
            seen=("google/brax brax/training/agents/ppo/losses.py",),
            kind=DELIBERATE,
        ),
        deviation(
            "truncated_step_dropped",
            "the TD error of a truncated step is zero",
            instead(_dropped),
            needs=("truncated",),
            effect="the last step of every truncated episode teaches nothing",
            seen=("EdanToledo/Stoix#142", "google/brax brax/training/agents/ppo/losses.py"),
            kind=DELIBERATE,
        ),
        deviation(
            "time_out_bootstraps_own_value",
            "a truncated step bootstraps from V(s_t) instead of V of its successor",
            before(lambda f: {"next_values": _own_at_truncation(f)}),
            needs=("truncated",),
            seen=("leggedrobotics/rsl_rl#20",),
            kind=CONTESTED,
        ),
        deviation(
            "returns_without_advantages",
            "the returns are the values alone",
            after(lambda f, o: {"returns": f["values"] + 0 * o["returns"]}),
            effect="the critic learns to stay as it is",
            seen=("vwxyzjn/cleanrl PR#337",),
        ),
    ),
}


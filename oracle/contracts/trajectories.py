"""Contracts of estimates along trajectories: what is returned with them, and the parts that they are composed of.

A part is a function of the facts; a deviation exchanges it by the fact `parts`. What is exchanged composes with
anything that changes the facts.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from ...spec import mdp, td
from ...spec.gae import advantage as gae_advantage
from ...spec.numbers import minimum, stack
from ...spec.validation import read_discounts
from ..contract import Extra, Outputs
from ..reading import Facts

Part = Callable[..., Any]
RETURN = ("rewards", "next_values", "terminated", "truncated")
ERROR = ("rewards", "values", "next_values", "terminated", "gamma")


def part(facts: Facts, name: str, usual: Part) -> Any:
    """A part as it is exchanged, or as it is in the equation."""
    return facts["parts"].get(name, usual)(facts)


def gamma(facts: Facts) -> Any:
    """The discount of each transition."""
    return read_discounts(facts["gamma"], facts["rewards"])


def ended(facts: Facts) -> Any:
    """Whether a transition ended an episode."""
    return facts["terminated"] | facts["truncated"]


def number(flags: Any) -> Any:
    """Flags as zeros and ones."""
    return np.asarray(flags).astype(int)


def errors(facts: Facts) -> Any:
    """TD errors, of whose bootstrap the discount and the mask are parts, and whether the error counts."""
    bootstrap = part(facts, "value_discount", gamma) * number(part(facts, "bootstrapped", lambda f: ~f["terminated"]))
    error = facts["rewards"] + bootstrap * facts["next_values"] - facts["values"]
    return error * number(part(facts, "kept", lambda f: np.ones_like(f["terminated"])))


def backwards(terms: Any, weights: Any, start: Any) -> Any:
    """What follows each step in X_t = terms_t + weights_t X_{t+1}, with X_T = start; and X itself."""
    following, found = start, []
    for t in reversed(range(len(terms))):
        rest = weights[t] * following
        following = terms[t] + rest
        found.append((rest, following))
    rests, totals = zip(*found[::-1], strict=True)
    return stack(rests), stack(totals)


def _nothing(facts: Facts) -> Any:
    return 0 * facts["rewards"][-1]


def gae(facts: Facts) -> Any:
    """A_t = error_t + first_t carried_t A_{t+1}, where A itself decays by `trace_discount`."""
    terms, carried = errors(facts), number(part(facts, "carried", lambda f: ~ended(f)))
    decay = part(facts, "trace_discount", lambda f: gamma(f) * f["gae_lambda"])
    _, inner = backwards(terms, decay * carried, part(facts, "start", _nothing))
    first = part(facts, "first_discount", lambda _: decay)
    following = [*inner[1:], part(facts, "start", _nothing)]
    return terms + first * carried * stack(following)


def lambda_return(facts: Facts) -> Any:
    """G_t = r_t + (1 - term_t) [value_discount_t (1 - lambda) V + trace_discount_t lambda G_{t+1}], G = V where cut."""
    decay, values = facts.get("trace_decay", 1), facts["next_values"]
    value_discount, trace_discount = part(facts, "value_discount", gamma), part(facts, "trace_discount", gamma)
    bootstrapped = number(part(facts, "bootstrapped", lambda f: ~f["terminated"]))
    carried = number(part(facts, "carried", lambda f: ~ended(f)))
    at_cut = number(facts["truncated"] & ~facts["terminated"])
    terms = facts["rewards"] + value_discount * bootstrapped * ((1 - decay) + decay * at_cut) * values
    return backwards(terms, trace_discount * carried * decay, part(facts, "start", lambda f: f["next_values"][-1]))[1]


def n_step(facts: Facts) -> Any:
    """The sum of up to n rewards, and after m of them the value, with a discount that is a part."""
    rewards, cut, steps = facts["rewards"], ended(facts), facts["n"]
    discounts, shape = gamma(facts), facts["rewards"].shape[1:]
    discount_of = facts["parts"].get("bootstrap_discount", lambda powers, m, n: powers[m])  # noqa: ARG005
    totals = []
    for t in range(len(rewards)):
        running, total = np.ones(shape, dtype=int), 0 * rewards[t]
        power = 0 * rewards[t] + 1
        powers = [power]
        for k in range(t, t + steps):
            row = min(k, len(rewards) - 1)
            powers.append(powers[-1] * discounts[row])
        for m, k in enumerate(range(t, min(t + steps, len(rewards))), start=1):
            total = total + running * powers[m - 1] * rewards[k]
            last = (m == steps) | (k == len(rewards) - 1)
            stops = running * number(cut[k] | last) * number(~facts["terminated"][k])
            total = total + stops * discount_of(powers, m, steps) * facts["next_values"][k]
            running = running * number(~cut[k])
        totals.append(total)
    return stack(totals)


def rho(facts: Facts) -> Any:
    """The clipped ratios in front of TD errors."""
    return part(facts, "rho", lambda f: minimum(f["ratios"], f["rho_bar"]))


def _corrections(facts: Facts) -> tuple[Any, Any]:
    """gamma (v_{t+1} - V(s_{t+1})) within each episode, and v_t - V(s_t)."""
    terms, traces = rho(facts) * errors(facts), part(facts, "traces", lambda f: minimum(f["ratios"], f["c_bar"]))
    carried = number(part(facts, "carried", lambda f: ~ended(f)))
    decay = part(facts, "trace_discount", gamma)
    _, total = backwards(terms, decay * carried * traces, part(facts, "start", _nothing))
    following = stack([*total[1:], part(facts, "start", _nothing)])
    return decay * carried * following, total


def vtrace_target(facts: Facts) -> Any:
    """V plus the corrections."""
    return facts["values"] + _corrections(facts)[1]


def vtrace_advantage(facts: Facts) -> Any:
    """The gap between the value and one reward more, bootstrapped from what follows."""
    rest = part(facts, "following", lambda f: _corrections(f)[0])
    return part(facts, "policy_rho", rho) * (errors(facts) + rest)


def retrace_target(facts: Facts) -> Any:
    """Q plus the corrections, each weighted by a trace: that of the next step."""
    traces = part(facts, "traces", lambda f: f["trace_decay"] * minimum(f["ratios"], 1))
    carried = number(part(facts, "carried", lambda f: ~ended(f)))
    following = part(facts, "following_traces", lambda _: stack([*traces[1:], 0 * traces[0]]))
    terms = part(facts, "error_weights", lambda f: 0 * f["rewards"] + 1) * errors(facts)
    weights = part(facts, "trace_discount", gamma) * carried * following
    return facts["values"] + backwards(terms, weights, part(facts, "start", _nothing))[1]


def _plus_value(facts: Facts, result: Any) -> Any:
    return result + facts["values"]


def _minus_value(facts: Facts, result: Any) -> Any:
    return result - facts["values"]


def _vtrace_targets(facts: Facts, _: Any) -> Any:
    return vtrace_target({"parts": {}, **facts})


def _vtrace_errors(facts: Facts, _: Any) -> Any:
    return vtrace_target({"parts": {}, **facts}) - facts["values"]


def _vtrace_advantages(facts: Facts, _: Any) -> Any:
    return vtrace_advantage({"parts": {}, **facts})


def _lambda_by_gae(facts: Facts) -> Outputs:
    """The same number as advantages plus values, whose roundings are others."""
    if "values" not in facts:
        return {
            "lambda_return": td.lambda_return(**{name: facts[name] for name in RETURN}, **_decays(facts, "trace_decay"))
        }
    advantages = gae_advantage(
        **{name: facts[name] for name in ("values", *RETURN)}, gamma=facts["gamma"], gae_lambda=facts["trace_decay"]
    )
    return {"lambda_return": advantages + facts["values"], "advantages": advantages}


def _gae_by_lambda(facts: Facts) -> Outputs:
    """The same number as returns less values, whose roundings are others."""
    returns = td.lambda_return(
        **{name: facts[name] for name in RETURN}, gamma=facts["gamma"], trace_decay=facts["gae_lambda"]
    )
    return {"advantage": returns - facts["values"], "returns": returns}


def _by_errors(name: str, function: Callable[..., Any], *parameters: str) -> Callable[[Facts], Outputs]:
    """The same number as values plus TD errors that are added up as rewards are, whose roundings are others."""

    def compute(facts: Facts) -> Outputs:
        given = {known: facts[known] for known in (*RETURN, *parameters)}
        if "values" not in facts:
            return {name: function(**given)}
        terms = td.error(**{known: facts[known] for known in ERROR})
        advantages = function(**{**given, "rewards": terms, "next_values": 0 * facts["next_values"]})
        return {name: advantages + facts["values"], "advantages": advantages}

    return compute


def _vtrace_estimates(facts: Facts, _: Any) -> Any:
    """Estimates of action values: the reward, and what follows from the target of the next state."""
    return facts["values"] + vtrace_advantage({**facts, "parts": {"policy_rho": lambda _: 1}})


def _a2c_by_errors(facts: Facts) -> Outputs:
    """As GAE at lambda one."""
    found = _by_errors("returns", mdp.rewards_to_go, "gamma")(facts)
    return {"advantage": found["advantages"], "returns": found["returns"]}


def _decays(facts: Facts, *names: str) -> dict[str, Any]:
    return {name: facts[name] for name in ("gamma", *names)}


def _both(first: str, second: str) -> tuple[tuple[str, ...], ...]:
    return (first, second), (second, first)


_VALUES = ("values",)
CONTRACTS = {
    "gae.advantage": Extra(
        {"returns": _plus_value}, _both("advantage", "returns"), parts=gae, accepts=(_gae_by_lambda,)
    ),
    "a2c.advantage": Extra(
        {"returns": _plus_value}, _both("advantage", "returns"),
        parts=lambda facts: lambda_return({**facts, "trace_decay": 1}) - facts["values"], accepts=(_a2c_by_errors,),
    ),
    "td.error": Extra({"target": _plus_value}, _both("error", "target"), parts=errors),
    "td.one_step_return": Extra(
        {"errors": _minus_value}, _both("one_step_return", "errors"), requires={"errors": _VALUES},
        revises=lambda facts: facts.get("values"),
    ),
    "td.lambda_return": Extra(
        {"advantages": _minus_value}, _both("lambda_return", "advantages"), requires={"advantages": _VALUES},
        parts=lambda_return, accepts=(_lambda_by_gae,),
    ),
    "mdp.rewards_to_go": Extra(
        {"advantages": _minus_value}, _both("rewards_to_go", "advantages"), requires={"advantages": _VALUES},
        parts=lambda facts: lambda_return({**facts, "trace_decay": 1}),
        accepts=(_by_errors("rewards_to_go", mdp.rewards_to_go, "gamma"),),
    ),
    "td.n_step_return": Extra(
        {"advantages": _minus_value}, _both("n_step_return", "advantages"), requires={"advantages": _VALUES},
        parts=n_step, accepts=(_by_errors("n_step_return", td.n_step_return, "gamma", "n"),),
    ),
    "vtrace.target": Extra(
        {"advantages": _vtrace_advantages, "errors": _minus_value, "estimates": _vtrace_estimates},
        (
            *_both("target", "advantages"), ("errors",), ("errors", "advantages", "target"),
            ("errors", "advantages", "estimates"),
        ),
        parts=vtrace_target,
    ),
    "vtrace.advantage": Extra(
        {"targets": _vtrace_targets, "errors": _vtrace_errors, "estimates": _vtrace_estimates},
        (*_both("advantage", "targets"), ("errors", "advantage", "estimates"), ("errors", "advantage", "targets")),
        parts=vtrace_advantage,
    ),
    "retrace.target": Extra({"errors": _minus_value}, (("errors",),), parts=retrace_target),
}  # fmt: skip

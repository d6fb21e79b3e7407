"""Planted errors: float functions that differ from an equation in one well-known way."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from rlproof.spec import mdp, trpo, value
from rlproof.spec.decision_process import MDP

Array = Any
Case = dict[str, Any]


class Planted(NamedTuple):
    """An error, the equation it is an error of, and the smallest problem on which it shows."""

    equation: str
    error: str
    function: Callable[[Case], Any]
    smallest: dict[str, int]


def _gae(case: Case, *, gamma: Any = None, decay: Any = None, alive: Array = None, goes_on: Array = None) -> Array:
    """Evaluate generalised advantage estimation, with some of its ingredients replaced."""
    gamma = case["gamma"] if gamma is None else gamma
    decay = case["gamma"] * case["gae_lambda"] if decay is None else decay
    alive = ~case["terminated"] if alive is None else alive
    goes_on = ~(case["terminated"] | case["truncated"]) if goes_on is None else goes_on
    errors = case["rewards"] + gamma * alive * case["next_values"] - case["values"]
    advantages, following = np.zeros_like(errors), 0.0
    for t in reversed(range(len(errors))):
        following = errors[t] + decay * goes_on[t] * following
        advantages[t] = following
    return advantages


def _shifted_mask(case: Case) -> Array:
    ended = case["terminated"] | case["truncated"]
    return _gae(case, goes_on=~np.append(ended[1:], False))


def _rewards_to_go(case: Case) -> Array:
    """Take a truncation, and the end of the data, for the end of all rewards."""
    returns, following = np.zeros_like(case["rewards"]), 0.0
    for t in reversed(range(len(returns))):
        following = case["rewards"][t] + case["gamma"] * (1 - (case["terminated"] | case["truncated"])[t]) * following
        returns[t] = following
    return returns


def _clip_without_minimum(case: Case) -> Any:
    width = case["clip_epsilon"]
    return (np.clip(case["ratios"], 1 - width, 1 + width) * case["advantages"]).mean()


def _kl(first: Array, second: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(first > 0, first * (np.log(first) - np.log(second)), 0.0)
    return terms.sum(axis=-1)


def _last_best(case: Case) -> Array:
    table = case["action_values"]
    return table.shape[1] - 1 - table[:, ::-1].argmax(axis=1)


def _process(case: Case) -> MDP:
    bare = case["mdp"]
    return MDP(bare.transition, bare.reward, bare.initial, float(bare.discount), bare.terminal)


def _three(case: Case) -> Any:
    return trpo.penalty_coefficient(_process(case), case["policy"]) * 3 / 4


def _new_visits(case: Case) -> Any:
    process, old, new = _process(case), case["policy"], case["new_policy"]
    return mdp.eta(process, old) + mdp.discounted_visitation(process, new) @ trpo.expected_advantage(process, old, new)


def _exchanged_thresholds(case: Case) -> Any:
    divergence, target, beta = case["divergence"], case["kl_target"], case["beta"]
    return 2 * beta if divergence < target / 1.5 else beta / 2 if divergence > 1.5 * target else beta


PLANTED = (
    Planted("gae.advantage", "gamma is missing", lambda c: _gae(c, gamma=1.0), {"length": 1}),
    Planted("gae.advantage", "lambda is missing", lambda c: _gae(c, decay=c["gamma"]), {"length": 2}),
    Planted("gae.advantage", "the mask is shifted by one", _shifted_mask, {"length": 2}),
    Planted(
        "gae.advantage",
        "truncation removes the bootstrap",
        lambda c: _gae(c, alive=~(c["terminated"] | c["truncated"])),
        {"length": 1},
    ),
    Planted("gae.advantage", "truncation does not cut", lambda c: _gae(c, goes_on=~c["terminated"]), {"length": 2}),
    Planted(
        "td.error",
        "termination keeps the bootstrap",
        lambda c: c["rewards"] + c["gamma"] * c["next_values"] - c["values"],
        {"length": 1},
    ),
    Planted("mdp.rewards_to_go", "there is no bootstrap", _rewards_to_go, {"length": 1}),
    Planted("ppo.clip_objective", "there is no minimum", _clip_without_minimum, {"length": 1}),
    Planted("ppo.cpi_objective", "a sum for a mean", lambda c: (c["ratios"] * c["advantages"]).sum(), {"length": 2}),
    Planted("ppo.adaptive_kl", "the thresholds are exchanged", _exchanged_thresholds, {}),
    Planted(
        "divergence.kl",
        "the policies are exchanged",
        lambda c: _kl(c["new_policy"], c["policy"]),
        {"states": 1, "actions": 2},
    ),
    Planted(
        "divergence.tv",
        "one half is missing",
        lambda c: abs(c["policy"] - c["new_policy"]).sum(axis=-1),
        {"states": 1, "actions": 2},
    ),
    Planted(
        "policy.greedy",
        "the last index on ties",
        lambda c: c["action_values"].shape[1] - 1 - c["action_values"][:, ::-1].argmax(axis=1),
        {"states": 1, "actions": 2},
    ),
    Planted("trpo.penalty_coefficient", "three in the place of four", _three, {"states": 1, "actions": 2}),
    Planted(
        "mdp.policy_kernel",
        "the kernel is transposed",
        lambda c: mdp.policy_kernel(_process(c), c["policy"]).T,
        {"states": 2, "actions": 1},
    ),
    Planted("trpo.surrogate", "visits of the new policy", _new_visits, {"states": 2, "actions": 2}),
    Planted(
        "value.advantage",
        "q in the place of the advantage",
        lambda c: value.q(_process(c), c["policy"]),
        {"states": 1, "actions": 1},
    ),
)

"""Names for what corrects estimates for another policy: ratios in every form, levels of clipping, action values."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ...spec.logits import chosen
from ...spec.numbers import exp, largest, maximum, rational, where
from ..deviation import joined
from ..reading import Facts, Reading, Rule, reading, rule
from .trajectories import told

VTRACE = ("vtrace.target", "vtrace.advantage")
CORRECTED = (
    *(*VTRACE, "retrace.target", "importance_sampling.ordinary", "importance_sampling.per_decision"),
    "importance_sampling.weighted",
)
OF_ACTIONS = ("td.lambda_return", "td.n_step_return", "td.one_step_return", "retrace.target")
"""Equations whose values may be those of actions."""
RETRACE = ("retrace.target",)
SAMPLED = ("q_values", "next_q_values", "terminated", "truncated")


def _action_successor(drawn: Facts) -> Any:
    """Q of each true successor: the next row, but where an episode ends, and at the end of the data."""
    cut = drawn["terminated"] | drawn["truncated"]
    cut = joined(cut[:-1], np.ones_like(cut[-1:]))
    following = joined(drawn["q_values"][1:], drawn["q_values"][-1:])
    return where(np.reshape(cut, (*cut.shape, 1)), drawn["next_q_values"], following)


def _shifted(facts: Facts) -> Any:
    return joined(facts["q_values"][1:], [facts["last_q_values"]])


def _rolled(fact: str) -> Callable[[Facts], Any]:
    """What holds at each observation, made of what holds at the successor of the transition before."""
    return lambda drawn: joined(drawn[fact][-1:], drawn[fact][:-1])


def _rolled_and_last(fact: str) -> Callable[[Facts], Any]:
    return lambda drawn: joined(drawn[fact][-1:], drawn[fact])


def _at_observations(word: str, what: str, drawn: str, tells: str, last: str) -> Iterator[Reading]:
    """What holds at each observation, and, where the array is longer by one, in the last successor."""
    yield reading(
        word, "T", f"{word}[t]: {what}", _rolled(drawn), {tells: told(word)}, needs=(drawn,), style={"last": "apart"},
        among=RETRACE,
    )  # fmt: skip
    yield reading(
        word, "T+1", f"{word}[t]: {what}, and that of the last successor at the end", _rolled_and_last(drawn),
        {tells: lambda a: a[word][:-1], last: lambda a: a[word][-1]}, needs=(drawn,), style={"last": "in the array"},
        among=RETRACE,
    )  # fmt: skip


def _back(rolled: str, last: str) -> Callable[[Facts], Any]:
    return lambda facts: joined(facts[rolled][1:], [facts[last]])


def _expected(facts: Facts) -> Any:
    return (facts["next_policy"] * facts["next_q_values"]).sum(axis=-1)


def _next_behaviour(drawn: Facts) -> Any:
    """Probabilities of the next actions, under the policy that takes them: a half, a third, a quarter."""
    steps = np.arange(len(drawn["rewards"])).reshape(-1, *[1] * (drawn["rewards"].ndim - 1))
    return (0 * drawn["rewards"] + 1) / (2 + steps % 3)


def _from_next_ratios(facts: Facts) -> Any:
    """Ratios of all actions but the first, which plays no part."""
    policy = facts["next_policy"]
    taken = (chosen(facts["next_actions"], policy.shape[-1]) * policy).sum(axis=-1)
    ratios = taken / facts["next_behaviour_probs"]
    return joined(ratios[-1:], ratios[:-1])


def _behaviour(drawn: Facts) -> Any:
    """Probabilities of the actions taken, under the policy that took them: another one for each step."""
    steps = np.arange(len(drawn["ratios"])).reshape(-1, *[1] * (drawn["ratios"].ndim - 1))
    return (0 * drawn["ratios"] + 1) / (8 + steps)


def _only_the_last(drawn: Facts) -> Facts:
    flags = drawn["truncated"].copy()
    flags[:-1] = False
    return {**drawn, "truncated": flags}


def _at_least_one(drawn: Facts) -> Facts:
    return {**drawn, "rho_bar": maximum(drawn["rho_bar"], rational(1))} if "rho_bar" in drawn else drawn


READINGS: tuple[Reading, ...] = (
    reading(
        "log_ratios", "own", "log pi - log mu of each action", lambda d: d["log_probs"] - d["old_log_probs"],
        {"ratios": lambda a: exp(a["log_ratios"])}, needs=("log_probs", "old_log_probs"), among=CORRECTED,
    ),
    reading(
        "target_probs", "own", "probability of each action under the target policy",
        lambda d: d["ratios"] * _behaviour(d), {"target_probs": told("target_probs")}, needs=("ratios",),
        among=CORRECTED,
    ),
    reading(
        "behaviour_probs", "own", "probability of each action under the policy that acted", _behaviour,
        {"behaviour_probs": told("behaviour_probs")}, needs=("ratios",), among=CORRECTED,
    ),
    reading(
        "policy_rho_bar", "as_rho_bar", "the level of the ratios in front of the advantage: that of the TD errors",
        told("rho_bar"), {"rho_bar": told("policy_rho_bar")}, needs=("rho_bar",), among=VTRACE,
    ),
    reading(
        "gae_lambda", "one", "a further decay of the traces: one", lambda _: rational(1), {}, needs=(), among=VTRACE,
    ),
    reading(
        "q_values", "T", "q_values[t] = Q(s_t, .)", told("q_values"), {"q_values": told("q_values")},
        needs=("q_values",), among=OF_ACTIONS,
    ),
    reading(
        "q_values", "T+1", "q_values[t] = Q(s_t, .), and that of the last successor at the end",
        lambda d: joined(d["q_values"], d["next_q_values"][-1:]),
        {"q_values": lambda a: a["q_values"][:-1], "last_q_values": lambda a: a["q_values"][-1]},
        needs=("q_values", "next_q_values"), style={"last": "in the array"}, among=OF_ACTIONS,
    ),
    reading(
        "next_q_values", "own", "next_q_values[t] = Q(s, .) at the true successor", _action_successor,
        {"next_q_values": told("next_q_values")}, needs=SAMPLED, among=OF_ACTIONS,
    ),
    reading(
        "last_q_values", "own", "Q of the last successor", lambda d: d["next_q_values"][-1],
        {"last_q_values": told("last_q_values")}, needs=("next_q_values",), style={"last": "apart"}, among=OF_ACTIONS,
    ),
    *_at_observations(
        "policy_values", "the mean of Q(s_t, .) under the target policy", "next_values", "policy_values", "last_value"
    ),
    *_at_observations("policy", "probabilities of the target policy in s_t", "next_policy", "policies", "last_policy"),
    reading(
        "last_policy", "own", "probabilities of the target policy in the last successor",
        lambda d: d["next_policy"][-1], {"last_policy": told("last_policy")}, needs=("next_policy",),
        style={"last": "apart"}, among=RETRACE,
    ),
    reading(
        "next_actions", "own", "next_actions[t]: the action taken after transition t",
        lambda d: joined(d["actions"][1:], d["actions"][-1:]), {"next_actions": told("next_actions")},
        needs=("actions",), among=RETRACE,
    ),
    reading(
        "next_behaviour_probs", "own", "probability of the action taken after transition t, under the policy that acts",
        _next_behaviour, {"next_behaviour_probs": told("next_behaviour_probs")}, needs=("rewards",), among=RETRACE,
    ),
)  # fmt: skip

RULES: tuple[Rule, ...] = (
    rule("ratios", ("next_policy", "next_actions", "next_behaviour_probs"), _from_next_ratios, among=RETRACE),
    *(
        rule(
            fact, needs, _back(*needs), unless=() if beside else ("truncated",), beside=beside, among=RETRACE,
            limit=f"{what} a truncated episode's true successor" if beside else None,
            restrict=_only_the_last if beside else None,
        )
        for fact, needs, what in (
            ("next_values", ("policy_values", "last_value"), "the value of"),
            ("next_policy", ("policies", "last_policy"), "the policy in"),
        )
        for beside in ((), ("truncated",))
    ),
    rule("ratios", ("target_probs", "behaviour_probs"), lambda f: f["target_probs"] / f["behaviour_probs"]),
    rule("ratios", ("log_ratios",), lambda f: exp(f["log_ratios"]), among=CORRECTED),
    *(
        rule("next_values", ("next_q_values", "next_policy"), _expected, beside=(told_by,), among=among)
        for told_by, among in (("next_policy", OF_ACTIONS), ("policies", RETRACE))
    ),
    rule(
        "next_values", ("next_q_values",), lambda f: largest(f["next_q_values"], axis=-1), unless=("next_policy",),
        among=OF_ACTIONS[:3],
    ),
    rule(
        "next_q_values", ("q_values", "last_q_values"), _shifted, unless=("truncated",), among=OF_ACTIONS,
    ),
    rule(
        "next_q_values", ("q_values", "last_q_values"), _shifted, beside=("truncated",), among=OF_ACTIONS,
        limit="the values of a truncated episode's true successor", restrict=_only_the_last,
    ),
    rule(
        "values", ("actions", "q_values"),
        lambda f: (chosen(f["actions"], f["q_values"].shape[-1]) * f["q_values"]).sum(axis=-1), beside=("actions",),
        among=("retrace.target",),
    ),
    rule("rho_bar", (), lambda _: rational(1), convention="1", limit="another rho_bar than 1", among=VTRACE),
    rule(
        "c_bar", (), lambda _: rational(1), convention="1", limit="another c_bar than 1", among=VTRACE,
        restrict=_at_least_one,
    ),
    rule(
        "c_bar", ("rho_bar",), lambda f: f["rho_bar"], convention="rho_bar", limit="another c_bar than rho_bar",
        beside=("rho_bar",), among=VTRACE,
    ),
)  # fmt: skip

SYNONYMS = {
    "ratios": (
        *("rhos", "rho", "rho_tm1", "rho_t", "is_ratios", "importance_ratios", "importance_weights", "weights", "w"),
        *("importance_sampling_ratios", "likelihood_ratios", "c_t", "is_weights", "rho_i", "imp_ratio"),
    ),
    "log_ratios": ("log_rhos", "log_rho", "log_importance_weights", "log_is_ratios", "log_ratio", "log_weights"),
    "log_probs": (
        *("target_log_probs", "target_action_log_probs", "pi_log_probs", "target_logp", "target_policy_log_probs"),
        *("learner_log_probs", "log_pi", "log_pi_a", "current_log_probs", "target_log_prob", "learner_logp", "pi_logp"),
        *("current_logp", "target_policy_action_log_probs", "pi_log_prob"),
    ),
    "old_log_probs": (
        *("behaviour_log_probs", "behavior_log_probs", "behaviour_action_log_probs", "behavior_action_log_probs"),
        *("mu_log_probs", "behaviour_logp", "behavior_logp", "actor_log_probs", "log_mu", "log_mu_a"),
        *("behaviour_policy_log_probs", "behavior_policy_log_probs", "behaviour_log_prob", "behavior_log_prob"),
        *("actor_logp", "mu_logp", "behaviour_action_logp", "behavior_action_logp", "mu_log_prob"),
    ),
    "logits": ("target_policy_logits", "target_logits", "learner_logits", "pi_logits"),
    "old_logits": (
        *("behaviour_policy_logits", "behavior_policy_logits", "behaviour_logits", "behavior_logits", "mu_logits"),
        *("actor_logits",),
    ),
    "target_probs": ("target_policy_probs", "pi_probs", "pi", "pi_a", "target_action_probs", "pi_prob", "target_prob"),
    "behaviour_probs": (
        *("behavior_probs", "behaviour_policy_probs", "behavior_policy_probs", "mu", "mu_a", "mu_probs", "b_probs"),
        *("behaviour_action_probs", "behavior_action_probs", "behaviour_prob", "behavior_prob", "mu_prob"),
    ),
    "rho_bar": (
        *("clip_rho_threshold", "rho_clip", "clip_rho", "max_rho", "rho_max", "vtrace_clip_rho_threshold"),
        *("rho_thresh", "rho_threshold", "rhobar", "clip_rho_bar", "rho_hat", "max_rho_clip", "clip_threshold"),
        *("rho_clip_threshold", "vtrace_rho", "vtrace_rho_clip", "rhos_clip"),
    ),
    "c_bar": (
        *("clip_c_threshold", "c_clip", "clip_c", "max_c", "c_max", "vtrace_clip_c_threshold", "c_thresh", "cbar"),
        *("c_threshold", "clip_cs_threshold", "c_hat", "clip_c_bar", "trace_clip", "c_clip_threshold", "vtrace_c"),
        *("vtrace_c_clip", "cs_clip"),
    ),
    "policy_rho_bar": (
        "clip_pg_rho_threshold",
        "pg_rho_clip",
        "clip_pg_rho",
        "vtrace_clip_pg_rho_threshold",
        "pg_rho_bar",
    ),
    "q_values": ("q", "qs", "q_t", "Q", "q_tm1", "action_values"),
    "next_q_values": ("next_q", "q_next", "next_qs", "q_tp1", "q_t", "Q_next", "next_action_values", "target_q_values"),
    "last_q_values": ("last_q", "bootstrap_q", "final_q", "last_q_value", "q_last", "next_q", "last_qs"),
    "next_policy": ("pi_t", "next_pi", "pi_next", "target_policy", "next_probs", "target_policy_next", "policy_next"),
    "next_values": (
        *("max_next_q", "next_max_q", "max_q_next", "next_q_max", "expected_next_q", "next_expected_q", "exp_q_t"),
        *("expected_q", "next_q_value", "max_q_tp1", "target_q", "next_q", "expected_q_next", "q_next"),
        *("expected_next_qs", "expected_target_next_qs"),
    ),
    "values": ("max_q", "max_q_values", "q_max", "q_taken", "q_a", "q_sa", "q_tm1", "chosen_q", "q", "q_i"),
    "last_value": ("last_max_q", "last_q", "bootstrap_q", "max_last_q"),
    "trace_decay": ("lambda_",),
    "policy_values": ("v", "vs", "state_values", "v_i", "expected_values", "policy_v"),
    "last_policy": ("final_policy", "last_probs", "bootstrap_policy", "last_pi"),
    "policy": ("policy_probs",),
    "actions": ("a_tm1",),
    "next_actions": ("a_t", "actions_t", "a_next"),
    "next_behaviour_probs": ("mu_t", "next_mu", "mu_next", "next_behavior_probs"),
}

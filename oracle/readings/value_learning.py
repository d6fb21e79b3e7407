"""Names for value learning: two networks, twin critics, tables that are updated, target networks."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ...spec import numbers
from ..reading import Facts, Reading, Rule, own, reading, rule
from . import trajectories

UPDATES = ("td.tabular_td0", "td.sarsa", "td.expected_sarsa", "td.q_learning", "replay.uniform_update")
"""Updates of tables, which other people write for one transition."""
DOUBLE = ("td.double_q_learning_target",)
SINGLE = ("td.q_learning_target", "td.sarsa_target", "td.expected_sarsa_target")
TARGETS = (*SINGLE, *DOUBLE)
TWINS = ("td3.target", "sac.target")
IN_COLUMNS = "in_columns"
"""The fact that there is one column of rewards and flags, beside tables of action values: [T, 1], as batches are."""


def _told(word: str) -> Callable[[Facts], Any]:
    return lambda arguments: arguments[word]


def named(word: str, fact: str, *among: str) -> Reading:
    """Another name for a fact, in equations that have it (or in these alone)."""
    return reading(
        word, f"as {fact}", f"{word}: {fact}", lambda drawn: drawn[fact], {fact: _told(word)}, needs=(fact,),
        among=among or (fact,),
    )  # fmt: skip


def _one_or_several(word: str, fact: str, number: Callable[[Any], Any]) -> tuple[Reading, ...]:
    """One transition, or an array of them."""
    flags = fact == "terminated"
    one = (lambda a: np.array([a[word]], dtype=bool)) if flags else (lambda a: numbers.stack([a[word]]))
    return (
        reading(
            word, "several", f"{word}[t]: {fact} of each transition", lambda drawn: drawn[fact], {fact: _told(word)},
            needs=(fact,), among=UPDATES, style={"transitions": "several"},
        ),
        reading(
            word, "one", f"{word} of one transition", lambda drawn: number(drawn[fact][0]), {fact: one},
            needs=(fact,), among=UPDATES, style={"transitions": "one"},
        ),
    )  # fmt: skip


def _flat_or_column(known: Reading) -> tuple[Reading, ...]:
    """One number for each transition, or a column of them."""
    word, only = known.word, frozenset(TARGETS)

    def column(find: Callable[[Facts], Any]) -> Callable[[Facts], Any]:
        return lambda arguments: find({**arguments, word: arguments[word][:, 0]})

    tells = {fact: column(find) for fact, find in known.tells.items()} | {IN_COLUMNS: lambda _: True}
    return (
        replace(known, among=only, style={**known.style, "entries": "flat"}),
        replace(
            known, among=only, style={**known.style, "entries": "columns"}, convention=f"{known.convention}, column",
            says=f"{known.says}, as a column", make=lambda drawn: known.make(drawn)[:, None], tells=tells,
        ),
    )  # fmt: skip


def _twins(word: str, first: str, second: str, *among: str) -> tuple[Reading, ...]:
    """Two critics in one array, along its first or its last axis."""
    return (
        reading(
            word, "[2, T]", f"{word}: both critics along the first axis",
            lambda drawn: np.stack([drawn[first], drawn[second]]),
            {first: lambda a: a[word][0], second: lambda a: a[word][1]}, needs=(first, second), among=among,
        ),
        reading(
            word, "[T, 2]", f"{word}: both critics along the last axis",
            lambda drawn: np.stack([drawn[first], drawn[second]], axis=-1),
            {first: lambda a: a[word][:, 0], second: lambda a: a[word][:, 1]}, needs=(first, second), among=among,
        ),
    )  # fmt: skip


def _same(number: Any) -> Any:
    return number


COLUMNS = ("rewards", "next_actions", "terminated", "dones", "continues", "discounts")
TRANSITIONS: dict[str, tuple[Callable[[Any], Any], tuple[str, ...]]] = {
    "states": (int, ("state", "s", "obs", "current_state")),
    "actions": (int, ("action", "a", "act")),
    "rewards": (_same, ("reward", "r", "rew")),
    "next_states": (
        int,
        ("next_state", "s_next", "s2", "sp", "s_prime", "next_obs", "new_state", "ns", "next_s", "s1", "state_next"),
    ),
    "next_actions": (int, ("next_action", "a_next", "a2", "ap", "a_prime", "new_action", "na", "next_a", "a1")),
    "terminated": (bool, ("done", "d", "terminated", "terminal", "is_terminal", "is_done", "end")),
}
"""What other people call what is known of one transition, or of several."""

READINGS: tuple[Reading, ...] = (
    *(
        entry
        for known in (own("rewards"), own("next_actions"), *trajectories.READINGS)
        if known.word in COLUMNS and not known.among and not known.only_declared
        for entry in _flat_or_column(known)
    ),
    named("next_q_target", "next_q_values", *SINGLE), named("next_q_online", "other_next_q_values", *SINGLE),
    named("next_q_online", "next_q_values", *DOUBLE), named("next_q_target", "other_next_q_values", *DOUBLE),
    named("next_q_values", "next_q_values", *DOUBLE), named("next_q_values", "other_next_q_values", *DOUBLE),
    *(
        entry
        for fact, (number, names) in TRANSITIONS.items()
        for word in names
        for entry in _one_or_several(word, fact, number)
    ),
    *(
        reading(
            fact, "several", f"{fact}[t] of each transition", lambda drawn, fact=fact: drawn[fact], {fact: _told(fact)},
            needs=(fact,), among=UPDATES, style={"transitions": "several"},
        )
        for fact in ("states", "actions", "rewards", "next_states", "next_actions")
    ),
    named("alpha", "step_size"), named("alpha", "temperature", "sac.target"),
    named("entropy_coefficient", "temperature", "sac.target"), named("log_probs", "next_log_probs", "sac.target"),
    reading(
        "log_temperature", "own", "the logarithm of the temperature", lambda drawn: drawn["temperature"] - 1,
        {"temperature": lambda a: numbers.exp(a["log_temperature"]), "log_temperature": _told("log_temperature")},
        needs=("temperature",), among=("sac.target",),
    ),
    named("q_values", "action_values", *UPDATES), named("values", "state_values", *UPDATES),
    named("next_q_values", "next_values", "ddpg.target"),
    *(named("next_q_values", "next_values", identifier) for identifier in TWINS),
    *(named("other_next_q_values", "other_next_values", identifier) for identifier in TWINS),
    *_twins("next_q_values", "next_values", "other_next_values", *TWINS),
    *_twins("q_values", "values", "other_values", "td3.priority"),
    named("returns", "targets", "td3.priority"), named("jacobian", "actor_jacobians"),
    named("action_slopes", "action_gradients"),
    named("step_size", "tau", "ddpg.soft_update"),
    reading(
        "polyak", "own", "polyak = 1 - tau: the share of the old parameters", lambda drawn: 1 - drawn["tau"],
        {"tau": lambda a: 1 - a["polyak"]}, needs=("tau",), among=("tau",),
    ),
)  # fmt: skip

RULES: tuple[Rule, ...] = (
    rule(
        "other_next_values", ("next_values",), lambda facts: facts["next_values"], among=TWINS,
        limit="the smaller of two critics, apart from its value",
    ),
    rule(
        "terminated", ("rewards",), lambda facts: np.zeros(np.shape(facts["rewards"]), dtype=bool), among=UPDATES,
        limit="the end of an episode",
        restrict=lambda drawn: {**drawn, "terminated": np.zeros_like(drawn["terminated"])}
        if "terminated" in drawn else drawn,
    ),
)  # fmt: skip

SYNONYMS = {
    "next_q_values": ("next_q", "q_next", "next_qs", "q_tp1", "next_action_values", "next_qvalues", "q_values_next"),
    "other_next_q_values": ("other_next_q", "next_q_other", "next_q_b", "q2_next_all"),
    "next_q_target": (
        *("next_q_values_target", "target_next_q_values", "q_next_target", "next_target_q", "q_target_next"),
        *("target_next_q", "next_target_q_values", "next_q_targets", "q_tp1_target", "target_q_next", "q_tgt_next"),
        *("target_q_values_next", "next_q_values_target_net", "target_q", "q_t_value", "q_values_next_target"),
        "next_state_q_target",
    ),
    "next_q_online": (
        *("next_q_values_online", "online_next_q_values", "q_next_online", "next_online_q", "q_online_next"),
        *("online_next_q", "next_online_q_values", "next_q_policy", "q_tp1_online", "next_q_eval", "online_q_next"),
        *("q_tp1_selector", "next_q_selector", "next_q_current", "next_q_local", "q_t_selector", "online_q"),
        *("q_eval_next", "next_q_main", "q_main_next", "q_policy_next", "next_state_q_online"),
    ),
    "next_policy": (
        *("next_probs", "next_pi", "pi_next", "next_action_probs", "policy_next", "next_probabilities", "probs_a_t"),
        *("next_prob", "next_action_probabilities", "next_action_distribution", "next_state_action_probs", "next_dist"),
    ),
    "next_actions": (
        *("next_action", "actions_next", "a_next", "a_tp1", "a2", "next_a", "a_prime", "A_next", "next_acts"),
    ),
    "states": ("state", "s", "obs", "observations"),
    "actions": ("action", "a", "acts"),
    "next_states": ("next_state", "s_next", "s2", "sp", "next_obs", "new_states"),
    "step_size": ("lr", "learning_rate", "step", "eta"),
    "next_values": (
        *("next_q", "q_next", "target_q", "next_q_value", "next_q1", "q1_next", "target_q1", "q1_target"),
        *("next_q1_target", "qf1_next_target", "q1_next_target", "next_q1_values", "next_q_target", "min_next_q"),
        *("next_q_values_1", "target_q_next", "q_prime", "min_qf_next_target", "q1_pi_targ", "target_q_values"),
    ),
    "other_next_values": (
        *("next_q2", "q2_next", "target_q2", "q2_target", "next_q2_target", "qf2_next_target", "q2_next_target"),
        *("next_q2_values", "next_q_values_2", "q2_pi_targ"),
    ),
    "next_log_probs": (
        *("next_log_prob", "next_logp", "log_prob_next", "next_state_log_pi", "logp_next", "next_log_pi", "logp_a2"),
        *("next_action_log_prob", "next_logps", "next_state_log_probs", "log_prob", "logp"),
    ),
    "log_temperature": ("log_alpha", "log_ent_coef", "log_temp"),
    "temperature": ("ent_coef", "alpha_ent", "temp", "entropy_coef"),
    "targets": ("target", "y", "target_q", "targets_q", "td_target", "q_target", "target_q_values", "target_values"),
    "values": ("q1", "q1_values", "current_q1", "qf1", "q1_value"),
    "other_values": ("q2", "q2_values", "current_q2", "qf2", "q2_value"),
    "online_parameters": (
        *("online", "online_params", "params", "source", "source_params", "theta", "local_params", "main_params"),
        *("model_params", "local", "weights", "current", "parameters", "online_weights", "net_params", "param"),
        *("new_tensors", "new_params", "src", "src_params", "network_params", "policy_params", "critic_params"),
    ),
    "target_parameters": (
        *("target", "target_params", "target_weights", "theta_target", "target_net", "target_theta", "tgt"),
        *("target_network_params", "target_param", "slow_params", "ema_params", "old_params"),
        *("old_tensors", "tgt_params", "target_critic_params"),
    ),
    "action_gradients": ("dq_da", "q_gradients", "action_slopes", "grad_a_q", "action_grads", "critic_gradients"),
    "actor_jacobians": ("jacobians", "jacobian", "dmu_dtheta", "dmu", "actor_grads", "actor_jacobian", "grad_mu"),
    "polyak": ("decay", "rho", "momentum", "ema_decay"),
    "q_values": ("estimates", "q_estimates", "samples", "q_samples"),
}

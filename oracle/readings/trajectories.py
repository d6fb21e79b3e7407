"""Names for what happens along a trajectory: rewards, values, the ends of episodes, discounts."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ...spec.numbers import rational, where
from ..deviation import joined
from ..reading import Facts, Reading, Rule, reading, rule

STEPS = ("values", "next_values", "terminated", "truncated")
STEPWISE = (
    *("gae.advantage", "a2c.advantage", "td.error", "td.one_step_return", "td.n_step_return", "td.lambda_return"),
    *("mdp.rewards_to_go", "vtrace.target", "vtrace.advantage", "retrace.target"),
)
"""Equations of which each transition may have its own discount, and whose data may hold rows that do not count."""


def successor(drawn: Facts) -> Any:
    """V of each true successor: the next value, but where an episode ends, and at the end of the data."""
    cut = drawn["terminated"] | drawn["truncated"]
    cut = joined(cut[:-1], np.ones_like(cut[-1:]))
    following = joined(drawn["values"][1:], drawn["values"][-1:])
    return where(cut, drawn["next_values"], following)


def ended(drawn: Facts) -> Any:
    """Whether a transition ended an episode, for whatever reason."""
    return drawn["terminated"] | drawn["truncated"]


def started(drawn: Facts) -> Any:
    """Whether an observation begins an episode; the first does not say so."""
    flags = ended(drawn)
    return joined(np.zeros_like(flags[:1]), flags[:-1])


def shifted(facts: Facts) -> Any:
    """The value after each step is the next one, and at the end the last."""
    return joined(facts["values"][1:], [facts["last_value"]])


def only_at_the_end(facts: Facts) -> Any:
    """Values of successors that matter at the end alone."""
    nothing = 0 * facts["rewards"]
    return joined(nothing[:-1], [facts["last_value"]])


def told(word: str) -> Callable[[Facts], Any]:
    """The argument itself."""
    return lambda arguments: arguments[word]


def without(*flags: str) -> Callable[[Facts], Facts]:
    """Leave flags out of the drawn data."""
    return lambda drawn: {**drawn, **{flag: np.zeros_like(drawn[flag]) for flag in flags if flag in drawn}}


def _only_the_last(flag: str) -> Callable[[Facts], Facts]:
    def restrict(drawn: Facts) -> Facts:
        flags = drawn[flag].copy()
        flags[:-1] = False
        return {**drawn, flag: flags}

    return restrict


def _not_the_last(drawn: Facts) -> Facts:
    flags = {name: drawn[name].copy() for name in ("terminated", "truncated") if name in drawn}
    for array in flags.values():
        array[-1] = False
    return {**drawn, **flags}


def _never_both(drawn: Facts) -> Facts:
    return {**drawn, "terminated": drawn["terminated"] & ~drawn["truncated"]}


def _largest_discount(arguments: Facts) -> Any:
    flat = list(np.ravel(arguments["discounts"]) if not hasattr(arguments["discounts"], "error") else [])
    return max(flat) if flat else arguments["discounts"].reshape(-1)[int(np.argmax(arguments["discounts"].value))]


def _bootstrapped(drawn: Facts) -> Any:
    """Rewards to which a time-out adds the discounted value of the true successor."""
    timed_out = drawn["truncated"] & ~drawn["terminated"]
    return drawn["rewards"] + drawn["gamma"] * where(timed_out, drawn["next_values"], 0)


def none_ended(facts: Facts) -> Any:
    """No flag is set."""
    return np.zeros(np.shape(facts["rewards"]), dtype=bool)


FLAGGED = {"ends": "flags"}
"""Where flags say where episodes end, the end of a mask does not."""

READINGS: tuple[Reading, ...] = (
    reading(
        "terminated", "own", "terminated[t]: transition t entered a terminal state", told("terminated"),
        {"terminated": told("terminated")}, needs=("terminated",), style=FLAGGED,
    ),
    reading(
        "next_values", "own", "next_values[t]: V of the true successor", successor,
        {"next_values": told("next_values")}, needs=STEPS,
    ),
    reading(
        "next_values", "masked", "next_values[t]: V of the true successor, zero where it is terminal",
        lambda drawn: where(drawn["terminated"], 0, successor(drawn)),
        {"next_values": told("next_values")}, needs=STEPS, only_declared=True,
    ),
    reading(
        "dones", "ended", "dones[t]: transition t ended an episode", ended,
        {"dones": told("dones")}, needs=("terminated", "truncated"), style=FLAGGED,
    ),
    reading(
        "dones", "episode_starts", "dones[t]: observation t begins an episode", started,
        {"started": told("dones")}, needs=("terminated", "truncated"), style=FLAGGED,
    ),
    reading(
        "episode_starts", "own", "episode_starts[t]: observation t begins an episode", started,
        {"started": told("episode_starts")}, needs=("terminated", "truncated"), style=FLAGGED,
    ),
    reading(
        "continues", "ended", "continues[t]: transition t did not end an episode", lambda drawn: ~ended(drawn),
        {"dones": lambda a: ~np.asarray(a["continues"], dtype=bool)}, needs=("terminated", "truncated"), style=FLAGGED,
    ),
    reading(
        "continues", "terminated", "continues[t]: transition t did not enter a terminal state",
        lambda drawn: ~drawn["terminated"],
        {"terminated": lambda a: ~np.asarray(a["continues"], dtype=bool)}, needs=("terminated",), style=FLAGGED,
    ),
    reading(
        "last_done", "own", "whether the last transition ended an episode", lambda drawn: ended(drawn)[-1],
        {"last_done": told("last_done")}, needs=("terminated", "truncated"),
    ),
    reading(
        "values", "T", "values[t] = V(s_t)", told("values"), {"values": told("values")}, needs=("values",),
    ),
    reading(
        "values", "T+1", "values[t] = V(s_t), and V of the last successor at the end",
        lambda drawn: joined(drawn["values"], drawn["next_values"][-1:]),
        {"values": lambda a: a["values"][:-1], "last_value": lambda a: a["values"][-1]},
        needs=("values", "next_values"), style={"last": "in the array"},
    ),
    reading(
        "last_value", "own", "V of the last successor", lambda drawn: drawn["next_values"][-1],
        {"last_value": told("last_value")}, needs=("next_values",), style={"last": "apart"},
    ),
    reading(
        "discounts", "own", "discounts[t]: gamma, and zero where transition t entered a terminal state",
        lambda drawn: where(drawn["terminated"], 0, drawn["gamma"] + 0 * drawn["rewards"]),
        {"terminated": lambda a: np.asarray(a["discounts"] == 0), "gamma": _largest_discount},
        needs=("gamma", "terminated", "rewards"),
    ),
    reading(
        "discounts", "own", "discounts[t]: of transition t, zero where it entered a terminal state",
        lambda drawn: where(drawn["terminated"], 0, drawn["discounts"]),
        {"terminated": lambda a: np.asarray(a["discounts"] == 0), "gamma": told("discounts")},
        needs=("discounts", "terminated"), among=STEPWISE,
    ),
    reading("gamma", "one", "one discount", told("gamma"), {"gamma": told("gamma")}, needs=("gamma",), among=STEPWISE),
    reading(
        "gamma", "per_transition", "gamma[t]: the discount of transition t", told("discounts"),
        {"gamma": told("gamma")}, needs=("discounts",), among=STEPWISE,
    ),
    reading(
        "rewards", "T", "rewards[t]: of transition t", told("rewards"), {"rewards": told("rewards")},
        needs=("rewards",), among=STEPWISE,
    ),
    reading(
        "rewards", "T+1", "rewards[t]: received on arrival at observation t, so that of transition t is rewards[t + 1]",
        lambda drawn: joined(0 * drawn["rewards"][:1], drawn["rewards"]), {"rewards": lambda a: a["rewards"][1:]},
        needs=("rewards",), among=STEPWISE,
    ),
    reading(
        "rewards", "time_limit_bootstrapped", "rewards[t] holds gamma V(successor) where a time limit cut the episode",
        _bootstrapped, {"rewards": told("rewards"), "bootstrapped": told("rewards")},
        needs=("rewards", "gamma", *STEPS), among=STEPWISE, only_declared=True,
    ),
)  # fmt: skip

RULES: tuple[Rule, ...] = (
    rule(
        "terminated", ("dones", "truncated"), lambda facts: facts["dones"] & ~facts["truncated"], beside=("truncated",),
        restrict=_never_both,
    ),
    rule("terminated", ("dones", "truncated"), lambda facts: facts["dones"] & ~facts["truncated"]),
    rule(
        "terminated", ("rewards",), none_ended, limit="the end of an episode", unless=("reset_rows",),
        restrict=without("terminated", "truncated"),
    ),
    rule("dones", ("started", "last_done"), lambda facts: joined(facts["started"][1:], [facts["last_done"]])),
    rule(
        "last_done", ("started",), lambda facts: np.zeros_like(facts["started"][0]),
        limit="whether the last transition ended an episode", restrict=_not_the_last,
    ),
    rule("truncated", ("rewards",), none_ended, beside=("bootstrapped",)),
    rule(
        "truncated", ("rewards",), none_ended, limit="a truncation, apart from a termination",
        restrict=without("truncated"),
    ),
    rule("next_values", ("values", "last_value"), shifted, unless=("truncated",)),
    rule(
        "next_values", ("values", "last_value"), shifted, beside=("truncated",),
        limit="the value of a truncated episode's true successor", restrict=_only_the_last("truncated"),
        assumes="successor_after_reset",
    ),
    rule(
        "next_values", ("rewards", "last_value"), only_at_the_end, among=("mdp.rewards_to_go",), unless=("truncated",),
    ),
    rule(
        "values", ("next_values",), lambda facts: joined(facts["next_values"][-1:], facts["next_values"][:-1]),
        limit="V(s_t), apart from values of successors", assumes="values_rolled_from_next_values", among=STEPWISE,
    ),
    rule(
        "last_value", ("rewards",), lambda facts: 0 * facts["rewards"][-1],
        limit="the value after the last transition",
    ),
    *(
        rule(
            name, (), lambda _, constant=constant: rational(constant), convention=f"{constant:g}",
            limit=f"another {name} than {constant:g}",
        )
        for name, constants in (("gamma", (1.0, 0.99)), ("gae_lambda", (1.0, 0.95)), ("trace_decay", (1.0, 0.95)))
        for constant in constants
    ),
)  # fmt: skip

SYNONYMS = {
    "rewards": (
        *("reward", "rew", "rews", "r", "rewards_buf", "rew_buf", "batch_rewards", "reward_t", "r_t", "rwd", "rs"),
        *("token_level_rewards", "token_rewards", "R", "reward_seq", "reward_sequence", "rewards_t", "b_rewards"),
        *("rewards_list", "reward_list", "rew_list", "path_rewards", "traj_rewards", "trajectory_rewards"),
        *("all_rewards", "policy_rewards", "x", "reward_buffer", "rewards_buffer"),
    ),
    "values": (
        *("value", "vals", "val", "v", "vs", "state_values", "values_buf", "vf_preds", "baselines", "baseline", "V"),
        *("v_tm1", "val_buf", "values_t", "v_t", "v_s", "critic_values", "vpred", "vpreds", "value_preds", "v_pred"),
        *("predicted_values", "state_value", "value_estimates", "value_predictions", "old_values", "b_values", "v_s_t"),
        *("obs_values", "current_value", "saved_values", "V_s"),
    ),
    "next_values": (
        *("values_next", "next_vals", "v_next", "vn", "next_value", "next_v", "v_tp1", "bootstrap_values", "v_t"),
        *("v_s_", "next_state_values", "next_state_value", "values_tp1", "v_tplus1", "next_val", "successor_values"),
        *("nv", "vs_next", "V_next", "next_vs", "value_next", "final_values", "true_next_values", "v_succ"),
        *("next_vpreds", "next_obs_values", "next_obs_value", "v_prime", "V_sp", "next_target_values"),
        *("next_value_target", "next_v_target", "target_v", "max_next_q_values", "target_max", "q_pi_targ"),
    ),
    "last_value": (
        *("last_values", "bootstrap_value", "last_val", "bootstrap", "next_value", "final_value", "v_last", "last_v"),
        *("v_final", "value_last", "bootstrap_v", "terminal_value", "last_state_value", "lastvalue", "v_T", "next_val"),
        *("last_r", "next_return", "x_last"),
    ),
    "dones": (
        *("done", "next_dones", "next_done", "ends", "d", "done_flags", "cut", "cuts", "end_flag", "end_flags"),
        *("dones_t", "is_last", "lasts", "done_buf", "episode_ends", "done_mask", "ended", "finished", "d_t"),
        *("batch_dones", "last", "done_list", "D"),
    ),
    "continues": (
        *("not_done", "not_dones", "masks", "nonterminal", "nonterminals", "non_terminal", "continuation", "cont"),
        *("continue_mask", "alive", "continuations", "running", "not_ended", "done_masks", "undones", "value_mask"),
        *("nextnonterminal", "next_nonterminal", "next_non_terminal", "bootstrap_mask"),
    ),
    "terminated": (
        *("terminations", "termination", "terminals", "terminal", "term", "terminates", "terminateds", "terms"),
        *("is_terminal", "terminated_t", "absorbing", "dw", "dead", "is_terminals"),
    ),
    "truncated": (
        *("truncations", "truncation", "trunc", "timeouts", "time_outs", "timeout", "time_out", "truncateds", "truncs"),
        *("time_limit", "time_limits", "truncated_t", "is_truncated"),
    ),
    "episode_starts": (
        "is_first",
        "first",
        "firsts",
        "starts",
        "new",
        "news",
        "is_firsts",
        "episode_start",
        "is_start",
    ),
    "last_done": ("next_done", "last_dones", "done_last", "final_done", "last_d"),
    "gamma": ("discount", "discount_factor", "g", "gammas", "discounting", "discount_rate", "gam", "y", "gamma_"),
    "discounts": (
        *("discount_t", "discount", "discounts_t", "gammas", "discount_array", "pcont", "pconts", "pcontinue"),
        "pcontinues",
    ),
    "gae_lambda": (
        *("lam", "lambda_", "lmbda", "lambd", "tau", "gae_lam", "trace_decay", "lambda_t", "gaelambda", "lamda", "l"),
        *("lambda_gae", "lambd_", "gae_tau", "lambda_returns", "lmbd", "lambda_coefficient"),
    ),
    "trace_decay": (
        *("lam", "lambda_", "lmbda", "lambd", "td_lambda", "gae_lambda", "lambda_t", "lamda", "lmbd", "trace_lambda"),
        *("l", "retrace_lambda", "q_lambda", "lambda_coefficient", "ret_lambda", "lambda_decay"),
    ),
    "n": (
        *("n_step", "n_steps", "num_steps", "nstep", "k", "steps", "horizon", "N", "rollout_n", "multi_step"),
        *("lookahead", "td_steps", "n_step_size"),
    ),
}

"""Names for categorical policies: logits, probabilities, actions in every usual form, masks, temperatures."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np
from flint import arb

from ...spec import policy
from ...spec.logits import chosen
from ...spec.numbers import ball, exp, holds, is_nonzero, log, precision, system_of, where
from ..reading import Facts, Reading, Rule, reading, rule
from .distributions import DIGITS

OF_ACTIONS = ("policy.log_prob", "policy.score")
OF_ROWS = (
    *("divergence.kl", "divergence.tv", "divergence.kl_max", "divergence.tv_max", "divergence.pinsker"),
    *("divergence.bretagnolle_huber", "divergence.coupling"),
)
ESTIMATORS = ("divergence.k1", "divergence.k2", "divergence.k3", "ppo.approx_kl", "ppo.approx_kl_nonnegative")
ROOTS = ("divergence.pinsker", "divergence.bretagnolle_huber")
"""Roots of divergences: of zero they are only known where zero is."""
OF_LOGITS_ALONE = ("policy.entropy", "policy.log_softmax", "policy.softmax", "policy.fisher")
OF_ONE_ROW = (
    *(*OF_LOGITS_ALONE, "policy.log_prob", "policy.score"),
    *("ppo.entropy_bonus", "divergence.kl_fisher", "divergence.kl_logits_gradient"),
)


def _told(word: str) -> Callable[[Facts], Any]:
    return lambda arguments: arguments[word]


def minus_infinity(like: Any) -> Any:
    """The logit of an action that is never taken, in the number system of other logits; rationals have none."""
    if system_of(like) == "ball":
        return -arb.pos_inf()
    return exp(like) if system_of(like) == "exact" else -np.inf


def logarithms(probabilities: Any) -> Any:
    """Logarithms; minus infinity of zero."""
    positive = is_nonzero(probabilities)
    return where(positive, log(where(positive, probabilities, 1)), minus_infinity(probabilities))


def masked(logits: Any, mask: Any) -> Any:
    """Logits of which those that are not allowed are minus infinity."""
    return where(mask, logits, minus_infinity(logits))


def _allowed(drawn: Facts) -> Any:
    """Drawn flags, and the action taken."""
    count = drawn["action_mask"].shape[-1]
    return drawn["action_mask"] | (np.arange(count) == drawn["actions"][:, None])


BEFORE = {
    (False, False): ("own", ""),
    (True, False): ("before_the_mask", "unmasked_"),
    (False, True): ("before_the_temperature", "untempered_"),
    (True, True): ("before_mask_and_temperature", "raw_"),
}


def _style(pair: str, *, by_mask: bool, by_temperature: bool) -> dict[str, str]:
    """What a name chooses; one of a newer policy stands beside either name of the old."""
    pairs = {"pair": pair} if pair else {}
    return {**pairs, "masked": str(by_mask), "tempered": str(by_temperature), "rows": "of steps"}


def _logits() -> Iterator[Reading]:
    """Logits of the new or the old policy, before or after masks and temperatures."""
    sides = (
        ("logits", "logits", "old and new"), ("logits", "old_logits", "this and new"),
        ("old_logits", "old_logits", "old and new"), ("new_logits", "logits", ""),
    )  # fmt: skip
    for (name, tells, pair), (by_mask, by_temperature) in product(sides, BEFORE):
        convention, prefix = BEFORE[by_mask, by_temperature]
        said = convention if name == tells else f"{tells}_{convention}"
        yield reading(
            name, said, f"{name}: logits, {said.replace('_', ' ')}", _told(tells), {f"{prefix}{tells}": _told(name)},
            needs=(tells,), style=_style(pair, by_mask=by_mask, by_temperature=by_temperature),
        )  # fmt: skip
    for by_temperature in (False, True):
        convention, prefix = BEFORE[False, by_temperature]
        yield reading(
            "q_values", convention, "q_values: values of actions, which are logits", _told("logits"),
            {f"{prefix}logits": _told("q_values")}, needs=("logits",), among=OF_LOGITS_ALONE,
            style=_style("old and new", by_mask=False, by_temperature=by_temperature),
        )  # fmt: skip


def _probabilities() -> Iterator[Reading]:
    """Probabilities of the new or the old policy, before or after a mask."""
    sides = (
        ("probabilities", "probabilities", "probabilities", "old and new"),
        ("probabilities", "old_probabilities", "other_probabilities", "this and new"),
        ("old_probabilities", "old_probabilities", "other_probabilities", "old and new"),
        ("new_probabilities", "probabilities", "probabilities", ""),
    )
    for (name, tells, drawn_as, pair), by_mask in product(sides, (False, True)):
        convention, prefix = BEFORE[by_mask, False]
        said = convention if name == tells else f"{tells}_{convention}"
        needed = drawn_as.replace("probabilities", "full_probabilities") if by_mask else drawn_as
        yield reading(
            name, said, f"{name}: probabilities, {said.replace('_', ' ')}", _told(needed),
            {f"{prefix}{tells}": _told(name)}, needs=(needed,),
            style=_style(pair, by_mask=by_mask, by_temperature=False),
        )  # fmt: skip


def _log_probabilities() -> Iterator[Reading]:
    """Log-probabilities of all actions: they are logits."""
    for name, tells in (("log_probs", "logits"), ("old_log_probs", "old_logits")):
        yield reading(
            name, "of_all_actions", f"{name}: the log-probability of every action",
            lambda drawn, n=tells: _log_softmax(drawn[n]), {tells: _told(name)}, needs=(tells,),
            among=(*OF_ROWS, *OF_ONE_ROW),
        )  # fmt: skip


def _log_softmax(logits: Any) -> Any:
    with precision(DIGITS):
        return policy.log_softmax(ball(logits))


def _actions() -> Iterator[Reading]:
    """Actions taken, as indices or as rows."""
    needs, among = ("actions", "logits"), OF_ACTIONS
    yield reading(
        "actions", "own", "indices of the actions", _told("actions"), {"actions": _told("actions")},
        needs=needs, among=among,
    )  # fmt: skip
    yield reading(
        "actions", "one_hot", "rows of zeros with a one at the action taken",
        lambda drawn: chosen(drawn["actions"], drawn["logits"].shape[-1]).astype(int),
        {"actions": lambda a: np.asarray(a["actions"]).argmax(axis=-1)}, needs=needs, among=among,
    )  # fmt: skip
    yield reading(
        "actions", "column", "a column of indices of the actions", lambda drawn: drawn["actions"][:, None],
        {"actions": lambda a: a["actions"][:, 0]}, needs=needs, among=among,
    )  # fmt: skip


def _mask() -> Iterator[Reading]:
    for word, by_temperature, declared in product(("action_mask", "mask"), (False, True), (False, True)):
        among = (*OF_ONE_ROW, *OF_ROWS) if word == "mask" else ()
        yield reading(
            word, "forbidden" if declared else "allowed",
            f"{word}: whether an action is {'forbidden' if declared else 'allowed'}",
            (lambda drawn: ~_allowed(drawn)) if declared else _allowed,
            {"action_mask": (lambda a, w=word: ~a[w]) if declared else _told(word)},
            needs=("action_mask", "actions", "logits"), only_declared=declared,
            among=among, style={"masked": "True", "tempered": str(by_temperature)},
        )  # fmt: skip
        if word == "action_mask" and not declared:
            yield reading(
                "forbidden_actions", "own", "whether an action is forbidden", lambda drawn: ~_allowed(drawn),
                {"action_mask": lambda a: ~a["forbidden_actions"]}, needs=("action_mask", "actions", "logits"),
                style={"masked": "True", "tempered": str(by_temperature)},
            )  # fmt: skip


READINGS: tuple[Reading, ...] = (
    reading(
        "log_ratios", "own", "log-probabilities less those of the old policy",
        lambda drawn: drawn["log_probs"] - drawn["old_log_probs"], {"log_ratios": _told("log_ratios")},
        needs=("log_probs", "old_log_probs"), among=ESTIMATORS,
    ),
    *(
        reading(
            word, "own", f"{word}: probabilities of the actions in each state", _told(word), {word: _told(word)},
            needs=(word,), among=OF_ROWS, style={"rows": "of states"},
        )
        for word in ("policy", "new_policy")
    ),
    *_logits(),
    *_probabilities(),
    *_log_probabilities(),
    *_actions(),
    *_mask(),
    *(
        reading(
            "temperature", "own", "by which logits are divided", _told("temperature"),
            {"temperature": _told("temperature")}, needs=("temperature",),
            style={"tempered": "True", "masked": str(by_mask)}, among=(*OF_ONE_ROW, *OF_ROWS),
        )
        for by_mask in (False, True)
    ),
)  # fmt: skip


def _changed(side: str) -> Iterator[Rule]:
    """Logits and probabilities, after masks and temperatures."""
    logits, probabilities = f"{side}logits", f"{side}probabilities"
    yield rule(
        logits, (f"unmasked_{logits}", "action_mask"), lambda f: masked(f[f"unmasked_{logits}"], f["action_mask"])
    )
    yield rule(logits, (f"untempered_{logits}", "temperature"), lambda f: f[f"untempered_{logits}"] / f["temperature"])
    yield rule(
        logits, (f"raw_{logits}", "action_mask", "temperature"),
        lambda f: masked(f[f"raw_{logits}"] / f["temperature"], f["action_mask"]),
    )  # fmt: skip
    yield rule(
        probabilities, (f"unmasked_{probabilities}", "action_mask"),
        lambda f: _renormalised(f[f"unmasked_{probabilities}"] * f["action_mask"].astype(int)),
    )  # fmt: skip


def _apart(own: str, other: str) -> Callable[[Facts], Any]:
    """The softmax; in balls one of whole numbers where both policies are equal, whose distance is zero for certain."""

    def probabilities(facts: Facts) -> Any:
        logits = facts[own]
        if system_of(logits) != "ball":
            return policy.softmax(logits)
        shift = logits - facts[other]
        same = holds(shift == shift[..., :1]).all(axis=-1)[..., None]
        first = (np.arange(logits.shape[-1]) == 0).astype(int) + 0 * logits
        return where(same, first, policy.softmax(logits))

    return probabilities


def _renormalised(weights: Any) -> Any:
    return weights / weights.sum(axis=-1)[..., None]


RULES: tuple[Rule, ...] = (
    rule("log_probs", ("log_ratios",), lambda f: f["log_ratios"], among=ESTIMATORS),
    rule("old_log_probs", ("log_ratios",), lambda f: 0 * f["log_ratios"], among=ESTIMATORS),
    rule("log_probs", ("ratios",), lambda f: log(f["ratios"]), among=ESTIMATORS),
    rule("old_log_probs", ("ratios",), lambda f: 0 * f["ratios"], among=ESTIMATORS),
    *_changed(""),
    *_changed("old_"),
    rule("logits", ("probabilities",), lambda f: logarithms(f["probabilities"]), among=OF_ONE_ROW),
    rule("logits", ("policy",), lambda f: logarithms(f["policy"]), among=OF_LOGITS_ALONE),
    rule("target_probabilities", ("logits",), lambda f: policy.softmax(f["logits"])),
    rule("behaviour_probabilities", ("old_logits",), lambda f: policy.softmax(f["old_logits"])),
    rule("policy", ("old_probabilities",), lambda f: f["old_probabilities"], among=OF_ROWS),
    rule("new_policy", ("probabilities",), lambda f: f["probabilities"], among=OF_ROWS),
    rule("policy", ("old_logits", "logits"), _apart("old_logits", "logits"), among=ROOTS),
    rule("new_policy", ("logits", "old_logits"), _apart("logits", "old_logits"), among=ROOTS),
    rule("policy", ("old_logits",), lambda f: policy.softmax(f["old_logits"]), among=OF_ROWS),
    rule("new_policy", ("logits",), lambda f: policy.softmax(f["logits"]), among=OF_ROWS),
)

SYNONYMS: dict[str, tuple[str, ...]] = {
    "logits": (
        *("logit", "preferences", "scores", "h", "phi", "x", "theta", "prefs", "logits_q", "q_logits", "logits2"),
        "z",
    ),
    "old_logits": ("logits_p", "p_logits", "logits1", "old_policy_logits", "logits_1", "logits_prev", "logits_old"),
    "new_logits": ("logits_new", "logits_q"),
    "probabilities": (
        *("pi_a", "probabilities_a", "p_new", "probs_new", "new_probs", "new_pi", "pi_new", "pi_probs", "q_probs"),
        *("probs_q", "q", "probs2", "categorical_probs"),
    ),
    "old_probabilities": (
        *("old_probs", "probs_old", "p_old", "old_pi", "pi_old", "old_p", "old_policy_probs", "probs_p", "p_probs"),
        *("probs1", "old_action_probs", "prev_probs", "p"),
    ),
    "target_probabilities": (
        *("target_probs", "target_policy", "pi", "pi_probs", "target_action_probs", "target_pi", "pi_target", "target"),
        *("pi_e", "evaluation_policy", "target_policy_probs", "policy"),
        *("p", "probs", "new_probs", "pi_new", "new_policy"),
    ),
    "behaviour_probabilities": (
        *("behaviour_probs", "behavior_probs", "behavior_probabilities", "behaviour_policy", "behavior_policy", "mu"),
        *("b", "b_probs", "mu_probs", "behaviour", "behavior", "pi_b", "behaviour_policy_probs", "behaviour_pi"),
        *("behavior_policy_probs", "behavior_action_probs", "behaviour_action_probs", "sampling_policy"),
        *("q", "old_probs", "pi_old", "old_policy"),
    ),
    "new_probabilities": ("new_probs", "probs_new", "new_pi", "pi_new", "new_p"),
    "policy": (
        *("p", "pi", "old_pi", "old_policy", "pi_old", "policy_old", "policy_p"),
        *("dist1", "pi1", "pi_1", "policy1", "policy_1", "policy_a"),
    ),
    "new_policy": (
        *("q", "new_pi", "pi_new", "policy_new", "policy_q", "pi_tilde", "tilde_pi", "other_policy"),
        *("dist2", "pi2", "pi_2", "policy2", "policy_2", "policy_b"),
    ),
    "log_probs": ("log_p_new", "logp_all", "log_q", "new_log_p", "log_pi", "logp_all_new", "log_probabilities"),
    "old_log_probs": ("log_p", "log_p_old", "old_log_p", "logp_all_old", "old_log_pi", "logp0_all"),
    "log_ratios": ("log_ratio", "logratio", "logratios", "log_r", "logr"),
    "actions": ("one_hot", "onehot", "action_one_hot", "one_hot_actions", "actions_one_hot", "action_index"),
    "action_mask": (
        *("mask", "masks", "action_masks", "legal_actions", "legal_actions_mask", "valid_actions", "avail_actions"),
        *("available_actions", "legal", "legal_mask", "valid_mask", "invalid_mask_off", "allowed", "actions_mask"),
    ),
    "forbidden_actions": ("illegal_actions", "invalid_actions", "invalid_action_mask", "illegal_mask", "invalid_mask"),
    "temperature": ("temp", "tau", "t", "T"),
    "action_values": ("q", "q_values", "q_value", "Q", "qs"),
    "q_values": ("action_values", "q", "Q", "qs", "Q_s", "q_s"),
    "epsilon_random": ("epsilon", "eps", "exploration", "exploration_rate", "e"),
    "number_of_actions": ("num_actions", "n_actions", "n", "A", "action_dim", "act_dim"),
    "logit_steps": ("steps", "step", "delta", "d", "delta_logits", "dlogits", "direction", "v", "update"),
}

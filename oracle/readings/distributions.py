"""Names for the parameters of Gaussian policies: means, deviations in every usual form, squashed actions."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ...spec import policy
from ...spec.numbers import Array, ball, exp, log, precision, sqrt, stack
from ..reading import Facts, Reading, Rule, reading, rule

SAID = {
    "mean": "means of the actions",
    "log_std": "logarithms of the standard deviations",
    "std": "standard deviations",
    "var": "variances",
    "log_var": "logarithms of the variances",
}
TO_LOG_STD: dict[str, Callable[[Any], Any]] = {
    "std": log,
    "var": lambda var: log(var) / 2,
    "log_var": lambda log_var: log_var / 2,
}
DIGITS = 128
"""Bits in which irrational arguments are computed before they are rounded."""


def _exponential(array: Any) -> Any:
    with precision(DIGITS):
        return exp(ball(array))


FROM_LOG_STD: dict[str, Callable[[Any], Any]] = {
    "log_std": lambda log_std: log_std,
    "std": _exponential,
    "var": lambda log_std: _exponential(2 * log_std),
    "log_var": lambda log_std: 2 * log_std,
}


def _told(word: str) -> Callable[[Facts], Any]:
    return lambda arguments: arguments[word]


def _squashed(drawn: Facts) -> Any:
    """The actions tanh u."""
    with precision(DIGITS):
        squared = _exponential(2 * drawn["unsquashed"])
        return 1 - 2 / (squared + 1)


def unsquash(actions: Any) -> Any:
    """The arguments u of actions tanh u."""
    return log((1 + actions) / (1 - actions)) / 2


def cholesky(covariance: Array) -> Array:
    """The lower triangular L of which L L^T is the covariance, row by row: [T, k, k]."""
    size = covariance.shape[-1]
    nothing = 0 * covariance[:, 0, 0]
    rows: list[list[Any]] = []
    for i in range(size):
        row: list[Any] = []
        for j in range(i):
            rest = covariance[:, i, j] - sum((row[n] * rows[j][n] for n in range(j)), start=nothing)
            row.append(rest / rows[j][j])
        row.append(sqrt(covariance[:, i, i] - sum((each * each for each in row), start=nothing)))
        rows.append(row)
    full = [stack([*row, *[nothing] * (size - len(row))]).T for row in rows]
    return stack([stack([row[t] for row in full]) for t in range(len(covariance))])


def _gaussian(word: str) -> Iterator[Reading]:
    """A parameter of the new or the old policy; beside one of a newer policy, the name without a prefix is the old.

    The newer may also be beside one that is called old.
    """
    for name, tells, pair in (
        (word, word, "old and new"), (word, f"old_{word}", "this and new"),
        (f"old_{word}", f"old_{word}", "old and new"), (f"new_{word}", word, ""),
    ):  # fmt: skip
        drawn_as = tells if word == "mean" else tells.replace(word, "log_std")
        make = FROM_LOG_STD.get(word, FROM_LOG_STD["log_std"])
        of = {word: "", f"old_{word}": " of the old policy"}[tells]
        pairs = {"pair": pair} if pair else {}
        yield reading(
            name, "own" if name == tells else tells, f"{name}: {SAID[word]}{of}, for each state",
            lambda drawn, m=make, d=drawn_as: m(drawn[d]), {tells: _told(name)}, needs=(drawn_as,),
            style=pairs | ({} if word == "mean" else {"spread": "each"}),
        )  # fmt: skip
        if word == "mean":
            continue
        yield reading(
            name, "one_for_all_states", f"{name}: {SAID[word]}{of}, the same in every state",
            lambda drawn, m=make, d=drawn_as: m(drawn[d][0]), {tells: _told(name)}, needs=(drawn_as,),
            style=pairs | {"spread": "states"},
        )  # fmt: skip
        mean = tells.replace(word, "mean")
        yield reading(
            name, "one_number", f"{name}: the {SAID[word].removesuffix('s')}{of}, the same everywhere",
            lambda drawn, m=make, d=drawn_as: m(drawn[d][0, 0]), {f"common_{tells}": _told(name)},
            needs=(drawn_as, mean), style=pairs | {"spread": "everywhere"},
        )  # fmt: skip


def _squashing() -> Iterator[Reading]:
    """Actions that are squashed by tanh: before, after, or both."""
    among = ("unsquashed",)
    alone, both = {"squash": "alone"}, {"squash": "both"}
    for word in ("actions", "squashed"):
        yield reading(
            word, "squashed", f"{word} = tanh u", _squashed, {"unsquashed": lambda a, w=word: unsquash(a[w])},
            needs=("unsquashed",), among=among, style=alone,
        )  # fmt: skip
        yield reading(
            word, "beside", f"{word} = tanh u, beside u", _squashed, {"squashed": _told(word)},
            needs=("unsquashed",), among=among, style=both,
        )  # fmt: skip
    yield reading(
        "actions", "before_squashing", "actions: u, which tanh squashes afterwards", _told("unsquashed"),
        {"unsquashed": _told("actions")}, needs=("unsquashed",), among=among, style=alone,
    )  # fmt: skip
    for style in (alone, both):
        yield reading(
            "unsquashed", "own", "unsquashed: u, whose tanh is the action", _told("unsquashed"),
            {"unsquashed": _told("unsquashed")}, needs=("unsquashed",), style=style,
        )  # fmt: skip


def _covariance(scale_tril: str) -> Callable[[Facts], Any]:
    def covariance(drawn: Facts) -> Any:
        factor = drawn[scale_tril]
        return np.stack([row @ row.T for row in factor])

    return covariance


def _forms() -> Iterator[Rule]:
    """Logarithms of standard deviations, from every other form."""
    for side in ("", "old_"):
        for form, read in TO_LOG_STD.items():
            yield rule(f"{side}log_std", (f"{side}{form}",), lambda f, n=f"{side}{form}", r=read: r(f[n]))
        for form, read in {"log_std": FROM_LOG_STD["log_std"], **TO_LOG_STD}.items():
            common = f"common_{side}{form}"
            yield rule(
                f"{side}log_std", (common, f"{side}mean"),
                lambda f, n=common, m=f"{side}mean", r=read: r(f[n]) + 0 * f[m],
            )  # fmt: skip
        yield rule(f"{side}scale_tril", (f"{side}covariance",), lambda f, n=f"{side}covariance": cholesky(f[n]))


def _diagonal(log_std: str) -> Callable[[Facts], Any]:
    def covariance(drawn: Facts) -> Any:
        variances = FROM_LOG_STD["var"](drawn[log_std])
        return variances[..., None] * np.eye(variances.shape[-1], dtype=int)

    return covariance


def _variances(word: str) -> Callable[[Facts], Any]:
    def variances(arguments: Facts) -> Any:
        index = np.arange(arguments[word].shape[-1])
        return arguments[word][:, index, index]

    return variances


READINGS: tuple[Reading, ...] = (
    *(
        reading(
            f"{side}covariance", "diagonal", "diagonal covariance matrices of the actions", _diagonal(f"{side}log_std"),
            {f"{side}var": _variances(f"{side}covariance")}, needs=(f"{side}log_std",), among=("log_std",),
        )
        for side in ("", "old_")
    ),
    *(entry for word in SAID for entry in _gaussian(word)),
    *_squashing(),
    *(
        reading(
            f"{side}covariance", "own", "covariance matrices of the actions", _covariance(f"{side}scale_tril"),
            {f"{side}covariance": _told(f"{side}covariance")}, needs=(f"{side}scale_tril",),
        )
        for side in ("", "old_")
    ),
)  # fmt: skip

RULES: tuple[Rule, ...] = (
    *_forms(),
    rule(
        "old_log_std", ("log_std",), lambda f: f["log_std"], limit="a standard deviation of the old policy",
        among=("policy.gaussian_kl",), beside=("old_mean",),
    ),
    rule(
        "unsquashed", ("mean", "log_std", "noise"),
        lambda f: policy.gaussian_sample(f["mean"], f["log_std"], f["noise"]),
    ),
    *(
        rule(
            f"{side}log_probs", ("unsquashed", f"{side}mean", f"{side}log_std"),
            lambda f, s=side: policy.squashed_gaussian_log_prob(f["unsquashed"], f[f"{s}mean"], f[f"{s}log_std"]),
            unless=("actions",),
        )
        for side in ("", "old_")
    ),
)  # fmt: skip

PLAIN = {
    "mean": (
        *("mu", "loc", "means", "mus", "action_mean", "mean_action", "m", "locs", "action_means", "means_"),
        *("mean_actions", "normal_mean", "action_mu", "policy_mean"),
    ),
    "log_std": (
        *("logstd", "log_stds", "log_sigma", "logsigma", "log_sigmas", "log_scale", "logstds", "action_log_std"),
        *("action_logstd", "actor_logstd", "log_std_dev"),
    ),
    "std": (
        *("sigma", "scale", "stddev", "stds", "sd", "std_dev", "sigmas", "stdev", "s", "action_std", "std_devs"),
        "normal_std",
    ),
    "var": ("variance", "sigma2", "sigma_sq", "variances", "vars", "cov_diag", "covariance_diag", "action_var"),
    "log_var": ("logvar", "log_variance", "log_vars", "log_variances", "log_sigma2"),
    "covariance": ("cov", "covariance_matrix", "cov_mat", "sigma", "Sigma", "covariances", "covs"),
    "scale_tril": ("tril", "cholesky", "chol", "L", "lower", "cholesky_factor"),
}
OLD, NEW = (
    ("old_{}", "{}_old", "{}_p", "p_{}", "{}1", "{}_1", "{}0", "{}_0", "prev_{}", "behaviour_{}", "{}_prev"),
    (*("new_{}", "{}_new", "{}_q", "q_{}", "{}2", "{}_2", "{}1", "{}_1", "curr_{}", "cur_{}", "{}_curr"),),
)


def _sided() -> dict[str, tuple[str, ...]]:
    """All the names with their usual marks of old and new."""
    found: dict[str, tuple[str, ...]] = {}
    for word, names in PLAIN.items():
        every = (word, *names)
        found[word] = (*names, *(mark.format(name) for mark in NEW for name in every))
        found[f"old_{word}"] = tuple(mark.format(name) for mark in OLD for name in every)
        found[f"new_{word}"] = tuple(mark.format(name) for mark in ("new_{}", "{}_new") for name in every)
    return {word: tuple(name for name in names if name != word) for word, names in found.items()}


SYNONYMS: dict[str, tuple[str, ...]] = {
    **_sided(),
    "unsquashed": (
        *("pre_tanh", "u", "z", "raw_actions", "raw_action", "pre_tanh_value", "pretanh", "gaussian_actions", "x_t"),
        *("pre_tanh_actions", "unsquashed_actions", "unsquashed_action", "latent", "pre_tanh_action", "raw", "x"),
        *("gaussian_action", "pi_action", "pre_squash", "actions_before_tanh", "actions_pre_tanh"),
    ),
    "squashed": ("tanh_actions", "squashed_actions", "squashed_action", "tanh_action", "y_t", "tanh_value"),
    "actions": ("action", "act", "acts", "a", "x", "samples", "sample", "value", "taken_actions", "chosen_actions"),
    "noise": ("eps", "epsilon", "xi", "z", "noises"),
    "action_slopes": ("dq_da", "grad_a", "q_grad", "df_da", "action_grads", "action_gradient", "dqda", "slopes"),
}

"""What can go wrong with ratios of probabilities, and with the advantages that they multiply."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from ...spec import numbers, policy
from ...spec.numbers import exp, is_nonzero, log, maximum, minimum, rational, sqrt, where
from ...spec.standardisation import deviations as deviations_from_mean
from ...spec.standardisation import divided
from ..contract import Contract
from ..deviation import CONTESTED, DELIBERATE, Deviation, after, before, deviation
from ..reading import Facts


class Mistake(NamedTuple):
    """A wrong array in the place of the right one."""

    id: str
    says: str
    find: Callable[[Facts], Any]
    needs: tuple[str, ...] = ()
    effect: str = ""
    seen: tuple[str, ...] = ()
    kind: str = "bug"
    spelling: str = ""


LOGS = ("log_probs", "old_log_probs")


def _squash(facts: Facts) -> Any:
    """The product of 1 - tanh(z)^2 over the dimensions of an action z."""
    growth = exp(2 * facts["actions"])
    slopes = 4 * growth / ((growth + 1) * (growth + 1))
    product = slopes[..., 0]
    for i in range(1, slopes.shape[-1]):
        product = product * slopes[..., i]
    return product


def _within(array: Any, limit: Any) -> Any:
    return minimum(maximum(array, -limit), limit)


OF_LOGS = (
    Mistake(
        "ratios_inverted", "the ratio is that of the old probability to the new one",
        lambda f: exp(f["old_log_probs"] - f["log_probs"]), LOGS, "the policy is pushed the wrong way",
        ("openai/baselines#652", "openai/baselines#1218"),
    ),
    Mistake(
        "ratios_are_one", "the old log probabilities are those of the present policy: every ratio is one",
        lambda f: 0 * f["log_probs"] + 1, LOGS, "nothing is ever clipped",
    ),
    Mistake("log_ratios", "the exponential is missing: log-ratios stand for ratios",
            lambda f: f["log_probs"] - f["old_log_probs"], LOGS),
    Mistake("ratios_of_log_probs", "log probabilities are divided by each other",
            lambda f: f["log_probs"] / where(is_nonzero(f["old_log_probs"]), f["old_log_probs"], 1), LOGS),
    Mistake("ratios_of_log_probs", "log probabilities are divided by each other",
            lambda f: f["log_probs"] / f["old_log_probs"], LOGS, spelling="by zero as well"),
    Mistake("ratios_linearised", "one and the log-ratio stand for its exponential",
            lambda f: 1 + f["log_probs"] - f["old_log_probs"], LOGS, "may be negative"),
    *(
        Mistake("log_ratios_clipped", f"the log-ratio is clipped to [-{limit}, {limit}] before the exponential",
                lambda f, limit=limit: exp(_within(f["log_probs"] - f["old_log_probs"], rational(limit))), LOGS,
                "beyond, there is no gradient", kind=DELIBERATE, spelling=str(limit))
        for limit in (20, 10, 5, 3, 2, 1, "1/2")
    ),
    Mistake("ratios_without_the_old_policy", "the new probability stands for the ratio",
            lambda f: exp(f["log_probs"]), LOGS),
    Mistake("log_probs_for_ratios", "the log probability stands for the ratio", lambda f: f["log_probs"], LOGS),
    Mistake("differences_for_ratios", "the probabilities are subtracted from each other",
            lambda f: exp(f["log_probs"]) - exp(f["old_log_probs"]), LOGS),
    Mistake("ratio_of_the_whole_batch", "one ratio, of the mean log probabilities, for all entries",
            lambda f: exp((f["log_probs"] - f["old_log_probs"]).sum() / f["log_probs"].size) + 0 * f["log_probs"],
            LOGS),
    Mistake("ratio_of_the_joint_batch", "one ratio, of the summed log probabilities, for all entries",
            lambda f: exp((f["log_probs"] - f["old_log_probs"]).sum()) + 0 * f["log_probs"], LOGS),
    Mistake(
        "squashing_in_the_new_only", "the change of variables of the squashing is in the new log probability alone",
        lambda f: exp(f["log_probs"] - f["old_log_probs"]) / _squash(f), (*LOGS, "actions", "mean", "log_std"),
        "the ratio is not one at the old policy", ("automl/Mighty PR#118", "automl/Mighty PR#117"),
    ),
    Mistake(
        "squashing_in_the_old_only", "the change of variables of the squashing is in the old log probability alone",
        lambda f: exp(f["log_probs"] - f["old_log_probs"]) * _squash(f), (*LOGS, "actions", "mean", "log_std"),
        "the ratio is not one at the old policy",
    ),
    Mistake(
        "action_of_low_precision", "the action is rounded to half precision before its density under the new policy",
        lambda f: _in_low_precision(f, "float16"), ("actions", "mean", "log_std", "old_mean", "old_log_std"),
        "the ratio is not one at the old policy", ("PufferAI/PufferLib PR#584",),
    ),
    Mistake(
        "action_of_low_precision", "the action is rounded to bfloat16 before its density under the new policy",
        lambda f: _in_low_precision(f, "bfloat16"), ("actions", "mean", "log_std", "old_mean", "old_log_std"),
        "the ratio is not one at the old policy", ("PufferAI/PufferLib PR#584",), spelling="bfloat16",
    ),
)  # fmt: skip
"""Ratios that are computed wrongly from log probabilities."""

OF_RATIOS = (
    Mistake("ratios_inverted", "the ratio is that of the old probability to the new one", lambda f: 1 / f["ratios"],
            ("ratios",), "the policy is pushed the wrong way"),
    Mistake("ratios_ignored", "the ratio does not enter", lambda f: 0 * f["ratios"] + 1, ("ratios",)),
    Mistake("log_ratios", "the logarithm of the ratio stands for the ratio", lambda f: log(f["ratios"]), ("ratios",)),
    Mistake(
        "ratios_squared", "the ratio is applied twice", lambda f: f["ratios"] * f["ratios"], ("ratios",),
    ),
)  # fmt: skip


def _in_low_precision(facts: Facts, dtype: str) -> Any:
    actions = facts["actions"]
    floats = numbers.float64(getattr(actions, "value", actions))
    rounded = low_precision(floats, dtype)
    system = numbers.system_of(actions)
    coarse = rounded + 0 * actions if system == "rounded" else numbers.convert(rounded, system)
    new = policy.gaussian_log_prob(coarse, facts["mean"], facts["log_std"])
    return exp(new - policy.gaussian_log_prob(actions, facts["old_mean"], facts["old_log_std"]))


def low_precision(floats: Any, dtype: str) -> Any:
    """Round doubles to half precision, or to bfloat16, to the nearest."""
    if dtype == "float16":
        return floats.astype(np.float16).astype(float)
    bits = floats.astype(np.float32).view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000).astype(np.uint32).view(np.float32).astype(float)


def normalised(word: str, ddof: int, epsilon: float) -> Callable[[Facts], Any]:
    """An array less its mean, divided by its deviation."""

    def find(facts: Facts) -> Any:
        flat = facts[word].reshape(1, -1)
        if flat.size <= ddof:
            return facts[word] * (sqrt(0 * flat[0, 0]) / 0)  # NaN, as in code: the mean of no numbers
        centred, variance = deviations_from_mean(flat, np.ones(flat.shape, dtype=bool), ddof)
        return divided(centred, sqrt(variance) + rational(epsilon)).reshape(*facts[word].shape)

    return find


def _mean(array: Any) -> Any:
    return array.sum() / array.size


OF_ADVANTAGES = (
    *(
        Mistake(
            "advantages_normalised_inside", "the advantages are normalised inside the objective",
            normalised("advantages", ddof, epsilon), ("advantages",), "mini-batches have different scales",
            kind=DELIBERATE, spelling=f"ddof {ddof}, epsilon {epsilon:g}",
        )
        for ddof in (0, 1)
        for epsilon in (1e-8, 1e-5, 1e-6, 0.0)
    ),
    Mistake("advantages_centred_inside", "the mean of the advantages is subtracted inside the objective",
            lambda f: f["advantages"] - _mean(f["advantages"]), ("advantages",)),
    Mistake("advantages_averaged", "the advantages are averaged before the product",
            lambda f: 0 * f["advantages"] + _mean(f["advantages"]), ("advantages",),
            seen=("Omegastick/pytorch-cpp-rl#14",)),
    Mistake("advantages_without_sign", "the magnitude of the advantage stands for it", lambda f: abs(f["advantages"]),
            ("advantages",)),
    Mistake("negative_advantages_dropped", "negative advantages count as zero", lambda f: maximum(f["advantages"], 0),
            ("advantages",), kind=DELIBERATE),
    Mistake(
        "advantages_weighted_by_the_ratio", "the advantages are weighted by the ratio already: it is applied twice",
        lambda f: f["ratios"] * f["advantages"], ("ratios", "advantages"), "importance weights are squared",
        ("PufferAI/PufferLib#306", "PufferAI/PufferLib#341"), CONTESTED,
    ),
    Mistake(
        "advantages_weighted_by_the_ratio", "the advantages are weighted by the truncated ratio already",
        lambda f: minimum(f["ratios"], 1) * f["advantages"], ("ratios", "advantages"), "importance weights are squared",
        ("PufferAI/PufferLib#306", "PufferAI/PufferLib#341"), CONTESTED, "truncated",
    ),
    Mistake("returns_for_advantages", "the returns stand for the advantages", lambda f: f["returns"],
            ("advantages", "returns")),
)  # fmt: skip


def _made(mistake: Mistake, change: Callable[..., Any]) -> Deviation:
    return deviation(
        mistake.id, mistake.says, change, needs=mistake.needs, effect=mistake.effect, seen=mistake.seen,
        kind=mistake.kind, spelling=mistake.spelling,
    )  # fmt: skip


def of_ratios(contract: Contract, _: frozenset[str]) -> Iterator[Deviation]:
    """Wrong ratios, in whatever they enter."""
    if "ratios" in contract.parameters:
        for entry in (*OF_LOGS, *OF_RATIOS):
            yield _made(entry, before(lambda f, find=entry.find: {"ratios": find(f)}))


def of_advantages(contract: Contract, _: frozenset[str]) -> Iterator[Deviation]:
    """Wrong advantages, in a mean of what they enter."""
    if "advantages" in contract.parameters and contract.is_mean:
        for entry in OF_ADVANTAGES:
            yield _made(entry, before(lambda f, find=entry.find: {"advantages": find(f)}))


FAMILIES = (of_ratios, of_advantages)

DEVIATIONS = {
    "ppo.ratio": tuple(_made(entry, after(lambda f, _, find=entry.find: {"ratio": find(f)})) for entry in OF_LOGS),
}

"""Deviations of squashed actions, of samples of Gaussian policies, and of their scores."""

from collections.abc import Callable
from typing import Any

from ...spec import policy
from ...spec.numbers import concatenate, exp, log, maximum, stack
from ..contract import Compute, Outputs
from ..contracts.distributions import tanh
from ..deviation import CONTESTED, DELIBERATE, Deviation, after, deviation, instead
from ..reading import Facts
from .distributions import EPSILONS, log_slope


def _two(like: Any) -> Any:
    return 2 + 0 * like


def _squashed(facts: Facts, correction: Callable[[Any], Any], *, at: str = "unsquashed", share: Any = 1) -> Outputs:
    """The density of u less a correction of each dimension."""
    actions = tanh(facts["unsquashed"]) if at == "squashed" else facts["unsquashed"]
    density = policy.gaussian_log_prob(actions, facts["mean"], facts["log_std"])
    return {"squashed_gaussian_log_prob": density - share * correction(facts["unsquashed"]).sum(axis=-1)}


def _squashed_with(options: dict[str, Any]) -> Callable[[Compute], Compute]:
    return instead(lambda facts: _squashed(facts, **options))


def _scored_with(options: dict[str, Any]) -> Callable[[Compute], Compute]:
    return instead(lambda facts: _score(facts, **options))


def _clipped_slope(epsilon: float) -> Callable[[Any], Any]:
    def slope(unsquashed: Any) -> Any:
        squashed = tanh(unsquashed)
        return log(maximum(1 - squashed * squashed, epsilon + 0 * squashed))

    return slope


def _with_epsilon(epsilon: float) -> Callable[[Any], Any]:
    def slope(unsquashed: Any) -> Any:
        squashed = tanh(unsquashed)
        return log(1 - squashed * squashed + epsilon)

    return slope


def _linear_with_epsilon(epsilon: float) -> Callable[[Any], Any]:
    return lambda unsquashed: log(1 - tanh(unsquashed) + epsilon)


def _not_summed(facts: Facts, slope: Callable[[Any], Any]) -> Outputs:
    density = policy.gaussian_log_prob(facts["unsquashed"], facts["mean"], facts["log_std"])
    return {"squashed_gaussian_log_prob": density[..., None] - slope(facts["unsquashed"])}


def _linear_slope(unsquashed: Any) -> Any:
    return log(1 - tanh(unsquashed))


def _twice_squashed(unsquashed: Any) -> Any:
    return log_slope(tanh(unsquashed))


def _unsquashed_slope(unsquashed: Any) -> Any:
    return log(1 - unsquashed * unsquashed)


def _score(facts: Facts, *, of_mean: int = 2, of_scale: Callable[[Any, Any], Any]) -> Outputs:
    difference, log_std = facts["actions"] - facts["mean"], facts["log_std"]
    standardised = difference * exp(-log_std)
    parts = [difference * exp(-of_mean * log_std), of_scale(standardised, log_std)]
    return _parts("gaussian_score", parts)


def _parts(name: str, parts: list[Any]) -> Outputs:
    """The outputs of an equation in two parts: in the means, and in the logarithms of sigma."""
    joined = concatenate([part.T for part in parts]).T
    return {name: stack(parts), "of_mean": parts[0], "of_log_std": parts[1], "joined": joined}


def _with_noise(facts: Facts, scale: Any) -> Outputs:
    return {"gaussian_sample": facts["mean"] + scale * facts["noise"]}


def _share(facts: Facts) -> Any:
    """One part in the number of dimensions."""
    return (1 + 0 * facts["unsquashed"].sum(axis=-1)) / facts["unsquashed"].shape[-1]


def _half_corrected(sign: int) -> Callable[[Facts, Outputs], dict[str, Any]]:
    """Ratios in which one of the two log-densities alone is corrected for tanh."""
    return lambda f, o: {"ratio": o["ratio"] * exp(-sign * log_slope(f["unsquashed"]).sum(axis=-1))}


DEVIATIONS: dict[str, tuple[Deviation, ...]] = {
    "ppo.ratio": (
        deviation(
            "only_the_new_corrected_for_squashing", "log(1 - tanh^2) is subtracted in the new log-probability alone",
            after(_half_corrected(1)), needs=("unsquashed",), seen=("automl/Mighty PR#118", "automl/Mighty PR#117"),
            effect="ratios are not one where the policy has not changed",
        ),
        deviation(
            "only_the_old_corrected_for_squashing", "log(1 - tanh^2) is subtracted in the old log-probability alone",
            after(_half_corrected(-1)), needs=("unsquashed",),
            effect="ratios are not one where the policy has not changed",
        ),
    ),
    "policy.squashed_gaussian_log_prob": (
        *(
            deviation(
                "epsilon_in_the_logarithm", f"log(1 - tanh^2 + {epsilon:g}) stands for log(1 - tanh^2)",
                instead(lambda f, e=epsilon: _squashed(f, _with_epsilon(e))), kind=DELIBERATE, spelling=f"{epsilon:g}",
                effect="densities of saturated actions are bounded", seen=("haarnoja/sac", "DLR-RM/stable-baselines3"),
            )
            for epsilon in EPSILONS
        ),
        *(
            deviation(
                "density_at_the_squashed_action", "the Gaussian density is taken at tanh u, not at u",
                instead(lambda f, e=epsilon: _squashed(f, _with_epsilon(e), at="squashed")), spelling=f"{epsilon:g}",
            )
            for epsilon in EPSILONS
        ),
        *(
            deviation(
                name, says, instead(lambda f, s=slope, w=share: _squashed(f, s, share=w)), spelling=f"{epsilon:g}"
            )
            for epsilon in EPSILONS
            for name, says, slope, share in (
                ("squash_correction_added", "log(1 - tanh^2) is added, not subtracted", _with_epsilon(epsilon), -1),
                ("squash_correction_doubled", "log(1 - tanh^2) is subtracted twice", _with_epsilon(epsilon), 2),
                ("tanh_not_squared", "log(1 - tanh) stands for log(1 - tanh^2)", _linear_with_epsilon(epsilon), 1),
            )
        ),
        *(
            deviation(
                "squash_correction_not_summed", "one correction for each dimension, subtracted from the summed density",
                instead(lambda f, s=slope: _not_summed(f, s)), spelling=spelling,
            )
            for slope, spelling in ((log_slope, ""), *((_with_epsilon(e), f"{e:g}") for e in EPSILONS))
        ),
        *(
            deviation(
                "slope_bounded_from_below", f"1 - tanh^2 is at least {epsilon:g} inside the logarithm",
                instead(lambda f, e=epsilon: _squashed(f, _clipped_slope(e))), kind=DELIBERATE, spelling=f"{epsilon:g}",
            )
            for epsilon in EPSILONS
        ),
        *(
            deviation(name, says, _squashed_with(options), effect=effect)
            for name, says, effect, options in (
                ("no_squash_correction", "log(1 - tanh^2) is not subtracted",
                 "ratios and entropies are wrong near the ends",
                 {"correction": log_slope, "share": 0}),
                ("squash_correction_doubled", "log(1 - tanh^2) is subtracted twice", "",
                 {"correction": log_slope, "share": 2}),
                ("squash_correction_halved", "half of log(1 - tanh^2) is subtracted", "",
                 {"correction": log_slope, "share": 0.5}),
                ("squash_correction_added", "log(1 - tanh^2) is added, not subtracted", "",
                 {"correction": log_slope, "share": -1}),
                ("tanh_not_squared", "log(1 - tanh) stands for log(1 - tanh^2)", "", {"correction": _linear_slope}),
                ("squashed_twice", "the slope is that of tanh at the squashed action", "",
                 {"correction": _twice_squashed}),
                ("slope_at_the_unsquashed_action", "1 - u^2 stands for 1 - tanh^2 u", "",
                 {"correction": _unsquashed_slope}),
                ("density_at_the_squashed_action", "the Gaussian density is taken at tanh u, not at u", "",
                 {"correction": log_slope, "at": "squashed"}),
                ("density_at_the_squashed_action_alone", "the Gaussian density of tanh u, without a correction", "",
                 {"correction": log_slope, "at": "squashed", "share": 0}),
            )
        ),
        deviation(
            "softplus_of_the_wrong_sign", "2 (log 2 - u - softplus(2 u)), which is right with softplus(-2 u)",
            instead(lambda f: _squashed(f, lambda u: 2 * (log(_two(u)) - u - log(1 + exp(2 * u))))),
        ),
        deviation(
            "no_log_2", "the log 2 of log(1 - tanh^2) = 2 (log 2 - u - softplus(-2 u)) is missing",
            instead(lambda f: _squashed(f, lambda u: log_slope(u) - 2 * log(_two(u)))),
        ),
        deviation(
            "slope_not_doubled", "log 2 - u - softplus(-2 u) is not doubled",
            instead(lambda f: _squashed(f, lambda u: log_slope(u) / 2)),
        ),
        deviation(
            "squash_correction_averaged", "the mean over dimensions of log(1 - tanh^2) is subtracted, not the sum",
            instead(lambda f: _squashed(f, log_slope, share=_share(f))),
        ),
    ),
    "policy.gaussian_score": (
        *(
            deviation(name, says, _scored_with(weights))
            for name, says, weights in (
                ("in_sigma", "the second part is in sigma, not in log sigma",
                 {"of_scale": lambda z, s: (z * z - 1) * exp(-s)}),
                ("in_the_variance", "the second part is in the variance, not in log sigma",
                 {"of_scale": lambda z, s: (z * z - 1) * exp(-2 * s) / 2}),
                ("divided_by_std", "a - mu is divided by sigma, not by its square",
                 {"of_mean": 1, "of_scale": lambda z, _: z * z - 1}),
                ("not_divided", "a - mu is not divided by the variance",
                 {"of_mean": 0, "of_scale": lambda z, _: z * z - 1}),
                ("no_minus_one", "the 1 of the second part is missing", {"of_scale": lambda z, _: z * z}),
            )
        ),
    ),
    "policy.gaussian_fisher": (
        deviation(
            "in_sigma", "the second part is in sigma, 2 / sigma^2, not in log sigma",
            instead(lambda f: _parts("gaussian_fisher", [exp(-2 * f["log_std"]), 2 * exp(-2 * f["log_std"])])),
            kind=CONTESTED,
        ),
        deviation(
            "in_the_variance", "the second part is in the variance, 1 / (2 sigma^4)",
            instead(lambda f: _parts("gaussian_fisher", [exp(-2 * f["log_std"]), exp(-4 * f["log_std"]) / 2])),
            kind=CONTESTED,
        ),
        deviation(
            "one_for_two", "the second part is 1, not 2",
            instead(lambda f: _parts("gaussian_fisher", [exp(-2 * f["log_std"]), 1 + 0 * f["log_std"]])),
        ),
        deviation(
            "divided_by_std", "the first part is 1 / sigma, not 1 / sigma^2",
            instead(lambda f: _parts("gaussian_fisher", [exp(-f["log_std"]), 2 + 0 * f["log_std"]])),
        ),
    ),
    "policy.pathwise_gradient": (
        deviation(
            "in_sigma", "the second part is in sigma, not in log sigma",
            instead(lambda f: _parts("pathwise_gradient", [
                f["action_slopes"] + 0 * f["noise"], f["action_slopes"] * f["noise"]
            ])),
            kind=CONTESTED,
        ),
    ),
    "policy.gaussian_sample": (
        deviation("logarithm_times_noise", "the noise is multiplied by log sigma",
                  instead(lambda f: _with_noise(f, f["log_std"]))),
        deviation("variance_times_noise", "the noise is multiplied by the variance",
                  instead(lambda f: _with_noise(f, exp(2 * f["log_std"])))),
        deviation("noise_subtracted", "the noise is subtracted", instead(lambda f: _with_noise(f, -exp(f["log_std"]))),
                  kind=DELIBERATE),
        deviation("squashed", "tanh of the action", after(lambda _, o: {"gaussian_sample": tanh(o["gaussian_sample"])}),
                  kind=CONTESTED),
        deviation("no_noise", "the mean alone", instead(lambda f: _with_noise(f, 0 * f["log_std"]))),
    ),
}  # fmt: skip

"""Deviations of Gaussian policies: scales in the wrong form, dimensions not summed, constants, squashing."""

from collections.abc import Callable, Iterator
from typing import Any

from ...spec.numbers import exp, log, pi, stack, system_of
from ..contract import Compute, Contract, Outputs
from ..contracts.distributions import tanh
from ..deviation import CONTESTED, DELIBERATE, Deviation, after, before, deviation, instead
from ..reading import Facts

EPSILONS = (1e-8, 1e-6, 1e-5, 1e-4, 1e-7, 1e-10, 1e-3, 1e-12, 1e-9)
"""What is usually added so that nothing is divided by zero."""
WITH_DIMENSIONS = ("mean", "log_std", "old_mean", "old_log_std", "actions", "unsquashed", "noise", "squashed")
SUMMED = ("gaussian_log_prob", "gaussian_kl", "gaussian_entropy", "squashed_gaussian_log_prob")


def each_dimension(compute: Compute, facts: Facts, name: str) -> list[Any]:
    """The result for each dimension alone."""
    words = [word for word in WITH_DIMENSIONS if word in facts]
    count = facts[words[0]].shape[-1]
    parts = [{word: facts[word][..., i : i + 1] for word in words} for i in range(count)]
    return [compute({**facts, **part})[name] for part in parts]


def summed_over_dimensions(contract: Contract, _: frozenset[str]) -> Iterator[Deviation]:
    """What else than a sum is taken over the dimensions of an action."""
    name = contract.equation.name
    if contract.equation.topic != "policy" or name not in SUMMED:
        return

    def over(take: Callable[[list[Any]], Any]) -> Callable[[Compute], Compute]:
        return lambda compute: lambda facts: {**compute(facts), name: take(each_dimension(compute, facts, name))}

    yield deviation(
        "averaged_over_dimensions", "the mean over the dimensions of an action stands for the sum",
        over(lambda parts: sum(parts[1:], start=parts[0]) / len(parts)),
        effect="a k-dimensional action counts as one of one dimension", seen=("ray-project/ray PR#7398",),
    )  # fmt: skip
    yield deviation(
        "not_summed_over_dimensions", "one number for each dimension of the action, not their sum",
        over(lambda parts: stack(parts).T),
        effect="a later mean divides by the number of dimensions, or shapes broadcast",
        seen=("ray-project/ray PR#7398", "ray-project/ray#13053"),
    )  # fmt: skip
    yield deviation(
        "first_dimension_alone", "the first dimension of the action stands for all", over(lambda parts: parts[0])
    )
    yield deviation(
        "summed_over_states", "the sum is over the first axis, of states, not over the last, of dimensions",
        over(lambda parts: stack(parts).sum(axis=-1)),
    )  # fmt: skip
    yield deviation("multiplied_over_dimensions", "the product over the dimensions stands for the sum", over(_product))


def _product(parts: list[Any]) -> Any:
    result = parts[0]
    for part in parts[1:]:
        result = result * part
    return result


def forms_of_scale(contract: Contract, facts: frozenset[str]) -> Iterator[Deviation]:
    """Standard deviation, variance and their logarithms taken for each other; and what is added to them."""
    if contract.equation.topic != "policy" or "log_std" not in contract.parameters:
        return
    words = [word for word in ("log_std", "old_log_std") if word in facts]
    changes: tuple[tuple[str, str, Callable[[Any], Any]], ...] = (
        ("std_taken_for_variance", "a standard deviation is taken for a variance (or its logarithm for the other's)",
         lambda log_std: log_std / 2),
        ("variance_taken_for_std", "a variance is taken for a standard deviation (or its logarithm for the other's)",
         lambda log_std: 2 * log_std),
        ("std_taken_for_log_std", "a standard deviation is taken for its logarithm", exp),
        ("log_std_taken_for_std", "a logarithm of a standard deviation is taken for the deviation itself", log),
        ("log_std_taken_for_variance", "a logarithm of a standard deviation is taken for a variance",
         lambda log_std: log(log_std) / 2),
        ("variance_taken_for_log_std", "a variance is taken for the logarithm of a standard deviation",
         lambda log_std: exp(2 * log_std)),
        ("precision_taken_for_std", "the reciprocal of the standard deviation is taken for it",
         lambda log_std: -log_std),
        ("softplus_for_the_exponential", "softplus stands for the exponential of log sigma",
         lambda log_std: log(log(1 + exp(log_std)))),
        ("std_is_one", "the standard deviation is not used", lambda log_std: 0 * log_std),
    )  # fmt: skip
    for name, says, change in changes:
        yield deviation(
            name, says, before(lambda f, c=change: {word: c(f[word]) for word in words}),
            effect="densities, and with them ratios and entropies, are those of another policy",
            seen=("hill-a/stable-baselines PR#1060",) if name == "std_taken_for_variance" else (),
        )  # fmt: skip
    for epsilon in EPSILONS:
        yield deviation(
            "epsilon_added_to_the_std", f"{epsilon:g} is added to the standard deviation", kind=DELIBERATE,
            spelling=f"{epsilon:g}",
            change=before(lambda f, e=epsilon: {word: log(exp(f[word]) + e) for word in words}),
        )  # fmt: skip
        yield deviation(
            "epsilon_added_to_the_variance", f"{epsilon:g} is added to the variance", kind=DELIBERATE,
            spelling=f"{epsilon:g}",
            change=before(lambda f, e=epsilon: {word: log(exp(2 * f[word]) + e) / 2 for word in words}),
        )  # fmt: skip
        if "kl" not in contract.equation.name:
            continue
        for share, spelling in ((1, f"{epsilon:g}"), (0.5, f"{epsilon:g} to twice the variance")):
            yield deviation(
                "epsilon_added_to_the_divisor", f"{epsilon:g} is added to the variance that is divided by",
                instead(lambda f, e=share * epsilon: _kl(f, below=lambda variance: variance + e)), kind=DELIBERATE,
                spelling=spelling,
            )  # fmt: skip
        yield deviation(
            "epsilon_added_to_the_ratio", f"{epsilon:g} is added to the ratio of deviations inside the logarithm",
            instead(lambda f, e=epsilon: _kl_of_ratio(f, e)), kind=DELIBERATE, spelling=f"{epsilon:g}",
            seen=("leggedrobotics/rsl_rl",),
        )  # fmt: skip


FAMILIES = (summed_over_dimensions, forms_of_scale)


def half_log_2_pi(like: Any) -> Any:
    """Half the logarithm of 2 pi."""
    return log(2 * pi(system_of(like))) / 2


def _density(facts: Facts, *, square: Any = 0.5, scale: Any = 1, constant: Any = 1, power: int = 2, once: bool = False,
             mean: Callable[[Any], Any] = lambda mean: mean) -> Outputs:  # fmt: skip
    """The log-density with its terms weighted; `power` of sigma divides the squares."""
    difference, log_std = facts["actions"] - mean(facts["mean"]), facts["log_std"]
    squares = difference * difference * exp(-power * log_std)
    number = constant * half_log_2_pi(difference)
    if once:
        return {"gaussian_log_prob": -(square * squares + scale * log_std).sum(axis=-1) - number}
    return {"gaussian_log_prob": -(square * squares + scale * log_std + number).sum(axis=-1)}


def _entropy(facts: Facts, term: Callable[[Any, Any], Any], once: Callable[[Any], Any] | None = None) -> Outputs:
    """The sum of a term of log sigma and log(2 pi) / 2, and a number once."""
    log_std, half = facts["log_std"], half_log_2_pi(facts["log_std"])
    found = term(log_std, half).sum(axis=-1)
    return {"gaussian_entropy": found if once is None else found + once(half)}


def _kl(
    facts: Facts,
    *,
    log_ratio: Any = 1,
    squares: Any = 1,
    variances: Any = 1,
    constant: Any = 1,
    below: Callable[[Any], Any] = lambda variance: variance,
    old_below: bool = False,
    means_below_old: bool = False,
) -> Outputs:
    """The divergence with its terms weighted."""
    old, new = facts["old_log_std"], facts["log_std"]
    difference = facts["old_mean"] - facts["mean"]
    numerator = variances * exp(2 * old) + squares * difference * difference
    quotient = numerator / below(exp(2 * (old if old_below else new)))
    if means_below_old:
        quotient = exp(2 * (old - new)) + difference * difference / exp(2 * old)
    return {"gaussian_kl": (log_ratio * (new - old) + (quotient - constant) / 2).sum(axis=-1)}


def _kl_of_ratio(facts: Facts, epsilon: float) -> Outputs:
    """The divergence with something added to sigma / sigma_old inside the logarithm."""
    rest = _kl(facts, log_ratio=0)["gaussian_kl"]
    return {"gaussian_kl": rest + log(exp(facts["log_std"] - facts["old_log_std"]) + epsilon).sum(axis=-1)}


def weighted(name: str, says: str, formula: Callable[..., Outputs], **weights: Any) -> Deviation:
    """A formula whose terms have other weights."""
    return deviation(name, says, instead(lambda facts: formula(facts, **weights)))


def log_slope(unsquashed: Any) -> Any:
    """log(1 - tanh^2 u) as it is usually computed, with the loss of digits that this admits."""
    squashed = tanh(unsquashed)
    return log(1 - squashed * squashed)


SWAP = {"old_mean": "mean", "mean": "old_mean", "old_log_std": "log_std", "log_std": "old_log_std"}


def replaced(**names: str) -> Callable[[Compute], Compute]:
    """Facts that stand for others."""
    return before(lambda facts: {name: facts[other] for name, other in names.items()})


def _symmetric(share: Any, name: str, swap: dict[str, str]) -> Callable[[Compute], Compute]:
    def change(compute: Compute) -> Compute:
        def both(facts: Facts) -> Outputs:
            there = compute(facts)[name]
            back = compute({**facts, **{one: facts[other] for one, other in swap.items()}})[name]
            return {name: share * (there + back)}

        return both

    return change


def directions(name: str, swap: dict[str, str], new: dict[str, str], old: dict[str, str]) -> tuple[Deviation, ...]:
    """A divergence between other pairs."""
    return (
        deviation(
            "kl_reversed", "KL(new || old), not KL(old || new): they agree to second order in the step",
            replaced(**swap), effect="steps are restricted where the new policy puts its mass", kind=CONTESTED,
            seen=("openai/spinningup#264", "openai/spinningup PR#192"),
        ),
        deviation(
            "kl_of_the_new_policy_with_itself", "both distributions are the new one: the divergence is zero",
            replaced(**new), effect="the penalty has no effect", seen=("pytorch/rl#1920", "openai/baselines#415"),
        ),
        deviation(
            "kl_of_the_old_policy_with_itself", "both distributions are the old one: the divergence is zero",
            replaced(**old), effect="the penalty has no effect",
        ),
        deviation("kl_symmetrised", "half the sum of both directions", _symmetric(0.5, name, swap), kind=CONTESTED),
        deviation("kl_in_both_directions", "the sum of both directions", _symmetric(1, name, swap), kind=CONTESTED),
    )  # fmt: skip


DEVIATIONS: dict[str, tuple[Deviation, ...]] = {
    "policy.gaussian_log_prob": (
        weighted("no_log_2_pi", "log(2 pi) / 2 is missing", _density, constant=0),
        weighted("log_2_pi_not_halved", "log(2 pi) is not halved", _density, constant=2),
        weighted("log_2_pi_once", "log(2 pi) / 2 counts once, not for each dimension", _density, once=True),
        weighted("log_2_pi_added", "log(2 pi) / 2 has the wrong sign", _density, constant=-1),
        weighted("no_log_std", "log sigma is missing", _density, scale=0),
        weighted("log_std_added", "log sigma has the wrong sign", _density, scale=-1),
        weighted("log_std_halved", "log sigma is halved", _density, scale=0.5),
        weighted("log_std_doubled", "log sigma is doubled: log of the variance, not halved", _density, scale=2),
        weighted("squares_not_halved", "the squares are not halved", _density, square=1),
        weighted("squares_added", "the squares have the wrong sign", _density, square=-0.5),
        weighted("squares_divided_by_std", "the squares are divided by sigma, not by its square", _density, power=1),
        weighted("squares_not_divided", "the squares are not divided by the variance", _density, power=0),
        weighted("only_the_squares", "only the squares are there: no normalising constant", _density, scale=0,
        constant=0),
        weighted("mean_squashed", "the mean is tanh of what is given", _density, mean=tanh),
        deviation(
            "corrected_for_squashing",
            "log(1 - tanh^2) of the action is subtracted, though the action is not squashed",
            after(lambda f, o: {"gaussian_log_prob": o["gaussian_log_prob"] - log_slope(f["actions"]).sum(axis=-1)}),
            seen=("hwang-ua/inac_pytorch#1",),
        ),
        deviation(
            "corrected_for_squashing_of_tanh_mean",
            "the mean is tanh of what is given, and log(1 - tanh^2) of the action is subtracted besides",
            instead(lambda f: {"gaussian_log_prob": _density(f, mean=tanh)["gaussian_log_prob"]
                               - log_slope(f["actions"]).sum(axis=-1)}),
            seen=("hwang-ua/inac_pytorch#1",),
        ),
        deviation(
            "probability_for_log_probability", "the density itself, not its logarithm",
            after(lambda _, o: {"gaussian_log_prob": exp(o["gaussian_log_prob"])}),
        ),
    ),
    "policy.gaussian_entropy": (
        deviation(
            "log_std_halved", "log sigma is halved",
            instead(lambda f: _entropy(f, lambda log_std, half: log_std / 2 + half + 0.5)),
            seen=("ray-project/ray#2920", "ray-project/ray#6393"),
            effect="the bonus for wide policies is half as large",
        ),
        deviation(
            "variance_added_to_2_pi", "log(2 pi + sigma^2) stands for log(2 pi sigma^2)",
            instead(lambda f: _entropy(
                f, lambda log_std, half: (log(2 * pi(system_of(log_std)) + exp(2 * log_std)) + 1) / 2 + 0 * half
            )),
            seen=("andrewliao11/pytorch-a3c-mujoco#2",),
        ),
        *(
            deviation(name, says, instead(lambda f, t=term: _entropy(f, t)))
            for name, says, term in (
                ("log_std_doubled", "log sigma is doubled: log of the variance, not halved",
                 lambda s, h: 2 * s + h + 0.5),
                ("no_log_2_pi", "log(2 pi) / 2 is missing", lambda s, _: s + 0.5),
                ("no_constant", "log(2 pi e) / 2 is missing", lambda s, _: s),
                ("no_one_half", "the 1/2 of log(e) / 2 is missing", lambda s, h: s + h),
                ("one_for_one_half", "1 stands for the 1/2 of log(e) / 2", lambda s, h: s + h + 1),
                ("constant_not_halved", "log(2 pi e) is not halved", lambda s, h: s + 2 * h + 1),
                ("log_2_pi_not_halved", "log(2 pi) is not halved", lambda s, h: s + 2 * h + 0.5),
                ("no_log_std", "log sigma is missing", lambda s, h: 0 * s + h + 0.5),
                ("log_std_subtracted", "log sigma has the wrong sign", lambda s, h: h + 0.5 - s),
                ("constant_subtracted", "log(2 pi e) / 2 has the wrong sign", lambda s, h: s - h - 0.5),
                ("squared_log_std", "log(2 pi e) / 2 + log^2 sigma", lambda s, h: s * s + h + 0.5),
            )
        ),
        deviation(
            "constant_once", "log(2 pi e) / 2 counts once, not for each dimension",
            instead(lambda f: _entropy(f, lambda log_std, _: log_std, lambda half: half + 0.5)),
        ),
    ),
    "policy.gaussian_kl": (
        *directions(
            "gaussian_kl", SWAP, {"old_mean": "mean", "old_log_std": "log_std"},
            {"mean": "old_mean", "log_std": "old_log_std"},
        ),
        weighted("no_log_ratio", "the logarithm of the deviations' ratio is missing", _kl, log_ratio=0),
        weighted("log_ratio_subtracted", "the logarithm of the deviations' ratio has the wrong sign", _kl,
        log_ratio=-1),
        weighted("log_ratio_halved", "the logarithm of the deviations' ratio is halved", _kl, log_ratio=0.5),
        weighted("log_ratio_doubled", "the logarithm of the ratio of variances is not halved", _kl, log_ratio=2),
        weighted("no_one_half", "the constant 1/2 is missing", _kl, constant=0),
        weighted("one_for_one_half", "1 stands for the constant 1/2", _kl, constant=2),
        weighted("one_half_added", "the constant 1/2 has the wrong sign", _kl, constant=-1),
        weighted("no_means", "the squared difference of the means is missing", _kl, squares=0),
        weighted("means_not_halved", "the squared difference of the means is not halved", _kl, squares=2),
        weighted("means_alone", "only the squared difference of the means is there", _kl, log_ratio=0, variances=0,
                 constant=0),
        weighted("no_variances", "the ratio of variances is missing", _kl, variances=0),
        weighted("means_subtracted", "the squared difference of the means has the wrong sign", _kl, squares=-1),
        weighted("divided_by_the_old_variance", "squares are divided by the old variance", _kl, old_below=True),
        weighted("means_divided_by_the_old_variance", "the difference of the means is divided by the old variance",
                 _kl, means_below_old=True),
        weighted("quotient_not_halved", "the quotient is not halved", _kl, squares=2, variances=2),
        deviation(
            "divided_by_std", "squares are divided by 2 sigma, not by 2 sigma^2",
            instead(lambda f: _kl(f, below=lambda variance: variance * exp(-f["log_std"]))),
        ),
        deviation("old_std_ignored", "the new deviation stands for the old one", replaced(old_log_std="log_std")),
        deviation("new_std_ignored", "the old deviation stands for the new one", replaced(log_std="old_log_std")),
    ),
}  # fmt: skip

"""What a function does that is right in all that was asked: where its arguments do not tell enough, and besides."""

from dataclasses import replace

import numpy as np

from .deviation import named
from .expectation import gradient_in_expectation
from .gradient_check import Differentiated, differentiate, has_gradient, names, wrong_slope
from .layout import FLAT, LAYOUTS
from .naming import Named, explains, name, size
from .report import counterexample
from .run import Run
from .screening import FEW, Scored
from .trial import Finding, Observation
from .verdict import AGREES, DISAGREES, ERROR, INEXPRESSIBLE, VARIANT, Verdict

GRADIENTS = 30
"""Cases near which gradients are compared."""
NOT_REPRODUCIBLE = "called again with the same arguments, it returns something else: it keeps state, or is random"
COLUMNS = "columns"
"""What a deviation needs that shows only where the data have columns."""


def beyond(run: Run, best: Scored) -> Verdict:
    """Look further at a function that is right in all that was asked."""
    rest = (_masked, _extreme, _in_columns, _assumed)
    # A wrong gradient is what a loss is asked about; where there is none, the values are looked at first.
    looks = (_gradient, *rest) if has_gradient(best.trial) else (*rest, _gradient)
    for look in (_reproduced, *looks):
        found = look(run, best)
        if found is not None:
            return found
    return run.verdict(best.trial, AGREES, "", notes=_notes(run, best))


def _reproduced(run: Run, best: Scored) -> Verdict | None:
    if is_reproducible(best):
        return None
    return run.verdict(best.trial, VARIANT, NOT_REPRODUCIBLE, behaviours=("not_reproducible",))


def _masked(run: Run, best: Scored) -> Verdict | None:
    """The name of what enters the result from places that a mask leaves out."""
    soiled = [arguments for seen in best.seen if (arguments := best.trial.soiled(seen.arguments)) is not None]
    for arguments, seen in zip(soiled, best.seen, strict=False):
        run.count("masked", 1)
        found = best.trial.judge(Observation(seen.arguments, best.trial.observe(arguments).result))
        if found is not None:
            said = "what stands in masked places enters the result: a NaN there makes it NaN (zero times NaN is NaN)"
            return run.verdict(best.trial, VARIANT, f"{said}\n{found.message}", behaviours=("masked_places_leak",))
    return None


def _extreme(run: Run, best: Scored) -> Verdict | None:
    """The name of what is not finite at an unusual size, though the right result is."""
    trial = best.trial
    for extreme in run.contract.extra.extremes:
        for drawn in best.drawn[:FEW] if extreme.needs <= trial.setting.needs else ():
            seen = trial.observe(trial.arguments({**drawn, **extreme.change(drawn)}))
            run.count("extreme", 1)
            found = trial.not_finite(seen)
            if found is not None:
                run.failed += 1
                said = f"right for usual data, but {extreme.says}\n{found.message}"
                shown = counterexample(trial, seen.arguments, found)
                return run.verdict(trial, VARIANT, said, shown, behaviours=(extreme.name,))
    return None


def _in_columns(run: Run, best: Scored) -> Verdict | None:
    """The name of what goes wrong where the data have columns, though it is right for one."""
    told = best.trial.setting.told | {COLUMNS}
    options = [entry for entry in named(run.contract, told) if COLUMNS in entry.needs]
    for layout in LAYOUTS if options and best.trial.layout is FLAT else ():
        wide = replace(best.trial, layout=replace(layout, is_growing=True))
        seen = [wide.observe(wide.arguments(drawn)) for drawn in best.drawn[:FEW]]
        run.count("columns", len(seen))
        wrong = [(entry, found) for entry in seen if (found := wide.judge(entry)) is not None]
        called = tuple(entry for entry in options if wrong and explains(entry, wide, seen))
        if called:
            run.failed += len(wrong)
            return run.variant(Named(wide, called), counterexample(wide, wrong[0][0].arguments, wrong[0][1]))
    return None


def _gradient(run: Run, best: Scored) -> Verdict | None:
    """What is wrong with the gradient of a function whose values are right."""
    if not run.gradient:
        return None
    if not has_gradient(best.trial):
        said = "the values are right; a function of NumPy arrays has no gradient: hand it over in PyTorch or JAX"
        return run.verdict(best.trial, INEXPRESSIBLE, said)
    trial, points = best.trial, list[Differentiated]()
    wrong: list[tuple[str, Observation, Finding]] = []
    for drawn in best.drawn[:GRADIENTS]:
        point = differentiate(trial, drawn)
        run.count("gradient", int(point is not None))
        if isinstance(point, Finding):
            return run.verdict(trial, ERROR, point.message)
        found = None if point is None else wrong_slope(trial, point)
        points += [] if point is None else [point]
        if found is not None:
            run.failed += 1
            wrong.append((found[0], points[-1].seen, found[1]))
    if not wrong:
        return _expected_gradient(run, best)
    word = wrong[0][0]
    _, seen, finding = min((entry for entry in wrong if entry[0] == word), key=lambda entry: size(entry[1]))
    called = tuple(names(trial, word, points))
    shown = counterexample(trial, seen.arguments, finding)
    return run.verdict(trial, VARIANT if called else DISAGREES, finding.message, shown, behaviours=called)


def _expected_gradient(run: Run, best: Scored) -> Verdict | None:
    """The name of a gradient that is right on each sample, but wrong on average, as the policy moves the samples."""
    called = gradient_in_expectation(best.trial, run.seed)
    if called is None:
        return None
    said = "its values are right, but as a loss it does not lower the divergence: the policy itself samples, and"
    return run.verdict(best.trial, VARIANT, f"{said} the {called.replace('_', ' ')}", behaviours=(called,))


def _assumed(run: Run, best: Scored) -> Verdict | None:
    """The name of what a function does at an event that it is told of, without what it needs to do right then."""
    trial = best.trial
    if trial.setting.assumes is None:
        return None
    seen = [trial.observe(trial.arguments(drawn, restricted=False)) for drawn in best.drawn]
    run.count("beyond its arguments", len(seen))
    assumed = [entry for entry in named(trial.contract, trial.setting.told) if entry.id == trial.setting.assumes]
    wrong = [found for entry in seen if (found := trial.judge(entry)) is not None]
    run.failed = len(wrong)
    if not wrong:
        return run.variant(Named(trial, tuple(assumed)), None)
    found = name([(trial, seen, ())])
    if found is not None:
        return run.variant(found, None)
    said = f"{trial.setting.limits[0]} is not told, and what is done without it has no name"
    return run.verdict(trial, DISAGREES, f"{said}\n{wrong[0].message}")


def is_reproducible(best: Scored) -> bool:
    """Whether the function returns the same when it is called again."""
    return all(_equal(best.trial.observe(seen.arguments), seen) for seen in best.seen[:FEW])


def _equal(again: Observation, before: Observation) -> bool:
    one, other = again.result, before.result
    same = len(one.arrays) == len(other.arrays) and one.behaviour == other.behaviour
    return same and all(map(_same_array, one.arrays, other.arrays))


def _same_array(one: np.ndarray, other: np.ndarray) -> bool:
    return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")


def _notes(run: Run, best: Scored) -> tuple[str, ...]:
    """What else is to be known about a function that agrees."""
    few = f"held against {run.examples} cases only, as one takes the equation long"
    undefined = "NaN where the formula is 0/0 or 0 times infinity, for which the equation has a value of its own"
    notes = (few,) if run.examples == run.contract.extra.examples else ()
    ran = run.counted["first"] + run.counted["search"]
    notes += (f"held against {ran} cases only, as the function takes long",) if run.is_slow else ()
    alone = f"right for {best.trial.layout.name} at a time: given several at once, it refuses or is wrong"
    notes += (alone,) if best.trial.layout.is_row else ()
    return (*notes, *((undefined,) if any(map(best.trial.is_undefined, best.seen)) else ()), *_layouts(best))


def _layouts(best: Scored) -> tuple[str, ...]:
    """In which other shapes the function is right, too."""
    if not best.trial.contract.has_steps or best.trial.layout is not FLAT:
        return ()
    trials = [replace(best.trial, layout=layout) for layout in LAYOUTS]
    also = [trial.layout.name for trial in trials if not any(trial.run(drawn) for drawn in best.drawn[:FEW])]
    return (f"right as well for steps of shape {', '.join(also)}",) if also else ()

"""What a device's arithmetic grants: float32 quotients of a GPU, and nothing else."""

from typing import Any

import jax
import numpy as np
import pytest

from rlproof.oracle.compare import compare
from rlproof.oracle.rounding import UNIT_ROUNDOFF, Rounded, gamma, quotients
from rlproof.spec.numbers import exact
from rlproof.spec.registry import equation
from rlproof.verify import device

RATIO = equation("importance_sampling.ratio")
CASE = {"target_probabilities": exact(["1/16", "15/16"]), "behaviour_probabilities": exact(["1/8", "7/8"])}


def bound_of_a_quotient(dtype: str) -> float:
    """The relative bound of one over one."""
    return float((Rounded(1.0, unit=UNIT_ROUNDOFF[dtype]) / Rounded(1.0, unit=UNIT_ROUNDOFF[dtype])).error)


def two_units_away(target_probabilities: Any, behaviour_probabilities: Any) -> Any:
    """Quotients as far from the nearest float as `div.full.f32` may leave them."""
    quotient = target_probabilities / behaviour_probabilities
    return quotient + 1.5 * np.spacing(quotient)


def test_quotients_cost_what_a_block_says_and_one_rounding_elsewhere() -> None:
    """One rounding by IEEE 754; others inside the block, and one again after it."""
    for single, double in ((1, 1), (4, 2)):
        with quotients(single, double):
            assert bound_of_a_quotient("float32") == pytest.approx(gamma(single, 2.0**-24), rel=1e-9)
            assert bound_of_a_quotient("float64") == pytest.approx(gamma(double, 2.0**-53), rel=1e-9)
    assert bound_of_a_quotient("float32") == pytest.approx(gamma(1, 2.0**-24), rel=1e-9)


@pytest.mark.parametrize(("backend", "agrees"), [("cpu", False), ("gpu", True)])
def test_a_quotient_off_by_two_units_is_an_error_on_a_cpu_alone(
    backend: str, agrees: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bound follows the backend that runs `impl`."""
    monkeypatch.setattr(jax, "default_backend", lambda: backend)
    with device.arithmetic():
        assert compare(RATIO, two_units_away, CASE, "float32").agrees is agrees
        assert not compare(RATIO, two_units_away, CASE, "float64").agrees


def by_reciprocal(target_probabilities: Any, behaviour_probabilities: Any) -> Any:
    """As XLA divides by a constant."""
    return target_probabilities * (1 / behaviour_probabilities)


def test_multiplying_by_the_reciprocal_is_granted_to_what_is_compiled() -> None:
    """7/16 times the rounded 8/3 is rounded twice; NumPy's division rounds once, and nearer."""
    case = {"target_probabilities": exact(["7/16", "9/16"]), "behaviour_probabilities": exact(["3/8", "5/8"])}
    with device.arithmetic("spec"):
        assert not compare(RATIO, by_reciprocal, case, "float64").agrees
    with device.arithmetic("impl"):
        assert compare(RATIO, by_reciprocal, case, "float64").agrees

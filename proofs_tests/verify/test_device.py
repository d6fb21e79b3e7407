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


def test_quotients_cost_what_the_device_says_in_float32_alone() -> None:
    """One rounding by IEEE 754, four inside the block, one again after it; float64 stays."""
    for roundings in (1, 4):
        with quotients(roundings):
            assert bound_of_a_quotient("float32") == pytest.approx(gamma(roundings, 2.0**-24), rel=1e-9)
            assert bound_of_a_quotient("float64") == pytest.approx(gamma(1, 2.0**-53), rel=1e-9)
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


def test_the_device_has_a_name() -> None:
    """It goes into the evidence."""
    assert device.name()

"""Hard inputs and long trajectories: `impl` stays within its derived bound in both precisions."""

import numpy as np
import pytest

from rlproof.oracle import agreement
from rlproof.oracle.cases import each, exactly
from rlproof.oracle.judges import JUDGES
from rlproof.spec.registry import Equation, equations
from rlproof.verify import device
from rlproof.verify.candidates import implementation

from . import regimes

COVERED = [entry for entry in equations() if regimes.is_covered(entry) and entry.id not in JUDGES]


@pytest.mark.parametrize("dtype", ["float32", pytest.param("float64", marks=pytest.mark.slow)])
@pytest.mark.parametrize("length", regimes.LENGTHS)
@pytest.mark.parametrize("entry", COVERED, ids=lambda entry: entry.id)
def test_the_implementation_keeps_its_digits(entry: Equation, length: int, dtype: str) -> None:
    """At each discount, every entry of the result lies within the bound, and some bound is finite."""
    function, finite = implementation(entry), False
    discounts = regimes.DISCOUNTS if "gamma" in agreement.parameters(entry) else regimes.DISCOUNTS[:1]
    for gamma in discounts:
        inputs = regimes.case(entry, length, gamma, dtype, seed=3)
        with device.arithmetic():
            bound = agreement.rounding_bound(entry, inputs, dtype)
        reference = agreement.evaluate_in_balls if "ball" in entry.number_systems else agreement.evaluate
        comparison = agreement.judge_against(reference(entry, each(exactly, inputs)), function(**inputs), bound)
        assert comparison.agrees, comparison
        finite |= bool(np.isfinite(bound).any())
    assert finite


def test_long_trajectories_are_covered() -> None:
    """The words above reach the equations that are run on rollouts."""
    ids = {entry.id for entry in COVERED}
    assert {"gae.advantage", "td.error", "mdp.rewards_to_go", "ppo.clip_objective", "policy.gaussian_kl"} <= ids

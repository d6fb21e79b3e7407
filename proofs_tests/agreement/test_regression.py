"""The regression keeps the digits that the normal equations lose."""

import numpy as np

from rlproof.impl import vf as impl
from rlproof.spec import vf

SAMPLES, DEGREE = 30, 10


def test_an_ill_conditioned_fit_is_as_accurate_as_qr() -> None:
    """Polynomial features, targets in their span: |error| <= N k^(3/2) u cond(X) |w| (Higham 2002, theorem 20.3).

    Negative control: the normal equations, as spec solves them in floats, have the square of the condition number.
    """
    features = np.vander(np.arange(SAMPLES) / 32, DEGREE)  # dyadic numbers, though their highest powers are rounded
    weights, ones = np.ones(DEGREE), np.ones(SAMPLES)
    returns = features @ weights
    unit = float(np.finfo(float).eps) / 2
    allowed = SAMPLES * DEGREE**1.5 * unit * float(np.linalg.cond(features)) * float(np.linalg.norm(weights))
    assert np.linalg.norm(np.asarray(impl.regression(features, returns, ones)) - weights) <= allowed
    assert np.linalg.norm(vf.regression(features, returns, ones) - weights) > allowed

"""What the equations of trust regions refuse, each with its own error."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

from rlproof.spec import cpi, cpo, errors, numbers
from rlproof.spec.registry import equations

from ._processes import HALVES, corridor, floats, fractions

NAN = float("nan")
THIRDS = np.full((2, 3), 1 / 3)
TOPICS = ("cpi", "cpo")


class Bad(NamedTuple):
    """One wrong input: what it is, the call that gets it, the error, and what the message names."""

    what: str
    call: Callable[[], Any]
    error: type[errors.RlproofError]
    named: tuple[str, ...]


EXACT = numbers.exact(np.full((2, 2), "1/2"))

TABLE = [
    Bad("more than all of a mixture", lambda: cpi.mixture_bound(floats(), HALVES, HALVES, alpha=1.5),
        errors.ParameterError, ("alpha", "1.5")),
    Bad("a NaN share", lambda: cpi.mixture_bound_kl02(floats(), HALVES, HALVES, alpha=NAN), errors.ParameterError,
        ("alpha", "nan")),
    Bad("a float share of Fractions", lambda: cpi.mixture_bound(fractions(), EXACT, EXACT, alpha=0.5),
        errors.NumberSystemError, ("alpha", "0.5")),
    Bad("three actions mixed in", lambda: cpi.mixture_bound(floats(), HALVES, THIRDS, alpha=0.5),
        errors.ActionSetError, ("mixed_policy", "3 actions")),
    Bad("half a policy mixed in", lambda: cpi.step_size(floats(), HALVES, HALVES / 2), errors.RowSumError,
        ("mixed_policy", "0.5")),
    Bad("an undiscounted mixture", lambda: cpi.mixture_bound(corridor(), [0, 0, 0], [1, 0, 0], alpha="1/2"),
        errors.DiscountError, ("discount 1",)),
    Bad("an undiscounted mixture, refined",
        lambda: cpi.mixture_bound_kl02(corridor(), [0, 0, 0], [1, 0, 0], alpha="1/2"),
        errors.DiscountError, ("discount 1",)),
    Bad("an undiscounted step", lambda: cpi.step_size(corridor(), [0, 0, 0], [1, 0, 0]), errors.DiscountError,
        ("discount 1",)),
    Bad("an undiscounted average", lambda: cpo.bound(corridor(), [0, 0, 0], [1, 0, 0]), errors.DiscountError,
        ("discount 1",)),
    Bad("undiscounted visits", lambda: cpo.visitation_difference(corridor(), [0, 0, 0], [1, 0, 0]),
        errors.DiscountError, ("discount 1",)),
    Bad("an undiscounted divergence", lambda: cpo.kl_bound(corridor().to("ball"), [0, 0, 0], [0, 0, 0]),
        errors.DiscountError, ("discount 1",)),
    Bad("logarithms of Fractions", lambda: cpo.kl_bound(fractions(), EXACT, EXACT), errors.NumberSystemError,
        ("logarithm",)),
    Bad("a policy of integers out of range", lambda: cpo.bound(floats(), HALVES, [0, 2]), errors.ActionSetError,
        ("new_policy", "action 2")),
    Bad("a negative probability", lambda: cpo.visitation_difference(floats(), HALVES, [[1.5, -0.5], [0.5, 0.5]]),
        errors.NegativeProbabilityError, ("new_policy", "-0.5")),
]  # fmt: skip


@pytest.mark.parametrize("bad", TABLE, ids=lambda bad: bad.what)
def test_a_wrong_input_raises_its_own_error(bad: Bad) -> None:
    """The class is the one of the situation, and the message names what was got."""
    with pytest.raises(errors.RlproofError) as caught:
        bad.call()
    assert type(caught.value) is bad.error
    assert [text for text in bad.named if text not in str(caught.value)] == [], str(caught.value)


def test_every_topic_is_in_the_table() -> None:
    """No topic of this field is left without a wrong input."""
    assert set(TOPICS) <= {equation.topic for equation in equations()}

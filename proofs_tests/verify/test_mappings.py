"""A long process lets go of compiled functions before the kernel refuses it more."""

import gc
from typing import Any

import jax
import jax.numpy as jnp
import pytest

from rlproof.verify import device, mappings
from rlproof.verify.checks import Effort
from rlproof.verify.run import Plan, run_unit

SIZES = range(1000, 1040)


@jax.jit
def squares(data: Any) -> Any:
    """A function that is compiled for each length."""
    return (data * data).sum()


def test_compiled_functions_are_let_go() -> None:
    """Each has mappings, which end when there are more than may be; it can be called again."""
    if mappings.count() == 0:
        pytest.skip("this system does not show the mappings of a process")
    data = [jnp.ones(size) for size in SIZES]
    gc.collect()  # of what other tests have left, nothing ends in between
    before = mappings.count()
    assert [squares(each) for each in data] == [float(size) for size in SIZES]
    after = mappings.count()
    assert after >= before + len(SIZES)
    assert mappings.release(after - 1)
    assert mappings.count() <= after - len(SIZES)
    assert squares(data[0]) == float(SIZES[0])


def test_what_is_not_too_much_is_kept() -> None:
    """As long as there are no more mappings than may be, no function is compiled twice."""
    squares(jnp.ones(SIZES[0]))
    known = squares._cache_size()
    assert known > 0
    assert not mappings.release(mappings.count() + 1000)
    assert squares._cache_size() == known


def test_a_unit_of_verification_begins_with_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once there are more mappings than may be, nothing compiled before is kept."""
    squares(jnp.ones(SIZES[0]))
    monkeypatch.setattr(device, "prepare", lambda _: None)  # the tests have done that
    monkeypatch.setattr(mappings, "limit", lambda: 0)
    assert run_unit(Plan((), (), Effort(1, 1, (), (), 1), 0), ("equation", "td.error"))
    assert squares._cache_size() == 0

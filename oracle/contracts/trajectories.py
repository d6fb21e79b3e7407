"""Contracts of estimates along trajectories."""

from typing import Any

from ..contract import Extra
from ..reading import Facts


def _returns(facts: Facts, advantages: Any) -> Any:
    return advantages + facts["values"]


CONTRACTS = {
    "gae.advantage": Extra({"returns": _returns}, (("advantage", "returns"), ("returns", "advantage"))),
}

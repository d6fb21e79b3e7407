"""The recorded differences between single and double precision are whole, and can be measured again."""

import json
from itertools import product

import jax
import pytest

from rlproof.envs.mujoco.accelerator import Implementation
from rlproof.envs.mujoco.differences import STEPS, measure
from rlproof.envs.mujoco.recorded import NOT_MEASURED, RECORDED
from rlproof.envs.mujoco.tasks import TASKS

FOUND = json.loads(RECORDED.read_text(encoding="utf-8"))
ROWS = {(row["task"], row["implementation"], row["steps"]): row for row in FOUND["differences"]}
ALIKE = 10
"""Compilers order sums differently on other processors; what the page says is the order of magnitude."""


def test_every_task_was_measured() -> None:
    """On both implementations, after every number of steps, but for what is listed with its reason."""
    pairs = [pair for pair in product(TASKS, (each.value for each in Implementation)) if pair not in NOT_MEASURED]
    assert set(ROWS) == {(*pair, steps) for pair, steps in product(pairs, STEPS)}
    assert all(NOT_MEASURED.values())


@pytest.mark.parametrize("key", ROWS, ids=lambda key: "-".join(map(str, key)))
def test_a_row_is_in_order(key: tuple[str, str, int]) -> None:
    """Medians are not above the largest, single precision differs, and nobody has edited zeros in."""
    row = ROWS[key]
    for median, largest in (row["positions"], row["velocities"], row["rounding"]):
        assert 0 < median <= largest


@pytest.mark.parametrize(
    ("task", "implementation"),
    [
        ("InvertedPendulum", "warp"),
        pytest.param("InvertedPendulum", "jax", marks=pytest.mark.slow),
        pytest.param("HalfCheetah", "warp", marks=pytest.mark.slow),
    ],
)
def test_a_measurement_can_be_repeated(task: str, implementation: str) -> None:
    """After one and ten steps it is of the order of magnitude that the page states."""
    with jax.enable_x64(False):
        for found in measure(task, Implementation(implementation), steps=(1, 10)):
            row = ROWS[task, implementation, found.steps]
            for name in ("positions", "velocities"):
                now, then = getattr(found, name)[1], row[name][1]
                assert then / ALIKE <= now <= then * ALIKE, (name, now, then)

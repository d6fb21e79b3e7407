"""The generated page about MuJoCo: how far single precision is from double, task by task."""

import json
from typing import Any

from .markup import one_paragraph, table, title

INTRODUCTION = """
Physics on an accelerator is computed in single precision, by MJX or by MuJoCo Warp. Here is how far it is from
MuJoCo's in double precision, which the processor's engine and Gymnasium use: {starts} starts of each task, the same
actions for both, states compared after 1, 10 and 100 steps of the environment without resets. A number is the largest
difference of any coordinate, in metres or radians, or their derivatives by the second: the median over the starts, and
in brackets the largest.

``rounding alone`` is what becomes of the same start rounded to single precision, computed in double precision
throughout. Where a difference has not grown beyond it by more than a few orders of magnitude, it is the motion that is
sensitive; where both are as large as the motion itself, it is chaotic, and no engine in single precision could follow.

Measured on {date} with {versions}, device: {device}, by ``python -m rlproof.envs.mujoco.differences``; a test measures
again and holds the result against the order of magnitude stated here.
"""


def differences_page() -> str:
    """Write the table of the recorded differences."""
    from .envs.mujoco.recorded import CAUSES, NOT_MEASURED, RECORDED

    found = json.loads(RECORDED.read_text(encoding="utf-8"))
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    head = INTRODUCTION.format(starts=found["starts"], date=found["date"], versions=versions, device=found["device"])
    rows = [["task", "physics", "steps", "positions", "velocities", "rounding alone: positions", "beside precision"]]
    rows += [_row(row, CAUSES.get(row["task"], "")) for row in found["differences"]]
    missing = [f"- {task}, {_name(name)}: {one_paragraph(why)}" for (task, name), why in NOT_MEASURED.items()]
    left_out = f"{title('What is left out', '-')}\n\n" + "\n".join(missing)
    return "\n\n".join([title("Single against double precision", "="), head.strip(), table(rows), left_out]) + "\n"


def _row(row: dict[str, Any], cause: str) -> list[str]:
    spreads = [_spread(row[name]) for name in ("positions", "velocities", "rounding")]
    return [row["task"], _name(row["implementation"]), str(row["steps"]), *spreads, row["solver"] or cause or "–"]


def _name(implementation: str) -> str:
    return {"jax": "MJX", "warp": "Warp"}[implementation]


def _spread(pair: list[float]) -> str:
    return f"{pair[0]:.0e} ({pair[1]:.0e})"

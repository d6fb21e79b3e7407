"""How far the physics in single precision is from MuJoCo's in double precision, task by task.

The same starts and the same actions go through MuJoCo on the processor and through MJX or MuJoCo Warp. No
episode ends: it is the physics that is compared. Beside each difference stands what rounding the start to
single precision alone does in double precision: where that is as large, the motion is chaotic, and no engine
in single precision could come nearer.

`python -m rlproof.envs.mujoco.differences` measures all tasks and writes the file that the documentation shows.
"""

# pyright: reportAttributeAccessIssue=false
# MuJoCo's names lie in compiled modules.

import json
import sys
import time
from dataclasses import asdict, dataclass
from importlib.metadata import version

import jax
import jax.numpy as jnp
import mujoco
import numpy as np

from ...spec.numbers import Array
from .accelerator import Implementation, Physics, adapted
from .making import make_task
from .model import load
from .numpy_random import ManyRandom
from .recorded import NOT_MEASURED, RECORDED
from .simulation import BatchSimulation
from .task import Start
from .tasks import TASKS

STEPS = (1, 10, 100)
"""Steps of the environment after which states are compared."""
STARTS = 8
"""Episodes that are compared."""


@dataclass(frozen=True)
class Difference:
    """What was measured for one task, implementation and number of steps.

    Attributes:
        task: its name.
        implementation: "jax" (MJX) or "warp".
        steps: of the environment.
        positions: [median, largest] over the episodes of max |Δq|, in metres or radians.
        velocities: [median, largest] of max |Δq̇|.
        rounding: [median, largest] of max |Δq| that rounding the start alone makes in double precision.
        solver: what differs from the model beside the precision, in words; empty if nothing.
    """

    task: str
    implementation: str
    steps: int
    positions: tuple[float, float]
    velocities: tuple[float, float]
    rounding: tuple[float, float]
    solver: str


def measure(task: str, implementation: Implementation, *, steps: tuple[int, ...] = STEPS) -> list[Difference]:
    """Compare one implementation's states with MuJoCo's after so many steps."""
    definition = make_task(task)
    model = load(definition.xml_file, definition.frame_skip)
    start = definition.reset(ManyRandom([np.random.default_rng(seed) for seed in range(STARTS)]), model)
    low, high = model.action_bounds
    actions = np.random.default_rng(0).uniform(low, high, (max(steps), STARTS, len(low))).astype(np.float32)
    ours = adapted(model)
    exact = _in_double(start, actions, steps, BatchSimulation(model, STARTS, threads=2, reads=()))
    rounded_start = Start(*(np.float64(np.float32(numbers)) for numbers in start))
    rounded = _in_double(rounded_start, actions, steps, BatchSimulation(model, STARTS, threads=2, reads=()))
    single = _in_single(start, actions, steps, Physics(ours, implementation, count=STARTS, forces=False))
    return [
        Difference(
            task,
            implementation.value,
            number,
            positions=_spread(single[number].qpos - exact[number].qpos),
            velocities=_spread(single[number].qvel - exact[number].qvel),
            rounding=_spread(rounded[number].qpos - exact[number].qpos),
            solver="" if ours is model else "Newton's method instead of PGS",
        )
        for number in steps
    ]


def _in_double(start: Start, actions: Array, steps: tuple[int, ...], simulation: BatchSimulation) -> dict[int, Start]:
    simulation.reset(np.arange(STARTS), start)
    states = {}
    for number, action in enumerate(actions, start=1):
        simulation.state.ctrl[:] = action
        simulation.step()
        if number in steps:
            states[number] = Start(simulation.state.qpos.copy(), simulation.state.qvel.copy())
    return states


def _in_single(start: Start, actions: Array, steps: tuple[int, ...], physics: Physics) -> dict[int, Start]:
    step = jax.jit(jax.vmap(physics.step))
    data = jax.vmap(physics.start)(*(jnp.asarray(numbers, jnp.float32) for numbers in start))
    states = {}
    for number, action in enumerate(actions, start=1):
        data = step(data, jnp.asarray(action))
        if number in steps:
            states[number] = Start(np.asarray(data.qpos, np.float64), np.asarray(data.qvel, np.float64))
    return states


def _spread(differences: Array) -> tuple[float, float]:
    """Return median and maximum over the episodes of the largest coordinate's difference."""
    largest = np.abs(differences).max(axis=1)
    return float(np.median(largest)), float(largest.max())


def main(names: list[str]) -> None:
    """Measure, all by default, or the tasks and implementations named; other rows of the file stay."""
    for task in [name for name in names if name in TASKS] or TASKS:
        for implementation in [each for each in Implementation if each.value in names] or Implementation:
            if (task, implementation.value) in NOT_MEASURED:
                continue
            began = time.perf_counter()
            found = measure(task, implementation)
            _record(found)
            print(*found, f"{time.perf_counter() - began:.0f} s", sep="\n")  # noqa: T201 - a program that measures


def _record(found: list[Difference]) -> None:
    """Put rows into the file, in the place of older ones."""
    old = json.loads(RECORDED.read_text(encoding="utf-8"))["differences"] if RECORDED.exists() else []
    rows = {(row["task"], row["implementation"], row["steps"]): row for row in [*old, *map(asdict, found)]}
    order = list(TASKS)
    content = {
        "date": time.strftime("%Y-%m-%d"),
        "device": jax.devices()[0].device_kind,
        "starts": STARTS,
        "versions": {name: version(name) for name in ("mujoco", "mujoco-mjx", "warp-lang", "jax")},
        "differences": sorted(rows.values(), key=lambda row: (order.index(row["task"]), *list(row.values())[1:3])),
    }
    RECORDED.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    mujoco.set_mju_user_warning(lambda _: None)
    main(sys.argv[1:])

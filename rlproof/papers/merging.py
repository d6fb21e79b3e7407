"""Put runs into one table, if they belong there."""

from ..spec.errors import ParameterError
from .results import Results
from .settings import TASKS, settings


def merge(old: Results, new: Results) -> Results:
    """Put new runs beside old ones, and in the place of those of the same setting and task.

    Raises `ParameterError` for what would be another table: other steps, other seeds, other settings of an agent.
    """
    for name, one, other in (("steps", old.steps, new.steps), ("seeds", old.seeds, new.seeds)):
        if one != other:
            raise _another_table(f"{name} {other}", f"{name} {one}")
    for key in old.configs.keys() & new.configs.keys():
        if old.configs[key] != new.configs[key]:
            raise _another_table(f"{key} with {dict(new.configs[key])}", f"{key} with {dict(old.configs[key])}")
    both = {**old.runs, **new.runs}
    order = list(settings())
    return Results(
        steps=old.steps,
        seeds=old.seeds,
        configs={**old.configs, **new.configs},
        runs={key: both[key] for key in sorted(both, key=lambda key: (order.index(key[0]), TASKS.index(key[1])))},
        random={**old.random, **new.random},
    )


def _another_table(got: str, expected: str) -> ParameterError:
    return ParameterError(
        "these runs belong to another table",
        got=got,
        expected=f"{expected}, as the other runs",
        cause="a trial with fewer steps in the same folder, or an agent whose settings have changed since",
        remedy="name the folder of one number of steps and one set of seeds, or begin a new file by --into",
    )

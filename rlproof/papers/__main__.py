"""`python -m rlproof.papers --out DIR`: run Table 1 and Figure 3; what is finished there is not run again."""

from pathlib import Path

import tyro

from ..training.process import prepare
from .running import jobs, run_all, run_over_ray
from .settings import TASKS


def main(
    out: Path,
    steps: int = 1_000_000,
    seeds: int = 3,
    tasks: tuple[str, ...] = TASKS,
    settings: tuple[str, ...] = (),
    ray: str | None = None,
) -> None:
    """Run what the PPO paper compares.

    Args:
        out: where the runs are kept.
        steps: of each seed.
        seeds: how many.
        tasks: by default the paper's seven.
        settings: by their keys; all by default.
        ray: the address of a running Ray cluster ("auto" for this machine's); None to run here.
    """
    prepare()
    todo = jobs(settings or None, tasks, steps, range(seeds))
    if ray is None:
        run_all(todo, out)
    else:
        run_over_ray(todo, out, address=ray)


if __name__ == "__main__":
    tyro.cli(main)

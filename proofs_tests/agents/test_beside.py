"""Returns beside other libraries': merged without loss, compared by their intervals, where there are enough."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from docutils.core import publish_doctree

from rlproof.papers.beside import OURS, Score, beside_table, merge, read, verdict, write
from rlproof.papers.pages import papers_page
from rlproof.papers.results import Results
from rlproof.spec.errors import ParameterError

ONE = Score(OURS, "1.0", "Hopper-v5", 0, 1000, 12.5, "2026-01-02", "a processor")


def runs(who: str, *scores: float, task: str = "Hopper-v5") -> list[Score]:
    """A run for each score, of the seeds 0, 1, ..."""
    return [replace(ONE, who=who, task=task, seed=seed, score=score) for seed, score in enumerate(scores)]


def test_what_is_recorded_is_read_again(tmp_path: Path) -> None:
    """All fields of all runs; a file that is not there holds none."""
    path, both = tmp_path / "beside.json", runs(OURS, 1 / 3, 2) + runs("peer", 3)
    write(both, path)
    assert read(path) == both
    assert read(tmp_path / "none.json") == []


def test_runs_are_added_and_replaced() -> None:
    """By library, task and seed; ours are first, tasks stand as in the paper."""
    old = runs("peer", 1, 2) + runs(OURS, 5, task="Walker2d-v5")
    merged = merge(old, runs("peer", 7) + runs(OURS, 6))
    assert [(run.who, run.task, run.seed, run.score) for run in merged] == [
        (OURS, "Hopper-v5", 0, 6),
        (OURS, "Walker2d-v5", 0, 5),
        ("peer", "Hopper-v5", 0, 7),
        ("peer", "Hopper-v5", 1, 2),
    ]
    with pytest.raises(ParameterError, match="2,000"):
        merge(old, [replace(ONE, steps=2000)])


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        ((7, 8, 9), (1, 2, 3), "better"),
        ((1, 2, 3), (7, 8, 9), "**worse**"),
        ((1, 5, 6), (2, 4, 7), "alike: the intervals overlap"),
        ((7, 8, 9), (1, 2), "not compared: too few runs"),
    ],
)
def test_the_verdict_is_that_of_the_intervals(ours: tuple[float, ...], theirs: tuple[float, ...], said: str) -> None:
    """The interval of three numbers reaches from the least to the largest: each is drawn thrice once in 27 times."""
    assert verdict(np.array(ours), np.array(theirs)) == said


def test_the_page_shows_them() -> None:
    """Who was compared with what, where, and what there is not."""
    recorded = merge(runs(OURS, 7, 8, 9), runs("peer", 1, 2, 3) + runs("peer", 4, task="Reacher-v5"))
    table = beside_table(recorded)
    assert [line.strip() for line in table.splitlines()][-14:] == [
        *("* - Hopper", "- peer", "- 2.00 (1.00 to 3.00)", "- 3", "- 8.00 (7.00 to 9.00)", "- 3", "- better"),
        *("* - Reacher", "- peer", "- 4.00 (4.00 to 4.00)", "- 1", "- –", "- 0", "- not compared: too few runs"),
    ]
    page = papers_page(Results(1000, (0,), {}, {}), recorded)
    assert "1,000 steps of each seed" in " ".join(page.split())
    assert table in page
    publish_doctree(page, settings_overrides={"halt_level": 2, "report_level": 2, "raw_enabled": True})
    assert "Beside other libraries" not in papers_page(Results(1000, (0,), {}, {}))

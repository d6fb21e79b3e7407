"""The paper's table from finished runs: scored by hand, collected without loss, and nothing said that was not run."""

import json
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from docutils.core import publish_doctree

from rlproof.envs.policies import GaussianPolicy, Network, Normaliser
from rlproof.envs.rollouts import episode_returns, rollout
from rlproof.papers import recorded, results
from rlproof.papers.claims import BROKEN, HELD, OPEN, claims
from rlproof.papers.figure import figure_3
from rlproof.papers.merging import merge
from rlproof.papers.pages import papers_page, write_papers
from rlproof.papers.recorded import collect, machine, main
from rlproof.papers.results import POINTS, Random, Results, Run, read, write
from rlproof.papers.running import FINISHED, Job
from rlproof.papers.scoring import cell, on_scales, random_returns, scales, table_1
from rlproof.papers.settings import TABLE_1, TASKS, settings
from rlproof.spec.errors import MissingDataError, ParameterError

STEPS, SEEDS = 1000, (0, 1)
VERSIONS = {"rlproof": "1", "mujoco": "4.0.0"}
CLIP, FREE, SMALL = "ppo-clip_epsilon=0.2", "cpi", "ppo-clip_epsilon=0.1"


def finish(
    out: Path,
    key: str,
    task: str,
    *,
    returns: Sequence[float] = (1.0, 2.0),
    steps: int = STEPS,
    seeds: tuple[int, ...] = SEEDS,
    failure: str | None = None,
    **changed: Any,
) -> Path:
    """What the driver leaves of a job: each seed has one return, in an episode of every hundred steps."""
    directory = Job(settings()[key], task, steps, seeds).directory(out)
    directory.mkdir(parents=True)
    plan = {"steps": steps, "seeds": seeds, "config": asdict(settings()[key].config) | changed, "versions": VERSIONS}
    (directory / "config.json").write_text(json.dumps(plan), encoding="utf-8")
    ends = range(100, (steps // 2 if failure else steps) + 1, 100)
    rows = [f"{seed},1,{step},{value},100" for seed, value in zip(seeds, returns, strict=True) for step in ends]
    (directory / "episodes.csv").write_text("\n".join(["seed,iteration,step,return,length", *rows, ""]))
    told = {"setting": key, "task": task, "scores": list(returns), "failure": failure}
    (directory / FINISHED).write_text(json.dumps(told), encoding="utf-8")
    return directory


def made(
    scores: Mapping[tuple[str, str], Sequence[float]], *, random: float = 0.0, failure: str | None = None
) -> Results:
    """Results with these scores; every curve is flat."""
    runs = {
        (key, task): Run(
            key, task, tuple(each), tuple((one,) * POINTS for one in each), failure, "2026-01-02", VERSIONS, "a"
        )
        for (key, task), each in scores.items()
    }
    configs = {key: json.loads(json.dumps(asdict(settings()[key].config))) for key, _ in scores}
    tasks = {task for _, task in scores}
    return Results(STEPS, SEEDS, configs, runs, {task: Random(random, 1.0, 100) for task in tasks})


def everything(others: Mapping[str, float]) -> Results:
    """Results of every setting on every task: 100 and 101, but for the settings that are named."""
    return made({(key, task): [others.get(key, 100) + seed for seed in SEEDS] for key in settings() for task in TASKS})


def test_a_score_can_be_computed_by_hand() -> None:
    """On both tasks 0 is the random policy and 1 the best mean, also where all returns are negative."""
    scores = {
        "a": {"one": np.array([2.0, 4.0]), "two": np.array([-50.0, -30.0])},
        "b": {"one": np.array([0.0, 2.0]), "two": np.array([-20.0, -20.0])},
    }
    random = {"one": 1.0, "two": -60.0}
    assert scales(scores, random) == {"one": (1.0, 3.0), "two": (-60.0, -20.0)}
    placed = on_scales(scores, scales(scores, random))
    assert placed["a"]["one"].tolist() == [0.5, 1.5]
    assert placed["a"]["two"].tolist() == [0.25, 0.75]
    found = table_1(scores, random)
    assert [found[name].score for name in "ab"] == [0.75, 0.5]
    assert [found[name].runs for name in "ab"] == [4, 4]


def test_the_interval_resamples_each_task_on_its_own() -> None:
    """Runs that agree within each task leave nothing to chance, however far the tasks are apart."""
    sure = cell({"one": np.zeros(3), "two": np.ones(3)})
    assert (sure.score, sure.low, sure.high) == (0.5, 0.5, 0.5)
    unsure = cell({"one": np.array([0.0, 1.0, 0.5]), "two": np.array([0.0, 1.0, 0.5])})
    assert unsure.low < unsure.score == 0.5 < unsure.high


def test_a_setting_that_was_not_run_has_no_score() -> None:
    """Neither 0 nor that of another."""
    scores = {"a": {"one": np.ones(2)}, "b": {"one": np.zeros(2)}, "c": {}}
    assert table_1(scores, {"one": -1.0})["c"] is None


@pytest.mark.parametrize("others", [{}, {"b": {"one": np.array([-3.0])}}])
def test_a_task_without_a_scale_is_left_out(others: dict[str, Any]) -> None:
    """One on which a single setting was run, whose score would be 1, or on which none is better than random."""
    assert scales({"a": {"one": np.array([-2.0])}, **others}, {"one": -1.0}) == {}


def test_a_score_without_a_random_return_is_refused() -> None:
    """The task is named."""
    with pytest.raises(ParameterError, match="scores of one"):
        scales({"a": {"one": np.ones(1)}, "b": {"one": np.ones(1)}}, {})


def in_gymnasium(log_std: float) -> np.ndarray:
    """Returns of a policy of mean zero in Gymnasium's own environment."""
    network = Network(((np.zeros((4, 1)), np.zeros(1)),))
    policy = GaussianPolicy(network, Normaliser(np.zeros(4), np.ones(4)), log_std=np.full(1, log_std))
    return np.array(episode_returns(rollout("InvertedPendulum-v5", policy, steps=3000, seed=0)))


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """How far two means are apart, in standard errors."""
    return abs(one.mean() - other.mean()) / np.hypot(one.std() / len(one) ** 0.5, other.std() / len(other) ** 0.5)


def test_the_random_policy_earns_what_it_earns_in_gymnasium() -> None:
    """Deviation 1, and no other; the seed decides the rest."""
    ours = random_returns("InvertedPendulum-v5", episodes=300)
    assert apart(ours, in_gymnasium(0.0)) < 3
    assert apart(ours, in_gymnasium(-1.0)) > 3
    assert np.array_equal(ours, random_returns("InvertedPendulum-v5", episodes=300))
    assert not np.array_equal(ours, random_returns("InvertedPendulum-v5", episodes=300, seed=1))


def test_a_finished_run_is_collected(tmp_path: Path) -> None:
    """Scores, curves, provenance; what is not finished is not there."""
    directory = finish(tmp_path, CLIP, "Hopper-v5", returns=(1.0, 1 / 3))
    os.utime(directory / FINISHED, (0, 0))
    Job(settings()[FREE], "Hopper-v5", STEPS, SEEDS).directory(tmp_path).mkdir()
    found = collect(tmp_path, "a processor")
    assert (found.steps, found.seeds, found.tasks) == (STEPS, SEEDS, ["Hopper-v5"])
    assert found.configs[CLIP]["clip_epsilon"] == 0.2
    (run,) = found.runs.values()
    assert (run.setting, run.task, run.scores, run.failure) == (CLIP, "Hopper-v5", (1.0, 1 / 3), None)
    assert (run.date, run.versions, run.hardware) == ("1970-01-01", VERSIONS, "a processor")
    # The first episode ends at step 100, the fifth of fifty points.
    assert run.curves == ((None,) * 4 + (1.0,) * 46, (None,) * 4 + (0.33333,) * 46)


def test_a_run_that_failed_is_collected_with_what_it_had_learnt(tmp_path: Path) -> None:
    """Its curve ends where it did, and does not go on as a flat line."""
    finish(tmp_path, CLIP, "Hopper-v5", failure="diverged")
    (run,) = collect(tmp_path, "").runs.values()
    assert run.failure == "diverged"
    assert run.curves[0] == (None,) * 4 + (1.0,) * 21 + (None,) * 25


def test_a_seed_without_an_episode_has_no_score(tmp_path: Path) -> None:
    """And is not counted; the file has no number that JSON does not know."""
    directory = finish(tmp_path, CLIP, "Hopper-v5", returns=(1.0, float("nan")))
    lines = (directory / "episodes.csv").read_text().splitlines(keepends=True)
    (directory / "episodes.csv").write_text("".join(line for line in lines if not line.startswith("1,")))
    found = collect(tmp_path, "")
    assert found.runs[CLIP, "Hopper-v5"].scores == (1.0, None)
    assert found.runs[CLIP, "Hopper-v5"].curves[1] == (None,) * POINTS
    assert found.scores([CLIP])[CLIP]["Hopper-v5"].tolist() == [1.0]
    write(found, tmp_path / "a.json")
    assert "NaN" not in (tmp_path / "a.json").read_text()


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """To the last bit, a run to a line."""
    finish(tmp_path, CLIP, "Hopper-v5", returns=(0.1 + 0.2, 1 / 3))
    found = replace(collect(tmp_path, ""), random={"Hopper-v5": Random(1 / 3, 0.5, 100)})
    write(found, tmp_path / "a.json")
    again = read(tmp_path / "a.json")
    assert again.runs == found.runs
    assert json.loads(json.dumps(found.configs)) == again.configs
    assert (again.steps, again.seeds, again.random) == (found.steps, found.seeds, found.random)
    assert sum('"setting"' in line for line in (tmp_path / "a.json").read_text().splitlines()) == 1


def test_a_second_collection_adds_and_replaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was there and is not collected again stays; the random policy is measured once for each task."""
    measured: list[str] = []
    monkeypatch.setattr(
        recorded, "random_returns", lambda task, **options: measured.append(task) or np.array([1.0, 3.0])
    )
    into = tmp_path / "data" / "results.json"
    finish(tmp_path / "one", CLIP, "Hopper-v5", returns=(1.0, 1.0))
    finish(tmp_path / "one", CLIP, "Reacher-v5")
    main(tmp_path / "one", into, "first")
    finish(tmp_path / "two", FREE, "Swimmer-v5")
    finish(tmp_path / "two", CLIP, "Hopper-v5", returns=(5.0, 5.0))
    main(tmp_path / "two", into, "second")
    found = read(into)
    assert measured == ["Hopper-v5", "Reacher-v5", "Swimmer-v5"]
    assert found.random["Swimmer-v5"] == Random(2.0, 1.0, 100)
    assert {key: (run.scores, run.hardware) for key, run in found.runs.items()} == {
        (FREE, "Swimmer-v5"): ((1.0, 2.0), "second"),
        (CLIP, "Hopper-v5"): ((5.0, 5.0), "second"),
        (CLIP, "Reacher-v5"): ((1.0, 2.0), "first"),
    }


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"steps": 2000}, "steps 2000"),
        ({"seeds": (0, 2)}, r"seeds \(0, 2\)"),
        ({"epochs": 3}, "'epochs': 3"),
    ],
)
def test_runs_of_another_table_are_refused(other: dict[str, Any], said: str, tmp_path: Path) -> None:
    """In one folder or in two: other steps, other seeds, or another setting of the agent."""
    finish(tmp_path / "one", CLIP, "Hopper-v5")
    finish(tmp_path / "two", CLIP, "Reacher-v5", **other)
    with pytest.raises(ParameterError, match=said):
        collect(tmp_path, "")
    with pytest.raises(ParameterError, match=said):
        merge(collect(tmp_path / "one", ""), collect(tmp_path / "two", ""))


def test_what_the_paper_does_not_have_is_refused(tmp_path: Path) -> None:
    """Another setting, and a folder without a finished run; each names the folder."""
    with pytest.raises(MissingDataError, match=tmp_path.name):
        collect(tmp_path, "")
    directory = finish(tmp_path, CLIP, "Hopper-v5")
    (directory / FINISHED).write_text('{"setting": "ppo-clip_epsilon=0.7", "task": "Hopper-v5"}', encoding="utf-8")
    with pytest.raises(ParameterError, match=r"clip_epsilon=0\.7(.|\n)*Hopper-v5"):
        collect(tmp_path, "")


def test_the_machine_is_named_by_its_processor() -> None:
    """Not by its name in a network."""
    assert "cores" in machine()
    assert socket.gethostname() not in machine()


@pytest.mark.parametrize(
    ("others", "verdicts"),
    [
        ({FREE: -50, CLIP: 120}, [HELD, HELD, HELD, HELD, HELD]),
        ({FREE: 50, SMALL: 130}, [BROKEN, BROKEN, HELD, BROKEN, BROKEN]),
        ({CLIP: 120, "trpo": 130}, [BROKEN, BROKEN, HELD, HELD, BROKEN]),
        ({FREE: 130}, [BROKEN, BROKEN, BROKEN, BROKEN, BROKEN]),
    ],
)
def test_claims_are_checked(others: dict[str, float], verdicts: list[str]) -> None:
    """Against numbers that make each of them true, and each of them false."""
    assert [each.verdict for each in claims(everything(others))] == verdicts


def test_a_claim_about_runs_that_are_missing_is_not_decided() -> None:
    """What is missing is named."""
    free, cheetah, better, clipped, figure = claims(made({(CLIP, "Hopper-v5"): (1, 2)}))
    assert {each.verdict for each in (free, cheetah, better, clipped, figure)} == {OPEN}
    assert "No clipping or penalty" in clipped.found
    assert "Clipping, ε = 0.2" not in clipped.found
    assert "TRPO" in figure.found


def test_a_claim_is_decided_on_the_tasks_that_all_share() -> None:
    """Where one setting was run on less, the others are compared there."""
    found = everything({CLIP: 120})
    fewer = {key: run for key, run in found.runs.items() if key[0] != SMALL or key[1] == "Hopper-v5"}
    assert claims(replace(found, runs=fewer))[3].found.endswith("2 runs each, on Hopper.")


def test_a_difference_within_the_noise_is_called_one() -> None:
    """The order of two means says little where the interval of their difference contains 0."""
    scores = {(setting.key, task): (0.0, 10.0) for setting in TABLE_1 for task in TASKS}
    near = scores | {(CLIP, task): (1.0, 10.0) for task in TASKS}
    far = scores | {(CLIP, task): (50.0, 60.0) for task in TASKS}
    found = {name: claims(made(each))[3] for name, each in (("near", near), ("far", far))}
    assert [each.verdict for each in found.values()] == [HELD, HELD]
    assert ["do not tell the two apart" in each.found for each in found.values()] == [True, False]


def rows(page: str) -> dict[str, list[str]]:
    """The rows of a page's tables by their first cells; of the same first cell, the first."""
    lines = [row.split("\n     - ") for row in page.replace("\n\n", "\n   * - ").split("\n   * - ")]
    return {row[0]: row[1:] for row in reversed(lines)}


def test_the_page_sets_scores_beside_the_published_ones() -> None:
    """All eleven, with the number of runs; the other tables are full."""
    page = papers_page(everything({FREE: -50, CLIP: 120}))
    found = rows(page)
    for setting in TABLE_1:
        published, ours, runs, on = found[setting.name]
        assert (published, runs, on) == (f"{setting.published:.2f}", "14 of 21", "all tasks")
        assert ours.startswith("**")
    assert found["No clipping or penalty"][1] == "**-0.41** (-0.41 to -0.41)"
    assert found["TRPO"] == ["100 (100 to 101)"] * len(TASKS)
    assert "Not run" not in page
    assert "- not run" not in page


def test_the_page_says_what_is_missing() -> None:
    """A setting that was not run has no number anywhere, and nothing stands in for it."""
    page = papers_page(made({(CLIP, "Hopper-v5"): (1, 2), (SMALL, "Hopper-v5"): (2, 3), (SMALL, "Reacher-v5"): (1, 1)}))
    found = rows(page)
    assert found["No clipping or penalty"] == ["-0.39", "not run", "0 of 21", "–"]
    assert found["Clipping, ε = 0.1"][2:] == ["2 of 21", "Hopper"]
    assert found["TRPO"] == ["–"] * len(TASKS)
    assert "No scale, since no two were run or none is better than random: Reacher." in page
    assert "Not run: A2C, A2C + Trust Region, CEM, Vanilla PG, Adaptive, TRPO. Only on Hopper: PPO (Clip)." in page
    assert "3 have been run, of the 42 pairs of Figure 3 1." in page
    assert "--tasks Hopper-v5 Reacher-v5" in page
    assert f"--settings {CLIP} {SMALL}" in page


def test_the_page_marks_what_failed() -> None:
    """With the first line of the error; without one there is no mark."""
    scores = {(CLIP, "Hopper-v5"): (1, 2), (SMALL, "Hopper-v5"): (2, 3)}
    failed = papers_page(made(scores, failure="training has diverged\n  got: NaN"))
    assert "1.50 (1.00 to 2.00) †" in failed
    assert "Clipping, ε = 0.2 on Hopper: training has diverged" in failed
    assert "†" not in papers_page(made(scores))


@pytest.mark.parametrize("found", [everything({CLIP: 120}), made({(CLIP, "Hopper-v5"): (1, 2)}), made({}), read()])
def test_the_page_is_sound_markup(found: Results) -> None:
    """Whatever was run, also nothing; and that of the recorded results."""
    publish_doctree(papers_page(found), settings_overrides={"halt_level": 2, "report_level": 2, "raw_enabled": True})


def test_the_figure_is_the_same_bytes_for_the_same_runs() -> None:
    """A panel for each task, and none where nothing of it was run."""
    found = made({(CLIP, "Hopper-v5"): (1, 2), ("trpo", "Hopper-v5"): (2, 3), ("trpo", "Reacher-v5"): (2, 3)})
    first = figure_3(found)
    assert first is not None
    assert first == figure_3(found) != figure_3(made({(CLIP, "Hopper-v5"): (1, 2)}))
    assert first.startswith("<?xml")
    assert figure_3(made({(FREE, "Hopper-v5"): (1, 2)})) is None


def test_a_line_of_the_figure_ends_where_a_seed_failed() -> None:
    """The mean of those that are left would be another statistic."""
    whole = made({(CLIP, "Hopper-v5"): (1, 2)})
    run = whole.runs[CLIP, "Hopper-v5"]
    cut = replace(run, curves=(run.curves[0], run.curves[1][:9] + (None,) * (POINTS - 9)))
    assert figure_3(replace(whole, runs={(CLIP, "Hopper-v5"): cut})) != figure_3(whole)


def test_the_page_is_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its figure; files that are the same already are left alone, so that nothing is read again."""
    monkeypatch.setattr(results.read, "__defaults__", (tmp_path / "results.json",))
    write(made({(CLIP, "Hopper-v5"): (1, 2)}), tmp_path / "results.json")
    write_papers(tmp_path / "papers")
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "papers").iterdir()}
    write_papers(tmp_path / "papers")
    assert {path.name: path.stat().st_mtime_ns for path in (tmp_path / "papers").iterdir()} == before
    assert before.keys() == {"ppo.rst", "figure3.svg"}
    write(made({(FREE, "Hopper-v5"): (1, 2)}), tmp_path / "results.json")
    write_papers(tmp_path / "papers")
    assert (tmp_path / "papers" / "ppo.rst").stat().st_mtime_ns != before["ppo.rst"]


def test_the_recorded_results_are_of_this_paper() -> None:
    """Every run has its seeds, its settings, and the random policy's return beside it."""
    found = read()
    for (key, task), run in found.runs.items():
        assert (run.setting, run.task) == (key, task)
        assert key in settings()
        assert len(run.scores) == len(run.curves) == len(found.seeds)
        assert {len(curve) for curve in run.curves} == {POINTS}
        assert found.configs[key]
        assert found.random[task].episodes == 100

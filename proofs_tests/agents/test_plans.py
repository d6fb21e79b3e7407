"""The jobs of a paper: each is run once, resumed if it was interrupted, and scored by its last episodes."""

import csv
import json
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rlproof.impl.training.training import Report, Training
from rlproof.papers import running as module
from rlproof.papers.running import FINISHED, Job, jobs, run, run_all
from rlproof.papers.settings import TASKS, Setting, settings
from rlproof.spec.errors import ParameterError

from .tiny import CALL, NORMALISED, SMALL, poison, tables
from .tiny import as_on_the_command_line as as_on_the_command_line

JOB = Job(Setting("Small", "ppo", {**SMALL, **NORMALISED}), "InvertedPendulum-v5", 6 * CALL, (5, 7))
"""More than a hundred episodes of each seed."""


def score(directory: Path, seed: int) -> float:
    """Return the mean of a seed's last hundred returns, as a reader of the table would find them."""
    with (directory / "episodes.csv").open() as file:
        returns = [float(row["return"]) for row in csv.DictReader(file) if int(row["seed"]) == seed]
    assert len(returns) > 100
    assert np.mean(returns) != np.mean(returns[-100:])
    return float(np.mean(returns[-100:]))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, as_on_the_command_line: None) -> tuple[dict[str, Any], Path]:
    """What comes of the job without interruption, and where."""
    del as_on_the_command_line
    out = tmp_path_factory.mktemp("whole")
    return run(JOB, out), JOB.directory(out)


def test_a_score_is_the_mean_of_the_last_hundred_episodes(whole: tuple[dict[str, Any], Path]) -> None:
    """One for each seed; the result says of what, and is kept in the directory, without checkpoints."""
    result, directory = whole
    assert result == {
        "setting": JOB.setting.key,
        "task": "InvertedPendulum-v5",
        "scores": [score(directory, 5), score(directory, 7)],
        "failure": None,
    }
    assert json.loads((directory / FINISHED).read_text()) == result
    assert not (directory / "checkpoints").exists()
    assert result["scores"][0] != result["scores"][1]


def test_what_is_finished_is_only_read(whole: tuple[dict[str, Any], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is trained, written or told."""
    result, directory = whole
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in directory.iterdir()}
    told: list[str] = []
    monkeypatch.setattr(module, "train", None)
    assert run_all([JOB, JOB], directory.parents[2], tell=told.append) == [result, result]
    assert told == []
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in directory.iterdir()} == before


class DeathError(BaseException):
    """The end of a process."""


@pytest.mark.parametrize(("saves", "left"), [(True, 4), (False, 6)], ids=["by Ctrl-C", "without warning"])
def test_an_interrupted_job_is_resumed(
    saves: bool, left: int, whole: tuple[dict[str, Any], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has been saved is not trained again, and the result is that of a job without interruption."""
    call, called = Training.call, []

    def counted(training: Training) -> Report:
        called.append(training.calls)
        if len(called) == 2:
            if not saves:
                raise DeathError
            os.kill(os.getpid(), signal.SIGINT)
        return call(training)

    monkeypatch.setattr(Training, "call", counted)
    with pytest.raises(KeyboardInterrupt if saves else DeathError):
        run(JOB, tmp_path)
    assert not (JOB.directory(tmp_path) / FINISHED).exists()
    told: list[str] = []
    assert run(JOB, tmp_path, tell=told.append) == whole[0]
    assert called[2:] == list(range(6 - left, 6))
    assert tables(JOB.directory(tmp_path)) == tables(whole[1])
    assert told == [f"InvertedPendulum-v5 {JOB.setting.key}: {np.mean(whole[0]['scores']):.1f} "]


def test_a_job_that_diverges_is_recorded_as_such(
    whole: tuple[dict[str, Any], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is scored by what it had come to, tells what happened, and is not tried again."""
    told: list[str] = []
    with monkeypatch.context() as patch:
        poison(patch, seed=7, after=5)
        result = run(JOB, tmp_path, tell=told.append)
    assert "training has diverged" in result["failure"]
    assert "seed 7 in iteration 21" in result["failure"]
    assert result["scores"] == [score(JOB.directory(tmp_path), seed) for seed in (5, 7)]
    assert result["scores"] != whole[0]["scores"]
    assert told[0].endswith("(diverged)")
    assert run(JOB, tmp_path) == result


def test_a_job_that_diverges_before_an_episode_has_ended_has_no_score(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not a number, rather than an error or a zero."""
    poison(monkeypatch, seed=7, after=0)
    result = run(JOB, tmp_path, tell=lambda _: None)
    assert np.isnan(result["scores"]).all()
    assert "training has diverged" in result["failure"]


def test_a_job_that_cannot_be_run_is_no_result(tmp_path: Path) -> None:
    """A wrong name is a mistake of whoever asks, and nothing is kept of it."""
    with pytest.raises(ParameterError, match="there is no such environment"):
        run(JOB._replace(task="InvertedPendulom-v5"), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_there_is_a_job_for_every_setting_and_task() -> None:
    """Each with a directory of its own; other steps or seeds have others."""
    todo = jobs(None, TASKS, 1000, range(3))
    assert len(todo) == len(settings()) * len(TASKS) == 16 * 7
    others = [*jobs(None, TASKS, 1001, range(3)), *jobs(None, TASKS, 1000, range(4))]
    assert len({job.directory(Path()) for job in [*todo, *others]}) == 3 * len(todo)
    assert {job.seeds for job in todo} == {(0, 1, 2)}
    chosen = jobs(["ppo-clip_epsilon=0.2", "trpo"], ["Hopper-v5"], 10, [1])
    assert [(job.setting.key, job.task) for job in chosen] == [
        ("ppo-clip_epsilon=0.2", "Hopper-v5"),
        ("trpo", "Hopper-v5"),
    ]
    assert chosen[0].setting.config.clip_epsilon == 0.2


def test_a_setting_that_does_not_exist_is_refused() -> None:
    """Its name and those that exist are in the message."""
    with pytest.raises(ParameterError, match=r"PPO(.|\n)*ppo-clip_epsilon=0\.2"):
        jobs(["PPO", "trpo"], TASKS, 10, [0])

"""A run gives the same bits every time: however often it is saved, interrupted, killed and gone on with."""

import json
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from rlproof.impl.training.training import Report
from rlproof.spec.errors import ParameterError
from rlproof.training.checkpoints import Checkpoints
from rlproof.training.record import Record, read_episodes, read_metrics
from rlproof.training.running import Plan, train

from .tiny import ALWAYS, CALL, NEVER, NORMALISED, begin, config, outcome, plan, tables
from .tiny import as_on_the_command_line as as_on_the_command_line

PLANS = {
    "one seed, whose critic learns beside it": plan(config=config(environments=4, **NORMALISED)),
    "two seeds, a group each": plan(seeds=(5, 7), config=config(**NORMALISED)),
    "three seeds, a group each": plan(seeds=(5, 7, 9), config=config(**NORMALISED)),
    "two seeds in lock-step": plan(seeds=(5, 7), groups=1, config=config(**NORMALISED)),
}
KINDS = pytest.mark.parametrize("whole", PLANS.values(), ids=PLANS)
FEW = pytest.mark.parametrize(
    "whole", [pytest.param(PLANS[name], id=name) for name in PLANS if not name.startswith("three")]
)
TWO = PLANS["two seeds, a group each"]


class DeathError(BaseException):
    """The end of a process, as far as a test can bring it about without one."""


def dying(place: int) -> Callable[[Report], None]:
    """Die after so many calls."""
    calls = iter(range(1, 100))

    def show(report: Report) -> None:
        del report
        if next(calls) == place:
            raise DeathError

    return show


@KINDS
def test_the_same_plan_gives_the_same_bytes(whole: Plan, tmp_path: Path) -> None:
    """Tables and last checkpoint are equal bit for bit, and nothing is missing in them."""
    for name, every in (("one", NEVER), ("two", NEVER), ("often saved", ALWAYS)):
        assert train(whole, tmp_path / name, every=every)
    assert outcome(whole, tmp_path / "one") == outcome(whole, tmp_path / "two")
    assert outcome(whole, tmp_path / "one") == outcome(whole, tmp_path / "often saved")
    metrics, episodes = read_metrics(tmp_path / "one"), read_episodes(tmp_path / "one")
    assert {*metrics["seed"]} == {*episodes["seed"]} == {*whole.seeds}
    assert [max(metrics["step"][metrics["seed"] == seed]) for seed in whole.seeds] == [whole.steps] * len(whole.seeds)


def test_other_seeds_give_other_bytes(tmp_path: Path) -> None:
    """Negative control: what is compared depends on the seeds, and each seed has numbers of its own."""
    for seeds in ((5, 7), (5, 8)):
        train(replace(TWO, seeds=seeds), tmp_path / str(seeds[1]))
    one, two = (read_metrics(tmp_path / name) for name in ("7", "8"))
    assert np.array_equal(one["kl"][one["seed"] == 5], two["kl"][two["seed"] == 5])
    assert not set(one["kl"][one["seed"] == 7]) & set(two["kl"][two["seed"] == 8])
    assert not set(one["kl"][one["seed"] == 7]) & set(one["kl"][one["seed"] == 5])


def test_groups_side_by_side_compile_nothing(tmp_path: Path) -> None:
    """On few cores, compilers in several threads would wait for each other for ever."""
    where: list[threading.Thread] = []

    def listen(event: str, seconds: float, **_: Any) -> None:
        del seconds
        if event == "/jax/core/compile/backend_compile_duration":
            where.append(threading.current_thread())

    jax.clear_caches()
    jax.monitoring.register_event_duration_secs_listener(listen)
    try:
        for number, whole in enumerate(PLANS.values()):
            train(whole, tmp_path / str(number))
    finally:
        jax.monitoring.unregister_event_duration_listener(listen)
    assert where
    assert set(where) == {threading.main_thread()}


@FEW
def test_a_run_that_dies_after_any_call_goes_on_as_if_nothing_had_happened(whole: Plan, tmp_path: Path) -> None:
    """Before its first checkpoint, or behind its last by a call; and again as soon as it goes on."""
    train(whole, tmp_path / "whole")
    for place, every in ((1, NEVER), (2, ALWAYS), (3, NEVER), (3, ALWAYS)):
        directory = tmp_path / f"dead {place} {every}"
        for show, resume in ((dying(place), False), (dying(1), True)):
            with pytest.raises(DeathError):
                train(whole, directory, resume=resume, every=every, show=show)
        assert train(whole, directory, resume=True)
        assert outcome(whole, directory) == outcome(whole, tmp_path / "whole")


@pytest.mark.parametrize("after", [False, True], ids=["before it is written", "after it is written"])
def test_a_run_that_dies_while_it_saves_goes_on_as_if_nothing_had_happened(
    after: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables are never behind the checkpoint."""
    train(TWO, tmp_path / "whole")
    save = Checkpoints.save

    def dying_save(self: Checkpoints, calls: int, tree: Any) -> None:
        if after or calls < 2:
            save(self, calls, tree)
        if calls == 2:
            raise DeathError

    with monkeypatch.context() as patch:
        patch.setattr(Checkpoints, "save", dying_save)
        with pytest.raises(DeathError):
            train(TWO, tmp_path / "dead", every=ALWAYS)
    assert train(TWO, tmp_path / "dead", resume=True)
    assert outcome(TWO, tmp_path / "dead") == outcome(TWO, tmp_path / "whole")


def test_tables_behind_a_checkpoint_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: were a checkpoint saved before the rows, a death between the two would show."""
    train(TWO, tmp_path / "whole")
    with monkeypatch.context() as patch:
        patch.setattr(Record, "flush", lambda self: None)
        with pytest.raises(DeathError):
            train(TWO, tmp_path / "dead", every=ALWAYS, show=dying(2))
    train(TWO, tmp_path / "dead", resume=True)
    assert tables(tmp_path / "dead") != tables(tmp_path / "whole")


@FEW
def test_more_steps_later_equal_a_longer_run(whole: Plan, tmp_path: Path) -> None:
    """The number of steps may grow; config.json tells the last."""
    train(replace(whole, steps=CALL), tmp_path / "grown")
    grown = replace(whole, steps=CALL + 1)
    assert train(grown, tmp_path / "grown", resume=True)
    assert train(grown, tmp_path / "long")
    assert outcome(grown, tmp_path / "grown") == outcome(grown, tmp_path / "long")
    texts = [(tmp_path / name / "config.json").read_text() for name in ("grown", "long")]
    assert texts[0] == texts[1]
    assert train(replace(whole, steps=1), tmp_path / "grown", resume=True)
    assert outcome(grown, tmp_path / "grown") == outcome(grown, tmp_path / "long")
    assert (tmp_path / "grown" / "config.json").read_text() == texts[0]


def contents(directory: Path) -> dict[Path, bytes]:
    """Return all files of a directory."""
    return {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def test_a_second_run_in_a_directory_is_refused(tmp_path: Path) -> None:
    """Nothing in it is touched."""
    train(TWO, tmp_path)
    before = contents(tmp_path)
    with pytest.raises(ParameterError, match=r"holds a run already(.|\n)*--resume(.|\n)*--out"):
        train(TWO, tmp_path)
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"agent": "cpi", "config": config("cpi", **NORMALISED)}, ["agent", "config"]),
        ({"config": config(gamma=0.5, **NORMALISED)}, ["config", "0.5", "0.99"]),
        ({"env": "FrozenLake-v1"}, ["env", "FrozenLake-v1", "InvertedPendulum-v5"]),
        ({"seeds": (5, 8)}, ["seeds", "[5, 8]", "[5, 7]"]),
        ({"groups": 1}, ["groups", "None"]),
    ],
    ids=["agent", "setting", "environment", "seeds", "groups"],
)
def test_changed_settings_are_refused_by_their_names(changes: dict[str, Any], named: list[str], tmp_path: Path) -> None:
    """A resumed run is the same run; nothing in the directory is touched."""
    train(replace(TWO, steps=1), tmp_path)
    before = contents(tmp_path)
    with pytest.raises(ParameterError, match="holds another run") as error:
        train(replace(TWO, **changes), tmp_path, resume=True)
    assert all(name in str(error.value.got) for name in named)
    assert "versions" not in str(error.value.got)
    assert contents(tmp_path) == before


def test_another_version_of_a_package_is_refused(tmp_path: Path) -> None:
    """Which one, and which it was, is in the message."""
    train(replace(TWO, steps=1), tmp_path)
    path = tmp_path / "config.json"
    described = json.loads(path.read_text())
    path.write_text(json.dumps({**described, "versions": {**described["versions"], "jax": "0.1.2"}}))
    with pytest.raises(ParameterError, match=r"versions.*'jax': '0\.1\.2'"):
        train(TWO, tmp_path, resume=True)


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ({"a": np.zeros((2, 3))}, {"a": np.zeros((2, 4))}),
        ({"a": np.zeros((2, 3))}, {"a": np.zeros((2, 2))}),
        ({"a": np.zeros((2, 3))}, {"a": np.zeros((2, 3)), "b": np.zeros(1)}),
        ({"a": np.zeros((2, 3)), "b": np.zeros(1)}, {"a": np.zeros((2, 3))}),
        ({"a": np.zeros((2, 3))}, {"a": np.zeros((2, 3), np.int32)}),
    ],
    ids=["larger", "smaller", "something missing", "something left", "other numbers"],
)
def test_a_checkpoint_that_does_not_fit_is_refused(stored: Any, asked: Any, tmp_path: Path) -> None:
    """Nothing is cut, filled up, left out or converted."""
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(3, stored)
    with pytest.raises(ParameterError, match=r"does not fit this run(.|\n)*config\.json"):
        checkpoints.load(asked)
    assert np.array_equal(checkpoints.load(stored)["a"], stored["a"])
    checkpoints.close()


def test_a_checkpoint_of_other_groups_is_refused(tmp_path: Path) -> None:
    """A machine with another number of processors makes other groups; config.json does not tell."""
    train(replace(TWO, steps=1), tmp_path)
    alone = replace(TWO, groups=1)
    (tmp_path / "config.json").write_text(json.dumps(alone.described()))
    with pytest.raises(ParameterError, match=r"the checkpoint does not fit this run(.|\n)*processors"):
        train(alone, tmp_path, resume=True)


LAKE = plan(env="FrozenLake-v1", steps=40 * 2048)
OPTIONS = (
    *("ppo", "--env", "FrozenLake-v1", "--steps", str(LAKE.steps), "--first-seed", "5", "--horizon", "64"),
    *("--minibatch", "32", "--critic-minibatch", "32", "--epochs", "2", "--critic-epochs", "2", "--hidden", "8"),
)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What an uninterrupted process comes to, on the frozen lake."""
    folder = tmp_path_factory.mktemp("lake")
    told, errors = (process := begin(folder, *OPTIONS)).communicate()
    assert process.returncode == 0, errors
    assert "finished: runs/ppo-FrozenLake-v1" in told
    return outcome(LAKE, folder / "runs" / "ppo-FrozenLake-v1")


def wait_for_more(process: subprocess.Popen[str], directory: Path, calls: int) -> None:
    """Wait until a process has saved a checkpoint after more than so many calls."""
    while process.poll() is None and reached(directory) <= calls:
        time.sleep(0.01)


def reached(directory: Path) -> int:
    """Return after how many calls the last checkpoint was saved."""
    return max((int(path.name) for path in (directory / "checkpoints").glob("*") if path.name.isdigit()), default=0)


@pytest.mark.parametrize("times", [1, pytest.param(6, marks=pytest.mark.slow)], ids=["once", "six times"])
def test_a_process_killed_at_any_moment_goes_on_as_if_nothing_had_happened(
    times: int, lake: list[Any], tmp_path: Path
) -> None:
    """The system ends it without warning, some time after its first checkpoint; most of its time goes into saving."""
    moments, killed = random.Random(times), 0
    for number in range(times):
        before = reached(tmp_path / "run")
        process = begin(tmp_path, *OPTIONS, "--out", "run", "--checkpoint-seconds", "0", *["--resume"] * (number > 0))
        wait_for_more(process, tmp_path / "run", before)
        time.sleep(moments.uniform(0, 0.3))
        process.kill()
        process.communicate()
        killed += process.returncode == -signal.SIGKILL
    assert killed == times
    assert 0 < reached(tmp_path / "run") < 40
    assert tables(tmp_path / "run") != lake[0]
    errors = (process := begin(tmp_path, *OPTIONS, "--out", "run", "--resume")).communicate()[1]
    assert process.returncode == 0, errors
    assert outcome(LAKE, tmp_path / "run") == lake


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_an_interrupted_process_saves_and_goes_on_as_if_nothing_had_happened(
    number: int, lake: list[Any], tmp_path: Path
) -> None:
    """It says how to go on, with an exit code of its own."""
    directory = tmp_path / "run"
    process = begin(tmp_path, *OPTIONS, "--out", "run", "--checkpoint-seconds", "0")
    wait_for_more(process, directory, 0)
    process.send_signal(number)
    told, errors = process.communicate()
    assert (process.returncode, errors) == (130, "")
    assert "interrupted and saved: run; go on with the same command and --resume" in " ".join(told.split())
    calls = reached(directory)
    assert 0 < calls < 40
    assert read_metrics(directory)["iteration"].max() == calls * 32
    errors = (process := begin(tmp_path, *OPTIONS, "--out", "run", "--resume")).communicate()[1]
    assert process.returncode == 0, errors
    assert outcome(LAKE, directory) == lake

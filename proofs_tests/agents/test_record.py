"""A run's tables hold what was added, bit for bit, and a crash leaves no trace in them."""

import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rlproof.spec.errors import MissingDataError, ParameterError, ShapeError
from rlproof.training import record as module
from rlproof.training import tables
from rlproof.training.extra import require
from rlproof.training.record import Record, read_episodes, read_metrics

TABLES = ("metrics.csv", "episodes.csv", "speed.csv")
SEEDS = 2
LAST = 6
CHECKPOINT = 2
NASTY = [0.1, 1 / 3, 5e-324, -0.0, 1.7976931348623157e308, np.inf, -np.inf, np.nan, float(np.float32(0.1))]


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is processes that die here, not machines: nothing has to wait for the disk."""
    monkeypatch.setattr(tables.os, "fsync", lambda descriptor: None)


def add(record: Record, iteration: int) -> None:
    """What a training loop adds in one iteration; it depends on the iteration alone."""
    random = np.random.default_rng(iteration)
    everywhere = {
        "seed": np.arange(SEEDS),
        "iteration": np.full(SEEDS, iteration),
        "step": np.full(SEEDS, iteration * 8),
    }
    record.add_metrics({**everywhere, "kl": random.normal(size=SEEDS), "entropy": random.normal(size=SEEDS)})
    ended = np.flatnonzero(random.random(SEEDS) < 0.7)
    whole = {
        "seed": ended,
        "iteration": np.full(len(ended), iteration),
        "step": iteration * 8 - ended,
        "length": ended + 3,
    }
    record.add_episodes({**whole, "return": random.normal(size=len(ended))})
    record.add_speed(iteration=iteration, seed_steps=8 * SEEDS, seconds=0.1 * iteration, physics_seconds=0.01)


def go_on(record: Record, begin: int, end: int) -> None:
    """Iterations with a flush each."""
    for iteration in range(begin, end + 1):
        add(record, iteration)
        record.flush()


def contents(directory: Path) -> dict[str, bytes]:
    """The bytes of all tables."""
    return {name: (directory / name).read_bytes() for name in TABLES}


@pytest.fixture
def whole(tmp_path: Path) -> dict[str, bytes]:
    """The tables of a run without interruption."""
    go_on(Record(tmp_path / "whole"), 1, LAST)
    return contents(tmp_path / "whole")


@pytest.mark.parametrize("checkpoint", [0, CHECKPOINT])
@pytest.mark.parametrize("name", TABLES)
def test_a_run_killed_at_any_byte_goes_on_as_if_nothing_had_happened(
    name: str, checkpoint: int, whole: dict[str, bytes], tmp_path: Path
) -> None:
    """A table is cut at every byte behind the checkpoint; after a rewind the run ends with the same bytes."""
    reached, dead = tmp_path / "reached", tmp_path / "dead"
    go_on(Record(reached), 1, CHECKPOINT)
    first = len((reached / name).read_bytes()) if checkpoint else 0
    saved = Record(reached)
    saved.rewind(CHECKPOINT)
    go_on(saved, CHECKPOINT + 1, 4)
    left = contents(reached)
    assert len(left[name]) - first > 20
    dead.mkdir()
    for size in range(first, len(left[name]) + 1):
        for each, text in left.items():
            (dead / each).write_bytes(text[:size] if each == name else text)
        resumed = Record(dead)
        resumed.rewind(checkpoint)
        go_on(resumed, checkpoint + 1, LAST)
        assert contents(dead) == whole, size
    assert sorted(path.name for path in dead.iterdir()) == sorted(TABLES)


def test_a_resumed_run_that_does_not_rewind_is_refused(whole: dict[str, bytes], tmp_path: Path) -> None:
    """Negative control: rows behind another run's, or behind half a row, would be neither run's table."""
    again = Record(tmp_path / "whole")
    for adding in (add, lambda record, iteration: record.add_speed(**dict.fromkeys(module.SPEED, iteration))):
        with pytest.raises(ParameterError, match=r"holds a run already(.|\n)*rewind"):
            adding(again, 7)
    again.flush()
    assert contents(tmp_path / "whole") == whole


def test_a_run_cut_before_its_checkpoint_is_not_whole_again(whole: dict[str, bytes], tmp_path: Path) -> None:
    """Negative control: the comparison of bytes notices a row that is missing."""
    path = tmp_path / "whole" / "metrics.csv"
    path.write_bytes(whole["metrics.csv"][: len(whole["metrics.csv"]) // 4])
    resumed = Record(tmp_path / "whole")
    resumed.rewind(CHECKPOINT)
    go_on(resumed, CHECKPOINT + 1, LAST)
    assert contents(tmp_path / "whole") != whole


def test_how_often_rows_are_flushed_leaves_no_trace(whole: dict[str, bytes], tmp_path: Path) -> None:
    """Rows wait in memory until then, and a rewind forgets those that still do."""
    rare = Record(tmp_path / "rare")
    for iteration in range(1, 5):
        add(rare, iteration)
    assert list((tmp_path / "rare").iterdir()) == []
    rare.flush()
    add(rare, 5)
    rare.rewind(3)
    for iteration in range(4, LAST + 1):
        add(rare, iteration)
    rare.finish()
    assert contents(tmp_path / "rare") == whole


def test_a_crash_while_rewinding_leaves_the_old_table(
    whole: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new file takes the old one's place at once or not at all."""

    def fail(path: Path, target: Path) -> None:
        raise OSError(path, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", fail)
        with pytest.raises(OSError, match=r"metrics\.csv"):
            Record(tmp_path / "whole").rewind(1)
    assert contents(tmp_path / "whole") == whole
    Record(tmp_path / "whole").rewind(LAST)
    assert contents(tmp_path / "whole") == whole


def test_only_the_table_of_speed_knows_a_clock(whole: dict[str, bytes], tmp_path: Path) -> None:
    """The same run on a slower machine has the same metrics and episodes."""
    slow = Record(tmp_path / "slow")
    go_on(slow, 1, LAST - 1)
    add(slow, LAST)
    slow.add_speed(iteration=LAST, seed_steps=1, seconds=9.0, physics_seconds=8.0)
    slow.flush()
    assert [name for name in TABLES if contents(tmp_path / "slow")[name] != whole[name]] == ["speed.csv"]


def test_numbers_come_back_bit_for_bit(tmp_path: Path) -> None:
    """From the text and from the Parquet files, with the smallest, the largest, signed zeros and what is no number."""
    import pyarrow.parquet

    rows = np.arange(len(NASTY))
    record = Record(tmp_path)
    record.add_metrics({"seed": rows, "iteration": rows, "step": rows * 10**15, "kl": np.array(NASTY)})
    record.add_episodes({"seed": rows, "iteration": rows, "step": rows, "return": np.array(NASTY), "length": rows})
    record.finish()
    for read, name, column in ((read_metrics, "metrics", "kl"), (read_episodes, "episodes", "return")):
        table = pyarrow.parquet.read_table(tmp_path / f"{name}.parquet")
        for columns in (read(tmp_path), {each: table[each].to_numpy() for each in table.column_names}):
            assert columns[column].tobytes() == np.array(NASTY).tobytes()
            assert {each: numbers.dtype.name for each, numbers in columns.items() if each != column} == dict.fromkeys(
                columns.keys() - {column}, "int64"
            )
    assert read_metrics(tmp_path)["step"][-1] == (len(NASTY) - 1) * 10**15


def test_single_precision_is_widened_without_a_change(tmp_path: Path) -> None:
    """What a 32-bit learner computed comes back as the same number; whole numbers in a column of floats are floats."""
    column = np.random.default_rng(0).normal(size=9).astype(np.float32)
    record = Record(tmp_path)
    rows = np.arange(9, dtype=np.int32)
    record.add_metrics({"seed": rows, "iteration": rows, "step": rows, "kl": column, "updates": rows})
    record.flush()
    read = read_metrics(tmp_path)
    assert np.array_equal(read["kl"], column)
    assert read["kl"].dtype == read["updates"].dtype == np.float64


def test_parquet_files_are_the_same_bytes_again_and_go_with_a_rewind(tmp_path: Path) -> None:
    """Else they would tell of rows that the run has taken back."""
    for name in ("one", "two"):
        record = Record(tmp_path / name)
        go_on(record, 1, 3)
        record.finish()
    for file in ("metrics.parquet", "episodes.parquet"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    Record(tmp_path / "one").rewind(2)
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == sorted(TABLES)


def test_no_episode_is_a_table_without_rows(tmp_path: Path) -> None:
    """A run in which none has ended has the columns of episodes, and can be finished."""
    record = Record(tmp_path)
    record.add_metrics({"step": [8], "kl": [0.5], "seed": [0], "iteration": [1]})
    record.add_episodes({name: [] for name in module.EPISODES})
    record.finish()
    assert (tmp_path / "metrics.csv").read_text() == "seed,iteration,step,kl\n0,1,8,0.5\n"
    assert {name: column.shape for name, column in read_episodes(tmp_path).items()} == dict.fromkeys(
        module.EPISODES, (0,)
    )


def test_a_run_is_readable_while_it_writes(whole: dict[str, bytes], tmp_path: Path) -> None:
    """Half a row is none yet."""
    directory = tmp_path / "whole"
    everything = read_metrics(directory)
    (directory / "metrics.csv").write_bytes(whole["metrics.csv"][:-1])
    assert all(np.array_equal(column, everything[name][:-1]) for name, column in read_metrics(directory).items())


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"kl": None}, ParameterError, "columns of metrics.csv"),
        ({"loss": [0.0, 0.0]}, ParameterError, "'loss'"),
        ({"kl": [0.0]}, ShapeError, "'kl': 1"),
        ({"kl": 0.0}, ShapeError, r"shape \(\)"),
        ({"step": [1.5, 2.5]}, ParameterError, "whole numbers"),
        ({"kl": ["a", "b"]}, ParameterError, "real numbers"),
    ],
)
def test_rows_that_do_not_fit_are_refused(change: dict[str, Any], error: type, said: str, tmp_path: Path) -> None:
    """With what was got; and nothing of them is kept."""
    record = Record(tmp_path)
    go_on(record, 1, 1)
    before = contents(tmp_path)
    rows = {"seed": [0, 1], "iteration": [2, 2], "step": [16, 16], "kl": [0.1, 0.2], "entropy": [0.0, 0.0]} | change
    with pytest.raises(error, match=said):
        record.add_metrics({name: column for name, column in rows.items() if column is not None})
    record.flush()
    assert contents(tmp_path) == before


@pytest.mark.parametrize("name", ["a,b", 'a"b', "a\nb"])
def test_a_name_that_would_break_the_table_is_refused(name: str, tmp_path: Path) -> None:
    """Negative control: as a column of its own."""
    with pytest.raises(ParameterError, match="commas"):
        Record(tmp_path).add_metrics({"seed": [0], "iteration": [1], "step": [1], name: [0.0]})


def test_a_resumed_run_has_the_columns_of_the_file(tmp_path: Path) -> None:
    """Unless the rewind leaves no row: then its first row decides again."""
    go_on(Record(tmp_path), 1, 2)
    other = {"seed": [0], "iteration": [2], "step": [16], "critic_loss": [1.0]}
    record = Record(tmp_path)
    record.rewind(1)
    with pytest.raises(ParameterError, match="entropy"):
        record.add_metrics(other)
    record.rewind(0)
    record.add_metrics(other)
    record.flush()
    assert list(read_metrics(tmp_path)) == list(other)


@pytest.mark.parametrize("read", [read_metrics, read_episodes])
def test_reading_where_nothing_is_says_so(read: Callable[[Path], object], tmp_path: Path) -> None:
    """A missing table is no empty one."""
    with pytest.raises(MissingDataError, match="missing or empty"):
        read(tmp_path)


def test_a_table_that_two_processes_wrote_is_not_mended_silently(whole: dict[str, bytes], tmp_path: Path) -> None:
    """A whole line of a wrong length is named."""
    lines = whole["metrics.csv"].split(b"\n")
    (tmp_path / "whole" / "metrics.csv").write_bytes(b"\n".join([*lines[:3], lines[3][:4], *lines[4:]]))
    for act in (read_metrics, lambda path: Record(path).rewind(CHECKPOINT)):
        with pytest.raises(ParameterError, match="in line 4"):
            act(tmp_path / "whole")


def scalars(folder: Path) -> list[tuple[int, dict[str, float]]]:
    """What TensorBoard shows of a folder's event files: their records, those purged by a later start left out."""
    event = require("tensorboardX.proto.event_pb2", purpose="this test")
    shown: list[tuple[int, dict[str, float]]] = []
    for file in sorted(folder.iterdir()):
        data = file.read_bytes()
        while data:
            (size,) = struct.unpack("<Q", data[:8])
            each, data = event.Event.FromString(data[12 : 12 + size]), data[16 + size :]
            if each.session_log.status == event.SessionLog.START:
                shown = [(step, values) for step, values in shown if step < each.step]
            elif each.summary.value:
                shown.append((each.step, {value.tag: value.simple_value for value in each.summary.value}))
    return shown


@pytest.mark.parametrize("crashed", [True, False])
def test_event_files_say_what_the_tables_say(crashed: bool, tmp_path: Path) -> None:
    """Per seed, after a rewind too, by another process or by the same: what was taken back is hidden, nothing else."""
    before = Record(tmp_path, events=True)
    go_on(before, 1, 4)
    resumed = before
    if crashed:
        before.close()
        resumed = Record(tmp_path, events=True)
    resumed.rewind(CHECKPOINT)
    go_on(resumed, CHECKPOINT + 1, LAST)
    resumed.finish()
    for seed in range(SEEDS):
        shown = scalars(tmp_path / "events" / f"seed{seed}")
        for columns, names, prefix in (
            (read_metrics(tmp_path), ("kl", "entropy"), ""),
            (read_episodes(tmp_path), ("return", "length"), "episode/"),
        ):
            rows = np.flatnonzero(columns["seed"] == seed)
            assert [(step, values) for step, values in shown if prefix + names[0] in values] == [
                (columns["step"][row], {prefix + name: np.float32(columns[name][row]) for name in names})
                for row in rows
            ]
    assert len(list((tmp_path / "events" / "seed0").iterdir())) == 2


def test_without_the_flag_there_are_no_event_files(whole: dict[str, bytes], tmp_path: Path) -> None:
    """And the tables are the same with it."""
    assert sorted(path.name for path in (tmp_path / "whole").iterdir()) == sorted(TABLES)
    record = Record(tmp_path / "with", events=True)
    go_on(record, 1, LAST)
    record.close()
    assert contents(tmp_path / "with") == whole


@pytest.mark.parametrize(("package", "events"), [("pyarrow", False), ("tensorboardX", True)])
def test_a_missing_package_is_named_before_the_training_begins(
    package: str, events: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the extra that installs it."""
    for name in [each for each in sys.modules if each.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match=rf"{package}(.|\n)*pip install 'rlproof\[train\]'"):
        Record(tmp_path, events=events)


def test_importing_the_modules_imports_no_extra() -> None:
    """In a fresh process."""
    program = (
        "import sys, rlproof.training.record, rlproof.training.statistics, rlproof.training.plotting\n"
        "print(sorted({'pyarrow', 'tensorboardX', 'matplotlib', 'jax', 'torch', 'scipy'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"

"""A change in memory reaches the functions that others hold already, and forks report how they ended."""

import importlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from . import forks
from .exchange import exchange, loaded_functions, recording

SOURCE = '''
from functools import cache

def plain(number, more=1):
    """Add."""
    def inner(value):
        return value + more
    return inner(number)

@cache
def wrapped(number):
    return plain(number) + 1
'''


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A module of its own that is loaded."""
    (tmp_path / "exchanged.py").write_text(SOURCE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("exchanged")
    del sys.modules["exchanged"]


def test_bodies_and_defaults_are_exchanged_in_place(module: ModuleType) -> None:
    """Whoever holds the function, or a wrapper of it, has the change."""
    path, held = Path(str(module.__file__)), module.plain
    loaded = loaded_functions({path})
    exchange(path, SOURCE.replace("more=1", "more=2").replace(") + 1", ") + 10"), loaded)
    assert held(0) == 2
    assert module.wrapped(0) == 12
    exchange(path, SOURCE.replace("value + more", "value - more"), loaded)
    assert held(0) == -1


def test_what_is_entered_is_recorded(module: ModuleType) -> None:
    """By the outermost definition, without any other change."""
    path = Path(str(module.__file__))
    loaded = loaded_functions({path})
    module.__dict__["seen"] = set()
    exchange(path, recording(Path("exchanged.py"), SOURCE, "seen"), loaded)
    assert module.wrapped(0) == 2
    assert module.__dict__["seen"] == {"exchanged.py:plain", "exchanged.py:wrapped"}


def test_forks_report_how_they_ended() -> None:
    """Their exit status; None if the time ran out; 2 if the work raised."""

    def broken(_slot: int) -> int:
        raise ValueError("on purpose")

    def endless(_slot: int) -> int:
        time.sleep(60)
        return 0

    works = {"good": lambda _slot: 0, "bad": lambda _slot: 1, "broken": broken, "endless": endless}
    tasks = [forks.Task(name, work, 0.5 if name == "endless" else 30) for name, work in works.items()]
    found = {ended.key: ended.status for ended in forks.run(tasks, slots=2)}
    assert found == {"good": 0, "bad": 1, "broken": 2, "endless": None}

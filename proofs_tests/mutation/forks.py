"""Work in forks of this process, a few at a time, each with a time limit."""

import os
import signal
import time
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key")
PAUSE = 0.02
"""Seconds between two looks at the forks."""


@dataclass(frozen=True)
class Task(Generic[Key]):
    """What one fork does: `work` gets the number of its slot and returns an exit status."""

    key: Key
    work: Callable[[int], int]
    seconds: float


@dataclass(frozen=True)
class Ended(Generic[Key]):
    """A task that ended, with its exit status; None if its time ran out."""

    key: Key
    status: int | None


def run(tasks: Iterable[Task[Key]], slots: int) -> Iterator[Ended[Key]]:
    """Run the tasks in their order, `slots` of them side by side; interrupted, leave no fork behind."""
    waiting, running = iter(tasks), dict[int, tuple[Task[Key], int, float]]()
    free = list(range(slots))
    try:
        while True:
            while free and (task := next(waiting, None)) is not None:
                slot = free.pop()
                running[_fork(task, slot)] = task, slot, time.monotonic() + task.seconds
            if not running:
                return
            time.sleep(PAUSE)
            for child, (task, slot, deadline) in list(running.items()):
                ended, status = os.waitpid(child, os.WNOHANG)
                if ended or time.monotonic() > deadline:
                    if not ended:
                        _kill(child)
                    del running[child]
                    free.append(slot)
                    yield Ended(task.key, os.waitstatus_to_exitcode(status) if ended else None)
    finally:
        for child in running:
            _kill(child)


def _fork(task: Task[Key], slot: int) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # JAX warns of its threads, which have not been started yet
        child = os.fork()
    if child:
        return child
    try:
        os.setsid()
        os._exit(task.work(slot))
    except BaseException:  # noqa: BLE001 - whatever happens, the fork ends here
        traceback.print_exc()
        os._exit(2)


def _kill(child: int) -> None:
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)

"""A limit on the time of one call, where the platform has one, and a clock for the time of all calls together.

What runs on inside a C function needs a process.
"""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from types import FrameType

AGAIN = 0.5
"""The exception is raised again after so many seconds: where Python calls back (on collecting garbage), it is lost."""


class TooSlow(BaseException):
    """The call takes longer than it may; not an Exception, as the function at hand must not catch it."""


@dataclass
class Clock:
    """The time that a function has taken, over all its calls."""

    spent: float = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count the time of the block."""
        start = perf_counter()
        try:
            yield
        finally:
            self.spent += perf_counter() - start

    def budget(self, seconds: float) -> Callable[[], bool]:
        """Whether, from now on, the function has not taken so many seconds yet."""
        end = self.spent + seconds
        return lambda: self.spent < end


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise `TooSlow` inside the block after so many seconds (main thread of a POSIX system; elsewhere no limit)."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TooSlow

    before, reported = signal.signal(signal.SIGALRM, stop), sys.unraisablehook
    sys.unraisablehook = lambda lost: None if isinstance(lost.exc_value, TooSlow) else reported(lost)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        sys.unraisablehook = reported

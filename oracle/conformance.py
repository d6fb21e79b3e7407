"""`conforms`: a function under test becomes a test.

Written above a test that returns the function under test (the test may use fixtures and be parametrised):

    @conforms("gae.advantage")
    def test_gae():
        return my_library.gae

or called with the function itself, or written above it:

    test_gae = conforms("gae.advantage")(my_library.gae)

The first needs no plugin. A function marked the other way keeps its name, parameters and results, and rlproof's pytest
plugin collects it in the module that defines it, and in any other under a name of a test. Each verdict is kept for the
report of the plugin.
"""

import functools
import inspect
from collections.abc import Callable
from typing import Any

from .check import check
from .verdict import AGREES, VARIANT, Verdict

_RECORDED: list[dict[str, Any]] = []


class NotConformingError(AssertionError):
    """A function is not what its test says that it is; the message holds the verdict."""

    def __init__(self, problem: str, verdict: Verdict) -> None:
        """Keep the verdict."""
        super().__init__(f"{problem}\n\n{verdict}")
        self.verdict = verdict


def conforms(equation: str, *, expect: str | None = None, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Make a test of a function under test, or of a test that returns it.

    Args:
        equation: the equation's id, such as `gae.advantage`.
        expect: the named deviation that the function is known to have; once it has it no longer, the test fails.
        options: whatever `check` takes beside.
    Returns:
        A decorator. A function called `test...`, or without parameters, is run to get the function under test; any
        other is the function under test, and stays usable as it was.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        def hold(subject: Any) -> None:
            __tracebackhide__ = True
            verify(subject, equation, expect=expect, **options)

        if _gives_the_subject(function):

            @functools.wraps(function)
            def test(*arguments: Any, **named: Any) -> None:
                __tracebackhide__ = True
                hold(function(*arguments, **named))

            return test

        @functools.wraps(function)
        def marked(*arguments: Any, **named: Any) -> Any:
            return function(*arguments, **named)

        marked.rlproof_test = lambda: hold(function)  # type: ignore[attr-defined]
        return marked

    return decorate


def verify(function: Any, equation: str, *, expect: str | None = None, **options: Any) -> Verdict:
    """Check a function, keep the verdict for the report, and raise if it is not as expected."""
    __tracebackhide__ = True
    if not callable(function):
        raise TypeError(f"the test must return the function under test, not {type(function).__name__}: {function!r}")
    verdict = check(function, equation, **options)
    problem = failed(verdict, expect)
    _RECORDED.append({**verdict.to_dict(), "expect": expect, "passed": problem is None})
    if problem is not None:
        raise NotConformingError(problem, verdict)
    return verdict


def take() -> list[dict[str, Any]]:
    """The verdicts since the last time, as JSON, with `expect` and `passed`."""
    found = _RECORDED.copy()
    _RECORDED.clear()
    return found


def failed(verdict: Verdict, expect: str | None = None) -> str | None:
    """Why a verdict is a failure; None if it is none.

    Without an expectation only agreement passes. An expected deviation must be what is found: a function that has been
    mended is a failure, too, until the expectation is taken back.
    """
    if not verdict.cases:
        return f"{verdict.status}: no case ran"
    if expect is None:
        said = f"with {verdict.variant}" if verdict.status == VARIANT else f"the verdict is {verdict.status!r}"
        return None if verdict.status == AGREES else f"{verdict.function} is not {verdict.equation}: {said}"
    if expect in verdict.variants:
        return None
    if verdict.status == AGREES:
        return f"{expect} was expected, but {verdict.function} agrees: take the expectation back"
    found = ", ".join(verdict.variants) or f"the verdict {verdict.status!r}"
    return f"{expect} was expected, but what is found is {found}"


def _gives_the_subject(function: Any) -> bool:
    """Whether this is a test, or at least no equation: every equation has parameters."""
    if getattr(function, "__name__", "").startswith("test"):
        return True
    try:
        return inspect.isfunction(function) and not inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False

"""What all tests share: Hypothesis profiles, JAX in 64 bits with compiled functions kept between runs, a last word."""

import importlib.util
import os
import time
from pathlib import Path

import pytest
from hypothesis import settings

MAX_EXAMPLES = {"dev": 10, "ci": 100, "thorough": 2000}
"""How many inputs each search tries, by the profile that HYPOTHESIS_PROFILE names."""

CACHE = Path(__file__).parents[1] / ".cache" / "xla"

BETWEEN = 5.0
"""Seconds after which mappings are counted again, which takes some hundredths of one."""

PROOFS = {"test_rocq.py", "test_facts.py", "test_bridge.py"}
"""The files that test one machine proof at a time."""


def load_profile() -> None:
    """Register the profiles and load the chosen one; ci replays nothing, so that its runs are alike."""
    for name, examples in MAX_EXAMPLES.items():
        common = settings(max_examples=examples, deadline=None, print_blob=True, derandomize=False)
        settings.register_profile(name, settings(common, database=None) if name == "ci" else common)
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def prepare_jax() -> None:
    """Do as `rlproof verify` does, if JAX is here; each worker has a cache of its own, since writing is not atomic."""
    if importlib.util.find_spec("jax") is None:
        return
    from rlproof.verify import device

    device.prepare(CACHE / os.environ.get("PYTEST_XDIST_WORKER", "main"))


class InTime:
    """What lets go of compiled functions between two tests, in time."""

    def __init__(self) -> None:
        """Begin now."""
        self.counted = time.monotonic()

    def pytest_runtest_teardown(self) -> None:
        """Count the mappings, unless that was just done."""
        if time.monotonic() - self.counted < BETWEEN:
            return
        from rlproof.verify import mappings

        mappings.release(mappings.limit())
        self.counted = time.monotonic()


def pytest_configure(config: pytest.Config) -> None:
    """Have compiled functions let go."""
    config.pluginmanager.register(InTime())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which machine proofs were checked and which were not: a test that is skipped looks like one that passed."""
    endings = ("passed", "failed", "error", "skipped")
    results = [(each.nodeid, ending) for ending in endings for each in terminalreporter.stats.get(ending, [])]
    about = [(test, ending) for test, ending in results if Path(test.partition("::")[0]).name in PROOFS]
    if about:
        from rlproof.proofs.summary import summary, times

        passed = [(each.nodeid, each.duration) for each in terminalreporter.stats.get("passed", [])]
        lines = [*summary(about), *times(passed)]
        if lines:
            terminalreporter.section("machine proofs")
        for line in lines:
            terminalreporter.line(line)


load_profile()
prepare_jax()

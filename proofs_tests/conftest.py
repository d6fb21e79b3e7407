"""What all tests share: Hypothesis profiles, and JAX in 64 bits with compiled functions kept between runs."""

import importlib.util
import os
from pathlib import Path

from hypothesis import settings

MAX_EXAMPLES = {"dev": 10, "ci": 100, "thorough": 2000}
"""How many inputs each search tries, by the profile that HYPOTHESIS_PROFILE names."""

CACHE = Path(__file__).parents[1] / ".cache" / "xla"


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


load_profile()
prepare_jax()

"""Memory mappings of this process: every compiled function has some, and the kernel limits their number.

Beyond the limit (`vm.max_map_count`, 65,530 by default) JAX does not say so: LLVM is refused memory, and the process
dies of a segmentation fault. A process that holds thousands of functions against the specification comes near.
"""

import gc
import sys
from pathlib import Path

MAPPINGS = Path("/proc/self/maps")
LIMIT = Path("/proc/sys/vm/max_map_count")
SHARE = 2
"""At one part in so many of the limit, compiled functions are let go."""


def count() -> int:
    """Count the mappings; zero where the system does not show them."""
    if not MAPPINGS.exists():
        return 0
    with MAPPINGS.open("rb") as lines:
        return sum(1 for _ in lines)


def limit() -> int:
    """Return how many there may be before compiled functions are let go."""
    return int(LIMIT.read_text()) // SHARE if LIMIT.exists() else sys.maxsize


def release(most: int) -> bool:
    """Let go of all compiled functions, if there are more mappings than that; say whether that was so."""
    if "jax" not in sys.modules or count() <= most:
        return False
    sys.modules["jax"].clear_caches()
    gc.collect()
    return True

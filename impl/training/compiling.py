"""How programs are compiled for a processor: a seed's matrices are small, and its cores are busy with other seeds."""

from collections.abc import Callable
from typing import Any

import jax

ON_PROCESSORS = {
    # Sharing a product of matrices this small among threads costs more than it saves.
    "xla_cpu_multi_thread_eigen": False,
    # Operations one after the other. The default starts independent ones at the same time, in the threads that also
    # share the work inside of one: with jaxlib 0.10.2 and two threads, eight seeds then waited for ever.
    "xla_cpu_scheduler_type": "CPU_SCHEDULER_TYPE_MEMORY_OPTIMIZED",
}
"""Options of XLA."""


def jitted(function: Callable[..., Any]) -> Any:
    """Return `jax.jit` of a function, with these options where a processor computes it."""
    return jax.jit(function, compiler_options=ON_PROCESSORS if jax.default_backend() == "cpu" else None)

"""How programs are compiled: on a processor for small matrices beside other seeds, on a GPU for the same bits again."""

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
"""Options of XLA where a processor computes: a seed's matrices are small, and its cores are busy with other seeds."""

ON_GPUS = {"xla_gpu_deterministic_ops": True}
"""On GPUs. Without it two processes that ran the same program on an H100 differed in the last bits of the first
iteration: kernels are chosen by how fast they have just been, and sums made in whatever order threads come."""


def jitted(function: Callable[..., Any]) -> Any:
    """Return `jax.jit` of a function, with the options of the device that computes it."""
    options = {"cpu": ON_PROCESSORS, "gpu": ON_GPUS}
    return jax.jit(function, compiler_options=options.get(jax.default_backend()))

"""The device on which `impl` runs: its set-up, its name, and the roundings that its arithmetic takes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..oracle import rounding

BY_RECIPROCAL = 2
"""XLA multiplies by the reciprocal of a constant divisor: two roundings, where IEEE 754 asks for one."""
ON_A_GPU = 4
"""XLA divides float32 on a GPU by `div.full.f32`, to within two units in the last place (PTX ISA), not half a unit."""


def prepare(cache: Path) -> None:
    """Switch 64-bit types on, keep compiled functions in a folder between runs, and leave a GPU to all processes."""
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # each would take most of the memory for itself
    import jax

    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_compilation_cache_dir", str(cache))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)


def name() -> str:
    """What JAX calls the device, such as `cpu` or `NVIDIA H100 80GB HBM3`."""
    import jax

    return jax.devices()[0].device_kind


@contextmanager
def arithmetic(of: str = "impl") -> Iterator[None]:
    """Derive bounds for what runs `impl` inside the block; `spec` is run by NumPy, which follows IEEE 754."""
    if of != "impl":
        yield
        return
    import jax

    with rounding.quotients(ON_A_GPU if jax.default_backend() == "gpu" else BY_RECIPROCAL, BY_RECIPROCAL):
        yield

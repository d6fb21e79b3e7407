"""How this process is set up for training, before JAX has looked for devices."""

import os
from pathlib import Path


def cache_directory() -> Path:
    """Return where compiled programs are kept: compiling takes longer than many a training."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "rlproof" / "compiled"


def prepare() -> None:
    """Keep compiled programs, and run them in the thread that calls them."""
    import jax

    jax.config.update("jax_compilation_cache_dir", str(cache_directory()))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.5)
    jax.config.update("jax_cpu_enable_async_dispatch", False)

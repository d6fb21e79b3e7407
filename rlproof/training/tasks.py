"""What can be trained on, by name: MuJoCo's tasks on an engine, and finite decision processes."""

import ctypes
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from ..envs.mujoco.tasks import TASKS
from ..envs.tabular_tasks import NAMES, tabular_task
from ..spec.errors import ParameterError

Engine = Literal["processor", "mjx", "warp"]
"""What steps MuJoCo's tasks: MuJoCo itself, in double precision; or MJX or MuJoCo Warp, compiled with the rest."""

TABULAR_LIMIT = 200
"""Steps after which an episode of a finite process is truncated, since some never end."""


def short_name(env: str) -> str:
    """Return the name of a task of MuJoCo without namespace and version; other names as they are."""
    name = env.removeprefix("rlproof/").removesuffix("-v5")
    return name if name in TASKS else env


def maker(env: str, engine: Engine = "processor") -> Callable[[int, int | None, int], Any]:
    """Return what makes so many environments of that name, stepped by so many threads, for so many programs.

    Raises `ParameterError` for a name that nothing has.
    """
    name = short_name(env)
    if name in TASKS:
        return _mujoco(name, engine)
    try:
        mdp = tabular_task(env)
    except ParameterError as error:
        raise ParameterError(
            "there is no such environment",
            got=repr(env),
            expected=f"one of {', '.join(f'{task}-v5' for task in TASKS)}; or of {', '.join(NAMES)}",
            cause=error.cause,
            remedy="take a name from the list",
        ) from None

    def make(count: int, threads: int | None, at_once: int) -> Any:
        from ..envs.tabular_env import TabularEnv

        del threads, at_once
        return TabularEnv(mdp, count, time_limit=TABULAR_LIMIT)

    return make


def _mujoco(task: str, engine: Engine) -> Callable[[int, int | None, int], Any]:
    def on_processor(count: int, threads: int | None, at_once: int) -> Any:
        from ..envs.mujoco.processor_env import ProcessorEnv

        _silence_mujoco()
        return ProcessorEnv(task, count, threads=threads, at_once=at_once)

    def on_accelerator(count: int, threads: int | None, at_once: int) -> Any:
        from ..envs.mujoco.accelerator_env import AcceleratorEnv

        del threads, at_once
        return AcceleratorEnv(task, count, implementation="jax" if engine == "mjx" else "warp")

    return on_processor if engine == "processor" else on_accelerator


class _LogConfig(ctypes.Structure):
    """MuJoCo's `mjLogConfig`."""

    _fields_ = (
        ("console", ctypes.c_bool),
        ("file", ctypes.c_bool),
        ("path", ctypes.c_char * 1024),
        ("topics", ctypes.c_int),
    )


def _silence_mujoco() -> None:
    """Let MuJoCo print nothing, and write no MUJOCO_LOG.TXT: once a policy is NaN, every step would be a warning.

    What is unstable is truncated, and a parameter that is NaN has an error of its own. A handler of Python's is no
    choice: simulations step where Python may be waiting for them.
    """
    import mujoco

    (path,) = Path(mujoco.__file__).parent.glob("libmujoco*.[sd][oy]*")
    library = ctypes.CDLL(str(path))
    library.mju_getLogConfig.restype, library.mju_setLogConfig.argtypes = _LogConfig, [_LogConfig]
    config = library.mju_getLogConfig()
    config.console = config.file = False
    library.mju_setLogConfig(config)

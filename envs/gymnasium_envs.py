"""Make Gymnasium environments, with errors that say what to do."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..spec.errors import ParameterError
from .optional import require

if TYPE_CHECKING:
    from gymnasium import Env

# Wrappers that leave observations, actions and rewards as they are. The time limit is left out knowingly.
NEUTRAL_WRAPPERS = ("TimeLimit", "OrderEnforcing", "PassiveEnvChecker", "RecordEpisodeStatistics")

# HalfCheetah's model file uses an attribute that MuJoCo 4 deprecates.
KNOWN_MODEL_WARNINGS = ("compiler attribute 'settotalmass' is deprecated",)


def make(env_id: str, **options: Any) -> "Env[Any, Any]":
    """Return `gymnasium.make(env_id, **options)`; raise `ParameterError` if no environment has this id."""
    gymnasium = require("gymnasium", purpose="an environment of Gymnasium")
    try:
        return gymnasium.make(env_id, **options)
    except (gymnasium.error.UnregisteredEnv, gymnasium.error.DeprecatedEnv, ModuleNotFoundError) as error:
        raise ParameterError(
            "Gymnasium cannot make this environment",
            got=repr(env_id),
            expected="a registered id, such as 'FrozenLake-v1' or 'Hopper-v5'",
            cause=str(error),
            remedy="look at gymnasium.envs.registry for the ids and versions installed here",
        ) from error


def bare(env: "Env[Any, Any]") -> Any:
    """Return the environment without its wrappers; refuse one that may change what is observed or paid."""
    inner: Any = env
    while inner is not inner.unwrapped:
        name = type(inner).__name__
        if name not in NEUTRAL_WRAPPERS:
            raise ParameterError(
                "a wrapper may change the decision process",
                got=f"an environment wrapped in {name}",
                expected=f"no wrapper, or one of {', '.join(NEUTRAL_WRAPPERS)}",
                cause="the transition table of the environment inside knows nothing of the wrapper",
                remedy="pass env.unwrapped if the wrapper shall not count",
            )
        inner = inner.env
    return inner


def make_continuous(env_id: str, **options: Any) -> Any:
    """Return an environment whose observations and actions are real vectors; refuse any other."""
    box = require("gymnasium.spaces", purpose="an environment of Gymnasium").Box
    with without_known_warnings(require("mujoco", purpose="continuous control")):
        env = make(env_id, **options)
    spaces: tuple[Any, ...] = (env.observation_space, env.action_space)
    if not all(isinstance(space, box) and len(space.shape) == 1 for space in spaces):
        raise ParameterError(
            "a Gaussian policy needs vectors of real numbers",
            got=f"observations {spaces[0]}, actions {spaces[1]}",
            expected="two Box spaces with one axis",
            cause="an environment with discrete actions, or with images",
            remedy="take a continuous-control environment such as 'Hopper-v5'",
        )
    return env


@contextmanager
def without_known_warnings(mujoco: Any) -> Iterator[None]:
    """Drop MuJoCo's complaints about Gymnasium's own model files; make Python warnings of all others.

    By default MuJoCo prints them and appends them to a file MUJOCO_LOG.TXT in the working directory.
    """

    def on_warning(message: str) -> None:
        if not any(known in message for known in KNOWN_MODEL_WARNINGS):
            warnings.warn(f"MuJoCo: {message}", RuntimeWarning, stacklevel=2)

    previous = mujoco.get_mju_user_warning()
    mujoco.set_mju_user_warning(on_warning)
    try:
        yield
    finally:
        mujoco.set_mju_user_warning(previous)

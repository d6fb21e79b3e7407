"""The eleven tasks of Gymnasium's MuJoCo suite, version 5, one module each."""

from ..task import Task
from .ant import Ant
from .half_cheetah import HalfCheetah
from .hopper import Hopper
from .humanoid import Humanoid
from .humanoid_standup import HumanoidStandup
from .inverted_double_pendulum import InvertedDoublePendulum
from .inverted_pendulum import InvertedPendulum
from .pusher import Pusher
from .reacher import Reacher
from .swimmer import Swimmer
from .walker2d import Walker2d

TASKS: dict[str, type[Task]] = {
    task.__name__: task
    for task in (
        InvertedPendulum,
        InvertedDoublePendulum,
        Reacher,
        Pusher,
        Swimmer,
        Hopper,
        HalfCheetah,
        Walker2d,
        Ant,
        Humanoid,
        HumanoidStandup,
    )
}
"""The tasks by their names in Gymnasium, the version left out."""

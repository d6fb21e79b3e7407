"""Pictures and films of states, whichever engine computed them: a state is positions and velocities."""

# pyright: reportAttributeAccessIssue=false
# MuJoCo's names lie in compiled modules.

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mujoco
import numpy as np

from ...spec.errors import ParameterError, ShapeError
from ...spec.numbers import Array
from ..optional import require
from .making import make_task
from .model import Model, load
from .rendering import Painter, RenderSettings, split_settings
from .task import Task

FILMS = (".mp4", ".gif")
STILLS = (".png",)


class Studio:
    """Makes images of a task's states.

    Attributes:
        task: the definition of the task.
        model: its model.
    """

    def __init__(self, task: str, *, mode: str = "rgb_array", **options: Any) -> None:
        """Prepare images of a task; options are those of the task and of rendering (`RenderSettings`)."""
        settings, options = split_settings(options)
        self.task: Task = make_task(task, **options)
        self.model: Model = load(self.task.xml_file, self.task.frame_skip)
        self.settings: RenderSettings = settings
        self._painter = Painter(self.model, self.task, mode, settings)
        self._data = mujoco.MjData(self.model.mj)

    @property
    def fps(self) -> int:
        """Steps of the environment in a second."""
        return round(1 / self.model.dt)

    def picture(self, qpos: Array, qvel: Array | None = None) -> Array:
        """Return an image of one state: positions [nq], velocities [nv] (at rest by default)."""
        for name, given, wanted in (("qpos", qpos, self._data.qpos), ("qvel", qvel, self._data.qvel)):
            if given is not None and np.shape(given) != wanted.shape:
                raise ShapeError(
                    "the state is not one of this task",
                    got=f"{name} of shape {np.shape(given)}",
                    expected=f"shape {wanted.shape}",
                    cause="a state of another task, or of many environments at once",
                    remedy="pass the row of one environment",
                )
        self._data.qpos[:] = np.asarray(qpos, np.float64)
        self._data.qvel[:] = 0 if qvel is None else np.asarray(qvel, np.float64)
        mujoco.mj_forward(self.model.mj, self._data)
        return self._painter.image(self._data)

    def film(self, qpos: Array, qvel: Array | None = None) -> Iterator[Array]:
        """Yield an image of every state: positions [T, nq], velocities [T, nv] (at rest by default)."""
        for step, row in enumerate(np.asarray(qpos)):
            yield self.picture(row, None if qvel is None else qvel[step])

    def close(self) -> None:
        """Release the graphics context."""
        self._painter.close()


def check_ending(path: Path) -> str:
    """Return the ending of a file of pictures, in small letters; raise `ParameterError` for one that is unknown."""
    suffix = path.suffix.lower()
    if suffix not in FILMS + STILLS:
        raise ParameterError(
            "no such kind of picture is written",
            got=str(path),
            expected=f"a name that ends in {', '.join(FILMS + STILLS)}",
            cause="a name without an ending",
            remedy="take .mp4 for a film and .png for a picture",
        )
    return suffix


def write(path: Path, images: Iterator[Array], *, fps: int) -> int:
    """Write images into a film (.mp4, .gif) or the last of them into a picture (.png); return how many there were."""
    suffix, imageio = check_ending(path), require("imageio.v2", purpose="writing pictures")
    path.parent.mkdir(parents=True, exist_ok=True)
    if suffix in STILLS:
        *others, last = images
        imageio.imwrite(path, last)
        return len(others) + 1
    if suffix == ".mp4":
        require("imageio_ffmpeg", purpose="writing films")
        options: dict[str, Any] = {"fps": fps, "macro_block_size": 2}
    else:
        options = {"duration": 1000 / min(fps, 50), "loop": 0}  # browsers show no more than 50 images a second
    count = 0
    with warnings.catch_warnings():
        # JAX warns of forks; the encoder's process is replaced by another program at once.
        warnings.filterwarnings("ignore", message=r"os\.fork\(\) was called")
        with imageio.get_writer(path, **options) as writer:
            for image in images:
                writer.append_data(image)
                count += 1
    return count

"""Pictures of simulations, by MuJoCo's own renderer."""

# pyright: reportAttributeAccessIssue=false
# MuJoCo's names lie in compiled modules.

import dataclasses
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import mujoco

from ...spec.errors import ParameterError
from ...spec.numbers import Array
from .errors import RendererError
from .model import Model
from .task import Task

MODES = ("rgb_array", "depth_array")
"""What `render()` can return; "human" windows are Gymnasium's."""

TRACK = "track"
"""The camera that follows the body, in the models that have one."""


@dataclass(frozen=True, kw_only=True)
class RenderSettings:
    """The options of rendering, by Gymnasium's names.

    Attributes:
        width: of an image, in pixels.
        height: of an image, in pixels.
        camera_id: the number of a camera of the model; -1 for the free camera.
        camera_name: the name of a camera of the model; neither for the one that follows the body, if there is one.
        default_camera_config: settings of the free camera; None for the task's.
        max_geom: geometric bodies that an image can show.
        visual_options: MuJoCo's flags of visualisation, by number.
    """

    width: int = 480
    height: int = 480
    camera_id: int | None = None
    camera_name: str | None = None
    default_camera_config: Mapping[str, Any] | None = None
    max_geom: int = 1000
    visual_options: Mapping[int, bool] | None = None


class Painter:
    """Makes images of one model's simulations; the graphics context is made with the first image."""

    def __init__(self, model: Model, task: Task, mode: str, settings: RenderSettings) -> None:
        """Prepare images of a mode, "rgb_array" or "depth_array"; raise `ParameterError` for another."""
        if mode not in MODES:
            raise ParameterError(
                "there is no such render mode",
                got=f"render_mode={mode!r}",
                expected=" or ".join(map(repr, MODES)),
                cause="a window for people ('human'), which vector environments do not open",
                remedy="take 'rgb_array', or Gymnasium's own environment for a window",
            )
        self._model, self._mode, self._settings = model, mode, settings
        self._camera = self._place_camera(settings.default_camera_config or task.camera)
        self._renderer: mujoco.Renderer | None = None
        self._options = mujoco.MjvOption()
        for flag, value in (settings.visual_options or {}).items():
            self._options.flags[flag] = value

    def image(self, data: mujoco.MjData) -> Array:
        """Return an image of the simulation: [height, width, 3] bytes, or [height, width] distances in metres."""
        renderer = self._renderer or self._open()
        renderer.update_scene(data, camera=self._camera, scene_option=self._options)
        return renderer.render()

    def close(self) -> None:
        """Release the graphics context."""
        if self._renderer is not None:
            self._renderer.close()
            self._renderer = None

    def _has(self, camera: str) -> bool:
        return mujoco.mj_name2id(self._model.mj, mujoco.mjtObj.mjOBJ_CAMERA, camera) >= 0

    def _open(self) -> mujoco.Renderer:
        """Make the graphics context; raise `RendererError` if this machine has none."""
        settings, buffer = self._settings, self._model.mj.vis.global_
        buffer.offwidth = max(buffer.offwidth, settings.width)
        buffer.offheight = max(buffer.offheight, settings.height)
        renderer = _renderer(self._model.mj, settings)
        if self._mode == "depth_array":
            renderer.enable_depth_rendering()
        self._renderer = renderer
        return renderer

    def _place_camera(self, config: Mapping[str, Any]) -> int | str | mujoco.MjvCamera:
        settings = self._settings
        if settings.camera_id is not None and settings.camera_name is not None:
            raise ParameterError(
                "a camera has a number or a name",
                got=f"camera_id={settings.camera_id}, camera_name={settings.camera_name!r}",
                expected="one of the two",
                cause="a default of one of them",
                remedy="leave one of them out",
            )
        if settings.camera_name is not None:
            if not self._has(settings.camera_name):
                cameras = [self._model.mj.camera(index).name for index in range(self._model.mj.ncam)]
                raise ParameterError(
                    "the model has no such camera",
                    got=f"camera_name={settings.camera_name!r}",
                    expected=f"one of {', '.join(map(repr, cameras)) or 'none: it has no cameras'}",
                    cause="a camera of another model",
                    remedy="leave it out, or give settings of the free camera",
                )
            return settings.camera_name
        if settings.camera_id not in {None, -1}:
            return settings.camera_id
        if settings.camera_id is None and settings.default_camera_config is None and self._has(TRACK):
            return TRACK
        camera = mujoco.MjvCamera()
        mujoco.mjv_defaultFreeCamera(self._model.mj, camera)
        for name, value in config.items():
            if name == "trackbodyid" and value > 0:
                camera.type = mujoco.mjtCamera.mjCAMERA_TRACKING
            if name == "lookat":
                camera.lookat[:] = value
            else:
                setattr(camera, name, value)
        return camera


def _renderer(model: mujoco.MjModel, settings: RenderSettings) -> mujoco.Renderer:
    """Make MuJoCo's renderer with the graphics that this machine has: a display's, EGL's or OSMesa's.

    MuJoCo decides for one when it is imported, a display's if nobody has set MUJOCO_GL; without a display that
    cannot work, and another is put in its place while the renderer is made.
    """
    from mujoco.rendering.classic import gl_context

    decided = os.environ.get("MUJOCO_GL") or os.environ.get("DISPLAY") or sys.platform != "linux"
    before, failures = gl_context.GLContext, []
    for graphics in (None,) if decided else ("egl", "osmesa"):
        try:
            if graphics:
                gl_context.GLContext = import_module(f"mujoco.{graphics}").GLContext
            return mujoco.Renderer(model, settings.height, settings.width, max_geom=settings.max_geom)
        except Exception as error:  # noqa: BLE001 - graphics libraries raise whatever they like
            failures.append(f"{graphics or 'display'}: {type(error).__name__}: {error}")
        finally:
            gl_context.GLContext = before
    raise RendererError(
        "MuJoCo cannot render here",
        got="; ".join(failures),
        expected="OpenGL: a display, or EGL or OSMesa without one",
        cause="a machine without a screen and without the library libEGL",
        remedy="apt-get install libegl1 libgl1 libgl1-mesa-dri (or libosmesa6, and MUJOCO_GL=osmesa)",
    )


def split_settings(options: Mapping[str, Any]) -> tuple[RenderSettings, dict[str, Any]]:
    """Divide keyword options into those of rendering and the others."""
    names = {field.name for field in dataclasses.fields(RenderSettings)}
    settings = RenderSettings(**{name: value for name, value in options.items() if name in names})
    return settings, {name: value for name, value in options.items() if name not in names}

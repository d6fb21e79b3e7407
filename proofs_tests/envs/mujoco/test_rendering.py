"""Pictures show the state, of every engine, as arrays and as files."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import gymnasium
import imageio.v2 as imageio
import numpy as np
import pytest

from rlproof.cli import main
from rlproof.envs.mujoco.pictures import Studio, write
from rlproof.envs.mujoco.recording import record
from rlproof.envs.mujoco.tasks import TASKS
from rlproof.spec.errors import ParameterError, ShapeError

from .same import draw_actions, ours, quiet

pytestmark = pytest.mark.usefixtures("graphics")

SMALL = {"width": 64, "height": 48}


@pytest.mark.parametrize("task", TASKS)
def test_a_picture_shows_something(task: str) -> None:
    """An image of the size asked for, with many colours, and another one for another state."""
    studio = Studio(task, **SMALL)
    bent = 0.3 * (np.arange(studio.model.mj.nq) > 0)
    images = [studio.picture(studio.model.init_qpos + shift) for shift in (0.0, bent)]
    studio.close()
    assert images[0].shape == (48, 64, 3)
    assert images[0].dtype == np.uint8
    assert len(np.unique(images[0].reshape(-1, 3), axis=0)) > 20
    assert (images[0] != images[1]).any()


def test_environments_render_their_own_state() -> None:
    """A vector one picture each, a single one its own; the picture of a state is that of the studio."""
    env = ours("Hopper", 2, render_mode="rgb_array", **SMALL)
    env.reset(seed=0)
    for actions in draw_actions(env, 3):
        env.step(actions)
    images, state = env.render(), env.engine.simulation.state
    studio = Studio("Hopper", **SMALL)
    for row in range(2):
        assert np.array_equal(images[row], studio.picture(state.qpos[row], state.qvel[row]))
    single = gymnasium.make("rlproof/Hopper-v5", render_mode="rgb_array", **SMALL)
    single.reset(seed=0)
    image: Any = single.render()
    assert image.shape == (48, 64, 3)
    for closing in (env, studio, single):
        closing.close()


def test_depth_is_in_metres() -> None:
    """Nearer in the middle, where the body is, than at the floor's far end."""
    env = ours("Hopper", 1, render_mode="depth_array", **SMALL)
    env.reset(seed=0)
    (depth,) = env.render()
    env.close()
    assert depth.shape == (48, 64)
    assert 0 < depth[24, 32] < depth[:, 0].max()


def test_a_render_mode_of_none_renders_nothing() -> None:
    """As in Gymnasium."""
    env = ours("Hopper", 1)
    env.reset(seed=0)
    assert env.render() is None


def test_a_state_of_another_task_is_refused() -> None:
    """And says which shape was expected."""
    with pytest.raises(ShapeError, match=r"\(6,\)"):
        Studio("Hopper").picture(np.zeros(7))


@pytest.mark.parametrize("ending", [".png", ".gif", ".mp4"])
def test_the_command_writes_a_film_or_a_picture(
    ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With as many pictures as there are states."""
    out = tmp_path / f"hopper{ending}"
    words = ["render", "Hopper", "--policy", "trained", "--steps", "5", "--width", "64", "--height", "48"]
    assert main([*words, "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "5 steps (processor, trained actions, seed 0): reward" in said
    with quiet():  # reading a film starts another program, which JAX warns of
        images = imageio.mimread(out)
    assert len(images) == (1 if ending == ".png" else 6)
    assert images[0].shape[:2] == (48, 64)


def test_the_command_shows_states_from_a_file(tmp_path: Path) -> None:
    """Whatever has computed them."""
    np.savez(tmp_path / "states.npz", qpos=np.zeros((3, 5)))
    out = tmp_path / "swimmer.gif"
    words = ["render", "Swimmer", "--states", str(tmp_path / "states.npz"), "--out", str(out)]
    assert main([*words, "--width", "64", "--height", "48"]) == 0
    assert out.stat().st_size > 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["Hoper"], "a slip of 'Hopper'"),
        (["Hopper", "--out", "film.avi"], "no such kind of picture"),
        (["Hopper", "--engine", "cpu"], "no such engine"),
        (["Hopper", "--policy", "best"], "no such policy"),
        (["Hopper", "--steps", "0"], "at least one step"),
        (["Hopper", "--states", "nowhere.npz"], "cannot be read"),
        (["Swimmer", "--policy", "trained"], "trained"),
    ],
)
def test_what_cannot_be_shown_is_said(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """On the error stream, with exit code 2."""
    assert main(["render", *words]) == 2
    assert said in capsys.readouterr().err


def test_films_have_an_ending_that_is_known() -> None:
    """`write` refuses others before anything is made."""
    with pytest.raises(ParameterError, match=r"\.mp4"):
        write(Path("film"), iter([]), fps=10)


def test_a_machine_without_graphics_is_told_what_to_install() -> None:
    """Where neither a display nor EGL nor OSMesa can be loaded."""
    program = (
        "import sys; sys.modules['mujoco.egl'] = sys.modules['mujoco.osmesa'] = None\n"
        "from rlproof.envs.mujoco.pictures import Studio\n"
        "import numpy as np\n"
        "Studio('Hopper').picture(np.zeros(6))\n"
    )
    environment = {"PATH": "/usr/bin:/bin"}
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=False)
    assert "MuJoCo cannot render here" in run.stderr
    assert "apt-get install libegl1" in run.stderr


def test_recordings_of_one_seed_are_alike() -> None:
    """And another seed's are not."""
    first, same, other = (record("Hopper", engine="processor", policy="random", steps=9, seed=s) for s in (1, 1, 2))
    assert np.array_equal(first.qpos, same.qpos)
    assert not np.array_equal(first.qpos, other.qpos)
    assert first.qpos.shape == (10, 6)
    assert first.rewards.shape == first.ends.shape == (9,)

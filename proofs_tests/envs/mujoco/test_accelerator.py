"""The accelerator's engine on a processor: tasks, physics of MJX and Warp, and what is said where it cannot run."""

import os
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rlproof.envs.mujoco import accelerator
from rlproof.envs.mujoco.accelerator import Implementation, adapted, choose
from rlproof.envs.mujoco.accelerator_env import AcceleratorEnv
from rlproof.envs.mujoco.errors import MissingAcceleratorError
from rlproof.envs.mujoco.jax_env import JaxEnv
from rlproof.envs.mujoco.making import make_task
from rlproof.envs.mujoco.model import load
from rlproof.envs.mujoco.recorded import NOT_MEASURED
from rlproof.envs.mujoco.task import State
from rlproof.envs.mujoco.tasks import TASKS
from rlproof.spec.errors import ParameterError

from .same import ours

COUNT, STEPS, LIMIT = 8, 24, 11
COMPILED = {"InvertedPendulum", "Reacher", "Hopper", "Ant", "Humanoid"}
"""The tasks that MJX runs here, some with every kind of field that tasks read. Each takes one to four minutes to
compile; RLPROOF_ALL_COMPILED=1 runs the others too, which Warp runs in any case."""
ALL = os.environ.get("RLPROOF_ALL_COMPILED") == "1"
CASES = [
    pytest.param(task, implementation.value, marks=() if task == "InvertedPendulum" else pytest.mark.slow)
    for task in TASKS
    for implementation in Implementation
    if (task, implementation.value) not in NOT_MEASURED
    and (ALL or implementation is Implementation.WARP or task in COMPILED)
]


class Run:
    """One environment, compiled once: a reset and some steps of random actions, with every state on the way."""

    def __init__(self, task: str, implementation: str) -> None:
        """Compile reset and step, and run them."""
        self.env = AcceleratorEnv(task, COUNT, implementation=implementation, time_limit=LIMIT)
        shape = (STEPS, COUNT, self.env.action_size)
        draws = np.random.default_rng(0).uniform(self.env.action_low, self.env.action_high, shape)
        self.actions = draws.astype(np.float32)
        self._reset, self._step = jax.jit(self.env.reset), jax.jit(self.env.step)
        self.seeds = jnp.arange(COUNT, dtype=jnp.uint32)
        self.states, self.changes = self.go()

    def go(self) -> tuple[list[Any], list[Any]]:
        """Return the states, the first included, and the transitions."""
        state, self.first = self._reset(self.seeds)
        states, changes = [state], []
        for actions in self.actions:
            state, change = self._step(state, jnp.asarray(actions))
            states.append(state)
            changes.append(change)
        return states, changes

    def step(self, state: Any, actions: Any) -> tuple[Any, Any]:
        """One step more."""
        return self._step(state, jnp.asarray(actions))


RUNS: dict[tuple[str, str], Run] = {}


def run_of(task: str, implementation: str) -> Run:
    """Compile once for all tests of a process."""
    key = (task, implementation)
    if key not in RUNS:
        RUNS[key] = Run(*key)
    return RUNS[key]


@pytest.fixture(autouse=True)
def _single_precision() -> Iterator[None]:
    """As on an accelerator; the other tests run JAX in double precision."""
    with jax.enable_x64(False):
        yield


@pytest.mark.parametrize(("task", "implementation"), CASES)
def test_the_engine_runs_the_task(task: str, implementation: str) -> None:
    """Everything that can be said of one compiled program, which takes long to make."""
    run = run_of(task, implementation)
    _observations_have_the_size_of_the_processors(run, task)
    _rewards_are_those_of_the_definition(run)
    _episodes_end_and_begin_again(run)
    _runs_can_be_repeated(run)
    _an_unstable_simulation_ends_its_own_episode_only(run)


def _observations_have_the_size_of_the_processors(run: Run, task: str) -> None:
    assert run.env.observation_size == ours(task, 1).single_observation_space.shape[0]
    assert run.first.dtype == jnp.float32
    assert isinstance(run.env, JaxEnv)
    assert all(bool(jnp.isfinite(change.observation).all()) for change in run.changes)
    assert len(np.unique(np.asarray(run.first), axis=0)) == COUNT, "every environment starts elsewhere"


def _rewards_are_those_of_the_definition(run: Run) -> None:
    """NumPy, given the states before and after, comes to the same rewards, to single precision."""
    env, model, reads = run.env, run.env.physics.model, run.env.task.reads()

    def state_of(data: Any) -> State:
        fields = {
            name: np.asarray(getattr(env._state(data), name), np.float64) for name in ("qpos", "qvel", "ctrl", *reads)
        }
        return State(model=model, xp=np, **fields)

    for number in range(LIMIT - 1):
        change, before, after = run.changes[number], run.states[number], run.states[number + 1]
        assert change.reward.dtype == jnp.float32, "also where they are whole numbers: sums of them have one type"
        going_on = ~np.asarray(change.terminated | change.truncated)
        start = env.task.tracked(state_of(before.data))
        outcome = env.task.outcome(state_of(after.data), start, run.actions[number])
        # A velocity is a difference of positions over the step's duration, and a position may be a sum over bodies:
        # so many operations, each of which rounds numbers of the size of positions or of terms by 2⁻²⁴.
        operations = model.mj.nbody + 8
        positions = 1 + np.abs(np.asarray(after.data.qpos, np.float64)).max()
        rounding = operations * 2**-24 * positions / model.dt
        scale = (
            1 + np.abs(outcome.reward) + sum(np.abs(np.asarray(change.info[k])) for k in outcome.info if "reward" in k)
        )
        assert (np.abs(outcome.reward - change.reward) <= rounding * scale)[going_on].all()
        assert np.array_equal(outcome.terminated[going_on], np.asarray(change.terminated)[going_on])


def _episodes_end_and_begin_again(run: Run) -> None:
    """After LIMIT steps at the latest; the successor is the last state of the old episode, not the first of the new."""
    elapsed = np.zeros(COUNT, int)
    for change, state in zip(run.changes, run.states[1:], strict=True):
        elapsed += 1
        ended = np.asarray(change.terminated | change.truncated)
        assert np.array_equal(np.asarray(change.truncated), elapsed >= LIMIT)
        differs = (np.asarray(change.observation) != np.asarray(change.successor)).any(axis=1)
        assert np.array_equal(differs, ended)
        elapsed[ended] = 0
        assert np.array_equal(np.asarray(state.elapsed), elapsed)
        assert (np.asarray(state.data.time)[ended] == 0).all()


def _runs_can_be_repeated(run: Run) -> None:
    _, again = run.go()
    assert all(np.array_equal(one.reward, two.reward) for one, two in zip(run.changes, again, strict=True))


def _an_unstable_simulation_ends_its_own_episode_only(run: Run) -> None:
    state, others = run.states[2], np.arange(COUNT) != 3
    broken = state._replace(data=state.data.replace(qvel=state.data.qvel.at[3].set(jnp.nan)))
    _, expected = run.step(state, run.actions[2])
    after, change = run.step(broken, run.actions[2])
    assert np.array_equal(change.observation[others], expected.observation[others])
    assert np.array_equal(change.reward[others], expected.reward[others])
    assert (float(change.reward[3]), bool(change.terminated[3]), bool(change.truncated[3])) == (0.0, False, True)
    assert np.asarray(change.info["unstable"]).tolist() == [row == 3 for row in range(COUNT)]
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(change))
    assert np.isfinite(run.step(after, run.actions[3])[1].observation).all()


@pytest.mark.parametrize("task", TASKS)
def test_starts_are_drawn_from_the_definition(task: str) -> None:
    """Positions and velocities of many starts lie where the processor's do, and are as spread out."""
    from rlproof.envs.mujoco.jax_random import JaxRandom
    from rlproof.envs.mujoco.numpy_random import ManyRandom

    definition = make_task(task)
    model, count = load(definition.xml_file, definition.frame_skip), 400
    exact = definition.reset(ManyRandom([np.random.default_rng(seed) for seed in range(count)]), model)
    keys = jax.vmap(jax.random.key)(jnp.arange(count, dtype=jnp.uint32))
    drawn = jax.vmap(lambda key: definition.reset(JaxRandom(key), model))(keys)
    for ours_, theirs in zip(drawn, exact, strict=True):
        numbers = np.asarray(ours_, np.float64)
        spread = theirs.std(axis=0)
        # Means and deviations of 400 draws are within six of their own deviations, which no test meets by chance.
        assert (np.abs(numbers.mean(axis=0) - theirs.mean(axis=0)) <= 6 * spread * np.sqrt(2 / count) + 1e-7).all()
        assert (np.abs(numbers.std(axis=0) - spread) <= 6 * spread * np.sqrt(1 / count) + 1e-7).all()


@pytest.mark.parametrize(
    ("asked", "platform", "warp", "chosen"),
    [
        (None, "cpu", True, Implementation.MJX),
        (None, "gpu", True, Implementation.WARP),
        (None, "cuda", False, Implementation.MJX),
        (None, "tpu", True, Implementation.MJX),
        ("jax", "gpu", True, Implementation.MJX),
        ("warp", "cpu", True, Implementation.WARP),
        (Implementation.WARP, "gpu", True, Implementation.WARP),
    ],
)
def test_the_implementation_suits_the_device(
    asked: Any, platform: str, warp: bool, chosen: Implementation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Warp on NVIDIA's cards if it is there, MJX elsewhere, and what was asked for if it can run."""
    monkeypatch.setattr(accelerator, "find_spec", lambda name: name != "warp" or warp)
    assert choose(asked, platform=platform) is chosen


@pytest.mark.parametrize(
    ("asked", "platform", "missing", "said"),
    [
        (None, "cpu", "mujoco.mjx", "pip install 'rlproof\\[gpu\\]'"),
        ("warp", "gpu", "warp", "MuJoCo Warp is not installed"),
        ("warp", "tpu", "nothing", "runs on NVIDIA cards"),
    ],
)
def test_what_is_missing_is_said(
    asked: Any, platform: str, missing: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the command that installs it, or what to choose instead."""
    monkeypatch.setattr(accelerator, "find_spec", lambda name: name != missing)
    with pytest.raises(MissingAcceleratorError, match=said):
        choose(asked, platform=platform)


def test_an_implementation_that_does_not_exist_is_refused() -> None:
    """By name."""
    with pytest.raises(ParameterError, match="no such implementation"):
        choose("cuda")


def test_only_the_solver_is_adapted() -> None:
    """Newton's method in the place of PGS; the model that was loaded keeps its own."""
    humanoid, hopper = load("humanoid.xml", 5), load("hopper.xml", 4)
    changed = adapted(humanoid)
    assert (int(humanoid.mj.opt.solver), int(changed.mj.opt.solver)) == (0, 2)
    assert adapted(hopper) is hopper

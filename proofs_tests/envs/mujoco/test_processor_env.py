"""The processor's engine in jitted code: MuJoCo's own numbers, and a state that is a value."""

import gc
import weakref
from typing import Any

import gymnasium
import jax
import jax.numpy as jnp
import mujoco
import numpy as np
import pytest

from rlproof.envs.mujoco.jax_env import JaxEnv
from rlproof.envs.mujoco.native_physics import INTEGRATION
from rlproof.envs.mujoco.processor_env import ProcessorEnv
from rlproof.envs.mujoco.tasks import TASKS
from rlproof.spec.errors import ParameterError

from .same import draw_actions, gymnasiums

COUNT, STEPS = 4, 60
ROUNDINGS = 16 * 2.0**-53
"""A sine, a norm, a sum of a few products: at most eight roundings of what goes in, once by us and once by NumPy."""


def unrolled(env: ProcessorEnv, state: Any, actions: Any) -> Any:
    """Step inside one compiled function; return the states after each step, and all transitions."""

    def step(state: Any, row: jax.Array) -> tuple[Any, Any]:
        state, transition = env.step(state, row)
        return state, (state, transition)

    return jax.block_until_ready(jax.jit(lambda state, rows: jax.lax.scan(step, state, rows))(state, actions))[1]


def started(env: ProcessorEnv, first: int = 0) -> Any:
    """Reset with seeds that count up."""
    return jax.jit(env.reset)(np.arange(first, first + env.num_envs, dtype=np.uint32))


@pytest.fixture(autouse=True)
def _double() -> Any:
    """Run with 64 bits, so that nothing is rounded before it is compared."""
    with jax.enable_x64(True):
        yield


def put(reference: Any, words: np.ndarray) -> Any:
    """Put a Gymnasium environment into the state that words tell; return its data."""
    reference.reset()
    inner = reference.unwrapped
    mujoco.mj_resetData(inner.model, inner.data)
    mujoco.mj_setState(inner.model, inner.data, np.array(words).view(np.float64), INTEGRATION)
    mujoco.mj_forward(inner.model, inner.data)
    return inner.data


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("threads", [1, 2])
def test_the_numbers_are_those_of_gymnasium(task: str, threads: int) -> None:
    """States bit for bit, observations and rewards up to roundings, until an episode ends."""
    env = ProcessorEnv(task, COUNT, threads=threads, time_limit=STEPS + 1, dtype=jnp.float64)
    assert isinstance(env, JaxEnv)
    state, first = started(env)
    actions = draw_actions(gymnasiums(task, COUNT), STEPS)
    states, found = jax.tree.map(np.asarray, unrolled(env, state, actions))
    for index in range(COUNT):
        reference = gymnasium.make(f"{task}-v5", max_episode_steps=STEPS + 1)
        data = put(reference, np.asarray(state.physics)[index])
        close(np.asarray(first)[index], reference.unwrapped._get_obs(), first)
        for time in range(STEPS):
            observation, reward, terminated, *_ = reference.step(actions[time, index])
            close(found.successor[time, index], observation, observation)
            terms = {name: values[time, index] for name, values in found.info.items() if name.startswith("reward")}
            close(found.reward[time, index], reward, [1.0, *terms.values()], single=terms.get("reward_ctrl", 0.0))
            assert found.terminated[time, index] == terminated
            if terminated:
                break
            words = np.empty(mujoco.mj_stateSize(reference.unwrapped.model, INTEGRATION))
            mujoco.mj_getState(reference.unwrapped.model, data, words, INTEGRATION)
            assert np.array_equal(states.physics[time, index].view(np.float64), words), time
        else:
            assert not found.info["unstable"].any()


def close(one: Any, other: Any, terms: Any, *, single: float = 0.0) -> None:
    """Hold two results against each other that differ by roundings of these terms, one of them in single precision."""
    bound = ROUNDINGS * max(1.0, np.abs(terms).max()) + 16 * 2.0**-24 * abs(single)
    error = np.abs(np.asarray(one) - other).max()
    assert error <= bound, (error, bound)


@pytest.mark.parametrize("task", TASKS)
def test_episodes_start_as_the_task_says(task: str) -> None:
    """All starts differ, lie as far from the default as Gymnasium's, and the infos' first state is theirs."""
    env = ProcessorEnv(task, 64, dtype=jnp.float64)
    ours = np.asarray(started(env)[1])
    theirs, _ = gymnasiums(task, 64).reset(seed=5)
    assert len(np.unique(ours, axis=0)) == 64
    spread = theirs.std(axis=0)
    # The standard error of a deviation of 64 draws is at most an eighth of it, of a difference of two a sixth: 3.5 of
    # them. The draws are the same in every run.
    assert np.all(np.abs(ours.std(axis=0) - spread) <= 0.6 * spread + 1e-12)


def test_an_episode_that_ends_is_followed_by_a_new_one() -> None:
    """The successor is the true one, the observation that of the new episode, which starts anew."""
    env = ProcessorEnv("Hopper", COUNT, time_limit=7, dtype=jnp.float64)
    state, _ = started(env)
    states, found = unrolled(env, state, jnp.zeros((3 * 7, COUNT, 3), jnp.float32))
    ends = np.asarray(found.truncated)
    assert ends[6::7].all()
    assert ends.sum() == 3 * COUNT
    assert np.array_equal(found.observation[:6], found.successor[:6])
    assert (np.asarray(found.observation[6]) != np.asarray(found.successor[6])).any(axis=1).all()
    assert np.array_equal(np.asarray(states.elapsed)[:, 0], np.tile([1, 2, 3, 4, 5, 6, 0], 3))
    assert len(np.unique(np.asarray(found.observation[6::7]).reshape(3 * COUNT, -1), axis=0)) == 3 * COUNT


@pytest.mark.parametrize("task", ["Ant", "Humanoid", "Reacher"])
def test_a_new_episode_is_what_a_reset_gives(task: str) -> None:
    """What MuJoCo derives from the state is current, and nothing of the past is left."""
    env = ProcessorEnv(task, 2, time_limit=5, dtype=jnp.float64)
    state, _ = started(env)
    keys = state.key
    _, found = unrolled(env, state, jnp.ones((5, 2, env.action_size), jnp.float32))
    fresh = ProcessorEnv(task, 2, dtype=jnp.float64)
    physics = jnp.zeros_like(state.physics)
    nothing = [jnp.zeros(shape) for shape in fresh._fields.values()]
    fresh._ambient = True
    _, _, fields = jax.jit(lambda keys: fresh._start(physics, keys, jnp.ones(2, bool), nothing))(keys)
    assert np.array_equal(found.observation[-1], fresh._observe(fresh._state(fields)))


def test_single_precision_is_the_rounded_double() -> None:
    """Physics stays in double precision; what is handed out is rounded once."""
    actions = draw_actions(gymnasiums("Hopper", COUNT), STEPS)
    double, single = (
        unrolled(env, started(env)[0], actions)[1]
        for env in (ProcessorEnv("Hopper", COUNT, dtype=dtype) for dtype in (jnp.float64, jnp.float32))
    )
    assert single.observation.dtype == jnp.float32
    assert np.array_equal(np.float32(double.observation), single.observation)
    assert np.array_equal(np.float32(double.reward), single.reward)


def test_the_state_is_a_value() -> None:
    """Going on twice from one state gives the same twice; so does a stored state in another environment."""
    env, other = ProcessorEnv("Ant", COUNT, time_limit=30), ProcessorEnv("Ant", COUNT, time_limit=30, threads=1)
    actions = draw_actions(gymnasiums("Ant", COUNT), 2 * STEPS)
    states, _ = unrolled(env, started(env)[0], actions[:STEPS])
    middle = jax.tree.map(lambda leaf: np.array(leaf[-1]), states)
    first, second, third = (unrolled(one, middle, actions[STEPS:]) for one in (env, env, other))
    for one, two, three in zip(*map(jax.tree.leaves, (first, second, third)), strict=True):
        assert np.array_equal(one, two)
        assert np.array_equal(one, three)


def test_a_program_of_32_bits_steps_the_same_physics() -> None:
    """The state is bits: a program without 64 bits goes on where one with them stopped."""
    env = ProcessorEnv("HalfCheetah", COUNT)
    state, _ = started(env)
    actions = draw_actions(gymnasiums("HalfCheetah", COUNT), STEPS)
    double = unrolled(env, state, actions)
    with jax.enable_x64(False):
        single = unrolled(ProcessorEnv("HalfCheetah", COUNT), jax.tree.map(np.asarray, state), actions)
    assert np.array_equal(double[0].physics, single[0].physics)
    assert np.array_equal(double[1].reward, single[1].reward)


def test_an_action_that_is_no_number_is_told(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """MuJoCo ignores such controls; here the episode is cut and marked, with no reward."""
    monkeypatch.chdir(tmp_path)  # MuJoCo writes a log where it stands
    env = ProcessorEnv("Hopper", COUNT)
    actions = jnp.zeros((1, COUNT, 3), jnp.float32).at[0, 1].set(jnp.nan)
    _, found = unrolled(env, started(env)[0], actions)
    assert found.info["unstable"][0].tolist() == [False, True, False, False]
    assert found.truncated[0].tolist() == [False, True, False, False]
    assert found.reward[0, 1] == 0
    assert np.isfinite(found.observation).all()


def test_many_copies_run_one_after_another() -> None:
    """`jax.vmap` over seeds gives what single runs give."""
    env = ProcessorEnv("Swimmer", 2)
    seeds = jnp.arange(6).reshape(3, 2)
    actions = jnp.ones((3, 2, 2), jnp.float32)
    states, _ = jax.vmap(env.reset)(seeds)
    _, together = jax.vmap(env.step)(states, actions)
    for row in range(3):
        state, _ = env.reset(seeds[row])
        _, alone = env.step(state, actions[row])
        assert np.array_equal(together.observation[row], alone.observation)


def test_an_environment_that_nobody_holds_is_freed() -> None:
    """With its simulations; what was compiled for it says so when it is called again."""
    env = ProcessorEnv("Swimmer", 2)
    state, _ = started(env)
    stepping = jax.jit(env.step).lower(state, jnp.zeros((2, 2), jnp.float32)).compile()
    physics = weakref.ref(env._physics[0])
    jax.block_until_ready(stepping(state, jnp.zeros((2, 2), jnp.float32)))
    del env
    jax.clear_caches()
    gc.collect()
    assert physics() is None
    with pytest.raises(Exception, match="has been freed"):
        jax.block_until_ready(stepping(state, jnp.zeros((2, 2), jnp.float32)))


def test_nothing_waits_for_python() -> None:
    """A thread that holds Python's lock while it waits for a program does not stop it: two run side by side."""
    from concurrent.futures import ThreadPoolExecutor

    envs = [ProcessorEnv("InvertedPendulum", 8, threads=2) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda env: unrolled(env, started(env)[0], jnp.zeros((500, 8, 1))), envs))
    assert np.array_equal(results[0][0].physics, results[1][0].physics)


@pytest.mark.parametrize("counts", [{"num_envs": 0}, {"num_envs": 2, "threads": 0}, {"num_envs": 1.5}])
def test_numbers_that_are_none_are_refused(counts: dict[str, Any]) -> None:
    """With the house's words."""
    with pytest.raises(ParameterError, match="whole numbers"):
        ProcessorEnv("Hopper", **counts)

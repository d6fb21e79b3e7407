"""The processor's engine in jitted code: Gymnasium's numbers, and a state that is a value."""

import gc
import weakref
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rlproof.envs.mujoco.host_call import HostCall
from rlproof.envs.mujoco.jax_env import JaxEnv
from rlproof.envs.mujoco.processor_env import ProcessorEnv
from rlproof.envs.mujoco.tasks import TASKS

from .same import SAME, assert_same, draw_actions, gymnasiums

COUNT, STEPS = 4, 60


def unrolled(env: ProcessorEnv, seeds: np.ndarray, actions: np.ndarray) -> Any:
    """Reset and step inside one compiled function; return first observations, last state and all transitions."""

    @jax.jit
    def run(seeds: jax.Array, actions: jax.Array) -> Any:
        state, observation = env.reset(seeds)
        return observation, *jax.lax.scan(env.step, state, actions)

    return jax.block_until_ready(run(jnp.asarray(seeds), jnp.asarray(actions)))


@pytest.mark.parametrize("task", TASKS)
def test_the_numbers_are_those_of_gymnasium(task: str) -> None:
    """In double precision bit for bit, observations, successors, rewards, ends and infos, through ends of episodes."""
    env = ProcessorEnv(task, COUNT, time_limit=23, dtype=jnp.float64)
    assert isinstance(env, JaxEnv)
    reference = gymnasiums(task, COUNT, mode=SAME, max_episode_steps=23)
    actions = draw_actions(reference, STEPS)
    first, _, found = unrolled(env, np.arange(COUNT) + 6, actions)
    assert_same(first, reference.reset(seed=6)[0])
    for number, row in enumerate(actions):
        observation, reward, terminated, truncated, infos = reference.step(row)
        ended = terminated | truncated
        for one, other in zip(
            (found.observation, found.reward, found.terminated, found.truncated),
            (observation, reward, terminated, truncated),
            strict=True,
        ):
            assert_same(one[number], other, f"step {number}")
        successor = np.array([infos["final_obs"][i] if ended[i] else observation[i] for i in range(COUNT)])
        assert_same(found.successor[number], successor, f"successor {number}")
        for key, values in found.info.items():
            if key != "unstable" and not ended.any():
                assert np.array_equal(values[number], infos[key]), (number, key)
        assert not found.info["unstable"][number].any()


def test_single_precision_is_the_rounded_double() -> None:
    """Physics stays in double precision; what is handed out is rounded once."""
    actions = draw_actions(gymnasiums("Hopper", COUNT), STEPS)
    double, single = (
        unrolled(ProcessorEnv("Hopper", COUNT, dtype=dtype), np.arange(COUNT), actions)[2]
        for dtype in (jnp.float64, jnp.float32)
    )
    assert single.observation.dtype == jnp.float32
    assert np.array_equal(np.float32(double.observation), single.observation)
    assert np.array_equal(np.float32(double.reward), single.reward)


def test_the_state_is_a_value() -> None:
    """Going on twice from one state gives the same twice; so does a stored state in a new process's environment."""
    env = ProcessorEnv("Ant", COUNT, time_limit=30)
    actions = draw_actions(gymnasiums("Ant", COUNT), 2 * STEPS)
    _, middle, _ = unrolled(env, np.arange(COUNT), actions[:STEPS])
    go_on = jax.jit(lambda env_state: jax.lax.scan(env.step, env_state, jnp.asarray(actions[STEPS:])))
    first, second = go_on(middle), go_on(middle)
    stored = np.array(middle)
    other = ProcessorEnv("Ant", COUNT, time_limit=30)
    third = jax.jit(lambda state: jax.lax.scan(other.step, state, jnp.asarray(actions[STEPS:])))(stored)
    for one, two, three in zip(*map(jax.tree.leaves, (first, second, third)), strict=True):
        assert np.array_equal(one, two)
        assert np.array_equal(one, three)


def test_an_action_that_is_not_finite_is_an_error_with_our_words() -> None:
    """Raised where the result is waited for."""
    env = ProcessorEnv("Hopper", COUNT)
    state, _ = env.reset(jnp.arange(COUNT))
    with pytest.raises(Exception, match="an action is not finite"):
        jax.block_until_ready(jax.jit(env.step)(state, jnp.full((COUNT, 3), jnp.nan)))


def test_a_function_of_python_is_called_with_its_arrays() -> None:
    """In a loop, once for each turn, with every kind of number that an environment uses."""
    calls = []

    def function(arguments: Any, results: Any) -> None:
        calls.append(arguments[0].copy())
        results[0][:] = arguments[0] + 1
        results[1][:] = arguments[0] > 1

    shape = jax.ShapeDtypeStruct
    call = HostCall(function, [shape((3,), np.float32)], [shape((3,), np.float32), shape((3,), np.bool_)])
    last, flags = jax.jit(lambda x: jax.lax.scan(lambda x, _: call(x), x, length=4))(jnp.zeros(3, jnp.float32))
    assert last.tolist() == [4, 4, 4]
    assert flags[:, 0].tolist() == [False, False, True, True]
    assert [row[0] for row in calls] == [0, 1, 2, 3]


def test_an_exception_of_a_called_function_becomes_an_error() -> None:
    """Its name and its message are told; the next call works."""
    broken = [True]

    def function(arguments: Any, results: Any) -> None:
        if broken[0]:
            raise KeyError("planted")
        results[0][:] = arguments[0]

    shape = jax.ShapeDtypeStruct((2,), np.float32)
    call = jax.jit(HostCall(function, [shape], [shape]))
    with pytest.raises(Exception, match="KeyError: 'planted'"):
        jax.block_until_ready(call(jnp.ones(2, jnp.float32)))
    broken[0] = False
    assert call(jnp.ones(2, jnp.float32))[0].tolist() == [1, 1]


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
    """With its simulations; XLA keeps one handler for all."""
    env = ProcessorEnv("Swimmer", 2)
    jax.block_until_ready(jax.jit(env.reset)(jnp.arange(2)))
    engine = weakref.ref(env.engine)
    del env
    jax.clear_caches()
    gc.collect()
    assert engine() is None

"""A finite decision process in jitted code: N copies of it at once, with observations that are one-hot vectors."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike, DTypeLike

from ..spec.errors import NumberSystemError, ParameterError, ShapeError
from ..spec.mdp import MDP
from .lots import Lots
from .mujoco.jax_env import Transition


class TabularState(NamedTuple):
    """The state of N environments.

    Attributes:
        place: [N] integers, the states of the decision process.
        key: [N], random keys for what is still to be drawn.
        elapsed: [N] integers, steps since the last reset.
    """

    place: jax.Array
    key: jax.Array
    elapsed: jax.Array


class TabularEnv:
    """N environments of one finite decision process, inside jitted code.

    A transition pays R(s, a), the table's expected reward. An episode ends where a terminal state is entered; the
    discount ends none. An action that the process does not have is paid NaN, since jitted code cannot refuse it.
    `info["state"]` is the index of the state that was acted in. Successors and starts are drawn as `lots` says.

    Attributes:
        mdp: the decision process, as it was given.
        num_envs: N.
        observation_size: S, the number of states.
        num_actions: A, the number of actions.
    """

    def __init__(
        self, mdp: MDP, num_envs: int, *, time_limit: int | None = None, dtype: DTypeLike = jnp.float32
    ) -> None:
        """Make environments.

        Args:
            mdp: the decision process, of any number system.
            num_envs: N.
            time_limit: steps after which an episode is truncated; None for no limit.
            dtype: of observations and rewards.
        """
        _check_positive("num_envs", num_envs)
        if time_limit is not None:
            _check_positive("time_limit", time_limit)
        self.mdp, self.num_envs, self._limit, self._dtype = mdp, num_envs, time_limit, _kept(dtype)
        self.observation_size, self.num_actions = mdp.number_of_states, mdp.number_of_actions
        table = mdp.to("float64")
        self._successors, self._starts = Lots.of(table.transition), Lots.of(table.initial)
        self._reward, self._terminal = jnp.asarray(table.reward, self._dtype), jnp.asarray(table.terminal)

    def reset(self, seeds: ArrayLike) -> tuple[TabularState, jax.Array]:
        """Start an episode in every environment with its seed of [N]; return state and observations [N, S]."""
        key, words = jax.vmap(_words)(jax.vmap(jax.random.key)(jnp.asarray(seeds, jnp.uint32)))
        place = self._starts.draw(words[:, 1])
        return TabularState(place, key, jnp.zeros_like(place)), self._observe(place)

    def step(self, state: TabularState, actions: ArrayLike) -> tuple[TabularState, Transition]:
        """Step every environment with actions [N], integers; episodes that end are followed by new ones at once."""
        actions = _read_actions(actions, state.place.shape)
        known = (actions >= 0) & (actions < self.num_actions)
        key, words = jax.vmap(_words)(state.key)
        successor = self._successors.draw(words[:, 0], state.place, actions)
        elapsed = state.elapsed + 1
        terminated = self._terminal[successor]
        truncated = jnp.zeros_like(terminated) if self._limit is None else elapsed >= self._limit
        ended = terminated | truncated
        place = jnp.where(ended, self._starts.draw(words[:, 1]), successor)
        transition = Transition(
            observation=self._observe(place),
            successor=self._observe(successor),
            reward=jnp.where(known, self._reward[state.place, actions], jnp.nan),
            terminated=terminated,
            truncated=truncated,
            info={"state": state.place},
        )
        return TabularState(place, key, jnp.where(ended, 0, elapsed)), transition

    def _observe(self, place: jax.Array) -> jax.Array:
        return jax.nn.one_hot(place, self.observation_size, dtype=self._dtype)


def _words(key: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Return the key for what follows, and an environment's words of this step: for a successor and for a start."""
    following, key = jax.random.split(key)
    return following, jax.random.bits(key, (2,), jnp.uint32)


def _read_actions(actions: ArrayLike, shape: tuple[int, ...]) -> jax.Array:
    array = jnp.asarray(actions)
    if array.shape != shape or not jnp.issubdtype(array.dtype, jnp.integer):
        raise ShapeError(
            "actions of a finite process are whole numbers, one for each environment",
            got=f"{array.dtype} of shape {array.shape}",
            expected=f"integers of shape {shape}",
            cause="logits, one-hot vectors or real controls in the place of the action's number",
            remedy="draw a number, such as jax.random.categorical(key, logits)",
        )
    return array


def _check_positive(name: str, count: int) -> None:
    if not isinstance(count, int | np.integer) or count < 1:
        raise ParameterError(
            f"{name} is no count",
            got=repr(count),
            expected=f"a whole number, {name} >= 1",
            cause="the result of a division, or 0 where nothing was meant",
            remedy="time_limit=None is no limit" if name == "time_limit" else "pass the number of environments",
        )


def _kept(dtype: DTypeLike) -> np.dtype:
    """Return a float type that JAX keeps as it is."""
    wanted = np.dtype(dtype)
    if jnp.issubdtype(wanted, jnp.floating) and jax.dtypes.canonicalize_dtype(wanted) == wanted:
        return wanted
    raise NumberSystemError(
        "this dtype holds no observations and rewards",
        got=str(wanted),
        expected="a float dtype that JAX keeps",
        cause="integers, or double precision where JAX computes in single precision",
        remedy="dtype float32, or jax.config.update('jax_enable_x64', True) before the first computation",
    )

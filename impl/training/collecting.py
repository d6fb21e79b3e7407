"""Gather transitions: S seeds with E environments each, stepped together, each seed by its own policy."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from ...envs.mujoco.jax_env import Transition
from ..agents.data import Rollout
from .environments import Environments
from .normalising import Moments


class Stream(NamedTuple):
    """Where the environments of S seeds stand.

    Attributes:
        env: the environments' state, of S E of them.
        observation: [S, E, n], what is to be acted on next.
        episode_return: [S, E], rewards of the current episode.
        episode_length: [S, E], its steps.
        moments: of the observations, with a leading axis of S; () if they are not normalised.
        scale: of the rewards, with a leading axis of S; () if they are not normalised.
        steps: [S], taken so far by all environments of a seed.
    """

    env: Any
    observation: jax.Array
    episode_return: jax.Array
    episode_length: jax.Array
    moments: Any
    scale: Any
    steps: jax.Array


class Episodes(NamedTuple):
    """What ended where, [S, T, E] each.

    Attributes:
        ended: whether this step ended an episode.
        returns: the sum of its rewards.
        lengths: its steps.
        steps: the steps that this seed had taken by then.
    """

    ended: jax.Array
    returns: jax.Array
    lengths: jax.Array
    steps: jax.Array


def act(policy: Any, moments: Any, seen: jax.Array, noise: jax.Array, *, apart: bool) -> jax.Array:
    """Return the actions [S, E, ...] of the policies of S seeds; `apart` if each environment has its own."""

    def sample(policy: Any, seen: jax.Array, noise: jax.Array) -> jax.Array:
        return policy(seen).sample(noise)

    def one(policy: Any, moments: Any, seen: jax.Array, noise: jax.Array) -> jax.Array:
        return (jax.vmap(sample) if apart else sample)(policy, normalised(moments, seen), noise)

    return jax.vmap(one)(policy, moments, seen, noise)


def normalised(moments: Moments | tuple[()], seen: jax.Array) -> jax.Array:
    """Return observations as the networks see them."""
    return moments.normalise(seen) if isinstance(moments, Moments) else seen


def segment(
    env: Environments, policy: Any, stream: Stream, noise: jax.Array, *, apart: bool = False
) -> tuple[Stream, Rollout, Episodes]:
    """Take T steps from where the environments stand.

    Args:
        env: S E environments.
        policy: with a leading axis of S.
        stream: where they stand.
        noise: [T, S, E, ...], from which the actions are sampled.
        apart: the policy has a second leading axis of E.

    Returns:
        Where they stand then; the transitions [S, T, E, ...], observations and rewards as they were; what ended.
    """
    seeds, each = stream.observation.shape[:2]

    # What a step hands on and gives out is kept to the least: with many more arrays XLA takes to running the parts
    # of a step on several threads, and each call of the physics then pays for its way into another thread.
    def step(carry: tuple[Any, jax.Array], noise: jax.Array) -> tuple[tuple[Any, jax.Array], tuple[jax.Array, ...]]:
        state, seen = carry
        actions = act(policy, stream.moments, seen, noise, apart=apart)
        state, transition = env.step(state, actions.reshape(seeds * each, *actions.shape[2:]))
        successor, observation, *outcome = (
            field.reshape(seeds, each, *field.shape[1:]) for field in _needed(transition)
        )
        return (state, observation), (seen, actions, successor, *outcome)

    (state, observation), columns = jax.lax.scan(step, (stream.env, stream.observation), noise)
    seen, actions, successors, rewards, terminated, truncated = (jnp.moveaxis(one, 1, 0) for one in columns)
    rollout = Rollout(seen, actions, rewards, successors, terminated, truncated, jnp.ones_like(terminated))
    episodes, totals = jax.vmap(_episodes)(rollout, stream.episode_return, stream.episode_length, stream.steps)
    episode_return, episode_length, steps = totals
    after = stream._replace(
        env=state, observation=observation, episode_return=episode_return, episode_length=episode_length, steps=steps
    )
    return after, rollout, episodes


def _episodes(rollout: Rollout, past: jax.Array, length: jax.Array, steps: jax.Array) -> tuple[Episodes, Any]:
    """Sum up one seed's episodes [T, E], from those under way [E]; also return those under way then, and the steps."""
    ended = rollout.terminated | rollout.truncated
    begins = jnp.concatenate([jnp.zeros_like(ended[:1]), ended[:-1]])

    def sums(terms: jax.Array, first: jax.Array) -> jax.Array:
        """Add up from the beginning of each episode."""

        def join(one: tuple[jax.Array, jax.Array], two: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
            return one[0] | two[0], jnp.where(two[0], two[1], one[1] + two[1])

        return jax.lax.associative_scan(join, (begins, terms.at[0].add(first)))[1]

    returns, lengths = sums(rollout.rewards, past), sums(jnp.ones(ended.shape, jnp.int32), length)
    horizon, each = ended.shape
    counted = steps + each * (1 + jnp.arange(horizon, dtype=steps.dtype))
    episodes = Episodes(ended, returns, lengths, jnp.broadcast_to(counted[:, None], ended.shape))
    under_way = [jnp.where(ended[-1], 0, total[-1]) for total in (returns, lengths)]
    return episodes, (*under_way, counted[-1])


def whole_episodes(
    env: Environments, policy: Any, stream: Stream, noise: jax.Array, keys: jax.Array, *, apart: bool
) -> tuple[Stream, Rollout, Episodes]:
    """Run one new episode in each environment, of at most T steps; stop when the last has ended.

    Rows after the end of an environment's episode are not valid, and count neither as steps nor as episodes.
    """
    horizon, seeds, each = noise.shape[:3]
    bits = jax.vmap(lambda key: jax.random.bits(jax.random.fold_in(key, 0), (each,), jnp.uint32))(keys)
    state, observation = env.reset(bits.reshape(-1))
    stream = stream._replace(
        env=state,
        observation=observation.reshape(stream.observation.shape),
        episode_return=jnp.zeros_like(stream.episode_return),
        episode_length=jnp.zeros_like(stream.episode_length),
    )
    shapes = jax.eval_shape(lambda stream: segment(env, policy, stream, noise, apart=apart)[1:], stream)
    kept = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)

    def under_way(carry: tuple[Any, ...]) -> jax.Array:
        time, _, alive, _ = carry
        return (time < horizon) & alive.any()

    def go_on(carry: tuple[Any, ...]) -> tuple[Any, ...]:
        time, stream, alive, kept = carry
        after, rows, episodes = segment(env, policy, stream, noise[time][None], apart=apart)
        rows = rows._replace(valid=alive[:, None])
        steps = stream.steps + alive.sum(axis=1, dtype=stream.steps.dtype)
        cut = (time == horizon - 1) & ~rows.terminated  # a horizon shorter than the time limit truncates as well
        rows = rows._replace(truncated=rows.truncated | cut)
        ended = rows.terminated | rows.truncated
        total = jnp.broadcast_to(steps[:, None, None], ended.shape)
        episodes = episodes._replace(ended=ended & alive[:, None], steps=total)
        kept = jax.tree.map(lambda all_, one: all_.at[:, time].set(one[:, 0]), kept, (rows, episodes))
        return time + 1, after._replace(steps=steps), alive & ~ended[:, 0], kept

    start = (jnp.int32(0), stream, jnp.ones((seeds, each), bool), kept)
    _, stream, _, (rows, episodes) = jax.lax.while_loop(under_way, go_on, start)
    return stream, rows, episodes


def _needed(transition: Transition) -> tuple[jax.Array, ...]:
    return (
        transition.successor,
        transition.observation,
        transition.reward,
        transition.terminated,
        transition.truncated,
    )

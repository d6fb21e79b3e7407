"""What is compiled: an iteration of S seeds in lock-step, gathering and learning."""

from types import ModuleType
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from ..agents.data import Rollout
from ..agents.settings import Settings
from .collecting import Episodes, Stream, normalised, segment, whole_episodes
from .environments import Environments
from .normalising import Moments, RewardScale

FIRST = (1 << 32) - 1
"""The number of the iteration whose random key sets everything up; no run gets that far."""


class Learner(NamedTuple):
    """S seeds: what their agents have learnt, and where their environments stand; a tree of arrays."""

    agent: Any
    stream: Stream


class Told(NamedTuple):
    """What an iteration tells.

    Attributes:
        info: the agent's own, [S] each.
        rewards_finite: [S] bool.
        parameters_finite: [S] bool, of what the agent has learnt.
        episodes: what ended, [S, T, E] each.
        steps: [S], taken so far.
    """

    info: Any
    rewards_finite: jax.Array
    parameters_finite: jax.Array
    episodes: Episodes
    steps: jax.Array


class Gathered(NamedTuple):
    """What acting gives: where the environments stand then, what is to be learnt from, what is to be told of it."""

    stream: Stream
    rollout: Rollout
    episodes: Episodes
    rewards_finite: jax.Array


class Program:
    """The functions of one agent with one set of settings on S E environments; none of them has a state.

    Attributes:
        agent: a module of `rlproof.impl.agents`.
        config: its settings.
        env: S E environments.
    """

    def __init__(self, agent: ModuleType, config: Settings, env: Environments, *, one_by_one: bool) -> None:
        """Make the functions; with `one_by_one` the seeds learn one after the other, which suits a processor."""
        self.agent, self.config, self.env = agent, config, env
        self._map = (lambda f, *trees: jax.lax.map(lambda tree: f(*tree), trees)) if one_by_one else _together

    def start(self, seeds: jax.Array) -> Learner:
        """Set everything up for seeds [S]."""
        config, count = self.config, len(seeds)
        env_keys, agent_keys = self.keys(seeds, FIRST)
        agent = jax.vmap(lambda key: self.agent.init(config, self.env.sizes, key))(agent_keys)
        bits = jax.vmap(lambda key: jax.random.bits(key, (config.environments,), jnp.uint32))(env_keys)
        state, observation = self.env.reset(bits.reshape(-1))
        nothing = jnp.zeros((count, config.environments))

        def each(tree: Any) -> Any:
            return jax.tree.map(lambda leaf: jnp.broadcast_to(leaf, (count, *leaf.shape)), tree)

        size = self.env.sizes.observation
        stream = Stream(
            env=state,
            observation=observation.reshape(count, config.environments, -1),
            episode_return=nothing.astype(jnp.float32),
            episode_length=nothing.astype(jnp.int32),
            moments=each(Moments.of_nothing(size)) if config.normalise_observations else (),
            scale=() if config.reward_discount is None else each(RewardScale.of_nothing(config.environments)),
            steps=jnp.zeros(count, jnp.int32),
        )
        return Learner(agent, stream)

    @staticmethod
    def keys(seeds: jax.Array, iteration: jax.Array | int) -> tuple[jax.Array, jax.Array]:
        """Return two random keys [S] each, to act and to learn with; they depend on seed and number alone."""
        both = jax.vmap(lambda seed: jax.random.split(jax.random.fold_in(jax.random.key(seed), iteration)))(seeds)
        return both[:, 0], both[:, 1]

    def gather(self, policy: Any, stream: Stream, keys: jax.Array) -> Gathered:
        """Act by the policies of all seeds."""
        config = self.config
        shape = (config.horizon, config.environments)
        noise = jnp.moveaxis(jax.vmap(lambda policy, key: policy.noise(key, shape))(policy, keys), 1, 0)
        if config.collects == "segments":
            after, raw, episodes = segment(self.env, policy, stream, noise)
        else:
            apart = config.collects == "population"
            after, raw, episodes = whole_episodes(self.env, policy, stream, noise, keys, apart=apart)
        finite = jnp.isfinite(raw.rewards).all(axis=(1, 2))
        moments, scale, rollout = jax.vmap(self._prepare)(stream.moments, stream.scale, raw)
        return Gathered(after._replace(moments=moments, scale=scale), rollout, episodes, finite)

    def learn(self, agent: Any, rollout: Rollout, keys: jax.Array) -> tuple[Any, Any]:
        """Update the agents of all seeds; return them and their infos."""
        return self._map(lambda *one: self.agent.update(self.config, *one), agent, rollout, keys)

    def learn_actor(self, agent: Any, rollout: Rollout, keys: jax.Array) -> tuple[Any, Any, jax.Array]:
        """Return the actors and infos of `learn`; the regression of the critics is compiled to nothing."""
        learnt, info = self.learn(agent, rollout, keys)
        return learnt.actor, info, self.sound(learnt.actor)

    def learn_critic(self, agent: Any, rollout: Rollout, keys: jax.Array) -> tuple[Any, jax.Array]:
        """Return the critics of `learn`; the update of the actors is compiled to nothing."""
        critic = self.learn(agent, rollout, keys)[0].critic
        return critic, self.sound(critic)

    def several(self, learner: Learner, seeds: jax.Array, first: jax.Array, *, count: int) -> tuple[Learner, Told]:
        """Gather and learn so many times; infos are averaged, what ended is [S, count T, E]."""

        def one(learner: Learner, number: jax.Array) -> tuple[Learner, Told]:
            gather_keys, learn_keys = self.keys(seeds, number)
            gathered = self.gather(learner.agent.actor.policy, learner.stream, gather_keys)
            agent, info = self.learn(learner.agent, gathered.rollout, learn_keys)
            told = Told(info, gathered.rewards_finite, self.sound(agent), gathered.episodes, gathered.stream.steps)
            return Learner(agent, gathered.stream), told

        learner, told = jax.lax.scan(one, learner, first + jnp.arange(count, dtype=jnp.uint32))
        return learner, Told(
            info=jax.tree.map(lambda leaf: leaf.mean(axis=0), told.info),
            rewards_finite=told.rewards_finite.all(axis=0),
            parameters_finite=told.parameters_finite.all(axis=0),
            episodes=jax.tree.map(_in_a_row, told.episodes),
            steps=told.steps[-1],
        )

    @staticmethod
    def sound(tree: Any) -> jax.Array:
        """Tell for each seed [S] whether no number of a tree is NaN."""
        leaves = [leaf for leaf in jax.tree.leaves(tree) if jnp.issubdtype(leaf.dtype, jnp.floating)]
        return jnp.stack([~jnp.isnan(leaf).any(axis=tuple(range(1, leaf.ndim))) for leaf in leaves]).all(axis=0)

    def _prepare(self, moments: Any, scale: Any, raw: Rollout) -> tuple[Any, Any, Rollout]:
        """Bring one seed's transitions to the scale on which it acted; then take them into the statistics."""
        rollout = raw._replace(
            observations=normalised(moments, raw.observations), successors=normalised(moments, raw.successors)
        )
        if isinstance(moments, Moments):
            rows = raw.observations.reshape(-1, raw.observations.shape[-1])
            moments = moments.with_rows(rows, raw.valid.reshape(-1).astype(rows.dtype))
        if self.config.reward_discount is not None:
            ended = raw.terminated | raw.truncated
            scale, rewards = scale.scale(raw.rewards, ended, gamma=self.config.reward_discount, valid=raw.valid)
            rollout = rollout._replace(rewards=rewards)
        return moments, scale, rollout


def _in_a_row(leaf: jax.Array) -> jax.Array:
    """Bring [count, S, T, E] to [S, count T, E]."""
    count, seeds, horizon, each = leaf.shape
    return jnp.moveaxis(leaf, 0, 1).reshape(seeds, count * horizon, each)


def _together(function: Any, *trees: Any) -> Any:
    return jax.vmap(function)(*trees)

"""The child process of `accelerator_training.py`: one PPO run on JAX's first device, written to a JSON file.

Each run is a process of its own, so that no other program holds the device's memory. The peers run under an
interpreter that need not have rlproof: nothing is imported before it is known who trains.

All have the same environments, horizon, minibatches, epochs, networks and hyper-parameters, and are evaluated at
the same steps, by one episode of the acting policy in each of some environments. Evaluation is not on the clock. What
is killed leaves its marks so far, in a file whose name ends in `.partial`.
"""

import argparse
import contextlib
import functools
import importlib.metadata
import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

RATE, DISCOUNT, LAMBDA, CLIP, HIDDEN = 3e-4, 0.99, 0.95, 0.2, (64, 64)
"""Of the paper's table 3; the layers are tanh."""
JUDGES, LIMIT = 128, 1000
"""Environments of an evaluation, at most as many as those of training, and the longest episode."""

Mark = tuple[int, float, float]
"""Steps so far, seconds of training so far, mean return of the policy; the first comes when all is compiled."""


class EnoughError(Exception):
    """A run shall end at its last mark."""


def main() -> None:
    """Train and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("contender", choices=list(CONTENDERS))
    parser.add_argument("output", type=Path)
    parser.add_argument("--task", required=True, help="as the contender calls it")
    for name in ("environments", "horizon", "minibatches", "epochs", "steps", "evaluations", "seed"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument(
        "--seconds", type=float, default=math.inf, help="of training and compiling, after which a run ends sooner"
    )
    parser.add_argument("--target", type=float, default=math.inf, help="return, at which a run ends sooner")
    options = parser.parse_args()
    package, train = CONTENDERS[options.contender]
    options.version = importlib.metadata.version(package)
    train(options)
    unfinished(options).replace(options.output)


def unfinished(options: argparse.Namespace) -> Path:
    """Where the marks are while a run goes on."""
    return options.output.with_suffix(".partial")


def write(options: argparse.Namespace, marks: list[Mark]) -> None:
    """Write what is known so far."""
    import jax

    device = jax.devices()[0].device_kind
    content = {"version": options.version, "jax": jax.__version__, "device": device, "marks": marks}
    unfinished(options).write_text(json.dumps(content))


def ended(options: argparse.Namespace, marks: list[Mark]) -> bool:
    """Say whether a run shall end at its last mark; there are three at least, or no rate could be told."""
    steps, seconds, found = marks[-1]
    return steps >= options.steps or (len(marks) > 2 and (seconds >= options.seconds or found >= options.target))


def ours(options: argparse.Namespace, *, engine: Any) -> None:
    """Train rlproof's PPO."""
    from rlproof.impl.agents import ppo
    from rlproof.impl.training.training import Training
    from rlproof.training.tasks import maker

    rows = options.environments * options.horizon // options.minibatches
    config = ppo.Config(
        environments=options.environments,
        horizon=options.horizon,
        gamma=DISCOUNT,
        gae_lambda=LAMBDA,
        clip_epsilon=CLIP,
        hidden=HIDDEN,
        learning_rate=RATE,
        critic_learning_rate=RATE,
        minibatch=rows,
        critic_minibatch=rows,
        epochs=options.epochs,
        critic_epochs=options.epochs,
        normalise_observations=True,
        normalise_rewards=True,
    )
    began = time.perf_counter()
    training = Training(ppo, config, maker(options.task, engine), [options.seed])
    built = time.perf_counter() - began
    judge = _judge(maker(options.task, engine)(min(JUDGES, options.environments), None, 1))
    marks: list[Mark] = [(0, built, math.nan)]  # everything that trains is compiled by now
    while not ended(options, marks):
        report = training.call()
        if report.seed_steps >= len(marks) * options.steps / options.evaluations:
            marks.append((report.seed_steps, built + report.seconds, judge(training.settle()[0])))
            write(options, marks)
    training.close()


def _judge(env: Any) -> Callable[[Any], float]:
    """Return what evaluates the policy of a learner with one seed."""
    import jax
    import jax.numpy as jnp

    from rlproof.impl.training.collecting import normalised
    from rlproof.impl.training.environments import Environments

    envs, count = Environments(env), env.num_envs

    def episodes(policy: Any, moments: Any, key: jax.Array) -> jax.Array:
        def step(carry: tuple[Any, ...], key: jax.Array) -> tuple[tuple[Any, ...], None]:
            state, seen, total, alive = carry
            actions = policy(normalised(moments, seen)).sample(policy.noise(key, (count,)))
            state, now = envs.step(state, actions)
            total += jnp.where(alive, now.reward, 0)
            return (state, now.observation, total, alive & ~(now.terminated | now.truncated)), None

        first = (*envs.reset(jnp.arange(count, dtype=jnp.uint32)), jnp.zeros(count), jnp.ones(count, bool))
        return jax.lax.scan(step, first, jax.random.split(key, LIMIT))[0][2].mean()

    compiled = jax.jit(episodes)

    def judge(learner: Any) -> float:
        policy, moments = jax.tree.map(lambda leaf: leaf[0], (learner.agent.actor.policy, learner.stream.moments))
        return float(compiled(policy, moments, jax.random.key(0)))

    return judge


def brax(options: argparse.Namespace) -> None:
    """Train brax's PPO on brax's task, physics by MJX."""
    from brax import envs

    _by_brax(options, envs.get_environment(options.task, backend="mjx"), reward_scaling=1.0)


def playground(options: argparse.Namespace) -> None:
    """Train brax's PPO on MuJoCo Playground's task, as Playground does, on the physics that it chooses itself."""
    from mujoco_playground import registry, wrapper

    env = registry.load(options.task)
    # Its solver stops after four iterations, and would print that for every environment at every step.
    env._mjx_model = env.mjx_model.tree_replace({"opt._impl.warn_overflow": 0})  # noqa: SLF001 - no public way
    _by_brax(options, env, reward_scaling=10.0, wrap_env_fn=wrapper.wrap_for_brax_training)


def _by_brax(options: argparse.Namespace, env: Any, **more: Any) -> None:
    import jax
    from brax.training.agents.ppo import networks, train

    if not hasattr(jax, "device_put_replicated"):
        jax.device_put_replicated = _device_put_replicated
    marks: list[Mark] = []

    def told(steps: int, metrics: dict[str, Any]) -> None:
        if steps:
            marks.append((int(steps), float(metrics["training/walltime"]), float(metrics["eval/episode_reward"])))
            write(options, marks)
            if ended(options, marks):
                raise EnoughError  # brax knows no other way

    with contextlib.suppress(EnoughError):
        train.train(
            env,
            num_timesteps=options.steps,
            num_evals=options.evaluations + 1,  # the first is before any training
            num_eval_envs=min(JUDGES, options.environments),
            num_envs=options.environments,
            episode_length=LIMIT,
            unroll_length=options.horizon,
            batch_size=options.environments // options.minibatches,
            num_minibatches=options.minibatches,
            num_updates_per_batch=options.epochs,
            learning_rate=RATE,
            discounting=DISCOUNT,
            gae_lambda=LAMBDA,
            clipping_epsilon=CLIP,
            entropy_cost=0.0,
            normalize_observations=True,
            network_factory=functools.partial(
                networks.make_ppo_networks,
                policy_hidden_layer_sizes=HIDDEN,
                value_hidden_layer_sizes=HIDDEN,
                activation=jax.numpy.tanh,
            ),
            seed=options.seed,
            progress_fn=told,
            **more,
        )


def _device_put_replicated(tree: Any, devices: list[Any]) -> Any:
    """Do what the function of this name did, which brax calls and newer JAX has dropped."""
    import jax

    sharding = jax.sharding.NamedSharding(jax.sharding.Mesh(devices, ("i",)), jax.sharding.PartitionSpec("i"))
    return jax.tree.map(lambda leaf: jax.device_put(jax.numpy.stack([leaf] * len(devices)), sharding), tree)


CONTENDERS: dict[str, tuple[str, Callable[[argparse.Namespace], None]]] = {
    "mjx": ("rlproof", functools.partial(ours, engine="mjx")),
    "warp": ("rlproof", functools.partial(ours, engine="warp")),
    "brax": ("brax", brax),
    "playground": ("playground", playground),
}
"""Name to the package that has the version, and the function that trains."""


if __name__ == "__main__":
    main()

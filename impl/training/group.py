"""Seeds in lock-step: their compiled programs, and what they have come to."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .compiling import jitted
from .errors import DivergenceError, RewardError
from .program import Learner, Program, Told

STEPS_AT_ONCE = 2048
"""Steps of each seed that one call of a compiled program takes at least: calling it costs a millisecond."""


class Compiled:
    """The programs of S seeds, which several groups can run at the same time.

    On a processor, one seed alone leaves a core without work. The critic is not needed while the policy acts: its
    regression runs on the other core while the policy learns and gathers the next transitions. Both programs are
    the agent's `update`, out of which the compiler drops what the other one computes.

    Attributes:
        program: the functions.
        inner: iterations in one call.
        overlaps: whether actor and critic learn in programs of their own.
    """

    def __init__(self, program: Program, seeds: int, *, overlap: bool) -> None:
        """Compile, one after the other: on few cores XLA's compilers wait for each other for ever."""
        self.program, config = program, program.config
        self.inner = max(1, -(-STEPS_AT_ONCE // config.batch)) if config.collects == "segments" else 1
        number, numbers = jax.ShapeDtypeStruct((), jnp.uint32), jax.ShapeDtypeStruct((seeds,), jnp.uint32)

        def compiled(function: Callable[..., Any], *arguments: Any) -> Any:
            return jitted(function).lower(*arguments).compile()

        self.start = compiled(program.start, numbers)
        learner = jax.eval_shape(program.start, numbers)
        agent, stream = learner
        self.overlaps = overlap and self.inner == 1 and config.critic_learns_apart
        if not self.overlaps:
            self.several = compiled(partial(program.several, count=self.inner), learner, numbers, number)
            return
        self.keys = compiled(program.keys, numbers, number)
        gather_keys, learn_keys = jax.eval_shape(program.keys, numbers, number)
        acting = (agent.actor.policy, stream, gather_keys)
        self.gather = compiled(program.gather, *acting)
        rollout = jax.eval_shape(program.gather, *acting).rollout
        self.actor = compiled(program.learn_actor, agent, rollout, learn_keys)
        self.critic = compiled(program.learn_critic, agent, rollout, learn_keys)


class Group:
    """S seeds whose environments are stepped together.

    Attributes:
        compiled: the programs.
        seeds: [S].
        calls: so far.
    """

    def __init__(self, compiled: Compiled, seeds: np.ndarray, *, helper: Executor) -> None:
        """Set up; critics learn in the helper if they have a program of their own."""
        self.compiled, self.seeds, self.calls = compiled, jnp.asarray(seeds, jnp.uint32), 0
        self._learner: Learner = compiled.start(self.seeds)
        self._helper = helper
        self._pending: Future[tuple[Any, jax.Array]] | None = None

    @property
    def program(self) -> Program:
        """The functions."""
        return self.compiled.program

    @property
    def iterations(self) -> int:
        """How often the agents have learnt."""
        return self.calls * self.compiled.inner

    @property
    def steps(self) -> int:
        """Steps taken so far by the seed that has taken the fewest."""
        return int(np.min(self._learner.stream.steps))

    def call(self) -> Told:
        """Run the compiled program once; the numbers of the result are NumPy's.

        Raises `RewardError` and `DivergenceError`.
        """
        told = self._call_overlapping() if self.compiled.overlaps else self._call_several()
        self.calls += 1
        told = jax.tree.map(np.asarray, told)
        self._check_rewards(told)
        self._check_parameters(told.parameters_finite)
        return told

    def settle(self) -> Learner:
        """Wait until nothing is pending; return what the seeds have come to. Raises `DivergenceError`."""
        if self._pending is not None:
            critic, sound = self._pending.result()
            self._pending = None
            self._learner = self._learner._replace(agent=self._learner.agent._replace(critic=critic))
            self._check_parameters(np.asarray(sound))
        return self._learner

    def restore(self, learner: Learner, calls: int) -> None:
        """Go on from what was settled after so many calls."""
        self.settle()
        self._learner, self.calls = learner, calls

    def _call_several(self) -> Told:
        first = jnp.uint32(self.iterations)
        self._learner, told = jax.block_until_ready(self.compiled.several(self._learner, self.seeds, first))
        return told

    def _call_overlapping(self) -> Told:
        run, (agent, stream) = self.compiled, self._learner
        gather_keys, learn_keys = run.keys(self.seeds, jnp.uint32(self.calls))
        stream, rollout, episodes, finite = run.gather(agent.actor.policy, stream, gather_keys)
        agent = self.settle().agent
        self._pending = self._helper.submit(lambda: jax.block_until_ready(run.critic(agent, rollout, learn_keys)))
        actor, info, sound = run.actor(agent, rollout, learn_keys)
        self._learner = Learner(agent._replace(actor=actor), stream)
        return Told(info, finite, sound, episodes, stream.steps)

    def _check_rewards(self, told: Told) -> None:
        if told.rewards_finite.all():
            return
        raise RewardError(
            "a reward is not finite",
            got="; ".join(self._first_broken(told, int(index)) for index in np.flatnonzero(~told.rewards_finite)),
            expected="finite rewards",
            cause="an option of the task that overflows, or an environment that became unstable and does not say so",
            remedy="look at the rewards of that step; a checkpoint, if there is one, is from before it",
        )

    def _first_broken(self, told: Told, index: int) -> str:
        """Say where a seed was paid no number first: the sum of its rewards so far has been none since then."""
        row = int(np.isfinite(told.episodes.returns[index]).all(axis=1).argmin())
        iteration = self._iterations_of_last_call.start + row // self.program.config.horizon
        step = told.episodes.steps[index, row].min()
        return f"NaN or infinity for seed {self.seeds[index]} in iteration {iteration}, step {step}"

    def _check_parameters(self, sound: np.ndarray) -> None:
        if sound.all():
            return
        last = self._iterations_of_last_call
        whose = ", ".join(str(seed) for seed in np.asarray(self.seeds)[~sound])
        raise DivergenceError(
            "training has diverged: a parameter is NaN",
            got=f"NaN of seed {whose} in iteration {last[0]}{f' or later, up to {last[-1]}' if len(last) > 1 else ''}",
            expected="finite parameters",
            cause="steps that are too long: look at kl and value_loss of the iterations before, in metrics.csv",
            remedy="lower the learning rates or normalise, in a new run: this one would diverge again; "
            "a checkpoint, if there is one, is from before it",
        )

    @property
    def _iterations_of_last_call(self) -> range:
        """Numbers of the iterations of the last call, counted from one."""
        return range(self.iterations - self.compiled.inner + 1, self.iterations + 1)

"""Seeds in lock-step: their compiled programs, and what they have come to."""

from concurrent.futures import Executor, Future
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .errors import DivergenceError, RewardError
from .program import Learner, Program, Told

STEPS_AT_ONCE = 2048
"""Steps of each seed that one call of a compiled program takes at least: calling it costs a millisecond."""


class Group:
    """S seeds whose environments are stepped together.

    On a processor, one seed alone leaves a core without work. The critic is not needed while the policy acts: its
    regression runs on the other core while the policy learns and gathers the next transitions. Both programs are
    the agent's `update`, out of which the compiler drops what the other one computes.

    Attributes:
        program: the functions.
        seeds: [S].
        inner: iterations in one call.
        calls: so far.
    """

    def __init__(self, program: Program, seeds: np.ndarray, *, helper: Executor | None) -> None:
        """Set up; a single seed's critic learns in the helper, if there is one."""
        self.program, self.seeds, self.calls = program, jnp.asarray(seeds, jnp.uint32), 0
        config = program.config
        self.inner = max(1, -(-STEPS_AT_ONCE // config.batch)) if config.collects == "segments" else 1
        # The matrices are so small that sharing a product among threads costs more than it saves.
        options = {"xla_cpu_multi_thread_eigen": False} if jax.default_backend() == "cpu" else None
        compiled = partial(jax.jit, compiler_options=options)
        self._learner: Learner = compiled(program.start)(self.seeds)
        self._helper = helper if self.inner == 1 and len(seeds) == 1 and self._learner.agent.critic else None
        self._pending: Future[tuple[Any, jax.Array]] | None = None
        self._several = compiled(partial(program.several, count=self.inner))
        self._gather, self._keys = compiled(program.gather), jax.jit(program.keys)
        self._actor, self._critic = compiled(program.learn_actor), compiled(program.learn_critic)

    @property
    def iterations(self) -> int:
        """How often the agents have learnt."""
        return self.calls * self.inner

    @property
    def steps(self) -> int:
        """Steps taken so far by the seed that has taken the fewest."""
        return int(np.min(self._learner.stream.steps))

    def call(self) -> Told:
        """Run the compiled program once; the numbers of the result are NumPy's.

        Raises `RewardError` and `DivergenceError`.
        """
        told = self._call_several() if self._helper is None else self._call_overlapping(self._helper)
        self.calls += 1
        told = jax.tree.map(np.asarray, told)
        self._check(told.rewards_finite, told.parameters_finite)
        return told

    def settle(self) -> Learner:
        """Wait until nothing is pending; return what the seeds have come to. Raises `DivergenceError`."""
        if self._pending is not None:
            critic, sound = self._pending.result()
            self._pending = None
            self._learner = self._learner._replace(agent=self._learner.agent._replace(critic=critic))
            self._check(np.ones(len(self.seeds), bool), np.asarray(sound))
        return self._learner

    def restore(self, learner: Learner, calls: int) -> None:
        """Go on from what was settled after so many calls."""
        self.settle()
        self._learner, self.calls = learner, calls

    def _call_several(self) -> Told:
        first = jnp.uint32(self.iterations)
        self._learner, told = jax.block_until_ready(self._several(self._learner, self.seeds, first))
        return told

    def _call_overlapping(self, helper: Executor) -> Told:
        gather_keys, learn_keys = self._keys(self.seeds, self.calls)
        stream, rollout, episodes, finite = self._gather(
            self._learner.agent.actor.policy, self._learner.stream, gather_keys
        )
        agent = self.settle().agent
        self._pending = helper.submit(lambda: jax.block_until_ready(self._critic(agent, rollout, learn_keys)))
        actor, info, sound = self._actor(agent, rollout, learn_keys)
        self._learner = Learner(stream, agent._replace(actor=actor))
        return Told(info, finite, sound, episodes, stream.steps)

    def _check(self, rewards: np.ndarray, parameters: np.ndarray) -> None:
        if not rewards.all():
            raise RewardError(
                "a reward is not finite",
                got=f"NaN or infinity in iteration {self.iterations}, {self._whose(rewards)}",
                expected="finite rewards",
                cause="an option of the task that overflows, or an environment that became unstable and does not say so",
                remedy="look at the rewards of that iteration; the last checkpoint is from before it",
            )
        if not parameters.all():
            raise DivergenceError(
                "training has diverged: a parameter is NaN",
                got=f"NaN after iteration {self.iterations}, {self._whose(parameters)}",
                expected="finite parameters",
                cause="steps that are too long: the KL divergence and the value loss of the iterations before tell",
                remedy="lower the learning rate or normalise; the last checkpoint is from before it, go on with --resume",
            )

    def _whose(self, fine: np.ndarray) -> str:
        return "seed " + ", ".join(str(seed) for seed in np.asarray(self.seeds)[~fine])

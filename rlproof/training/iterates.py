"""The iterates of a training on a finite process, as tables of probabilities: what the exact theory is about."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from rich.console import Console
from rich.progress import track

from ..envs.tabular_env import TabularEnv
from ..impl.training.collecting import normalised
from ..impl.training.training import Training
from ..spec.mdp import MDP
from ..spec.numbers import float64
from ..spec.policy import softmax
from .theory import Theory, theory

CHEAP = 100
"""States, up to which every step is looked at: the theory of one takes less than half a second then, five with 500."""


class Iterates:
    """The policies that the first seed had whenever it was looked at.

    Attributes:
        mdp: the process, discounted as the agent discounts; as its own table says if the agent does not.
        seed: the first.
        policies: a table [S, A] for each look.
    """

    def __init__(self, mdp: MDP, seed: int) -> None:
        """Begin without any."""
        self.mdp, self.seed = mdp, seed
        self.policies: list[np.ndarray] = []

    @classmethod
    def of(cls, training: Training) -> "Iterates | None":
        """Return what will keep a training's iterates; None where they are no tables."""
        group = training.groups[0]
        program = group.program
        if not isinstance(program.env.env, TabularEnv):
            return None
        mdp = program.env.env.mdp.to("float64")
        discount = float64(getattr(program.config, "gamma", mdp.discount))
        return cls(MDP(mdp.transition, mdp.reward, mdp.initial, discount, mdp.terminal), int(group.seeds[0]))

    def look(self, training: Training) -> None:
        """Keep the policy that acts next; of a population it is the one around which it is drawn."""
        (agent, stream), *_ = training.settle()
        acting = getattr(agent.actor, "mean", agent.actor.policy)
        acting, moments = jax.tree.map(lambda leaf: leaf[0], (acting, stream.moments))
        every_state = normalised(moments, jnp.eye(self.mdp.number_of_states))
        self.policies.append(softmax(np.asarray(acting(every_state).logits, np.float64)))

    @property
    def are_cheap(self) -> bool:
        """Whether the theory of every step can be had, not only that of a few."""
        return self.mdp.number_of_states <= CHEAP

    def theory(self, console: Console) -> Theory:
        """Compute the exact theory of the steps from each look to the next, and show how far it has come."""
        return theory(self.mdp, self.policies, track=partial(track, description="exact theory", console=console))

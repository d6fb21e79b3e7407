"""The decision process of two states and two actions whose every number is a symbol of its own."""

from typing import NamedTuple

from rlproof.spec.mdp import MDP

from .array import SymbolicArray, distributions, symbols


class Setting(NamedTuple):
    """A process, two policies, and the parameters of both: the probability of the first action in each state."""

    mdp: MDP
    policy: SymbolicArray
    new_policy: SymbolicArray
    parameters: SymbolicArray
    new_parameters: SymbolicArray
    free: SymbolicArray
    """One number for each state, to be used as a fact likes."""


def setting() -> Setting:
    """Make it of independent symbols; nothing is assumed of them but that rows sum to one."""
    P, R, rho, gamma, pi, new, free = symbols(P=(2, 2), R=(2, 2), rho=(), gamma=(), pi=(2,), new=(2,), free=(2,))
    mdp = MDP(distributions(P), R, distributions(rho), gamma)
    return Setting(mdp, distributions(pi), distributions(new), pi, new, free)


SIZE = "2 states and 2 actions; every probability and reward and the discount is a symbol"
"""How the facts about this process differ from what the sources state."""

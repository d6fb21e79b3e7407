"""What the definitions about processes are evaluated on."""

from typing import Any, NamedTuple

from rlproof.spec.mdp import MDP


class Case(NamedTuple):
    """A process, two policies, an estimate of values, a share of the new policy, and a number of steps."""

    name: str
    process: MDP
    policy: Any
    new_policy: Any
    state_values: Any
    alpha: Any
    horizon: int

    @property
    def mixed(self) -> Any:
        """The mixture of both policies."""
        return (1 - self.alpha) * self.policy + self.alpha * self.new_policy

    @property
    def last(self) -> tuple[int, int]:
        """The last state and the last action: the numbers n and m of the statements."""
        return self.process.number_of_states - 1, self.process.number_of_actions - 1

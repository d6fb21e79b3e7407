"""The decision process with few successors per action, a frozen value that is validated once."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .decision_process import MDP
from .errors import DiscountError, NumberSystemError, ParameterError, TerminalStateError
from .numbers import Array, as_array, as_scalar, system_of
from .validation import check_distribution, check_finite, check_not_empty, check_shape, read_flags


@dataclass(frozen=True, eq=False)
class SparseMDP:
    r"""A finite Markov decision process in which every action has at most K successors.

    Number system ``float64`` only. Arrays are copied, checked and made read-only.

    Attributes:
        successors: [S, A, K] integers, the possible next states; a state listed twice
            in one row has the sum of its probabilities.
        probabilities: [S, A, K], probability of each successor; pad short rows with zeros.
        reward: [S, A], expected one-step reward.
        initial: [S], distribution of the first state.
        discount: gamma in [0, 1).
        terminal: [S] booleans, or None for no terminal state; a terminal state is
            absorbing and pays zero.
    """

    successors: Array
    probabilities: Array
    reward: Array
    initial: Array
    discount: float
    terminal: Array = None

    def __post_init__(self) -> None:
        """Read and check every field; arrays become read-only."""
        successors = _read_successors(self.successors)
        states, actions, _ = successors.shape
        arrays = {name: _read_float64(name, getattr(self, name)) for name in ("probabilities", "reward", "initial")}
        check_shape("probabilities", arrays["probabilities"], successors.shape, "as successors has")
        check_shape("reward", arrays["reward"], (states, actions), "states, actions")
        check_shape("initial", arrays["initial"], (states,), "states")
        check_finite("reward", arrays["reward"])
        check_distribution("probabilities", arrays["probabilities"])
        check_distribution("initial", arrays["initial"])
        flags = np.zeros(states, bool) if self.terminal is None else self.terminal
        terminal = read_flags("terminal", flags, arrays["initial"], "one flag per state")
        for name, value in {**arrays, "successors": successors, "terminal": terminal}.items():
            own = value.copy()
            own.flags.writeable = False
            object.__setattr__(self, name, own)
        object.__setattr__(self, "discount", as_scalar(self.discount, "discount", "float64"))
        _check_discount(self.discount)
        _check_terminal(self)

    @property
    def number_of_states(self) -> int:
        """The number of states S."""
        return self.reward.shape[0]

    @property
    def number_of_actions(self) -> int:
        """The number of actions A."""
        return self.reward.shape[1]

    @property
    def system(self) -> str:
        """The number system of the data, always ``float64``."""
        return "float64"

    def to_dense(self) -> MDP:
        """Write the transitions out as [S, A, S]; for processes small enough to hold that."""
        states, actions = self.reward.shape
        transition = np.zeros((states, actions, states))
        rows, columns = np.arange(states)[:, None, None], np.arange(actions)[:, None]
        np.add.at(transition, (rows, columns, self.successors), self.probabilities)
        return MDP(transition, self.reward, self.initial, self.discount, self.terminal)

    def __repr__(self) -> str:
        """Show sizes rather than contents."""
        states, actions, successors = self.successors.shape
        sizes = f"states={states}, actions={actions}, successors={successors}"
        return f"SparseMDP({sizes}, discount={self.discount})"


def _read_successors(data: Any) -> Array:
    successors = np.asarray(data)
    if successors.ndim != 3:
        check_shape("successors", successors, ("S", "A", "K"), "states, actions, successors")
    check_not_empty("successors", successors, "states, actions and successors")
    states = successors.shape[0]
    if successors.dtype.kind not in "iu":
        raise ParameterError(
            "successors are not integers",
            got=f"dtype {successors.dtype}",
            expected=f"indices of states, integers from 0 to {states - 1}",
            cause="probabilities and successors in each other's place, or indices read from a text file",
            remedy="write successors.astype(int), if they are whole numbers",
        )
    outside = (successors < 0) | (successors >= states)
    if outside.any():
        where = tuple(int(i) for i in np.argwhere(outside)[0])
        raise ParameterError(
            "a successor is not a state",
            got=f"{successors[where]} at index {where} ({np.count_nonzero(outside)} in all)",
            expected=f"indices of states, integers from 0 to {states - 1}",
            cause="states counted from one, or -1 as padding",
            remedy="count from zero; pad a short row with any state and probability zero",
        )
    return successors.astype(np.intp)


def _read_float64(name: str, data: Any) -> Array:
    array = as_array(data, name)
    if system_of(array) != "float64":
        raise NumberSystemError(
            f"{name} is not float64",
            got=f"number system '{system_of(array)}'",
            expected="an array of floats",
            cause="lists of ints, Fractions or rational strings, which mean exact arithmetic",
            remedy="write numbers.float64(...), or take MDP for exact arithmetic",
        )
    return array


def _check_discount(discount: float) -> None:
    if not 0 <= discount < 1:
        raise DiscountError(
            "the discount is out of range",
            got=str(discount),
            expected="0 <= discount < 1",
            cause="a percentage, a NaN, or an undiscounted episodic problem",
            remedy="take a discount below one (a dense MDP allows 1 with guaranteed termination)",
        )


def _check_terminal(mdp: SparseMDP) -> None:
    ends = np.flatnonzero(mdp.terminal)
    elsewhere = (mdp.successors[ends] != ends[:, None, None]) & (mdp.probabilities[ends] > 0)
    leaves, pays = elsewhere.any(axis=(1, 2)), (mdp.reward[ends] != 0).any(axis=1)
    if (leaves | pays).any():
        first = int(np.argmax(leaves | pays))
        raise TerminalStateError(
            "a terminal state is not absorbing with zero reward",
            got=f"terminal state {ends[first]} " + ("moves on" if leaves[first] else "pays a reward"),
            expected="successors[s] == s and reward[s] == 0 for every terminal state s",
            cause="the reward of the last transition stored in the terminal state, or a restart built in",
            remedy="pay the reward on entering the state, and let it lead to itself",
        )

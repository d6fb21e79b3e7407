"""The finite Markov decision process, a frozen value that is validated once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .errors import (
    ActionSetError,
    DiscountError,
    IntegerDtypeError,
    TerminalStateError,
    TerminationError,
)
from .numbers import (
    Array,
    Scalar,
    as_array,
    as_scalar,
    convert,
    exact,
    holds,
    plain_array,
    same_system,
    simplest_probability,
    simplest_rational,
    system_of,
)
from .validation import check_distribution, check_finite, check_not_empty, check_shape, read_flags


@dataclass(frozen=True, eq=False)
class MDP:
    r"""A finite Markov decision process :math:`(P, R, \rho_0, \gamma)`.

    Float arrays give number system ``float64``; ints, Fractions and rational
    strings give ``exact``.

    Attributes:
        transition: [S, A, S], probability of the next state given state and action.
        reward: [S, A], expected one-step reward.
        initial: [S], distribution of the first state.
        discount: gamma in [0, 1); 1 only if every state can reach a terminal state.
        terminal: [S] booleans, or None for no terminal state; a terminal state is
            absorbing and pays zero.
    """

    transition: Array
    reward: Array
    initial: Array
    discount: Scalar
    terminal: Array = None

    def __post_init__(self) -> None:
        """Read and check every field; arrays become read-only."""
        arrays = _read_fields(
            transition=self.transition, reward=self.reward, initial=self.initial, discount=self.discount
        )
        transition = arrays["transition"]
        check_not_empty("transition", transition, "states and actions")
        if transition.ndim != 3:
            check_shape("transition", transition, ("S", "A", "S"), "states, actions, next states")
        states, actions, _ = transition.shape
        check_shape("transition", transition, (states, actions, states), "states, actions, next states")
        check_shape("reward", arrays["reward"], (states, actions), "states, actions")
        check_shape("initial", arrays["initial"], (states,), "states")
        check_finite("reward", arrays["reward"])
        check_distribution("transition", transition)
        check_distribution("initial", arrays["initial"])
        system = same_system(**arrays)
        discount = as_scalar(self.discount, "discount", system)
        flags = np.zeros(states, bool) if self.terminal is None else self.terminal
        terminal = read_flags("terminal", flags, arrays["initial"], "one flag per state")
        for name, value in {**arrays, "discount": discount, "terminal": terminal}.items():
            object.__setattr__(self, name, _frozen(value))
        _check_terminal(self)
        _check_discount(self)

    @property
    def number_of_states(self) -> int:
        """The number of states S."""
        return self.transition.shape[0]

    @property
    def number_of_actions(self) -> int:
        """The number of actions A."""
        return self.transition.shape[1]

    @property
    def system(self) -> str:
        """The number system of the data."""
        return system_of(self.reward)

    def to(self, system: str) -> "MDP":
        """Convert to another number system.

        From float64, probabilities are read by `simplest_probability` and other numbers by
        `simplest_rational`; rows that then do not sum to one are an error, as always.
        """

        def conversion(data: Array, read: Callable[[float], Scalar] = simplest_rational) -> Array:
            if self.system == "float64" and system != "float64":
                data = np.frompyfunc(read, 1, 1)(data)
            return convert(data, system)

        return MDP(
            conversion(self.transition, simplest_probability),
            conversion(self.reward),
            conversion(self.initial, simplest_probability),
            conversion(np.asarray(self.discount)).item(),
            self.terminal,
        )

    def replace(self, **changes: Any) -> "MDP":
        """Return a copy with some fields changed (and everything validated again)."""
        return replace(self, **changes)

    def __repr__(self) -> str:
        """Show sizes rather than contents."""
        return (
            f"MDP(states={self.number_of_states}, actions={self.number_of_actions}, "
            f"discount={self.discount}, system='{self.system}')"
        )


def _frozen(value: Any) -> Any:
    """Copy an array and forbid writing to it."""
    if isinstance(value, np.ndarray):
        value = value.copy()
        value.flags.writeable = False
    return value


def read_policy(mdp: MDP, policy: Array, name: str = "policy") -> Array:
    """Read a policy of this process as probabilities [S, A]; integers [S] are a deterministic policy."""
    if hasattr(policy, "number_system"):
        return policy
    array = plain_array(policy, name)
    states, actions = mdp.number_of_states, mdp.number_of_actions
    if array.ndim == 1 and array.dtype.kind in "iu":
        check_shape(name, array, (states,), "one action per state")
        if array.min() < 0 or array.max() >= actions:
            _wrong_actions(name, f"action {array.min() if array.min() < 0 else array.max()}", actions)
        chosen = np.arange(actions) == array[:, None]
        if mdp.system in ("float64", "rounded"):
            return chosen.astype(float)
        return convert(exact(chosen.astype(int)), "ball" if mdp.system == "ball" else "exact")
    if array.ndim == 2 and array.shape[0] == states and array.shape[1] != actions:
        _wrong_actions(name, f"{array.shape[1]} actions", actions)
    check_shape(name, array, (states, actions), "states, actions (or integers [S], one action per state)")
    if array.dtype.kind in "iu" and mdp.system in ("exact", "ball"):
        policy = exact(array)
    array = as_array(policy, name)
    if mdp.system == "ball" and system_of(array) == "exact":
        array = convert(array, "ball")
    same_system(**{"the decision process": mdp.reward, name: array})
    check_distribution(name, array)
    return array


def reaches_terminal(kernel: Array, terminal: Array) -> Array:
    """Find the states from which the state transition kernel leads to a terminal state."""
    connected = holds(kernel > 0)
    reached = terminal.copy()
    while np.any(grown := ~reached & (connected @ reached)):
        reached |= grown
    return reached


def check_termination(kernel: Array, terminal: Array, who: str) -> None:
    """Raise TerminationError unless the kernel leads to a terminal state from everywhere."""
    reached = reaches_terminal(kernel, terminal)
    if not reached.all():
        raise TerminationError(
            f"the discount is one and {who} does not guarantee termination",
            got=f"state {int(np.argmin(reached))} never reaches a terminal state "
            f"({int(np.sum(~reached))} such states; {int(np.sum(terminal))} states are terminal)",
            expected="a terminal state within reach of every state, or a discount below one",
            cause="terminal=None, or a policy that can circle for ever",
            remedy="mark the terminal states, change the policy, or take a discount below one",
        )


def _wrong_actions(name: str, got: str, actions: int) -> None:
    raise ActionSetError(
        f"{name} is over the wrong action set",
        got=got,
        expected=f"actions 0 to {actions - 1}, that is {actions} columns",
        cause="a policy of another problem, or actions counted from one",
        remedy="compare the policy's columns with mdp.number_of_actions",
    )


def _read_fields(discount: Scalar, **fields: Array) -> dict[str, Array]:
    """Read the arrays; whole numbers are exact, unless floats stand beside them."""
    arrays = {
        name: value if hasattr(value, "number_system") else plain_array(value, name) for name, value in fields.items()
    }
    kinds = {name: getattr(array, "dtype", np.dtype(object)).kind for name, array in arrays.items()}
    floats = [name for name, kind in kinds.items() if kind == "f"]
    if isinstance(discount, (float, np.floating)):
        floats.append("discount")
    for name, kind in kinds.items():
        if kind in "iub" and floats:
            raise IntegerDtypeError(
                f"{name} has an integer dtype beside floats",
                got=f"{name} of dtype {arrays[name].dtype}, but {floats[0]} is made of floats",
                expected="floats everywhere, or ints, Fractions and rational strings everywhere",
                cause="an array built from whole numbers, such as np.eye(3, dtype=int)",
                remedy=f"write {name}.astype(float); or, for exact arithmetic, give {floats[0]} as Fractions",
            )
        if kind in "iub":
            arrays[name] = exact(arrays[name])
    return {name: as_array(array, name) for name, array in arrays.items()}


def _check_terminal(mdp: MDP) -> None:
    if not mdp.terminal.any() or hasattr(mdp.reward, "number_system"):
        return
    ends = np.flatnonzero(mdp.terminal)
    leaves = [s for s in ends if not np.all(holds(mdp.transition[s, :, s] == 1))]
    pays = [s for s in ends if not np.all(holds(mdp.reward[s] == 0))]
    if leaves or pays:
        raise TerminalStateError(
            "a terminal state is not absorbing with zero reward",
            got=f"terminal state {int((leaves or pays)[0])} " + ("moves on" if leaves else "pays a reward"),
            expected="transition[s, :, s] == 1 and reward[s] == 0 for every terminal state s",
            cause="the reward of the last transition stored in the terminal state, or a restart built in",
            remedy="pay the reward on entering the state, and let it lead to itself",
        )


def _check_discount(mdp: MDP) -> None:
    if mdp.system == "series" or hasattr(mdp.reward, "number_system"):
        return
    if mdp.discount == 1:
        check_termination(mdp.transition.sum(axis=1), mdp.terminal, "the process")
    elif not (mdp.discount >= 0 and mdp.discount < 1):
        raise DiscountError(
            "the discount is out of range",
            got=str(mdp.discount),
            expected="0 <= discount < 1, or 1 with guaranteed termination",
            cause="a percentage, a NaN, or an infinite sum that does not converge",
            remedy="take a discount below one",
        )

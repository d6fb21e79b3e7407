"""Gymnasium's environments with a transition table, as decision processes.

An environment of this kind keeps `P[state][action]`, a list of outcomes (probability, next state, reward,
done), and `initial_state_distrib`. Two things in it are easy to misread:

- `done` belongs to the outcome. What the table says about the state entered is never played, and need not be
  absorbing: CliffWalking's goal can be left according to its own row. So every outcome with the flag leads to
  one extra state, the last one, which is terminal; the reward of the transition into it counts.
- The registered time limit is a wrapper that truncates episodes. It is not part of the decision process.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..spec.errors import ParameterError, RowSumError, ShapeError
from ..spec.mdp import MDP
from ..spec.numbers import Array, Scalar
from .blackjack import blackjack
from .exact_tables import assemble, only_last, zeros
from .gymnasium_envs import bare, make
from .optional import require
from .rationals import read_number, read_probability

if TYPE_CHECKING:
    from gymnasium import Env


def as_mdp(env_or_id: "Env[Any, Any] | str", *, discount: Scalar, system: str = "float64", **make_options: Any) -> MDP:
    """Return the decision process of a Gymnasium environment with a transition table, or of Blackjack.

    An environment of S states gives S + 1 states, the last one terminal. In `float64` the probabilities are
    those of the table. In `exact` and `ball` they are the rationals that the table's floats stand for (see
    `rationals`), and every row must then sum to exactly one. A time limit is not part of the process.

    Args:
        env_or_id: an environment, or an id such as "FrozenLake-v1".
        discount: gamma; in `exact` and `ball` an integer, a `Fraction` or a rational string.
        system: number system, "float64", "exact" or "ball".
        **make_options: passed to `gymnasium.make`, such as `is_slippery=False`.
    """
    if isinstance(env_or_id, str):
        env = make(env_or_id, **make_options)
        try:
            return as_mdp(env, discount=discount, system=system)
        finally:
            env.close()
    if make_options:
        raise ParameterError(
            "options for making an environment that is made already",
            got=", ".join(make_options),
            expected="options together with an id, or an environment without options",
            cause="an environment object was passed in place of its id",
            remedy="pass the options to gymnasium.make",
        )
    env = bare(env_or_id)
    # The class itself, not a subclass: that may have rules of its own.
    if type(env) is require("gymnasium.envs.toy_text.blackjack", purpose="blackjack").BlackjackEnv:
        return blackjack(discount=discount, natural=env.natural, sab=env.sab, system=system).mdp
    states, actions = _sizes(env)
    if system == "float64":
        tables = _read(env, np.zeros((states + 1, actions, states + 1)), np.zeros((states + 1, actions)), float, float)
        return MDP(*tables, discount=discount, terminal=only_last(states + 1))
    tables = _read(
        env, zeros(states + 1, actions, states + 1), zeros(states + 1, actions), read_probability, read_number
    )
    _check_rows(tables[0])
    return assemble(*tables, discount=discount, system=system, terminal=only_last(states + 1))


def _sizes(env: Any) -> tuple[int, int]:
    """Return the numbers of states and actions, after checking that a table is there and tells all."""
    discrete = require("gymnasium.spaces", purpose="an environment of Gymnasium").Discrete
    spaces = (env.observation_space, env.action_space)
    if not all(isinstance(space, discrete) and space.start == 0 for space in spaces):
        _refuse(f"spaces {spaces[0]} and {spaces[1]}", "finite spaces that count from zero", "continuous spaces")
    if not hasattr(env, "P") or not hasattr(env, "initial_state_distrib"):
        _refuse("no attribute P or no initial_state_distrib", "both", "the dynamics are code rather than a table")
    if getattr(env, "fickle_passenger", False):
        _refuse(
            "fickle_passenger=True",
            "dynamics given by the table alone",
            "the passenger's change of mind is not in P",
        )
    return int(spaces[0].n), int(spaces[1].n)


def _read(
    env: Any,
    transition: Array,
    reward: Array,
    read: Callable[[float], Any],
    read_reward: Callable[[float], Any],
) -> tuple[Array, Array, Array]:
    """Fill the tables, given as zeros, and return them with the initial distribution."""
    end = len(transition) - 1
    for state in range(end):
        for action in range(transition.shape[1]):
            for number, successor, payment, done in _row(env.P, state, action):
                probability = read(float(number))
                transition[state, action, end if done else int(successor)] += probability
                reward[state, action] += probability * read_reward(float(payment))
    transition[end, :, end] = read(1.0)
    initial = np.append(np.array([read(float(p)) for p in env.initial_state_distrib]), read(0.0))
    return transition, reward, initial


def _row(table: Any, state: int, action: int) -> Any:
    try:
        return table[state][action]
    except LookupError as error:
        raise ShapeError(
            "the transition table has a gap",
            got=f"nothing for state {state}, action {action}",
            expected="a list of outcomes for every state and action of the spaces",
            cause="the table leaves out states that are never played",
            remedy="give those states any outcome, such as (1.0, state, 0, True)",
        ) from error


def _check_rows(transition: Array) -> None:
    sums = transition.sum(axis=-1)
    for state, action in np.argwhere(sums != 1):
        raise RowSumError(
            "a row of the transition table does not sum to one in exact arithmetic",
            got=f"{sums[state, action]} for state {state}, action {action}",
            expected="exactly 1, each float being read as the simple rational next to it",
            cause="a probability smaller than 2**-52, or decimals such as 0.333 standing for 1/3",
            remedy="use system='float64', or correct the table",
        )


def _refuse(got: str, expected: str, cause: str) -> None:
    raise ParameterError(
        "this environment has no transition table to build a decision process from",
        got=got,
        expected=expected,
        cause=cause,
        remedy="use FrozenLake-v1, Taxi-v4, CliffWalking-v1, Blackjack-v1 or an environment with a table; "
        "for code that draws from choice(...) or integers(...), see rlproof.envs.outcomes",
    )

"""Drawing the parts that cases consist of: rationals, distributions, processes, policies, arrays.

Every number drawn is a rational with few digits and, but for discounts such as 9/10, dyadic, so that
the same case can be handed to exact arithmetic and, without any rounding, to float32. Whole numbers
come first, since a shrunk case consists of what comes first.

Strategies are cached: Hypothesis validates and labels each one it meets for the first time, which takes
longer than to draw from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from ..spec.decision_process import MDP
from ..spec.numbers import Array, exact, rational
from .later import st

KINDS = ("deterministic", "dense", "garnet", "absorbing", "cycle", "unreachable", "duplicate actions")
DISCOUNTS = ("1/2", "0", "9/10", "3/4", "99/100", "1023/1024")
GRAIN = 16  # probabilities are multiples of 1/16
RATIOS = ("1", "2", "1/2", "5/4", "3/4", "9/8", "7/8", "3/2", "3", "4")
"""Ratios of probabilities within usual bands, on their edges, and beyond."""
TWINS = {
    "new_policy": "policy",
    "full_new_policy": "full_policy",
    "mixed_policy": "policy",
    "other_logits": "logits",
    **{f"old_{name}": name for name in ("logits", "log_probs", "mean", "log_std", "values", "token_log_probs")},
}
"""Pairs that are equal where an update begins: there divergences are zero and ratios one."""
POLICY_GRAINS = (1, 2, 4, GRAIN)  # the probabilities of a policy, simplest first

Draw = Callable[["st.SearchStrategy[Any]"], Any]


@dataclass(frozen=True)
class Sizes:
    """How large the drawn problems are; equal bounds fix a size."""

    states: tuple[int, int] = (1, 3)
    actions: tuple[int, int] = (1, 3)
    length: tuple[int, int] = (1, 4)
    dimensions: tuple[int, int] = (1, 2)

    @classmethod
    def fixed(cls, states: int, actions: int, length: int, dimensions: int) -> Sizes:
        """Allow one size only (a compiled function is compiled once per size)."""
        return cls((states, states), (actions, actions), (length, length), (dimensions, dimensions))


@dataclass
class Scene:
    """What has been drawn for one case, by name, and how the rest is drawn."""

    draw: Draw
    sizes: Sizes
    vocabulary: Mapping[str, Callable[[Scene], Any]]
    names: frozenset[str] = frozenset()
    drawn: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        """Draw what the name means, once; one time in eight, what has a counterpart is equal to it."""
        if name not in self.drawn:
            other = TWINS.get(name, name)
            same = other != name and other in self.names and self.draw(choice(*[False] * 7, True))
            self.drawn[name] = self[other] if same else self.vocabulary[name](self)
        return self.drawn[name]

    def asks_for(self, *names: str) -> bool:
        """Whether one of these names is among those asked for: what `actions` are depends on what they come with."""
        return not self.names.isdisjoint(names)


@cache
def mdps(sizes: Sizes = Sizes(), kinds: tuple[str, ...] = KINDS) -> st.SearchStrategy[MDP]:
    """Draw decision processes with discount below one."""

    @st.composite
    def build(draw: Draw) -> MDP:
        return draw_mdp(draw, sizes, draw(st.sampled_from(kinds)))

    return build()


def policies(mdp: MDP, *, full_support: bool = False) -> st.SearchStrategy[Array]:
    """Draw stochastic policies of a process, deterministic ones among them."""
    return _policies(mdp.number_of_states, mdp.number_of_actions, 1 if full_support else 0)


@cache
def _policies(states: int, actions: int, least: int) -> st.SearchStrategy[Array]:
    grains = [grain for grain in POLICY_GRAINS if grain >= least * actions]
    return several(st.one_of([rows(actions, least, grain) for grain in grains]), states).map(exact)


@cache
def integers(low: int, high: int) -> st.SearchStrategy[int]:
    """Draw whole numbers between two bounds."""
    return st.integers(low, high)


@cache
def whole(low: int, high: int) -> st.SearchStrategy[Any]:
    """Draw whole numbers between two bounds, as rationals."""
    return integers(low, high).map(rational)


@cache
def choice(*options: Any) -> st.SearchStrategy[Any]:
    """Draw one of these values, the first of them simplest; words are read as rationals."""
    return st.sampled_from([rational(option) if isinstance(option, str) else option for option in options])


@cache
def several(part: st.SearchStrategy[Any], count: int) -> st.SearchStrategy[list[Any]]:
    """Draw a list of so many parts; `part` is a cached strategy itself."""
    return st.lists(part, min_size=count, max_size=count)


@cache
def flags() -> st.SearchStrategy[bool]:
    """Draw booleans."""
    return st.booleans()


@cache
def rationals(low: int = -8, high: int = 8, denominator: int = 4) -> st.SearchStrategy[Any]:
    """Draw rationals between two integers, whole numbers first."""
    return _numbers(range(low, high + 1), range(low * denominator, high * denominator + 1), denominator)


@cache
def positive(high: int, denominator: int = GRAIN) -> st.SearchStrategy[Any]:
    """Draw positive rationals, whole numbers first."""
    return _numbers(range(1, high + 1), range(1, high * denominator + 1), denominator)


@cache
def ratios() -> st.SearchStrategy[Any]:
    """Draw ratios of probabilities."""
    return choice(*RATIOS) | positive(4)


@cache
def fractions(low: int, high: int, denominator: int) -> st.SearchStrategy[Any]:
    """Draw fractions with this denominator."""
    return _numbers((), range(low, high + 1), denominator)


def _numbers(whole_numbers: Iterable[int], numerators: Iterable[int], denominator: int) -> st.SearchStrategy[Any]:
    """Draw from one list, from zero outwards: the least three and all whole numbers, each a quarter, and fractions.

    Equal numbers, zeros and ones are where formulas have their special cases.
    """
    first = sorted(whole_numbers, key=_distance)
    rest = [Fraction(numerator, denominator) for numerator in sorted(numerators, key=_distance)]
    least, half = first[:3], len(rest) // 2
    repeated = [*_repeated(least, half), *_repeated(first, half)] if first else []
    return st.sampled_from([rational(number) for number in (*repeated, *rest)])


def _repeated(numbers: list[int], count: int) -> list[int]:
    return numbers * max(1, count // len(numbers))


def _distance(number: int) -> tuple[int, bool]:
    return abs(number), number < 0


@cache
def rows(size: int, least: int = 0, grain: int = GRAIN) -> st.SearchStrategy[list[Fraction]]:
    """Distributions over `size` outcomes, by cutting an interval at sorted points."""
    free = grain - least * size

    def widths(cuts: list[int]) -> list[Fraction]:
        edges = [0, *sorted(cuts), free]
        return [Fraction(right - left + least, grain) for left, right in pairwise(edges)]

    return several(integers(0, free), size - 1).map(widths)


def draw_mdp(draw: Draw, sizes: Sizes, kind: str) -> MDP:
    """Draw a decision process of a kind."""
    states, actions = draw(integers(*sizes.states)), draw(integers(*sizes.actions))
    mixed = draw(choice(*POLICY_GRAINS)) if kind == "absorbing" else GRAIN  # coarse: not every state reaches the end
    grain = {"deterministic": 1, "cycle": 1, "garnet": 2}.get(kind, mixed)
    row = rows(states, grain=grain)
    transition = exact([[draw(row) for _ in range(actions)] for _ in range(states)])
    reward = draw_numbers(draw, (states, actions)) * draw(choice("1", "1048576", "1/1024"))
    initial, terminal = exact(draw(rows(states))), None
    if kind == "cycle":
        transition = exact(np.broadcast_to(np.roll(np.eye(states, dtype=int), 1, axis=1)[:, None], transition.shape))
    if kind == "duplicate actions":
        transition, reward = transition.copy(), reward.copy()
        transition[:, -1], reward[:, -1] = transition[:, 0], reward[:, 0]
    if kind == "absorbing" and states > 1:
        transition, reward, terminal = transition.copy(), reward.copy(), np.arange(states) == states - 1
        transition[-1], reward[-1] = exact(terminal.astype(int)), exact(0)
    if kind == "unreachable" and states > 1:
        transition, initial = transition.copy(), initial.copy()
        transition[..., 0], transition[..., -1] = transition[..., 0] + transition[..., -1], exact(0)
        initial[0], initial[-1] = initial[0] + initial[-1], rational(0)
    return MDP(transition, reward, initial, draw(choice(*DISCOUNTS)), terminal)


def draw_numbers(draw: Draw, shape: tuple[int, ...], low: int = -8, high: int = 8) -> Array:
    """Draw an array of rationals between two integers."""
    return draw_array(draw, shape, rationals(low, high))


def draw_array(draw: Draw, shape: tuple[int, ...], number: st.SearchStrategy[Any]) -> Array:
    """Draw an exact array whose entries come from a strategy."""
    size = int(np.prod(shape))
    return exact(draw(several(number, size))).reshape(shape)


def draw_flags(draw: Draw, length: int) -> Array:
    """Draw booleans."""
    return np.array(draw(several(flags(), length)), dtype=bool)


def draw_policy(scene: Scene, *, full_support: bool = False) -> Array:
    """Draw a policy of the scene's process."""
    return scene.draw(policies(scene["mdp"], full_support=full_support))


def per_state(scene: Scene) -> Array:
    """Draw a number for each state of the scene's process."""
    return draw_numbers(scene.draw, (scene["mdp"].number_of_states,))


def per_action(scene: Scene) -> Array:
    """Draw a number for each state and action of the scene's process."""
    return draw_numbers(scene.draw, scene["mdp"].reward.shape)


def per_step(low: int = -8, high: int = 8) -> Callable[[Scene], Array]:
    """Draw a number for each transition."""
    return lambda scene: draw_numbers(scene.draw, (scene["length"],), low, high)


def per_dimension(low: int = -2, high: int = 2) -> Callable[[Scene], Array]:
    """Draw a number for each transition and action dimension."""
    return lambda scene: draw_numbers(scene.draw, (scene["length"], scene["dimensions"]), low, high)


def scalar(low: int, high: int, denominator: int = GRAIN) -> Callable[[Scene], Any]:
    """Draw one number between two integers."""
    return lambda scene: scene.draw(rationals(low, high, denominator))

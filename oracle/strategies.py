"""Hypothesis strategies for decision processes, policies and trajectories.

Every number drawn is a rational with few digits and, but for discounts such as 9/10, dyadic, so that
the same case can be handed to exact arithmetic and, without any rounding, to float32. Whole numbers
come first, since a shrunk case consists of what comes first. `arguments` fills parameters by their
names in the vocabulary; whatever belongs together (a process and its policies, the arrays of one
trajectory) is drawn together.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import strategies as st

from ..spec.decision_process import MDP
from ..spec.numbers import Array, exact, rational

KINDS = ("deterministic", "dense", "garnet", "absorbing", "cycle", "unreachable", "duplicate actions")
DISCOUNTS = ("1/2", "0", "9/10", "3/4", "99/100", "1023/1024")
GRAIN = 16  # probabilities are multiples of 1/16
POLICY_GRAINS = (1, 2, 4, GRAIN)  # the probabilities of a policy, simplest first

Draw = Callable[[st.SearchStrategy[Any]], Any]


@dataclass(frozen=True)
class Sizes:
    """How large the drawn problems are; equal bounds fix a size."""

    states: tuple[int, int] = (1, 3)
    actions: tuple[int, int] = (1, 3)
    length: tuple[int, int] = (1, 4)
    dimensions: tuple[int, int] = (1, 2)

    @classmethod
    def fixed(cls, states: int, actions: int, length: int, dimensions: int) -> "Sizes":
        """Allow one size only (a compiled function is compiled once per size)."""
        return cls((states, states), (actions, actions), (length, length), (dimensions, dimensions))


@dataclass
class _Scene:
    """What has been drawn for one case, by name."""

    draw: Draw
    sizes: Sizes
    drawn: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        if name not in self.drawn:
            self.drawn[name] = _VOCABULARY[name](self)
        return self.drawn[name]


def arguments(names: Iterable[str], sizes: Sizes = Sizes()) -> st.SearchStrategy[dict[str, Any]]:
    """Draw consistent exact inputs for parameters with these names."""
    names = tuple(names)
    unknown = [name for name in names if name not in _VOCABULARY]
    if unknown:
        raise KeyError(f"no strategy for the parameter {unknown[0]!r}; known: {', '.join(sorted(_VOCABULARY))}")

    @st.composite
    def build(draw: Draw) -> dict[str, Any]:
        scene = _Scene(draw, sizes)
        return {name: scene[name] for name in names}

    return build()


def mdps(sizes: Sizes = Sizes(), kinds: tuple[str, ...] = KINDS) -> st.SearchStrategy[MDP]:
    """Draw decision processes with discount below one."""

    @st.composite
    def build(draw: Draw) -> MDP:
        return _draw_mdp(draw, sizes, draw(st.sampled_from(kinds)))

    return build()


def policies(mdp: MDP, *, full_support: bool = False) -> st.SearchStrategy[Array]:
    """Draw stochastic policies of a process, deterministic ones among them."""
    least = 1 if full_support else 0
    grains = [grain for grain in POLICY_GRAINS if grain >= least * mdp.number_of_actions]
    row = st.one_of([_rows(mdp.number_of_actions, least, grain) for grain in grains])
    return st.lists(row, min_size=mdp.number_of_states, max_size=mdp.number_of_states).map(exact)


def rationals(low: int = -8, high: int = 8, denominator: int = 4) -> st.SearchStrategy[Any]:
    """Draw rationals between two integers, whole numbers first."""
    return st.integers(low, high).map(rational) | _fractions(low * denominator, high * denominator, denominator)


def _positive(high: int, denominator: int = GRAIN) -> st.SearchStrategy[Any]:
    return st.integers(1, high).map(rational) | _fractions(1, high * denominator, denominator)


def _fractions(low: int, high: int, denominator: int) -> st.SearchStrategy[Any]:
    return st.integers(low, high).map(lambda numerator: rational(Fraction(numerator, denominator)))


def _rows(size: int, least: int = 0, grain: int = GRAIN) -> st.SearchStrategy[list[Fraction]]:
    """Distributions over `size` outcomes, by cutting an interval at sorted points."""
    free = grain - least * size

    def widths(cuts: list[int]) -> list[Fraction]:
        edges = [0, *sorted(cuts), free]
        return [Fraction(right - left + least, grain) for left, right in pairwise(edges)]

    return st.lists(st.integers(0, free), min_size=size - 1, max_size=size - 1).map(widths)


def _one_hot(size: int) -> st.SearchStrategy[list[int]]:
    return st.integers(0, size - 1).map(lambda chosen: [int(i == chosen) for i in range(size)])


def _draw_mdp(draw: Draw, sizes: Sizes, kind: str) -> MDP:
    states, actions = draw(st.integers(*sizes.states)), draw(st.integers(*sizes.actions))
    row = {"deterministic": _one_hot(states), "cycle": _one_hot(states), "garnet": _rows(states, grain=2)}.get(
        kind, _rows(states)
    )
    transition = exact([[draw(row) for _ in range(actions)] for _ in range(states)])
    reward = _numbers(draw, (states, actions)) * draw(st.sampled_from([rational(x) for x in (1, 2**20, "1/1024")]))
    initial, terminal = exact(draw(_rows(states))), None
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
    return MDP(transition, reward, initial, draw(st.sampled_from(DISCOUNTS)), terminal)


def _numbers(draw: Draw, shape: tuple[int, ...], low: int = -8, high: int = 8) -> Array:
    return _array(draw, shape, rationals(low, high))


def _array(draw: Draw, shape: tuple[int, ...], number: st.SearchStrategy[Any]) -> Array:
    size = int(np.prod(shape))
    return exact(draw(st.lists(number, min_size=size, max_size=size))).reshape(shape)


def _flags(draw: Draw, length: int) -> Array:
    return np.array(draw(st.lists(st.booleans(), min_size=length, max_size=length)), dtype=bool)


def _policy(scene: _Scene, *, full_support: bool = False) -> Array:
    return scene.draw(policies(scene["mdp"], full_support=full_support))


def _per_state(scene: _Scene) -> Array:
    return _numbers(scene.draw, (scene["mdp"].number_of_states,))


def _per_action(scene: _Scene) -> Array:
    return _numbers(scene.draw, scene["mdp"].reward.shape)


def _per_step(low: int = -8, high: int = 8) -> Callable[[_Scene], Array]:
    return lambda scene: _numbers(scene.draw, (scene["length"],), low, high)


def _per_dimension(low: int = -2, high: int = 2) -> Callable[[_Scene], Array]:
    return lambda scene: _numbers(scene.draw, (scene["length"], scene["dimensions"]), low, high)


def _scalar(low: int, high: int, denominator: int = GRAIN) -> Callable[[_Scene], Any]:
    return lambda scene: scene.draw(rationals(low, high, denominator))


_VOCABULARY: dict[str, Callable[[_Scene], Any]] = {
    # decision processes and what is defined on them
    "mdp": lambda scene: scene.draw(mdps(scene.sizes)),
    **dict.fromkeys(("policy", "new_policy", "third_policy"), _policy),
    **dict.fromkeys(
        ("sampling_policy", "full_policy", "full_new_policy"), lambda scene: _policy(scene, full_support=True)
    ),
    **dict.fromkeys(("state_values", "other_state_values", "potential"), _per_state),
    **dict.fromkeys(("action_values", "other_action_values"), _per_action),
    "horizon": lambda scene: scene.draw(st.integers(0, 3)),
    "sweeps": lambda scene: scene.draw(st.integers(0, 3)),
    "relabelling": lambda scene: np.array(scene.draw(st.permutations(range(scene["mdp"].number_of_states)))),
    "delta": lambda scene: scene.draw(st.sampled_from([rational(x) for x in ("1/8", "1/64", "1/1024", "1", "4")])),
    # trajectories
    "length": lambda scene: scene.draw(st.integers(*scene.sizes.length)),
    "dimensions": lambda scene: scene.draw(st.integers(*scene.sizes.dimensions)),
    "split": lambda scene: scene.draw(st.integers(0, scene["length"] - 1)),
    **dict.fromkeys(("rewards", "other_rewards", "values", "next_values", "other_next_values"), _per_step()),
    **dict.fromkeys(("advantages", "other_advantages"), _per_step()),
    **dict.fromkeys(("terminated", "truncated"), lambda scene: _flags(scene.draw, scene["length"])),
    **dict.fromkeys(("ratios", "other_ratios"), lambda scene: _array(scene.draw, (scene["length"],), _positive(4))),
    "divergences": _per_step(0, 4),
    **dict.fromkeys(("log_probs", "old_log_probs", "third_log_probs"), _per_step(-4, 1)),
    **dict.fromkeys(("actions", "mean", "old_mean"), _per_dimension()),
    **dict.fromkeys(("log_std", "old_log_std"), _per_dimension(-1, 1)),
    # scalars
    "gamma": lambda scene: rational(scene.draw(st.sampled_from((*DISCOUNTS, "1")))),
    **dict.fromkeys(("gae_lambda", "alpha"), _scalar(0, 1)),
    "clip_epsilon": lambda scene: rational(scene.draw(st.sampled_from(("1/4", "0", "1/8", "1/2", "1", "2")))),
    **dict.fromkeys(("beta", "other_beta", "divergence"), _scalar(0, 4)),
    "kl_target": lambda scene: scene.draw(_positive(2)),
    "shift": _scalar(-8, 8),
    "scale": lambda scene: rational(scene.draw(st.sampled_from(("2", "1/2", "3", "1/1024", "1000000")))),
}

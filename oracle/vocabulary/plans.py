"""Words about learned models, replayed data and plans."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ...spec.decision_process import MDP
from ...spec.numbers import Array, exact, where
from ..draws import Scene, draw_array, draw_flags, draw_numbers, integers, positive, rows, scalar, several, whole


def _pairs(scene: Scene) -> Array:
    """Pairs [T, 2] of a state and an action; data of which tables are made begin with every pair."""
    states, actions = scene["mdp"].reward.shape
    every = [(s, a) for s in range(states) for a in range(actions)] if scene.asks_for("number_of_states") else []
    rest = scene["length"] - len(every)
    drawn = [divmod(pair, actions) for pair in scene.draw(several(integers(0, states * actions - 1), rest))]
    return np.array(every + drawn, dtype=int)


def _counts(scene: Scene) -> Array:
    """Whole numbers [S, A, S], at least one in each row."""
    counts = draw_array(scene.draw, scene["mdp"].transition.shape, whole(0, 4))
    counts[..., 0] = counts[..., 0] + exact((counts.sum(axis=-1) == 0).astype(int))
    return counts


def _visits(scene: Scene) -> Array:
    """Whole numbers [T], at least one of them positive."""
    visits = draw_array(scene.draw, (scene["length"],), whole(0, 8))
    visits[-1] = visits[-1] + int(visits.sum() == 0)
    return visits


def _transition_model(scene: Scene) -> Array:
    """Probabilities [S, A, S], each positive."""
    states, actions = scene["mdp"].reward.shape
    return exact([[scene.draw(rows(states, 1)) for _ in range(actions)] for _ in range(states)])


def _behaviour(scene: Scene) -> Array:
    """A distribution [S, A] of pairs, each positive."""
    shape = scene["mdp"].reward.shape
    return exact(scene.draw(rows(shape[0] * shape[1], 1))).reshape(shape)


def _model(scene: Scene) -> MDP:
    """A process with the states, actions, ends and discount of the scene's process."""
    mdp: MDP = scene["mdp"]
    states, actions = mdp.reward.shape
    transition = exact([[scene.draw(rows(states)) for _ in range(actions)] for _ in range(states)])
    ends = mdp.terminal[:, None]
    reward = where(ends, mdp.reward, draw_numbers(scene.draw, mdp.reward.shape))
    return mdp.replace(transition=where(ends[..., None], mdp.transition, transition), reward=reward)


def _sequences(scene: Scene) -> Array:
    """Plans [N, H]: N as many as transitions, H one more than dimensions."""
    size = scene["length"] * (scene["dimensions"] + 1)
    index = integers(0, scene["mdp"].number_of_actions - 1)
    return np.array(scene.draw(several(index, size)), dtype=int).reshape(scene["length"], -1)


def _expanded(scene: Scene) -> Array:
    """Flags [H, S, A], H one more than dimensions."""
    shape = (scene["dimensions"] + 1, *scene["mdp"].reward.shape)
    return draw_flags(scene.draw, int(np.prod(shape))).reshape(shape)


def _samples(scene: Scene) -> Array:
    return draw_numbers(scene.draw, (scene["length"] + 1, scene["dimensions"]))


VOCABULARY: dict[str, Callable[[Scene], Any]] = {
    "number_of_states": lambda scene: scene["mdp"].number_of_states,
    "visited_pairs": _pairs,
    "outcomes": lambda scene: draw_numbers(scene.draw, (scene["length"], scene["dimensions"])),
    "counts": _counts,
    "transition_model": _transition_model,
    "behaviour": _behaviour,
    "model": _model,
    # replay
    "items": lambda scene: draw_numbers(scene.draw, (scene["length"],)),
    "capacity": lambda scene: scene.draw(integers(1, 4)),
    # planning
    "depth": lambda scene: scene.draw(integers(1, 3)),
    "action_sequences": _sequences,
    "expanded": _expanded,
    # search by sampling
    "samples": _samples,
    "scores": lambda scene: draw_numbers(scene.draw, (scene["length"] + 1,), -1, 1),  # ties are frequent
    "elites": lambda scene: scene.draw(integers(1, scene["length"] + 1)),
    "extra_variance": scalar(0, 4),
    # tree search
    "visits": _visits,
    "mean_returns": lambda scene: draw_numbers(scene.draw, (scene["length"],)),
    "priors": lambda scene: exact(scene.draw(rows(scene["length"]))),
    "exploration": scalar(0, 4),
    "exploration_base": lambda scene: scene.draw(positive(4)),
}

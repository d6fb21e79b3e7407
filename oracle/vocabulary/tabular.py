"""Words about paths through a decision process, flags of its transitions, and numbers per state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...spec.numbers import Array, is_nonzero
from ..draws import Scene, draw_flags, per_state
from ..later import st


def _path(scene: Scene) -> tuple[list[int], list[int]]:
    """A possible trajectory but for its last state, which may be any."""
    mdp, policy = scene["mdp"], scene["policy"]
    states, actions = [_outcome(scene, mdp.initial)], []
    for _ in range(scene["length"]):
        actions.append(_outcome(scene, policy[states[-1]]))
        states.append(_outcome(scene, mdp.transition[states[-1], actions[-1]]))
    states[-1] = scene.draw(st.sampled_from([states[-1], *range(mdp.number_of_states)]))
    return states, actions


def _outcome(scene: Scene, distribution: Array) -> int:
    return scene.draw(st.sampled_from(np.flatnonzero(is_nonzero(distribution)).tolist()))


def _ended(scene: Scene) -> Array:
    shape = scene["mdp"].transition.shape
    return draw_flags(scene.draw, int(np.prod(shape))).reshape(shape)


VOCABULARY: dict[str, Callable[[Scene], Any]] = {
    "path": _path,
    "visited": lambda scene: np.array(scene["path"][0], dtype=int),
    "taken": lambda scene: np.array(scene["path"][1], dtype=int),
    "ended": _ended,
    # numbers in the place of v_*, which is no dyadic rational: laws about v_* itself compute it
    **dict.fromkeys(("state_reward", "optimal_values"), per_state),
}

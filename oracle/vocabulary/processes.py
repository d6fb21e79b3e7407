"""Words about decision processes and what is defined on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..draws import Scene, choice, draw_policy, integers, mdps, per_action, per_state
from ..later import st

VOCABULARY: dict[str, Callable[[Scene], Any]] = {
    "mdp": lambda scene: scene.draw(mdps(scene.sizes)),
    **dict.fromkeys(("policy", "new_policy", "third_policy"), draw_policy),
    **dict.fromkeys(
        ("sampling_policy", "full_policy", "full_new_policy"), lambda scene: draw_policy(scene, full_support=True)
    ),
    **dict.fromkeys(("state_values", "other_state_values", "potential"), per_state),
    **dict.fromkeys(("action_values", "other_action_values"), per_action),
    "horizon": lambda scene: scene.draw(integers(0, 3)),
    "sweeps": lambda scene: scene.draw(integers(0, 3)),
    "relabelling": lambda scene: np.array(scene.draw(st.permutations(range(scene["mdp"].number_of_states)))),
    "delta": lambda scene: scene.draw(choice("1/8", "1/64", "1/1024", "1", "4")),
}

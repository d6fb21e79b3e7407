"""Words about trajectories, and the parameters of what is computed from them."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ...spec.numbers import Array, exact
from ..draws import (
    DISCOUNTS,
    Scene,
    choice,
    draw_array,
    draw_flags,
    draw_numbers,
    integers,
    per_dimension,
    per_step,
    positive,
    ratios,
    scalar,
    several,
)


def _length(scene: Scene) -> int:
    """The number T of transitions; data of which tables are made have room for every pair as well."""
    drawn = scene.draw(integers(*scene.sizes.length))
    return drawn + (scene["mdp"].reward.size if scene.asks_for("number_of_states") else 0)


def _divergences(scene: Scene, count: int) -> Array:
    """Draw divergences; beside a target, half of them are on or near its usual thresholds, from 1/2 to 2 of it."""
    free = draw_numbers(scene.draw, (count,), 0, 4)
    if not scene.asks_for("kl_target"):
        return free
    target = scene["kl_target"]
    lower = "2/3" if target.p % 3 == 0 else "5/8"  # as the product should be dyadic
    shares = exact(scene.draw(several(choice("1", lower, "1/4", "1/2", "3/2", "7/4", "2", "3"), count)))
    return np.where(draw_flags(scene.draw, count), target * shares, free)


VOCABULARY: dict[str, Callable[[Scene], Any]] = {
    "length": _length,
    "dimensions": lambda scene: scene.draw(integers(*scene.sizes.dimensions)),
    "split": lambda scene: scene.draw(integers(0, scene["length"] - 1)),
    **dict.fromkeys(("rewards", "other_rewards", "values", "next_values", "other_next_values"), per_step()),
    **dict.fromkeys(("targets", "other_values"), per_step()),
    **dict.fromkeys(("advantages", "other_advantages"), per_step()),
    **dict.fromkeys(("terminated", "truncated"), lambda scene: draw_flags(scene.draw, scene["length"])),
    **dict.fromkeys(("ratios", "other_ratios"), lambda scene: draw_array(scene.draw, (scene["length"],), ratios())),
    "divergences": lambda scene: _divergences(scene, scene["length"]),
    **dict.fromkeys(("log_probs", "old_log_probs", "third_log_probs", "next_log_probs"), per_step(-4, 1)),
    **dict.fromkeys(("mean", "old_mean"), per_dimension()),
    **dict.fromkeys(("log_std", "old_log_std"), per_dimension(-1, 1)),
    # scalars
    "gamma": lambda scene: scene.draw(choice(*DISCOUNTS, "1")),
    **dict.fromkeys(("gae_lambda", "alpha"), scalar(0, 1)),
    "clip_epsilon": lambda scene: scene.draw(choice("1/4", "0", "1/8", "1/2", "1", "2")),
    **dict.fromkeys(("beta", "other_beta"), scalar(0, 4)),
    "kl_target": lambda scene: scene.draw(positive(2) | choice("3/4", "3/8", "3/16", "3/2")),
    "divergence": lambda scene: _divergences(scene, 1)[0],
    "shift": scalar(-8, 8),
    "scale": lambda scene: scene.draw(choice("2", "1/2", "3", "1/1024", "1000000")),
}

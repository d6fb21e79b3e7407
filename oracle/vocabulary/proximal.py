"""Words about proximal objectives: the terms and coefficients of a loss, normalisation, PPO-Clip on logits."""

from collections.abc import Callable
from typing import Any

from ..draws import Scene, choice, draw_numbers, integers, per_step, scalar


def sampled(*choices: str) -> Callable[[Scene], Any]:
    """Draw one of these numbers, the first of them being the simplest."""
    return lambda scene: scene.draw(choice(*choices))


def _ddof(scene: Scene) -> int:
    """The sample must be larger than ddof; only a batch of one step, or a single elite, is not."""
    sample = scene["elites"] if scene.asks_for("elites") else scene["length"]
    return scene.draw(integers(0, 1)) if sample > 1 else 0


VOCABULARY: dict[str, Callable[[Scene], Any]] = {
    "entropies": per_step(0, 4),
    **dict.fromkeys(
        ("value_coefficient", "entropy_coefficient", "other_value_coefficient", "other_entropy_coefficient"),
        scalar(0, 2),
    ),
    "loss_limit": sampled("4", "0", "1/4", "16", "64"),
    "dual_clip": sampled("3", "2", "3/2", "9/8"),
    "norm_epsilon": sampled("1/8", "2", "0", "1/1024"),
    "ddof": _ddof,
    "preferences": lambda scene: draw_numbers(scene.draw, scene["mdp"].reward.shape, -2, 2),
    "epochs": lambda scene: scene.draw(integers(0, 3)),
}

"""Words about off-policy corrections: two policies' probabilities, levels of clipping, traces."""

from collections.abc import Callable
from typing import Any

from ...spec.numbers import exact
from ..draws import GRAIN, Scene, choice, rows, several


def _distributions(scene: Scene, least: int = 0) -> Any:
    row = rows(scene["number_of_actions"], least, GRAIN)
    return exact(scene.draw(several(row, scene["length"])))


def _behaviour(scene: Scene) -> Any:
    """Draw the target's distributions, others that are positive everywhere, or what lies half way."""
    target, share = scene["target_probabilities"], scene.draw(choice("1", "1/2", "0"))
    return target + share * (_distributions(scene, least=1) - target)


def _c_bar(scene: Scene) -> Any:
    """Draw a level that is at most rho_bar."""
    return scene["rho_bar"] * scene.draw(choice("1", "1/2", "1/4", "0"))


VOCABULARY: dict[str, Callable[[Scene], Any]] = {
    "target_probabilities": _distributions,
    "behaviour_probabilities": _behaviour,
    "rho_bar": lambda scene: scene.draw(choice("1", "2", "1/2", "4")),
    "c_bar": _c_bar,
}

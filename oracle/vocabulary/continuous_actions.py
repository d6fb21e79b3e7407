"""Words about finite states with continuous actions, and about target networks."""

from collections.abc import Callable
from typing import Any

from ...spec.continuous_process import ContinuousActionProcess
from ...spec.numbers import Array, exact
from ..draws import DISCOUNTS, Scene, choice, draw_array, draw_numbers, fractions, integers, rows

PARAMETERS = 2


def _process(scene: Scene) -> ContinuousActionProcess:
    states, k = scene["process_states"], scene["dimensions"]

    def small(*shape: int) -> Array:
        return draw_array(scene.draw, shape, fractions(-4, 4, 4))

    bend = small(states, k, k)
    return ContinuousActionProcess(
        transition_slope=small(states, states, k),
        transition_bias=small(states, states),
        transition_bend=small(states, states),
        reward_constant=draw_numbers(scene.draw, (states,)),
        reward_slope=draw_numbers(scene.draw, (states, k), -4, 4),
        reward_bend=(bend + bend.transpose(0, 2, 1)) / 2,
        initial=exact(scene.draw(rows(states))),
        discount=scene.draw(choice(*DISCOUNTS)),
    )


def _per_state(scene: Scene) -> Array:
    return draw_array(scene.draw, (scene["process_states"], scene["dimensions"]), fractions(-4, 4, 4))


def _jacobian(scene: Scene) -> Array:
    return draw_numbers(scene.draw, (scene["process_states"], scene["dimensions"], PARAMETERS), -2, 2)


VOCABULARY: dict[str, Callable[[Scene], Any]] = {
    "process_states": lambda scene: scene.draw(integers(*scene.sizes.states)),
    "continuous_process": _process,
    **dict.fromkeys(("mean_actions", "new_mean_actions"), _per_state),
    "jacobian": _jacobian,
    **dict.fromkeys(
        ("online_parameters", "target_parameters"), lambda scene: draw_numbers(scene.draw, (scene["length"],))
    ),
}

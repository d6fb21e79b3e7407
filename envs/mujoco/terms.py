"""What several tasks have in common: terms of rewards, parts of observations, ways to start.

The order of operations is that of Gymnasium's environments: on float64 the results are the same bits.
"""

from typing import Any

from .model import Model
from .task import Random, Start, State


def control_cost(state: State, weight: float, action: Any) -> Any:
    """w Σ_i a_i², [...]; in single precision if the action is."""
    return weight * state.xp.square(action).sum(axis=-1)


def norm(state: State, vector: Any) -> Any:
    """√(x·x) along the last axis, [...]."""
    return state.xp.sqrt(state.xp.vecdot(vector, vector))


def squares(state: State, field: Any) -> Any:
    """Σ x² over all entries of a field [..., n, k], [...]."""
    return state.xp.square(flat(field)).sum(axis=-1)


def flat(field: Any) -> Any:
    """Join the two last axes: [..., n, k] becomes [..., n k]."""
    return field.reshape((*field.shape[:-2], -1))


def between(low: float, value: Any, high: float) -> Any:
    """Low < value < high, strictly."""
    return (low < value) & (value < high)


def never(state: State) -> Any:
    """Return False for every environment, [...]."""
    return state.xp.zeros(state.qpos.shape[:-1], dtype=bool)


def joined(state: State, *parts: Any) -> Any:
    """Concatenate along the last axis."""
    return state.xp.concatenate(parts, axis=-1)


def place(state: State) -> dict[str, Any]:
    """Return where a body is in the plane, as infos tell it."""
    return {
        "x_position": state.qpos[..., 0],
        "y_position": state.qpos[..., 1],
        "distance_from_origin": norm(state, state.qpos[..., :2]),
    }


def parts(model: Model, *, skipped: int, **others: int) -> dict[str, int]:
    """Return the sizes of an observation that begins with positions, some of them left out, and velocities."""
    return {"skipped_qpos": skipped, "qpos": model.mj.nq - skipped, "qvel": model.mj.nv, **others}


def uniform_start(random: Random, model: Model, scale: float) -> Start:
    """Add uniform noise in [-scale, scale] to the model's default positions and velocities."""
    noise = random.uniform(-scale, scale, model.mj.nq + model.mj.nv)
    return Start(model.init_qpos + noise[..., : model.mj.nq], model.init_qvel + noise[..., model.mj.nq :])


def normal_start(random: Random, model: Model, scale: float) -> Start:
    """Add uniform noise in [-scale, scale] to the default positions, and scale times a normal to the velocities."""
    return Start(
        model.init_qpos + random.uniform(-scale, scale, model.mj.nq),
        model.init_qvel + scale * random.normal(model.mj.nv),
    )


def with_tail(random: Random, numbers: Any, tail: Any) -> Any:
    """Put a tail in the place of the last numbers, [..., n]; a tail [k] is the same for all environments."""
    shape = (*numbers.shape[:-1], tail.shape[-1])
    kept = numbers[..., : numbers.shape[-1] - tail.shape[-1]]
    return random.xp.concatenate([kept, random.xp.broadcast_to(tail, shape)], axis=-1)

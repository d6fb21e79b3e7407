"""Jack's car rental, Sutton and Barto 2018, example 4.2."""

from itertools import product
from math import exp, factorial

import numpy as np

from ...spec.mdp import MDP
from ...spec.numbers import Array

MOST_CARS, MOST_MOVED = 20, 5
REQUESTS, RETURNS = (3, 4), (3, 2)
"""Means of the Poisson numbers of requests and returns, at the first location and the second."""
RENT, MOVING = 10.0, 2.0
MOVED = tuple(range(-MOST_MOVED, MOST_MOVED + 1))
"""What the actions move overnight from the first location to the second."""


def car_rental(discount: float = 0.9) -> MDP:
    """Return the process in float64 (its Poisson probabilities are not rational): state 21 i + j has i and j cars.

    A state counts the cars at the end of a day. Overnight at most five cars are moved, never more than there are;
    cars above 20 leave the business. Nothing is truncated: the last outcome of each day, "all cars rented" or "full",
    gets the whole rest of the Poisson distribution. The start is uniform.
    """
    size = MOST_CARS + 1
    days = [_day(*means) for means in zip(REQUESTS, RETURNS, strict=True)]
    transition, reward = np.zeros((size**2, len(MOVED), size**2)), np.zeros((size**2, len(MOVED)))
    for (first, second), (action, wanted) in product(np.ndindex(size, size), enumerate(MOVED)):
        moved = max(min(wanted, first), -second)
        morning = (min(first - moved, MOST_CARS), min(second + moved, MOST_CARS))
        (next_first, rented_first), (next_second, rented_second) = (
            (day[0][cars], day[1][cars]) for day, cars in zip(days, morning, strict=True)
        )
        state = size * first + second
        transition[state, action] = np.outer(next_first, next_second).ravel()
        reward[state, action] = RENT * (rented_first + rented_second) - MOVING * abs(moved)
    transition /= transition.sum(axis=-1, keepdims=True)  # what rounding left
    return MDP(transition, reward, np.full(size**2, 1 / size**2), discount)


def moved_by(policy: Array) -> Array:
    """Return the cars [21, 21] that a deterministic policy really moves."""
    first, second = np.divmod(np.arange(len(policy)), MOST_CARS + 1)
    return np.clip(np.array(MOVED)[policy], -second, first).reshape(MOST_CARS + 1, -1)


def _day(requests: int, returns: int) -> tuple[Array, Array]:
    """Return, for the cars in the morning, the distribution [21, 21] in the evening and the mean number rented [21]."""
    evening, rented = np.zeros((MOST_CARS + 1,) * 2), np.zeros(MOST_CARS + 1)
    for cars in range(MOST_CARS + 1):
        for out, chance in enumerate(_censored(requests, cars)):
            rented[cars] += chance * out
            evening[cars, cars - out :] += chance * _censored(returns, MOST_CARS - cars + out)
    return evening, rented


def _censored(mean: int, most: int) -> Array:
    """Return the distribution [most + 1] of min(N, most) for a Poisson number N."""
    chances = np.array([exp(-mean) * mean**n / factorial(n) for n in range(most)])
    return np.append(chances, 1 - chances.sum())

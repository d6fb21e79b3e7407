"""Random numbers of the processor's engine: those of Gymnasium, whose environments own one NumPy generator each."""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from ...spec.numbers import Array
from .task import Random


@dataclass(frozen=True, slots=True)
class NumpyRandom:
    """The draws that tasks make, by a NumPy generator; the same order of draws gives the same episodes."""

    generator: np.random.Generator
    xp: ModuleType = np

    def uniform(self, low: float, high: float, size: int) -> Array:
        """Draw [size] numbers, uniform between low and high."""
        return self.generator.uniform(low, high, size)

    def normal(self, size: int) -> Array:
        """Draw [size] standard normal numbers."""
        return self.generator.standard_normal(size)

    def until(self, accept: Callable[[Any], Any], draw: Callable[[Random], Any]) -> Any:
        """Draw again and again until a draw is accepted."""
        while True:
            drawn = draw(self)
            if accept(drawn):
                return drawn

"""Random numbers of the processor's engine: those of Gymnasium, whose environments own one NumPy generator each.

The same order of draws from the same generators gives the episodes of Gymnasium's own environments.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from ...spec.numbers import Array
from .task import Random


@dataclass(frozen=True, slots=True)
class OneRandom:
    """The draws that tasks make, for one environment; arrays have no leading axis."""

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
        while not accept(drawn := draw(self)):
            pass
        return drawn


@dataclass(frozen=True, slots=True)
class ManyRandom:
    """The draws that tasks make, for R environments at once, by the generator of each."""

    generators: Sequence[np.random.Generator]
    xp: ModuleType = np

    def uniform(self, low: float, high: float, size: int) -> Array:
        """Draw [R, size] numbers, uniform between low and high."""
        return np.array([generator.uniform(low, high, size) for generator in self.generators])

    def normal(self, size: int) -> Array:
        """Draw [R, size] standard normal numbers."""
        return np.array([generator.standard_normal(size) for generator in self.generators])

    def until(self, accept: Callable[[Any], Any], draw: Callable[[Random], Any]) -> Any:
        """Draw for every environment again and again until its draw is accepted, [R, ...]."""
        return np.array([OneRandom(generator).until(accept, draw) for generator in self.generators])

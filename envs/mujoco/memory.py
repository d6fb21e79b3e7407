"""The whole state of an engine's environments as bits, so that jitted code can hand it on as a value."""

from typing import NamedTuple

import numpy as np

from ...spec.numbers import Array
from .engine import Engine

GENERATOR = 4
"""64-bit words in which the state of NumPy's PCG64 is kept: two for its position, two for its stream."""
_WORD = (1 << 64) - 1


class Memory(NamedTuple):
    """Views of N rows of 64-bit words.

    Attributes:
        physics: [N, m], MuJoCo's integration state.
        tracked: [N, d], the position whose change the next step rewards; d = 0 if the task has none.
        generator: [N, 4] unsigned, the state of each environment's random generator.
        elapsed: [N] integers, steps since the last reset.
    """

    physics: Array
    tracked: Array
    generator: Array
    elapsed: Array

    @classmethod
    def of(cls, words: Array, engine: Engine) -> "Memory":
        """Look at words [N, 2 W] of 32 bits as the state of an engine's environments."""
        floats, first = words.view(np.float64), engine.simulation.batch.nstate
        last = floats.shape[1] - 1 - GENERATOR
        return cls(
            floats[:, :first],
            floats[:, first:last],
            words.view(np.uint64)[:, last:-1],
            words.view(np.int64)[:, -1],
        )

    def load(self, engine: Engine) -> None:
        """Put an engine's environments into this state."""
        engine.simulation.batch.state[:] = self.physics
        engine.elapsed[:] = self.elapsed

    def save(self, engine: Engine) -> None:
        """Take the state over from an engine; generators are written where environments are reset."""
        self.physics[:] = engine.simulation.batch.state
        self.elapsed[:] = engine.elapsed
        tracked = engine.tracked()
        if tracked is not None:
            self.tracked[:] = tracked.reshape(self.tracked.shape)


def words_of(engine: Engine) -> int:
    """Return 2 W, the number of 32-bit words that one environment's state takes."""
    tracked = engine.tracked()
    return 2 * (engine.simulation.batch.nstate + (0 if tracked is None else tracked[0].size) + GENERATOR + 1)


def seeded(seed: int) -> Array:
    """Return the generator's words [4] that Gymnasium's seeding of an environment gives."""
    state = np.random.PCG64(np.random.SeedSequence(seed)).state["state"]
    return np.array([part for name in ("state", "inc") for part in divmod(state[name], _WORD + 1)], dtype=np.uint64)


def generator_at(words: Array) -> np.random.Generator:
    """Return a generator that stands where the words [4] say."""
    high, low, stream_high, stream_low = (int(word) for word in words)
    bits = np.random.PCG64(0)
    bits.state = {
        "bit_generator": "PCG64",
        "state": {"state": high << 64 | low, "inc": stream_high << 64 | stream_low},
        "has_uint32": 0,
        "uinteger": 0,
    }
    return np.random.Generator(bits)


def remember(words: Array, generator: np.random.Generator) -> None:
    """Write into the words [4] where a PCG64 generator stands."""
    state = generator.bit_generator.state["state"]
    words[:2], words[2:] = divmod(state["state"], _WORD + 1), divmod(state["inc"], _WORD + 1)

"""The state of a random generator as bits, so that jitted code can hand it on as a value."""

import numpy as np

from ...spec.numbers import Array

GENERATOR = 4
"""64-bit words in which the state of NumPy's PCG64 is kept: two for its position, two for its stream."""
_WORD = (1 << 64) - 1


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

"""Call compiled functions from inside jitted code on the processor, in tenths of a microsecond.

XLA's foreign function interface hands a compiled function the address of a frame: addresses of arguments and of
results. Numba compiles such functions, which never hold Python's lock: XLA calls them from threads of its own,
while a thread of Python may be waiting with the lock for what they compute.

The interface is that of `xla/ffi/api/c_api.h`, here as 64-bit words.
"""

import ctypes
import itertools
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from ...spec.numbers import Array
from ..optional import require

numba: Any = require("numba", purpose="MuJoCo inside jitted code")
_extending: Any = require("numba.extending", purpose="MuJoCo inside jitted code")
_ir: Any = require("llvmlite.ir", purpose="MuJoCo inside jitted code")

EXTENSION, API, ARGUMENTS, RESULTS = 1, 2, 9, 14
"""Words of a frame: addresses of its extension, of XLA's functions, of the tables of arguments and of results."""
DATA = 3
"""The word of a buffer that holds the address of its numbers."""
ERROR_CREATE = 6
"""The word of XLA's functions that holds the one that makes errors."""
_VERSION = 1 << 32
"""Version 0.1 of the interface, whose words are used here; later minor versions only append to them."""
_METADATA, _INTERNAL = 1, 13

MANY = 1 << 16
"""Calls that a process may hold at the same time."""
_SLOTS = np.zeros(MANY, np.int64)
"""Addresses of what the calls need, by the numbers of the calls; zero where the owner of a call has been freed."""
_NUMBERS = itertools.count()


@_extending.intrinsic
def call(typing: Any, address: Any, one: Any, two: Any, three: Any, four: Any) -> Any:
    """Call the C function at an address with up to four words, of which it takes those that it knows.

    The result is a word, which means nothing if the function has none.
    """
    del typing, address, one, two, three, four
    word = numba.types.int64

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        del signature
        bits = context.get_value_type(word)
        function = _ir.FunctionType(bits, [bits] * 4).as_pointer()
        return builder.call(builder.inttoptr(values[0], function), values[1:])

    return word(word, word, word, word, word), generate


@_extending.intrinsic
def take(typing: Any, address: Any) -> Any:
    """Turn a word from 0 into 1, before any other thread can; return whether it was 0."""
    del typing, address
    word = numba.types.int64

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        del signature
        bits = context.get_value_type(word)
        place = builder.inttoptr(values[0], bits.as_pointer())
        both = builder.cmpxchg(place, bits(0), bits(1), "acq_rel", "monotonic")
        return builder.zext(builder.extract_value(both, 1), bits)

    return word(word), generate


@_extending.intrinsic
def give_back(typing: Any, address: Any) -> Any:
    """Turn a word into 0, after all that was written before."""
    del typing, address
    word = numba.types.int64

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        del signature
        bits = context.get_value_type(word)
        builder.store_atomic(bits(0), builder.inttoptr(values[0], bits.as_pointer()), "release", 8)
        return bits(0)

    return word(word), generate


@_extending.intrinsic
def _pointer(typing: Any, address: Any) -> Any:
    """Return a word as an address."""
    del typing

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.inttoptr(values[0], context.get_value_type(signature.return_type))

    return numba.types.voidptr(address), generate


@numba.njit(inline="always")
def words(address: int, count: int) -> Array:
    """Look at words from an address on."""
    return numba.carray(_pointer(address), count, dtype=np.int64)


@numba.njit(inline="always")
def doubles(address: int, count: int) -> Array:
    """Look at numbers of 64 bits from an address on."""
    return numba.carray(_pointer(address), count, dtype=np.float64)


@numba.njit(inline="always")
def singles(address: int, count: int) -> Array:
    """Look at numbers of 32 bits from an address on."""
    return numba.carray(_pointer(address), count, dtype=np.float32)


@numba.njit(inline="always")
def integers(address: int, count: int) -> Array:
    """Look at integers of 32 bits from an address on."""
    return numba.carray(_pointer(address), count, dtype=np.int32)


@numba.njit(inline="always")
def flags(address: int, count: int) -> Array:
    """Look at truth values, a byte each, from an address on."""
    return numba.carray(_pointer(address), count, dtype=np.uint8)


@numba.njit(inline="always")
def argument(frame: Array, index: int) -> int:
    """Return the address of an argument's numbers; the first is the number of the call."""
    return words(words(frame[ARGUMENTS], index + 1)[index], DATA + 1)[DATA]


@numba.njit(inline="always")
def result(frame: Array, index: int) -> int:
    """Return the address of a result's numbers."""
    return words(words(frame[RESULTS], index + 1)[index], DATA + 1)[DATA]


_FREED = ctypes.create_string_buffer(b"what this compiled program calls has been freed: keep it as long as the program")
_ERROR = np.array([32, 0, ctypes.addressof(_FREED), _INTERNAL], np.int64)
_SLOTS_AT, _ERROR_AT = _SLOTS.ctypes.data, _ERROR.ctypes.data


@numba.njit(inline="always")
def _owned(frame: Array) -> int:
    """Return the address of what the call needs; zero if it has been freed."""
    return words(_SLOTS_AT, MANY)[integers(argument(frame, 0), 1)[0]]


class Handler:
    """A compiled function as XLA can call it, by a name; it is compiled when it is first needed.

    Attributes:
        name: by which compiled programs know it.
    """

    def __init__(self, name: str, function: Callable[[Array, int], None]) -> None:
        """Take a function that Numba has been asked to compile, of a frame and of the address of its owner's words."""
        self.name, self._function, self._compiled = name, function, None

    def register(self) -> None:
        """Compile it, and tell XLA."""
        if self._compiled is None:
            types = numba.types
            self._compiled = numba.cfunc(types.int64(types.CPointer(types.int64)))(self._answering())
            capsule = jax.ffi.pycapsule(self._compiled.ctypes)
            jax.ffi.register_ffi_target(self.name, capsule, platform="cpu")

    def _answering(self) -> Callable[[Any], int]:
        function = self._function

        def answer(pointer: Any) -> int:
            frame = numba.carray(pointer, RESULTS + 1)
            if frame[EXTENSION] != 0:  # XLA's first call asks for the version of the interface
                extension = words(frame[EXTENSION], 4)
                if integers(frame[EXTENSION] + 8, 1)[0] == _METADATA:
                    words(extension[3], 4)[3] = _VERSION
                return 0
            owner = _owned(frame)
            if owner == 0:
                return call(words(frame[API], ERROR_CREATE + 1)[ERROR_CREATE], _ERROR_AT, 0, 0, 0)
            function(frame, owner)
            return 0

        return answer


class NativeCall:
    """A JAX function that runs a compiled one on what an owner keeps in memory.

    The compiled program knows the call by a number: so it can be stored and loaded by another process, and what
    is called can be freed with its owner.
    """

    def __init__(self, handler: Handler, owner: Any, block: Array, results: Sequence[jax.ShapeDtypeStruct]) -> None:
        """Make a call of a handler; `block` holds the words that it is given, and is kept by the owner."""
        handler.register()
        self._number = next(_NUMBERS) % MANY
        _SLOTS[self._number] = block.ctypes.data
        weakref.finalize(owner, _SLOTS.__setitem__, self._number, 0)
        self._call = jax.ffi.ffi_call(handler.name, list(results), vmap_method="sequential")

    def __call__(self, *arguments: jax.Array) -> Sequence[jax.Array]:
        """Call with JAX's arrays."""
        return self._call(np.int32(self._number), *arguments)

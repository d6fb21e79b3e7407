"""Call a Python function from inside jitted code on the processor, in microseconds.

`jax.pure_callback` makes JAX arrays of what it passes on and takes some hundred microseconds, more than a step
of most simulations. XLA's foreign function interface hands out bare addresses. Its structures, written in C in
`xla/ffi/api/c_api.h`, are repeated here field by field for `ctypes`, as far as they are read.
"""

import ctypes
import functools
import itertools
import threading
from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakValueDictionary

import jax
import numpy as np

from ...spec.numbers import Array

Buffers = Sequence[Array]
HostFunction = Callable[[Buffers, Buffers], None]
"""Reads the arguments, writes the results; both are arrays of the shapes that were agreed on."""


class _Extension(ctypes.Structure):
    """XLA_FFI_Extension_Base; the extension of type 1 carries a pointer to metadata."""

    _fields_ = (
        ("struct_size", ctypes.c_size_t),
        ("type", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("metadata", ctypes.c_void_p),
    )


class _Version(ctypes.Structure):
    """XLA_FFI_Api_Version."""

    _fields_ = (
        ("struct_size", ctypes.c_size_t),
        ("extension", ctypes.c_void_p),
        ("major", ctypes.c_int),
        ("minor", ctypes.c_int),
    )


class _Metadata(ctypes.Structure):
    """XLA_FFI_Metadata."""

    _fields_ = (("struct_size", ctypes.c_size_t), ("version", _Version), ("traits", ctypes.c_uint32))


class _Buffers(ctypes.Structure):
    """XLA_FFI_Args and XLA_FFI_Rets."""

    _fields_ = (
        ("struct_size", ctypes.c_size_t),
        ("extension", ctypes.c_void_p),
        ("size", ctypes.c_int64),
        ("types", ctypes.c_void_p),
        ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    )


class _Buffer(ctypes.Structure):
    """XLA_FFI_Buffer, up to the address of the numbers."""

    _fields_ = (
        ("struct_size", ctypes.c_size_t),
        ("extension", ctypes.c_void_p),
        ("dtype", ctypes.c_int),
        ("data", ctypes.c_void_p),
    )


class _Frame(ctypes.Structure):
    """XLA_FFI_CallFrame, up to the results."""

    _fields_ = (
        ("struct_size", ctypes.c_size_t),
        ("extension", ctypes.POINTER(_Extension)),
        ("api", ctypes.c_void_p),
        ("context", ctypes.c_void_p),
        ("stage", ctypes.c_int),
        ("arguments", _Buffers),
        ("results", _Buffers),
    )


class _ErrorArguments(ctypes.Structure):
    """XLA_FFI_Error_Create_Args."""

    _fields_ = (
        ("struct_size", ctypes.c_size_t),
        ("extension", ctypes.c_void_p),
        ("message", ctypes.c_char_p),
        ("code", ctypes.c_int),
    )


class _Api(ctypes.Structure):
    """XLA_FFI_Api, up to the function that makes errors."""

    _fields_ = (
        ("struct_size", ctypes.c_size_t),
        ("extension", ctypes.c_void_p),
        ("version", _Version),
        ("internal", ctypes.c_void_p),
        ("error_create", ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.POINTER(_ErrorArguments))),
    )


_VERSION = (0, 1)
"""The version of the interface whose fields are read here; later minor versions only append to them."""
_METADATA = 1
_INTERNAL = 13
_HANDLER = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.POINTER(_Frame))
_TARGET = "rlproof_host_call"
_NUMBERS = itertools.count()
_CALLS: "WeakValueDictionary[int, HostCall]" = WeakValueDictionary()


class HostCall:
    """A JAX function that calls a function of Python on this machine's processor, inside or outside of `jax.jit`.

    An exception of the function becomes an error of JAX with its message. XLA never forgets the address of a
    handler; so there is one handler for all calls, which finds the call by its number, passed as an argument,
    and a call that nobody holds any more is freed with all that it holds.
    """

    def __init__(
        self,
        function: HostFunction,
        arguments: Sequence[jax.ShapeDtypeStruct],
        results: Sequence[jax.ShapeDtypeStruct],
    ) -> None:
        """Make a call.

        Args:
            function: reads arrays of the arguments, writes into arrays of the results. It must depend on nothing
                else, for JAX may call it once more or not at all.
            arguments: shapes and kinds of the arguments.
            results: shapes and kinds of the results.
        """
        _register()
        self._function, self._number = function, next(_NUMBERS)
        self._call = jax.ffi.ffi_call(_TARGET, list(results), vmap_method="sequential")
        self._lock = threading.Lock()  # XLA may call from several threads
        self._inputs = [np.empty(item.shape, item.dtype) for item in arguments]
        self._outputs = [np.empty(item.shape, item.dtype) for item in results]
        # Looking these up costs as much as copying. The first argument is the number.
        self._sources = [(index + 1, a.ctypes.data, a.nbytes) for index, a in enumerate(self._inputs)]
        self._targets = [(index, a.ctypes.data, a.nbytes) for index, a in enumerate(self._outputs)]
        _CALLS[self._number] = self

    def __call__(self, *arguments: jax.Array) -> Sequence[jax.Array]:
        """Call the function with JAX's arrays."""
        return self._call(np.int32(self._number), *arguments)

    def run(self, frame: _Frame) -> None:
        """Bring the arguments over, call the function, take the results back."""
        with self._lock:
            buffers = frame.arguments.buffers
            for index, address, size in self._sources:
                ctypes.memmove(address, _Buffer.from_address(buffers[index]).data, size)
            self._function(self._inputs, self._outputs)
            buffers = frame.results.buffers
            for index, address, size in self._targets:
                ctypes.memmove(_Buffer.from_address(buffers[index]).data, address, size)


@_HANDLER
def _handler(pointer: Any) -> int | None:
    """Answer XLA."""
    frame = pointer.contents
    if frame.extension:
        return _tell_version(frame.extension.contents)
    try:
        number = ctypes.c_int32.from_address(_Buffer.from_address(frame.arguments.buffers[0]).data).value
        call = _CALLS.get(number)
        if call is None:
            return _error(frame.api, "what this compiled program calls has been freed: keep it as long as the program")
        call.run(frame)
    except BaseException as error:  # noqa: BLE001 - nothing may be raised through C
        return _error(frame.api, f"{type(error).__name__}: {error}")
    return None


@functools.cache
def _register() -> None:
    jax.ffi.register_ffi_target(_TARGET, jax.ffi.pycapsule(_handler), platform="cpu")


def _tell_version(extension: _Extension) -> None:
    """Answer XLA's first call, which asks for the version of the interface."""
    if extension.type == _METADATA:
        metadata = _Metadata.from_address(extension.metadata)
        metadata.version.major, metadata.version.minor = _VERSION


def _error(api: int, message: str) -> int:
    arguments = _ErrorArguments(ctypes.sizeof(_ErrorArguments), None, message.encode(), _INTERNAL)
    return _Api.from_address(api).error_create(ctypes.byref(arguments))

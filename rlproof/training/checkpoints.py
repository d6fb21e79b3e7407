"""Checkpoints: everything that a run has come to, by orbax, each of them whole or not there."""

import logging
from pathlib import Path
from types import ModuleType
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..spec.errors import ParameterError
from .extra import require

KEPT = 2
"""How many are kept: the last, and one before it in case a disk fails while the last is written."""


class Checkpoints:
    """The checkpoints of a run, in `checkpoints/` of its directory."""

    def __init__(self, directory: Path) -> None:
        """Look at a directory, which is made if it is missing."""
        self._orbax: ModuleType = require("orbax.checkpoint", purpose="checkpoints")
        logging.getLogger("absl").setLevel(logging.ERROR)  # orbax tells of every file that it writes
        options = self._orbax.CheckpointManagerOptions(max_to_keep=KEPT, enable_async_checkpointing=False)
        self.directory = directory.resolve()
        handler = self._orbax.StandardCheckpointHandler()
        self._manager = self._orbax.CheckpointManager(self.directory, options=options, item_handlers=handler)

    @property
    def latest(self) -> int | None:
        """The number of calls after which the last checkpoint was saved; None if there is none."""
        return self._manager.latest_step()

    def save(self, calls: int, tree: Any) -> None:
        """Save a tree of arrays after so many calls; saving the same twice does nothing."""
        if self.latest != calls:
            self._manager.save(calls, args=self._orbax.args.StandardSave(_numbers(tree)))

    def load(self, like: Any) -> Any:
        """Load the last checkpoint into a tree of the same structure and shapes."""
        numbers = _numbers(like)
        stored = self._manager.item_metadata(self.latest)
        # Orbax itself would convert the numbers, and give arrays of another shape.
        wrong = [
            f"{_described(stored.get(name))} in the place of {_described(numbers.get(name))}"
            for name in sorted(stored.keys() | numbers.keys(), key=int)
            if _described(stored.get(name)) != _described(numbers.get(name))
        ]
        if wrong:
            raise ParameterError(
                "the checkpoint does not fit this run",
                got=f"{self.directory}: {wrong[0]}{f', and {len(wrong) - 1} more' if wrong[1:] else ''}",
                expected="arrays of the agent, the environments and the seeds that config.json names",
                cause="the run was made by other versions of packages, or on a machine with more or fewer processors",
                remedy="go on where and as it was made, or begin a new run",
            )
        shapes = {name: jax.ShapeDtypeStruct(leaf.shape, leaf.dtype) for name, leaf in numbers.items()}
        loaded = self._manager.restore(self.latest, args=self._orbax.args.StandardRestore(shapes))
        leaves, structure = jax.tree.flatten(like)
        found = [_as(loaded[str(index)], leaf) if leaf.size else leaf for index, leaf in enumerate(leaves)]
        return structure.unflatten(found)

    def close(self) -> None:
        """End what orbax has begun."""
        self._manager.close()


def _numbers(tree: Any) -> dict[str, np.ndarray]:
    """Return the leaves of a tree by their places, random keys as their numbers; orbax takes no empty ones."""
    return {str(index): np.asarray(_bits(leaf)) for index, leaf in enumerate(jax.tree.leaves(tree)) if leaf.size}


def _described(array: Any) -> str:
    return "nothing" if array is None else f"{array.dtype}{list(array.shape)}"


def _bits(leaf: Any) -> Any:
    return jax.random.key_data(leaf) if _is_key(leaf) else leaf


def _as(numbers: Any, like: Any) -> Any:
    return jax.random.wrap_key_data(numbers) if _is_key(like) else numbers


def _is_key(leaf: Any) -> bool:
    return isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)

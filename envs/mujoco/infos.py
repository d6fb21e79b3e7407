"""Infos of many environments at once, in the form of Gymnasium's vector environments.

Under every key stands an array with one row for each environment, and under the key with an underscore in
front the mask of the rows that have this entry; where the mask is False the row is zero.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...spec.numbers import Array

Infos = dict[str, Any]


def infos_of(info: Mapping[str, Array], *, count: int) -> Infos:
    """Every one of `count` environments has all entries."""
    mask, infos = np.ones(count, dtype=np.bool_), {}
    for key, values in info.items():
        infos[key], infos[f"_{key}"] = _owned(values), mask
    return infos


def infos_where(info: Mapping[str, Array], rows: Array) -> Infos:
    """Give the environments of a mask [N] all entries, the others none."""
    infos: Infos = {}
    if rows.any():
        for key, values in info.items():
            infos[key], infos[f"_{key}"] = _only(values, rows), rows.copy()
    return infos


def merged(first: Infos, second: Infos) -> Infos:
    """Put together the infos of different environments; rows that both have are the second's."""
    infos = dict(first)
    for key, mask in second.items():
        if not key.startswith("_"):
            continue
        name = key[1:]
        if name in infos:
            infos[name][mask] = second[name][mask]
            infos[key] |= mask
        else:
            infos[name], infos[key] = second[name], mask
    return infos


def final_infos(info: Mapping[str, Array], observations: Array, rows: Array) -> Infos:
    """What the episodes that end in these rows [N] leave: their last observation and their last info."""
    final = np.full(len(rows), None, dtype=object)
    for row in np.flatnonzero(rows):
        final[row] = observations[row].copy()
    return {
        "final_obs": final,
        "_final_obs": rows.copy(),
        "final_info": infos_where(info, rows),
        "_final_info": rows.copy(),
    }


def _owned(values: Array) -> Array:
    """Copy a view of the simulation's live state."""
    return values if values.flags.owndata else values.copy()


def _only(values: Array, rows: Array) -> Array:
    zeros = np.zeros_like(values)
    zeros[rows] = values[rows]
    return zeros

"""Where the recorded differences between single and double precision lie, and what was not measured."""

from pathlib import Path

RECORDED = Path(__file__).parents[1] / "data" / "differences.json"
"""The measurements that the documentation shows."""
NOT_MEASURED = {
    ("Pusher", "jax"): "MJX unrolls the collisions of the cylinder into a program that takes longer than ten minutes "
    "to compile on a processor.",
}
"""Pairs of task and implementation that are left out, each with its reason."""

"""Where the recorded differences between single and double precision lie, and what was not measured."""

from pathlib import Path

RECORDED = Path(__file__).parents[1] / "data" / "differences.json"
"""The measurements that the documentation shows."""
CAUSES = {
    "Ant": "tangents of contacts: MJX and Warp turn the friction pyramid about the normal",
}
"""What was found to make a difference beside the precision, by task. The ant is the only task whose difference after
ten steps is beyond it: in its first contact, distance, margin and stiffness agree to single precision, and the
velocities along the four edges of the pyramid agree in their sums, not one by one."""
NOT_MEASURED = {
    ("Pusher", "jax"): "MJX unrolls the collisions of the cylinder into a program that takes longer than ten minutes "
    "to compile on a processor.",
}
"""Pairs of task and implementation that are left out, each with its reason."""

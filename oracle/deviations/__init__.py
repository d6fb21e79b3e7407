"""Named deviations, one module per field.

A module has DEVIATIONS (equation id: deviations that were seen, or that only make sense there) and FAMILIES (functions
that make the deviations of a kind for any equation).
"""

"""The theory of policy optimisation as exact, readable, executable references.

One function is one equation; its id is module and name (`trpo.surrogate`). The
same source runs on float64, on exact rationals and on rigorous balls: the dtype
of the data decides.
"""

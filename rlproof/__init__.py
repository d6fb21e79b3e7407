"""rlproof: reinforcement learning equations to read, to run and to check.

Every equation is one entry with five faces: `rlproof.spec` (to read), `rlproof.impl` (to run fast),
`rlproof.laws` (what must hold), `rlproof.oracle` (to hold other code against) and a page in the docs.
Importing `rlproof` alone imports none of them.
"""

__version__ = "0.3.0"

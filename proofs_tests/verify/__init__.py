"""Tests of `rlproof verify` and `rlproof explain`, run as a user runs them."""

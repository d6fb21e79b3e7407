"""Holds functions against the theory: laws, derived tolerances, searches for counterexamples."""

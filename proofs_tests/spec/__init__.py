"""Tests of the specification itself: what it refuses, its number systems, its solvers, its extremal instances."""

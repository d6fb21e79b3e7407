"""Tests of the decision processes and rollouts."""

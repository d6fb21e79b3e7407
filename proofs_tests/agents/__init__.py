"""Tests of the training of agents."""

"""Training runs: their tables, their statistics, their pictures."""

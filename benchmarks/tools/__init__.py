"""What the benchmark programs share: interleaved timing and tables."""

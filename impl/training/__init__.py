"""Training loops: S seeds in lock-step, gathering and learning in compiled programs, on processors and accelerators."""

"""What is held against the theory while agents learn: one module for each kind of equation."""

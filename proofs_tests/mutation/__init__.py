"""Mutation testing: does the suite notice a small change in `spec` or `impl`?

`make mutation` changes one operator, number or comparison at a time (cosmic-ray decides where) and runs the
laws and the agreement tests of the equations that the change can reach. `cosmic-ray.toml` holds the settings,
`survivors.toml` every mutant that no test can tell from the original, with the reason why.
"""

"""`rlproof verify`: every equation against its laws, its implementation and real input, with evidence."""

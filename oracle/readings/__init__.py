"""What the names of parameters may mean, one module per field.

A module has READINGS (meanings of names), RULES (how facts follow from others, and what is assumed where nothing tells
them) and SYNONYMS (word: other names that are in use for it).
"""

"""Vectors: cases with their results, for programs in any language, and the oracle's own first cases.

One JSON file per equation, described by `oracle/schemas/vectors.schema.json`. The files of equations about samples lie
beside this module; `rlproof vectors export` writes those of every equation.
"""

from .document import document, text
from .stored import first_cases, read, stored
from .validate import complaints

__all__ = ["complaints", "document", "first_cases", "read", "stored", "text"]

"""Words about continuous policies, and about steps in logits."""

from collections.abc import Callable
from typing import Any

from ..draws import Scene, per_dimension

VOCABULARY: dict[str, Callable[[Scene], Any]] = {
    **dict.fromkeys(("noise", "action_slopes"), per_dimension()),
    "unsquashed": per_dimension(-4, 4),
}

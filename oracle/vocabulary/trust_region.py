"""Words about steps of policies: mixtures, natural gradients, line searches."""

from collections.abc import Callable
from typing import Any

from ..draws import Scene, draw_policy

VOCABULARY: dict[str, Callable[[Scene], Any]] = {
    "mixed_policy": draw_policy,
}

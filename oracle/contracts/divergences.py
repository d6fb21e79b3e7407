"""Contracts of divergences between policies."""

from ..contract import Extra
from ..draws import Sizes
from .distributions import COLUMN, LARGE, shifted

FOUR = Sizes(actions=(1, 4))
"""Of up to three actions, the largest difference is half of the sum of all."""
PAIR = (shifted("old_logits", "logits"),)

CONTRACTS = {
    "divergence.kl": Extra(shapes=COLUMN, extremes=PAIR),
    "divergence.tv": Extra(shapes=COLUMN, extremes=PAIR, sizes=FOUR),
    "divergence.kl_max": Extra(extremes=PAIR),
    "divergence.tv_max": Extra(extremes=PAIR, sizes=FOUR),
    "divergence.kl_fisher": Extra(shapes=COLUMN, extremes=LARGE),
    "divergence.kl_logits_gradient": Extra(extremes=LARGE),
}

"""Contracts of divergences between policies."""

from ..contract import Extra
from .distributions import COLUMN, LARGE, shifted

PAIR = (shifted("old_logits", "logits"),)

CONTRACTS = {
    "divergence.kl": Extra(shapes=COLUMN, extremes=PAIR),
    "divergence.tv": Extra(shapes=COLUMN, extremes=PAIR),
    "divergence.kl_max": Extra(extremes=PAIR),
    "divergence.tv_max": Extra(extremes=PAIR),
    "divergence.kl_fisher": Extra(shapes=COLUMN, extremes=LARGE),
    "divergence.kl_logits_gradient": Extra(extremes=LARGE),
}

r"""Divergences between policies: total variation, Kullback-Leibler, their bounds and estimators."""

from .divergence_rows import kl as kl
from .divergence_rows import kl_max as kl_max
from .divergence_rows import tv as tv
from .divergence_rows import tv_max as tv_max

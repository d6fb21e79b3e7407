r"""Divergences between policies: total variation, Kullback-Leibler, their bounds and estimators."""

from .divergence_bounds import bretagnolle_huber as bretagnolle_huber
from .divergence_bounds import coupling as coupling
from .divergence_bounds import pinsker as pinsker
from .divergence_estimators import k1 as k1
from .divergence_estimators import k2 as k2
from .divergence_estimators import k3 as k3
from .divergence_logits import kl_fisher as kl_fisher
from .divergence_logits import kl_logits_gradient as kl_logits_gradient
from .divergence_rows import kl as kl
from .divergence_rows import kl_max as kl_max
from .divergence_rows import tv as tv
from .divergence_rows import tv_max as tv_max

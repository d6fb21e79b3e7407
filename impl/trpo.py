r"""Trust region policy optimisation: identity, surrogate, bounds, Algorithm 1, practical steps."""

from .trpo_algorithm1 import algorithm1 as algorithm1
from .trpo_algorithm1 import algorithm1_gap as algorithm1_gap
from .trpo_algorithm1 import max_kl_step as max_kl_step
from .trpo_bounds import epsilon as epsilon
from .trpo_bounds import kl_bound as kl_bound
from .trpo_bounds import penalty_coefficient as penalty_coefficient
from .trpo_bounds import tv_bound as tv_bound
from .trpo_bounds import tv_bound_refined as tv_bound_refined
from .trpo_local import lemma2 as lemma2
from .trpo_local import lemma3 as lemma3
from .trpo_local import mm_lower_bound as mm_lower_bound
from .trpo_local import surrogate_error as surrogate_error
from .trpo_local import surrogate_first_order as surrogate_first_order
from .trpo_natural_gradient import conjugate_gradient as conjugate_gradient
from .trpo_natural_gradient import fisher_vector_product as fisher_vector_product
from .trpo_natural_gradient import line_search as line_search
from .trpo_natural_gradient import natural_gradient_step as natural_gradient_step
from .trpo_surrogate import expected_advantage as expected_advantage
from .trpo_surrogate import importance_sampled_q_surrogate as importance_sampled_q_surrogate
from .trpo_surrogate import importance_sampled_surrogate as importance_sampled_surrogate
from .trpo_surrogate import performance_difference as performance_difference
from .trpo_surrogate import performance_difference_by_visitation as performance_difference_by_visitation
from .trpo_surrogate import surrogate as surrogate
from .trpo_vine import vine as vine
from .trpo_vine import vine_sampled as vine_sampled

r"""Proximal policy optimisation: surrogate objectives, their variants, value losses, normalisation, Algorithm 1."""

from .ppo_algorithm import clip_algorithm as clip_algorithm
from .ppo_algorithm import clip_population_objective as clip_population_objective
from .ppo_approx_kl import approx_kl as approx_kl
from .ppo_approx_kl import approx_kl_nonnegative as approx_kl_nonnegative
from .ppo_normalisation import advantage_normalisation as advantage_normalisation
from .ppo_normalisation import advantage_whitening as advantage_whitening
from .ppo_scaling import explained_variance as explained_variance
from .ppo_scaling import reward_scaling as reward_scaling
from .ppo_surrogates import adaptive_kl as adaptive_kl
from .ppo_surrogates import clip_gradient as clip_gradient
from .ppo_surrogates import clip_objective as clip_objective
from .ppo_surrogates import clip_objective_g as clip_objective_g
from .ppo_surrogates import cpi_objective as cpi_objective
from .ppo_surrogates import kl_penalty as kl_penalty
from .ppo_surrogates import ratio as ratio
from .ppo_value import clipped_value_loss as clipped_value_loss
from .ppo_value import combined_loss as combined_loss
from .ppo_value import combined_objective as combined_objective
from .ppo_value import entropy_bonus as entropy_bonus
from .ppo_value import min_clipped_value_loss as min_clipped_value_loss
from .ppo_value import truncated_value_loss as truncated_value_loss
from .ppo_value import value_loss as value_loss
from .ppo_variants import adaptive_kl_trace as adaptive_kl_trace
from .ppo_variants import dual_clip_objective as dual_clip_objective
from .ppo_variants import early_stop as early_stop

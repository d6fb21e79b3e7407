r"""Objectives of token sequences: masked means, group advantages, ratios of sequences, GRPO and its relatives."""

from .tokens_advantages import dr_grpo_advantages as dr_grpo_advantages
from .tokens_advantages import group_advantages as group_advantages
from .tokens_advantages import leave_one_out_normalised_advantages as leave_one_out_normalised_advantages
from .tokens_advantages import masked_advantage_normalisation as masked_advantage_normalisation
from .tokens_advantages import masked_advantage_whitening as masked_advantage_whitening
from .tokens_advantages import rloo_advantages as rloo_advantages
from .tokens_masks import response_mask as response_mask
from .tokens_means import kl_in_reward as kl_in_reward
from .tokens_means import sequence_mean as sequence_mean
from .tokens_means import sequence_sum_constant as sequence_sum_constant
from .tokens_means import token_mean as token_mean
from .tokens_objectives import dapo_objective as dapo_objective
from .tokens_objectives import dr_grpo_objective as dr_grpo_objective
from .tokens_objectives import grpo_objective as grpo_objective
from .tokens_objectives import grpo_token_mean_objective as grpo_token_mean_objective
from .tokens_objectives import gspo_objective as gspo_objective
from .tokens_ratios import clip_higher as clip_higher
from .tokens_ratios import sequence_importance_ratio as sequence_importance_ratio
from .tokens_ratios import sequence_ratio as sequence_ratio
from .tokens_ratios import token_ratio as token_ratio

r"""Markov decision processes: kernels, visitation, returns, trajectories, and equivalent processes."""

from .decision_process import MDP as MDP
from .mdp_evaluation import discounted_visitation as discounted_visitation
from .mdp_evaluation import eta as eta
from .mdp_evaluation import finite_horizon_return as finite_horizon_return
from .mdp_evaluation import occupancy as occupancy
from .mdp_evaluation import policy_kernel as policy_kernel
from .mdp_evaluation import policy_reward as policy_reward
from .mdp_evaluation import resolvent_matrix as resolvent_matrix
from .mdp_returns import discounted_return as discounted_return
from .mdp_returns import rewards_to_go as rewards_to_go
from .mdp_trajectories import markov_property as markov_property
from .mdp_trajectories import trajectory_measure as trajectory_measure
from .mdp_transforms import discount_as_termination as discount_as_termination
from .mdp_transforms import potential_shaping as potential_shaping
from .mdp_transforms import reward_affine as reward_affine
from .mdp_transforms import reward_convention as reward_convention
from .mdp_transforms import terminal_absorbing as terminal_absorbing

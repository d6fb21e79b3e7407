r"""Linear systems with quadratic costs: exact references for continuous states and actions."""

from .linear_system import LinearSystem as LinearSystem
from .linear_system import linear_system as linear_system
from .lqr_comparison import kl as kl
from .lqr_comparison import performance_difference as performance_difference
from .lqr_comparison import surrogate as surrogate
from .lqr_gradients import action_gradient as action_gradient
from .lqr_gradients import covariance_gradient as covariance_gradient
from .lqr_gradients import deterministic_policy_gradient as deterministic_policy_gradient
from .lqr_gradients import eta as eta
from .lqr_gradients import natural_gradient as natural_gradient
from .lqr_gradients import policy_gradient as policy_gradient
from .lqr_gradients import visitation_mean as visitation_mean
from .lqr_gradients import visitation_moment as visitation_moment
from .lqr_optimal import bellman as bellman
from .lqr_optimal import optimality_gap as optimality_gap
from .lqr_optimal import policy_improvement as policy_improvement
from .lqr_optimal import riccati as riccati
from .lqr_riccati import optimal as optimal
from .lqr_riccati import optimal_gain as optimal_gain
from .lqr_values import advantage as advantage
from .lqr_values import q as q
from .lqr_values import value as value
from .lqr_values import value_constant as value_constant
from .lqr_values import value_matrix as value_matrix

r"""Models of a decision process: how they are learned, and what their errors do."""

from .model_error import planning_loss as planning_loss
from .model_error import simulation_bound as simulation_bound
from .model_error import simulation_error as simulation_error
from .model_learning import backward as backward
from .model_learning import inverse as inverse
from .model_learning import maximum_likelihood as maximum_likelihood
from .model_learning import regression as regression
from .model_learning import reward_model as reward_model
from .model_learning import transition_counts as transition_counts

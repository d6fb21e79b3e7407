r"""Policy gradients: the theorem, closed forms, estimators."""

from .pg_estimators import actor_critic as actor_critic
from .pg_estimators import compatible_features as compatible_features
from .pg_estimators import loss as loss
from .pg_estimators import reinforce as reinforce
from .pg_theorem import baseline as baseline
from .pg_theorem import discount_weight as discount_weight
from .pg_theorem import episode_length as episode_length
from .pg_theorem import softmax_closed_form as softmax_closed_form
from .pg_theorem import theorem as theorem
from .pg_theorem import theorem_episodic as theorem_episodic

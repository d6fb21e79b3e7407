r"""Policies: action choice, softmax, Gaussians diagonal and full."""

from .policy_choice import deterministic as deterministic
from .policy_choice import epsilon_greedy as epsilon_greedy
from .policy_choice import greedy as greedy
from .policy_full_gaussian import full_gaussian_entropy as full_gaussian_entropy
from .policy_full_gaussian import full_gaussian_kl as full_gaussian_kl
from .policy_full_gaussian import full_gaussian_log_prob as full_gaussian_log_prob
from .policy_gaussian import gaussian_entropy as gaussian_entropy
from .policy_gaussian import gaussian_kl as gaussian_kl
from .policy_gaussian import gaussian_log_prob as gaussian_log_prob
from .policy_gaussian import squashed_gaussian_log_prob as squashed_gaussian_log_prob
from .policy_gaussian_gradients import gaussian_fisher as gaussian_fisher
from .policy_gaussian_gradients import gaussian_sample as gaussian_sample
from .policy_gaussian_gradients import gaussian_score as gaussian_score
from .policy_gaussian_gradients import pathwise_gradient as pathwise_gradient
from .policy_softmax import entropy as entropy
from .policy_softmax import fisher as fisher
from .policy_softmax import log_prob as log_prob
from .policy_softmax import log_softmax as log_softmax
from .policy_softmax import score as score
from .policy_softmax import softmax as softmax

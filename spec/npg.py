r"""Natural policy gradient for tabular softmax policies."""

from .decision_process import MDP, read_policy
from .mirror_descent import tilted
from .numbers import Array, Scalar
from .validation import read_parameter
from .value import advantage


def softmax_update(mdp: MDP, policy: Array, *, step_size: Scalar) -> Array:
    r"""A step along the natural gradient of the return, in the logits of a tabular softmax policy.

    .. math:: \theta \leftarrow \theta + \alpha A_\pi, \qquad
        \pi_{new}(a|s) = \frac{\pi(a|s)\, e^{\alpha A_\pi(s,a)}}{\sum_b \pi(b|s)\, e^{\alpha A_\pi(s,b)}}

    Args:
        mdp: decision process of S states and A actions.
        policy: [S, A] probabilities or [S] integers, the present policy.
        step_size: alpha >= 0, in nats per unit of reward.
    Returns:
        [S, A], the next policy.
    Conventions:
        The natural gradient is A where the Fisher matrix is weighted by the unnormalised visits rho, as the gradient
        rho pi A is; with normalised visits it is A/(1 - gamma). The visits cancel: every state moves, visited or not.
    Laws:
        npg_improves_every_state, npg_is_mirror_descent, npg_follows_the_natural_gradient,
        npg_is_invariant_to_shaping, npg_without_step_stays
    Raises:
        ParameterError, ShapeError, ActionSetError, NotAProbabilityError, TerminationError; NumberSystemError in exact
        (exponentials).
    Source:
        Kakade 2002; Agarwal et al. 2021, lemma 15 and section 5.3, with normalised visits.
    Since:
        0.2
    """
    step_size = read_parameter("step_size", step_size, mdp.system, high=None)
    return tilted(read_policy(mdp, policy), step_size * advantage(mdp, policy))

r"""Natural policy gradients of tabular softmax policies."""

from .decision_process import MDP, read_policy
from .errors import DiscountError
from .mirror_descent import tilted
from .numbers import Array, Scalar
from .validation import read_parameter
from .value import advantage


def softmax(mdp: MDP, policy: Array) -> Array:
    r"""Natural policy gradient in the logits of a tabular softmax policy.

    .. math:: F^{+} \nabla\eta = \frac{A_\pi}{1-\gamma}, \qquad
        F = \sum_s d_\pi(s) \sum_a \pi(a|s)\, \nabla\log\pi\, \nabla\log\pi^\top

    Args:
        mdp: decision process of S states and A actions, discount below one.
        policy: [S, A] probabilities or [S] integers, the softmax of the logits.
    Returns:
        [S, A], in units of reward; a constant per state may be added.
    Conventions:
        Normalised visits d = (1 - gamma) rho in the Fisher matrix, the gradient of the unnormalised return: hence
        the factor 1/(1 - gamma). With rho in both, or d in both, the natural gradient is the advantage itself.
    Laws:
        natural_gradient_solves_the_fisher_system, natural_gradient_in_unnormalised_visits_is_the_advantage,
        natural_gradient_ignores_the_first_state, natural_gradient_predicts_the_ascent
    Raises:
        DiscountError at discount one; ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError.
    Source:
        Kakade 2001; Agarwal et al. 2021, section 5 (natural policy gradient).
    Since:
        0.2
    """
    if mdp.system != "series" and mdp.discount == 1:
        raise DiscountError(
            "visits cannot be normalised at discount one",
            got="discount 1",
            expected="discount < 1",
            cause="an undiscounted episodic problem",
            remedy="take value.advantage, the natural gradient in unnormalised visits",
        )
    return advantage(mdp, policy) / (1 - mdp.discount)


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

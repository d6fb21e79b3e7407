r"""Natural policy gradients."""

from .decision_process import MDP
from .errors import DiscountError
from .numbers import Array
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

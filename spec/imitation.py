r"""Imitation: supervised losses of a policy on the actions of a planner or an expert."""

from .divergence_logits import read_target
from .numbers import Array, Scalar, is_nonzero, same_system, where
from .policy_softmax import log_softmax
from .validation import check_shape, read_arrays


def cross_entropy(probabilities: Array, logits: Array) -> Array:
    r"""Cross-entropy of a softmax policy with target probabilities.

    .. math:: H(p, \pi_\phi) = -\sum_a p(a) \log\pi_\phi(a) = H(p) + D_{KL}(p\,\|\,\pi_\phi), \qquad
        \nabla_\phi H(p, \pi_\phi) = \pi_\phi - p

    Args:
        probabilities: [..., A], the target p, such as a planner's visits or a one-hot action.
        logits: [..., A], phi; minus infinity masks an action.
    Returns:
        [...], in nats, not negative; infinite where an action of the target is masked.
    Conventions:
        0 log 0 = 0. The target is fixed; its own entropy stays in the loss.
    Laws:
        cross_entropy_is_entropy_plus_kl, cross_entropy_has_its_gradient, cross_entropy_is_smallest_at_the_target,
        cross_entropy_is_the_mean_surprise, cross_entropy_is_linear_in_the_target
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NotAProbabilityError; NumberSystemError in
        exact (logarithms).
    Source:
        Slide "A as a target"; Silver et al. 2017 (AlphaGo Zero), eq. (1), its second term.
    Since:
        0.2
    """
    target, log_probs = read_target(probabilities), log_softmax(logits)
    check_shape("logits", log_probs, target.shape, "as probabilities has")
    same_system(probabilities=target, logits=log_probs)
    return -(target * where(is_nonzero(target), log_probs, 0)).sum(axis=-1)


def mse(actions: Array, mean: Array) -> Scalar:
    r"""Mean squared error of a deterministic policy on target actions.

    .. math:: \frac{1}{Tk} \sum_{t=1}^{T} \sum_{i=1}^{k} (a_{ti} - \mu_{ti})^2

    Args:
        actions: [T, k], the target's actions a.
        mean: [T, k], the policy's actions mu.
    Returns:
        One number, in squared units of the actions, the mean over all entries.
    Conventions:
        Without a factor one half. It is smallest at the mean of the target's actions, which may be none of them.
    Laws:
        mse_is_variance_plus_squared_bias, mse_is_the_gaussian_likelihood, mse_is_smallest_at_the_mean,
        mse_changes_units
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError.
    Source:
        Slide "A as a target"; Pomerleau 1991.
    Since:
        0.2
    """
    _, (actions, mean) = read_arrays(actions=actions, mean=mean)
    errors = actions - mean
    return (errors * errors).sum() / errors.size

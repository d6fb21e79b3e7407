r"""PPO-Clip with everything exact: the population objective, and one iteration of Algorithm 1 on tabular logits."""

import numpy as np

from .decision_process import MDP, read_policy
from .errors import SupportError
from .mdp import discounted_visitation
from .numbers import Array, Scalar, as_array, exp, is_nonzero, is_positive, largest, minimum, where
from .ppo_surrogates import clip_gradient
from .validation import check_count, check_finite, check_shape, read_parameter
from .value import advantage


def clip_population_objective(mdp: MDP, sampling_policy: Array, new_policy: Array, *, clip_epsilon: Scalar) -> Scalar:
    r"""The clipped surrogate objective in expectation over states and actions of the old policy.

    .. math:: L^{CLIP} = (1-\gamma) \sum_s \rho_\pi(s) \sum_a \pi(a|s)\,
        \min\Big(\frac{\tilde\pi(a|s)}{\pi(a|s)} A_\pi(s,a),\ g(\epsilon, A_\pi(s,a))\Big), \qquad
        g(\epsilon, A) = A + \epsilon |A|

    Args:
        mdp: decision process of S states, discount below one.
        sampling_policy: [S, A] probabilities, the old policy pi: positive where new_policy is.
        new_policy: [S, A] probabilities, the new policy.
        clip_epsilon: epsilon >= 0.
    Returns:
        One number, in units of reward.
    Conventions:
        Exact advantages, normalised discounted visits: what infinitely many samples weighted by gamma^t would give.
        Below (1 - gamma) (L_pi - eta), but no lower bound on the change of eta.
    Laws:
        clip_population_is_the_mean_over_samples, clip_population_is_below_the_surrogate,
        clip_population_with_wide_band_is_the_surrogate, clip_population_matches_eta_to_first_order,
        clip_population_is_invariant_to_shaping
    Raises:
        SupportError; ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, ParameterError.
    Source:
        Schulman et al. 2017 (PPO), eq. (7), in expectation; slide "Algorithm 1 PPO-Clip".
    Since:
        0.2
    """
    old, new = read_policy(mdp, sampling_policy, "sampling_policy"), read_policy(mdp, new_policy, "new_policy")
    _check_support(old, new)
    epsilon = read_parameter("clip_epsilon", clip_epsilon, mdp.system, high=None)
    advantages = advantage(mdp, old)
    limit = where(is_positive(advantages), (1 + epsilon) * advantages, (1 - epsilon) * advantages)
    visits = (1 - mdp.discount) * discounted_visitation(mdp, old)
    return visits @ minimum(new * advantages, old * limit).sum(axis=1)


def clip_algorithm(mdp: MDP, preferences: Array, *, epochs: int, step_size: Scalar, clip_epsilon: Scalar) -> Array:
    r"""One iteration of PPO-Clip on a softmax policy: some epochs of gradient ascent on the exact objective.

    .. math:: h^{k+1} = h^k + \alpha \nabla_h L^{CLIP}(\pi_h)\big|_{h^k}, \qquad
        \frac{\partial L^{CLIP}}{\partial h(s,a)} = (1-\gamma)\, \rho_{\pi}(s)\, \pi_h(a|s)
        \Big(c(s,a) - \sum_b \pi_h(b|s)\, c(s,b)\Big), \qquad c = \frac{\partial}{\partial r} \min(r A_\pi, g)

    Args:
        mdp: decision process of S states and A actions, discount below one.
        preferences: [S, A], logits h of the old policy, a softmax over actions.
        epochs: K >= 0, the number of gradient steps on the data of one policy.
        step_size: alpha >= 0, the step of each epoch.
        clip_epsilon: epsilon >= 0.
    Returns:
        [S, A], the logits after K epochs.
    Conventions:
        Visits and advantages are those of the old policy throughout, exact and not normalised; the whole population
        is one batch. Plain gradient ascent, where code has Adam. Slope A at the kinks, as in clip_gradient. The
        slide's sum runs over T + 1 terms against a factor 1/T, a constant factor in the step size.
    Gradient:
        Not compared: it is an update rule, which jumps where a ratio crosses the end of the band.
    Laws:
        first_epoch_is_the_policy_gradient_step, one_epoch_is_the_actor_critic_step,
        epochs_with_wide_band_ascend_the_surrogate, clipped_states_stay_where_they_are,
        every_epoch_keeps_the_sum_of_logits
    Raises:
        ShapeError, NonFiniteError, IntegerDtypeError, ParameterError; NumberSystemError in exact (exponentials).
    Source:
        Slide "Algorithm 1 PPO-Clip"; OpenAI Spinning Up, PPO; Schulman et al. 2017 (PPO), Algorithm 1.
    Since:
        0.2
    """
    preferences = as_array(preferences, "preferences")
    check_shape("preferences", preferences, mdp.reward.shape, "states, actions")
    check_finite("preferences", preferences)
    check_count("epochs", epochs)
    alpha = read_parameter("step_size", step_size, mdp.system, high=None)
    old = _softmax(preferences)
    advantages = advantage(mdp, old)
    visits = (1 - mdp.discount) * discounted_visitation(mdp, old)[:, None]
    for _ in range(epochs):
        new = _softmax(preferences)
        slopes = clip_gradient(new / old, advantages, clip_epsilon=clip_epsilon)
        preferences = preferences + alpha * visits * new * (slopes - (new * slopes).sum(axis=1)[:, None])
    return preferences


def _softmax(preferences: Array) -> Array:
    weights = exp(preferences - largest(preferences, axis=1)[:, None])
    return weights / weights.sum(axis=1)[:, None]


def _check_support(old: Array, new: Array) -> None:
    if np.any(lost := ~is_nonzero(old) & is_nonzero(new)):
        state, action = (int(i) for i in np.argwhere(lost)[0])
        raise SupportError(
            "the old policy never takes an action that the new policy takes",
            got=f"pi = 0 at state {state}, action {action}, where the new policy has {new[state, action]}",
            expected="an old policy that is positive wherever the new one is",
            cause="a deterministic old policy, or an action mask that has changed",
            remedy="take an old policy of full support",
        )

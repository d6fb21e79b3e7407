r"""Estimators of the policy gradient, and what they estimate."""

import numpy as np

from .decision_process import MDP, read_policy
from .errors import NotPositiveDefiniteError
from .gae import expected
from .mdp import discounted_visitation
from .numbers import Array, Scalar, solve, stack, system_of
from .pg_theorem import read_parameters, theorem, visited_scores
from .validation import read_arrays, read_parameter


def reinforce(rewards: Array, *, gamma: Scalar) -> Array:
    r"""Weights :math:`\gamma^t G_t` of the scores in REINFORCE, for one episode.

    .. math:: w_t = \gamma^t G_t = \sum_{k=t}^{T-1} \gamma^k R_{k+1}, \qquad
        \nabla\eta = \mathbb{E}\Big[\sum_{t=0}^{T-1} w_t \nabla\log\pi(a_t|s_t)\Big]

    Args:
        rewards: [T, ...], reward of each transition of one episode, from its first step on.
        gamma: discount in [0, 1].
    Returns:
        [T, ...], in units of reward.
    Conventions:
        One episode, no ends inside it: t counts from its beginning. The sum ends at T - 1, the last action; the
        slide's upper limit T would include a step without action.
    Laws:
        reinforce_is_unbiased, reinforce_admits_the_full_return, reinforce_weights_discounted_returns,
        reinforce_weights_fall_by_discounted_rewards
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        Williams 1992; Sutton & Barto 2018, box of section 13.3; slide "REINFORCE".
    Since:
        0.2
    """
    system, (rewards,) = read_arrays(rewards=rewards)
    gamma = read_parameter("gamma", gamma, system)
    following, weights = 0 * rewards[-1], []
    for t in reversed(range(len(rewards))):
        following = gamma**t * rewards[t] + following
        weights.append(following)
    return stack(weights[::-1])


def loss(log_probs: Array, advantages: Array) -> Scalar:
    r"""The objective :math:`L^{PG}` whose gradient is the policy gradient estimator.

    .. math:: L^{PG} = \hat{\mathbb{E}}_t\big[\log\pi_\theta(a_t|s_t)\, \hat A_t\big], \qquad
        \hat g = \hat{\mathbb{E}}_t\big[\nabla_\theta \log\pi_\theta(a_t|s_t)\, \hat A_t\big]

    Args:
        log_probs: [T, ...], log-probability of each action under the policy.
        advantages: [T, ...], advantage estimates, held constant.
    Returns:
        One number, the mean over all entries; to be maximised.
    Conventions:
        Mean over time and batch alike. Its value means nothing, only its gradient does, and that only while the
        data come from the policy itself.
    Laws:
        loss_is_the_mean_product, loss_has_the_slope_of_cpi, loss_gradient_is_the_policy_gradient, loss_is_linear
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError.
    Source:
        Schulman et al. 2017 (PPO), eqs. (1), (2).
    Since:
        0.2
    """
    _, (log_probs, advantages) = read_arrays(log_probs=log_probs, advantages=advantages)
    return (log_probs * advantages).sum() / log_probs.size


def actor_critic(mdp: MDP, policy: Array, state_values: Array, *, gae_lambda: Scalar) -> Array:
    r"""What an actor-critic follows on average, in softmax logits: the score weighted by a critic's advantage.

    .. math:: \mathbb{E}\Big[\sum_t \gamma^t \hat A_t\, \frac{\partial\log\pi(a_t|s_t)}{\partial\phi_{sa}}\Big]
        = \rho_\pi(s)\, \pi(a|s) \Big[\mathbb{E}[\hat A|s,a] - \sum_{a'} \pi(a'|s)\, \mathbb{E}[\hat A|s,a']\Big]

    Args:
        mdp: decision process of S states and A actions.
        policy: [S, A] probabilities or [S] integers, the softmax of the logits.
        state_values: [S], the critic V; in terminal states it counts as zero.
        gae_lambda: lambda in [0, 1]; at 0 the advantage is the TD error.
    Returns:
        [S, A], in units of reward; rows sum to zero.
    Conventions:
        With the weight gamma^t, hence unnormalised discounted visits. The gradient itself if V = v_pi or lambda = 1.
    Laws:
        actor_critic_with_the_true_critic_is_the_gradient, actor_critic_at_lambda_one_is_the_gradient,
        actor_critic_at_lambda_zero_equals_enumerated_td_errors, actor_critic_has_this_bias
    Raises:
        ShapeError, NonFiniteError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError,
        ParameterError.
    Source:
        Sutton & Barto 2018, eqs. (13.12)-(13.14); Schulman et al. 2016 (GAE), section 3; slide "Actor-Critic".
    Since:
        0.2
    """
    estimates = expected(mdp, policy, state_values, gae_lambda=gae_lambda)
    return visited_scores(mdp, policy, discounted_visitation(mdp, policy), estimates)


def compatible_features(mdp: MDP, policy: Array, action_features: Array, *, damping: Scalar) -> Array:
    r"""Weights of the compatible function approximation of the action values.

    .. math:: w = \arg\min_w \sum_s \rho_\pi(s) \sum_a \pi(a|s) \big(\psi_{sa}^\top w - q_\pi(s,a)\big)^2
        + \beta \|w\|^2 = (F + \beta I)^{-1} \nabla\eta, \qquad F = \sum_s \rho_\pi(s) \sum_a \pi(a|s)\,
        \psi_{sa} \psi_{sa}^\top, \quad \psi_{sa} = x_{sa} - \sum_b \pi(b|s)\, x_{sb}

    Args:
        mdp: decision process of S states and A actions.
        policy: [S, A] probabilities or [S] integers, the softmax of K features times K parameters.
        action_features: [S, A, K], the features x of that policy; psi is its score.
        damping: beta >= 0; at zero the scores must be linearly independent where they are visited.
    Returns:
        [K], in units of reward per unit of a parameter: the natural gradient, if damping is zero.
    Conventions:
        Unnormalised discounted visits in F and in the gradient alike. The same weights fit the advantages. In
        float64 dependent scores are noticed only if elimination meets a zero pivot.
    Laws:
        compatible_weights_minimise_the_squares, compatible_weights_fit_advantages_as_well,
        compatible_approximation_keeps_the_gradient, compatible_weights_of_one_feature_are_a_quotient,
        compatible_weights_ignore_what_all_actions_share
    Raises:
        NotPositiveDefiniteError if damping is zero and the scores are dependent; ShapeError, EmptySpaceError,
        NonFiniteError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError, ParameterError.
    Source:
        Sutton et al. 2000, theorem 2 and section 3; Kakade 2001, theorem 1.
    Since:
        0.2
    """
    features, policy = read_parameters(mdp, "action_features", action_features), read_policy(mdp, policy)
    damping = read_parameter("damping", damping, system_of(features), high=None)
    scores = features - (policy[:, :, None] * features).sum(axis=1)[:, None, :]
    visits = (discounted_visitation(mdp, policy)[:, None] * policy).reshape(-1)
    flat = scores.reshape(mdp.reward.size, features.shape[2])
    fisher = flat.T @ (visits[:, None] * flat)
    damped = fisher + damping * np.eye(len(fisher), dtype=int)
    return _solve(damped, theorem(mdp, policy, policy[:, :, None] * scores), damping)


def _solve(matrix: Array, right_hand_side: Array, damping: Scalar) -> Array:
    try:
        return solve(matrix, right_hand_side)
    except (ZeroDivisionError, ValueError) as reason:  # NumPy's LinAlgError is a ValueError
        raise NotPositiveDefiniteError(
            "the scores of the policy are linearly dependent",
            got=f"a singular Fisher matrix at damping {damping}",
            expected="scores that are independent over the states and actions visited, or damping > 0",
            cause="one logit per action (adding a constant to all changes nothing), or states never visited",
            remedy="pass a positive damping, or leave out the redundant features",
        ) from reason

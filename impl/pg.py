r"""Policy gradients: the theorem, closed forms, estimators."""

import functools

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.typing import ArrayLike

from . import linear
from .decision_process import MDP, per_entry, probabilities
from .gae import expected
from .mdp import discounted_visitation, policy_kernel
from .value import advantage, q


@jax.jit
def theorem(mdp: MDP, policy: ArrayLike, policy_jacobian: ArrayLike) -> Array:
    r"""Gradient of the expected return in the K parameters of a policy: [..., K].

    .. math:: \frac{\partial\eta}{\partial\theta_k} = \sum_s \rho_\pi(s) \sum_a q_\pi(s,a)\,
        \frac{\partial\pi(a|s)}{\partial\theta_k}

    Spec: rlproof.spec.pg.theorem
    """
    weights = discounted_visitation(mdp, policy)[..., None] * q(mdp, policy)
    return linear.contract("...sa,...sak->...k", weights, policy_jacobian)


@jax.jit
def softmax_closed_form(mdp: MDP, policy: ArrayLike) -> Array:
    r"""Gradient of the expected return in the logits of a tabular softmax policy: [..., S, A].

    .. math:: \frac{\partial\eta}{\partial\phi_{sa}} = \rho_\pi(s)\, \pi(a|s)\, A_\pi(s,a)

    Spec: rlproof.spec.pg.softmax_closed_form
    """
    return discounted_visitation(mdp, policy)[..., None] * probabilities(mdp, policy) * advantage(mdp, policy)


@jax.jit
def baseline(mdp: MDP, policy: ArrayLike, baselines: ArrayLike) -> Array:
    r"""What a baseline adds to the expected gradient in softmax logits: [..., S, A].

    .. math:: \rho_\pi(s)\, \pi(a|s) \Big[b(s,a) - \sum_{a'} \pi(a'|s)\, b(s,a')\Big]

    Spec: rlproof.spec.pg.baseline
    """
    return _visited_scores(mdp, policy, baselines)


@functools.partial(jax.jit, static_argnames="horizon")
def discount_weight(mdp: MDP, policy: ArrayLike, *, horizon: int) -> Array:
    r"""What an actor-critic that drops the weight gamma^t follows, in softmax logits: [..., S, A].

    .. math:: \sum_{t<H} P(s_t = s)\, \pi(a|s)\, A_\pi(s,a)

    Spec: rlproof.spec.pg.discount_weight
    """
    kernel = policy_kernel(mdp, policy)

    def step(distribution: Array, _: None) -> tuple[Array, Array]:
        return linear.contract("...s,...st->...t", distribution, kernel), distribution

    visits = lax.scan(step, mdp.initial, None, length=horizon)[1].sum(axis=0)
    return visits[..., None] * probabilities(mdp, policy) * advantage(mdp, policy)


@jax.jit
def episode_length(mdp: MDP, policy: ArrayLike) -> Array:
    r"""Mean number of actions in an episode: [...].

    .. math:: \bar T = \sum_{s \notin \mathrm{term}} \rho_\pi(s)

    Spec: rlproof.spec.pg.episode_length
    """
    return jnp.where(mdp.terminal, 0, discounted_visitation(mdp, policy)).sum(axis=-1)


@jax.jit
def theorem_episodic(mdp: MDP, policy: ArrayLike) -> Array:
    r"""Policy gradient in softmax logits, from the mean length of an episode: [..., S, A].

    .. math:: \frac{\partial\eta}{\partial\phi_{sa}} = \bar T\, \mu(s)\, \pi(a|s)\, A_\pi(s,a)

    The mean length and the normalisation of mu cancel, so that neither is computed.

    Spec: rlproof.spec.pg.theorem_episodic
    """
    visits = jnp.where(mdp.terminal, 0, discounted_visitation(mdp, policy))
    return visits[..., None] * probabilities(mdp, policy) * advantage(mdp, policy)


@jax.jit
def reinforce(rewards: ArrayLike, *, gamma: ArrayLike) -> Array:
    r"""Weights of the scores in REINFORCE, for one episode: [T, ...].

    .. math:: w_t = \gamma^t G_t = \sum_{k=t}^{T-1} \gamma^k R_{k+1}

    Spec: rlproof.spec.pg.reinforce
    """
    rewards = jnp.asarray(rewards)
    powers = jnp.cumprod(jnp.full(len(rewards), gamma, jnp.result_type(rewards, gamma)).at[0].set(1))

    def step(following: Array, row: tuple[Array, Array]) -> tuple[Array, Array]:
        power, reward = row
        total = power * reward + following
        return total, total

    nothing = jnp.zeros(rewards.shape[1:], powers.dtype)
    return lax.scan(step, nothing, (powers, rewards), reverse=True)[1]


@jax.jit
def loss(log_probs: ArrayLike, advantages: ArrayLike) -> Array:
    r"""The objective whose gradient is the policy gradient estimator, the mean over all entries: [T, ...] -> ().

    .. math:: L^{PG} = \hat{\mathbb{E}}_t\big[\log\pi_\theta(a_t|s_t)\, \hat A_t\big]

    Differentiates in the advantages as well: stop their gradient if they depend on the policy.

    Spec: rlproof.spec.pg.loss
    """
    return jnp.multiply(log_probs, advantages).mean()


@jax.jit
def actor_critic(mdp: MDP, policy: ArrayLike, state_values: ArrayLike, *, gae_lambda: ArrayLike) -> Array:
    r"""What an actor-critic follows on average, in softmax logits: [..., S, A].

    .. math:: \rho_\pi(s)\, \pi(a|s) \Big[\mathbb{E}[\hat A|s,a] - \sum_{a'} \pi(a'|s)\, \mathbb{E}[\hat A|s,a']\Big]

    Spec: rlproof.spec.pg.actor_critic
    """
    return _visited_scores(mdp, policy, expected(mdp, policy, state_values, gae_lambda=gae_lambda))


@jax.jit
def compatible_features(mdp: MDP, policy: ArrayLike, action_features: ArrayLike, *, damping: ArrayLike) -> Array:
    r"""Weights of the compatible function approximation of the action values: [..., K].

    .. math:: w = (F + \beta I)^{-1} \nabla\eta, \qquad F = \sum_s \rho_\pi(s) \sum_a \pi(a|s)\,
        \psi_{sa} \psi_{sa}^\top, \quad \psi_{sa} = x_{sa} - \sum_b \pi(b|s)\, x_{sb}

    Infinite or NaN if the damped matrix is singular.

    Spec: rlproof.spec.pg.compatible_features
    """
    features, policy = jnp.asarray(action_features), probabilities(mdp, policy)
    scores = features - linear.contract("...sa,...sak->...sk", policy, features)[..., None, :]
    visits = discounted_visitation(mdp, policy)[..., None] * policy
    fisher = linear.contract("...sak,...sal->...kl", visits[..., None] * scores, scores)
    gradient = theorem(mdp, policy, policy[..., None] * scores)
    damped = fisher + per_entry(damping) * jnp.eye(fisher.shape[-1], dtype=fisher.dtype)
    return jnp.linalg.solve(damped, gradient[..., None])[..., 0]


def _visited_scores(mdp: MDP, policy: ArrayLike, weights: ArrayLike) -> Array:
    """Sum weights w(s, a) times the score of softmax logits over discounted visits: [..., S, A]."""
    policy = probabilities(mdp, policy)
    centred = weights - linear.contract("...sa,...sa->...s", policy, weights)[..., None]
    return discounted_visitation(mdp, policy)[..., None] * policy * centred

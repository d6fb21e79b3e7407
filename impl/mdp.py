r"""Markov decision processes: kernels, visitation, expected return, returns of a trajectory."""

from functools import partial

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.typing import ArrayLike

from . import linear
from .decision_process import MDP as MDP
from .decision_process import discount, discount_out_of, probabilities
from .mdp_trajectories import markov_property as markov_property
from .mdp_trajectories import trajectory_measure as trajectory_measure
from .mdp_transforms import discount_as_termination as discount_as_termination
from .mdp_transforms import potential_shaping as potential_shaping
from .mdp_transforms import reward_affine as reward_affine
from .mdp_transforms import reward_convention as reward_convention
from .mdp_transforms import terminal_absorbing as terminal_absorbing
from .td_returns import per_transition


@jax.jit
def policy_kernel(mdp: MDP, policy: ArrayLike) -> Array:
    r"""State transition probabilities under a policy: [..., S, S].

    .. math:: P_\pi(s, s') = \sum_a \pi(a|s)\, P(s'|s,a)

    Spec: rlproof.spec.mdp.policy_kernel
    """
    return linear.contract("...sa,...sat->...st", probabilities(mdp, policy), mdp.transition)


@jax.jit
def policy_reward(mdp: MDP, policy: ArrayLike) -> Array:
    r"""Expected one-step reward under a policy: [..., S].

    .. math:: r_\pi(s) = \sum_a \pi(a|s)\, R(s,a)

    Spec: rlproof.spec.mdp.policy_reward
    """
    return linear.contract("...sa,...sa->...s", probabilities(mdp, policy), mdp.reward)


@jax.jit
def discounted_visitation(mdp: MDP, policy: ArrayLike) -> Array:
    r"""Unnormalised discounted visitation frequencies: [..., S].

    .. math:: \rho_\pi^\top (I - \gamma P_\pi) = \rho_0^\top

    Spec: rlproof.spec.mdp.discounted_visitation
    """
    return linear.solve_transposed(discounted_kernel(mdp, policy), mdp.initial)


@jax.jit
def eta(mdp: MDP, policy: ArrayLike) -> Array:
    r"""Expected discounted return of a policy: [...].

    .. math:: \eta(\pi) = \rho_0^\top v_\pi

    Spec: rlproof.spec.mdp.eta
    """
    values = linear.solve(discounted_kernel(mdp, policy), policy_reward(mdp, policy))
    return linear.contract("...s,...s->...", mdp.initial, values)


@jax.jit
def occupancy(mdp: MDP, policy: ArrayLike) -> Array:
    r"""Unnormalised discounted occupancy of states and actions: [..., S, A].

    .. math:: x_\pi(s,a) = \rho_\pi(s)\, \pi(a|s)

    Spec: rlproof.spec.mdp.occupancy
    """
    return discounted_visitation(mdp, policy)[..., None] * probabilities(mdp, policy)


@partial(jax.jit, static_argnames="horizon")
def finite_horizon_return(mdp: MDP, policy: ArrayLike, *, horizon: int) -> Array:
    r"""Expected discounted return over the first H steps: [...].

    .. math:: \eta_H(\pi) = \sum_{t=0}^{H-1} \gamma^t\, \rho_0^\top P_\pi^t\, r_\pi

    Spec: rlproof.spec.mdp.finite_horizon_return
    """
    kernel, rewards = discount(mdp, 2) * policy_kernel(mdp, policy), policy_reward(mdp, policy)

    def step(_: int, values: Array) -> Array:
        return rewards + linear.contract("...st,...t->...s", kernel, values)

    values = lax.fori_loop(0, horizon, step, jnp.zeros_like(rewards))
    return linear.contract("...s,...s->...", mdp.initial, values)


@jax.jit
def discounted_return(rewards: ArrayLike, *, gamma: ArrayLike) -> Array:
    r"""Discounted return of a sequence of rewards: [T, ...] -> [...].

    .. math:: G_0 = \sum_{k=0}^{T-1} \gamma^k R_{k+1}

    Spec: rlproof.spec.mdp.discounted_return
    """
    rewards = jnp.asarray(rewards)

    def step(following: Array, reward: Array) -> tuple[Array, None]:
        return reward + gamma * following, None

    nothing = jnp.zeros(rewards.shape[1:], jnp.result_type(rewards, gamma))
    return lax.scan(step, nothing, rewards, reverse=True)[0]


@jax.jit
def rewards_to_go(
    rewards: ArrayLike, next_values: ArrayLike, terminated: ArrayLike, truncated: ArrayLike, *, gamma: ArrayLike
) -> Array:
    r"""Discounted rewards-to-go, bootstrapped where the episode was cut: [T, ...].

    .. math:: \hat R_t = R_{t+1} + \gamma\,(1 - \mathrm{term}_t)\,
        \begin{cases} V(s_{t+1}) & \mathrm{trunc}_t \text{ or } t = T-1\\ \hat R_{t+1} & \text{else}\end{cases}

    Spec: rlproof.spec.mdp.rewards_to_go
    """
    dtype = jnp.result_type(rewards, next_values, gamma)
    next_values = jnp.asarray(next_values, dtype)

    def step(following: Array, row: tuple[Array, ...]) -> tuple[Array, Array]:
        reward, next_value, ended, cut, weight = row
        rest = jnp.where(cut, next_value, following)
        total = reward + weight * jnp.where(ended, 0, rest)
        return total, total

    # The scan begins with the last next_value: the end of the data cuts like a truncation.
    flags = jnp.asarray(terminated), jnp.asarray(truncated)
    rows = (jnp.asarray(rewards), next_values, *flags, per_transition(gamma, rewards))
    return lax.scan(step, next_values[-1], rows, reverse=True)[1]


def discounted_kernel(mdp: MDP, policy: ArrayLike) -> Array:
    """Give gamma P_pi [..., S, S]; at discount one, terminal states lead nowhere, so that I - gamma P_pi is regular."""
    return discount_out_of(mdp)[..., None] * policy_kernel(mdp, policy)

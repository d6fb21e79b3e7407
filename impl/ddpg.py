r"""Deep deterministic policy gradient: the critic's target and the target networks."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike


@jax.jit
def target(rewards: ArrayLike, next_values: ArrayLike, terminated: ArrayLike, *, gamma: ArrayLike) -> Array:
    r"""Target of the critic: [T, ...]; wrap it in stop_gradient in the critic's loss.

    .. math:: y_t = R_{t+1} + \gamma\,(1 - \mathrm{term}_t)\, Q'\big(s_{t+1}, \mu'(s_{t+1})\big)

    Spec: rlproof.spec.ddpg.target
    """
    return jnp.add(rewards, gamma * jnp.where(jnp.asarray(terminated), 0, jnp.asarray(next_values)))


@jax.jit
def soft_update(online_parameters: ArrayLike, target_parameters: ArrayLike, *, tau: ArrayLike) -> Array:
    r"""Parameters of a target network after one update: [T, ...]; map it over a tree of parameters.

    .. math:: \theta' \leftarrow \tau\,\theta + (1-\tau)\,\theta'

    Spec: rlproof.spec.ddpg.soft_update
    """
    online, behind = jnp.asarray(online_parameters), jnp.asarray(target_parameters)
    return jnp.add(tau * online, (1 - jnp.asarray(tau)) * behind)


@jax.jit
def actor_gradient(action_gradients: ArrayLike, actor_jacobians: ArrayLike) -> Array:
    r"""Sampled deterministic policy gradient: [p], the direction of ascent.

    .. math:: \nabla J \approx \frac1T \sum_t \nabla_a Q(s_t, a)\big|_{a=\mu(s_t)}\, \nabla_\theta \mu_\theta(s_t)

    Spec: rlproof.spec.ddpg.actor_gradient
    """
    slopes = jnp.asarray(action_gradients)
    return jnp.einsum("tk,tkp->p", slopes, jnp.asarray(actor_jacobians)) / len(slopes)

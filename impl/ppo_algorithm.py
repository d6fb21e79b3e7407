r"""PPO-Clip with everything exact: the population objective, and one iteration of Algorithm 1 on tabular logits."""

from functools import partial

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from . import linear
from .decision_process import MDP, discount, per_entry, probabilities
from .mdp import discounted_visitation
from .ppo_surrogates import clip_gradient
from .value import advantage


@jax.jit
def clip_population_objective(
    mdp: MDP, sampling_policy: ArrayLike, new_policy: ArrayLike, *, clip_epsilon: ArrayLike
) -> Array:
    r"""The clipped surrogate objective in expectation over the old policy's states and actions: [...].

    .. math:: L^{CLIP} = (1-\gamma) \sum_s \rho_\pi(s) \sum_a \pi(a|s)\,
        \min\Big(\frac{\tilde\pi(a|s)}{\pi(a|s)} A_\pi(s,a),\ g(\epsilon, A_\pi(s,a))\Big)

    At the kinks the gradient in the new policy is that of the unclipped term.

    Spec: rlproof.spec.ppo.clip_population_objective
    """
    old, new = probabilities(mdp, sampling_policy), probabilities(mdp, new_policy)
    advantages, clip_epsilon = advantage(mdp, old), per_entry(clip_epsilon)
    limit = jnp.where(advantages >= 0, 1 + clip_epsilon, 1 - clip_epsilon) * old
    chosen = jnp.where(limit * advantages < new * advantages, limit, new)
    visits = (1 - discount(mdp, 1)) * discounted_visitation(mdp, old)
    return linear.contract("...s,...sa,...sa->...", visits, chosen, advantages)


@partial(jax.jit, static_argnames="epochs")
def clip_algorithm(
    mdp: MDP, preferences: ArrayLike, *, epochs: int, step_size: ArrayLike, clip_epsilon: ArrayLike
) -> Array:
    r"""One iteration of PPO-Clip on a softmax policy, by gradient ascent on the exact objective: [..., S, A].

    .. math:: h^{k+1} = h^k + \alpha \nabla_h L^{CLIP}(\pi_h)\big|_{h^k}

    Spec: rlproof.spec.ppo.clip_algorithm
    """
    preferences, step_size, clip_epsilon = jnp.asarray(preferences), per_entry(step_size), per_entry(clip_epsilon)
    old = jax.nn.softmax(preferences)
    advantages = advantage(mdp, old)
    visits = (1 - discount(mdp, 2)) * discounted_visitation(mdp, old)[..., None]

    def epoch(index: int, present: Array) -> Array:
        new = jax.nn.softmax(present)
        # The first epoch starts at the old policy; where division is not exact, new / old need not be one, and clips.
        ratios = jnp.where(index == 0, 1, new / old)
        slopes = clip_gradient(ratios, advantages, clip_epsilon=clip_epsilon)
        centred = slopes - (new * slopes).sum(axis=-1, keepdims=True)
        return present + step_size * visits * new * centred

    dtype = jnp.result_type(preferences, visits, advantages, step_size)
    return jax.lax.fori_loop(0, epochs, epoch, preferences.astype(dtype))

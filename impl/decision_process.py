"""The decision process as a JAX pytree, and how policies of it are read."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.typing import ArrayLike, DTypeLike

from ..spec.errors import NumberSystemError

if TYPE_CHECKING:
    from ..spec.decision_process import MDP as SpecMDP


@jax.tree_util.register_dataclass
@dataclass(frozen=True, eq=False)
class MDP:
    r"""A finite Markov decision process :math:`(P, R, \rho_0, \gamma)` whose five fields are pytree leaves.

    Nothing is checked here: build and validate a `rlproof.spec.mdp.MDP`, then convert it by `from_spec`. Every
    field may carry the same leading batch axes, or none.

    Attributes:
        transition: [..., S, A, S].
        reward: [..., S, A].
        initial: [..., S].
        discount: [...].
        terminal: [..., S] booleans, never None.
    """

    transition: Array
    reward: Array
    initial: Array
    discount: Array
    terminal: Array

    @classmethod
    def from_spec(cls, mdp: "SpecMDP", dtype: DTypeLike) -> Self:
        """Round a decision process of any number system of the spec to arrays of one float dtype."""
        source = mdp.to("float64")
        if jax.dtypes.canonicalize_dtype(dtype) != np.dtype(dtype):
            raise NumberSystemError(
                f"JAX would not keep {np.dtype(dtype)}",
                got=f"{np.dtype(dtype)} with 64-bit types switched off",
                expected="a dtype that JAX represents",
                cause="JAX computes in 32 bits unless told otherwise",
                remedy="jax.config.update('jax_enable_x64', True) before the first computation, or dtype float32",
            )
        return cls(
            transition=jnp.asarray(source.transition, dtype),
            reward=jnp.asarray(source.reward, dtype),
            initial=jnp.asarray(source.initial, dtype),
            discount=jnp.asarray(source.discount, dtype),
            terminal=jnp.asarray(source.terminal, bool),
        )


def probabilities(mdp: MDP, policy: ArrayLike) -> Array:
    """Read a policy as probabilities [..., S, A]; integers [..., S] are the actions of a deterministic policy."""
    policy = jnp.asarray(policy)
    if jnp.issubdtype(policy.dtype, jnp.integer):
        return jax.nn.one_hot(policy, mdp.reward.shape[-1], dtype=mdp.reward.dtype)
    return policy


def discount(mdp: MDP, axes: int) -> Array:
    """Give the discount so many trailing axes of length one that it broadcasts against [..., S], [..., S, A]."""
    return jnp.expand_dims(mdp.discount, tuple(range(-axes, 0)))


def per_entry(number: ArrayLike) -> Array:
    """Give a number [...] of each process two trailing axes, so that it broadcasts against tables [..., S, A]."""
    return jnp.expand_dims(number, (-2, -1))


def discount_out_of(mdp: MDP) -> Array:
    """Give the discount [..., S] of what follows each state; at discount one, nothing follows a terminal state."""
    gamma = discount(mdp, 1)
    return jnp.where(mdp.terminal & (gamma == 1), 0, gamma)

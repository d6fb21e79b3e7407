r"""Monte-Carlo tree search: what is remembered at the edges of a node, and what is read off."""

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.typing import ArrayLike

from . import linear
from .decision_process import MDP


@jax.jit
def backup(mean_returns: ArrayLike, visits: ArrayLike, returns: ArrayLike) -> Array:
    r"""The mean return of each edge after one more simulation has passed it: [T, ...].

    .. math:: Q \leftarrow \frac{N Q + G}{N + 1}

    Spec: rlproof.spec.mcts.backup
    """
    mean_returns = jnp.asarray(mean_returns)
    return mean_returns + jnp.subtract(returns, mean_returns) / (jnp.asarray(visits) + 1)


@jax.jit
def uct(mean_returns: ArrayLike, visits: ArrayLike, *, exploration: ArrayLike) -> Array:
    r"""Upper confidence bounds (UCB1) of the actions of a node: [A]; infinite where an action was never taken.

    .. math:: U(a) = Q(a) + c \sqrt{\frac{\ln \sum_b N(b)}{N(a)}}

    Spec: rlproof.spec.mcts.uct
    """
    mean_returns, visits = jnp.asarray(mean_returns), jnp.asarray(visits)
    taken = visits > 0
    # Both branches of a `where` are differentiated: the one not taken must be finite as well.
    ratio = jnp.log(visits.sum()) / jnp.where(taken, visits, 1)
    return jnp.where(taken, mean_returns + exploration * jnp.sqrt(ratio), jnp.inf)


@jax.jit
def puct(
    mean_returns: ArrayLike,
    visits: ArrayLike,
    priors: ArrayLike,
    *,
    exploration: ArrayLike,
    exploration_base: ArrayLike,
) -> Array:
    r"""MuZero's scores of the actions of a node: [A].

    .. math:: U(a) = Q(a) + P(a)\, \frac{\sqrt{N}}{1 + N(a)} \Big(c_1 + \log\frac{N + c_2 + 1}{c_2}\Big)

    Spec: rlproof.spec.mcts.puct
    """
    visits = jnp.asarray(visits)
    total = visits.sum()
    # With MuZero's base of 19652 the ratio is so near one that its logarithm would keep few digits.
    rate = exploration + jnp.log1p((total + 1) / exploration_base)
    return jnp.asarray(mean_returns) + priors * (jnp.sqrt(total) * rate) / (1 + visits)


@jax.jit
def visit_policy(visits: ArrayLike, *, temperature: ArrayLike) -> Array:
    r"""The policy at the root, in proportion to a power of how often the actions were searched: [A].

    .. math:: \pi(a) = \frac{N(a)^{1/T}}{\sum_b N(b)^{1/T}}

    Counts are divided by the largest first, so that no power overflows.

    Spec: rlproof.spec.mcts.visit_policy
    """
    visits = jnp.asarray(visits)
    taken = visits > 0
    shares = jnp.where(taken, visits, 1) / lax.stop_gradient(visits.max())
    powers = jnp.where(taken, jnp.exp(jnp.log(shares) / temperature), 0)
    return powers / powers.sum()


@jax.jit
def search(mdp: MDP, state_values: ArrayLike, expanded: ArrayLike) -> Array:
    r"""The value of each root of a tree of which some edges [H, S, A] were searched, by maximising backup: [S].

    .. math:: V_t(s) = \max_{a \in E_t(s)} \Big[R(s,a) + \gamma \sum_{s'} P(s'|s,a)\,V_{t+1}(s')\Big]

    Where several edges attain the maximum, the gradient is the mean of theirs.

    Spec: rlproof.spec.mcts.search
    """
    leaves = jnp.asarray(state_values)

    def step(values: Array, edges: Array) -> tuple[Array, None]:
        outcomes = mdp.reward + mdp.discount * linear.contract("sat,t->sa", mdp.transition, values)
        best = jnp.where(edges, outcomes, -jnp.inf).max(axis=-1)
        return jnp.where(edges.any(axis=-1), best, leaves), None

    return lax.scan(step, leaves, jnp.asarray(expanded), reverse=True)[0]

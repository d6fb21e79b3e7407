"""What agents of one policy gradient step per rollout share: its objective and its gradient."""

from typing import Any

import jax

from .. import pg
from .actor_critic import Batch
from .policies import Distribution, Policy


def objective(new: Distribution, batch: Batch, *, entropy_coefficient: float = 0.0) -> jax.Array:
    """Return what is to be maximised: `pg.loss` and the entropy bonus."""
    found = pg.loss(new.log_prob(batch.actions), batch.advantages)
    return found + entropy_coefficient * new.entropy().mean() if entropy_coefficient else found


def policy_gradient(policy: Policy, batch: Batch, *, entropy_coefficient: float = 0.0) -> Any:
    """Return the gradient of the loss, of minus the objective, a tree like the policy."""

    def loss(policy: Policy) -> jax.Array:
        return -objective(policy(batch.observations), batch, entropy_coefficient=entropy_coefficient)

    return jax.grad(loss)(policy)

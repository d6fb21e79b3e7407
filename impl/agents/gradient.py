"""What agents of one policy gradient step per rollout share: the gradient."""

from typing import Any

import jax

from .. import pg
from .actor_critic import Batch
from .policies import Policy


def policy_gradient(policy: Policy, batch: Batch, *, entropy_coefficient: float = 0.0) -> Any:
    """Return the gradient of the loss: of minus `pg.loss` and the entropy bonus, a tree like the policy."""

    def loss(policy: Policy) -> jax.Array:
        new = policy(batch.observations)
        objective = pg.loss(new.log_prob(batch.actions), batch.advantages)
        return -(objective + entropy_coefficient * new.entropy().mean() if entropy_coefficient else objective)

    return jax.grad(loss)(policy)

"""The gradients of the theory, by the chain rule in its oldest form, on numbers that carry their rounding errors.

From the rollout on: values of the critic, advantages of `spec`, scores in closed form, and the derivatives of the
networks layer by layer.
"""

from typing import Any

import jax
import numpy as np

from rlproof.oracle.rounding import Rounded
from rlproof.spec import divergence, gae, policy, ppo

from .cases import Case

DOUBLE = 2.0**-53
"""The unit roundoff that is meant if no other is named."""


def layers(network: Any, *, unit: float = DOUBLE) -> list[Rounded]:
    """Weights and biases of a network with one hidden layer."""
    return [Rounded(np.asarray(leaf), unit=unit) for leaf in jax.tree.leaves(network)]


def forward(network: Any, seen: Any, *, unit: float = DOUBLE) -> tuple[Rounded, Rounded]:
    """The hidden units and the output."""
    weight, bias, last_weight, last_bias = layers(network, unit=unit)
    hidden = 1 - 2 / ((2 * (Rounded(np.asarray(seen), unit=unit) @ weight + bias)).exp() + 1)
    return hidden, hidden @ last_weight + last_bias


def backward(network: Any, seen: Any, slopes: Rounded) -> list[Rounded]:
    """The gradients in weights and biases, from the slopes in the outputs [B, m]."""
    hidden, _ = forward(network, seen)
    below = (slopes @ layers(network)[2].T) * (1 - hidden * hidden)
    return [Rounded(np.asarray(seen)).T @ below, below.sum(axis=0), hidden.T @ slopes, slopes.sum(axis=0)]


def numbers_of(acting: Any, seen: Any, *, unit: float = DOUBLE) -> list[Rounded]:
    """What a policy's distributions consist of: logits, or means and logarithms of standard deviations, [B, n]."""
    _, output = forward(acting.network, seen, unit=unit)
    if not hasattr(acting, "log_std"):
        return [output]
    return [output, Rounded(np.broadcast_to(acting.log_std, output.shape), unit=unit)]


def log_probs(actions: Any, numbers: list[Rounded]) -> Rounded:
    """Of actions [B]."""
    if len(numbers) == 1:
        return policy.log_prob(np.asarray(actions), numbers[0])
    return policy.gaussian_log_prob(Rounded(np.asarray(actions)), *numbers)


def scores(actions: Any, numbers: list[Rounded]) -> list[Rounded]:
    """The gradients of the log-probabilities in the numbers, in closed form."""
    if len(numbers) == 1:
        return [policy.score(np.asarray(actions), numbers[0])]
    return list(policy.gaussian_score(Rounded(np.asarray(actions)), *numbers))


def kl_slopes(old: list[Rounded], new: list[Rounded]) -> list[Rounded]:
    """The gradients of KL(old || new) in the new numbers, by hand."""
    if len(old) == 1:
        return [policy.softmax(new[0]) - policy.softmax(old[0])]
    shift, narrow = new[0] - old[0], (-new[1]).exp()
    return [shift * narrow * narrow, 1 - ((2 * (old[1] - new[1])).exp() + shift * narrow * shift * narrow)]


def entropy_slopes(numbers: list[Rounded]) -> list[Rounded]:
    """The gradients of the entropies in the numbers, by hand."""
    if len(numbers) == 2:
        return [0 * numbers[0], 1 + 0 * numbers[1]]
    probabilities, logs = policy.softmax(numbers[0]), policy.log_softmax(numbers[0])
    return [-probabilities * (logs + policy.entropy(numbers[0])[:, None])]


def chained(acting: Any, seen: Any, slopes: list[Rounded]) -> list[Rounded]:
    """The gradients in a policy's parameters, from slopes in the numbers of its distributions."""
    return backward(acting.network, seen, slopes[0]) + [each.sum(axis=0) for each in slopes[1:]]


def rows_of(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """Observations and actions, one row after the other."""
    seen, actions = case.rollout.observations, case.rollout.actions
    return np.asarray(seen.reshape(case.config.batch, -1)), np.asarray(actions.reshape(-1, *actions.shape[2:]))


def advantages_of(case: Case) -> Rounded:
    """By the equations: a critic's values, generalised advantages [B], brought to the scale of one if so set."""
    config, rollout = case.config, case.rollout
    values, next_values = (
        forward(case.state.critic.network, seen.reshape(config.batch, -1))[1].reshape(*rollout.rewards.shape)
        for seen in (rollout.observations, rollout.successors)
    )
    flags = (np.asarray(rollout.terminated), np.asarray(rollout.truncated))
    decay = {"gamma": Rounded(config.gamma), "gae_lambda": Rounded(config.gae_lambda)}
    found = gae.advantage(Rounded(np.asarray(rollout.rewards)), values, next_values, *flags, **decay)
    if config.normalise_advantages:
        found = ppo.advantage_normalisation(found, ddof=0, norm_epsilon=Rounded(1e-8))
    return found.reshape(config.batch)


def joined(parts: list[Rounded]) -> Rounded:
    """Arrays [..., n] side by side."""
    return Rounded(*(np.concatenate([getattr(part, name) for part in parts], axis=-1) for name in ("value", "error")))


def slopes_of(case: Case, advantages: Rounded) -> list[Rounded]:
    """The gradients of each row's log-probability times advantage, and of the bonus, in the numbers of its policy."""
    (seen, actions), acting = rows_of(case), case.state.actor.policy
    numbers = numbers_of(acting, seen)
    slopes = [advantages[:, None] * score for score in scores(actions, numbers)]
    bonus = Rounded(getattr(case.config, "entropy_coefficient", 0.0))
    return [one + bonus * two for one, two in zip(slopes, entropy_slopes(numbers), strict=True)]


def policy_gradient(case: Case, kept: Any = slice(None)) -> list[Rounded]:
    """The gradient of the loss, minus the mean over some rows, in the policy's parameters."""
    seen, slopes = rows_of(case)[0][kept], [each[kept] for each in slopes_of(case, advantages_of(case))]
    return chained(case.state.actor.policy, seen, [-each / len(seen) for each in slopes])


def mean_kl(old: list[Rounded], new: list[Rounded]) -> Rounded:
    """KL(old || new), averaged over the rows."""
    if len(old) == 1:
        rows = divergence.kl(policy.softmax(old[0]), policy.softmax(new[0]))
    else:
        rows = policy.gaussian_kl(*old, *new)
    return rows.sum() / rows.size


def fisher_of(acting: Any, seen: Any) -> Rounded:
    """The mean over rows of J'F J, where J are the derivatives of a row's numbers in the parameters: [d, d]."""
    total = 0
    for row in seen:
        numbers = numbers_of(acting, row[None])
        units = np.eye(sum(each.size for each in numbers)).reshape(-1, len(numbers), 1, numbers[0].size)
        rows = [chained(acting, row[None], [Rounded(part) for part in unit]) for unit in units]
        jacobian = Rounded.stack([joined([leaf.reshape(leaf.size) for leaf in leaves]) for leaves in rows])
        total = total + jacobian.T @ (_fisher(numbers) @ jacobian)
    return total / len(seen)


def _fisher(numbers: list[Rounded]) -> Rounded:
    if len(numbers) == 1:
        return policy.fisher(numbers[0][0])
    diagonal = policy.gaussian_fisher(numbers[1][0])
    return Rounded(np.diag(diagonal.value.ravel()), np.diag(diagonal.error.ravel()))


def is_near(got: Any, right: list[Rounded]) -> bool:
    """Whether every number of a tree is as near to the right one as two right computations are."""
    leaves = [np.asarray(leaf) for leaf in jax.tree.leaves(got)]
    assert [leaf.shape for leaf in leaves] == [each.shape for each in right]
    assert all(leaf.dtype == np.float64 for leaf in leaves)
    assert max(each.error.max() for each in right) < 1e-10, "a bound that hides nothing"
    return all(np.all(abs(leaf - each.value) <= 2 * each.error) for leaf, each in zip(leaves, right, strict=True))

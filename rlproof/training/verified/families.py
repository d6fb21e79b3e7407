"""Gaussian and softmax policies, as `spec` has them: functions of the numbers of their distributions."""

from collections.abc import Callable
from typing import Any, NamedTuple

from ...impl.agents.policies import Distribution, Gaussian
from ...spec import divergence, policy, ppo
from ...spec.numbers import Array
from .evaluated import Formula


class Family(NamedTuple):
    """Distributions of one kind; their numbers are `mean` and `log_std`, or `logits`.

    Attributes:
        log_prob: id of the equation.
        kl: id of the equation.
        entropy: id of the equation.
        score: id of the equation.
        log_probs: of actions, then the numbers.
        scores: of the same; one array for each of the numbers.
        divergences: of the old numbers, then the new ones.
        entropies: of the numbers.
    """

    log_prob: str
    kl: str
    entropy: str
    score: str
    log_probs: Formula
    scores: Callable[..., Any]
    divergences: Formula
    entropies: Formula

    def ratios(self, old_log_probs: Array, actions: Array, *numbers: Array) -> Array:
        """Return the probability ratios of actions."""
        return ppo.ratio(self.log_probs(actions, *numbers), old_log_probs)


GAUSSIAN = Family(
    log_prob="policy.gaussian_log_prob",
    kl="policy.gaussian_kl",
    entropy="policy.gaussian_entropy",
    score="policy.gaussian_score",
    log_probs=policy.gaussian_log_prob,
    scores=policy.gaussian_score,
    divergences=policy.gaussian_kl,
    entropies=lambda mean, log_std: policy.gaussian_entropy(log_std),  # noqa: ARG005 - it has no part in it
)

SOFTMAX = Family(
    log_prob="policy.log_prob",
    kl="divergence.kl",
    entropy="policy.entropy",
    score="policy.score",
    log_probs=policy.log_prob,
    scores=lambda actions, logits: [policy.score(actions, logits)],
    divergences=lambda old, new: divergence.kl(policy.softmax(old), policy.softmax(new)),
    entropies=policy.entropy,
)


def family_of(distribution: Distribution) -> Family:
    """Return the kind of a distribution."""
    return GAUSSIAN if isinstance(distribution, Gaussian) else SOFTMAX

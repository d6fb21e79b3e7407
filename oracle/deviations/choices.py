"""Deviations of policies that choose by action values."""

from collections.abc import Callable
from typing import Any

from ...spec import policy
from ...spec.logits import chosen, column
from ...spec.numbers import holds, largest, where
from ..contract import Compute
from ..deviation import DELIBERATE, Deviation, after, before, deviation, instead
from ..reading import Facts


def _epsilon_greedy(weights: Callable[[Any, Any, int], tuple[Any, Any]]) -> Callable[[Compute], Compute]:
    """Other probabilities of the greedy action and of the others."""

    def formula(facts: Facts) -> dict[str, Any]:
        q, epsilon = facts["q_values"], facts["epsilon_random"]
        best = chosen(policy.greedy(q), q.shape[-1])
        first, rest = weights(epsilon + 0 * q, 1 + 0 * q, q.shape[-1])
        return {"epsilon_greedy": where(best, first, rest)}

    return instead(formula)


def _last_tie(facts: Facts) -> dict[str, Any]:
    backwards = facts["q_values"][..., ::-1]
    return {"epsilon_greedy": policy.epsilon_greedy(backwards, epsilon_random=facts["epsilon_random"])[..., ::-1]}


def _shared_ties(facts: Facts) -> dict[str, Any]:
    q, epsilon = facts["q_values"], facts["epsilon_random"]
    best = holds(q == column(largest(q, axis=-1)))
    share = (1 + 0 * q) / column(best.sum(axis=-1))
    return {"epsilon_greedy": where(best, (1 - epsilon) * share, 0) + epsilon / q.shape[-1]}


def _greedy_last(facts: Facts) -> dict[str, Any]:
    values = facts["action_values"]
    return {"greedy": values.shape[-1] - 1 - policy.greedy(values[..., ::-1])}


DEVIATIONS: dict[str, tuple[Deviation, ...]] = {
    "policy.greedy": (
        deviation("ties_to_the_highest_index", "ties go to the highest index", instead(_greedy_last), kind=DELIBERATE),
        deviation("worst_action", "the action of the smallest value",
                  instead(lambda f: {"greedy": policy.greedy(-f["action_values"])})),
        deviation("largest_magnitude", "the action of the largest magnitude",
                  instead(lambda f: {"greedy": policy.greedy(abs(f["action_values"]))})),
        deviation("largest_over_states", "the best state of each action",
                  instead(lambda f: {"greedy": policy.greedy(f["action_values"].T)})),
    ),
    "policy.epsilon_greedy": (
        deviation("random_action_is_another", "the random action is never the greedy one",
                  _epsilon_greedy(lambda e, one, n: (one - e if n > 1 else one, e / max(n - 1, 1))), kind=DELIBERATE),
        deviation("greedy_share_too_small", "the greedy action lacks its share epsilon / A: the sum is below one",
                  _epsilon_greedy(lambda e, one, n: (one - e, e / n))),
        deviation("random_share_divided_by_the_others",
        "epsilon is divided by A - 1 for the others, by A for the greedy",
                  _epsilon_greedy(lambda e, one, n: (one - e + e / n, e / max(n - 1, 1)))),
        deviation("epsilon_for_one_minus_epsilon", "epsilon is the chance of the greedy action",
                  _epsilon_greedy(lambda e, one, n: (e + (one - e) / n, (one - e) / n))),
        deviation("epsilon_not_divided", "every other action has the chance epsilon",
                  _epsilon_greedy(lambda e, one, _: (one - e, e))),
        deviation("ties_to_the_highest_index", "ties go to the highest index", instead(_last_tie), kind=DELIBERATE),
        deviation("ties_share", "greedy actions share their probability", instead(_shared_ties), kind=DELIBERATE),
        deviation("always_greedy",
        "epsilon is not used", before(lambda f: {"epsilon_random": 0 * f["epsilon_random"]})),
        deviation("worst_action", "the action of the smallest value is preferred",
                  before(lambda f: {"q_values": -f["q_values"]})),
    ),
    "policy.deterministic": (
        deviation("transposed", "the axes are exchanged",
                  after(lambda _, o: {"deterministic": o["deterministic"].T})),
    ),
}  # fmt: skip

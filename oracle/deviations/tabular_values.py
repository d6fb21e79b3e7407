"""Deviations of values on decision processes, of Bellman's operators, and of sweeps with them."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ...spec import dp, mdp_evaluation, numbers, trpo, value
from ...spec.decision_process import MDP, read_policy
from ..cases import fields
from ..deviation import CONTESTED, DELIBERATE, Deviation, before, deviation, instead
from ..reading import Facts

EVALUATED = ("mdp", "policy")
MAXIMISED = "the values are those of the best actions, not of the policy"


def _is(name: str, label: str, says: str, formula: Callable[[Facts], Any], **about: Any) -> Deviation:
    """Another formula for the result of that name."""
    return deviation(label, says, instead(lambda f: {name: formula(f)}), **about)


def _following(facts: Facts, values: Any) -> Any:
    """r(s, a) + gamma sum P(s'|s, a) V(s')."""
    return facts["mdp"].reward + facts["mdp"].discount * (facts["mdp"].transition @ values)


def _mean(array: Any) -> Any:
    return array.sum(axis=1) / array.shape[1]


def _averaged(facts: Facts, array: Any) -> Any:
    return (read_policy(facts["mdp"], facts["policy"]) * array).sum(axis=1)


def _smallest(array: Any) -> Any:
    return -numbers.largest(-array, axis=1)


def _undiscounted(facts: Facts, values: Any) -> Any:
    return facts["mdp"].reward + facts["mdp"].transition @ values


def _reward_discounted(facts: Facts, values: Any) -> Any:
    return facts["mdp"].discount * _undiscounted(facts, values)


def _values(facts: Facts) -> Any:
    return value.v(facts["mdp"], facts["policy"])


def _action_values(facts: Facts) -> Any:
    return value.q(facts["mdp"], facts["policy"])


def _best_actions(mdp: MDP) -> Any:
    """An optimal policy, as probabilities; bounds of rounding are found for that of the values themselves.

    Read anew, a process that another deviation changed is checked: policy iteration need not end where it makes none.
    """
    plain = MDP(**fields(mdp, lambda field: getattr(field, "value", field)), terminal=mdp.terminal)
    return 0 * mdp.reward + (np.arange(mdp.number_of_actions) == dp.policy_iteration(plain)[:, None]).astype(int)


def _optimal(facts: Facts) -> Any:
    return value.q(facts["mdp"], _best_actions(facts["mdp"]))


def _optimal_of_states(facts: Facts) -> Any:
    return value.v(facts["mdp"], _best_actions(facts["mdp"]))


def _less(baseline: Callable[[Facts, Any], Any], own: Callable[[Facts], Any] = _action_values) -> Any:
    def advantage(facts: Facts) -> Any:
        found = own(facts)
        return found - baseline(facts, found)[:, None]

    return advantage


ADVANTAGES = (
    _is("advantage", "mean_over_actions_subtracted", "the plain mean over actions is subtracted, not the policy's mean",
        _less(lambda _, q: _mean(q)), needs=EVALUATED, kind=CONTESTED),
    _is("advantage", "maximum_over_actions_subtracted", "the largest action value is subtracted, not the policy's mean",
        _less(lambda _, q: numbers.largest(q, axis=1)), needs=EVALUATED, kind=CONTESTED),
    _is("advantage", "weighted_by_the_policy", "each advantage is multiplied by the probability of its action",
        lambda f: read_policy(f["mdp"], f["policy"]) * value.advantage(f["mdp"], f["policy"]), needs=EVALUATED),
    _is("advantage", "optimal_advantages", MAXIMISED,
        _less(lambda _, q: numbers.largest(q, axis=1), _optimal), needs=EVALUATED),
    _is("advantage", "optimal_action_values", "the action values are those of the best actions, not of the policy",
        _less(lambda f, _: _values(f), _optimal), needs=EVALUATED),
)  # fmt: skip


def _of_two(label: str, says: str, other: Callable[[Facts, Any], Any], **about: Any) -> tuple[Deviation, ...]:
    """Another value of what follows, in the operators that average over a policy."""

    def of_states(facts: Facts) -> Any:
        return other(facts, _following(facts, facts["state_values"]))

    def of_actions(facts: Facts) -> Any:
        return _following(facts, other(facts, facts["action_values"]))

    return (
        _is("expectation_v", label, says, of_states, needs=("mdp", "policy", "state_values"), **about),
        _is("expectation_q", label, says, of_actions, needs=("mdp", "policy", "action_values"), **about),
    )


def _of_optimal(label: str, says: str, other: Callable[[Any], Any]) -> tuple[Deviation, ...]:
    return (
        _is("optimality_v", label, says, lambda f: other(_following(f, f["state_values"])), needs=("state_values",)),
        _is("optimality_q", label, says, lambda f: _following(f, other(f["action_values"])), needs=("action_values",)),
    )


AVERAGED = (
    _of_two("maximum_for_mean", MAXIMISED, lambda _, q: numbers.largest(q, axis=1)),
    _of_two("plain_mean", "actions are averaged without the policy's weights", lambda _, q: _mean(q)),
    _of_two("summed_over_actions", "actions are summed without the policy's weights", lambda _, q: q.sum(axis=1)),
)
OPTIMAL = (
    _of_optimal("mean_for_maximum", "the mean over actions stands for the maximum", _mean),
    _of_optimal("minimum_for_maximum", "the worst action stands for the best", _smallest),
)


def _composed(name: str, fact: str, value_of: Callable[[Facts, Any], Any]) -> tuple[Deviation, ...]:
    """The reward, the discount and what follows put together in another way."""
    over_states = fact == "state_values"

    def by(follow: Callable[[Facts, Any], Any]) -> Callable[[Facts], Any]:
        if over_states:
            return lambda f: value_of(f, follow(f, f[fact]))
        return lambda f: follow(f, value_of(f, f[fact]))

    def own_values(facts: Facts, values: Any) -> Any:
        return facts["mdp"].reward + facts["mdp"].discount * values[:, None]

    return (
        _is(name, "reward_discounted", "the reward is discounted as well", by(_reward_discounted), needs=(fact,)),
        _is(name, "not_discounted", "what follows is not discounted", by(_undiscounted), needs=(fact,)),
        _is(name, "own_value_as_successor", "the value of the present state stands for that of the next",
            by(own_values), needs=(fact,)),
        _is(name, "reward_missing", "there is no reward", by(lambda f, v: _following(f, v) - f["mdp"].reward),
            needs=(fact,)),
        _is(name, "residual", "the values themselves are subtracted: the residual, not what the operator makes",
            lambda f: by(_following)(f) - f[fact], needs=(fact,)),
    )  # fmt: skip


def _best(_: Facts, array: Any) -> Any:
    return numbers.largest(array, axis=1)


def _in_place(best: Callable[[Facts, int, Any], Any], *, backwards: bool = False) -> Callable[[Facts], Any]:
    """Sweeps in which a state sees what those before it have become."""

    def sweep(facts: Facts) -> Any:
        mdp: MDP = facts["mdp"]
        found = list(facts["state_values"])
        for _ in range(int(facts["sweeps"])):
            for s in range(len(found))[:: -1 if backwards else 1]:
                found[s] = best(facts, s, mdp.reward[s] + mdp.discount * (mdp.transition[s] @ numbers.stack(found)))
        return numbers.stack(found)

    return sweep


def _expected(facts: Facts, state: int, row: Any) -> Any:
    return (read_policy(facts["mdp"], facts["policy"])[state] * row).sum()


def _estimated(mdp: MDP, policy: Any, other: Any) -> Any:
    return trpo.surrogate(mdp, policy, other) - mdp_evaluation.eta(mdp, policy)


def _sweeps(name: str, best: Callable[[Facts, int, Any], Any]) -> tuple[Deviation, ...]:
    """Sweeps in place, and one too many or too few."""
    says = "values are replaced in place: a state sees what those before it have become in the same sweep"
    needs = ("mdp", "state_values", "sweeps")
    return (
        _is(name, "in_place", says, _in_place(best), needs=needs, kind=DELIBERATE),
        _is(name, "in_place", says, _in_place(best, backwards=True), needs=needs, kind=DELIBERATE,
            spelling="backwards"),
        deviation("one_sweep_less", "one sweep too few", before(lambda f: {"sweeps": max(int(f["sweeps"]) - 1, 0)}),
                  needs=("sweeps",)),
        deviation("one_sweep_more", "one sweep too many", before(lambda f: {"sweeps": int(f["sweeps"]) + 1}),
                  needs=("sweeps",)),
    )  # fmt: skip


DEVIATIONS: dict[str, tuple[Deviation, ...]] = {
    "value.v": (
        _is("v", "optimal_values", MAXIMISED, _optimal_of_states, needs=EVALUATED),
        _is("v", "maximum_over_actions", "the largest action value of the policy stands for its mean",
            lambda f: numbers.largest(_action_values(f), axis=1), needs=EVALUATED),
        _is("v", "plain_mean", "action values are averaged without the policy's weights",
            lambda f: _mean(_action_values(f)), needs=EVALUATED),
    ),
    "value.q": (
        _is("q", "optimal_values", MAXIMISED, _optimal, needs=EVALUATED),
        _is("q", "not_discounted", "the value of the next state is not discounted",
            lambda f: _undiscounted(f, _values(f)), needs=EVALUATED),
        _is("q", "reward_discounted", "the reward is discounted as well",
            lambda f: _reward_discounted(f, _values(f)), needs=EVALUATED),
        _is("q", "maximum_of_the_next_state", "the best action is taken in the next state, the policy afterwards",
            lambda f: _following(f, numbers.largest(_action_values(f), axis=1)), needs=EVALUATED),
    ),
    "value.advantage": ADVANTAGES,
    "bellman.expectation_v": (
        *(of_states for of_states, _ in AVERAGED), *_composed("expectation_v", "state_values", _averaged),
    ),
    "bellman.expectation_q": (
        *(of_actions for _, of_actions in AVERAGED), *_composed("expectation_q", "action_values", _averaged),
    ),
    "bellman.optimality_v": (
        *(of_states for of_states, _ in OPTIMAL), *_composed("optimality_v", "state_values", _best),
    ),
    "bellman.optimality_q": (
        *(of_actions for _, of_actions in OPTIMAL), *_composed("optimality_q", "action_values", _best),
    ),
    "trpo.performance_difference": (
        _is("performance_difference", "visitation_of_the_old_policy",
            "states are weighted by the visits of the old policy: the surrogate's estimate of the difference",
            lambda f: _estimated(f["mdp"], f["policy"], f["new_policy"]), needs=(*EVALUATED, "new_policy")),
        _is("performance_difference", "advantages_of_the_new_policy",
            "the new policy's advantages are averaged under the old policy",
            lambda f: _estimated(f["mdp"], f["new_policy"], f["policy"]), needs=(*EVALUATED, "new_policy")),
    ),
    "dp.policy_evaluation": (
        *_sweeps("policy_evaluation", _expected),
        _is("policy_evaluation", "maximum_for_mean", MAXIMISED,
            lambda f: dp.value_iteration(f["mdp"], f["state_values"], sweeps=f["sweeps"]), needs=("sweeps",)),
    ),
    "dp.value_iteration": _sweeps("value_iteration", lambda _f, _s, row: numbers.largest(row)),
}  # fmt: skip

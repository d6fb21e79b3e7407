"""What goes wrong with equations about decision processes: another process, policy, or part of the formula."""

import copy
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from ...spec import divergence_rows, mdp_evaluation, numbers, trpo_surrogate, value
from ...spec.decision_process import MDP, read_policy
from ..contract import EXCHANGED, Compute, Contract
from ..deviation import Deviation, after, before, deviation
from ..reading import Facts
from ..substitution import uses

SLOW = ("trpo.algorithm1", "trpo.algorithm1_gap", "trpo.max_kl_step", "trpo.average_kl_step", "trpo.average_kl_gap")
"""Equations that are solved numerically: not again for every part that may be exchanged."""


class Part(NamedTuple):
    """A part of formulas, what stands in its place, and what that amounts to."""

    id: str
    part: str
    other: Callable[[Facts], Callable[..., Any]]
    says: str
    needs: tuple[str, ...] = ("mdp",)
    effect: str = ""


def other_process(mdp: MDP, **changes: Any) -> MDP:
    """A process with some fields changed, whether they make sense or not."""
    result = copy.copy(mdp)
    for name, field in changes.items():
        object.__setattr__(result, name, field)
    return result


def exchange(part: str, other: Callable[[Facts], Callable[..., Any]]) -> Callable[[Compute], Compute]:
    """A change of one part of the formula, beside others that are changed."""
    return before(lambda f: {EXCHANGED: {**f.get(EXCHANGED, {}), part: other(f)}})


_visits, _v, _q = mdp_evaluation.discounted_visitation, value.v, value.q
_kernel, _reward, _advantage = mdp_evaluation.policy_kernel, mdp_evaluation.policy_reward, value.advantage
VISITS, KERNEL, REWARD = (
    f"mdp_evaluation.{name}" for name in ("discounted_visitation", "policy_kernel", "policy_reward")
)
PARTS = (
    Part(
        "normalised_visitation", VISITS, lambda _: lambda m, p: (1 - m.discount) * _visits(m, p),
        "visits are normalised: they sum to one instead of 1/(1 - gamma)",
    ),
    Part(
        "visitation_of_the_new_policy", VISITS, lambda f: lambda m, _: _visits(m, f["new_policy"]),
        "states are weighted by the visits of the new policy", ("mdp", "policy", "new_policy"),
        "it is then the new policy's return itself, which no data of the old policy can give",
    ),
    Part(
        "visitation_of_the_old_policy", VISITS, lambda f: lambda m, _: _visits(m, f["policy"]),
        "states are weighted by the visits of the old policy", ("mdp", "policy", "new_policy"),
    ),
    Part(
        "first_distribution_as_visitation", VISITS, lambda _: lambda m, _p: m.initial,
        "states are weighted by where episodes begin, not by how often they are visited",
    ),
    Part(
        "state_weights_missing", VISITS, lambda _: lambda m, _p: 0 * m.initial + 1,
        "every state counts once, however often it is visited",
    ),
    Part(
        "states_weighted_equally", VISITS, lambda _: lambda m, _p: (0 * m.initial + 1) / len(m.initial),
        "the mean over states is taken, however often each is visited",
    ),
    Part(
        "states_weighted_equally_unnormalised", VISITS,
        lambda _: lambda m, _p: (0 * m.initial + 1) / len(m.initial) / (1 - m.discount),
        "all states are taken to be visited equally often",
    ),
    Part(
        "visitation_without_the_first_state", VISITS, lambda _: lambda m, p: _visits(m, p) - m.initial,
        "visits are counted from the second state on",
    ),
    Part(
        "visitation_transposed", VISITS,
        lambda _: lambda m, p: numbers.solve(mdp_evaluation.resolvent_matrix(m, p), m.initial),
        "I - gamma P is solved where its transpose should be: probabilities are carried backwards",
    ),
    Part(
        "kernel_transposed", KERNEL, lambda _: lambda m, p: _kernel(m, p).T,
        "the matrix of transitions is transposed: its rows are next states",
    ),
    Part(
        "kernel_of_the_uniform_policy", KERNEL, lambda _: lambda m, _p: _kernel(m, _uniform(m)),
        "transitions are averaged over actions without the policy's weights",
    ),
    Part(
        "kernel_of_the_new_policy", KERNEL, lambda f: lambda m, _: _kernel(m, f["new_policy"]),
        "transitions are those of the new policy", ("mdp", "policy", "new_policy"),
    ),
    Part(
        "reward_of_the_uniform_policy", REWARD, lambda _: lambda m, _p: _reward(m, _uniform(m)),
        "rewards are averaged over actions without the policy's weights",
    ),
    Part(
        "reward_of_the_best_action", REWARD, lambda _: lambda m, _p: numbers.largest(m.reward, axis=1),
        "the largest reward stands for the mean under the policy",
    ),
    Part(
        "reward_summed_over_actions", REWARD, lambda _: lambda m, _p: m.reward.sum(axis=1),
        "rewards are summed over actions without the policy's weights",
    ),
    Part(
        "reward_of_the_next_state", REWARD, lambda _: lambda m, p: _kernel(m, p) @ _reward(m, p),
        "the reward of the next state is paid, instead of that of the present one",
    ),
    Part(
        "values_of_the_new_policy", "value.v", lambda f: lambda m, _: _v(m, f["new_policy"]),
        "values are those of the new policy", ("mdp", "policy", "new_policy"),
    ),
    Part(
        "advantage_of_the_new_policy", "value.advantage", lambda f: lambda m, _: _advantage(m, f["new_policy"]),
        "advantages are those of the new policy", ("mdp", "policy", "new_policy"),
        "data of the old policy tell nothing about them",
    ),
    Part(
        "action_values_for_advantages", "value.advantage", lambda _: _q,
        "action values stand for advantages: the values of states are not subtracted",
    ),
    Part(
        "advantage_of_one_step", "value.advantage",
        lambda _: lambda m, p: m.reward - _reward(m, p)[:, None],
        "advantages are of rewards alone, without what follows",
    ),
    Part(
        "advantage_without_discount", "value.advantage",
        lambda _: lambda m, p: m.reward + m.transition @ _v(m, p) - _v(m, p)[:, None],
        "the value of the next state is not discounted in the advantage",
    ),
    Part(
        "weighted_by_the_old_policy", "trpo_surrogate.expected_advantage",
        lambda _: lambda m, p, _n: (read_policy(m, p) * _advantage(m, p)).sum(axis=1),
        "advantages are averaged under the old policy, where their mean is zero", ("mdp", "policy", "new_policy"),
    ),
    Part(
        "advantages_not_weighted", "trpo_surrogate.expected_advantage",
        lambda _: lambda m, p, _n: _advantage(m, p).sum(axis=1),
        "advantages are summed over actions without the new policy's weights",
    ),
    Part(
        "advantages_weighted_equally", "trpo_surrogate.expected_advantage",
        lambda _: lambda m, p, _n: _advantage(m, p).sum(axis=1) / m.number_of_actions,
        "advantages are averaged over actions without the new policy's weights",
    ),
    Part(
        "advantage_of_the_best_action", "trpo_surrogate.expected_advantage",
        lambda _: lambda m, p, _n: numbers.largest(_advantage(m, p), axis=1),
        "the largest advantage stands for the mean under the new policy",
    ),
    Part(
        "advantages_weighted_by_the_ratio_twice", "trpo_surrogate.expected_advantage",
        lambda _: lambda m, p, n: (_ratio(m, p, n) * read_policy(m, n) * _advantage(m, p)).sum(axis=1),
        "ratios are averaged under the new policy, which holds them already", ("mdp", "policy", "new_policy"),
    ),
    Part(
        "return_missing", "mdp_evaluation.eta", lambda _: lambda m, _p: 0 * m.discount,
        "the return of the old policy is left out", effect="a constant: the maximiser stays, the bound does not hold",
    ),
    Part(
        "return_of_the_new_policy", "mdp_evaluation.eta",
        lambda f: lambda m, _: mdp_evaluation.eta(m, f["new_policy"]),
        "the return is that of the new policy", ("mdp", "policy", "new_policy"),
    ),
    Part(
        "return_averaged_over_states", "mdp_evaluation.eta",
        lambda _: lambda m, p: _v(m, p).sum() / len(m.initial),
        "the return is the mean over all states, not over where episodes begin",
    ),
    Part(
        "return_normalised", "mdp_evaluation.eta",
        lambda _: lambda m, p: (1 - m.discount) * mdp_evaluation.eta(m, p),
        "the return is that per step, (1 - gamma) of the discounted sum",
    ),
    Part(
        "mean_for_maximum", "numbers.largest", lambda _: _mean, "a mean stands where the maximum should",
    ),
    Part("minimum_for_maximum", "numbers.largest", lambda _: _least, "a minimum stands where the maximum should"),
    Part(
        "no_absolute_value", "abs", lambda _: lambda x: x, "the absolute value is not taken: negative numbers stay",
    ),
    Part(
        "epsilon_of_the_mean_advantage", "trpo_bounds.epsilon",
        lambda f: lambda m, p: numbers.largest(abs(trpo_surrogate.expected_advantage(m, p, f["new_policy"]))),
        "epsilon is the largest mean advantage under the new policy, as in other bounds, not the largest advantage",
        ("mdp", "policy", "new_policy"), "the bound is too tight: it does not hold",
    ),
    Part(
        "epsilon_of_action_values", "trpo_bounds.epsilon", lambda _: lambda m, p: numbers.largest(abs(_q(m, p))),
        "epsilon is the largest action value, not the largest advantage",
    ),
    Part(
        "epsilon_of_rewards", "trpo_bounds.epsilon", lambda _: lambda m, _p: numbers.largest(abs(m.reward)),
        "epsilon is the largest reward, not the largest advantage",
    ),
    Part(
        "epsilon_is_signed", "trpo_bounds.epsilon", lambda _: lambda m, p: numbers.largest(_advantage(m, p)),
        "epsilon is the largest advantage, not the largest in magnitude",
    ),
    Part(
        "epsilon_is_a_mean", "trpo_bounds.epsilon", lambda _: lambda m, p: _mean(abs(_advantage(m, p))),
        "epsilon is the mean magnitude of advantages, not the largest",
    ),
    Part(
        "l1_for_total_variation", "divergence_rows.tv", lambda _: lambda p, n: 2 * divergence_rows.tv(p, n),
        "the sum of absolute differences stands for the total variation, which is half of it",
    ),
    Part(
        "maximal_difference_for_total_variation", "divergence_rows.tv",
        lambda _: lambda p, n: numbers.largest(abs(p - n), axis=-1),
        "the largest difference of probabilities stands for the total variation",
    ),
    Part(
        "mean_total_variation", "divergence_rows.tv_max", lambda _: lambda p, n: _mean(divergence_rows.tv(p, n)),
        "the mean total variation over states stands for the largest",
    ),
    Part(
        "visited_total_variation", "divergence_rows.tv_max",
        lambda f: lambda p, n: _average(f, divergence_rows.tv(p, n)),
        "the mean total variation over the states visited stands for the largest", ("mdp", "policy", "new_policy"),
    ),
    Part(
        "kl_reversed", "divergence_rows.kl", lambda _: lambda p, n: divergence_rows.kl(n, p),
        "the divergence is KL(new || old) instead of KL(old || new)",
    ),
    Part(
        "mean_kl", "divergence_rows.kl_max", lambda _: lambda p, n: _mean(divergence_rows.kl(p, n)),
        "the mean divergence over states stands for the largest", effect="the bound does not hold",
    ),
    Part(
        "visited_kl", "divergence_rows.kl_max", lambda f: lambda p, n: _average(f, divergence_rows.kl(p, n)),
        "the mean divergence over the states visited stands for the largest", ("mdp", "policy", "new_policy"),
        "the practical algorithm's constraint; the bound does not hold with it",
    ),
    Part(
        "summed_kl", "divergence_rows.kl_max", lambda _: lambda p, n: divergence_rows.kl(p, n).sum(),
        "the sum of divergences over states stands for the largest",
    ),
)  # fmt: skip


def _uniform(mdp: MDP) -> Any:
    return (0 * mdp.reward + 1) / mdp.number_of_actions


def _ratio(mdp: MDP, policy: Any, new_policy: Any) -> Any:
    old, new = read_policy(mdp, policy), read_policy(mdp, new_policy)
    taken = numbers.is_nonzero(old)
    return numbers.where(taken, new, 0) / numbers.where(taken, old, 1)


def _mean(array: Any, axis: int | None = None) -> Any:
    count = array.size if axis is None else array.shape[axis]
    return array.sum(axis=axis) / count


def _least(array: Any, axis: int | None = None) -> Any:
    return -numbers.largest(-array, axis=axis)


def _average(facts: Facts, gaps: Any) -> Any:
    visits = (1 - facts["mdp"].discount) * _visits(facts["mdp"], facts["policy"])
    return visits @ numbers.where(numbers.is_nonzero(visits), gaps, 0)


def parts_exchanged(contract: Contract, facts: frozenset[str]) -> Iterator[Deviation]:
    """A part of the formula is another one."""
    if "mdp" not in facts or contract.equation.id in SLOW:
        return
    for entry in PARTS:
        if facts.issuperset(entry.needs) and uses(contract.equation.function, entry.part):
            change = exchange(entry.part, entry.other)
            yield deviation(entry.id, entry.says, change, needs=entry.needs, effect=entry.effect)


def processes_changed(_: Contract, facts: frozenset[str]) -> Iterator[Deviation]:
    """Another process, or the other policy."""
    for name, says, changes in (
        ("no_discount", "the discount is not applied", lambda m: {"discount": 0 * m.discount + 1}),
        ("discount_squared", "the discount is applied twice", lambda m: {"discount": m.discount * m.discount}),
        ("discount_zero", "what follows the first step is left out", lambda m: {"discount": 0 * m.discount}),
        ("transition_transposed", "the axes of the transition table are exchanged: the first is the next state",
         lambda m: {"transition": m.transition.T}),
        ("first_state_uniform", "episodes are taken to begin anywhere with equal probability",
         lambda m: {"initial": (0 * m.initial + 1) / len(m.initial)}),
        ("first_state_zero", "episodes are taken to begin in the first state of the list",
         lambda m: {"initial": 0 * m.initial + (np.arange(len(m.initial)) == 0).astype(int)}),
        ("reward_on_arrival", "the reward of a state is paid on entering it, not on leaving it",
         lambda m: {"reward": m.transition @ m.reward.sum(axis=1) / m.number_of_actions}),
        ("reward_negated", "rewards are taken for costs", lambda m: {"reward": -m.reward}),
    ):  # fmt: skip
        yield deviation(
            name, says, before(lambda f, c=changes: {"mdp": other_process(f["mdp"], **c(f["mdp"]))}), needs=("mdp",)
        )
    for old, new in (("policy", "new_policy"), ("policy", "mixed_policy"), ("policy", "sampling_policy")):
        if {old, new} <= facts:
            yield deviation(
                "policies_exchanged" if new == "new_policy" else f"{old}_and_{new}_exchanged",
                f"{old} and {new} are exchanged", before(lambda f, o=old, n=new: {o: f[n], n: f[o]}), needs=(old, new),
            )  # fmt: skip
            yield deviation(
                f"{new}_is_the_{old}", f"{old} stands for {new}", before(lambda f, o=old, n=new: {n: f[o]}),
                needs=(old, new),
            )  # fmt: skip
            yield deviation(
                f"{old}_is_the_{new}", f"{new} stands for {old}", before(lambda f, o=old, n=new: {o: f[n]}),
                needs=(old, new),
            )  # fmt: skip
    if "mdp" in facts and "policy" in facts:
        yield deviation(
            "policy_ignored", "the uniform policy stands for the policy",
            before(lambda f: {"policy": _uniform(f["mdp"])}), needs=("mdp", "policy"),
        )  # fmt: skip


def factors(contract: Contract, _: frozenset[str]) -> Iterator[Deviation]:
    """A power of the discount, or of what is left of one, too many or too few."""
    name = contract.equation.name
    for label, says, factor in (
        ("times_one_minus_gamma", "multiplied by 1 - gamma", lambda g: 1 - g),
        ("over_one_minus_gamma", "divided by 1 - gamma", lambda g: 1 / (1 - g)),
        ("times_gamma", "multiplied by gamma once more", lambda g: g),
        ("quadrupled", "four times the right result", lambda g: 4 + 0 * g),
        ("quartered", "a quarter of the right result", lambda g: (1 + 0 * g) / 4),
    ):
        change = after(lambda f, o, c=factor: {name: o[name] * c(f["mdp"].discount)})
        yield deviation(label, says, change, needs=("mdp",))


FAMILIES = (parts_exchanged, processes_changed, factors)

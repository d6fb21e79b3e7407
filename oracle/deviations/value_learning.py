"""Deviations of targets and updates in value learning: masks, networks, maxima, steps."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ...spec import numbers, td
from ..contract import EXCHANGED, Compute, Contract, Outputs
from ..deviation import CONTESTED, DELIBERATE, Deviation, after, before, deviation, instead
from ..reading import Facts
from ..substitution import uses

TARGETS = (
    *("td.one_step_return", "td.q_learning_target", "td.sarsa_target", "td.expected_sarsa_target"),
    *("td.double_q_learning_target", "ddpg.target", "td3.target", "sac.target", "td.error"),
)
"""Equations of the form r + gamma (1 - terminated) b, less V(s_t) in the TD error."""
UPDATES = ("td.tabular_td0", "td.sarsa", "td.expected_sarsa", "td.q_learning", "replay.uniform_update")
NEXT = ("td.q_learning_target", "td.sarsa_target", "td.expected_sarsa_target", "td.double_q_learning_target")


def _flags(facts: Facts) -> Any:
    return np.asarray(facts["terminated"], dtype=bool)


def _bootstrap(compute: Compute, name: str, facts: Facts) -> Any:
    """What is discounted and masked: the target where nothing is, less the reward; plus V(s_t) in a TD error."""
    one, own = 0 * facts["gamma"] + 1, _subtracted(name, facts)
    return compute({**facts, "gamma": one, "terminated": np.zeros_like(_flags(facts))})[name] + own - facts["rewards"]


def _subtracted(name: str, facts: Facts) -> Any:
    """What the result has less than the target."""
    return facts["values"] if name == "error" else 0


def _composed(name: str, compose: Callable[[Any, Any, Any, Any], Any]) -> Callable[[Compute], Compute]:
    """Another composition of reward, discount, what goes on (1 or 0), and what is bootstrapped."""

    def change(compute: Compute) -> Compute:
        def composed(facts: Facts) -> Outputs:
            goes_on = 1 - _flags(facts).astype(int)
            target = compose(facts["rewards"], facts["gamma"], goes_on, _bootstrap(compute, name, facts))
            return {name: target - _subtracted(name, facts)}

        return composed

    return change


MASKS: tuple[tuple[str, str, str, tuple[str, ...], Callable[[Any, Any, Any, Any], Any]], ...] = (
    ("minus_for_times", "a minus stands for the product: r + gamma - (1 - terminated) b", "",
     ("mcmachado/count_based_exploration_sr#1",), lambda r, g, on, b: r + g - on * b),
    ("reward_masked", "the mask covers the reward as well: the last reward of an episode is dropped",
     "what is paid at the end teaches nothing", (), lambda r, g, on, b: on * (r + g * b)),
    ("flag_inverted", "the bootstrap is kept where the episode terminated and dropped elsewhere", "",
     (), lambda r, g, on, b: r + g * (1 - on) * b),
    ("reward_discounted", "the reward is discounted as well", "", (), lambda r, g, on, b: g * (r + on * b)),
    ("reward_missing", "there is no reward in the target", "", (), lambda _r, g, on, b: g * on * b),
    ("bootstrap_missing", "the target is the reward alone", "", (), lambda r, _g, on, b: r + 0 * on * b),
    ("bootstrap_subtracted", "the value of the successor is subtracted", "", (), lambda r, g, on, b: r - g * on * b),
    ("discount_subtracted", "the discount is taken for what is lost: 1 - gamma", "",
     (), lambda r, g, on, b: r + (1 - g) * on * b),
    ("mask_without_discount", "the bootstrap is masked, not discounted", "", (), lambda r, _g, on, b: r + on * b),
)  # fmt: skip


def masks(contract: Contract, _: frozenset[str]) -> Iterator[Deviation]:
    """Another composition of reward, discount, mask and bootstrap."""
    if contract.equation.id in TARGETS:
        for label, says, effect, seen, compose in MASKS:
            change = _composed(contract.equation.name, compose)
            needs = ("rewards", "terminated", "gamma")
            yield deviation(label, says, change, needs=needs, effect=effect, seen=seen)
    if contract.equation.id in UPDATES:
        for label, says, effect, seen, compose in MASKS:
            parts = _other_targets(compose)
            change = before(lambda f, parts=parts: {EXCHANGED: {**f.get(EXCHANGED, {}), **parts}})
            yield deviation(label, says, change, needs=("rewards", "terminated", "gamma"), effect=effect, seen=seen)


def _other_targets(compose: Callable[[Any, Any, Any, Any], Any]) -> dict[str, Callable[..., Any]]:
    """One-step targets and errors that are composed in another way."""

    def target(rewards: Any, next_values: Any, terminated: Any, *, gamma: Any) -> Any:
        return compose(rewards, gamma, 1 - np.asarray(terminated, dtype=bool).astype(int), next_values)

    def error(rewards: Any, values: Any, next_values: Any, terminated: Any, *, gamma: Any) -> Any:
        return target(rewards, next_values, terminated, gamma=gamma) - values

    return {"td_returns.one_step_return": target, "td_returns.error": error}


CHOICES: tuple[tuple[str, str, Callable[[Any], Any]], ...] = (
    ("mean_of_next_values", "the mean over actions stands for the value of the next action",
     lambda q: q.sum(axis=-1) / q.shape[-1]),
    ("minimum_of_next_values", "the smallest value stands for the value of the next action",
     lambda q: -numbers.largest(-q, axis=-1)),
    ("max_for_the_action_taken", "the largest value stands for the value of the next action",
     lambda q: numbers.largest(q, axis=-1)),
    ("first_action", "the value of the first action stands for that of the next action", lambda q: q[..., 0]),
    ("sum_of_next_values", "values are summed over actions without weights", lambda q: q.sum(axis=-1)),
)  # fmt: skip


def update_choices(contract: Contract, _: frozenset[str]) -> Iterator[Deviation]:
    """Tables that are moved towards another value of the next action."""
    if contract.equation.id not in UPDATES:
        return
    for part in ("q_learning_target", "sarsa_target", "expected_sarsa_target"):
        if uses(contract.equation.function, f"td_targets.{part}"):
            for label, says, choose in CHOICES:

                def target(
                    rewards: Any, values: Any, *rest: Any, gamma: Any, choose: Callable[[Any], Any] = choose
                ) -> Any:
                    return td.one_step_return(rewards, choose(values), rest[-1], gamma=gamma)

                change = before(lambda f, p=part, t=target: {EXCHANGED: {**f.get(EXCHANGED, {}), f"td_targets.{p}": t}})
                yield deviation(label, says, change, needs=("rewards", "terminated", "gamma"))


def next_choices(contract: Contract, _: frozenset[str]) -> Iterator[Deviation]:
    """The value of the successor is found in another way, or elsewhere."""
    if contract.equation.id not in NEXT:
        return
    name, needs = contract.equation.name, ("rewards", "next_q_values", "terminated", "gamma")

    def using(label: str, says: str, of: Callable[[Facts], Any], *more: str, **about: Any) -> Deviation:
        change = instead(lambda f: {name: _one_step(f, of(f))})
        return deviation(label, says, change, needs=(*needs, *more), **about)

    other, own = "other_next_q_values", "next_q_values"
    double = contract.equation.id == "td.double_q_learning_target"
    second = "valuing" if double else "other"
    yield using(
        "max_of_the_choosing_network" if double else "max_of_next_values",
        "the maximum is taken over the values of the network that chooses"
        if double else "the largest value stands for that of the next action",
        lambda f: numbers.largest(f[own], axis=-1),
        effect="the maximisation bias that a second network removes" if double else "",
    )  # fmt: skip
    seen = (
        ("MaximeVandegar/Papers-in-100-Lines-of-Code#21", "higgsfield/RL-Adventure PR#5")
        if double
        else ("facebookresearch/ReAgent#88",)
    )
    yield using(
        "maximum_of_the_batch", "one maximum is taken over the whole batch",
        lambda f: numbers.largest(f[own]) + 0 * f["rewards"],
    )  # fmt: skip
    yield using(
        "soft_maximum", "log sum exp stands for the maximum",
        lambda f: numbers.log(numbers.exp(f[own]).sum(axis=-1)), kind=DELIBERATE,
    )  # fmt: skip
    yield using(
        f"max_of_the_{second}_network", f"the maximum is taken over the {second} network's values",
        lambda f: numbers.largest(f[other], axis=-1), other, seen=seen,
        effect="the maximisation bias that a second network removes" if double
        else "the target moves with every step: the network that is held fixed is not used",
    )  # fmt: skip
    yield using(
        "networks_exchanged" if double else "double_q_target",
        "the other network chooses the action, and this one values it",
        lambda f: _chosen(f[other], f[own]), other, kind=CONTESTED if not double else "bug",
    )  # fmt: skip
    yield using(
        "chosen_by_this_network", "this network chooses the action, and the other one values it",
        lambda f: _chosen(f[own], f[other]), other,
    )  # fmt: skip
    yield using(
        "maximum_of_the_minimum", "the maximum is taken over the smaller of the two networks' values",
        lambda f: numbers.largest(numbers.minimum(f[own], f[other]), axis=-1), other, kind=DELIBERATE,
    )  # fmt: skip
    yield using(
        "minimum_of_two_networks", "the smaller of the two networks' values of the chosen action is taken",
        lambda f: numbers.minimum(_chosen(f[own], f[other]), numbers.largest(f[own], axis=-1)), other, kind=DELIBERATE,
    )  # fmt: skip
    yield using(
        "mean_of_two_networks", "the maximum is taken over the mean of the two networks",
        lambda f: numbers.largest((f[own] + f[other]) / 2, axis=-1), other,
    )  # fmt: skip
    yield using("mean_of_next_values", "the mean over actions stands for the value of the next action", _mean)
    yield using("minimum_of_next_values", "the smallest value stands for the value of the next action",
                lambda f: -numbers.largest(-f[own], axis=-1))  # fmt: skip
    yield using("sum_of_next_values", "values are summed over actions without weights", lambda f: f[own].sum(axis=-1))
    yield using("first_action", "the value of the first action stands for that of the next action",
                lambda f: f[own][..., 0])  # fmt: skip
    yield using(
        "present_values", "the values of the present state stand for those of its successor",
        lambda f: numbers.largest(f["q_values"], axis=-1), "q_values",
    )  # fmt: skip
    yield using(
        "action_of_this_step", "the action taken now is looked up in the successor, not the next one",
        lambda f: _taken(f[own], f["actions"]), "actions",
    )  # fmt: skip
    yield using(
        "action_taken_next", "the value of the action taken next stands for the expectation: SARSA",
        lambda f: _taken(f[own], f["next_actions"]), "next_actions",
    )  # fmt: skip
    yield using(
        "expected_next_value", "the expected value under the policy stands for the value of the next action",
        lambda f: (f["next_policy"] * f[own]).sum(axis=-1), "next_policy",
    )  # fmt: skip
    yield using(
        "likeliest_next_action", "the value of the policy's likeliest action stands for the expectation",
        lambda f: _chosen(f["next_policy"], f[own]), "next_policy",
    )  # fmt: skip


def _one_step(facts: Facts, following: Any) -> Any:
    return td.one_step_return(facts["rewards"], following, facts["terminated"], gamma=facts["gamma"])


def _mean(facts: Facts) -> Any:
    values = facts["next_q_values"]
    return values.sum(axis=-1) / values.shape[-1]


def _chosen(choosing: Any, valuing: Any) -> Any:
    best, chosen = choosing[..., 0], valuing[..., 0]
    for action in range(1, choosing.shape[-1]):
        better = numbers.is_positive(choosing[..., action] - best)
        best = numbers.where(better, choosing[..., action], best)
        chosen = numbers.where(better, valuing[..., action], chosen)
    return chosen


def _taken(values: Any, actions: Any) -> Any:
    chosen = values[..., 0]
    for action in range(1, values.shape[-1]):
        chosen = numbers.where(np.asarray(actions) == action, values[..., action], chosen)
    return chosen


def updates(contract: Contract, _: frozenset[str]) -> Iterator[Deviation]:
    """Tables that are moved in another way."""
    if contract.equation.id not in UPDATES:
        return
    name, table = contract.equation.name, "state_values" if "td0" in contract.equation.id else "action_values"
    needs = (table, "states", "rewards", "terminated", "step_size")

    def steps(facts: Facts) -> list[Any]:
        """The table after each transition alone."""
        arrays = ("states", "actions", "rewards", "next_states", "next_actions", "terminated")
        each = [{w: facts[w][t : t + 1] for w in arrays if w in facts} for t in range(len(facts["rewards"]))]
        return [{**facts, **part} for part in each]

    def one_after_the_other(compute: Compute) -> Compute:
        def run(facts: Facts) -> Outputs:
            values = facts[table]
            for part in steps(facts):
                values = compute({**part, table: values})[name]
            return {name: values}

        return run

    def counted_once(compute: Compute) -> Compute:
        def run(facts: Facts) -> Outputs:
            values = facts[table]
            for part in steps(facts):
                moved = compute(part)[name]
                here = np.zeros(np.shape(values), dtype=bool)
                here[(part["states"], part["actions"]) if table == "action_values" else part["states"]] = True
                values = numbers.where(here, moved, values)
            return {name: values}

        return run

    yield deviation(
        "one_after_the_other", "each transition is learnt at the table that those before have moved",
        one_after_the_other, needs=needs, kind=DELIBERATE,
    )  # fmt: skip
    yield deviation(
        "repeated_pairs_count_once", "of several transitions from one entry only the last one counts",
        counted_once, needs=needs, effect="indexed addition in NumPy and PyTorch does that silently",
    )  # fmt: skip

    def visited(facts: Facts) -> Any:
        counts = np.zeros(np.shape(facts[table]), dtype=int)
        index = (facts["states"], facts["actions"]) if table == "action_values" else facts["states"]
        np.add.at(counts, index, 1)
        return counts

    yield deviation(
        "value_not_subtracted", "the target itself is added, not its difference from the present value",
        after(lambda f, o: {name: o[name] + f["step_size"] * visited(f) * f[table]}), needs=needs,
        effect="values grow without bound",
    )  # fmt: skip
    yield deviation(
        "step_size_missing", "the whole error is added", before(lambda f: {"step_size": 0 * f["step_size"] + 1}),
        needs=needs,
    )  # fmt: skip
    yield deviation(
        "moved_away", "the error is subtracted: entries move away from the target",
        after(lambda f, o: {name: 2 * f[table] - o[name]}), needs=needs,
    )  # fmt: skip
    yield deviation(
        "error_returned", "the change of the table is returned, not the table",
        after(lambda f, o: {name: o[name] - f[table]}), needs=needs,
    )  # fmt: skip
    yield deviation(
        "next_state_moved", "the entry of the next state is moved",
        before(lambda f: {"states": f["next_states"]}), needs=(*needs, "next_states"),
    )  # fmt: skip
    yield deviation(
        "own_value_as_successor", "the present state's values stand for those of its successor",
        before(lambda f: {"next_states": f["states"]}), needs=(*needs, "next_states"),
    )  # fmt: skip
    yield deviation(
        "action_of_this_step", "the action taken now is looked up in the successor, not the next one",
        before(lambda f: {"next_actions": f["actions"]}), needs=(*needs, "next_actions", "actions"),
    )  # fmt: skip


FAMILIES = (masks, next_choices, updates, update_choices)

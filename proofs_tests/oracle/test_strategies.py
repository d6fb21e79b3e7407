"""The drawn cases are valid, of every kind, and the same numbers in every number system."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from flint import fmpq

from rlproof.laws import laws
from rlproof.oracle.agreement import parameters
from rlproof.oracle.reproduction import describe
from rlproof.oracle.search import search
from rlproof.oracle.strategies import DISCOUNTS, KINDS, Sizes, arguments, mdps, policies, rationals
from rlproof.oracle.vocabulary import vocabulary
from rlproof.spec.decision_process import MDP, reaches_terminal
from rlproof.spec.mdp import policy_kernel
from rlproof.spec.numbers import exact, float64, rational
from rlproof.spec.registry import equations

EXAMPLES = 200
RESERVED = {"gamma", "mdp", "discounts", "system", "continuous_process"}
"""Words that are or contain discounts, some of which are decimal."""


def drawn(strategy: Any, examples: int = EXAMPLES, seed: int = 0) -> list[Any]:
    """What a strategy draws."""
    found = search(lambda case: case, strategy, examples=examples, seed=seed)
    assert found.error is None
    return found.notes


def every_number(case: dict[str, Any]) -> list[fmpq]:
    """Every rational of a case but the discounts."""
    values = [case[name] for name in case if name not in RESERVED]
    if isinstance(mdp := case.get("mdp"), MDP):
        values += [mdp.transition, mdp.reward, mdp.initial]
    arrays = [np.asarray(value, dtype=object) for value in values if not isinstance(value, (bool, int))]
    return [number for array in arrays for number in array.flat if isinstance(number, fmpq)]


def state_kernel(mdp: MDP) -> np.ndarray:
    """How the state moves under the uniform policy."""
    return policy_kernel(mdp, exact(np.ones(mdp.reward.shape, dtype=int)) / mdp.number_of_actions)


def is_deterministic(mdp: MDP) -> bool:
    """Every action leads somewhere for certain."""
    return all(bool(p in {0, 1}) for p in mdp.transition.flat)


def has_unreachable_last_state(mdp: MDP) -> bool:
    """Nothing leads into the last state, and nothing begins there."""
    return mdp.number_of_states > 1 and mdp.initial[-1] == 0 and all(p == 0 for p in mdp.transition[..., -1].flat)


def has_duplicate_actions(mdp: MDP) -> bool:
    """The last action is the first once more."""
    same = np.array_equal(mdp.transition[:, 0], mdp.transition[:, -1])
    return mdp.number_of_actions > 1 and same and np.array_equal(mdp.reward[:, 0], mdp.reward[:, -1])


def is_cycle(mdp: MDP) -> bool:
    """Each state leads to the next, the last one to the first, whatever is done."""
    states = mdp.number_of_states
    return all(mdp.transition[s, a, (s + 1) % states] == 1 for s in range(states) for a in range(len(mdp.reward[0])))


OCCUR: dict[str, Callable[[MDP], bool]] = {
    "a single state": lambda mdp: mdp.number_of_states == 1,
    "a single action": lambda mdp: mdp.number_of_actions == 1,
    "several states and actions": lambda mdp: min(mdp.reward.shape) > 1,
    "deterministic": is_deterministic,
    "random": lambda mdp: not is_deterministic(mdp),
    "dense": lambda mdp: mdp.number_of_states > 1 and all(p > 0 for p in mdp.transition.flat),
    "absorbing": lambda mdp: bool(mdp.terminal.any()),
    "cycle of several states": lambda mdp: mdp.number_of_states > 1 and is_cycle(mdp),
    "unreachable": has_unreachable_last_state,
    "duplicate actions": has_duplicate_actions,
    "gamma zero": lambda mdp: mdp.discount == 0,
    "gamma near one": lambda mdp: mdp.discount > fmpq(99, 100),
    "large rewards": lambda mdp: any(abs(r) > 2**16 for r in mdp.reward.flat),
    "small rewards": lambda mdp: any(0 < abs(r) < fmpq(1, 64) for r in mdp.reward.flat),
    "no reward": lambda mdp: all(r == 0 for r in mdp.reward.flat),
}


@pytest.mark.parametrize("kind", OCCUR)
def test_every_kind_of_decision_process_occurs(kind: str) -> None:
    """Among 200 drawn processes each kind comes up, and not only once."""
    assert sum(map(OCCUR[kind], drawn(mdps()))) >= 3


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_what_its_name_says(kind: str) -> None:
    """Of every drawn process that is large enough for it."""
    properties: dict[str, Callable[[MDP], bool]] = {
        "deterministic": is_deterministic,
        "cycle": is_cycle,
        "garnet": lambda mdp: all(p in {0, fmpq(1, 2), 1} for p in mdp.transition.flat),
        "dense": lambda mdp: not mdp.terminal.any(),
        "absorbing": lambda mdp: mdp.terminal.tolist() == [False] * (mdp.number_of_states - 1) + [True],
        "unreachable": has_unreachable_last_state,
        "duplicate actions": has_duplicate_actions,
    }
    for mdp in drawn(mdps(Sizes(states=(2, 3), actions=(2, 3)), kinds=(kind,)), examples=40):
        assert properties[kind](mdp), describe({"mdp": mdp})


def test_terminal_states_are_reached_from_some_states_and_not_from_others() -> None:
    """Both are worth a case: with a discount below one neither is an error."""
    absorbing = [mdp for mdp in drawn(mdps(kinds=("absorbing",))) if mdp.terminal.any()]
    reached = Counter(bool(reaches_terminal(state_kernel(mdp), mdp.terminal).all()) for mdp in absorbing)
    assert min(reached[True], reached[False]) >= 3


def test_drawn_processes_are_valid_in_every_number_system() -> None:
    """The constructor validates; a conversion builds, and so validates, again."""
    for mdp in drawn(mdps()):
        assert mdp.system == "exact"
        assert 0 <= mdp.discount < 1
        for system in ("float64", "ball"):
            assert mdp.to(system).system == system


def test_every_discount_occurs() -> None:
    """Zero and near one among them."""
    assert {str(mdp.discount) for mdp in drawn(mdps())} == set(DISCOUNTS)


@pytest.mark.parametrize("full_support", [False, True])
def test_drawn_policies_are_distributions(full_support: bool) -> None:
    """Deterministic ones among them, unless full support was asked for."""
    mdp = MDP([[[1], [1], [1]]], [[0, 0, 0]], [1], "1/2")
    rows = [policy[0] for policy in drawn(policies(mdp, full_support=full_support))]
    assert all(row.sum() == 1 and all(p >= 0 for p in row) for row in rows)
    deterministic = sum(max(row) == 1 for row in rows)
    mixed = sum(all(p > 0 for p in row) for row in rows)
    assert (deterministic, mixed) == (0, len(rows)) if full_support else min(deterministic, mixed) >= 3


@pytest.mark.parametrize("names", [law.parameters for law in laws()], ids=[law.id for law in laws()])
def test_every_law_speaks_of_the_vocabulary(names: tuple[str, ...]) -> None:
    """Each of its parameters can be drawn."""
    assert set(names) <= set(vocabulary())


@pytest.mark.parametrize("equation", equations(), ids=lambda equation: equation.id)
def test_every_number_but_discounts_fits_into_float32(equation: Any) -> None:
    """Rounding a case to float32 changes nothing in it: exact and float runs see the same numbers."""
    numbers = [number for case in drawn(arguments(parameters(equation)), examples=40) for number in every_number(case)]
    for number in numbers:
        assert number.q & (number.q - 1) == 0, number  # a power of two
        assert float64(number) == np.float32(float64(number)), number


def test_discounts_are_the_only_decimals() -> None:
    """9/10 and 99/100 are rounded in floats, and the reference is computed for what they are rounded to."""
    names = [name for name in vocabulary() if name not in {*RESERVED, "scale", "relabelling"}]
    decimals = Counter(
        name
        for name in names
        for case in drawn(arguments((name,)), examples=60)
        for number in every_number(case)
        if number.q & (number.q - 1)
    )
    assert not decimals
    assert {name for name in DISCOUNTS if rational(name).q & (rational(name).q - 1)} == {"9/10", "99/100"}


def test_fixed_sizes_are_kept() -> None:
    """A compiled function sees one shape only."""
    names = ("mdp", "policy", "rewards", "terminated", "mean")
    for case in drawn(arguments(names, Sizes.fixed(3, 2, 5, 4)), examples=20):
        assert case["mdp"].transition.shape == (3, 2, 3)
        assert case["policy"].shape == (3, 2)
        assert case["rewards"].shape == case["terminated"].shape == (5,)
        assert case["mean"].shape == (5, 4)


def test_sizes_are_bounds_that_are_reached() -> None:
    """Both ends occur."""
    cases = drawn(arguments(("mdp", "rewards"), Sizes(states=(2, 4), length=(1, 3))), examples=100)
    assert {case["mdp"].number_of_states for case in cases} == {2, 3, 4}
    assert {len(case["rewards"]) for case in cases} == {1, 2, 3}


def test_what_belongs_together_is_drawn_together() -> None:
    """Policies and values are of the process that is drawn with them; arrays of a trajectory have one length."""
    names = ("policy", "mdp", "action_values", "state_values", "rewards", "truncated", "split", "relabelling")
    for case in drawn(arguments(names), examples=60):
        states, actions = case["mdp"].reward.shape
        assert case["policy"].shape == case["action_values"].shape == (states, actions)
        assert case["state_values"].shape == (states,)
        assert sorted(case["relabelling"]) == list(range(states))
        assert case["rewards"].shape == case["truncated"].shape
        assert 0 <= case["split"] < len(case["rewards"])


def test_flags_come_in_every_combination() -> None:
    """Terminated, truncated, both and neither."""
    cases = drawn(arguments(("terminated", "truncated")))
    pairs = {
        pair for case in cases for pair in zip(case["terminated"].tolist(), case["truncated"].tolist(), strict=True)
    }
    assert len(pairs) == 4


def test_rationals_lie_between_their_ends_and_shrink_to_whole_numbers() -> None:
    """Fractions occur, but the smallest number that fails is whole if a whole one fails."""
    assert all(-2 <= number <= 2 for number in drawn(rationals(-2, 2, 4)))
    assert {number.q for number in drawn(rationals(-2, 2, 4))} == {1, 2, 4}

    def check(number: fmpq) -> None:
        assert number < fmpq(1, 2)

    assert search(check, rationals(-2, 2, 4), examples=EXAMPLES, seed=0).counterexample == 1


def test_ratios_and_scales_are_positive() -> None:
    """One is the simplest ratio, and zero none."""
    for case in drawn(arguments(("ratios", "kl_target", "scale"))):
        assert all(number > 0 for number in [*case["ratios"], case["kl_target"], case["scale"]])


def test_an_unknown_parameter_is_answered_with_the_known_ones() -> None:
    """Before anything is drawn."""
    with pytest.raises(KeyError, match=r"'reward_list'.*known: .*rewards"):
        arguments(("rewards", "reward_list"))

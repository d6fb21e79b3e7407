"""Bellman's operators and what follows from them, over all processes of two and three states."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from rlproof.spec import bellman, dp, value
from rlproof.spec.numbers import largest

from .array import SmtArray, assume, lemma, nonnegative, probabilities, reals, show
from .process import discounted_mean_is_bounded, error_is_bounded, kernel_of, norm_is_bounded, process, same_is_bounded
from .proving import proves
from .sizes import NAMED

SIZES = ((2, 2), (3, 2))
"""States and actions."""
SHAPES = "2 and 3 states, 2 actions"


@proves(
    "bellman.optimality_v",
    formula="|max u - max w| <= max |u - w|, n = 2 and 3",
    source="Puterman 1994, proposition 6.2.4, its proof",
    differs=NAMED,
)
def maximum_is_nonexpansive() -> Iterator[Any]:
    """The maxima of two vectors differ by no more than the vectors do: why T_* contracts."""
    for size in (2, 3):
        u, w = reals("u", size), reals("w", size)
        yield abs(largest(u) - largest(w)) <= largest(abs(u - w))


@proves(
    "bellman.expectation_v",
    formula=f"‖T_π V - T_π U‖ <= γ ‖V - U‖, {SHAPES}",
    source="Puterman 1994, proposition 6.2.4",
    differs=NAMED,
)
def expectation_v_contracts() -> Iterator[Any]:
    """The Bellman expectation operator is a contraction of modulus γ in the supremum norm."""
    for states, actions in SIZES:
        mdp, policy = process(states, actions), probabilities("pi", states, actions)
        V, U = reals("V", states), reals("U", states)
        kernel, distance = kernel_of(mdp, policy), largest(abs(V - U))
        moved = bellman.expectation_v(mdp, policy, V) - bellman.expectation_v(mdp, policy, U)
        for row, entry in zip(kernel, moved, strict=True):
            lemma(discounted_mean_is_bounded, row, V - U, mdp.discount, distance)
            lemma(same_is_bounded, entry, mdp.discount * (row @ (V - U)), mdp.discount * distance)
        lemma(norm_is_bounded, moved, mdp.discount * distance)
        yield largest(abs(moved)) <= mdp.discount * distance


@proves(
    "bellman.optimality_v",
    formula=f"‖T_* V - T_* U‖ <= γ ‖V - U‖, {SHAPES}",
    source="Puterman 1994, proposition 6.2.4",
    differs=NAMED,
)
def optimality_v_contracts() -> Iterator[Any]:
    """The Bellman optimality operator is a contraction of modulus γ in the supremum norm."""
    for states, actions in SIZES:
        mdp, V, U = process(states, actions), reals("V", states), reals("U", states)
        distance = largest(abs(V - U))
        backups = [mdp.reward + mdp.discount * (mdp.transition @ values) for values in (V, U)]
        for state, action in np.ndindex(states, actions):
            row, change = mdp.transition[state, action], (backups[0] - backups[1])[state, action]
            lemma(discounted_mean_is_bounded, row, V - U, mdp.discount, distance)
            lemma(same_is_bounded, change, mdp.discount * (row @ (V - U)), mdp.discount * distance)
        for state in range(states):
            lemma(_maxima_are_as_near, backups[0][state], backups[1][state], mdp.discount * distance)
        moved = bellman.optimality_v(mdp, V) - bellman.optimality_v(mdp, U)
        lemma(norm_is_bounded, moved, mdp.discount * distance)
        yield largest(abs(moved)) <= mdp.discount * distance


@proves(
    "bellman.expectation_v",
    "bellman.optimality_v",
    formula=f"V <= U ⇒ T_π V <= T_π U and T_* V <= T_* U, {SHAPES}",
    source="Puterman 1994, section 6.2",
    differs=NAMED,
)
def operators_are_monotone() -> Iterator[Any]:
    """Both operators keep the order of values."""
    for states, actions in SIZES:
        mdp, policy = process(states, actions), probabilities("pi", states, actions)
        V, more = reals("V", states), nonnegative("more", states)
        yield bellman.expectation_v(mdp, policy, V) <= bellman.expectation_v(mdp, policy, V + more)
        yield bellman.optimality_v(mdp, V) <= bellman.optimality_v(mdp, V + more)


@proves(
    "bellman.optimality_v",
    "bellman.expectation_v",
    formula=f"T_π V <= T_* V, {SHAPES}",
    source="Puterman 1994, section 6.2",
    differs=NAMED,
)
def optimality_dominates_expectation() -> Iterator[Any]:
    """No policy's backup exceeds the optimal one."""
    for states, actions in SIZES:
        mdp, policy, V = process(states, actions), probabilities("pi", states, actions), reals("V", states)
        yield bellman.expectation_v(mdp, policy, V) <= bellman.optimality_v(mdp, V)


@proves(
    "value.v",
    formula="I - γ P_π is regular; R >= 0 ⇒ v_π = (I - γ P_π)^(-1) r_π >= r_π >= 0, 2 states",
    source="Puterman 1994, theorem 6.1.1 and lemma 6.1.2",
    differs=NAMED,
)
def resolvent_is_positive() -> Iterator[Any]:
    """Rewards that are nowhere negative make values that are at least the rewards."""
    mdp, policy = process(2, 2), probabilities("pi", 2, 2)
    assume(mdp.reward >= 0)
    values = value.v(mdp, policy)
    yield values >= 0
    yield values >= (policy * mdp.reward).sum(axis=1)


@proves(
    "dp.policy_improvement",
    "value.v",
    formula="Σ_a π'(a|s) q_π(s,a) >= v_π(s) for all s ⇒ v_π' >= v_π, 2 states",
    source="Sutton & Barto 2018, eqs. (4.7), (4.8)",
    differs="2 states and actions; the new policy is any that improves every state, not the greedy one alone",
)
def policy_improvement_theorem() -> Iterator[Any]:
    """A policy that is better for one step, everywhere, is better for ever."""
    mdp, old, new = process(2, 2), probabilities("pi", 2, 2), probabilities("pi'", 2, 2)
    values = value.v(mdp, old)
    assume((new * value.q(mdp, old)).sum(axis=1) >= values)
    gap = value.v(mdp, new) - values
    lemma(_no_negative_minimum, gap, kernel_of(mdp, new), mdp.discount)
    yield gap >= 0


@proves(
    "bellman.linear_program",
    "value.v",
    formula="V(s) - R(s,a) - γ Σ P(s'|s,a) V(s') >= 0 for all s, a ⇒ V >= v_π, 2 states",
    source="Puterman 1994, theorem 6.2.2",
    differs=NAMED,
)
def feasible_values_dominate() -> Iterator[Any]:
    """What is feasible in the linear program is at least the value of every policy."""
    mdp, policy, V = process(2, 2), probabilities("pi", 2, 2), reals("V", 2)
    assume(bellman.linear_program(mdp, V) >= 0)
    gap = V - value.v(mdp, policy)
    show((policy * bellman.linear_program(mdp, V)).sum(axis=1) >= 0)
    lemma(_no_negative_minimum, gap, kernel_of(mdp, policy), mdp.discount)
    yield gap >= 0


@proves(
    "bellman.residual_bound",
    formula="‖U - v_π‖ <= ‖T_π U - U‖ / (1-γ), 2 states",
    source="Puterman 1994, theorem 6.3.1; Williams & Baird 1993",
    differs=NAMED,
)
def residual_bounds_the_error() -> Iterator[Any]:
    """The Bellman residual of any estimate bounds its error."""
    mdp, policy, U = process(2, 2), probabilities("pi", 2, 2), reals("U", 2)
    error, bound = U - value.v(mdp, policy), bellman.residual_bound(mdp, policy, U)
    kernel, residuals = kernel_of(mdp, policy), bellman.expectation_v(mdp, policy, U) - U
    largest_residual, drift = largest(abs(residuals)), error - mdp.discount * (kernel @ error)
    for entry, residual in zip(drift, residuals, strict=True):
        lemma(same_is_bounded, entry, -residual, largest_residual)
    lemma(error_is_bounded, error, kernel, mdp.discount, largest_residual)
    for entry in error:
        lemma(_quotient_is_bounded, entry, largest_residual, mdp.discount)
    lemma(norm_is_bounded, error, bound)
    yield largest(abs(error)) <= bound


@proves(
    "dp.value_iteration",
    formula="V <= T_* V ⇒ V <= T_* V <= T_* T_* V, 2 states",
    source="Puterman 1994, section 6.3",
    differs=NAMED,
)
def value_iteration_climbs() -> Iterator[Any]:
    """Started below its own backup, value iteration never falls."""
    mdp, V = process(2, 2), reals("V", 2)
    first = dp.value_iteration(mdp, V, sweeps=1)
    assume(first >= V)
    yield dp.value_iteration(mdp, V, sweeps=2) >= first


def _no_negative_minimum(gap: SmtArray, kernel: SmtArray, gamma: SmtArray) -> tuple[Any, Any]:
    """What is at least γ times its mean over the next state is nowhere negative: look at its minimum."""
    premises = [kernel >= 0, kernel.sum(axis=1) == 1, gamma >= 0, gamma < 1, gap >= gamma * (kernel @ gap)]
    return premises, gap >= 0


def _maxima_are_as_near(first: SmtArray, second: SmtArray, distance: SmtArray) -> tuple[Any, Any]:
    """If two vectors differ by c at most, so do their maxima."""
    return abs(first - second) <= distance, abs(largest(first) - largest(second)) <= distance


def _quotient_is_bounded(number: SmtArray, bound: SmtArray, gamma: SmtArray) -> tuple[Any, Any]:
    """Divide by 1 - γ."""
    return [gamma < 1, abs(number) * (1 - gamma) <= bound], abs(number) <= bound / (1 - gamma)

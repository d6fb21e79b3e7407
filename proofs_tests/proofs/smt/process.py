"""Decision processes whose every number is a symbol, and lemmas that several facts about them need."""

from typing import Any

from rlproof.spec.mdp import MDP, policy_kernel
from rlproof.spec.numbers import largest

from .array import SmtArray, assume, lemma, nonnegative, probabilities, reals


def process(states: int, actions: int) -> MDP:
    """Make a process of any probabilities and rewards, and any discount below one."""
    discount = nonnegative("gamma")
    assume(discount < 1)
    rows = probabilities("P", states, actions, states)
    return MDP(rows, reals("R", states, actions), probabilities("rho_0", states), discount)


def bandit(actions: int) -> MDP:
    """Make a process of one state that all actions return to: its advantages are any that average to zero."""
    return process(1, actions)


def kernel_of(mdp: MDP, policy: SmtArray) -> SmtArray:
    """Give the kernel of a policy, and show that no probability in it is negative."""
    for choices, rows in zip(policy, mdp.transition, strict=True):
        for column in rows.T:
            lemma(mean_is_nonnegative, choices, column)
    return policy_kernel(mdp, policy)


def mean_is_nonnegative(weights: SmtArray, numbers: SmtArray) -> tuple[Any, Any]:
    """A mean of numbers that are at least zero is at least zero."""
    return [weights >= 0, numbers >= 0], weights @ numbers >= 0


def product_is_bounded(x: SmtArray, y: SmtArray, bound: SmtArray) -> tuple[Any, Any]:
    """|y| <= c ⇒ |xy| <= |x| c."""
    return abs(y) <= bound, abs(x * y) <= abs(x) * bound


def discounted_mean_is_bounded(row: SmtArray, vector: SmtArray, gamma: SmtArray, bound: SmtArray) -> tuple[Any, Any]:
    """A discounted mean is no larger than γ times what bounds every entry."""
    premises = [row >= 0, row.sum() == 1, gamma >= 0, abs(vector) <= bound]
    return premises, abs(gamma * (row @ vector)) <= gamma * bound


def norm_is_bounded(vector: SmtArray, bound: SmtArray) -> tuple[Any, Any]:
    """What bounds every entry bounds the supremum norm."""
    return abs(vector) <= bound, largest(abs(vector)) <= bound


def same_is_bounded(number: SmtArray, same: SmtArray, bound: SmtArray) -> tuple[Any, Any]:
    """What bounds a number bounds another expression of it."""
    return [number == same, abs(same) <= bound], abs(number) <= bound


def error_is_bounded(error: SmtArray, kernel: SmtArray, gamma: SmtArray, residual: SmtArray) -> tuple[Any, Any]:
    """What differs from γ times its mean by c at most is c/(1-γ) at most: look at its largest entry."""
    premises = [kernel >= 0, kernel.sum(axis=1) == 1, gamma >= 0, gamma < 1]
    return [*premises, abs(error - gamma * (kernel @ error)) <= residual], abs(error) * (1 - gamma) <= residual

"""TRPO's Theorem 1 for every process of two states and two actions, step by step: z3 alone finds no way to it."""

from collections.abc import Iterator
from typing import Any

from rlproof.spec import divergence, trpo, value
from rlproof.spec.mdp import MDP, discounted_visitation, eta, resolvent_matrix
from rlproof.spec.numbers import largest, solve

from .array import SmtArray, lemma, probabilities, show
from .process import error_is_bounded, kernel_of, process, product_is_bounded, same_is_bounded
from .proving import proves


@proves(
    "trpo.tv_bound",
    "trpo.surrogate",
    "trpo.surrogate_error",
    "mdp.eta",
    formula="|η(π') - L_π(π')| <= 4εγα²/(1-γ)², α = D_TV^max(π, π'), ε = max |A_π|, 2 states, 2 actions",
    source="Schulman et al. 2015 (TRPO), theorem 1",
    differs="2 states and 2 actions, on both sides; by the exact error of the surrogate, not by a coupling",
)
def theorem1() -> Iterator[Any]:
    """The return of a new policy differs from the surrogate by no more than the bound takes off."""
    mdp, old, new = process(2, 2), probabilities("pi", 2, 2), probabilities("pi'", 2, 2)
    gamma, alpha, epsilon = mdp.discount, divergence.tv_max(old, new), trpo.epsilon(mdp, old)
    surrogate, error = trpo.surrogate(mdp, old, new), trpo.surrogate_error(mdp, old, new)
    gain = 2 * alpha * epsilon
    _error_is_the_difference(mdp, old, new)
    _expected_advantages_are_bounded(mdp, old, new)
    shift = _shifts_are_bounded(mdp, old, new, gain)
    visits = _visits(mdp, old)
    lemma(_error, error, visits, shift, gamma, 2 * alpha * gain)
    lemma(_conclusion, eta(mdp, new) - surrogate, error, gamma, alpha, epsilon)
    yield abs(eta(mdp, new) - surrogate) <= surrogate - trpo.tv_bound(mdp, old, new)


def _expected_advantages_are_bounded(mdp: MDP, old: SmtArray, new: SmtArray) -> None:
    """Lemma 2 in both states."""
    gains, advantages = trpo.expected_advantage(mdp, old, new), value.advantage(mdp, old)
    alpha, epsilon = divergence.tv_max(old, new), trpo.epsilon(mdp, old)
    lemma(_magnitudes_are_below_the_largest, advantages)
    lemma(_numbers_are_below_the_largest, divergence.tv(old, new))
    for gain, step, of in zip(gains, old - new, advantages, strict=True):
        for change, number in zip(step, of, strict=True):
            lemma(product_is_bounded, change, number, epsilon)
        lemma(_lemma2, gain, step, of, alpha, epsilon)


def _shifts_are_bounded(mdp: MDP, old: SmtArray, new: SmtArray, gain: SmtArray) -> SmtArray:
    """The change of the kernel times what is gained from the next state on."""
    before, after, alpha = kernel_of(mdp, old), kernel_of(mdp, new), divergence.tv_max(old, new)
    gains = trpo.expected_advantage(mdp, old, new)
    future = solve(resolvent_matrix(mdp, new), gains)
    for rest, of in zip(future - mdp.discount * (after @ future), gains, strict=True):
        lemma(same_is_bounded, rest, of, gain)
    lemma(error_is_bounded, future, after, mdp.discount, gain)
    shift = (after - before) @ future
    for state in range(2):
        step, apart = (old - new)[state], mdp.transition[state, 1, 0] - mdp.transition[state, 0, 0]
        lemma(_of_two_actions, step, alpha)
        lemma(product_is_bounded, step[0], apart, 1 + 0 * apart)
        lemma(_shift, shift[state], step[0] * apart, future, alpha, gain, mdp.discount)
    return shift


def _visits(mdp: MDP, old: SmtArray) -> SmtArray:
    """The old policy's visits: none negative, 1/(1-γ) in all."""
    visits = discounted_visitation(mdp, old)
    lemma(_flow, visits, kernel_of(mdp, old), mdp.initial, mdp.discount)
    return visits


def _error_is_the_difference(mdp: MDP, old: SmtArray, new: SmtArray) -> None:
    """What is gained from the next state on is the difference of values, and the flow of visits does the rest."""
    visits, gains = discounted_visitation(mdp, old), trpo.expected_advantage(mdp, old, new)
    before, after = kernel_of(mdp, old), kernel_of(mdp, new)
    future, gap = solve(resolvent_matrix(mdp, new), gains), value.v(mdp, new) - value.v(mdp, old)
    show(future - gap == mdp.discount * (after @ (future - gap)))
    lemma(_unique, future - gap, after, mdp.discount)
    for one, other, weight in zip(future, gap, mdp.initial, strict=True):
        lemma(_times, one, other, weight)
    lemma(_exchange, visits, future, before, after, mdp.discount, mdp.initial, gains)
    show(eta(mdp, new) - trpo.surrogate(mdp, old, new) == trpo.surrogate_error(mdp, old, new))


def _magnitudes_are_below_the_largest(numbers: SmtArray) -> tuple[Any, Any]:
    """No magnitude exceeds the largest."""
    return [], abs(numbers) <= largest(abs(numbers))


def _numbers_are_below_the_largest(numbers: SmtArray) -> tuple[Any, Any]:
    """No number exceeds the largest."""
    return [], numbers <= largest(numbers)


def _of_two_actions(step: SmtArray, alpha: SmtArray) -> tuple[Any, Any]:
    """Of two actions, each moves by the total variation."""
    return [step.sum() == 0, abs(step).sum() / 2 <= alpha], abs(step) <= alpha


def _lemma2(gain: SmtArray, step: SmtArray, gains: SmtArray, alpha: SmtArray, epsilon: SmtArray) -> tuple[Any, Any]:
    """A loss of `step` from each action, |step| ε at most, is 2 α ε at most."""
    premises = [-gain == (step * gains).sum(), abs(step).sum() / 2 <= alpha, epsilon >= 0]
    return [*premises, abs(step * gains) <= abs(step) * epsilon], abs(gain) <= 2 * alpha * epsilon


def _shift(
    shift: SmtArray, change: SmtArray, future: SmtArray, alpha: SmtArray, gain: SmtArray, gamma: SmtArray
) -> tuple[Any, Any]:
    """A change of α at most, between two states whose futures are gain/(1-γ) at most."""
    premises = [shift == change * (future[0] - future[1]), abs(change) <= alpha, gamma < 1]
    return [*premises, abs(future) * (1 - gamma) <= gain], abs(shift) * (1 - gamma) <= 2 * alpha * gain


def _flow(visits: SmtArray, kernel: SmtArray, initial: SmtArray, gamma: SmtArray) -> tuple[Any, Any]:
    """What flows in from a distribution and from γ times itself is not negative, and 1/(1-γ) in all."""
    premises = [kernel >= 0, kernel.sum(axis=1) == 1, initial >= 0, initial.sum() == 1, gamma >= 0, gamma < 1]
    premises += [visits == initial + gamma * (visits @ kernel)]
    return premises, [*(visits >= 0), (1 - gamma) * visits.sum() == 1]


def _error(error: SmtArray, visits: SmtArray, shift: SmtArray, gamma: SmtArray, bound: SmtArray) -> tuple[Any, Any]:
    """Shifts of bound/(1-γ) at most, over visits of 1/(1-γ) in all."""
    premises = [error == gamma * (visits @ shift), visits >= 0, (1 - gamma) * visits.sum() == 1]
    premises += [gamma >= 0, gamma < 1, abs(shift) * (1 - gamma) <= bound]
    return premises, abs(error) * (1 - gamma) ** 2 <= gamma * bound


def _unique(same: SmtArray, kernel: SmtArray, gamma: SmtArray) -> tuple[Any, Any]:
    """What equals γ times its own mean is zero."""
    return [kernel >= 0, kernel.sum(axis=1) == 1, gamma >= 0, gamma < 1, same == gamma * (kernel @ same)], same == 0


def _times(one: SmtArray, other: SmtArray, weight: SmtArray) -> tuple[Any, Any]:
    """A difference of zero, weighted."""
    return one - other == 0, weight * one == weight * other


def _exchange(
    visits: SmtArray,
    future: SmtArray,
    before: SmtArray,
    after: SmtArray,
    gamma: SmtArray,
    initial: SmtArray,
    gains: SmtArray,
) -> tuple[Any, Any]:
    """The same sum over one policy's visits and over the other's future."""
    premises = [visits - gamma * (visits @ before) == initial, future - gamma * (after @ future) == gains]
    error = gamma * (visits @ ((after - before) @ future))
    return premises, initial @ future == visits @ gains + error


def _conclusion(
    difference: SmtArray, error: SmtArray, gamma: SmtArray, alpha: SmtArray, epsilon: SmtArray
) -> tuple[Any, Any]:
    """Divide by (1-γ)²."""
    premises = [difference == error, gamma >= 0, gamma < 1]
    premises += [abs(error) * (1 - gamma) ** 2 <= gamma * (2 * alpha * (2 * alpha * epsilon))]
    return premises, abs(difference) <= 4 * epsilon * gamma / (1 - gamma) ** 2 * alpha**2

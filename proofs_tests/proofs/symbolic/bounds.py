"""TRPO's and Kakade and Langford's bounds: the sum in the proof, and the processes that attain it."""

from collections.abc import Iterator
from typing import Any

from rlproof.spec import cpi, trpo
from rlproof.spec.extremal import mixture, total_variation
from rlproof.spec.mdp import MDP, eta
from rlproof.spec.numbers import stack

from .array import SymbolicArray, proportion, symbols
from .proving import proves

TRPO = "Schulman et al. 2015 (TRPO), appendix A"


@proves(
    "trpo.tv_bound_refined",
    "trpo.lemma3",
    formula="L - bound = Σ_{t<H} γ^t 4αε(1-(1-α)^t) + T_H, T_H = 4αε [γ^H/(1-γ) - (γ(1-α))^H/(1-γ(1-α))]",
    source=TRPO + ", sum before the last step of the proof of theorem 1",
    differs="by its partial sums: T_0 is the bound, T_H - T_{H+1} the next term, and T_H vanishes as H grows",
)
def refined_bound_sums_lemma3() -> Iterator[Any]:
    """Lemma 3 of every time, discounted and summed, is the refined bound: a geometric sum, in closed form."""
    gamma, alpha, power, decay, epsilon = symbols(gamma=(), alpha=(), power=(), decay=(), epsilon=())

    def rest(power: Any, decay: Any) -> Any:
        """T_H, where power is γ^H and decay (1-α)^H."""
        return 4 * alpha * epsilon * (power / (1 - gamma) - power * decay / (1 - gamma * (1 - alpha)))

    yield rest(power, decay) - rest(gamma * power, (1 - alpha) * decay) == power * 4 * alpha * (1 - decay) * epsilon
    gamma, alpha = extremal_parameters()
    mdp, old, new = extremal(gamma, alpha)
    epsilon = trpo.epsilon(mdp, old)
    loss = trpo.surrogate(mdp, old, new) - trpo.tv_bound_refined(mdp, old, new)
    yield loss == rest(1, 1)
    for horizon in range(4):
        left = [rest(gamma**t, (1 - alpha) ** t) for t in (horizon, horizon + 1)]
        yield gamma**horizon * trpo.lemma3(mdp, old, new, horizon=horizon) == left[0] - left[1]


@proves(
    "trpo.tv_bound_refined",
    "trpo.surrogate",
    "mdp.eta",
    formula="η(π') = L_π(π') - 4εγα²/((1-γ)(1-γ(1-α))) on extremal.total_variation, 0 < γ < 1, 0 < α < 1/2",
    source="not in the paper; spec.extremal, instance E1",
)
def refined_bound_is_attained() -> Iterator[Any]:
    """A process of two states attains the refined bound, for every discount and every α up to one half."""
    mdp, old, new = extremal(*extremal_parameters())
    yield eta(mdp, new) == trpo.tv_bound_refined(mdp, old, new)


@proves(
    "cpi.mixture_bound_kl02",
    "trpo.surrogate",
    "mdp.eta",
    formula="η((1-α)π + απ') = L - 2εγα²/((1-γ)(1-γ(1-α))) on extremal.mixture, 0 < γ < 1, 0 < α < 1",
    source="not in the paper; spec.extremal, instance E2",
)
def mixture_bound_is_attained() -> Iterator[Any]:
    """A process of two states attains Kakade and Langford's bound, for every discount and every share."""
    gamma, alpha = map(proportion, symbols(gamma=(), alpha=()))
    mdp, old, mixed = mixing(gamma)
    yield eta(mdp, (1 - alpha) * old + alpha * mixed) == cpi.mixture_bound_kl02(mdp, old, mixed, alpha=alpha)


def extremal_parameters() -> tuple[SymbolicArray, SymbolicArray]:
    """Make a discount between zero and one, and α between zero and one half, of two positive symbols."""
    gamma, odds = symbols(gamma=(), odds=())
    return proportion(gamma), 1 / (2 + odds)


def extremal(gamma: SymbolicArray, alpha: SymbolicArray) -> tuple[MDP, SymbolicArray, SymbolicArray]:
    """The instance E1, whose own function takes rational numbers alone, with symbols in their places."""
    instance = total_variation(0, 0)
    zero, one = 0 * alpha, 0 * alpha + 1
    good = stack([alpha / (1 - alpha), -one, one])
    rows, first = gamma.wrap(instance.mdp.transition), gamma.wrap(instance.mdp.initial)
    old, new = stack([1 - alpha, alpha, zero]), stack([1 - alpha, zero, alpha])
    return MDP(rows, stack([good, -good]), first, gamma), stack([old, old]), stack([new, new])


def mixing(gamma: SymbolicArray) -> tuple[MDP, SymbolicArray, SymbolicArray]:
    """The instance E2: a process, the old policy and the one that is mixed in."""
    instance = mixture(0, 1)
    rows, rewards, first = (
        gamma.wrap(array) for array in (instance.mdp.transition, instance.mdp.reward, instance.mdp.initial)
    )
    return MDP(rows, rewards, first, gamma), gamma.wrap(instance.policy), gamma.wrap(instance.new_policy)

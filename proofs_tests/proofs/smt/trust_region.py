"""The lemmas of TRPO's theorem in each state, what its penalty admits, and ACER's projection."""

from collections.abc import Iterator
from typing import Any

from rlproof.spec import acer, divergence, mdp, trpo, value
from rlproof.spec.numbers import largest, log
from rlproof.spec.trpo_algorithm1 import _dual_value

from .array import SmtArray, assume, implies, lemma, nonnegative, probabilities, reals, show
from .divergence import shift
from .process import bandit, process, product_is_bounded
from .proving import proves
from .sizes import NAMED

TRPO = "Schulman et al. 2015 (TRPO)"


@proves(
    "trpo.lemma2",
    "trpo.expected_advantage",
    formula="|Ā| <= 2 α ε, α = D_TV(π, π'), ε = max |A|, 2 and 3 actions",
    source=TRPO + ", appendix A, lemma 2",
    differs="in one state, whose advantages are any that average to zero; the maxima over states are only larger",
)
def lemma2_bounds_the_expected_advantage() -> Iterator[Any]:
    """The expected advantage of the new policy is at most 2 α ε in absolute value."""
    for actions in (2, 3):
        one, old = bandit(actions), probabilities("pi", 1, actions)
        new = old + shift("d", actions)[None, :]
        assume(new >= 0)
        gain, bound = trpo.expected_advantage(one, old, new), trpo.lemma2(one, old, new)
        alpha, epsilon = divergence.tv_max(old, new), trpo.epsilon(one, old)
        step, gains = (new - old)[0], value.advantage(one, old)[0]
        for entry, of in zip(step, gains, strict=True):
            lemma(product_is_bounded, entry, of, epsilon)
        lemma(_lemma2, gain[0], step, gains, alpha, epsilon)
        yield abs(gain) <= bound


@proves(
    "divergence.tv",
    "mdp.policy_kernel",
    formula="D_TV(μ' P_π', μ P_π) <= 1 - (1-α)(1 - D_TV(μ', μ)), α = D_TV^max(π, π'), 2 states",
    source=TRPO + ", appendix A, lemma 3: one step of 1 - (1-α)^t",
    differs="the step of the induction, from any two distributions of states",
)
def visits_drift_by_alpha_at_most() -> Iterator[Any]:
    """In one step the distributions of states part by no more than a coin that falls with chance α."""
    one, old = process(2, 2), probabilities("pi", 2, 2)
    new, start, other = probabilities("pi'", 2, 2), probabilities("mu", 2), probabilities("mu'", 2)
    alpha = divergence.tv_max(old, new)
    before, after = mdp.policy_kernel(one, old), mdp.policy_kernel(one, new)
    show(abs(before - after) <= alpha)
    apart, distance = divergence.tv(start @ before, other @ after), divergence.tv(start, other)
    first = bool(start[0] >= other[0])  # whether the first start is in the first state more often
    stays = [other[0], start[1]] if first else [start[0], other[1]]
    crossed = before[0, 0] - after[1, 0] if first else after[0, 0] - before[1, 0]
    weights = start.stack([*stays, start[0] - other[0] if first else other[0] - start[0]])
    changes = start.stack([*(before - after)[:, 0], crossed if first else -crossed])
    lemma(_half, apart, start @ before - other @ after)
    lemma(_half, distance, start - other)
    for weight, change, bound in zip(weights, changes, (alpha, alpha, 1 + 0 * alpha), strict=True):
        lemma(product_is_bounded, weight, change, bound)
    lemma(_drift, apart, distance, alpha, weights, changes)
    yield apart <= 1 - (1 - alpha) * (1 - distance)


@proves(
    "trpo.penalty_coefficient",
    "trpo.algorithm1",
    formula="ε > 0 ⇒ (ε/(1-γ) <= C ⇔ γ >= 1/5), C = 4εγ/(1-γ)²",
    source="follows from " + TRPO + ", eq. (9) and algorithm 1",
    differs="not in the paper",
)
def penalty_outweighs_every_gain_from_one_fifth_on() -> Iterator[Any]:
    """From discount 1/5 on no gain pays for leaving a deterministic policy: it is a fixed point of Algorithm 1."""
    one, policy = bandit(2), probabilities("pi", 1, 2)
    epsilon = trpo.epsilon(one, policy)
    assume(epsilon > 0)
    outweighs = epsilon / (1 - one.discount) <= trpo.penalty_coefficient(one, policy)
    yield implies(outweighs, 5 * one.discount >= 1)
    yield implies(5 * one.discount >= 1, outweighs)


@proves(
    "trpo.tv_bound",
    "trpo.tv_bound_refined",
    formula="L - 4εγα²/(1-γ)² <= L - 4εγα²/((1-γ)(1-γ(1-α)))",
    source=TRPO + ", appendix A, last step of the proof of theorem 1",
    differs="in one state; both bounds depend on a process through L, ε, α and γ alone",
)
def refined_bound_is_above_the_simple_one() -> Iterator[Any]:
    """The last relaxation of the proof lowers the bound."""
    one, old, new = bandit(2), probabilities("pi", 1, 2), probabilities("pi'", 1, 2)
    yield trpo.tv_bound(one, old, new) <= trpo.tv_bound_refined(one, old, new)


@proves(
    "acer.trust_region_projection",
    formula="k·z* <= δ; k·g <= δ ⇒ z* = g; k·z <= δ ⇒ ‖g - z*‖ <= ‖g - z‖, n = 2",
    source="Wang et al. 2017 (ACER), eq. (12)",
    differs=NAMED,
)
def projection_is_the_nearest_feasible_point() -> Iterator[Any]:
    """The projected gradient is feasible, no other feasible point is nearer, and a feasible gradient stays."""
    g, k, z, delta = reals("g", 2), reals("k", 2), reals("z", 2), nonnegative("delta")
    projected = acer.trust_region_projection(g, k, delta=delta)
    yield projected @ k <= delta
    yield implies(g @ k <= delta, projected == g)
    yield implies(z @ k <= delta, ((g - projected) ** 2).sum() <= ((g - z) ** 2).sum())


@proves(
    "trpo.epsilon",
    formula="|Ā| <= ε, 2 and 3 actions",
    source=TRPO + ", eq. (8)",
    differs=NAMED,
)
def epsilon_bounds_the_expected_advantage() -> Iterator[Any]:
    """No policy gains more than the largest advantage in one step."""
    for actions in (2, 3):
        one, old, new = bandit(actions), probabilities("pi", 1, actions), probabilities("pi'", 1, actions)
        yield largest(abs(trpo.expected_advantage(one, old, new))) <= trpo.epsilon(one, old)


@proves(
    "trpo.algorithm1_gap",
    "divergence.kl",
    formula="q·A - λ KL(p‖q) <= ν - λ + λ Σ p log(λ/(ν - A)) for λ > 0, ν > A, every q > 0; 2 and 3 actions",
    source="weak duality of " + TRPO + ", algorithm 1",
    differs="the logarithm is known by log x <= x - 1 alone, at q (ν - A)/(λ p), and as that of a product",
)
def dual_value_bounds_every_challenger() -> Iterator[Any]:
    """The bound that certifies a step of Algorithm 1 is above what any other policy attains."""
    for actions in (2, 3):
        p, q, A = probabilities("p", actions), probabilities("q", actions), reals("A", actions)
        multiplier, level = nonnegative("lambda"), reals("nu")
        for positive in (p, q, multiplier, level - A):
            assume(positive > 0)
        attained = (q * A).sum() - multiplier * divergence.kl(p, q)
        dual = _dual_value(p, A, multiplier, level)
        logs = log(q) - log(p) - log(multiplier / (level - A))
        assume(logs <= q * (level - A) / (multiplier * p) - 1)
        for number, weight, mass, room in zip(logs, p, q, level - A, strict=True):
            lemma(_weighted_logarithm, number, multiplier, weight, mass, room)
        yield attained <= dual


def _weighted_logarithm(
    logarithm: SmtArray, multiplier: SmtArray, p: SmtArray, q: SmtArray, room: SmtArray
) -> tuple[Any, Any]:
    """log x <= x - 1, times λ p."""
    premises = [multiplier > 0, p > 0, logarithm <= q * room / (multiplier * p) - 1]
    return premises, multiplier * p * logarithm <= q * room - multiplier * p


def _lemma2(gain: SmtArray, step: SmtArray, gains: SmtArray, alpha: SmtArray, epsilon: SmtArray) -> tuple[Any, Any]:
    """A gain of `step` from each action, |step| ε at most, is 2 α ε at most."""
    premises = [gain == (step * gains).sum(), alpha == abs(step).sum() / 2, abs(step * gains) <= abs(step) * epsilon]
    return premises, abs(gain) <= 2 * alpha * epsilon


def _half(distance: SmtArray, change: SmtArray) -> tuple[Any, Any]:
    """Of two states, the total variation is the change in the first."""
    return [change.sum() == 0, distance == abs(change).sum() / 2], distance == abs(change[0])


def _drift(
    apart: SmtArray, distance: SmtArray, alpha: SmtArray, weights: SmtArray, changes: SmtArray
) -> tuple[Any, Any]:
    """What stays together parts by α, what was apart by one at most."""
    parts = weights * changes
    premises = [
        apart == abs(parts.sum()),
        distance == abs(weights[2]),
        weights[0] + weights[1] == 1 - distance,
        abs(parts[:2]) <= abs(weights[:2]) * alpha,
        abs(parts[2:]) <= abs(weights[2:]),
        weights[:2] >= 0,
    ]
    return premises, apart <= 1 - (1 - alpha) * (1 - distance)

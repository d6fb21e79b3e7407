"""Performance difference and surrogate, on the fully symbolic process."""

from collections.abc import Iterator
from typing import Any

from rlproof.spec import trpo, value
from rlproof.spec.mdp import discounted_visitation, eta, resolvent_matrix

from .array import distributions
from .process import SIZE, setting
from .proving import proves

TRPO = "Schulman et al. 2015 (TRPO)"


@proves(
    "trpo.performance_difference",
    "trpo.performance_difference_by_visitation",
    "mdp.eta",
    formula="η(π') - η(π) = Σ_t γ^t E_π'[A_π(s_t, a_t)] = Σ_s ρ_π'(s) Σ_a π'(a|s) A_π(s,a)",
    source=TRPO + ", eqs. (1), (2); Kakade & Langford 2002, lemma 6.1",
    differs=SIZE,
)
def performance_difference_is_the_gain() -> Iterator[Any]:
    """What a new policy gains is its visits times the old policy's advantages."""
    mdp, old, new, *_ = setting()
    gain = eta(mdp, new) - eta(mdp, old)
    yield trpo.performance_difference(mdp, old, new) == gain
    yield trpo.performance_difference_by_visitation(mdp, old, new) == gain


@proves(
    "trpo.surrogate_error",
    "trpo.surrogate",
    formula="η(π') - L_π(π') = γ ρ_π (P_π' - P_π) (I - γ P_π')^(-1) Ā",
    source=TRPO + ", appendix A, difference of eqs. (23) and (24)",
    differs=SIZE,
)
def surrogate_error_is_exact() -> Iterator[Any]:
    """The error of the surrogate is the shift of the visits times what is gained afterwards."""
    mdp, old, new, *_ = setting()
    error = eta(mdp, new) - trpo.surrogate(mdp, old, new)
    yield trpo.surrogate_error(mdp, old, new) == error


@proves(
    "trpo.surrogate",
    "trpo.surrogate_first_order",
    "mdp.eta",
    formula="L_π(π) = η(π), ∂L_π/∂π'|_π = ∂η/∂π = ρ_π(s) (A_π(s,0) - A_π(s,1))",
    source=TRPO + ", eq. (4)",
    differs=SIZE + "; the parameters are the probabilities of the first action",
)
def surrogate_matches_the_return_to_first_order() -> Iterator[Any]:
    """At the old policy the surrogate has the value and the gradient of the return."""
    mdp, old, new, parameters, new_parameters, _ = setting()
    returns, surrogate = eta(mdp, old), trpo.surrogate(mdp, old, new)
    yield trpo.surrogate(mdp, old, old) == returns
    first_order = trpo.surrogate_first_order(mdp, old)
    for state in range(2):
        slope = returns.derivative(parameters[state])
        yield surrogate.derivative(new_parameters[state]) == slope
        yield first_order[state, 0] - first_order[state, 1] == slope


@proves(
    "trpo.importance_sampled_surrogate",
    "trpo.importance_sampled_q_surrogate",
    "trpo.surrogate",
    formula="Σ_s ρ_π E_{a~q}[π'/q A_π] = L_π(π') - η(π); with q_π for A_π, Σ_s ρ_π(s) v_π(s) more",
    source=TRPO + ", text before eq. (14) and eq. (14)",
    differs=SIZE + "; the equivalence in the paper is that of the maximisers, here the constant is stated",
)
def importance_sampling_leaves_the_surrogate() -> Iterator[Any]:
    """Whatever policy samples the actions, the weighted expectation is the surrogate's gain."""
    mdp, old, new, _, _, free = setting()
    sampling = distributions(free)
    gain = trpo.surrogate(mdp, old, new) - eta(mdp, old)
    yield trpo.importance_sampled_surrogate(mdp, old, new, sampling) == gain
    constant = discounted_visitation(mdp, old) @ value.v(mdp, old)
    yield trpo.importance_sampled_q_surrogate(mdp, old, new, sampling) == gain + constant


@proves(
    "trpo.expected_advantage",
    "value.v",
    formula="v_π' - v_π = (I - γ P_π')^(-1) Ā in every state",
    source="Kakade & Langford 2002, lemma 6.1, from each first state",
    differs=SIZE,
)
def performance_difference_holds_from_every_state() -> Iterator[Any]:
    """The gain from each first state solves the new policy's equation with the expected advantage as reward."""
    mdp, old, new, *_ = setting()
    gap = value.v(mdp, new) - value.v(mdp, old)
    yield resolvent_matrix(mdp, new) @ gap == trpo.expected_advantage(mdp, old, new)

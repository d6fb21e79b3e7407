"""Values, visits and changed rewards, on the fully symbolic process."""

from collections.abc import Iterator
from typing import Any

from rlproof.spec import bellman, gae, model, td, trpo, value
from rlproof.spec import mdp as processes

from .array import distributions, proportion
from .process import SIZE, setting
from .proving import proves


@proves(
    "mdp.potential_shaping",
    "value.v",
    "value.advantage",
    "trpo.surrogate_error",
    formula="R' = R + γPΦ - Φ ⇒ v' = v - Φ, A' = A, η' - L' = η - L",
    source="Ng, Harada & Russell 1999, theorem 1",
    differs=SIZE,
)
def shaping_leaves_the_advantages() -> Iterator[Any]:
    """A potential shifts the values by itself and changes neither the advantages nor the surrogate's error."""
    mdp, old, new, _, _, potential = setting()
    shaped = mdp.replace(reward=processes.potential_shaping(mdp, potential))
    yield value.v(shaped, old) == value.v(mdp, old) - potential
    yield value.advantage(shaped, old) == value.advantage(mdp, old)
    yield trpo.surrogate_error(shaped, old, new) == trpo.surrogate_error(mdp, old, new)


@proves(
    "mdp.reward_affine",
    "value.v",
    "value.advantage",
    formula="R' = cR + b ⇒ v' = cv + b/(1-γ), A' = cA",
    source="Ng, Harada & Russell 1999, section 3",
    differs=SIZE,
)
def affine_rewards_make_affine_values() -> Iterator[Any]:
    """Other units scale values and advantages; another zero shifts the values alone."""
    mdp, policy, _, _, _, (scale, shift) = setting()
    changed = mdp.replace(reward=processes.reward_affine(mdp, scale=scale, shift=shift))
    yield value.v(changed, policy) == scale * value.v(mdp, policy) + shift / (1 - mdp.discount)
    yield value.advantage(changed, policy) == scale * value.advantage(mdp, policy)


@proves(
    "mdp.reward_convention",
    "mdp.eta",
    "value.advantage",
    formula="η_now = ρ_0·r + γ η_enter, A_now = γ A_enter",
    source="Schulman et al. 2015 (TRPO), section 2, against Sutton & Barto 2018, section 3.1",
    differs=SIZE,
)
def paying_on_entry_shifts_the_return() -> Iterator[Any]:
    """Paying for the state that is left or for the one that is entered differs by one visit and one discount."""
    mdp, policy, _, _, _, reward = setting()
    enter = mdp.replace(reward=processes.reward_convention(mdp, reward))
    now = mdp.replace(reward=reward[:, None] + 0 * mdp.reward)
    total = mdp.initial @ reward + mdp.discount * processes.eta(enter, policy)
    yield processes.eta(now, policy) == total
    yield value.advantage(now, policy) == mdp.discount * value.advantage(enter, policy)


@proves(
    "mdp.discounted_visitation",
    "mdp.occupancy",
    "mdp.eta",
    formula="Σ ρ_π = 1/(1-γ); ρ_π = ρ_0 + γ P_πᵀ ρ_π; η = ρ_π·r_π = Σ x_π R",
    source="Schulman et al. 2015 (TRPO), section 2; Puterman 1994, section 6.9",
    differs=SIZE,
)
def visits_satisfy_the_flow_and_earn_the_return() -> Iterator[Any]:
    """Visits sum to the horizon, satisfy the flow equation and earn the return."""
    mdp, policy, *_ = setting()
    visits = processes.discounted_visitation(mdp, policy)
    yield visits.sum() == 1 / (1 - mdp.discount)
    yield visits == mdp.initial + mdp.discount * (visits @ processes.policy_kernel(mdp, policy))
    yield (processes.occupancy(mdp, policy) * mdp.reward).sum() == processes.eta(mdp, policy)


@proves(
    "value.v",
    "value.q",
    "value.advantage",
    "bellman.expectation_v",
    "bellman.expectation_q",
    "td.lambda_operator",
    "gae.expected",
    formula="T_π v = v = T^λ_π v, T_π q = q, v = Σ_a π q, Σ_a π A = 0, E[GAE at v] = A",
    source="Sutton & Barto 2018, eqs. (3.14), (4.4); Schulman et al. 2016 (GAE), proposition 1",
    differs=SIZE + ", and λ too",
)
def values_are_fixed_points() -> Iterator[Any]:
    """Values are fixed points of every operator, and the estimate at the true value has the advantage as mean."""
    mdp, policy, _, _, _, free = setting()
    v, q, A = (part(mdp, policy) for part in (value.v, value.q, value.advantage))
    decay = proportion(free[0])
    yield bellman.expectation_v(mdp, policy, v) == v
    yield bellman.expectation_q(mdp, policy, q) == q
    yield td.lambda_operator(mdp, policy, v, trace_decay=decay) == v
    yield (policy * q).sum(axis=1) == v
    yield (policy * A).sum(axis=1) == 0
    yield gae.expected(mdp, policy, v, gae_lambda=decay) == A


@proves(
    "model.simulation_error",
    "value.v",
    formula="v - v̂ = (I - γP_π)^(-1) (r_π - r̂_π + γ (P_π - P̂_π) v̂)",
    source="Kearns & Singh 2002, lemma 4 (the simulation lemma)",
    differs=SIZE + "; the model has its own transitions in the first state, and its own rewards there",
)
def simulation_lemma() -> Iterator[Any]:
    """A policy's values in process and model differ by the model's errors, summed along the process."""
    mdp, policy, _, _, new, free = setting()
    rows = mdp.transition.stack([distributions(new), mdp.transition[1]])
    imagined = mdp.replace(transition=rows, reward=mdp.reward.stack([free, mdp.reward[1]]))
    gap = value.v(mdp, policy) - value.v(imagined, policy)
    yield model.simulation_error(mdp, imagined, policy) == gap

"""Laws of mirror descent, the natural gradient's update, ACER's projection and the adaptive step size."""

from typing import Any

from rlproof.laws._common import Array, Claims, shaped
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import acer, divergence, mirror_descent, npg, numbers, trpo, value, vpg
from rlproof.spec.decision_process import MDP
from rlproof.spec.mdp import discounted_visitation, resolvent_matrix


@law("mirror_descent.step", system="ball", derivation=True)
def mirror_step_attains_its_value(full_probabilities: Array, q_values: Array, temperature: Any) -> Claims:
    """Its objective is tau log E_pi e^(Q/tau), the value of the problem (Donsker and Varadhan)."""
    new = mirror_descent.step(full_probabilities, q_values, temperature=temperature)
    worth = (new * q_values).sum(axis=1) - temperature * divergence.kl(new, full_probabilities)
    yield equal(
        worth, temperature * numbers.log((full_probabilities * numbers.exp(q_values / temperature)).sum(axis=1))
    )


@law("mirror_descent.step", system="ball")
def mirror_step_beats_challengers(
    full_probabilities: Array, other_full_probabilities: Array, q_values: Array, temperature: Any
) -> Claims:
    """Any other q falls short by exactly tau KL(q || step), which is not negative."""
    new = mirror_descent.step(full_probabilities, q_values, temperature=temperature)

    def worth(policy: Array) -> Array:
        return (policy * q_values).sum(axis=1) - temperature * divergence.kl(policy, full_probabilities)

    shortfall = temperature * divergence.kl(other_full_probabilities, new)
    yield equal(worth(new) - worth(other_full_probabilities), shortfall)


@law("mirror_descent.step", system="ball")
def mirror_step_ignores_baselines(probabilities: Array, q_values: Array, returns: Array, temperature: Any) -> Claims:
    """A number added to all action values of a state changes nothing; its rows sum to one."""
    new = mirror_descent.step(probabilities, q_values, temperature=temperature)
    yield equal(mirror_descent.step(probabilities, q_values + returns[:, None], temperature=temperature), new)
    yield equal(new.sum(axis=1), 1)


@law("mirror_descent.step", system="ball")
def mirror_step_composes(probabilities: Array, q_values: Array, temperature: Any) -> Claims:
    """Two steps at temperature tau are one at tau / 2, and equal values leave the policy as it is."""
    once = mirror_descent.step(probabilities, q_values, temperature=temperature)
    twice = mirror_descent.step(once, q_values, temperature=temperature)
    yield equal(twice, mirror_descent.step(probabilities, q_values, temperature=temperature / 2))
    yield equal(mirror_descent.step(probabilities, 0 * q_values, temperature=temperature), probabilities)


@law("mirror_descent.step", system="ball", derivation=True)
def mirror_step_solves_the_first_order_condition(
    full_probabilities: Array, q_values: Array, temperature: Any
) -> Claims:
    """Q - tau log(q / pi) is the same for every action, as a maximum on the simplex requires."""
    new = mirror_descent.step(full_probabilities, q_values, temperature=temperature)
    level = q_values - temperature * (numbers.log(new) - numbers.log(full_probabilities))
    yield equal(level, level[:, :1])


@law("npg.softmax_update")
def npg_improves_every_state(mdp: MDP, policy: Array, step_size: Any) -> Claims:
    """v of the new policy is nowhere below v of the old one, and above it wherever a state that moves is reached."""
    new = npg.softmax_update(mdp.to("ball"), numbers.ball(policy), step_size=step_size)
    before, after = value.v(mdp, policy), value.v(mdp.to("ball"), new)
    advantages = value.advantage(mdp, policy)
    moved = (policy * advantages**2).sum(axis=1) * step_size
    reached = numbers.solve(resolvent_matrix(mdp, policy), moved)  # both policies reach the same states
    for old_value, new_value, rises in zip(before, after, reached, strict=True):
        yield at_most(old_value, new_value) if rises > 0 else equal(old_value, new_value)


@law("npg.softmax_update", system="ball", derivation=True)
def npg_is_mirror_descent(mdp: MDP, policy: Array, temperature: Any) -> Claims:
    """A step of size 1/tau is the step of mirror descent at temperature tau, on action values instead of advantages."""
    step = npg.softmax_update(mdp, policy, step_size=1 / temperature)
    yield equal(step, mirror_descent.step(policy, value.q(mdp, policy), temperature=temperature))


@law("npg.softmax_update", derivation=True)
def npg_follows_the_natural_gradient(mdp: MDP, full_policy: Array) -> Claims:
    """F A = grad eta: the Fisher matrix over the visits takes the logits' direction A to the gradient rho pi A.

    And the update's slope in the step size is pi A, that direction's effect on the probabilities.
    """
    visits, advantages = discounted_visitation(mdp, full_policy), value.advantage(mdp, full_policy)
    gradient = full_policy * trpo.surrogate_first_order(mdp, full_policy)
    yield equal(trpo.fisher_vector_product(visits, full_policy, advantages, damping=0), gradient)
    balls, policy, tiny = mdp.to("ball"), numbers.ball(full_policy), numbers.arb(2) ** -80
    moved = (npg.softmax_update(balls, policy, step_size=tiny) - policy) / tiny
    size = numbers.arb(1 + trpo.epsilon(mdp, full_policy)) ** 2
    yield at_most(abs(moved - full_policy * advantages), 4 * size * tiny)


@law("npg.softmax_update", system="ball")
def npg_is_invariant_to_shaping(mdp: MDP, policy: Array, potential: Array, step_size: Any) -> Claims:
    """Potential-based shaping leaves the update as it is."""
    step = npg.softmax_update(mdp, policy, step_size=step_size)
    yield equal(npg.softmax_update(shaped(mdp, potential), policy, step_size=step_size), step)


@law("npg.softmax_update", system="ball")
def npg_without_step_stays(mdp: MDP, policy: Array, step_size: Any) -> Claims:
    """A step of size zero changes nothing; rows sum to one; lost support is not regained."""
    yield equal(npg.softmax_update(mdp, policy, step_size=0), policy)
    step = npg.softmax_update(mdp, policy, step_size=step_size)
    yield equal(step.sum(axis=1), 1)
    yield equal(numbers.where(numbers.is_nonzero(policy), 0 * step, step), 0)


@law("acer.trust_region_projection")
def projection_is_feasible(gradient: Array, kl_gradient: Array, delta: Any) -> Claims:
    """k . z* <= delta, with equality if the gradient itself is outside."""
    found = acer.trust_region_projection(gradient, kl_gradient, delta=delta)
    yield at_most(kl_gradient @ found, delta)
    yield equal(kl_gradient @ found, numbers.minimum(kl_gradient @ gradient, delta))


@law("acer.trust_region_projection", derivation=True)
def projection_is_the_nearest_point(gradient: Array, kl_gradient: Array, other_gradient: Array, delta: Any) -> Claims:
    """(g - z*) . (y - z*) <= 0 for every feasible y: the half-space lies on the other side of z*."""
    found = acer.trust_region_projection(gradient, kl_gradient, delta=delta)
    feasible = acer.trust_region_projection(other_gradient, kl_gradient, delta=delta)
    for y in (feasible, 0 * gradient, found + (feasible - found) / 2):
        yield at_most((gradient - found) @ (y - found), 0)


@law("acer.trust_region_projection")
def projection_is_idempotent(gradient: Array, kl_gradient: Array, delta: Any) -> Claims:
    """Projecting again changes nothing, and only the direction of k is touched."""
    found = acer.trust_region_projection(gradient, kl_gradient, delta=delta)
    yield equal(acer.trust_region_projection(found, kl_gradient, delta=delta), found)
    moved = gradient - found
    yield equal(moved[:, None] * kl_gradient[None, :], moved[None, :] * kl_gradient[:, None])


@law("acer.trust_region_projection")
def projection_leaves_what_is_feasible(gradient: Array, kl_gradient: Array, delta: Any) -> Claims:
    """Within the region, and for k = 0, the gradient stays."""
    wide = delta + abs(kl_gradient * gradient).sum()
    yield equal(acer.trust_region_projection(gradient, kl_gradient, delta=wide), gradient)
    yield equal(acer.trust_region_projection(gradient, 0 * kl_gradient, delta=delta), gradient)


@law("acer.trust_region_projection")
def projection_is_nonexpansive(gradient: Array, kl_gradient: Array, other_gradient: Array, delta: Any) -> Claims:
    """Two gradients are no further apart after the projection."""
    one, other = (acer.trust_region_projection(g, kl_gradient, delta=delta) for g in (gradient, other_gradient))
    yield at_most((one - other) @ (one - other), (gradient - other_gradient) @ (gradient - other_gradient))


@law("vpg.adaptive_stepsize", derivation=True)
def stepsize_shrinks_keeps_or_grows(step_size: Any, kl_target: Any) -> Claims:
    """Above 2 d_targ it is divided by 3/2, below d_targ/2 multiplied; at both thresholds and between it stays."""
    tiny, half = kl_target / 1000, numbers.rational("1/2")
    factors = [
        (2 * kl_target + tiny, "2/3"), (2 * kl_target, "1"), (kl_target, "1"), (kl_target * half, "1"),
        (kl_target * half - tiny, "3/2"), (0 * kl_target, "3/2"),
    ]  # fmt: skip
    for divergence_, factor in factors:
        found = vpg.adaptive_stepsize(divergence_, step_size=step_size, kl_target=kl_target)
        yield equal(found, numbers.rational(factor) * step_size)


@law("vpg.adaptive_stepsize")
def stepsize_is_antitone_in_the_divergence(divergence: Any, beta: Any, step_size: Any, kl_target: Any) -> Claims:
    """A larger divergence never gives a larger step: the sense is opposite to that of a penalty."""
    near = vpg.adaptive_stepsize(divergence, step_size=step_size, kl_target=kl_target)
    far = vpg.adaptive_stepsize(divergence + beta, step_size=step_size, kl_target=kl_target)
    yield at_most(far, near)


@law("vpg.adaptive_stepsize")
def stepsize_is_scale_free(divergence: Any, step_size: Any, kl_target: Any, scale: Any) -> Claims:
    """Divergence and target in another unit change nothing; a step in another unit gives the same in that unit."""
    found = vpg.adaptive_stepsize(divergence, step_size=step_size, kl_target=kl_target)
    yield equal(vpg.adaptive_stepsize(scale * divergence, step_size=step_size, kl_target=scale * kl_target), found)
    yield equal(vpg.adaptive_stepsize(divergence, step_size=scale * step_size, kl_target=kl_target), scale * found)


@law("vpg.adaptive_stepsize")
def stepsize_undoes_itself(step_size: Any, kl_target: Any) -> Claims:
    """A step too long followed by one too short restores the step size."""
    shorter = vpg.adaptive_stepsize(3 * kl_target, step_size=step_size, kl_target=kl_target)
    yield equal(vpg.adaptive_stepsize(kl_target / 3, step_size=shorter, kl_target=kl_target), step_size)

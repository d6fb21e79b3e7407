"""Laws of proximal policy optimisation."""

from collections.abc import Callable
from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import numbers, ppo, trpo, value
from rlproof.spec.decision_process import MDP
from rlproof.spec.divergence import kl
from rlproof.spec.mdp import discounted_visitation


@law("ppo.ratio", system="ball")
def ratio_of_the_same_policy_is_one(log_probs: Array) -> Claims:
    """While the policy that acted is the policy itself, r = 1."""
    yield equal(ppo.ratio(log_probs, log_probs), 1)


@law("ppo.ratio", system="ball", derivation=True)
def ratio_has_mean_one_under_the_old_policy(full_policy: Array, full_new_policy: Array, action_values: Array) -> Claims:
    """E_old[r] = 1 and E_old[r f] = E_new[f], in every state."""
    ratios = ppo.ratio(numbers.log(full_new_policy), numbers.log(full_policy))
    yield equal((full_policy * ratios).sum(axis=1), 1)
    reweighted = (full_policy * ratios * action_values).sum(axis=1)
    yield equal(reweighted, (full_new_policy * action_values).sum(axis=1))


@law("ppo.ratio", system="ball")
def ratio_composes(log_probs: Array, old_log_probs: Array, third_log_probs: Array) -> Claims:
    """pi/pi_old = pi/pi'' pi''/pi_old."""
    detour = ppo.ratio(log_probs, third_log_probs) * ppo.ratio(third_log_probs, old_log_probs)
    yield equal(ppo.ratio(log_probs, old_log_probs), detour)


@law("ppo.cpi_objective")
def cpi_is_the_mean_product(ratios: Array, advantages: Array) -> Claims:
    """T L^CPI = r . A, and a batch that is repeated has the same mean."""
    objective = ppo.cpi_objective(ratios, advantages)
    yield equal(len(ratios) * objective, ratios @ advantages)
    yield equal(ppo.cpi_objective(np.stack([ratios] * 2), np.stack([advantages] * 2)), objective)


@law("ppo.cpi_objective", derivation=True)
def cpi_expectation_is_the_surrogate(mdp: MDP, full_policy: Array, new_policy: Array) -> Claims:
    """Over s ~ (1 - gamma) rho_pi and a ~ pi, and with A = A_pi, L^CPI has mean (1 - gamma) (L_pi - eta)."""
    chances = (1 - mdp.discount) * discounted_visitation(mdp, full_policy)[:, None] * full_policy
    samples = new_policy / full_policy, value.advantage(mdp, full_policy)
    mean = sum(
        chances[i] * ppo.cpi_objective(*(np.array([column[i]]) for column in samples))
        for i in np.ndindex(chances.shape)
    )
    gain = trpo.surrogate(mdp, full_policy, new_policy) - trpo.surrogate(mdp, full_policy, full_policy)
    yield equal(mean, (1 - mdp.discount) * gain)


@law("ppo.cpi_objective")
def cpi_is_linear(ratios: Array, other_ratios: Array, advantages: Array, other_advantages: Array, shift: Any) -> Claims:
    """L^CPI is linear in the advantages and in the ratios."""
    objective = ppo.cpi_objective(ratios, advantages)
    yield equal(
        ppo.cpi_objective(ratios, advantages + shift * other_advantages),
        objective + shift * ppo.cpi_objective(ratios, other_advantages),
    )
    yield equal(
        ppo.cpi_objective(ratios + shift * other_ratios, advantages),
        objective + shift * ppo.cpi_objective(other_ratios, advantages),
    )


@law("ppo.clip_objective")
def both_clip_forms_agree(ratios: Array, advantages: Array, clip_epsilon: Any) -> Claims:
    """E[min(r A, clip(r, 1 - eps, 1 + eps) A)] = E[min(r A, g(eps, A))]."""
    yield equal(
        ppo.clip_objective(ratios, advantages, clip_epsilon=clip_epsilon),
        ppo.clip_objective_g(ratios, advantages, clip_epsilon=clip_epsilon),
    )


@law("ppo.clip_objective")
def clip_is_below_cpi(ratios: Array, advantages: Array, clip_epsilon: Any) -> Claims:
    """Each term is at most r A: clipping is pessimistic."""
    yield at_most(_terms(ppo.clip_objective, ratios, advantages, clip_epsilon), ratios * advantages)


@law("ppo.clip_objective")
def clip_equals_cpi_inside_the_band(ratios: Array, advantages: Array, clip_epsilon: Any) -> Claims:
    """While |r - 1| <= eps, edges included, L^CLIP = L^CPI."""
    for place in ((ratios - 1) / (ratios + 1), 1, -1):  # within the band from -1 to 1
        inside = 0 * ratios + 1 + clip_epsilon * place
        yield equal(
            ppo.clip_objective(inside, advantages, clip_epsilon=clip_epsilon),
            ppo.cpi_objective(inside, advantages),
        )


@law("ppo.clip_objective", derivation=True)
def clip_equals_the_hinge_form(ratios: Array, advantages: Array, clip_epsilon: Any) -> Claims:
    """L^CLIP = E[r A - |A| (sgn(A) (r - 1) - eps)_+]."""
    excess = numbers.maximum(advantages * (ratios - 1) - clip_epsilon * abs(advantages), 0 * advantages)
    yield equal(
        ppo.clip_objective(ratios, advantages, clip_epsilon=clip_epsilon),
        ppo.cpi_objective(ratios, advantages) - excess.sum() / len(excess),
    )


@law("ppo.clip_objective")
def clip_with_wide_band_is_cpi(ratios: Array, advantages: Array) -> Claims:
    """With eps >= max |r - 1| it is L^CPI; with eps = 0 it is E[min(r A, A)]."""
    widest = abs(ratios - 1).max()
    wide = ppo.clip_objective(ratios, advantages, clip_epsilon=widest)
    yield equal(wide, ppo.cpi_objective(ratios, advantages))
    terms = _terms(ppo.clip_objective, ratios, advantages, 0)
    yield equal(terms, numbers.minimum(ratios * advantages, advantages))


@law("ppo.clip_objective")
def clip_is_homogeneous(ratios: Array, advantages: Array, clip_epsilon: Any, scale: Any) -> Claims:
    """L^CLIP is measured in units of the advantage: c A gives c times as much, for c > 0."""
    scaled = ppo.clip_objective(ratios, scale * advantages, clip_epsilon=clip_epsilon)
    yield equal(scaled, scale * ppo.clip_objective(ratios, advantages, clip_epsilon=clip_epsilon))


@law("ppo.clip_objective_g", derivation=True)
def both_clip_forms_agree_termwise(ratios: Array, advantages: Array, clip_epsilon: Any) -> Claims:
    """min(r A, g(eps, A)) = min(r A, clip(r, 1 - eps, 1 + eps) A) for each transition."""
    terms = _terms(ppo.clip_objective_g, ratios, advantages, clip_epsilon)
    yield equal(terms, _terms(ppo.clip_objective, ratios, advantages, clip_epsilon))


@law("ppo.clip_objective_g")
def clip_g_is_below_cpi(ratios: Array, advantages: Array, clip_epsilon: Any) -> Claims:
    """Each term is at most r A, and the objective is the mean of the terms."""
    terms = _terms(ppo.clip_objective_g, ratios, advantages, clip_epsilon)
    yield at_most(terms, ratios * advantages)
    objective = ppo.clip_objective_g(ratios, advantages, clip_epsilon=clip_epsilon)
    yield equal(len(ratios) * objective, terms.sum())


@law("ppo.clip_objective_g")
def clip_g_is_below_g(ratios: Array, advantages: Array, clip_epsilon: Any) -> Claims:
    """Each term is at most g(eps, A) = A + eps |A|, and is either that or r A."""
    terms = _terms(ppo.clip_objective_g, ratios, advantages, clip_epsilon)
    limit = advantages + clip_epsilon * abs(advantages)
    yield at_most(terms, limit)
    yield equal((terms - limit) * (terms - ratios * advantages), 0)


@law("ppo.clip_gradient", derivation=True)
def clip_gradient_equals_the_derivative(ratios: Array, advantages: Array, clip_epsilon: Any) -> Claims:
    """Away from the kinks r = 1 +- eps it is the derivative of each term of L^CLIP in its ratio."""
    ray = numbers.ray(ratios, 0 * ratios + 1)
    terms = 0 * ray + _terms(ppo.clip_objective, ray, advantages, clip_epsilon)
    slopes = np.array([term[1] for term in terms])
    gradient = ppo.clip_gradient(ratios, advantages, clip_epsilon=clip_epsilon)
    kink = numbers.holds(abs(ratios - 1) == clip_epsilon)
    yield equal(gradient, np.where(kink, gradient, slopes))


@law("ppo.clip_gradient")
def clip_gradient_at_one_is_the_advantage(advantages: Array, clip_epsilon: Any) -> Claims:
    """At r = 1 and on both edges of the band the slope is A: the first step follows the policy gradient."""
    for place in (0, 1, -1):
        ratios = 0 * advantages + 1 + clip_epsilon * place
        yield equal(ppo.clip_gradient(ratios, advantages, clip_epsilon=clip_epsilon), advantages)


@law("ppo.clip_gradient")
def clip_gradient_is_a_supergradient(
    ratios: Array, other_ratios: Array, advantages: Array, clip_epsilon: Any
) -> Claims:
    """Each term f is concave in r, so f(r') <= f(r) + f'(r) (r' - r) for every r', the kinks included."""
    here = _terms(ppo.clip_objective, ratios, advantages, clip_epsilon)
    slopes = ppo.clip_gradient(ratios, advantages, clip_epsilon=clip_epsilon)
    for point in (other_ratios, 1, 1 + clip_epsilon, 1 - clip_epsilon):
        there = _terms(ppo.clip_objective, 0 * ratios + point, advantages, clip_epsilon)
        yield at_most(there, here + slopes * (point - ratios))


@law("ppo.kl_penalty")
def kl_penalty_without_beta_is_cpi(ratios: Array, advantages: Array, divergences: Array) -> Claims:
    """At beta = 0 nothing is penalised."""
    unpenalised = ppo.kl_penalty(ratios, advantages, divergences, beta=0)
    yield equal(unpenalised, ppo.cpi_objective(ratios, advantages))


@law("ppo.kl_penalty")
def kl_penalty_is_below_cpi(ratios: Array, advantages: Array, divergences: Array, beta: Any) -> Claims:
    """L^KLPEN <= L^CPI, since no divergence is negative."""
    penalised = ppo.kl_penalty(ratios, advantages, divergences, beta=beta)
    yield at_most(penalised, ppo.cpi_objective(ratios, advantages))


@law("ppo.kl_penalty")
def kl_penalty_is_affine_in_beta(
    ratios: Array, advantages: Array, divergences: Array, beta: Any, other_beta: Any
) -> Claims:
    """From beta to beta' the objective falls by (beta' - beta) E[KL]."""
    one, other = (ppo.kl_penalty(ratios, advantages, divergences, beta=b) for b in (beta, other_beta))
    yield equal(len(ratios) * (one - other), (other_beta - beta) * divergences.sum())


@law("ppo.kl_penalty", system="ball", derivation=True)
def kl_penalty_matches_cpi_to_first_order(
    full_policy: Array, full_new_policy: Array, action_values: Array, beta: Any
) -> Claims:
    """At the old policy L^KLPEN and L^CPI have the same derivative in every direction, whatever beta."""
    ray = numbers.ray(full_policy, full_new_policy - full_policy)
    divergences = np.broadcast_to(kl(full_policy, ray)[:, None], ray.shape)
    penalised = ppo.kl_penalty(ray / full_policy, action_values, divergences, beta=beta)
    slope = ppo.cpi_objective((full_new_policy - full_policy) / full_policy, action_values)
    yield equal(penalised[1], slope)


@law("ppo.adaptive_kl", derivation=True)
def adaptive_kl_halves_keeps_or_doubles(beta: Any, kl_target: Any) -> Claims:
    """Below 2/3 of the target beta is halved, above 3/2 doubled, and kept between and on both boundaries."""
    grain = numbers.rational("1/1000000")
    low, high = numbers.rational("2/3"), numbers.rational("3/2")
    cases = {0: (0, low / 2, low - grain), 1: (low, low + grain, 1, high - grain, high), 2: (high + grain, 4)}
    for doublings, shares in cases.items():
        for share in shares:
            following = ppo.adaptive_kl(share * kl_target, beta=beta, kl_target=kl_target)
            yield equal(2 * following, 2**doublings * beta)


@law("ppo.adaptive_kl")
def adaptive_kl_is_monotone(divergence: Any, alpha: Any, beta: Any, kl_target: Any) -> Claims:
    """A larger divergence, or a smaller target, never lowers the next beta."""
    following = ppo.adaptive_kl(divergence, beta=beta, kl_target=kl_target)
    yield at_most(ppo.adaptive_kl(alpha * divergence, beta=beta, kl_target=kl_target), following)
    yield at_most(following, ppo.adaptive_kl(divergence, beta=beta, kl_target=alpha * kl_target))


@law("ppo.adaptive_kl")
def adaptive_kl_is_scale_free(divergence: Any, beta: Any, kl_target: Any, scale: Any) -> Claims:
    """Only d / d_targ matters, and the next beta is proportional to beta."""
    following = ppo.adaptive_kl(divergence, beta=beta, kl_target=kl_target)
    yield equal(ppo.adaptive_kl(scale * divergence, beta=beta, kl_target=scale * kl_target), following)
    yield equal(ppo.adaptive_kl(divergence, beta=scale * beta, kl_target=kl_target), scale * following)


@law("ppo.adaptive_kl")
def adaptive_kl_undoes_itself(divergence: Any, beta: Any, kl_target: Any) -> Claims:
    """With divergence and target exchanged the step goes the other way: the two steps together keep beta."""
    once = ppo.adaptive_kl(divergence, beta=beta, kl_target=kl_target)
    yield equal(ppo.adaptive_kl(kl_target, beta=once, kl_target=divergence), beta)


def _terms(objective: Callable[..., Any], ratios: Array, advantages: Array, clip_epsilon: Any) -> Array:
    """The objective of each transition alone."""
    rows = [np.s_[t : t + 1] for t in range(len(ratios))]
    return numbers.stack([objective(ratios[t], advantages[t], clip_epsilon=clip_epsilon) for t in rows])

"""Laws of natural policy gradients."""

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.laws._scores import slope, softmax_ray
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import npg, numbers, pg
from rlproof.spec.decision_process import MDP
from rlproof.spec.mdp import discounted_visitation, eta


@law("npg.softmax", derivation=True)
def natural_gradient_solves_the_fisher_system(mdp: MDP, policy: Array, action_values: Array) -> Claims:
    """F w = grad eta: along any direction of the logits, E_d[(score.w)(score.direction)] is the slope of eta."""
    chances = (1 - mdp.discount) * discounted_visitation(mdp, policy)[:, None] * policy
    product = (chances * _centred(policy, npg.softmax(mdp, policy)) * _centred(policy, action_values)).sum()
    yield equal(product, slope(eta(mdp, softmax_ray(policy, action_values))))


@law("npg.softmax", derivation=True)
def natural_gradient_in_unnormalised_visits_is_the_advantage(mdp: MDP, full_policy: Array) -> Claims:
    """With the last logit of each state fixed, F in visits rho is regular where visited, and yields A(a) - A(last)."""
    advantages = (1 - mdp.discount) * npg.softmax(mdp, full_policy)
    gradient, visits = pg.softmax_closed_form(mdp, full_policy), discounted_visitation(mdp, full_policy)
    for state in np.flatnonzero(visits != 0) if full_policy.shape[1] > 1 else ():
        row = full_policy[state, :-1]
        fisher = visits[state] * (np.eye(len(row), dtype=int) * row - row[:, None] * row)
        yield equal(numbers.solve(fisher, gradient[state, :-1]), advantages[state, :-1] - advantages[state, -1])
    yield equal((full_policy * advantages).sum(axis=1), 0)


@law("npg.softmax")
def natural_gradient_ignores_the_first_state(mdp: MDP, policy: Array) -> Claims:
    """Where episodes begin changes the gradient but not the natural gradient."""
    states = mdp.number_of_states
    for first in numbers.exact(np.eye(states, dtype=int)):
        yield equal(npg.softmax(mdp.replace(initial=first), policy), npg.softmax(mdp, policy))


@law("npg.softmax")
def natural_gradient_predicts_the_ascent(mdp: MDP, policy: Array) -> Claims:
    """The slope of eta along it is w.F.w, which is never negative."""
    natural = npg.softmax(mdp, policy)
    chances = (1 - mdp.discount) * discounted_visitation(mdp, policy)[:, None] * policy
    squares = (chances * _centred(policy, natural) ** 2).sum()
    yield equal(slope(eta(mdp, softmax_ray(policy, natural))), squares)
    yield at_most(0, squares)


def _centred(policy: Array, weights: Array) -> Array:
    """The score of softmax logits times weights, for each state and action."""
    return weights - (policy * weights).sum(axis=1)[:, None]

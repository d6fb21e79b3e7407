"""Laws of Monte-Carlo tree search."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.oracle.claims import at_most, equal, true
from rlproof.oracle.law import law
from rlproof.spec import mcts, numbers, plan
from rlproof.spec.bellman import expectation_v
from rlproof.spec.decision_process import MDP
from rlproof.spec.numbers import arb
from rlproof.spec.value import optimal_v


@law("mcts.backup", derivation=True)
def backups_end_at_the_mean(returns: Array) -> Claims:
    """From nothing, backing up one return after the other ends at their mean: sum of returns over simulations."""
    mean, visits = numbers.exact([0]), numbers.exact([0])
    for each in returns:
        mean, visits = mcts.backup(mean, visits, np.array([each])), visits + 1
    yield equal(mean[0], returns.sum() / len(returns))


@law("mcts.backup")
def backup_moves_towards_the_return(mean_returns: Array, visits: Array, returns: Array) -> Claims:
    """It ends between the old mean and the return, a share 1/(N+1) of the way; a return equal to Q moves nothing."""
    after = mcts.backup(mean_returns, visits, returns)
    yield at_most(numbers.minimum(mean_returns, returns), after)
    yield at_most(after, numbers.maximum(mean_returns, returns))
    yield equal((after - mean_returns) * (visits + 1), returns - mean_returns)
    yield equal(mcts.backup(mean_returns, visits, mean_returns), mean_returns)


@law("mcts.backup")
def backup_of_a_new_edge_is_the_return(mean_returns: Array, visits: Array, returns: Array) -> Claims:
    """At N = 0 whatever Q was is forgotten."""
    yield equal(mcts.backup(mean_returns, 0 * visits, returns), returns)


@law("mcts.backup")
def backups_commute(mean_returns: Array, visits: Array, returns: Array, rewards: Array) -> Claims:
    """Two simulations may be backed up in either order: both give (N Q + G + G') / (N + 2)."""
    first = mcts.backup(mcts.backup(mean_returns, visits, returns), visits + 1, rewards)
    yield equal(first, mcts.backup(mcts.backup(mean_returns, visits, rewards), visits + 1, returns))
    yield equal(first * (visits + 2), visits * mean_returns + returns + rewards)


@law("mcts.uct", system="ball", derivation=True)
def uct_widths_know_the_total(mean_returns: Array, visits: Array) -> Claims:
    """With c = 1, exp(N(a) (U(a) - Q(a))^2) is the number of simulations, whatever action it is read from."""
    bounds = mcts.uct(mean_returns, visits, exploration=1)
    for a in _taken(visits):
        yield equal(numbers.exp(visits[a] * (bounds[a] - mean_returns[a]) ** 2), visits.sum())
        yield at_most(mean_returns[a], bounds[a])


@law("mcts.uct", system="ball")
def uct_is_linear_in_the_exploration(mean_returns: Array, visits: Array, exploration: Any) -> Claims:
    """The width is c times that of c = 1; without exploration the bound is the mean itself."""
    taken = _taken(visits)
    none, one, some = (mcts.uct(mean_returns, visits, exploration=c)[taken] for c in (0, 1, exploration))
    yield equal(none, mean_returns[taken])
    yield equal(some - none, exploration * (one - none))


@law("mcts.uct", system="ball")
def uct_prefers_what_was_seldom_tried(mean_returns: Array, visits: Array, exploration: Any) -> Claims:
    """Of two actions with equal means, the one tried less has the larger bound; better means raise it one to one."""
    bounds = mcts.uct(0 * mean_returns, visits, exploration=exploration)
    for a in _taken(visits):
        for b in _taken(visits):
            if visits[a] < visits[b]:
                yield at_most(bounds[b], bounds[a])
    taken = _taken(visits)
    yield equal(mcts.uct(mean_returns, visits, exploration=exploration)[taken], bounds[taken] + mean_returns[taken])


@law("mcts.uct", system="ball")
def uct_tries_every_action(mean_returns: Array, visits: Array, exploration: Any) -> Claims:
    """Bounds are infinite exactly for the actions never tried, so that one of these is next."""
    bounds = mcts.uct(mean_returns, visits, exploration=exploration)
    yield true([(bounds[a] == arb.pos_inf()) == (visits[a] == 0) for a in range(len(visits))])


@law("mcts.puct", system="ball")
def puct_bonuses_split_by_the_prior(
    mean_returns: Array, visits: Array, priors: Array, exploration: Any, exploration_base: Any
) -> Claims:
    """(1 + N(a)) times the bonus is shared out by the prior: the shares of all actions add up to the whole."""
    scores = mcts.puct(mean_returns, visits, priors, exploration=exploration, exploration_base=exploration_base)
    shares = (1 + visits) * (scores - mean_returns)
    yield equal(shares, priors * shares.sum())


@law("mcts.puct", system="ball", derivation=True)
def puct_logarithm_telescopes(
    mean_returns: Array, visits: Array, priors: Array, exploration: Any, exploration_base: Any
) -> Claims:
    """Squared, the whole bonus is N (c_1 + sum_{k=0}^N log(1 + 1/(c_2 + k)))^2: a log that grows with each visit."""
    scores = mcts.puct(mean_returns, visits, priors, exploration=exploration, exploration_base=exploration_base)
    whole = ((1 + visits) * (scores - mean_returns)).sum()
    total = visits.sum()
    steps = range(int(total.unique_fmpz()) + 1)
    logarithm = sum(numbers.log1p(1 / (exploration_base + k)) for k in steps)
    yield equal(whole**2, total * (exploration + logarithm) ** 2)
    yield at_most(0, whole)


@law("mcts.puct", system="ball")
def puct_is_alphazeros_for_a_large_base(
    mean_returns: Array, visits: Array, priors: Array, exploration: Any, exploration_base: Any
) -> Claims:
    """U is above Q + c_1 P sqrt(N) / (1 + N(a)), by at most (N + 1) / c_2 in the place of c_1."""
    total = visits.sum()
    rate = priors * numbers.sqrt(total) / (1 + visits)
    for base in (exploration_base, 19652 * exploration_base):
        scores = mcts.puct(mean_returns, visits, priors, exploration=exploration, exploration_base=base)
        yield at_most(mean_returns + exploration * rate - scores, 0 * scores)
        yield at_most(scores - mean_returns - exploration * rate, rate * (total + 1) / base)


@law("mcts.puct", system="ball")
def puct_without_prior_is_the_value(
    mean_returns: Array, visits: Array, priors: Array, exploration: Any, exploration_base: Any
) -> Claims:
    """Where the prior is zero the score is Q: such an action is never explored; c_1 counts in proportion."""
    constants = {"exploration": exploration, "exploration_base": exploration_base}
    scores = mcts.puct(mean_returns, visits, priors, **constants)
    excluded = [a for a in range(len(priors)) if priors[a] == 0]
    for a in excluded:
        yield equal(scores[a], mean_returns[a])
    raised = mcts.puct(mean_returns, visits, priors, **(constants | {"exploration": exploration + 1}))
    yield equal(((raised - scores) * (1 + visits)) ** 2, priors**2 * visits.sum())


@law("mcts.visit_policy", system="ball", derivation=True)
def visit_policy_has_the_powers_it_should(visits: Array) -> Claims:
    """T = 1: shares N / sum N. T = 1/2: N^2 / sum N^2. T = 2: the squares of the policy are in proportion to N."""
    yield equal(mcts.visit_policy(visits, temperature=1), visits / visits.sum())
    yield equal(mcts.visit_policy(visits, temperature="1/2"), visits**2 / (visits**2).sum())
    squares = mcts.visit_policy(visits, temperature=2) ** 2
    yield equal(squares / squares.sum(), visits / visits.sum())


@law("mcts.visit_policy", system="ball")
def visit_policy_sharpens_as_it_cools(visits: Array, temperature: Any) -> Claims:
    """At half the temperature the most visited action is more likely and the least visited less, if some differ."""
    warm, cool = (mcts.visit_policy(visits, temperature=each) for each in (temperature, temperature / 2))
    counts = [float(each) for each in visits]
    most, least = int(np.argmax(counts)), int(np.argmin(counts))
    if len(set(counts) - {0.0}) > 1:
        yield at_most(warm[most], cool[most])
        yield at_most(cool[least], warm[least])
    yield equal(warm.sum(), 1)


@law("mcts.visit_policy", system="ball")
def visit_policy_ignores_the_number_of_simulations(visits: Array, temperature: Any) -> Claims:
    """Three times as many visits of every action give the same policy; actions never visited stay out."""
    policy = mcts.visit_policy(visits, temperature=temperature)
    yield equal(mcts.visit_policy(3 * visits, temperature=temperature), policy)
    yield true([policy[a] == 0 for a in range(len(visits)) if visits[a] == 0])


@law("mcts.visit_policy", system="ball")
def visit_policy_cools_in_steps(visits: Array, temperature: Any) -> Claims:
    """The policy at temperature T, taken as visits at temperature 2, is that at temperature 2 T."""
    policy = mcts.visit_policy(visits, temperature=temperature)
    yield equal(mcts.visit_policy(policy, temperature=2), mcts.visit_policy(visits, temperature=2 * temperature))


@law("mcts.search", derivation=True)
def full_search_is_the_exhaustive_tree(mdp: MDP, state_values: Array, expanded: Array) -> Claims:
    """If every edge was tried, the root is worth what the whole tree is."""
    everything = np.ones_like(expanded)
    tree = plan.exhaustive_tree(mdp, state_values, horizon=len(expanded))
    yield equal(mcts.search(mdp, state_values, everything), tree)


@law("mcts.search", derivation=True)
def search_of_one_action_per_node_evaluates_it(mdp: MDP, state_values: Array, expanded: Array) -> Claims:
    """With one action in each node the search has nothing to choose: it evaluates the policy of each step."""
    rules = expanded.argmax(axis=2)
    values = state_values
    for rule in rules[::-1]:
        values = expectation_v(mdp, rule, values)
    single = np.arange(expanded.shape[2]) == rules[..., None]
    yield equal(mcts.search(mdp, state_values, single), values)


@law("mcts.search")
def search_without_edges_is_the_leaf(mdp: MDP, state_values: Array, expanded: Array) -> Claims:
    """Roots without an edge keep their own value; edges at other depths than the first play no part for them."""
    values = mcts.search(mdp, state_values, expanded)
    unsearched = ~expanded[0].any(axis=1)
    yield equal(unsearched.astype(int) * (values - state_values), 0)
    yield equal(mcts.search(mdp, state_values, np.zeros_like(expanded)), state_values)


@law("mcts.search")
def search_grows_with_the_edges_tried(mdp: MDP, state_values: Array, expanded: Array) -> Claims:
    """Trying the other actions too, in nodes that were searched already, lowers no value."""
    searched = np.broadcast_to(expanded.any(axis=2)[..., None], expanded.shape)
    yield at_most(mcts.search(mdp, state_values, expanded), mcts.search(mdp, state_values, searched))


@law("mcts.search")
def search_from_pessimistic_leaves_only_improves(mdp: MDP, expanded: Array) -> Claims:
    """From leaves worth the least reward for ever, any further edge helps, and no search exceeds v_*."""
    worst = min(numbers.rational(0), mdp.reward.min()) / (1 - mdp.discount)
    leaves = worst + 0 * mdp.reward[:, 0]
    values = mcts.search(mdp, leaves, expanded)
    yield at_most(leaves, values)
    yield at_most(values, mcts.search(mdp, leaves, expanded | np.roll(expanded, 1, axis=2)))
    yield at_most(values, optimal_v(mdp))


def _taken(visits: Array) -> list[int]:
    """The actions with a visit at least."""
    return [a for a in range(len(visits)) if visits[a] > 0]

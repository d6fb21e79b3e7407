r"""Monte-Carlo tree search: what is remembered at the edges of a node, and what is read off."""

import numpy as np
from flint import arb

from .decision_process import MDP
from .errors import MissingDataError, ParameterError
from .numbers import Array, Scalar, as_array, exp, holds, is_nonzero, largest, log, same_system, sqrt, system_of, where
from .tabular_data import read_counts
from .validation import (
    check_distribution,
    check_finite,
    check_not_empty,
    check_shape,
    read_arrays,
    read_flags,
    read_parameter,
)


def backup(mean_returns: Array, visits: Array, returns: Array) -> Array:
    r"""The mean return of each edge after one more simulation has passed it.

    .. math:: Q \leftarrow \frac{N Q + G}{N + 1}

    Args:
        mean_returns: [T], mean return Q of each edge so far.
        visits: [T], number N of simulations that it is the mean of.
        returns: [T], return G of the new simulation, counted from this edge on.
    Returns:
        [T], in units of reward.
    Conventions:
        The count goes up by one afterwards, and is not a result. An edge never visited takes G; its Q counts nothing.
    Laws:
        backups_end_at_the_mean, backup_moves_towards_the_return, backup_of_a_new_edge_is_the_return,
        backups_commute
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, ParameterError.
    Source:
        Slide "MuZero"; Schrittwieser et al. 2020 (MuZero), appendix B, eq. (4).
    Since:
        0.2
    """
    _, (mean_returns, visits, returns) = read_arrays(mean_returns=mean_returns, visits=visits, returns=returns)
    visits = read_counts("visits", visits, "edges")
    return (visits * mean_returns + returns) / (visits + 1)


def uct(mean_returns: Array, visits: Array, *, exploration: Scalar) -> Array:
    r"""Upper confidence bounds (UCB1) of the actions of a node; the search takes the largest.

    .. math:: U(a) = Q(a) + c \sqrt{\frac{\ln \sum_b N(b)}{N(a)}}

    Args:
        mean_returns: [A], mean return Q of each action.
        visits: [A], how often each was taken; at least one was.
        exploration: c >= 0; UCB1 has sqrt(2) for returns between 0 and 1.
    Returns:
        [A], in units of reward; infinite for an action that was never taken.
    Conventions:
        The total is that of the actions' visits (some codes count the node's own visit as well).
    Laws:
        uct_is_linear_in_the_exploration, uct_prefers_what_was_seldom_tried, uct_widths_know_the_total,
        uct_tries_every_action
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, ParameterError;
        MissingDataError without any visit; NumberSystemError in exact (logarithms).
    Source:
        Auer et al. 2002, Figure 1 (UCB1); Kocsis & Szepesvari 2006 (UCT).
    Since:
        0.2
    """
    system, (mean_returns, visits) = _read_node(mean_returns, visits)
    exploration = read_parameter("exploration", exploration, system, high=None)
    taken = is_nonzero(visits)
    widths = sqrt(log(visits.sum()) / where(taken, visits, 1))
    infinite = float("inf") if system in ("float64", "rounded") else arb.pos_inf()
    return where(taken, mean_returns + exploration * widths, infinite)


def puct(mean_returns: Array, visits: Array, priors: Array, *, exploration: Scalar, exploration_base: Scalar) -> Array:
    r"""MuZero's scores of the actions of a node; the search takes the largest.

    .. math:: U(a) = Q(a) + P(a)\, \frac{\sqrt{N}}{1 + N(a)}
        \Big(c_1 + \log\frac{N + c_2 + 1}{c_2}\Big), \qquad N = \sum_b N(b)

    Args:
        mean_returns: [A], value Q of each action (in MuZero normalised to [0, 1] first).
        visits: [A], how often each was taken; at least one was.
        priors: [A], probabilities P of the prior policy.
        exploration: c_1 >= 0, 1.25 in MuZero.
        exploration_base: c_2 > 0, 19652 in MuZero.
    Returns:
        [A], finite.
    Conventions:
        The total is that of the actions' visits (mctx takes the node's own, one more after its expansion). An action
        of prior zero is never explored.
    Laws:
        puct_bonuses_split_by_the_prior, puct_logarithm_telescopes, puct_is_alphazeros_for_a_large_base,
        puct_without_prior_is_the_value
    Raises:
        ShapeError, EmptySpaceError, NotAProbabilityError, NonFiniteError, IntegerDtypeError, NumberSystemError,
        ParameterError; MissingDataError without any visit; NumberSystemError in exact (logarithms).
    Source:
        Schrittwieser et al. 2020 (MuZero), appendix B, eq. (2).
    Since:
        0.2
    """
    system, (mean_returns, visits) = _read_node(mean_returns, visits)
    priors = as_array(priors, "priors")
    check_shape("priors", priors, visits.shape, "one probability per action")
    check_distribution("priors", priors)
    first = read_parameter("exploration", exploration, system, high=None)
    base = read_parameter("exploration_base", exploration_base, system, high=None)
    if system != "series":
        _check_positive("exploration_base", base)
    total = visits.sum()
    rate = first + log((total + base + 1) / base)
    return mean_returns + priors * (sqrt(total) * rate) / (1 + visits)


def visit_policy(visits: Array, *, temperature: Scalar) -> Array:
    r"""The policy at the root: actions in proportion to a power of how often they were searched.

    .. math:: \pi(a) = \frac{N(a)^{1/T}}{\sum_b N(b)^{1/T}}

    Args:
        visits: [A], how often each action was taken; at least one was.
        temperature: T > 0; 1 gives the shares themselves, near 0 only the most visited actions remain.
    Returns:
        [A], probabilities.
    Conventions:
        An action never searched has probability zero.
    Laws:
        visit_policy_has_the_powers_it_should, visit_policy_sharpens_as_it_cools,
        visit_policy_ignores_the_number_of_simulations, visit_policy_cools_in_steps
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError; MissingDataError without
        any visit; NumberSystemError in exact (powers).
    Source:
        Schrittwieser et al. 2020 (MuZero), appendix on data generation; Silver et al. 2017 (AlphaGo Zero), methods.
    Since:
        0.2
    """
    _, (visits,) = _read_node(visits=visits)
    temperature = read_parameter("temperature", temperature, system_of(visits), high=None)
    _check_positive("temperature", temperature)
    taken = is_nonzero(visits)
    shares = where(taken, visits, 1) / largest(visits)
    powers = where(taken, exp(log(shares) / temperature), 0)
    return powers / powers.sum()


def search(mdp: MDP, state_values: Array, expanded: Array) -> Array:
    r"""The value of each root of a tree of which some edges were searched, by maximising backup.

    .. math:: V_t(s) = \begin{cases} \max_{a \in E_t(s)} \Big[R(s,a) + \gamma \sum_{s'} P(s'|s,a)\,V_{t+1}(s')\Big]
        & E_t(s) \ne \emptyset\\ V(s) & E_t(s) = \emptyset \end{cases} \qquad V_H(s) = V(s)

    Args:
        mdp: decision process of S states and A actions, or a model of it.
        state_values: [S], the values V of leaves.
        expanded: [H, S, A] booleans: in state s after t steps, the search has tried action a.
    Returns:
        [S], values V_0 of the roots, in units of reward.
    Conventions:
        A node is a state at a depth. The search may have tried any edges; in a node where it tried none, the leaf's
        value counts. Fully expanded, this is plan.exhaustive_tree; the mean backup is mcts.backup.
    Laws:
        full_search_is_the_exhaustive_tree, search_of_one_action_per_node_evaluates_it,
        search_without_edges_is_the_leaf, search_grows_with_the_edges_tried,
        search_from_pessimistic_leaves_only_improves
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, ParameterError.
    Source:
        Slide "MuZero"; Coulom 2006 (backup operators); Sutton & Barto 2018, section 8.11.
    Since:
        0.2
    """
    leaves = as_array(state_values, "state_values")
    check_shape("state_values", leaves, mdp.reward.shape[:1], "one number per state")
    check_finite("state_values", leaves)
    same_system(**{"the decision process": mdp.reward, "state_values": leaves})
    values = leaves
    for edges in reversed(_read_edges(mdp, expanded)):
        outcomes = mdp.reward + mdp.discount * (mdp.transition @ values)
        least = -largest(-outcomes, axis=1)
        best = largest(where(edges, outcomes, least[:, None]), axis=1)
        values = where(edges.any(axis=1), best, leaves)
    return values


def _read_node(mean_returns: Array = None, visits: Array = None) -> tuple[str, list[Array]]:
    """Read the statistics [A] of a node that was visited."""
    arrays = {"visits": visits} if mean_returns is None else {"mean_returns": mean_returns, "visits": visits}
    system, read = read_arrays(**arrays)
    check_shape("visits", read[-1], read[-1].shape[:1], "one number per action")
    read_counts("visits", read[-1], "actions")
    if not holds(is_nonzero(read[-1])).any():
        raise MissingDataError(
            "the node was never searched",
            got="visits that are all zero",
            expected="at least one visit",
            cause="scores asked for before the first simulation",
            remedy="try every action once first, or take the prior policy",
        )
    return system, read


def _check_positive(name: str, value: Scalar) -> None:
    if not holds(value > 0):
        raise ParameterError(
            f"{name} is not positive",
            got=str(value),
            expected=f"{name} > 0",
            cause="a limit written as the value that it tends to",
            remedy=f"take a small positive {name}",
        )


def _read_edges(mdp: MDP, expanded: Array) -> Array:
    array = np.asarray(expanded)
    if array.ndim != 3 or array.shape[1:] != mdp.reward.shape:
        check_shape("expanded", array, ("H", *mdp.reward.shape), "depths, states, actions")
    check_not_empty("expanded", array, "depths")
    return read_flags("expanded", array, array)

r"""Planning with a model: trees, receding horizons, open-loop sequences."""

import numpy as np

from .bellman import optimality_v
from .decision_process import MDP
from .errors import ActionSetError, ParameterError
from .numbers import Array, as_array, largest, same_system, stack
from .validation import check_count, check_finite, check_not_empty, check_shape


def exhaustive_tree(mdp: MDP, state_values: Array, *, horizon: int) -> Array:
    r"""Expectimax: the value of each state as the root of its whole game tree of H steps.

    .. math:: V_H(s) = \max_a \Big[R(s,a) + \gamma \sum_{s'} P(s'|s,a)\, V_{H-1}(s')\Big], \qquad
        V_0 \text{ at the leaves}; \qquad V_H = T_*^H V_0

    Args:
        mdp: decision process of S states, or a model of it.
        state_values: [S], the values V_0 of the leaves.
        horizon: depth H >= 0 of the tree.
    Returns:
        [S], in units of reward.
    Conventions:
        Every node is searched anew, S^H leaves below a root; value iteration finds the same by remembering nodes.
    Laws:
        tree_equals_value_iteration, tree_error_shrinks_by_gamma_each_step, tree_equals_the_best_nonstationary_policy,
        tree_shifts_by_the_discounted_leaves
    Raises:
        ShapeError, NumberSystemError, NonFiniteError, ParameterError.
    Source:
        Slide "Planning with a model"; Sutton & Barto 2018, section 8.9 (heuristic search).
    Since:
        0.2
    """
    leaves = _read(mdp, state_values)
    check_count("horizon", horizon)

    def worth(state: int, steps: int) -> Array:
        if steps == 0:
            return leaves[state]
        children = stack([worth(following, steps - 1) for following in range(len(leaves))])
        return largest(mdp.reward[state] + mdp.discount * (mdp.transition[state] @ children))

    return stack([worth(state, horizon) for state in range(len(leaves))])


def receding_horizon(mdp: MDP, state_values: Array, *, depth: int) -> Array:
    r"""What each first action is worth to a planner that looks H steps ahead and plans again after each.

    .. math:: Q_H(s,a) = R(s,a) + \gamma \sum_{s'} P(s'|s,a)\, (T_*^{H-1} V_0)(s')

    Args:
        mdp: decision process of S states and A actions, or a model of it.
        state_values: [S], the values V_0 at the end of the plan.
        depth: number H >= 1 of steps that a plan has.
    Returns:
        [S, A], in units of reward; the planner (model-predictive control) takes the largest.
    Conventions:
        With the greedy action in every step, the loss is at most 2 gamma^H |V_0 - v_*| / (1 - gamma).
    Laws:
        receding_horizon_loses_little, receding_horizon_is_the_tree_below_each_action,
        receding_horizon_from_optimal_values_is_optimal, receding_horizon_loss_is_attained
    Raises:
        ShapeError, NumberSystemError, NonFiniteError, ParameterError.
    Source:
        Slide "Planning with a model"; Bertsekas & Tsitsiklis 1996, proposition 6.1 (one step ahead).
    Since:
        0.2
    """
    values = _read(mdp, state_values)
    _check_positive("depth", depth)
    for _ in range(depth - 1):
        values = optimality_v(mdp, values)
    return mdp.reward + mdp.discount * (mdp.transition @ values)


def random_shooting(mdp: MDP, action_sequences: Array) -> Array:
    r"""The value of the best of given sequences of actions, each followed whatever happens.

    .. math:: \max_{n}\ \mathbb{E}\Big[\sum_{t=0}^{H-1} \gamma^t R(s_t, a^n_t) \,\Big|\, s_0 = s\Big]

    Args:
        mdp: decision process of S states and A actions, or a model of it.
        action_sequences: [N, H] integers, the candidates.
    Returns:
        [S], for each first state the largest expected return, in units of reward.
    Conventions:
        Open loop: a sequence does not react to what it meets, so that this is a lower bound of what a policy can
        earn; expectations are exact, not means of rollouts. Nothing is added after the last step.
    Laws:
        shooting_is_below_the_tree, shooting_all_sequences_solves_deterministic_processes,
        shooting_improves_with_the_number_of_sequences, shooting_equals_enumeration_over_paths
    Raises:
        ShapeError, EmptySpaceError, ActionSetError, ParameterError.
    Source:
        Slide "PlaNet"; Hafner et al. 2019 (PlaNet), section 3; Nagabandi et al. 2018 (random shooting).
    Since:
        0.2
    """
    sequences = _read_sequences(mdp, action_sequences)
    returns = []
    for sequence in sequences:
        values = 0 * mdp.reward[:, 0]
        for action in reversed(sequence):
            values = mdp.reward[:, action] + mdp.discount * (mdp.transition[:, action] @ values)
        returns.append(values)
    return largest(stack(returns), axis=0)


def _read(mdp: MDP, state_values: Array) -> Array:
    values = as_array(state_values, "state_values")
    check_shape("state_values", values, mdp.reward.shape[:1], "one number per state")
    check_finite("state_values", values)
    same_system(**{"the decision process": mdp.reward, "state_values": values})
    return values


def _check_positive(name: str, value: int) -> None:
    check_count(name, value)
    if value == 0:
        raise ParameterError(
            f"{name} is zero",
            got="0",
            expected="a plan of at least one step",
            cause="a number of steps counted from zero",
            remedy="take plan.exhaustive_tree, which may have no step",
        )


def _read_sequences(mdp: MDP, action_sequences: Array) -> Array:
    array = np.asarray(action_sequences)
    if array.ndim != 2:
        check_shape("action_sequences", array, ("N", "H"), "sequences, steps")
    check_not_empty("action_sequences", array, "sequences and steps")
    actions = mdp.number_of_actions
    if array.dtype.kind not in "iu" or array.min() < 0 or array.max() >= actions:
        raise ActionSetError(
            "action_sequences are over the wrong action set",
            got=f"dtype {array.dtype}, numbers from {array.min()} to {array.max()}",
            expected=f"whole numbers from 0 to {actions - 1}",
            cause="continuous actions, or actions counted from one",
            remedy="number the actions from zero on",
        )
    return array

"""Laws of the Bellman operators and of the bound by the residual."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims, deterministic_policies, deviating, expectation_from, extended
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec.bellman import expectation_q, expectation_v, optimality_q, optimality_v, residual_bound
from rlproof.spec.decision_process import MDP
from rlproof.spec.policy import greedy
from rlproof.spec.value import v


@law("bellman.expectation_v")
def expectation_v_contracts(mdp: MDP, policy: Array, state_values: Array, other_state_values: Array) -> Claims:
    """|T_pi U - T_pi V| <= gamma |U - V| in the supremum norm."""
    images = (expectation_v(mdp, policy, each) for each in (state_values, other_state_values))
    yield _contracts(mdp, images, state_values - other_state_values)


@law("bellman.expectation_v")
def expectation_v_is_monotone(mdp: MDP, policy: Array, state_values: Array, other_state_values: Array) -> Claims:
    """U <= V everywhere implies T_pi U <= T_pi V."""
    above = state_values + abs(other_state_values)
    yield at_most(expectation_v(mdp, policy, state_values), expectation_v(mdp, policy, above))


@law("bellman.expectation_v")
def expectation_v_shifts_by_gamma(mdp: MDP, policy: Array, state_values: Array, shift: Any) -> Claims:
    """T_pi (V + c) = T_pi V + gamma c."""
    shifted = expectation_v(mdp, policy, state_values + shift)
    yield equal(shifted, expectation_v(mdp, policy, state_values) + mdp.discount * shift)


@law("bellman.expectation_v", derivation=True)
def expectation_v_equals_enumerated_step(mdp: MDP, policy: Array, state_values: Array) -> Claims:
    """(T_pi V)(s) = E[R_1 + gamma V(s_1) | s_0 = s], over all trajectories of one step."""
    targets = expectation_from(
        mdp, policy, 1, lambda path: path.rewards[0] + mdp.discount * state_values[path.states[1]]
    )
    yield equal(expectation_v(mdp, policy, state_values), targets)


@law("bellman.expectation_q")
def expectation_q_contracts(mdp: MDP, policy: Array, action_values: Array, other_action_values: Array) -> Claims:
    """|T_pi Q - T_pi Q'| <= gamma |Q - Q'| in the supremum norm."""
    images = (expectation_q(mdp, policy, each) for each in (action_values, other_action_values))
    yield _contracts(mdp, images, action_values - other_action_values)


@law("bellman.expectation_q")
def expectation_q_matches_expectation_v(mdp: MDP, policy: Array, action_values: Array) -> Claims:
    """Averaging over pi commutes with T_pi: sum_a pi T_pi Q = T_pi sum_a pi Q."""
    averaged = (policy * expectation_q(mdp, policy, action_values)).sum(axis=1)
    yield equal(averaged, expectation_v(mdp, policy, (policy * action_values).sum(axis=1)))


@law("bellman.expectation_q", derivation=True)
def expectation_q_equals_enumerated_step(mdp: MDP, policy: Array, action_values: Array) -> Claims:
    """(T_pi Q)(s,a) = E[R_1 + gamma Q(s_1, a_1) | s_0 = s, a_0 = a], over all trajectories."""
    larger = deviating(mdp)

    def target(path: Any) -> Any:
        """The target of one trajectory that starts in an added state; others do not count."""
        if path.states[0] < mdp.number_of_states:
            return 0
        return path.rewards[0] + mdp.discount * action_values[path.states[1], path.actions[1]]

    targets = expectation_from(larger, extended(policy, larger), 2, target)[mdp.number_of_states :]
    yield equal(expectation_q(mdp, policy, action_values), targets.reshape(mdp.reward.shape))


@law("bellman.optimality_v")
def optimality_v_contracts(mdp: MDP, state_values: Array, other_state_values: Array) -> Claims:
    """|T_* U - T_* V| <= gamma |U - V| in the supremum norm."""
    images = (optimality_v(mdp, each) for each in (state_values, other_state_values))
    yield _contracts(mdp, images, state_values - other_state_values)


@law("bellman.optimality_v")
def optimality_v_is_monotone(mdp: MDP, state_values: Array, other_state_values: Array) -> Claims:
    """U <= V everywhere implies T_* U <= T_* V."""
    above = state_values + abs(other_state_values)
    yield at_most(optimality_v(mdp, state_values), optimality_v(mdp, above))


@law("bellman.optimality_v", derivation=True)
def optimality_v_is_the_best_expectation(mdp: MDP, policy: Array, state_values: Array) -> Claims:
    """T_* V is the largest T_pi V among all deterministic policies, and no stochastic policy exceeds it."""
    images = [expectation_v(mdp, actions, state_values) for actions in deterministic_policies(mdp)]
    yield equal(optimality_v(mdp, state_values), np.stack(images).max(axis=0))
    yield at_most(expectation_v(mdp, policy, state_values), optimality_v(mdp, state_values))


@law("bellman.optimality_q")
def optimality_q_contracts(mdp: MDP, action_values: Array, other_action_values: Array) -> Claims:
    """|T_* Q - T_* Q'| <= gamma |Q - Q'| in the supremum norm."""
    images = (optimality_q(mdp, each) for each in (action_values, other_action_values))
    yield _contracts(mdp, images, action_values - other_action_values)


@law("bellman.optimality_q")
def optimality_q_matches_optimality_v(mdp: MDP, action_values: Array) -> Claims:
    """Maximising over actions commutes with T_*: max_a T_* Q = T_* max_a Q."""
    images = optimality_q(mdp, action_values)
    yield equal(images.max(axis=1), optimality_v(mdp, action_values.max(axis=1)))


@law("bellman.optimality_q")
def optimality_q_dominates_expectation_q(mdp: MDP, policy: Array, action_values: Array) -> Claims:
    """T_pi Q <= T_* Q, with equality for the policy that is greedy with respect to Q."""
    images = optimality_q(mdp, action_values)
    yield at_most(expectation_q(mdp, policy, action_values), images)
    yield equal(expectation_q(mdp, greedy(action_values), action_values), images)


@law("bellman.optimality_q", derivation=True)
def optimality_q_equals_brute_force(mdp: MDP, action_values: Array) -> Claims:
    """(T_* Q)(s,a) is the largest mean of R_1 + gamma Q(s_1, a_1) over one step, among all deterministic policies."""
    larger, pairs = deviating(mdp), mdp.reward.size

    def mean(actions: Array) -> Array:
        chosen = action_values[np.arange(mdp.number_of_states), actions]
        anywhere = np.append(actions, np.zeros(pairs, dtype=int))
        lands = np.append(chosen, 0 * action_values)
        return expectation_from(
            larger, anywhere, 1, lambda path: path.rewards[0] + mdp.discount * lands[path.states[1]]
        )[mdp.number_of_states :]

    best = np.stack([mean(actions) for actions in deterministic_policies(mdp)]).max(axis=0)
    yield equal(optimality_q(mdp, action_values), best.reshape(mdp.reward.shape))


@law("bellman.residual_bound")
def residual_bounds_the_error(mdp: MDP, policy: Array, state_values: Array) -> Claims:
    """|U - v_pi| <= bound, in every state."""
    yield at_most(abs(state_values - v(mdp, policy)), residual_bound(mdp, policy, state_values))


@law("bellman.residual_bound", derivation=True)
def residual_bound_is_attained(mdp: MDP, policy: Array, shift: Any) -> Claims:
    """For U = v_pi + c the bound is the error |c|."""
    yield equal(residual_bound(mdp, policy, v(mdp, policy) + shift), abs(shift))


@law("bellman.residual_bound")
def residual_bound_of_v_is_zero(mdp: MDP, policy: Array) -> Claims:
    """The values themselves have no residual."""
    yield equal(residual_bound(mdp, policy, v(mdp, policy)), 0)


@law("bellman.residual_bound")
def residual_bound_is_not_loose(mdp: MDP, policy: Array, state_values: Array) -> Claims:
    """The bound is at most (1 + gamma) / (1 - gamma) times the largest error."""
    error, gamma = abs(state_values - v(mdp, policy)).max(), mdp.discount
    yield at_most(residual_bound(mdp, policy, state_values), (1 + gamma) / (1 - gamma) * error)


def _contracts(mdp: MDP, images: Any, difference: Array) -> Any:
    first, second = images
    return at_most(abs(first - second).max(), mdp.discount * abs(difference).max())

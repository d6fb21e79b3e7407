"""Laws of the linear program of the optimal values."""

import numpy as np

from rlproof.laws._common import Array, Claims, deterministic_policies, expectation_from
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import numbers
from rlproof.spec.bellman import duality_gap, linear_program, optimality_v
from rlproof.spec.decision_process import MDP
from rlproof.spec.dp import policy_iteration
from rlproof.spec.mdp import eta, occupancy
from rlproof.spec.value import advantage, optimal_v, v


@law("bellman.linear_program")
def feasible_values_dominate(mdp: MDP, state_values: Array) -> Claims:
    """Raised until no constraint is violated, V is nowhere below v_*."""
    violation = numbers.largest(numbers.maximum(-linear_program(mdp, state_values), 0 * mdp.reward))
    feasible = state_values + violation / (1 - mdp.discount)
    yield at_most(0, linear_program(mdp, feasible))
    yield at_most(optimal_v(mdp), feasible)


@law("bellman.linear_program")
def slack_of_v_is_minus_the_advantage(mdp: MDP, policy: Array) -> Claims:
    """At V = v_pi the slack is -A_pi."""
    yield equal(linear_program(mdp, v(mdp, policy)), -advantage(mdp, policy))


@law("bellman.linear_program", derivation=True)
def slack_is_complementary_at_the_optimum(mdp: MDP) -> Claims:
    """Primal and dual solution satisfy x(s,a) slack(s,a) = 0, and their objectives are equal."""
    best, values = policy_iteration(mdp), optimal_v(mdp)
    dual = occupancy(mdp, best)
    yield at_most(0, linear_program(mdp, values))
    yield equal(dual * linear_program(mdp, values), 0)
    yield equal(mdp.initial @ values, (dual * mdp.reward).sum())


@law("bellman.linear_program", derivation=True)
def slack_is_zero_at_the_best_action(mdp: MDP, state_values: Array) -> Claims:
    """min_a slack(s, a) = (V - T_* V)(s), and the slack of an action is V minus its mean over one enumerated step."""
    slack = linear_program(mdp, state_values)
    yield equal(-numbers.largest(-slack, axis=1), state_values - optimality_v(mdp, state_values))
    for action in range(mdp.number_of_actions):
        always = np.full(mdp.number_of_states, action)
        backed_up = expectation_from(
            mdp, always, 1, lambda path: path.rewards[0] + mdp.discount * state_values[path.states[1]]
        )
        yield equal(slack[:, action], state_values - backed_up)


@law("bellman.duality_gap", derivation=True)
def gap_is_the_slack_that_is_visited(mdp: MDP, policy: Array, state_values: Array) -> Claims:
    """rho_0 . V - <x, R> = <x, slack(V)> for every V and every policy."""
    visited_slack = (occupancy(mdp, policy) * linear_program(mdp, state_values)).sum()
    yield equal(duality_gap(mdp, policy, state_values), visited_slack)


@law("bellman.duality_gap")
def gap_is_not_negative(mdp: MDP, policy: Array, potential: Array) -> Claims:
    """Weak duality: no policy earns more than a feasible V promises."""
    violation = numbers.largest(numbers.maximum(-linear_program(mdp, potential), 0 * mdp.reward))
    yield at_most(0, duality_gap(mdp, policy, potential + violation / (1 - mdp.discount)))


@law("bellman.duality_gap")
def gap_bounds_the_loss(mdp: MDP, policy: Array) -> Claims:
    """At V = v_* it is eta(pi_*) - eta(pi), at V = v_pi zero."""
    loss = eta(mdp, policy_iteration(mdp)) - eta(mdp, policy)
    yield equal(duality_gap(mdp, policy, optimal_v(mdp)), loss)
    yield equal(duality_gap(mdp, policy, v(mdp, policy)), 0)


@law("bellman.duality_gap", derivation=True)
def gap_closes_at_the_optimum(mdp: MDP) -> Claims:
    """Strong duality by brute force: at v_* the least gap among all deterministic policies is zero."""
    gaps = [duality_gap(mdp, actions, optimal_v(mdp)) for actions in deterministic_policies(mdp)]
    yield equal(-numbers.largest(-numbers.stack(gaps)), 0)

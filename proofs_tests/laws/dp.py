"""Laws of dynamic programming."""

from typing import Any

import numpy as np

from rlproof.laws._common import (
    Array,
    Claims,
    deterministic_policies,
    discounted_sum,
    expectation_from,
    killed,
    shaped,
)
from rlproof.oracle.claims import at_most, equal, true
from rlproof.oracle.law import law
from rlproof.spec import numbers
from rlproof.spec.bellman import expectation_v, optimality_v
from rlproof.spec.decision_process import MDP
from rlproof.spec.dp import (
    greedy_loss_bound,
    modified_policy_iteration,
    policy_evaluation,
    policy_improvement,
    policy_iteration,
    value_iteration,
)
from rlproof.spec.mdp import policy_kernel, policy_reward
from rlproof.spec.policy import greedy
from rlproof.spec.value import optimal_v, v


@law("dp.policy_evaluation")
def evaluation_contracts(mdp: MDP, policy: Array, state_values: Array, sweeps: int) -> Claims:
    """|V_n - v_pi| <= gamma^n |V_0 - v_pi| in the supremum norm."""
    values = v(mdp, policy)
    error = abs(policy_evaluation(mdp, policy, state_values, sweeps=sweeps) - values).max()
    yield at_most(error, mdp.discount**sweeps * abs(state_values - values).max())


@law("dp.policy_evaluation", derivation=True)
def evaluation_equals_enumeration(mdp: MDP, policy: Array, state_values: Array) -> Claims:
    """V_n(s) = E[sum_{t<n} gamma^t R_{t+1} + gamma^n V_0(s_n) | s_0 = s], over all trajectories."""
    for steps in (1, 2):
        returns = expectation_from(
            mdp,
            policy,
            steps,
            lambda path: discounted_sum(mdp.discount, [*path.rewards, state_values[path.states[-1]]]),
        )
        yield equal(policy_evaluation(mdp, policy, state_values, sweeps=steps), returns)


@law("dp.policy_evaluation")
def evaluation_sweeps_add_up(mdp: MDP, policy: Array, state_values: Array, sweeps: int) -> Claims:
    """n sweeps and then two more are n + 2 sweeps, and no sweep changes nothing."""
    before = policy_evaluation(mdp, policy, state_values, sweeps=sweeps)
    after = policy_evaluation(mdp, policy, before, sweeps=2)
    yield equal(after, policy_evaluation(mdp, policy, state_values, sweeps=sweeps + 2))
    yield equal(policy_evaluation(mdp, policy, state_values, sweeps=0), state_values)


@law("dp.value_iteration")
def value_iteration_contracts(mdp: MDP, state_values: Array, sweeps: int) -> Claims:
    """|V_n - v_*| <= gamma^n |V_0 - v_*| in the supremum norm."""
    values = optimal_v(mdp)
    error = abs(value_iteration(mdp, state_values, sweeps=sweeps) - values).max()
    yield at_most(error, mdp.discount**sweeps * abs(state_values - values).max())


@law("dp.value_iteration", derivation=True)
def value_iteration_equals_expectimax(mdp: MDP, state_values: Array, sweeps: int) -> Claims:
    """V_n(s) is the value of the game tree of n steps below s, whose leaves are worth V_0."""

    def worth(state: int, steps: int) -> Any:
        if steps == 0:
            return state_values[state]
        return max(chosen(state, action, steps) for action in range(mdp.number_of_actions))

    def chosen(state: int, action: int, steps: int) -> Any:
        branches = enumerate(mdp.transition[state, action])
        rest = sum(chance * worth(following, steps - 1) for following, chance in branches if chance)
        return mdp.reward[state, action] + mdp.discount * rest

    trees = [worth(state, sweeps) for state in range(mdp.number_of_states)]
    yield equal(value_iteration(mdp, state_values, sweeps=sweeps), numbers.stack(trees))


@law("dp.value_iteration")
def value_iteration_dominates_evaluation(mdp: MDP, policy: Array, state_values: Array, sweeps: int) -> Claims:
    """From the same start, n sweeps of T_* are nowhere below n sweeps of T_pi."""
    evaluated = policy_evaluation(mdp, policy, state_values, sweeps=sweeps)
    yield at_most(evaluated, value_iteration(mdp, state_values, sweeps=sweeps))


@law("dp.value_iteration", derivation=True)
def value_iteration_equals_the_best_plan(mdp: MDP, state_values: Array) -> Claims:
    """V_2(s) is the largest return over two steps among all pairs of deterministic policies, one per step."""
    rules = list(deterministic_policies(mdp))
    rewards = np.stack([policy_reward(mdp, rule) for rule in rules])
    kernels = np.stack([policy_kernel(mdp, rule) for rule in rules])
    last = rewards + mdp.discount * (kernels @ state_values)
    plans = rewards[:, None] + mdp.discount * (last @ kernels.transpose(0, 2, 1))  # [first, second, S]
    yield equal(value_iteration(mdp, state_values, sweeps=2), plans.max(axis=(0, 1)))


@law("dp.policy_improvement")
def improvement_never_worsens(mdp: MDP, policy: Array) -> Claims:
    """v_pi' >= v_pi in every state, for the policy and for every deterministic one."""
    for each in (policy, *deterministic_policies(mdp)):
        yield at_most(v(mdp, each), v(mdp, policy_improvement(mdp, each)))


@law("dp.policy_improvement")
def improvement_is_strict_unless_optimal(mdp: MDP, policy: Array) -> Claims:
    """If v_pi' = v_pi then v_pi = v_*, for the policy and for every deterministic one."""
    best = optimal_v(mdp)
    for each in (policy, *deterministic_policies(mdp)):
        before, after = v(mdp, each), v(mdp, policy_improvement(mdp, each))
        yield true(np.any(before != after) or np.all(before == best))


@law("dp.policy_improvement")
def improvement_is_invariant_to_shaping(mdp: MDP, policy: Array, potential: Array) -> Claims:
    """Rewards R + gamma P Phi - Phi leave the improved policy as it is, ties included."""
    yield equal(policy_improvement(shaped(mdp, potential), policy), policy_improvement(mdp, policy))


@law("dp.policy_improvement")
def improvement_backs_up_the_best(mdp: MDP, policy: Array) -> Claims:
    """T_pi' v_pi = T_* v_pi: no other change of the first action gains more."""
    values, better = v(mdp, policy), policy_improvement(mdp, policy)
    yield equal(expectation_v(mdp, better, values), optimality_v(mdp, values))


@law("dp.policy_improvement")
def improvement_passes_over_copies(mdp: MDP, policy: Array) -> Claims:
    """Copies of all actions, listed after them, are never taken, since ties go to the lowest index."""
    transition, reward = (np.concatenate([field] * 2, axis=1) for field in (mdp.transition, mdp.reward))
    doubled = mdp.replace(transition=transition, reward=reward)
    improved = policy_improvement(doubled, np.concatenate([0 * policy, policy], axis=1))
    yield equal(improved, policy_improvement(mdp, policy))


@law("dp.policy_improvement", derivation=True)
def improvement_equals_brute_force(mdp: MDP, policy: Array) -> Claims:
    """In each state it is the first action whose mean return, over one enumerated step and then v_pi, is largest."""
    values = v(mdp, policy)
    means = [
        expectation_from(mdp, np.full(mdp.number_of_states, action), 1, lambda path: _return_after(mdp, values, path))
        for action in range(mdp.number_of_actions)
    ]
    first_best = [column.index(max(column)) for column in zip(*map(list, means), strict=True)]
    yield equal(policy_improvement(mdp, policy), np.array(first_best))


@law("dp.policy_iteration")
def policy_iteration_is_optimal(mdp: MDP) -> Claims:
    """The values v of the policy satisfy T_* v = v."""
    values = v(mdp, policy_iteration(mdp))
    yield equal(optimality_v(mdp, values), values)


@law("dp.policy_iteration", derivation=True)
def policy_iteration_equals_brute_force(mdp: MDP) -> Claims:
    """No deterministic policy has a larger value in any state."""
    values = v(mdp, policy_iteration(mdp))
    every = np.stack([v(mdp, actions) for actions in deterministic_policies(mdp)])
    yield equal(values, every.max(axis=0))


@law("dp.policy_iteration")
def policy_iteration_is_a_fixed_point(mdp: MDP) -> Claims:
    """Improving the policy once more leaves its values as they are."""
    actions = policy_iteration(mdp)
    yield equal(v(mdp, policy_improvement(mdp, actions)), v(mdp, actions))


@law("dp.policy_iteration")
def policy_iteration_avoids_costly_loops(mdp: MDP) -> Claims:
    """At discount one, a first action that stays in place and costs 1 is never taken and changes no value."""
    mortal = killed(mdp)
    stay = numbers.exact(np.eye(mortal.number_of_states, dtype=int))[:, None]
    cost = numbers.exact(mortal.terminal.astype(int) - 1)[:, None]
    tempting = mortal.replace(
        transition=np.concatenate([stay, mortal.transition], axis=1),
        reward=np.concatenate([cost, mortal.reward], axis=1),
    )
    actions = policy_iteration(tempting)
    yield true(actions[:-1] > 0)
    yield equal(v(tempting, actions)[:-1], optimal_v(mdp))


@law("dp.modified_policy_iteration")
def one_sweep_is_value_iteration(mdp: MDP, state_values: Array) -> Claims:
    """With m = 1 it is T_* V, with m = 0 it is V."""
    swept = modified_policy_iteration(mdp, state_values, sweeps=1)
    yield equal(swept, optimality_v(mdp, state_values))
    yield equal(modified_policy_iteration(mdp, state_values, sweeps=0), state_values)


@law("dp.modified_policy_iteration", derivation=True)
def many_sweeps_approach_policy_iteration(mdp: MDP, policy: Array, sweeps: int) -> Claims:
    """From V = v_pi, m sweeps are within gamma^m |v_pi - v_pi'| of the value of the improved policy pi'."""
    values = v(mdp, policy)
    improved = v(mdp, policy_improvement(mdp, policy))
    error = abs(modified_policy_iteration(mdp, values, sweeps=sweeps) - improved).max()
    yield at_most(error, mdp.discount**sweeps * abs(values - improved).max())


@law("dp.modified_policy_iteration", derivation=True)
def modified_equals_enumeration(mdp: MDP, state_values: Array) -> Claims:
    """V'(s) = E[sum_{t<m} gamma^t R_{t+1} + gamma^m V(s_m)] for the greedy policy, over all trajectories."""
    backed_up = mdp.reward + mdp.discount * (mdp.transition @ state_values)
    actions = np.array([list(row).index(max(row)) for row in backed_up])
    for steps in (1, 2):
        returns = expectation_from(
            mdp,
            actions,
            steps,
            lambda path: discounted_sum(mdp.discount, [*path.rewards, state_values[path.states[-1]]]),
        )
        yield equal(modified_policy_iteration(mdp, state_values, sweeps=steps), returns)


@law("dp.modified_policy_iteration")
def modified_improves_monotonically(mdp: MDP, policy: Array, sweeps: int) -> Claims:
    """From V = v_pi, more sweeps never give less, and none gives more than v_*."""
    values = v(mdp, policy)
    fewer = modified_policy_iteration(mdp, values, sweeps=sweeps)
    more = modified_policy_iteration(mdp, values, sweeps=sweeps + 1)
    yield at_most(fewer, more)
    yield at_most(more, optimal_v(mdp))


@law("dp.greedy_loss_bound")
def greedy_loss_is_bounded(mdp: MDP, state_values: Array) -> Claims:
    """0 <= v_* - v_pi <= the bound, for the policy that is greedy with respect to U."""
    best, greedy_policy = optimal_v(mdp), greedy(mdp.reward + mdp.discount * (mdp.transition @ state_values))
    loss = best - v(mdp, greedy_policy)
    yield at_most(0, loss)
    yield at_most(loss, greedy_loss_bound(mdp, state_values, best))


@law("dp.greedy_loss_bound", derivation=True)
def greedy_loss_bound_is_attained(mdp: MDP, shift: Any) -> Claims:
    """Staying costs 2 gamma |b|, leaving is free: estimates off by |b| make them tie, and staying loses the bound."""
    gamma, error = mdp.discount, abs(shift)
    ends = numbers.exact([[[1, 0], [0, 1]], [[0, 1], [0, 1]]])
    reward = numbers.stack([numbers.stack([-2 * gamma * error, 0 * gamma]), numbers.stack([0 * gamma, 0 * gamma])])
    process = MDP(ends, reward, numbers.exact([1, 0]), gamma)
    estimate, best = numbers.stack([error, -error]), optimal_v(process)
    staying = v(process, greedy(reward + gamma * (ends @ estimate)))
    yield equal(best, 0)
    yield equal((best - staying)[0], greedy_loss_bound(process, estimate, best))


@law("dp.greedy_loss_bound", derivation=True)
def greedy_loss_bound_holds_of_every_greedy_policy(mdp: MDP, shift: Any) -> Claims:
    """Brute force: at U = v_* + b, every policy attaining T_* U is optimal; the bound is 2 gamma |b| / (1 - gamma)."""
    best = optimal_v(mdp)
    estimate = best + shift
    bound = greedy_loss_bound(mdp, estimate, best)
    yield equal(bound, 2 * mdp.discount * abs(shift) / (1 - mdp.discount))
    for actions in deterministic_policies(mdp):
        if np.all(expectation_v(mdp, actions, estimate) == optimality_v(mdp, estimate)):
            yield equal(v(mdp, actions), best)


def _return_after(mdp: MDP, values: Array, path: Any) -> Any:
    """The return of one trajectory, continued by the value of its last state."""
    return discounted_sum(mdp.discount, [*path.rewards, values[path.states[-1]]])

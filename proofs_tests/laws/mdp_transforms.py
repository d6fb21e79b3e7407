"""Laws of equivalent processes: termination, discounting, changed rewards."""

from typing import Any

import numpy as np

from rlproof.laws._common import (
    Array,
    Claims,
    deterministic_policies,
    discounted_sum,
    expectation_from,
    extended,
    killed,
    off_terminal,
)
from rlproof.oracle.claims import at_most, equal, true
from rlproof.oracle.law import law
from rlproof.spec import numbers, trajectories, value
from rlproof.spec.decision_process import MDP
from rlproof.spec.mdp import (
    discount_as_termination,
    discounted_visitation,
    eta,
    finite_horizon_return,
    policy_reward,
    potential_shaping,
    reward_affine,
    reward_convention,
    terminal_absorbing,
)


@law("mdp.terminal_absorbing", derivation=True)
def ended_transitions_lead_to_an_absorbing_state(mdp: MDP, policy: Array, ended: Array) -> Claims:
    """V is v_pi of the process of S + 1 states in which the flagged transitions lead to a terminal one."""
    larger = _with_an_end(mdp, ended)
    row = numbers.exact((np.arange(mdp.number_of_actions) == 0).astype(int))
    values = value.v(larger, np.concatenate([policy, row[None]]))
    yield equal(terminal_absorbing(mdp, policy, ended), values[:-1])
    yield equal(values[-1], 0)


@law("mdp.terminal_absorbing", derivation=True)
def ended_equals_enumeration(mdp: MDP, policy: Array, ended: Array) -> Claims:
    """V(s) = E[rewards until the end or time 2, then gamma^2 V(s_2) unless it ended], over all trajectories."""
    values = terminal_absorbing(mdp, policy, ended)

    def until_the_end(path: Any) -> Any:
        steps = zip(path.states[:-1], path.actions, path.states[1:], strict=True)
        flags = [bool(ended[step]) for step in steps]
        going = [1, 1 - flags[0], (1 - flags[0]) * (1 - flags[1])]
        return discounted_sum(mdp.discount, [*path.rewards, values[path.states[-1]]] * np.array(going))

    yield equal(values, expectation_from(mdp, policy, 2, until_the_end))


@law("mdp.terminal_absorbing")
def ended_nowhere_is_v(mdp: MDP, policy: Array) -> Claims:
    """Without flags V = v_pi."""
    none = np.zeros(mdp.transition.shape, dtype=bool)
    yield equal(terminal_absorbing(mdp, policy, none), value.v(mdp, policy))


@law("mdp.terminal_absorbing")
def ended_everywhere_is_the_reward(mdp: MDP, policy: Array) -> Claims:
    """If every transition ends the episode, V = r_pi: its reward counts, nothing after it does."""
    every = np.ones(mdp.transition.shape, dtype=bool)
    yield equal(terminal_absorbing(mdp, policy, every), policy_reward(mdp, policy))


@law("mdp.terminal_absorbing")
def ended_on_entering_terminal_states_is_v(mdp: MDP, policy: Array) -> Claims:
    """Flags on the transitions into terminal states change nothing: V = v_pi, zero in terminal states."""
    entering = np.broadcast_to(mdp.terminal, mdp.transition.shape)
    values = terminal_absorbing(mdp, policy, entering)
    yield equal(values, value.v(mdp, policy))
    yield equal(values, off_terminal(mdp, values))


@law("mdp.terminal_absorbing")
def ended_discounts_as_if_killed(mdp: MDP, policy: Array, ended: Array) -> Claims:
    """V is that of the process at discount one that survives each step with probability gamma, flags as before."""
    mortal = killed(mdp)
    flags = np.pad(ended, ((0, 1), (0, 0), (0, 1)))
    values = terminal_absorbing(mortal, extended(policy, mortal), flags)
    yield equal(values, np.append(terminal_absorbing(mdp, policy, ended), numbers.exact([0])))


@law("mdp.discount_as_termination")
def death_makes_rows_sum_to_one(mdp: MDP, policy: Array) -> Claims:
    """K >= 0, its rows sum to one, and death leads to itself only."""
    kernel = discount_as_termination(mdp, policy)
    yield at_most(0, kernel)
    yield equal(kernel.sum(axis=1), 1)
    yield equal(kernel[-1, -1], 1)


@law("mdp.discount_as_termination")
def death_comes_after_geometric_time(mdp: MDP, policy: Array, horizon: int) -> Claims:
    """From anywhere, the probability to be alive after n steps is gamma^n."""
    occupied = numbers.exact(np.eye(mdp.number_of_states + 1, dtype=int))[:-1]
    for _ in range(horizon):
        occupied = occupied @ discount_as_termination(mdp, policy)
    yield equal(occupied[:, :-1].sum(axis=1), mdp.discount**horizon)


@law("mdp.discount_as_termination", derivation=True)
def death_replaces_the_discount(mdp: MDP, policy: Array) -> Claims:
    """Undiscounted sums until death are v_pi, undiscounted visits until death rho_pi."""
    alive = discount_as_termination(mdp, policy)[:-1, :-1]
    matrix = numbers.exact(np.eye(len(alive), dtype=int)) - alive
    yield equal(numbers.solve(matrix, policy_reward(mdp, policy)), value.v(mdp, policy))
    yield equal(numbers.solve(matrix.T, mdp.initial), discounted_visitation(mdp, policy))


@law("mdp.discount_as_termination", derivation=True)
def death_at_a_geometric_time_discounts_returns(mdp: MDP, policy: Array, horizon: int) -> Claims:
    """sum_{h<=H} P(death at h) U_h + P(later) U_H = E[sum_{t<H} gamma^t R_{t+1}], U_h undiscounted over h steps."""
    occupied = np.append(mdp.initial, numbers.exact([0]))
    rewards = np.append(policy_reward(mdp, policy), numbers.exact([0]))
    living, undiscounted, total, kernel = mdp.initial, 0, 0, discount_as_termination(mdp, policy)
    for _ in range(horizon):
        before = occupied[-1]
        undiscounted = undiscounted + living @ rewards[:-1]
        living, occupied = _step(mdp, policy, living), occupied @ kernel
        total = total + (occupied[-1] - before) * undiscounted
    total = total + (1 - occupied[-1]) * undiscounted
    yield equal(total, finite_horizon_return(mdp, policy, horizon=horizon))


@law("mdp.reward_convention")
def paying_on_entry_shifts_eta_by_one_visit(mdp: MDP, policy: Array, state_reward: Array) -> Claims:
    """eta_now = rho_0 . r + gamma eta_enter, without terminal states."""
    now, enter = _both_conventions(mdp, state_reward)
    shifted = mdp.initial @ state_reward + mdp.discount * eta(enter, policy)
    yield equal(eta(now, policy), shifted)


@law("mdp.reward_convention")
def paying_on_entry_scales_advantages(mdp: MDP, policy: Array, state_reward: Array) -> Claims:
    """A_now = gamma A_enter, without terminal states: policies are ordered alike, epsilon is not the same."""
    now, enter = _both_conventions(mdp, state_reward)
    yield equal(value.advantage(now, policy), mdp.discount * value.advantage(enter, policy))


@law("mdp.reward_convention", derivation=True)
def paying_on_entry_equals_enumeration(mdp: MDP, policy: Array, state_reward: Array) -> Claims:
    """Over all trajectories of two steps, rewards R(s_t, a_t) and r(s_{t+1}) on entry have the same mean return."""
    paying = mdp.replace(reward=reward_convention(mdp, state_reward))

    def on_entry(path: Any) -> Any:
        left, entered = list(path.states[:-1]), list(path.states[1:])
        return discounted_sum(mdp.discount, np.where(mdp.terminal[left], 0, state_reward[entered]))

    by_pairs = expectation_from(paying, policy, 2, lambda path: discounted_sum(mdp.discount, path.rewards))
    yield equal(by_pairs, expectation_from(mdp, policy, 2, on_entry))


@law("mdp.reward_convention")
def paying_on_entry_pays_constants(mdp: MDP, shift: Any) -> Claims:
    """If every state pays b, every action outside terminal states does."""
    paid = reward_convention(mdp, 0 * mdp.initial + shift)
    yield equal(paid, np.where(mdp.terminal, 0, 1)[:, None] * shift)


@law("mdp.reward_affine", derivation=True)
def affine_rewards_make_affine_values(mdp: MDP, policy: Array, scale: Any, shift: Any) -> Claims:
    """v' = c v + b / (1 - gamma) in closed form, without terminal states."""
    endless = mdp.replace(terminal=None)
    changed = endless.replace(reward=reward_affine(endless, scale=scale, shift=shift))
    yield equal(value.v(changed, policy), scale * value.v(mdp, policy) + shift / (1 - mdp.discount))


@law("mdp.reward_affine")
def affine_rewards_scale_advantages(mdp: MDP, policy: Array, scale: Any, shift: Any) -> Claims:
    """A' = c A, without terminal states."""
    endless = mdp.replace(terminal=None)
    changed = endless.replace(reward=reward_affine(endless, scale=scale, shift=shift))
    yield equal(value.advantage(changed, policy), scale * value.advantage(mdp, policy))


@law("mdp.reward_affine", derivation=True)
def affine_rewards_pay_for_time(mdp: MDP, policy: Array, scale: Any, shift: Any) -> Claims:
    """With terminal states eta' = c eta + b sum_s rho_pi(s) over the states that are not terminal."""
    changed = mdp.replace(reward=reward_affine(mdp, scale=scale, shift=shift))
    lifetime = discounted_visitation(mdp, policy)[~mdp.terminal].sum()
    yield equal(eta(changed, policy), scale * eta(mdp, policy) + shift * lifetime)


@law("mdp.reward_affine")
def affine_rewards_compose(mdp: MDP, scale: Any, shift: Any, alpha: Any) -> Claims:
    """c R + b, then d R + e, is c d R + (d b + e); c = 1 and b = 0 change nothing."""
    changed = mdp.replace(reward=reward_affine(mdp, scale=scale, shift=shift))
    twice = reward_affine(changed, scale=alpha, shift=shift)
    yield equal(twice, reward_affine(mdp, scale=alpha * scale, shift=alpha * shift + shift))
    yield equal(reward_affine(mdp, scale=1, shift=0), mdp.reward)


@law("mdp.potential_shaping")
def shaping_subtracts_the_potential(mdp: MDP, policy: Array, potential: Array) -> Claims:
    """v' = v - Phi and A' = A, with Phi = 0 in terminal states; eta' = eta - rho_0 . Phi."""
    potential_there = off_terminal(mdp, potential)
    changed = mdp.replace(reward=potential_shaping(mdp, potential))
    yield equal(value.v(changed, policy), value.v(mdp, policy) - potential_there)
    yield equal(value.advantage(changed, policy), value.advantage(mdp, policy))
    yield equal(eta(changed, policy), eta(mdp, policy) - mdp.initial @ potential_there)


@law("mdp.potential_shaping", derivation=True)
def shaping_telescopes(mdp: MDP, policy: Array, potential: Array) -> Claims:
    """Over all trajectories, the mean return gains gamma^2 E[Phi(s_2)] - Phi(s_0): all between cancels."""
    potential_there = off_terminal(mdp, potential)
    changed = mdp.replace(reward=potential_shaping(mdp, potential))
    gained = expectation_from(changed, policy, 2, lambda path: discounted_sum(mdp.discount, path.rewards))
    gained = gained - expectation_from(mdp, policy, 2, lambda path: discounted_sum(mdp.discount, path.rewards))
    rest = expectation_from(mdp, policy, 2, lambda path: potential_there[path.states[-1]])
    yield equal(gained, mdp.discount**2 * rest - potential_there)


@law("mdp.potential_shaping", derivation=True)
def shaping_keeps_optimal_policies(mdp: MDP, potential: Array) -> Claims:
    """Among all deterministic policies the optimal ones stay optimal, no other becomes so."""
    changed = mdp.replace(reward=potential_shaping(mdp, potential))
    policies = list(deterministic_policies(mdp))
    before, after = (np.stack([value.v(each, policy) for policy in policies]) for each in (mdp, changed))
    yield true((before == before.max(axis=0)) == (after == after.max(axis=0)))


@law("mdp.potential_shaping", derivation=True)
def shaping_by_v_gives_the_advantage(mdp: MDP, policy: Array) -> Claims:
    """With Phi = v_pi the shaped rewards are A_pi."""
    yield equal(potential_shaping(mdp, value.v(mdp, policy)), value.advantage(mdp, policy))


@law("mdp.potential_shaping")
def shaping_adds_up(mdp: MDP, potential: Array, state_values: Array) -> Claims:
    """Shaping by Phi and then by Psi is shaping by Phi + Psi."""
    once = mdp.replace(reward=potential_shaping(mdp, potential))
    yield equal(potential_shaping(once, state_values), potential_shaping(mdp, potential + state_values))


def _with_an_end(mdp: MDP, ended: Array) -> MDP:
    """The process of S + 1 states in which flagged transitions lead to the last one, which is terminal."""
    states, actions = mdp.reward.shape
    transition = numbers.exact(np.zeros((states + 1, actions, states + 1), dtype=int))
    transition[:states, :, :states] = np.where(ended, 0, mdp.transition)
    transition[..., states] = 1 - transition.sum(axis=2)
    reward = np.concatenate([mdp.reward, numbers.exact(np.zeros((1, actions), dtype=int))])
    initial, end = np.append(mdp.initial, numbers.exact([0])), np.arange(states + 1) == states
    return MDP(transition, reward, initial, mdp.discount, end)


def _both_conventions(mdp: MDP, state_reward: Array) -> tuple[MDP, MDP]:
    """The process that pays r(s) while in s, and the one that pays r(s') on entering s'."""
    endless = mdp.replace(terminal=None)
    now = endless.replace(reward=state_reward[:, None] + 0 * mdp.reward)
    return now, endless.replace(reward=reward_convention(endless, state_reward))


def _step(mdp: MDP, policy: Array, occupied: Array) -> Array:
    """The distribution one step later, from trajectories of one step."""
    place = np.eye(mdp.number_of_states, dtype=int)
    paths = trajectories.enumerate(mdp.replace(initial=occupied), policy, 1)
    return sum(path.probability * place[path.states[1]] for path in paths)

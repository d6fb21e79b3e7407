"""Laws of kernels, visitation, expected return and the returns of a trajectory."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims, discounted_sum, expectation_from, extended, killed, mix
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import gae, numbers, value
from rlproof.spec.decision_process import MDP
from rlproof.spec.mdp import (
    discounted_return,
    discounted_visitation,
    eta,
    policy_kernel,
    policy_reward,
    rewards_to_go,
)


@law("mdp.policy_kernel")
def kernel_rows_sum_to_one(mdp: MDP, policy: Array) -> Claims:
    """P_pi >= 0 and sum_s' P_pi(s, s') = 1."""
    kernel = policy_kernel(mdp, policy)
    yield at_most(0, kernel)
    yield equal(kernel.sum(axis=1), 1)


@law("mdp.policy_kernel")
def kernel_is_affine_in_the_policy(mdp: MDP, policy: Array, new_policy: Array, alpha: Any) -> Claims:
    """The kernel of (1 - alpha) pi + alpha pi' is the same mixture of P_pi and P_pi'."""
    mixture = mix(policy_kernel(mdp, policy), policy_kernel(mdp, new_policy), alpha)
    yield equal(policy_kernel(mdp, mix(policy, new_policy, alpha)), mixture)


@law("mdp.policy_kernel", derivation=True)
def kernel_equals_enumerated_step(mdp: MDP, policy: Array) -> Claims:
    """P_pi(s, s') is the probability of s_1 = s' given s_0 = s, summed over all trajectories of one step."""
    place = np.eye(mdp.number_of_states, dtype=int)
    arrivals = expectation_from(mdp, policy, 1, lambda path: place[path.states[1]])
    yield equal(policy_kernel(mdp, policy), arrivals)


@law("mdp.policy_reward")
def reward_is_affine_in_the_policy(mdp: MDP, policy: Array, new_policy: Array, alpha: Any) -> Claims:
    """The reward of (1 - alpha) pi + alpha pi' is the same mixture of r_pi and r_pi'."""
    mixture = mix(policy_reward(mdp, policy), policy_reward(mdp, new_policy), alpha)
    yield equal(policy_reward(mdp, mix(policy, new_policy, alpha)), mixture)


@law("mdp.policy_reward", derivation=True)
def reward_equals_enumerated_step(mdp: MDP, policy: Array) -> Claims:
    """r_pi(s) is the mean of R_1 given s_0 = s, over all trajectories of one step."""
    yield equal(policy_reward(mdp, policy), expectation_from(mdp, policy, 1, lambda path: path.rewards[0]))


@law("mdp.policy_reward")
def reward_lies_between_the_extremes(mdp: MDP, policy: Array) -> Claims:
    """min_a R(s,a) <= r_pi(s) <= max_a R(s,a), and the action that maximises R attains the maximum."""
    rewards, highest = policy_reward(mdp, policy), mdp.reward.max(axis=1)
    yield at_most(mdp.reward.min(axis=1), rewards)
    yield at_most(rewards, highest)
    yield equal(policy_reward(mdp, mdp.reward.argmax(axis=1)), highest)


@law("mdp.discounted_visitation")
def visitation_sums_to_horizon(mdp: MDP, policy: Array) -> Claims:
    """sum_s rho_pi(s) = 1 / (1 - gamma)."""
    yield equal(discounted_visitation(mdp, policy).sum(), 1 / (1 - mdp.discount))


@law("mdp.discounted_visitation")
def visitation_satisfies_the_flow(mdp: MDP, policy: Array) -> Claims:
    """rho_pi(s') = rho_0(s') + gamma sum_s rho_pi(s) sum_a pi(a|s) P(s'|s,a)."""
    visits = discounted_visitation(mdp, policy)
    arrivals = ((visits[:, None] * policy)[..., None] * mdp.transition).sum(axis=(0, 1))
    yield equal(visits, mdp.initial + mdp.discount * arrivals)


@law("mdp.discounted_visitation", derivation=True)
def visitation_equals_power_series(mdp: MDP, policy: Array) -> Claims:
    """rho_pi = sum_{t<n} gamma^t rho_0 P_pi^t + gamma^n rho_pi', where rho_pi' starts from rho_0 P_pi^n."""
    steps, occupied, kernel = 6, mdp.initial, policy_kernel(mdp, policy)
    series = 0 * occupied
    for t in range(steps):
        series, occupied = series + mdp.discount**t * occupied, occupied @ kernel
    rest = discounted_visitation(mdp.replace(initial=occupied), policy)
    yield equal(discounted_visitation(mdp, policy), series + mdp.discount**steps * rest)


@law("mdp.discounted_visitation", derivation=True)
def visitation_equals_enumeration(mdp: MDP, policy: Array) -> Claims:
    """Visits counted over all trajectories up to time H miss rho_pi by gamma^(H+1) / (1 - gamma) in all."""
    horizon, gamma, place = 2, mdp.discount, np.eye(mdp.number_of_states, dtype=int)
    counts = expectation_from(mdp, policy, horizon, lambda path: discounted_sum(gamma, place[list(path.states)]))
    missed = abs(discounted_visitation(mdp, policy) - mdp.initial @ counts)
    yield equal(missed.sum(), gamma ** (horizon + 1) / (1 - gamma))


@law("mdp.discounted_visitation")
def visitation_discounts_as_if_killed(mdp: MDP, policy: Array) -> Claims:
    """rho_pi is that of the process at discount one that survives each step with probability gamma."""
    mortal = killed(mdp)
    visits = np.append(discounted_visitation(mdp, policy), numbers.exact([1]))
    yield equal(discounted_visitation(mortal, extended(policy, mortal)), visits)


@law("mdp.eta", derivation=True)
def eta_equals_visitation_times_reward(mdp: MDP, policy: Array) -> Claims:
    """eta(pi) = sum_s rho_pi(s) sum_a pi(a|s) R(s,a)."""
    weights = discounted_visitation(mdp, policy)[:, None] * policy
    yield equal(eta(mdp, policy), (weights * mdp.reward).sum())


@law("mdp.eta", derivation=True)
def eta_equals_enumeration_up_to_the_tail(mdp: MDP, policy: Array) -> Claims:
    """|eta - E[sum_{t<H} gamma^t R_{t+1}]| = |E[gamma^H v_pi(s_H)]| <= gamma^H max|R| / (1 - gamma)."""
    horizon, gamma, values = 2, mdp.discount, value.v(mdp, policy)
    returns = expectation_from(mdp, policy, horizon, lambda path: discounted_sum(gamma, path.rewards))
    rest = expectation_from(mdp, policy, horizon, lambda path: gamma**horizon * values[path.states[-1]])
    missed = eta(mdp, policy) - mdp.initial @ returns
    yield equal(missed, mdp.initial @ rest)
    yield at_most(abs(missed), gamma**horizon * abs(mdp.reward).max() / (1 - gamma))


@law("mdp.eta")
def eta_scales_with_the_reward(mdp: MDP, policy: Array, scale: Any, shift: Any) -> Claims:
    """Rewards a R + b in every state, terminal ones too, make eta a eta + b / (1 - gamma)."""
    changed = mdp.replace(reward=scale * mdp.reward + shift, terminal=None)
    yield equal(eta(changed, policy), scale * eta(mdp, policy) + shift / (1 - mdp.discount))


@law("mdp.eta")
def eta_is_invariant_to_relabelling(mdp: MDP, policy: Array, relabelling: Array) -> Claims:
    """Renaming the states changes nothing."""
    renamed = MDP(
        mdp.transition[relabelling][..., relabelling],
        mdp.reward[relabelling],
        mdp.initial[relabelling],
        mdp.discount,
        mdp.terminal[relabelling],
    )
    yield equal(eta(renamed, policy[relabelling]), eta(mdp, policy))


@law("mdp.eta")
def eta_discounts_as_if_killed(mdp: MDP, policy: Array) -> Claims:
    """eta is the undiscounted return of the process that survives each step with probability gamma."""
    mortal = killed(mdp)
    yield equal(eta(mortal, extended(policy, mortal)), eta(mdp, policy))


@law("mdp.discounted_return", derivation=True)
def return_equals_horner_recursion(rewards: Array, gamma: Any) -> Claims:
    """G_0 = R_1 + gamma (R_2 + gamma (R_3 + ...))."""
    following = 0
    for reward in rewards[::-1]:
        following = reward + gamma * following
    yield equal(discounted_return(rewards, gamma=gamma), following)


@law("mdp.discounted_return")
def return_is_linear(rewards: Array, other_rewards: Array, gamma: Any, scale: Any) -> Claims:
    """G(c R + R') = c G(R) + G(R')."""
    first, second = (discounted_return(each, gamma=gamma) for each in (rewards, other_rewards))
    yield equal(discounted_return(scale * rewards + other_rewards, gamma=gamma), scale * first + second)


@law("mdp.discounted_return")
def return_shifts_with_the_reward(rewards: Array, gamma: Any, shift: Any) -> Claims:
    """Rewards R + b make the return G + b (1 - gamma^T) / (1 - gamma), and G + b T at discount one."""
    steps = len(rewards)
    total = (1 - gamma**steps) / (1 - gamma) if gamma != 1 else steps
    plain, shifted = (discounted_return(each, gamma=gamma) for each in (rewards, rewards + shift))
    yield equal(shifted, plain + shift * total)


@law("mdp.discounted_return")
def return_splits_at_any_time(rewards: Array, other_rewards: Array, gamma: Any) -> Claims:
    """The return of R followed by R' is G(R) + gamma^T G(R')."""
    first, second = (discounted_return(each, gamma=gamma) for each in (rewards, other_rewards))
    joined = np.concatenate([rewards, other_rewards])
    yield equal(discounted_return(joined, gamma=gamma), first + gamma ** len(rewards) * second)


@law("mdp.discounted_return")
def return_maps_over_trailing_axes(rewards: Array, other_rewards: Array, gamma: Any) -> Claims:
    """Sequences side by side have the returns that they have alone."""
    columns = discounted_return(np.stack([rewards, other_rewards], axis=1), gamma=gamma)
    yield equal(columns[0], discounted_return(rewards, gamma=gamma))
    yield equal(columns[1], discounted_return(other_rewards, gamma=gamma))


@law("mdp.rewards_to_go", derivation=True)
def rewards_to_go_equal_explicit_sums(
    rewards: Array, next_values: Array, terminated: Array, truncated: Array, gamma: Any
) -> Claims:
    """sum_{k=t}^e gamma^(k-t) R_{k+1} + gamma^(e+1-t) (1 - term_e) V(s_{e+1}), with e >= t the first cut."""
    cut, sums = np.logical_or(terminated, truncated), []
    cut[-1] = True
    for t in range(len(rewards)):
        end = t + int(cut[t:].argmax())
        rest = 0 if terminated[end] else next_values[end]
        sums.append(discounted_sum(gamma, [*rewards[t : end + 1], rest]))
    yield equal(rewards_to_go(rewards, next_values, terminated, truncated, gamma=gamma), numbers.stack(sums))


@law("mdp.rewards_to_go", derivation=True)
def rewards_to_go_equal_gae_at_lambda_one(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, gamma: Any
) -> Claims:
    """Less V(s_t), it is the advantage estimate at lambda = 1."""
    inside = ~np.logical_or(terminated, truncated)[:-1]
    next_values = next_values.copy()
    next_values[:-1] = np.where(inside, values[1:], next_values[:-1])
    advantages = gae.advantage(rewards, values, next_values, terminated, truncated, gamma=gamma, gae_lambda=1)
    yield equal(rewards_to_go(rewards, next_values, terminated, truncated, gamma=gamma) - values, advantages)


@law("mdp.rewards_to_go")
def rewards_to_go_split_at_episode_ends(
    rewards: Array, next_values: Array, terminated: Array, truncated: Array, split: int, gamma: Any
) -> Claims:
    """After a cut of either kind the data can be given in two pieces."""
    end = np.arange(len(rewards)) == split
    for flags in ((terminated | end, truncated), (terminated, truncated | end)):
        data = (rewards, next_values, *flags)
        whole = rewards_to_go(*data, gamma=gamma)
        pieces = [[array[part] for array in data] for part in (slice(split + 1), slice(split + 1, None))]
        joined = np.concatenate([rewards_to_go(*piece, gamma=gamma) for piece in pieces if len(piece[0])])
        yield equal(whole, joined)


@law("mdp.rewards_to_go", derivation=True)
def rewards_to_go_are_unbiased_at_v(mdp: MDP, policy: Array) -> Claims:
    """With V = v_pi the mean over all trajectories from s is v_pi(s), truncated after one step or two."""
    values = value.v(mdp, policy)

    def first(path: Any, cut: list[bool]) -> Any:
        arrived = list(path.states[1:])
        return rewards_to_go(path.rewards, values[arrived], mdp.terminal[arrived], cut, gamma=mdp.discount)[0]

    for cut in ([False, False], [True, False]):
        yield equal(expectation_from(mdp, policy, 2, lambda path, cut=cut: first(path, cut)), values)


@law("mdp.rewards_to_go")
def rewards_to_go_map_over_trailing_axes(
    rewards: Array,
    next_values: Array,
    other_next_values: Array,
    terminated: Array,
    truncated: Array,
    gamma: Any,
) -> Claims:
    """Rollouts side by side, with flags of their own, have the rewards-to-go that they have alone."""
    first = (rewards, next_values, terminated, truncated)
    alone = (first, (rewards, other_next_values, truncated, terminated))
    together = rewards_to_go(*(np.stack(pair, axis=1) for pair in zip(*alone, strict=True)), gamma=gamma)
    for column, data in enumerate(alone):
        yield equal(together[:, column], rewards_to_go(*data, gamma=gamma))

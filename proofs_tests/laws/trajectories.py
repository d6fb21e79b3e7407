"""Laws of the enumeration of trajectories."""

from collections import defaultdict

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.oracle.claims import equal, true
from rlproof.oracle.law import law
from rlproof.spec import numbers
from rlproof.spec.decision_process import MDP
from rlproof.spec.mdp import policy_kernel, policy_reward
from rlproof.spec.trajectories import enumerate as trajectories


@law("trajectories.enumerate")
def probabilities_sum_to_one(mdp: MDP, policy: Array, horizon: int) -> Claims:
    """sum_tau p(tau) = 1."""
    yield equal(sum(path.probability for path in trajectories(mdp, policy, horizon)), 1)


@law("trajectories.enumerate")
def trajectories_are_possible_and_distinct(mdp: MDP, policy: Array, horizon: int) -> Claims:
    """Every trajectory has H + 1 states, H actions and p(tau) > 0, and none comes twice."""
    paths = list(trajectories(mdp, policy, horizon))
    yield true(all(path.probability > 0 for path in paths))
    yield equal(
        [(len(path.states), len(path.actions), len(path.rewards)) for path in paths],
        (horizon + 1, horizon, horizon),
    )
    yield equal(len({(path.states, path.actions) for path in paths}), len(paths))


@law("trajectories.enumerate")
def the_process_is_markov(mdp: MDP, policy: Array) -> Claims:
    """Given any history, p(s_2 | s_0, a_0, s_1, a_1) = P(s_2 | s_1, a_1)."""
    history, joint = defaultdict(int), {}
    for states, actions, _, probability in trajectories(mdp, policy, 2):
        history[states[:2], actions] += probability
        joint[states, actions] = probability
    given = [probability / history[states[:2], actions] for (states, actions), probability in joint.items()]
    stated = [mdp.transition[states[1], actions[1], states[2]] for states, actions in joint]
    yield equal(numbers.stack(given), numbers.stack(stated))


@law("trajectories.enumerate")
def the_policy_is_followed(mdp: MDP, policy: Array) -> Claims:
    """Given any history, p(a_1 | s_0, a_0, s_1) = pi(a_1 | s_1)."""
    history, joint = defaultdict(int), defaultdict(int)
    for states, actions, _, probability in trajectories(mdp, policy, 2):
        history[states[:2], actions[:1]] += probability
        joint[states[:2], actions] += probability
    given = [probability / history[states, actions[:1]] for (states, actions), probability in joint.items()]
    stated = [policy[states[1], actions[1]] for states, actions in joint]
    yield equal(numbers.stack(given), numbers.stack(stated))


@law("trajectories.enumerate", derivation=True)
def state_frequencies_follow_the_kernel(mdp: MDP, policy: Array, horizon: int) -> Claims:
    """P(s_t = s) = (rho_0 P_pi^t)(s) for t = 0, ..., H."""
    place = np.eye(mdp.number_of_states, dtype=int)
    paths = trajectories(mdp, policy, horizon)
    counted: Array = sum(path.probability * place[list(path.states)] for path in paths)
    occupied = mdp.initial
    for frequencies in counted:
        yield equal(frequencies, occupied)
        occupied = occupied @ policy_kernel(mdp, policy)


@law("trajectories.enumerate", derivation=True)
def mean_rewards_follow_the_kernel(mdp: MDP, policy: Array) -> Claims:
    """E[R_{t+1}] = rho_0 P_pi^t r_pi for t = 0, 1."""
    paths = trajectories(mdp, policy, 2)
    means = sum(path.probability * path.rewards for path in paths)
    occupied = [mdp.initial, mdp.initial @ policy_kernel(mdp, policy)]
    yield equal(means, np.stack(occupied) @ policy_reward(mdp, policy))

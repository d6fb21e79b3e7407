"""What several modules of laws share: changed decision processes, sums over policies and trajectories."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np

from rlproof.oracle.claims import Claim
from rlproof.spec import numbers, trajectories
from rlproof.spec.decision_process import MDP

Array = Any
Claims = Iterator[Claim]


def mix(policy: Array, new_policy: Array, alpha: Any) -> Array:
    """The mixture (1 - alpha) pi + alpha pi'."""
    return policy + alpha * (new_policy - policy)


def shaped(mdp: MDP, potential: Array) -> MDP:
    """The process with potential-based shaping: R + gamma P Phi - Phi (Ng et al. 1999)."""
    potential = off_terminal(mdp, potential)
    return mdp.replace(reward=mdp.reward + mdp.discount * (mdp.transition @ potential) - potential[:, None])


def off_terminal(mdp: MDP, state_values: Array) -> Array:
    """The values, with zero in terminal states."""
    return np.where(mdp.terminal, 0 * state_values, state_values)


def killed(mdp: MDP) -> MDP:
    """The undiscounted process that survives each step with probability gamma; its last state is the end."""
    states, actions = mdp.reward.shape
    transition = _zeros(states + 1, actions, states + 1)
    transition[:states, :, :states] = mdp.discount * mdp.transition
    transition[:states, :, states] = 1 - mdp.discount
    transition[states, :, states] = numbers.rational(1)
    reward = np.concatenate([mdp.reward, _zeros(1, actions)])
    return MDP(transition, reward, np.append(mdp.initial, _zeros(1)), 1, np.arange(states + 1) == states)


def deviating(mdp: MDP) -> MDP:
    """The process with an added state for each pair (s, a), in which every action does what a does in s."""
    states, actions = mdp.reward.shape
    pairs = states * actions
    transition = _zeros(states + pairs, actions, states + pairs)
    transition[:states, :, :states] = mdp.transition
    transition[states:, :, :states] = mdp.transition.reshape(pairs, 1, states)
    reward = np.concatenate([mdp.reward, np.repeat(mdp.reward.reshape(pairs, 1), actions, axis=1)])
    terminal = np.append(mdp.terminal, np.zeros(pairs, dtype=bool))
    return mdp.replace(
        transition=transition, reward=reward, terminal=terminal, initial=np.append(mdp.initial, _zeros(pairs))
    )


def extended(policy: Array, larger: MDP) -> Array:
    """The policy in a process with added states, in which it takes the first action."""
    rows, actions = policy.shape
    added = _zeros(larger.number_of_states - rows, actions)
    added[:, 0] = numbers.rational(1)
    return np.concatenate([policy, added])


def deterministic_policies(mdp: MDP) -> Iterator[Array]:
    """Every deterministic policy, A^S of them."""
    for actions in product(range(mdp.number_of_actions), repeat=mdp.number_of_states):
        yield np.array(actions)


def expectation_from(
    mdp: MDP, policy: Array, horizon: int, quantity: Callable[[trajectories.Trajectory], Any]
) -> Array:
    """E[quantity | s_0 = s] for each state s, as a sum over all trajectories of `horizon` steps."""
    states = mdp.number_of_states
    uniform = mdp.replace(initial=_zeros(states) + numbers.rational(1) / states)
    totals = [0] * states
    for trajectory in trajectories.enumerate(uniform, policy, horizon):
        weight = states * trajectory.probability
        totals[trajectory.states[0]] = totals[trajectory.states[0]] + weight * quantity(trajectory)
    return numbers.stack(totals)


def discounted_sum(gamma: Any, terms: Array) -> Any:
    """The sum of gamma^t x_t, term by term."""
    return sum(gamma**t * term for t, term in enumerate(terms))


def _zeros(*shape: int) -> Array:
    return numbers.exact(np.zeros(shape, dtype=int))

r"""Equivalent processes: what termination, discounting and changed rewards do to values."""

import numpy as np

from .decision_process import MDP, check_termination, read_policy
from .mdp_evaluation import policy_kernel, policy_reward
from .numbers import (
    Array,
    Scalar,
    as_array,
    as_scalar,
    concatenate,
    identity_minus,
    is_nonzero,
    same_system,
    solve,
    where,
)
from .validation import check_finite, check_shape, read_flags, read_parameter


def terminal_absorbing(mdp: MDP, policy: Array, ended: Array) -> Array:
    r"""State values where transitions, not states, carry the flag that the episode ended.

    .. math:: V = (I - \gamma P^{cont}_\pi)^{-1} r_\pi, \qquad
        P^{cont}_\pi(s, s') = \sum_a \pi(a|s)\, P(s'|s,a)\, (1 - \mathrm{ended}(s,a,s'))

    Args:
        mdp: decision process of S states and A actions.
        policy: [S, A] probabilities, or [S] integers.
        ended: [S, A, S] booleans, the transition ends the episode.
    Returns:
        [S], expected discounted return until the end, in units of reward.
    Conventions:
        The reward of the transition that ends counts; nothing after it does. A truncation is no end.
    Laws:
        ended_transitions_lead_to_an_absorbing_state, ended_equals_enumeration, ended_nowhere_is_v,
        ended_everywhere_is_the_reward, ended_on_entering_terminal_states_is_v, ended_discounts_as_if_killed
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, ParameterError, TerminationError.
    Source:
        Sutton & Barto 2018, section 3.4; Gymnasium's tables P[s][a], whose outcomes carry the flag.
    Since:
        0.2
    """
    policy, ended = read_policy(mdp, policy), read_flags("ended", ended, mdp.transition, "one flag per transition")
    continues = where(ended, 0, mdp.transition)
    kernel = (policy[:, None, :] @ continues)[:, 0, :]
    if mdp.system != "series" and mdp.discount == 1:
        last = is_nonzero(policy) & (is_nonzero(mdp.transition) & ended).any(axis=2)
        check_termination(kernel, mdp.terminal | last.any(axis=1), "the policy")
        kernel = where(mdp.terminal[:, None], 0, kernel)
    return solve(identity_minus(mdp.discount * kernel), policy_reward(mdp, policy))


def discount_as_termination(mdp: MDP, policy: Array) -> Array:
    r"""Kernel of the undiscounted chain that dies with probability :math:`1 - \gamma` at each step.

    .. math:: K = \begin{pmatrix} \gamma P_\pi & (1-\gamma)\,\mathbf 1 \\ 0 & 1 \end{pmatrix}

    Args:
        mdp: decision process of S states.
        policy: [S, A] probabilities, or [S] integers.
    Returns:
        [S + 1, S + 1], rows sum to one.
    Conventions:
        The last state is death, absorbing. The reward of a step is paid before the step is survived.
    Laws:
        death_makes_rows_sum_to_one, death_comes_after_geometric_time, death_replaces_the_discount,
        death_at_a_geometric_time_discounts_returns
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError.
    Source:
        Puterman 1994, section 5.3; Sutton & Barto 2018, section 11.4 (discounting as soft termination).
    Since:
        0.2
    """
    survives = mdp.discount * policy_kernel(mdp, policy)
    dies = (1 - mdp.discount) * np.ones(mdp.number_of_states, dtype=int)
    alive = concatenate([survives.T, dies[None]]).T
    dead = 0 * alive[0] + (np.arange(mdp.number_of_states + 1) == mdp.number_of_states).astype(int)
    return concatenate([alive, dead[None]])


def reward_convention(mdp: MDP, state_reward: Array) -> Array:
    r"""Rewards R(s, a) of a process that pays on entering a state.

    .. math:: R(s,a) = \sum_{s'} P(s'|s,a)\, r(s'), \qquad
        \eta_{now} = \rho_0^\top r + \gamma\, \eta_{enter}, \quad A_{now} = \gamma A_{enter}

    Args:
        mdp: decision process of S states and A actions; its own rewards play no part.
        state_reward: [S], what a visit to the state pays.
    Returns:
        [S, A], in units of reward; zero in terminal states.
    Conventions:
        TRPO pays r(s_t) while in the state ("now"), Sutton & Barto pay R_{t+1} for the transition
        ("enter"). A terminal state pays once, on entering.
    Laws:
        paying_on_entry_shifts_eta_by_one_visit, paying_on_entry_scales_advantages,
        paying_on_entry_equals_enumeration, paying_on_entry_pays_constants
    Raises:
        ShapeError, NonFiniteError, NumberSystemError.
    Source:
        Schulman et al. 2015 (TRPO), section 2, against Sutton & Barto 2018, section 3.1.
    Since:
        0.2
    """
    arriving = mdp.transition @ _per_state(mdp, "state_reward", state_reward)
    return where(mdp.terminal[:, None], 0, arriving)


def reward_affine(mdp: MDP, *, scale: Scalar, shift: Scalar) -> Array:
    r"""Rewards in other units and from another zero.

    .. math:: R'(s,a) = c\,R(s,a) + b \quad\Rightarrow\quad v' = c\,v + \frac{b}{1-\gamma}, \quad A' = c\,A

    Args:
        mdp: decision process of S states and A actions.
        scale: c >= 0.
        shift: b, in units of reward.
    Returns:
        [S, A], in units of reward; zero in terminal states.
    Conventions:
        With terminal states the shift is paid until the end only: v' = c v + b L with L the
        expected discounted length, so that the shift changes which policy is best.
    Laws:
        affine_rewards_make_affine_values, affine_rewards_scale_advantages, affine_rewards_pay_for_time,
        affine_rewards_compose
    Raises:
        ParameterError, NumberSystemError.
    Source:
        Ng, Harada & Russell 1999, section 3; Sutton & Barto 2018, exercises 3.15 and 3.16.
    Since:
        0.2
    """
    scale = read_parameter("scale", scale, mdp.system, high=None)
    shift = as_scalar(shift, "shift", mdp.system)
    changed = scale * mdp.reward + shift
    return where(mdp.terminal[:, None], 0, changed)


def potential_shaping(mdp: MDP, potential: Array) -> Array:
    r"""Rewards shaped by a potential.

    .. math:: R'(s,a) = R(s,a) + \gamma \sum_{s'} P(s'|s,a)\, \Phi(s') - \Phi(s)
        \quad\Rightarrow\quad v' = v - \Phi, \quad A' = A

    Args:
        mdp: decision process of S states and A actions.
        potential: [S], the potential of each state, in units of reward.
    Returns:
        [S, A], in units of reward; zero in terminal states.
    Conventions:
        The potential of terminal states counts as zero, whatever is passed.
    Laws:
        shaping_subtracts_the_potential, shaping_telescopes, shaping_keeps_optimal_policies,
        shaping_by_v_gives_the_advantage, shaping_adds_up
    Raises:
        ShapeError, NonFiniteError, NumberSystemError.
    Source:
        Ng, Harada & Russell 1999, theorem 1.
    Since:
        0.2
    """
    potential = _per_state(mdp, "potential", potential)
    potential = where(mdp.terminal, 0, potential)
    return mdp.reward + mdp.discount * (mdp.transition @ potential) - potential[:, None]


def _per_state(mdp: MDP, name: str, numbers: Array) -> Array:
    array = as_array(numbers, name)
    check_shape(name, array, (mdp.number_of_states,), "one number per state")
    check_finite(name, array)
    same_system(**{"the decision process": mdp.reward, name: array})
    return array

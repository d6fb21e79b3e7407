r"""Deep deterministic policy gradient: the critic's target and the target networks."""

from .numbers import Array, Scalar, as_array, same_system
from .validation import check_finite, check_not_empty, check_shape, read_arrays, read_flags, read_parameter


def target(rewards: Array, next_values: Array, terminated: Array, *, gamma: Scalar) -> Array:
    r"""Target of the critic.

    .. math:: y_t = R_{t+1} + \gamma\,(1 - \mathrm{term}_t)\, Q'\big(s_{t+1}, \mu'(s_{t+1})\big)

    Args:
        rewards: [T, ...], reward of each transition.
        next_values: [T, ...], Q'(s', mu'(s')) of the target networks at the true successor.
        terminated: [T, ...] booleans, the transition entered a terminal state.
        gamma: discount in [0, 1].
    Returns:
        [T, ...], in units of reward.
    Conventions:
        Termination removes the bootstrap; truncation by a time limit keeps it, at the successor before any reset. In
        the critic's loss y is a constant (wrap it in stop_gradient); its derivative here is that of the formula.
    Laws:
        the_target_averages_to_q, the_target_is_the_td_error_plus_value, the_target_of_a_terminal_step_is_the_reward,
        the_target_contracts
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        Lillicrap et al. 2016 (DDPG), algorithm 1.
    Since:
        0.2
    """
    system, (rewards, next_values) = read_arrays(rewards=rewards, next_values=next_values)
    goes_on = 1 - read_flags("terminated", terminated, rewards).astype(int)
    return rewards + read_parameter("gamma", gamma, system) * goes_on * next_values


def soft_update(online_parameters: Array, target_parameters: Array, *, tau: Scalar) -> Array:
    r"""Parameters of a target network after one update.

    .. math:: \theta' \leftarrow \tau\,\theta + (1-\tau)\,\theta'

    Args:
        online_parameters: [T, ...], theta.
        target_parameters: [T, ...], theta'.
        tau: share in [0, 1] of the online parameters; DDPG takes 0.001.
    Returns:
        [T, ...], the next target parameters.
    Conventions:
        tau = 1 copies, tau = 0 freezes; some libraries call 1 - tau the (Polyak) decay.
    Laws:
        the_target_network_approaches_geometrically, a_soft_update_copies_or_freezes,
        a_soft_update_lies_between, soft_updates_of_two_rates_commute
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        Lillicrap et al. 2016 (DDPG), algorithm 1; Polyak & Juditsky 1992.
    Since:
        0.2
    """
    system, (online_parameters, target_parameters) = read_arrays(
        online_parameters=online_parameters, target_parameters=target_parameters
    )
    tau = read_parameter("tau", tau, system)
    return tau * online_parameters + (1 - tau) * target_parameters


def actor_gradient(action_gradients: Array, actor_jacobians: Array) -> Array:
    r"""Sampled deterministic policy gradient: how the mean action value changes with the actor's parameters.

    .. math:: \nabla J \approx \frac1T \sum_t \nabla_a Q(s_t, a)\big|_{a=\mu(s_t)}\, \nabla_\theta \mu_\theta(s_t)

    Args:
        action_gradients: [T, k], gradient of the critic in the action, at the actor's action.
        actor_jacobians: [T, k, p], derivative of the k numbers of the actor's action in its p parameters.
    Returns:
        [p], in units of reward per unit of parameter.
    Conventions:
        The mean over the T states of the batch, the sum over the dimensions of an action. The direction of ascent.
    Laws:
        actor_gradient_is_the_theorem_over_visits, actor_gradient_follows_the_chain_rule,
        actor_gradient_ignores_copies_of_the_batch, actor_gradient_is_linear
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError.
    Source:
        Lillicrap et al. 2016 (DDPG), eq. (6) and algorithm 1; Silver et al. 2014, eq. (9).
    Since:
        0.3
    """
    _, (action_gradients,) = read_arrays(action_gradients=action_gradients)
    if action_gradients.ndim != 2:
        check_shape("action_gradients", action_gradients, ("T", "k"), "states, dimensions of an action")
    actor_jacobians = as_array(actor_jacobians, "actor_jacobians")
    if actor_jacobians.ndim != 3 or actor_jacobians.shape[:2] != action_gradients.shape:
        check_shape("actor_jacobians", actor_jacobians, (*action_gradients.shape, "p"), "states, dimensions, p")
    check_not_empty("actor_jacobians", actor_jacobians, "parameters")
    check_finite("actor_jacobians", actor_jacobians)
    same_system(action_gradients=action_gradients, actor_jacobians=actor_jacobians)
    flat = actor_jacobians.reshape(action_gradients.size, actor_jacobians.shape[2])
    return (action_gradients.reshape(action_gradients.size) @ flat) / len(action_gradients)

r"""Finite states with continuous actions: transition probabilities are a softmax of quadratics, rewards quadratic."""

from typing import NamedTuple

from .errors import DiscountError
from .linear_system import CHECKED, check_symmetric
from .numbers import Array, Scalar, as_array, as_scalar, exp, identity_minus, largest, same_system, solve
from .validation import check_distribution, check_finite, check_not_empty, check_shape


class ContinuousActionProcess(NamedTuple):
    r"""A decision process of S states whose actions are vectors of k numbers.

    .. math:: P(s'|s,a) \propto \exp(w_{ss'}\cdot a + b_{ss'} + q_{ss'}|a|^2), \qquad
        r(s,a) = c_s + l_s\cdot a - a^\top C_s a

    Shapes: w [S, S, k], b [S, S], q [S, S], c [S], l [S, k], C [S, k, k], initial [S]; discount in [0, 1).
    """

    transition_slope: Array
    transition_bias: Array
    transition_bend: Array
    reward_constant: Array
    reward_slope: Array
    reward_bend: Array
    initial: Array
    discount: Scalar


def read_process(process: ContinuousActionProcess) -> ContinuousActionProcess:
    """Check the data of a process."""
    arrays = {name: as_array(field, name) for name, field in process._asdict().items() if name != "discount"}
    if arrays["reward_slope"].ndim != 2:
        check_shape("reward_slope", arrays["reward_slope"], ("S", "k"), "states, action dimensions")
    states, k = arrays["reward_slope"].shape
    shapes = {
        "transition_slope": (states, states, k),
        "transition_bias": (states, states),
        "transition_bend": (states, states),
        "reward_bend": (states, k, k),
        "reward_slope": (states, k),
    }
    for name, array in arrays.items():
        check_shape(name, array, shapes.get(name, (states,)), f"{states} states and {k} actions as in reward_slope")
        check_not_empty(name, array, "states and actions")
        check_finite(name, array)
    kind = same_system(**arrays)
    check_distribution("initial", arrays["initial"])
    for bend in arrays["reward_bend"]:
        check_symmetric("reward_bend", bend)
    discount = as_scalar(process.discount, "discount", kind)
    if kind in CHECKED and not (discount >= 0 and discount < 1):
        raise DiscountError(
            "the discount is out of range",
            got=str(discount),
            expected="0 <= discount < 1",
            cause="a percentage, a NaN, or a sum without end",
            remedy="take a discount below one",
        )
    return ContinuousActionProcess(**arrays, discount=discount)


def read_actor(process: ContinuousActionProcess, mean_actions: Array) -> tuple[ContinuousActionProcess, Array]:
    """Read a process and the actions mu(s) [S, k] of a deterministic policy."""
    process, mean_actions = read_process(process), as_array(mean_actions, "mean_actions")
    check_shape("mean_actions", mean_actions, process.reward_slope.shape, "states, action dimensions")
    check_finite("mean_actions", mean_actions)
    same_system(reward_slope=process.reward_slope, mean_actions=mean_actions)
    return process, mean_actions


def read_jacobian(process: ContinuousActionProcess, jacobian: Array) -> Array:
    """Read the derivative [S, k, p] of the policy's actions in its p parameters."""
    jacobian = as_array(jacobian, "jacobian")
    parameters = jacobian.shape[-1] if jacobian.ndim else "p"
    check_shape(
        "jacobian", jacobian, (*process.reward_slope.shape, parameters), "states, action dimensions, parameters"
    )
    check_not_empty("jacobian", jacobian, "parameters")
    check_finite("jacobian", jacobian)
    same_system(reward_slope=process.reward_slope, jacobian=jacobian)
    return jacobian


def kernel(process: ContinuousActionProcess, mean_actions: Array) -> Array:
    """Give P(s'|s, mu(s)) [S, S]."""
    logits = (process.transition_slope * mean_actions[:, None, :]).sum(axis=2) + process.transition_bias
    logits = logits + process.transition_bend * (mean_actions * mean_actions).sum(axis=1)[:, None]
    weights = exp(logits - largest(logits, axis=1)[:, None])
    return weights / weights.sum(axis=1)[:, None]


def rewards(process: ContinuousActionProcess, mean_actions: Array) -> Array:
    """Give r(s, mu(s)) [S]."""
    bent = ((process.reward_bend * mean_actions[:, None, :]).sum(axis=2) * mean_actions).sum(axis=1)
    return process.reward_constant + (process.reward_slope * mean_actions).sum(axis=1) - bent


def values(process: ContinuousActionProcess, mean_actions: Array) -> Array:
    """Give v_mu [S]."""
    matrix = identity_minus(process.discount * kernel(process, mean_actions))
    return solve(matrix, rewards(process, mean_actions))


def visitation(process: ContinuousActionProcess, mean_actions: Array) -> Array:
    """Give rho_mu [S], unnormalised: it sums to 1 / (1 - gamma)."""
    return solve(identity_minus(process.discount * kernel(process, mean_actions)).T, process.initial)


def action_slopes(process: ContinuousActionProcess, mean_actions: Array) -> Array:
    """Give grad_a q_mu(s, a) at a = mu(s) [S, k]."""
    chances, future = kernel(process, mean_actions), values(process, mean_actions)
    centred = chances * (future[None, :] - (chances @ future)[:, None])
    directions = process.transition_slope + 2 * process.transition_bend[:, :, None] * mean_actions[:, None, :]
    at_once = process.reward_slope - 2 * (process.reward_bend * mean_actions[:, None, :]).sum(axis=2)
    return at_once + process.discount * (centred[:, :, None] * directions).sum(axis=1)

r"""Mirror descent: the step of a trust region in the other direction of the KL divergence."""

from .errors import ParameterError
from .numbers import Array, Scalar, exp, is_nonzero, largest, where
from .validation import check_distribution, check_shape, read_arrays, read_parameter


def step(probabilities: Array, q_values: Array, *, temperature: Scalar) -> Array:
    r"""The policy that maximises the expected value less its KL divergence from the old one.

    .. math:: \operatorname{argmax}_q\ \sum_a q(a|s)\, Q(s,a) - \tau\, D_{KL}(q\|\pi)(s)
        = \frac{\pi(a|s)\, e^{Q(s,a)/\tau}}{\sum_b \pi(b|s)\, e^{Q(s,b)/\tau}}

    Args:
        probabilities: [T, A], the old policy pi in each of T states.
        q_values: [T, A], action values or advantages, in units of reward.
        temperature: tau > 0, in units of reward per nat.
    Returns:
        [T, A], the new probabilities.
    Conventions:
        KL(new || old), the direction opposite to TRPO's: probabilities move exponentially with the advantage, where
        TRPO's step divides by nu - A. Actions without support never gain any.
    Laws:
        mirror_step_attains_its_value, mirror_step_beats_challengers, mirror_step_ignores_baselines,
        mirror_step_composes, mirror_step_solves_the_first_order_condition
    Raises:
        ParameterError, ShapeError, EmptySpaceError, NonFiniteError, NotAProbabilityError; NumberSystemError in exact
        (exponentials).
    Source:
        Nemirovski & Yudin 1983; Beck & Teboulle 2003, entropic descent; Geist et al. 2019, section 3.
    Since:
        0.2
    """
    system, (probabilities, q_values) = read_arrays(probabilities=probabilities, q_values=q_values)
    if probabilities.ndim != 2:
        check_shape("probabilities", probabilities, ("T", "A"), "states, actions")
    check_distribution("probabilities", probabilities)
    temperature = read_parameter("temperature", temperature, system, high=None)
    if not temperature > 0:
        raise ParameterError(
            "temperature is not positive",
            got=str(temperature),
            expected="temperature > 0",
            cause="the limit of the greedy policy, which is no step of this kind",
            remedy="take policy.greedy for that limit, or a small temperature",
        )
    return tilted(probabilities, q_values / temperature)


def tilted(probabilities: Array, exponents: Array) -> Array:
    """Multiply probabilities by e^x and normalise; relative to the best supported x, so that nothing overflows."""
    has = is_nonzero(probabilities)
    lowest = -largest(abs(exponents), axis=1)[:, None]
    best = largest(where(has, exponents, lowest), axis=1)[:, None]
    weights = probabilities * exp(where(has, exponents - best, 0))
    return weights / weights.sum(axis=1)[:, None]

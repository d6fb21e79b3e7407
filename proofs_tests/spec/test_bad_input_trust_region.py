"""What the equations of trust regions refuse, each with its own error."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

from rlproof.spec import acer, cpi, cpo, errors, mirror_descent, npg, numbers, trpo, vpg
from rlproof.spec.registry import equations

from ._processes import FIRST, HALVES, STEPS, corridor, floats, fractions

NAN = float("nan")
THIRDS = np.full((2, 3), 1 / 3)
TOPICS = ("cpi", "cpo", "mirror_descent", "npg", "acer", "vpg")


class Bad(NamedTuple):
    """One wrong input: what it is, the call that gets it, the error, and what the message names."""

    what: str
    call: Callable[[], Any]
    error: type[errors.RlproofError]
    named: tuple[str, ...]


EXACT = numbers.exact(np.full((2, 2), "1/2"))
SINGULAR = [["1/4", "-1/4"], ["-1/4", "1/4"]]

TABLE = [
    Bad("more than all of a mixture", lambda: cpi.mixture_bound(floats(), HALVES, HALVES, alpha=1.5),
        errors.ParameterError, ("alpha", "1.5")),
    Bad("a NaN share", lambda: cpi.mixture_bound_kl02(floats(), HALVES, HALVES, alpha=NAN), errors.ParameterError,
        ("alpha", "nan")),
    Bad("a float share of Fractions", lambda: cpi.mixture_bound(fractions(), EXACT, EXACT, alpha=0.5),
        errors.NumberSystemError, ("alpha", "0.5")),
    Bad("three actions mixed in", lambda: cpi.mixture_bound(floats(), HALVES, THIRDS, alpha=0.5),
        errors.ActionSetError, ("mixed_policy", "3 actions")),
    Bad("half a policy mixed in", lambda: cpi.step_size(floats(), HALVES, HALVES / 2), errors.RowSumError,
        ("mixed_policy", "0.5")),
    Bad("an undiscounted mixture", lambda: cpi.mixture_bound(corridor(), [0, 0, 0], [1, 0, 0], alpha="1/2"),
        errors.DiscountError, ("discount 1",)),
    Bad("an undiscounted mixture, refined",
        lambda: cpi.mixture_bound_kl02(corridor(), [0, 0, 0], [1, 0, 0], alpha="1/2"),
        errors.DiscountError, ("discount 1",)),
    Bad("an undiscounted step", lambda: cpi.step_size(corridor(), [0, 0, 0], [1, 0, 0]), errors.DiscountError,
        ("discount 1",)),
    Bad("an undiscounted average", lambda: cpo.bound(corridor(), [0, 0, 0], [1, 0, 0]), errors.DiscountError,
        ("discount 1",)),
    Bad("undiscounted visits", lambda: cpo.visitation_difference(corridor(), [0, 0, 0], [1, 0, 0]),
        errors.DiscountError, ("discount 1",)),
    Bad("an undiscounted divergence", lambda: cpo.kl_bound(corridor().to("ball"), [0, 0, 0], [0, 0, 0]),
        errors.DiscountError, ("discount 1",)),
    Bad("logarithms of Fractions", lambda: cpo.kl_bound(fractions(), EXACT, EXACT), errors.NumberSystemError,
        ("logarithm",)),
    Bad("a policy of integers out of range", lambda: cpo.bound(floats(), HALVES, [0, 2]), errors.ActionSetError,
        ("new_policy", "action 2")),
    Bad("a negative probability", lambda: cpo.visitation_difference(floats(), HALVES, [[1.5, -0.5], [0.5, 0.5]]),
        errors.NegativeProbabilityError, ("new_policy", "-0.5")),
    Bad("half a step back", lambda: trpo.lemma3(floats(), HALVES, HALVES, horizon=0.5), errors.ParameterError,
        ("horizon", "0.5")),
    Bad("a gradient without end", lambda: trpo.surrogate_first_order(corridor(), [1, 2, 0]), errors.TerminationError,
        ("never reaches",)),
    Bad("a gain of Fractions", lambda: trpo.mm_lower_bound(fractions(), EXACT, EXACT), errors.NumberSystemError,
        ("logarithm",)),
    Bad("values of other actions", lambda: trpo.vine(HALVES, THIRDS), errors.ShapeError, ("q_values", "(2, 3)")),
    Bad("one state's values", lambda: trpo.vine(FIRST, FIRST), errors.ShapeError, ("probabilities", "(2,)")),
    Bad("ratios for probabilities", lambda: trpo.vine(4 * HALVES, HALVES), errors.RowSumError,
        ("probabilities", "4.0")),
    Bad("no states", lambda: trpo.vine_sampled(np.zeros((0, 2)), np.zeros((0, 2))), errors.EmptySpaceError,
        ("action_ratios", "(0, 2)")),
    Bad("a NaN value", lambda: trpo.vine_sampled(HALVES, HALVES * NAN), errors.NonFiniteError, ("q_values",)),
    Bad("a negative ratio", lambda: trpo.vine_sampled(-HALVES, HALVES), errors.ParameterError,
        ("action_ratios", "-0.5")),
    Bad("no ratio left", lambda: trpo.vine_sampled([[0.5, 0.5], [0.0, 0.0]], HALVES), errors.SupportError,
        ("state 1",)),
    Bad("weights of other states", lambda: trpo.fisher_vector_product(STEPS, HALVES, HALVES, damping=0.0),
        errors.ShapeError, ("state_weights", "(3,)")),
    Bad("a row for the policy", lambda: trpo.fisher_vector_product(FIRST, FIRST, FIRST, damping=0.0), errors.ShapeError,
        ("probabilities", "(2,)")),
    Bad("a negative weight", lambda: trpo.fisher_vector_product(-FIRST, HALVES, HALVES, damping=0.0),
        errors.ParameterError, ("state_weights", "-0.75")),
    Bad("negative damping", lambda: trpo.fisher_vector_product(FIRST, HALVES, HALVES, damping=-1.0),
        errors.ParameterError, ("damping", "-1.0")),
    Bad("logits for the policy", lambda: trpo.fisher_vector_product(FIRST, [[1.0, -1.0]] * 2, HALVES, damping=0.0),
        errors.NegativeProbabilityError, ("probabilities", "-1.0")),
    Bad("the singular Fisher matrix of a softmax",
        lambda: trpo.natural_gradient_step([[0.25, -0.25], [-0.25, 0.25]], [1.0, -1.0], delta=0.5),
        errors.NotPositiveDefiniteError, ("pivot 0.0 in row 1", "damping")),
    Bad("the same in Fractions", lambda: trpo.conjugate_gradient(SINGULAR, ["1", "-1"], iterations=2),
        errors.NotPositiveDefiniteError, ("pivot 0 in row 1",)),
    Bad("a saddle", lambda: trpo.conjugate_gradient([[1.0, 0.0], [0.0, -1.0]], FIRST, iterations=1),
        errors.NotPositiveDefiniteError, ("pivot -1.0 in row 1",)),
    Bad("a saddle between minima", lambda: trpo.conjugate_gradient(np.diag([1.0, -1.0, 1.0]), np.ones(3), iterations=1),
        errors.NotPositiveDefiniteError, ("pivot -1.0 in row 1",)),
    Bad("a flat saddle", lambda: trpo.conjugate_gradient(np.diag([1.0, -0.5, 1.0]), np.ones(3), iterations=1),
        errors.NotPositiveDefiniteError, ("pivot -0.5 in row 1",)),
    Bad("a direction without curvature", lambda: trpo.conjugate_gradient(np.diag([1.0, 0.0, 1.0]), np.ones(3),
        iterations=1), errors.NotPositiveDefiniteError, ("pivot 0.0 in row 1",)),
    Bad("half a matrix", lambda: trpo.conjugate_gradient([[1.0, 0.5], [0.0, 1.0]], FIRST, iterations=1),
        errors.NotPositiveDefiniteError, ("transpose", "(F + F.T) / 2")),
    Bad("a matrix of another size", lambda: trpo.conjugate_gradient(np.eye(3), FIRST, iterations=1), errors.ShapeError,
        ("fisher_matrix", "(3, 3)")),
    Bad("a matrix for the gradient", lambda: trpo.natural_gradient_step(np.eye(2), np.eye(2), delta=0.5),
        errors.ShapeError, ("gradient", "(2, 2)")),
    Bad("half an iteration", lambda: trpo.conjugate_gradient(np.eye(2), FIRST, iterations=0.5), errors.ParameterError,
        ("iterations", "0.5")),
    Bad("no parameters", lambda: trpo.conjugate_gradient(np.zeros((0, 0)), np.zeros(0), iterations=1),
        errors.EmptySpaceError, ("gradient",)),
    Bad("a negative radius", lambda: trpo.natural_gradient_step(np.eye(2), FIRST, delta=-0.5), errors.ParameterError,
        ("delta", "-0.5")),
    Bad("a root of Fractions", lambda: trpo.natural_gradient_step(numbers.exact([[1]]), ["1"], delta="1/2"),
        errors.NumberSystemError, ("square root",)),
    Bad("a NaN gradient", lambda: trpo.natural_gradient_step(np.eye(2), FIRST * NAN, delta=0.5), errors.NonFiniteError,
        ("gradient",)),
    Bad("a search outward", lambda: trpo.line_search(FIRST, FIRST, delta=0.5, backtrack=2.0), errors.ParameterError,
        ("backtrack", "2.0")),
    Bad("a search of other divergences", lambda: trpo.line_search(FIRST, STEPS, delta=0.5, backtrack=0.5),
        errors.ShapeError, ("divergences", "(3,)")),
    Bad("a search of two lines", lambda: trpo.line_search(HALVES, HALVES, delta=0.5, backtrack=0.5), errors.ShapeError,
        ("surrogate_gains", "(2, 2)")),
    Bad("a search without trials", lambda: trpo.line_search(STEPS[:0], STEPS[:0], delta=0.5, backtrack=0.5),
        errors.EmptySpaceError, ("surrogate_gains",)),
    Bad("a negative average radius", lambda: trpo.average_kl_step(floats(), HALVES, delta=-0.5), errors.ParameterError,
        ("delta", "-0.5")),
    Bad("an average region of balls", lambda: trpo.average_kl_step(fractions().to("ball"), EXACT, delta="1/8"),
        errors.NumberSystemError, ("ball",)),
    Bad("a gap of other actions", lambda: trpo.average_kl_gap(floats(), HALVES, THIRDS, delta=0.5),
        errors.ActionSetError, ("new_policy", "3 actions")),
    Bad("temperature zero", lambda: mirror_descent.step(HALVES, HALVES, temperature=0.0), errors.ParameterError,
        ("temperature", "0.0", "greedy")),
    Bad("negative temperature", lambda: mirror_descent.step(HALVES, HALVES, temperature=-1.0), errors.ParameterError,
        ("temperature", "-1.0")),
    Bad("a row for a table", lambda: mirror_descent.step(FIRST, FIRST, temperature=1.0), errors.ShapeError,
        ("probabilities", "(2,)")),
    Bad("logits to descend from", lambda: mirror_descent.step(-HALVES, HALVES, temperature=1.0),
        errors.NegativeProbabilityError, ("probabilities",)),
    Bad("an exponential of Fractions", lambda: mirror_descent.step(EXACT, EXACT, temperature=1),
        errors.NumberSystemError, ("exponential",)),
    Bad("a step downhill", lambda: npg.softmax_update(floats(), HALVES, step_size=-1.0), errors.ParameterError,
        ("step_size", "-1.0")),
    Bad("a natural step for ever", lambda: npg.softmax_update(corridor(), [1, 2, 0], step_size=1),
        errors.TerminationError, ("never reaches",)),
    Bad("a projection on other directions", lambda: acer.trust_region_projection(FIRST, STEPS, delta=0.5),
        errors.ShapeError, ("kl_gradient", "(3,)")),
    Bad("an infinite gradient", lambda: acer.trust_region_projection(FIRST * float("inf"), FIRST, delta=0.5),
        errors.NonFiniteError, ("gradient", "inf")),
    Bad("a negative bound", lambda: acer.trust_region_projection(FIRST, FIRST, delta=-0.5), errors.ParameterError,
        ("delta", "-0.5")),
    Bad("a negative divergence", lambda: vpg.adaptive_stepsize(-0.5, step_size=0.5, kl_target=0.5),
        errors.ParameterError, ("divergence", "-0.5")),
    Bad("a NaN divergence", lambda: vpg.adaptive_stepsize(NAN, step_size=0.5, kl_target=0.5), errors.NonFiniteError,
        ("divergence",)),
    Bad("a negative step", lambda: vpg.adaptive_stepsize(0.5, step_size=-0.5, kl_target=0.5), errors.ParameterError,
        ("step_size", "-0.5")),
]  # fmt: skip


@pytest.mark.parametrize("bad", TABLE, ids=lambda bad: bad.what)
def test_a_wrong_input_raises_its_own_error(bad: Bad) -> None:
    """The class is the one of the situation, and the message names what was got."""
    with pytest.raises(errors.RlproofError) as caught:
        bad.call()
    assert type(caught.value) is bad.error
    assert [text for text in bad.named if text not in str(caught.value)] == [], str(caught.value)


def test_every_topic_is_in_the_table() -> None:
    """No topic of this field is left without a wrong input."""
    assert set(TOPICS) <= {equation.topic for equation in equations()}

"""Negative controls of policy gradients: formulas often written instead are refuted by exact instances."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from rlproof.laws._scores import expected_scores, slope, softmax_ray
from rlproof.spec import numbers, pg, value
from rlproof.spec.decision_process import MDP
from rlproof.spec.dp import policy_evaluation
from rlproof.spec.mdp import discounted_visitation

from ._processes import fractions, same

HALF = numbers.exact([["1/2", "1/2"], ["1/3", "2/3"]])
STEPS = 3


def gradient_of(objective: Any) -> Any:
    """The gradient of a function of the policy in its softmax logits, component by component."""
    result = numbers.exact(np.zeros((2, 2), dtype=int))
    for place in np.ndindex(2, 2):
        here = numbers.exact(np.zeros((2, 2), dtype=int))
        here[place] = numbers.rational(1)
        result[place] = slope(objective(softmax_ray(HALF, here)))
    return result


def jacobian_of(field: Any) -> Any:
    """The derivatives of a field [S, A] of the policy in the logits: [S A, S A]."""
    columns = [gradient_of(lambda policy, i=i: field(policy).reshape(-1)[i]).reshape(-1) for i in range(4)]
    return np.stack(columns)


def finite_return(policy: Any) -> Any:
    """The expected discounted return over the first steps."""
    mdp = fractions()
    return mdp.initial @ policy_evaluation(mdp, policy, 0 * mdp.initial, sweeps=STEPS)


def weighted(weights: Any) -> Any:
    """E[sum_t w_t grad log pi] over all trajectories of the first steps."""
    return expected_scores(fractions(), HALF, STEPS, weights)


def test_reinforce_is_the_gradient_of_the_finite_return() -> None:
    """What the wrong weights below are compared with."""
    mean = weighted(lambda course: pg.reinforce(course.rewards, gamma=Fraction(9, 10)))
    assert same(mean, gradient_of(finite_return))


@pytest.mark.parametrize("power", [-1, 1], ids=["dropped", "applied twice"])
def test_reinforce_needs_gamma_to_the_t_once(power: int) -> None:
    """Returns G_t without gamma^t, and with gamma^2t, have another mean."""
    gamma = numbers.rational("9/10")

    def weights(course: Any) -> Any:
        return [gamma ** (power * t) * w for t, w in enumerate(pg.reinforce(course.rewards, gamma=gamma))]

    assert not same(weighted(weights), gradient_of(finite_return))


def test_reinforce_must_not_leave_out_later_rewards() -> None:
    """Weighing each score by its own reward alone has another mean."""
    gamma = numbers.rational("9/10")
    mean = weighted(lambda course: [gamma**t * reward for t, reward in enumerate(course.rewards)])
    assert not same(mean, gradient_of(finite_return))


def test_a_baseline_that_knows_the_action_is_biased() -> None:
    """q - b with b(s, a) = R(s, a) misses the gradient by exactly pg.baseline."""
    mdp = fractions()
    left = pg.baseline(mdp, HALF, value.q(mdp, HALF) - mdp.reward)
    bias = pg.softmax_closed_form(mdp, HALF) - left
    assert same(bias, pg.baseline(mdp, HALF, mdp.reward))
    assert not same(bias, 0 * bias)


def test_the_advantage_may_have_a_larger_second_moment() -> None:
    """The advantage baseline does not always lower the variance: one state, and the better action 15 of 16 times."""
    policy = numbers.exact([["1/16", "15/16"]])
    bandit = MDP([[[1], [1]]], [[0, 1]], [1], 0)
    lengths = 2 * (1 - policy[0]) ** 2  # squared, of the scores: of two actions, each has 1 - pi in both logits
    moments = [
        (policy[0] * weights[0] ** 2 * lengths).sum()
        for weights in (value.q(bandit, policy), value.advantage(bandit, policy))
    ]
    assert moments[1] > moments[0]


def test_the_field_without_the_weight_is_no_gradient() -> None:
    """Its Jacobian is not symmetric, that of the gradient is."""
    mdp = fractions()
    wrong = jacobian_of(lambda policy: pg.discount_weight(mdp, policy, horizon=STEPS))
    right = jacobian_of(lambda policy: pg.softmax_closed_form(mdp, policy))
    assert same(right, right.T)
    assert not same(wrong, wrong.T)


def test_normalised_visits_give_another_gradient() -> None:
    """With visits that sum to one the closed form is (1 - gamma) times the gradient."""
    mdp = fractions()
    visits = (1 - mdp.discount) * discounted_visitation(mdp, HALF)
    wrong = visits[:, None] * HALF * value.advantage(mdp, HALF)
    assert same(wrong, (1 - mdp.discount) * pg.softmax_closed_form(mdp, HALF))
    assert not same(wrong, pg.softmax_closed_form(mdp, HALF))


def test_the_closed_form_needs_the_advantage() -> None:
    """q in place of A gives rows that do not sum to zero: in logits, only the theorem admits q."""
    mdp = fractions()
    wrong = discounted_visitation(mdp, HALF)[:, None] * HALF * value.q(mdp, HALF)
    assert (wrong.sum(axis=1) != 0).all()


@pytest.mark.parametrize("gae_lambda", [0, Fraction(1, 2), 1])
def test_a_wrong_critic_biases_the_gradient_below_lambda_one(gae_lambda: Any) -> None:
    """TD errors of a wrong critic have another mean than the gradient; at lambda one they have the same."""
    mdp = fractions()
    followed = pg.actor_critic(mdp, HALF, numbers.exact([5, -3]), gae_lambda=gae_lambda)
    assert same(followed, pg.softmax_closed_form(mdp, HALF)) == (gae_lambda == 1)


def test_an_episodes_length_is_not_one() -> None:
    """Without the mean length (the book's "proportional to") the gradient has another size."""
    mdp = fractions()
    visits = discounted_visitation(mdp, HALF)
    length = visits.sum()
    assert length == 10
    shape = (visits / length)[:, None] * HALF * value.advantage(mdp, HALF)
    assert same(length * shape, pg.theorem_episodic(mdp, HALF))
    assert not same(shape, pg.theorem_episodic(mdp, HALF))

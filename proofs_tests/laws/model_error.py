"""Laws of what errors of the model do to values and plans."""

import numpy as np

from rlproof.laws._common import Array, Claims, deterministic_policies, off_terminal, shaped
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import model as models
from rlproof.spec import numbers
from rlproof.spec.decision_process import MDP
from rlproof.spec.dp import policy_iteration
from rlproof.spec.mdp import discounted_visitation
from rlproof.spec.value import optimal_v, v


@law("model.simulation_error", derivation=True)
def simulation_error_is_the_difference_of_values(mdp: MDP, model: MDP, policy: Array) -> Claims:
    """It is v_pi of the process minus v_pi of the model, each solved on its own."""
    yield equal(models.simulation_error(mdp, model, policy), v(mdp, policy) - v(model, policy))


@law("model.simulation_error")
def simulation_error_changes_sign_with_the_roles(mdp: MDP, model: MDP, policy: Array) -> Claims:
    """The process is as far above the model as the model is below the process; and it is itself's perfect model."""
    yield equal(models.simulation_error(mdp, model, policy), -models.simulation_error(model, mdp, policy))
    yield equal(models.simulation_error(mdp, mdp, policy), 0)


@law("model.simulation_error")
def simulation_errors_add_up(mdp: MDP, model: MDP, policy: Array) -> Claims:
    """The error of a model of a model is the sum of both errors; between them lies the mixture of both."""
    half = mdp.replace(
        transition=(mdp.transition + model.transition) / 2,
        reward=(mdp.reward + model.reward) / 2,
    )
    both = models.simulation_error(mdp, half, policy) + models.simulation_error(half, model, policy)
    yield equal(models.simulation_error(mdp, model, policy), both)


@law("model.simulation_error")
def simulation_error_of_shaping_is_the_potential(mdp: MDP, policy: Array, potential: Array) -> Claims:
    """A model whose rewards are shaped by a potential has values too low by that potential."""
    error = models.simulation_error(mdp, shaped(mdp, potential), policy)
    yield equal(error, off_terminal(mdp, potential))


@law("model.simulation_bound")
def simulation_bound_holds(mdp: MDP, model: MDP, policy: Array) -> Claims:
    """|v_pi(s) - v^_pi(s)| is nowhere above the bound."""
    yield at_most(abs(v(mdp, policy) - v(model, policy)), models.simulation_bound(mdp, model, policy))


@law("model.simulation_bound", derivation=True)
def simulation_bound_is_attained_by_rewards(mdp: MDP, policy: Array) -> Claims:
    """If every reward is too small by one, all values are by sum_t gamma^t = 1 / (1 - gamma), and so is the bound."""
    endless = mdp.replace(terminal=None)
    model = endless.replace(reward=mdp.reward - 1)
    visits = discounted_visitation(endless, policy).sum()
    yield equal(models.simulation_bound(endless, model, policy), visits)
    yield equal(v(endless, policy) - v(model, policy), visits)


@law("model.simulation_bound", derivation=True)
def simulation_bound_is_attained_by_transitions(mdp: MDP) -> Claims:
    """A state that pays one and stays, and leaves for nothing in the model: the error is gamma / (1 - gamma)."""
    gamma, policy = mdp.discount, np.array([0, 0])
    stays, leaves = numbers.exact([[[1, 0]], [[0, 1]]]), numbers.exact([[[0, 1]], [[0, 1]]])
    process = MDP(stays, [[1], [0]], [1, 0], gamma)
    model = process.replace(transition=leaves)
    yield equal(models.simulation_bound(process, model, policy), gamma / (1 - gamma))
    yield equal((v(process, policy) - v(model, policy))[0], gamma / (1 - gamma))


@law("model.simulation_bound")
def simulation_bound_ignores_a_constant_reward(mdp: MDP, model: MDP, policy: Array) -> Claims:
    """The same reward added to both everywhere changes no span, hence not the bound; twice the rewards double it."""
    endless, other = mdp.replace(terminal=None), model.replace(terminal=None)
    bound = models.simulation_bound(endless, other, policy)
    raised = (endless.replace(reward=mdp.reward + 1), other.replace(reward=model.reward + 1))
    yield equal(models.simulation_bound(raised[0], raised[1], policy), bound)
    doubled = (endless.replace(reward=2 * mdp.reward), other.replace(reward=2 * model.reward))
    yield equal(models.simulation_bound(doubled[0], doubled[1], policy), 2 * bound)


@law("model.planning_loss")
def planning_loss_bounds_the_loss(mdp: MDP, model: MDP) -> Claims:
    """v_* - v_pi, pi optimal for the model, is nowhere above the bound."""
    loss = optimal_v(mdp) - v(mdp, policy_iteration(model))
    yield at_most(loss, models.planning_loss(mdp, model))


@law("model.planning_loss")
def planning_loss_is_attained(mdp: MDP) -> Claims:
    """One state, rewards 0 and 1 for two actions, a model that says 1/2 of both: all of the bound can be lost."""
    process = MDP(numbers.exact([[[1], [1]]]), [[0, 1]], [1], mdp.discount)
    model = process.replace(reward=numbers.exact([["1/2", "1/2"]]))
    loss = optimal_v(process) - v(process, policy_iteration(model))
    yield equal(loss, models.planning_loss(process, model))


@law("model.planning_loss", derivation=True)
def planning_loss_is_twice_the_largest_simulation_error(mdp: MDP, model: MDP) -> Claims:
    """By the simulation lemma, without the values of the process itself."""
    errors = [abs(models.simulation_error(mdp, model, actions)) for actions in deterministic_policies(mdp)]
    yield equal(models.planning_loss(mdp, model), 2 * np.max(errors))


@law("model.planning_loss")
def planning_loss_is_symmetric(mdp: MDP, model: MDP) -> Claims:
    """Process and model may change places; a perfect model loses nothing."""
    yield equal(models.planning_loss(mdp, model), models.planning_loss(model, mdp))
    yield equal(models.planning_loss(mdp, mdp), 0)

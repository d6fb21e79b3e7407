"""Wrong input to learned models, replay and planning: each has its own error, which names what is wrong."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

from rlproof.spec import cem, dyna, errors, mcts, model, plan, replay
from rlproof.spec.registry import equations

from ._processes import FIRST, FLAGS, HALVES, STEPS, corridor, floats, fractions

NAN = float("nan")
PROCESS = floats()
STATES, ACTIONS, NEXT = np.array([0, 1, 1]), np.array([0, 0, 1]), np.array([1, 1, 0])
DATA = {"states": STATES, "actions": ACTIONS}
BUFFER = {**DATA, "rewards": STEPS, "next_states": NEXT, "terminated": FLAGS}
TABLE = {"number_of_states": 2, "number_of_actions": 2}
COVERED = {"states": np.array([0, 0, 1, 1]), "actions": np.array([0, 1, 0, 1])}
COUNTS = np.ones((2, 2, 2))
UNIFORM = np.full((2, 2, 2), 0.5)
QUARTERS = HALVES / 2
CEM = {"samples": HALVES, "scores": FIRST, "elites": 1, "ddof": 0, "extra_variance": 0.0}
PUCT = {"mean_returns": FIRST, "visits": FIRST, "priors": FIRST, "exploration": 1.0, "exploration_base": 1.0}


class Bad(NamedTuple):
    """One wrong input: the call that gets it, the error, and what the message names."""

    call: Callable[[], Any]
    error: type[errors.RlproofError]
    named: tuple[str, ...]


def counted(**changes: Any) -> Any:
    """Counts of transitions, with some arguments changed."""
    return model.transition_counts(**{**DATA, "next_states": NEXT, **TABLE, **changes})


def updated(**changes: Any) -> Any:
    """An average update from the buffer, with some arguments changed."""
    return replay.uniform_update(**{"action_values": HALVES, **BUFFER, "gamma": 0.5, "step_size": 0.5, **changes})


def led(**changes: Any) -> Any:
    """The fixed point of a buffer, with some arguments changed."""
    return replay.fixed_point(**{"action_values": HALVES, **BUFFER, "discount": 0.5, **changes})


MODELS = {
    "no transitions": Bad(lambda: counted(states=np.array([], dtype=int)), errors.EmptySpaceError, ("states", "(0,)")),
    "states as rows": Bad(lambda: counted(states=STATES[:, None]), errors.ShapeError, ("states",)),
    "fewer actions": Bad(lambda: counted(actions=[0, 1]), errors.ShapeError, ("actions", "(2,)", "(3,)")),
    "fewer successors": Bad(lambda: counted(next_states=[0]), errors.ShapeError, ("next_states",)),
    "states from one": Bad(
        lambda: counted(states=STATES + 1), errors.ParameterError, ("states", "the index 2", "0 to 1")
    ),
    "a negative action": Bad(lambda: counted(actions=-ACTIONS), errors.ParameterError, ("the index -1",)),
    "states of floats": Bad(lambda: counted(next_states=STEPS), errors.ParameterError, ("float64",)),
    "an unvisited pair in the counts": Bad(
        lambda: model.maximum_likelihood(COUNTS * [[[1], [1]], [[0], [1]]]),
        errors.MissingDataError,
        ("pair (state, action)", "(1, 0)", "1 such"),
    ),
    "negative counts": Bad(lambda: model.maximum_likelihood(-COUNTS), errors.ParameterError, ("-1.0", "(0, 0, 0)")),
    "NaN counts": Bad(lambda: model.maximum_likelihood(COUNTS * NAN), errors.NonFiniteError, ("counts",)),
    "counts of pairs": Bad(lambda: model.maximum_likelihood(HALVES), errors.ShapeError, ("counts", "'S', 'A', 'S'")),
    "two states to three": Bad(lambda: model.maximum_likelihood(np.ones((2, 1, 3))), errors.ShapeError, ("counts",)),
    "no counts": Bad(lambda: model.maximum_likelihood(COUNTS[:0]), errors.EmptySpaceError, ("counts",)),
    "integer counts": Bad(lambda: model.maximum_likelihood(COUNTS.astype(int)), errors.IntegerDtypeError, ("counts",)),
    "an unvisited pair in the rewards": Bad(
        lambda: model.reward_model(STEPS, **DATA, **TABLE), errors.MissingDataError, ("(0, 1)",)
    ),
    "rewards of other length": Bad(
        lambda: model.reward_model(STEPS[:2], **DATA, **TABLE), errors.ShapeError, ("states", "(3,)", "(2,)")
    ),
    "rewards in rows": Bad(lambda: model.reward_model(HALVES, **DATA, **TABLE), errors.ShapeError, ("rewards",)),
    "one reward": Bad(lambda: model.reward_model(1.0, **DATA, **TABLE), errors.ShapeError, ("rewards", "()")),
    "no rewards": Bad(lambda: model.reward_model(STEPS[:0], **DATA, **TABLE), errors.EmptySpaceError, ("rewards",)),
    "NaN rewards": Bad(lambda: model.reward_model(STEPS * NAN, **DATA, **TABLE), errors.NonFiniteError, ("rewards",)),
    "outcomes without components": Bad(
        lambda: model.regression(STEPS, **DATA, **TABLE), errors.ShapeError, ("outcomes", "components")
    ),
    "an unvisited pair in the outcomes": Bad(
        lambda: model.regression(STEPS[:, None], **DATA, **TABLE), errors.MissingDataError, ("(0, 1)",)
    ),
    "a state never entered": Bad(
        lambda: model.backward(np.array([[[1.0, 0.0]], [[1.0, 0.0]]]), np.array([[0.5], [0.5]])),
        errors.SupportError,
        ("(action, next state)", "(0, 1)"),
    ),
    "a move that never happens": Bad(
        lambda: model.inverse(np.array([[[1.0, 0.0]], [[0.5, 0.5]]]), np.array([[0.5], [0.5]])),
        errors.SupportError,
        ("(state, next state)", "(0, 1)"),
    ),
    "policies for behaviour": Bad(
        lambda: model.backward(UNIFORM, HALVES), errors.RowSumError, ("behaviour", "sums to 2.0")
    ),
    "counts for a model": Bad(lambda: model.inverse(COUNTS, QUARTERS), errors.RowSumError, ("transition_model",)),
    "behaviour of states": Bad(lambda: model.inverse(UNIFORM, FIRST), errors.ShapeError, ("behaviour", "(2,)")),
    "a model of nothing": Bad(
        lambda: model.backward(np.zeros((0, 1, 0)), np.zeros((0, 1))), errors.ShapeError, ("(0, 1, 0)",)
    ),
    "three successors of two states": Bad(
        lambda: model.backward(np.full((2, 1, 3), 1 / 3), np.full((2, 1), 0.5)),
        errors.ShapeError,
        ("transition_model", "(2, 1, 3)"),
    ),
    "a kernel for a model": Bad(lambda: model.backward(HALVES, QUARTERS), errors.ShapeError, ("transition_model",)),
    "a model in Fractions": Bad(
        lambda: model.simulation_error(PROCESS, fractions(), HALVES), errors.RlproofError, ("discount",)
    ),
    "another discount": Bad(
        lambda: model.simulation_error(PROCESS, floats(discount=0.25), HALVES),
        errors.ParameterError,
        ("0.5 and 0.25", "one discount"),
    ),
    "another discount for a bound": Bad(
        lambda: model.simulation_bound(PROCESS, floats(discount=0.25), HALVES), errors.ParameterError, ("0.25",)
    ),
    "another discount for planning": Bad(
        lambda: model.planning_loss(PROCESS, floats(discount=0.25)), errors.ParameterError, ("0.25",)
    ),
    "a model of other states": Bad(
        lambda: model.planning_loss(fractions(), corridor()), errors.ShapeError, ("model.transition", "(3, 3, 3)")
    ),
    "a bound at discount one": Bad(
        lambda: model.simulation_bound(corridor(), corridor(), [0, 0, 0]), errors.DiscountError, ("discount 1",)
    ),
    "policies that never end": Bad(
        lambda: model.planning_loss(corridor(), corridor()), errors.TerminationError, ("circle for ever",)
    ),
}

UPDATES = {
    "a step above one": Bad(
        lambda: dyna.q_planning(PROCESS, HALVES, **DATA, step_size=1.5), errors.ParameterError, ("step_size", "1.5")
    ),
    "values of states": Bad(
        lambda: dyna.q_planning(PROCESS, FIRST, **DATA, step_size=0.5), errors.ShapeError, ("action_values", "(2,)")
    ),
    "NaN values": Bad(
        lambda: dyna.imagined_sarsa(PROCESS, HALVES, HALVES * NAN, **DATA, step_size=0.5),
        errors.NonFiniteError,
        ("nan",),
    ),
    "a pair that is not there": Bad(
        lambda: dyna.imagined_sarsa(PROCESS, HALVES, HALVES, STATES + 5, ACTIONS, step_size=0.5),
        errors.ParameterError,
        ("states", "the index 6"),
    ),
    "a policy off": Bad(
        lambda: dyna.imagined_sarsa(PROCESS, QUARTERS, HALVES, **DATA, step_size=0.5), errors.RowSumError, ("policy",)
    ),
    "no slot": Bad(lambda: replay.ring_buffer(STEPS, capacity=0), errors.ParameterError, ("capacity", "one slot")),
    "half a slot": Bad(lambda: replay.ring_buffer(STEPS, capacity=0.5), errors.ParameterError, ("capacity", "0.5")),
    "nothing pushed": Bad(lambda: replay.ring_buffer(STEPS[:0], capacity=2), errors.EmptySpaceError, ("items",)),
    "an empty buffer": Bad(
        lambda: updated(**{name: column[:0] for name, column in BUFFER.items()}), errors.EmptySpaceError, ("rewards",)
    ),
    "done as numbers": Bad(
        lambda: updated(terminated=np.zeros(3)), errors.ParameterError, ("terminated", "float64", "continue mask")
    ),
    "a successor that is not there": Bad(
        lambda: updated(next_states=NEXT + 1), errors.ParameterError, ("next_states", "the index 2")
    ),
    "gamma above one": Bad(lambda: updated(gamma=99), errors.ParameterError, ("gamma", "99")),
    "values without actions": Bad(lambda: updated(action_values=FIRST), errors.ShapeError, ("action_values", "(2,)")),
    "flags of other length": Bad(lambda: led(terminated=FLAGS[:2]), errors.ShapeError, ("terminated", "(2,)")),
    "discount above one": Bad(lambda: led(discount=1.5), errors.DiscountError, ("1.5",)),
    "discount one without an end": Bad(
        lambda: led(discount=1.0, actions=np.array([0, 0, 0]), action_values=HALVES[:, :1],
                    terminated=np.zeros(3, dtype=bool)),
        errors.TerminationError,
        ("the process",),
    ),
    "infinite values": Bad(lambda: led(action_values=HALVES / 0.0), errors.NonFiniteError, ("action_values", "inf")),
}  # fmt: skip

PLANS = {
    "a negative horizon": Bad(
        lambda: plan.exhaustive_tree(PROCESS, FIRST, horizon=-1), errors.ParameterError, ("horizon", "-1")
    ),
    "leaves of other states": Bad(
        lambda: plan.exhaustive_tree(PROCESS, STEPS, horizon=1), errors.ShapeError, ("state_values", "(3,)", "(2,)")
    ),
    "NaN leaves": Bad(
        lambda: plan.exhaustive_tree(PROCESS, FIRST * NAN, horizon=0), errors.NonFiniteError, ("state_values",)
    ),
    "Fractions at the leaves": Bad(
        lambda: plan.exhaustive_tree(PROCESS, ["1/3", "2/3"], horizon=0), errors.NumberSystemError, ("state_values",)
    ),
    "a plan without steps": Bad(
        lambda: plan.receding_horizon(PROCESS, FIRST, depth=0), errors.ParameterError, ("depth", "at least one step")
    ),
    "one sequence": Bad(
        lambda: plan.random_shooting(PROCESS, ACTIONS), errors.ShapeError, ("action_sequences", "(3,)")
    ),
    "no sequences": Bad(
        lambda: plan.random_shooting(PROCESS, np.zeros((0, 2), int)), errors.EmptySpaceError, ("action_sequences",)
    ),
    "an action that is not there": Bad(
        lambda: plan.random_shooting(PROCESS, [[0, 2]]), errors.ActionSetError, ("0 to 2", "0 to 1")
    ),
    "an action before the first": Bad(
        lambda: plan.random_shooting(PROCESS, [[0, -1]]), errors.ActionSetError, ("-1 to 0", "0 to 1")
    ),
    "actions of floats": Bad(lambda: plan.random_shooting(PROCESS, HALVES), errors.ActionSetError, ("float64",)),
    "no elite": Bad(lambda: cem.update(**CEM | {"elites": 0}), errors.ParameterError, ("0 elites of 2 samples",)),
    "more elites than samples": Bad(lambda: cem.update(**CEM | {"elites": 3}), errors.ParameterError, ("2 samples",)),
    "a share of elites": Bad(lambda: cem.update(**CEM | {"elites": 0.5}), errors.ParameterError, ("elites", "0.5")),
    "one elite, ddof 1": Bad(lambda: cem.update(**CEM | {"ddof": 1}), errors.ParameterError, ("at least 2",)),
    "negative variance": Bad(lambda: cem.update(**CEM | {"extra_variance": -1.0}), errors.ParameterError, ("-1.0",)),
    "scores of other length": Bad(lambda: cem.update(**CEM | {"scores": STEPS}), errors.ShapeError, ("scores", "(3,)")),
    "NaN scores": Bad(lambda: cem.update(**CEM | {"scores": FIRST * NAN}), errors.NonFiniteError, ("scores",)),
    "samples without components": Bad(lambda: cem.update(**CEM | {"samples": FIRST}), errors.ShapeError, ("samples",)),
    "negative visits": Bad(lambda: mcts.backup(FIRST, -FIRST, FIRST), errors.ParameterError, ("visits", "-0.75")),
    "returns of other length": Bad(lambda: mcts.backup(FIRST, FIRST, STEPS), errors.ShapeError, ("returns", "(3,)")),
    "no visit": Bad(lambda: mcts.uct(FIRST, 0 * FIRST, exploration=1.0), errors.MissingDataError, ("never searched",)),
    "negative exploration": Bad(
        lambda: mcts.uct(FIRST, FIRST, exploration=-1.0), errors.ParameterError, ("exploration", "-1.0")
    ),
    "visits of two nodes": Bad(
        lambda: mcts.uct(HALVES, HALVES, exploration=1.0), errors.ShapeError, ("visits", "(2, 2)")
    ),
    "logits for priors": Bad(
        lambda: mcts.puct(**PUCT | {"priors": np.array([-1.0, 2.0])}), errors.NegativeProbabilityError, ("priors",)
    ),
    "a base of zero": Bad(
        lambda: mcts.puct(**PUCT | {"exploration_base": 0.0}), errors.ParameterError, ("exploration_base", "> 0")
    ),
    "temperature zero": Bad(
        lambda: mcts.visit_policy(FIRST, temperature=0.0), errors.ParameterError, ("temperature", "> 0")
    ),
    "a node without simulations": Bad(
        lambda: mcts.visit_policy(0 * FIRST, temperature=1.0), errors.MissingDataError, ("all zero",)
    ),
    "edges of another process": Bad(
        lambda: mcts.search(PROCESS, FIRST, np.ones((1, 2, 3), bool)), errors.ShapeError, ("expanded", "(1, 2, 3)")
    ),
    "edges as numbers": Bad(lambda: mcts.search(PROCESS, FIRST, UNIFORM), errors.ParameterError, ("expanded",)),
    "edges of one depth": Bad(
        lambda: mcts.search(PROCESS, FIRST, HALVES > 0), errors.ShapeError, ("expanded", "(2, 2)", "depths")
    ),
    "no depth": Bad(
        lambda: mcts.search(PROCESS, FIRST, np.ones((0, 2, 2), bool)), errors.EmptySpaceError, ("expanded",)
    ),
}

ALL = {**MODELS, **UPDATES, **PLANS}


@pytest.mark.parametrize("bad", ALL.values(), ids=ALL)
def test_the_error_says_what_is_wrong(bad: Bad) -> None:
    """Its class is the one for this situation, and its message names the argument and what was got."""
    with np.errstate(divide="ignore"), pytest.raises(bad.error) as caught:
        bad.call()
    assert isinstance(caught.value, ValueError)
    for text in bad.named:
        assert text in str(caught.value)


def test_right_input_is_accepted() -> None:
    """The arguments that the wrong ones are changed from give no error."""
    assert counted().sum() == 3
    assert model.reward_model(np.append(STEPS, 0.0), **COVERED, **TABLE).shape == (2, 2)
    assert updated().shape == led().shape == (2, 2)
    assert cem.update(**CEM).shape == (2, 2)
    assert mcts.puct(**PUCT).shape == (2,)


@pytest.mark.parametrize("topic", ["model", "dyna", "replay", "plan", "cem", "mcts"])
def test_every_kind_of_error_named_is_shown(topic: str) -> None:
    """The errors that the topic's entries name are raised by some call above, or by a check shared by all topics."""
    shared = {"NumberSystemError", "IntegerDtypeError", "NonFiniteError", "NotAProbabilityError", "ActionSetError"}
    named = {
        word.strip(",.;")
        for entry in equations()
        if entry.topic == topic
        for word in entry.sections["Raises"].split()
        if word.strip(",.;").endswith("Error")
    }
    shown = {kind.__name__ for bad in ALL.values() for kind in bad.error.__mro__}
    assert named - shared <= shown

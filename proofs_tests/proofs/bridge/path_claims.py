"""Claims about whole trajectories of a process: probabilities, returns, REINFORCE's weights, scores."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from rlproof.spec import mdp, pg, trajectories

from .claims import Claim
from .process_claims import Case
from .rocq_text import listed, nested

HORIZON = 2
"""All trajectories of so many steps are compared, each with its probability and its return."""


def trajectory_claims(case: Case) -> Iterator[Claim]:
    """Probability, return and REINFORCE's weights of every trajectory that can happen, and their expectation."""
    process, given = case.process, "F process_valid"
    for number, path in enumerate(trajectories.enumerate(process, case.policy, HORIZON)):
        text = _trajectory(process, path.states, path.actions)
        taken = (np.array(path.states), np.array(path.actions))
        measure = mdp.trajectory_measure(process, case.policy, *taken)
        assert measure == path.probability
        seen = f"{path.states[0]} (path_of {text})"
        tag = f"_{number}"
        program = f"(Program.trajectory_measure process {seen} old)"
        certificate = f"(trajectory_measure_computed F process_valid old_valid {text})"
        yield Claim("trajectory_measure", f"trajectory_measure M p_old {text}", certificate, program, measure, tag)
        total = mdp.discounted_return(path.rewards, gamma=process.discount)
        certificate = f"(discounted_return_computed {given} {text})"
        program = f"(Program.discounted_return process {seen})"
        yield Claim("discounted_return", f"discounted_return M {text}", certificate, program, total, tag)
        for t, weight in enumerate(pg.reinforce(path.rewards, gamma=process.discount)):
            step = f"(@Ordinal {HORIZON} {t} isT)"
            certificate = f"(reinforce_computed {given} {text} {step})"
            program = f"(Program.reinforce process {seen} {t})"
            yield Claim("reinforce", f"reinforce M {text} {step}", certificate, program, weight, f"{tag}_{t}")
    yield _expectation(case)
    yield _score(case)


def _expectation(case: Case) -> Claim:
    """The mean return over all trajectories: summed here, over those that spec enumerates."""
    process, n, m = case.process, case.process.number_of_states - 1, case.process.number_of_actions - 1
    paths = trajectories.enumerate(process, case.policy, HORIZON)
    mean = sum(path.probability * mdp.discounted_return(path.rewards, gamma=process.discount) for path in paths)
    term = f"expectation M p_old (fun x : trajectory {n} {m} {HORIZON} => discounted_return M x)"
    program = f"(computation.finite_horizon_return process old {HORIZON})"
    return Claim("expectation", term, f"(expectation_computed F process_valid old_valid {HORIZON})", program, mean)


def _score(case: Case) -> Claim:
    """The score along the line to the new policy, (π' - π) / π, where the old policy takes every action."""
    direction = case.new_policy - case.policy
    scores = np.where(case.policy == 0, 0 * direction, direction / np.where(case.policy == 0, 1, case.policy))
    text = nested(direction)
    term = f"score p_old (fun s a => real F (entry2 {text} s a))"
    program = f"(fun s a => Qdiv (entry2 {text} s a) (entry2 old s a))"
    return Claim("score", term, f"(score_computed F old_valid {text})", program, scores)


def _trajectory(process: mdp.MDP, states: tuple[int, ...], actions: tuple[int, ...]) -> str:
    def state(number: int) -> str:
        return f"@Ordinal {process.number_of_states} {number} isT"

    def step(action: int, following: int) -> str:
        return f"(@Ordinal {process.number_of_actions} {action} isT, {state(following)})"

    steps = listed([step(*each) for each in zip(actions, states[1:], strict=True)]).replace("[::", "[tuple", 1)
    n, m = process.number_of_states - 1, process.number_of_actions - 1
    return f"(({state(states[0])}, {steps}) : trajectory {n} {m} {len(actions)})"

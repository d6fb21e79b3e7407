"""Claims about whole trajectories of a process: probabilities, returns, REINFORCE's weights, scores."""

from collections.abc import Iterator

import numpy as np

from rlproof.spec import mdp, pg, trajectories

from .case import Case
from .claims import Claim
from .rocq_text import nested

MANY = 6
"""Of processes with more pairs of a state and an action only trajectories of one step are compared, else of two."""


def path_claims(case: Case) -> Iterator[Claim]:
    """Probability, return and REINFORCE's weights of every trajectory that can happen, and their expectation."""
    process, given, horizon = case.process, "F process_valid", _horizon(case)
    for number, path in enumerate(trajectories.enumerate(process, case.policy, horizon)):
        text = _trajectory(case, path.states, path.actions)
        taken = (np.array(path.states), np.array(path.actions))
        measure = mdp.trajectory_measure(process, case.policy, *taken)
        assert measure == path.probability
        seen = f"{path.states[0]} (path_of {text})"
        tag = f"_{number}"
        program = f"(Program.trajectory_measure process {seen} old)"
        certificate = f"(trajectory_measure_computed {given} old_valid {text})"
        term = f"trajectory_measure M p_old {text}"
        yield Claim("score.trajectory_measure", term, certificate, program, measure, tag)
        total = mdp.discounted_return(path.rewards, gamma=process.discount)
        certificate = f"(discounted_return_computed {given} {text})"
        program = f"(Program.discounted_return process {seen})"
        yield Claim("score.discounted_return", f"discounted_return M {text}", certificate, program, total, tag)
        for t, weight in enumerate(pg.reinforce(path.rewards, gamma=process.discount)):
            step = f"(@Ordinal {horizon} {t} isT)"
            certificate = f"(reinforce_computed {given} {text} {step})"
            program = f"(Program.reinforce process {seen} {t})"
            yield Claim("score.reinforce", f"reinforce M {text} {step}", certificate, program, weight, f"{tag}_{t}")
    yield _expectation(case)
    yield _score(case)


def _expectation(case: Case) -> Claim:
    """The mean return over all trajectories: summed here, over those that spec enumerates."""
    process, horizon, (n, m) = case.process, _horizon(case), case.last
    paths = trajectories.enumerate(process, case.policy, horizon)
    mean = sum(path.probability * mdp.discounted_return(path.rewards, gamma=process.discount) for path in paths)
    term = f"expectation M p_old (fun x : trajectory {n} {m} {horizon} => discounted_return M x)"
    program = f"(computation.finite_horizon_return process old {horizon})"
    certificate = f"(expectation_computed F process_valid old_valid {horizon})"
    return Claim("score.expectation", term, certificate, program, mean)


def _score(case: Case) -> Claim:
    """The score along the line to the new policy, (π' - π) / π, where the old policy takes every action."""
    direction = case.new_policy - case.policy
    scores = np.where(case.policy == 0, 0 * direction, direction / np.where(case.policy == 0, 1, case.policy))
    text = nested(direction)
    term = f"score p_old (fun s a => real F (entry2 {text} s a))"
    program = f"(fun s a => Qdiv (entry2 {text} s a) (entry2 old s a))"
    return Claim("score.score", term, f"(score_computed F old_valid {text})", program, scores)


def _horizon(case: Case) -> int:
    return 1 if case.policy.size > MANY else 2


def _trajectory(case: Case, states: tuple[int, ...], actions: tuple[int, ...]) -> str:
    n, m = case.last

    def step(action: int, following: int) -> str:
        return f"(@Ordinal {m + 1} {action} isT, @Ordinal {n + 1} {following} isT)"

    steps = "; ".join(step(*each) for each in zip(actions, states[1:], strict=True))
    return f"((@Ordinal {n + 1} {states[0]} isT, [tuple {steps}]) : trajectory {n} {m} {len(actions)})"

"""Claims about estimators and objectives: every definition of trajectory.v and ppo.v, on one set of data."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from rlproof.spec import gae, mdp, ppo, td, vtrace

from .claims import Claim
from .rocq_text import flag, fraction, listed, nested


class Data(NamedTuple):
    """Transitions, ratios and advantages, and the parameters of the estimators."""

    name: str
    states: Any
    """[T] integers, s_t."""
    next_states: Any
    """[T] integers, the true successor of each transition."""
    state_values: Any
    """[S], the value of each state."""
    rewards: Any
    terminated: Any
    truncated: Any
    ratios: Any
    advantages: Any
    returns: Any
    old_values: Any
    gamma: Any
    decay: Any
    """λ."""
    levels: tuple[Any, Any]
    """ρ̄ and c̄."""
    clip_epsilon: Any
    dual_clip: Any
    n: int


def estimator_data(data: Data) -> dict[str, str]:
    """The data as Rocq reads them: transitions, ratios, pairs of ratio and advantage, samples of values, states."""
    return {
        "data": listed([f"Program.Transition {row}" for row in _rows(data)]),
        "ratios": nested(data.ratios),
        "batch": listed([f"({fraction(r)}, {fraction(a)})" for r, a in zip(data.ratios, data.advantages, strict=True)]),
        "samples": listed([f"({', '.join(map(fraction, row))})" for row in _samples(data)]),
        "visited": listed([f"{state}%N" for state in data.states]),
    }


def _rows(data: Data) -> Iterator[str]:
    values, next_values = data.state_values[data.states], data.state_values[data.next_states]
    rows = zip(data.rewards, values, next_values, data.terminated, data.truncated, strict=True)
    for reward, value, next_value, terminated, truncated in rows:
        yield " ".join([*map(fraction, (reward, value, next_value)), flag(terminated), flag(truncated)])


def _samples(data: Data) -> Iterator[tuple[Any, ...]]:
    return zip(data.state_values[data.states], data.old_values, data.returns, strict=True)


def estimator_claims(data: Data) -> Iterator[Claim]:
    """Every definition of an estimator or an objective, with spec's value."""
    yield from _transitions(data)
    yield from _trajectories(data)
    yield from _traces(data)
    yield from _objectives(data)


def _transitions(data: Data) -> Iterator[Claim]:
    values, next_values = data.state_values[data.states], data.state_values[data.next_states]
    gamma = fraction(data.gamma)
    errors = td.error(data.rewards, values, next_values, data.terminated, gamma=data.gamma)
    steps = td.one_step_return(data.rewards, next_values, data.terminated, gamma=data.gamma)
    for name, results in (("error", errors), ("one_step_return", steps)):
        for t, result in enumerate(results):
            row = f"(nth Program.blank data {t})"
            term = f"trajectory.{name} (real F {gamma}) (transition_of F {row})"
            yield Claim(
                f"trajectory.{name}", term, f"{name}_computed", f"Program.{name} {gamma} {row}", result, tag=f"_{t}"
            )


def _trajectories(data: Data) -> Iterator[Claim]:
    values, next_values = data.state_values[data.states], data.state_values[data.next_states]
    ends = (data.terminated, data.truncated)
    gamma, decay, (rho_bar, c_bar) = fraction(data.gamma), fraction(data.decay), map(fraction, data.levels)

    def claim(name: str, constants: list[str], result: Any, given: tuple[str, str] = ("", "")) -> Claim:
        real = " ".join(f"(real F {constant})" for constant in constants)
        return Claim(
            f"trajectory.{name}",
            f"trajectory.{name} {real} {given[0]} τ",
            f"{name}_computed",
            f"Program.{name} {' '.join(constants)} {given[1]} data",
            result,
            sequence=True,
        )

    advantages = gae.advantage(data.rewards, values, next_values, *ends, gamma=data.gamma, gae_lambda=data.decay)
    yield claim("advantage", [gamma, decay], advantages)
    yield claim("rewards_to_go", [gamma], mdp.rewards_to_go(data.rewards, next_values, *ends, gamma=data.gamma))
    n_steps = td.n_step_return(data.rewards, next_values, *ends, gamma=data.gamma, n=data.n)
    yield claim("n_step_return", [gamma], n_steps, (str(data.n), str(data.n)))
    returns = td.lambda_return(data.rewards, next_values, *ends, gamma=data.gamma, trace_decay=data.decay)
    yield claim("lambda_return", [gamma, decay], returns)
    levels = {"rho_bar": data.levels[0], "c_bar": data.levels[1]}
    targets = vtrace.target(data.rewards, values, next_values, *ends, data.ratios, gamma=data.gamma, **levels)
    yield claim("target", [gamma, rho_bar, c_bar], targets, ("(map (real F) ratios)", "ratios"))


def _traces(data: Data) -> Iterator[Claim]:
    gamma, decay = fraction(data.gamma), fraction(data.decay)
    arrays = (data.state_values, data.states, data.rewards, data.next_states, data.terminated, data.truncated)
    totals = td.lambda_backward(*arrays, gamma=data.gamma, trace_decay=data.decay)
    for state, total in enumerate(totals):
        term = f"trajectory.lambda_backward (real F {gamma}) (real F {decay}) visited τ {state}%N"
        program = f"Program.lambda_backward {gamma} {decay} visited data {state}%N"
        yield Claim("trajectory.lambda_backward", term, "lambda_backward_computed", program, total, tag=f"_{state}")


def _objectives(data: Data) -> Iterator[Claim]:
    pair, epsilon, dual = (data.ratios, data.advantages), data.clip_epsilon, data.dual_clip
    band, dual_clip = fraction(epsilon), fraction(dual)

    def claim(name: str, constants: list[str], over: tuple[str, str], result: Any, tag: str = "") -> Claim:
        real = " ".join(f"(real F {constant})" for constant in constants)
        program = f"Program.{name} {' '.join(constants)} {over[1]}"
        return Claim(f"ppo.{name}", f"ppo.{name} {real} {over[0]}", f"{name}_computed", program, result, tag=tag)

    batch, samples = ("pairs", "batch"), ("values", "samples")
    yield claim("cpi_objective", [], batch, ppo.cpi_objective(*pair))
    yield claim("clip_objective", [band], batch, ppo.clip_objective(*pair, clip_epsilon=epsilon))
    yield claim("clip_objective_g", [band], batch, ppo.clip_objective_g(*pair, clip_epsilon=epsilon))
    dual_clipped = ppo.dual_clip_objective(*pair, clip_epsilon=epsilon, dual_clip=dual)
    yield claim("dual_clip_objective", [band, dual_clip], batch, dual_clipped)
    for t, slope in enumerate(ppo.clip_gradient(*pair, clip_epsilon=epsilon)):
        sample = [fraction(data.ratios[t]), fraction(data.advantages[t])]
        yield claim("clip_gradient", [band, *sample], ("", ""), slope, tag=f"_{t}")
    values = data.state_values[data.states]
    yield claim("value_loss", [], samples, ppo.value_loss(values, data.returns))
    loss = ppo.clipped_value_loss(values, data.old_values, data.returns, clip_epsilon=epsilon)
    yield claim("clipped_value_loss", [band], samples, loss)

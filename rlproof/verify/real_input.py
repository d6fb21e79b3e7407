"""Checks on real input: Gymnasium's tables as decision processes, and rollouts of MuJoCo tasks."""

import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from typing import Any

import numpy as np

from ..envs.blackjack import blackjack
from ..envs.policies import GaussianPolicy, random_critic, random_policy, trained_critic, trained_policy
from ..envs.rollouts import Rollout, rollout
from ..envs.transition_tables import as_mdp
from ..laws import laws
from ..oracle import agreement
from ..oracle.cases import FloatMDP, each, exactly, fields, to_rounded
from ..oracle.judges import JUDGES
from ..oracle.rounding import UNIT_ROUNDOFF, Rounded
from ..spec import gae, numbers, policy, ppo
from ..spec.decision_process import MDP
from ..spec.dp import policy_iteration
from ..spec.registry import Equation
from . import device
from .candidates import implementation, spec_in_floats
from .checks import Check, Effort
from .evidence import Outcome

DISCOUNT = "99/100"
EXACT_LIMIT = 70
"""Largest number of states that is solved in rationals here; larger tables are compared in float64."""
ROLLOUT_SETTINGS = {"gamma": 0.99, "gae_lambda": 0.95, "clip_epsilon": 0.2, "beta": 1.0, "kl_target": 0.01}

TABLES: dict[str, Callable[[str], MDP]] = {
    "FrozenLake-v1 4x4": lambda s: as_mdp("FrozenLake-v1", discount=DISCOUNT, system=s, is_slippery=False),
    "FrozenLake-v1 4x4 slippery": lambda s: as_mdp("FrozenLake-v1", discount=DISCOUNT, system=s),
    "FrozenLake-v1 8x8": lambda s: as_mdp(
        "FrozenLake-v1", discount=DISCOUNT, system=s, map_name="8x8", is_slippery=False
    ),
    "FrozenLake-v1 8x8 slippery": lambda s: as_mdp("FrozenLake-v1", discount=DISCOUNT, system=s, map_name="8x8"),
    "CliffWalking-v1": lambda s: as_mdp("CliffWalking-v1", discount=DISCOUNT, system=s),
    "Blackjack-v1": lambda s: blackjack(discount=DISCOUNT, system=s).mdp,
    "Taxi-v4": lambda s: as_mdp("Taxi-v4", discount=DISCOUNT, system=s),
}
ROLLOUTS = ("Hopper-v5 random", "Hopper-v5 trained", "HalfCheetah-v5 random", "HalfCheetah-v5 trained")
QUICK_ENVIRONMENTS = ("FrozenLake-v1 4x4 slippery", "Hopper-v5 trained")
EXACT_TABLES = ("FrozenLake-v1 4x4", "FrozenLake-v1 4x4 slippery")
"""Tables on which the trust-region laws are held in rationals as well."""
PARAMETERS = ("mdp", "policy", "new_policy", "sampling_policy", "state_values", "action_values", "sweeps")
ROLLOUT_PARAMETERS = (
    *("rewards", "values", "next_values", "terminated", "truncated"),
    *("actions", "mean", "old_mean", "log_std", "old_log_std", "log_probs", "old_log_probs"),
    *("ratios", "advantages", "divergences", "divergence"),
    *ROLLOUT_SETTINGS,
)
"""What a rollout has: every equation of these is compared on real trajectories."""
BEYOND_FLOATS = ("importance_sampling.ordinary", "importance_sampling.per_decision", "ppo.adaptive_kl_trace")
"""Products over all steps, which leave the range of floats on a whole rollout: compared on short data only."""
LAW_PARAMETERS = {
    "mdp",
    "policy",
    "new_policy",
    "third_policy",
    "sampling_policy",
    "full_policy",
    "full_new_policy",
    "potential",
    "state_values",
    "other_state_values",
}


def table_checks(name: str, selected: tuple[Equation, ...], effort: Effort, seed: int) -> Iterator[Check]:
    """Compare every tabular equation on an environment's own table."""
    candidates = {"spec": spec_in_floats, "impl": implementation}
    for equation in selected:
        if set(agreement.parameters(equation)) <= set(PARAMETERS) and equation.id not in JUDGES:
            for kind in effort.on_tables:
                candidate = candidates[kind](equation)
                title = f"{equation.id}: {kind} on {name}"
                yield Check(title, partial(_check_table, equation, kind, candidate, name, seed))


def table_law_checks(name: str, selected: tuple[Equation, ...], seed: int) -> Iterator[Check]:
    """Hold the trust-region laws in exact arithmetic on an environment's own table."""
    chosen = {equation.id for equation in selected if equation.topic == "trpo"}
    for law in laws():
        if law.equation in chosen and law.parameters and set(law.parameters) <= LAW_PARAMETERS:
            yield Check(f"{law.id} on {name}", partial(_check_table_law, law, name, seed))


def rollout_checks(name: str, selected: tuple[Equation, ...], effort: Effort, seed: int) -> Iterator[Check]:
    """Compare every trajectory-level equation on real trajectories."""
    for equation in selected:
        if set(agreement.parameters(equation)) <= set(ROLLOUT_PARAMETERS) and equation.id not in (
            *JUDGES,
            *BEYOND_FLOATS,
        ):
            for kind, make in (("spec", spec_in_floats), ("impl", implementation)):
                yield Check(
                    f"{equation.id}: {kind} on {name}",
                    partial(_check_rollout, equation, kind, make(equation), name, effort.rollout_steps, seed),
                )


def _check_table(equation: Equation, kind: str, candidate: Any, name: str, seed: int) -> Outcome:
    start = time.perf_counter()
    case = _table_case(name, seed, "float64")
    inputs = {key: case[key] for key in agreement.parameters(equation)}
    got = candidate(**{key: _bare(value) for key, value in inputs.items()})
    with device.arithmetic(kind):
        bound = equation.function(**{key: _with_input_error(value) for key, value in inputs.items()}).error
    if len(case["state_values"]) <= EXACT_LIMIT:
        exact_case = _table_case(name, seed, "exact")
        expected = agreement.evaluate(equation, {key: exact_case[key] for key in inputs})
    else:
        expected, bound = numbers.exact(equation.function(**inputs)), 2 * bound
    comparison = agreement.judge_against(expected, got, bound)
    return _outcome(equation, f"{kind} on {name}", comparison, start)


def _check_table_law(law: Any, name: str, seed: int) -> Outcome:
    start = time.perf_counter()
    case = _table_case(name, seed, "exact")
    decision = law.check(**{key: case[key] for key in law.parameters})
    failure = None if decision.holds is True else f"{law.id} does not hold on {name} ({decision})"
    slack = None if decision.slack == float("inf") else decision.slack
    return Outcome(
        law.equation,
        f"law {law.name} on {name}",
        law.system,
        1,
        error=decision.error,
        slack=slack,
        counterexample=failure,
        seconds=time.perf_counter() - start,
    )


def _check_rollout(equation: Equation, kind: str, candidate: Any, name: str, steps: int, seed: int) -> Outcome:
    start = time.perf_counter()
    data = rollout_case(name, steps, seed)
    inputs = {key: data[key] for key in agreement.parameters(equation)}
    expected = agreement.evaluate_in_balls(equation, each(exactly, inputs))
    with device.arithmetic(kind):
        bound = agreement.rounding_bound(equation, inputs, "float64")
    comparison = agreement.judge_against(expected, candidate(**inputs), bound)
    return _outcome(equation, f"{kind} on {name}, {steps} steps", comparison, start, cases=int(np.size(comparison.got)))


def _outcome(equation: Equation, check: str, comparison: agreement.Comparison, start: float, cases: int = 1) -> Outcome:
    failure = (
        None
        if comparison.agrees
        else (
            f"{equation.id}: {check} differs from the theory\nexpected {comparison.expected}\ngot      "
            f"{comparison.got}\nerror {comparison.error:.3g}, bound {comparison.bound:.3g}"
        )
    )
    return Outcome(
        equation.id,
        check,
        "float64",
        cases,
        comparison.error,
        comparison.bound,
        counterexample=failure,
        seconds=time.perf_counter() - start,
    )


@cache
def _table_case(name: str, seed: int, system: str) -> Mapping[str, Any]:
    """A process of an environment with random policies and values, the same in both number systems."""
    mdp = TABLES[name](system)
    generator = np.random.default_rng(seed)
    shape = mdp.reward.shape

    def distribution() -> Any:
        weights = generator.multinomial(1024 - shape[1], np.full(shape[1], 1 / shape[1]), size=shape[0]) + 1
        return numbers.convert(numbers.exact(weights) / 1024, system)

    names = ("new_policy", "third_policy", "sampling_policy", "full_policy", "full_new_policy")
    case = {key: distribution() for key in names}
    best = (np.arange(shape[1]) == policy_iteration(mdp)[:, None]).astype(int)
    uniform = numbers.exact(np.ones(shape, dtype=int)) / shape[1]
    values = {
        key: numbers.convert(numbers.exact(generator.integers(-8, 9, size)), system)
        for key, size in (
            ("state_values", shape[:1]),
            ("other_state_values", shape[:1]),
            ("potential", shape[:1]),
            ("action_values", shape),
        )
    }
    case["policy"] = numbers.convert((uniform + numbers.exact(best)) / 2, system)
    return {"mdp": mdp, **case, **values, "sweeps": 3}


@cache
def rollout_case(name: str, steps: int, seed: int) -> Mapping[str, Any]:
    """The vocabulary's arrays of a rollout, with a nearby policy as the new one."""
    env_id, kind = name.split(" ")
    acting: GaussianPolicy = random_policy(env_id, seed) if kind == "random" else trained_policy(env_id)
    critic = random_critic(env_id, seed) if kind == "random" else trained_critic(env_id)
    data: Rollout = rollout(env_id, acting, steps=steps, seed=seed, critic=critic)
    generator = np.random.default_rng(seed)
    new_mean = data.mean + 0.1 * np.exp(data.log_std) * generator.standard_normal(data.mean.shape)
    new_log_std = data.log_std - 0.05
    case = {
        key: getattr(data, key) for key in ("rewards", "values", "next_values", "terminated", "truncated", "actions")
    }
    case |= {"old_mean": data.mean, "old_log_std": np.array(data.log_std), "mean": new_mean, "log_std": new_log_std}
    case["old_log_probs"] = policy.gaussian_log_prob(data.actions, data.mean, case["old_log_std"])
    case["log_probs"] = policy.gaussian_log_prob(data.actions, new_mean, new_log_std)
    case["ratios"] = ppo.ratio(case["log_probs"], case["old_log_probs"])
    case["divergences"] = policy.gaussian_kl(data.mean, case["old_log_std"], new_mean, new_log_std)
    case |= ROLLOUT_SETTINGS
    case["divergence"] = float(case["divergences"].mean())
    case["advantages"] = gae.advantage(
        *(case[key] for key in ("rewards", "values", "next_values", "terminated", "truncated")),
        gamma=0.99,
        gae_lambda=0.95,
    )
    return case


def _bare(value: Any) -> Any:
    if isinstance(value, MDP):
        return FloatMDP(**fields(value, np.float64), terminal=value.terminal)
    return value


def _with_input_error(value: Any) -> Any:
    """Data rounded from rationals: each number may be off by one unit roundoff before any computation."""
    unit = UNIT_ROUNDOFF["float64"]
    if isinstance(value, MDP):
        return MDP(**fields(value, _with_input_error), terminal=value.terminal)
    if isinstance(value, (np.ndarray, float)):
        return Rounded(value, unit * abs(np.asarray(value)), unit)
    return to_rounded(value, "float64")

"""Evaluation in exact rational arithmetic: v, rho and eta of dense processes by number of states.

Target: 20 states in under 1 s, all three together.
"""

import argparse

import numpy as np
from flint import fmpq
from tools.measure import interleave, machine, print_table, print_verdict, spread

from rlproof.spec import mdp as theory
from rlproof.spec import value

TARGET_STATES, TARGET_SECONDS, ACTIONS = 20, 1.0, 3


def rational_rows(generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Draw distributions whose entries have one denominator of about 1,000 per row."""
    weights = generator.integers(1, max(3, 2000 // shape[-1]), shape)
    return np.frompyfunc(lambda part, whole: fmpq(int(part), int(whole)), 2, 1)(
        weights, weights.sum(axis=-1, keepdims=True)
    )


def random_process(states: int) -> tuple[theory.MDP, np.ndarray]:
    """Draw a dense rational process and a stochastic policy."""
    generator = np.random.default_rng(states)
    reward = np.frompyfunc(lambda part: fmpq(int(part), 1000), 1, 1)(generator.integers(-1000, 1001, (states, ACTIONS)))
    process = theory.MDP(
        transition=rational_rows(generator, (states, ACTIONS, states)),
        reward=reward,
        initial=rational_rows(generator, (states,)),
        discount=fmpq(99, 100),
    )
    return process, rational_rows(generator, (states, ACTIONS))


def main() -> None:
    """Measure, print the table, say whether the target is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--states", type=int, nargs="+", default=[5, 10, 20, 40, 60, 100])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rows, totals = [], {}
    for states in options.states:
        process, policy = random_process(states)
        seconds = interleave(
            {
                "v": lambda process=process, policy=policy: value.v(process, policy),
                "rho": lambda process=process, policy=policy: theory.discounted_visitation(process, policy),
                "eta": lambda process=process, policy=policy: theory.eta(process, policy),
            },
            rounds=options.rounds,
            warm_up=0,
        )
        digits = len(str(theory.eta(process, policy).q))
        totals[states] = float(np.median(sum(seconds.values())))
        columns = [spread(each, unit=1e-3) for each in (*seconds.values(), sum(seconds.values()))]
        rows.append([states, *columns, digits])
    print(machine())
    print_table(
        f"rationals, denominators near 1,000, {ACTIONS} actions, {options.rounds} rounds: median (quartiles)",
        ["states", "v, ms", "rho, ms", "eta, ms", "all, ms", "digits of eta's denominator"],
        rows,
    )
    if TARGET_STATES in totals:
        took = totals[TARGET_STATES]
        claim = f"{TARGET_STATES} states in {took:.2g} s, target {TARGET_SECONDS:.0f} s"
        print_verdict(claim, holds=took <= TARGET_SECONDS)


if __name__ == "__main__":
    main()

"""What the spec costs beyond the bare linear solves: v, rho and eta of a dense process.

Target: each within 1.3 times the `numpy.linalg.solve` that it needs, at 1,000 states.
"""

import argparse

import numpy as np
from tools.measure import interleave, machine, print_table, print_verdict, spread

from rlproof.spec import mdp as theory
from rlproof.spec import value

TARGET = 1.3


def random_process(states: int, actions: int, discount: float) -> tuple[theory.MDP, np.ndarray]:
    """Draw a dense process and a stochastic policy."""
    generator = np.random.default_rng(0)
    process = theory.MDP(
        transition=generator.dirichlet(np.ones(states), (states, actions)),
        reward=generator.standard_normal((states, actions)),
        initial=generator.dirichlet(np.ones(states)),
        discount=discount,
    )
    return process, generator.dirichlet(np.ones(actions), states)


def main() -> None:
    """Measure, print the table, say whether the target is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--states", type=int, default=1000)
    parser.add_argument("--actions", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=41)
    options = parser.parse_args()
    process, policy = random_process(options.states, options.actions, 0.99)
    matrix = np.eye(options.states) - 0.99 * theory.policy_kernel(process, policy)
    reward = theory.policy_reward(process, policy)
    seconds = interleave(
        {
            "value.v": lambda: value.v(process, policy),
            "value.v solve": lambda: np.linalg.solve(matrix, reward),
            "mdp.discounted_visitation": lambda: theory.discounted_visitation(process, policy),
            "mdp.discounted_visitation solve": lambda: np.linalg.solve(matrix.T, process.initial),
            "mdp.eta": lambda: theory.eta(process, policy),
            "mdp.eta solve": lambda: np.linalg.solve(matrix, reward),
        },
        rounds=options.rounds,
    )
    names = ["value.v", "mdp.discounted_visitation", "mdp.eta"]
    ratios = {name: seconds[name] / seconds[f"{name} solve"] for name in names}
    print(machine())
    print_table(
        f"{options.states} states, {options.actions} actions, {options.rounds} rounds: median (quartiles)",
        ["equation", "spec, ms", "bare solve, ms", "ratio"],
        [
            [
                name,
                *(spread(seconds[key], unit=1e-3) for key in (name, f"{name} solve")),
                spread(ratios[name]),
            ]
            for name in names
        ],
    )
    worst = max(float(np.median(ratio)) for ratio in ratios.values())
    print_verdict(f"worst median ratio {worst:.2f}, target {TARGET}", holds=worst <= TARGET)


if __name__ == "__main__":
    main()

"""The examples of Sutton and Barto 2018 as exact decision processes, from the book's own rules.

- `grids`: the small gridworld (example 4.1), the cliff (6.6), the Dyna maze (8.1);
- `gambler`: the gambler's problem (4.3);
- `car_rental`: Jack's car rental (4.2);
- `choices`: the maximisation bias (6.7);
- `baird`: Baird's counterexample (figure 11.2).

The gridworld of example 3.5 and the random walks of examples 6.2 and 7.1 are in `rlproof.envs.tabular`, blackjack
(5.1) is in `rlproof.envs.blackjack`.
"""

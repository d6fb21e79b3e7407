"""Decision processes to try the equations on: exact tables, Gymnasium's tables, real MuJoCo rollouts.

- `tabular`: Garnets, a gridworld, a random walk, in any number system;
- `transition_tables`, `blackjack`: Gymnasium's toy-text environments as decision processes;
- `outcomes`: every outcome of code that draws random numbers, with exact probabilities;
- `rollouts`, `policies`: trajectories of continuous control by random and by trained Gaussian policies.

Importing this package needs NumPy and `spec` only. What needs Gymnasium or MuJoCo imports it when called,
and says which extra to install if it is missing.
"""

"""Decision processes to try the equations on: exact tables, Gymnasium's tables, real MuJoCo rollouts.

- `tabular`: Garnets, a gridworld, a random walk, in any number system;
- `transition_tables`, `blackjack`: Gymnasium's toy-text environments as decision processes;
- `outcomes`: every outcome of code that draws random numbers, with exact probabilities;
- `tabular_env`, `tabular_tasks`: finite processes in jitted code, and by name;
- `rollouts`, `policies`: trajectories of continuous control by random and by trained Gaussian policies;
- `mujoco`: Gymnasium's MuJoCo tasks, many at once, on processors and on accelerators.

Importing this package needs NumPy and `spec` only. What needs Gymnasium or MuJoCo imports it when called,
and says which extra to install if it is missing. Where Gymnasium is installed, its registry knows our tasks
from then on: `gymnasium.make_vec("rlproof/Hopper-v5", num_envs=64)`.
"""

from importlib.util import find_spec

if find_spec("gymnasium"):
    from .mujoco.registration import register

    register()

"""What the page says in words; braces are filled in from the results."""

INTRODUCTION = """
Schulman et al. 2017, *Proximal policy optimization algorithms*, compare eleven objectives on seven tasks (Table 1) and
six algorithms on the same tasks (Figure 3). Here they are run again by the agents of ``rlproof.impl.agents``:
{steps:,} steps for each of the seeds {seeds}. Of the {all_cells} pairs of an objective of Table 1 and a task
{cells} have been run, of the {all_curves} pairs of Figure 3 {curves}. What is missing is said to be missing.
"""

TABLE_1 = """
A run's score is the mean return of its last 100 episodes. On each task the random policy's mean return is set to 0 and
the best mean of an objective to 1; then all runs are averaged. In brackets: the bootstrap interval of 95 %, each task's
runs resampled on their own. With so few seeds that is a rough statement, and it knows of other seeds only, not of other
tasks. The paper states no interval.
"""

SCALES = """
The scale of each task, from the random policy to the best of the objectives that were run on it: {scales}. {left_out}
"""

SCORES = """
The interquartile mean of the runs' mean returns of the last 100 episodes, and its bootstrap interval of 95 %. (Of three
runs nothing is cut off: there the interquartile mean is the mean.) A dash is a pair that has not been run.
"""

FIGURE_3 = """
Mean return of the last 100 episodes by the steps of a seed, at {points} points. {missing}
"""

DIFFERENT = """
- **The tasks** are version 5 with MuJoCo {mujoco}, the paper's version 1. Rewards, observations and ends of episodes
  changed in between: returns do not compare, only scores do, if at all.
- **The runs.** A score of the paper is the mean of 21 runs, three on each of seven tasks; here it is that of as many
  runs as stand beside it.
- **The scale.** The paper does not say which policy is the random one, nor whether the best result is that of a run or
  of an objective. Here the random policy draws normal numbers of mean 0 and deviation 1, clipped to the controls, and
  the best result is the best mean of an objective on that task.
- **What the paper's Table 3 does not print**: the first weights and standard deviations, Adam's epsilon, the critic's
  regression, and whether observations, rewards and advantages are normalised. What was taken is listed below.
- **The other algorithms of Figure 3.** The paper compares with tuned implementations and does not print their settings.
  Here they have the settings of their own papers where those print any; none has been tuned.
"""

PROVENANCE = """
{runs} pairs in all were finished {dates}, on {hardware}, with {versions}.
"""

BESIDE = """
PPO with the paper's hyper-parameters (ε = 0.2, observations and rewards not normalised) and with what libraries do by
default and the paper does not mention: advantages normalised over each minibatch, one loss for policy and value
function with its gradient shortened to 0.5 (``--normalise-each-minibatch --value-coefficient 0.5
--max-grad-norm 0.5``). {steps:,} steps of each seed, trained by other libraries and by the agent that made the line of
Table 1 without these three. Interquartile means of the runs' mean returns of the last 100 episodes, with bootstrap
intervals of 95 %. {runs} runs, {dates}, on {hardware}, by {versions}; ``benchmarks/train_beside.py`` makes the table.
"""

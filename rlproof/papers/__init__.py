"""The results of the PPO paper, run again: Table 1 and Figure 3."""

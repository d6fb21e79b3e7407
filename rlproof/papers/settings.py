"""What the PPO paper compares: eleven surrogates in Table 1, six algorithms in Figure 3, on seven tasks."""

from typing import Any, NamedTuple

from ..impl.agents import AGENTS
from ..impl.agents.settings import Settings

TASKS = (
    "HalfCheetah-v5",
    "Hopper-v5",
    "InvertedDoublePendulum-v5",
    "InvertedPendulum-v5",
    "Reacher-v5",
    "Swimmer-v5",
    "Walker2d-v5",
)
"""In the paper's order; it used version 1, whose rewards differ."""


class Setting(NamedTuple):
    """One line of the table, or one curve of the figure.

    Attributes:
        name: as in the paper.
        agent: a key of `rlproof.impl.agents.AGENTS`.
        options: of its settings; the others are the defaults.
        published: the paper's normalised score; None for a curve.
    """

    name: str
    agent: str
    options: dict[str, Any]
    published: float | None = None

    @property
    def config(self) -> Settings:
        """The agent's settings."""
        return AGENTS[self.agent].Config(**self.options)

    @property
    def key(self) -> str:
        """A name for a folder."""
        return "-".join([self.agent, *(f"{name}={value}" for name, value in self.options.items())])


TABLE_1 = (
    Setting("No clipping or penalty", "cpi", {}, -0.39),
    *(
        Setting(f"Clipping, ε = {epsilon}", "ppo", {"clip_epsilon": epsilon}, score)
        for epsilon, score in ((0.1, 0.76), (0.2, 0.82), (0.3, 0.70))
    ),
    *(
        Setting(f"Adaptive KL, d_targ = {target}", "ppo_adaptive_kl", {"kl_target": target}, score)
        for target, score in ((0.003, 0.68), (0.01, 0.74), (0.03, 0.71))
    ),
    *(
        Setting(f"Fixed KL, β = {beta}", "ppo_fixed_kl", {"beta": beta}, score)
        for beta, score in ((0.3, 0.62), (1.0, 0.71), (3.0, 0.72), (10.0, 0.69))
    ),
)
"""Section 6.1, table 1: scores averaged over 21 runs, seven tasks and three seeds."""

FIGURE_3 = (
    Setting("A2C", "a2c", {}),
    Setting("A2C + Trust Region", "a2c_trust_region", {}),
    Setting("CEM", "cem", {}),
    Setting("PPO (Clip)", "ppo", {"clip_epsilon": 0.2}),
    Setting("Vanilla PG, Adaptive", "vpg", {}),
    Setting("TRPO", "trpo", {}),
)
"""Section 6.2, figure 3."""


def settings() -> dict[str, Setting]:
    """Return all of them by their keys, each once."""
    return {setting.key: setting for setting in (*TABLE_1, *FIGURE_3)}

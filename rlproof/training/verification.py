"""Verification while training: batches of a running training, computed once more and held against the theory.

All programs of a training are pure functions, so that its next batch can be computed beforehand without disturbing it.
What the agent computes from that batch, by the functions that it calls and with the arrays that it has, is then
compared with `spec` on exactly these numbers; how far off it may be is derived, not chosen.
"""

from collections.abc import Iterator

import numpy as np

from ..impl.training.group import Group
from ..impl.training.training import Training
from ..spec.errors import ParameterError
from .verified.checks import check_replayed, is_known
from .verified.replay import Replay
from .verified.row import Row
from .verified.totals import Total


class Verification:
    """Probes of a training, each of one seed's next batch, and what they have found.

    Attributes:
        probes: how many there were.
        latest: which seed the last one looked at, and when, in words.
    """

    def __init__(self, training: Training, *, rows: int = 64, seed: int = 0) -> None:
        """Set up; what a probe needs is compiled by the first one of each group.

        Args:
            training: what is looked at; nothing about it is changed.
            rows: how many rows of a batch are compared, where each row is by itself.
            seed: of the choice of seeds and rows.

        Raises `ParameterError` if nothing is known of the agent.
        """
        agent = training.groups[0].program.agent
        if not is_known(agent):
            raise ParameterError(
                "nothing is known of what this agent maximises",
                got=agent.__name__,
                expected="an agent of rlproof.impl.agents",
                cause="an agent that was added, or is one's own",
                remedy="tell what it maximises in rlproof.training.verified.objectives.OBJECTIVES",
            )
        self.probes, self.latest = 0, ""
        self._rows, self._random = rows, np.random.default_rng(seed)
        self._turns = self._take_turns(training)
        self._totals: dict[tuple[str, str], Total] = {}

    def probe(self) -> list[Row]:
        """Hold one seed's next batch against the theory; one that is not finite is left to training, which refuses it.

        Raises `DivergenceError` if training has diverged.
        """
        group, replay, index = next(self._turns)
        program, replayed = group.program, replay(group, index)
        if not replayed.is_finite:
            return []
        rows = list(check_replayed(program.agent, program.config, replayed, self._random, rows=self._rows))
        self.latest = f"seed {group.seeds[index]}, after iteration {group.iterations}"
        for row in rows:
            key = (row.equation, row.what)
            self._totals[key] = self._totals.get(key, Total(*key)).with_row(row, self.latest)
        self.probes += 1
        return rows

    def summary(self) -> list[Total]:
        """Return what all probes have found, equation by equation."""
        return sorted(self._totals.values(), key=lambda total: total.equation)

    @property
    def ok(self) -> bool:
        """Whether there was a probe, and none has found anything."""
        return self.probes > 0 and not any(total.failed for total in self._totals.values())

    def _take_turns(self, training: Training) -> Iterator[tuple[Group, Replay, int]]:
        """Yield every seed once, in random order, and again in another one."""
        replays = {group.program: Replay(group.program) for group in training.groups}
        seeds = [
            (group, replays[group.program], index) for group in training.groups for index in range(len(group.seeds))
        ]
        while True:
            yield from (seeds[place] for place in self._random.permutation(len(seeds)))

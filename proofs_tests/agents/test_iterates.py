"""On finite processes `--verify` looks at every iterate, and holds it against the exact theory."""

from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from rlproof.envs.tabular import garnet
from rlproof.envs.tabular_env import TabularEnv
from rlproof.envs.tabular_tasks import tabular_task
from rlproof.impl.agents import AGENTS
from rlproof.impl.training.training import Training
from rlproof.oracle.rounding import UNIT_ROUNDOFF
from rlproof.spec import policy
from rlproof.training import command
from rlproof.training.iterates import CHEAP, Iterates

from .tiny import as_on_the_command_line as as_on_the_command_line
from .tiny import begin, config, running

TASK = garnet(6, 3, 2, 0)
SMALL = {"environments": 8, "horizon": 32, "hidden": ()}


@pytest.mark.parametrize(
    ("name", "options"),
    [("a2c", {"learning_rate": 0.05}), ("ppo", {"normalise_observations": True}), ("cem", {"elites": 2})],
)
def test_a_look_keeps_the_probabilities_of_every_state(name: str, options: dict[str, float]) -> None:
    """Those of a linear policy: its row of weights and its bias, of what the observation is normalised to."""
    settings = config(name, **SMALL, **options)
    training = Training(AGENTS[name], settings, lambda n, *_: TabularEnv(TASK, n, time_limit=50), [3, 4])
    found = Iterates.of(training)
    assert found is not None
    assert found.seed == 3
    assert found.are_cheap
    assert found.mdp.discount == (TASK.discount if name == "cem" else 0.99)
    for number in range(3):
        found.look(training)
        agent, stream = training.settle()[0]
        acting = agent.actor.mean if name == "cem" else agent.actor.policy
        ((weight, bias),) = (
            tuple(np.asarray(leaf[0], np.float64) for leaf in layer) for layer in acting.network.layers
        )
        seen = np.eye(6)
        if name == "ppo":
            seen = (seen - np.asarray(stream.moments.mean[0])) / np.sqrt(np.asarray(stream.moments.variance[0]) + 1e-8)
        # Products of six terms, a bias, and what became of each observation by at most five roundings. The
        # probabilities move by no more than twice what the logits do.
        moved = 12 * UNIT_ROUNDOFF["float32"] * (abs(seen) @ abs(weight) + abs(bias)).max()
        assert abs(found.policies[number] - policy.softmax(seen @ weight + bias)).max() <= 2 * moved
        training.call()
    training.close()
    first, second, _ = found.policies
    assert not np.array_equal(first, second)


def test_there_are_no_tables_of_a_task_with_controls() -> None:
    """Only finite processes have them; with many states not every step is worth its time."""
    training = Training(AGENTS["a2c"], config("a2c"), running.maker("InvertedPendulum-v5"), [5])
    assert Iterates.of(training) is None
    training.close()
    assert not Iterates(garnet(CHEAP + 1, 2, 2, 0), 0).are_cheap


def test_nothing_is_said_without_a_discount() -> None:
    """The bounds are infinite at discount one, and that is told instead."""
    verification, console = command._Verification(), Console(file=StringIO(), width=120)
    verification._iterates = Iterates(tabular_task("random_walk"), 0)
    verification._iterates.policies = [np.ones((7, 1))] * 2
    assert verification._tell_theory(console)
    assert "at discount 1 the bounds of TRPO and CPO are infinite" in console.file.getvalue()


def test_the_command_tells_the_theory_of_every_step(tmp_path: Path) -> None:
    """Six iterations give five steps, all of which keep the identity and the bounds."""
    options = "trpo --env garnet-6-3-2-0 --steps 12288 --hidden --horizon 2048 --verify --out run"
    process = begin(tmp_path, *options.split())
    told, error = process.communicate(timeout=300)
    assert process.returncode == 0, error
    assert "the exact theory of seed 0, at discount 0.99" in told
    rows = {line.split()[0]: line.split()[1:] for line in told.splitlines() if line.strip().endswith("holds")}
    assert {"identity", "trpo.kl_bound", "trpo.tv_bound", "cpo.bound", "cpo.kl_bound"} == rows.keys()
    assert {tuple(row[:3]) for row in rows.values()} == {("5", "0", "0")}

"""What goes wrong in a training says what it was, where, and what to do; what was learnt before is kept."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rlproof import cli
from rlproof.envs.tabular_env import TabularEnv, TabularState
from rlproof.impl.agents import AGENTS
from rlproof.impl.agents.policies import SoftmaxPolicy
from rlproof.impl.training.errors import DivergenceError, RewardError
from rlproof.impl.training.training import Training
from rlproof.spec.errors import ParameterError
from rlproof.spec.mdp import MDP
from rlproof.training import command, running, tasks
from rlproof.training.record import read_episodes, read_metrics
from rlproof.training.running import Plan, train

from .tiny import ALWAYS, CALL, NORMALISED, begin, checkpoint, config, outcome, plan, poison
from .tiny import as_on_the_command_line as as_on_the_command_line

LAKE = plan(env="FrozenLake-v1")
OPTIONS = ("--horizon", "64", "--minibatch", "32", "--critic-minibatch", "32", "--epochs", "2", "--critic-epochs", "2")
ON_LAKE = ("ppo", "--env", "FrozenLake-v1", "--steps", str(3 * CALL), "--first-seed", "5", *OPTIONS, "--hidden", "8")


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., Any]:
    """Run `rlproof train` in an empty folder; return its exit code, what it prints, and what it complains about."""
    monkeypatch.setattr(command, "prepare", lambda: None)
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.chdir(tmp_path)

    def run(*options: str) -> tuple[Any, str, str]:
        capfd.readouterr()
        code: Any = None
        try:
            code = cli.main(["train", *options])
        except SystemExit as left:
            code = left.code
        told = capfd.readouterr()
        assert "Traceback" not in told.out + told.err
        return code, " ".join(told.out.split()), " ".join(told.err.split())

    return run


def test_train_without_an_agent_names_them_all(say: Callable[..., Any]) -> None:
    """That is no mistake, but a question."""
    code, told, complaint = say()
    assert (code, complaint) == (0, "")
    assert all(f"• {name}" in told for name in AGENTS)
    assert say("--help") == (code, told, "")


def test_an_unknown_environment_is_answered_by_a_list(say: Callable[..., Any], tmp_path: Path) -> None:
    """All names there are; no directory is left behind that would be in the way of the right name."""
    code, told, complaint = say("ppo", "--env", "Hoper-v5", "--out", "run")
    assert (code, told) == (2, "")
    for name in ("'Hoper-v5'", "HalfCheetah-v5", "Hopper-v5", "FrozenLake-v1", "gridworld", "garnet-S-A-b-seed"):
        assert name in complaint
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ParameterError, match="HalfCheetah-v5"):
        tasks.maker("Hoper-v5")


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ("--gamma 2", ["gamma=2.0", "[0, 1]"]),
        ("--gamma nan", ["gamma=nan", "[0, 1]"]),
        ("--horizon 0", ["horizon=0", "at least 1"]),
        ("--hidden 8 0", ["hidden=(8, 0)", "at least 1"]),
        ("--environments -1", ["environments=-1", "at least 1"]),
        ("--minibatch 48", ["minibatch=48", "a divisor of horizon times environments, 64"]),
        ("--epochs 0", ["epochs=0", "at least 1"]),
        ("--learning-rate 0", ["learning_rate=0.0", "positive, finite"]),
        ("--learning-rate inf", ["learning_rate=inf", "positive, finite"]),
        ("--clip-epsilon -0.2", ["clip_epsilon=-0.2", "positive, finite"]),
        ("--gae-lambda 1.5", ["gae_lambda=1.5", "[0, 1]"]),
        ("--seeds 0", ["--seeds 0", "at least one seed"]),
        ("--steps 0", ["--steps 0", "one step"]),
        ("--horizon many", ["--horizon", "many"]),
        ("--clip-epsilom 0.2", ["Unrecognized", "--clip-epsilom"]),
        ("--engine teapot", ["--engine", "processor", "mjx", "warp"]),
    ],
)
def test_bad_settings_are_refused_by_their_names(
    wrong: str, named: list[str], say: Callable[..., Any], tmp_path: Path
) -> None:
    """Nothing is trained, and no directory made."""
    code, _, complaint = say(*ON_LAKE, *wrong.split())
    assert code == 2
    assert all(part in complaint for part in named), complaint
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "named"), [(["ppo"], "--env"), (["ppoo", "--env", "FrozenLake-v1"], "ppo_fixed_kl")]
)
def test_what_is_missing_is_named(options: list[str], named: str, say: Callable[..., Any]) -> None:
    """The environment, or an agent that exists."""
    code, _, complaint = say(*options)
    assert code == 2
    assert named in complaint


def test_discrete_actions_are_chosen_by_a_softmax_policy(say: Callable[..., Any], tmp_path: Path) -> None:
    """From the command line to the last checkpoint; its entropy is that of four actions at most."""
    code, told, complaint = say(*ON_LAKE)
    assert (code, complaint) == (0, "")
    assert told.endswith("finished: runs/ppo-FrozenLake-v1")
    directory = tmp_path / "runs" / "ppo-FrozenLake-v1"
    entropy, kl = (read_metrics(directory)[name] for name in ("entropy", "kl"))
    assert (entropy > 0).all()
    # In float32: an exponential, a quotient and a logarithm for each of four terms, their products and sum.
    assert (entropy <= np.log(4) * (1 + 16 * 2.0**-24)).all()
    assert (kl > 0).all()
    assert read_episodes(directory)["return"].min() == 0
    training = Training(AGENTS["ppo"], LAKE.config, running.maker("FrozenLake-v1"), LAKE.seeds)
    policy = training.settle()[0].agent.actor.policy
    assert isinstance(policy, SoftmaxPolicy)
    assert policy.network.layers[-1][1].shape == (1, 4)
    assert train(LAKE, tmp_path / "again")
    assert outcome(LAKE, directory) == outcome(LAKE, tmp_path / "again")


QUICK = [("cem", "FrozenLake-v1")]
"""The other combinations take long to compile; what is updated in them is tested with the verification."""


@pytest.mark.parametrize(
    ("agent", "env"),
    [
        pytest.param(agent, env, marks=[pytest.mark.slow] * ((agent, env) not in QUICK))
        for agent in AGENTS
        for env in ("FrozenLake-v1", "InvertedPendulum-v5")
    ],
)
def test_every_agent_learns_from_both_kinds_of_actions(agent: str, env: str, tmp_path: Path) -> None:
    """Real controls and choices: none is refused, and what is told are numbers."""
    settings = config(agent, environments=8, hidden=())
    assert train(plan(agent, env, config=settings, steps=1), tmp_path)
    metrics = read_metrics(tmp_path)
    silent = ["mean_return", "mean_length"] if metrics["episodes"].min() == 0 else []
    assert all(np.isfinite(column).all() for name, column in metrics.items() if name not in silent)


class Spoilt(TabularEnv):
    """Walks down a corridor, a step at a time; a place on the way pays NaN to the environments from a number on."""

    def __init__(self, length: int, place: int, count: int, first: int) -> None:
        """Build the corridor."""
        transition = np.zeros((length, 2, length))
        transition[np.arange(length - 1), :, np.arange(1, length)] = transition[-1, :, -1] = 1
        paid = np.array([1.0] * (length - 1) + [0.0])[:, None] * np.ones(2)
        start = np.eye(length)[0]
        terminal = np.arange(length) == length - 1
        super().__init__(MDP(transition, paid, start, 0.9, terminal), count)
        self.place, self.first = place, first

    def step(self, state: TabularState, actions: Any) -> tuple[TabularState, Any]:
        """Take a step."""
        state, transition = super().step(state, actions)
        spoilt = (transition.info["state"] == self.place) & (jnp.arange(self.num_envs) >= self.first)
        return state, transition._replace(reward=jnp.where(spoilt, jnp.nan, transition.reward))


SPOILT = {
    "segments": (plan(seeds=(5, 7), groups=1, config=config(horizon=16, environments=4)), 100, 70, 5, 4 * 71),
    "whole episodes": (
        plan("reinforce", seeds=(5, 7), groups=1, config=config("reinforce", environments=4, gae_lambda=1.0)),
        *(40, 20, 1, 4 * 21),
    ),
}
"""Two seeds with four environments each; the corridor's length, the place, and the iteration and step to be told."""


@pytest.mark.parametrize(("whole", "length", "place", "iteration", "step"), SPOILT.values(), ids=SPOILT)
def test_a_reward_that_is_no_number_is_located(
    whole: Plan, length: int, place: int, iteration: int, step: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seed, iteration and step; the checkpoint before is kept, and going on from it meets the same reward."""
    spoilt = Spoilt(length, place, 8, first=4)
    monkeypatch.setattr(running, "maker", lambda *_: lambda *_: spoilt)
    messages = []
    for resume in (False, True):
        with pytest.raises(RewardError) as error:
            train(whole, tmp_path, resume=resume, every=ALWAYS)
        messages.append(str(error.value))
    assert f"NaN or infinity for seed 7 in iteration {iteration}, step {step}\n" in messages[0]
    assert "seed 5" not in messages[0]
    assert messages[0] == messages[1]
    if iteration > 1:
        calls, leaves = checkpoint(whole, tmp_path)
        assert calls == 1
        assert all(np.isfinite(leaf).all() for leaf in leaves)
        assert max(read_metrics(tmp_path)["iteration"]) == iteration - 1


LOCKED = plan(seeds=(5, 7), groups=1, config=config(**NORMALISED))
ALONE = plan(config=config(environments=4, **NORMALISED))


@pytest.mark.parametrize("part", ["actor", "critic"])
@pytest.mark.parametrize(
    ("whole", "told"),
    [(LOCKED, "seed 7 in iteration 5 or later, up to 8"), (ALONE, "seed 5 in iteration 2")],
    ids=["in lock-step", "overlapping"],
)
def test_training_that_diverges_is_located(
    whole: Plan, told: str, part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seed and iteration, what to look at, what to do; what was learnt before is kept, and can be gone on with."""
    with monkeypatch.context() as patch:
        poison(patch, seed=whole.seeds[-1], after=1, part=part)
        with pytest.raises(DivergenceError) as error:
            train(whole, tmp_path / "run", every=ALWAYS)
    message = str(error.value)
    assert f"NaN of {told}\n" in message
    assert all(word in message for word in ("kl and value_loss", "metrics.csv", "learning rates", "checkpoint"))
    calls, leaves = checkpoint(whole, tmp_path / "run")
    assert calls == 1
    assert all(np.isfinite(leaf).all() for leaf in leaves)
    assert {*read_metrics(tmp_path / "run")["seed"]} == {*whole.seeds}
    assert train(whole, tmp_path / "run", resume=True)
    assert train(whole, tmp_path / "whole")
    assert outcome(whole, tmp_path / "run") == outcome(whole, tmp_path / "whole")


def test_a_critic_that_diverges_beside_the_actor_is_located(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the end at the latest, when there is no other iteration to notice: that run has not come to its end."""
    training = Training(AGENTS["ppo"], ALONE.config, running.maker(ALONE.env), ALONE.seeds)
    compiled = training.groups[0].compiled
    training.close()
    assert compiled.overlaps
    learn, calls = compiled.critic, iter(range(1, 100))

    def diverging(*arguments: Any) -> Any:
        critic, sound = learn(*arguments)
        broken = next(calls) == 3
        return jax.tree.map(lambda leaf: leaf + jnp.nan, critic) if broken else critic, sound & ~broken

    monkeypatch.setattr(compiled, "critic", diverging)
    with pytest.raises(DivergenceError, match="seed 5 in iteration 3\n"):
        train(ALONE, tmp_path, every=ALWAYS)
    assert checkpoint(ALONE, tmp_path)[0] == 2
    assert max(read_metrics(tmp_path)["iteration"]) == 3


def test_the_command_line_tells_of_divergence_without_a_traceback(
    say: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code two and the message; the same command with --resume goes on from the checkpoint before."""
    options = (*ON_LAKE, "--out", "run", "--checkpoint-seconds", "0")
    with monkeypatch.context() as patch:
        poison(patch, seed=5, after=2)
        code, told, complaint = say(*options)
    assert (code, told) == (2, "")
    assert complaint.startswith("training has diverged: a parameter is NaN got: NaN of seed 5 in iteration 9 or later")
    assert say(*options)[0] == 2
    code, told, complaint = say(*options, "--resume")
    assert (code, complaint) == (0, "")
    assert train(LAKE, tmp_path / "whole")
    assert outcome(LAKE, tmp_path / "run") == outcome(LAKE, tmp_path / "whole")


def test_ctrl_c_while_programs_are_compiled_ends_without_a_traceback(
    say: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is nothing to save, and the exit code says that it was interrupted."""

    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "Training", interrupted)
    code, told, complaint = say(*ON_LAKE, "--out", "run")
    assert (code, complaint) == (130, "")
    assert told == "stopped: run; --resume goes on from its last checkpoint, if there is one"


def test_unstable_simulations_do_not_fill_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """MuJoCo would print a warning for each step of a policy that is NaN, and append them to a file."""
    monkeypatch.chdir(tmp_path)
    env = tasks.maker("InvertedPendulum-v5")(1, 1, 1)
    state, _ = env.reset(jnp.zeros(1, jnp.uint32))
    _, transition = env.step(state, jnp.full((1, 1), jnp.nan))
    assert transition.truncated.all()
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_process_whose_steps_are_too_long_says_so(tmp_path: Path) -> None:
    """Nothing else is printed, by MuJoCo either."""
    options = ("ppo", "--env", "InvertedPendulum-v5", *OPTIONS, "--hidden", "8", "--learning-rate", "1e6")
    told, complaint = (process := begin(tmp_path, *options)).communicate()
    assert (process.returncode, told) == (2, "")
    assert complaint.startswith(
        "training has diverged: a parameter is NaN\n  got:          NaN of seed 0 in iteration 1"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]

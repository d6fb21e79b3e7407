"""What is gathered in one compiled program is what a plain loop over the same environments sees."""

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rlproof.envs.mujoco.processor_env import ProcessorEnv
from rlproof.envs.tabular_env import TabularEnv
from rlproof.envs.tabular_tasks import tabular_task
from rlproof.impl.agents import AGENTS
from rlproof.impl.agents.actor_critic import make_policy
from rlproof.impl.agents.data import Rollout
from rlproof.impl.training.collecting import Episodes, Stream, segment, whole_episodes
from rlproof.impl.training.environments import Environments
from rlproof.impl.training.normalising import Moments, RewardScale
from rlproof.impl.training.program import Program
from rlproof.impl.training.training import Report, Training
from rlproof.oracle.rounding import Rounded
from rlproof.spec import ppo

from .chain_rule import numbers_of
from .tiny import NORMALISED, config, maker, numbers
from .tiny import as_on_the_command_line as as_on_the_command_line

SEEDS, EACH, LIMIT, STEPS = 2, 3, 8, 20
UNIT = 2.0**-24
"""The relative error of one rounding to float32."""

MAKERS: dict[str, Callable[[], Any]] = {
    "pendulum": lambda: ProcessorEnv("InvertedPendulum", SEEDS * EACH, threads=1, time_limit=LIMIT),
    "garnet": lambda: TabularEnv(tabular_task("garnet-6-3-2-0"), SEEDS * EACH, time_limit=LIMIT),
    "lake": lambda: TabularEnv(tabular_task("FrozenLake-v1"), SEEDS * EACH, time_limit=LIMIT),
}
"""Episodes that end by themselves or at the limit; that end at the limit alone; and with whole rewards."""


@cache
class Scene:
    """Environments where they start, and policies that act at random, beyond the range of the controls too."""

    def __init__(self, name: str, *, apart: bool) -> None:
        """Set up; `apart` if each environment has a policy of its own."""
        self.env, self.apart = Environments(MAKERS[name]()), apart
        self.step = jax.jit(self.env.step)
        self.segment = jax.jit(partial(segment, self.env, apart=apart))
        settings = config(hidden=(4,))

        def make(key: jax.Array) -> Any:
            policy = make_policy(settings, self.env.sizes, key, log_std=1.0)
            return jax.tree.map(
                lambda leaf: leaf + 0.3 * jnp.cos(jnp.arange(leaf.size, dtype=leaf.dtype).reshape(leaf.shape)), policy
            )

        keys = jax.random.split(jax.random.key(1), (SEEDS, EACH) if apart else SEEDS)
        self.policy = jax.vmap(jax.vmap(make) if apart else make)(keys)
        alone = jax.tree.map(lambda leaf: leaf[0, 0] if apart else leaf[0], self.policy)
        self.noise = alone.noise(jax.random.key(2), (STEPS, SEEDS, EACH))
        state, seen = jax.jit(self.env.reset)(jnp.arange(SEEDS * EACH, dtype=jnp.uint32))
        zeros = jnp.zeros((SEEDS, EACH))
        steps = jnp.array([0, 1000], jnp.int32)
        self.stream = Stream(state, self.split(seen), zeros, zeros.astype(jnp.int32), (), (), steps)

    def split(self, rows: jax.Array) -> jax.Array:
        """Bring [S E, ...] to [S, E, ...]."""
        return rows.reshape(SEEDS, EACH, *rows.shape[1:])

    def is_sampled(self, actions: jax.Array, seen: jax.Array, time: int) -> np.ndarray:
        """Tell which actions [S, E, ...] are those that each policy draws, up to the roundings of its formula."""

        def one(seed: int, place: int) -> bool:
            which = (seed, place) if self.apart else seed
            acting = jax.tree.map(lambda leaf: leaf[which], self.policy)
            noise, action = np.asarray(self.noise[time, seed, place], float), np.asarray(actions[seed, place])
            output, *log_std = (part[0] for part in numbers_of(acting, seen[seed, place][None], unit=UNIT))
            if not log_std:
                score = output + Rounded(noise, unit=UNIT)
                return bool((score.value - score.value[action] <= score.error + score.error[action]).all())
            drawn = output + log_std[0].exp() * Rounded(noise, unit=UNIT)
            return bool((abs(action - np.asarray(drawn.value, float)) <= drawn.error).all())

        return np.array([[one(seed, place) for place in range(EACH)] for seed in range(SEEDS)])


def replayed(scene: Scene, state: Any, seen: jax.Array, actions: Any) -> tuple[Any, jax.Array, dict[str, np.ndarray]]:
    """Step with actions [S, T, E, ...], one after the other; return where it ends, and columns [S, T, E, ...]."""
    rows: list[dict[str, Any]] = []
    for time in range(actions.shape[1]):
        given = jnp.asarray(actions[:, time]).reshape(SEEDS * EACH, *actions.shape[3:])
        state, transition = scene.step(state, given)
        one = transition._asdict()
        rows.append({"observations": seen, "successors": scene.split(one["successor"])})
        rows[-1] |= {name: scene.split(one[name]) for name in ("terminated", "truncated")}
        rows[-1]["rewards"] = scene.split(one["reward"])
        seen = scene.split(transition.observation)
    return state, seen, {name: np.stack([row[name] for row in rows], axis=1) for name in rows[0]}


def summed(rewards: np.ndarray, ended: np.ndarray, steps: np.ndarray) -> tuple[list[Any], np.ndarray, np.ndarray]:
    """Return the episodes that ended (seed, row, place, return, length, steps), and the sums and lengths under way."""
    found, total, length = [], np.zeros((SEEDS, EACH)), np.zeros((SEEDS, EACH), int)
    for time in range(rewards.shape[1]):
        total, length = total + rewards[:, time].astype(float), length + 1
        for seed, place in zip(*np.nonzero(ended[:, time]), strict=True):
            taken = steps[seed] + EACH * (time + 1)
            found.append((seed, time, place, total[seed, place], length[seed, place], taken))
            total[seed, place] = length[seed, place] = 0
    return found, total, length


def ends(episodes: Episodes) -> list[Any]:
    """Return the same of what a program tells, in the same order."""
    where = sorted(zip(*np.nonzero(episodes.ended), strict=True), key=lambda place: (place[1], place[0], place[2]))
    return [(*map(int, at), *(field[at] for field in map(np.asarray, episodes[1:]))) for at in where]


def two(one: Any, other: Any) -> Any:
    """Put two segments in a row."""
    return jax.tree.map(lambda *parts: np.concatenate(parts, axis=1), one, other)


@pytest.mark.parametrize("apart", [False, True], ids=["a policy for each seed", "a policy for each environment"])
@pytest.mark.parametrize("name", MAKERS)
def test_a_segment_is_what_a_loop_sees(name: str, apart: bool) -> None:
    """All rows bit for bit; episodes go on from segment to segment; sums up to the rounding of a float32 sum."""
    scene = Scene(name, apart=apart)
    middle, first, told = scene.segment(scene.policy, scene.stream, scene.noise[:10])
    end, second, more = scene.segment(scene.policy, middle, scene.noise[10:])
    rollout, episodes = two(first, second), two(told, more)
    state, seen, rows = replayed(scene, scene.stream.env, scene.stream.observation, rollout.actions)
    for field, column in rows.items():
        assert np.array_equal(getattr(rollout, field), column), field
    assert rollout.valid.all()
    rows_of_time = [(rollout.actions[:, time], rollout.observations[:, time]) for time in range(STEPS)]
    assert all(scene.is_sampled(*row, time).all() for time, row in enumerate(rows_of_time))
    assert not all(scene.is_sampled(*row, time - 1).all() for time, row in enumerate(rows_of_time)), "other noise"
    for one, other in zip(numbers((end.env, end.observation)), numbers((state, seen)), strict=True):
        assert np.array_equal(one, other)
    ended = rows["terminated"] | rows["truncated"]
    found, total, length = summed(rows["rewards"], ended, np.array([0, 1000]))
    assert np.allclose(ends(episodes), found, rtol=LIMIT * UNIT, atol=0)
    assert np.array_equal(end.episode_length, length)
    assert np.allclose(end.episode_return, total, rtol=LIMIT * UNIT, atol=0)
    assert np.array_equal(end.steps, [EACH * STEPS, 1000 + EACH * STEPS])
    assert rows["truncated"].any()
    assert rows["terminated"].any() == (name != "garnet")
    assert (np.abs(rollout.actions) > 3).any() == (name == "pendulum")


def test_after_an_end_the_successor_is_not_the_next_observation() -> None:
    """What would have followed is a state of the old episode, the next observation one of the new."""
    scene = Scene("pendulum", apart=False)
    rollout = scene.segment(scene.policy, scene.stream, scene.noise[:10])[1]
    ended = np.asarray(rollout.terminated | rollout.truncated)[:, :-1]
    alike = (np.asarray(rollout.successors)[:, :-1] == np.asarray(rollout.observations)[:, 1:]).all(axis=-1)
    assert np.array_equal(alike, ~ended)
    assert (abs(np.asarray(rollout.observations)[:, 1:][ended]) <= 0.01).all()
    fallen = np.asarray(rollout.terminated)
    assert (abs(np.asarray(rollout.successors)[fallen][:, 1]) > 0.2).all()


@pytest.mark.parametrize(
    ("name", "horizon"), [("pendulum", 5), ("pendulum", STEPS), ("lake", 5), ("lake", LIMIT), ("lake", STEPS)]
)
def test_whole_episodes_are_what_a_loop_sees(name: str, horizon: int) -> None:
    """One new episode in each environment, up to its end, the limit's or the horizon's; what comes after is no data."""
    scene = Scene(name, apart=True)
    keys = jax.random.split(jax.random.key(3), SEEDS)
    after, rollout, episodes = jax.jit(partial(whole_episodes, scene.env, apart=True))(
        scene.policy, scene.stream, scene.noise[:horizon], keys
    )
    words = [jax.random.bits(jax.random.fold_in(key, 0), (EACH,), jnp.uint32) for key in keys]
    state, seen = jax.jit(scene.env.reset)(jnp.concatenate(words))
    _, _, rows = replayed(scene, state, scene.split(seen), rollout.actions)
    rows["truncated"][:, -1] |= ~rows["terminated"][:, -1]
    ended = rows["terminated"] | rows["truncated"]
    valid = np.concatenate([np.ones_like(ended[:, :1]), ~np.maximum.accumulate(ended, axis=1)[:, :-1]], axis=1)
    assert np.array_equal(rollout.valid, valid)
    for field, column in rows.items():
        assert np.array_equal(np.asarray(getattr(rollout, field))[valid], column[valid]), field
    for time in range(horizon):
        sampled = scene.is_sampled(rollout.actions[:, time], rollout.observations[:, time], time)
        assert sampled[valid[:, time]].all()
    assert np.array_equal(np.asarray(episodes.ended), ended & valid)
    lengths, taken = valid.sum(axis=1), np.array([0, 1000])[:, None] + valid.sum(axis=2).cumsum(axis=1)
    for seed, time, place, total, length, steps in ends(episodes):
        assert np.isclose(total, (rows["rewards"] * valid)[seed, :, place].sum(), rtol=LIMIT * UNIT, atol=0)
        assert (length, steps) == (lengths[seed, place], taken[seed, time])
    assert len(ends(episodes)) == SEEDS * EACH
    assert np.array_equal(after.steps, taken[:, -1])
    assert not valid.all() or horizon == 5


def chunks(sizes: tuple[int, ...], offset: float) -> list[np.ndarray]:
    """Return rows [B, 2] whose distribution changes."""
    random = np.random.default_rng(0)
    return [(offset + index + random.normal(size=(size, 2))).astype(np.float32) for index, size in enumerate(sizes)]


def bounds(count: int, merges: int, largest: float) -> tuple[float, float]:
    """Bound the errors of mean and variance in float32.

    A sum of N terms of size M is off by N roundings of M N at most, so its mean by N u M; joining two means costs
    five roundings of numbers no larger than 2 M. Squared deviations from a mean are no larger than 4 M². Their
    mean is off by N + 3 roundings, by the square of the mean's error, and after each joining by eight roundings
    and by the error of a squared shift, 4 M times that of the means. A quarter more covers products of errors.
    """
    mean = (count + 10 * merges) * UNIT * largest
    return 1.25 * mean, 1.25 * ((count + 3 + 8 * merges) * UNIT * 4 * largest**2 + 4 * largest * mean + mean**2)


def test_moments_are_those_of_all_rows_seen() -> None:
    """NumPy's in double precision of everything at once, within the bounds of float32."""
    parts, moments = chunks((16, 1, 24, 9), offset=1.0), Moments.of_nothing(2)
    assert [float(part.sum()) for part in moments] == [0, 0, 2]
    for part in parts:
        moments = moments.with_rows(jnp.asarray(part), jnp.ones(len(part)))
    everything = np.concatenate(parts).astype(float)
    of_mean, of_variance = bounds(24, len(parts), abs(everything).max())
    assert moments.number == len(everything)
    assert abs(moments.mean - everything.mean(axis=0)).max() < of_mean
    assert abs(moments.variance - everything.var(axis=0)).max() < of_variance
    assert abs(moments.variance - everything.var(axis=0, ddof=1)).min() > of_variance, "n - 1 would be noticed"
    assert abs(moments.mean - everything[1:].mean(axis=0)).min() > of_mean, "a missing row would be noticed"
    assert is_normalised(moments.normalise(jnp.asarray(everything, jnp.float32)), everything, moments)


def is_normalised(found: Any, rows: Any, moments: Moments) -> bool:
    """Tell whether rows have been brought to the scale of these moments: five roundings, two of them a quotient's."""
    mean, variance = (np.asarray(part, float) for part in moments[1:])
    right = (np.asarray(rows, float) - mean) / np.sqrt(variance + 1e-8)
    return bool((abs(np.asarray(found) - right) <= 5 * UNIT * abs(right)).all())


def test_rows_that_are_no_data_leave_the_moments_alone() -> None:
    """Whatever is in them."""
    (part,) = chunks((16,), offset=0.0)
    weights = (np.arange(16) % 3 > 0).astype(np.float32)
    some = Moments.of_nothing(2).with_rows(jnp.asarray(part), jnp.asarray(weights))
    others = np.where(weights[:, None] > 0, part, 1e3).astype(np.float32)
    same = Moments.of_nothing(2).with_rows(jnp.asarray(others), jnp.asarray(weights))
    assert all(np.array_equal(*pair) for pair in zip(some, same, strict=True))
    right = part[weights > 0].astype(float).var(axis=0)
    assert (abs(some.variance - right) < bounds(16, 1, abs(part).max())[1]).all()


GAMMA = 0.9


def paid(each: int, steps: int = 24) -> tuple[np.ndarray, np.ndarray]:
    """Return rewards and ends [T, E]."""
    random = np.random.default_rng(each)
    return random.normal(1, 2, (steps, each)).astype(np.float32), random.random((steps, each)) < 0.15


def scaled_in_parts(rewards: np.ndarray, ended: np.ndarray, **options: Any) -> np.ndarray:
    """Return rewards scaled segment by segment."""
    scale, parts = RewardScale.of_nothing(rewards.shape[1]), []
    for rows in np.array_split(np.arange(len(rewards)), 3):
        chosen = {name: jnp.asarray(column[rows]) for name, column in options.items()}
        scale, part = scale.scale(jnp.asarray(rewards[rows]), jnp.asarray(ended[rows]), gamma=GAMMA, **chosen)
        parts.append(part)
    return np.concatenate(parts)


def by_spec(rewards: np.ndarray, ended: np.ndarray, *, ddof: int = 0, since: int = 0) -> np.ndarray:
    """Return rows as the specification scales each when it comes: by the sums up to it."""
    options = {"gamma": GAMMA, "ddof": ddof, "norm_epsilon": 1e-8}
    whole = rewards.astype(float), ended, np.zeros_like(ended)
    counts = range(since + 1, len(rewards) + 1)
    return np.array([ppo.reward_scaling(*(part[:count] for part in whole), **options)[-1] for count in counts])


def allowed(rewards: np.ndarray, ended: np.ndarray) -> np.ndarray:
    """Bound the relative errors of scaled rewards [T, 1]: half of the variance's, and five roundings."""
    total, sums = np.zeros(rewards.shape[1]), []
    for reward, end in zip(rewards.astype(float), ended, strict=True):
        sums.append(reward + GAMMA * total)
        total = np.where(end, 0, sums[-1])
    count = np.arange(1, len(sums) + 1)
    # Each sum carries the roundings of those before it, which are discounted: no more than 2 / (1 - GAMMA) in all.
    off = (
        bounds(rewards.shape[1], len(sums), abs(np.array(sums)).max())[1]
        + 8 / (1 - GAMMA) * UNIT * np.square(sums).max()
    )
    variance = np.array([np.var(sums[:number]) for number in count])
    return (off / (2 * np.maximum(variance - off, 1e-30)) + 5 * UNIT)[:, None]


@pytest.mark.parametrize("each", [1, 4])
def test_rewards_are_scaled_as_the_specification_says(each: int) -> None:
    """`ppo.reward_scaling` of all rewards up to each, whatever segments they came in."""
    rewards, ended = paid(each)
    found, bound = scaled_in_parts(rewards, ended), allowed(rewards, ended)
    first = 1 if each == 1 else 0
    assert (abs(found / by_spec(rewards, ended) - 1) < bound)[first:].all()
    found, bound, start = found[4:], bound[4:], {"since": 4}
    assert bound.max() < 3e-3
    for other in (by_spec(rewards, ended, ddof=1, **start), by_spec(rewards, np.zeros_like(ended), **start)):
        assert (abs(found / other - 1) > bound).any(axis=1).sum() > 10, "another convention would be noticed"
    if each > 1:
        apart = np.hstack([by_spec(rewards[:, [place]], ended[:, [place]], **start) for place in range(each)])
        assert (abs(found / apart - 1) > bound).any(axis=1).all(), "statistics of each environment would be noticed"


def test_a_first_reward_stays_as_it_is() -> None:
    """As do all of them while their sums do not vary, as in the specification without epsilon."""
    ended = np.ones((6, 1), bool)
    rewards = np.array([[0.3]] * 4 + [[0.7]] * 2, np.float32)
    options = {"gamma": GAMMA, "ddof": 0, "norm_epsilon": 0}
    right = [ppo.reward_scaling(rewards[:n].astype(float), ended[:n], ended[:n], **options)[-1] for n in range(1, 7)]
    found = scaled_in_parts(rewards, ended)
    assert np.array_equal(found[:4], rewards[:4])
    # Episodes of one step: the sums are the rewards. Epsilon, which the specification leaves out here, costs half of
    # its share of the variance.
    variance = np.array([[np.var(rewards[:n].astype(float))] for n in (5, 6)])
    assert (abs(found / right - 1)[4:] < allowed(rewards, ended)[4:] + 1e-8 / (2 * variance)).all()


def test_rewards_that_are_no_data_do_not_count() -> None:
    """Rows after an episode are as if they were not there, for the sums and for what they are divided by."""
    rewards, ended = paid(1)
    valid = np.ones_like(ended)
    for end in np.flatnonzero(ended)[:3]:
        valid[end + 1 : end + 3] = False
    real = valid[:, 0]
    left = scaled_in_parts(np.where(valid, rewards, 100).astype(np.float32), ended, valid=valid)[real]
    right, bound = by_spec(rewards[real], ended[real]), allowed(rewards[real], ended[real])
    assert (abs(left / right - 1) < bound)[1:].all()
    assert (abs(scaled_in_parts(rewards, ended)[real] / right - 1) > bound).any(), "rows that count would be noticed"


def test_networks_see_the_scale_on_which_they_acted() -> None:
    """A segment is normalised by what was seen before it, and counts from then on; rewards and rows stay in order."""
    agent, settings = AGENTS["ppo"], config(environments=EACH, **NORMALISED)
    program = Program(agent, settings, Environments(MAKERS["garnet"]()), one_by_one=True)
    random = np.random.default_rng(4)
    seen, successors = (jnp.asarray(random.normal(size=(5, EACH, 2)), jnp.float32) for _ in range(2))
    rewards, ended = (jnp.asarray(part[:5]) for part in paid(EACH))
    raw = Rollout(seen, jnp.zeros((5, EACH, 1)), rewards, successors, ended, ended, jnp.ones_like(ended))
    before = Moments(jnp.float32(8), jnp.array([1.0, 2.0]), jnp.array([4.0, 0.25]))
    moments, scale, rollout = program._prepare(before, RewardScale.of_nothing(EACH), raw)
    assert is_normalised(rollout.observations, seen, before)
    assert is_normalised(rollout.successors, successors, before)
    expected = before.with_rows(seen.reshape(-1, 2), jnp.ones(5 * EACH))
    assert all(np.array_equal(*pair) for pair in zip(moments, expected, strict=True))
    after, scaled = RewardScale.of_nothing(EACH).scale(rewards, ended, gamma=settings.gamma)
    assert np.array_equal(rollout.rewards, scaled)
    assert np.array_equal(scale.discounted, after.discounted)
    for name in ("actions", "terminated", "truncated", "valid"):
        assert getattr(rollout, name) is getattr(raw, name)


def reports(seeds: tuple[int, ...]) -> list[Report]:
    """Train seeds in lock-step for some calls."""
    training = Training(AGENTS["ppo"], config(**NORMALISED), maker("InvertedPendulum-v5"), seeds, groups=1)
    called = [training.call() for _ in range(3)]
    training.close()
    return called


def of_seed(report: Report, seed: int, *, but: str = "") -> dict[str, list[Any]]:
    """Return the rows of a seed, as what can be compared."""
    tables = {**report.metrics, **{f"episode {name}": column for name, column in report.episodes.items()}}
    whose = {False: report.metrics["seed"], True: report.episodes["seed"]}
    return {
        name: column[whose["episode" in name.split()] == seed].tolist()
        for name, column in tables.items()
        if name != but
    }


def test_a_seed_has_its_numbers_whoever_is_beside_it() -> None:
    """In a group of two it has the same bits with every companion, in either place."""
    together = reports((5, 7))
    for others in (reports((5, 9)), reports((9, 5))):
        for one, other in zip(together, others, strict=True):
            assert of_seed(one, 5) == of_seed(other, 5)
            assert of_seed(one, 7) != of_seed(other, 9)

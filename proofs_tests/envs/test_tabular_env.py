"""A finite process in jitted code plays its table: outcomes, ends, restarts, and a state that is a value."""

from fractions import Fraction
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rlproof.envs.lots import WORDS, Lots
from rlproof.envs.mujoco.jax_env import Transition
from rlproof.envs.tabular import garnet, random_walk
from rlproof.envs.tabular_env import TabularEnv, TabularState
from rlproof.envs.tabular_tasks import NAMES, TASKS, tabular_task
from rlproof.spec.errors import NumberSystemError, ParameterError, ShapeError
from rlproof.spec.mdp import MDP, eta
from rlproof.spec.numbers import exact

FAILURE = 1e-9
"""How probable it may be that a right sampler is called wrong, in each test of frequencies."""
SAMPLES = 2**15
SPARSE = garnet(7, 3, 3, 0)
WALK = random_walk()


def allowed(comparisons: int, samples: int = SAMPLES) -> float:
    """Hoeffding: the means of so many independent indicators are all this near, except with probability `FAILURE`."""
    return float(np.sqrt(np.log(2 * comparisons / FAILURE) / (2 * samples)))


def at(place: int | np.ndarray, count: int, seed: int = 0) -> TabularState:
    """Environments in a state, or in one each, at the first step."""
    keys = jax.random.split(jax.random.key(seed), count)
    zeros = jnp.zeros(count, jnp.int32)
    return TabularState(zeros + jnp.asarray(place, jnp.int32), keys, zeros)


def indices(one_hot: Any) -> np.ndarray:
    """Read observations back."""
    assert np.array_equal(np.sort(one_hot, axis=-1)[..., -2:], np.broadcast_to([0, 1], (*one_hot.shape[:-1], 2)))
    return np.asarray(one_hot).argmax(axis=-1)


def frequencies(mdp: MDP) -> np.ndarray:
    """How often each successor follows each state and action, [S, A, S]."""
    env, found = TabularEnv(mdp, SAMPLES), np.zeros(mdp.transition.shape)
    step = jax.jit(lambda state, action: env.step(state, jnp.full(SAMPLES, action))[1].successor.mean(axis=0))
    for number, (state, action) in enumerate(np.ndindex(found.shape[:2])):
        found[state, action] = step(at(state, SAMPLES, number), action)
    return found


def unrolled(env: TabularEnv, state: TabularState, actions: np.ndarray) -> tuple[TabularState, Transition]:
    """Take all actions [T, N] in one compiled function."""
    return jax.jit(lambda state: jax.lax.scan(env.step, state, jnp.asarray(actions)))(state)


def play(mdp: MDP, steps: int, count: int = 16, **options: Any) -> tuple[TabularState, Transition, np.ndarray]:
    """The last state, all transitions and the actions of a run with uniform actions."""
    env = TabularEnv(mdp, count, **options)
    actions = np.random.default_rng(0).integers(0, env.num_actions, (steps, count))
    state, _ = jax.jit(env.reset)(np.arange(count))
    return *unrolled(env, state, actions), actions


def test_successors_are_as_frequent_as_the_table_says() -> None:
    """For every state and action, within Hoeffding's bound for all of them at once."""
    found = frequencies(SPARSE)
    assert abs(found - SPARSE.transition).max() < allowed(found.size)
    assert not found[SPARSE.transition == 0].any()


def test_a_planted_wrong_table_is_found() -> None:
    """Negative control: one row of another Garnet, and one probability off by twice the bound, are both noticed."""
    found, bound = frequencies(SPARSE), allowed(SPARSE.transition.size)
    other, near = SPARSE.transition.copy(), SPARSE.transition.copy()
    other[2, 1] = garnet(7, 3, 3, 1).transition[2, 1]
    low, high = np.argsort(near[2, 1])[-2:]
    near[2, 1, [low, high]] += [-2 * bound, 2 * bound]
    assert abs(found - other).max() > bound
    assert abs(found - near).max() > bound


def drawn(lots: Lots, size: int) -> np.ndarray:
    """The distribution that uniform words make, exactly: how many words lead to each outcome."""
    result = np.zeros((*lots.outcomes.shape[:-1], size), object)
    for row in np.ndindex(lots.outcomes.shape[:-1]):
        ends = [0, *map(int, lots.thresholds[row]), WORDS]
        for outcome, low, high in zip(np.asarray(lots.outcomes[row]), ends, ends[1:], strict=False):
            result[(*row, outcome)] += Fraction(high - low, WORDS)
    return result


@pytest.mark.parametrize("name", ["FrozenLake-v1", "CliffWalkingSlippery-v1", "garnet-9-3-4-1"])
def test_what_is_drawn_is_the_table_within_one_word(name: str) -> None:
    """Counted, not sampled: no successor of probability zero, and all others within 2**-32."""
    table = tabular_task(name, system="exact").transition
    found = drawn(Lots.of(tabular_task(name).transition), table.shape[-1])
    wanted = np.array([Fraction(int(p.p), int(p.q)) for p in table.flat]).reshape(table.shape)
    assert np.all((found == 0) == (wanted == 0))
    assert abs(found - wanted).max() <= Fraction(1, WORDS)
    if name.startswith("garnet"):
        assert np.all(found == wanted)


@pytest.mark.parametrize(
    "row",
    [
        [0, 1 / 3, 1 / 3, 0, 1 / 3, 0, 0],
        [0, 0.1] * 10 + [0],
        [0] + [1 / 999] * 999 + [0],
        [0, 1e-12, 1 - 1e-12, 0],
        [1 - 1e-12, 0, 1e-12],
        [0, 1, 0],
    ],
)
def test_an_outcome_of_probability_zero_never_occurs(row: list[float]) -> None:
    """Not for the least word, not for the greatest, and at no threshold; nor where single precision misses one."""
    probabilities = np.array(row)
    lots = Lots.of(probabilities)
    edges = np.asarray(lots.thresholds).astype(np.uint64)
    words = np.unique(np.concatenate([[0, WORDS - 1], edges, edges + 1, edges + WORDS - 1]).astype(np.uint64) % WORDS)
    outcomes = np.asarray(jax.jit(lots.draw)(words.astype(np.uint32)))
    assert np.all(probabilities[outcomes] > 0)
    assert abs(drawn(lots, len(row)) - probabilities).max() < 1.01 / WORDS


def test_a_threshold_belongs_to_the_later_outcome() -> None:
    """A row of 1/2, 0, 1/4, 1/4 shares the words in this proportion, to the word."""
    lots = Lots.of(np.array([0.5, 0, 0.25, 0.25]))
    words = np.array([0, 2**31 - 1, 2**31, 3 * 2**30 - 1, 3 * 2**30, WORDS - 1], np.uint32)
    assert lots.draw(words).tolist() == [0, 0, 2, 2, 3, 3]


def test_a_planted_inverse_in_single_precision_leaks() -> None:
    """Negative control: by sums in float32 the greatest uniform number finds an outcome of probability zero."""
    probabilities = np.array([1 / 999] * 999 + [0])
    cumulative = np.cumsum(probabilities.astype(np.float32))
    greatest = np.float32(1 - 2**-24)
    assert cumulative[-1] < greatest
    assert np.searchsorted(cumulative, greatest, side="right") == 1000


def test_starts_are_as_frequent_as_the_table_says_and_do_not_depend_on_what_was_before() -> None:
    """Of resets and of restarts; pairs of two starts, and of a successor and the next start, are independent."""
    mdp = SPARSE.replace(initial=np.array([0, 0.25, 0, 0.5, 0, 0.25, 0]))
    env = TabularEnv(mdp, SAMPLES, time_limit=1)
    state, first = jax.jit(env.reset)(np.arange(SAMPLES))
    _, made = unrolled(env, state, np.zeros((2, SAMPLES), int))
    assert np.all(made.truncated)
    starts = [first, *made.observation]
    pairs = [(starts[0], starts[1]), (starts[1], starts[2]), (made.successor[0], starts[1])]
    means = [mdp.initial, mdp.initial, mdp.initial @ mdp.transition[:, 0]]
    bound = allowed(3 * len(first[0]) ** 2)
    for (one, two), mean in zip(pairs, means, strict=True):
        together = np.einsum("ns,nt->st", np.asarray(one, float), np.asarray(two, float)) / SAMPLES
        assert abs(together - np.outer(mean, mdp.initial)).max() < bound
    with_itself = np.diag(np.asarray(first, float).mean(axis=0))
    assert abs(with_itself - np.outer(mdp.initial, mdp.initial)).max() > bound  # dependence would be seen


def test_returns_average_to_eta() -> None:
    """The first and the second episode of every environment, on the random walk, whose returns are 0 or 1."""
    _, made, _ = play(WALK, 200, 2**12)
    episode = np.cumsum(made.terminated, axis=0) - made.terminated  # the number of the episode of each transition
    assert np.all(np.sum(made.terminated, axis=0) >= 2)
    expected = eta(WALK, np.full((6, 2), 0.5))
    for number in (0, 1):
        returns = np.where(episode == number, made.reward, 0).sum(axis=0)
        assert abs(returns.mean() - expected) < allowed(2, 2**12)


@pytest.mark.parametrize("limit", [None, 5])
def test_transitions_tell_what_happened(limit: int | None) -> None:
    """Rewards, ends, true successors, first observations of new episodes and the state acted in, step by step."""
    env_state, made, actions = play(WALK, 60, time_limit=limit)
    before, successor, after = np.asarray(made.info["state"]), indices(made.successor), indices(made.observation)
    assert np.array_equal(before[0], np.full(16, 2))
    assert np.array_equal(before[1:], after[:-1])
    assert np.array_equal(env_state.place, after[-1])
    assert np.all(WALK.transition[before, actions, successor] == 1)
    assert np.array_equal(made.reward, WALK.reward[before, actions].astype(np.float32))
    assert np.array_equal(made.terminated, WALK.terminal[successor])
    elapsed = np.zeros(16, int)
    for number in range(60):
        elapsed = elapsed + 1
        assert np.array_equal(made.truncated[number], elapsed == limit if limit else np.zeros(16, bool))
        ended = np.asarray(made.terminated[number] | made.truncated[number])
        assert np.array_equal(after[number], np.where(ended, 2, successor[number]))
        elapsed = np.where(ended, 0, elapsed)
    assert made.terminated.any()
    assert made.truncated.any() == (limit is not None)
    assert np.array_equal(env_state.elapsed, elapsed)


def test_an_episode_that_starts_in_a_terminal_state_ends_at_once() -> None:
    """Its reward is zero, as a terminal state's is."""
    env = TabularEnv(WALK.replace(initial=np.eye(6)[5]), 3)
    state, observation = env.reset(np.arange(3))
    _, made = env.step(state, np.zeros(3, int))
    assert np.array_equal(indices(observation), [5, 5, 5])
    assert np.all(made.terminated)
    assert not made.reward.any()


def test_seeds_decide_everything() -> None:
    """The same seed gives the same run, at whatever place it stands; another seed another."""
    env, actions = TabularEnv(SPARSE, 4), np.zeros((40, 4), int)
    runs = {}
    for seeds in ((0, 1, 2, 3), (0, 1, 2, 3), (3, 2, 1, 0), (4, 5, 6, 7)):
        state, _ = env.reset(np.array(seeds))
        found = np.asarray(unrolled(env, state, actions)[1].observation)
        for place, seed in enumerate(seeds):
            assert np.array_equal(runs.setdefault(seed, found[:, place]), found[:, place])
    assert len({run.tobytes() for run in runs.values()}) == 8


def test_the_state_is_a_value() -> None:
    """Going on twice from one state gives the same twice; so does a stored state in another environment."""
    middle, _, actions = play(SPARSE, 30, time_limit=7)
    env, other = (TabularEnv(SPARSE, 16, time_limit=7) for _ in range(2))
    stored = middle._replace(key=np.array(jax.random.key_data(middle.key)), place=np.array(middle.place))
    again = stored._replace(key=jax.random.wrap_key_data(stored.key))
    results = [unrolled(env, middle, actions), unrolled(env, middle, actions), unrolled(other, again, actions)]
    first, *others = [
        jax.tree.leaves((state._replace(key=jax.random.key_data(state.key)), made)) for state, made in results
    ]
    for rest in others:
        assert all(np.array_equal(one, two) for one, two in zip(first, rest, strict=True))


def test_compiled_and_plain_steps_agree_and_copies_run_one_after_another() -> None:
    """`jax.jit` changes nothing, and `jax.vmap` over seeds gives what single runs give."""
    env = TabularEnv(SPARSE, 3, time_limit=2)
    seeds, actions = np.arange(12).reshape(4, 3), np.arange(12).reshape(4, 3) % 3
    states, _ = jax.vmap(env.reset)(seeds)
    _, together = jax.jit(jax.vmap(env.step))(states, actions)
    for row in range(4):
        state, _ = env.reset(seeds[row])
        _, alone = env.step(state, actions[row])
        for one, two in zip(jax.tree.leaves(alone), jax.tree.leaves(together), strict=True):
            assert np.array_equal(one, two[row])


def test_an_exact_process_plays_as_its_floats_do() -> None:
    """Rationals are rounded to double precision; the process itself stays as it was given."""
    rational = garnet(7, 3, 3, 0, system="exact")
    env = TabularEnv(rational, 16)
    assert env.mdp is rational
    assert (env.num_envs, env.observation_size, env.num_actions) == (16, 7, 3)
    for one, two in zip(*(jax.tree.leaves(play(mdp, 30)[1]) for mdp in (rational, SPARSE)), strict=True):
        assert np.array_equal(one, two)


@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float64])
def test_numbers_have_the_dtype_that_was_asked_for(dtype: Any) -> None:
    """Observations, successors and rewards."""
    env = TabularEnv(SPARSE, 2, dtype=dtype)
    state, observation = env.reset(np.arange(2))
    _, made = env.step(state, np.zeros(2, int))
    assert {x.dtype for x in (observation, made.observation, made.successor, made.reward)} == {np.dtype(dtype)}


def test_an_action_that_is_not_there_is_paid_nan() -> None:
    """The others are not touched."""
    env = TabularEnv(SPARSE, 4)
    state, _ = env.reset(np.arange(4))
    _, made = jax.jit(env.step)(state, np.array([-1, 0, 2, 3]))
    assert np.isnan(made.reward).tolist() == [True, False, False, True]


@pytest.mark.parametrize("actions", [np.zeros((4, 3), int), np.zeros(4), np.zeros(3, int)])
def test_actions_of_another_kind_are_refused(actions: np.ndarray) -> None:
    """One-hot vectors, real numbers, or one too few."""
    env = TabularEnv(SPARSE, 4)
    with pytest.raises(ShapeError, match="one for each environment"):
        env.step(env.reset(np.arange(4))[0], actions)


@pytest.mark.parametrize("options", [{"num_envs": 0}, {"time_limit": 0}, {"time_limit": 2.5}])
def test_counts_below_one_are_refused(options: dict[str, Any]) -> None:
    """No environment, no step, and half a step."""
    with pytest.raises(ParameterError, match="is no count"):
        TabularEnv(SPARSE, **{"num_envs": 2, **options})


def test_a_dtype_that_holds_no_rewards_is_refused() -> None:
    """Integers; and double precision, if JAX would make single precision of it."""
    with pytest.raises(NumberSystemError, match="int32"):
        TabularEnv(SPARSE, 2, dtype=jnp.int32)
    with jax.enable_x64(False), pytest.raises(NumberSystemError, match="float64"):
        TabularEnv(SPARSE, 2, dtype=jnp.float64)


@pytest.mark.parametrize("name", [*TASKS, "garnet-6-3-2-5"])
def test_a_task_is_found_by_its_name(name: str) -> None:
    """With its own discount, or the one that is asked for; and it can be played."""
    mdp = tabular_task(name)
    assert tabular_task(name, discount="1/2").discount == 0.5
    assert mdp.discount == {"gridworld": 0.9, "random_walk": 1, "garnet-6-3-2-5": 0.9}.get(name, 0.99)
    assert play(mdp, 3, 2)[1].observation.shape == (3, 2, mdp.number_of_states)


def test_a_garnet_has_the_sizes_and_the_system_of_its_task() -> None:
    """Its name holds states, actions, branching and seed."""
    found = tabular_task("garnet-6-3-2-5", system="exact")
    assert np.all(found.transition == garnet(6, 3, 2, 5, system="exact").transition)
    assert np.all(found.initial == exact(tabular_task("garnet-6-3-2-5").initial))


@pytest.mark.parametrize(("name", "cause"), [("Taxi-v3", "'Taxi-v4'"), ("garnet-6-3", "garnet"), ("Hopper", "MuJoCo")])
def test_an_unknown_task_is_refused_with_the_names_there_are(name: str, cause: str) -> None:
    """And with a guess what was meant."""
    with pytest.raises(ParameterError) as caught:
        tabular_task(name)
    assert cause in str(caught.value)
    assert all(known in str(caught.value) for known in NAMES)

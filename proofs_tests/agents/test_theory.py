"""The theory holds of the iterates that it is held against; what is not theory is found out, and rounding is not."""

from collections.abc import Callable
from fractions import Fraction
from io import StringIO
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from rlproof.envs.tabular import garnet
from rlproof.envs.tabular_tasks import tabular_task
from rlproof.spec import cpo, divergence, extremal, numbers, trpo
from rlproof.spec.errors import DiscountError, EmptySpaceError, RowSumError, ShapeError
from rlproof.spec.mdp import MDP, discounted_visitation, eta
from rlproof.training import theory as module
from rlproof.training.inexact import rows
from rlproof.training.theory import BOUNDS, Bound, Theory, theory
from rlproof.training.theory_table import ROWS, table

GRAINS = 2**10


def iterates(mdp: MDP, count: int, size: float, seed: int = 0) -> np.ndarray:
    """A walk of softmax policies, whose steps have this size."""
    steps = np.random.default_rng(seed).normal(size=(count, mdp.number_of_states, mdp.number_of_actions))
    tables = np.exp(np.cumsum(size * steps, axis=0))
    return tables / tables.sum(axis=-1, keepdims=True)


def in_grains(mdp: MDP, count: int, seed: int = 0) -> np.ndarray:
    """Policies whose probabilities are positive multiples of 1/1024, so that they are the same in rationals."""
    shape, last = (count, mdp.number_of_states), mdp.number_of_actions - 1
    random = np.random.default_rng(seed)
    counts = random.multinomial(GRAINS - last - 1, np.full(last + 1, 1 / (last + 1)), size=shape) + 1
    return counts / GRAINS


def held(instance: extremal.Instance, bounds: dict[str, Bound]) -> Theory:
    """One of spec's extremal instances, as a step."""
    return theory(instance.mdp, numbers.float64([instance.policy, instance.new_policy]), bounds=bounds)


def weakened(bound: Bound, share: float) -> Bound:
    """A bound with only a share of its penalty."""

    def planted(mdp: MDP, old: Any, new: Any) -> Any:
        surrogate = trpo.surrogate(mdp, old, new)
        return surrogate - share * (surrogate - bound(mdp, old, new))

    return planted


@pytest.mark.parametrize("size", [1e-6, 0.1, 3])
@pytest.mark.parametrize("seed", range(4))
def test_everything_holds_on_garnets(seed: int, size: float) -> None:
    """Of random policies near each other and far apart, with slacks that hide nothing."""
    mdp = garnet(8, 3, 3, seed)
    found = theory(mdp, iterates(mdp, 6, size, seed))
    assert found.names == ("trpo.kl_bound", "trpo.tv_bound", "cpo.bound", "cpo.kl_bound")
    assert found.lower.shape == found.upper.shape == found.slack.shape == found.holds.shape == (4, 5)
    assert found.eta.shape == (6,)
    assert found.holds.all()
    assert found.identity_holds.all()
    assert found.slack.max() < 1e-11 * (1 + (found.upper - found.lower).max())
    assert found.residual_slack.max() < 1e-11
    assert 0 < found.share.max() < 1


def test_an_exact_process_is_rounded_first() -> None:
    """The rationals of a Garnet are floats, so nothing changes."""
    policies = in_grains(garnet(8, 3, 3, 0), 3)
    one, two = (theory(garnet(8, 3, 3, 0, system=system), policies) for system in ("float64", "exact"))
    for first, second in zip(one, two, strict=True):
        assert np.array_equal(first, second)


def exactly(mdp: MDP, policies: np.ndarray, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Returns and one lower bound by rationals and by balls of 256 bits, rounded at the end."""
    with numbers.precision(256):
        process, tables = mdp.to("ball"), [numbers.ball(policy) for policy in policies]
        returns = [eta(process, policy) for policy in tables]
        lower = [BOUNDS[name](process, old, new) for old, new in pairwise(tables)]
        return numbers.float64(np.array(returns)), numbers.float64(np.array(lower))


@pytest.mark.parametrize("name", BOUNDS)
def test_the_slack_covers_what_rounding_does(name: str) -> None:
    """Returns and bounds differ from exact ones by no more; discount and rows are the same in both."""
    mdp = garnet(8, 3, 3, 1, discount="127/128", system="exact")
    policies = in_grains(mdp, 4)
    returns, lower = exactly(mdp, policies, name)
    found = theory(mdp, policies, bounds={name: BOUNDS[name]})
    assert np.all(abs(found.lower[0] - lower) <= found.slack[0])
    assert np.all(abs(found.eta[1:] - returns[1:]) <= found.slack[0])
    assert np.all(abs((found.eta[1:] - found.lower[0]) - (returns[1:] - lower)) <= found.slack[0])


def test_the_divergence_has_its_direction() -> None:
    """KL(old || new), by hand; and a bound with the other direction has another value, beyond all rounding.

    It cannot be found by what holds: by Pinsker's inequality both directions are bounds, even half of each.
    """
    mdp = garnet(2, 2, 1, 0, discount="7/8")
    old, new = np.full((2, 2), 0.5), np.array([[0.75, 0.25], [0.5, 0.5]])
    rounding = 8 * np.finfo(float).eps  # two logarithms of order one, four roundings each, twice
    assert abs(theory(mdp, [old, new]).max_kl[0] - np.log(4 / 3) / 2) <= rounding
    assert abs(theory(mdp, [new, old]).max_kl[0] - np.log(27 / 16) / 4) <= rounding

    def swapped(mdp: MDP, old: Any, new: Any) -> Any:
        penalty = trpo.penalty_coefficient(mdp, old) * divergence.kl_max(new, old)
        return trpo.surrogate(mdp, old, new) - penalty

    _, lower = exactly(garnet(2, 2, 1, 0, discount="7/8", system="exact"), np.array([old, new]), "trpo.kl_bound")
    found = theory(mdp, [old, new], bounds={**BOUNDS, "swapped": swapped})
    assert abs(found.lower[0] - lower) <= found.slack[0]
    assert abs(found.lower[-1] - lower) > 1e6 * found.slack[-1]
    assert found.holds.all()


def test_the_mean_divergence_is_over_visits() -> None:
    """Of discounted, normalised visits: the sum over a long power series."""
    mdp = garnet(5, 2, 2, 3)
    old, new = iterates(mdp, 2, 0.5)
    kernel, occupied, mean = (old[:, None] @ mdp.transition)[:, 0], mdp.initial, 0.0
    for step in range(400):
        mean += (1 - mdp.discount) * mdp.discount**step * (occupied @ divergence.kl(old, new))
        occupied = occupied @ kernel
    # What follows the 400 terms, and the roundings of 400 sums of five products and of the solution of a system.
    left = mdp.discount**400 * divergence.kl(old, new).max()
    rounding = 10 * 400 * np.finfo(float).eps * divergence.kl(old, new).max() / (1 - mdp.discount)
    assert abs(theory(mdp, [old, new]).mean_kl[0] - mean) <= left + rounding


def test_everything_holds_on_extremal_instances() -> None:
    """Where the bounds are attained or nearly so, and where they are infinite since support is lost."""
    for instance in extremal.instances():
        found = held(instance, BOUNDS)
        assert found.holds.all(), instance.name
        assert found.identity_holds.all(), instance.name
    lost = theory(garnet(3, 2, 2, 0), [np.full((3, 2), 0.5), np.eye(2)[[0, 1, 1]]])
    assert np.isneginf(lost.lower[[0, 3]]).all()
    assert np.isposinf(lost.upper[[0, 3]]).all()
    assert lost.holds.all()


def test_algorithm_1_keeps_its_promise() -> None:
    """Every step of TRPO's Algorithm 1 is promised, and is, no worse than the policy before."""
    mdp = tabular_task("garnet-6-3-2-1", discount="1/2")
    policies = [np.full((6, 3), 1 / 3)]
    for _ in range(12):
        policies.append(trpo.algorithm1(mdp, policies[-1]))
    found = theory(mdp, policies)
    assert found.holds.all()
    assert np.all(found.lower[0] >= found.eta[:-1] - found.slack[0])
    assert np.all(np.diff(found.eta) >= -found.slack[0])
    assert found.eta[-1] > found.eta[0] + 1e-3


HALF, TENTH = Fraction(1, 2), Fraction(1, 10)


def by_mean(mdp: MDP, old: Any, new: Any) -> Any:
    """The mean divergence in the place of the largest."""
    mean = (1 - mdp.discount) * (discounted_visitation(mdp, old) @ divergence.kl(old, new))
    return trpo.surrogate(mdp, old, new) - trpo.penalty_coefficient(mdp, old) * mean


@pytest.mark.parametrize(
    ("instance", "right", "wrong"),
    [
        (extremal.total_variation(HALF, Fraction(1, 100)), trpo.tv_bound, weakened(trpo.tv_bound, 1 / 2)),
        (extremal.random_walk(TENTH, Fraction(1, 1000), 12), trpo.kl_bound, weakened(trpo.kl_bound, 1 / 4)),
        (extremal.mean_divergence(5, Fraction(1, 10**4)), trpo.kl_bound, by_mean),
        (extremal.average_divergence(HALF, Fraction(1, 100)), cpo.bound, weakened(cpo.bound, 1 / 2)),
    ],
    ids=["half of C", "a quarter of C", "the mean divergence", "half of CPO's penalty"],
)
def test_a_planted_wrong_bound_is_found(instance: extremal.Instance, right: Bound, wrong: Bound) -> None:
    """Negative control: on an instance that nearly attains the right one, the wrong one is broken."""
    found = held(instance, {"right": right, "wrong": wrong})
    assert found.holds.tolist() == [[True], [False]]


def test_a_bound_without_penalty_is_found_on_garnets() -> None:
    """Negative control: the surrogate alone bounds no random step, nor does one with a thousandth of the penalty."""
    mdp = garnet(8, 3, 3, 0)
    found = theory(mdp, iterates(mdp, 6, 1.0), bounds={"bare": trpo.surrogate, "thin": weakened(cpo.bound, 1e-3)})
    assert not found.holds.any()


def attained(above: float) -> Bound:
    """As near to the surrogate as the return is, which neither side may pass; and nearer."""
    return lambda mdp, old, new: (
        trpo.surrogate(mdp, old, new) - abs(eta(mdp, new) - trpo.surrogate(mdp, old, new)) + above
    )


def test_rounding_is_told_from_a_broken_bound() -> None:
    """A bound that is attained is not broken; one that is higher by 1e-10 is, whichever way the return has moved."""
    ways = set()
    for seed in range(4):
        mdp = garnet(8, 3, 3, seed)
        bounds = {"attained": attained(0), "higher": attained(1e-10)}
        found = theory(mdp, iterates(mdp, 6, 0.5, seed), bounds=bounds)
        assert found.holds[0].all()
        assert not found.holds[1].any()
        ways |= set(np.sign(found.eta[1:] - found.surrogate))
    assert ways == {-1, 1}


def test_rows_of_single_precision_are_known_to_be_near() -> None:
    """The identity is off by what rows miss of one, much more than by rounding; the slack knows, and is not lax."""
    mdp = garnet(8, 3, 3, 0)
    double = iterates(mdp, 6, 0.5)
    single = double.astype(np.float32)
    rough, fine = theory(mdp, single), theory(mdp, double)
    assert abs(rough.residual).max() > 10 * fine.residual_slack.max()
    assert rough.identity_holds.all()
    assert rough.holds.all()
    assert rough.residual_slack.max() < 1e-4


def test_rows_are_as_near_as_they_are() -> None:
    """The exact quotient by the exact sum lies within the error; a single one is exact."""
    tables = np.random.default_rng(0).dirichlet(np.ones(7), size=50)
    for row, known in zip(tables, rows(tables), strict=True):
        total = sum(map(Fraction, row))
        for number, error in zip(row, known.error, strict=True):
            assert abs(Fraction(number) / total - Fraction(number)) <= Fraction(error)
            assert error < 1e-14
    assert not rows(np.eye(4)).error.any()


def test_a_planted_wrong_identity_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: with visits of the old policy it is the surrogate, and no identity."""
    mdp = garnet(8, 3, 3, 0)
    wrong: Callable[..., Any] = lambda mdp, old, new: trpo.surrogate(mdp, old, new) - eta(mdp, old)  # noqa: E731
    monkeypatch.setattr(module.trpo, "performance_difference_by_visitation", wrong)
    assert not theory(mdp, iterates(mdp, 3, 0.5)).identity_holds.any()


def test_what_cannot_be_held_against_the_theory_is_refused() -> None:
    """One policy, one of another process, rows that are no probabilities, and discount one."""
    mdp = garnet(4, 3, 2, 0)
    policies = iterates(mdp, 2, 0.5)
    with pytest.raises(EmptySpaceError, match="no step"):
        theory(mdp, policies[:1])
    for wrong in (policies[0], policies[:, :3], policies[..., :2]):
        with pytest.raises(ShapeError, match="policies"):
            theory(mdp, wrong)
    with pytest.raises(RowSumError):
        theory(mdp, 1.001 * policies)
    walk = tabular_task("random_walk")
    with pytest.raises(DiscountError):
        theory(walk, iterates(walk, 2, 0.5))


def shown(found: Theory) -> str:
    """What a terminal of 80 columns shows."""
    console = Console(width=80, record=True, file=StringIO())
    table(console, found)
    return console.export_text()


def test_the_table_counts_every_step() -> None:
    """It shows some of many, and says of each statement how many were held against it and which was broken first."""
    mdp = garnet(4, 2, 2, 0)
    policies = np.concatenate([np.repeat(iterates(mdp, 1, 0.5), 20, axis=0), iterates(mdp, 3, 0.5, 1)])
    found = theory(mdp, policies, bounds={**BOUNDS, "planted": trpo.surrogate})
    text = shown(found)
    steps, statements = (part.splitlines() for part in text.split("\n\n"))
    assert len(steps) == 1 + ROWS
    assert [line.split()[0] for line in (steps[1], steps[-1])] == ["1", "22"]
    assert [line.split()[0] for line in statements[1:]] == ["identity", *BOUNDS, "planted"]
    assert all(line.split()[1:4] == ["22", "0", "0"] and line.rstrip().endswith("holds") for line in statements[1:-1])
    assert statements[-1].split()[1:4] == ["22", "3", "0"]
    assert statements[-1].rstrip().endswith("BROKEN at step 20")
    assert max(map(len, text.splitlines())) <= 80


def test_what_rounding_may_turn_into_anything_is_undecided() -> None:
    """Neither held nor broken: the bound on its error is infinite."""
    found = theory(garnet(4, 2, 2, 0), iterates(garnet(4, 2, 2, 0), 2, 0.5))
    lost = found._replace(slack=found.slack + np.inf, holds=np.zeros((4, 1), bool))
    assert shown(lost).count("undecided") == 1 + len(BOUNDS)
    near_one = garnet(4, 2, 2, 0, discount=1 - 2**-52)
    hopeless = theory(near_one, iterates(near_one, 2, 0.5))
    assert not hopeless.holds.any()
    assert np.isinf(hopeless.slack).all()

"""PPO's clipped objective, over all real ratios, advantages and clipping parameters."""

from collections.abc import Iterator
from typing import Any

from rlproof.spec import ppo
from rlproof.spec.numbers import maximum, minimum

from .array import assume, fraction, nonnegative, reals
from .proving import exhibits, proves
from .sizes import ONE, ONE_AND_TWO, TWO

PPO = "Schulman et al. 2017 (PPO), section 3 and eq. (7)"
SPINNING_UP = "OpenAI Spinning Up, PPO, which defines g"
FOLLOWS = "follows from Schulman et al. 2017 (PPO), eq. (7)"


@proves(
    "ppo.clip_objective",
    "ppo.clip_objective_g",
    formula="E[min(rA, clip(r, 1-ε, 1+ε) A)] = E[min(rA, g(ε, A))] for ε >= 0, T = 1 and 2",
    source=SPINNING_UP,
    differs=ONE_AND_TWO,
)
def clip_forms_are_equal() -> Iterator[Any]:
    """The paper's clipped objective and that of the pseudocode are one function."""
    for T in (1, 2):
        r, A, epsilon = reals("r", T), reals("A", T), nonnegative("epsilon")
        yield ppo.clip_objective(r, A, clip_epsilon=epsilon) == ppo.clip_objective_g(r, A, clip_epsilon=epsilon)


@proves(
    "ppo.clip_objective",
    "ppo.cpi_objective",
    formula="L^CLIP(r) <= L^CPI(r) and L^CLIP(r) <= L^CPI(clip(r, 1-ε, 1+ε)) for ε >= 0, T = 1 and 2",
    source=PPO,
    differs=ONE_AND_TWO,
)
def clip_is_pessimistic() -> Iterator[Any]:
    """The clipped objective is below the unclipped one, and below that of the clipped ratios."""
    for T in (1, 2):
        r, A, epsilon = reals("r", T), reals("A", T), nonnegative("epsilon")
        objective = ppo.clip_objective(r, A, clip_epsilon=epsilon)
        yield objective <= ppo.cpi_objective(r, A)
        yield objective <= ppo.cpi_objective(minimum(maximum(r, 1 - epsilon), 1 + epsilon), A)


@proves(
    "ppo.clip_objective",
    "ppo.clip_gradient",
    formula="1-ε <= r <= 1+ε ⇒ L^CLIP = L^CPI, ∂/∂r = A; T = 2",
    source=PPO,
    differs=TWO,
)
def clip_is_cpi_inside_the_band() -> Iterator[Any]:
    """Where no ratio has left the band, clipping changes neither the objective nor its slope."""
    r, A, epsilon = reals("r", 2), reals("A", 2), nonnegative("epsilon")
    assume(abs(r - 1) <= epsilon)
    yield ppo.clip_objective(r, A, clip_epsilon=epsilon) == ppo.cpi_objective(r, A)
    yield ppo.clip_gradient(r, A, clip_epsilon=epsilon) == A


@proves(
    "ppo.clip_objective",
    "ppo.clip_gradient",
    formula="A >= 0, r > 1+ε ⇒ min(..) = (1+ε) A; A <= 0, r < 1-ε ⇒ min(..) = (1-ε) A; ∂/∂r = 0 in both",
    source=PPO,
    differs=TWO,
)
def clip_is_flat_beyond_the_band() -> Iterator[Any]:
    """Beyond the band, on the side that the advantage favours, the objective no longer depends on the ratio."""
    r, A, epsilon = reals("r", 2), reals("A", 2), nonnegative("epsilon")
    assume(A[0] >= 0)
    assume(r[0] > 1 + epsilon)
    assume(A[1] <= 0)
    assume(r[1] < 1 - epsilon)
    up, down = r[:1], r[1:]
    yield ppo.clip_objective(up, A[:1], clip_epsilon=epsilon) == (1 + epsilon) * A[0]
    yield ppo.clip_objective(down, A[1:], clip_epsilon=epsilon) == (1 - epsilon) * A[1]
    yield ppo.clip_gradient(r, A, clip_epsilon=epsilon) == 0


@proves(
    "ppo.clip_objective",
    formula="A >= 0, r <= 1+ε ⇒ min(..) = rA; A <= 0, r >= 1-ε ⇒ min(..) = rA",
    source=PPO,
    differs=TWO,
)
def clip_keeps_what_makes_the_objective_worse() -> Iterator[Any]:
    """On the side that the advantage disfavours nothing is clipped, however far the ratio is from one."""
    r, A, epsilon = reals("r", 2), reals("A", 2), nonnegative("epsilon")
    assume(A[0] >= 0)
    assume(r[0] <= 1 + epsilon)
    assume(A[1] <= 0)
    assume(r[1] >= 1 - epsilon)
    yield ppo.clip_objective(r, A, clip_epsilon=epsilon) == ppo.cpi_objective(r, A)


@proves(
    "ppo.clip_objective",
    formula="min(rA, clip(r, 1-ε, 1+ε) A) = rA - max(0, (r-1) A - ε|A|)",
    source=FOLLOWS,
    differs=ONE,
)
def clip_has_a_hinge_form() -> Iterator[Any]:
    """The clipped term is the unclipped one less a hinge of how far the ratio has gone."""
    r, A, epsilon = reals("r", 1), reals("A", 1), nonnegative("epsilon")
    hinge = maximum((r - 1) * A - epsilon * abs(A), 0)
    yield ppo.clip_objective(r, A, clip_epsilon=epsilon) == (r * A - hinge)[0]


@proves(
    "ppo.clip_objective",
    formula="L^CLIP(t r + (1-t) r') >= t L^CLIP(r) + (1-t) L^CLIP(r') for 0 <= t <= 1",
    source=FOLLOWS,
    differs=ONE,
)
def clip_is_concave_in_the_ratio() -> Iterator[Any]:
    """The clipped objective is concave in the ratio, whatever the sign of the advantage."""
    r, other, A = reals("r", 1), reals("r'", 1), reals("A", 1)
    epsilon, t = nonnegative("epsilon"), fraction("t")
    chord = t * ppo.clip_objective(r, A, clip_epsilon=epsilon)
    chord = chord + (1 - t) * ppo.clip_objective(other, A, clip_epsilon=epsilon)
    yield ppo.clip_objective(t * r + (1 - t) * other, A, clip_epsilon=epsilon) >= chord


@proves(
    "ppo.clip_objective",
    formula="ε <= ε' ⇒ L^CLIP_ε <= L^CLIP_ε', T = 2",
    source=FOLLOWS,
    differs=TWO,
)
def clip_is_monotone_in_epsilon() -> Iterator[Any]:
    """A wider band never lowers the objective."""
    r, A = reals("r", 2), reals("A", 2)
    narrow, more = nonnegative("epsilon"), nonnegative("more")
    yield ppo.clip_objective(r, A, clip_epsilon=narrow) <= ppo.clip_objective(r, A, clip_epsilon=narrow + more)


@proves(
    "ppo.clip_objective",
    formula="ε = 0 ⇒ min(..) = min(rA, A)",
    source=FOLLOWS,
    differs=ONE,
)
def clip_without_a_band_is_the_smaller_of_both() -> Iterator[Any]:
    """With ε = 0 the objective is the smaller of the product and the advantage itself."""
    r, A = reals("r", 1), reals("A", 1)
    yield ppo.clip_objective(r, A, clip_epsilon=0) == minimum(r * A, A)[0]


@proves(
    "ppo.clip_objective",
    formula="c >= 0 ⇒ L^CLIP(r, cA) = c L^CLIP(r, A), T = 2",
    source=FOLLOWS,
    differs=TWO,
)
def clip_is_homogeneous() -> Iterator[Any]:
    """Advantages in other units scale the objective."""
    r, A, epsilon, c = reals("r", 2), reals("A", 2), nonnegative("epsilon"), nonnegative("c")
    yield ppo.clip_objective(r, c * A, clip_epsilon=epsilon) == c * ppo.clip_objective(r, A, clip_epsilon=epsilon)


@proves(
    "ppo.clip_gradient",
    "ppo.clip_objective",
    formula="L^CLIP(r') <= L^CLIP(r) + g (r' - r), g = clip_gradient(r)",
    source=FOLLOWS,
    differs=ONE,
)
def clip_gradient_is_a_supergradient() -> Iterator[Any]:
    """The slope, with its convention at the kinks, is a supergradient at every ratio."""
    r, other, A, epsilon = reals("r", 1), reals("r'", 1), reals("A", 1), nonnegative("epsilon")
    slope = ppo.clip_gradient(r, A, clip_epsilon=epsilon)[0]
    tangent = ppo.clip_objective(r, A, clip_epsilon=epsilon) + slope * (other - r)[0]
    yield ppo.clip_objective(other, A, clip_epsilon=epsilon) <= tangent


@exhibits(
    "ppo.clip_objective",
    formula="clip(r, 1-ε, 1+ε) A > rA for some r, A, ε > 0",
    source="negative control: the minimum of Schulman et al. 2017 (PPO), eq. (7), left out",
    differs=ONE,
)
def clip_without_the_minimum_is_no_lower_bound() -> Iterator[Any]:
    """Clipping the ratio without the minimum is not pessimistic: it can exceed the unclipped objective."""
    r, A, epsilon = reals("r", 1), reals("A", 1), nonnegative("epsilon")
    assume(epsilon > 0)
    assume(r > 0)
    yield ppo.cpi_objective(minimum(maximum(r, 1 - epsilon), 1 + epsilon), A) > ppo.cpi_objective(r, A)


@exhibits(
    "ppo.clip_objective",
    formula="max(rA, clip(r, 1-ε, 1+ε) A) = -L^CLIP(r, -A) > rA for some r, A, ε > 0",
    source="negative control: a maximum in Schulman et al. 2017 (PPO), eq. (7)",
    differs=ONE,
)
def clip_with_a_maximum_is_no_lower_bound() -> Iterator[Any]:
    """The larger of both products, in the place of the smaller, can exceed the unclipped objective."""
    r, A, epsilon = reals("r", 1), reals("A", 1), nonnegative("epsilon")
    assume(epsilon > 0)
    assume(r > 0)
    yield -ppo.clip_objective(r, -A, clip_epsilon=epsilon) > ppo.cpi_objective(r, A)

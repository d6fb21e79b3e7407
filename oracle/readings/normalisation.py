"""Names for how advantages and rewards are normalised, and the constants that are usually built in."""

from typing import Any

from ...spec.numbers import rational
from ..reading import Facts, Reading, Rule, reading, rule

NORMALISING = ("ppo.advantage_normalisation", "ppo.advantage_whitening")
EPSILONS = (1e-8, 1e-5, 1e-6, 1e-7, 1e-9, 1e-10, 1e-12, 1e-4, 1e-3, 0.0)


def _positive(drawn: Facts) -> Any:
    """An epsilon that is passed is not zero: without it, equal numbers give zero by zero."""
    return drawn["norm_epsilon"] if drawn["norm_epsilon"] != 0 else rational("1/1048576")


READINGS: tuple[Reading, ...] = (
    reading(
        "norm_epsilon", "own", "a small positive number", _positive, {"norm_epsilon": lambda a: a["norm_epsilon"]},
        needs=("norm_epsilon",), among=(*NORMALISING, "ppo.reward_scaling"),
    ),
)  # fmt: skip


def _ddof_of(data: str) -> tuple[Rule, ...]:
    """0 or 1, but that of one number alone is its own mean."""

    def one(facts: Facts) -> int:
        return min(1, facts[data].size - 1)

    limit = "the divisor of the variance"
    return (
        rule("ddof", (data,), lambda _: 0, convention="0", limit=limit, beside=(data,)),
        rule("ddof", (data,), one, convention="1", limit=limit, beside=(data,)),
    )


RULES: tuple[Rule, ...] = (
    *_ddof_of("advantages"),
    *_ddof_of("rewards"),
    *(
        rule(
            "norm_epsilon", (), lambda _, value=value: rational(value), convention=f"{value:g}",
            limit=f"another epsilon than {value:g}", among=equations,
        )
        for equations, values in ((NORMALISING, EPSILONS), (("ppo.reward_scaling",), (1e-8, 1e-5, 1e-4, 0.0)))
        for value in values
    ),
)  # fmt: skip

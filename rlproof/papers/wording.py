"""Numbers and names of tasks as the page writes them."""

from collections.abc import Iterable


def number(value: float) -> str:
    """Write as many digits as say something: 1,234 and 12.3 and 0.45."""
    size = abs(value)
    return f"{value:,.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def spread(value: float, low: float, high: float) -> str:
    """Write a number with its interval."""
    return f"{number(value)} ({number(low)} to {number(high)})"


def listed(names: Iterable[str]) -> str:
    """Write names in a row, those of tasks without their version."""
    return ", ".join(name.removesuffix("-v5") for name in names)

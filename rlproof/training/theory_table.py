"""The exact theory of a training run in the terminal: its steps, and what was held against them."""

import numpy as np
from rich.console import Console
from rich.table import Table

from .theory import Theory

ROWS = 10
"""How many steps are shown, evenly spaced; all of them are counted."""


def table(console: Console, theory: Theory) -> bool:
    """Print returns, divergences and the best lower bound of some steps; then every statement with its counts.

    Returns whether no statement was broken; one is not broken by what rounding may amount to.

    `used` is the largest share of what a statement allows that a step has used: |eta - L| by the distance of the
    bound from L, and for the identity the residual by its slack. A step is undecided if rounding may be anything.
    """
    console.print(_steps(theory))
    console.print()
    console.print(_statements(theory))
    identity, bounds = theory.identity_holds, theory.holds
    return bool((identity | ~np.isfinite(theory.residual_slack)).all() and (bounds | ~np.isfinite(theory.slack)).all())


def _steps(theory: Theory) -> Table:
    count = len(theory.surrogate)
    shown = np.unique(np.linspace(0, count - 1, min(ROWS, count)).round().astype(int))
    promised = theory.lower.max(axis=0, initial=-np.inf)
    made = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("step", "eta before", "eta after", "surrogate", "promised", "mean KL", "max KL"):
        made.add_column(title, justify="right", no_wrap=True)
    for step in shown:
        returns = (theory.eta[step], theory.eta[step + 1], theory.surrogate[step], promised[step])
        divergences = (theory.mean_kl[step], theory.max_kl[step])
        made.add_row(f"{step + 1:,}", *(f"{x:.5g}" for x in returns), *(f"{x:.2e}" for x in divergences))
    return made


def _statements(theory: Theory) -> Table:
    made = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("statement", "steps", "broken", "undecided", "used", "slack", "verdict"):
        made.add_column(title, justify="left" if title in {"statement", "verdict"} else "right", overflow="fold")
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.nan_to_num(abs(theory.residual) / theory.residual_slack, posinf=np.inf)  # 0 / 0: nothing is left
    rows = [("identity", theory.identity_holds, parts, theory.residual_slack)]
    rows += zip(theory.names, theory.holds, theory.share, theory.slack, strict=True)
    for name, holds, used, slack in rows:
        broken, undecided = ~holds & np.isfinite(slack), ~holds & ~np.isfinite(slack)
        counts = (len(holds), broken.sum(), undecided.sum())
        made.add_row(
            name, *(f"{n:,}" for n in counts), f"{used.max():.2g}", f"{slack.max():.1e}", _verdict(broken, undecided)
        )
    return made


def _verdict(broken: np.ndarray, undecided: np.ndarray) -> str:
    if broken.any():
        return f"[bold red]BROKEN[/] at step {np.argmax(broken) + 1:,}"
    return "[yellow]undecided[/]" if undecided.any() else "[green]holds[/]"

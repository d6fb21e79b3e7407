"""A small tree of sources: one statement and its theorem, or what was planted instead."""

from pathlib import Path

import pytest

from rlproof.proofs import prover
from rlproof.proofs.assumptions import check_theorems
from rlproof.proofs.compiling import compile_all, copy
from rlproof.proofs.outcome import Outcome
from rlproof.proofs.statements import statements

needs_the_prover = pytest.mark.skipif(
    prover.missing() is not None, reason=f"{prover.missing()}; `make proofs` installs one and runs them"
)

DEFINITIONS = """
(** Twice n, by recursion. *)
Fixpoint twice (n : nat) : nat := match n with O => O | S k => S (S (twice k)) end.
"""

STATEMENTS = """(** A planted statement. *)
From rlproof.definitions Require Import planted.

(** Theorem holds.
    Twice n is n + n.
    Equations: td.error, gae.advantage
    Formula: 2n = n + n,
        for all n
    Source: nobody
    Differs: no *)
Definition holds : Prop :=
  forall n : nat, twice n = n + n.
"""

PREAMBLE = """
From rlproof.definitions Require Import planted.
From rlproof.statements Require planted.
Require Import Coq.Init.Peano.
"""

PROOF = """
Proof.
  intro n; induction n as [|k IH]; [reflexivity | simpl].
  now rewrite IH, <- plus_n_Sm.
Qed.
"""

THEOREM = f"Theorem holds : statements.planted.holds.{PROOF}"


def plant(root: Path, theorems: str | None = THEOREM, statement: str = STATEMENTS, **others: str) -> Path:
    """Make the tree; further files of theorems/ are given by name."""
    files = {"definitions/planted": DEFINITIONS, "statements/planted": statement}
    files |= {} if theorems is None else {"theorems/planted": PREAMBLE + theorems}
    files |= {f"theorems/{name}": text for name, text in others.items()}
    for name, text in files.items():
        path = root / f"{name}.v"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def outcome(root: Path, workplace: Path) -> Outcome:
    """What the checker says of the only statement."""
    workplace.mkdir()
    build = copy(workplace, root)
    compile_all(build, report=lambda line: None)
    (found,) = check_theorems(build, statements(workplace))
    return found

"""A theorem that is not proved, or is another one, fails, however it is hidden."""

from pathlib import Path

import pytest

from rlproof.proofs.assumptions import CLOSED, OF_THE_REALS, judge
from rlproof.proofs.outcome import FAILED, PROVED
from rlproof.proofs.statements import statements

from .planted import PROOF, STATEMENTS, THEOREM, needs_the_prover, outcome, plant

ABSURD = "Theorem holds : statements.planted.holds.\nProof. destruct absurd. Qed."

HOLES = {
    "a proof that is not finished": "Theorem holds : statements.planted.holds.\nProof. Admitted.",
    "a lemma that is not finished": f"Lemma absurd : False.\nProof. Admitted.\n{ABSURD}",
    "an axiom": f"Axiom absurd : False.\n{ABSURD}",
    "an axiom inside a module": f"Module M. Axiom absurd : False. End M.\nImport M.\n{ABSURD}",
    "a parameter": f"Parameter absurd : False.\n{ABSURD}",
    "recursion without end": "Unset Guard Checking.\nFixpoint loop (n : nat) : False := loop n.\n"
    f"Definition absurd := loop 0.\n{ABSURD}",
    "recursion without end, by an attribute": "#[bypass_check(guard)] Fixpoint loop (n : nat) : False := loop n.\n"
    f"Definition absurd := loop 0.\n{ABSURD}",
    "a type that refutes itself": "Unset Positivity Checking.\nInductive self : Set := Self (f : self -> False).\n"
    "Definition no (s : self) : False := match s with Self f => f s end.\n"
    f"Definition absurd := no (Self no).\n{ABSURD}",
    "universes unchecked": "Unset Universe Checking.\nDefinition U : Type := Type.\nSet Universe Checking.\n"
    f"Theorem holds : statements.planted.holds.\nProof. pose (u := U).{PROOF.partition('Proof.')[2]}",
}
"""Theories with a hole: the theorem has the right type."""

OTHERS = {
    "weaker": "Theorem holds : forall n : nat, n = 0 -> twice n = n + n.\nProof. now intros n ->. Qed.",
    "of a module that has the name of the statement's": "Module statements. Module planted.\n"
    "Definition holds : Prop := True.\nEnd planted. End statements.\n"
    "Theorem holds : statements.planted.holds.\nProof. exact I. Qed.",
    "of a module that has the whole name": "Module rlproof. Module statements. Module planted.\n"
    "Definition holds : Prop := True.\nEnd planted. End statements. End rlproof.\n"
    "Theorem holds : True.\nProof. exact I. Qed.",
    "of another function with the same name": "Definition twice (n : nat) := n + n.\n"
    "Theorem holds : forall n, twice n = n + n.\nProof. reflexivity. Qed.",
    "under a hypothesis of its section": "Section S. Hypothesis h : statements.planted.holds.\n"
    "Theorem holds : statements.planted.holds.\nProof. exact h. Qed.\nEnd S.",
    "that a coercion would turn into it": "Inductive weak : Prop := Weak.\n"
    "Axiom cheat : weak -> statements.planted.holds.\nCoercion cheat : weak >-> statements.planted.holds.\n"
    "Theorem holds : weak.\nProof. exact Weak. Qed.",
    "that a notation hides": "Notation holds' := True (only parsing).\nTheorem holds : holds'.\nProof. exact I. Qed.",
}
"""Theorems of the right name, without a hole, of something else."""

EXTENSIONALITY = "boolp.propositional_extensionality : forall P Q : Prop, P <-> Q -> P = Q"


@needs_the_prover
def test_a_sound_theorem_passes(tmp_path: Path) -> None:
    """The tree that the tests below spoil is accepted, and the prover says that nothing is assumed."""
    found = outcome(plant(tmp_path / "rocq"), tmp_path / "work")
    assert (found.verdict, found.assumptions, found.message) == (PROVED, CLOSED, "")
    assert found.seconds > 0


@needs_the_prover
@pytest.mark.parametrize("theorems", HOLES.values(), ids=HOLES)
def test_a_hole_is_found(theorems: str, tmp_path: Path) -> None:
    """Negative control: it compiles, the type is right, and the assumptions tell."""
    found = outcome(plant(tmp_path / "rocq", theorems), tmp_path / "work")
    assert found.verdict == FAILED
    assert "holds rests on something that is not proved" in found.message
    assert found.assumptions not in ("", CLOSED)


@needs_the_prover
def test_a_hole_in_another_file_is_found(tmp_path: Path) -> None:
    """Negative control: lemmas of other files count."""
    theorems = f"From rlproof.theorems Require Import lemmas.\n{ABSURD}"
    root = plant(tmp_path / "rocq", theorems, lemmas="Lemma absurd : False.\nProof. Admitted.\n")
    assert "lemmas.absurd : False" in outcome(root, tmp_path / "work").message


@needs_the_prover
@pytest.mark.parametrize("theorems", OTHERS.values(), ids=OTHERS)
def test_another_theorem_of_the_same_name_is_found(theorems: str, tmp_path: Path) -> None:
    """Negative control: the statement is the one in statements/, whatever stands in the theorem's file."""
    found = outcome(plant(tmp_path / "rocq", theorems), tmp_path / "work")
    assert found.verdict == FAILED
    assert "holds proves something else than what is stated" in found.message


@needs_the_prover
@pytest.mark.parametrize("theorems", ["", THEOREM.replace("holds :", "renamed :"), None])
def test_a_missing_theorem_is_found(theorems: str | None, tmp_path: Path) -> None:
    """Negative control: a statement without its theorem, or without the file, is not proved."""
    found = outcome(plant(tmp_path / "rocq", theorems), tmp_path / "work")
    assert found.verdict == FAILED
    assert "holds is stated and not proved" in found.message


@needs_the_prover
def test_a_file_that_does_not_compile_is_found(tmp_path: Path) -> None:
    """Negative control: what the prover says is in the message, also where the fault is in another file."""
    found = outcome(plant(tmp_path / "rocq", THEOREM.replace("rewrite IH", "rewrite I")), tmp_path / "work")
    assert found.verdict == FAILED
    assert "theorems/planted.v" in found.message
    assert "line" in found.message
    theorems = f"From rlproof.theorems Require Import lemmas.\n{THEOREM}"
    root = plant(tmp_path / "other", theorems, lemmas="Lemma broken : False.\nProof. exact I. Qed.\n")
    assert "it rests on theorems/lemmas.v" in outcome(root, tmp_path / "other work").message


@needs_the_prover
@pytest.mark.parametrize(("loaded", "verdict"), [("", FAILED), ("From mathcomp Require Import reals.\n", PROVED)])
def test_axioms_of_the_reals_are_for_statements_about_reals(loaded: str, verdict: str, tmp_path: Path) -> None:
    """The same axiom is allowed below a statement that loads mathcomp-analysis, and nowhere else."""
    statement = "(** Theorem holds.\n    Equal functions.\n    Equations: td.error\n    Formula: f = g\n"
    statement += "    Source: nobody\n    Differs: no *)\nDefinition holds : Prop := forall f g : nat -> nat,\n"
    statement += "  (forall n, f n = g n) -> f = g.\n"
    theorems = "From mathcomp Require boolp.\nTheorem holds : statements.planted.holds.\n"
    theorems += "Proof. intros f g h; apply boolp.funext; exact h. Qed."
    found = outcome(plant(tmp_path / "rocq", theorems, loaded + statement), tmp_path / "work")
    assert found.verdict == verdict
    assert "functional_extensionality_dep" in found.assumptions


@pytest.mark.parametrize(
    ("text", "reals", "allowed"),
    [
        (CLOSED, False, True),
        ("", True, False),
        ("Axioms:", True, False),
        (f"Axioms:\n{EXTENSIONALITY}", True, True),
        (f"Axioms:\n{EXTENSIONALITY}", False, False),
        ("Axioms:\nboolp.propositional_extensionality : False", True, False),
        (f"Axioms:\n{EXTENSIONALITY}\nloop is assumed to be guarded.", True, False),
        ("Axioms:\nclassic : forall P : Prop, P \\/ ~ P", True, False),
        (f"Axioms:\nabsurd : False\n{CLOSED}", True, False),
    ],
)
def test_only_the_axioms_of_the_reals_are_ever_allowed(text: str, reals: bool, allowed: bool, tmp_path: Path) -> None:
    """By name and by what they say, and nothing else may be printed beside them."""
    (proof,) = statements(plant(tmp_path, statement=STATEMENTS))
    assert (judge(proof, text, reals=reals) is None) == allowed


def test_all_three_axioms_are_read_as_they_are_printed(tmp_path: Path) -> None:
    """Long ones are printed on several lines."""
    (proof,) = statements(plant(tmp_path, statement=STATEMENTS))
    lines = [f"{name}\n  : {said}".replace(", (", ",\n    (") for name, said in OF_THE_REALS.items()]
    text = "\n".join(["Axioms:", *lines])
    assert judge(proof, text, reals=True) is None

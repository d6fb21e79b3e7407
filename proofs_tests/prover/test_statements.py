"""Statements are read strictly: what is not in the fixed form is an error that says where."""

from pathlib import Path

import pytest

from rlproof.proofs.errors import ForbiddenWordError, StatementError
from rlproof.proofs.sources import FORBIDDEN, forbid, speaks_of_reals, without_comments
from rlproof.proofs.statements import statements

from .planted import STATEMENTS, plant


def test_a_statement_is_read_from_its_comment_and_definition(tmp_path: Path) -> None:
    """Continued lines are joined; the definition stays as it is."""
    (proof,) = statements(plant(tmp_path))
    assert (proof.id, proof.equations) == ("rocq:holds", ("td.error", "gae.advantage"))
    assert (proof.sentence, proof.formula) == ("Twice n is n + n.", "2n = n + n, for all n")
    assert (proof.source, proof.differs, proof.file) == ("nobody", "no", "rocq/statements/planted.v")
    assert proof.code == "Definition holds : Prop :=\n  forall n : nat, twice n = n + n."


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("    Formula: 2n = n + n,\n        for all n\n", "", "planted.v:9: the comment of holds is not whole"),
        ("Differs: no", "Differs:", "no Differs"),
        ("    Source: nobody\n    Differs: no", "    Differs: no\n    Source: nobody", "is not whole"),
        ("    Twice n is n + n.\n", "", "is not whole"),
        ("n + n.\n    Eq", "n + n\n    Eq", "is not whole"),
        ("gae.advantage", "gae.advantages", "holds names unknown equations"),
        ("gae.advantage", "", "holds names unknown equations"),
        ("Definition holds", "Definition stays", "planted.v:11: the comment names another theorem"),
        ("Theorem holds", "Lemma holds", "the comment of holds is not whole"),
        (" *)\nDefinition", " *)\n(* A word in between. *)\nDefinition", "is not whole"),
        ("Definition holds : Prop", "Definition holds (k : nat) : Prop", "planted.v:11 is no statement"),
        ("Definition holds : Prop", "Axiom holds : Prop", "planted.v:11 is no statement"),
        (STATEMENTS.partition("Definition")[2], " two : Prop := True.", "names another theorem"),
        ("  forall n", "  forall (* of course *) k n", None),
    ],
)
def test_a_planted_fault_is_found(before: str, after: str, complaint: str | None, tmp_path: Path) -> None:
    """Negative control: each fault is an error with its file and line; a comment inside a definition is none."""
    root = plant(tmp_path, statement=STATEMENTS.replace(before, after))
    assert before in STATEMENTS
    if complaint is None:
        assert len(statements(root)) == 1
        return
    with pytest.raises(StatementError) as caught:
        statements(root)
    assert complaint in str(caught.value)
    assert "statements/planted.v" in str(caught.value)


@pytest.mark.parametrize("extra", ["\nDefinition bare : Prop := True.\n", "\n(** Theorem lost. *)\n"])
def test_a_definition_or_a_comment_alone_is_found(extra: str, tmp_path: Path) -> None:
    """Negative control: neither is passed over because it lacks the other."""
    with pytest.raises(StatementError):
        statements(plant(tmp_path, statement=STATEMENTS + extra))


@pytest.mark.parametrize("word", FORBIDDEN)
def test_a_forbidden_word_is_found_in_code_and_not_in_comments(word: str, tmp_path: Path) -> None:
    """Negative control: a comment may speak of axioms, however deep; a command may not, nor a string hide it."""
    path = tmp_path / "planted.v"
    path.write_text(f'(* {word} (* "*)" {word} *) *)\nDefinition {word}s_not := 1.\n', encoding="utf-8")
    if word + "s" not in FORBIDDEN:
        forbid(path, tmp_path)
    path.write_text(f'Definition a := "(*".\n Set  {word.replace(" ", "  ")} x. (* "*)" *)', encoding="utf-8")
    with pytest.raises(ForbiddenWordError, match=r"planted\.v:2 holds the word"):
        forbid(path, tmp_path)


def test_comments_become_blanks_and_places_stay() -> None:
    """Nested comments, strings that look like comments, and the operator of multiplication in brackets."""
    assert without_comments("a (* b (* c *) d *) e") == "a                   e"
    assert without_comments('"(*" a (* "*)" *) b') == '"(*" a            b'
    assert without_comments("(*a\nb*)c") == "   \n   c"


@pytest.mark.parametrize(
    ("loaded", "reals"),
    [
        ("", False),
        ("From mathcomp Require Import all_ssreflect all_algebra.", False),
        ("From mathcomp Require Import boolp reals\n  exp.", True),
        ("Require Import mathcomp.analysis.exp.", True),
        ("From rlproof.definitions Require Import planted.", False),
        ("From rlproof.theorems Require real.", True),
        ("(* From mathcomp Require Import reals. *)", False),
    ],
)
def test_what_speaks_of_reals_is_known(loaded: str, reals: bool, tmp_path: Path) -> None:
    """Through what is loaded, directly or by way of our own files."""
    root = plant(tmp_path, statement=f"{loaded}\n{STATEMENTS}", real="From mathcomp Require Import exp.")
    assert speaks_of_reals(root / "statements" / "planted.v", root) == reals

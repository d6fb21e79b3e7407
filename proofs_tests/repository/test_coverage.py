"""Every hole of the coverage page has its reason, and the list of reasons is true and shrinks."""

import re
import tomllib

import pytest

from rlproof.coverage import COLUMNS, LISTED, Cell, coverage, read_reasons, reason
from rlproof.coverage_page import coverage_page
from rlproof.oracle.published import Published
from rlproof.published import published_numbers
from rlproof.spec.registry import equation, equations

from .lints import coverage as lint
from .lints import holes
from .lints.tree import ROOT

NAMES = ["td.error", "gae.advantage", "gae.other"]
HOLES = {"published": {"td.error", "gae.other"}, "impl": set[str]()}


def patterns(text: str) -> dict[str, list[str]]:
    """The patterns of a list, without their reasons."""
    return {column: list(entries) for column, entries in tomllib.loads(text).items()}


def test_the_list_is_the_one_that_the_page_reads() -> None:
    """The docs and the tests speak of the same file."""
    assert LISTED == ROOT / lint.PLACE
    assert read_reasons().keys() <= COLUMNS.keys()
    assert read_reasons()


def test_every_hole_has_a_reason() -> None:
    """Its own, or a listed one."""
    listed = {column: list(entries) for column, entries in read_reasons().items()}
    assert holes.unlisted(lint.unexplained(equations()), listed) == []


def test_every_listed_reason_is_for_a_hole() -> None:
    """What has been filled has to leave the list."""
    assert lint.stale(lint.unexplained(equations()), read_reasons(), [each.id for each in equations()]) == []
    assert lint.malformed(read_reasons()) == []


def test_the_list_has_only_shrunk() -> None:
    """In the whole history, but for topics that were new to the column of published numbers."""
    if not holes.history_is_whole(ROOT):
        pytest.skip("not a git clone with its whole history: the versions before are not here to compare")
    assert lint.grown(holes.changes(ROOT, lint.PLACE, patterns)) == []


def test_every_equation_is_in_floats_has_an_implementation_and_laws() -> None:
    """These columns have no holes at all."""
    missing = lint.unexplained(equations())
    assert [missing[column] for column in ("float64", "impl", "laws", "derivation")] == [set()] * 4


@pytest.mark.parametrize(
    ("listed", "complaints"),
    [
        ({"published": {"td.error": "Why.", "gae.*": "Why."}}, 0),
        ({"published": {"gae.advantage": "Why."}}, 1),
        ({"published": {"sarsa.*": "Why."}}, 1),
        ({"impl": {"td.*": "Why."}}, 1),
        ({"publish": {"td.error": "Why."}}, 1),
    ],
    ids=["true", "the id is filled", "no such topic", "nothing is missing", "no such column"],
)
def test_a_stale_reason_is_found(listed: dict[str, dict[str, str]], complaints: int) -> None:
    """Negative control: an entry that is not true is one complaint."""
    assert len(lint.stale(HOLES, listed, NAMES)) == complaints


def test_an_unlisted_hole_is_found() -> None:
    """Negative control: a hole without a reason is a complaint."""
    assert holes.unlisted(HOLES, {"published": ["gae.*"]}) == ["published of td.error is missing and not listed"]


@pytest.mark.parametrize("listed", [{"impl": {"td.[e]": "Why."}}, {"impl": {"td.error": "because"}}])
def test_a_malformed_entry_is_found(listed: dict[str, dict[str, str]]) -> None:
    """Negative control: other wildcards than stars, and a reason that is no sentence."""
    assert len(lint.malformed(listed)) == 1


@pytest.mark.parametrize(
    ("before", "after", "complaints"),
    [
        ({"published": ["gae.*"]}, {"published": ["gae.advantage"]}, 0),
        ({"published": ["gae.*"]}, {"published": ["gae.*", "lqr.*"]}, 0),
        ({"published": ["gae.advantage"]}, {"published": ["gae.*"]}, 1),
        ({"published": ["gae.*"]}, {"published": ["gae.*"], "impl": ["td.error"]}, 1),
    ],
    ids=["shrinks", "a new topic", "wider", "another column"],
)
def test_growth_is_found(before: dict[str, list[str]], after: dict[str, list[str]], complaints: int) -> None:
    """Negative control: only new topics may be added, and only to the published numbers."""
    assert len(lint.grown([holes.Change("planted", before, after)])) == complaints


def test_what_a_docstring_says_is_the_reason() -> None:
    """Gradients and number systems explain themselves; the longest pattern explains the rest."""
    assert coverage(equation("policy.greedy"))["gradient"] == Cell(0, "it gives actions.")
    assert coverage(equation("divergence.kl"))["exact"] == Cell(0, "logarithms")
    listed = {"published": {"*": "Any.", "gae.*": "Curves."}}
    assert reason("gae.advantage", "published", Cell(0), listed) == "Curves."
    assert reason("gae.advantage", "published", Cell(0, "Own."), listed) == "Own."
    assert reason("gae.advantage", "impl", Cell(0), listed) is None


def test_a_hole_among_the_proofs_needs_no_reason() -> None:
    """They are extra to laws: a dash and nothing else, and no entry of the list."""
    entry = equation("policy.greedy")._replace(id="gae.planted")
    assert coverage(entry)["proof"] == Cell(0, "")
    assert reason("gae.planted", "proof", Cell(0, ""), {"proof": {"*": "Any."}}) == ""
    page = coverage_page([entry], [], read_reasons())
    (row,) = re.findall(r"\* - :doc:`gae.planted`\n((?:     - .*\n)+)", page)
    assert row.splitlines()[-1] == "     - –"
    assert lint.unexplained([entry])["proof"] == set()


def test_the_page_shows_holes_reasons_and_published_numbers() -> None:
    """Each row has every column; a hole leads to its reason."""
    entry = Published(("value.v",), "planted", "What it says.", "A book", lambda: iter(()))
    page = coverage_page(
        [equation("policy.greedy"), equation("gae.advantage")], [entry], {"published": {"*": "Planted."}}
    )
    assert page.count("* - ") == 2 + 2 + 3 + 2
    assert "– (1)" in page
    assert "it gives actions." in page
    assert "Planted." in page
    assert "``planted``" in page
    assert f"``{published_numbers()[0].name}``" not in page

"""The list of faces not built yet can only shrink, and each way to cheat is noticed."""

import os
import subprocess
from pathlib import Path

import pytest

from .lints import holes
from .lints.tree import ROOT

NAMES = ["gae.advantage", "td.error", "value.q", "value.v"]
MISSING = {"impl": {"td.error"}, "oracle": set(NAMES)}


def test_the_list_has_only_shrunk() -> None:
    """In the whole history, each version's patterns are covered by the version before."""
    if not holes.history_is_whole(ROOT):
        pytest.skip("not a git clone with its whole history: the versions before are not here to compare")
    assert holes.growth(holes.changes(ROOT)) == []


def test_a_true_list_is_accepted() -> None:
    """A list that admits exactly what is missing gives no complaint."""
    listed = {"impl": ["td.error"], "oracle": ["*"]}
    assert holes.unlisted(MISSING, listed) == []
    assert holes.stale(MISSING, listed, NAMES) == []


def test_an_unlisted_hole_is_found() -> None:
    """Negative control: a face that is missing and not admitted is a complaint."""
    assert holes.unlisted(MISSING, {"oracle": ["*"]}) == ["impl of td.error is missing and not listed"]


@pytest.mark.parametrize(
    "listed",
    [{"impl": ["td.*", "value.v"]}, {"impl": ["td.error", "sarsa.*"]}, {"imp": ["td.error"]}],
    ids=["the face is there", "no such equation", "no such face"],
)
def test_a_stale_entry_is_found(listed: dict[str, list[str]]) -> None:
    """Negative control: an entry that is not true is a complaint."""
    assert len(holes.stale(MISSING, listed, NAMES)) == 1


def test_a_pattern_is_an_id_with_stars() -> None:
    """Other wildcards would make it hard to see whether one pattern covers another."""
    with pytest.raises(ValueError, match="patterns consist of"):
        holes.read('oracle = ["value.[qv]"]')


@pytest.mark.parametrize(
    ("versions", "complaints"),
    [
        (['oracle = ["*"]', 'oracle = ["gae.*", "td.*"]', 'oracle = ["gae.advantage"]'], 0),
        (['oracle = ["gae.*"]', 'oracle = ["gae.*", "td.error"]'], 1),
        (['oracle = ["gae.*"]', 'oracle = ["*"]'], 1),
        (['oracle = ["*"]', 'oracle = ["*"]\nimpl = ["td.error"]'], 1),
        (['oracle = ["*"]', "", 'oracle = ["td.error"]'], 1),
        (['oracle = ["*"]', None, 'oracle = ["td.error"]'], 1),
    ],
    ids=["shrinks", "one more", "wider", "another face", "emptied and back", "deleted and back"],
)
def test_growth_in_the_history_is_found(versions: list[str | None], complaints: int, tmp_path: Path) -> None:
    """Negative control: a list that grows from one commit to another gives a complaint."""
    git(tmp_path, "init", "--quiet")
    for version in versions:
        commit(tmp_path, version)
    assert len(holes.growth(holes.changes(tmp_path))) == complaints


def test_growth_that_is_not_committed_is_found(tmp_path: Path) -> None:
    """Negative control: what lies in the folder is compared with the last commit."""
    git(tmp_path, "init", "--quiet")
    commit(tmp_path, 'oracle = ["gae.*"]')
    (tmp_path / holes.PLACE).write_text('oracle = ["*"]', encoding="utf-8")
    assert holes.growth(holes.changes(tmp_path)) == ["not committed: oracle = '*' is new"]


def test_a_folder_without_history_is_recognised(tmp_path: Path) -> None:
    """A plain folder has no history, so the comparison says that it is skipped."""
    assert not holes.history_is_whole(tmp_path)


def commit(root: Path, text: str | None) -> None:
    """Commit a version of the list; None deletes it."""
    place = root / holes.PLACE
    place.parent.mkdir(parents=True, exist_ok=True)
    if text is None:
        place.unlink()
    else:
        place.write_text(text, encoding="utf-8")
    git(root, "add", "--all")
    git(root, "-c", "user.name=test", "-c", "user.email=test@example.org", "commit", "--quiet", "-m", "list")


def git(root: Path, *arguments: str) -> None:
    """Run git in the folder, untouched by the settings and hooks of whoever runs the tests."""
    nobodys = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    environment = nobodys | {"PATH": os.environ["PATH"]}
    subprocess.run(["git", "-C", str(root), *arguments], check=True, env=environment)

"""The list of faces that are not built yet: true, complete, and only ever getting shorter."""

import os
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

PLACE = Path("proofs_tests/repository/holes.toml")
"""Where the list stands, below the root."""

PATTERN = re.compile(r"[a-z0-9_.*]+")
"""An equation id with stars. Only stars: then a pattern covers another exactly if it matches it as text."""

Holes = Mapping[str, list[str]]


@dataclass(frozen=True)
class Change:
    """The list before and after one commit, or before and after what is not committed yet."""

    commit: str
    before: Holes
    after: Holes


def read(text: str) -> dict[str, list[str]]:
    """The patterns of missing faces, by face."""
    holes = tomllib.loads(text)
    malformed = [each for patterns in holes.values() for each in patterns if not PATTERN.fullmatch(each)]
    if malformed:
        message = f"patterns consist of a-z, 0-9, '_', '.' and '*'; got {malformed}"
        raise ValueError(message)
    return holes


def unlisted(missing: Mapping[str, set[str]], holes: Holes) -> list[str]:
    """Missing faces that no pattern admits."""
    return [
        f"{face} of {name} is missing and not listed"
        for face, names in missing.items()
        for name in sorted(names)
        if not any(fnmatchcase(name, pattern) for pattern in holes.get(face, []))
    ]


def stale(missing: Mapping[str, set[str]], holes: Holes, names: Iterable[str]) -> list[str]:
    """Patterns that match no equation, or one whose face is there."""
    names = sorted(names)
    found = [f"{face} is not a face" for face in holes if face not in missing]
    for face in set(holes) & set(missing):
        for pattern in holes[face]:
            matched = [name for name in names if fnmatchcase(name, pattern)]
            built = [name for name in matched if name not in missing[face]]
            found += [f"{face} = {pattern!r}: {name} has this face" for name in built]
            found += [] if matched else [f"{face} = {pattern!r} matches no equation"]
    return found


def growth(changes: Iterable[Change]) -> list[str]:
    """Patterns that appeared without a pattern that covered them before."""
    return [
        f"{change.commit}: {face} = {pattern!r} is new"
        for change in changes
        for face, patterns in change.after.items()
        for pattern in patterns
        if not any(fnmatchcase(pattern, covering) for covering in change.before.get(face, []))
    ]


def changes(root: Path, place: Path = PLACE, read: Callable[[str], Holes] = read) -> Iterator[Change]:
    """Each change of the list in the history, and what is not committed yet; not its birth.

    A commit that deletes the list counts as emptying it, so that it cannot come back longer.
    """
    for line in _git(root, "log", "--full-history", "--format=%H %P", "--", place.as_posix()):
        commit, *parents = line.split()
        for parent in parents:
            if _was_born(root, parent, place):
                yield Change(commit[:10], read(_version(root, parent, place)), read(_version(root, commit, place)))
    if _was_born(root, "HEAD", place):
        now = read((root / place).read_text(encoding="utf-8"))
        yield Change("not committed", read(_version(root, "HEAD", place)), now)


def history_is_whole(root: Path) -> bool:
    """Whether the folder is a git repository with all of its history."""
    top = _git(root, "rev-parse", "--show-toplevel")
    own = bool(top) and Path(top[0]).resolve() == root.resolve()
    return own and _git(root, "rev-parse", "--is-shallow-repository") == ["false"]


def _was_born(root: Path, commit: str, place: Path) -> bool:
    return bool(_git(root, "log", "-1", "--format=%H", commit, "--", place.as_posix()))


def _version(root: Path, commit: str, place: Path) -> str:
    return "\n".join(_git(root, "show", f"{commit}:{place.as_posix()}"))


def _git(root: Path, *arguments: str) -> list[str]:
    """The lines that git prints; none where it fails (no repository, no commit, no such file)."""
    # A commit hook sets GIT_DIR and the like, which would name another repository.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-C", str(root), *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    return result.stdout.splitlines()

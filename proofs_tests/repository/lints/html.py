"""Generated pages load nothing from elsewhere, and what they load is there."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADING = {"src", "srcset", "poster", "data"}
"""Attributes whose target a browser loads by itself, on any element."""

IN_STYLES = re.compile(r"""(?:url\(|@import\s)\s*["']?((?:https?:)?//[^"')\s]+)""")
"""A target elsewhere that a style sheet loads."""


class _Loads(HTMLParser):
    """Collects what a page makes a browser load: not the links that a reader may follow."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.styles: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            loads = name in LOADING or (tag == "link" and name == "href")
            if loads and value and not value.startswith("data:"):
                self.targets.append(value)
            if name == "style" and value:
                self.styles.append(value)

    def handle_data(self, data: str) -> None:
        self.styles.append(data if self.lasttag in {"style", "script"} else "")


def remote_loads(folder: Path) -> list[str]:
    """Scripts, styles, fonts and pictures that pages and style sheets load from another machine."""
    found = []
    for page, loads in _pages(folder):
        remote = [target for target in loads.targets if urlsplit(target).netloc]
        found += [f"{page}: {target}" for target in remote + IN_STYLES.findall("\n".join(loads.styles))]
    for sheet in sorted(folder.rglob("*.css")):
        targets = IN_STYLES.findall(sheet.read_text(encoding="utf-8"))
        found += [f"{sheet.relative_to(folder)}: {target}" for target in targets]
    return found


def absent_loads(folder: Path) -> list[str]:
    """Local scripts, styles and pictures that pages load and that were not written."""
    return [
        f"{page}: {target}"
        for page, loads in _pages(folder)
        for target in loads.targets
        if not urlsplit(target).netloc and not (folder / page.parent / unquote(urlsplit(target).path)).exists()
    ]


def _pages(folder: Path) -> Iterator[tuple[Path, _Loads]]:
    for path in sorted(folder.rglob("*.html")):
        loads = _Loads()
        loads.feed(path.read_text(encoding="utf-8"))
        yield path.relative_to(folder), loads

"""The pictures in docs/inbox.md."""

from __future__ import annotations

import re
from pathlib import Path

from simulator.ui import search
from tests.browser import pictures

PAGE = (pictures.FOLDER.parent / "inbox.md").read_text(encoding="utf-8")
PNG = b"\x89PNG\r\n\x1a\n"


def test_every_picture_is_there_and_shown() -> None:
    """Each view in each look, in the folder and on the page, and no other."""
    shown = re.findall(r"\]\(pictures/([^)]+)\)", PAGE)
    kept = {path.name: path for path in pictures.FOLDER.glob("*.png")}
    assert sorted(shown) == sorted(kept) == sorted(pictures.names())
    for path in kept.values():
        assert path.read_bytes().startswith(PNG)
        assert path.stat().st_size < 250_000


async def test_every_view_can_be_taken_again(program: Path, tmp_path: Path) -> None:
    """The script takes them all, of pages as they are now."""
    assert sorted(await pictures.make(tmp_path)) == sorted(pictures.names())


def test_the_page_has_every_word_of_the_search() -> None:
    """What can be asked is written down: words, states and purposes."""
    words = [example.partition(":")[0] + ":" for example in search.EXAMPLES]
    wanted = [*words, *search.STATES, *search.PURPOSES]
    assert [word for word in wanted if word not in PAGE] == []

"""What was found: one file each, with the octets that did it, and at most a few of a kind."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.fuzz.asking import Input

MOST_OF_A_KIND = 3


class Findings:
    """Findings of a run, written to a folder as they come."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.kinds: dict[str, int] = {}
        self._folder = folder
        self._seed = seed

    def add(
        self, surface: str, told: str, given: Input | None, octets: bytes | None = None
    ) -> None:
        """Keep what was found, unless enough of its kind is kept."""
        kind = f"{surface}: {re.sub(r'[0-9a-f-]{6,}|[0-9]+', '#', told)[:110]}"
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if self.kinds[kind] > MOST_OF_A_KIND:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        body = given.body if given is not None else octets or b""
        document = {
            "surface": surface,
            "told": told,
            "seed": self._seed,
            "request": None if given is None else [*given[:4]],
            "octets": body.hex(),
        }
        number = len(list(self._folder.glob("*.json"))) + 1
        (self._folder / f"{number:04}-{surface.replace(' ', '-')}.json").write_text(
            json.dumps(document, indent=1)
        )


def load(path: Path) -> tuple[str, Input | None, bytes]:
    """A finding as it was written: its surface, its request, its octets."""
    document = json.loads(path.read_text())
    octets = bytes.fromhex(document["octets"])
    request = document["request"]
    given = None
    if request is not None:
        kind, method, where, headers = request
        given = Input(kind, method, where, headers, octets)
    return document["surface"], given, octets

"""The inbox's port for copies, filled: a journal made a scenario and played, away from the server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

from aiohttp import web

from simulator.ui.copying import COPYING, Copied


class Copies:
    """Makes copies one after the other, each on a thread with an event loop of its own."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def copy(self, lines: Sequence[bytes], name: str | None) -> Copied:
        """The scenario of a journal. Raises UserError."""
        async with self._turn:
            return await asyncio.to_thread(_made, lines, name)


def _made(lines: Sequence[bytes], name: str | None) -> Copied:
    # a server that copies nothing starts without what plays scenarios
    from harness.copying.playing import copied_and_played
    from harness.copying.session import read_rows

    rows = read_rows(json.loads(line) for line in lines)
    made = asyncio.run(copied_and_played(rows, name))
    return Copied(made.text, made.remarks, made.passes, made.why)


def fit(app: web.Application) -> None:
    """Let the pages of this server copy."""
    app[COPYING] = Copies()

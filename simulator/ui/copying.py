"""Copy as a scenario: the page, and the port by which whoever serves makes the copy.

The simulator knows no scenarios. Where nobody fills the port, the page says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from aiohttp import web

from simulator.errors import UserError
from simulator.ui.page import Page

MOST_ROWS = 20_000
"""The longest journal that is copied while somebody waits."""

LONGEST_NAME = 120


class Copied(NamedTuple):
    """A scenario file, what could not be copied, and whether it passes; `why` where it does not."""

    text: str
    remarks: Sequence[str]
    passes: bool
    why: str


class Copying(Protocol):
    """Makes a scenario of a journal."""

    async def copy(self, lines: Sequence[bytes], name: str | None) -> Copied:
        """The scenario of a journal, a line of JSON per row. Raises UserError."""
        ...


COPYING: web.AppKey[Copying] = web.AppKey("copying", Copying)


async def index(page: Page) -> web.Response:
    """What copying does; with `make` the scenario of what was done until now."""
    copied, fault = None, None
    if page.query("make"):
        try:
            copied = await _copied(page)
        except UserError as error:
            fault = str(error)
    return page.show(
        "copy.html.j2",
        200 if fault is None else 400,
        can=COPYING in page.request.app,
        copied=copied,
        rows=page.universe.engine.seq,
        name=page.query("name"),
        longest=LONGEST_NAME,
        fault=fault,
    )


async def download(page: Page) -> web.Response:
    """The scenario as a file."""
    copied = await _copied(page)
    return web.Response(
        text=copied.text,
        content_type="application/yaml",
        headers={
            "Content-Disposition": f'attachment; filename="{page.key}.sms.yaml"',
            "Cache-Control": "no-store",
        },
    )


async def _copied(page: Page) -> Copied:
    copying = page.request.app.get(COPYING)
    if copying is None:
        raise UserError("this simulator was started without scenarios; `smsim serve` has them")
    name = page.query("name")
    if len(name) > LONGEST_NAME:
        raise UserError(f"a name has at most {LONGEST_NAME} characters")
    rows = page.universe.engine.seq
    if rows > MOST_ROWS:
        raise UserError(
            f"the journal has {rows} rows; up to {MOST_ROWS} can be copied here, "
            "and more with `smsim copy`"
        )
    entries = await page.universe.store.entries(page.key)
    return await copying.copy([entry.line for entry in entries], name or None)

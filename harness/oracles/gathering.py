"""Gathering the evidence of a run from the stage it was played on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Protocol

from harness import chronicle
from harness.oracles.evidence import Evidence, Outside, QuietHours, Row
from harness.oracles.history import History, microseconds
from harness.scenario.stage import HOST, Stage


class Listener(Protocol):
    """Somebody else who reads the journal, in the same pass."""

    @property
    def types(self) -> Iterable[str]:
        """The types of the rows it wants."""
        ...

    def read(self, rows: Sequence[Row]) -> None:
        """Take in the next rows."""
        ...


async def gather(
    stage: Stage,
    *,
    finished: bool = False,
    quiet_hours: QuietHours | None = None,
    cap: tuple[int, timedelta] | None = None,
    beside: Sequence[Listener] = (),
) -> History:
    """What happened: the journal read once, page by page, and what the campaign system knows.

    Raises ValueError where the journal does not begin with an account.
    """
    evidence = Evidence(
        activities=tuple(stage.system.log),
        people=stage.system.people,
        finished=finished,
        quiet_hours=quiet_hours,
        cap=cap,
        campaigns=dict(stage.system.campaigns),
        choices=stage.scenario.spec.choices.choices(),
        endpoint=f"http://{HOST}/",
        outside=_outside(stage) if stage.application is not None else None,
    )
    await stage.book.read_on(stage.account)
    history = History(evidence, stage.book)
    listeners: tuple[Listener, ...] = (history, *beside)
    types = {name for listener in listeners for name in listener.types}
    async for rows in chronicle.pages(stage.account, types):
        for listener in listeners:
            listener.read(rows)
    return history


def _outside(stage: Stage) -> Outside:
    calls = tuple((microseconds(item.at), item.numbers) for item in stage.calls)
    return Outside(calls=calls, by_hand=frozenset(stage.by_hand))

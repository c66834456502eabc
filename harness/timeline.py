"""The timeline of a phone: what went down to it and up from it, who was told, who struck.

It is read from the journal and from the campaign system's log. A line stands on a side, whose doing or
lot it is (campaigns, vibes, carrier, phone); what moves says from which side to which.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby

from harness import chronicle
from harness.campaigns.activity_log import Activity, Kind
from harness.campaigns.people import Person
from harness.events import Rung
from harness.phone_lines import ACCEPTS, Line, Phones
from harness.scenario.stage import Stage

_CAUSES = frozenset({Kind.CREATED, Kind.CHANGED, Kind.FORM, Kind.REQUESTED})
"""What a person or an operator does: at one instant it stands before what it leads to."""


async def of_people(
    stage: Stage,
    names: Iterable[str],
    phones: Phones | None = None,
    why: Mapping[str, str] | None = None,
) -> dict[str, tuple[Rung, ...]]:
    """The ladders of several people; the journal is read for them where `phones` is not given.

    `why` are the sentences of messages that did not arrive, by id: each stands where its message
    ended, or at the end where it is still under way.
    """
    names = list(names)
    if phones is None:
        phones = await _looked_at(stage, phones_of(stage, names))
    ladders: dict[str, tuple[Rung, ...]] = {}
    for name in names:
        lines = _lines(stage, phones, stage.person(name).mdn, [stage.person(name)])
        ladders[name] = _rungs(stage, _with_reasons(lines, why or {}, stage.account.now))
    return ladders


async def in_words(
    stage: Stage, mdn: str | None, people: Sequence[Person], why: Mapping[str, str]
) -> tuple[Rung, ...]:
    """All that happened on a phone and to its people, each message told once by its sentence."""
    phones = await _looked_at(stage, Phones([mdn]))
    told: list[Line] = []
    for line in _lines(stage, phones, mdn, people):
        if not line.message:
            told += [line] if line.kind != "callback" else []
        elif line.text.startswith(ACCEPTS) and line.message in why:
            text = f"{line.text.removeprefix(ACCEPTS)} {why[line.message]}"
            told.append(replace(line, text=text))
    return _rungs(stage, told)


def phones_of(stage: Stage, names: Iterable[str]) -> Phones:
    """The phones of people, which are to read the journal."""
    return Phones(stage.person(name).mdn for name in names)


async def _looked_at(stage: Stage, phones: Phones) -> Phones:
    async for rows in chronicle.pages(stage.account, phones.types):
        phones.read(rows)
    return phones


def _lines(stage: Stage, phones: Phones, mdn: str | None, people: Sequence[Person]) -> list[Line]:
    """The lines of a phone, and what the campaign system did about everyone who has it."""
    lines = list(phones.lines.get(mdn, ())) if mdn is not None else []
    for person in stage.system.people.with_mdn(mdn) if mdn else people:
        lines += [
            _activity(person.name, activity, index)
            for index, activity in enumerate(stage.system.log.of(person.id))
        ]
    return lines


def _with_reasons(lines: list[Line], why: Mapping[str, str], now: str) -> list[Line]:
    """The lines, and with each message that did not arrive the sentence that says why."""
    told: list[Line] = []
    ended: set[str] = set()
    for line in lines:
        if line.kind == "failed" and line.message in why:
            ended.add(line.message)
            line = replace(line, text=f"{line.text}: {why[line.message]}")
        told.append(line)
    for line in lines:
        if line.text.startswith(ACCEPTS) and line.message in why and line.message not in ended:
            what = line.text.removeprefix(ACCEPTS)
            text = f"not arrived yet: {what}: {why[line.message]}"
            at = datetime.fromisoformat(now)
            told.append(
                replace(line, at=at, place=(3, line.place[1]), text=text, origin="", target="")
            )
    return told


def _rungs(stage: Stage, lines: Iterable[Line]) -> tuple[Rung, ...]:
    start = datetime.fromisoformat(str(stage.account.shown["clock"]["now"]))
    return tuple(
        Rung(
            at=line.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
            after=_offset(line.at - start),
            side=line.side,
            kind=line.kind,
            origin=line.origin,
            target=line.target,
            text=line.text if times == 1 else f"{line.text} ({times} times)",
        )
        for line, times in _counted(sorted(lines, key=lambda line: (line.at, line.place)))
    )


def _counted(lines: Iterable[Line]) -> Iterator[tuple[Line, int]]:
    """Lines that say the same at the same instant, one after the other, as one: receipts of parts."""
    for _, same in groupby(lines, key=lambda line: (line.at, line.side, line.kind, line.text)):
        found = list(same)
        yield found[0], len(found)


def _activity(name: str, activity: Activity, index: int) -> Line:
    parts = [f"{name}: {activity.kind}"]
    if activity.campaign:
        parts.append(f'in "{activity.campaign}"')
    if activity.list_id:
        parts.append(f"list {activity.list_id}")
    if activity.reason:
        parts.append(f"because {activity.reason}")
    return Line(
        at=activity.moment,
        place=(0 if activity.kind in _CAUSES else 2, index),
        side="campaigns",
        text=" ".join(parts),
        kind="activity",
    )


def _offset(delta: timedelta) -> str:
    seconds = delta.total_seconds()
    sign = "-" if seconds < 0 else "+"
    hours, rest = divmod(abs(seconds), 3600)
    minutes, rest = divmod(rest, 60)
    return f"{sign}{int(hours):02d}:{int(minutes):02d}:{rest:06.3f}"

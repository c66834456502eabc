"""What is expected of callbacks: how many attempts, about whom, saying what, and when."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from harness.message_book import Sms
from harness.scenario.answers import holds, shown
from harness.scenario.checks import CallbacksCheck
from harness.scenario.finding import Found, counted, narrowed, since, some, within
from harness.scenario.stage import Stage
from harness.scenario.values import when
from simulator.domain.instants import Instant, parse_instant

Attempt = dict[str, Any]

_SENT = re.compile(r'[mM]essageId="([^"]+)"')
"""The ids by which a receipt names its message, or the one it is a part of."""

_SENT_BY_SMPP = re.compile(r"id:([0-9a-f-]+) sub:")
"""The id in the text of a receipt by SMPP, or what there is room for: its last ten digits."""


async def callbacks(told: CallbacksCheck, stage: Stage) -> Found:
    """How many attempts of the type came to that fate."""
    of_type = [
        item for item in await stage.account.deliveries() if item["callback_type"] == told.type
    ]
    await stage.book.read_on(stage.account)
    wanted = list(_wanted(told, stage))
    found = [item for item in of_type if all(is_wanted(item) for is_wanted in wanted)]
    which = narrowed(
        told.model_dump(exclude={"type", "count", "fate"}, exclude_defaults=True, by_alias=True)
    )
    actual = f"{len(found)} {told.fate}"
    if which and not within(len(found), told.count):
        there = some(_shown(item, told, stage) for item in of_type)
        actual += f"; there is {there}" if there else "; there is none of that type"
    return Found(
        holds=within(len(found), told.count),
        expected=f"{counted(told.count, 'callback')} {told.type} {told.fate}{which}",
        actual=actual,
        people=(told.person,) if told.person is not None else (),
    )


def _wanted(told: CallbacksCheck, stage: Stage) -> Iterator[Callable[[Attempt], bool]]:
    """What each of the attempts must be."""
    yield lambda item: item["fate"] == told.fate
    if told.person is not None:
        mdn = stage.mdn(told.person)
        yield lambda item: _is_about(item, mdn, stage)
    gives = told.gives
    if gives is not None:
        yield lambda item: holds(gives, item["request"]["body"])
    if told.at is not None:
        first, last = (when(text, stage.begins) for text in told.at)
        yield lambda item: first <= _moment(item) <= last


def _is_about(item: Attempt, mdn: str, stage: Stage) -> bool:
    """Whether the body names the number, in E.164 or without its country code, or its message."""
    body = item["request"]["body"]
    if item["callback_type"] == "mt_receipt":
        return any(sms.mdn == mdn for sms in _receipted(body, stage))
    number = rf"(?<![0-9])(?:1|\+1)?{re.escape(mdn.removeprefix('+1'))}(?![0-9])"
    return re.search(number, body) is not None


def _receipted(body: str, stage: Stage) -> Iterator[Sms]:
    """The messages that a receipt is of: one, as ids go."""
    by_smpp = _SENT_BY_SMPP.match(body)
    if by_smpp is None:
        sent = (stage.book.messages.get(key) for key in _SENT.findall(body))
        yield from (sms for sms in sent if sms is not None)
    else:
        end = by_smpp[1].replace("-", "")
        for sms in stage.book.messages.values():
            if any(key.replace("-", "").endswith(end) for key in sms.mt["part_ids"]):
                yield sms


def _moment(item: Attempt) -> Instant:
    return parse_instant(item["at"])


def _shown(item: Attempt, told: CallbacksCheck, stage: Stage) -> str:
    """An attempt in a few words: when, about whom, what became of it, what it said if that is asked."""
    body = item["request"]["body"]
    about = [one.name for one in stage.system.people if one.mdn and _is_about(item, one.mdn, stage)]
    whose = f" of {', '.join(about)}" if about else ""
    said = f": {shown(body)}" if told.gives is not None else ""
    return f"one{whose} {since(_moment(item), stage.begins)}, {item['fate']}{said}"

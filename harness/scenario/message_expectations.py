"""What the checks about messages find: how many there are, that none is, their order, their cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from harness.campaigns.activity_log import Kind
from harness.message_book import Sms, Text
from harness.scenario.finding import Found, counted, narrowed, since, some, within
from harness.scenario.message_checks import CostCheck, MessageFilter, MessagesCheck, NoMessageCheck
from harness.scenario.stage import Stage
from harness.scenario.values import matches, when
from simulator.domain.instants import Instant, parse_instant

MOST_PEOPLE = 3
"""For how many of those whom an unexpected message came to the timeline is drawn."""

Message = Sms | Text


async def _messages(stage: Stage) -> Sequence[Message]:
    """Every message so far, in order."""
    await stage.book.read_on(stage.account)
    return stage.book.all


async def messages(told: MessagesCheck, stage: Stage) -> Found:
    """How many there are, and in how many segments."""
    there = await _messages(stage)
    found = _matching(told, there, stage)
    holds = told.count is None or within(len(found), told.count)
    expected = "messages" if told.count is None else counted(told.count, "message")
    actual = counted(len(found), "message")
    if told.total_segments is not None:
        segments = sum(item.segments for item in found)
        holds = holds and within(segments, told.total_segments)
        expected += f" in {counted(told.total_segments, 'segment')}"
        actual += f" in {counted(segments, 'segment')}"
    if told.at is not None:
        whenever = _matching(told.model_copy(update={"at": None}), there, stage)
        times = [since(_moment(item, told), stage.begins) for item in whenever]
        actual += f"; there is one {some(times)}" if times else "; there is none at any time"
    return Found(
        holds=holds,
        expected=expected + _which(told, "count", "total_segments"),
        actual=actual,
        people=_people(told),
    )


async def no_message(told: NoMessageCheck, stage: Stage) -> Found:
    """That there is none; else which came."""
    found = _matching(told, await _messages(stage), stage)
    whose = dict.fromkeys(name for item in found for name in _names(item, stage)[:1])
    return Found(
        holds=not found,
        expected=f"no message{_which(told)}",
        actual=some((_shown(item, told, stage) for item in found), "; ") or "there is none",
        people=_people(told) or tuple(whose)[:MOST_PEOPLE],
    )


async def order(told: Sequence[MessageFilter], stage: Stage) -> Found:
    """That each came after the one before it; else how it was."""
    there = await _messages(stage)
    last, missing = (Instant(-1), -1), None
    happened: dict[tuple[Instant, int], str] = {}
    for number, item in enumerate(told, start=1):
        places = [(_moment(there[at], item), at) for at in _places(item, there, stage)]
        happened |= {place: _shown(there[place[1]], item, stage) for place in places}
        following = [place for place in places if place > last]
        if following and missing is None:
            last = min(following)
        elif missing is None:
            missing = number
    actual = some((happened[place] for place in sorted(happened)), "; then ") or "nothing of it"
    if missing is not None:
        actual += f". Number {missing} of the order is not there, or not after what is before it"
    people = dict.fromkeys(item.whose for item in told if item.whose is not None)
    return Found(
        holds=missing is None,
        expected="in this order: " + "; then ".join(map(_wanted, told)),
        actual=actual,
        people=tuple(people),
    )


async def cost(told: CostCheck, stage: Stage) -> Found:
    """What they cost, summed without a rounding."""
    found = _matching(told, await _messages(stage), stage)
    prices = {item["id"]: item["cost"] for item in await stage.account.messages()}
    total = sum((Decimal(prices[item.id]) for item in found), Decimal(0))
    segments = sum(item.segments for item in found)
    priced = (f"{_shown(item, told, stage)} {prices[item.id]}" for item in found)
    each = f": {some(priced, '; ')}" if found else ""
    return Found(
        holds=total == Decimal(told.is_),
        expected=f"messages{_which(told, 'is_')} cost {told.is_}",
        actual=(
            f"{counted(len(found), 'message')} in {counted(segments, 'segment')} cost {total}{each}"
        ),
        people=_people(told),
    )


def _matching(told: MessageFilter, there: Sequence[Message], stage: Stage) -> list[Message]:
    return [there[place] for place in _places(told, there, stage)]


def _places(told: MessageFilter, there: Sequence[Message], stage: Stage) -> list[int]:
    """Where in the list the messages are that a filter means: one member of it after the other."""
    places = list(range(len(there)))
    for meets in _members(told, stage):
        places = [place for place in places if meets(there[place])]
    return places


def _members(told: MessageFilter, stage: Stage) -> Iterator[Callable[[Message], bool]]:
    """What each member of a filter that was given asks of a message."""
    if told.whose is not None:
        mdn = stage.mdn(told.whose)
        yield lambda item: item.mdn == mdn
    if told.purpose is not None:
        yield lambda item: item.purpose == told.purpose
    if told.way is not None:
        yield lambda item: item.direction == told.way
    if told.state is not None:
        yield lambda item: item.state == told.state
    if told.code is not None:
        yield lambda item: item.code == told.code
    if told.error is not None:
        yield lambda item: item.error_code == told.error
    text = told.text
    if text is not None:
        yield lambda item: item.text == text if "*" not in text else matches(item.text, text)
    if told.segments is not None:
        yield lambda item: item.segments == told.segments
    if told.carrier is not None:
        yield lambda item: item.carrier == told.carrier
    sent = _of_campaigns(told, stage)
    if sent is not None:
        yield lambda item: item.id in sent
    if told.at is not None:
        first, last = (when(text, stage.begins) for text in told.at)
        yield lambda item: first <= _moment(item, told) <= last


def _of_campaigns(told: MessageFilter, stage: Stage) -> set[str] | None:
    """The ids of what a campaign sent, or through a list; None where neither is asked for."""
    if told.list is None and told.campaign is None:
        return None
    return {
        item.detail
        for item in stage.system.log
        if item.kind is Kind.SMS_SENT
        and (told.list is None or item.list_id == told.list)
        and (told.campaign is None or item.campaign == told.campaign)
    }


def _moment(item: Message, told: MessageFilter) -> Instant:
    """When it was accepted; where a state is asked for, when it came to that."""
    return Instant(item.at) if told.state is None else parse_instant(item.moved["at"])


def _people(told: MessageFilter) -> tuple[str, ...]:
    return (told.whose,) if told.whose is not None else ()


def _which(told: MessageFilter, *but: str) -> str:
    """What narrows it down, in the names the scenario uses."""
    return narrowed(told.model_dump(exclude=set(but), exclude_defaults=True, by_alias=True))


def _wanted(told: MessageFilter) -> str:
    text = f'"{told.text}"' if told.text is not None else "a message"
    return f"{text}{_which(told, 'text')}"


def _shown(item: Message, told: MessageFilter, stage: Stage) -> str:
    """A message in a few words: its text, whose phone it is about, when, and its state."""
    who = ", ".join(_names(item, stage)) or item.mdn
    side = "to" if item.direction == "mt" else "from"
    moment = since(_moment(item, told), stage.begins)
    return f'"{item.text}" {side} {who} {moment} ({item.purpose}, {item.state})'


def _names(item: Message, stage: Stage) -> list[str]:
    return [person.name for person in stage.system.people.with_mdn(item.mdn)]

"""The recorder: who was sent what and why not, what was counted when, and which faults struck whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Literal

from harness import chronicle
from harness.campaigns.activity_log import Activity, Kind
from harness.campaigns.counters import over_time
from harness.campaigns.people import People
from harness.events import Arrival, FaultRecord, PersonRecord, Tally
from harness.message_book import Sms
from harness.oracles.evidence import Row
from harness.oracles.history import History
from harness.scenario.stage import Stage

MOST_BARS = 48
"""Into how many minutes or hours a campaign's time is cut at most; beyond, into days."""

_COUNTED = frozenset({Kind.SMS_SENT, Kind.SMS_DELIVERED, Kind.SMS_BOUNCED, Kind.SMS_CLICKED})


def record(stage: Stage, history: History) -> tuple[PersonRecord, ...]:
    """Everyone of the scenario with their messages. A campaign's message belongs to one person.

    What comes otherwise (prompts, welcomes, replies, what was submitted directly) belongs to
    everyone of the phone.
    """
    by_mdn: dict[str, list[Sms]] = {}
    for item in history.messages.values():
        by_mdn.setdefault(item.mdn, []).append(item)
    of_campaigns = {item.detail for item in stage.system.log if item.kind is Kind.SMS_SENT}
    nobody_did = "no campaign was about this person"
    if stage.application is not None:
        nobody_did = "the application sent nothing"
    records: list[PersonRecord] = []
    for person in stage.system.people:
        activities = stage.system.log.of(person.id)
        own = {item.detail: item for item in activities if item.kind is Kind.SMS_SENT}
        sent = tuple(
            _arrival(item, own.get(item.id))
            for item in by_mdn.get(person.mdn or "", ())
            if item.id in own or item.id not in of_campaigns
        )
        arrived = sum(item.state == "delivered" for item in sent)
        why_not = tuple(_why_not(item) for item in activities if item.reason is not None)
        if not sent and not why_not:
            why_not = (nobody_did,)
        records.append(
            PersonRecord(
                person=person.name,
                phone=person.phone,
                sent=sent,
                arrived=arrived,
                why_not=why_not,
            )
        )
    return tuple(records)


def _arrival(item: Sms, activity: Activity | None) -> Arrival:
    return Arrival(
        id=item.id,
        at=item.row["at"],
        text=item.mt["text"],
        state=item.state,
        purpose=item.purpose,
        segments=len(item.mt["part_ids"]),
        campaign=activity.campaign if activity is not None else None,
        error_code=item.error_code,
    )


def _why_not(item: Activity) -> str:
    where = f" in {item.campaign}" if item.campaign else ""
    on = f" on list {item.list_id}" if item.list_id else ""
    detail = f" ({item.detail})" if item.detail else ""
    return f"{item.kind}{where}{on}: {item.reason}{detail}"


def tallies(log: Iterable[Activity]) -> tuple[Tally, ...]:
    """The counters of each campaign over time, in the period that its bars can show."""
    activities = list(log)
    per = _period(activities)
    names = dict.fromkeys(item.campaign for item in activities if item.campaign is not None)
    return tuple(
        Tally(
            campaign=name,
            at=f"{start:%Y-%m-%d %H:%M}",
            per=per,
            sent=found.sent,
            delivered=found.delivered,
            bounced=found.bounced_soft + found.bounced_hard,
            clicked=found.clicked,
        )
        for name in names
        for start, found in over_time(activities, name, per).items()
    )


def _period(activities: Sequence[Activity]) -> Literal["minute", "hour", "day"]:
    """The shortest period of which the time of all that is counted has few enough."""
    counted = [item.moment for item in activities if item.kind in _COUNTED]
    if not counted or max(counted) - min(counted) < timedelta(minutes=MOST_BARS):
        return "minute"
    return "hour" if max(counted) - min(counted) < timedelta(hours=MOST_BARS) else "day"


class Faults:
    """Every fault rule of a journal in the order it came; one that came again counts on."""

    types = ("AccountOpened", "FaultAdded", "FaultFired", "FaultSpared")

    def __init__(self, people: People) -> None:
        self._people = people
        self._rules: dict[str, Any] = {}
        self._met: Counter[str] = Counter()
        self._whom: dict[str, Counter[str]] = {}

    def read(self, rows: Sequence[Row]) -> None:
        """Take in the next rows of the journal."""
        chronicle.read(
            rows,
            {
                "AccountOpened": self._opened,
                "FaultAdded": self._added,
                "FaultFired": self._fired,
                "FaultSpared": self._spared,
            },
        )

    def records(self) -> tuple[FaultRecord, ...]:
        """What became of each rule."""
        return tuple(
            FaultRecord(
                id=key,
                effect=_effect(rule),
                about=_about(rule["match"]),
                met=self._met[key],
                fired=sum(self._whom.get(key, {}).values()),
                whom=dict(self._whom.get(key, {})),
            )
            for key, rule in self._rules.items()
        )

    def _opened(self, _row: Row, data: Any) -> None:
        self._rules |= {rule["id"]: rule for rule in data["account"]["faults"]}

    def _added(self, _row: Row, data: Any) -> None:
        self._rules[data["rule"]["id"]] = data["rule"]

    def _spared(self, _row: Row, data: Any) -> None:
        self._met[data["fault_id"]] += 1

    def _fired(self, row: Row, data: Any) -> None:
        self._spared(row, data)
        hit = self._whom.setdefault(data["fault_id"], Counter())
        hit[_hit(data["occasion"], self._people)] += 1


def _hit(occasion: Any, people: People) -> str:
    """Whom a fault hit: the people of the number, the number, or the call that names none."""
    mdn = occasion["mdn"]
    if mdn is None:
        return str(occasion["operation"])
    return ", ".join(person.name for person in people.with_mdn(mdn)) or str(mdn)


def _effect(rule: Any) -> str:
    number = f" {rule['number']}" if rule["number"] is not None else ""
    wait = f" {rule['wait_ms'] / 1000:g} s" if rule["wait_ms"] else ""
    return f"{rule['effect']}{number}{wait}"


def _about(match: Any) -> str:
    """What a rule is about: its surface, and what narrows it."""
    named = {"operation": "", "mdn": "", "list_id": "list ", "code": "code ", "carrier": "carrier "}
    told = [f"{words}{match[name]}" for name, words in named.items() if match[name] is not None]
    if match["nth"] is not None:
        told.append(f"number {match['nth']}")
    return ", ".join((match["surface"], *told))

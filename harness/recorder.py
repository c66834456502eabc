"""The recorder: per person, what was sent, what arrived, or the reason why not."""

from __future__ import annotations

from typing import Any

from harness.campaigns.activity_log import Activity, Kind
from harness.events import Arrival, PersonRecord
from harness.scenario.stage import Stage


async def record(stage: Stage, messages: list[dict[str, Any]]) -> tuple[PersonRecord, ...]:
    """Everyone of the scenario with their messages. A campaign's message belongs to one person.

    What comes otherwise (prompts, welcomes, replies, what was submitted directly) belongs to
    everyone of the phone.
    """
    by_mdn: dict[str, list[dict[str, Any]]] = {}
    for item in messages:
        if item["direction"] == "mt":
            by_mdn.setdefault(item["mdn"], []).append(item)
    of_campaigns = {item.detail for item in stage.system.log if item.kind is Kind.SMS_SENT}
    records: list[PersonRecord] = []
    for person in stage.system.people:
        activities = stage.system.log.of(person.id)
        own = {item.detail: item for item in activities if item.kind is Kind.SMS_SENT}
        sent = tuple(
            _arrival(item, own.get(item["id"]))
            for item in by_mdn.get(person.mdn or "", ())
            if item["id"] in own or item["id"] not in of_campaigns
        )
        arrived = sum(item.state == "delivered" for item in sent)
        why_not = tuple(_why_not(item) for item in activities if item.reason is not None)
        if not sent and not why_not:
            why_not = ("no campaign was about this person",)
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


def _arrival(item: dict[str, Any], activity: Activity | None) -> Arrival:
    return Arrival(
        id=item["id"],
        at=item["at"],
        text=item["text"],
        state=item["state"],
        purpose=item["purpose"],
        segments=item["segments"],
        campaign=activity.campaign if activity is not None else None,
    )


def _why_not(item: Activity) -> str:
    where = f" in {item.campaign}" if item.campaign else ""
    on = f" on list {item.list_id}" if item.list_id else ""
    detail = f" ({item.detail})" if item.detail else ""
    return f"{item.kind}{where}{on}: {item.reason}{detail}"

"""The timeline of a phone: its texts, and what the campaign system did about its people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from harness.campaigns.activity_log import Activity
from harness.events import Rung
from harness.scenario.stage import Stage

_FINAL = {"delivered", "blocked", "refused", "undeliverable", "expired", "deleted"}


async def of_person(stage: Stage, name: str) -> tuple[Rung, ...]:
    """The ladder of a person's phone, oldest first; times are virtual."""
    start = datetime.fromisoformat(str(stage.account.shown["clock"]["now"]))
    mdn = stage.person(name).mdn
    rungs: list[tuple[datetime, int, str, str]] = []
    if mdn is not None:
        for item in await stage.account.conversation(mdn):
            full = await stage.account.message(item["id"])
            rungs += [(at, len(rungs), side, text) for at, side, text in _message(full)]
    people = stage.system.people.with_mdn(mdn) if mdn else [stage.person(name)]
    for person in people:
        for activity in stage.system.log.of(person.id):
            at = datetime.fromisoformat(activity.at)
            rungs.append((at, len(rungs), "campaigns", _activity(person.name, activity)))
    return tuple(
        Rung(at=_clock(at), after=_offset(at - start), side=side, text=text)
        for at, _, side, text in sorted(rungs)
    )


def _message(full: dict[str, Any]) -> list[tuple[datetime, str, str]]:
    history = full["history"]
    if full["direction"] == "mo":
        at = datetime.fromisoformat(history[0]["at"])
        return [(at, "phone", f'"{full["text"]}" to {full["code"]} (taken as {full["purpose"]})')]
    what = f'"{full["text"]}" ({full["purpose"].replace("_", " ")})'
    lines = [(datetime.fromisoformat(history[0]["at"]), "vibes", f"accepts {what}")]
    for step in history[1:]:
        if step["state"] in _FINAL:
            code = f", code {step['error_code']}" if step["error_code"] is not None else ""
            text = f"{step['state']}{code}: {what}"
            lines.append((datetime.fromisoformat(step["at"]), "phone", text))
    for fault in full["faults"]:
        text = f"fault {fault['id']} strikes its {fault['hit']}: {fault['effect']}"
        lines.append((datetime.fromisoformat(fault["at"]), "vibes", text))
    return lines


def _activity(name: str, activity: Activity) -> str:
    parts = [f"{name}: {activity.kind}"]
    if activity.campaign:
        parts.append(f'in "{activity.campaign}"')
    if activity.list_id:
        parts.append(f"list {activity.list_id}")
    if activity.reason:
        parts.append(f"because {activity.reason}")
    return " ".join(parts)


def _clock(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _offset(delta: timedelta) -> str:
    seconds = delta.total_seconds()
    sign = "-" if seconds < 0 else "+"
    hours, rest = divmod(abs(seconds), 3600)
    minutes, rest = divmod(rest, 60)
    return f"{sign}{int(hours):02d}:{int(minutes):02d}:{rest:06.3f}"

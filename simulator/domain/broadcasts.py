"""Broadcasts: one message to everyone on some lists, now or later, or at the local time of each.

Rules: Vibes broadcast-api. A broadcast's states are a table, NEXT_STATES. Recipients are counted
when it starts; a number on several of its lists gets one message.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Literal

import msgspec

from simulator.domain import sending, templates
from simulator.domain.instants import HOUR, SECOND, Instant, local_instant
from simulator.domain.messages import Purpose
from simulator.domain.person import Person
from simulator.domain.record import Command, Event, Record
from simulator.domain.refusals import Fault, Problem, Refused, refuse

if TYPE_CHECKING:
    from simulator.domain.turn import Turn

PER_SECOND = 1_000
"""How many recipients are sent to in a second of the account's time (inferred)."""

EARLIEST_ZONE = 14 * HOUR
"""How long before UTC a local time can come, on Kiritimati."""


class BroadcastState(StrEnum):
    """Where a broadcast stands (Vibes: broadcast-api)."""

    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    SENT = "sent"
    DELETED = "deleted"


NEXT_STATES: dict[BroadcastState, frozenset[BroadcastState]] = {
    BroadcastState.SCHEDULED: frozenset({BroadcastState.IN_PROGRESS, BroadcastState.DELETED}),
    BroadcastState.IN_PROGRESS: frozenset({BroadcastState.SENT}),
    BroadcastState.SENT: frozenset(),
    BroadcastState.DELETED: frozenset(),
}
"""The lifecycle of a broadcast: from each state, the states that may follow."""


class Filter(Record, frozen=True, kw_only=True):
    """A custom field is, or is not, one of some values (Vibes: broadcast-api)."""

    name: str
    selector: Literal["any", "none"]
    value: tuple[str, ...]


class LocalSchedule(Record, frozen=True, kw_only=True):
    """At the same local time for everyone; the zone is a custom field's, else the default's.

    Source: Vibes: broadcast-api, `send_schedule` by time zone.
    """

    send_date: str
    send_time: str
    field_name: str | None
    default_time_zone: str


class Plan(Record, frozen=True, kw_only=True):
    """What a client says of a broadcast (Vibes: broadcast-api)."""

    name: str
    scheduled_at: Instant
    template: str
    code: str
    list_ids: tuple[str, ...]
    filters: tuple[Filter, ...] = ()
    schedule: LocalSchedule | None = None
    short_url_base: str | None = None
    shorten_urls: bool = False


class Broadcast(Record, frozen=True, kw_only=True):
    """A broadcast as it stands (Vibes: broadcast-api)."""

    broadcast_id: str
    plan: Plan
    state: BroadcastState
    created_at: Instant
    updated_at: Instant
    started_at: Instant | None = None
    finished_at: Instant | None = None
    recipients: int = 0


class Recipient(Record, frozen=True, kw_only=True):
    """Who gets it, and when (Vibes: broadcast-api)."""

    person_key: str
    due: Instant


class CreateBroadcast(Command, frozen=True, kw_only=True):
    """POST broadcasts (Vibes: broadcast-api)."""

    plan: Plan


class UpdateBroadcast(Command, frozen=True, kw_only=True):
    """PUT broadcasts/{id}: the whole plan anew (Vibes: broadcast-api)."""

    broadcast_id: str
    plan: Plan


class CancelBroadcast(Command, frozen=True, kw_only=True):
    """DELETE broadcasts/{id} (Vibes: broadcast-api)."""

    broadcast_id: str


class RunBroadcast(Command, frozen=True, kw_only=True):
    """The time of a broadcast, or of its next recipients, has come (Vibes: broadcast-api)."""

    broadcast_id: str


class BroadcastSaved(Event, frozen=True, kw_only=True):
    """A broadcast as it stands from now on (Vibes: broadcast-api)."""

    broadcast: Broadcast


class BroadcastStarted(Event, frozen=True, kw_only=True):
    """The recipients are counted, each with the time of its message (Vibes: broadcast-api)."""

    broadcast_id: str
    recipients: tuple[Recipient, ...]


class BroadcastAdvanced(Event, frozen=True, kw_only=True):
    """So many more recipients have had their turn (Vibes: broadcast-api)."""

    broadcast_id: str
    served: int


class RecipientSkipped(Event, frozen=True, kw_only=True):
    """A recipient got nothing, and why (inferred)."""

    broadcast_id: str
    person_key: str
    reason: str


class Broadcasts:
    """All broadcasts, and the recipients that those under way still owe (Vibes: broadcast-api)."""

    def __init__(self) -> None:
        self.all: dict[str, Broadcast] = {}
        self.owed: dict[str, list[Recipient]] = {}

    def next_due(self, broadcast_id: str, now: Instant) -> Instant | None:
        """When a broadcast has something to do next, or None."""
        item = self.all[broadcast_id]
        if item.state is BroadcastState.SCHEDULED:
            return Instant(max(start_of(item.plan), now))
        owed = self.owed.get(broadcast_id)
        if item.state is not BroadcastState.IN_PROGRESS:
            return None
        if not owed:
            return now
        begun = len(owed) < item.recipients
        return Instant(max(owed[0].due, now + SECOND if begun else now))

    def apply_saved(self, event: BroadcastSaved) -> None:
        """A broadcast changed. A state that may not follow raises and changes nothing."""
        item = event.broadcast
        before = self.all.get(item.broadcast_id)
        changed = before is not None and item.state is not before.state
        if before is not None and changed and item.state not in NEXT_STATES[before.state]:
            raise ValueError(f"a broadcast {before.state} cannot become {item.state}")
        self.all[item.broadcast_id] = item

    def apply_started(self, event: BroadcastStarted) -> None:
        """Its recipients are owed a message."""
        self.owed[event.broadcast_id] = list(event.recipients)

    def apply_advanced(self, event: BroadcastAdvanced) -> None:
        """The first of them have had it."""
        del self.owed[event.broadcast_id][: event.served]


def start_of(plan: Plan) -> Instant:
    """When the work on a broadcast begins: at its time, or when the first zone reaches it.

    Source: inferred.
    """
    local = plan.schedule
    if local is None:
        return plan.scheduled_at
    first = local_instant(local.send_date, local.send_time, "UTC") - EARLIEST_ZONE
    return Instant(max(plan.scheduled_at, first))


def create(turn: Turn, command: CreateBroadcast) -> Broadcast:
    """Schedule a broadcast; one whose time is past is sent at once (Vibes: broadcast-api)."""
    _check(turn, command.plan)
    number = turn.count("broadcast", len(turn.world.broadcasts.all))
    item = Broadcast(
        broadcast_id=str(number),
        plan=command.plan,
        state=BroadcastState.SCHEDULED,
        created_at=turn.now,
        updated_at=turn.now,
    )
    turn.emit(BroadcastSaved(broadcast=item))
    return item


def update(turn: Turn, command: UpdateBroadcast) -> Broadcast:
    """Change what is still scheduled; 403 once it started (Vibes: broadcast-api)."""
    before = _still_scheduled(turn, command.broadcast_id)
    _check(turn, command.plan)
    item = msgspec.structs.replace(before, plan=command.plan, updated_at=turn.now)
    turn.emit(BroadcastSaved(broadcast=item))
    return item


def cancel(turn: Turn, command: CancelBroadcast) -> Broadcast:
    """Cancel what is still scheduled; 403 once it started (Vibes: broadcast-api)."""
    before = _still_scheduled(turn, command.broadcast_id)
    item = msgspec.structs.replace(before, state=BroadcastState.DELETED, updated_at=turn.now)
    turn.emit(BroadcastSaved(broadcast=item))
    return item


def run(turn: Turn, command: RunBroadcast) -> None:
    """Start it, or send to the next recipients that are due (Vibes: broadcast-api)."""
    item = turn.world.broadcasts.all[command.broadcast_id]
    if item.state is BroadcastState.SCHEDULED:
        _start(turn, item)
        return
    owed = turn.world.broadcasts.owed[item.broadcast_id]
    due = [one for one in owed[:PER_SECOND] if one.due <= turn.now]
    for one in due:
        _send(turn, item, turn.world.people.by_key[one.person_key])
    if due:
        turn.emit(BroadcastAdvanced(broadcast_id=item.broadcast_id, served=len(due)))
    if len(due) == len(owed):
        sent = msgspec.structs.replace(
            item, state=BroadcastState.SENT, updated_at=turn.now, finished_at=turn.now
        )
        turn.emit(BroadcastSaved(broadcast=sent))


def _start(turn: Turn, item: Broadcast) -> None:
    recipients = sorted(_recipients(turn, item.plan), key=lambda one: one.due)
    started = msgspec.structs.replace(
        item,
        state=BroadcastState.IN_PROGRESS,
        updated_at=turn.now,
        started_at=turn.now,
        recipients=len(recipients),
    )
    turn.emit(BroadcastStarted(broadcast_id=item.broadcast_id, recipients=tuple(recipients)))
    turn.emit(BroadcastSaved(broadcast=started))


def _recipients(turn: Turn, plan: Plan) -> list[Recipient]:
    """Members of its lists that its filters let through, each number once."""
    found: list[Recipient] = []
    for key, active in turn.world.subscriptions.active.items():
        person = turn.world.people.by_key[key]
        if person.mdn is None or not any(item.list_id in plan.list_ids for item in active):
            continue
        if all(_holds(one, person) for one in plan.filters):
            found.append(Recipient(person_key=key, due=_due(turn, plan, person)))
    return found


def _holds(one: Filter, person: Person) -> bool:
    value = person.custom_fields.get(one.name)
    values = value if isinstance(value, list) else [] if value is None else [str(value)]
    return any(item in one.value for item in values) is (one.selector == "any")


def _due(turn: Turn, plan: Plan, person: Person) -> Instant:
    local = plan.schedule
    if local is None:
        return turn.now
    zone = str(person.custom_fields.get(local.field_name or "") or local.default_time_zone)
    try:
        due = local_instant(local.send_date, local.send_time, zone)
    except ValueError:
        due = local_instant(local.send_date, local.send_time, local.default_time_zone)
    return Instant(max(turn.now, due))


def _send(turn: Turn, item: Broadcast, person: Person) -> None:
    """One message; who left every list meanwhile, or lost the number, gets none."""
    plan = item.plan
    active = turn.world.subscriptions.lists_of(person.person_key)
    list_ids = tuple(key for key in dict.fromkeys(plan.list_ids) if key in active)
    if person.mdn is None or not list_ids:
        _skip(turn, item, person, "no member any more")
        return
    try:
        text = templates.render(plan.template, _variables(person), turn.now)
    except templates.BadTemplate as error:
        _skip(turn, item, person, str(error))
        return
    if not text.strip():
        _skip(turn, item, person, "the template gives no text for this person")
        return
    sending.send(
        turn,
        person.mdn,
        plan.code,
        text,
        Purpose.BROADCAST,
        item.broadcast_id,
        campaign_id=item.broadcast_id,
        list_ids=list_ids,
        heeds_opt_out=True,
    )


def _skip(turn: Turn, item: Broadcast, person: Person, reason: str) -> None:
    turn.emit(
        RecipientSkipped(
            broadcast_id=item.broadcast_id, person_key=person.person_key, reason=reason
        )
    )


def _variables(person: Person) -> dict[str, object]:
    return {**person.custom_fields, "person": dict(person.custom_fields)}


def _still_scheduled(turn: Turn, broadcast_id: str) -> Broadcast:
    item = turn.world.broadcasts.all.get(broadcast_id)
    if item is None:
        raise refuse(Fault.NOT_FOUND, f'no broadcast "{broadcast_id}"')
    if item.state is not BroadcastState.SCHEDULED:
        raise refuse(
            Fault.STARTED, f"the broadcast is {item.state}; only a scheduled one can change"
        )
    return item


def _check(turn: Turn, plan: Plan) -> None:
    """Refuse a plan whose lists, code, fields or template lead nowhere, all faults at once."""
    told = [
        f'no subscription list "{list_id}"'
        for list_id in plan.list_ids
        if turn.world.catalogue.get(list_id) is None
    ]
    if turn.account.code(plan.code) is None:
        told.append(f'the account has no source code "{plan.code}"')
    told += [
        f'custom field "{one.name}" does not exist'
        for one in plan.filters
        if one.name not in turn.account.custom_fields
    ]
    try:
        templates.check(plan.template)
    except templates.BadTemplate as error:
        told.append(str(error))
    if told:
        raise Refused(*(Problem(fault=Fault.INVALID, message=text) for text in told))

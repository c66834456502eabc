"""Event-triggered campaigns, and what becomes of an event that a client submits.

Rules: Vibes event-api and event-triggered-campaign-api. A campaign's status follows from its dates.
An event is taken in first (202), then routed to every campaign of its type; how that went, and how
the message fared, is told to whoever registered for `event_processed`.
"""

from __future__ import annotations

from collections.abc import Container
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

import msgspec

from simulator.domain import callbacks, sending, templates
from simulator.domain.carriers import STAGES, MtState
from simulator.domain.handset import is_mobile
from simulator.domain.instants import Instant
from simulator.domain.messages import Mt, Purpose
from simulator.domain.notices import NOTHING, EventNotice
from simulator.domain.numbers import Mdn
from simulator.domain.person import Person, PersonRef
from simulator.domain.record import Command, Event, Record
from simulator.domain.refusals import Fault, Problem, Refused, refuse
from simulator.domain.registrations import EVENT_PROCESSED

if TYPE_CHECKING:
    from simulator.domain.turn import Turn


class CampaignState(StrEnum):
    """Where an event-triggered campaign stands (Vibes: event-triggered-campaign-api)."""

    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    ENDED = "ended"
    CANCELED = "canceled"


class ListFilter(Record, frozen=True, kw_only=True):
    """The recipient is on any, or none, of some lists (Vibes: event-triggered-campaign-api)."""

    selector: Literal["any", "none"]
    list_ids: tuple[str, ...]


class TriggerPlan(Record, frozen=True, kw_only=True):
    """What a client says of a campaign (Vibes: event-triggered-campaign-api)."""

    name: str
    event_type: str
    start: Instant
    end: Instant | None
    template: str
    code: str
    filters: tuple[ListFilter, ...] = ()
    short_url_base: str | None = None
    shorten_urls: bool = False


class TriggerCampaign(Record, frozen=True, kw_only=True):
    """An event-triggered campaign (Vibes: event-triggered-campaign-api)."""

    number: int
    plan: TriggerPlan
    canceled: bool
    created_at: Instant
    updated_at: Instant

    def state(self, now: Instant) -> CampaignState:
        """Its status at an instant."""
        if self.canceled:
            return CampaignState.CANCELED
        if now < self.plan.start:
            return CampaignState.SCHEDULED
        ended = self.plan.end is not None and self.plan.end <= now
        return CampaignState.ENDED if ended else CampaignState.IN_PROGRESS


class CreateTrigger(Command, frozen=True, kw_only=True):
    """POST event_triggered_messages (Vibes: event-triggered-campaign-api)."""

    plan: TriggerPlan


class UpdateTrigger(Command, frozen=True, kw_only=True):
    """PUT event_triggered_messages/{id} (Vibes: event-triggered-campaign-api)."""

    number: int
    plan: TriggerPlan


class CancelTrigger(Command, frozen=True, kw_only=True):
    """DELETE event_triggered_messages/{id} (Vibes: event-triggered-campaign-api)."""

    number: int


class SubmitEvent(Command, frozen=True, kw_only=True):
    """POST events: something happened to a recipient; `data` and `debug` are JSON as it came.

    Source: Vibes: event-api.
    """

    event_id: str | None
    event_type: str
    recipient: PersonRef
    data: msgspec.Raw
    debug: msgspec.Raw = NOTHING


class TriggerSaved(Event, frozen=True, kw_only=True):
    """A campaign as it stands from now on (Vibes: event-triggered-campaign-api)."""

    campaign: TriggerCampaign


class EventTaken(Event, frozen=True, kw_only=True):
    """An event was taken in under its id (Vibes: event-api)."""

    event_id: str
    event_type: str


class EventRouted(Event, frozen=True, kw_only=True):
    """An event became a message; what its receipts will be told with (Vibes: event-api)."""

    message_id: str
    notice: EventNotice


class EventTakenIn(Record, frozen=True, kw_only=True):
    """Reply: the id of the event (Vibes: event-api)."""

    event_id: str


class Triggers:
    """Campaigns by number, ids of events, and the events whose messages are under way.

    Source: Vibes: event-api.
    """

    def __init__(self) -> None:
        self.campaigns: dict[int, TriggerCampaign] = {}
        self.event_ids: set[str] = set()
        self.taken = 0
        self.routed: dict[str, EventNotice] = {}

    def apply_saved(self, event: TriggerSaved) -> None:
        """A campaign is there, as it is now."""
        self.campaigns[event.campaign.number] = event.campaign

    def apply_taken(self, event: EventTaken) -> None:
        """An event id is used."""
        self.taken += 1
        self.event_ids.add(event.event_id)

    def apply_routed(self, event: EventRouted) -> None:
        """A message of an event is under way."""
        self.routed[event.message_id] = event.notice


def create(turn: Turn, command: CreateTrigger) -> TriggerCampaign:
    """Make a campaign (Vibes: event-triggered-campaign-api)."""
    _check(turn, command.plan)
    item = TriggerCampaign(
        number=turn.count("trigger", len(turn.world.triggers.campaigns)),
        plan=command.plan,
        canceled=False,
        created_at=turn.now,
        updated_at=turn.now,
    )
    turn.emit(TriggerSaved(campaign=item))
    return item


def update(turn: Turn, command: UpdateTrigger) -> TriggerCampaign:
    """Change a campaign; 422 once it ended, or its start once it began.

    Source: Vibes: event-triggered-campaign-api.
    """
    before = _must_find(turn, command.number)
    state = before.state(turn.now)
    if state in (CampaignState.ENDED, CampaignState.CANCELED):
        raise refuse(Fault.INVALID, f"the campaign is {state} and cannot change")
    if state is CampaignState.IN_PROGRESS and command.plan.start != before.plan.start:
        raise refuse(Fault.INVALID, "start_date cannot change once the campaign is in_progress")
    _check(turn, command.plan)
    item = msgspec.structs.replace(before, plan=command.plan, updated_at=turn.now)
    turn.emit(TriggerSaved(campaign=item))
    return item


def cancel(turn: Turn, command: CancelTrigger) -> TriggerCampaign:
    """End a campaign for good (Vibes: event-triggered-campaign-api)."""
    before = _must_find(turn, command.number)
    item = msgspec.structs.replace(before, canceled=True, updated_at=turn.now)
    turn.emit(TriggerSaved(campaign=item))
    return item


def submit(turn: Turn, command: SubmitEvent) -> EventTakenIn:
    """Take the event in and route it; the answer says nothing of delivery (Vibes: event-api)."""
    number = turn.count("event", turn.world.triggers.taken)
    event_id = command.event_id or turn.uuid("event", str(number))
    twice = event_id in turn.world.triggers.event_ids
    turn.emit(EventTaken(event_id=event_id, event_type=command.event_type))
    notice = EventNotice(
        event_id=event_id,
        event_type=command.event_type,
        data=command.data,
        debug=command.debug,
        stage="routing",
        status="failed",
        reason="",
    )
    if twice:
        _tell(turn, notice, "duplicate_event_id")
        return EventTakenIn(event_id=event_id)
    campaigns = [
        item
        for item in turn.world.triggers.campaigns.values()
        if item.plan.event_type.casefold() == command.event_type.casefold()
        and item.state(turn.now) is CampaignState.IN_PROGRESS
    ]
    if not campaigns:
        _tell(turn, notice, "no_route_rules")
    for item in campaigns:
        _route(turn, item, command, msgspec.structs.replace(notice, campaign=item.number))
    return EventTakenIn(event_id=event_id)


def message_moved(turn: Turn, mt: Mt, state: MtState, error_code: int | None) -> None:
    """Tell how a message of an event fared at its carrier and at its phone.

    Source: Vibes: event-triggered-callbacks.
    """
    notice = turn.world.triggers.routed.get(mt.message_id)
    if notice is None or state is MtState.ROUTED:
        return
    if not turn.account.profile(mt.carrier).tells(state):
        return
    _tell(
        turn,
        msgspec.structs.replace(
            notice,
            stage="handset_dlr" if STAGES[state] == "Handset" else "carrier_dlr",
            status="failed" if error_code is not None else "success",
        ),
        f"error_{error_code}" if error_code is not None else state.value,
    )


def _route(turn: Turn, item: TriggerCampaign, command: SubmitEvent, notice: EventNotice) -> None:
    mdn, person = _recipient(turn, command.recipient)
    if mdn is None:
        _tell(turn, notice, "person_not_found")
    elif not _on_the_lists(turn, item, person):
        _tell(turn, notice, "person_not_in_list")
    elif not is_mobile(turn.world, mdn):
        _tell(turn, notice, "carrier_not_supported")
    else:
        _send(turn, item, command, notice, mdn, person)


def _send(
    turn: Turn,
    item: TriggerCampaign,
    command: SubmitEvent,
    notice: EventNotice,
    mdn: Mdn,
    person: Person | None,
) -> None:
    fields = dict(person.custom_fields) if person is not None else {}
    variables = {**fields, "person": fields, "ev": msgspec.json.decode(command.data)}
    try:
        text = templates.render(item.plan.template, variables, turn.now)
    except templates.BadTemplate:
        text = ""
    if not text.strip():
        _tell(turn, notice, "unexpected_error")
        return
    number = str(item.number)
    mt = sending.send(
        turn,
        mdn,
        item.plan.code,
        text,
        Purpose.EVENT,
        number,
        campaign_id=number,
        list_ids=_lists_of(turn, item, person),
        heeds_opt_out=True,
    )
    routed = msgspec.structs.replace(notice, status="processing")
    turn.emit(EventRouted(message_id=mt.message_id, notice=routed))
    _tell(turn, routed, "accepted_by_event_triggered_message")


def _recipient(turn: Turn, ref: PersonRef) -> tuple[Mdn | None, Person | None]:
    """The number an event is for; with a number alone it may be nobody's yet."""
    person = turn.world.people.find(ref)
    if ref.by == "mdn":
        return Mdn(ref.value), person
    return (person.mdn if person is not None else None), person


def _active(turn: Turn, person: Person | None) -> Container[str]:
    """The lists that the recipient is on."""
    return turn.world.subscriptions.lists_of(person.person_key) if person is not None else ()


def _lists_of(turn: Turn, item: TriggerCampaign, person: Person | None) -> tuple[str, ...]:
    """The lists that let the recipient through, each once."""
    active = _active(turn, person)
    asked = (key for one in item.plan.filters for key in one.list_ids)
    return tuple(key for key in dict.fromkeys(asked) if key in active)


def _on_the_lists(turn: Turn, item: TriggerCampaign, person: Person | None) -> bool:
    active = _active(turn, person)
    return all(
        any(list_id in active for list_id in one.list_ids) is (one.selector == "any")
        for one in item.plan.filters
    )


def _tell(turn: Turn, notice: EventNotice, reason: str) -> None:
    """Tell it to whoever wants events of this type and stage (Vibes: callback-api)."""
    callbacks.notify(turn, EVENT_PROCESSED, msgspec.structs.replace(notice, reason=reason))


def _must_find(turn: Turn, number: int) -> TriggerCampaign:
    item = turn.world.triggers.campaigns.get(number)
    if item is None:
        raise refuse(Fault.NOT_FOUND, f'no event-triggered campaign "{number}"')
    return item


def _check(turn: Turn, plan: TriggerPlan) -> None:
    told = [
        f'no subscription list "{list_id}"'
        for one in plan.filters
        for list_id in one.list_ids
        if turn.world.catalogue.get(list_id) is None
    ]
    if turn.account.code(plan.code) is None:
        told.append(f'the account has no source code "{plan.code}"')
    try:
        templates.check(plan.template)
    except templates.BadTemplate as error:
        told.append(str(error))
    if told:
        raise Refused(*(Problem(fault=Fault.INVALID, message=text) for text in told))

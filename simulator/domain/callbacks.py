"""Callbacks: who is told of what, and what a fault makes of it.

Rules: Vibes callback-api for registrations, Connect callbacks and receiving-messages for receipts
and raw texts. `simulator.domain.lines` takes each to its destination, `simulator.wire` writes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from simulator.domain import faults, lines
from simulator.domain.carriers import STAGES, MtState
from simulator.domain.fault_rules import Effect, Occasion, Surface
from simulator.domain.instants import MILLISECOND, Instant
from simulator.domain.lines import (
    CallbackKept,
    CallbackOverflowed,
    CallbackQueued,
    Delivery,
    RepeatCallback,
    Target,
)
from simulator.domain.messages import Mo, Mt, ReceiptWish, parts_of
from simulator.domain.notices import (
    EventNotice,
    MoNotice,
    Notice,
    ReceiptNotice,
    SmppReceiptNotice,
)
from simulator.domain.registrations import SCOPES, Registration
from simulator.domain.text import segments

if TYPE_CHECKING:
    from simulator.domain.turn import Turn

RECEIPT = "mt_receipt"
MO = "mo"

_SURFACES = {RECEIPT: Surface.RECEIPT, MO: Surface.MO}


class Callbacks:
    """Registrations (Vibes: callback-api)."""

    def __init__(self) -> None:
        self.registrations: dict[str, Registration] = {}


def notify(turn: Turn, callback_type: str, notice: Notice) -> None:
    """Queue the notice for everyone whose registration is active and whose scope it meets.

    Source: Vibes: callbacks.
    """
    member, event_id = SCOPES[callback_type], None
    for item in turn.world.callbacks.registrations.values():
        if item.callback_type != callback_type or not item.active(turn.now):
            continue
        if item.scope is not None and member and not _within(notice, member, item.scope):
            continue
        if isinstance(notice, EventNotice) and not _wanted(notice, item.wanted):
            continue
        event_id = queue(turn, callback_type, notice, item, event_id)


def _within(notice: Notice, member: str, scope: str) -> bool:
    """Whether a notice is of the campaign, list, code or event type somebody asked for."""
    told = str(getattr(notice, member))
    return told.casefold() == scope.casefold() if member == "event_type" else told == scope


def _wanted(notice: EventNotice, wanted: str) -> bool:
    """Whether `callbacks_to_send` takes in this stage of an event (Vibes: callback-api)."""
    if wanted == "only_failures":
        return notice.status == "failed"
    return wanted in ("all", notice.stage)


def send_receipts(
    turn: Turn, mt: Mt, state: MtState, error_code: int | None, copy: Mt | None = None
) -> None:
    """Queue the receipts a submitter wants of this step, one for each part.

    `copy` is the message it was forwarded as. A carrier without handset receipts tells nothing
    beyond its own acceptance. Source: Connect: callbacks.
    """
    if mt.receipts is None and not mt.part_receipts:
        return
    if not turn.account.profile(mt.carrier).tells(state):
        return
    wishes = mt.part_receipts or (mt.receipts,) * len(mt.part_ids)
    for number, wish in enumerate(wishes, start=1):
        if wish is None or wish.url is None or not _is_wanted(wish, state, error_code):
            continue
        notice: Notice
        if wish.final:
            notice = _smpp_receipt(turn, mt, number, state, error_code)
        else:
            notice = _receipt(turn, mt, number, state, error_code, copy)
        queue(turn, RECEIPT, notice, Target(url=wish.url), occasion=_of_message(mt))


def _is_wanted(wish: ReceiptWish, state: MtState, error_code: int | None) -> bool:
    """Whether a wish is about a step: by its stage, its failure, its being the end."""
    under_way = state in (MtState.ROUTED, MtState.SENT)
    if wish.final and under_way:
        return wish.intermediate and state is MtState.SENT
    if wish.final and not wish.ends:
        return False
    if wish.option == "NONE" or (wish.option.startswith("SMSC") and STAGES[state] == "Handset"):
        return False
    return error_code is not None or not wish.option.endswith("ERROR")


def _receipt(
    turn: Turn, mt: Mt, number: int, state: MtState, error_code: int | None, copy: Mt | None
) -> ReceiptNotice:
    return ReceiptNotice(
        message_id=mt.part_ids[number - 1],
        original_id=mt.message_id,
        submitter_id=mt.submitter_id,
        part=number,
        parts=len(mt.part_ids),
        stage=STAGES[state],
        error_code=error_code,
        at=turn.now,
        forwarded_to=copy.message_id if copy is not None else None,
        forwarded_from=mt.forwarded_from,
    )


def _smpp_receipt(
    turn: Turn, mt: Mt, number: int, state: MtState, error_code: int | None
) -> SmppReceiptNotice:
    return SmppReceiptNotice(
        message_id=mt.part_ids[number - 1],
        original_id=mt.message_id,
        mdn=mt.mdn,
        code=mt.code,
        text=parts_of(mt)[number - 1][:20],
        part=number,
        parts=len(mt.part_ids),
        submitted_at=mt.accepted_at,
        at=turn.now,
        error_code=error_code,
        intermediate=state in (MtState.ROUTED, MtState.SENT),
    )


def _of_message(mt: Mt) -> Occasion:
    return Occasion(
        surface=Surface.RECEIPT,
        operation=RECEIPT,
        mdn=mt.mdn,
        code=mt.code,
        carrier=mt.carrier,
        message_id=mt.message_id,
    )


def forward_mo(turn: Turn, mo: Mo) -> None:
    """Queue the raw text, in its parts, for the account's MO endpoint and for its SMPP receivers.

    Source: Connect: receiving-messages.
    """
    for url in _mo_urls(turn):
        for number, text in enumerate(segments(mo.text), start=1):
            notice = MoNotice(
                message_id=mo.part_ids[number - 1],
                mdn=mo.mdn,
                carrier=mo.carrier,
                code=mo.code,
                text=text,
                at=mo.received_at,
                part=number,
                parts=len(mo.part_ids),
                original_id=mo.message_id,
            )
            occasion = Occasion(
                surface=Surface.MO,
                operation=MO,
                mdn=mo.mdn,
                code=mo.code,
                carrier=mo.carrier,
                message_id=mo.message_id,
            )
            queue(turn, MO, notice, Target(url=url), occasion=occasion)


def _mo_urls(turn: Turn) -> list[str]:
    """The MO endpoint, and the account's binds once any of them has ever taken texts."""
    connect, urls = turn.account.connect, []
    if connect.mo_url is not None and connect.mo_via != "smpp":
        urls.append(connect.mo_url)
    if connect.mo_via != "http" and turn.world.binds.ever_received:
        urls.append(smpp_url(turn.account.username))
    return urls


def smpp_url(username: str) -> str:
    """The destination that is an account's SMPP binds (Connect: set-up-specs)."""
    return f"{lines.SMPP}{username}"


def queue(
    turn: Turn,
    callback_type: str,
    notice: Notice,
    target: Registration | Target,
    event_id: str | None = None,
    occasion: Occasion | None = None,
    *,
    faultless: bool = False,
) -> str:
    """Put a delivery in its destination's line, if no fault has it otherwise; its event_id.

    A delivery that a fault loses takes no number. Source: Vibes: callbacks.
    """
    struck: dict[Effect, int] = {}
    if turn.world.faults.rules and not faultless:
        struck = _struck(turn, occasion or _of_notice(callback_type, notice))
    if Effect.LOSE in struck:
        place = turn.world.lines.queued + turn.taken("delivery") + 1
        return event_id or turn.uuid("lost", str(place))
    number = turn.count("delivery", turn.world.lines.queued)
    delivery_id = turn.uuid("delivery", str(number))
    delivery = Delivery(
        delivery_id=delivery_id,
        event_id=event_id or delivery_id,
        callback_type=callback_type,
        url=target.url,
        method=target.method,
        content_type=target.content_type,
        version=target.version,
        queued_at=turn.now,
        notice=notice,
    )
    if Effect.DELAY in struck or Effect.REORDER in struck:
        if Effect.DUPLICATE in struck:
            repeat(turn, RepeatCallback(delivery=delivery))
        overtaken = Effect.DELAY not in struck
        wait_ms = struck[Effect.REORDER if overtaken else Effect.DELAY]
        until = Instant(turn.now + wait_ms * MILLISECOND)
        _keep(turn, CallbackKept(delivery=delivery, until=until, overtaken=overtaken))
    else:
        _enqueue(turn, delivery)
        if Effect.DUPLICATE in struck:
            repeat(turn, RepeatCallback(delivery=delivery))
    return delivery.event_id


def _enqueue(turn: Turn, delivery: Delivery) -> None:
    """Put a delivery in its destination's line, and behind it what it overtakes."""
    overtaken = _overtaken(turn, delivery.url)
    lines.join(turn, delivery)
    for late in overtaken:
        lines.join(turn, late)


def _keep(turn: Turn, kept: CallbackKept) -> None:
    """Keep a delivery out of its line, and remember in this turn that there is one."""
    turn.count(f"kept {kept.delivery.url}", 0)
    turn.emit(kept)


def _overtaken(turn: Turn, url: str) -> list[Delivery]:
    """What was kept until the next one, oldest first: before this turn, and in it."""
    book, late = turn.world.lines, []
    for key in book.behind.get(url, ()):
        if not turn.taken(f"late {key}"):
            turn.count(f"late {key}", 0)
            late.append(book.kept[key].delivery)
    return [*late, *reversed(_kept_now(turn, url))]


def _kept_now(turn: Turn, url: str) -> list[Delivery]:
    """What was kept in this turn since another joined the line, latest first."""
    found: list[Delivery] = []
    if not turn.taken(f"kept {url}"):
        return found
    for event in reversed(turn.events):
        if isinstance(event, CallbackQueued | CallbackOverflowed) and event.delivery.url == url:
            break
        if isinstance(event, CallbackKept) and event.overtaken and event.delivery.url == url:
            found.append(event.delivery)
    return found


def _struck(turn: Turn, occasion: Occasion) -> dict[Effect, int]:
    """The effects that strike what is to be told, each with the longest of its waits."""
    waits: dict[Effect, int] = {}
    for rule in faults.strike(turn, occasion):
        waits[rule.effect] = max(rule.wait_ms, waits.get(rule.effect, 0))
    return waits


def _of_notice(callback_type: str, notice: Notice) -> Occasion:
    person = getattr(notice, "person", None)
    return Occasion(
        surface=_SURFACES.get(callback_type, Surface.CALLBACK),
        operation=callback_type,
        mdn=person.mdn if person is not None else getattr(notice, "mdn", None),
        list_id=getattr(notice, "list_id", None),
        code=getattr(notice, "source_code", None),
    )


def repeat(turn: Turn, command: RepeatCallback) -> Delivery:
    """Queue the same event once more, with the same event_id and event_date (Vibes: callbacks)."""
    number = turn.count("delivery", turn.world.lines.queued)
    again = msgspec.structs.replace(
        command.delivery, delivery_id=turn.uuid("delivery", str(number))
    )
    _enqueue(turn, again)
    return again

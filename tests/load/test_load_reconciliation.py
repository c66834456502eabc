"""Reconciliation: a right journal adds up, and each thing that can be wrong with one is found."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

import pytest

from harness.load.audit import audit
from harness.load.ledger import Booked, Ledger
from harness.load.reconciliation import Counts, Reconciliation, decode_page

Event = tuple[str, dict[str, Any]]

ANA, BO = "+12002000000", "+12002000001"


def accepted(key: str, mdn: str = ANA, purpose: str = "connect", text: str = "Sale") -> Event:
    surface = "connect" if purpose == "connect" else "platform"
    mt = {"message_id": key, "mdn": mdn, "code": "65047", "text": text}
    return "MtAccepted", {"mt": {**mt, "purpose": purpose, "surface": surface}}


def moved(key: str, *states: str) -> list[Event]:
    return [("MtMoved", {"message_id": key, "state": state}) for state in states]


def texted(taken_as: str, mdn: str = ANA) -> Event:
    return "MoReceived", {"mo": {"mdn": mdn, "code": "65047", "taken_as": taken_as}}


def callback(kind: str, key: str) -> Event:
    if kind in ("CallbackDelivered", "CallbackFailed"):
        return kind, {"delivery_id": key}
    return kind, {"delivery": {"delivery_id": key}}


LIFTED: Event = ("OptOutLifted", {"code": "65047", "mdn": ANA})
ON_THE_PHONE = ("routed", "sent", "delivered")

RIGHT: list[Event] = [
    accepted("m1"),
    *moved("m1", *ON_THE_PHONE),
    accepted("m2", BO),
    *moved("m2", "routed", "sent"),
    callback("CallbackQueued", "c1"),
    callback("CallbackDelivered", "c1"),
    callback("CallbackKept", "c2"),
    callback("CallbackQueued", "c2"),
    callback("CallbackFailed", "c2"),
    callback("CallbackOverflowed", "c3"),
    texted("stop"),
    accepted("m3", purpose="stop_reply", text="You are out."),
    *moved("m3", *ON_THE_PHONE),
    accepted("m4", text="Late"),
    *moved("m4", "blocked"),
]
LEDGER = {"submit asked": 3, "submit taken": 3, "text asked": 1, "text taken": 1, "heard": 1}


def page(events: list[Event], first: int = 1, following: int | None = None) -> bytes:
    rows = [
        {"seq": seq, "at": "2026-01-05T15:00:00Z", "kind": "event", "type": kind, "data": data}
        for seq, (kind, data) in enumerate(events, first)
    ]
    return json.dumps({"items": rows, "next": following}).encode()


def reconciled(events: list[Event]) -> Reconciliation:
    book = Reconciliation()
    for row in decode_page(page(events)).items:
        book.take(row)
    return book


def test_a_right_journal_adds_up() -> None:
    """Delivered, blocked after a STOP, pending; told, given up, overflowed: no fault, and the sums."""
    book = reconciled(RIGHT)
    assert book.counts == Counts(4, 2, 1, 1, 3, 1, 2, 0)
    assert book.faults(Ledger(LEDGER)) == []
    assert not book.settled
    assert str(book.counts).startswith("4 messages accepted = 2 delivered + 1 failed + 1 pending")


def test_a_number_that_lifted_its_stop_may_be_sent_to() -> None:
    """After a START or a new yes nothing is barred."""
    events = [texted("stop"), LIFTED, accepted("m1"), *moved("m1", *ON_THE_PHONE)]
    ledger = Ledger({"submit asked": 1, "submit taken": 1, "text asked": 1, "text taken": 1})
    assert reconciled(events).faults(ledger) == []


def test_the_platform_may_say_the_same_again_to_a_phone_that_texted() -> None:
    """A second welcome after a text of the phone is right; one more is a text that went out twice."""
    welcome = [
        event
        for key in ("m1", "m2", "m3")
        for event in (accepted(key, purpose="welcome"), *moved(key, *ON_THE_PHONE))
    ]
    events = [*welcome[:4], texted("yes"), *welcome[4:8]]
    ledger = Ledger({"text asked": 1, "text taken": 1})
    assert reconciled(events).faults(ledger) == []
    doubled = reconciled([*events, *welcome[8:]]).faults(ledger)
    assert doubled == ["1 texts went to a phone twice"]


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        (
            [accepted("m5", text="Later"), *moved("m5", "sent")],
            "1 messages were sent after a STOP: m5",
        ),
        (moved("m1", "delivered"), "1 messages moved that were not under way: m1"),
        (moved("m9", "sent"), "1 messages moved that were not under way: m9"),
        ([accepted("m2", BO, text="Other")], "1 messages were accepted twice: m2"),
        ([accepted("m6", BO), *moved("m6", "delivered")], "1 texts went to a phone twice"),
        (
            [callback("CallbackQueued", "c4")],
            "1 callbacks are neither delivered nor in the failure queue",
        ),
        (
            [callback("CallbackKept", "c4")],
            "1 callbacks are neither delivered nor in the failure queue",
        ),
        ([callback("CallbackDelivered", "c1")], "1 callbacks ended that were not under way: c1"),
        (
            [callback("CallbackQueued", "c4"), callback("CallbackQueued", "c4")],
            "1 callbacks were queued twice: c4",
        ),
        (
            [callback("CallbackQueued", "c4"), callback("CallbackDelivered", "c4")],
            "2 callbacks count as delivered, and the receivers took 1",
        ),
        (
            [texted("stop", BO)],
            "the journal has 2 texts from phones, the users were told of 1, and 0 were never answered",
        ),
    ],
)
def test_what_is_wrong_with_a_journal_is_found(wrong: list[Event], fault: str) -> None:
    """One row too many, and the fault is named."""
    assert fault in reconciled([*RIGHT, *wrong]).faults(Ledger(LEDGER))


def test_sums_that_do_not_add_up_are_told() -> None:
    """A message that ends twice is counted twice, which its acceptance is not."""
    faults = reconciled([*RIGHT, *moved("m1", "delivered")]).faults(Ledger(LEDGER))
    assert "the messages do not add up: 4 messages accepted = 3 delivered" in "\n".join(faults)


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({"submit asked": 4, "submit taken": 4}, "the journal has 3 submitted messages"),
        ({"submit asked": 2, "submit taken": 2}, "the journal has 3 submitted messages"),
        ({"heard": 0}, "1 callbacks count as delivered, and the receivers took 0"),
        ({"awaited": 4}, "1 callbacks that users waited for never came"),
    ],
)
def test_users_who_know_otherwise_are_believed(told: dict[str, int], fault: str) -> None:
    """A message that was lost, one nobody sent, a callback that nobody got or that never came."""
    assert fault in "\n".join(reconciled(RIGHT).faults(Ledger({**LEDGER, **told})))


def test_what_was_never_answered_may_be_either() -> None:
    """A call whose answer was lost is in the journal or not; one turned away must not be."""
    for taken in (2, 3):
        ledger = Ledger({**LEDGER, "submit taken": taken})
        assert reconciled(RIGHT).faults(ledger) == []
    ledger = Ledger({**LEDGER, "submit taken": 2, "submit turned away": 1})
    assert "the users were told of 2, and 0 were" in "\n".join(reconciled(RIGHT).faults(ledger))


def test_ledgers_of_several_processes_are_one() -> None:
    """What is asked, taken and turned away is counted, and added up by kind."""
    ledger = Ledger()
    for _ in range(4):
        ledger.asked(Booked.SUBMIT)
    ledger.taken(Booked.SUBMIT)
    ledger.turned_away(Booked.SUBMIT)
    ledger.heard()
    both = Ledger.sum_of([ledger.counts, ledger.counts])
    assert both.balance(Booked.SUBMIT) == (2, 4)
    assert both.balance(Booked.TEXT) == (0, 0)
    assert both.counts["heard"] == 2


def test_the_journal_is_followed_until_nothing_is_under_way() -> None:
    """Page after page, then again from the last row, until the message that was on its way ended."""
    asked: list[str] = []
    answers = [
        page(RIGHT[:7], following=7),
        page(RIGHT[7:], first=8),
        page([]),
        page(moved("m2", "delivered"), first=len(RIGHT) + 1),
    ]

    def fetch(path: str) -> bytes:
        asked.append(path)
        return answers[len(asked) - 1]

    pauses: list[float] = []
    found = audit(fetch, lambda: Ledger(LEDGER), 60, pauses.append)
    assert found.faults == []
    assert found.counts is not None
    assert (found.counts.delivered, found.counts.pending) == (3, 0)
    afters = [path.split("after=")[1].split("&")[0] for path in asked]
    assert afters == ["0", "7", str(len(RIGHT)), str(len(RIGHT))]
    assert len(pauses) == 2


class Watch:
    """A clock that pauses move."""

    def __init__(self) -> None:
        self.now = 0.0

    def pause(self, seconds: float) -> None:
        self.now += seconds

    def read(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("due", "faults"),
    [
        ("2026-01-06T15:00:00Z", []),
        (None, ["1 messages are pending, and nothing is due that would end them"]),
    ],
)
def test_what_does_not_move_is_waited_for_no_longer(due: str | None, faults: list[str]) -> None:
    """A message that stays on its way for ten seconds is pending; it is lost where nothing is due."""
    answers, watch = iter([page(RIGHT)]), Watch()

    def fetch(path: str) -> bytes:
        if path == "/clock":
            return json.dumps({"next_timer": due}).encode()
        return next(answers, page([]))

    found = audit(fetch, lambda: Ledger(LEDGER), 10, watch.pause, watch.read)
    assert found.counts is not None
    assert (found.counts.pending, found.faults) == (1, faults)
    assert watch.now == 10.25


def test_what_moves_for_ever_is_left_in_the_end() -> None:
    """A journal that grows with each look is followed for twenty times as long, and no longer."""
    seqs, watch = count(1), Watch()

    def fetch(_: str) -> bytes:
        seq = next(seqs)
        return page([callback("CallbackQueued", f"c{seq}")], first=seq)

    found = audit(fetch, Ledger, 1, watch.pause, watch.read)
    assert watch.now == 20.25
    assert found.faults == ["82 callbacks are neither delivered nor in the failure queue"]

from __future__ import annotations

import pytest

from simulator.domain.instants import parse_instant
from simulator.wire.smpp_receipts import (
    MessageState,
    ReceiptText,
    short_id,
    state_name,
    state_of,
    write_receipt,
)
from simulator.wire.smpp_text import Coding

DELIVERED = ReceiptText(
    message_id="b75fccf3-8f06-4d8f-a282-d1886a4792a2",
    delivered=1,
    submitted_at=parse_instant("2026-01-05T15:04:59Z"),
    done_at=parse_instant("2026-01-05T10:05:14-05:00"),
    state=MessageState.DELIVERED,
    text="Your code is 1234, and it is good for an hour",
)


def test_a_receipt_reads_as_appendix_b_has_it() -> None:
    """Fields in order, counts and error of three digits, UTC to the minute, 20 characters of text."""
    assert write_receipt(DELIVERED) == (
        b"id:886a4792a2 sub:001 dlvrd:001 submit date:2601051504 done date:2601051505 "
        b"stat:DELIVRD err:000 text:Your code is 1234, a"
    )


def test_the_id_can_be_whole() -> None:
    """Another SMSC than Vibes writes the whole message id."""
    full = write_receipt(DELIVERED, full_id=True)
    assert full.startswith(b"id:b75fccf3-8f06-4d8f-a282-d1886a4792a2 sub:")
    assert full.partition(b" sub:")[2] == write_receipt(DELIVERED).partition(b" sub:")[2]


def test_a_failure_shows_its_state_and_code() -> None:
    """A split message that expired has its parts, `stat:EXPIRED` and `err:101`."""
    failed = ReceiptText(
        message_id="m",
        submitted=3,
        delivered=0,
        submitted_at=DELIVERED.submitted_at,
        done_at=DELIVERED.done_at,
        state=state_of(101),
        err=101,
    )
    text = write_receipt(failed)
    assert text.startswith(b"id:m sub:003 dlvrd:000 ")
    assert text.endswith(b"stat:EXPIRED err:101 text:")


def test_the_text_is_in_the_coding_of_the_account() -> None:
    """`@` is 0x40 in ASCII and 0x00 in GSM; what the coding lacks is `?`."""
    receipt = ReceiptText(
        message_id="m",
        delivered=1,
        submitted_at=DELIVERED.submitted_at,
        done_at=DELIVERED.done_at,
        state=MessageState.DELIVERED,
        text="@é\u05e9",
    )
    assert write_receipt(receipt).endswith(b"text:@??")
    assert write_receipt(receipt, coding=Coding.GSM).endswith(b"text:\x00\x05?")


@pytest.mark.parametrize(
    ("code", "number", "name"),
    [
        (None, 2, "DELIVRD"),
        (1, 8, "REJECTD"),
        (9, 8, "REJECTD"),
        (99, 8, "REJECTD"),
        (100, 7, "UNKNOWN"),
        (101, 3, "EXPIRED"),
        (102, 4, "DELETED"),
        (103, 5, "UNDELIV"),
        (104, 6, "ACCEPTD"),
        (105, 8, "REJECTD"),
        (106, 5, "UNDELIV"),
        (107, 5, "UNDELIV"),
        (108, 5, "UNDELIV"),
        (255, 5, "UNDELIV"),
    ],
)
def test_each_code_has_its_state(code: int | None, number: int, name: str) -> None:
    """A receipt code gives the number of `message_state` and the letters of `stat:`."""
    assert state_of(code) == number
    assert state_name(state_of(code)) == name


def test_every_state_has_seven_letters() -> None:
    """`stat:` has seven letters for each of the eight states."""
    assert [len(state_name(state)) for state in MessageState] == [7] * 8


@pytest.mark.parametrize(("message_id", "short"), [("12", "12"), ("0123456789ab", "23456789ab")])
def test_a_short_id_is_the_end_of_the_id(message_id: str, short: str) -> None:
    """Ten characters at most, the last ones."""
    assert short_id(message_id) == short

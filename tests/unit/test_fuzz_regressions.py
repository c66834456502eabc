"""What broken input once did: each is refused in words now, or read again as it was."""

from __future__ import annotations

import msgspec
import pytest

from simulator.domain.commands import decode_command
from simulator.domain.instants import parse_duration, parse_instant
from simulator.domain.triggers import SubmitEvent
from simulator.specs.values import ratio
from simulator.wire.trigger_json import read_event


@pytest.mark.parametrize("text", ["1" * 400 + "d", "PT" + "9" * 400 + "S", "1" * 309 + "ms"])
def test_a_duration_of_hundreds_of_digits_is_refused(text: str) -> None:
    """ValueError, in words; it was a failure of ours at /clock, /handsets, /faults and /accounts."""
    with pytest.raises(ValueError, match=r"longer than|not a duration"):
        parse_duration(text)


def test_an_event_with_debug_data_is_read_from_the_journal_again() -> None:
    """A simulator that was told of one could not start again on its file."""
    body = b'{"event_type":"a","event_data":{"mdn":"+13125550101"},"debug_data":{"a":1}}'
    command = read_event(body, 2)
    assert isinstance(command, SubmitEvent)
    assert decode_command(msgspec.json.encode(command)) == command


@pytest.mark.parametrize("text", ["1" * 5_000 + "%", "1/" + "9" * 5_000])
def test_a_ratio_of_thousands_of_digits_is_refused(text: str) -> None:
    """Python reads no integer of more than 4300 digits; that is a ValueError too."""
    with pytest.raises(ValueError, match="digits"):
        ratio(text)


def test_an_instant_of_any_text_is_refused_in_words() -> None:
    """Digits that no date has."""
    for text in ("9" * 5_000, "1970-01-01T00:00:00+23:59:59.9", "\0", "0000-00-00"):
        with pytest.raises(ValueError, match=r"is not a time|is longer"):
            parse_instant(text)

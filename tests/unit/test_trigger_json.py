from __future__ import annotations

import msgspec
import pytest

from simulator.wire.trigger_json import read_event


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (b'{"a":1}', b'{"a":1}'),
        (b"{}", b"null"),
        (b"null", b"null"),
    ],
)
def test_debug_data_is_kept_as_it_was_written(told: bytes, kept: bytes) -> None:
    """An object of debug data is kept, an empty one and null are none."""
    body = b'{"event_type":"a","event_data":{"mdn":"3125550101"},"debug_data":%s}' % told
    assert bytes(read_event(body, 1).debug) == kept


def test_an_event_needs_no_debug_data() -> None:
    """Absent debug data is none; the data stays as it was written."""
    event = read_event(b'{"event_type":"a","event_data":{"mdn": "3125550101"}}', 1)
    assert bytes(event.debug) == b"null"
    assert event.data == msgspec.Raw(b'{"mdn":"3125550101"}')


def test_an_event_is_kept_on_one_line_with_its_numbers_as_written() -> None:
    """A row of the journal is a line; what the client wrote is not computed with."""
    told = b'{\n  "event_type": "a",\n  "event_data": {\n    "mdn": "3125550101",\n    "n": 1.0,\n'
    event = read_event(told + b'    "big": 1.50e30,\n    "text": "a\\nb"\n  }\n}', 1)
    assert bytes(event.data) == b'{"mdn":"3125550101","n":1.0,"big":1.50e30,"text":"a\\nb"}'

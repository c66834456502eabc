"""How the inbox writes what a message says: as data, and without turning its surroundings round."""

from __future__ import annotations

import pytest

from simulator.ui.words import isolated, marked, phone


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, 100 %", "plain, 100 %"),
        ("abc \u202edef", "\u2068abc \u202edef\u2069"),
        ("שלום", "\u2068שלום\u2069"),
        ("\u202e out \u2069 of it", "\u2068\u202e out  of it\u2069"),
    ],
)
def test_a_text_keeps_its_direction_to_itself(text: str, shown: str) -> None:
    """Whatever has a direction is isolated, and cannot end that by itself."""
    assert isolated(text) == shown


def test_codes_are_picked_out_and_all_else_is_data() -> None:
    """A tag in a text is its characters; a code is marked; a word in capitals is none."""
    told = str(marked("Use <b>SAVE20</b> or AB-12, not STOP"))
    assert told == "Use &lt;b&gt;<mark>SAVE20</mark>&lt;/b&gt; or <mark>AB-12</mark>, not STOP"


def test_numbers_are_read_as_people_read_them() -> None:
    """A number of ten digits in three groups; anything else as it is."""
    assert (phone("+13125550101"), phone("65047")) == ("312 555 0101", "65047")

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import smsutil  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from simulator.domain.text import (
    GSM7,
    UCS2,
    Alphabet,
    alphabet_of,
    decode,
    encode,
    segments,
    units,
)

SEED = 23038
TEXTS = 10_000
BASIC = decode(bytes(code for code in range(128) if code != 0x1B), GSM7)
EXTENSION = "\f^{}\\[~]|€"
ACCENTED = "áíóúâêîôûãõçëïÿščřžąęłőű’“”–…"
CJK = "中文短信测试日本語한국어"
EMOJI = "\U0001f600\U0001f44d\U0001f1e9\U0001f1ea\u200d\ufe0f\U0001f468\U0001f3fd"
EDGES = "\ud7ff\ue000\uffff\U00010000\U0010ffff\u0301\u00a0"
MIXES = (
    "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789 .,!?\n",
    BASIC,
    BASIC + EXTENSION * 6,
    EXTENSION,
    BASIC + ACCENTED,
    BASIC + EMOJI,
    CJK,
    CJK + EMOJI + EDGES,
    EMOJI,
    BASIC + EXTENSION + ACCENTED + CJK + EMOJI + EDGES,
)
BORDERS = (66, 67, 70, 132, 134, 152, 153, 160, 201, 304, 306, 459, 900)


def _texts() -> Iterator[str]:
    """Half of them mixed at random, half with a wide character where a part may end."""
    draw = Random(SEED)
    for number in range(TEXTS):
        if number % 2:
            yield "".join(draw.choices(draw.choice(MIXES), k=draw.randint(0, 900)))
        else:
            filler, wide = draw.choice([("x", EXTENSION), ("x", EMOJI), ("中", EMOJI), ("é", "€")])
            before = max(draw.choice(BORDERS) + draw.randint(-3, 2), 0)
            middle = "".join(draw.choices(wide + filler, k=draw.randint(1, 3)))
            text = filler * before + middle + filler * draw.randint(0, 300)
            yield text[:900]


def test_segments_and_units_are_those_of_another_implementation() -> None:
    """On 10,000 texts smsutil finds the same units, as many segments, and the same cuts.

    No text holds the bare escape U+001B: smsutil takes it for a character of GSM-7, and the standard
    for none.
    """
    for text in _texts():
        alphabet = alphabet_of(text)
        found = smsutil.split(text)
        octets_of_a_unit = 1 if alphabet is GSM7 else 2
        if text:
            assert (found.encoding == "gsm0338") == (alphabet is GSM7), ascii(text)
        assert found.total_bytes == units(text, alphabet) * octets_of_a_unit, ascii(text)
        assert [part.content for part in found.parts] == list(segments(text)), ascii(text)


def test_octets_are_those_of_another_implementation() -> None:
    """On every tenth of the texts smsutil makes the same octets, and reads them as the text."""
    for text in list(_texts())[::10]:
        octets = encode(text, alphabet_of(text))
        assert octets == smsutil.encode(text), ascii(text)
        codec = "gsm0338" if alphabet_of(text) is GSM7 else "utf_16_be"
        assert smsutil.decode(octets, codec) == text, ascii(text)


def test_16_bit_references_cut_as_another_implementation_does() -> None:
    """Told that a part holds 152 septets or 132 octets, smsutil cuts at the same places."""
    for text in list(_texts())[::10]:
        room = 152 if alphabet_of(text) is GSM7 else 132
        cut = [part.content for part in smsutil.split(text, room).parts]
        assert cut == list(segments(text, reference_bits=16)), ascii(text)


@given(st.text(st.sampled_from(BASIC + EXTENSION)))
def test_gsm_7_text_comes_back_from_its_octets(text: str) -> None:
    """Decoding undoes encoding, an octet is a septet, and the octets are as many as the units."""
    octets = encode(text, GSM7)
    assert decode(octets, GSM7) == text
    assert len(octets) == units(text, GSM7)
    assert max(octets, default=0) < 128


@given(st.text())
def test_ucs_2_text_comes_back_from_its_octets(text: str) -> None:
    """Decoding undoes encoding, whatever the text, and two octets are a unit."""
    octets = encode(text, UCS2)
    assert decode(octets, UCS2) == text
    assert len(octets) == 2 * units(text, UCS2)


@given(st.binary(max_size=300), st.sampled_from([GSM7, UCS2]))
def test_any_octets_show_something(octets: bytes, alphabet: Alphabet) -> None:
    """Reading never raises, and shows at most a character for each septet or unit."""
    shown = decode(octets, alphabet)
    assert len(shown) <= len(octets)


@given(st.text(max_size=400))
def test_the_octets_of_the_segments_are_those_of_the_text(text: str) -> None:
    """Each segment is readable by itself: no pair of octets is parted."""
    alphabet = alphabet_of(text)
    octets = [encode(part, alphabet) for part in segments(text)]
    assert b"".join(octets) == encode(text, alphabet)
    assert tuple(decode(part, alphabet) for part in octets) == segments(text)

from __future__ import annotations

import pytest

from simulator.domain.alphabets import GSM7, UCS2, Alphabet, decode, encode, glyph, has


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("", ""),
        ("@", "00"),
        ("Hello", "48656C6C6F"),
        ("¡Ω_$", "40151102"),
        ("à\r\n", "7F0D0A"),
        ("€", "1B65"),
        ("\f^{}\\[~]|", "1B0A1B141B281B291B2F1B3C1B3D1B3E1B40"),
        ("a{b", "611B2862"),
    ],
)
def test_gsm_7_octets_by_the_tables(text: str, octets: str) -> None:
    """A septet stands in each octet; an extension character is the escape and its own septet."""
    assert encode(text, GSM7) == bytes.fromhex(octets)
    assert decode(bytes.fromhex(octets), GSM7) == text


@pytest.mark.parametrize(
    ("text", "octets"), [("", ""), ("A’", "00412019"), ("\U0001f600!", "D83DDE000021")]
)
def test_ucs_2_octets_are_utf_16_high_octet_first(text: str, octets: str) -> None:
    """A character beyond the basic plane is a surrogate pair; there is no byte order mark."""
    assert encode(text, UCS2) == bytes.fromhex(octets)
    assert decode(bytes.fromhex(octets), UCS2) == text


def test_the_tables_hold_127_and_10_characters() -> None:
    """Every septet but the escape is a character, and ten more follow the escape."""
    held = [chr(code) for code in range(0x3000) if has(GSM7, chr(code))]
    assert sorted(len(encode(character, GSM7)) for character in held) == [1] * 127 + [2] * 10
    assert decode(bytes(code for code in range(128) if code != 0x1B), GSM7).count(" ") == 1


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"a\x1bAb", "aAb"),
        (b"a\x1b\x0db", "a\rb"),
        (b"a\x1b\x1bb", "a b"),
        (b"a\x1b", "a "),
        (b"a\x80\xffb", "a\ufffd\ufffdb"),
        (b"a\x1b\x80b", "a\ufffdb"),
    ],
)
def test_wrong_gsm_7_octets_show_something(octets: bytes, text: str) -> None:
    """An unknown escape shows the basic character, a bare one a space, no septet at all U+FFFD."""
    assert decode(octets, GSM7) == text


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"\x00a\x00", "a"),
        (b"\x00", ""),
        (b"\xd8\x3d\x00a", "\ufffda"),
        (b"\x00a\xde\x00", "a\ufffd"),
        (b"\x00a\xd8\x3d", "a\ufffd"),
        (b"\xfe\xff\x00a", "\ufeffa"),
    ],
)
def test_wrong_ucs_2_octets_show_something(octets: bytes, text: str) -> None:
    """An odd last octet is dropped and half a pair shows U+FFFD; what a mark says is not heeded."""
    assert decode(octets, UCS2) == text


@pytest.mark.parametrize(
    ("text", "alphabet", "named"),
    [
        ("It’s “it”", GSM7, r"GSM-7 has no ’ \(RIGHT SINGLE QUOTATION MARK, character 3\)"),
        ("a\x1b", GSM7, r"GSM-7 has no U\+001B \(character 2\)"),
        ("\ud83d", UCS2, r"UCS-2 has no U\+D83D \(character 1\)"),
    ],
)
def test_a_character_that_an_alphabet_lacks_is_named(
    text: str, alphabet: Alphabet, named: str
) -> None:
    """The error says which character is the first that has no code, and where it stands."""
    with pytest.raises(ValueError, match=named):
        encode(text, alphabet)


@pytest.mark.parametrize(
    ("character", "shown"), [("é", "é"), ("\u00a0", "U+00A0"), ("\u0301", "U+0301")]
)
def test_a_character_that_shows_nothing_is_given_by_its_number(character: str, shown: str) -> None:
    """A space of any kind, a control or a combining mark would vanish in a line of words."""
    assert glyph(character) == shown

"""The alphabets of a text message: their code tables, and octets made of text and read as text.

Rules: 3GPP TS 23.038: the GSM 7 bit default alphabet with its extension table, and UCS-2, which
handsets read as UTF-16.
"""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

ESCAPE = 0x1B
"""The septet that stands before one of the extension table (3GPP TS 23.038)."""

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The default alphabet in the order of its septets. The space at 0x1B is what a bare escape shows."""

_EXTENSION = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
_SEPTETS = {
    **{character: bytes([code]) for code, character in enumerate(_BASIC) if code != ESCAPE},
    **{character: bytes([ESCAPE, code]) for code, character in _EXTENSION.items()},
}
_UNKNOWN = "\ufffd"


class Alphabet(NamedTuple):
    """An alphabet and its limits, in septets (GSM-7) or UTF-16 code units (UCS-2).

    `single` is one SMS; `part` one of several with 8 bit references, `wide_part` with 16 bit ones.
    Source: 3GPP TS 23.038 and TS 23.040.
    """

    name: str
    single: int
    part: int
    wide_part: int


GSM7 = Alphabet("GSM-7", 160, 153, 152)
UCS2 = Alphabet("UCS-2", 70, 67, 66)


def has(alphabet: Alphabet, character: str) -> bool:
    """Whether an alphabet holds a character. UCS-2 lacks nothing but a lone surrogate.

    Source: 3GPP TS 23.038.
    """
    return character in _SEPTETS if alphabet == GSM7 else not "\ud800" <= character <= "\udfff"


def alphabet_of(text: str) -> Alphabet:
    """GSM-7 where every character is in the basic or extension table, else UCS-2.

    Source: 3GPP TS 23.038.
    """
    return GSM7 if _SEPTETS.keys() >= set(text) else UCS2


def width(character: str, alphabet: Alphabet) -> int:
    """What a character takes: two septets if escaped, two units if a surrogate pair, else one.

    Source: 3GPP TS 23.038.
    """
    if alphabet == GSM7:
        return len(_SEPTETS.get(character, "?"))
    return 2 if ord(character) > 0xFFFF else 1


def units(text: str, alphabet: Alphabet) -> int:
    """The length in septets (an extension character is two) or in UTF-16 code units.

    Source: 3GPP TS 23.038.
    """
    if alphabet == GSM7:
        return len(text) + sum(map(text.count, _EXTENSION.values()))
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def encode(text: str, alphabet: Alphabet) -> bytes:
    """The octets of a text: GSM-7 unpacked, a septet in each octet, or UCS-2 as UTF-16-BE.

    Raises ValueError naming the first character that the alphabet has not.
    Source: 3GPP TS 23.038.
    """
    lost = next((i for i, character in enumerate(text) if not has(alphabet, character)), None)
    if lost is not None:
        raise ValueError(f"{alphabet.name} has no {named(text, lost)}")
    if alphabet == GSM7:
        return b"".join(_SEPTETS[character] for character in text)
    return text.encode("utf-16-be")


def decode(octets: bytes, alphabet: Alphabet) -> str:
    """The text of octets. It never raises: a handset shows something, whatever it gets.

    An escape before a septet that the extension table has not shows the basic table's character; an
    escape before another, or at the end, shows a space. An octet above 127, escaped or not, and a
    lone surrogate show U+FFFD; an odd last octet of UCS-2 is dropped (these are inferred).
    Source: 3GPP TS 23.038.
    """
    if alphabet == UCS2:
        return octets[: len(octets) // 2 * 2].decode("utf-16-be", errors="replace")
    shown: list[str] = []
    septets = iter(octets)
    for septet in septets:
        code = next(septets, ESCAPE) if septet == ESCAPE else septet
        basic = _BASIC[code] if code < len(_BASIC) else _UNKNOWN
        shown.append(_EXTENSION.get(code, basic) if septet == ESCAPE else basic)
    return "".join(shown)


def glyph(character: str) -> str:
    """A character as a line of plain words can show it: itself, or `U+00A0` where that shows nothing.

    Source: inferred.
    """
    seen = character.isprintable() and not unicodedata.category(character).startswith("M")
    return character if seen else f"U+{ord(character):04X}"


def named(text: str, index: int) -> str:
    """The character at an index with its Unicode name and its place, counted from one.

    Source: inferred.
    """
    name = unicodedata.name(text[index], "")
    place = f"{name}, character {index + 1}" if name else f"character {index + 1}"
    return f"{glyph(text[index])} ({place})"

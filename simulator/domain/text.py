"""Message text: GSM-7 or UCS-2, and how many segments it takes.

Rules: 3GPP TS 23.038 (alphabets) and TS 23.040 (concatenation): 160 septets or 70 UTF-16 units in
one SMS, 153 or 67 in each part of several; an escape pair or a surrogate pair is never cut.
Vibes splits at most 900 characters (Connect: version-31-features); what is beyond is cut off.
"""

from __future__ import annotations

from typing import NamedTuple

MAX_CHARACTERS = 900
MAX_UNSPLIT_CHARACTERS = 160

_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENSION = frozenset("\f^{}\\[~]|€")


class Alphabet(NamedTuple):
    """An alphabet and its limits, in septets (GSM-7) or UTF-16 code units (UCS-2).

    Source: 3GPP TS 23.038.
    """

    name: str
    single: int
    part: int


GSM7 = Alphabet("GSM-7", 160, 153)
UCS2 = Alphabet("UCS-2", 70, 67)


def alphabet_of(text: str) -> Alphabet:
    """GSM-7 where every character is in the basic or extension table, else UCS-2.

    Source: 3GPP TS 23.038.
    """
    return GSM7 if all(c in _GSM_BASIC or c in _GSM_EXTENSION for c in text) else UCS2


def units(text: str, alphabet: Alphabet) -> int:
    """The length in septets (an extension character is two) or in UTF-16 code units.

    Source: 3GPP TS 23.038.
    """
    return sum(_width(character, alphabet) for character in text)


def segments(text: str) -> tuple[str, ...]:
    """The parts a handset receives, in order; joined they are the text. Empty text is one part.

    Source: 3GPP TS 23.038.
    """
    alphabet = alphabet_of(text)
    if units(text, alphabet) <= alphabet.single:
        return (text,)
    parts: list[str] = []
    start = used = 0
    for index, character in enumerate(text):
        width = _width(character, alphabet)
        if used + width > alphabet.part:
            parts.append(text[start:index])
            start, used = index, 0
        used += width
    return (*parts, text[start:])


def squeeze(text: str) -> str:
    """An unsplit text that must fit one SMS: where it does not, `?` stands for what GSM-7 lacks.

    Connect: encoding-message-settings (best effort, then the carrier default with placeholders).
    """
    if len(segments(text)) == 1:
        return text
    return "".join(character if character in _GSM_BASIC else "?" for character in text)


def _width(character: str, alphabet: Alphabet) -> int:
    if alphabet is GSM7:
        return 2 if character in _GSM_EXTENSION else 1
    return 2 if ord(character) > 0xFFFF else 1

"""Message text: the parts it is sent in, what a carrier makes of it, and what it costs.

Rules: 3GPP TS 23.038 (alphabets) and TS 23.040 (concatenation): 160 septets or 70 UTF-16 units in
one SMS, 153 or 67 in each part of several; an escape pair or a surrogate pair is never cut.
Vibes splits at most 900 characters (Connect: version-31-features); what is beyond is cut off.
"""

from __future__ import annotations

import unicodedata
from typing import Literal

from simulator.domain.alphabets import (
    GSM7,
    UCS2,
    Alphabet,
    alphabet_of,
    decode,
    encode,
    glyph,
    has,
    named,
    units,
    width,
)
from simulator.domain.record import Record

__all__ = [
    "GSM7",
    "MAX_CHARACTERS",
    "MAX_UNSPLIT_CHARACTERS",
    "UCS2",
    "Alphabet",
    "Estimate",
    "alphabet_of",
    "decode",
    "encode",
    "estimate",
    "forced_by",
    "hint",
    "segments",
    "split_on_words",
    "squeeze",
    "substitute",
    "units",
]

MAX_CHARACTERS = 900
MAX_UNSPLIT_CHARACTERS = 160

_LOOK_ALIKES = {
    **dict.fromkeys("‘’‚‛′`´", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("\t\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u3000", " "),
    **dict.fromkeys("\u2028\u2029", "\n"),
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufe0e\ufe0f\ufeff", ""),
    **{"…": "...", "•": "*", "‹": "<", "›": ">", "⁄": "/"},
    **{"æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ß": "ss", "ø": "o", "Ø": "O"},
    **{"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i"},
}
"""What stands for a character that cannot be shown and is no accented letter. The invisible vanish."""

_SPACES = frozenset(" \t\n\r\f")
_NAMED_IN_HINT = 3
"""How many characters a hint names before it counts the rest."""


class Estimate(Record, frozen=True, kw_only=True):
    """What a text takes and costs: `units` septets or code units, in `segments` parts.

    `price_micros` is that of all segments, in millionths of a unit of currency.
    Source: 3GPP TS 23.038; each segment is billed (Connect: version-31-features).
    """

    alphabet: str
    units: int
    segments: int
    parts: tuple[str, ...]
    forced_by: tuple[str, ...]
    hint: str | None
    price_micros: int


def segments(text: str, *, reference_bits: Literal[8, 16] = 8) -> tuple[str, ...]:
    """The parts a handset receives, in order; joined they are the text. Empty text is one part.

    A 16 bit reference takes one octet more of each part. Source: 3GPP TS 23.038 and TS 23.040.
    """
    alphabet = alphabet_of(text)
    if units(text, alphabet) <= alphabet.single:
        return (text,)
    return _cut(text, alphabet, alphabet.part if reference_bits == 8 else alphabet.wide_part)


def split_on_words(text: str) -> tuple[str, ...]:
    """The messages that make up a text where a carrier does not concatenate; each is an SMS whole.

    Each ends after the last space that fits it, so that joined they are the text. A word longer than
    an SMS is cut anywhere, and so is the whole text where whole words would take more messages.
    Source: Connect: version-31-features; that all are in the text's one alphabet is inferred.
    """
    alphabet = alphabet_of(text)
    anywhere = _cut(text, alphabet, alphabet.single)
    worded = _cut(text, alphabet, alphabet.single, on_words=True)
    return worded if len(worded) <= len(anywhere) else anywhere


def substitute(text: str, shows: Literal["ascii", "gsm", "ucs2"]) -> str:
    """The text as a carrier passes it on that shows ASCII or GSM-7 alone; with UCS-2, as it is.

    What cannot be shown becomes its typographic look-alike or its base letter, else `?`. The text
    may grow (an ellipsis is three dots) or shrink (a joiner of emoji shows nothing).
    Connect: encoding-message-settings (placeholders); which stands for which is inferred.
    """
    if shows == "ucs2":
        return text
    composed = unicodedata.normalize("NFC", text)
    return "".join(
        character if _is_shown(character, shows) else _stand_in(character, shows)
        for character in composed
    )


def squeeze(text: str) -> str:
    """An unsplit text that must fit one SMS: where it does not, `?` stands for what GSM-7 lacks.

    Connect: encoding-message-settings (best effort, then the carrier default with placeholders).
    """
    if len(segments(text)) == 1:
        return text
    return "".join(c if has(GSM7, c) and width(c, GSM7) == 1 else "?" for c in text)


def forced_by(text: str) -> tuple[str, ...]:
    """The distinct characters that keep a text out of GSM-7, in order of first appearance.

    Source: 3GPP TS 23.038.
    """
    return tuple(dict.fromkeys(character for character in text if not has(GSM7, character)))


def hint(text: str) -> str | None:
    """Which characters force UCS-2 and where they stand, what they cost, and what would do instead.

    None where nothing is forced. The cost is beside the same text with what GSM-7 has in their place.
    Source: 3GPP TS 23.038; the look-alikes are inferred.
    """
    forcing = forced_by(text)
    if not forcing:
        return None
    names = [named(text, text.index(character)) for character in forcing[:_NAMED_IN_HINT]]
    if len(forcing) > _NAMED_IN_HINT:
        names.append(f"{len(forcing) - _NAMED_IN_HINT} more")
    verb = "forces" if len(forcing) == 1 else "force"
    return f"{_listed(names)} {verb} UCS-2: {_cost(text)}; {_remedy(forcing)}"


def estimate(text: str, *, price_micros: int) -> Estimate:
    """What a text takes and costs at `price_micros` a segment, in millionths of a unit of currency.

    The text is taken as it is; what is beyond 900 characters is its sender's to cut off.
    Source: 3GPP TS 23.038; each segment is billed (Connect: version-31-features).
    """
    alphabet, parts = alphabet_of(text), segments(text)
    return Estimate(
        alphabet=alphabet.name,
        units=units(text, alphabet),
        segments=len(parts),
        parts=parts,
        forced_by=forced_by(text),
        hint=hint(text),
        price_micros=price_micros * len(parts),
    )


def _cut(text: str, alphabet: Alphabet, limit: int, *, on_words: bool = False) -> tuple[str, ...]:
    """The text in parts within a limit, each as long as can be; empty text is one part."""
    parts: list[str] = []
    start = 0
    while start < len(text):
        end = _reach(text, start, alphabet, limit)
        if on_words and end < len(text):
            after_spaces = (i + 1 for i in range(start, end) if text[i] in _SPACES)
            end = max(after_spaces, default=end)
        parts.append(text[start:end])
        start = end
    return tuple(parts) or ("",)


def _reach(text: str, start: int, alphabet: Alphabet, limit: int) -> int:
    """The index after the last character that a part beginning at `start` can hold."""
    used = 0
    for index in range(start, len(text)):
        used += width(text[index], alphabet)
        if used > limit:
            return index
    return len(text)


def _is_shown(character: str, shows: Literal["ascii", "gsm"]) -> bool:
    return character.isascii() if shows == "ascii" else has(GSM7, character)


def _stand_in(character: str, shows: Literal["ascii", "gsm"]) -> str:
    base = unicodedata.normalize("NFD", character)[0]
    if unicodedata.combining(base):
        return ""
    if _is_shown(base, shows):
        return base
    like = _LOOK_ALIKES.get(base)
    return "?" if like is None else like


def _cost(text: str) -> str:
    taken, plain = len(segments(text)), len(segments(substitute(text, "gsm")))
    noun = "segment" if taken == 1 else "segments"
    return f"{taken} {noun} " + ("either way" if taken == plain else f"instead of {plain}")


def _remedy(forcing: tuple[str, ...]) -> str:
    """What to write in place of the characters, or which of them nothing can stand for."""
    stand_ins = [substitute(character, "gsm") for character in forcing]
    if "?" in stand_ins:
        return f"nothing in GSM-7 looks like {glyph(forcing[stand_ins.index('?')])}"
    words = {" ": "a space", "\n": "a line break", "": "leaving it out"}
    told = dict.fromkeys(words.get(stand_in, stand_in) for stand_in in stand_ins)
    return f"{_listed(list(told))} would keep it in GSM-7"


def _listed(items: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(items[:-1]), items[-1]]))

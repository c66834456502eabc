"""Phone numbers: an `Mdn` is always E.164 for the US or Canada, `+13125550101`.

The wire forms differ by API version (Vibes: versions-compatibility): version 1 is the ten national
digits, version 2 is E.164. Digits-only `13125550101` is accepted in version 2 because Vibes' own
Ruby client sends it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NewType

Mdn = NewType("Mdn", str)

_NATIONAL = re.compile(r"[2-9]\d{2}[2-9]\d{6}")
_SERVED = ("US", "CA", "PR", "VI", "GU", "AS", "MP")
"""The US with its territories, and Canada; other countries share the code +1."""

_SEPARATORS = re.compile(r"[\s().\-]")


class InvalidMdn(ValueError):
    """The text is not a number that this API version takes; the message starts `InvalidMDNFormat`.

    Source: Vibes: versions-compatibility.
    """


def parse_mdn(text: str, version: int) -> Mdn:
    """Read a number as API version 1 or 2 does. Raises InvalidMdn saying what the version takes.

    Source: Vibes: versions-compatibility.
    """
    if version == 1:
        if not _is_national(text):
            raise InvalidMdn(
                f'InvalidMDNFormat: "{text}" is not ten digits without a country code, '
                "as X-API-Version 1 takes them (2995551234)"
            )
        return Mdn("+1" + text)
    if text.isascii() and text.isdigit() and len(text) == 11:
        text = "+" + text
    if _is_national(text):
        raise InvalidMdn(
            f'InvalidMDNFormat (countrynotsupported): "{text}" has no country code; '
            "X-API-Version 2 takes E.164 (+12995551234)"
        )
    if not (text.startswith("+1") and _is_national(text[2:])):
        hint = " (in a query string write + as %2B)" if text.startswith(" ") else ""
        raise InvalidMdn(
            f'InvalidMDNFormat: "{text}" is not a US or Canadian number in E.164 '
            f"(+12995551234){hint}"
        )
    return Mdn(text)


def parse_any_mdn(text: str) -> Mdn:
    """Read ten digits, eleven digits or E.164, as Connect does. Raises InvalidMdn.

    Source: Vibes: versions-compatibility.
    """
    digits = text.removeprefix("+")
    national = digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
    if not _is_national(national):
        raise InvalidMdn(f'InvalidMDNFormat: "{text}" is not a US or Canadian mobile number')
    return Mdn("+1" + national)


def normalise_phone(text: str) -> Mdn | None:
    """The number a person typed, `(312) 555-0101`, as E.164; None where it is no US/CA number.

    Source: A5.
    """
    try:
        return parse_any_mdn(_SEPARATORS.sub("", text))
    except InvalidMdn:
        return None


def format_mdn(mdn: str, version: int) -> str:
    """The number as API version 1 (`3125550101`) or 2 (`+13125550101`) writes it.

    Source: Vibes: versions-compatibility.
    """
    return mdn.removeprefix("+1") if version == 1 else mdn


@cache
def _country(area: str) -> str | None:
    import phonenumbers  # here: a start needs no number, and it takes 16 ms to load

    return phonenumbers.region_code_for_number(phonenumbers.parse(f"+1{area}5550101"))


def is_canadian(mdn: Mdn) -> bool:
    """Whether the number's area code is Canada's (Vibes: versions-compatibility)."""
    return _country(mdn[2:5]) == "CA"


def _is_national(text: str) -> bool:
    return text.isascii() and _NATIONAL.fullmatch(text) is not None and _is_served(text[:3])


@cache
def _is_served(area: str) -> bool:
    """Whether an area code is one of the US or Canada; one that nobody has may be (examples use it)."""
    return _country(area) in (None, *_SERVED)

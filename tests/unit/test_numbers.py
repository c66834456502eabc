from __future__ import annotations

import pytest

from simulator.domain.numbers import (
    InvalidMdn,
    format_mdn,
    normalise_phone,
    parse_any_mdn,
    parse_mdn,
)

ANN = "+13125550101"


@pytest.mark.parametrize(("text", "version"), [("3125550101", 1), (ANN, 2), ("13125550101", 2)])
def test_each_version_reads_its_form(text: str, version: int) -> None:
    """Version 1 the ten national digits, version 2 E.164, also as bare eleven digits."""
    assert parse_mdn(text, version) == ANN


@pytest.mark.parametrize(
    ("text", "version"),
    [
        (ANN, 1),
        ("13125550101", 1),
        ("312555010", 1),
        ("312-555-0101", 1),
        ("1125550101", 1),
        ("3121550101", 1),
        ("", 1),
        ("3125550101", 2),
        ("+1312555010", 2),
        ("+131255501010", 2),
        ("+442071234567", 2),
        ("+11125550101", 2),
        ("23125550101", 2),
        ("+1 3125550101", 2),
        ("+1３125550101", 2),
        (ANN + "\n", 2),
    ],
)
def test_anything_else_is_invalid(text: str, version: int) -> None:
    """Wrong length, country, area code, exchange, separators and foreign digits are refused."""
    with pytest.raises(InvalidMdn, match=r"^InvalidMDNFormat"):
        parse_mdn(text, version)


def test_national_digits_in_version_2_name_the_country() -> None:
    """The token of the Versions page stands in the message."""
    with pytest.raises(InvalidMdn, match="countrynotsupported"):
        parse_mdn("3125550101", 2)


def test_a_blank_for_the_plus_gets_the_hint() -> None:
    """A number that begins with a space was a + in a query string."""
    with pytest.raises(InvalidMdn, match="%2B"):
        parse_mdn(" 13125550101", 2)


@pytest.mark.parametrize("text", ["3125550101", "13125550101", ANN])
def test_connect_reads_all_three_forms(text: str) -> None:
    """Ten digits, eleven digits and E.164 are the same number."""
    assert parse_any_mdn(text) == ANN


@pytest.mark.parametrize("text", ["", "+", "911", "23125550101", "++13125550101", "312 5550101"])
def test_connect_refuses_what_is_no_number(text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(InvalidMdn):
        parse_any_mdn(text)


@pytest.mark.parametrize(
    ("text", "mdn"),
    [
        ("(312) 555-0101", ANN),
        ("312.555.0101", ANN),
        ("+1 312 555 0101", ANN),
        ("1-312-555-0101", ANN),
        ("+44 20 7123 4567", None),
        ("ext. 7", None),
        ("", None),
    ],
)
def test_what_people_type_is_normalised(text: str, mdn: str | None) -> None:
    """Separators do not matter; what is no US or Canadian number is None."""
    assert normalise_phone(text) == mdn


def test_numbers_are_written_by_version() -> None:
    """Version 1 without the country code, version 2 as E.164."""
    assert (format_mdn(ANN, 1), format_mdn(ANN, 2)) == ("3125550101", ANN)

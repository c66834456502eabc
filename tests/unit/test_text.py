from __future__ import annotations

import pytest

from simulator.domain.text import GSM7, UCS2, alphabet_of, segments, squeeze, units


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("", [0]),
        ("x" * 160, [160]),
        ("x" * 161, [153, 8]),
        ("x" * 306, [153, 153]),
        ("x" * 307, [153, 153, 1]),
        ("x" * 320, [153, 153, 14]),
        ("€" * 80, [80]),
        ("€" * 81, [76, 5]),
        ("ש" * 70, [70]),
        ("ש" * 71, [67, 4]),
        ("\U0001f600" * 35, [35]),
        ("\U0001f600" * 36, [33, 3]),
        ("x" * 159 + "\U0001f600", [67, 67, 26]),
        ("x" * 152 + "€" + "x" * 10, [152, 11]),
        ("ש" * 66 + "\U0001f600" + "ש" * 5, [66, 6]),
    ],
)
def test_segments_by_the_standard(text: str, lengths: list[int]) -> None:
    """160/153 septets, 70/67 units; 320 ASCII are 3, one emoji in 160 characters makes 3."""
    assert [len(part) for part in segments(text)] == lengths


@pytest.mark.parametrize("text", ["Hello", "@£$¥èéùìòÇ", "ΔΦΓΛΩΠΨΣΘΞ", "^{}\\[~]|€", "ÆæßÉ¡¿§à"])
def test_the_default_alphabet_and_its_extension_are_gsm_7(text: str) -> None:
    """Every character of the two tables keeps a text in GSM-7."""
    assert alphabet_of(text) is GSM7


@pytest.mark.parametrize("text", ["á", "ç", "`", "’", "—", "\t", "α", "\U0001f600", "Hi “you”"])
def test_one_other_character_makes_a_text_ucs_2(text: str) -> None:
    """Lower-case c cedilla, curly quotes and the tab are not in GSM-7."""
    assert alphabet_of(text) is UCS2


def test_units_count_escapes_and_surrogates_twice() -> None:
    """An extension character is two septets, an astral one two UTF-16 units."""
    assert units("a€", GSM7) == 3
    assert units("a€\U0001f600", UCS2) == 4


def test_an_unsplit_text_is_squeezed_only_where_it_must_be() -> None:
    """What fits one SMS stays; what does not gets ? for what is not in the basic table."""
    assert squeeze("ש" * 70) == "ש" * 70
    assert squeeze("x" * 100 + "ש") == "x" * 100 + "?"
    assert squeeze("€" * 80) == "€" * 80

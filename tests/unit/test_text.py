from __future__ import annotations

import pytest

from simulator.domain.text import (
    GSM7,
    UCS2,
    Estimate,
    alphabet_of,
    estimate,
    forced_by,
    hint,
    segments,
    split_on_words,
    squeeze,
    substitute,
    units,
)


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
    assert squeeze("x" * 100 + "€" * 31) == "x" * 100 + "?" * 31


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("x" * 160, [160]),
        ("x" * 161, [152, 9]),
        ("x" * 304, [152, 152]),
        ("x" * 151 + "€" + "x" * 10, [151, 11]),
        ("ש" * 70, [70]),
        ("ש" * 71, [66, 5]),
        ("ש" * 65 + "\U0001f600" + "ש" * 5, [65, 6]),
    ],
)
def test_segments_with_16_bit_references(text: str, lengths: list[int]) -> None:
    """The longer header leaves 152 septets or 66 units, and cuts no pair; one SMS has no header."""
    assert [len(part) for part in segments(text, reference_bits=16)] == lengths


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ("",)),
        ("x" * 160, ("x" * 160,)),
        ("word " * 40, ("word " * 32, "word " * 8)),
        ("x" * 100 + " " + "y" * 100, ("x" * 100 + " ", "y" * 100)),
        ("x" * 100 + "   " + "y" * 100, ("x" * 100 + "   ", "y" * 100)),
        ("x" * 100 + "\n" + "y" * 100, ("x" * 100 + "\n", "y" * 100)),
        ("x" * 170, ("x" * 160, "x" * 10)),
        ("x" * 159 + "€", ("x" * 159, "€")),
        ("ש" * 60 + " " + "ש" * 20, ("ש" * 60 + " ", "ש" * 20)),
        ("ש" * 69 + "\U0001f600", ("ש" * 69, "\U0001f600")),
        ("x" * 100 + "\u00a0" + "y" * 100, ("x" * 70, "x" * 30 + "\u00a0" + "y" * 39, "y" * 61)),
    ],
)
def test_a_text_is_split_on_words(text: str, parts: tuple[str, ...]) -> None:
    """A part of up to 160 septets or 70 units ends after a space; a no-break space holds."""
    assert split_on_words(text) == parts


def test_whole_words_that_would_cost_one_more_message_are_cut() -> None:
    """Three words of 105 fill two messages; kept whole they would take three."""
    text = " ".join(["x" * 105] * 3)
    assert split_on_words(text) == (text[:160], text[160:])


@pytest.mark.parametrize(
    ("text", "gsm", "ascii_only"),
    [
        ("plain ^{}~\n", "plain ^{}~\n", "plain ^{}~\n"),
        ("It’s “it” — now…", 'It\'s "it" - now...', 'It\'s "it" - now...'),
        ("a\u00a0b\u2009c\td", "a b c d", "a b c\td"),
        ("`x`", "'x'", "`x`"),
        ("áéíñÅç", "aéiñÅc", "aeinAc"),
        ("e\u0301x\u0301", "éx", "ex"),
        ("æøßŁ", "æøßL", "aeossL"),
        ("ǿ", "ø", "o"),
        ("€5 £5", "€5 £5", "?5 ?5"),
        ("Ωω", "Ω?", "??"),
        ("\u2126\u212b", "ΩÅ", "?A"),
        ("ok \U0001f44d\u200d\ufe0f 中", "ok ? ?", "ok ? ?"),
        ("\ud83d", "?", "?"),
    ],
)
def test_what_a_carrier_makes_of_a_text(text: str, gsm: str, ascii_only: str) -> None:
    """A look-alike comes first, then the base letter, then ?; with UCS-2 a text stays as it is."""
    assert substitute(text, "gsm") == gsm
    assert substitute(text, "ascii") == ascii_only
    assert substitute(text, "ucs2") == text


def test_the_characters_that_force_ucs_2_are_named_once_each_in_order() -> None:
    """What is in the tables of GSM-7 forces nothing."""
    assert forced_by("“€” and “ç”") == ("“", "”", "ç")
    assert forced_by("") == forced_by("^{}\\[~]|€ Δ") == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", None),
        ("[€] £", None),
        (
            "The guest isn’t" + " here" * 27,
            "’ (RIGHT SINGLE QUOTATION MARK, character 14) forces UCS-2: 3 segments instead of 1; "
            "' would keep it in GSM-7",
        ),
        (
            "a\u00a0b – a\u00a0b",
            "U+00A0 (NO-BREAK SPACE, character 2) and – (EN DASH, character 5) force UCS-2: "
            "1 segment either way; a space and - would keep it in GSM-7",
        ),
        (
            "a\u200bb",
            "U+200B (ZERO WIDTH SPACE, character 2) forces UCS-2: 1 segment either way; "
            "leaving it out would keep it in GSM-7",
        ),
        (
            "’\t—\U0001f600á",
            "’ (RIGHT SINGLE QUOTATION MARK, character 1), U+0009 (character 2), "
            "— (EM DASH, character 3) and 2 more force UCS-2: 1 segment either way; "
            "nothing in GSM-7 looks like \U0001f600",
        ),
        (
            "…" * 60,
            "… (HORIZONTAL ELLIPSIS, character 1) forces UCS-2: 1 segment instead of 2; "
            "... would keep it in GSM-7",
        ),
    ],
)
def test_a_hint_says_what_forces_ucs_2_and_what_it_costs(text: str, told: str | None) -> None:
    """Up to three characters are named with their place; what would do in their stead follows."""
    assert hint(text) == told


def test_an_estimate_is_the_price_of_all_segments() -> None:
    """A segment costs what it costs; the estimate carries all that the text view needs."""
    text = "x" * 153 + "€" + "x" * 153
    assert estimate(text, price_micros=7_900) == Estimate(
        alphabet="GSM-7",
        units=308,
        segments=3,
        parts=("x" * 153, "€" + "x" * 151, "xx"),
        forced_by=(),
        hint=None,
        price_micros=23_700,
    )


def test_an_estimate_of_a_forced_text_says_why() -> None:
    """One curly quote makes two segments of 80 characters, and the estimate names it."""
    found = estimate("’" + "x" * 79, price_micros=5)
    assert (found.alphabet, found.units, found.segments, found.price_micros) == ("UCS-2", 80, 2, 10)
    assert found.forced_by == ("’",)
    assert found.hint is not None
    assert "2 segments instead of 1" in found.hint

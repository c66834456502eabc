from __future__ import annotations

from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from simulator.domain.text import (
    GSM7,
    UCS2,
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

GSM = "@£$ABCabc123 \n!¿àΩ"
EXTENDED = "^{}\\[~]|€\f"
WIDE = "\U0001f600\U0001f1e9"
texts = (
    st.text(st.sampled_from(GSM), max_size=500)
    | st.text(st.sampled_from(GSM + EXTENDED), max_size=500)
    | st.text(st.sampled_from(GSM + "ש中" + WIDE), max_size=300)
    | st.text(max_size=300)
)
worded = st.lists(st.text(st.sampled_from("ab€ש "), max_size=200), max_size=6).map(" ".join)


@given(texts)
def test_the_segments_join_to_the_text(text: str) -> None:
    """No character is lost, doubled or moved by splitting."""
    assert "".join(segments(text)) == text


@given(texts)
def test_every_segment_is_within_its_limit(text: str) -> None:
    """One segment holds 160 septets or 70 units, each of several 153 or 67, and none is empty."""
    alphabet = alphabet_of(text)
    parts = segments(text)
    limit = alphabet.single if len(parts) == 1 else alphabet.part
    assert all(units(part, alphabet) <= limit for part in parts)
    assert len(parts) == 1 or all(parts)


@given(texts)
def test_no_pair_is_cut(text: str) -> None:
    """A segment's own length adds up: an escape or surrogate pair stands whole in one of them."""
    alphabet = alphabet_of(text)
    assert sum(units(part, alphabet) for part in segments(text)) == units(text, alphabet)
    if alphabet is UCS2:
        for part in segments(text):
            encoded = part.encode("utf-16-le")
            assert encoded.decode("utf-16-le") == part


@given(texts)
def test_no_split_where_one_segment_would_do(text: str) -> None:
    """Several segments appear only where the text does not fit one, and none could be merged away."""
    alphabet = alphabet_of(text)
    total = units(text, alphabet)
    parts = segments(text)
    assert (len(parts) == 1) == (total <= alphabet.single)
    assert (len(parts) - 1) * (alphabet.part - 1) < max(total, 1)


@given(st.text(max_size=160) | st.text(st.sampled_from(GSM + EXTENDED + WIDE), max_size=160))
def test_a_squeezed_text_fits_one_segment(text: str) -> None:
    """An unsplit text of at most 160 characters becomes one segment, as long as it was."""
    squeezed = squeeze(text)
    assert len(segments(squeezed)) == 1
    assert len(squeezed) == len(text)
    if len(segments(text)) == 1:
        assert squeezed == text


@given(st.text(st.sampled_from(GSM + EXTENDED), max_size=200))
def test_gsm_text_counts_septets(text: str) -> None:
    """An extension character is two septets, any other one."""
    assert alphabet_of(text) is GSM7
    assert units(text, GSM7) == len(text) + sum(character in EXTENDED for character in text)


@given(texts)
def test_segments_with_16_bit_references_hold_one_unit_less(text: str) -> None:
    """Each part holds 152 septets or 66 units, joined they are the text, and no pair is cut."""
    alphabet = alphabet_of(text)
    parts = segments(text, reference_bits=16)
    assert "".join(parts) == text
    limit = alphabet.single if len(parts) == 1 else alphabet.part - 1
    assert all(units(part, alphabet) <= limit for part in parts)
    assert len(parts) >= len(segments(text))


@given(texts | worded)
def test_the_messages_split_on_words_join_to_the_text(text: str) -> None:
    """Nothing is lost, each fits an SMS of its own, and none of several is empty."""
    alphabet = alphabet_of(text)
    parts = split_on_words(text)
    assert "".join(parts) == text
    assert all(units(part, alphabet) <= alphabet.single for part in parts)
    assert len(parts) == 1 or all(parts)


@given(texts | worded)
def test_splitting_on_words_never_takes_more_messages_than_cutting_anywhere(text: str) -> None:
    """Cut anywhere, a message is full where it has no room for the next character."""
    alphabet = alphabet_of(text)
    fewest, used = 1, 0
    for character in text:
        taken = units(character, alphabet)
        fewest, used = (
            (fewest, used + taken) if used + taken <= alphabet.single else (fewest + 1, taken)
        )
    assert len(split_on_words(text)) == fewest


@given(st.lists(st.text(st.sampled_from("abc"), min_size=1, max_size=9), max_size=60))
def test_short_words_are_whole_where_that_costs_nothing(words: list[str]) -> None:
    """A message that ends within a word is there only where whole words took one more."""
    parts = split_on_words(" ".join(words))
    whole = all(part.endswith(" ") for part in parts[:-1])
    assert whole or [len(part) for part in parts[:-1]] == [160] * (len(parts) - 1)


@given(texts, st.sampled_from(["ascii", "gsm"]))
def test_a_substituted_text_can_be_shown(text: str, shows: Literal["ascii", "gsm"]) -> None:
    """What is left is in the repertoire, a second pass changes nothing, nor one over what was."""
    shown = substitute(text, shows)
    assert shown.isascii() if shows == "ascii" else alphabet_of(shown) is GSM7
    assert substitute(shown, shows) == shown
    fine = text.isascii() if shows == "ascii" else alphabet_of(text) is GSM7
    assert shown == text or not fine


@given(texts)
def test_something_forces_ucs_2_wherever_a_text_is_in_it(text: str) -> None:
    """The hint, the forcing characters and the alphabet agree; without them the text is GSM-7."""
    forced = forced_by(text)
    assert bool(forced) == (alphabet_of(text) is UCS2) == (hint(text) is not None)
    assert alphabet_of("".join(c for c in text if c not in forced)) is GSM7


@given(texts, st.integers(0, 10**6))
def test_an_estimate_agrees_with_the_splitting(text: str, price: int) -> None:
    """Its parts are the segments, and its price is theirs."""
    found = estimate(text, price_micros=price)
    assert found.parts == segments(text)
    assert found.price_micros == price * found.segments == price * len(found.parts)
    assert found.units == sum(units(part, alphabet_of(text)) for part in found.parts)

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simulator.domain.text import GSM7, UCS2, alphabet_of, segments, squeeze, units

GSM = "@£$ABCabc123 \n!¿àΩ"
EXTENDED = "^{}\\[~]|€\f"
WIDE = "\U0001f600\U0001f1e9"
texts = (
    st.text(st.sampled_from(GSM), max_size=500)
    | st.text(st.sampled_from(GSM + EXTENDED), max_size=500)
    | st.text(st.sampled_from(GSM + "ש中" + WIDE), max_size=300)
    | st.text(max_size=300)
)


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

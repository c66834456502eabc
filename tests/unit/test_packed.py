"""Bodies of rows that are packed come back as they were, whatever is in them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simulator.store.packed import Bodies


@given(
    batches=st.lists(st.lists(st.binary(max_size=20), max_size=30), max_size=20),
    block=st.integers(1, 7),
    loose=st.integers(0, 20),
)
def test_every_body_is_found_at_its_place(
    batches: list[list[bytes]], block: int, loose: int
) -> None:
    """Line breaks, nothing at all, any octets; in blocks of any size, in any order of looking."""
    kept, told = Bodies(block=block, loose=loose), []
    for batch in batches:
        kept.extend(batch)
        told += batch
    assert len(kept) == len(told)
    assert [kept[place] for place in reversed(range(len(told)))] == told[::-1]

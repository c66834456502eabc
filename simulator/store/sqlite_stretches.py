"""Stretches: what is looked for by a random word, an id or a phone, is indexed stretch by stretch.

An index in the order of ids alone has a page to change for every message, and the more there are, the
fewer of those pages are in memory. Here what has 65,536 places in a row, messages or attempts, stands
together in an index, so that all that comes in falls into the few pages of the newest stretch. Who
looks for an id asks stretch after stretch, newest first: some sixty for a million messages, each in a few
microseconds.
"""

from __future__ import annotations

SHIFT = 16
"""A stretch has two to this power of positions. The indexes in schema.sql have it too."""

OF = f"position >> {SHIFT}"
"""The stretch of a row; the indexes begin with it, after the account."""


def newest_first(table: str) -> str:
    """Begins a statement that asks the stretches `n` of the account ?1 in a table in turn."""
    return (
        f"WITH RECURSIVE stretch (n) AS ("
        f"SELECT max(position) >> {SHIFT} FROM {table} WHERE company_key = ?1 "
        "UNION ALL SELECT n - 1 FROM stretch WHERE n > "
        f"(SELECT min(position) >> {SHIFT} FROM {table} WHERE company_key = ?1))"
    )


ENDS = (
    f"SELECT (SELECT min(position) >> {SHIFT} FROM message WHERE company_key = ?1), "
    f"(SELECT max(position) >> {SHIFT} FROM message WHERE company_key = ?1)"
)
"""The first and the last stretch of an account's messages; nulls where it has none."""

MESSAGE = (
    f"({newest_first('message')} SELECT position FROM stretch CROSS JOIN message INDEXED BY message_id "
    f"WHERE company_key = ?1 AND {OF} = n AND id = ?2 LIMIT 1)"
)
"""The position of the account's (?1) message of an id (?2); null where there is none."""

TOLD = (
    "SELECT value, told FROM json_each(?2) CROSS JOIN message WHERE company_key = ?1 "
    f"AND position = {MESSAGE.replace('?2', 'value')}"
)
"""The rows that some of the account's (?1) messages are up to, a JSON array of their ids (?2)."""

PART = (
    f"{newest_first('part')} SELECT position, number FROM stretch CROSS JOIN part INDEXED BY part_id "
    f"WHERE company_key = ?1 AND {OF} = n AND id = ?2 LIMIT 1"
)
"""The position of the account's (?1) message that has a part of an id (?2), and the part's number."""

ATTEMPTS = (
    f"{newest_first('attempt')} SELECT position FROM stretch CROSS JOIN attempt "
    f"INDEXED BY attempt_delivery WHERE company_key = ?1 AND {OF} = n "
    "AND delivery_id IN (SELECT value FROM json_each(?2))"
)
"""The positions of attempts of an account (?1) at deliveries, a JSON array of their ids (?2)."""


def some_at_a_time(low: int, high: int, *, newest: bool) -> list[range]:
    """The stretches from one to another, nearest first: one, then four, sixteen, sixty-four at a time."""
    found, many = list[range](), 1
    while low <= high:
        if newest:
            found.append(range(max(low, high - many + 1), high + 1))
            high -= many
        else:
            found.append(range(low, min(high, low + many - 1) + 1))
            low += many
        many = min(4 * many, 64)
    return found

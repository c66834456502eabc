"""The journal in memory: keeps nothing beyond the process, and waits for nothing."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import msgspec

from simulator.runtime.ports import (
    AccountRecord,
    Attempt,
    Batch,
    Entry,
    MessageQuery,
    MessageRecord,
)
from simulator.store import projections


class _Book:
    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.messages: dict[str, MessageRecord] = {}
        self.by_mdn: dict[str, list[str]] = {}
        self.parts: dict[str, tuple[str, int]] = {}
        self.trails: dict[str, list[Entry]] = {}
        self.attempts: list[Attempt] = []


class MemoryStore:
    """Implements `runtime.ports.Store` on plain lists."""

    def __init__(self) -> None:
        self._records: dict[str, AccountRecord] = {}
        self._books: dict[str, _Book] = {}

    async def open(self) -> None:
        """Nothing to make ready."""

    async def close(self) -> None:
        """Nothing to let go of."""

    async def accounts(self) -> list[AccountRecord]:
        """Every account, in the order they were made."""
        return list(self._records.values())

    async def save_account(self, record: AccountRecord) -> None:
        """Keep the record; a new one opens an empty journal."""
        self._records[record.company_key] = record
        self._books.setdefault(record.company_key, _Book())

    async def delete_account(self, key: str) -> None:
        """Forget everything of the account."""
        self._records.pop(key, None)
        self._books.pop(key, None)

    async def clear_journal(self, key: str) -> None:
        """Begin an empty journal."""
        self._books[key] = _Book()

    async def commit(self, batch: Batch) -> None:
        """Append, and project."""
        book = self._books[batch.account]
        book.attempts.extend(batch.attempts)
        book.entries.extend(batch.entries)
        for entry in batch.entries:
            record = projections.recorded(entry)
            if record is not None:
                book.messages[record.id] = record
                book.by_mdn.setdefault(record.mdn, []).append(record.id)
                for number, part in enumerate(projections.part_ids(entry), start=2):
                    book.parts[part] = (record.id, number)
                continue
            told_of = projections.told_of(entry)
            if told_of is not None:
                book.trails.setdefault(told_of, []).append(entry)
            move = projections.moved(entry)
            if move is not None:
                book.messages[move.message_id] = _moved(book.messages[move.message_id], move)

    async def entries(
        self, account: str, after: int = 0, limit: int | None = None, types: Sequence[str] = ()
    ) -> list[Entry]:
        """Rows after `after`; seq counts from 1 without a gap, so it is an index too."""
        rows = self._books[account].entries
        start = bisect_right(rows, after, key=lambda entry: entry.seq)
        chosen = [row for row in rows[start:] if not types or row.type in types]
        return chosen if limit is None else chosen[:limit]

    async def messages(self, account: str, query: MessageQuery) -> list[MessageRecord]:
        """Recorded messages that meet the query, oldest first."""
        book = self._books[account]
        ids = book.messages if query.mdn is None else book.by_mdn.get(query.mdn, [])
        found: list[MessageRecord] = []
        for key in ids:
            record = book.messages[key]
            if _meets(record, query):
                found.append(record)
                if len(found) == query.limit:
                    break
        return found

    async def message(self, account: str, message_id: str) -> tuple[MessageRecord, int] | None:
        """A message, or the message a part belongs to."""
        book = self._books[account]
        original, part = book.parts.get(message_id, (message_id, 1))
        record = book.messages.get(original)
        return (record, part) if record is not None else None

    async def trail(self, account: str, message_id: str) -> list[Entry]:
        """The rows that tell of a message beside its states, in order."""
        return list(self._books[account].trails.get(message_id, ()))

    async def attempts(
        self, account: str, delivery_ids: Sequence[str] | None = None
    ) -> list[Attempt]:
        """Every attempt, or those at the deliveries, in order."""
        made = self._books[account].attempts
        if delivery_ids is None:
            return list(made)
        wanted = frozenset(delivery_ids)
        return [item for item in made if item.delivery_id in wanted]


def _moved(before: MessageRecord, move: projections.Move) -> MessageRecord:
    after = msgspec.structs.replace(
        before, state=move.state or before.state, history=(*before.history, move.step)
    )
    if move.mt is None:
        return after
    return msgspec.structs.replace(
        after, text=move.mt.text, segments=len(move.mt.part_ids), body=msgspec.json.encode(move.mt)
    )


def _meets(record: MessageRecord, query: MessageQuery) -> bool:
    return (
        record.position > query.after
        and (query.direction is None or record.direction == query.direction)
        and (query.state is None or record.state == query.state)
        and (query.since is None or record.at >= query.since)
    )

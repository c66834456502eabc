"""The journal in memory: keeps nothing beyond the process, and waits for nothing.

Only a search by words or a text may wait: for its own reading of rows, while others are served.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from itertools import islice

from simulator.runtime.ports import (
    AccountRecord,
    Attempt,
    Batch,
    Entry,
    MessageQuery,
    MessageRecord,
)
from simulator.store import texts
from simulator.store.columns import WORDS
from simulator.store.memory_book import Book, position_of
from simulator.store.memory_search import SLICE
from simulator.store.opening import opened


class MemoryStore:
    """Implements `runtime.ports.Store` on plain lists."""

    at_once = True

    def __init__(self) -> None:
        self._records: dict[str, AccountRecord] = {}
        self._books: dict[str, Book] = {}
        self._reading: dict[str, asyncio.Task[None]] = {}
        self._copying = asyncio.Lock()

    async def open(self) -> None:
        """Nothing to make ready."""

    async def close(self) -> None:
        """Read for no search any more."""
        for task in self._reading.values():
            task.cancel()
        await asyncio.gather(*self._reading.values(), return_exceptions=True)

    async def accounts(self) -> list[AccountRecord]:
        """Every account, in the order they were made."""
        return list(self._records.values())

    async def save_account(self, record: AccountRecord) -> None:
        """Keep the record; a new one opens an empty journal."""
        self._records[record.company_key] = record
        self._books.setdefault(record.company_key, Book())

    async def delete_account(self, key: str) -> None:
        """Forget everything of the account."""
        self._records.pop(key, None)
        self._books.pop(key, None)
        self._stop_reading(key)

    async def clear_journal(self, key: str) -> None:
        """Begin an empty journal."""
        self._books[key] = Book()
        self._stop_reading(key)

    async def copy_journal(
        self, source: str, target: str, record: AccountRecord | None = None
    ) -> Entry:
        """A book of its own, read from the rows there are now; others are served meanwhile."""
        async with self._copying:
            old = self._books[source]
            rows, made, book = old.last, list(old.attempts), Book(old.gone)
            for after in range(old.gone, rows, SLICE):
                entries = list(old.rows(after, min(after + SLICE, rows), frozenset()))
                if record is not None and (account := record.account) is not None:
                    entries = [opened(entry, account) for entry in entries]
                book.take(entries)
                await asyncio.sleep(0)
            book.attempted(made)
            book.image = old.image if old.gone else None
            if record is not None:
                self._records[target] = record
            self._books[target] = book
            self._stop_reading(target)
            return book.row(rows)

    async def image(self, account: str) -> tuple[int, bytes] | None:
        """One is kept where the journal has no beginning any more; nothing here outlives the process."""
        return self._books[account].image

    async def save_image(self, account: str, seq: int, image: bytes) -> None:
        """One for an account."""
        book = self._books[account]
        if book.image is None or seq >= book.image[0]:
            book.image = (seq, image)

    async def first(self, account: str) -> int:
        """Known at once."""
        return self._books[account].gone + 1

    async def beyond(self, account: str, count: int) -> tuple[int, int]:
        """Known at once."""
        numbered = self._books[account].numbered
        over = len(numbered) - count
        return (over, position_of(numbered[over - 1])) if over > 0 else (0, 0)

    async def forget_before(
        self, account: str, below: int, image: tuple[int, bytes] | None = None
    ) -> None:
        """Every row before `below`, but not in the middle of a copy."""
        async with self._copying:
            if image is not None:
                await self.save_image(account, *image)
            book = self._books[account]
            if below - 1 > book.gone:
                book.let_go(below)
                self._stop_reading(account)

    async def commit(self, batch: Batch) -> None:
        """Append, and note what each row is to which message."""
        book = self._books[batch.account]
        book.attempted(batch.attempts)
        book.take(batch.entries)

    async def entries(
        self, account: str, after: int = 0, limit: int | None = None, types: Sequence[str] = ()
    ) -> list[Entry]:
        """Rows after `after`, in order."""
        book, wanted, found = self._books[account], frozenset(types), list[Entry]()
        last, after = book.last, max(after, book.gone)
        room = last if limit is None else limit
        while after < last and len(found) < room:
            until = min(after + SLICE, last)
            rows = book.rows(after, until, wanted)
            found += islice(rows, room - len(found))
            after = until
        return found

    async def messages(self, account: str, query: MessageQuery) -> list[MessageRecord]:
        """Recorded messages that meet the query, oldest first or newest first."""
        book = self._books[account]
        if query.mdn is None and any(getattr(query, name) is not None for name in (*WORDS, "text")):
            await _read(book)
            book.search.read()
        elif query.mdn is None and query.newest_first:
            self._foresee(account, book)
        return list(islice(_met(book, query), query.limit))

    async def message(self, account: str, message_id: str) -> tuple[MessageRecord, int] | None:
        """A message, or the message a part belongs to."""
        book = self._books[account]
        original, part = book.parts.get(message_id, (message_id, 1))
        rows = book.messages.get(original)
        return (book.message(rows), part) if rows is not None else None

    async def trail(self, account: str, message_id: str) -> list[Entry]:
        """The rows that tell of a message beside its states, in order."""
        book = self._books[account]
        return [book.row(seq) for seq in book.trails.get(message_id, ())]

    async def attempts(
        self, account: str, delivery_ids: Sequence[str] | None = None
    ) -> list[Attempt]:
        """Every attempt, or those at the deliveries, in order."""
        book = self._books[account]
        if delivery_ids is None:
            return list(book.attempts)
        return book.attempts_of(dict.fromkeys(delivery_ids))

    async def newest_attempts(
        self, account: str, limit: int, below: int | None = None
    ) -> list[tuple[int, Attempt]]:
        """Attempts with their places, newest first, those below a place."""
        return self._books[account].newest_attempts(limit, below)

    def _foresee(self, account: str, book: Book) -> None:
        """Somebody looks at the newest messages and may search next: read for that now."""
        if book.search.behind > SLICE and (
            account not in self._reading or self._reading[account].done()
        ):
            self._reading[account] = asyncio.create_task(_read(book))

    def _stop_reading(self, account: str) -> None:
        task = self._reading.pop(account, None)
        if task is not None:
            task.cancel()


async def _read(book: Book) -> None:
    """Read rows for a search, while others are served, until a slice is left at most."""
    while book.search.behind > SLICE:
        book.search.read()
        await asyncio.sleep(0)


def _met(book: Book, query: MessageQuery) -> Iterator[MessageRecord]:
    within = book.within(query)
    if query.mdn is None:
        numbers = book.search.columns.found(query, within)
    else:
        of_phone = book.of_phone(query.mdn)
        ordered = reversed(of_phone) if query.newest_first else of_phone
        numbers = iter([number for number in ordered if number in within])
    for number in numbers:
        record = book.message(book.numbered[number])
        if _meets(record, query):
            yield record


def _meets(record: MessageRecord, query: MessageQuery) -> bool:
    return (
        (query.direction is None or record.direction == query.direction)
        and (query.state is None or record.state == query.state)
        and (query.code is None or record.code == query.code)
        and (query.purpose is None or record.purpose == query.purpose)
        and (query.campaign_id is None or record.campaign_id == query.campaign_id)
        and (query.list_id is None or query.list_id in record.list_ids)
        and (query.text is None or texts.folded(query.text) in texts.folded(record.text))
    )

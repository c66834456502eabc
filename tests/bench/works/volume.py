"""What a million recorded messages change: the pace, the memory, a search, a restart."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from time import perf_counter

from harness.environment import SimAccount
from tests.bench import calls, machine, servers, sqlite_alone
from tests.bench.flood import Flooded, flood
from tests.bench.results import Figure, at_least, at_most
from tests.bench.servers import Served
from tests.bench.sizes import Plan
from tests.bench.turns import Turns, in_turn

PHONES = 10_000
"""The same phones again and again, so that what grows is the messages."""

BUNDLES = 8
"""Connections by which bundles come in."""

RESTART_LIMIT_S = 900


async def measure(plan: Plan) -> list[Figure]:
    """The pace and memory after the last message, in turn with a file that is new; then the file."""
    async with (
        servers.smsim(plan.folder) as filled,
        servers.smsim(plan.folder / "new") as new,
    ):
        account, other = await filled.account(calls.spec()), await new.account(calls.spec())
        phones = calls.Phones().take(PHONES)
        few = max(plan.sizes.first_messages // plan.rounds, 1)
        await _fill(plan.sizes.messages, few, filled, account, phones)
        turns = await in_turn(
            plan.rounds,
            lambda: _submits(filled, account, few, phones),
            lambda: _submits(new, other, few, phones),
        )
        memory = [machine.memory_mib(served.pid) for served in (filled, new)]
    return [*_growth(plan, turns, memory), *await _again(plan)]


async def _fill(
    many: int, few: int, served: Served, account: SimAccount, phones: list[str]
) -> None:
    """So many messages, as few at a time as are timed later, each time to their end."""
    for start in range(0, many, few):
        made = calls.bundles(min(few, many - start), phones)
        await flood(served.url, made, 200, BUNDLES)
        await account.advance("1h")


async def _submits(served: Served, account: SimAccount, many: int, phones: list[str]) -> Flooded:
    """So many single submits, and their end, which is not timed."""
    steps = [calls.submit(phone) for phone in phones]
    told = await flood(served.url, (steps[number % PHONES] for number in range(many)), 200)
    await account.advance("1h")
    return told


def _growth(plan: Plan, turns: Turns, memory: list[float]) -> list[Figure]:
    many, first = plan.sizes.messages, plan.sizes.first_messages
    return [
        Figure(
            name="volume",
            work=f"Message API submit after {many:,} messages",
            unit="calls/s",
            rounds=tuple(item.rate for item in turns.ours),
            yardstick=f"the first {first:,}",
            against=tuple(item.rate for item in turns.theirs),
            target=at_least(0.9),
            note=turns.note,
        ),
        Figure(
            name="volume-memory",
            work="The same: memory",
            unit="MiB",
            rounds=(memory[0],),
            yardstick=f"after the first {first:,}",
            against=(memory[1],),
            target=at_most(FLAT, "ratio"),
            note=f"flat is taken for at most {FLAT} of the memory then",
        ),
    ]


FLAT = 1.1
"""How much more memory is still flat: allocators do not give all back."""


async def _again(plan: Plan) -> list[Figure]:
    """Start on the same file, and find single messages in it."""
    database = servers.database(plan.folder)
    wanted = _some_ids(database, plan.sizes.searches)
    read_alone = sqlite_alone.read_seconds(database)
    found_alone = sqlite_alone.find_ms(database, calls.KEY, wanted)
    started = perf_counter()
    async with servers.smsim(plan.folder, RESTART_LIMIT_S) as served:
        ready = perf_counter() - started
        path = f"/_sim/accounts/{calls.KEY}/messages/"
        asked = [calls.request("GET", path + one) for one in wanted]
        await flood(served.url, asked[:1], 200, 1)
        found = await flood(served.url, asked, 200, 1)
        memory = machine.memory_mib(served.pid)
    many = plan.sizes.messages
    return [
        Figure(
            name="find",
            work=f"Find one of {many:,} recorded messages by its id",
            unit="ms",
            rounds=tuple(found.waits_ms),
            yardstick="SQLite alone",
            against=tuple(sorted(found_alone)),
            target=at_most(5.0),
            note=f"p99 {found.p99_ms:.1f} ms",
        ),
        Figure(
            name="restart",
            work="Restart on that database, to ready",
            unit="s",
            rounds=(ready,),
            yardstick="SQLite alone, reading the journal",
            against=(read_alone,),
            target=at_most(3.0),
            note=f"{memory:.0f} MiB after it",
        ),
    ]


def _some_ids(database: Path, many: int) -> list[str]:
    """Ids of messages from all over the file."""
    with closing(sqlite3.connect(database)) as source:
        last = source.execute("SELECT max(position) FROM message").fetchone()[0]
        sql = "SELECT id FROM message WHERE position >= ? ORDER BY position LIMIT 1"
        places = (last * number // many for number in range(many))
        return [source.execute(sql, (place,)).fetchone()[0] for place in places]

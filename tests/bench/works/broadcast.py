"""A broadcast to everybody on a list, until each message has come to its end, in virtual time."""

from __future__ import annotations

import json
from time import perf_counter

from harness.environment import SimAccount
from tests.bench import calls, machine, servers, sqlite_alone
from tests.bench.results import BenchError, Figure, at_least, at_most
from tests.bench.sizes import Plan

AT_ONCE = 5_000
"""Subscribers of one import."""

ENDS = {"delivered", "undeliverable", "expired", "refused", "blocked"}

MOST_MIB = 1.5 * 1024

PLAN = {
    "name": "Everybody",
    "send_scheduled_date": "2026-01-05T15:00:00Z",
    "targeting": {"message_template": calls.TEXT, "source_lists": [calls.LIST]},
}


async def measure(plan: Plan) -> list[Figure]:
    """Messages a second from the first to the last state, and the highest memory, import and all."""
    many = plan.sizes.subscribers
    async with servers.smsim(plan.folder) as served:
        account = await served.account(calls.spec())
        idle = machine.memory_mib(served.pid)
        await subscribe(account, many)
        path = f"/companies/{calls.KEY}/mobiledb/broadcasts"
        servers.ask(calls.request("POST", path, json.dumps(PLAN)), served.url)
        started = perf_counter()
        await account.advance("4d")
        seconds = perf_counter() - started
        peak = machine.memory_mib(served.pid, "VmHWM")
    database = servers.database(plan.folder)
    ended = sqlite_alone.states(database)
    if sum(ended.values()) != many or not set(ended) <= ENDS:
        raise BenchError(f"of {many} messages this became: {ended}")
    rows_each = sqlite_alone.journal_rows(database) / many
    return [
        Figure(
            name="broadcast",
            work=f"Broadcast to {many:,} subscribers, to terminal states (virtual time)",
            unit="messages/s",
            rounds=(many / seconds,),
            yardstick="SQLite alone, writing the same journal",
            against=(sqlite_alone.rows_per_second(database) / rows_each,),
            target=at_least(40_000, "value"),
            note=f"{rows_each:.1f} rows a message",
        ),
        Figure(
            name="broadcast-memory",
            work="The same: the highest memory",
            unit="MiB",
            rounds=(peak,),
            yardstick="the same server before",
            against=(idle,),
            target=at_most(MOST_MIB),
        ),
    ]


async def subscribe(account: SimAccount, many: int) -> None:
    """Put so many phones on the list."""
    for start in range(0, many, AT_ONCE):
        some = range(start, min(start + AT_ONCE, many))
        await account.import_subscribers(calls.LIST, [{"mdn": calls.mdn(one)} for one in some])

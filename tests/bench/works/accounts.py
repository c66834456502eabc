"""Many accounts at once, each under its own clock, beside one account with the same traffic."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import chain

from harness.environment import SimAccount
from tests.bench import calls, servers
from tests.bench.flood import CONNECTIONS, Flooded, flood_lanes
from tests.bench.results import BenchError, Figure, at_least
from tests.bench.servers import Served
from tests.bench.sizes import Plan
from tests.bench.turns import in_turn


async def measure(plan: Plan) -> list[Figure]:
    """Calls a second of all of them, after it is shown that none meets another's time.

    The one account has a server of its own: what a server writes later is paid by who asked for it.
    """
    keys = [f"{calls.KEY}-{number}" for number in range(plan.sizes.accounts)]
    async with (
        servers.smsim(plan.folder) as served,
        servers.smsim(plan.folder / "one") as alone,
    ):
        await alone.account(calls.spec())
        accounts = [await served.account(calls.spec(key)) for key in keys]
        phones = calls.Phones()
        await _check_apart(served, accounts, phones)

        async def ours() -> Flooded:
            return await _submits(served, keys, plan.sizes.submits, phones)

        async def theirs() -> Flooded:
            return await _submits(alone, [calls.KEY], plan.sizes.submits, phones)

        for warm in (theirs, ours):
            await warm()
        turns = await in_turn(plan.rounds, ours, theirs)
    return [
        Figure(
            name="accounts",
            work=f"{len(keys)} accounts at once, each under its own manual clock",
            unit="calls/s",
            rounds=tuple(item.rate for item in turns.ours),
            yardstick="one account",
            against=tuple(item.rate for item in turns.theirs),
            target=at_least(0.9),
            note=f"{turns.note}; no account met another's time",
        )
    ]


async def _submits(served: Served, keys: list[str], many: int, phones: calls.Phones) -> Flooded:
    """So many submits over all connections, spread over the accounts."""
    taken = phones.take(many)
    made = [calls.submit(phone, keys[n % len(keys)]) for n, phone in enumerate(taken)]
    lanes = [iter(made[lane::CONNECTIONS]) for lane in range(CONNECTIONS)]
    return await flood_lanes(served.url, lanes, 200)


async def _check_apart(served: Served, accounts: list[SimAccount], phones: calls.Phones) -> None:
    """Traffic to all while the time of every other one moves: each has its own, and its own time."""
    each = 5
    taken = phones.take(each)
    lanes = [
        chain.from_iterable(_of(account.key, taken) for account in accounts[lane::CONNECTIONS])
        for lane in range(min(CONNECTIONS, len(accounts)))
    ]
    began = accounts[0].now
    moved, still = accounts[::2], accounts[1::2]
    await asyncio.gather(
        flood_lanes(served.url, lanes, 200), *(account.advance("2h") for account in moved)
    )
    await asyncio.gather(*(account.advance("1h") for account in moved))
    for account in accounts:
        await account.look()
        states = [message["state"] for message in await account.messages()]
        wanted = "delivered" if account in moved else "accepted"
        if states != [wanted] * each or (account.now == began) is not (account in still):
            raise BenchError(f"account {account.key} at {account.now} has {states}")


def _of(key: str, phones: list[str]) -> Iterator[bytes]:
    return (calls.submit(phone, key) for phone in phones)

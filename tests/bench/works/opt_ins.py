"""Moving time over many pending opt-ins: their prompts arrive, and a day later all of them lapse."""

from __future__ import annotations

from time import perf_counter

from tests.bench import calls, servers, sqlite_alone
from tests.bench.flood import flood
from tests.bench.results import BenchError, Figure, at_most
from tests.bench.sizes import Plan


async def measure(plan: Plan) -> list[Figure]:
    """Seconds of `advance 24h` once the prompts have arrived, and of the hour in which they did."""
    many = plan.sizes.pending
    async with servers.smsim(plan.folder) as served:
        account = await served.account(calls.spec())
        await flood(served.url, (calls.add_participant(calls.mdn(n)) for n in range(many)), 201)
        seconds = []
        for duration in ("1h", "24h"):
            started = perf_counter()
            await account.advance(duration)
            seconds.append(perf_counter() - started)
    database = servers.database(plan.folder)
    lapsed = sqlite_alone.journal_rows(database, ("ParticipationEnded",))
    if lapsed != many:
        raise BenchError(f"of {many} opt-ins {lapsed} lapsed")
    rate = sqlite_alone.rows_per_second(database)
    return [
        Figure(
            name="advance-prompts",
            work=f"advance 1h: the prompts of {many:,} opt-ins arrive",
            unit="s",
            rounds=(seconds[0],),
            yardstick="SQLite alone, writing the same journal",
            against=(MOVES * 2 * many / rate,),
        ),
        Figure(
            name="advance",
            work=f"advance 24h over {many:,} pending opt-ins",
            unit="s",
            rounds=(seconds[1],),
            yardstick="SQLite alone, writing the same journal",
            against=(2 * many / rate,),
            target=at_most(2.0),
        ),
    ]


MOVES = 3
"""Steps of a message that arrives: routed, sent, delivered; each is a command and an event."""

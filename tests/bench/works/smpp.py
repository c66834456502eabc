"""submit_sm over SMPP, beside the same messages by HTTP."""

from __future__ import annotations

from tests.bench import calls, servers
from tests.bench.flood import Flooded, flood
from tests.bench.results import Figure, at_least
from tests.bench.sizes import Plan
from tests.bench.smpp_flood import BINDS, WINDOW, orders, submit_all
from tests.bench.turns import in_turn

SPEC = calls.spec(connect={"smpp": {"window": WINDOW}})


async def measure(plan: Plan) -> list[Figure]:
    """Messages a second over four binds with a window of fifty, and by HTTP."""
    async with servers.smsim(plan.folder) as served:
        await served.account(SPEC)
        phones = calls.Phones()

        async def by_smpp() -> Flooded:
            made = orders(phones.take(plan.sizes.submits))
            return await submit_all(served.smpp_port, calls.KEY, made)

        async def by_http() -> Flooded:
            made = [calls.submit(phone) for phone in phones.take(plan.sizes.calls)]
            return await flood(served.url, made, 200)

        await by_http()
        turns = await in_turn(plan.rounds, by_smpp, by_http)
    return [
        Figure(
            name="smpp",
            work=f"SMPP submit_sm, {BINDS} binds, window {WINDOW}",
            unit="messages/s",
            rounds=tuple(item.rate for item in turns.ours),
            yardstick="the HTTP submit",
            against=tuple(item.rate for item in turns.theirs),
            target=at_least(1.5),
            note=turns.note,
        )
    ]

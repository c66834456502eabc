"""A message submitted to Connect's Message API in XML, receipts off, durable before the answer."""

from __future__ import annotations

from tests.bench import calls, servers
from tests.bench.results import Figure, at_least
from tests.bench.sizes import Plan
from tests.bench.turns import Work, against_bare, rates

WORK = Work("submits", "Message API submit (XML), receipts off", calls.submit, 200, "xml")


async def measure(plan: Plan) -> list[Figure]:
    """Calls a second beside the bare handler's."""
    async with servers.smsim(plan.folder) as served:
        await served.account(calls.spec())
        turns = await against_bare(plan, served, plan.folder, WORK, calls.Phones().take)
    return [rates(WORK, turns, at_least(0.45))]

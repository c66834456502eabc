"""Calls that only look: a person by number, a person's subscriptions, a subscriber of a list."""

from __future__ import annotations

from itertools import cycle, islice

from tests.bench import calls, servers
from tests.bench.results import Figure, at_least
from tests.bench.sizes import Plan
from tests.bench.turns import Work, against_bare, rates

PEOPLE = 1_000

WORKS = (
    Work("read-person", "Read: the person with a number", calls.person, 200, "nothing"),
    Work(
        "read-subscriptions", "Read: a person's subscriptions", calls.subscriptions, 200, "nothing"
    ),
    Work("read-subscriber", "Read: a subscriber of a list", calls.subscriber, 200, "nothing"),
)


async def measure(plan: Plan) -> list[Figure]:
    """Calls a second of each beside the bare handler's."""
    async with servers.smsim(plan.folder) as served:
        account = await served.account(calls.spec())
        phones = calls.Phones().take(PEOPLE)
        people = [{"mdn": one, "external_person_id": f"x{one[1:]}"} for one in phones]
        await account.import_subscribers(calls.LIST, people)
        again = cycle(phones)
        return [
            rates(
                work,
                await against_bare(
                    plan, served, plan.folder, work, lambda many: list(islice(again, many))
                ),
                at_least(0.75),
            )
            for work in WORKS
        ]

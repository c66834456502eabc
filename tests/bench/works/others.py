"""What others that people test against take of the same work, where they can be had."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from tests.bench import calls, installing, servers
from tests.bench.flood import Flooded, flood
from tests.bench.installing import NotHere
from tests.bench.kannel import kannel
from tests.bench.results import BenchError, Figure, Missing
from tests.bench.servers import Served
from tests.bench.sizes import Plan
from tests.bench.turns import Work, in_turn
from tests.bench.works import participants, submits


class Other(NamedTuple):
    """Another server: how it is started, what it is asked, how it answers, and our own work beside it."""

    name: str
    what: str
    start: Callable[[Path, Served], AbstractAsyncContextManager[str]]
    request: Callable[[str], bytes]
    status: int
    ours: Work


async def measure(plan: Plan) -> list[Figure | Missing]:
    """Our rate beside that of each; who is not here is told."""
    results: list[Figure | Missing] = []
    async with servers.smsim(plan.folder) as served:
        await served.account(calls.spec())
        phones = calls.Phones()
        for other in OTHERS:
            try:
                results.append(await _beside(plan, served, other, phones))
            except (NotHere, BenchError) as error:
                results.append(Missing(name=other.name, because=str(error)))
    return results


async def _beside(plan: Plan, served: Served, other: Other, phones: calls.Phones) -> Figure:
    async with other.start(plan.folder, served) as url:

        async def ours() -> Flooded:
            made = [other.ours.make(phone) for phone in phones.take(plan.sizes.calls)]
            return await flood(served.url, made, other.ours.status)

        async def theirs() -> Flooded:
            made = [other.request(phone) for phone in phones.take(plan.sizes.slow_calls)]
            return await flood(url, made, other.status)

        await theirs()
        await ours()
        turns = await in_turn(plan.rounds, ours, theirs)
    return Figure(
        name=other.name,
        work=f"{other.ours.title}, beside {other.what}",
        unit="calls/s",
        rounds=tuple(item.rate for item in turns.ours),
        yardstick=other.what,
        against=tuple(item.rate for item in turns.theirs),
        note=turns.note,
    )


def _sns(phone: str) -> bytes:
    body = urlencode({"Action": "Publish", "PhoneNumber": phone, "Message": calls.TEXT})
    made = calls.request("POST", "/", body, "application/x-www-form-urlencoded")
    scope = "20260105/us-east-1/sns/aws4_request"
    signed = (
        f"Authorization: AWS4-HMAC-SHA256 Credential=x/{scope}, SignedHeaders=host, Signature=x"
    )
    head, _, rest = made.partition(b"Authorization: ")
    return head + signed.encode() + rest[rest.index(b"\r\n") :]


@asynccontextmanager
async def _moto(_folder: Path, _served: Served) -> AsyncIterator[str]:
    server = await installing.moto()
    async with servers.started((str(server), "-H", "127.0.0.1", "-p", "0"), "Running on ") as (
        _,
        url,
    ):
        yield url


@asynccontextmanager
async def _prism(folder: Path, served: Served) -> AsyncIterator[str]:
    command = await installing.prism()
    document = folder / "openapi.json"
    _, octets = servers.ask(calls.request("GET", "/_sim/openapi.json"), served.url)
    document.write_bytes(octets)
    port = servers.free_ports(1)[0]
    flags = ("mock", str(document), "--port", str(port), "--verboseLevel", "silent")
    async with servers.started((str(command), *flags), port) as (_, url):
        yield url


def _sendsms(phone: str) -> bytes:
    query = {"username": "bench", "password": "bench", "to": phone, "text": calls.TEXT}
    return calls.request("GET", f"/cgi-bin/sendsms?{urlencode(query)}")


OTHERS = (
    Other("moto", "moto's SNS publish", _moto, _sns, 200, submits.WORK),
    Other(
        "prism",
        "Prism's mock of the same call",
        _prism,
        calls.add_participant,
        200,
        participants.WORK,
    ),
    Other("kannel", "Kannel's sendsms to its fake SMSC", kannel, _sendsms, 202, submits.WORK),
)

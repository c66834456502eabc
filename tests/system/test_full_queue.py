"""An account whose commit takes long: clients beyond its queue are throttled, nobody else is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from simulator.app import Simulator, build
from simulator.config import ServerSettings
from simulator.runtime.engine import Engine
from tests.system.company import Answer, Company, call
from tests.system.conftest import MakeCompany
from tests.system.held import HeldFile, queued
from tests.system.receiver import Receiver
from tests.system.test_metrics import of, scrape

LIMIT = 3
PHONES = [f"+1312555010{digit}" for digit in range(LIMIT + 1)]
"""One whose commit is held, and as many as may wait behind it."""
ZED = "+13125550199"
PERSONS = "mobiledb/persons"
BUNDLE = f"""<mtMessageBundle>
<mtMessage><destination address="{ZED}"/><source address="65047"/><text>Hi</text></mtMessage>
</mtMessageBundle>""".encode()
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

Asked = list[asyncio.Task[Answer]]


@pytest.fixture
def file(tmp_path: Path) -> HeldFile:
    return HeldFile(tmp_path / "smsim.db")


@pytest.fixture
async def simulator(file: HeldFile) -> AsyncIterator[Simulator]:
    settings = ServerSettings(port=0, accounts=(), queue_limit=LIMIT)
    async with build(settings, store=file) as system:
        yield system
        file.let_go()


@pytest.fixture
async def company(make_company: MakeCompany) -> Company:
    return await make_company(company_key="acme")


@pytest.fixture
def engine(simulator: Simulator, company: Company) -> Engine:
    return simulator.accounts.get("acme").engine


async def _fill(company: Company, engine: Engine, file: HeldFile) -> Asked:
    """Hold the commit of one message, and let as many wait behind it as may."""
    file.hold()
    asked: Asked = []
    for place, phone in enumerate(PHONES):
        asked.append(asyncio.create_task(company.send(phone)))
        await (queued(engine, place) if place else file.holds("acme"))
    return asked


def _connect(answer: Answer) -> tuple[int, str | None, str | None]:
    return answer.status, answer.xml.get("code"), answer.xml.get("retriable")


async def _phones(company: Company) -> list[str]:
    """Whose messages were taken, in the order of the journal."""
    return [row["data"]["mt"]["mdn"] for row in await company.events("MtAccepted")]


async def test_connect_is_1002_at_once_and_what_was_taken_is_answered(
    company: Company, engine: Engine, file: HeldFile
) -> None:
    """While the queue is full nothing is added to it; then each is done once, and the next is taken."""
    asked = await _fill(company, engine, file)
    refused = await asyncio.gather(*(company.send(ZED) for _ in range(20)))
    bundle = await company.connect("POST", "mt/messageBundles", BUNDLE)
    look_up = await company.connect("GET", "mdns/13125550199")
    told = {_connect(answer) for answer in [*refused, bundle, look_up]}
    assert told == {(429, "1002", "true")}
    assert engine.queued == LIMIT
    assert not any(task.done() for task in asked)
    file.let_go()
    answers = await asyncio.gather(*asked)
    assert [answer.status for answer in answers] == [200] * len(PHONES)
    assert len({answer.xml.get("messageId") for answer in answers}) == len(PHONES)
    assert (await company.send(ZED)).status == 200
    assert await _phones(company) == [*PHONES, ZED]


async def test_the_platform_is_429_in_the_envelope(
    company: Company, engine: Engine, file: HeldFile
) -> None:
    """Changes and reads, without Retry-After, as where the account throttles; later it is taken."""
    asked = await _fill(company, engine, file)
    joined = await company.join(ZED)
    read = await company.platform("GET", f"{PERSONS}?mdn=%2B13125550199")
    assert [(answer.status, answer.codes) for answer in (joined, read)] == [(429, [4290])] * 2
    assert joined.messages == [
        f"429 Too Many Requests: {LIMIT} wait for this account already; ask again later"
    ]
    assert "Retry-After" not in joined.headers
    file.let_go()
    await asyncio.gather(*asked)
    assert (await company.join(ZED)).status == 201
    assert (await company.platform("GET", f"{PERSONS}?mdn=%2B13125550199")).status == 200
    assert len(await company.events("AddParticipant")) == 1


async def test_reads_that_wait_are_counted_too(
    company: Company, engine: Engine, file: HeldFile
) -> None:
    """Behind one commit as many reads wait as commands might; the next is throttled."""
    file.hold()
    first = asyncio.create_task(company.send(PHONES[0]))
    await file.holds("acme")
    path = f"{PERSONS}?mdn=%2B13125550199"
    reads = [asyncio.create_task(company.platform("GET", path)) for _ in range(LIMIT + 1)]
    done, waiting = await asyncio.wait(reads, return_when=asyncio.FIRST_COMPLETED)
    assert [task.result().status for task in done] == [429]
    assert _connect(await company.send(ZED)) == (429, "1002", "true")
    file.let_go()
    assert {task.result().status for task in (await asyncio.wait(waiting))[0]} == {200}
    assert (await first).status == 200


async def test_a_call_that_a_fault_may_strike_is_refused_before_it_is_struck(
    company: Company, engine: Engine, file: HeldFile
) -> None:
    """The rule that was to strike once strikes the first call that is taken."""
    rule = {"match": {"surface": "platform"}, "effect": {"status": 503}, "budget": 1}
    assert (await company.control("POST", "/faults", rule)).status == 201
    asked = await _fill(company, engine, file)
    assert (await company.join(ZED)).status == 429
    file.let_go()
    await asyncio.gather(*asked)
    assert (await company.join(ZED)).status == 503
    assert (await company.join(ZED)).status == 201


async def test_what_operators_do_waits(company: Company, engine: Engine, file: HeldFile) -> None:
    """A subscriber's text, a form of the inbox and an advance are done after what came before them."""
    asked = await _fill(company, engine, file)
    text = asyncio.create_task(company.text(ZED, "hello"))
    await queued(engine, LIMIT + 1)
    advance = asyncio.create_task(company.advance("1h"))
    await queued(engine, LIMIT + 2)
    form = f"{company.url}/inbox/acme/phones/{ZED}"
    switched = asyncio.create_task(call(company.http, "POST", form, b"reachable=off", FORM))
    assert _connect(await company.send(ZED)) == (429, "1002", "true")
    assert [task.done() for task in (text, advance, switched)] == [False] * 3
    file.let_go()
    assert [answer.status for answer in await asyncio.gather(*asked)] == [200] * len(PHONES)
    assert (await text)["text"] == "hello"
    assert (await advance)["now"] == "2026-01-05T16:00:00Z"
    assert (await switched).status == 200
    assert (await company.control("GET", f"/handsets/{ZED}")).json["reachable"] is False


async def test_a_callback_that_was_answered_is_recorded_after_the_queue(
    company: Company, engine: Engine, file: HeldFile, receiver: Receiver
) -> None:
    """The record of an attempt waits behind a full queue, is written once, and time moves on then."""
    await company.register("subscription_added", f"{receiver.url}/cb")
    receiver.hangs = True
    await company.subscribe(ZED)
    await receiver.arrived.wait()
    asked = await _fill(company, engine, file)
    advance = asyncio.create_task(company.advance("1h"))
    receiver.hangs = False
    receiver.released.set()
    await queued(engine, LIMIT + 1)
    file.let_go()
    await asyncio.gather(*asked)
    assert (await advance)["settled"] == 1
    book = (await company.control("GET", "/callbacks/deliveries")).json
    assert [item["response"]["status"] for item in book["items"]] == [200]
    assert len(await company.events("CallbackDelivered")) == len(receiver.got) == 1


async def test_whoever_waits_is_told_where_the_commit_fails(
    company: Company, engine: Engine, file: HeldFile
) -> None:
    """A full disk behind a full queue: clients and operators hear that the account stopped."""
    asked = await _fill(company, engine, file)
    advance = asyncio.create_task(company.control("POST", "/clock", {"advance": "1h"}))
    await queued(engine, LIMIT + 1)
    file.full = True
    file.let_go()
    told = [(answer.status, answer.xml.get("code")) for answer in await asyncio.gather(*asked)]
    assert told == [(500, "1001")] * len(PHONES)
    assert (await advance).status == 503


async def test_another_account_is_not_throttled(
    company: Company,
    make_company: MakeCompany,
    engine: Engine,
    simulator: Simulator,
    file: HeldFile,
) -> None:
    """The queue is an account's own."""
    other = await make_company(company_key="beta")
    asked = await _fill(company, engine, file)
    taken = asyncio.create_task(other.send(ZED))
    await file.holds("beta")
    file.let_go()
    assert [answer.status for answer in await asyncio.gather(*asked, taken)] == [200] * 5


async def test_what_was_throttled_is_counted(
    company: Company, engine: Engine, file: HeldFile, http: ClientSession
) -> None:
    """Among the answers of its operation, and the queue is shown as long as it is."""
    asked = await _fill(company, engine, file)
    await company.send(ZED)
    told = await scrape(http, company.url)
    submit = {"surface": "connect", "operation": "POST /MessageApi/mt/messages"}
    assert of(told, "smsim_http_requests_total", **submit, status="4xx") == 1
    assert of(told, "smsim_engine_queue_highest") == LIMIT
    file.let_go()
    await asyncio.gather(*asked)

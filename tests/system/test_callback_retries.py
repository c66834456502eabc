from __future__ import annotations

from pathlib import Path
from typing import Any

from simulator.app import build
from simulator.config import ServerSettings
from simulator.domain.lines import RecordAttempt
from tests.contract.rows import attempt
from tests.system.company import Company
from tests.system.conftest import MakeCompany
from tests.system.receiver import Receiver


async def _add(company: Company, name: str) -> None:
    await company.platform("POST", "mobiledb/persons", {"external_person_id": name})


async def _attempts(company: Company) -> list[tuple[int, str, str, int | None]]:
    items: list[Any] = (await company.control("GET", "/callbacks/deliveries")).json["items"]
    return [
        (item["attempt"], item["at"], item["fate"], item["response"]["status"]) for item in items
    ]


def _names(receiver: Receiver) -> list[str]:
    return [body["person"]["external_person_id"] for body in receiver.bodies()]


async def test_a_failing_destination_is_tried_every_five_minutes(
    company: Company, receiver: Receiver
) -> None:
    """500 three times, then 200: the fourth try is 15 virtual minutes after the first."""
    receiver.answers.extend([500, 503, 302])
    await company.register("person_added", f"{receiver.url}/p")
    await _add(company, "ann")
    await company.advance("1h")
    assert await _attempts(company) == [
        (1, "2026-01-05T15:00:00Z", "not delivered", 500),
        (2, "2026-01-05T15:05:00Z", "not delivered", 503),
        (3, "2026-01-05T15:10:00Z", "not delivered", 302),
        (4, "2026-01-05T15:15:00Z", "delivered", 200),
    ]
    assert [got.headers["X-Vibes-Delivery-Attempt"] for got in receiver.got] == list("1234")
    assert len({body["event_id"] for body in receiver.bodies()}) == 1


async def test_deliveries_behind_a_failing_one_wait_their_turn(
    company: Company, receiver: Receiver
) -> None:
    """Order per destination is kept: the later ones go out only after the first got through."""
    receiver.answers.extend([500, 500])
    await company.register("person_added", f"{receiver.url}/p")
    for name in ("ann", "bob", "cy"):
        await _add(company, name)
    await company.settle()
    assert _names(receiver) == ["ann"]
    unfinished = (await company.control("GET", "/callbacks/deliveries")).json["unfinished"]
    assert [item["attempts"] for item in unfinished] == [1, 0, 0]
    await company.advance("1h")
    assert _names(receiver) == ["ann", "ann", "ann", "bob", "cy"]


async def test_another_destination_does_not_wait(company: Company, receiver: Receiver) -> None:
    """A destination that fails holds up only its own line."""
    receiver.answers.extend([500])
    await company.register("person_added", f"{receiver.url}/bad")
    await company.register("person_added", f"{receiver.url}/good")
    await _add(company, "ann")
    await _add(company, "bob")
    await company.settle()
    assert [got.path for got in receiver.got] == ["/bad", "/good", "/good"]


async def test_a_4xx_is_final(company: Company, receiver: Receiver) -> None:
    """404 goes to the failure queue at once, and the next delivery is released."""
    receiver.answers.extend([404])
    await company.register("person_added", f"{receiver.url}/p")
    await _add(company, "ann")
    await _add(company, "bob")
    await company.advance("1h")
    assert _names(receiver) == ["ann", "bob"]
    failed = await company.events("CallbackFailed")
    assert [item["data"]["reason"] for item in failed] == ["HTTP 404: final"]
    assert (await _attempts(company))[0][2] == "refused"


async def test_a_destination_is_given_up_after_six_attempts(
    company: Company, receiver: Receiver
) -> None:
    """Five retries after the first try, then the failure queue, and the next in line is tried."""
    receiver.answers.extend([500] * 6)
    await company.register("person_added", f"{receiver.url}/p")
    await _add(company, "ann")
    await _add(company, "bob")
    await company.advance("24m59s")
    assert _names(receiver) == ["ann"] * 5
    await company.advance("1s")
    assert _names(receiver) == ["ann"] * 6 + ["bob"]
    failed = await company.events("CallbackFailed")
    assert [item["data"]["attempt"] for item in failed] == [6]
    assert (await company.control("GET", "/callbacks/deliveries")).json["unfinished"] == []


async def test_a_hanging_destination_times_out_in_real_time(
    make_company: MakeCompany, receiver: Receiver
) -> None:
    """No answer within callback_timeout is an error in words, and a retry at +5 minutes."""
    company = await make_company(settings={"callback_timeout": "50ms"})
    receiver.hangs = True
    await company.register("person_added", f"{receiver.url}/p")
    await _add(company, "ann")
    await company.settle()
    item = (await company.control("GET", "/callbacks/deliveries")).json["items"][0]
    assert (item["response"]["status"], item["response"]["error"]) == (
        None,
        "no answer within 0.05 s",
    )
    receiver.hangs = False
    await company.advance("5m")
    assert [fate for _, _, fate, _ in await _attempts(company)] == ["not delivered", "delivered"]


async def test_a_refused_connection_is_retried(company: Company, receiver: Receiver) -> None:
    """A destination nobody listens on is an error in words, tried again later."""
    await company.register("person_added", "http://127.0.0.1:1/p")
    await _add(company, "ann")
    await company.advance("5m")
    assert [status for _, _, _, status in await _attempts(company)] == [None, None]


async def test_retries_and_their_interval_are_settings(
    make_company: MakeCompany, receiver: Receiver
) -> None:
    """retries 1 and retry_every 1m: two attempts a minute apart, then given up."""
    company = await make_company(settings={"retries": 1, "retry_every": "1m"})
    receiver.answers.extend([500] * 9)
    await company.register("person_added", f"{receiver.url}/p")
    await _add(company, "ann")
    await company.advance("1h")
    assert [at for _, at, _, _ in await _attempts(company)] == [
        "2026-01-05T15:00:00Z",
        "2026-01-05T15:01:00Z",
    ]


async def test_the_delivery_log_holds_request_and_answer(
    company: Company, receiver: Receiver
) -> None:
    """An attempt shows what was sent and what came back."""
    await company.register("person_added", f"{receiver.url}/p")
    await _add(company, "ann")
    await company.settle()
    item = (await company.control("GET", "/callbacks/deliveries")).json["items"][0]
    assert item["request"]["method"] == "POST"
    assert item["request"]["url"] == f"{receiver.url}/p"
    assert item["request"]["body"] == receiver.got[0].body
    assert item["request"]["headers"]["X-Vibes-Event-Id"] == item["delivery_id"]
    assert item["response"]["body"] == "noted"
    assert item["fate"] == "delivered"


async def test_hosts_alias_the_destination(company: Company, receiver: Receiver) -> None:
    """A callback to an aliased host goes to its address, with the alias as Host header."""
    set_hosts = await company.control("PUT", "/hosts", {"hosts": {"app.test": receiver.netloc}})
    assert set_hosts.json == {"hosts": {"app.test": receiver.netloc}}
    await company.register("person_added", "http://app.test/p?x=1")
    await _add(company, "ann")
    await company.settle()
    assert (receiver.got[0].path, receiver.got[0].headers["Host"]) == ("/p", "app.test")
    assert receiver.netloc not in str(await company.events())


async def test_an_attempt_that_is_not_awaited_is_kept_with_its_command(
    tmp_path: Path,
) -> None:
    """It changes nothing; the journal tells that it came, and a restart goes past it."""
    path = tmp_path / "sim.db"
    late = attempt(1)
    command = RecordAttempt(delivery_id=late.delivery_id, attempt=1, status=500)
    async with build(ServerSettings(port=0, db=path)) as system:
        (universe,) = system.accounts.all()
        rows = len(await universe.store.entries(universe.engine.key))
        await universe.engine.submit(command, attempt=late)
        (row,) = await universe.store.entries(universe.engine.key, rows)
        assert (row.kind, row.type, row.at) == ("command", "RecordAttempt", universe.world.now)
    async with build(ServerSettings(port=0, db=path)) as system:
        (universe,) = system.accounts.all()
        assert universe.engine.seq == rows + 1
        assert await universe.store.attempts(universe.engine.key) == [late]

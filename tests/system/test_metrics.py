"""`GET /metrics`: what a Prometheus reads of a simulator, over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest
from aiohttp import ClientSession
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as prometheus

from simulator.app import build
from simulator.config import ServerSettings
from tests.system.company import Company, call
from tests.system.conftest import MakeCompany
from tests.system.receiver import Receiver
from tests.system.test_failures_of_ours import FullDisk

ANN = "+13125550101"
JOIN = "POST /companies/{company_key}/campaigns/acquisition/{acquisition_id}/participants"
PERSON = "GET /companies/{company_key}/mobiledb/persons/{person_key}"

Samples = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


async def scrape(http: ClientSession, url: str) -> Samples:
    """Every sample, by its name and labels."""
    answer = await call(http, "GET", f"{url}/metrics")
    assert answer.status == 200, answer.body
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in prometheus(answer.body.decode())
        for sample in family.samples
    }


def of(samples: Samples, name: str, **labels: str) -> float:
    """One sample; 0 where there is none."""
    return samples.get((name, frozenset(labels.items())), 0.0)


def total(samples: Samples, name: str) -> float:
    """The sum of a name's samples."""
    return sum(value for (found, _), value in samples.items() if found == name)


async def test_requests_are_counted_by_operation_and_status(company: Company) -> None:
    """Each surface under its own name, each path by its template, each answer by its class."""
    assert (await company.join(ANN)).status == 201
    assert (await company.join("no number")).status == 400
    assert (await company.platform("GET", "mobiledb/persons/nobody")).status == 404
    assert (await company.connect("GET", "mdns/13125550101")).status == 200
    assert (await call(company.http, "GET", f"{company.url}/inbox/acme/messages")).status == 200
    assert (await call(company.http, "GET", f"{company.url}/nowhere")).status == 404
    told = await scrape(company.http, company.url)
    name = "smsim_http_requests_total"
    joins = {"surface": "platform", "operation": JOIN}
    assert of(told, name, **joins, status="2xx") == 1
    assert of(told, name, **joins, status="4xx") == 1
    assert of(told, name, surface="platform", operation=PERSON, status="4xx") == 1
    assert of(told, name, surface="connect", operation="GET /MessageApi/mdns/{mdn}", status="2xx")
    assert of(told, name, surface="inbox", operation="GET /inbox/{key}/messages", status="2xx") == 1
    assert of(told, name, surface="control", operation="POST /_sim/accounts", status="2xx") == 1
    assert of(told, name, surface="other", operation="other", status="4xx") == 1
    assert of(told, "smsim_http_request_seconds_count", **joins) == 2
    assert of(told, "smsim_http_request_seconds_bucket", **joins, le="+Inf") == 2


async def test_what_happens_in_an_account_is_counted(company: Company, receiver: Receiver) -> None:
    """Commands, events, messages by state: as many as its journal has rows of them."""
    await company.join(ANN)
    await company.advance("1m")
    await company.text(ANN, "Y")
    await company.advance("1m")
    rows = await company.events()
    told = await scrape(company.http, company.url)
    opening = {"OpenAccount", "AccountOpened"}
    for kind, name, label in (
        ("command", "smsim_commands_total", "command"),
        ("event", "smsim_events_total", "event"),
    ):
        types = [row["type"] for row in rows if row["kind"] == kind]
        wanted = {one: types.count(one) for one in types if one not in opening}
        assert {one: of(told, name, **{label: one}) for one in wanted} == wanted
        assert total(told, name) == sum(wanted.values())
    assert of(told, "smsim_messages_total", direction="mt", state="accepted") == 2
    assert of(told, "smsim_messages_total", direction="mt", state="delivered") == 2
    assert of(told, "smsim_messages_total", direction="mt", state="expired") == 0
    assert of(told, "smsim_messages_total", direction="mo", state="received") == 1
    assert of(told, "smsim_journal_rows") == len(rows)
    assert of(told, "smsim_commit_rows_sum") == len(rows) - len(opening)
    assert of(told, "smsim_commit_seconds_count") == of(told, "smsim_commit_rows_count") > 0
    assert of(told, "smsim_accounts", clock="manual") == 1
    assert of(told, "smsim_accounts", clock="live") == 0


async def test_callbacks_are_counted_with_their_wait(company: Company, receiver: Receiver) -> None:
    """One that is refused once and taken five minutes later waited 300 seconds of its account's time."""
    await company.register("subscription_added", f"{receiver.url}/cb")
    receiver.answers.append(500)
    await company.subscribe(ANN)
    await company.settle()
    before = await scrape(company.http, company.url)
    assert of(before, "smsim_callbacks_open") == 1
    assert of(before, "smsim_timers", state="pending") == 1
    assert of(before, "smsim_timers", state="due") == 0
    await company.advance("6m")
    told = await scrape(company.http, company.url)
    kind = "subscription_added"
    fates = {
        fate: of(told, "smsim_callbacks_total", type=kind, fate=fate)
        for fate in ("queued", "deferred", "delivered", "failed")
    }
    assert fates == {"queued": 1, "deferred": 1, "delivered": 1, "failed": 0}
    assert of(told, "smsim_callback_wait_seconds_sum", type=kind) == 300
    assert of(told, "smsim_callback_wait_seconds_bucket", type=kind, le="60.0") == 0
    assert of(told, "smsim_callback_wait_seconds_bucket", type=kind, le="300.0") == 1
    assert of(told, "smsim_callback_attempts_total", way="http", outcome="5xx") == 1
    assert of(told, "smsim_callback_attempts_total", way="http", outcome="2xx") == 1
    assert of(told, "smsim_callbacks_open") == 0


async def test_no_label_grows_with_the_traffic(make_company: MakeCompany) -> None:
    """Other accounts, phones, ids, paths and methods make no new series, and stand in none."""

    async def traffic(number: int) -> Company:
        company = await make_company(company_key=f"tenant{number}", username=f"user{number}")
        mdn = f"+1312555{number:04d}"
        assert (await company.join(mdn)).status == 201
        await company.platform("GET", f"mobiledb/persons/key-{number}")
        await company.text(mdn, "Y")
        await call(company.http, "GET", f"{company.url}/companies/tenant{number}/nothing-{number}")
        await call(company.http, f"ODD{number}", f"{company.url}/companies/x/wallet")
        await call(company.http, f"ODD{number}", f"{company.url}/_sim/health")
        return company

    company = await traffic(1)
    await scrape(company.http, company.url)
    few = await scrape(company.http, company.url)
    for number in range(2, 12):
        await traffic(number)
    many = await scrape(company.http, company.url)
    assert set(many) == set(few)
    shown = repr(list(many))
    assert [word for word in ("tenant", "user1", "312555", "key-", "ODD") if word in shown] == []


async def test_live_readers_are_those_of_now(company: Company) -> None:
    """A stream of events is a reader while it is open, and no latency when it ends."""
    async with company.http.get(
        f"{company.url}/_sim/accounts/acme/events", headers={"Accept": "text/event-stream"}
    ) as stream:
        assert stream.headers["X-Request-Id"]
        told = await scrape(company.http, company.url)
        assert of(told, "smsim_live_readers") == 1
    async with asyncio.timeout(5):
        while of(told, "smsim_live_readers"):  # until the server hears that the reader has left
            await company.text(ANN, "hello")
            told = await scrape(company.http, company.url)
    asked = {"surface": "control", "operation": "GET /_sim/accounts/{key}/events"}
    assert of(told, "smsim_http_requests_total", **asked, status="2xx") == 1
    assert of(told, "smsim_http_request_seconds_count", **asked) == 0


async def test_two_simulators_count_apart(company: Company) -> None:
    """What one of a process was asked, the other does not show."""
    async with build(ServerSettings(port=0, accounts=())) as other:
        url = await other.listen()
        await company.join(ANN)
        ours, theirs = await scrape(company.http, company.url), await scrape(company.http, url)
    assert of(ours, "smsim_accounts", clock="manual") == 1
    assert of(theirs, "smsim_accounts", clock="manual") == 0
    assert total(ours, "smsim_http_requests_total") == 2
    assert total(theirs, "smsim_http_requests_total") == 0
    assert (total(ours, "smsim_events_total") > 0, total(theirs, "smsim_events_total")) == (True, 0)


async def test_an_account_that_was_reset_is_watched_on(company: Company) -> None:
    """After a reset, and after a snapshot was gone back to, what happens is counted as before."""
    name = {"direction": "mt", "state": "accepted"}
    await company.join("+13125550102")
    await company.advance("1h")
    await company.control("POST", "/snapshots", {"name": "joined"})
    for path in ("/reset", "/snapshots/1/restore"):
        before = of(await scrape(company.http, company.url), "smsim_messages_total", **name)
        assert (await company.control("POST", path)).status == 200
        await company.join(ANN)
        after = of(await scrape(company.http, company.url), "smsim_messages_total", **name)
        assert after == before + 1


async def test_an_account_that_stopped_is_shown(http: ClientSession) -> None:
    """One whose disk is full is among the stopped; one that was removed is not."""
    disk = FullDisk()
    async with build(ServerSettings(port=0, accounts=()), store=disk) as system:
        url = await system.listen()
        made = [(await call(http, "POST", f"{url}/_sim/accounts", {})).json for _ in range(2)]
        await call(http, "DELETE", f"{url}/_sim/accounts/{made[1]['company_key']}")
        assert of(await scrape(http, url), "smsim_accounts_stopped") == 0
        disk.full = True
        assert (await Company(http, url, made[0]).join(ANN)).status == 503
        assert of(await scrape(http, url), "smsim_accounts_stopped") == 1


async def test_the_process_and_the_version_are_shown(company: Company) -> None:
    """Memory, CPU and the version, as every Prometheus client shows them."""
    told = await scrape(company.http, company.url)
    assert of(told, "process_resident_memory_bytes") > 1_000_000
    assert of(told, "process_cpu_seconds_total") > 0
    assert of(told, "smsim_build_info", version="0.1.0") == 1


async def test_openmetrics_is_for_who_asks(company: Company) -> None:
    """By the Accept header, as a Prometheus sends it; Prometheus's own text otherwise."""
    accept = {"Accept": "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"}
    asked = await call(company.http, "GET", f"{company.url}/metrics", None, accept)
    assert asked.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    families = openmetrics(asked.body.decode())  # type: ignore[no-untyped-call]
    names = {family.name for family in families}
    assert {"smsim_http_requests", "smsim_callback_wait_seconds"} <= names
    plain = await call(company.http, "GET", f"{company.url}/metrics")
    assert plain.headers["Content-Type"].startswith("text/plain; version=0.0.4")


@pytest.mark.parametrize(
    ("token", "headers", "status"),
    [
        (None, {}, 403),
        ("t0ken", {}, 401),
        ("t0ken", {"Authorization": "Bearer other"}, 401),
        ("t0ken", {"Authorization": "Bearer t0ken"}, 200),
        ("t0ken", {"Authorization": "Bearer t0ken", "Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
async def test_another_machine_needs_the_token(
    http: ClientSession,
    monkeypatch: pytest.MonkeyPatch,
    token: str | None,
    headers: dict[str, str],
    status: int,
) -> None:
    """Metrics are let out as the answers of control calls are."""
    monkeypatch.setattr("simulator.api.control.call._loopback", lambda _remote: False)
    settings = ServerSettings(port=0, accounts=(), control_token=token)
    async with build(settings) as system:
        answer = await call(http, "GET", f"{await system.listen()}/metrics", None, headers)
    assert answer.status == status
    assert (b"smsim_accounts" in answer.body) == (status == 200)


async def test_where_nothing_is_counted_it_is_said(http: ClientSession) -> None:
    """A simulator that a program starts for itself need not count."""
    async with build(ServerSettings(port=0, accounts=()), counted=False) as system:
        answer = await call(http, "GET", f"{await system.listen()}/metrics")
    assert (answer.status, answer.messages) == (
        404,
        ["nothing is counted here; `smsim serve` counts"],
    )
    assert "X-Request-Id" not in answer.headers

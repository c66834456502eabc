"""What real client code sends, taken unchanged, and receivers that fail in their own ways."""

from __future__ import annotations

from aiohttp import ClientSession

from tests.system.company import Company, call
from tests.system.conftest import MakeCompany
from tests.system.receiver import Receiver

ANN = "+13125550101"


async def test_code_written_for_vibes_works_unchanged(
    company: Company, receiver: Receiver, http: ClientSession
) -> None:
    """A client's whole habit: `[0]` of the search, event_type, bare digits, no slash, stray members."""
    company_url = f"{company.url}/companies/{company.key}"
    json_v2 = {
        "Authorization": company.auth,
        "Content-Type": "application/json",
        "X-API-Version": "2",
    }
    form = {**json_v2, "Content-Type": "application/x-www-form-urlencoded"}

    registered = await call(
        http,
        "POST",
        f"{company_url}/config/callbacks",
        {
            "event_type": "subscription_removed",
            "subscription_added": {"list_id": "1001"},
            "destination": {"url": f"{receiver.url}/cb"},
            "callback_id": "ignored",
        },
        json_v2,
    )
    assert (registered.status, registered.json["callback_type"]) == (201, "subscription_removed")
    person = {"mobile_phone": {"mdn": "13125550101"}, "external_person_id": "7", "stray": [1]}
    added = await call(http, "POST", f"{company_url}/mobiledb/persons", person, json_v2)
    assert added.status == 201
    found = await call(
        http, "GET", f"{company_url}/mobiledb/persons?mdn=%2B13125550101", None, json_v2
    )
    assert found.json[0]["mobile_phone"]["mdn"] == ANN
    joined = await call(
        http,
        "POST",
        f"{company_url}/campaigns/acquisition/JoinVip01/participants/",
        {"mobile_phone": {"mdn": "13125550101"}},
        json_v2,
    )
    assert joined.status == 201
    await company.text(ANN, "Y")
    key = found.json[0]["person_id"]
    gone = await call(
        http, "DELETE", f"{company_url}/mobiledb/persons/{key}/subscriptions/1001", None, form
    )
    assert (gone.status, gone.body) == (204, b"")
    await company.settle()
    (got,) = receiver.got
    assert got.json["subscription"]["opt_out_reason"] == "api_opt_out"


async def test_a_receiver_that_hangs_costs_nobody_else_a_virtual_second(
    make_company: MakeCompany, receiver: Receiver
) -> None:
    """Beside one that never answers, one that fails three times has its event at +15 minutes."""
    company = await make_company(settings={"callback_timeout": "50ms"})
    hanging = Receiver()
    hanging.hangs = True
    await hanging.start()
    try:
        await company.register("person_added", f"{hanging.url}/never")
        await company.register("person_added", f"{receiver.url}/fourth")
        receiver.answers.extend([500, 500, 500])
        await company.join(ANN)
        await company.join("+13125550102")
        await company.advance("24h")
        attempts = (await company.control("GET", "/callbacks/deliveries")).json["items"]
    finally:
        await hanging.stop()
    fates = {"/fourth": [], "/never": []}  # type: dict[str, list[tuple[str, int | None]]]
    for item in attempts:
        path = "/" + item["request"]["url"].rsplit("/", 1)[1]
        fates[path].append((item["at"][11:16], item["response"]["status"]))
    assert fates["/fourth"] == [
        *(("15:00", 500), ("15:05", 500), ("15:10", 500), ("15:15", 200)),
        ("15:15", 200),
    ]
    assert [at for at, _ in fates["/never"]][:6] == [
        *("15:00", "15:05", "15:10", "15:15", "15:20", "15:25"),
    ]


async def test_the_failure_queue_can_be_read(company: Company, receiver: Receiver) -> None:
    """What a destination refused for good stands in `failed`, with the reason."""
    receiver.answers.append(404)
    await company.register("person_added", f"{receiver.url}/p")
    await company.join(ANN)
    await company.settle()
    failed = (await company.control("GET", "/callbacks/deliveries")).json["failed"]
    assert [item["reason"] for item in failed] == ["HTTP 404: final"]

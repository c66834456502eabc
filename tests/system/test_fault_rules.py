"""Fault rules: whom they hit and how often, how they come and go, and that they outlive a restart."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from harness.cli import call as smsim
from simulator.app import build
from simulator.config import ServerSettings
from simulator.domain.fault_rules import PROFILES
from tests.system.company import Answer, Company, call
from tests.system.conftest import MakeCompany
from tests.system.receiver import Receiver

ANN, BOB, CY = "+13125550101", "+13125550102", "+13125550103"
THROTTLE = {"throttle": True}


async def _add(
    company: Company, match: dict[str, Any], effect: dict[str, Any] | None = None, **more: Any
) -> Answer:
    body = {"match": {"surface": "platform", **match}, "effect": effect or THROTTLE, **more}
    return await company.control("POST", "/faults", body)


async def _rules(company: Company) -> list[Any]:
    items: list[Any] = (await company.control("GET", "/faults")).json["items"]
    return items


async def _get(company: Company, path: str = "sourcecodes") -> bool:
    """Whether a call was struck."""
    return (await company.platform("GET", path)).status == 429


async def _post(company: Company, mdn: str) -> bool:
    body = {"mobile_phone": {"mdn": mdn}}
    return (await company.platform("POST", "mobiledb/persons", body)).status == 429


@pytest.mark.parametrize(
    ("match", "struck"),
    [
        ({}, [True] * 6),
        ({"operation": "GET sourcecodes"}, [True, False, False, False, False, False]),
        (
            {"operation": "GET mobiledb/subscription_lists/{subscription_list_id}"},
            [False, True, True, False, False, False],
        ),
        ({"list": "1001"}, [False, True, False, True, False, False]),
        ({"list": 1002}, [False, False, True, False, False, False]),
        ({"number": "13125550101"}, [False, False, False, True, True, False]),
        ({"number": "+13125550101", "list": "1001"}, [False, False, False, True, False, False]),
        ({"number": BOB}, [False] * 6),
        ({"carrier": "104"}, [False] * 6),
        ({"surface": "connect"}, [False] * 6),
    ],
)
async def test_a_match_narrows_the_platforms_calls(
    company: Company, match: dict[str, Any], struck: list[bool]
) -> None:
    """By the operation as the document names it, the list in the path, the number in the query."""
    await _add(company, match)
    paths = (
        "sourcecodes",
        "mobiledb/subscription_lists/1001",
        "mobiledb/subscription_lists/1002/",
        "mobiledb/subscription_lists/1001/subscribers?mdn=%2B13125550101",
        "mobiledb/persons?mdn=13125550101",
        "config/callbacks",
    )
    assert [await _get(company, path) for path in paths] == struck


@pytest.mark.parametrize(
    "body",
    [
        {"mobile_phone": {"mdn": "+13125550101"}},
        {"mobile_phone": {"mdn": "13125550101"}, "custom_fields": {"first_name": "A"}},
        {"custom_fields": {"a": [{"b": {"mdn": "(312) 555-0101"}}]}},
    ],
)
async def test_the_number_in_a_body_is_found(company: Company, body: dict[str, Any]) -> None:
    """However it is written and however deep it stands."""
    await _add(company, {"number": "3125550101"})
    assert (await company.platform("POST", "mobiledb/persons", body)).status == 429
    other = {"mobile_phone": {"mdn": BOB}}
    assert (await company.platform("POST", "mobiledb/persons", other)).status == 201


@pytest.mark.parametrize(
    ("match", "struck"),
    [
        ({}, [True, True, True]),
        ({"number": ANN}, [True, False, False]),
        ({"operation": "submit"}, [True, True, False]),
        ({"operation": "submit_bundle"}, [False, False, True]),
        ({"code": "65047"}, [True, False, True]),
        ({"code": "70000"}, [False, True, False]),
    ],
)
async def test_a_match_narrows_connects_calls(
    make_company: MakeCompany, match: dict[str, Any], struck: list[bool]
) -> None:
    """By name, destination and code; a bundle has what its messages share."""
    company = await make_company(source_codes=[{"code": "65047"}, {"code": "70000"}])
    await _add(company, {"surface": "connect", **match})
    to = f'<destination address="{BOB}"/><source address="65047"/><text>Hi</text>'
    bundle = f"<mtMessageBundle><mtMessage>{to}</mtMessage></mtMessageBundle>"
    answers = [
        await company.send(ANN),
        await company.send(BOB, source="70000"),
        await company.connect("POST", "mt/messageBundles", bundle.encode()),
    ]
    assert [answer.status == 429 for answer in answers] == struck


async def test_since_is_the_first_instant_and_until_the_first_after(company: Company) -> None:
    """Half open: struck from `since` on, no more at `until`."""
    await _add(company, {"since": "2026-01-05T15:01:00Z", "until": "2026-01-05T16:02:00+01:00"})
    struck = []
    for wait in ("59s999ms", "1ms", "59s999ms", "1ms"):
        await company.advance(wait)
        struck.append(await _get(company))
    assert struck == [False, True, True, False]


async def test_nth_is_one_occasion_of_those_the_rule_is_about(company: Company) -> None:
    """The third call about Ann, however many others there are; never again."""
    await _add(company, {"number": ANN, "nth": 3})
    struck = [await _post(company, mdn) for mdn in (ANN, BOB, ANN, BOB, ANN, ANN, ANN)]
    assert struck == [False, False, False, False, True, False, False]
    (rule,) = await _rules(company)
    assert (rule["met"], rule["fired"]) == (5, 1)


async def test_a_budget_bounds_the_firings(company: Company) -> None:
    """Two of five are struck, and the counts say so; the same rule told anew begins anew."""
    await _add(company, {}, id="two", budget=2)
    assert [await _get(company) for _ in range(5)] == [True, True, False, False, False]
    (rule,) = await _rules(company)
    assert (rule["met"], rule["fired"], rule["budget"]) == (5, 2, 2)
    await _add(company, {}, id="two", budget=1)
    (rule,) = await _rules(company)
    assert (rule["met"], rule["fired"], rule["budget"]) == (0, 0, 1)
    assert [await _get(company) for _ in range(3)] == [True, False, False]


async def test_a_rule_with_the_id_of_another_takes_its_place(company: Company) -> None:
    """What it matched and did is gone."""
    await _add(company, {"list": "1001"}, id="one")
    await _add(company, {"list": "1002"}, {"status": 503}, id="one")
    assert len(await _rules(company)) == 1
    paths = ("mobiledb/subscription_lists/1001", "mobiledb/subscription_lists/1002")
    assert [(await company.platform("GET", path)).status for path in paths] == [200, 503]


async def test_rules_without_an_id_are_numbered(make_company: MakeCompany) -> None:
    """Each gets the first number that is free, in the spec too, and many at once are many."""
    rule = {"match": {"surface": "mo"}, "effect": {"lose": True}}
    company = await make_company(faults=[rule, {**rule, "id": "fault-1"}, rule])
    assert [item["id"] for item in await _rules(company)] == ["fault-2", "fault-1", "fault-3"]
    await company.control("DELETE", "/faults/fault-1")
    answers = await asyncio.gather(*(_add(company, {}) for _ in range(10)))
    assert len({answer.json["added"][0] for answer in answers}) == 10
    ids = {item["id"] for item in await _rules(company)}
    assert ids == {f"fault-{number}" for number in range(1, 13)}


async def test_rules_end_one_by_one_or_all(company: Company) -> None:
    """204 for one that is there, 404 for one that is not, 204 for all, however many."""
    for name in ("a", "b", "c"):
        await _add(company, {}, id=name)
    assert (await company.control("DELETE", "/faults/b")).status == 204
    gone = await company.control("DELETE", "/faults/b")
    assert (gone.status, gone.messages) == (404, ['no fault "b"'])
    assert [item["id"] for item in await _rules(company)] == ["a", "c"]
    assert (await company.control("DELETE", "/faults")).status == 204
    assert (await company.control("DELETE", "/faults")).status == 204
    assert await _rules(company) == []
    assert not await _get(company)
    unknown = await call(company.http, "GET", f"{company.url}/_sim/accounts/nobody/faults")
    assert unknown.status == 404


@pytest.mark.parametrize("name", sorted(PROFILES))
async def test_a_profile_is_a_named_set_of_rules(company: Company, name: str) -> None:
    """Its rules hold under their own ids, and told again take their own places."""
    for _ in range(2):
        answer = await company.control("POST", "/faults", {"profile": name})
        assert answer.status == 201
        assert answer.json["added"] == [rule.id for rule in PROFILES[name]]
    shown = (await company.control("GET", "/faults")).json
    assert [item["id"] for item in shown["items"]] == [rule.id for rule in PROFILES[name]]
    assert shown["profiles"] == sorted(PROFILES)


async def test_a_rule_is_shown_as_it_was_told(company: Company) -> None:
    """Every member of the match in its plain form, the effect, its number, its wait and its share."""
    match = {
        **{"surface": "carrier", "operation": "connect", "number": "3125550101"},
        **{"code": "65047", "carrier": "104", "nth": 2},
        **{"since": "2026-01-05T15:00:00+01:00", "until": "2026-01-06"},
    }
    body = {"id": "all", "match": match, "effect": {"delay": "1m30s"}, "ratio": "25%", "budget": 9}
    answer = await company.control("POST", "/faults", body)
    assert answer.status == 201
    assert answer.json["items"] == [
        {
            "id": "all",
            "match": {
                **{"surface": "carrier", "operation": "connect", "number": "+13125550101"},
                **{"list": None, "code": "65047", "carrier": "104", "nth": 2},
                **{"since": "2026-01-05T14:00:00Z", "until": "2026-01-06T00:00:00Z"},
            },
            **{"effect": "delay", "value": None, "wait_ms": 90_000, "ratio": "25/100"},
            **{"budget": 9, "met": 0, "fired": 0},
        }
    ]


PLAIN = {"match": {"surface": "platform"}, "effect": THROTTLE}
SPEC = {
    "company_key": "acme",
    "password": "s3cret",
    "faults": [{"id": "mine", **PLAIN, "budget": 3}],
}


async def test_an_accounts_own_faults_hold_from_the_start(make_company: MakeCompany) -> None:
    """They strike the first call, can be taken away, and a reset puts them back with no counts."""
    company = await make_company(**SPEC)
    assert await _get(company)
    await company.control("DELETE", "/faults/mine")
    await _add(company, {}, {"status": 500}, id="other")
    assert (await company.platform("GET", "sourcecodes")).status == 500
    await company.control("POST", "/reset")
    (rule,) = await _rules(company)
    assert (rule["id"], rule["met"], rule["fired"]) == ("mine", 0, 0)
    assert [await _get(company) for _ in range(4)] == [True, True, True, False]


async def test_rules_and_their_counts_outlive_a_restart(
    http: ClientSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Budgets, places in the draw and removals go on; the journal replays clean."""
    path = tmp_path / "sim.db"
    settings = ServerSettings(port=0, db=path, accounts=())
    struck: list[bool] = []
    async with build(settings) as system:
        url = await system.listen()
        made = await call(http, "POST", f"{url}/_sim/accounts", SPEC)
        company = Company(http, url, made.json)
        await _add(company, {}, {"status": 500}, id="gone")
        await company.control("DELETE", "/faults/gone")
        await _add(company, {"surface": "carrier"}, {"fail": 103}, id="half", ratio="1/2")
        struck += [await _get(company) for _ in range(2)]
        for _ in range(10):
            await company.send(ANN)
        before = await _rules(company)
    async with build(settings) as system:
        company = Company(http, await system.listen(), made.json)
        assert await _rules(company) == before
        struck += [await _get(company) for _ in range(2)]
        for _ in range(10):
            await company.send(ANN)
        await company.advance("1h")
        rules = {rule["id"]: rule for rule in await _rules(company)}
    assert struck == [True, True, True, False]
    assert (rules["mine"]["met"], rules["mine"]["fired"]) == (4, 3)
    assert rules["half"]["met"] == 20
    assert await asyncio.to_thread(smsim, ["replay", str(path)]) == 0, capsys.readouterr()


async def test_a_callback_that_is_kept_outlives_a_restart(
    http: ClientSession, tmp_path: Path, receiver: Receiver
) -> None:
    """A delayed one comes at its instant, a swapped one after the next, in the next process."""
    settings = ServerSettings(port=0, db=tmp_path / "sim.db", accounts=())
    names = [("late", {"delay": "10m"}), ("swapped", {"reorder": "1h"})]
    async with build(settings) as system:
        url = await system.listen()
        made = await call(http, "POST", f"{url}/_sim/accounts", {"company_key": "acme"})
        company = Company(http, url, made.json)
        await company.register("person_added", f"{receiver.url}/p")
        for name, effect in names:
            await _add(company, {"surface": "callback"}, effect, id="one", budget=1)
            await company.platform("POST", "mobiledb/persons", {"external_person_id": name})
    async with build(settings) as system:
        company = Company(http, await system.listen(), made.json)
        await company.platform("POST", "mobiledb/persons", {"external_person_id": "next"})
        await company.advance("10m")
    told = [body["person"]["external_person_id"] for body in receiver.bodies()]
    assert told == ["next", "swapped", "late"]


async def test_the_same_seed_strikes_the_same_numbers(make_company: MakeCompany) -> None:
    """Whoever else is about: half of sixty are hit, in another account and order the same."""
    numbers = [f"+131255502{number:02d}" for number in range(60)]
    hit: list[set[str]] = []
    for key, seed, order in (("a", 1, 1), ("b", 1, -1), ("c", 2, 1)):
        company = await make_company(company_key=key, seed=seed)
        await _add(company, {}, ratio="1/2", id="half")
        if key == "b":
            for number in range(30):
                await _post(company, f"+131255503{number:02d}")
        hit.append({mdn for mdn in numbers[::order] if await _post(company, mdn)})
    assert hit[0] == hit[1] != hit[2]
    assert 15 < len(hit[0]) < 45

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from simulator.app import build
from simulator.config import ServerSettings
from tests.system.company import Company, call

POOL: dict[str, Any] = {
    "name": "Spring",
    "issuance_allowed": True,
    "redemption_allowed": True,
    "incentive_codes": {"low_threshold": 2, "max_characters": 8},
    "distribution": {"method": "unique"},
    "notification_email_address": "ops@example.test",
}
MULTI = {**POOL, "distribution": {"method": "multi"}}
NOON = "2026-01-05T15:00:00Z"


async def _make(company: Company, *codes: str, body: object = POOL) -> int:
    made = await company.platform("POST", "incentives/pools", body)
    assert made.status == 200, made.body
    number: int = made.json["id"]
    if codes:
        path = f"/incentives/pools/{number}/codes"
        added = await company.control("POST", path, {"codes": list(codes)})
        assert added.status == 201, added.body
    return number


async def _issue(company: Company, pool: int = 1, **members: object) -> Any:
    answer = await company.platform("POST", f"incentives/pools/{pool}/issuances", members)
    assert answer.status == 200, answer.body
    return answer.json


async def test_a_pool_is_made_empty_and_shown_in_full(company: Company) -> None:
    """200 with an id that counts from 1, both spellings of the length, and the pool's address."""
    made = await company.platform("POST", "incentives/pools/", POOL)
    assert made.status == 200
    assert made.json == {
        **POOL,
        "id": 1,
        "incentive_codes": {
            "total": 0,
            "issued": 0,
            "remaining": 0,
            "low_threshold": 2,
            "max_charachters": 8,
            "max_characters": 8,
        },
        "created_at": NOON,
        "updated_at": NOON,
        "url": "/companies/acme/incentives/pools/1",
    }
    assert (await company.platform("GET", "incentives/pools/1")).json == made.json
    assert (await company.platform("GET", "incentives/pools")).json == [made.json]


async def test_a_pool_is_changed_and_keeps_its_codes(company: Company) -> None:
    """PUT replaces every member, moves updated_at and leaves the counts."""
    await _make(company, "A1", "A2")
    await _issue(company)
    await company.advance("1h")
    body = {**POOL, "name": "Summer", "redemption_allowed": False}
    changed = await company.platform("PUT", "incentives/pools/1", body)
    assert (changed.status, changed.json["name"]) == (200, "Summer")
    assert changed.json["redemption_allowed"] is False
    assert (changed.json["created_at"], changed.json["updated_at"]) == (
        NOON,
        "2026-01-05T16:00:00Z",
    )
    counts = changed.json["incentive_codes"]
    assert (counts["total"], counts["issued"], counts["remaining"]) == (2, 1, 1)


async def test_an_issuance_is_answered_in_full(company: Company) -> None:
    """The next code, for whom, and the addresses of code and pool."""
    await _make(company, "A1", "10% off")
    asked: dict[str, Any] = {
        "external_issuee_id": "ann",
        "referring_application": "pos",
        "referring_application_ref_id": "C7",
    }
    given = await _issue(company, **asked)
    assert given == {
        "id": 1,
        **asked,
        "issuee_id": given["issuee_id"],
        "incentive_code": {"code": "A1", "url": "/companies/acme/incentives/codes/A1"},
        "incentive_pool": {"id": 1, "url": "/companies/acme/incentives/pools/1"},
        "created_at": NOON,
        "updated_at": NOON,
    }
    second = await _issue(company, code="10% off")
    assert (second["id"], second["external_issuee_id"]) == (2, None)
    url = second["incentive_code"]["url"].removeprefix("/companies/acme/")
    assert (await company.platform("GET", url)).json["code"] == "10% off"


async def test_a_code_tells_how_often_it_was_issued_and_redeemed(company: Company) -> None:
    """Totals, different issuees, and the time of the last use; the lists are oldest first."""
    await _make(company, "SAVE", body=MULTI)
    fresh = await company.platform("GET", "incentives/codes/SAVE")
    assert fresh.json == {
        "code": "SAVE",
        "active": True,
        "issuances": {"total": 0, "unique": 0},
        "redemptions": {"total": 0, "unique": 0},
        "created_at": NOON,
        "updated_at": NOON,
        "url": "/companies/acme/incentives/codes/SAVE",
    }
    given = [await _issue(company, external_issuee_id=name) for name in ("ann", "ann", "bob")]
    await company.advance("1h")
    path = "incentives/codes/SAVE/redemptions"
    used = [await company.platform("POST", path, {"external_issuee_id": "ann"}) for _ in range(2)]
    shown = (await company.platform("GET", "incentives/codes/SAVE")).json
    assert shown["issuances"] == {"total": 3, "unique": 2}
    assert shown["redemptions"] == {"total": 2, "unique": 1}
    assert shown["updated_at"] == "2026-01-05T16:00:00Z"
    assert (await company.platform("GET", "incentives/codes/SAVE/issuances/")).json == given
    assert (await company.platform("GET", path)).json == [one.json[0] for one in used]


async def test_a_redemption_needs_no_more_than_an_empty_object(company: Company) -> None:
    """`{}` redeems; the answer is an array of one, with the issuee of the unique code."""
    await _make(company, "A1")
    assert (await company.platform("GET", "incentives/codes/A1/redemptions")).json == []
    given = await _issue(company, external_issuee_id="ann")
    used = await company.platform("POST", "incentives/codes/A1/redemptions", {})
    assert used.status == 200
    assert used.json == [{**given, "referring_application": None}]
    again = await company.platform("POST", "incentives/codes/A1/redemptions", {})
    assert (again.status, again.codes) == (422, [4220])


async def test_a_code_is_inactive_while_its_pool_gives_none(company: Company) -> None:
    """`active` follows issuance_allowed."""
    await _make(company, "A1")
    await company.platform("PUT", "incentives/pools/1", {**POOL, "issuance_allowed": False})
    assert (await company.platform("GET", "incentives/codes/A1")).json["active"] is False


async def test_a_pool_is_filled_with_codes_or_with_made_ones(company: Company) -> None:
    """201 with counts; what was made is issued one by one and fits max_characters."""
    await _make(company)
    path = "/incentives/pools/1/codes"
    first = await company.control("POST", path, {"codes": ["A1", "A2"]})
    assert (first.status, first.json) == (
        201,
        {"added": 2, "total": 2, "issued": 0, "remaining": 2},
    )
    made = await company.control("POST", path, {"count": 100})
    assert (made.status, made.json["added"], made.json["total"]) == (201, 100, 102)
    codes = {(await _issue(company))["incentive_code"]["code"] for _ in range(102)}
    assert len(codes) == 102
    assert max(map(len, codes)) == 8
    left = await company.platform("POST", "incentives/pools/1/issuances", {})
    assert (left.status, left.codes) == (422, [4220])


@pytest.fixture
async def lively(company: Company) -> Company:
    """Pool 1 unique with A1 issued to ann and A2, pool 2 multi with SAVE, pool 3 closed with C1."""
    await _make(company, "A1", "A2")
    await _make(company, "SAVE", body=MULTI)
    shut = {**POOL, "issuance_allowed": False, "redemption_allowed": False}
    await _make(company, "C1", body=shut)
    await _make(company)
    await _issue(company, external_issuee_id="ann")
    return company


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "pools/9", None, 404),
        ("GET", "pools/one", None, 404),
        ("PUT", "pools/9", POOL, 404),
        ("PUT", "pools/1", MULTI, 422),
        ("PUT", "pools/1", {}, 400),
        ("POST", "pools", b"{", 400),
        ("POST", "pools/9/issuances", {}, 404),
        ("POST", "pools/3/issuances", {}, 422),
        ("POST", "pools/4/issuances", {}, 422),
        ("POST", "pools/1/issuances", {"code": "A1"}, 422),
        ("POST", "pools/1/issuances", {"code": "SAVE"}, 422),
        ("POST", "pools/1/issuances", {"code": "nothing"}, 422),
        ("POST", "pools/1/issuances", {"external_issuee_id": 7}, 400),
        ("POST", "pools/1/issuances", b"", 400),
        ("GET", "codes/nothing", None, 404),
        ("GET", "codes/nothing/issuances", None, 404),
        ("GET", "codes/nothing/redemptions", None, 404),
        ("POST", "codes/nothing/redemptions", {}, 404),
        ("POST", "codes/C1/redemptions", {}, 422),
        ("POST", "codes/A1/redemptions", {"external_issuee_id": "bob"}, 422),
        ("POST", "codes/A2/redemptions", {"external_issuee_id": "ann"}, 422),
        ("POST", "codes/SAVE/redemptions", {"issuee_id": "nobody"}, 422),
        ("POST", "codes/A1/redemptions", [], 400),
        ("DELETE", "pools/1", None, 405),
    ],
)
async def test_a_call_that_is_refused_leaves_the_journal(
    lively: Company, method: str, path: str, body: object, status: int
) -> None:
    """Each declared fault, in the envelope, with nothing recorded."""
    before = await lively.events()
    answer = await lively.platform(method, f"incentives/{path}", body)
    assert answer.status == status, answer.body
    assert answer.messages
    assert await lively.events() == before


async def test_every_fault_of_a_pool_is_told(company: Company) -> None:
    """Each member that is missing or wrong is named in one 400."""
    body = {
        "name": "",
        "issuance_allowed": "yes",
        "incentive_codes": {"low_threshold": -1, "max_characters": True},
        "distribution": {"method": "some"},
        "notification_email_address": None,
    }
    answer = await company.platform("POST", "incentives/pools", body)
    assert (answer.status, len(answer.messages)) == (400, 7)
    told = " ".join(answer.messages)
    for word in (*POOL, "low_threshold", "max_characters"):
        assert word in told or word == "incentive_codes"


@pytest.mark.parametrize(
    ("pool", "body", "status"),
    [
        (1, {}, 400),
        (1, {"codes": []}, 400),
        (1, {"count": 0}, 400),
        (1, {"count": "5"}, 400),
        (1, {"count": 2, "codes": ["X"]}, 400),
        (1, {"codes": ["X", "Y", "X"]}, 400),
        (1, {"codes": ["X", "SAVE"]}, 400),
        (1, {"codes": ["X", "MUCHTOOLONG"]}, 400),
        (1, {"codes": ["X", "a/b"]}, 400),
        (2, {"codes": ["X"]}, 400),
        (9, {"codes": ["X"]}, 404),
    ],
)
async def test_codes_are_refused_whole(
    lively: Company, pool: int, body: object, status: int
) -> None:
    """Nothing, both, out of bounds, twice, known, too long, no part of a path, a full multi pool."""
    before = await lively.events()
    answer = await lively.control("POST", f"/incentives/pools/{pool}/codes", body)
    assert answer.status == status, answer.body
    assert answer.messages
    assert await lively.events() == before


@asynccontextmanager
async def _served(http: ClientSession, path: Path) -> AsyncIterator[Company]:
    """A simulator on the file, and its account "acme", made if it is not there."""
    async with build(ServerSettings(port=0, db=path, accounts=())) as system:
        url = await system.listen()
        made = await call(http, "POST", f"{url}/_sim/accounts", {"company_key": "acme"})
        if made.status == 409:
            made = await call(http, "GET", f"{url}/_sim/accounts/acme")
        yield Company(http, url, made.json)


async def test_pools_and_issuances_are_there_after_a_restart(
    http: ClientSession, tmp_path: Path
) -> None:
    """What was made, issued and redeemed is the same, and the next code is the next."""
    path, reads = tmp_path / "sim.db", ("pools", "codes/A1", "codes/A1/issuances")
    async with _served(http, path) as company:
        await _make(company, "A1", "A2")
        await _issue(company, external_issuee_id="ann")
        await company.platform("POST", "incentives/codes/A1/redemptions", {})
        before = [(await company.platform("GET", f"incentives/{read}")).json for read in reads]
    async with _served(http, path) as company:
        after = [(await company.platform("GET", f"incentives/{read}")).json for read in reads]
        assert after == before
        following = await _issue(company)
        assert (following["id"], following["incentive_code"]["code"]) == (2, "A2")
        assert await _make(company) == 2

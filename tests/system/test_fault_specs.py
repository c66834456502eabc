"""Fault rules that are written wrong: each mistake with its place and its mend, all at once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.system.company import Company, call

PLAIN = {"match": {"surface": "platform"}, "effect": {"throttle": True}}


@pytest.mark.parametrize(
    ("change", "path", "told"),
    [
        ({"match": {}}, "match.surface", 'match needs "surface"'),
        ({"match": {"surface": "smtp"}}, "match.surface", 'did you mean "smpp"?'),
        ({"match": {"surface": "mo", "nmber": "1"}}, "match.nmber", 'did you mean "number"?'),
        ({"match": {"surface": "mo", "number": "12"}}, "match.number", "is not a US or Canadian"),
        ({"match": {"surface": "mo", "since": "x"}}, "match.since", 'write "2026-01-05T15:00:00Z"'),
        ({"match": {"surface": "mo", "nth": 0}}, "match.nth", "write 1 or more"),
        ({"match": {"surface": "mo", "nth": "1"}}, "match.nth", "write a whole number"),
        ({"effect": {}}, "effect", "write exactly one of status, vendor_error,"),
        ({"effect": {"drop": True, "half": True}}, "effect", "write exactly one of"),
        ({"effect": {"drop": False}}, "effect.drop", "write true, or leave it out"),
        ({"effect": {"explode": True}}, "effect.explode", "unknown member"),
        ({"effect": {"delay": "soon"}}, "effect.delay", 'write "24h"'),
        ({"effect": {"status": "503"}}, "effect.status", "write a whole number"),
        ({"effect": {"fail": 3}}, "", 'knows no effect "fail"; it may be delay, drop,'),
        ({"effect": {"delay": "61s"}}, "", "a minute at most"),
        ({"effect": {"store_slow": "61s"}}, "", "a minute at most"),
        ({"effect": {"status": 399}}, "", "400 to 599"),
        ({"effect": {"status": 600}}, "", "400 to 599"),
        ({"ratio": "3/2"}, "ratio", "more than all"),
        ({"ratio": "half"}, "ratio", 'write "1/100" or "1%"'),
        ({"ratio": "1/0"}, "ratio", 'write "1/100" or "1%"'),
        ({"budget": 0}, "budget", "write 1 or more"),
        ({"budget": "3"}, "budget", "write a whole number"),
        ({"id": ""}, "id", "it cannot be empty"),
        ({"match": {"surface": "smpp"}, "effect": {"status": 0}}, "", "1 to 65535"),
        ({"match": {"surface": "connect"}, "effect": {"vendor_error": 1003}}, "", "1000 to 1034"),
        ({"match": {"surface": "carrier"}, "effect": {"fail": 27}}, "", "1 to 26, or 100 to 108"),
    ],
)
async def test_a_mistake_is_told_with_its_place_and_mend(
    company: Company, change: dict[str, Any], path: str, told: str
) -> None:
    """The same at the control call and in an account's spec, and nothing is changed."""
    rule = {**PLAIN, **change}
    answer = await company.control("POST", "/faults", rule)
    assert answer.status == 400
    (error,) = answer.json["errors"]
    assert error["path"] == path
    assert told in error["message"]
    made = await call(company.http, "POST", f"{company.url}/_sim/accounts", {"faults": [rule]})
    assert made.status == 400
    (error,) = made.json["errors"]
    assert error["path"] == f"faults.0.{path}".rstrip(".")
    assert told in error["message"]
    assert await company.events("FaultAdded") == []


async def test_every_mistake_is_told_at_once(company: Company) -> None:
    """Five faults of two rules are five errors."""
    first = {"match": {"surface": "smtp", "nth": 0}, "effect": {"status": "x"}, "ratio": "2/1"}
    second = {"match": {"surface": "platform"}, "effect": {"fail": 3}}
    answer = await call(
        company.http, "POST", f"{company.url}/_sim/accounts", {"faults": [first, second]}
    )
    assert [item["path"] for item in answer.json["errors"]] == [
        *("faults.0.match.surface", "faults.0.match.nth", "faults.0.effect.status"),
        *("faults.0.ratio", "faults.1"),
    ]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, 'write "match" and "effect", or "profile"'),
        ({"match": {"surface": "mo"}}, 'write "match" and "effect", or "profile"'),
        ({"profile": "flaky"}, 'did you mean "flaky_api"?'),
        ({"profile": "flaky_api", "budget": 1}, "a profile has no other member"),
        ([], "write members"),
    ],
)
async def test_a_call_that_names_no_rule_is_told(company: Company, body: object, told: str) -> None:
    """Neither rule nor profile, or a profile that there is not."""
    answer = await company.control("POST", "/faults", body)
    assert answer.status == 400
    assert told in answer.messages[0]

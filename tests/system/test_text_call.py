"""POST text: what a text would take and cost, before anybody sends it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.system.company import Company
from tests.system.conftest import MakeCompany


async def _estimate(company: Company, text: str) -> Any:
    answer = await company.control("POST", "/text", {"text": text})
    assert answer.status == 200, answer.body
    return answer.json


async def test_a_plain_text_is_one_segment(company: Company) -> None:
    """Alphabet, units, segments with their texts, nothing that forced UCS-2, the price of one."""
    assert await _estimate(company, "Hello {you}") == {
        "alphabet": "GSM-7",
        "units": 13,
        "segments": 1,
        "parts": ["Hello {you}"],
        "forced_by": [],
        "hint": None,
        "price_micros": 7_500,
    }


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "segments"),
    [
        ("", "GSM-7", 0, 1),
        ("x" * 160, "GSM-7", 160, 1),
        ("x" * 161, "GSM-7", 161, 2),
        ("x" * 320, "GSM-7", 320, 3),
        ("x" * 159 + "€", "GSM-7", 161, 2),
        ("x" * 159 + "\U0001f44d", "UCS-2", 161, 3),
        ("я" * 70, "UCS-2", 70, 1),
        ("я" * 71, "UCS-2", 71, 2),
    ],
)
async def test_segments_are_counted_as_a_phone_does(
    company: Company, text: str, alphabet: str, units: int, segments: int
) -> None:
    """160 and 153 of GSM-7, 70 and 67 of UCS-2; the euro takes two; the parts joined are the text."""
    found = await _estimate(company, text)
    assert (found["alphabet"], found["units"], found["segments"]) == (alphabet, units, segments)
    assert len(found["parts"]) == segments
    assert "".join(found["parts"]) == text


async def test_what_forces_ucs2_is_named_with_what_would_do(company: Company) -> None:
    """Each character once, in order, and a hint that tells the cost and the mend."""
    found = await _estimate(company, "It’s “on”, it’s " + "x" * 100)
    assert found["forced_by"] == ["’", "“", "”"]
    assert found["segments"] == 2
    assert "force UCS-2: 2 segments instead of 1" in found["hint"]
    assert "' and \" would keep it in GSM-7" in found["hint"]


async def test_the_price_is_the_accounts(make_company: MakeCompany) -> None:
    """`price_micros` for each segment."""
    company = await make_company(settings={"price_micros": 11_000})
    assert (await _estimate(company, "x" * 320))["price_micros"] == 33_000


async def test_an_estimate_agrees_with_what_is_sent(company: Company) -> None:
    """The parts of a sent message are those that were estimated."""
    text = "Zażółć gęślą jaźń " * 8
    found = await _estimate(company, text)
    sent = await company.send("+13125550101", text, attributes='splitLongMessage="true"')
    shown = await company.control("GET", f"/messages/{sent.xml.get('messageId')}")
    assert [part["text"] for part in shown.json["parts"]] == found["parts"]


async def test_asking_changes_nothing(company: Company) -> None:
    """The journal is as it was."""
    before = await company.events()
    await _estimate(company, "Hello")
    assert await company.events() == before


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "text"),
        ({"text": None}, "text"),
        ({"text": 7}, "text"),
        ({"text": "x" * 10_001}, "text"),
        ({"text": "x", "tex": "y"}, "tex"),
    ],
)
async def test_a_wrong_call_is_told_with_its_path(
    company: Company, body: object, path: str
) -> None:
    """A text that is absent, none or too long, and a member there is not."""
    answer = await company.control("POST", "/text", body)
    assert answer.status == 400
    assert [error["path"] for error in answer.json["errors"]] == [path]


async def test_an_account_there_is_not_is_404(company: Company) -> None:
    """The call is the account's, for its price."""
    async with company.http.post(f"{company.url}/_sim/accounts/nobody/text", json={}) as answer:
        assert answer.status == 404

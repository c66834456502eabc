from __future__ import annotations

import pytest

from tests.system.company import Company

ANN = "+13125550101"
BOB = "+13125550102"


async def _ids(company: Company, query: str) -> list[str]:
    items = (await company.control("GET", f"/messages?{query}")).json["items"]
    return [f"{item['direction']} {item['mdn'][-1]} {item['purpose']}" for item in items]


async def test_messages_are_narrowed_by_every_member(company: Company) -> None:
    """direction, mdn in any form, state and since each leave only what they say."""
    await company.send(ANN)
    await company.text(BOB, "HELP")
    await company.advance("1h")
    await company.send(BOB)
    every = ["mt 1 connect", "mo 2 help", "mt 2 help_reply", "mt 2 connect"]
    assert await _ids(company, "") == every
    assert await _ids(company, "direction=mo") == every[1:2]
    assert await _ids(company, "mdn=3125550101") == every[:1]
    assert await _ids(company, "mdn=%2B13125550102&direction=mt") == every[2:]
    assert await _ids(company, "state=delivered") == [every[0], every[2]]
    assert await _ids(company, "since=2026-01-05T16:00:00Z") == every[3:]


async def test_messages_are_paged_with_a_cursor(company: Company) -> None:
    """Pages of two, each begun by the cursor of the one before, are all messages once."""
    for number in range(5):
        await company.send(ANN, f"{number}")
    texts: list[str] = []
    cursor: int | None = 0
    pages = 0
    while cursor is not None:
        page = (await company.control("GET", f"/messages?limit=2&cursor={cursor}")).json
        texts += [item["text"] for item in page["items"]]
        cursor = page["next"]
        pages += 1
    assert texts == list("01234")
    assert pages == 3


@pytest.mark.parametrize(
    "query", ["limit=0", "direction=up", "since=now", "mdn=12", "cursor=-1", "colour=red"]
)
async def test_a_wrong_query_is_400(company: Company, query: str) -> None:
    """A value that cannot be taken and an unknown member are told."""
    answer = await company.control("GET", f"/messages?{query}")
    assert answer.status == 400
    assert answer.messages


async def test_one_message_shows_its_history_and_what_was_submitted(company: Company) -> None:
    """GET messages/{id}, also by the id of a later part, has history and details."""
    sent = await company.send(ANN, "x" * 200, attributes='splitLongMessage="true"')
    message_id = sent.xml.get("messageId")
    await company.advance("1h")
    shown = (await company.control("GET", f"/messages/{message_id}")).json
    assert [step["state"] for step in shown["history"]] == [
        "accepted",
        "routed",
        "sent",
        "delivered",
    ]
    assert (shown["state"], shown["segments"], shown["code"]) == ("delivered", 2, "65047")
    part = shown["details"]["part_ids"][1]
    assert (await company.control("GET", f"/messages/{part}")).json["id"] == message_id
    assert (await company.control("GET", "/messages/nothing")).status == 404


async def test_a_conversation_is_oldest_first(company: Company) -> None:
    """GET handsets/{mdn} shows both directions in the order they happened."""
    await company.text(ANN, "VIP")
    await company.advance("1m")
    await company.text(ANN, "Y")
    shown = (await company.control("GET", "/handsets/3125550101")).json
    assert shown["mdn"] == ANN
    assert [(item["direction"], item["purpose"]) for item in shown["messages"]] == [
        ("mo", "keyword VIP"),
        ("mt", "confirmation"),
        ("mo", "yes"),
        ("mt", "welcome"),
    ]
    first = shown["messages"][0]
    assert (first["text"], first["state"], first["at"]) == (
        "VIP",
        "received",
        "2026-01-05T15:00:00Z",
    )


async def test_a_text_is_answered_with_what_it_was_taken_for(company: Company) -> None:
    """POST handsets/{mdn}/messages is 202 with the message; an empty or huge one is 400."""
    received = await company.text(ANN, "what?")
    assert (received["direction"], received["taken_as"]) == ("mo", "unmatched")
    for text in ("", "x" * 1601, None):
        answer = await company.control("POST", f"/handsets/{ANN}/messages", {"text": text})
        assert answer.status == 400

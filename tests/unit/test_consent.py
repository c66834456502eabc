"""Consent evidence: what a real run left in its journal, read for one number and judged."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pytest

from harness.commands.consent import document, page
from harness.consent import Evidence, Verdict, evidence
from harness.consent.records import (
    After,
    Disconnect,
    Help,
    Membership,
    Message,
    NearMiss,
    OptOut,
    Request,
)
from harness.environment import SimAccount, start
from harness.vibes import VibesClient
from tests.unit.test_reports_page import Page

ANA, BEN = "+13125550101", "+13125550102"
PROMPT = "Reply Y to join VIP Deals. Msg&data rates may apply. Reply HELP for help, STOP to stop."
WELCOME = "Welcome to VIP Deals! Reply HELP for help, STOP to stop."
STOPPED = "You are unsubscribed and will get no more messages. Reply START to return."

Story = Callable[[SimAccount, VibesClient], Awaitable[None]]


async def _told(story: Story, **spec: object) -> Evidence:
    async with start() as environment:
        account = await environment.account({"seed": 1, "company_key": "acme", **spec})
        async with account.vibes() as vibes:
            await story(account, vibes)
        return evidence(await account.events(), ANA)


async def _submit(vibes: VibesClient, text: str) -> None:
    answer = await vibes.submit(
        mdn=ANA,
        code="65047",
        text=text,
        split=True,
        alternate=False,
        carrier=None,
        company_id=None,
        receipts="NONE",
        receipts_url=None,
    )
    assert answer.status == 200


async def _join(vibes: VibesClient, campaign: str = "JoinVip01") -> None:
    path = f"campaigns/acquisition/{campaign}/participants"
    assert (await vibes.call("POST", path, {"mobile_phone": {"mdn": ANA}}))[0] == 201


async def _a_life(account: SimAccount, vibes: VibesClient) -> None:
    """Joins by a form, hears of a sale, says STOP, asks for help, and comes back by keyword."""
    await _join(vibes)
    await account.advance("10m")
    await account.text(ANA, " y ")
    await account.advance("1h")
    await account.text(ANA, "please stop it")
    await account.advance("1m")
    await _submit(vibes, "Sale <b>today</b>")
    await account.text(ANA, "STOP")
    await account.text(BEN, "VIP")
    await account.advance("5m")
    await account.text(ANA, "help")
    await account.advance("1m")
    await _submit(vibes, "Come back")
    await account.text(ANA, "quit")
    await account.advance("1m")
    await _join(vibes, "JoinNews01")
    await account.advance("1h")
    await account.text(ANA, "VIP")
    await account.advance("1m")
    await account.text(ANA, "Y")
    await account.advance("1h")
    await account.set_handset(ANA, {"connected": False})


async def test_the_way_onto_a_list_is_there_with_its_wording_and_times() -> None:
    """The request, the prompt as sent and when it came, the yes as typed, the membership, its end."""
    told = await _told(_a_life)
    first, news, again = told.requests
    words = {item.id: item for item in told.messages}
    assert (first.how, first.campaign, first.list_id, first.outcome) == (
        *("api", "JoinVip01", "1001"),
        "confirmed",
    )
    assert (first.at, first.window_ends_at) == (
        "2026-01-05T15:00:00.000Z",
        "2026-01-06T15:00:00.000Z",
    )
    (prompt,) = (words[key] for key in first.prompts)
    assert (prompt.text, prompt.state) == (PROMPT, "delivered")
    assert prompt.delivered_at is not None
    assert first.at < prompt.delivered_at < "2026-01-05T15:00:20"
    assert [step.state for step in prompt.states] == ["accepted", "routed", "sent", "delivered"]
    assert first.answer is not None
    assert (first.answer.text, first.answer.at) == (" y ", "2026-01-05T15:10:00.000Z")
    assert words[first.welcome or ""].text == WELCOME
    assert (news.how, news.outcome, news.answer) == ("api", "pending", None)
    assert again.words is not None
    assert (again.how, again.keyword, again.words.text) == ("keyword", "VIP", "VIP")
    one, two = told.memberships
    assert (one.consent, one.request, one.end_reason) == ("api", first.row, "keyword_opt_out")
    assert (two.consent, two.request, two.end_reason) == ("VIP", again.row, "disconnect")
    assert (one.name, one.began_at) == ("VIP Deals", "2026-01-05T15:10:00.000Z")


async def test_opt_outs_help_and_what_else_was_texted() -> None:
    """Each STOP with its confirmation and delay, what lifted it; HELP; a near miss; a disconnect."""
    told = await _told(_a_life)
    words = {item.id: item for item in told.messages}
    stop, again = told.opt_outs
    assert stop.text is not None
    assert (stop.text.text, stop.codes, stop.lists_left) == ("STOP", ["65047"], ["1001"])
    assert [words[key].text for key in stop.confirmations] == [STOPPED]
    assert stop.confirmed_after_s == 0
    assert stop.read_after_s is not None
    assert 0 < stop.read_after_s < 20
    (lifted,) = stop.lifted
    assert (lifted.code, lifted.by) == ("65047", 'the text "Y", taken as yes')
    assert (again.confirmations, len(again.lifted)) == ([], 1)
    (asked,) = told.help
    assert words[asked.answer or ""].text.startswith("Reply STOP to stop messages.")
    assert asked.answered_after_s == 0
    (miss,) = told.near_misses
    assert (miss.keyword, miss.text.text) == ("STOP", "please stop it")
    assert [item.at for item in told.disconnects] == [told.until]
    assert all(item.text != "VIP" or item.direction == "mo" for item in told.messages)


async def test_each_message_after_an_opt_out_is_judged() -> None:
    """Under way, the confirmation, a reply, one that Vibes stopped, a prompt by call, one by text."""
    told = await _told(_a_life)
    found = [(item.purpose, item.verdict) for item in told.after_opt_out]
    assert found == [
        ("connect", Verdict.ALLOWED),
        ("stop_reply", Verdict.ALLOWED),
        ("help_reply", Verdict.ALLOWED),
        ("connect", Verdict.STOPPED),
        ("confirmation", Verdict.UNPROVEN),
        ("confirmation", Verdict.ALLOWED),
    ]
    whys = [item.why for item in told.after_opt_out]
    assert whys[0] == "accepted 0 s before the opt-out, and under way"
    assert whys[1] == "the one confirmation of the opt-out, sent 0 s after it (within five minutes)"
    assert whys[2] == 'the automatic reply to "help", which the number texted'
    assert whys[3].endswith("Vibes blocked it, and it never left")
    assert told.verdict == "unproven"
    assert told.statement == [
        f"{ANA} opted out 2 times.",
        "After an opt-out: 6 messages, 4 allowed, 1 stopped by Vibes before it left, "
        "1 allowed only if the person asked for it elsewhere.",
        '"please stop it" of 2026-01-05T16:10:00.000Z holds the word STOP, '
        "and was not taken as an opt-out (unmatched).",
    ]


async def test_a_message_let_through_is_a_violation() -> None:
    """Where the account lets sends through, what arrives after a STOP is said to be a violation."""

    async def story(account: SimAccount, vibes: VibesClient) -> None:
        await account.import_subscribers("1001", [{"mdn": ANA, "external_person_id": "1"}])
        await account.text(ANA, "Stop")
        await account.advance("1h")
        await _submit(vibes, "One more")
        await account.advance("1m")
        await account.text(ANA, "START")
        await account.advance("1m")
        await _submit(vibes, "Thanks")

    told = await _told(story, settings={"stop_blocks_sends": False})
    assert [(item.text, item.verdict) for item in told.after_opt_out][1:] == [
        ("One more", Verdict.VIOLATION)
    ]
    told_why = 'a campaign message 60 min after "Stop" to 65047, and it arrived'
    assert told.after_opt_out[-1].why == told_why
    assert told.verdict == "violation"
    assert (told.requests[0].how, told.memberships[0].consent) == ("import", "import")
    assert told.opt_outs[0].lifted[0].by == 'the text "START", taken as start'


async def test_leaving_by_a_call_is_an_opt_out_of_those_lists() -> None:
    """On another list it goes on; off the last one, what a campaign sends is a violation."""

    async def story(account: SimAccount, vibes: VibesClient) -> None:
        for list_id in ("1001", "1002"):
            await account.import_subscribers(list_id, [{"mdn": ANA}])
        body: dict[str, Any] = {"reason": "bulk_opt_out", "mdns": [ANA], "list": "1001"}
        await account.operate("POST", "/opt-outs", body)
        await _submit(vibes, "Still on 1002")
        await account.operate("POST", "/opt-outs", {**body, "list": "1002"})
        await account.advance("3d")
        await _submit(vibes, "On none")
        await account.advance("1m")
        await account.import_subscribers("1001", [{"mdn": ANA}])
        await account.import_subscribers("1002", [{"mdn": ANA}])
        await _submit(vibes, "Back on both")
        await account.advance("1m")

    told = await _told(story)
    assert [(item.by, item.lists_left, item.text) for item in told.opt_outs] == [
        ("bulk_opt_out", ["1001"], None),
        ("bulk_opt_out", ["1002"], None),
    ]
    still, none = told.after_opt_out
    assert (still.verdict, none.verdict) == (Verdict.ALLOWED, Verdict.VIOLATION)
    assert still.why == "the number is still on list 1002; the opt-out ended 1001 alone"
    assert none.why.startswith("a campaign message 3 days after the number left its last list")


async def test_what_is_no_opt_out_and_what_joins_at_once() -> None:
    """A single opt-in is a request that was answered at once; an archived list is nobody's opt-out."""

    async def story(account: SimAccount, vibes: VibesClient) -> None:
        await _join(vibes, "Once")
        await account.operate("DELETE", "/lists/1001", {})

    campaign = {"id": "Once", "list": "1001", "opt_in": "single", "welcome": "Hello"}
    told = await _told(story, acquisition_campaigns=[campaign])
    (request,) = told.requests
    assert (request.how, request.campaign, request.outcome) == ("api", "Once", "joined at once")
    assert request.welcome is not None
    assert [(item.end_reason, item.request) for item in told.memberships] == [
        ("list_archived", request.row)
    ]
    assert (told.opt_outs, told.verdict) == ([], "none")
    assert told.statement == [f"{ANA} never opted out in this journal."]


async def test_the_document_has_its_members_and_the_page_the_wording() -> None:
    """JSON with the documented members, times that sort; the page shows every text as text."""
    told = await _told(_a_life)
    shown = json.loads(document(told))
    assert shown == json.loads(json.dumps(asdict(told)))
    assert [shown["format"], shown["account"], shown["number"]] == [1, "acme", ANA]
    times = [item["at"] for item in shown["messages"]]
    assert times == sorted(times)
    drawn = Page(page(told))
    assert drawn.suspect == []
    assert "script" not in drawn.tags
    for text in (PROMPT, WELCOME, STOPPED, "y", "Sale <b>today</b>", "please stop it"):
        assert text in drawn["said"]
    assert drawn["verdict"] == ["".join(told.statement)]
    assert sum(row.startswith("2026-01-05") for row in drawn["tr"]) == len(told.messages) + 6


def test_a_file_that_is_no_journal_is_refused() -> None:
    """A journal begins with an account that was opened."""
    with pytest.raises(ValueError, match="does not begin"):
        evidence([], ANA)


def test_every_member_of_the_document_is_documented() -> None:
    """The page on reports names each list of the JSON and each member of what is in it."""
    page_of_reports = Path(__file__).parents[2] / "docs" / "reports.md"
    rows = page_of_reports.read_text(encoding="utf-8")
    kinds = {
        "after_opt_out": After,
        "requests": Request,
        "memberships": Membership,
        "opt_outs": OptOut,
        "help": Help,
        "near_misses": NearMiss,
        "disconnects": Disconnect,
        "messages": Message,
    }
    for name, kind in kinds.items():
        (row,) = [line for line in rows.splitlines() if line.startswith(f"| `{name}` |")]
        assert [item.name for item in fields(kind) if f"`{item.name}`" not in row] == []
    assert [item.name for item in fields(Evidence) if f"`{item.name}`" not in rows] == []

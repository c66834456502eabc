from __future__ import annotations

import pytest

from tests.system.company import Company
from tests.system.conftest import MakeCompany

ANN = "+13125550101"
TWO_CODES = {
    "source_codes": [{"code": "65047"}, {"code": "70000"}],
    "subscription_lists": [{"id": "1001"}, {"id": "1002"}],
    "acquisition_campaigns": [
        {"id": "Vip", "list": "1001", "code": "65047", "keywords": ["VIP"]},
        {"id": "News", "list": "1002", "code": "70000", "keywords": ["NEWS"]},
    ],
}


async def _reasons(company: Company) -> list[tuple[str, str]]:
    removed = await company.events("SubscriptionRemoved")
    return [(item["data"]["list_id"], item["data"]["reason"]) for item in removed]


async def test_stop_confirms_then_removes_then_blocks(company: Company) -> None:
    """STOP sends its one confirmation, which is delivered, leaves the lists, and bars later sends."""
    await company.subscribe(ANN, list_id="1001")
    await company.subscribe(ANN, list_id="1002")
    assert (await company.text(ANN, " stop "))["taken_as"] == "stop"
    assert await _reasons(company) == [
        ("1001", "keyword_opt_out"),
        ("1002", "keyword_opt_out"),
    ]
    assert (await company.send(ANN)).status == 200
    await company.advance("1h")
    assert [(purpose, state) for purpose, state, _ in await company.phone(ANN)] == [
        ("stop", "received"),
        ("stop_reply", "delivered"),
        ("connect", "blocked"),
    ]


async def test_a_blocked_send_has_system_code_9_in_its_history(company: Company) -> None:
    """The history of a send to an opted-out number ends blocked with receipt code 9."""
    await company.text(ANN, "STOP")
    message_id = (await company.send(ANN)).xml.get("messageId")
    await company.advance("1m")
    shown = (await company.control("GET", f"/messages/{message_id}")).json
    assert [(step["state"], step["error_code"]) for step in shown["history"]] == [
        ("accepted", None),
        ("blocked", 9),
    ]


async def test_start_lifts_the_block_and_rejoins_nothing(company: Company) -> None:
    """After START a send is delivered; membership does not come back by itself."""
    await company.subscribe(ANN)
    await company.text(ANN, "STOP")
    await company.text(ANN, "Start")
    await company.send(ANN)
    await company.advance("1h")
    assert [(purpose, state) for purpose, state, _ in await company.phone(ANN)][2:] == [
        ("start", "received"),
        ("start_reply", "delivered"),
        ("connect", "delivered"),
    ]
    assert not await company.member(ANN)


async def test_start_may_resubscribe(make_company: MakeCompany) -> None:
    """With start "resubscribe" START puts the number back on the lists STOP took it off."""
    company = await make_company(settings={"start": "resubscribe"})
    await company.subscribe(ANN, list_id="1002")
    await company.text(ANN, "STOP")
    await company.text(ANN, "UNSTOP")
    assert (await company.member(ANN, "1001"), await company.member(ANN, "1002")) == (False, True)


async def test_a_new_opt_in_lifts_the_block(company: Company) -> None:
    """Joining again after STOP and saying Y makes sends possible."""
    await company.text(ANN, "STOP")
    assert (await company.join(ANN)).status == 201
    await company.text(ANN, "Y")
    message_id = (await company.send(ANN)).xml.get("messageId")
    await company.advance("1h")
    assert (await company.control("GET", f"/messages/{message_id}")).json["state"] == "delivered"


async def test_stop_blocks_sends_can_be_turned_off(make_company: MakeCompany) -> None:
    """With stop_blocks_sends false a send after STOP is delivered."""
    company = await make_company(settings={"stop_blocks_sends": False})
    await company.text(ANN, "STOP")
    await company.send(ANN)
    await company.advance("1h")
    assert (await company.phone(ANN))[-1][:2] == ("connect", "delivered")


@pytest.mark.parametrize(
    ("scope", "left"), [("code", ["1001"]), ("list", ["1001"]), ("company", ["1001", "1002"])]
)
async def test_the_scope_of_stop_is_a_setting(
    make_company: MakeCompany, scope: str, left: list[str]
) -> None:
    """code and list: what that code feeds; company: every list."""
    company = await make_company(**TWO_CODES, settings={"stop_scope": scope})
    await company.subscribe(ANN, list_id="1001")
    await company.subscribe(ANN, list_id="1002")
    await company.text(ANN, "STOP", to="65047")
    assert [list_id for list_id, _ in await _reasons(company)] == left


async def test_a_block_is_of_one_code(make_company: MakeCompany) -> None:
    """STOP to one code leaves sends from the other code alone."""
    company = await make_company(**TWO_CODES)
    await company.text(ANN, "STOP", to="65047")
    await company.send(ANN, source="70000")
    await company.send(ANN, source="65047")
    await company.advance("1h")
    assert [state for _, state, _ in await company.phone(ANN)][2:] == ["delivered", "blocked"]


async def test_a_repeated_stop_is_confirmed_once_per_window(company: Company) -> None:
    """A second STOP within 24 h that changes nothing gets no text, one after 24 h does."""
    for _ in range(3):
        await company.text(ANN, "STOP")
    assert await company.purposes(ANN) == ["stop", "stop_reply", "stop", "stop"]
    await company.advance("24h")
    await company.text(ANN, "STOP")
    assert (await company.purposes(ANN))[-1] == "stop_reply"


async def test_a_stop_while_pending_rejects_without_a_block(company: Company) -> None:
    """STOP rejects the request; an API join afterwards is a new 201, a later Y of the old none."""
    await company.join(ANN)
    await company.text(ANN, "STOP")
    ended = await company.events("ParticipationEnded")
    assert [item["data"]["outcome"] for item in ended] == ["REJECTED"]
    assert (await company.text(ANN, "Y"))["taken_as"] == "unmatched"
    assert (await company.join(ANN)).status == 201


async def test_a_stop_that_ends_a_request_is_always_confirmed(company: Company) -> None:
    """A second STOP within the window is confirmed where something was pending."""
    await company.text(ANN, "STOP")
    await company.join(ANN)
    await company.text(ANN, "STOP")
    assert (await company.purposes(ANN)).count("stop_reply") == 2


async def test_a_stop_may_set_the_block(make_company: MakeCompany) -> None:
    """With stop_sets_block a STOP while pending is 422 for the API afterwards; no_sets_block off is not."""
    company = await make_company(settings={"stop_sets_block": True, "no_sets_block": False})
    await company.join(ANN)
    await company.text(ANN, "STOP")
    assert (await company.join(ANN)).status == 422
    await company.join("+13125550102")
    await company.text("+13125550102", "NO")
    assert (await company.join("+13125550102")).status == 201


async def test_help_and_noise_get_their_replies(make_company: MakeCompany) -> None:
    """HELP and an unknown text are answered with the code's own words, HELP even after STOP."""
    company = await make_company(
        source_codes=[{"code": "65047", "help": "H!", "stop": "S!", "unrecognised": "U!"}]
    )
    for text in ("STOP", "info", "what?"):
        await company.text(ANN, text)
    await company.advance("1h")
    sent = [
        (text, state) for purpose, state, text in await company.phone(ANN) if "reply" in purpose
    ]
    assert sent == [("S!", "delivered"), ("H!", "delivered"), ("U!", "delivered")]


async def test_a_near_miss_opts_nobody_out_and_is_reported(company: Company) -> None:
    """ "please stop texting" leaves the member on the list and is recorded as a near miss."""
    await company.subscribe(ANN)
    assert (await company.text(ANN, "please stop texting"))["taken_as"] == "unmatched"
    assert await company.member(ANN)
    near = await company.events("KeywordNearMiss")
    assert [item["data"]["keyword"] for item in near] == ["STOP"]


async def test_a_text_to_a_code_that_is_not_the_accounts_is_404(company: Company) -> None:
    """An unknown code is told with the codes there are, and nothing is recorded."""
    answer = await company.control(
        "POST", f"/handsets/{ANN}/messages", {"text": "hi", "to": "11111"}
    )
    assert answer.status == 404
    assert "65047" in answer.messages[0]
    assert await company.purposes(ANN) == []


async def test_stop_of_one_list_leaves_the_code_open(make_company: MakeCompany) -> None:
    """Scope list ends the membership joined last, and sends go on while another list remains."""
    company = await make_company(settings={"stop_scope": "list"})
    await company.subscribe(ANN, list_id="1001")
    await company.subscribe(ANN, list_id="1002")
    await company.text(ANN, "STOP")
    await company.send(ANN)
    await company.text(ANN, "STOP")
    await company.send(ANN)
    await company.advance("1h")
    assert [list_id for list_id, _ in await _reasons(company)] == ["1002", "1001"]
    sends = [state for purpose, state, _ in await company.phone(ANN) if purpose == "connect"]
    assert sends == ["delivered", "blocked"]


async def test_stop_of_the_company_bars_every_code(make_company: MakeCompany) -> None:
    """Scope company ends pending opt-ins and bars sends on the other codes too."""
    company = await make_company(**TWO_CODES, settings={"stop_scope": "company"})
    await company.join(ANN, "News")
    await company.text(ANN, "STOP", to="65047")
    await company.send(ANN, source="70000")
    assert (await company.text(ANN, "Y", to="70000"))["taken_as"] == "unmatched"
    await company.advance("1h")
    assert ("connect", "blocked", "Hello") in await company.phone(ANN)

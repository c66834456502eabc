"""GET messages/{id}: one look at a message says how it fared, why, and who was told what."""

from __future__ import annotations

from typing import Any

from tests.system.company import Company
from tests.system.conftest import MakeCompany
from tests.system.receiver import Receiver

ANN = "+13125550101"
FIXED = {"default": {"carrier_delay": ["2s", "2s"], "handset_delay": ["4s", "4s"]}}
SPLIT = 'splitLongMessage="true"'


async def _explain(company: Company, message_id: object) -> Any:
    answer = await company.control("GET", f"/messages/{message_id}")
    assert answer.status == 200, answer.body
    return answer.json


async def _sent(company: Company, mdn: str = ANN, **wish: Any) -> str:
    answer = await company.send(mdn, **wish)
    assert answer.status == 200, answer.body
    return answer.xml.get("messageId") or ""


async def test_the_way_of_a_message_in_one_look(make_company: MakeCompany) -> None:
    """Route, what was drawn, what was planned, every state with its time, and a sentence of it."""
    company = await make_company(carriers=FIXED)
    await company.control("PUT", f"/handsets/{ANN}", {"carrier": "104"})
    message_id = await _sent(company)
    await company.advance("1m")
    shown = await _explain(company, message_id)
    fate = shown["fate"]
    assert fate["route"] == {
        "by": "connect",
        "code": "65047",
        "carrier": {"code": "104", "name": "AT&T"},
        "profile": "plain",
    }
    assert fate["drawn"] == {
        "outcome": "drawn: delivered at plain",
        "carrier_delay_ms": 2_000,
        "handset_delay_ms": 4_000,
        "waited_ms": 0,
    }
    planned = [(step["state"], step["at"], step["error_code"]) for step in fate["planned"]]
    assert planned == [
        ("routed", "2026-01-05T15:00:00.020Z", None),
        ("sent", "2026-01-05T15:00:02.020Z", None),
        ("delivered", "2026-01-05T15:00:06.020Z", None),
    ]
    history = [(step["state"], step["at"], step["error_code"]) for step in shown["history"]]
    assert history[1:] == planned
    assert fate["why"] == (
        f"came by HTTP, went from 65047 to {ANN} at AT&T; delivered (drawn: delivered at plain)"
    )
    assert (shown["state"], shown["faults"], shown["told"], shown["replies"]) == (
        "delivered",
        [],
        [],
        [],
    )
    assert shown["parts"] == [{"id": message_id, "text": "Hello"}]


async def test_a_message_under_way_shows_what_is_planned(make_company: MakeCompany) -> None:
    """The future stands beside the history, so that a test knows how far to advance."""
    company = await make_company(carriers=FIXED)
    shown = await _explain(company, await _sent(company))
    assert [step["state"] for step in shown["history"]] == ["accepted"]
    assert [step["state"] for step in shown["fate"]["planned"]] == ["routed", "sent", "delivered"]
    assert "; accepted" in shown["fate"]["why"]


async def test_what_was_told_with_every_answer(
    make_company: MakeCompany, receiver: Receiver
) -> None:
    """Each receipt: stage, URL, and each attempt with its time and status: 500, then 200."""
    company = await make_company(carriers=FIXED)
    receiver.answers.append(500)
    message_id = await _sent(company, receipts=f"{receiver.url}/r")
    await company.advance("3s")
    waiting = (await _explain(company, message_id))["told"]
    assert [(item["stage"], item["unfinished"]) for item in waiting] == [
        ("System", True),
        ("Carrier", True),
    ]
    await company.advance("10m")
    told = (await _explain(company, message_id))["told"]
    assert [(item["type"], item["stage"], item["part"]) for item in told] == [
        ("mt_receipt", "System", 1),
        ("mt_receipt", "Carrier", 1),
        ("mt_receipt", "Handset", 1),
    ]
    assert {item["url"] for item in told} == {f"{receiver.url}/r"}
    assert not any(item["unfinished"] for item in told)
    attempts = [
        (one["attempt"], one["at"], one["status"], one["error"]) for one in told[0]["attempts"]
    ]
    assert attempts == [
        (1, "2026-01-05T15:00:00.020Z", 500, None),
        (2, "2026-01-05T15:05:00.020Z", 200, None),
    ]
    assert [[one["status"] for one in item["attempts"]] for item in told[1:]] == [[200], [200]]


async def test_a_receiver_that_is_not_there_is_told(make_company: MakeCompany) -> None:
    """An attempt without a status has the error instead."""
    company = await make_company(carriers=FIXED, settings={"retries": 0})
    message_id = await _sent(company, receipts="http://127.0.0.1:9/r", option="SMSC_ALL")
    await company.advance("1m")
    told = (await _explain(company, message_id))["told"]
    assert len(told) == 2
    assert {item["unfinished"] for item in told} == {False}
    for item in told:
        (attempt,) = item["attempts"]
        assert attempt["status"] is None
        assert attempt["error"]


async def test_every_fault_that_struck_is_named(
    make_company: MakeCompany, receiver: Receiver
) -> None:
    """A rule at the carrier and one at the receipts each stand with id, effect and surface."""
    company = await make_company(
        carriers=FIXED,
        faults=[
            {"id": "late", "match": {"surface": "carrier"}, "effect": {"delay": "1m"}},
            {"id": "dead", "match": {"surface": "carrier"}, "effect": {"fail": 105}},
            {
                "id": "gone",
                "match": {"surface": "receipt", "nth": 2},
                "effect": {"lose": True},
            },
        ],
    )
    message_id = await _sent(company, receipts=f"{receiver.url}/r")
    await company.advance("5m")
    shown = await _explain(company, message_id)
    faults = [(item["id"], item["effect"], item["hit"]) for item in shown["faults"]]
    assert faults == [
        ("late", "delay", "carrier"),
        ("dead", "fail", "carrier"),
        ("gone", "lose", "receipt"),
    ]
    assert shown["fate"]["drawn"]["carrier_delay_ms"] == 62_000
    assert (shown["state"], shown["error_code"]) == ("undeliverable", 105)
    assert "fault dead" in shown["fate"]["why"]
    assert [item["stage"] for item in shown["told"]] == ["System", "Handset"]
    assert shown["history"][-1]["because"] == "Message rejected by handset"


async def test_a_wait_before_the_carrier_is_told(make_company: MakeCompany) -> None:
    """Throttle and maintenance stand as milliseconds, and in the sentence."""
    company = await make_company(carriers={"default": {"profile": "instant", "per_second": 1}})
    await _sent(company)
    shown = await _explain(company, await _sent(company))
    assert shown["fate"]["drawn"]["waited_ms"] == 1_000
    assert "after waiting 1000 ms for the carrier" in shown["fate"]["why"]


async def test_a_message_that_comes_too_late_to_its_carrier_says_so(
    make_company: MakeCompany,
) -> None:
    """Where throttle and delay take longer than the validity it expires unsent, and that is why."""
    slow = {"profile": "instant", "carrier_delay": "2h", "validity": "1h"}
    company = await make_company(carriers={"default": slow})
    message_id = await _sent(company)
    await company.advance("1h")
    shown = await _explain(company, message_id)
    assert [step["state"] for step in shown["history"]] == ["accepted", "routed", "expired"]
    assert "; expired (reaches instant later than it tries)" in shown["fate"]["why"]


async def test_what_vibes_stopped_says_why(company: Company) -> None:
    """A blocked message names the STOP that stands in its way."""
    await company.text(ANN, "STOP")
    message_id = await _sent(company)
    await company.advance("1m")
    shown = await _explain(company, message_id)
    assert shown["history"][-1]["because"] == "MDN blocked"
    assert f"blocked ({ANN} said STOP to 65047)" in shown["fate"]["why"]


async def test_a_held_message_says_so(make_company: MakeCompany) -> None:
    """The history has a note how long the carrier tries; expired, the sentence says the phone was off."""
    company = await make_company(carriers=FIXED)
    await company.control("PUT", f"/handsets/{ANN}", {"reachable": False})
    message_id = await _sent(company)
    await company.advance("1m")
    held = (await _explain(company, message_id))["history"][-1]
    assert (held["state"], held["note"]) == (
        "held",
        "the phone is off; the carrier tries until 2026-01-08T15:00:00Z",
    )
    await company.advance("72h")
    shown = await _explain(company, message_id)
    assert shown["history"][-1]["because"] == "Message validity period expired before delivery"
    assert shown["fate"]["why"].endswith(
        "; expired (Message validity period expired before delivery)"
    )


async def test_a_number_that_is_gone_says_so(company: Company) -> None:
    """What was to be delivered and could not be is explained by what happened, not by the draw."""
    await company.control("PUT", f"/handsets/{ANN}", {"connected": False})
    message_id = await _sent(company)
    await company.advance("1m")
    why = (await _explain(company, message_id))["fate"]["why"]
    assert why.endswith("; undeliverable (Message undeliverable by carrier to handset)")


async def test_a_forwarded_message_names_its_copy(make_company: MakeCompany) -> None:
    """The note of the step is the copy's id; the copy names where it came from."""
    company = await make_company(
        carriers=FIXED,
        source_codes=[{"code": "65047", "alternate": "70000"}, {"code": "70000"}],
        faults=[{"match": {"surface": "carrier", "code": "65047"}, "effect": {"fail": 107}}],
    )
    message_id = await _sent(company, attributes='alternateDelivery="true"')
    await company.advance("1m")
    shown = await _explain(company, message_id)
    step = shown["history"][-1]
    assert (shown["state"], step["state"]) == ("refused", "forwarded")
    copy = await _explain(company, step["note"])
    assert copy["fate"]["forwarded_from"] == message_id
    assert copy["fate"]["route"]["code"] == "70000"


async def test_a_part_explains_the_whole(make_company: MakeCompany, receiver: Receiver) -> None:
    """By the id of any part: every part with its text, and what was told of each."""
    company = await make_company(carriers=FIXED)
    message_id = await _sent(
        company, text="x" * 200, attributes=SPLIT, receipts=f"{receiver.url}/r"
    )
    await company.advance("1m")
    shown = await _explain(company, message_id)
    assert [len(part["text"]) for part in shown["parts"]] == [153, 47]
    told = [(item["stage"], item["part"]) for item in shown["told"]]
    assert told == [(stage, part) for stage in ("System", "Carrier", "Handset") for part in (1, 2)]
    assert await _explain(company, shown["parts"][1]["id"]) == shown


async def test_what_the_persona_answers_is_told(make_company: MakeCompany) -> None:
    """The planned reply stands with the message it answers, before it is given."""
    company = await make_company(carriers=FIXED)
    persona = {"habits": [{"says": ["HELP"], "after": "1h"}]}
    await company.control("PUT", f"/handsets/{ANN}", {"persona": persona})
    message_id = await _sent(company)
    await company.advance("10s")
    shown = await _explain(company, message_id)
    assert shown["replies"] == [{"text": "HELP", "due": "2026-01-05T16:00:06.020Z"}]


async def test_a_message_of_the_platform_says_so(company: Company) -> None:
    """Neither HTTP nor SMPP: the prompt of a campaign came from the platform."""
    await company.join(ANN)
    (item,) = (await company.control("GET", "/messages")).json["items"]
    shown = await _explain(company, item["id"])
    assert shown["fate"]["route"]["by"] == "platform"
    assert shown["fate"]["why"].startswith("came from the platform, went from 65047")
    assert shown["purpose"] == "confirmation"


async def test_an_mo_is_explained_as_well(make_company: MakeCompany, receiver: Receiver) -> None:
    """What it was taken for, to whom it was told, and every answer; there is no fate to tell."""
    company = await make_company(connect={"mo_url": f"{receiver.url}/mo"})
    receiver.answers.append(503)
    made = await company.text(ANN, "HELP")
    await company.advance("10m")
    shown = await _explain(company, made["id"])
    assert (shown["direction"], shown["state"], shown["purpose"]) == ("mo", "received", "help")
    assert [step["state"] for step in shown["history"]] == ["received"]
    assert "fate" not in shown
    (told,) = shown["told"]
    assert (told["type"], told["url"], told["stage"]) == ("mo", f"{receiver.url}/mo", None)
    assert [(one["attempt"], one["status"]) for one in told["attempts"]] == [(1, 503), (2, 200)]
    assert shown["details"]["taken_as"] == "help"


async def test_a_long_mo_is_told_part_by_part(
    make_company: MakeCompany, receiver: Receiver
) -> None:
    """Each part has its delivery, and is found by its own id."""
    company = await make_company(connect={"mo_url": f"{receiver.url}/mo"})
    made = await company.text(ANN, "x" * 200)
    await company.settle()
    shown = await _explain(company, made["id"])
    assert [item["part"] for item in shown["told"]] == [1, 2]
    assert await _explain(company, shown["details"]["part_ids"][1]) == shown


async def test_an_unknown_message_is_404(company: Company) -> None:
    """The answer names the id."""
    answer = await company.control("GET", "/messages/nothing")
    assert answer.status == 404
    assert "nothing" in answer.messages[0]

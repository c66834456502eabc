"""Carriers: their profiles, receipts, alphabets and routes, as messages and phones show them."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from simulator.domain.profiles import SHIPPED
from tests.system.company import Company, call
from tests.system.conftest import MakeCompany
from tests.system.receiver import Receiver

ANN, BOB, CY = "+13125550101", "+13125550102", "+13125550103"
TORONTO, MONTREAL = "+14165550101", "+15145550102"
SPLIT = 'splitLongMessage="true"'


async def _messages(company: Company, mdn: str) -> list[Any]:
    """Every message to a number, oldest first, as the control API tells it in full."""
    items = (await company.control("GET", f"/messages?direction=mt&mdn={mdn[1:]}")).json["items"]
    return [(await company.control("GET", f"/messages/{item['id']}")).json for item in items]


async def _last(company: Company, mdn: str) -> Any:
    return (await _messages(company, mdn))[-1]


async def _put_on(company: Company, mdn: str, carrier: str) -> None:
    answer = await company.control("PUT", f"/handsets/{mdn}", {"carrier": carrier})
    assert answer.status == 200, answer.body


async def test_every_code_and_profile_is_listed(company: Company) -> None:
    """GET /_sim/carriers has Connect's codes with their country, and the shipped profiles."""
    answer = (await call(company.http, "GET", f"{company.url}/_sim/carriers")).json
    codes = {item["code"]: (item["name"], item["country"]) for item in answer["items"]}
    assert len(codes) == 76
    assert codes["104"] == ("AT&T", "US")
    assert codes["300"] == ("Bell Mobility", "CA")
    assert [item["name"] for item in answer["profiles"]] == list(SHIPPED)


@pytest.mark.parametrize("name", sorted(SHIPPED))
async def test_a_shipped_profile_is_taken_by_its_name(make_company: MakeCompany, name: str) -> None:
    """What was drawn for each message lies within the profile's bounds, and it is named."""
    company = await make_company(carriers={"default": name})
    profile = SHIPPED[name]
    for number in range(20):
        await company.send(f"+131255502{number:02d}")
    for number in range(20):
        fate = (await _last(company, f"+131255502{number:02d}"))["fate"]
        assert fate["route"]["profile"] == name
        drawn = fate["drawn"]
        for delay, told in (
            (profile.carrier_delay, drawn["carrier_delay_ms"]),
            (profile.handset_delay, drawn["handset_delay_ms"]),
        ):
            assert delay.least <= told <= delay.most


async def test_what_is_said_goes_before_the_profile(make_company: MakeCompany) -> None:
    """A carrier takes a profile and differs in what is named; other carriers have the default."""
    company = await make_company(
        carriers={
            "default": "instant",
            "104": {"profile": "outage", "refusal": "0/1", "carrier_delay": "3s"},
        }
    )
    await _put_on(company, ANN, "104")
    await _put_on(company, BOB, "105")
    for mdn in (ANN, BOB):
        await company.send(mdn)
    ann, bob = [(await _last(company, mdn))["fate"] for mdn in (ANN, BOB)]
    assert (ann["route"]["profile"], bob["route"]["profile"]) == ("outage", "instant")
    assert ann["drawn"]["carrier_delay_ms"] == 3_000
    assert ann["drawn"]["handset_delay_ms"] >= 5_000
    assert bob["drawn"]["carrier_delay_ms"] == 1
    assert ann["planned"][-1]["state"] == "delivered"


async def test_the_shares_of_a_profile_fail_messages(make_company: MakeCompany) -> None:
    """refusal ends at the carrier with 107, loss at the phone with 103, unreachable with 101."""
    company = await make_company(
        carriers={
            "default": "instant",
            "101": {"profile": "instant", "refusal": "100%"},
            "102": {"profile": "instant", "loss": "1/1"},
            "104": {"profile": "instant", "unreachable": "1/1", "validity": "2h"},
        }
    )
    for mdn, carrier in ((ANN, "101"), (BOB, "102"), (CY, "104")):
        await _put_on(company, mdn, carrier)
        await company.send(mdn)
    await company.advance("2h")
    ends = [
        ((last := await _last(company, mdn))["state"], last["error_code"]) for mdn in (ANN, BOB, CY)
    ]
    assert ends == [("refused", 107), ("undeliverable", 103), ("expired", 101)]
    assert (await _last(company, CY))["history"][-1]["at"] == "2026-01-05T17:00:00Z"


async def test_a_carrier_may_tell_nothing_of_its_phones(
    make_company: MakeCompany, receiver: Receiver
) -> None:
    """No Handset receipt is told or listed, yet the phone has the text."""
    company = await make_company(
        carriers={"default": {"profile": "instant", "handset_receipts": False}}
    )
    sent = await company.send(ANN, receipts=f"{receiver.url}/r")
    await company.advance("1m")
    stages = [ElementTree.fromstring(got.body).findtext("type") for got in receiver.got]
    assert stages == ["System", "Carrier"]
    path = f"mt/messages/{sent.xml.get('messageId')}/responses"
    listed = (await company.connect("GET", path)).xml
    assert [item.findtext("type") for item in listed] == ["System", "Carrier"]
    assert await company.phone(ANN) == [("connect", "delivered", "Hello")]


async def test_a_carrier_that_does_not_concatenate_gets_whole_words(
    make_company: MakeCompany, receiver: Receiver
) -> None:
    """Each part is a message of its own, ends at a word, and has an id and receipts of its own."""
    company = await make_company(
        carriers={"default": {"profile": "instant", "concatenates": False}}
    )
    text = " ".join(["wonderful"] * 30)
    sent = await company.send(ANN, text, attributes=SPLIT, receipts=f"{receiver.url}/r")
    await company.advance("1m")
    shown = await _last(company, ANN)
    texts = [part["text"] for part in shown["parts"]]
    assert [len(part) for part in texts] == [160, 139]
    assert all(part.endswith("wonderful ") for part in texts[:-1])
    assert "".join(texts) == text
    parts = await company.connect("GET", f"mt/messages/{sent.xml.get('messageId')}/parts")
    assert [part.findtext("text") for part in parts.xml] == texts
    assert [part.get("messageId") for part in parts.xml] == [p["id"] for p in shown["parts"]]
    assert len({part["id"] for part in shown["parts"]}) == 2
    ids = [ElementTree.fromstring(got.body).get("messageId") for got in receiver.got]
    assert ids == [part["id"] for part in shown["parts"]] * 3


@pytest.mark.parametrize(
    ("shows", "arrives"),
    [
        ("ascii", 'Cafe "now" - 5? ...'),
        ("gsm", 'Café "now" - 5€ ...'),
        ("ucs2", "Café “now” – 5€ …"),
    ],
)
async def test_what_a_carrier_cannot_show_is_replaced(
    make_company: MakeCompany, shows: str, arrives: str
) -> None:
    """A look-alike or a ? stands in its place on the phone; what was submitted is kept beside it."""
    text = "Café “now” – 5€ …"
    company = await make_company(carriers={"default": {"profile": "instant", "shows": shows}})
    await company.send(ANN, text)
    await company.advance("1m")
    assert await company.phone(ANN) == [("connect", "delivered", arrives)]
    kept = (await _last(company, ANN))["details"].get("submitted_text")
    assert kept == (text if arrives != text else None)


async def test_fewer_characters_may_be_fewer_parts(make_company: MakeCompany) -> None:
    """A curly quote makes 100 characters two parts; where only GSM-7 is shown they are one."""
    company = await make_company(
        carriers={"default": "instant", "101": {"profile": "instant", "shows": "gsm"}}
    )
    await _put_on(company, BOB, "101")
    for mdn in (ANN, BOB):
        await company.send(mdn, "’" + "x" * 99, attributes=SPLIT)
    assert [(await _last(company, mdn))["segments"] for mdn in (ANN, BOB)] == [2, 1]


async def test_a_code_a_carrier_does_not_know_stops_the_platforms_own_messages(
    make_company: MakeCompany,
) -> None:
    """1025 for a submit, 422 for a request to join; the platform's own answers end with code 8."""
    company = await make_company(
        carriers={"default": "instant", "104": {"not_provisioned": ["65047"]}}
    )
    await _put_on(company, ANN, "104")
    assert (await company.send(ANN)).xml.get("code") == "1025"
    refused = await company.join(ANN)
    assert refused.status == 422
    assert "not a mobile phone number" in refused.messages[0]
    await company.control("POST", f"/handsets/{ANN}/messages", {"text": "HELP"})
    await company.advance("1m")
    told = await _last(company, ANN)
    assert (told["purpose"], told["state"], told["error_code"]) == ("help_reply", "blocked", 8)
    assert "not provisioned" in told["fate"]["why"]
    await _put_on(company, ANN, "105")
    assert (await company.send(ANN)).status == 200


async def test_porting_changes_the_route(make_company: MakeCompany) -> None:
    """After PUT carrier the number's messages go by the other carrier; those under way do not."""
    company = await make_company(
        carriers={"default": "instant", "105": {"profile": "instant", "handset_delay": "9s"}}
    )
    await _put_on(company, ANN, "104")
    before = await company.send(ANN)
    await _put_on(company, ANN, "105")
    after = await company.send(ANN)
    assert (before.xml.get("carrier"), after.xml.get("carrier")) == ("104", "105")
    assert (await company.connect("GET", "mdns/13125550101")).xml.get("carrier") == "105"
    await company.advance("1m")
    first, second = await _messages(company, ANN)
    assert first["history"][-1]["at"] == "2026-01-05T15:00:00.022Z"
    assert second["history"][-1]["at"] == "2026-01-05T15:00:09.021Z"


@pytest.mark.parametrize("carrier", ["", "10", "1044", "AT&T", "１０４", "١٠٤", 104])
async def test_what_is_no_carrier_code_is_not_taken(company: Company, carrier: object) -> None:
    """Three digits of ASCII, as text; anything else is 400, and the phone stays as it was."""
    before = await company.events()
    answer = await company.control("PUT", f"/handsets/{ANN}", {"carrier": carrier})
    assert answer.status == 400
    assert answer.json["errors"][0]["path"] == "carrier"
    assert await company.events() == before


@pytest.mark.parametrize(
    ("setting", "state", "code"), [("route", "delivered", None), ("refuse", "refused", 107)]
)
async def test_a_message_for_another_carrier_than_the_numbers(
    make_company: MakeCompany, setting: str, state: str, code: int | None
) -> None:
    """By setting `wrong_carrier` it arrives all the same, or the carrier it went to refuses it."""
    company = await make_company(
        carriers={"default": "instant"}, settings={"wrong_carrier": setting}
    )
    await _put_on(company, ANN, "104")
    for carrier in ("102", "104"):
        body = (
            f'<mtMessage><destination address="{ANN}" carrier="{carrier}"/>'
            '<source address="65047"/><text>Hi</text></mtMessage>'
        )
        assert (await company.connect("POST", "mt/messages", body.encode())).status == 200
    await company.advance("1m")
    wrong, right = await _messages(company, ANN)
    assert (wrong["carrier"], wrong["state"], wrong["error_code"]) == ("102", state, code)
    assert right["state"] == "delivered"


async def test_canadian_numbers_have_canadian_carriers(company: Company) -> None:
    """An area code of Canada's falls to a carrier of 300 and up, one of the US to another."""
    for mdn, canadian in ((TORONTO, True), (MONTREAL, True), (ANN, False), (BOB, False)):
        carrier = (await company.control("GET", f"/handsets/{mdn}")).json["carrier_now"]["code"]
        assert (carrier >= "300") is canadian


@pytest.mark.parametrize(
    ("carriers", "path", "told"),
    [
        ({"999": "plain"}, "carriers", '"999"'),
        ({"verizon": "plain"}, "carriers", '"verizon"'),
        ({"104": "regionl"}, "carriers.104.profile", "regional"),
        ({"104": {"los": "1%"}}, "carriers.104.los", "loss"),
        ({"104": {"loss": "2/1"}}, "carriers.104.loss", "more than all"),
        ({"104": {"carrier_delay": ["2s", "1s"]}}, "carriers.104.carrier_delay", "least"),
        ({"104": {"carrier_delay": ["2s"]}}, "carriers.104.carrier_delay", "least"),
        (
            {"104": {"handset_delay": {"least": "1s", "median": "9s", "p95": "3s", "most": "9s"}}},
            "carriers.104.handset_delay",
            "goes up",
        ),
        ({"104": {"maintenance": ["8-9"]}}, "carriers.104.maintenance.0", "08:00-09:30"),
        ({"104": {"maintenance": ["08:00-08:00"]}}, "carriers.104.maintenance.0", "08:00"),
        ({"104": {"shows": "emoji"}}, "carriers.104.shows", "ucs2"),
        ({"104": {"per_second": -1}}, "carriers.104.per_second", "write 0 or more"),
    ],
)
async def test_a_wrong_carrier_spec_is_told_with_its_path(
    company: Company, carriers: object, path: str, told: str
) -> None:
    """Unknown codes, profiles and members, and values that are none, each with what would do."""
    answer = await call(
        company.http, "POST", f"{company.url}/_sim/accounts", {"carriers": carriers}
    )
    assert answer.status == 400
    (error,) = answer.json["errors"]
    assert error["path"] == path
    assert told in error["message"]

"""What an account's version of Connect knows, which receipts come, and how raw texts are told."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from tests.system.company import Company
from tests.system.conftest import MakeCompany
from tests.system.receiver import Receiver

ANN = "+13125550101"
SPLIT = 'splitLongMessage="true"'
LONG = " ".join(f"word{number:03d}" for number in range(40))

DELIVERED, REFUSED, UNDELIVERABLE = ANN, "+15005550002", "+15005550003"
EXPIRED, BLOCKED = "+15005550004", "+15005550009"


def _roots(receiver: Receiver, path: str = "") -> list[Element]:
    return [ElementTree.fromstring(got.body) for got in receiver.got if got.path.startswith(path)]


async def test_version_3_0_does_not_split(make_company: MakeCompany) -> None:
    """The flag is taken and changes nothing: 161 characters are 422/1032, 160 are sent."""
    company = await make_company(connect={"version": "3.0"})
    refused = await company.send(ANN, "x" * 161, attributes=SPLIT)
    assert (refused.status, refused.xml.get("code")) == (422, "1032")
    assert (await company.send(ANN, "x" * 160, attributes=SPLIT)).status == 200
    assert len(await company.phone(ANN)) == 1


@pytest.mark.parametrize("version", ["3.1", "3.2"])
async def test_versions_3_1_and_3_2_split(make_company: MakeCompany, version: str) -> None:
    """With the flag 320 characters are three parts; without it they are 1032."""
    company = await make_company(connect={"version": version})
    sent = await company.send(ANN, "x" * 320, attributes=SPLIT)
    parts = await company.connect("GET", f"mt/messages/{sent.xml.get('messageId')}/parts")
    assert len(parts.xml) == 3
    assert (await company.send(ANN, "x" * 320)).xml.get("code") == "1032"


async def test_the_platform_splits_whatever_the_version(make_company: MakeCompany) -> None:
    """The version is of Connect: a long confirmation of a campaign goes out in parts at 3.0 too."""
    company = await make_company(
        connect={"version": "3.0"},
        acquisition_campaigns=[{"id": "JoinVip01", "list": "1001", "confirmation": LONG}],
    )
    await company.join(ANN)
    assert (await company.phone(ANN))[0][2] == LONG
    assert (await company.control("GET", "/messages")).json["items"][0]["segments"] == 3


async def test_a_version_there_is_not_is_told(company: Company) -> None:
    """3.3 names the path and what would do."""
    spec = {"connect": {"version": "3.3"}}
    async with company.http.post(f"{company.url}/_sim/accounts", json=spec) as response:
        answer = await response.json()
    assert response.status == 400
    assert answer["errors"][0]["path"] == "connect.version"
    assert "3.2" in answer["errors"][0]["message"]


_SYSTEM = ("System", None)
_CARRIER = ("Carrier", None)
_HANDSET = ("Handset", None)


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("NONE", {}),
        (
            "ALL",
            {
                DELIVERED: [_SYSTEM, _CARRIER, _HANDSET],
                REFUSED: [_SYSTEM, ("Carrier", "107")],
                UNDELIVERABLE: [_SYSTEM, _CARRIER, ("Handset", "103")],
                EXPIRED: [_SYSTEM, _CARRIER, ("Handset", "101")],
                BLOCKED: [("System", "9")],
            },
        ),
        (
            "ERROR",
            {
                REFUSED: [("Carrier", "107")],
                UNDELIVERABLE: [("Handset", "103")],
                EXPIRED: [("Handset", "101")],
                BLOCKED: [("System", "9")],
            },
        ),
        (
            "SMSC_ALL",
            {
                DELIVERED: [_SYSTEM, _CARRIER],
                REFUSED: [_SYSTEM, ("Carrier", "107")],
                UNDELIVERABLE: [_SYSTEM, _CARRIER],
                EXPIRED: [_SYSTEM, _CARRIER],
                BLOCKED: [("System", "9")],
            },
        ),
        ("SMSC_ERROR", {REFUSED: [("Carrier", "107")], BLOCKED: [("System", "9")]}),
    ],
)
async def test_an_option_chooses_exactly_these_receipts(
    company: Company,
    receiver: Receiver,
    option: str,
    told: dict[str, list[tuple[str, str | None]]],
) -> None:
    """For each of the ways a message can end: whether, by whom and in which order it is told."""
    ids: dict[str | None, str] = {}
    for mdn in (DELIVERED, REFUSED, UNDELIVERABLE, EXPIRED, BLOCKED):
        sent = await company.send(mdn, receipts=f"{receiver.url}/r", option=option)
        ids[sent.xml.get("messageId")] = mdn
    await company.advance("73h")
    found: dict[str, list[tuple[str | None, str | None]]] = {}
    for root in _roots(receiver):
        stages = found.setdefault(ids[root.get("messageId")], [])
        stages.append((root.findtext("type"), root.findtext("status/errorCode")))
    assert found == told


async def test_a_number_that_said_stop_is_told_at_the_first_stage(
    company: Company, receiver: Receiver
) -> None:
    """Blocked by its opt-out: one System receipt with code 9, and the text goes nowhere."""
    await company.text(ANN, "STOP")
    await company.send(ANN, receipts=f"{receiver.url}/r")
    await company.advance("1m")
    (root,) = _roots(receiver)
    assert (root.findtext("type"), root.findtext("status/errorCode")) == ("System", "9")
    assert root.findtext("status/description") == "MDN blocked"


@pytest.mark.parametrize(("version", "told"), [("3.0", False), ("3.1", False), ("3.2", True)])
async def test_a_long_text_from_a_phone_arrives_in_parts(
    make_company: MakeCompany, receiver: Receiver, version: str, told: bool
) -> None:
    """Each part is a message with an id of its own; only 3.2 says which part of what it is."""
    company = await make_company(connect={"version": version, "mo_url": f"{receiver.url}/mo"})
    made = await company.text(ANN, LONG)
    await company.settle()
    roots = _roots(receiver)
    assert len(roots) == 3
    assert "".join(root.findtext("message") or "" for root in roots) == LONG
    assert roots[0].get("messageId") == made["id"]
    assert len({root.get("messageId") for root in roots}) == 3
    assert len({root.get("receiptDate") for root in roots}) == 1
    long = [info.attrib for root in roots if (info := root.find("longMessageInfo")) is not None]
    numbers = [(item["noOfParts"], item["partNumber"], item["referenceId"]) for item in long]
    assert numbers == ([("3", part, made["id"]) for part in "123"] if told else [])


async def test_a_short_text_has_no_long_message_info(
    make_company: MakeCompany, receiver: Receiver
) -> None:
    """160 characters of GSM-7 are one message, in 3.2 too."""
    company = await make_company(connect={"mo_url": f"{receiver.url}/mo"})
    await company.text(ANN, "x" * 160)
    await company.settle()
    (root,) = _roots(receiver)
    assert root.find("longMessageInfo") is None


async def test_an_emoji_makes_an_inbound_text_longer(
    make_company: MakeCompany, receiver: Receiver
) -> None:
    """71 units of UCS-2 are two parts, and no pair is cut."""
    company = await make_company(connect={"mo_url": f"{receiver.url}/mo"})
    text = "x" * 66 + "\U0001f44d" + "y" * 10
    await company.text(ANN, text)
    await company.settle()
    assert [root.findtext("message") for root in _roots(receiver)] == [
        "x" * 66,
        "\U0001f44d" + "y" * 10,
    ]


async def test_a_text_is_taken_whole_though_it_is_told_in_parts(
    make_company: MakeCompany, receiver: Receiver
) -> None:
    """The simulator's own record has one message with the whole text and what it was taken for."""
    company = await make_company(connect={"mo_url": f"{receiver.url}/mo"})
    made = await company.text(ANN, LONG)
    shown = (await company.control("GET", f"/messages/{made['id']}")).json
    assert (shown["text"], shown["segments"], shown["purpose"]) == (LONG, 3, "unmatched")


async def test_an_mo_carries_the_carrier_to_answer_by(
    make_company: MakeCompany, receiver: Receiver
) -> None:
    """source/@carrier is the number's own, after porting the new one."""
    company = await make_company(connect={"mo_url": f"{receiver.url}/mo"})
    for carrier in ("104", "101"):
        await company.control("PUT", f"/handsets/{ANN}", {"carrier": carrier})
        await company.text(ANN, "hello")
    await company.settle()
    sources = [source for root in _roots(receiver) if (source := root.find("source")) is not None]
    assert [source.get("carrier") for source in sources] == ["104", "101"]


async def test_mo_has_basic_auth_and_receipts_have_none(
    make_company: MakeCompany, receiver: Receiver
) -> None:
    """Only the MO endpoint is spoken to with user and password."""
    company = await make_company(
        connect={"mo_url": f"{receiver.url}/mo", "mo_auth": ["us", "p:ss wörd"]}
    )
    await company.text(ANN, "hello")
    await company.send(ANN, receipts=f"{receiver.url}/r", option="ALL")
    await company.advance("1m")
    headers = [(got.path, got.headers.get("Authorization")) for got in receiver.got]
    assert headers[0] == ("/mo", "Basic dXM6cDpzcyB3w7ZyZA==")
    assert {path: auth for path, auth in headers[1:]} == {"/r": None}


async def test_every_try_of_an_mo_says_which_it_is(
    make_company: MakeCompany, receiver: Receiver
) -> None:
    """1 to 6, five minutes apart, under one messageId; then it is in the failure queue."""
    company = await make_company(connect={"mo_url": f"{receiver.url}/mo"})
    receiver.answers.extend([500, 503, 302, 500, 500, 500])
    await company.text(ANN, "hello")
    await company.advance("1h")
    roots = _roots(receiver)
    assert [root.get("attemptNumber") for root in roots] == ["1", "2", "3", "4", "5", "6"]
    assert len({root.get("messageId") for root in roots}) == 1
    assert len({root.get("receiptDate") for root in roots}) == 1
    assert len(await company.events("CallbackFailed")) == 1


async def test_the_parts_of_a_text_are_tried_each_by_itself(
    make_company: MakeCompany, receiver: Receiver
) -> None:
    """A part that is not taken holds up those behind it, so that they arrive in order."""
    company = await make_company(connect={"mo_url": f"{receiver.url}/mo"})
    receiver.answers.append(500)
    await company.text(ANN, LONG)
    await company.advance("6m")
    numbers = [
        (info.get("partNumber"), root.get("attemptNumber"))
        for root in _roots(receiver)
        if (info := root.find("longMessageInfo")) is not None
    ]
    assert numbers == [("1", "1"), ("1", "2"), ("2", "1"), ("3", "1")]


@pytest.mark.parametrize(("way", "count"), [("http", 1), ("both", 1), ("smpp", 0)])
async def test_mo_via_says_which_way_raw_texts_go(
    make_company: MakeCompany, receiver: Receiver, way: str, count: int
) -> None:
    """With smpp alone the endpoint hears nothing, though it has a URL."""
    company = await make_company(connect={"mo_url": f"{receiver.url}/mo", "mo_via": way})
    await company.text(ANN, "hello")
    await company.settle()
    assert len(receiver.got) == count


async def test_an_account_without_an_endpoint_tells_nobody(
    company: Company, receiver: Receiver
) -> None:
    """A text is taken in all the same."""
    made = await company.text(ANN, "hello")
    await company.settle()
    assert made["taken_as"] == "unmatched"
    assert await company.events("CallbackQueued") == []

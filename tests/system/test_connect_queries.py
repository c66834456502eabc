"""Connect's queries: a message, its parts, what was told of it, and the carrier of a number."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import pytest

from tests.system.company import Company
from tests.system.conftest import MakeCompany

ANN = "+13125550101"
SUBMIT = "mt/messages"
FIXED = {"default": {"carrier_delay": ["2s", "2s"], "handset_delay": ["4s", "4s"]}}
SPLIT = 'splitLongMessage="true"'


async def _ask(company: Company, message_id: object, what: str = "") -> Element:
    answer = await company.connect("GET", f"{SUBMIT}/{message_id}{what}")
    assert answer.status == 200, answer.body
    assert answer.headers["Content-Type"].startswith("text/xml")
    return answer.xml


def _short(responses: Element) -> list[tuple[str | None, str | None, str | None, str | None]]:
    """Stage, date, error code and part of each response."""
    found: list[tuple[str | None, str | None, str | None, str | None]] = []
    for item in responses:
        part = item.find("multipart")
        found.append(
            (
                item.findtext("type"),
                (item.get("receiptDate") or "")[11:23],
                item.findtext("status/errorCode"),
                part.get("partNumber") if part is not None else None,
            )
        )
    return found


async def test_a_message_shows_the_option_and_not_where_receipts_go(company: Company) -> None:
    """receiptOption stands in the answer without its URL; nothing of parts, nothing of forwarding."""
    sent = await company.send(
        ANN, receipts="http://127.0.0.1:9/r", attributes='submitterMessageId="7"', option="ERROR"
    )
    shown = await _ask(company, sent.xml.get("messageId"))
    assert set(shown.attrib) == {"submitterMessageId", "messageId", "submitDate"}
    assert [child.tag for child in shown] == ["destination", "source", "text", "receiptOption"]
    option = shown.find("receiptOption")
    assert option is not None
    assert (option.text, option.attrib) == ("ERROR", {})


async def test_a_message_without_a_wish_shows_none(company: Company) -> None:
    """Neither submitterMessageId nor receiptOption is made up."""
    sent = await company.send(ANN)
    shown = await _ask(company, sent.xml.get("messageId"))
    assert set(shown.attrib) == {"messageId", "submitDate"}
    assert shown.find("receiptOption") is None


async def test_the_parts_of_a_split_message(company: Company) -> None:
    """One mtMessage for each part: ids of their own, the submitter's id and the first part's id."""
    text = "0123456789" * 32
    sent = await company.send(ANN, text, attributes=f'{SPLIT} submitterMessageId="42"')
    original = sent.xml.get("messageId")
    root = await _ask(company, original, "/parts")
    assert root.tag == "mtMessageParts"
    assert [item.tag for item in root] == ["mtMessage"] * 3
    assert root[0].get("messageId") == original
    assert len({item.get("messageId") for item in root}) == 3
    assert {item.get("submitterMessageId") for item in root} == {"42"}
    assert {item.get("originalMessageId") for item in root} == {original}
    assert {(item.get("isMultipart"), item.get("noOfParts")) for item in root} == {("true", "3")}
    assert [item.get("partNumber") for item in root] == ["1", "2", "3"]
    assert [len(item.findtext("text") or "") for item in root] == [153, 153, 14]
    assert "".join(item.findtext("text") or "" for item in root) == text


async def test_any_part_answers_for_all_parts(company: Company) -> None:
    """The parts are found by the id of each of them."""
    sent = await company.send(ANN, "x" * 200, attributes=SPLIT)
    root = await _ask(company, sent.xml.get("messageId"), "/parts")
    second = await _ask(company, root[1].get("messageId"), "/parts")
    assert [item.attrib for item in second] == [item.attrib for item in root]


async def test_a_short_message_is_its_only_part(company: Company) -> None:
    """It has no attribute of a multipart message."""
    sent = await company.send(ANN, "short", attributes=SPLIT)
    root = await _ask(company, sent.xml.get("messageId"), "/parts")
    assert [item.findtext("text") for item in root] == ["short"]
    assert not {"isMultipart", "noOfParts", "partNumber", "originalMessageId"} & set(root[0].attrib)


async def test_a_message_that_has_not_moved_has_no_responses(company: Company) -> None:
    """An empty root, not an error."""
    sent = await company.send(ANN)
    root = await _ask(company, sent.xml.get("messageId"), "/responses")
    assert (root.tag, list(root), root.attrib) == ("mtMessageResponses", [], {})


async def test_responses_come_in_order_with_their_times(make_company: MakeCompany) -> None:
    """System, Carrier, Handset, each when it was, whether or not anybody asked to be told."""
    company = await make_company(carriers=FIXED)
    sent = await company.send(ANN, attributes='submitterMessageId="42"')
    message_id = sent.xml.get("messageId")
    await company.advance("3s")
    root = await _ask(company, message_id, "/responses")
    assert [item.findtext("type") for item in root] == ["System", "Carrier"]
    await company.advance("1m")
    root = await _ask(company, message_id, "/responses")
    assert _short(root) == [
        ("System", "09:00:00.020", None, None),
        ("Carrier", "09:00:02.020", None, None),
        ("Handset", "09:00:06.020", None, None),
    ]
    assert {item.get("messageId") for item in root} == {message_id}
    assert {item.get("submitterMessageId") for item in root} == {"42"}
    assert [item.findtext("status/description") for item in root] == [
        "MtMessage successfully routed by Vibes",
        "MtMessage successfully delivered to Carrier",
        "MtMessage successfully delivered to the Handset",
    ]
    assert all(item.find("multipart") is None for item in root)


@pytest.mark.parametrize(
    ("mdn", "told"),
    [
        ("+15005550009", [("System", "9")]),
        ("+15005550002", [("System", None), ("Carrier", "107")]),
        ("+15005550003", [("System", None), ("Carrier", None), ("Handset", "103")]),
        ("+15005550004", [("System", None), ("Carrier", None), ("Handset", "101")]),
    ],
)
async def test_a_failure_is_the_last_response(
    company: Company, mdn: str, told: list[tuple[str, str | None]]
) -> None:
    """It is an error with a description and both codes; what went before it was none."""
    sent = await company.send(mdn)
    await company.advance("73h")
    root = await _ask(company, sent.xml.get("messageId"), "/responses")
    assert [(item.findtext("type"), item.findtext("status/errorCode")) for item in root] == told
    flags = [status.get("isError") for item in root if (status := item.find("status")) is not None]
    assert flags == ["false"] * (len(told) - 1) + ["true"]
    assert root[-1].findtext("status/description")
    assert root[-1].findtext("status/internalErrorCode") == told[-1][1]


async def test_every_part_has_its_responses(make_company: MakeCompany) -> None:
    """Each part is asked about by its own id; the message's id is that of the first."""
    company = await make_company(carriers=FIXED)
    sent = await company.send(ANN, "x" * 200, attributes=SPLIT)
    original = sent.xml.get("messageId")
    parts = [item.get("messageId") for item in await _ask(company, original, "/parts")]
    await company.advance("1m")
    roots = [await _ask(company, part, "/responses") for part in parts]
    for number, root in enumerate(roots, start=1):
        assert [(stage, part) for stage, _, _, part in _short(root)] == [
            (stage, str(number)) for stage in ("System", "Carrier", "Handset")
        ]
        assert {item.get("messageId") for item in root} == {parts[number - 1]}
    items = [item for root in roots for item in root]
    multiparts = [part for item in items if (part := item.find("multipart")) is not None]
    assert {part.get("originalMessageId") for part in multiparts} == {original}
    assert {(part.get("isMultipart"), part.get("noOfParts")) for part in multiparts} == {
        ("true", "2")
    }


async def test_a_held_message_has_no_response_of_the_handset(company: Company) -> None:
    """What waits for its phone was told of by its carrier, and no more."""
    await company.control("PUT", f"/handsets/{ANN}", {"reachable": False})
    sent = await company.send(ANN)
    await company.advance("1h")
    root = await _ask(company, sent.xml.get("messageId"), "/responses")
    assert [item.findtext("type") for item in root] == ["System", "Carrier"]


@pytest.mark.parametrize("written", ["3125550101", "13125550101", "%2B13125550101"])
async def test_a_look_up_answers_the_carrier(company: Company, written: str) -> None:
    """The same carrier that a submit finds; nothing of a code that was not asked about."""
    answer = await company.connect("GET", f"mdns/{written}")
    carrier = (await company.send(ANN)).xml.get("carrier")
    assert (answer.status, answer.xml.tag) == (200, "mdn")
    assert answer.xml.attrib == {"address": ANN, "carrier": carrier}


async def test_a_look_up_with_a_code_says_whether_it_reaches(make_company: MakeCompany) -> None:
    """provisioned is false for a code that the carrier does not know, and for another's code."""
    company = await make_company(
        source_codes=[{"code": "65047"}, {"code": "70000"}],
        carriers={"104": {"not_provisioned": ["70000"]}},
    )
    await company.control("PUT", f"/handsets/{ANN}", {"carrier": "104"})
    told = {
        code: (await company.connect("GET", f"mdns/13125550101?shortcode={code}")).xml.attrib
        for code in ("65047", "70000", "99999")
    }
    assert {code: item["provisioned"] for code, item in told.items()} == {
        "65047": "true",
        "70000": "false",
        "99999": "false",
    }
    assert {item["carrier"] for item in told.values()} == {"104"}


async def test_a_look_up_leaves_no_trace(company: Company) -> None:
    """It is a query: the journal is as it was."""
    before = await company.events()
    await company.connect("GET", "mdns/13125550101?shortcode=65047")
    assert await company.events() == before


@pytest.mark.parametrize(
    ("mdn", "status", "code"),
    [("15005550001", 422, "1031"), ("12345", 400, "1022"), ("abc", 400, "1022")],
)
async def test_a_number_that_has_no_carrier_is_told(
    company: Company, mdn: str, status: int, code: str
) -> None:
    """A landline is 1031, what is no number 1022."""
    answer = await company.connect("GET", f"mdns/{mdn}")
    assert (answer.status, answer.xml.get("code")) == (status, code)


@pytest.mark.parametrize("what", ["", "/parts", "/responses"])
async def test_what_is_not_the_accounts_own_mt_is_404(
    company: Company, make_company: MakeCompany, what: str
) -> None:
    """An unknown id, a text from a phone and another account's message are 1024."""
    other = await make_company(seed=9)
    theirs = (await other.send(ANN)).xml.get("messageId")
    received = (await company.text(ANN, "hello"))["id"]
    for message_id in ("nothing", received, theirs):
        answer = await company.connect("GET", f"{SUBMIT}/{message_id}{what}")
        assert (answer.status, answer.xml.get("code")) == (404, "1024")


async def test_a_platform_message_is_queried_as_well(company: Company) -> None:
    """A prompt of an acquisition campaign is a message like any other."""
    await company.join(ANN)
    items = (await company.control("GET", "/messages")).json["items"]
    shown = await _ask(company, items[0]["id"])
    assert shown.findtext("text") == items[0]["text"]


async def test_every_path_may_end_in_a_slash(company: Company) -> None:
    """With and without it the answer is the same."""
    message_id = (await company.send(ANN)).xml.get("messageId")
    for path in (
        f"{SUBMIT}/{message_id}",
        f"{SUBMIT}/{message_id}/parts",
        f"{SUBMIT}/{message_id}/responses",
        "mdns/13125550101",
    ):
        plain, slashed = [await company.connect("GET", path + end) for end in ("", "/")]
        assert (plain.status, plain.body) == (200, slashed.body)

"""Bundles: up to a hundred messages in one call, each accepted or refused by itself."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from tests.system.company import Answer, Company, call
from tests.system.conftest import MakeCompany
from tests.system.receiver import Receiver

ANN, BOB, CY = "+13125550101", "+13125550102", "+13125550103"
BUNDLES = "mt/messageBundles"
LIMIT = 500 * 1024


def _destination(mdn: str, submitter_id: str | None = None) -> str:
    own = f' submitterMessageId="{submitter_id}"' if submitter_id else ""
    return f'<destination address="{mdn}"{own}/>'


def _list(*destinations: str, text: str = "Hi", source: str = "65047", more: str = "") -> str:
    return (
        f"<mtMessageList>{''.join(destinations)}"
        f'<source address="{source}"/><text>{text}</text>{more}</mtMessageList>'
    )


def _single(mdn: str, text: str = "Hi", *, attributes: str = "", source: str = "65047") -> str:
    return (
        f"<mtMessage {attributes}>{_destination(mdn)}"
        f'<source address="{source}"/><text>{text}</text></mtMessage>'
    )


def _bundle(*items: str, attributes: str = "") -> bytes:
    return f"<mtMessageBundle {attributes}>{''.join(items)}</mtMessageBundle>".encode()


def _numbers(count: int) -> list[str]:
    return [f"+1312555{number:04d}" for number in range(1000, 1000 + count)]


async def _submit(company: Company, body: bytes) -> Answer:
    return await company.connect("POST", BUNDLES, body)


async def test_a_bundle_answers_each_message_in_order(company: Company) -> None:
    """One id for the bundle, and for every destination its own id beside the submitter's."""
    body = _bundle(
        _list(_destination(ANN, "a"), _destination(BOB, "b"), text="One"),
        _single(CY, "Two", attributes='submitterMessageId="c" splitLongMessage="true"'),
        attributes='submitterBundleId="2344"',
    )
    answer = await _submit(company, body)
    assert (answer.status, answer.xml.tag) == (200, "mtMessageBundleRsp")
    assert answer.xml.get("submitterBundleId") == "2344"
    assert len(answer.xml.get("bundleId") or "") == 36
    assert [item.tag for item in answer.xml] == ["mtMessageRsp"] * 3
    assert [item.get("submitterMessageId") for item in answer.xml] == ["a", "b", "c"]
    assert [item.get("splitLongMessage") for item in answer.xml] == [None, None, "true"]
    assert len({item.get("messageId") for item in answer.xml}) == 3
    assert [(await company.phone(mdn))[0][2] for mdn in (ANN, BOB, CY)] == ["One", "One", "Two"]


async def test_each_message_of_a_bundle_is_queried_by_its_id(company: Company) -> None:
    """The ids of the answer are those of GET messages/{id}."""
    answer = await _submit(company, _bundle(_list(_destination(ANN, "a"), _destination(BOB, "b"))))
    for item, mdn in zip(answer.xml, (ANN, BOB), strict=True):
        shown = (await company.connect("GET", f"mt/messages/{item.get('messageId')}")).xml
        destination = shown.find("destination")
        assert destination is not None
        assert destination.get("address") == mdn
        assert destination.get("carrier") == item.get("carrier")
        assert shown.get("submitterMessageId") == item.get("submitterMessageId")


async def test_what_cannot_be_sent_is_refused_by_itself(company: Company) -> None:
    """Errors stand where the message stood, with code and submitter's id; the others are sent."""
    body = _bundle(
        _list(_destination(ANN, "a"), _destination("+15005550001", "landline")),
        _single(BOB, attributes='submitterMessageId="foreign"', source="99999"),
        _single(BOB, "x" * 161, attributes='submitterMessageId="long"'),
        _single(CY, attributes='submitterMessageId="c"'),
    )
    answer = await _submit(company, body)
    assert answer.status == 200
    assert [
        (item.tag, item.get("submitterMessageId"), item.get("code")) for item in answer.xml
    ] == [
        ("mtMessageRsp", "a", None),
        ("error", "landline", "1031"),
        ("error", "foreign", "1011"),
        ("error", "long", "1032"),
        ("mtMessageRsp", "c", None),
    ]
    assert {item.get("retriable") for item in answer.xml if item.tag == "error"} == {"false"}
    assert answer.xml[2].get("description") == "User not authorized to send MT messages from code."
    accepted = await company.events("MtAccepted")
    assert [item["data"]["mt"]["mdn"] for item in accepted] == [ANN, CY]


async def test_a_bundle_of_which_nothing_can_be_sent_changes_nothing(company: Company) -> None:
    """It is answered 200 with an error for each message, and leaves no trace in the journal."""
    before = await company.events()
    answer = await _submit(company, _bundle(_list(_destination(ANN), source="99999")))
    assert answer.status == 200
    assert [item.get("code") for item in answer.xml] == ["1011"]
    assert await company.events() == before


async def test_a_hundred_destinations_are_taken(company: Company) -> None:
    """The hundredth is sent as the first is, whether in one list or several."""
    numbers = _numbers(100)
    halves = [_list(*map(_destination, part)) for part in (numbers[:60], numbers[60:])]
    answer = await _submit(company, _bundle(*halves))
    assert (answer.status, len(answer.xml)) == (200, 100)
    accepted = await company.events("MtAccepted")
    assert [item["data"]["mt"]["mdn"] for item in accepted] == numbers


async def test_a_hundred_and_one_are_refused(company: Company) -> None:
    """One more is 400/1020, and none of them is sent."""
    before = await company.events()
    numbers = _numbers(101)
    answer = await _submit(
        company, _bundle(_list(*map(_destination, numbers[:100])), _single(numbers[100]))
    )
    assert (answer.status, answer.xml.get("code")) == (400, "1020")
    assert "101" in (answer.xml.get("description") or "")
    assert await company.events() == before


async def test_a_bundle_over_500_kilobytes_is_refused(company: Company) -> None:
    """At the limit it is taken, one byte over it is 413/1023 with the size and the limit."""
    plain = _bundle(_single(ANN, "x", attributes='splitLongMessage="true"'))
    full = plain.replace(b"<text>x", b"<text>" + b"x" * (LIMIT - len(plain) + 1))
    assert len(full) == LIMIT
    assert (await _submit(company, full)).status == 200
    before = await company.events()
    answer = await _submit(company, full + b" ")
    assert (answer.status, answer.xml.get("code")) == (413, "1023")
    assert answer.xml.get("description") == (
        f"Message Size {LIMIT + 1}, exceeded maximum allowed: {LIMIT}"
    )
    assert await company.events() == before


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("1020", b"<mtMessageBundle/>"),
        ("1020", b"<mtMessage/>"),
        ("1020", _bundle("<other/>")),
        ("1020", _bundle(_list())),
        ("1020", _bundle(_list(_destination(ANN)).replace("<text>Hi</text>", ""))),
    ],
)
async def test_a_bundle_that_is_badly_formed_is_refused_as_a_whole(
    company: Company, code: str, body: bytes
) -> None:
    """What is wrong with the document, not with a message, refuses all of it."""
    before = await company.events()
    answer = await _submit(company, body)
    assert (answer.xml.tag, answer.xml.get("code")) == ("error", code)
    assert await company.events() == before


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (_bundle(_list(_destination(ANN)), _single("12345")), [None, "1022"]),
        (_bundle(_list(_destination(BOB, "x" * 41), _destination(ANN))), ["1022", None]),
        (_bundle(_list(_destination(ANN), more="<premium/>"), _single(BOB)), ["1027", None]),
    ],
)
async def test_a_wrong_value_is_its_own_messages_fault(
    company: Company, body: bytes, told: list[str | None]
) -> None:
    """One message has the error, the others are taken."""
    answer = await _submit(company, body)
    assert (answer.status, [item.get("code") for item in answer.xml]) == (200, told)


async def test_the_header_names_a_bundle_that_does_not_name_itself(company: Company) -> None:
    """X-VibesAPI-BundleId is echoed; an attribute of the document goes before it."""
    url = f"{company.url}/MessageApi/{BUNDLES}"
    headers = {
        "Content-Type": "text/xml",
        "Authorization": company.auth,
        "X-VibesAPI-BundleId": "from-header",
    }
    own = _bundle(_single(ANN), attributes='submitterBundleId="from-body"')
    for body, told in ((_bundle(_single(ANN)), "from-header"), (own, "from-body")):
        answer = await call(company.http, "POST", url, body, headers)
        assert answer.xml.get("submitterBundleId") == told
    assert "submitterBundleId" not in (await _submit(company, _bundle(_single(ANN)))).xml.attrib


async def test_two_bundles_have_two_ids(company: Company) -> None:
    """The same body twice is two bundles with messages of their own."""
    first, second = [(await _submit(company, _bundle(_single(ANN)))).xml for _ in range(2)]
    assert first.get("bundleId") != second.get("bundleId")
    assert first[0].get("messageId") != second[0].get("messageId")
    assert len(await company.phone(ANN)) == 2


async def test_one_number_twice_in_a_bundle_is_two_messages(company: Company) -> None:
    """A bundle does not look for duplicates."""
    answer = await _submit(company, _bundle(_list(_destination(ANN, "a"), _destination(ANN, "b"))))
    assert len({item.get("messageId") for item in answer.xml}) == 2
    assert len(await company.phone(ANN)) == 2


async def test_receipts_are_told_per_message(make_company: MakeCompany, receiver: Receiver) -> None:
    """Every message of a list has its System, Carrier and Handset receipt."""
    company = await make_company(carriers={"default": "instant"})
    wish = f'<receiptOption callbackUrl="{receiver.url}/r">ALL</receiptOption>'
    answer = await _submit(
        company, _bundle(_list(_destination(ANN, "a"), _destination(BOB, "b"), more=wish))
    )
    await company.advance("1m")
    roots = [ElementTree.fromstring(got.body) for got in receiver.got]
    for item in answer.xml:
        own = [root for root in roots if root.get("messageId") == item.get("messageId")]
        assert [root.findtext("type") for root in own] == ["System", "Carrier", "Handset"]
        assert {root.get("submitterMessageId") for root in own} == {item.get("submitterMessageId")}
    assert len(roots) == 6


async def test_a_throttled_bundle_is_one_call(make_company: MakeCompany) -> None:
    """`connect.per_second` counts calls: a bundle of fifty passes where two calls may."""
    company = await make_company(connect={"per_second": 1})
    answer = await _submit(company, _bundle(_list(*map(_destination, _numbers(50)))))
    assert {item.tag for item in answer.xml} == {"mtMessageRsp"}

"""Every row of Connect's error table: status, code, what is said, and whether to try again."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

import pytest

from tests.system.company import Answer, Company, basic, call
from tests.system.conftest import MakeCompany

ANN = "+13125550101"
LANDLINE = "+15005550001"
SUBMIT = "mt/messages"

SPEC = {
    "company_key": "acme",
    "password": "s3cret",
    "connect": {"company_id": "7"},
    "carriers": {"106": {"not_provisioned": ["65047"]}},
}

ALTERNATE_MULTIPART = (
    "Alternate message delivery (available for v3.1+ only) is not supported for multipart messages."
)


class Told(NamedTuple):
    """An error as a client reads it."""

    status: int
    code: str | None
    retriable: str | None
    description: str


def _told(answer: Answer) -> Told:
    error = answer.xml
    assert error.tag == "error"
    assert answer.headers["Content-Type"].startswith("text/xml")
    assert set(error.attrib) == {"code", "description", "retriable"}
    return Told(
        answer.status, error.get("code"), error.get("retriable"), error.get("description") or ""
    )


def _mt(
    text: str = "Hi",
    *,
    to: str = f'address="{ANN}"',
    source: str = 'address="65047"',
    attributes: str = "",
    more: str = "",
) -> bytes:
    return (
        f"<mtMessage {attributes}><destination {to}/><source {source}/>"
        f"<text>{text}</text>{more}</mtMessage>"
    ).encode()


async def _refused(company: Company, body: bytes, content_type: str = "text/xml") -> Told:
    """What a submit is told that is refused; it must have changed nothing."""
    before = await company.events()
    answer = await company.connect("POST", SUBMIT, body, content_type)
    assert await company.events() == before
    return _told(answer)


@pytest.mark.parametrize(
    ("status", "code", "description", "body"),
    [
        (
            403,
            "1011",
            "User not authorized to send MT messages from code.",
            _mt(source='address="99999"'),
        ),
        (
            400,
            "1022",
            "Request attribute 'destination.address' has invalid value '12345'.",
            _mt(to='address="12345"'),
        ),
        (
            400,
            "1022",
            "Request attribute 'alternateDelivery' has invalid value 'maybe'.",
            _mt(attributes='alternateDelivery="maybe"'),
        ),
        (
            400,
            "1022",
            "Request attribute 'companyId' has invalid value 'seven'.",
            _mt(more="<companyId>seven</companyId>"),
        ),
        (
            406,
            "1025",
            "Code not provisioned on carrier.",
            _mt(to=f'address="{ANN}" carrier="106"'),
        ),
        (
            422,
            "1027",
            "Premium messaging is not supported on this code.",
            _mt(more="<premium/>"),
        ),
        (
            422,
            "1028",
            "Request attribute 'destination.type': 'EMAIL' could not be processed.",
            _mt(to=f'address="{ANN}" type="EMAIL"'),
        ),
        (
            422,
            "1028",
            "Request attribute 'source.type': 'ALPHA' could not be processed.",
            _mt(source='address="65047" type="ALPHA"'),
        ),
        (
            403,
            "1029",
            "Company not authorized to send MT messages from the provided code.",
            _mt(source='address="99999"', more="<companyId>7</companyId>"),
        ),
        (
            403,
            "1030",
            "User not authorized to send message for this company.",
            _mt(more="<companyId>8</companyId>"),
        ),
        (
            422,
            "1031",
            f"{ANN} is not a mobile phone number or its carrier [999] is currently not supported.",
            _mt(to=f'address="{ANN}" carrier="999"'),
        ),
        (
            422,
            "1032",
            "Message text length [161] exceeds 160 characters.",
            _mt("x" * 161),
        ),
        (
            422,
            "1033",
            ALTERNATE_MULTIPART,
            _mt("x" * 161, attributes='alternateDelivery="true" splitLongMessage="true"'),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isdigit() else "",
)
async def test_a_refused_submit_is_told_its_row(
    make_company: MakeCompany, status: int, code: str, description: str, body: bytes
) -> None:
    """Status, code and description are the table's, none is to be tried again, nothing happened."""
    company = await make_company(**SPEC)
    assert await _refused(company, body) == Told(status, code, "false", description)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no xml",
        b"<mtMessage/>",
        b"<mtMessageBundle/>",
        _mt().replace(b"<text>Hi</text>", b""),
        _mt(to=""),
        _mt(source=""),
        _mt().replace(b"<source ", b'<destination address="+13125550102"/><source '),
    ],
)
async def test_a_document_that_is_none_is_1020(company: Company, body: bytes) -> None:
    """1020 for its form: no XML, another root, what is missing, a second destination."""
    status, code, retriable, description = await _refused(company, body)
    assert (status, code, retriable) == (400, "1020", "false")
    assert description.startswith("Invalid request format/content.")


async def test_a_landline_is_1031_with_its_carrier(company: Company) -> None:
    """The number and the carrier it has stand in the description."""
    phone = (await company.control("GET", f"/handsets/{LANDLINE}")).json
    carrier = phone["carrier_now"]["code"]
    assert await _refused(company, _mt(to=f'address="{LANDLINE}"')) == Told(
        422,
        "1031",
        "false",
        f"{LANDLINE} is not a mobile phone number or its carrier [{carrier}] "
        "is currently not supported.",
    )


async def test_a_number_on_a_carrier_that_does_not_exist_is_1031(company: Company) -> None:
    """A phone whose carrier is no code of Connect's is not supported."""
    await company.control("PUT", f"/handsets/{ANN}", {"carrier": "999"})
    refused = await _refused(company, _mt())
    assert refused.code == "1031"
    assert "[999]" in refused.description


async def test_another_media_type_is_1026(company: Company) -> None:
    """415 names the types that are taken."""
    assert await _refused(company, _mt(), "application/json") == Told(
        415,
        "1026",
        "false",
        "Request media type not supported. Supported Media Types: 'text/xml, application/xml'.",
    )


async def test_a_body_over_the_limit_is_1023(company: Company) -> None:
    """413 tells the size and the limit."""
    body = _mt("x" * 1_200_000)
    assert await _refused(company, body) == Told(
        413, "1023", "false", f"Message Size {len(body)}, exceeded maximum allowed: {1 << 20}"
    )


@pytest.mark.parametrize(
    "header",
    ["", "Basic", "Basic !!!", "Bearer x", basic("acme", "wrong"), basic("nobody", "s3cret")],
)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", SUBMIT), ("GET", f"{SUBMIT}/x"), ("GET", "mdns/13125550101")]
)
async def test_who_does_not_say_who_they_are_is_1010(
    company: Company, method: str, path: str, header: str
) -> None:
    """401 with WWW-Authenticate for every call without the account's user and password."""
    url = f"{company.url}/MessageApi/{path}"
    headers = {"Content-Type": "text/xml", **({"Authorization": header} if header else {})}
    answer = await call(company.http, method, url, _mt() if method == "POST" else None, headers)
    assert _told(answer) == Told(401, "1010", "false", "Invalid User/Password.")
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert await company.phone(ANN) == []


@pytest.mark.parametrize(
    "path",
    [
        f"{SUBMIT}/nothing",
        f"{SUBMIT}/nothing/parts",
        f"{SUBMIT}/nothing/responses",
        "mt/nothing",
        "nothing",
    ],
)
async def test_what_is_not_there_is_1024(company: Company, path: str) -> None:
    """404 for an unknown message and for an unknown path."""
    assert _told(await company.connect("GET", path)) == Told(
        404, "1024", "false", "Resource not found."
    )


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", SUBMIT, "POST"),
        ("DELETE", SUBMIT, "POST"),
        ("PUT", "mt/messageBundles", "POST"),
        ("POST", f"{SUBMIT}/x", "GET"),
        ("DELETE", f"{SUBMIT}/x/parts", "GET"),
        ("POST", "mdns/13125550101", "GET"),
    ],
)
async def test_another_method_is_1034(
    company: Company, method: str, path: str, allowed: str
) -> None:
    """405 with the methods that are allowed."""
    answer = await company.connect(method, path)
    assert _told(answer) == Told(405, "1034", "false", "Method not allowed.")
    assert answer.headers["Allow"] == allowed


async def test_over_the_throughput_is_1002(make_company: MakeCompany) -> None:
    """Submits beyond `connect.per_second` are told to try again; queries are not counted."""
    company = await make_company(connect={"per_second": 2})
    answers = await asyncio.gather(
        *(company.connect("POST", SUBMIT, _mt()) for _ in range(12)),
        *(company.connect("GET", "mdns/13125550101") for _ in range(5)),
    )
    submits, queries = answers[:12], answers[12:]
    taken = [answer for answer in submits if answer.status == 200]
    told = {_told(answer) for answer in submits if answer.status != 200}
    assert told == {Told(429, "1002", "true", "Throughput exceeded. Try again later.")}
    assert 2 <= len(taken) < 12
    assert len(await company.events("MtAccepted")) == len(taken)
    assert {answer.status for answer in queries} == {200}


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (1000, Told(500, "1000", "false", "General Processing Error. 'injected'")),
        (1001, Told(500, "1001", "true", "Processing error while handling request.")),
        (1002, Told(429, "1002", "true", "Throughput exceeded. Try again later.")),
    ],
)
async def test_a_fault_rule_gives_the_rows_that_need_a_failure(
    company: Company, code: int, told: Told
) -> None:
    """1000 and 1001 come on demand, as often as the rule says; the message is not taken in."""
    rule = {"match": {"surface": "connect"}, "effect": {"vendor_error": code}, "budget": 1}
    assert (await company.control("POST", "/faults", rule)).status == 201
    assert _told(await company.connect("POST", SUBMIT, _mt())) == told
    assert await company.events("MtAccepted") == []
    assert (await company.connect("POST", SUBMIT, _mt())).status == 200


async def test_a_fault_of_a_number_meets_every_way_it_is_written(company: Company) -> None:
    """A rule for a number strikes its submits and its look-ups, in ten, eleven digits or E.164."""
    rule = {"match": {"surface": "connect", "number": ANN}, "effect": {"vendor_error": 1001}}
    await company.control("POST", "/faults", rule)
    for written in ("3125550101", "13125550101", ANN):
        submit = await company.connect("POST", SUBMIT, _mt(to=f'address="{written}"'))
        look_up = await company.connect("GET", f"mdns/{written.replace('+', '%2B')}")
        assert [submit.status, look_up.status] == [500, 500]
    assert (await company.connect("GET", "mdns/13125550102")).status == 200


async def test_a_fault_is_met_only_by_who_says_who_they_are(company: Company) -> None:
    """Bad credentials are 1010 whatever rule holds, and the rule does not count them."""
    rule = {"match": {"surface": "connect"}, "effect": {"vendor_error": 1001}}
    await company.control("POST", "/faults", rule)
    answer = await company.connect("POST", SUBMIT, _mt(), auth=basic("acme", "wrong"))
    assert _told(answer).code == "1010"
    assert (await company.control("GET", "/faults")).json["items"][0]["met"] == 0

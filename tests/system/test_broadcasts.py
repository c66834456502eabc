from __future__ import annotations

from typing import Any

import pytest

from tests.system.company import Company

ANN = "+13125550101"
BEN = "+13125550102"
CAL = "+13125550103"
PATH = "mobiledb/broadcasts"


def _plan(**more: Any) -> dict[str, Any]:
    targeting = {
        "message_template": "Hi {{ first_name | default: 'friend' }}, sale today",
        "source_lists": ["1001"],
        **more.pop("targeting", {}),
    }
    return {
        "name": "Spring",
        "send_scheduled_date": "2026-01-05T17:30:00Z",
        "targeting": targeting,
        **more,
    }


async def _named(company: Company, mdn: str, **fields: str) -> None:
    body = {"mobile_phone": {"mdn": mdn}, "custom_fields": fields}
    assert (await company.platform("POST", "mobiledb/persons", body)).status in (200, 201)


async def test_a_broadcast_goes_out_at_its_time(company: Company) -> None:
    """scheduled, in_progress, sent: to members alone, each with their own text, and counted."""
    await company.subscribe(ANN, BEN)
    await company.subscribe(CAL, list_id="1002")
    await _named(company, ANN, first_name="Ann")
    made = await company.platform("POST", PATH, _plan())
    assert (made.status, made.json["status"]) == (201, "scheduled")
    await company.advance("2h29m59s")
    assert await company.phone(ANN) == []
    await company.advance("1h")
    assert await company.phone(ANN) == [("broadcast", "delivered", "Hi Ann, sale today")]
    assert await company.phone(BEN) == [("broadcast", "delivered", "Hi friend, sale today")]
    assert await company.phone(CAL) == []
    shown = (await company.platform("GET", f"{PATH}/{made.json['broadcast_id']}")).json
    assert (shown["status"], shown["delivery"]["recipient_count"]) == ("sent", 2)
    assert shown["delivery"]["send_start_date"] == "2026-01-05T17:30:00Z"


async def test_one_number_on_two_lists_gets_one_message(company: Company) -> None:
    """source_lists are joined, and each person counts once."""
    await company.subscribe(ANN)
    await company.subscribe(ANN, list_id="1002")
    await company.platform("POST", PATH, _plan(targeting={"source_lists": ["1001", "1002"]}))
    await company.advance("3h")
    assert len(await company.phone(ANN)) == 1


async def test_filters_narrow_by_custom_field(company: Company) -> None:
    """any keeps who has one of the values, none keeps who has none of them."""
    await company.subscribe(ANN, BEN)
    await _named(company, ANN, last_name="Smith")
    for selector in ("any", "none"):
        one = {"name": "last_name", "selector": selector, "value": ["Smith", "Jones"]}
        text = {"message_template": selector, "filters": [one]}
        await company.platform("POST", PATH, _plan(targeting=text))
    await company.advance("3h")
    assert [text for _, _, text in await company.phone(ANN)] == ["any"]
    assert [text for _, _, text in await company.phone(BEN)] == ["none"]


async def test_each_gets_it_at_the_same_local_time(company: Company) -> None:
    """by_time_zone: 09:00 in New York is three hours before 09:00 in Los Angeles."""
    await company.subscribe(ANN, BEN, CAL)
    await _named(company, ANN, last_name="America/New_York")
    await _named(company, BEN, last_name="America/Los_Angeles")
    schedule = {
        "method": "by_time_zone",
        "send_date": "2026-01-06",
        "send_time": "09:00",
        "field_name": "last_name",
        "default_time_zone": "America/Chicago",
    }
    await company.platform(
        "POST", PATH, _plan(send_scheduled_date="2026-01-05T15:00:00Z", send_schedule=schedule)
    )
    await company.advance("3d")
    rows = await company.events("MtAccepted")
    assert [(row["data"]["mt"]["mdn"], row["at"]) for row in rows] == [
        (ANN, "2026-01-06T14:00:00Z"),
        (CAL, "2026-01-06T15:00:00Z"),
        (BEN, "2026-01-06T17:00:00Z"),
    ]


async def test_what_is_scheduled_can_change_and_what_started_cannot(company: Company) -> None:
    """PUT and DELETE work before the start and are 403 after it; a cancelled one never goes out."""
    await company.subscribe(ANN)
    first = (await company.platform("POST", PATH, _plan())).json["broadcast_id"]
    second = (await company.platform("POST", PATH, _plan())).json["broadcast_id"]
    changed = _plan(targeting={"message_template": "Changed"})
    assert (await company.platform("PUT", f"{PATH}/{first}", changed)).status == 200
    gone = await company.platform("DELETE", f"{PATH}/{second}")
    assert (gone.status, gone.json["status"]) == (200, "deleted")
    await company.advance("3h")
    assert [text for _, _, text in await company.phone(ANN)] == ["Changed"]
    for method, body in (("PUT", changed), ("DELETE", None)):
        for broadcast in (first, second):
            answer = await company.platform(method, f"{PATH}/{broadcast}", body)
            assert (answer.status, answer.codes) == (403, [4031])
    listed = (await company.platform("GET", f"{PATH}?status=sent")).json
    assert [item["broadcast_id"] for item in listed] == [first]


async def test_who_left_before_their_turn_gets_nothing(company: Company) -> None:
    """A STOP before the time takes the person out; the skip has a reason where it comes between."""
    await company.subscribe(ANN, BEN)
    await company.platform("POST", PATH, _plan())
    await company.text(ANN, "STOP")
    await company.advance("3h")
    assert "broadcast" not in await company.purposes(ANN)
    assert await company.purposes(BEN) == ["broadcast"]


@pytest.mark.parametrize(
    ("plan", "status", "told"),
    [
        ({}, 400, "name"),
        (_plan(send_scheduled_date="soon"), 400, "is not a time"),
        (_plan(targeting={"source_lists": []}), 400, "source_lists"),
        (_plan(targeting={"source_lists": ["9"]}), 422, 'no subscription list "9"'),
        (_plan(targeting={"message_template": "{{ a | nofilter }}"}), 422, "no Liquid"),
        (
            _plan(targeting={"source_short_code": {"short_code": "1"}}),
            422,
            'no source code "1"',
        ),
        (_plan(targeting={"channel": "Push"}), 501, "Push"),
    ],
)
async def test_a_wrong_broadcast_is_told(
    company: Company, plan: object, status: int, told: str
) -> None:
    """Each fault has its status and names itself, and nothing is scheduled."""
    answer = await company.platform("POST", PATH, plan)
    assert answer.status == status
    assert told in answer.messages[0]
    assert (await company.platform("GET", PATH)).json == []


async def test_an_unknown_broadcast_is_404(company: Company) -> None:
    """GET, PUT and DELETE of an id nobody has."""
    for method, body in (("GET", None), ("PUT", _plan()), ("DELETE", None)):
        assert (await company.platform(method, f"{PATH}/9", body)).status == 404


async def test_what_was_got_can_be_put(company: Company) -> None:
    """A client may send back what GET answered, with a change."""
    made = (await company.platform("POST", PATH, _plan())).json
    path = f"{PATH}/{made['broadcast_id']}"
    got = (await company.platform("GET", path)).json
    got["name"] = "Summer"
    changed = await company.platform("PUT", path, got)
    assert (changed.status, changed.json["name"]) == (200, "Summer")


async def test_every_wrong_member_of_a_broadcast_is_told(company: Company) -> None:
    """Several faults at once, each by its path."""
    body = {"name": 5, "targeting": {"source_lists": [], "shorten_urls": "yes"}}
    answer = await company.platform("POST", PATH, body)
    assert answer.status == 400
    assert [
        message.partition(":")[0].removesuffix(" is required") for message in answer.messages
    ] == [
        "name",
        "send_scheduled_date",
        "targeting.message_template",
        "targeting.shorten_urls",
        "targeting.source_lists",
    ]


async def test_a_template_that_fails_on_somebody_skips_them(company: Company) -> None:
    """Data that a filter cannot take gives a reason for that person; the others get theirs."""
    await company.subscribe(ANN, BEN)
    await _named(company, ANN, last_name="abc")
    await _named(company, BEN, last_name="7")
    sums = {"message_template": "{{ last_name | sum }}"}
    assert (await company.platform("POST", PATH, _plan(targeting=sums))).status == 201
    await company.advance("3h")
    (skipped,) = await company.events("RecipientSkipped")
    assert "the template fails" in skipped["data"]["reason"]
    assert await company.phone(ANN) == []
    assert len(await company.phone(BEN)) == 1


async def test_a_broadcast_goes_out_a_thousand_in_a_second(company: Company) -> None:
    """A long one is under way for as long as it takes, and is sent when all had theirs."""
    await company.subscribe(*(f"+1312555{number:04d}" for number in range(2_500)))
    made = await company.platform("POST", PATH, _plan(send_scheduled_date="2026-01-05T15:00:00Z"))
    seen = list[tuple[int, str]]()
    for step in ("0s", "999ms", "1ms", "1s"):
        await company.advance(step)
        shown = await company.platform("GET", f"{PATH}/{made.json['broadcast_id']}")
        seen.append((await _count(company), shown.json["status"]))
    under_way = "in_progress"
    assert seen == [(1_000, under_way), (1_000, under_way), (2_000, under_way), (2_500, "sent")]


async def _count(company: Company) -> int:
    """How many messages there are."""
    return len((await company.control("GET", "/messages?limit=10000")).json["items"])

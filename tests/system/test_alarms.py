from __future__ import annotations

from tests.system.company import Company
from tests.system.receiver import Receiver

NOON = "2026-01-06T12:00:00Z"


async def test_an_alarm_rings_at_its_very_instant_and_time_stands_meanwhile(
    company: Company, receiver: Receiver
) -> None:
    """Who set it is called once time gets there, and what it does then has that time."""

    async def work() -> None:
        await company.send("+13125550101", text="from the alarm")

    receiver.first = work
    await company.control("PUT", "/alarms/sale", {"at": NOON, "url": f"{receiver.url}/alarm"})
    await company.advance("20h")
    assert receiver.got == []
    await company.advance("10h")
    assert receiver.bodies() == [{"alarm": "sale", "at": NOON}]
    (message,) = (await company.control("GET", "/messages")).json["items"]
    assert (message["at"], message["text"]) == (NOON, "from the alarm")
    assert (await company.control("GET", "/alarms")).json["items"] == []


async def test_an_alarm_can_be_moved_and_taken_back(company: Company, receiver: Receiver) -> None:
    """The same name moves it; DELETE forgets it; one that is not there is 404."""
    url = f"{receiver.url}/alarm"
    await company.control("PUT", "/alarms/a", {"at": "2026-01-05T16:00:00Z", "url": url})
    moved = await company.control("PUT", "/alarms/a", {"at": NOON, "url": url})
    assert moved.json["items"] == [{"name": "a", "at": NOON, "url": url}]
    await company.advance("2h")
    assert receiver.got == []
    assert (await company.control("DELETE", "/alarms/a")).status == 204
    assert (await company.control("DELETE", "/alarms/a")).status == 404
    await company.advance("48h")
    assert receiver.got == []


async def test_an_alarm_in_the_past_is_told(company: Company) -> None:
    """Time does not go back for it."""
    body = {"at": "2026-01-05T14:59:59Z", "url": "http://127.0.0.1:1/x"}
    answer = await company.control("PUT", "/alarms/a", body)
    assert (answer.status, answer.json["errors"][0]["message"]) == (
        400,
        "the alarm's time is over; give one that is to come",
    )

from __future__ import annotations

import pytest
from aiohttp import ClientSession

from simulator.domain.instants import SECOND, Instant
from simulator.runtime.throttle import Throttle
from tests.system.company import Company, call
from tests.system.conftest import MakeCompany

ANN = "+13125550101"


class _HandWall:
    """A wall clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = Instant(0)

    def now(self) -> Instant:
        return self.at


def test_a_throttle_counts_the_last_second_and_no_more() -> None:
    """Three pass, the fourth does not; a microsecond before the second is over it still does not."""
    wall = _HandWall()
    throttle = Throttle(wall, 3)
    assert [throttle.passes() for _ in range(4)] == [True, True, True, False]
    wall.at = Instant(SECOND - 1)
    assert not throttle.passes()
    wall.at = Instant(SECOND)
    assert throttle.passes()


async def test_over_the_limit_is_429_in_the_envelope(make_company: MakeCompany) -> None:
    """With throttling on calls and events have limits of their own; nothing changes at 429."""
    company = await make_company(
        settings={"throttle": True, "calls_per_second": 1, "events_per_second": 1}
    )
    event = {"event_type": "a", "event_data": {"mdn": ANN}}
    answers = [await company.platform("POST", "events", event) for _ in range(2)]
    answers += [await company.platform("GET", "sourcecodes") for _ in range(2)]
    assert [answer.status for answer in answers] == [202, 429, 200, 429]
    assert answers[1].codes == [4290]
    assert "Retry-After" not in answers[1].headers
    assert len(await company.events("EventTaken")) == 1


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded"]
)
async def test_a_body_of_another_media_type_is_415(
    company: Company, http: ClientSession, kind: str
) -> None:
    """POST takes JSON alone; DELETE and GET take whatever Content-Type a client sends along."""
    base = f"{company.url}/companies/{company.key}/mobiledb"
    headers = {"Authorization": company.auth, "X-API-Version": "2", "Content-Type": kind}
    body = {"mobile_phone": {"mdn": ANN}}
    assert (await call(http, "POST", f"{base}/persons", body, headers)).status == 415
    url = f"{base}/persons/external/x/subscriptions/1001"
    assert (await call(http, "DELETE", url, None, headers)).status == 404
    assert (await call(http, "GET", f"{base}/subscription_lists", None, headers)).status == 200


@pytest.mark.parametrize(
    ("mdn", "status"),
    [("+14165550101", 201), ("+17875550101", 201), ("+18765550101", 400), ("+12425550101", 400)],
)
async def test_numbers_are_of_the_us_or_canada(company: Company, mdn: str, status: int) -> None:
    """Toronto and San Juan may join, Jamaica and the Bahamas are another country under +1."""
    assert (await company.join(mdn)).status == status

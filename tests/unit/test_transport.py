from __future__ import annotations

import pytest

from simulator.domain.instants import Instant
from simulator.domain.lines import Delivery
from simulator.domain.notices import PersonNotice
from simulator.domain.person import Person
from simulator.spec import read_account
from simulator.transport.http import HttpTransport

NOW = Instant(0)


def _delivery(url: str) -> Delivery:
    person = Person(person_id="1", person_key="k", created_at=NOW, updated_at=NOW)
    return Delivery(
        delivery_id="d",
        event_id="e",
        callback_type="person_added",
        url=url,
        method="POST",
        content_type="application/json",
        version=2,
        queued_at=NOW,
        notice=PersonNotice(person=person),
    )


@pytest.mark.parametrize(
    "url",
    [
        "http://[",
        "http://",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:1/",
        "http://:80/",
        "http://exa mple/",
        "http://127.0.0.1:port/",
    ],
)
async def test_a_peer_that_cannot_be_called_is_an_outcome_and_no_exception(url: str) -> None:
    """Whatever the URL, the exchange says in words that there was no answer."""
    account, _ = read_account({}, key="acme", now=NOW)
    transport = HttpTransport()
    try:
        exchange = await transport.send(account, _delivery(url), 1, {})
    finally:
        await transport.close()
    assert exchange.status is None
    assert exchange.error

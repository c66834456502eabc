"""Every row of the contract was answered by a test of this folder, and as declared.

It stands last: `conformance.SEEN` holds what the tests before it have seen.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.conformance import SEEN

DB = "mobiledb"
KEY, EXTERNAL = f"{DB}/persons/{{person_key}}", f"{DB}/persons/external/{{external_person_id}}"
LIST = f"{DB}/subscription_lists/{{subscription_list_id}}"
SUBSCRIPTION = "subscriptions/{subscription_list_id}"
CAMPAIGN = "campaigns/acquisition/{acquisition_id}"
BROADCAST = f"{DB}/broadcasts/{{broadcast_id}}"
TRIGGER = f"{DB}/event_triggered_messages/{{event_triggered_message_id}}"
POOL = "incentives/pools/{incentive_pool_id}"
CODE = "incentives/codes/{incentive_code}"

ROWS: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    ("GET", "campaigns/acquisition", (200, 404)),
    ("GET", CAMPAIGN, (200, 404)),
    ("GET", f"{CAMPAIGN}/participants", (200, 400)),
    ("POST", f"{CAMPAIGN}/participants", (200, 201, 400, 409, 422)),
    ("POST", f"{DB}/broadcasts", (201,)),
    ("GET", f"{DB}/broadcasts", (200,)),
    ("GET", BROADCAST, (200, 404)),
    ("PUT", BROADCAST, (200, 403, 404)),
    ("DELETE", BROADCAST, (200, 403, 404)),
    ("POST", "config/callbacks", (201,)),
    ("GET", "config/callbacks", (200,)),
    ("GET", "config/callbacks/{callback_id}", (200, 404)),
    ("PUT", "config/callbacks/{callback_id}", (200,)),
    ("DELETE", "config/callbacks/{callback_id}", (200, 404)),
    ("POST", "config/callback_events/test", (201, 404)),
    ("POST", "events", (202,)),
    ("POST", f"{DB}/event_triggered_messages", (202,)),
    ("GET", f"{DB}/event_triggered_messages", (200,)),
    ("GET", TRIGGER, (200, 404)),
    ("PUT", TRIGGER, (200, 404, 422)),
    ("DELETE", TRIGGER, (200, 404)),
    ("POST", "incentives/pools/{issuance_pool_id}/issuances", (200, 422)),
    ("GET", CODE, (200,)),
    ("GET", f"{CODE}/issuances", (200,)),
    ("POST", f"{CODE}/redemptions", (200, 422)),
    ("GET", f"{CODE}/redemptions", (200,)),
    ("GET", "incentives/pools", (200,)),
    ("POST", "incentives/pools", (200,)),
    ("GET", POOL, (200,)),
    ("PUT", POOL, (200,)),
    ("GET", KEY, (200, 404)),
    ("PUT", KEY, (200, 409, 422)),
    ("GET", EXTERNAL, (200, 404)),
    ("PUT", EXTERNAL, (200, 201, 409, 422)),
    ("GET", f"{DB}/persons", (200, 400, 404)),
    ("POST", f"{DB}/persons", (200, 201, 409, 422)),
    ("GET", "sourcecodes", (200,)),
    ("GET", f"{KEY}/subscriptions", (200, 404)),
    ("GET", f"{EXTERNAL}/subscriptions", (200, 404)),
    ("GET", f"{KEY}/{SUBSCRIPTION}", (200, 404)),
    ("DELETE", f"{KEY}/{SUBSCRIPTION}", (204, 404)),
    ("GET", f"{EXTERNAL}/{SUBSCRIPTION}", (200, 404)),
    ("DELETE", f"{EXTERNAL}/{SUBSCRIPTION}", (204, 404)),
    ("GET", f"{LIST}/subscribers", (200, 404)),
    ("GET", f"{DB}/subscription_lists", (200,)),
    ("GET", LIST, (200, 404)),
    ("GET", f"{LIST}/acquisition_campaigns", (200, 404)),
)
"""The operations of the contract that are about SMS, and the statuses it gives each."""


@pytest.fixture
def all_of_this_folder(request: pytest.FixtureRequest) -> None:
    """Only where every test of the folder ran is what they saw the whole."""
    here = Path(__file__).parent
    ran = {item.path.name for item in request.session.items if item.path.parent == here}
    if ran != {path.name for path in here.glob("test_*.py")}:
        pytest.skip("it looks back on all of tests/system, which did not all run")


@pytest.mark.usefixtures("all_of_this_folder")
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [(method, path, status) for method, path, statuses in ROWS for status in statuses],
)
def test_a_row_of_the_contract_was_answered(method: str, path: str, status: int) -> None:
    """Some test had this operation answer with this status, and the answer was as declared."""
    assert (method, path, status) in SEEN

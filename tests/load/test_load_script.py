"""The texts, numbers and readers of the load test, which know no Locust."""

from __future__ import annotations

import json

import pytest

from harness.load import script
from harness.load.script import Told, Unexpected

ACCOUNT = json.dumps(
    {
        "company_key": "locust-run",
        "username": "locust-run",
        "password": "locust-run",
        "acquisition_campaigns": [
            {"id": "Join1", "list": "1001", "code": "65047", "keywords": ["VIP1"]}
        ],
    }
)


def test_users_never_share_a_number() -> None:
    """A number is valid, is one user's alone, and is none of the magic ones."""
    users, numbers = (0, 1, 9, 10, 2_999, 3_000, 7_989), (0, 9_999, 10_000, 799_999)
    mdns = [script.mdn_of(user, number) for user in users for number in numbers]
    assert len(set(mdns)) == len(mdns)
    assert (mdns[0], mdns[-1]) == ("+12002000000", "+19999999999")
    assert {mdn[:5] for mdn in mdns} == {"+1200", "+1201", "+1499", "+1501", "+1999"}
    for user, number in ((7_990, 0), (-1, 0), (0, 800_000)):
        with pytest.raises(ValueError, match="no number"):
            script.mdn_of(user, number)


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        (script.read_accounts, "{}"),
        (script.read_accounts, '{"acquisition_campaigns": [{}]}'),
        (script.read_accounts, "out of order"),
        (script.read_registered, "{}"),
        (script.read_list, "{}"),
        (script.read_list, "["),
        (script.read_callback, '{"callback_type": "person_added"}'),
        (script.read_receipt, "<moMessage/>"),
        (script.read_pending, "not JSON"),
        (script.read_pending, '{"status": "SUBSCRIBED", "expire_date": "2026-01-06"}'),
        (script.read_pending, '{"status": "PENDING"}'),
        (script.read_refusal, '{"errors": []}'),
        (script.read_subscriber("+12002000000"), '{"mobile_phone": null}'),
        (script.read_subscriber("+12002000000"), '{"mobile_phone": {"mdn": "+12"}}'),
        (script.read_mo("yes"), '{"taken_as": "unmatched"}'),
        (script.read_mo("yes"), "[]"),
        (script.read_accepted, "<mtMessageRsp/>"),
        (script.read_accepted, "not XML"),
        (script.read_connect_error(1032), '<error code="1020"/>'),
        (script.read_mt("b75f", 1), '<mtMessage messageId="c86a"/>'),
        (script.read_mt("b75f", 3), '<mtMessage messageId="b75f"/>'),
    ],
)
def test_an_answer_that_is_not_the_expected_one_is_told(
    reader: script.Reader[object], text: str
) -> None:
    """Every reader raises Unexpected, and nothing else, at a body it does not expect."""
    with pytest.raises(Unexpected):
        reader(text)


def test_an_expected_answer_is_read() -> None:
    """What the next step needs comes out of the answer."""
    [account] = script.read_accounts(ACCOUNT)
    assert (account.campaign, account.list_id, account.keyword) == ("Join1", "1001", "VIP1")
    assert script.read_accepted('<mtMessageRsp messageId="b75f"/>') == "b75f"
    script.read_pending('{"status": "PENDING", "expire_date": "2026-01-06T15:00:00Z"}')
    script.read_refusal('{"errors": [{"message": "InvalidMDNFormat", "code": 2}]}')
    script.read_subscriber("+12002000000")('{"mobile_phone": {"mdn": "+12002000000"}}')
    script.read_mt("b75f", 3)('<mtMessage messageId="b75f" noOfParts="3"/>')
    script.read_registered('{"callback_id": "a1b2c3d4"}')
    script.read_list("[]")
    assert len(script.SPLIT_TEXT) == 400


def test_a_callback_ends_what_somebody_waited_for() -> None:
    """A yes, a membership begun or ended, and how a message ended are measured; nothing else is."""
    person = {"mobile_phone": {"mdn": "+12002000000"}}
    asked = {"callback_type": "ack_participant_changed", "participant": {"person": person}}
    for status, told in (
        ("CONFIRMED", Told(script.CONFIRMATION, "+12002000000")),
        ("REJECTED", None),
    ):
        asked["participant"] = {"person": person, "status": status}
        assert script.read_callback(json.dumps(asked)) == told
    left = {"callback_type": "subscription_removed", "subscription": {"person": person}}
    assert script.read_callback(json.dumps(left)) == Told(
        script.CALLBACK, "subscription_removed +12002000000"
    )


@pytest.mark.parametrize(
    ("stage", "error", "ends"),
    [
        ("System", "false", False),
        ("Carrier", "false", False),
        ("Handset", "false", True),
        ("System", "true", True),
    ],
)
def test_a_receipt_that_ends_a_message_is_known(stage: str, error: str, ends: bool) -> None:
    """On the phone, or failed anywhere: the wait for the message is over."""
    text = (
        f'<mtMessageResponse submitterMessageId="s1"><type>{stage}</type>'
        f'<status isError="{error}"/></mtMessageResponse>'
    )
    assert script.read_receipt(text) == (Told(script.HANDSET, "s1") if ends else None)


@pytest.mark.parametrize(
    ("status", "headers", "text", "throttle"),
    [
        (429, {}, "", True),
        (503, {"Retry-After": "2"}, "", True),
        (503, {}, "", False),
        (500, {}, '<error code="1002" description="Throughput exceeded."/>', True),
        (500, {}, '<error code="1001"/>', False),
        (200, {}, '<error code="1002"/>', False),
    ],
)
def test_a_server_that_says_later_is_known(
    status: int, headers: dict[str, str], text: str, throttle: bool
) -> None:
    """429, 503 with Retry-After and Connect's 1002 are no failures; other errors are."""
    assert script.is_throttle(status, headers, text) is throttle


def test_each_process_has_a_campaign_of_its_own() -> None:
    """The account has a list, a campaign and a keyword for each Locust process, on one code."""
    spec = script.account_spec(3, rate=20)
    assert spec["clock"] == {"mode": "live", "rate": 20}
    campaigns = spec["acquisition_campaigns"]
    assert isinstance(campaigns, list)
    assert [item["keywords"] for item in campaigns] == [["VIP1"], ["VIP2"], ["VIP3"]]
    assert len({item["list"] for item in campaigns}) == 3

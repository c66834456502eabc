"""What an account can be expected to do, and how time moves until it does."""

from __future__ import annotations

import pytest
from aiohttp import web

from smsim_pytest import (
    Account,
    Finding,
    SmsError,
    SmsSimulator,
    Unmet,
    callback,
    delivered,
    failed,
    received,
    sent,
    subscribed,
    unsubscribed,
)

ANA = "+13125550101"


def join(account: Account, mdn: str = ANA) -> None:
    """Ask for the opt-in of a number, as an application does."""
    path = "/campaigns/acquisition/JoinVip01/participants"
    status, _ = account.platform("POST", path, {"mobile_phone": {"mdn": mdn}})
    assert status == 201


def test_time_moves_to_the_instant_it_happens_and_no_further(account: Account) -> None:
    """The clock stands where the message was delivered, seconds after it was accepted."""
    join(account)
    account.until(delivered(to=ANA, text="Reply Y*"), within="5m")
    step = account.operate("GET", f"/messages/{account.messages()[0]['id']}")["history"][-1]
    assert (step["state"], step["at"]) == ("delivered", account.now)


def test_a_number_may_be_written_as_people_do(account: Account) -> None:
    """Brackets, blanks, dots and dashes are no part of a number."""
    account.text("(312) 555-0101", "HELP")
    account.until(delivered(to="312.555.0101"))
    assert len(account.conversation("1 (312) 555-0101")) == 2
    account.subscribe("(312) 555-0102", list="1002")
    account.expect(subscribed(mdn="(312) 555-0102", list="1002"))


def test_a_star_is_anything_and_all_else_is_itself(account: Account) -> None:
    """`*` spans lines; brackets, dots and question marks are plain."""
    account.text(ANA, "[a]. really?\nyes")
    account.expect(received(from_=ANA, text="[a].*yes"))
    with pytest.raises(Unmet):
        account.expect(received(from_=ANA, text="?a]. really?*"))
    with pytest.raises(Unmet):
        account.expect(received(from_=ANA, text="[a]."))


def test_a_count_is_exact(account: Account) -> None:
    """With a count there are just so many; without one, one will do."""
    account.text(ANA, "HELP")
    account.text(ANA, "HELP")
    account.advance("1m")
    account.expect(delivered(to=ANA))
    account.expect(delivered(to=ANA, count=2, code="65047", purpose="help_reply"))
    account.expect(delivered(to="+13125550999", count=0))
    with pytest.raises(Unmet, match=r"2 messages to .*, 2 of them so"):
        account.expect(delivered(to=ANA, count=1))


def test_sent_is_not_yet_delivered_and_failed_has_a_code(account: Account) -> None:
    """A message is sent when Vibes has it, and failed once it will never arrive."""
    account.fault(match={"surface": "carrier"}, effect={"fail": 107}, id="down")
    account.text(ANA, "HELP")
    account.expect(sent(to=ANA, text="Reply STOP*"))
    account.until(failed(to=ANA, error=107))
    with pytest.raises(Unmet):
        account.expect(failed(to=ANA, error=9))
    account.heal("down")
    account.text(ANA, "HELP")
    account.until(delivered(to=ANA))


def test_membership_is_what_the_platform_says(account: Account) -> None:
    """A yes puts the number on the list, a STOP takes it off."""
    account.expect(unsubscribed(mdn=ANA, list="1001"))
    join(account)
    account.until(delivered(to=ANA))
    account.text(ANA, "Y")
    account.until(subscribed(mdn=ANA, list="1001"))
    account.text(ANA, "STOP")
    account.expect(unsubscribed(mdn=ANA, list="1001"))
    with pytest.raises(Unmet, match=r"\+13125550101 is not on list 1001"):
        account.expect(subscribed(mdn=ANA, list="1001"))


def test_never_ends_where_its_time_ends(account: Account) -> None:
    """What does not happen costs the whole time, in the account's clock alone."""
    join(account)
    account.never(delivered(to=ANA, text="Welcome*"), within="24h")
    assert account.now == "2026-01-06T15:00:00Z"


def test_never_fails_at_the_instant_it_happens(account: Account) -> None:
    """The clock stands at the delivery that should not have been."""
    join(account)
    with pytest.raises(Unmet, match=r"^expected never delivered\(to='\+13125550101'\) within 24h"):
        account.never(delivered(to=ANA), within="24h")
    assert account.now < "2026-01-05T15:01:00Z"


def test_a_failure_has_both_sides_the_timeline_and_the_way_back(account: Account) -> None:
    """Its text is enough to see what happened, without running anything again."""
    join(account)
    account.handset(ANA, reachable=False)
    account.fault(
        match={"surface": "carrier", "operation": "help_reply"}, effect={"fail": 107}, id="x"
    )
    account.text(ANA, "HELP")
    with pytest.raises(Unmet) as caught:
        account.until(delivered(to=ANA, text="Welcome*"), within="5m")
    text = str(caught.value)
    first, actual, *_ = text.splitlines()
    assert first == "expected delivered(to='+13125550101', text='Welcome*') within 5m"
    assert actual == "actual: 2 messages to +13125550101, none of them so"
    for line in (
        "vibes    +13125550101 asks to join JoinVip01",
        'vibes    accepts "Reply Y to join VIP Deals.',
        "phone    +13125550101 is now off",
        'phone    +13125550101 texts "HELP" to 65047 (taken as help)',
        "fault    x strikes carrier help_reply +13125550101: fail",
        'phone    refused, code 107: "Reply STOP to stop messages.',
        'carrier  keeps "Reply Y to join VIP Deals.',
    ):
        assert line in text
    assert text.endswith("again: pytest here --sms-seed 7")


def test_a_long_timeline_shows_its_end(account: Account) -> None:
    """Forty lines are shown, and how many went before."""
    for number in range(30):
        account.text(ANA, f"HELP {number}")
    lines = account.timeline().splitlines()
    assert len(lines) == 41
    assert lines[0] == "  ... 20 before"


def test_an_expectation_of_ones_own_will_do(account: Account) -> None:
    """Whatever has `look` can be waited for."""

    class PastNoon:
        def look(self, account: Account) -> Finding:
            return Finding(holds=account.now >= "2026-01-05T16:00:00Z", actual=account.now)

        def __str__(self) -> str:
            return "past noon"

    with pytest.raises(
        Unmet, match=r"^expected past noon within 59m\nactual: 2026-01-05T15:59:00Z"
    ):
        account.until(PastNoon(), within="59m")
    account.until(PastNoon(), within="1m")


def test_an_account_in_live_time_is_not_waited_for(simulator: SmsSimulator) -> None:
    """`until` needs a clock that stands; the refusal says what would do."""
    live = simulator.account(clock={"mode": "live"})
    with pytest.raises(SmsError, match="runs live"):
        live.until(delivered(to=ANA))
    simulator.clear()


async def test_an_application_in_the_tests_own_loop_hears_while_time_moves(
    account: Account,
) -> None:
    """The async account leaves the loop free, so a callback is answered by the test's own server."""
    heard: list[str] = []

    async def take(request: web.Request) -> web.Response:
        heard.append(await request.text())
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/told", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/told"
    there = account.aio
    body = {"callback_type": "subscription_added", "destination": {"url": url}}
    status, _ = await there.platform("POST", "/config/callbacks/", body)
    assert status in (200, 201)
    await there.text(ANA, "VIP")
    await there.until(delivered(to=ANA))
    await there.text(ANA, "Y")
    await there.until(callback(type="subscription_added", url="*/told", body="*1001*", count=1))
    await runner.cleanup()
    assert len(heard) == 1
    assert "app      takes subscription_added to" in await there.timeline()
    with pytest.raises(Unmet, match="1 attempt at a callback, none of them so"):
        await there.expect(callback(fate="refused"))

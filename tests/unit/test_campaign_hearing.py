"""What the campaign system hears, and whom it starts what for."""

from __future__ import annotations

import pytest

from harness.campaigns.activity_log import Kind, Reason
from harness.campaigns.links import DOMAIN
from harness.campaigns.qualification import Rule
from harness.campaigns.smart_campaign import ChangeDataValue, SendSms, SmartCampaign
from harness.campaigns.smart_list import (
    SmsHappens,
    SubscribesToVibesList,
    Trigger,
    UnsubscribesFromVibesList,
)
from tests.unit.campaign_world import HI, LIST, World, callback, receipt

EVENTS = {
    "sent": Kind.SMS_SENT,
    "delivered": Kind.SMS_DELIVERED,
    "bounced": Kind.SMS_BOUNCED,
    "clicked": Kind.SMS_CLICKED,
}


def _marks(world: World, name: str, trigger: Trigger) -> SmartCampaign:
    """A campaign that puts its name into a field of who triggers it."""
    step = ChangeDataValue(field=name, value="yes")
    return world.campaign(name, step, triggers=(trigger,), qualification=Rule(kind="every_time"))


async def test_what_becomes_of_a_message_triggers_for_its_campaign_alone() -> None:
    """Sent, delivered and clicked, each narrowed to one campaign or not."""
    world = World()
    person = world.person()
    for name in ("Sale", "News"):
        world.campaign(name, SendSms(message="See https://shop.test", list_id=LIST))
    for event, kind in EVENTS.items():
        _marks(world, f"{event} Sale", SmsHappens(kind=kind, campaign="Sale"))
        _marks(world, f"{event} any", SmsHappens(kind=kind))
    await world.system.run("News")
    world.system.hear_receipt(receipt("s1", "Handset"))
    world.system.hear_click("00001")
    await world.system.drain()
    assert sorted(person.fields) == ["clicked any", "delivered any", "sent any"]
    await world.system.run("Sale")
    world.system.hear_receipt(receipt("s2", "Carrier", 103))
    world.system.hear_click("00002")
    await world.system.drain()
    assert set(person.fields) == {f"{event} any" for event in EVENTS} | {
        f"{event} Sale" for event in EVENTS if event != "delivered"
    }


async def test_a_receipt_counts_once_and_only_at_the_end() -> None:
    """Under way is nothing yet; twice is once; of an unknown message, nothing."""
    world = World()
    world.person()
    world.campaign("Sale", HI)
    await world.system.run("Sale")
    for stage in ("System", "Carrier", "Handset", "Handset"):
        world.system.hear_receipt(receipt("s1", stage))
    world.system.hear_receipt(receipt("s9", "Handset"))
    (delivered,) = world.of(Kind.SMS_DELIVERED)
    assert (delivered.campaign, delivered.list_id) == ("Sale", LIST)
    assert delivered.moment.isoformat() == "2026-01-05T15:00:00.320000+00:00"


@pytest.mark.parametrize(
    ("code", "reason"),
    [(100, Reason.SOFT), (101, Reason.SOFT), (103, Reason.HARD), (9, Reason.HARD)],
)
async def test_a_bounce_is_soft_or_hard_by_its_code(code: int, reason: Reason) -> None:
    """Unknown and expired may work another time."""
    world = World()
    world.person()
    world.campaign("Sale", HI)
    await world.system.run("Sale")
    world.system.hear_receipt(receipt("s1", "Carrier", code))
    assert world.reasons() == [reason]


async def test_everyone_of_a_phone_joins_and_leaves_together() -> None:
    """Lists are of numbers, so both are triggered, each in their own name (A12)."""
    world = World()
    ana, ben = world.person(1, member=False), world.person(2, member=False)
    await world.system.change(ben, "phone", "312.555.0001")
    _marks(world, "joins", SubscribesToVibesList(list_id=LIST))
    _marks(world, "leaves", UnsubscribesFromVibesList(list_id=LIST))
    _marks(world, "leaves another", UnsubscribesFromVibesList(list_id="1002"))
    world.system.hear_callback(callback("added", "+13125550001", "e1"))
    world.system.hear_callback(callback("removed", "+13125550001", "e2"))
    world.system.hear_callback(callback("removed", "+13125550001", "e2"))
    await world.system.drain()
    assert ana.fields == ben.fields == {"joins": "yes", "leaves": "yes"}
    assert len(world.of(Kind.UNSUBSCRIBES)) == 2


async def test_what_was_overtaken_triggers_nothing() -> None:
    """A join that is over when it is heard of leaves an activity, and no more."""
    world = World()
    person = world.person(1, member=False)
    _marks(world, "joins", SubscribesToVibesList(list_id=LIST))
    mdn = person.mdn or ""
    world.system.hear_callback(callback("removed", mdn, "e2", at="2026-01-05T15:00:02Z"))
    world.system.hear_callback(callback("added", mdn, "e1", at="2026-01-05T15:00:01Z"))
    await world.system.drain()
    assert person.fields == {}
    assert len(world.of(Kind.SUBSCRIBES)) == 1
    assert not world.system.membership.is_member(LIST, mdn)


async def test_a_click_belongs_to_whom_the_text_was_sent_to() -> None:
    """Two people share the phone; one text went out, with the link of the first."""
    world = World()
    ana, ben = world.person(1), world.person(2)
    await world.system.change(ben, "phone", ana.phone or "")
    world.campaign("Sale", SendSms(message="See https://shop.test", list_id=LIST))
    await world.system.run("Sale")
    ((_, text),) = world.vibes.texts
    code = text.removeprefix(f"See https://{DOMAIN}/")
    assert world.system.hear_click(code) == f"https://shop.test?mkt_tok=1-{code}"
    assert [item.person_id for item in world.of(Kind.SMS_CLICKED)] == [1]
    assert world.system.hear_click("zzzzz") is None
    assert world.system.hear_click("") is None

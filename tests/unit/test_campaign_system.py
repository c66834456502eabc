"""The campaign system as a whole, with nobody at the other end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from harness.campaigns.activity_log import Kind, Reason
from harness.campaigns.calendar import NEVER, Schedule, Wait
from harness.campaigns.flow import Choices
from harness.campaigns.people import Person
from harness.campaigns.qualification import Rule
from harness.campaigns.rounds import CampaignsNeverEnd
from harness.campaigns.smart_campaign import (
    ChangeDataValue,
    Choose,
    RequestCampaign,
    SendSms,
    SubscribeToVibesList,
    UnsubscribeFromVibesList,
)
from harness.campaigns.smart_list import (
    CampaignIsRequested,
    DataValueChanges,
    Did,
    FieldFilter,
    FillsOutForm,
    MemberOf,
    Not,
    PersonIsCreated,
    SmsHappens,
    UnsubscribesFromVibesList,
)
from tests.unit.campaign_world import HI, LIST, START, World, callback

DAY = timedelta(days=1)
ALWAYS = Rule(kind="every_time")
A_DAY = Wait(duration=DAY)


async def test_what_comes_after_a_wait_is_done_at_its_instant() -> None:
    """An alarm is set for it, and none when nothing is to come."""
    world = World()
    world.person()
    world.campaign("Drip", A_DAY, HI)
    await world.system.run("Drip")
    assert world.alarms == [START + DAY]
    await world.pass_time(DAY - timedelta(seconds=1))
    assert world.vibes.texts == []
    await world.pass_time(timedelta(seconds=1))
    assert world.vibes.texts == [("+13125550001", "Hi")]
    assert len(world.system.agenda) == 0


async def test_who_left_the_list_in_a_wait_is_not_sent_to() -> None:
    """R9 holds at the send, not at the start of the flow."""
    world = World()
    person = world.person()
    world.campaign("Drip", A_DAY, HI, who=(MemberOf(list_id=LIST),))
    await world.system.run("Drip")
    world.system.hear_callback(callback("removed", person.mdn or "", "e1"))
    await world.pass_time(DAY)
    assert world.vibes.texts == []
    assert world.reasons(person) == [Reason.NOT_A_MEMBER]


async def test_who_is_deleted_in_a_wait_goes_no_further_and_the_others_do() -> None:
    """The log says why; and nobody deleted is told to wait."""
    world = World()
    gone, stays = world.person(1), world.person(2)
    world.campaign("Drip", A_DAY, HI)
    await world.system.run("Drip")
    world.system.delete(gone)
    assert world.system.agenda.waiting() == [stays]
    await world.pass_time(DAY)
    assert [mdn for mdn, _ in world.vibes.texts] == [stays.mdn]
    assert world.reasons(gone) == [Reason.DELETED]


async def test_an_edit_changes_nothing_for_who_waits_and_all_for_who_comes() -> None:
    """What is parked holds the steps, not the campaign's name."""
    world = World()
    first, second = world.person(1), world.person(2)
    form = (FillsOutForm(form="f"),)
    world.campaign("Drip", A_DAY, HI, triggers=form)
    await world.system.fill_form(first, "f")
    world.campaign("Drip", SendSms(message="New", list_id=LIST), triggers=form)
    await world.system.fill_form(second, "f")
    await world.pass_time(DAY)
    assert world.vibes.texts == [(second.mdn, "New"), (first.mdn, "Hi")]


async def test_a_choice_of_a_wait_parks_its_people_and_lets_the_others_go_on() -> None:
    """Nobody is passed over, nobody goes twice, and the order of the audience stays."""
    world = World()
    people = [world.person(1), world.person(2, Tier="Gold"), world.person(3)]
    gold = FieldFilter(field="Tier", operator="is", value="gold")
    world.campaign("Sale", Choose(choices=((gold, A_DAY),)), HI, A_DAY, HI)
    await world.system.run("Sale")
    assert [mdn for mdn, _ in world.vibes.texts] == [people[0].mdn, people[2].mdn]
    await world.pass_time(3 * DAY)
    assert sorted(mdn for mdn, _ in world.vibes.texts) == sorted(
        person.mdn or "" for person in people for _ in range(2)
    )


async def test_nested_choices_take_the_first_that_holds() -> None:
    """A choice may be a choice again."""
    world = World()
    world.person(1, Tier="Gold", City="Rome")
    world.person(2, Tier="Gold")
    world.person(3)
    rome = (FieldFilter(field="City", operator="is", value="Rome"), _send("Gold in Rome"))
    gold = (FieldFilter(field="Tier", operator="is", value="Gold"), _choose(rome, _send("Gold")))
    world.campaign("Sale", _choose(gold, _send("Everyone")))
    await world.system.run("Sale")
    assert [text for _, text in world.vibes.texts] == ["Gold in Rome", "Gold", "Everyone"]


def _send(message: str) -> SendSms:
    return SendSms(message=message, list_id=LIST)


def _choose(first: tuple[FieldFilter, SendSms | Choose], otherwise: SendSms) -> Choose:
    return Choose(choices=(first,), otherwise=otherwise)


async def test_a_wait_for_a_field_parts_the_people_of_a_batch() -> None:
    """Those of one date go on together; who has no date, or one that is over, at once."""
    world = World()
    for number, day in enumerate(["2026-01-07", "2026-01-08", "2026-01-07", "", "2025-01-01"], 1):
        world.person(number, Day=day)
    world.campaign("Sale", Wait(token="Day"), HI)
    await world.system.run("Sale")
    assert [mdn[-1] for mdn, _ in world.vibes.texts] == ["4", "5"]
    assert len(world.system.agenda) == 2
    await world.pass_time(4 * DAY)
    assert [mdn[-1] for mdn, _ in world.vibes.texts] == ["4", "5", "1", "3", "2"]


async def test_who_waits_for_ever_sets_no_alarm() -> None:
    """A date at the end of all time is no instant to be woken at."""
    world = World()
    person = world.person(1, Day="9999-12-31")
    world.campaign("Sale", Wait(token="Day"), HI)
    await world.system.run("Sale")
    assert world.alarms == []
    assert world.system.agenda.waiting() == [person]
    assert world.of(Kind.WAITS)[0].detail == f"until {NEVER.isoformat()}"


async def test_an_alarm_that_never_came_is_made_up_for() -> None:
    """What is due by the time that is known is done, woken or not."""
    world = World()
    world.person()
    world.campaign("Drip", A_DAY, HI)
    await world.system.run("Drip")
    world.now += 2 * DAY
    await world.system.drain()
    assert len(world.vibes.texts) == 1
    assert world.alarms == [START + DAY, None]


@pytest.mark.parametrize("as_batch", [True, False])
async def test_campaigns_that_trigger_each_other_without_end_are_told(as_batch: bool) -> None:
    """The campaign is named, nothing is left in the queue, and the reason is kept."""
    world = World()
    person = world.person()
    for here, there in (("A", "B"), ("B", "A")):
        world.campaign(
            here,
            RequestCampaign(campaign=there),
            triggers=(CampaignIsRequested(),),
            qualification=ALWAYS,
        )
    world.campaign("Begin", RequestCampaign(campaign="A"))
    with pytest.raises(CampaignsNeverEnd, match='campaign "A" was triggered 1000 times'):
        await (world.system.run("Begin") if as_batch else world.system.request("A", person))
    assert world.system.broken is not None
    await world.system.drain()


async def test_campaigns_that_trigger_each_other_end_where_each_runs_once() -> None:
    """Once is once, however often it is triggered."""
    world = World()
    person = world.person()
    for here, there in (("red", "green"), ("green", "red")):
        world.campaign(
            here,
            ChangeDataValue(field="Colour", value=there),
            triggers=(DataValueChanges(field="Colour", to=here),),
        )
    await world.system.change(person, "Colour", "red")
    assert person.value("Colour") == "red"
    assert world.reasons(person) == [Reason.RAN_BEFORE]


async def test_many_people_may_be_triggered_at_one_instant() -> None:
    """It is one campaign and one person over and over that is no end, not many of them."""
    world = World()
    for number in range(1, 1_500):
        world.person(number)
    world.campaign("Begin", RequestCampaign(campaign="A"))
    world.campaign("A", HI, triggers=(CampaignIsRequested(),))
    await world.system.run("Begin")
    assert len(world.vibes.texts) == 1_499


async def test_a_campaign_that_is_off_is_requested_in_vain() -> None:
    """The person gets the reason; a form that nobody listens to is no decision about them."""
    world = World()
    person = world.person()
    triggers = (CampaignIsRequested(), FillsOutForm(form="f"))
    world.campaign("Off", HI, triggers=triggers, active=False)
    await world.system.request("Off", person)
    await world.system.fill_form(person, "f")
    assert world.reasons(person) == [Reason.NOT_ACTIVE]
    assert world.vibes.texts == []
    world.campaign("Batch", HI)
    with pytest.raises(ValueError, match='"Batch" has no trigger'):
        await world.system.request("Batch", person)


async def test_only_another_value_is_a_change() -> None:
    """Truth values are compared as such; what is logged is what the field holds."""
    world = World()
    person = world.person(1, City="Rome")
    hears = DataValueChanges(field="blocklisted", to="TRUE")
    world.campaign("Blocked", ChangeDataValue(field="x", value="1"), triggers=(hears,))
    await world.system.change(person, "City", "Rome")
    await world.system.change(person, "blocklisted", "False")
    assert len(world.system.log) == 0
    await world.system.change(person, "blocklisted", "True")
    assert [item.detail for item in world.of(Kind.CHANGED)] == ["blocklisted is true", "x is 1"]


async def test_a_number_that_is_written_differently_is_a_change_and_the_same_number() -> None:
    """People are found by the number they have, however it is written."""
    world = World()
    person = world.person()
    other = world.person(2)
    await world.system.change(person, "phone", "(312) 555-0001")
    assert world.system.people.with_mdn("+13125550001") == [person]
    await world.system.change(person, "phone", other.phone or "")
    assert world.system.people.with_mdn("+13125550001") == []
    assert world.system.people.with_mdn("+13125550002") == [person, other]
    await world.system.change(person, "phone", "")
    assert world.system.people.with_mdn("+13125550002") == [other]
    assert person.phone is None


async def test_new_people_trigger_and_deleted_people_do_not() -> None:
    """Who is deleted may meet a trigger, and goes through nothing (R18)."""
    world = World()
    world.campaign("Ask", SubscribeToVibesList(list_id=LIST, campaign_id="Join"))
    world.campaign("Created", RequestCampaign(campaign="New"), triggers=(PersonIsCreated(),))
    world.campaign(
        "New", HI, triggers=(CampaignIsRequested(), UnsubscribesFromVibesList(list_id=LIST))
    )
    person = Person(id=1, name="ana", phone="(312) 555-0001")
    world.system.membership.load(LIST, [person.mdn or ""])
    await world.system.create(person)
    assert len(world.vibes.texts) == 1
    world.system.delete(person)
    world.system.hear_callback(callback("removed", person.mdn or "", "e1"))
    await world.system.drain()
    await world.system.run("Ask")
    assert world.vibes.asked == []
    assert world.reasons(person) == [Reason.DELETED, Reason.DELETED]


@pytest.mark.parametrize(
    ("flow", "who", "triggers", "valid"),
    [
        ((ChangeDataValue(field="x", value="1"),), (), (), True),
        (
            (ChangeDataValue(field="x", value="1"),),
            (FieldFilter(field="City", operator="is_empty"),),
            (),
            True,
        ),
        ((HI,), (), (), False),
        ((UnsubscribeFromVibesList(list_id=LIST),), (), (), False),
        ((A_DAY,), (Not(filter=Did(kind=Kind.SMS_SENT)),), (), False),
        ((A_DAY,), (), (SmsHappens(kind=Kind.SMS_SENT),), False),
        ((Choose(choices=((MemberOf(list_id=LIST), None),)),), (), (), False),
        ((Choose(choices=((FieldFilter(field="x", operator="is_empty"), HI),)),), (), (), False),
    ],
)
def test_without_the_service_all_that_is_about_sms_is_invalid(
    flow: tuple[object, ...], who: tuple[object, ...], triggers: tuple[object, ...], valid: bool
) -> None:
    """Steps, filters and triggers, also those within choices; the rest runs (R24)."""
    world = World(service=None)
    world.campaign("C", *flow, who=who, triggers=triggers)  # type: ignore[arg-type]
    assert (world.system.faults("C") == []) is valid


async def test_a_scheduled_campaign_runs_at_its_instants_and_by_its_last_edit() -> None:
    """A run of this very instant is due; one that was planned before an edit is no more."""
    world = World()
    world.person()
    daily = Schedule(start=datetime(2026, 1, 5, 9), every="day")
    world.campaign("Daily", HI, schedule=daily, qualification=ALWAYS)
    await world.system.drain()
    assert len(world.vibes.texts) == 1
    await world.pass_time(2 * DAY)
    assert len(world.vibes.texts) == 3
    later = Schedule(start=datetime(2026, 1, 9, 9))
    world.campaign("Daily", HI, schedule=later, qualification=ALWAYS)
    await world.pass_time(30 * DAY)
    assert len(world.vibes.texts) == 4
    assert world.system.reports["Daily"].people == 1
    assert len(world.system.agenda) == 0


async def test_a_limit_counts_those_who_would_go_through() -> None:
    """Who ran before is no longer counted, and a run over the limit leaves no trace of people."""
    world = World()
    world.person(1)
    world.campaign("Sale", HI, person_limit=1)
    assert (await world.system.run("Sale")).status == "ran"
    world.person(2)
    assert (await world.system.run("Sale")).status == "ran"
    world.person(3)
    world.person(4)
    before = len(world.system.log)
    assert (await world.system.run("Sale")).reasons == ("2 people qualify, the limit is 1",)
    assert len(world.system.log) == before


async def test_the_dedupe_of_a_run_outlives_a_wait() -> None:
    """With the window `run` the second step of one run, days later, still counts as it (A3)."""
    world = World(choices=Choices(dedupe_window="run"))
    world.person()
    world.campaign("Twice", HI, A_DAY, HI, qualification=ALWAYS)
    await world.system.run("Twice")
    await world.pass_time(DAY)
    assert world.reasons() == [Reason.DUPLICATE_PHONE]
    await world.system.run("Twice")
    assert len(world.vibes.texts) == 2


async def test_how_often_is_measured_in_the_time_of_the_account() -> None:
    """Once in six hours, triggered every hour for a day, is four times."""
    world = World()
    person = world.person()
    rule = Rule(kind="interval", count=6, unit="hour")
    world.campaign("Tip", HI, triggers=(FillsOutForm(form="f"),), qualification=rule)
    for _ in range(24):
        await world.system.fill_form(person, "f")
        world.now += timedelta(hours=1)
    assert len(world.vibes.texts) == 4
    assert world.system.moment == datetime(2026, 1, 6, 15, tzinfo=UTC)

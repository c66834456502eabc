"""What the oracles say of what campaigns send: once, to members, in hours and numbers that were set."""

from __future__ import annotations

from datetime import timedelta

import pytest

from harness.campaigns.activity_log import Activity, Kind, Reason
from harness.campaigns.calendar import Wait
from harness.campaigns.flow import Choices
from harness.campaigns.people import Person
from harness.campaigns.smart_campaign import SendSms, SmartCampaign
from harness.campaigns.smart_list import FillsOutForm, SmartList
from harness.oracles import Name, QuietHours
from tests.unit.oracle_runs import ANA, BEN, DAY, HOUR, MINUTE, START, Run

SEND = SendSms(message="Sale today", list_id="1001")
PLAIN = SmartCampaign(name="Sale", smart_list=SmartList(), flow=(SEND,))


def _shared() -> tuple[Run, Person, Person]:
    """ana and ben share a phone that is on the list."""
    run = Run()
    ana, ben = run.person("ana"), run.person("ben", ANA)
    run.member()
    return run, ana, ben


def _skips(run: Run, person: Person) -> None:
    run.activities.append(
        Activity(
            at=run.iso,
            person_id=person.id,
            kind=Kind.SMS_SKIPPED,
            campaign="Sale",
            list_id="1001",
            reason=Reason.DUPLICATE_PHONE,
        )
    )


def test_two_messages_to_one_phone_in_one_send_break() -> None:
    """Both messages with whose they were, and nothing else."""
    run, ana, ben = _shared()
    run.sends("Sale", "1001", ana)
    run.sends("Sale", "1001", ben)
    (found,) = run.broke(Name.ONE_PER_SEND)
    assert found.text == (
        f'"Sale" sent ana, ben ({ANA}) more than one message on list 1001 in one send'
    )
    assert [line.split("  ", 1)[1] for line in found.timeline] == [
        'vibes      accepts "Sale today" (connect)',
        'campaigns  ana: SMS sent in "Sale" list 1001',
        'vibes      accepts "Sale today" (connect)',
        'campaigns  ben: SMS sent in "Sale" list 1001',
    ]


def test_one_message_to_a_shared_phone_in_each_step_and_on_each_list_is_well() -> None:
    """A step, a list and a run count apart."""
    run, ana, ben = _shared()
    run.member("1002")
    for _ in range(2):
        run.sends("Sale", "1001", ana)
        _skips(run, ben)
    run.sends("Sale", "1002", ben)
    run.does(Kind.CHANGED, ana, detail="Town is Bonn")
    run.sends("Sale", "1001", ben)
    run.at(HOUR)
    run.sends("Sale", "1001", ana)
    assert not run.broke(Name.ONE_PER_SEND)


@pytest.mark.parametrize(
    "campaign",
    [
        SmartCampaign(
            name="Sale", smart_list=SmartList(), flow=(SEND,), triggers=(FillsOutForm(form="x"),)
        ),
        SmartCampaign(
            name="Sale", smart_list=SmartList(), flow=(Wait(duration=timedelta(days=1)), SEND)
        ),
    ],
)
def test_people_who_go_through_apart_are_sent_to_apart(campaign: SmartCampaign) -> None:
    """A trigger campaign has a send for each person, and people who waited may come in groups."""
    run, ana, ben = _shared()
    run.sends("Sale", "1001", ana)
    run.sends("Sale", "1001", ben)
    assert not run.broke(Name.ONE_PER_SEND, campaigns={"Sale": campaign})
    assert run.broke(Name.ONE_PER_SEND, campaigns={"Sale": PLAIN})


def test_phones_may_be_compared_as_written() -> None:
    """A5: with `raw`, one number written in two ways is two phones."""
    run, ana, _ben = _shared()
    cas = run.person("cas", "(312) 555-0101")
    run.sends("Sale", "1001", ana)
    run.sends("Sale", "1001", cas)
    assert run.broke(Name.ONE_PER_SEND)
    assert not run.broke(Name.ONE_PER_SEND, choices=Choices(phone_equality="raw"))
    run.does(Kind.CHANGED, cas, detail="phone is (312) 555-0101")
    assert not run.broke(Name.ONE_PER_SEND, choices=Choices(phone_equality="raw"))


def test_a_message_may_be_one_for_ever() -> None:
    """A3: with `message`, the same text on the same list comes once."""
    run, ana, ben = _shared()
    run.sends("Sale", "1001", ana)
    run.at(DAY)
    run.sends("More", "1001", ben, text="Another")
    ever = Choices(dedupe_window="message")
    assert not run.broke(Name.ONE_PER_SEND, choices=ever)
    run.sends("Sale", "1001", ben)
    assert not run.broke(Name.ONE_PER_SEND)
    assert len(run.broke(Name.ONE_PER_SEND, choices=ever)) == 1


def test_a_campaign_that_runs_once_sends_a_person_its_steps_and_no_more() -> None:
    """The default qualification is once; the flow says how many messages that can be."""
    run = Run()
    ana = run.person()
    run.member()
    run.sends("Sale", "1001", ana)
    run.at(HOUR)
    run.sends("Sale", "1001", ana)
    twice = SmartCampaign(name="Sale", smart_list=SmartList(), flow=(SEND, SEND))
    assert not run.broke(Name.ONE_PER_SEND, campaigns={"Sale": twice})
    assert len(run.broke(Name.ONE_PER_SEND, campaigns={"Sale": PLAIN})) == 1


def test_one_order_is_one_message() -> None:
    """A submitter id that was taken twice; a second try from the alternate code is not meant."""
    run = Run()
    ana = run.person()
    run.member()
    run.sends("Sale", "1001", ana)
    order = run.rows[-2]["data"]["mt"]["submitter_id"]
    run.arrives(submitter_id=order, code="70000", forwarded_from="it")
    run.arrives(submitter_id=order, mdn=BEN)
    assert not run.broke(Name.ONE_PER_SEND)
    run.arrives(submitter_id=order)
    assert "one order became two" in run.broke(Name.ONE_PER_SEND)[0].text


def test_a_campaign_message_to_who_has_left_breaks_whatever_became_of_it() -> None:
    """How they left, and what was sent after it; what was submitted directly is not judged."""
    run = Run()
    ana = run.person()
    run.member()
    run.arrives()
    run.sends("Sale", "1001", ana)
    assert not run.broke(Name.AUDIENCE)
    run.at(MINUTE)
    run.leaves()
    run.arrives()
    message = run.accepts(submitter_id="s9")
    run.does(Kind.SMS_SENT, ana, "Sale", "1001", message)
    run.moves(message, "blocked", 9)
    (found,) = run.broke(Name.AUDIENCE)
    assert [line.split("  ", 1)[1] for line in found.timeline] == [
        "vibes      removes from list 1001 (api_opt_out)",
        'vibes      accepts "Sale today" (connect)',
        'campaigns  ana: SMS sent in "Sale" list 1001',
    ]


def test_a_campaign_message_on_a_list_somebody_was_never_on_breaks() -> None:
    """A membership of another list, or one that begins later, makes nobody a member of this one."""
    run = Run()
    ana = run.person()
    run.member("1002")
    run.sends("Sale", "1001", ana)
    run.member("1001")
    (found,) = run.broke(Name.AUDIENCE)
    assert len(found.timeline) == 2


@pytest.mark.parametrize("flag", ["blocklisted", "marketing_suspended"])
def test_a_campaign_message_to_somebody_blocked_breaks(flag: str) -> None:
    """As they were when it was sent: the log says when that changed."""
    run = Run()
    ana, ben = run.person("ana", flag=flag), run.person("ben", BEN)
    run.member()
    run.member(mdn=BEN)
    run.sends("Sale", "1001", ben)
    ben.put(flag, "true")
    run.does(Kind.CHANGED, ben, detail=f"{flag} is true")
    assert not run.broke(Name.AUDIENCE)
    run.sends("Sale", "1001", ben)
    run.sends("Sale", "1001", ana)
    assert [item.number for item in run.broke(Name.AUDIENCE)] == [BEN, ANA]
    ana.put(flag, "false")
    run.does(Kind.CHANGED, ana, detail=f"{flag} is false")
    run.sends("Sale", "1001", ana)
    assert len(run.broke(Name.AUDIENCE)) == 2


EVENING = 21 * HOUR + 6 * HOUR  # 21:00 in Chicago is 03:00 UTC
MIDNIGHT = 15 * HOUR  # the run starts at 15:00 UTC


@pytest.mark.parametrize(
    ("after", "breaks"),
    [
        (EVENING - 1, False),
        (EVENING, True),
        (EVENING + 11 * HOUR - 1, True),
        (EVENING + 11 * HOUR, False),
    ],
)
def test_quiet_hours_are_kept(after: int, breaks: bool) -> None:
    """From nine in the evening until before eight in the morning, where somebody lives."""
    run = Run()
    run.at(after - MIDNIGHT)
    run.arrives()
    assert not run.broke(Name.QUIET_HOURS)
    assert bool(run.broke(Name.QUIET_HOURS, quiet_hours=QuietHours())) is breaks


def test_quiet_hours_may_be_within_a_day() -> None:
    """The start is before the end; answers and what Vibes blocked are not meant."""
    run = Run()
    quiet = QuietHours(start="15:00", end="15:01", zone="UTC")
    run.arrives("welcome")
    run.moves(run.accepts(), "blocked", 9)
    run.at(MINUTE)
    run.arrives("event")
    assert not run.broke(Name.QUIET_HOURS, quiet_hours=quiet)
    run.at(MINUTE - 1)
    run.arrives("event")
    (found,) = run.broke(Name.QUIET_HOURS, quiet_hours=quiet)
    assert "at 15:00:59, within the quiet hours 15:00 to 15:01 (UTC)" in found.text
    assert len(found.timeline) == 1


@pytest.mark.parametrize(("third", "breaks"), [(DAY - 1, True), (DAY, False)])
def test_the_cap_is_of_any_time_as_long_as_its_own(third: int, breaks: bool) -> None:
    """A day slides; two messages a day apart are not within one."""
    run = Run()
    run.arrives()
    run.at(HOUR)
    run.arrives("broadcast")
    run.arrives(mdn=BEN)
    run.arrives("help_reply")
    run.arrives(forwarded_from="it")
    run.moves(run.accepts(), "blocked", 9)
    run.at(third)
    run.arrives("event")
    assert not run.broke(Name.FREQUENCY_CAP, cap=(3, timedelta(days=1)))
    found = run.broke(Name.FREQUENCY_CAP, cap=(2, timedelta(days=1)))
    assert bool(found) is breaks
    if breaks:
        assert len(found[0].timeline) == 3
        assert found[0].text.endswith("3 campaign messages within 1 day, 0:00:00, the cap is 2")
    assert run.rows[1]["data"]["mt"]["accepted_at"] == START

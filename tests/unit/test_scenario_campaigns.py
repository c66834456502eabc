"""What a scenario says of campaigns: its mistakes, told all at once, and what is made of it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from harness.campaigns.activity_log import Kind
from harness.campaigns.calendar import Schedule, Wait
from harness.campaigns.logic import Group
from harness.campaigns.qualification import Rule
from harness.campaigns.smart_campaign import ChangeDataValue, Choose, SendSms
from harness.campaigns.smart_list import Did, FieldFilter, MemberOf, Not, SmsHappens
from harness.scenario import building
from harness.scenario.parts import Mistakes
from harness.scenario.reading import check
from harness.scenario.source import read_text

WRONG = """\
name: x
people:
  ana: {phone: "(312) 555-0101"}
campaigns:
  Drip:
    trigger: {sms: {is: snt, campaign: Drp}}
    who:
      - {not: {member_off: 1001}}
      - {not: {clicked: {campaign: Drpi, within: 3 dys}}}
      - {field: {name: City}}
    match: 1 and 2 or 3
    qualification: onse
    zone: America/Chicgo
    schedule: {at: tomorrow, every: dya}
    flow:
      - wait: 4 hrs
      - wait: {for: 1 day, weekday: fri, at: 9am}
      - wait: {until: 2026-01-06T09:00:00Z}
      - request: Drp
      - choose:
          choices:
            - {if: {field: {name: City, iss: Rome}}, do: {send: {mesage: x, list: 1001}}}
            - {if: {clicked: {campaign: Nope}}}
          default: {wait: {for: 1 day, until: 2026-01-06}}
  Often: {qualification: {once_per: 30 minutes}, flow: [{wait: {for: 1 day, anniversary: true}}]}
  Over: {schedule: {at: 2026-01-05T08:59}, flow: [{unsubscribe: {list: 1003}}]}
  Never: {match: 1 and 2, schedule: {at: 2026-02-05, every: week, weekdays_only: true}}
steps:
  - click: {person: bob}
  - expect:
    - waiting: {person: anna}
    - counters: {campaign: Dripp, sent: 1}
    - counters: {campaign: Drip}
"""

TOLD = """\
6:21: "snt" is not one of sent, delivered, bounced, clicked; did you mean "sent"?
8:16: unknown member "member_off"; did you mean "member_of"?
9:26: no campaign "Drpi"; did you mean "Drip"?
9:42: "3 dys" is not a duration; write "24h", "1h30m", "250ms", "1 day" or "PT24H"
10:10: write one of is, is_not, contains, starts_with, empty
12:5: "onse" is not one of once, every_time; did you mean "once"?
13:5: "America/Chicgo" is no time zone; write "America/Chicago"
14:16: "tomorrow" is no local time; write "2026-01-06T09:00"
14:30: "dya" is not one of day, week, month; did you mean "day"?
16:9: "4 hrs" is no wait; write "30 minutes", "4 hours", "2 days", "1 week"
17:28: "fri" is no weekday; write monday, tuesday, wednesday, thursday, friday, saturday, sunday
17:42: "9am" is no time of day; write "09:30"
18:16: "2026-01-06T09:00:00Z" names an offset; write it in the campaign's zone, as "2026-01-06T09:00"
19:9: no campaign "Drp"; did you mean "Drip"?
22:41: unknown member "iss"; did you mean "is"?
22:66: unknown member "mesage"; did you mean "message"?
23:31: no campaign "Nope"; there is Drip, Often, Over, Never
24:21: write one of for, until, field
25:27: "30 minutes" is not in whole hours; write "6 hours", "1 day", "2 weeks"
25:58: anniversary and days go with field
26:10: it would never run: the scenario begins at 2026-01-05T09:00 in America/Chicago
26:66: no list "1003"; did you mean "1002"?
27:11: "1 and 2" names filter 1; there are 0
27:27: weekdays_only goes with every: day
29:13: no person "bob"; there is ana
31:17: no person "anna"; did you mean "ana"?
32:18: no campaign "Dripp"; did you mean "Drip"?
33:7: write how many were sent, delivered, bounced_soft, bounced_hard or clicked
"""

FULL = """\
name: x
campaigns:
  Full:
    trigger: [{sms: {is: clicked, campaign: Full}}, {created: true}]
    who:
      - {field: {name: blocklisted, is: false}}
      - {not: {member_of: 1001}}
      - {bounced: {list: 1001, within: 2 weeks}}
    match: 1 and (2 or 3)
    qualification: {once_per: 2 days}
    zone: Europe/Rome
    flow:
      - wait: {field: Day, days: -2, anniversary: true, at: 09:30}
      - choose:
          choices: [{if: {member_of: 1001}, do: {wait: {for: 1 week, weekday: monday}}}]
          default: {send: {message: Hi, list: 1001, links: as_is}}
      - change: {field: Score, value: 5}
  Daily:
    schedule: {at: 2026-02-05, every: day, weekdays_only: true, until: 2026-03-05}
    flow: [{wait: {until: 2026-02-06}}]
steps: [{run: Daily}]
"""


def _mistakes(text: str) -> list[str]:
    with pytest.raises(Mistakes) as raised:
        check(read_text(text, "x"))
    return [str(mistake).removeprefix("x:") for mistake in raised.value.mistakes]


def test_the_mistakes_of_campaigns_come_all_at_once_with_their_places() -> None:
    """Wrong nested filters, waits, logic, schedules and names, each with its mend."""
    assert _mistakes(WRONG) == TOLD.splitlines()


def test_a_full_campaign_is_what_it_says() -> None:
    """Every member of the language reaches the campaign system."""
    rome = ZoneInfo("Europe/Rome")
    spec = check(read_text(FULL, "x")).spec
    made = building.campaign("Full", spec.campaigns["Full"])
    assert made.triggers[0] == SmsHappens(kind=Kind.SMS_CLICKED, campaign="Full")
    assert made.smart_list.filters == (
        FieldFilter(field="blocklisted", operator="is", value="false"),
        Not(filter=MemberOf(list_id="1001")),
        Did(kind=Kind.SMS_BOUNCED, list_id="1001", within=timedelta(weeks=2)),
    )
    assert made.smart_list.match == Group("and", (1, Group("or", (2, 3))))
    assert made.qualification == Rule(kind="interval", count=48, unit="hour")
    week = Wait(duration=timedelta(weeks=1), weekdays=("monday",), zone=rome)
    assert made.flow == (
        Wait(token="Day", days=-2, anniversary=True, at=time(9, 30), zone=rome),
        Choose(
            choices=((MemberOf(list_id="1001"), week),),
            otherwise=SendSms(message="Hi", list_id="1001", links="as_is"),
        ),
        ChangeDataValue(field="Score", value="5"),
    )
    daily = building.campaign("Daily", spec.campaigns["Daily"])
    assert daily.schedule == Schedule(
        start=datetime(2026, 2, 5),
        every="day",
        weekdays_only=True,
        until=datetime(2026, 3, 5).date(),
    )
    assert daily.flow == (Wait(until=datetime(2026, 2, 6)),)


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ("[{fill_form: {person: eve, form: f}}, {create: {person: eve}}]", 'no person "eve"'),
        ("[{create: {person: eve}}, {create: {person: eve}}]", '"eve" is there already'),
        ("[{create: {person: ana}}]", '"ana" is there already'),
        ("[{create: {person: eve}}, {click: {person: eve}}]", "eve: has no phone"),
        ("[{edit: {campaign: Sal}}]", 'no campaign "Sal"; did you mean "Sale"?'),
        ("[{edit: {campaign: Sale, flow: [{request: Sal}]}}]", 'no campaign "Sal"'),
        ("[{edit: {campaign: Sale, flo: []}}]", 'unknown member "flo"; did you mean "flow"?'),
        ("[{edit: {campaign: Sale, match: 1 or 2}}]", '"1 or 2" names filter 1; there are 0'),
        ("[{expect: [{counters: {delivery_rate: 0.5}}]}]", 'write a text, as "12%" or "33.3%"'),
        ("[{expect: [{counters: {bounce_rate: 101%}}]}]", '"101%" is not a share'),
        ("[{expect: [{counters: {since: 2026-01-05T15:00:00Z}}]}]", "write how many were sent"),
    ],
)
def test_a_step_that_names_what_is_not_there_yet_is_a_mistake(steps: str, told: str) -> None:
    """People are there once they are created, and once only."""
    text = "name: x\npeople: {ana: {phone: '(312) 555-0101'}}\ncampaigns: {Sale: {}}\nsteps: "
    (line,) = _mistakes(text + steps)
    assert told in line


def test_people_who_are_created_later_subscribe_to_nothing_before() -> None:
    """Who is on a list at the start is there at the start."""
    text = (
        "name: x\nsubscribers: {1001: [eve]}\nsteps: [{create: {person: eve, phone: '3125550101'}}]"
    )
    assert _mistakes(text) == [
        '2:22: no person "eve"; there is none; add people, or include a file'
    ]


def test_what_is_right_beside_a_mistake_is_not_lost() -> None:
    """Of three steps the first two are wrong in form, and the third names nobody: all are told."""
    text = "name: x\nsteps:\n  - rn: a\n  - fill_frm: b\n  - delete: ana\n  - delete: ben\n"
    assert [line.split(":")[0] for line in _mistakes(text)] == ["3", "4", "5", "6"]

"""A bounded population: phones that are taken again, texts that differ, and the paces of users."""

from __future__ import annotations

import pytest

from harness.load import gauges, paces, script
from harness.load.gauges import Gauges, NoGauges
from harness.load.paces import BadPaces
from harness.load.phones import REMEMBERED, NoPhone, Phone, Phones, Standing

KINDS = ("SendUser", "WebFormUser")


def phones(most: int | None) -> Phones:
    return Phones(str, most)


def test_phones_are_new_until_there_are_enough_and_then_taken_again_in_turn() -> None:
    """The one that rested longest comes first, standing as it was given back."""
    ours = phones(3)
    assert [ours.take() for _ in range(3)] == [Phone("0"), Phone("1"), Phone("2")]
    ours.give_back(Phone("1", Standing.MEMBER))
    ours.give_back(Phone("0", Standing.PENDING))
    assert ours.take() == Phone("1", Standing.MEMBER)
    ours.give_back(Phone("1", Standing.IN_DOUBT))
    assert [ours.take().standing, ours.take().standing] == [Standing.PENDING, Standing.IN_DOUBT]


def test_a_phone_in_use_is_nobody_elses() -> None:
    """Where all are in use there is none, and none is made beyond what there are."""
    ours = phones(1)
    ours.take()
    with pytest.raises(NoPhone, match="all 1 phones of a user are in use"):
        ours.take()
    assert ours.take_member() is None


def test_who_leaves_has_been_a_member_longest() -> None:
    """Others that rest are passed over, and keep their turn."""
    ours = phones(3)
    for standing in (Standing.NOBODY, Standing.MEMBER, Standing.MEMBER):
        ours.give_back(Phone(ours.take().mdn, standing))
    left = [ours.take_member(), ours.take_member(), ours.take_member()]
    assert left == [Phone("1", Standing.MEMBER), Phone("2", Standing.MEMBER), None]
    assert ours.take() == Phone("0")


def test_without_an_end_each_phone_is_new_and_some_members_are_remembered() -> None:
    """A number is never used twice; of the members only the last hundred can leave."""
    ours = phones(None)
    for _ in range(REMEMBERED + 1):
        ours.give_back(Phone(ours.take().mdn, Standing.MEMBER))
    ours.give_back(ours.take())
    assert ours.take() == Phone(str(REMEMBERED + 2))
    assert ours.take_member() == Phone("1", Standing.MEMBER)


def test_texts_to_one_phone_differ_and_have_the_segments_they_had() -> None:
    """A number goes in front: a short text stays a segment, a split one has its length."""
    short, split = script.numbered(script.SHORT_TEXT, 7), script.numbered(script.SPLIT_TEXT, 7)
    assert short == f"0000007 {script.SHORT_TEXT}"
    assert len(short) <= 160
    assert len(split) == len(script.SPLIT_TEXT) == 400
    assert split != script.numbered(script.SPLIT_TEXT, 8)


def test_a_no_bars_nobody_who_comes_again() -> None:
    """Only where phones are taken again; else the account is as Vibes has it."""
    blocks = [script.account_spec(1, 1, again=again)["settings"] for again in (False, True)]
    assert blocks == [
        {"retry_every": "250ms", "no_sets_block": True},
        {"retry_every": "250ms", "no_sets_block": False},
    ]


def test_paces_are_read_as_they_are_written() -> None:
    """By kind, with commas between."""
    read = paces.read(" SendUser=4.5, WebFormUser=2")
    assert read == {"SendUser": 4.5, "WebFormUser": 2.0}
    assert paces.read(paces.written(read)) == read


@pytest.mark.parametrize("text", ["", "SendUser", "SendUser=", "SendUser=0", "=3", "SendUser=nan"])
def test_a_pace_that_is_none_is_told(text: str) -> None:
    """With how one is written."""
    with pytest.raises(BadPaces, match=r"is no pace; write KIND=NUMBER"):
        paces.read(text)


@pytest.mark.parametrize(
    ("wish", "arrivals", "told"),
    [
        ({"SendUsr": 1.0}, None, 'no kind of users "SendUsr"; did you mean "SendUser"'),
        ({"Robot": 1.0}, None, "there are SendUser, WebFormUser"),
        ({"SendUser": 1.0}, None, "there is no pace of WebFormUser"),
        ({"SendUser": 1.0, "WebFormUser": 1.0}, 9.0, "two open rates; say one of them"),
    ],
)
def test_paces_are_of_the_kinds_there_are(
    wish: dict[str, float], arrivals: float | None, told: str
) -> None:
    """Each kind has one, nothing else has, and nothing else says a rate."""
    with pytest.raises(BadPaces, match=told):
        paces.check(wish, KINDS, arrivals)


def test_users_act_at_their_rate() -> None:
    """All users make the arrivals together; each of a kind makes the pace of its kind; or neither."""
    wish = {"SendUser": 4.0, "WebFormUser": 0.5}
    paces.check(wish, KINDS, None)
    assert paces.intervals_of(KINDS, 20, None, wish) == {"SendUser": 0.25, "WebFormUser": 2.0}
    assert paces.intervals_of(KINDS, 20, 5.0, {}) == {"SendUser": 4.0, "WebFormUser": 4.0}
    assert paces.intervals_of(KINDS, 20, None, {}) == {}


METRICS = """# TYPE smsim_callbacks_open gauge
smsim_callbacks_open 17.0
smsim_timers{state="pending"} 2997.0
smsim_timers{state="due"} 4.0
smsim_engine_queue 2.0
smsim_journal_rows 1.2e+06
"""


def test_what_waits_is_read_from_the_metrics() -> None:
    """The gauges by name; one that is missing is named."""
    assert gauges.read(METRICS) == Gauges(17, 2997, 4, 2, 1_200_000)
    with pytest.raises(NoGauges, match="smsim_engine_queue"):
        gauges.read(METRICS.replace("smsim_engine_queue", "smsim_queue"))

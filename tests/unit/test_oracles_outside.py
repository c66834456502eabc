"""What the oracles say of an application under test, of which they see the journal and its calls."""

from __future__ import annotations

import pytest

from harness.oracles import Name
from harness.oracles.evidence import Outside
from tests.unit.oracle_runs import ANA, BEN, DAY, HOUR, MINUTE, SECOND, START, Run


def _called(*after: int, numbers: frozenset[str] = frozenset()) -> Outside:
    return Outside(calls=tuple((START + item, numbers) for item in after))


def test_a_text_to_a_member_is_well() -> None:
    """Of any list of the code, and as often as it was caused."""
    run = Run()
    run.person()
    run.member()
    run.arrives()
    run.arrives(text="Another")
    assert not run.broke(Name.AUDIENCE, outside=_called(0))


def test_a_text_to_who_was_asked_and_did_not_answer_breaks() -> None:
    """The request is shown, and the message."""
    run = Run()
    run.person()
    run.asks()
    run.accepts()
    (found,) = run.broke(Name.AUDIENCE, outside=_called(0))
    assert found.text == (
        f'the application sent "Sale today" to ana ({ANA}), who is on no list of 65047'
    )
    assert [line.split("  ", 1)[1] for line in found.timeline] == [
        "vibes      asks to join JoinVip01, until +24:00:00.000",
        'vibes      accepts "Sale today" (connect)',
    ]


def test_a_text_after_a_stop_breaks_though_vibes_stops_it() -> None:
    """The end of the membership is shown; that the message was blocked is no excuse."""
    run = Run()
    run.person()
    run.member()
    run.stop()
    run.leaves(reason="keyword_opt_out")
    run.at(HOUR)
    run.moves(run.accepts(), "blocked", 9)
    (found,) = run.broke(Name.AUDIENCE, outside=_called(HOUR))
    assert "removes from list 1001 (keyword_opt_out)" in found.timeline[0]


def test_what_the_scenario_submits_itself_is_not_the_applications() -> None:
    """Nor is what the platform sends by itself, nor a second try from the alternate code."""
    run = Run()
    run.person()
    mine = run.accepts()
    run.arrives("unmatched_reply")
    run.accepts(forwarded_from=mine)
    assert not run.broke(Name.AUDIENCE, outside=Outside(by_hand=frozenset({mine})))


def test_a_list_of_another_code_is_none_of_this_one() -> None:
    """A list that no campaign feeds is of every code."""
    run = Run()
    run.person()
    run.member("1002")
    run.arrives()
    assert not run.broke(Name.AUDIENCE, outside=_called(0))
    run.campaigns.append({**run.campaigns[0], "list_id": "1002", "code": "77777"})
    assert len(run.broke(Name.AUDIENCE, outside=_called(0))) == 1


def test_one_order_that_becomes_two_messages_breaks() -> None:
    """Whenever the second comes; another text with the same id is another order."""
    run = Run()
    run.person()
    run.member()
    run.arrives(submitter_id="7")
    run.arrives(submitter_id="7", text="Another")
    run.at(DAY)
    assert not run.broke(Name.ONE_PER_SEND, outside=_called(0, DAY))
    run.arrives(submitter_id="7")
    (found,) = run.broke(Name.ONE_PER_SEND, outside=_called(0, DAY))
    assert found.text == f"one order became two messages to ana ({ANA})"


@pytest.mark.parametrize(
    ("purpose", "ids"),
    [("connect", ("1", "2")), ("connect", (None, None)), ("confirmation", (None,) * 2)],
)
def test_a_text_has_a_cause_for_each_time_it_is_sent(
    purpose: str, ids: tuple[str | None, str | None]
) -> None:
    """Two calls, or a call and a text from the phone, are two causes; so are two times."""
    run = Run()
    run.person()
    run.member()
    for submitter in ids:
        run.arrives(purpose, submitter_id=submitter)
    (found,) = run.broke(Name.ONE_PER_SEND, outside=_called(0))
    assert found.text == f'"Sale today" was sent to ana ({ANA}) 2 times at once'
    assert not run.broke(Name.ONE_PER_SEND, outside=_called(0, 0))
    assert not run.broke(Name.ONE_PER_SEND, outside=None)


def test_what_is_a_minute_apart_is_not_at_once() -> None:
    """A second before, it is."""
    run = Run()
    run.person()
    run.member()
    run.arrives()
    run.at(MINUTE)
    run.arrives()
    assert not run.broke(Name.ONE_PER_SEND, outside=_called(0))
    run.at(2 * MINUTE - SECOND)
    run.arrives()
    assert len(run.broke(Name.ONE_PER_SEND, outside=_called(0))) == 1


def test_a_text_from_the_phone_is_a_cause() -> None:
    """An application may answer each; what another phone texts is none."""
    run = Run()
    run.person()
    run.member()
    run.texts("Opening hours?", "unmatched", BEN)
    run.texts("Opening hours?", "unmatched")
    run.arrives(text="Nine to five")
    run.texts("And on Sunday?", "unmatched")
    run.arrives(text="Nine to five")
    assert not run.broke(Name.ONE_PER_SEND, outside=_called())
    run.arrives(text="Nine to five")
    assert len(run.broke(Name.ONE_PER_SEND, outside=_called())) == 1


def test_where_a_stop_lets_sends_through_the_application_is_judged() -> None:
    """As the campaign system is; a message of the scenario's own is its own doing."""
    run = Run(stop_blocks_sends=False)
    run.person()
    run.member("1002")
    run.stop()
    message = run.arrives()
    assert len(run.broke(Name.AFTER_STOP, outside=_called(0))) == 1
    assert not run.broke(Name.AFTER_STOP, outside=Outside(by_hand=frozenset({message})))


def test_who_signs_up_again_after_a_stop_may_be_asked_again() -> None:
    """Where the application was called about the number since; not where it asks by itself."""
    run = Run()
    run.person()
    run.stop()
    run.at(HOUR)
    run.asks()
    run.arrives("confirmation", subject_id="p1")
    about = frozenset({ANA})
    assert not run.broke(Name.AFTER_STOP, outside=_called(HOUR, numbers=about))
    assert len(run.broke(Name.AFTER_STOP, outside=_called(HOUR, numbers=frozenset({BEN})))) == 1
    run.at(2 * HOUR)
    assert len(run.broke(Name.AFTER_STOP, outside=_called(2 * HOUR, numbers=about))) == 1


@pytest.mark.parametrize(
    ("message_id", "stage", "event_id", "breaks"),
    [
        ("two", "Handset", "e2", False),
        ("one", "Handset", "e2", True),
        ("three", "Handset", "e2", True),
        ("one", "Handset", "e1", True),
    ],
)
def test_each_part_has_a_receipt_of_its_own(
    message_id: str, stage: str, event_id: str, breaks: bool
) -> None:
    """A receipt for the second part that names the first, or no part at all, breaks."""
    run = Run()
    run.person()
    key = run.accepts(part_ids=["one", "two"])
    run.moves(key)
    told = {"original_id": key, "submitter_id": None, "error_code": None, "stage": stage}
    run.told({**told, "message_id": "one", "part": 1}, "mt_receipt")
    run.told({**told, "message_id": message_id, "part": 2}, "mt_receipt", event_id)
    assert bool(run.broke(Name.COUNTERS)) is breaks


def test_a_receipt_that_comes_twice_is_one_and_two_of_one_stage_are_not() -> None:
    """At least once is what Vibes promises: the same event may come again."""
    run = Run()
    run.person()
    key = run.accepts(part_ids=["one"])
    run.moves(key)
    told = {"original_id": key, "submitter_id": None, "error_code": None, "stage": "Handset"}
    for event_id in ("e1", "e1"):
        run.told({**told, "message_id": "one", "part": 1}, "mt_receipt", event_id)
    assert not run.broke(Name.COUNTERS)
    run.told({**told, "message_id": "one", "part": 1}, "mt_receipt", "e2")
    assert len(run.broke(Name.COUNTERS)) == 1

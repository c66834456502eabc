"""What the oracles say of a STOP and a HELP: histories that break a rule, and their healthy twins."""

from __future__ import annotations

import pytest

from harness.campaigns.activity_log import Kind
from harness.oracles import Name, violations
from tests.unit.oracle_runs import ANA, CODE, DAY, HOUR, MINUTE, SECOND, Run


def _stopped(**settings: object) -> Run:
    """ana is a member, and has said STOP."""
    run = Run(**settings)
    run.person()
    run.member()
    run.at(MINUTE)
    run.stop()
    run.leaves(reason="keyword_opt_out")
    run.at(10 * MINUTE)
    return run


def test_a_message_after_a_stop_breaks_and_the_timeline_shows_it() -> None:
    """The STOP, the message, its arrival, and nothing else of the history."""
    run = _stopped()
    run.texts("hello?", "unmatched")
    run.arrives("unmatched_reply")
    run.arrives(text="Sale today")
    (found,) = run.broke(Name.AFTER_STOP)
    assert (found.number, found.at) == (ANA, "2026-01-05T15:10:00Z")
    assert found.text.startswith(f"ana ({ANA}) said STOP to {CODE} and was sent")
    assert found.timeline == (
        f'+00:01:00.000  phone      "STOP" to {CODE} (taken as stop)',
        '+00:10:00.000  vibes      accepts "Sale today" (connect)',
        '+00:10:00.000  phone      delivered: "Sale today" (connect)',
    )


def test_a_message_after_a_stop_that_is_blocked_or_lost_is_none() -> None:
    """Only what reaches the phone breaks the invariant."""
    run = _stopped()
    run.moves(run.accepts(), "blocked", 9)
    run.moves(run.accepts(), "undeliverable", 103)
    assert not run.broke(Name.AFTER_STOP)


def test_a_message_under_way_may_arrive_after_the_stop() -> None:
    """What was accepted before the opt-out is not taken back."""
    run = Run()
    run.person()
    early = run.accepts()
    run.stop()
    run.at(MINUTE)
    run.moves(early)
    assert not run.broke(Name.AFTER_STOP)


def test_the_same_number_on_another_code_is_another_matter() -> None:
    """An opt-out is of one code."""
    run = _stopped()
    run.arrives(code="70000")
    assert not run.broke(Name.AFTER_STOP)


def test_start_ends_what_stop_began_and_a_new_stop_begins_it_again() -> None:
    """Between START and the next STOP messages may arrive, and not after it."""
    run = _stopped()
    run.texts("START", "start")
    run.lifts()
    run.arrives("start_reply")
    run.arrives()
    assert not run.broke(Name.AFTER_STOP)
    run.at(2 * DAY)
    run.stop()
    run.arrives()
    assert len(run.broke(Name.AFTER_STOP)) == 1


@pytest.mark.parametrize(
    ("text", "taken_as", "reply"),
    [
        ("HELP", "help", "help_reply"),
        ("what", "unmatched", "unmatched_reply"),
        ("VIP", "keyword VIP", "confirmation"),
        ("VIP", "keyword VIP", "already_subscribed"),
    ],
)
def test_what_the_phone_texts_is_answered_once(text: str, taken_as: str, reply: str) -> None:
    """One answer to each text; a second one, or one to nothing, is a message after the STOP."""
    run = _stopped()
    run.texts(text, taken_as)
    run.arrives(reply)
    assert not run.broke(Name.AFTER_STOP)
    run.arrives(reply)
    assert len(run.broke(Name.AFTER_STOP)) == 1


def test_an_answer_to_another_text_is_none() -> None:
    """A prompt does not answer a HELP, and what was texted before the STOP asked before it."""
    run = Run()
    run.texts("what", "unmatched")
    run.stop()
    run.arrives("unmatched_reply")
    run.texts("VIP", "keyword VIP")
    run.arrives("welcome")
    assert len(run.broke(Name.AFTER_STOP)) == 2


def test_a_prompt_after_a_stop_needs_a_form_filled_out_after_it() -> None:
    """Who asks to join again by a form is prompted; who is put through a campaign again is not."""
    run = Run()
    ana = run.person()
    run.does(Kind.FORM, ana)
    run.at(MINUTE)
    run.stop()
    run.at(HOUR)
    run.asks("p1")
    run.arrives("confirmation", subject_id="p1")
    assert len(run.broke(Name.AFTER_STOP)) == 1
    run.does(Kind.FORM, ana)
    assert not run.broke(Name.AFTER_STOP)


def test_an_account_that_lets_sends_through_answers_for_its_campaigns_only() -> None:
    """stop_blocks_sends: false makes direct submits the client's own doing."""
    run = _stopped(stop_blocks_sends=False)
    run.arrives()
    assert not run.broke(Name.AFTER_STOP)
    run.sends("Sale", "1001", run.people.named("ana"))
    found = violations(run.history(), frozenset({Name.AUDIENCE}))
    assert [item.invariant for item in found] == [Name.AFTER_STOP]


def test_an_opt_out_by_a_stop_to_another_code_is_shown_itself() -> None:
    """Where one STOP leaves every code, the timeline of another code begins with the opt-out."""
    run = Run(stop_scope="company")
    run.stop()
    run.opts_out(code="70000")
    run.arrives(code="70000")
    (found,) = run.broke(Name.AFTER_STOP)
    assert found.timeline[0] == "+00:00:00.000  vibes      opts the number out of 70000"


@pytest.mark.parametrize(("late", "breaks"), [(0, False), (1, True)])
def test_a_stop_is_confirmed_within_five_minutes(late: int, breaks: bool) -> None:
    """At five minutes to the microsecond it still is."""
    run = Run()
    run.texts("STOP", "stop")
    run.opts_out()
    run.at(5 * MINUTE + late)
    run.arrives("stop_reply")
    assert bool(run.broke(Name.STOP_CONFIRMED)) is breaks


@pytest.mark.parametrize(("after", "breaks"), [(0, False), (5 * MINUTE, False), (6 * MINUTE, True)])
def test_a_stop_that_nothing_confirms_breaks_once_its_time_is_up(after: int, breaks: bool) -> None:
    """Before that it may still be confirmed, unless the run is at its end."""
    run = Run()
    run.texts(" Stop", "unmatched")
    run.arrives("unmatched_reply")
    run.at(after)
    run.row("ClockMoved")
    assert bool(run.broke(Name.STOP_CONFIRMED)) is breaks
    assert run.broke(Name.STOP_CONFIRMED, finished=True)


def test_a_stop_has_one_confirmation() -> None:
    """Two for one STOP, and one for none, break."""
    run = _stopped()
    assert not run.broke(Name.STOP_CONFIRMED)
    run.arrives("stop_reply")
    (found,) = run.broke(Name.STOP_CONFIRMED)
    assert "more than once" in found.text
    assert len(found.timeline) == 3
    other = Run()
    other.arrives("stop_reply")
    assert "did not text" in other.broke(Name.STOP_CONFIRMED)[0].text


@pytest.mark.parametrize(("after", "breaks"), [(DAY - 1, False), (DAY, True)])
def test_a_repeated_stop_may_go_without_within_the_window(after: int, breaks: bool) -> None:
    """A STOP of somebody who has left everything is confirmed once in the account's window."""
    run = Run()
    run.stop()
    run.at(after)
    run.texts("STOP", "stop")
    run.opts_out()
    assert bool(run.broke(Name.STOP_CONFIRMED, finished=True)) is breaks


def test_a_repeated_stop_that_ends_something_is_confirmed_again() -> None:
    """A membership or a request that it ends makes it a STOP like the first."""
    for what in ("membership", "request"):
        run = Run()
        run.person()
        run.stop()
        run.at(HOUR)
        run.member() if what == "membership" else run.asks()
        run.at(2 * HOUR)
        run.texts("STOP", "stop")
        run.leaves(reason="keyword_opt_out") if what == "membership" else run.ends("p1", "REJECTED")
        assert len(run.broke(Name.STOP_CONFIRMED, finished=True)) == 1


def test_the_confirmation_must_not_be_blocked_by_what_it_confirms() -> None:
    """Opt out first, confirm after: the mistake everybody makes."""
    run = Run()
    run.texts("STOP", "stop")
    run.opts_out()
    run.moves(run.accepts("stop_reply"), "blocked", 9)
    (found,) = run.broke(Name.STOP_CONFIRMED)
    assert "blocked by the opt-out it confirms" in found.text
    well = Run()
    well.texts("STOP", "stop")
    well.moves(well.accepts("stop_reply"), "blocked", 9)  # a number that Vibes block-lists
    well.opts_out()
    assert not well.broke(Name.STOP_CONFIRMED)


def test_help_is_answered() -> None:
    """In time, whatever it was taken for, and not blocked."""
    run = _stopped()
    run.texts("info", "help")
    run.at(15 * MINUTE)
    reply = run.accepts("help_reply")
    run.moves(reply)
    assert not run.broke(Name.HELP_ANSWERED)
    run.texts("HELP", "help")
    run.at(20 * MINUTE + SECOND)
    late = run.accepts("help_reply")
    run.moves(late, "blocked", 9)
    assert ["later" in item.text for item in run.broke(Name.HELP_ANSWERED)] == [True, False]


def test_a_help_that_nothing_answers_breaks() -> None:
    """An answer of another kind is none; until five minutes are over it may still come."""
    run = Run()
    run.texts("HELP", "unmatched")
    run.arrives("unmatched_reply")
    assert not run.broke(Name.HELP_ANSWERED)
    assert run.broke(Name.HELP_ANSWERED, finished=True)
    run.at(5 * MINUTE + 1)
    run.row("ClockMoved")
    (found,) = run.broke(Name.HELP_ANSWERED)
    assert found.timeline == (f'+00:00:00.000  phone      "HELP" to {CODE} (taken as unmatched)',)


def test_an_invariant_is_switched_off_by_its_name() -> None:
    """Only the one that is named is not judged."""
    run = _stopped()
    run.arrives()
    run.texts("HELP", "help")
    both = violations(run.history(finished=True))
    assert [item.invariant for item in both] == [Name.AFTER_STOP, Name.HELP_ANSWERED]
    off = frozenset({Name("after_stop")})
    one = violations(run.history(finished=True), off)
    assert [item.invariant for item in one] == [Name.HELP_ANSWERED]


def test_half_a_journal_is_refused() -> None:
    """Without the account there is nothing to judge by."""
    run = Run()
    with pytest.raises(ValueError, match="does not begin"):
        run.history(run.rows[1:])

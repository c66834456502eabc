"""What the oracles say of consent, of the ends of messages and of what is counted."""

from __future__ import annotations

from typing import Any

import pytest

from harness.campaigns.activity_log import Kind
from harness.campaigns.people import Person
from harness.oracles import Name
from tests.unit.oracle_runs import ANA, DAY, HOUR, MINUTE, Run


def _pending(**settings: object) -> tuple[Run, Person]:
    """ana was asked to join, just now."""
    run = Run(**settings)
    ana = run.person()
    run.asks()
    return run, ana


def _joins(run: Run, text: str = "Y", key: str = "p1") -> None:
    run.texts(text, "yes")
    run.ends(key)
    run.member(consent="api")


def test_a_membership_after_a_yes_in_time_is_well() -> None:
    """In any case and with space around it."""
    run, _ana = _pending()
    run.at(HOUR)
    _joins(run, " y ")
    assert not run.broke(Name.MEMBERSHIP_AFTER_YES)


@pytest.mark.parametrize(
    ("edge", "after", "breaks"),
    [
        ("exclusive", DAY - 1, False),
        ("exclusive", DAY, True),
        ("inclusive", DAY, False),
        ("inclusive", DAY + 1, True),
    ],
)
def test_the_window_has_an_edge(edge: str, after: int, breaks: bool) -> None:
    """A6: a yes at the very end counts where the account says so."""
    run, _ana = _pending(window_edge=edge)
    run.at(after)
    _joins(run)
    found = run.broke(Name.MEMBERSHIP_AFTER_YES)
    assert bool(found) is breaks
    if breaks:
        assert "too late" in found[0].text
        assert (
            found[0].timeline[0]
            == "+00:00:00.000  vibes      asks to join JoinVip01, until +24:00:00.000"
        )
        assert len(found[0].timeline) == 3


def test_a_membership_without_a_yes_breaks() -> None:
    """No request; a request that nothing answered; one that something else answered."""
    run = Run()
    run.person()
    run.member(consent="api")
    assert len(run.broke(Name.MEMBERSHIP_AFTER_YES)[0].timeline) == 1
    run, _ana = _pending()
    run.texts("sure", "yes")
    run.ends()
    run.member(consent="api")
    (found,) = run.broke(Name.MEMBERSHIP_AFTER_YES)
    assert found.text == f"ana ({ANA}) became a member of list 1001 without a yes"
    run, _ana = _pending()
    run.texts("Y", "yes")
    run.ends("p1", "LAPSED")
    run.member(consent="api")
    assert run.broke(Name.MEMBERSHIP_AFTER_YES)


def test_a_yes_may_be_a_pattern_and_must_come_while_the_request_is_open() -> None:
    """A7: a zip code; one that was texted before it was asked for is none."""
    run = Run()
    run.person()
    run.campaigns[0]["yes_pattern"] = r"\d{5}"
    run.texts("60601", "unmatched")
    run.asks()
    run.ends()
    run.member(consent="api")
    assert run.broke(Name.MEMBERSHIP_AFTER_YES)
    run, _ana = _pending()
    run.campaigns[0]["yes_pattern"] = r"\d{5}"
    _joins(run, "60601")
    assert not run.broke(Name.MEMBERSHIP_AFTER_YES)


def test_a_window_that_was_moved_counts_from_there_and_none_is_longer_than_its_campaign_s() -> None:
    """A repeat may extend it; a request that stands for two days breaks."""
    run, _ana = _pending()
    run.at(HOUR)
    run.asks()
    run.at(DAY + MINUTE)
    _joins(run)
    assert not run.broke(Name.MEMBERSHIP_AFTER_YES)
    run = Run()
    run.person()
    run.asks(window=2 * DAY)
    _joins(run)
    assert "longer to join" in run.broke(Name.MEMBERSHIP_AFTER_YES)[0].text


def test_operators_import_without_a_yes() -> None:
    """What such a membership rests on is the operator's to know."""
    run = Run()
    run.person()
    run.member(consent="import")
    assert not run.broke(Name.MEMBERSHIP_AFTER_YES)


def test_a_single_opt_in_needs_its_keyword_or_a_call() -> None:
    """The keyword is the yes, and so is the call."""
    run = Run()
    run.person()
    run.campaigns[0]["double_opt_in"] = False
    run.member(consent="VIP")
    assert run.broke(Name.MEMBERSHIP_AFTER_YES)
    run.leaves()
    run.texts("vip", "keyword VIP")
    run.member(consent="VIP")
    assert len(run.broke(Name.MEMBERSHIP_AFTER_YES)) == 1
    run.leaves()
    run.member(consent="api")
    assert len(run.broke(Name.MEMBERSHIP_AFTER_YES)) == 1


def test_start_brings_memberships_back_where_the_account_says_so() -> None:
    """With `start: unblock` it makes nobody a member, and without a START nothing does."""
    for setting, text, breaks in (
        ("resubscribe", "START", False),
        ("unblock", "START", True),
        ("resubscribe", None, True),
    ):
        run = Run(start=setting)
        run.person()
        if text is not None:
            run.texts(text, "start")
        run.member(consent="start")
        assert bool(run.broke(Name.MEMBERSHIP_AFTER_YES)) is breaks


def test_one_yes_confirms_one_request() -> None:
    """Two requests, two of them confirmed, one yes."""
    run, _ana = _pending()
    run.campaigns.append({**run.campaigns[0], "id": "JoinNews01", "list_id": "1002"})
    run.asks("p2", campaign_id="JoinNews01")
    run.texts("Y", "yes")
    run.ends("p2")
    run.member("1002", consent="api")
    assert not run.broke(Name.ONCE_PER_YES)
    run.ends("p1")
    run.member("1001", consent="api")
    (found,) = run.broke(Name.ONCE_PER_YES)
    assert [line.split("  ", 1)[1] for line in found.timeline] == [
        'phone      "Y" to 65047 (taken as yes)',
        "vibes      the request to join ends CONFIRMED",
        "vibes      the request to join ends CONFIRMED",
    ]


def test_two_yeses_confirm_two_requests() -> None:
    """Each has its own."""
    run, _ana = _pending()
    run.campaigns.append({**run.campaigns[0], "id": "JoinNews01", "list_id": "1002"})
    run.asks("p2", campaign_id="JoinNews01")
    run.texts("Y", "yes")
    run.ends("p2")
    run.member("1002", consent="api")
    _joins(run)
    assert not run.broke(Name.ONCE_PER_YES)


def test_one_yes_makes_a_member_once() -> None:
    """Having left, who joins again needs a yes again."""
    run, _ana = _pending()
    _joins(run)
    run.leaves()
    again = len(run.rows)
    run.member(consent="api")
    (found,) = run.broke(Name.ONCE_PER_YES)
    assert "twice by one yes" in found.text
    del run.rows[again:]
    run.asks("p2")
    _joins(run, key="p2")
    assert not run.broke(Name.ONCE_PER_YES)


def test_an_opt_in_is_logged_once() -> None:
    """A callback that comes twice is the usual way to break it."""
    run, ana = _pending()
    _joins(run)
    run.does(Kind.SUBSCRIBES, ana, list_id="1001")
    assert not run.broke(Name.ONCE_PER_YES)
    run.does(Kind.SUBSCRIBES, ana, list_id="1001")
    (found,) = run.broke(Name.ONCE_PER_YES)
    assert "logged as joining it 2 times" in found.text
    ana.put("phone", "(312) 555-0199")
    run.does(Kind.CHANGED, ana, detail="phone is (312) 555-0199")
    assert not run.broke(Name.ONCE_PER_YES)


def test_a_message_ends_once() -> None:
    """Twice, or with something after its end, breaks."""
    run = Run()
    run.moves(run.accepts(), "expired", 101)
    assert not run.broke(Name.ONE_END, finished=True)
    twice = run.arrives()
    run.moves(twice, "expired", 101)
    on = run.arrives()
    run.moves(on, "sent")
    assert ["ended 2 times" in item.text for item in run.broke(Name.ONE_END)] == [True, False]
    assert all(len(item.timeline) == 3 for item in run.broke(Name.ONE_END))


def test_a_message_ends_when_the_run_has() -> None:
    """One still under way breaks only where time was moved to the end."""
    run = Run()
    run.moves(run.accepts(), "sent")
    assert not run.broke(Name.ONE_END)
    assert "never ended" in run.broke(Name.ONE_END, finished=True)[0].text


def test_what_moves_was_accepted() -> None:
    """A state of a message that nobody took in."""
    run = Run()
    run.moves("it")
    assert "never accepted" in run.broke(Name.ONE_END)[0].text


def test_every_message_counted_as_sent_was_accepted_and_is_counted_once() -> None:
    """An id that the journal lacks, and an id that stands in the log twice."""
    run = Run()
    ana = run.person()
    run.member()
    message = run.sends("Sale", "1001", ana)
    assert not run.broke(Name.COUNTERS)
    run.does(Kind.SMS_SENT, ana, "Sale", "1001", "nowhere")
    assert len(run.broke(Name.COUNTERS)) == 1
    run.at(HOUR)
    run.does(Kind.SMS_SENT, ana, "Sale", "1001", message)
    assert len(run.broke(Name.COUNTERS)) == 2


def _receipt(run: Run, message: str, error: int | None = None) -> dict[str, Any]:
    mt = next(row["data"]["mt"] for row in run.rows if row["type"] == "MtAccepted")
    return {
        "original_id": message,
        "submitter_id": mt["submitter_id"],
        "stage": "Handset",
        "error_code": error,
    }


def test_what_receipts_tell_is_counted_and_nothing_else() -> None:
    """Delivered twice, or bounced though it arrived, breaks; so does a receipt that is not counted."""
    run = Run()
    ana = run.person()
    run.member()
    message = run.sends("Sale", "1001", ana)
    for _ in range(2):
        run.told(_receipt(run, message), "mt_receipt")
    (missing,) = run.broke(Name.COUNTERS)
    assert missing.text == (
        f"SMS delivered of ana ({ANA}) on list 1001 is counted 0 times, and was 1"
    )
    run.does(Kind.SMS_DELIVERED, ana, "Sale", "1001")
    assert not run.broke(Name.COUNTERS)
    run.does(Kind.SMS_DELIVERED, ana, "Sale", "1001")
    run.does(Kind.SMS_BOUNCED, ana, "Sale", "1001")
    assert len(run.broke(Name.COUNTERS)) == 2


def test_receipts_of_a_message_whose_answer_was_lost_may_be_counted() -> None:
    """The log has no message sent, but the receipts say whose it was."""
    run = Run()
    ana = run.person()
    run.member()
    run.sends("Sale", "1001", ana)
    run.arrives(submitter_id="lost")
    for _ in range(2):
        run.does(Kind.SMS_DELIVERED, ana, "Sale", "1001")
    assert not run.broke(Name.COUNTERS)


def test_who_left_is_counted_as_told() -> None:
    """Lists that were left, for everyone of a number; not for people who came or moved meanwhile."""
    run = Run()
    ana = run.person()
    run.member()
    run.leaves()
    run.told({"person": {"mdn": ANA}, "list_id": "1001"}, "subscription_removed")
    assert len(run.broke(Name.COUNTERS)) == 1
    run.does(Kind.UNSUBSCRIBES, ana, list_id="1001")
    assert not run.broke(Name.COUNTERS)
    run.does(Kind.UNSUBSCRIBES, ana, list_id="1001")
    assert len(run.broke(Name.COUNTERS)) == 1
    cas = run.person("cas", ANA)
    run.does(Kind.CREATED, cas)
    assert [item.number for item in run.broke(Name.COUNTERS)] == [ANA]
    assert not run.broke(Name.COUNTERS, endpoint=None, activities=run.activities[:1])


def test_a_broadcast_counts_its_recipients() -> None:
    """Each of them was sent to or skipped; one that is not over is not judged."""
    run = Run()
    run.row("BroadcastStarted", broadcast_id="b1", recipients=[{}, {}])
    run.row("RecipientSkipped", broadcast_id="b1", person_key="x", reason="y")
    run.arrives("broadcast", subject_id="b1")
    saved = {"broadcast_id": "b1", "state": "in_progress", "recipients": 2}
    run.row("BroadcastSaved", broadcast=saved)
    run.row("BroadcastSaved", broadcast={**saved, "state": "sent"})
    assert not run.broke(Name.COUNTERS)
    run.arrives("broadcast", subject_id="b1")
    (found,) = run.broke(Name.COUNTERS)
    assert found.text == "broadcast b1 counts 2 recipients, had 2, and 3 were sent to or skipped"

"""The ladder of a phone: what a journal says went down to it and up from it, in order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from harness import chronicle, recorder
from harness.campaigns.endpoint import Endpoint
from harness.environment import start
from harness.events import Rung
from harness.scenario import steps
from harness.scenario.reading import check
from harness.scenario.source import read_text
from harness.scenario.stage import Stage, set_up
from harness.timeline import of_people

STORY = """\
name: a story
people: {ana: {phone: "(312) 555-0101"}, ben: {phone: "(312) 555-0101"}, cyd: {}}
subscribers: {1001: [ana]}
campaigns:
  Sale:
    flow:
      - send: {message: Hi, list: 1001}
steps:
"""


@asynccontextmanager
async def _played(told: str) -> AsyncIterator[Stage]:
    scenario = check(read_text(STORY + told, "story"))
    async with (
        start() as environment,
        Endpoint(environment) as endpoint,
        set_up(scenario, environment, endpoint, 0, keep=False) as stage,
    ):
        for step in scenario.spec.steps:
            await steps.do(step, stage)
        yield stage


async def _ladders(told: str) -> dict[str, tuple[Rung, ...]]:
    async with _played(told) as stage:
        return await of_people(stage, ["ana", "ben", "cyd"])


def _moves(rungs: tuple[Rung, ...], *kinds: str) -> list[tuple[str, str, str, str]]:
    return [
        (rung.kind, rung.origin, rung.target, rung.text) for rung in rungs if rung.kind in kinds
    ]


async def test_a_message_goes_down_lane_by_lane_and_a_reply_comes_up() -> None:
    """Campaigns to Vibes, Vibes to the carrier, the carrier to the phone; a STOP back to Vibes."""
    told = "  - run: Sale\n  - advance: 1m\n  - reply: {person: ana, text: STOP}\n  - advance: 1m\n"
    ladders = await _ladders(told)
    kinds = ("message", "state", "reply")
    reply = '"You are unsubscribed and will get no more messages. Reply START to return."'
    assert _moves(ladders["ana"], *kinds) == [
        ("message", "campaigns", "vibes", 'accepts "Hi" (connect)'),
        ("state", "vibes", "carrier", 'sent: "Hi" (connect)'),
        ("message", "carrier", "phone", 'delivered: "Hi" (connect)'),
        ("reply", "phone", "vibes", '"STOP" to 65047 (taken as stop)'),
        ("message", "", "", f"accepts {reply} (stop reply)"),
        ("state", "vibes", "carrier", f'sent: {reply[:41].rstrip()}..." (stop reply)'),
        ("message", "carrier", "phone", f"delivered: {reply} (stop reply)"),
    ]
    assert [rung[3] for rung in _moves(ladders["ana"], "consent")] == [
        "is on list 1001 (consent: import)",
        "is off list 1001 (keyword_opt_out)",
        "opted out of 65047",
    ]
    callbacks = _moves(ladders["ana"], "callback")
    gone = "subscription_removed, list 1001 (keyword_opt_out): 204"
    assert ("callback", "vibes", "campaigns", gone) in callbacks
    assert ladders["ben"] == ladders["ana"]
    skipped = 'cyd: SMS skipped in "Sale" list 1001 because no_phone'
    assert [(rung.side, rung.text) for rung in ladders["cyd"]] == [("campaigns", skipped)]
    assert [rung.after for rung in ladders["ana"]] == sorted(r.after for r in ladders["ana"])


async def test_what_goes_wrong_is_on_its_lane() -> None:
    """A fault, a phone that is off, a callback nobody took: each says so, and where."""
    told = (
        "  - fault: {id: slow, match: {surface: carrier, person: ana}, effect: {delay: 2s}}\n"
        "  - phone: {person: ana, reachable: false}\n"
        "  - run: Sale\n"
        "  - advance: 1m\n"
        "  - endpoint: {answers: 500, times: 1}\n"
        "  - phone: {person: ana, reachable: true}\n"
        "  - advance: 10m\n"
        "  - phone: {person: ana, connected: false, carrier: 105}\n"
    )
    ana = (await _ladders(told))["ana"]
    texts = {(rung.side, rung.text) for rung in ana}
    assert ("carrier", "fault slow strikes its carrier: delay") in texts
    assert ("phone", "is switched off") in texts
    assert ("phone", "is switched on") in texts
    assert ("phone", "its carrier drops the number, is with carrier 105") in texts
    (waits,) = [rung.text for rung in ana if rung.text.startswith("waits")]
    assert "the phone is off" in waits
    receipt, left = _moves(ana, "trouble")
    assert receipt[1:3] == left[1:3] == ("vibes", "campaigns")
    assert receipt[3].startswith("receipt, handset ok not taken (HTTP 500), again at")


async def test_what_is_said_again_and_again_at_one_instant_is_told_once() -> None:
    """The receipts of the parts of a long text are one line, with how many they are."""
    told = (
        f"  - submit: {{to: ana, text: {'x' * 400}, split: true, receipts: ALL}}\n  - advance: 1m\n"
    )
    ana = (await _ladders(told))["ana"]
    receipts = [rung.text for rung in ana if rung.text.startswith("receipt")]
    assert receipts == [f"receipt, {stage} ok: 204 (3 times)" for stage in _STAGES]


_STAGES = ("system", "carrier", "handset")


async def test_what_was_counted_when_and_which_fault_struck_whom() -> None:
    """Counters by the shortest period that can be drawn; a fault with all who share the number."""
    told = (
        "  - fault: {id: once, match: {surface: carrier, person: ana}, effect: {fail: 103}, budget: 1}\n"
        "  - fault: {id: never, match: {surface: connect, operation: get}, effect: {status: 503}}\n"
        "  - run: Sale\n"
        "  - advance: 50h\n"
        "  - submit: {to: ana, text: Hi}\n"
        "  - advance: 1m\n"
    )
    async with _played(told) as stage:
        (tally,) = recorder.tallies(stage.system.log)
        faults = recorder.Faults(stage.system.people)
        async for rows in chronicle.pages(stage.account, faults.types):
            faults.read(rows)
        once, never = faults.records()
    assert (tally.campaign, tally.per, tally.at) == ("Sale", "minute", "2026-01-05 15:00")
    assert (tally.sent, tally.delivered, tally.bounced, tally.clicked) == (1, 0, 1, 0)
    assert (once.effect, once.about) == ("fail 103", "carrier, +13125550101")
    assert (once.fired, once.whom) == (1, {"ana, ben": 1})
    assert (never.effect, never.about, never.met, never.fired) == (
        *("status 503", "connect, get"),
        *(0, 0),
    )

"""An account that is set back in the middle: what is undone is gone, for checks too."""

from __future__ import annotations

from harness.events import Verdict
from tests.scenarios.playing import played

STORY = """\
name: set back
people: {ana: {phone: "(312) 555-0101"}}
steps:
  - submit: {to: ana, text: First}
  - advance: 1h
  - expect: [{messages: {count: 1}}]
  - operator: {call: POST /reset}
  - expect: [{no_message: {}}]
  - submit: {to: ana, text: Second}
  - advance: 1h
  - expect:
      - messages: {text: Second, state: delivered, count: 1}
      - no_message: {text: First}
"""


BACK = """\
name: back
people: {ana: {phone: "(312) 555-0101"}}
campaigns: {Later: {flow: [{wait: 1 hour}]}}
steps:
  - submit: {to: ana, text: First}
  - advance: 1h
  - operator: {call: POST /snapshots, keep: {then: id}}
  - submit: {to: ana, text: Second}
  - advance: 1h
  - operator: {call: "POST /snapshots/{kept.then}/restore"}
  - expect:
      - messages: {text: First, state: delivered, count: 1}
      - no_message: {text: Second}
  - run: Later
  - advance: 59m59s
  - expect: [{waiting: {person: ana}}]
  - advance: 1s
  - expect: [{waiting: {person: ana, is: false}}]
"""


async def test_after_going_back_it_is_then() -> None:
    """Messages are those of the snapshot, and a wait that begins begins at its time."""
    result = await played(BACK)
    assert result.verdict is Verdict.PASSED, (result.failures, result.broken)


async def test_messages_before_a_reset_are_forgotten() -> None:
    """And those after it are found, though their rows have the numbers of the old ones."""
    result = await played(STORY)
    assert result.verdict is Verdict.PASSED, (result.failures, result.broken)

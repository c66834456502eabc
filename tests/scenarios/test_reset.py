"""An account that is set back in the middle: what was before is gone, for checks too."""

from __future__ import annotations

from harness.environment import start
from harness.events import ScenarioFinished, Verdict
from harness.runner import run
from harness.scenario.reading import check
from harness.scenario.source import read_text

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


async def test_messages_before_a_reset_are_forgotten() -> None:
    """And those after it are found, though their rows have the numbers of the old ones."""
    async with start() as environment:
        events = [event async for event in run([check(read_text(STORY, "story"))], environment)]
    (result,) = [event.result for event in events if isinstance(event, ScenarioFinished)]
    assert result.verdict is Verdict.PASSED, (result.failures, result.broken)

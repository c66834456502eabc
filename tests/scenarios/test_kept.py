"""What a call answers is held against what it must give, and kept for the steps after it."""

from __future__ import annotations

import pytest

from harness.events import ScenarioResult, Verdict
from harness.scenario.parts import Mistakes
from harness.scenario.reading import check
from harness.scenario.source import read_text
from tests.scenarios.playing import played

HEAD = 'name: x\npeople: {ana: {phone: "(312) 555-0101"}}\nsubscribers: {1001: [ana]}\nsteps:\n'
MADE = """\
  - vibes:
      call: POST mobiledb/broadcasts
      answers: 201
      keep: {sale: broadcast_id, target: targeting}
      body:
        name: Sale
        send_scheduled_date: 2026-01-05T18:00:00Z
        targeting: {message_template: Hi, source_lists: ["1001"]}
"""


async def _played(steps: str, *, url: bool = False) -> ScenarioResult:
    return await played(f"{HEAD}{steps}", url=url)


@pytest.mark.parametrize("url", [False, True])
async def test_a_kept_value_stands_in_a_path_a_text_and_a_check(url: bool) -> None:
    """The broadcast's id is its path, a text that is sent, and what the phone must show."""
    steps = """\
  - vibes: {call: "GET mobiledb/broadcasts/{kept.sale}", gives: {name: Sal*}, keep: {name: name}}
  - submit: {to: ana, text: "{kept.name} number {kept.sale} {{kept.sale}}"}
  - advance: 1h
  - expect:
      - inbox: {person: ana, is: ["Sale number {kept.sale} {{kept.sale}}"]}
      - no_message: {text: "{kept.name}"}
"""
    result = await _played(MADE + steps, url=url)
    assert result.verdict is Verdict.PASSED, (result.broken, result.failures)
    wrong = await _played(MADE + steps.replace('is: ["Sale number', 'is: ["Sales number'), url=url)
    assert wrong.failures[0].expected == 'ana received "Sales number 1 {{kept.sale}}"'


async def test_a_kept_value_is_what_it_was_in_a_body() -> None:
    """A mapping stays a mapping where the text is nothing else, and is JSON in a longer one."""
    again = '{name: "Again {kept.target}", targeting: "{kept.target}"'
    body = f"{again}, send_scheduled_date: 2026-01-05T19:00:00Z}}"
    result = await _played(
        f"{MADE}  - vibes: {{call: POST mobiledb/broadcasts, answers: 201, body: {body},\n"
        '      gives: {name: \'Again {"message_template": "Hi"*\', targeting: "{kept.target}"}}\n'
        "  - advance: 5h\n  - expect: [{messages: {to: ana, text: Hi, count: 2}}]\n"
    )
    assert result.verdict is Verdict.PASSED, (result.broken, result.failures)


async def test_in_a_path_it_is_written_as_a_path_has_it() -> None:
    """A number begins with `+`, which in a query would be a blank."""
    result = await _played(
        "  - vibes: {call: 'GET mobiledb/persons?mdn=%2B13125550101', keep: {mdn: 0.mobile_phone.mdn}}\n"
        '  - vibes: {call: "GET mobiledb/persons?mdn={kept.mdn}",\n'
        '      gives: [{mobile_phone: {mdn: "+13125550101"}}]}\n'
        "  - operator: {call: 'GET /handsets/{kept.mdn}', gives: {mdn: \"+1312*\", messages: []}}\n"
    )
    assert result.verdict is Verdict.PASSED, (result.broken, result.failures)


@pytest.mark.parametrize(
    ("gives", "told"),
    [
        ("{name: Sold}", 'gave "Sale" as name, not "Sold": {'),
        ("{named: Sale}", 'gave no "named": {'),
        ("{targeting: {source_lists: []}}", "gave no list of 0 as targeting.source_lists: {"),
        (
            "{targeting: {source_lists: [{id: 1}]}}",
            "gave no mapping as targeting.source_lists.0: {",
        ),
        ("{broadcast_id: 1}", 'gave "1" as broadcast_id, not 1: {'),
        ("[]", "gave no list of 0: {"),
        ("Sold", "gave no Sold but {"),
    ],
)
async def test_an_answer_that_gives_something_else_is_told(gives: str, told: str) -> None:
    """The first thing that is otherwise, by its path, and the answer."""
    call = "GET mobiledb/broadcasts/{kept.sale}"
    result = await _played(f'{MADE}  - vibes: {{call: "{call}", gives: {gives}}}\n')
    assert result.broken is not None
    assert result.broken.startswith(f"x:13:5: GET mobiledb/broadcasts/1 {told}")


async def test_a_part_of_an_answer_is_a_text_whatever_is_kept() -> None:
    """A number that is kept is looked for in the answer, and is not the whole of it."""
    steps = """\
  - operator: {call: GET /clock, keep: {rate: rate}}
  - operator: {call: GET /clock, gives: "{kept.rate}"}
"""
    result = await _played(steps)
    assert result.verdict is Verdict.PASSED, (result.broken, result.failures)


async def test_what_is_not_there_cannot_be_kept() -> None:
    """A step that keeps it is broken, and none after it is done with a hole in it."""
    result = await _played(MADE.replace("sale: broadcast_id", "sale: items.0.id"))
    assert result.broken is not None
    assert 'POST mobiledb/broadcasts gave no "items.0.id" to keep: {' in result.broken


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        (
            f'{MADE}  - operator: {{call: "GET /messages/{{kept.sail}}"}}\n',
            'x:13:16: no kept value "sail"; there is sale, target',
        ),
        (
            f'  - vibes: {{call: "GET mobiledb/broadcasts/{{kept.sale}}"}}\n{MADE}',
            'x:5:13: no kept value "sale"; there is none',
        ),
        (
            MADE + "  - vibes: {call: PUT x, body: {id: {kept.sale}}}\n",
            'x:13:33: write it with quotes: "{kept.sale}"',
        ),
        (
            f'{MADE}  - operator: {{call: "GET /messages/{{keep.sale}}"}}\n',
            'x:13:16: "{keep.sale}" is no kept value; write "{kept.sale}"',
        ),
        (
            "  - vibes: {call: GET x, answers: lost, keep: {a: b}}\n",
            "x:5:5: an answer that is lost gives nothing; leave out gives and keep",
        ),
        (
            "  - vibes: {call: GET x, keep: {a: b..c}}\n",
            'x:5:33: "b..c" is no path into an answer; write "broadcast_id" or "items.0.id"',
        ),
        (
            "  - vibes: {call: GET x, keep: {1st: b}}\n",
            '"1st" is no name for a kept value; write "sale" or "sale_id"',
        ),
        (
            MADE + '  - vibes: {call: PUT x, body: {"{kept.sale}": 1}}\n',
            'x:13:33: "{kept.sale}" is a name, and a kept value is no part of one',
        ),
    ],
)
def test_what_could_never_be_is_a_mistake(steps: str, told: str) -> None:
    """Before anything is played, with the position and the mend."""
    with pytest.raises(Mistakes) as error:
        check(read_text(HEAD + steps, "x"))
    assert told in str(error.value)

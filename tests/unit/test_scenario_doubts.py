"""What is likely not meant is a warning, unless the scenario expects it."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.cli import call
from harness.scenario.doubts import warnings
from harness.scenario.reading import check, load_all
from harness.scenario.source import read_text

SCENARIOS = Path(__file__).parents[2] / "scenarios"
HEAD = 'name: x\npeople: {ana: {phone: "(312) 555-0101"}}\n'
ODD = f"""\
{HEAD}campaigns:
  Join: {{trigger: {{form: signup}}, flow: [{{subscribe: {{list: 1002, campaign: JoinVip01}}}}]}}
  Sale:
    flow:
      - send: {{list: 1001}}
      - choose: {{choices: [{{if: {{member_of: 1001}}, do: {{unsubscribe: {{}}}}}}]}}
  Off: {{trigger: {{requested: true}}, active: false, flow: [{{request: Off}}]}}
steps:
  - fill_form: {{person: ana, form: singup}}
  - request: {{person: ana, campaign: Off}}
"""


def _warnings(text: str) -> list[str]:
    return warnings([check(read_text(text, "x"))])


def test_what_comes_to_nothing_is_a_warning_at_its_place() -> None:
    """Campaigns that are invalid, forms and requests that start none."""
    assert _warnings(ODD) == [
        'x:4:67: warning: acquisition campaign "JoinVip01" leads to list 1001, not 1002: "Join" is '
        "invalid and does not run",
        'x:7:9: warning: send has no message: "Sale" is invalid and does not run',
        'x:8:57: warning: unsubscribe has no list: "Sale" is invalid and does not run',
        'x:11:30: warning: no campaign is triggered by the form "singup"; did you mean "signup"?',
        'x:12:28: warning: "Off" is not active',
    ]


@pytest.mark.parametrize(
    ("check", "left"),
    [
        ("run: {campaign: Sale, is: invalid}", 3),
        ("activity: {kind: Campaign skipped, reason: campaign_invalid}", 2),
        ("activity: {kind: Campaign skipped, reason: not_active}", 4),
        ("activity: {kind: Fills Out Form}", 4),
        ("messages: {count: 0}", 5),
    ],
)
def test_what_is_expected_is_no_warning(check: str, left: int) -> None:
    """An invalid campaign is what some scenarios are about."""
    assert len(_warnings(f"{ODD}  - expect: [{{{check}}}]\n")) == left


def test_a_form_after_which_nothing_is_expected_is_no_warning() -> None:
    """Whether a campaign is not triggered is looked at then."""
    steps = "steps:\n  - fill_form: {person: ana, form: f}\n  - advance: 1m\n"
    for shown in ("no_message: {to: ana}", "inbox: {person: ana, is: []}", "messages: {count: 0}"):
        assert _warnings(f"{HEAD}{steps}  - expect: [{{{shown}}}]\n") == []
    assert len(_warnings(f"{HEAD}{steps}  - expect: [{{messages: {{count: 1}}}}]\n")) == 1


def test_no_shipped_scenario_has_a_warning() -> None:
    """What they do on purpose they expect."""
    assert warnings(load_all([SCENARIOS])) == []


def test_warnings_are_told_beside_what_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are no failures; one scenario is one."""
    (tmp_path / "x.sms.yaml").write_text(ODD)
    assert call(["check", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert told.out == "1 scenario is right\n"
    assert told.err.count("warning: ") == 5
    assert call(["run", str(tmp_path / "x.sms.yaml")]) == 0
    told = capsys.readouterr()
    assert told.err.count("warning: ") == 5
    assert "warning" not in told.out
    assert "No scenario here" not in told.out
    assert call(["run", str(tmp_path)]) == 0
    assert "No scenario here for R1, " in capsys.readouterr().out

"""Exploration of an application under test: each bug of the shop, by a scenario that knows of none."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.environment import start
from harness.events import RunFinished, ScenarioResult, Verdict
from harness.explore import Ground, driving, explore, write
from harness.explore.moves import kinds
from harness.runner import run
from harness.scenario.reading import Scenario, load_all

DAY = Path(__file__).parents[2] / "scenarios" / "application" / "a_day_in_the_shop.sms.yaml"
BUGS = {"forgets_stop": "audience", "double_send": "one_per_send", "late_yes": "audience"}
"""Each bug with the invariant it breaks."""
EXAMPLES = 150
SECONDS = 60
MOST_STEPS = 5


def _day() -> Scenario:
    (scenario,) = load_all([DAY])
    return scenario


async def _result(path: Path) -> ScenarioResult:
    async with start() as environment:
        async for event in run(load_all([path]), environment):
            if isinstance(event, RunFinished):
                (result,) = event.results
                return result
    raise AssertionError("the run never finished")


@pytest.mark.parametrize(
    ("bug", "seed"), [("forgets_stop", 1), ("double_send", 3), ("late_yes", 2)]
)
def test_each_bug_of_the_shop_is_found(
    bug: str, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Short, written, and the file breaks the same; the shop without the bug passes it.

    The seeds are some that find it early; `make explore-shop` tells how long others take.
    """
    monkeypatch.setenv("SHOP_BUG", bug)
    with Ground() as ground:
        found = explore(_day(), ground, examples=EXAMPLES, seconds=SECONDS, seed=seed)
        assert found is not None, "nothing was found"
        path = write(found, tmp_path, ground)
        (again,) = load_all([path])
        broken = {item.kind for item in ground.play(again)}
        monkeypatch.setenv("SHOP_BUG", "")
        whole = ground.play(again)
    assert found.breakage.kind == BUGS[bug]
    assert broken == {BUGS[bug]}
    assert len(found.steps) <= MOST_STEPS
    assert whole == [], "the shop without the bug breaks nothing"


@pytest.mark.parametrize("bug", ["", *BUGS])
async def test_the_scenario_knows_of_no_bug(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Played as it is, it passes with each."""
    monkeypatch.setenv("SHOP_BUG", bug)
    result = await _result(DAY)
    assert result.verdict is Verdict.PASSED, (result.broken, result.failures)


async def test_an_application_is_judged_in_a_run_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scenario that looks at nothing fails by the invariant, and says which message it was."""
    monkeypatch.setenv("SHOP_BUG", "late_yes")
    told = DAY.read_text().replace("shop/shop.py", str(DAY.parent / "shop" / "shop.py"))
    lines = [line for line in told.splitlines() if "reply:" not in line]
    path = tmp_path / "late.sms.yaml"
    path.write_text("\n".join(lines[: lines.index("  - expect:")]) + "\n")
    result = await _result(path)
    assert result.verdict is Verdict.FAILED, result.broken
    assert {failure.expected for failure in result.failures} == {"invariant audience holds"}


def test_a_shop_without_a_bug_breaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few histories, with every fault there is."""
    monkeypatch.setenv("SHOP_BUG", "")
    with Ground() as ground:
        assert explore(_day(), ground, examples=12, seconds=SECONDS, seed=5) is None


def test_a_history_begins_with_some_of_the_scenario_and_calls_about_anybody() -> None:
    """With none of it, with all of it; whatever it is given, and whoever it is about."""
    scenario = _day()
    script = driving.script(scenario)
    assert [next(iter(step)) for step in script].count("http") == 4
    begun = driving.beginnings(scenario)
    assert begun[0] == ()
    assert begun.count(tuple(script)) == len(script)
    order = {"call": "POST /order", "body": {"phone": "+13125550102", "item": "kettle"}}
    moves = {str(move) for kind in kinds(scenario) for move in kind.moves}
    assert str(({"http": {**order, "answers": 202}},)) in moves
    assert not any("submit" in step for kind in kinds(scenario) for step in kind.moves[0])


def test_what_a_call_must_give_holds_in_one_place_alone() -> None:
    """It is left out of histories, and the status stays."""
    (scenario,) = load_all([DAY.with_name("a_shop.sms.yaml")])
    calls = [step["http"] for step in driving.script(scenario) if "http" in step]
    assert not any("gives" in call for call in calls)
    assert {call.get("answers") for call in calls} == {201, 202, 422, None}

"""Exploration finds what is planted, shrinks it to a file that fails the same, and invents nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.explore import Breakage, Finding, Ground, NotRepeated, Progress, explore, write
from harness.explore.faults import excused
from harness.explore.moves import Step, in_words, kinds
from harness.explore.playing import CannotBeDone
from harness.explore.searching import flat, variant
from harness.explore.writing import text_of
from harness.scenario.reading import Scenario, load_all
from simulator.errors import UserError
from simulator.specs.values import milliseconds
from tests.explore import planted
from tests.explore.planted import Plant

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SHIPPED = load_all([SCENARIOS])
EXAMPLES = 200
MOST_STEPS = 6


def _scenario(name: str) -> Scenario:
    (scenario,) = load_all([SCENARIOS / f"{name}.sms.yaml"])
    return scenario


def _found(ground: Ground, name: str, seed: int = 0) -> Finding:
    found = explore(_scenario(name), ground, examples=EXAMPLES, seconds=600, seed=seed)
    assert found is not None, "nothing was found"
    return found


@pytest.fixture
def planting() -> Iterator[pytest.MonkeyPatch]:
    """For what is planted, and taken out again while the rest stays."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.mark.parametrize(
    ("plant", "scenario", "kind"),
    [
        (planted.end_is_no_stop, "opt_out/stop", "stop_confirmed"),
        (planted.window_of_25_hours, "opt_in/yes_in_time", "membership_after_yes"),
        (planted.no_dedupe, "dedupe/one_phone_one_list", "one_per_send"),
        (planted.blocklist_ignored, "opt_out/stop", "audience"),
        (planted.confirmation_blocked, "opt_in/yes_in_time", "stop_confirmed"),
        (planted.help_goes_unanswered_after_stop, "opt_out/stop", "help_answered"),
        (planted.receipts_count_twice, "opt_out/stop", "counters"),
        (planted.a_removal_is_not_understood, "opt_out/stop", "error KeyError"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_is_planted_is_found(
    plant: Plant, scenario: str, kind: str, tmp_path: Path, planting: pytest.MonkeyPatch
) -> None:
    """Within a small budget; the file is short, right, and breaks the same and no step less does."""
    with Ground() as ground:
        plant(planting)
        found = _found(ground, scenario)
        path = write(found, tmp_path / "out", ground)
        (again,) = load_all([path])
        broken = {item.kind for item in ground.play(again)}
        planting.undo()
        whole = ground.play(again)
    assert found.breakage.kind == kind
    assert kind in broken
    assert len(again.spec.steps) == len(found.steps) <= MOST_STEPS
    assert whole == [], "the code without the fault breaks nothing"


@pytest.mark.parametrize(
    "name", ["opt_out/stop", "opt_in/asked_twice", "dedupe/one_phone_two_lists"]
)
def test_a_healthy_tree_breaks_nothing(name: str) -> None:
    """Sixty histories of each, with every fault there is, and no invariant is broken."""
    with Ground() as ground:
        found = explore(_scenario(name), ground, examples=60, seconds=600)
    assert found is None


def test_the_same_seed_finds_the_same(planting: pytest.MonkeyPatch) -> None:
    """Step for step, and after as many histories; also on another ground."""
    planted.end_is_no_stop(planting)
    finds = []
    for _ in range(2):
        with Ground() as ground:
            finds.append(_found(ground, "opt_out/stop"))
    first, second = finds
    assert (first.steps, first.breakage, first.played) == (
        second.steps,
        second.breakage,
        second.played,
    )


def test_what_is_switched_off_is_not_looked_for(planting: pytest.MonkeyPatch) -> None:
    """Neither by the caller, nor by the scenario."""
    planted.no_dedupe(planting)
    scenario = _scenario("dedupe/one_phone_one_list")
    with Ground() as ground:
        assert explore(scenario, ground, examples=20, off=["one_per_send"]) is None
        assert ground.play(variant(scenario, [{"run": "Sale"}], ["one_per_send"])) == []
        (broken,) = ground.play(variant(scenario, [{"run": "Sale"}]))
    assert broken.kind == "one_per_send"


def test_news_kept_back_excuses_the_audience() -> None:
    """Who has not heard of a STOP sends, and nobody is to blame; the file says that it is not looked at."""
    lost = {"match": {"surface": "callback"}, "effect": {"lose": True}}
    history: list[Step] = [
        {"fault": lost},
        {"reply": {"person": "ana", "text": "STOP"}},
        {"run": "Sale"},
    ]
    changed = variant(_scenario("opt_out/stop"), history)
    assert changed.spec.invariants.off == ("audience",)
    twice = {"match": {"surface": "callback"}, "effect": {"duplicate": True}}
    assert (
        excused([{"fault": twice}, {"endpoint": {"answers": 500, "heeded": True}}]) == frozenset()
    )
    assert excused([{"endpoint": {"answers": 500, "times": 1}}]) == {"audience"}
    with Ground() as ground:
        assert ground.play(changed) == []


def test_time_ends_a_search() -> None:
    """When the time is over the search is, and says so."""
    told: list[Progress] = []
    with Ground() as ground:
        found = explore(
            _scenario("opt_out/stop"), ground, examples=10**6, seconds=0.5, told=told.append
        )
    assert found is None
    assert told[-1].late
    assert 0 < told[-1].played < 10**6


def test_what_does_not_fit_is_left_out() -> None:
    """A step that is refused where it stands says which it is."""
    history: list[Step] = [{"advance": "1s"}, {"vibes": {"call": "GET mobiledb/persons/nobody"}}]
    with Ground() as ground, pytest.raises(CannotBeDone) as refused:
        ground.play(variant(_scenario("opt_out/stop"), history))
    assert refused.value.index == 1


@pytest.mark.parametrize("scenario", SHIPPED, ids=lambda scenario: scenario.name)
def test_every_setup_survives_being_written(scenario: Scenario, tmp_path: Path) -> None:
    """Whatever the setup and the moves, the file is right and says the same."""
    for kind in kinds(scenario):
        steps = flat([kind.moves[0], kind.moves[-1]])
        changed = variant(scenario, steps)
        path = tmp_path / "found.sms.yaml"
        path.write_text(text_of(_finding(changed, steps), path), encoding="utf-8")
        (again,) = load_all([path])
        kept = changed.spec.model_copy(
            update={"name": again.spec.name, "about": "", "rules": again.spec.rules}
        )
        assert again.spec.model_dump(exclude={"sut"}) == kept.model_dump(exclude={"sut"})


def _finding(scenario: Scenario, steps: tuple[Step, ...]) -> Finding:
    broken = Breakage(kind="audience", number="+13125550101", text="a: \n# text")
    return Finding(scenario=scenario, steps=steps, breakage=broken, seed=0, examples=1, played=1)


def test_what_does_not_break_again_is_not_written(tmp_path: Path) -> None:
    """The file is played before it gets its name; nothing is left of one that passes."""
    finding = _finding(variant(_scenario("opt_out/stop"), steps := ({"advance": "1s"},)), steps)
    with Ground() as ground, pytest.raises(NotRepeated):
        write(finding, tmp_path, ground)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_leaves_nothing_half_written(tmp_path: Path) -> None:
    """Wherever it comes: before the file has its name there is none."""

    class Interrupted(Ground):
        def play(self, scenario: Scenario, *, limit_s: float | None = None) -> list[Breakage]:
            raise KeyboardInterrupt

    steps: tuple[Step, ...] = ({"advance": "1s"},)
    finding = _finding(variant(_scenario("opt_out/stop"), steps), steps)
    with Interrupted() as ground, pytest.raises(KeyboardInterrupt):
        write(finding, tmp_path, ground)
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    """Where no folder can be, nothing can be written."""
    (tmp_path / "taken").write_text("")
    steps: tuple[Step, ...] = ({"advance": "1s"},)
    finding = _finding(variant(_scenario("opt_out/stop"), steps), steps)
    with Ground() as ground, pytest.raises(UserError, match="cannot be written"):
        write(finding, tmp_path / "taken", ground)


def test_without_hypothesis_the_mend_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever did not install the extra is told how."""
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with Ground() as ground, pytest.raises(UserError, match=r"pip install 'smsim\[explore\]'"):
        explore(_scenario("opt_out/stop"), ground, examples=1)


@pytest.mark.parametrize("length", [0, 1, 999, 86_400_000, 86_399_999, 90_061_001])
def test_edges_are_written_as_durations(length: int) -> None:
    """To the millisecond."""
    assert milliseconds(in_words(length)) == length

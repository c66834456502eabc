"""How much is borne: the rate of users who wait, then the most of it that is borne of what just comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.load import capacity as load_capacity
from harness.load import paces
from harness.load.capacity import ABREAST, Capacity, Search
from harness.load.gauges import Gauges
from harness.load.run import LoadError, Outcome, Plan
from harness.load.watching import Sample
from harness.load.windows import Window, write

TURNS = {"SendUser": 5, "StopStormUser": 1}
SECONDS = 30


def window(at: float, requests: float, turns: Mapping[str, int] | None = None) -> Window:
    return Window(
        at=at,
        seconds=2.0,
        requests=round(requests),
        failures=0,
        p50_ms=1,
        p95_ms=20,
        p99_ms=99,
        turns=dict(turns or {}),
        users=TURNS,
        locust_cpu_s=at / 4,
    )


def sample(at: float, callbacks: float) -> Sample:
    waits = Gauges(round(callbacks), 0, 0, 0, 0)
    return Sample(at=at, rss_mib=80, pss_mib=None, anonymous_mib=None, cpu_s=at / 2, waits=waits)


def test_the_capacity_is_of_the_second_half_and_of_the_same_mix() -> None:
    """The ramp and the drain are left out; a part of it has a part of the turns of each user."""
    windows = [
        window(2.0, 9_000, {"SendUser": 900}),
        window(4.0, 9_000, {"SendUser": 900}),
        window(6.0, 100, {"SendUser": 40, "StopStormUser": 1}),
        window(8.0, 300, {"SendUser": 60, "StopStormUser": 3}),
        window(10.0, 0),
    ]
    capacity = Capacity.of(windows, 8.0)
    assert capacity.requests_per_second == 100.0
    assert capacity.turns_each == {"SendUser": 5.0, "StopStormUser": 1.0}
    part = capacity.part(80)
    assert part.requests_per_second == 80.0
    assert paces.read(part.told()["LOAD_PACES"]) == {"SendUser": 4.0, "StopStormUser": 0.8}


def test_a_capacity_that_was_not_measured_is_told() -> None:
    """No window, or a kind of users that did nothing, says nothing of what is borne."""
    with pytest.raises(LoadError, match="let SOAK_CAPACITY_SECONDS be longer"):
        Capacity.of([], 40.0)
    with pytest.raises(LoadError, match="no turn of StopStormUser"):
        Capacity.of([window(2.0, 10, {"SendUser": 1})], 2.0)


class Borne:
    """A simulator that does `most` requests a second; what is beyond is answered late, or owed."""

    def __init__(self, most: float, owed: float = 0.0, told: Outcome | None = None) -> None:
        self.most, self.owed = most, owed
        self.told = told or Outcome(status=0)
        self.asked: list[Mapping[str, str]] = []
        self.samples: list[Sample] = []

    @contextmanager
    def serving(self, _folder: Path) -> Iterator[tuple[str, SimpleNamespace]]:
        yield "", SimpleNamespace(pid=0, returncode=0)

    @contextmanager
    def watched(self, _pid: int, _url: str) -> Iterator[list[Sample]]:
        self.samples = []
        yield self.samples

    def attack(
        self, _url: str, plan: Plan, folder: Path, told: Mapping[str, str], *, quiet: bool
    ) -> Outcome:
        """100 requests a second for each turn of a `SendUser`."""
        assert quiet
        self.asked.append(told)
        turns = paces.read(told.get("LOAD_PACES", "SendUser=1")).get("SendUser", 1.0)
        asked = 100 * turns
        beyond = max(0.0, asked - self.most) if self.owed else 0.0
        rate = asked if self.owed else min(asked, self.most)
        ends = range(2, plan.seconds + 1, 2)
        counted = {kind: 2 * users for kind, users in TURNS.items()}
        write(str(folder / "run"), [window(at, 2 * rate, counted) for at in ends])
        self.samples += [sample(at - 0.5, beyond * self.owed * at) for at in ends]
        return self.told


def searching(
    borne: Borne, folder: Path, monkeypatch: pytest.MonkeyPatch, say: Callable[[str], None]
) -> Search:
    for name in ("serving", "watched", "attack"):
        monkeypatch.setattr(load_capacity, name, getattr(borne, name))
    return Search(20, folder, {"LOAD_PEOPLE": "400"}, say)


BOUND = Capacity(requests_per_second=100.0, turns_each={"SendUser": 1.0, "StopStormUser": 0.2})


def test_users_who_wait_are_held_by_their_callbacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No rate is asked of them; what they get is told."""
    said: list[str] = []
    borne = Borne(100.0)
    found = searching(borne, tmp_path, monkeypatch, said.append).waiting(SECONDS)
    assert found == Capacity(
        requests_per_second=100.0, turns_each={"SendUser": 1.0, "StopStormUser": 1.0}
    )
    assert borne.asked == [{"LOAD_PEOPLE": "400", "LOAD_ABREAST": str(ABREAST)}]
    assert said == ["100.0 requests a second of users who wait"]


@pytest.mark.parametrize(
    ("borne", "faults"),
    [
        (Borne(82.0), ["82.0 requests a second of 100.0 that were aimed at; least 95%"] * 3),
        (Borne(86.0, owed=5.0), ["callbacks pile up: "] * 3),
    ],
)
def test_the_capacity_is_the_most_that_is_borne_where_nobody_waits(
    borne: Borne, faults: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Less and less is asked until the rate is had and callbacks do not pile up; why not is told."""
    said: list[str] = []
    found = searching(borne, tmp_path, monkeypatch, said.append).open(BOUND, SECONDS)
    assert found == BOUND.part(85)
    assert [float(told["LOAD_PACES"].split("=")[1].split(",")[0]) for told in borne.asked] == [
        *(1.0, 0.95, 0.9, 0.85)
    ]
    assert said[-1] == "85.0 a second that come by themselves: borne"
    for line, fault in zip(said, faults, strict=False):
        assert fault.partition(" of ")[0] in line


def test_less_than_half_is_no_capacity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is far from what users who wait got is told, and no soak is begun with it."""
    search = searching(Borne(40.0), tmp_path, monkeypatch, lambda _: None)
    with pytest.raises(LoadError, match="not even 50% of what users get who wait is borne"):
        search.open(BOUND, SECONDS)


def test_a_failure_under_a_trial_is_a_reason_to_ask_for_less(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A threshold that was not kept is told; it is what too much looks like."""
    said: list[str] = []
    faults = ["failures of all answers is 3; most 0"]
    borne = Borne(200.0, told=Outcome(status=1, faults=faults))
    search = searching(borne, tmp_path, monkeypatch, said.append)
    with pytest.raises(LoadError, match="not even 50%"):
        search.open(BOUND, SECONDS)
    assert said[0] == f"100.0 a second that come by themselves: {faults[0]}"
    assert len(said) == 11


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (Outcome(status=1, faults=["no", "2 texts twice"], amiss=["2 texts twice"]), "2 texts"),
        (Outcome(status=3), "Locust ended with status 3"),
    ],
)
def test_no_load_excuses_a_journal_that_does_not_add_up(
    outcome: Outcome, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends the search at once; so does a run that left no verdict."""
    borne = Borne(200.0, told=outcome)
    search = searching(borne, tmp_path, monkeypatch, lambda _: None)
    with pytest.raises(LoadError, match=f"a run that measures the capacity: {told}"):
        search.open(BOUND, SECONDS)
    assert len(borne.asked) == 1


def test_a_trial_that_cannot_be_judged_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two samples of what is judged of it are the least."""
    search = searching(Borne(200.0), tmp_path, monkeypatch, lambda _: None)
    with pytest.raises(LoadError, match="let SOAK_TRIAL_SECONDS be longer"):
        search.open(BOUND, 2)

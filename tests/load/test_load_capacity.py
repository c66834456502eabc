"""How much is borne: the rate of users who wait, then the most of it that is borne of what just comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec import structs

from harness.load import capacity as load_capacity
from harness.load import paces
from harness.load.capacity import ABREAST, Capacity, Search
from harness.load.gauges import Gauges
from harness.load.run import LoadError, Outcome, Plan
from harness.load.watching import Sample
from harness.load.windows import Window, write

TURNS = {"SendUser": 5, "StopStormUser": 1}
MANY = {kind: 100 * users for kind, users in TURNS.items()}
SECONDS = 30


def window(
    at: float, requests: float, turns: Mapping[str, int] | None = None, unanswered: int = 0
) -> Window:
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
        unanswered=unanswered,
        locust_cpu_s=at / 4,
    )


def sample(at: float, callbacks: float | None, stolen: float) -> Sample:
    return Sample(
        at=at,
        rss_mib=80,
        pss_mib=None,
        anonymous_mib=None,
        cpu_s=at / 2,
        stolen_s=at * stolen,
        work_ms=1.0,
        waits=None if callbacks is None else Gauges(round(callbacks), 0, 0, 0, 0),
    )


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
    """A simulator that bears `most` turns a second of each `SendUser`; what is beyond piles up.

    A turn is a request, or nine tenths of one where phones are new.
    """

    def __init__(
        self, most: float, piles: str = "callbacks", ends: int = 0, told: Outcome | None = None
    ) -> None:
        self.most, self.ends = most, ends
        self.begins = 1.0
        self.stolen: list[float] = []
        self.tells = True
        self.callbacks = 15 if piles == "callbacks" else 0
        self.unanswered = 7 if piles == "turns" else 0
        self.told = told or Outcome(status=0)
        self.asked: list[tuple[int, Mapping[str, str]]] = []
        self.samples: list[Sample] = []

    @contextmanager
    def serving(self, folder: Path) -> Iterator[tuple[str, SimpleNamespace]]:
        assert not (folder / "run_windows.json").exists(), "of the run before"
        yield "", SimpleNamespace(pid=0, returncode=self.ends)

    @contextmanager
    def watched(self, _pid: int, _url: str) -> Iterator[list[Sample]]:
        self.samples = []
        yield self.samples

    def attack(self, _url: str, plan: Plan, folder: Path, told: Mapping[str, str]) -> Outcome:
        """Even what is borne piles up in the first third, and all is empty after the end."""
        self.asked.append((plan.seconds, told))
        paced = paces.read(told["LOAD_PACES"]) if "LOAD_PACES" in told else {}
        turns = paced.get("SendUser", 1.0)
        beyond = turns > self.most
        found = []
        stolen = self.stolen.pop(0) if self.stolen else 0.04
        for at in range(2, plan.seconds + 31, 2):
            early = 3 * at <= plan.seconds
            piled = 0 if early or at > plan.seconds else (at if beyond else 20)
            begun = {kind: paced.get(kind, 1.0) * self.begins for kind in TURNS}
            counted = {kind: round(2 * users * begun[kind]) for kind, users in MANY.items()}
            requests = 9_000 if early else 180 * turns if paced else 200
            shown = window(at, requests, counted, piled * self.unanswered)
            found.append(structs.replace(shown, users=MANY))
            told_of = piled * self.callbacks if self.tells else None
            self.samples.append(sample(at - 0.5, told_of, stolen))
        write(str(folder / "run"), found)
        return self.told


def searching(
    borne: Borne, folder: Path, monkeypatch: pytest.MonkeyPatch, say: Callable[[str], None]
) -> Search:
    for name in ("serving", "watched", "attack"):
        monkeypatch.setattr(load_capacity, name, getattr(borne, name))
    environ = {"LOAD_PEOPLE": "400", "LOAD_THRESHOLDS": "of ten minutes.toml"}
    return Search(20, folder, environ, say)


START = Capacity(requests_per_second=100.0, turns_each={"SendUser": 1.0, "StopStormUser": 0.2})
USED = "(50% of a core, Locust 25%, stolen 4%, work 1 ms)"


def test_users_who_wait_are_held_by_their_callbacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No rate is asked of them, and no thresholds of a longer run; what they get is told."""
    said: list[str] = []
    borne = Borne(1.0)
    found = searching(borne, tmp_path, monkeypatch, said.append).waiting(SECONDS)
    assert found == Capacity(
        requests_per_second=100.0, turns_each={"SendUser": 1.0, "StopStormUser": 1.0}
    )
    told = {"LOAD_PEOPLE": "400", "LOAD_QUIET": "1", "LOAD_ABREAST": str(ABREAST)}
    assert borne.asked == [(SECONDS, told)]
    assert said == ["100.0 requests a second of users who wait"]


@pytest.mark.parametrize(
    ("piles", "fault"),
    [
        ("callbacks", "callbacks pile up: 195 waited in the first fifth, 435 in the last"),
        ("turns", "unanswered turns pile up: 91 waited in the first fifth, 203 in the last"),
    ],
)
def test_less_is_asked_until_nothing_piles_up(
    piles: str, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The capacity is what was had of the first that is borne; why the others were not is told."""
    said: list[str] = []
    borne = Borne(0.87, piles)
    found = searching(borne, tmp_path, monkeypatch, said.append).borne(START, SECONDS)
    assert round(found.requests_per_second, 1) == 76.5
    assert found.turns_each == START.part(85).turns_each
    assert [seconds for seconds, _ in borne.asked] == [SECONDS] * 4
    assert [line.partition(": ")[0] for line in said] == [
        f"{rate} a second that come by themselves {USED}"
        for rate in ("90.0", "85.5", "81.0", "76.5")
    ]
    for line in said[:3]:
        assert line.partition(": ")[2].startswith(fault)
    assert said[3].endswith(": borne")


def test_more_is_asked_until_something_piles_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What users got who waited is where the search begins, and no bound."""
    borne = Borne(1.12)
    found = searching(borne, tmp_path, monkeypatch, lambda _: None).borne(START, SECONDS)
    assert found.turns_each == START.part(110).turns_each
    assert len(borne.asked) == 4


def test_less_than_half_is_no_capacity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is far from what users who wait got is told, and no soak is begun with it."""
    search = searching(Borne(0.4), tmp_path, monkeypatch, lambda _: None)
    with pytest.raises(LoadError, match="not even 50% of what users get who wait is borne"):
        search.borne(START, SECONDS)


def test_a_failure_under_a_trial_is_a_reason_to_ask_for_less(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A threshold that was not kept is told; it is what too much looks like."""
    said: list[str] = []
    faults = ["failures of all answers is 3; most 0"]
    borne = Borne(2.0, told=Outcome(status=1, faults=faults))
    with pytest.raises(LoadError, match="not even 50%"):
        searching(borne, tmp_path, monkeypatch, said.append).borne(START, SECONDS)
    assert said[0] == f"90.0 a second that come by themselves {USED}: {faults[0]}"
    assert len(said) == 11


@pytest.mark.parametrize(
    ("borne", "told"),
    [
        (
            Borne(2.0, told=Outcome(status=1, faults=["no", "2 twice"], amiss=["2 twice"])),
            "2 twice",
        ),
        (Borne(2.0, told=Outcome(status=3)), "Locust ended with status 3"),
        (Borne(2.0, ends=-9), "the simulator ended with status -9"),
    ],
)
def test_no_load_excuses_a_journal_that_does_not_add_up(
    borne: Borne, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends the search at once; so does a run without a verdict, or a simulator that died."""
    with pytest.raises(LoadError, match=f"a trial: {told}"):
        searching(borne, tmp_path, monkeypatch, lambda _: None).borne(START, SECONDS)
    assert len(borne.asked) == 1


def test_a_trial_that_cannot_be_watched_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing was seen, or callbacks are not told of, less load is no mend."""
    with pytest.raises(LoadError, match="a trial: it has fewer than 2 samples; let it be longer"):
        searching(Borne(2.0), tmp_path, monkeypatch, lambda _: None).borne(START, 2)
    blind = Borne(2.0)
    blind.tells = False
    with pytest.raises(LoadError, match="a trial: /metrics did not tell how many callbacks wait"):
        searching(blind, tmp_path, monkeypatch, lambda _: None).borne(START, SECONDS)
    assert len(blind.asked) == 1


def test_what_locust_did_not_begin_was_not_borne(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Locust that is too slow lets nothing pile up, and measures itself."""
    said: list[str] = []
    borne = Borne(2.0)
    borne.begins = 0.9
    with pytest.raises(LoadError, match="not even 50%"):
        searching(borne, tmp_path, monkeypatch, said.append).borne(START, SECONDS)
    assert "Locust began 90% of the turns it was asked for" in said[0]


def test_twice_as_much_that_is_borne_is_no_capacity(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing was refused, how much is borne is not known."""
    with pytest.raises(
        LoadError, match="200% of what users get who wait is still borne; let LOAD_U"
    ):
        searching(Borne(9.0), tmp_path, monkeypatch, lambda _: None).borne(START, SECONDS)


def test_a_trial_of_a_machine_that_is_given_to_others_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is borne all the same is borne; three in vain on end say nothing of the simulator."""
    borne = Borne(1.07)
    borne.stolen = [0.5, 0.04, 0.06, 0.5, 0.04]
    found = searching(borne, tmp_path, monkeypatch, lambda _: None).borne(START, SECONDS)
    assert found.turns_each == START.part(105).turns_each
    assert len(borne.asked) == 5
    borne = Borne(0.5)
    borne.stolen = [0.06] * 3
    with pytest.raises(LoadError, match=r"in 3 trials on end .* more than 5% .* a quieter hour"):
        searching(borne, tmp_path, monkeypatch, lambda _: None).borne(START, SECONDS)
    assert len(borne.asked) == 3

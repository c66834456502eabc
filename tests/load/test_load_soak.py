"""The soak: what it asks for, what it tells, and that it watches a simulator to its end."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from subprocess import run
from types import SimpleNamespace

import msgspec
import pytest

from harness.load import capacity as load_capacity
from harness.load import curves, flatness, watching
from harness.load import soak as load_soak
from harness.load.capacity import ABREAST, Capacity, Search
from harness.load.curves import Curve
from harness.load.run import Outcome, Plan, attack, serving
from harness.load.script import COMPANY
from harness.load.soak import ITS_OWN, Report, SoakPlan
from harness.load.watching import Sample
from harness.load.windows import LOOK_S, Window, read, write
from tests.load.looks import SPAN, figures, sample, window
from tests.load.steering import LIMIT_S, limits, steer


def test_the_plan_is_read_from_the_environment() -> None:
    """Ten minutes after one of warming up, at 80 % with 2,000 people, unless it says otherwise."""
    assert SoakPlan.read({}) == SoakPlan(
        seconds=600,
        warm_seconds=60,
        capacity_seconds=45,
        trial_seconds=30,
        percent=80,
        users=20,
        people=2_000,
        lists=4,
    )
    said = {"SOAK_SECONDS": "90", "SOAK_WARM_SECONDS": "0", "SOAK_CAPACITY_SECONDS": "15"}
    said |= {"SOAK_TRIAL_SECONDS": "10", "SOAK_PERCENT": "50"}
    said |= {"LOAD_USERS": "40", "LOAD_PEOPLE": "800", "LOAD_LISTS": "1"}
    assert SoakPlan.read(said) == SoakPlan(
        seconds=90,
        warm_seconds=0,
        capacity_seconds=15,
        trial_seconds=10,
        percent=50,
        users=40,
        people=800,
        lists=1,
    )


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"SOAK_SECONDS": "4"}, 'SOAK_SECONDS is "4"; it may be 5 to 604800'),
        ({"SOAK_PERCENT": "101"}, 'SOAK_PERCENT is "101"; it may be 1 to 100'),
        ({"LOAD_USERS": "15"}, 'LOAD_USERS is "15"; it may be 16 to 1000'),
        ({"SOAK_TRIAL_SECONDS": "9"}, 'SOAK_TRIAL_SECONDS is "9"; it may be 10 to 3600'),
        (
            {"LOAD_THRESHOLDS": "none.toml"},
            "LOAD_THRESHOLDS: none.toml: cannot be read: [Errno 2] "
            "No such file or directory: 'none.toml'",
        ),
        ({"LOAD_PEOPLE": "399"}, 'LOAD_PEOPLE is "399"; it may be 400 to 100000'),
        ({"LOAD_DRAIN": "0"}, 'LOAD_DRAIN is "0"; it may be above 0 and up to 100000'),
        ({"LOAD_CLOCK_RATE": "0.5"}, 'LOAD_CLOCK_RATE is "0.5"; it may be 1 to 100000'),
        ({"SOAK_SECONDS": "9" * 5_000}, f'SOAK_SECONDS is "{"9" * 19}"; it may be 5 to 604800'),
        ({"SMSIM_QUEUE_LIMIT": "9"}, "SMSIM_QUEUE_LIMIT changes what is measured; leave it out"),
        *(({name: "1"}, f"{name} is the soak's own to say; leave it out") for name in ITS_OWN),
    ],
)
def test_what_cannot_be_soaked_is_told(
    environ: dict[str, str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is started, with status 2."""
    assert load_soak.main(environ, tmp_path) == 2
    assert capsys.readouterr().err == f"soak: {told}\n"
    assert list(tmp_path.iterdir()) == []


def test_windows_are_read_as_they_were_written(tmp_path: Path) -> None:
    """Locust's process writes them, another reads them."""
    found = [window(10.0, turns={"SendUser": 3}, users={"SendUser": 1}), window(20.0)]
    write(str(tmp_path / "run"), found)
    assert read(tmp_path / "run_windows.json") == found


def test_curves_go_to_their_top_and_the_judged_time_is_marked() -> None:
    """A panel each; the ground of the judged time ends where it ended."""
    drawn = curves.draw(
        [Curve("Memory <of it>", "MiB", [(0, 0), (50, 100), (100, 50)]), Curve("p95", "ms", [])],
        (50, 100),
    )
    assert 'points="70.0,170.0 385.0,34.0 700.0,102.0"' in drawn
    assert '<rect x="385.0" y="34" width="315.0"' in drawn
    assert "Memory &lt;of it&gt;, MiB" in drawn
    assert ">75</text>" in drawn


@pytest.mark.parametrize(
    ("most", "top"), [(0.3, "1"), (1.0, "1"), (31.0, "40"), (99.0, "100"), (101.0, "200")]
)
def test_the_top_of_a_panel_is_a_round_number(most: float, top: str) -> None:
    """The next of 1, 2, 4, 6, 8 and 10."""
    assert f'y="38.0" text-anchor="end">{top}</text>' in curves.draw(
        [Curve("", "", [(1, most)])], (0, 1)
    )


def people_in(file: Path) -> int:
    command = (sys.executable, "-m", "harness", "export", "--account", COMPANY, str(file))
    rows = run(command, capture_output=True, text=True, check=True).stdout
    return sum('"PersonAdded"' in row for row in rows.splitlines())


def measured(monkeypatch: pytest.MonkeyPatch, capacity: Capacity) -> None:
    """The capacity is known, and no search is made for it."""
    monkeypatch.setattr(Search, "waiting", lambda *_: capacity)
    monkeypatch.setattr(Search, "borne", lambda *_: capacity)


def test_phones_are_taken_again_and_still_all_adds_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """More join than there are phones, as in the runs of a search, which print no tables."""
    steer(monkeypatch, {"participants: new": 250, "MO keyword": 250})
    environ = {"LOAD_PEOPLE": "400", "LOAD_LISTS": "4", "LOAD_CLOCK_RATE": "20", "LOAD_QUIET": "1"}
    environ |= {"LOAD_ABREAST": str(ABREAST), "LOAD_THRESHOLDS": limits(tmp_path)}
    with serving(tmp_path) as (url, _):
        outcome = attack(url, Plan(users=20, seconds=LIMIT_S), tmp_path, environ)

    assert (outcome.status, outcome.why()) == (0, [])
    assert 0 < people_in(tmp_path / "smsim.db") <= 400
    assert "Response time percentiles" not in capfd.readouterr().err


def test_a_soak_watches_a_simulator_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """All that comes by itself adds up; it fails only since the rate that is aimed at is not had."""
    kinds = ("KeywordUser", "ReceiverUser", "SendUser", "StopStormUser", "WebFormUser")
    capacity = Capacity(requests_per_second=50_000.0, turns_each=dict.fromkeys(kinds, 0.5))
    measured(monkeypatch, capacity)
    monkeypatch.setattr(flatness, "HOLE_S", (LIMIT_S, LIMIT_S))
    monkeypatch.setattr(watching, "EVERY_S", 0.2)
    happened = ("time to confirmation", "time to handset", "callback delay", "MT to who stopped")
    steer(monkeypatch, dict.fromkeys(happened, 1), then_s=4 * LOOK_S)
    environ = {"SOAK_SECONDS": str(LIMIT_S), "SOAK_WARM_SECONDS": "0", "SOAK_PERCENT": "30"}
    environ |= {"LOAD_CLOCK_RATE": "20", "LOAD_THRESHOLDS": limits(tmp_path)}
    status = load_soak.main(environ, tmp_path / "soak")

    said, printed = capfd.readouterr()
    report = msgspec.json.decode((tmp_path / "soak" / "soak.json").read_bytes(), type=Report)
    assert report.faults == flatness.judge(report.figures), said
    assert any("of 15000.0 that were aimed at" in fault for fault in report.faults)
    assert (status, said.splitlines()[-1].partition(": ")[2][:7]) == (1, "FAILED:")
    assert 0 < report.figures.begun < 3
    assert set().union(*(one.turns for one in report.windows)) == set(kinds)
    counts = report.counts
    assert counts["accepted"] == counts["delivered"] + counts["failed"] > 0
    assert all(one.rss_mib > 10 and one.waits is not None for one in report.samples[:3])
    assert sum(one.requests for one in report.windows) > 0
    assert printed.count("Response time percentiles") == 1
    for left in ("soak.svg", "report.html", "run_stats.csv"):
        assert (tmp_path / "soak" / left).exists()


def test_a_simulator_that_does_not_end_cleanly_fails_the_soak(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Already in the run that measures; there is no soak then."""

    def attack(_url: str, _plan: Plan, folder: Path, _environ: Mapping[str, str]) -> Outcome:
        ready = json.loads((folder / "ready.json").read_text(encoding="utf-8"))
        os.kill(ready["pid"], signal.SIGKILL)
        return Outcome(status=1, faults=["2 texts went to a phone twice"])

    monkeypatch.setattr(load_capacity, "attack", attack)
    (tmp_path / "soak.json").write_text("of an earlier run", encoding="utf-8")
    assert load_soak.main({}, tmp_path) == 1
    assert capsys.readouterr().out.startswith(
        "soak: FAILED: the run of users who wait: 2 texts went to a phone twice; "
        "the simulator ended with status -9"
    )
    assert not (tmp_path / "soak.json").exists()


@pytest.mark.parametrize(
    ("left", "told"),
    [
        ([], "Locust left no windows"),
        ([window(99.0)], "it has fewer than 2 samples; let it be longer"),
    ],
)
def test_a_simulator_that_dies_in_the_soak_is_told(
    left: list[Window],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """However little there is to judge, why is told first."""

    def attack(_url: str, _plan: Plan, folder: Path, _environ: Mapping[str, str]) -> Outcome:
        ready = json.loads((folder / "ready.json").read_text(encoding="utf-8"))
        os.kill(ready["pid"], signal.SIGKILL)
        if left:
            write(str(folder / "run"), left)
        return Outcome(status=1, faults=["no answer"])

    capacity = Capacity(requests_per_second=10.0, turns_each={"SendUser": 1.0})
    measured(monkeypatch, capacity)
    monkeypatch.setattr(load_soak, "attack", attack)
    (tmp_path / "soak.json").write_text("of an earlier run", encoding="utf-8")
    assert load_soak.main({}, tmp_path) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith(f"soak: FAILED: no answer; the simulator ended with status -9; {told}")
    assert not (tmp_path / "soak.json").exists()


@pytest.mark.parametrize(
    ("outcome", "faults"),
    [
        (Outcome(status=0), []),
        (Outcome(status=0, failures=3), ["3 answers were wrong"]),
        (Outcome(status=1, failures=3, faults=["3 failed"]), ["3 failed"]),
    ],
)
def test_the_judged_time_is_after_the_warming_up_and_before_the_drain(
    outcome: Outcome, faults: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are as bad as can be here; an answer that was wrong is told, whatever is allowed."""
    samples: list[Sample] = []
    ends = [float(at) for at in range(1_010, 1_250, 10)]

    @contextmanager
    def serving(_folder: Path) -> Iterator[tuple[str, SimpleNamespace]]:
        yield "", SimpleNamespace(pid=0, returncode=0)

    @contextmanager
    def watching(_pid: int, _url: str) -> Iterator[list[Sample]]:
        yield samples

    def attack(_url: str, plan: Plan, folder: Path, told: Mapping[str, str]) -> Outcome:
        assert (plan.seconds, told["LOAD_PACES"]) == (160, "SendUser=1.6")
        for at in ends:
            judged = 1_060 < at <= 1_160
            samples.append(sample(at, 80 if judged else 800, 10 if judged else 9_999))
        turns, users = {"SendUser": 16}, {"SendUser": 1}
        write(
            str(folder / "run"),
            [
                window(at, 20 if 1_060 < at <= 1_160 else 9_000, turns=turns, users=users)
                for at in ends
            ],
        )
        return outcome

    monkeypatch.setattr(load_soak, "serving", serving)
    monkeypatch.setattr(load_soak, "watched", watching)
    monkeypatch.setattr(load_soak, "attack", attack)
    plan = SoakPlan(seconds=100, warm_seconds=60)
    capacity = Capacity(requests_per_second=125.0, turns_each={"SendUser": 2.0})
    report = load_soak.soak(plan, capacity, capacity, tmp_path, {})
    assert report.faults == faults
    assert (report.figures.aimed_per_second, report.figures.begun) == (100.0, 1.0)


def reported(*faults: str) -> Report:
    return Report(
        seconds=600,
        warm_seconds=60,
        percent=80,
        users=20,
        people=2_000,
        lists=4,
        waiting=Capacity(requests_per_second=150.0, turns_each={}),
        capacity=Capacity(requests_per_second=125.0, turns_each={}),
        judged=SPAN,
        figures=figures(most=(21.0, 30.0, 5.0), work_most=0.6),
        counts={},
        faults=list(faults),
        samples=[],
        windows=[],
    )


def test_the_status_says_whether_it_was_flat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the last line does, whether it has passed or not."""
    capacity = Capacity(requests_per_second=125.0, turns_each={})
    measured(monkeypatch, capacity)
    for faults in ((), ("memory grew",)):
        monkeypatch.setattr(load_soak, "soak", lambda *_, told=faults: reported(*told))
        assert load_soak.main({}, tmp_path) == len(faults)
    passed, failed = (row for row in capsys.readouterr().out.splitlines() if "ED: " in row)
    assert passed.startswith("soak: PASSED: 600 s at 80% of the capacity; see ")
    assert failed.startswith("soak: FAILED: memory grew; see ")


def test_what_was_not_flat_is_the_last_line() -> None:
    """The figures stand above it."""
    lines = load_soak.verdict(reported(), Path("there")).splitlines()
    assert lines[0] == "soak: memory 80 to 80 MiB, +450.0 MiB an hour"
    assert lines[1] == "soak: 95th percentile 20 to 20 ms, 21 in its worst tenth"
    assert lines[6:8] == [
        "soak: callbacks open 10 to 10, 30 in its worst tenth",
        "soak: turns unanswered 3 to 4, 5 in its worst tenth",
    ]
    assert (
        lines[4] == "soak: the host of this machine gave 10.0% of it to others, at most 50% at once"
    )
    assert lines[5] == (
        "soak: the same piece of work took the machine 0.5 to 0.5 ms, 0.6 in its worst tenth"
    )
    assert lines[-1] == "soak: PASSED: 600 s at 80% of the capacity; see there/soak.svg"

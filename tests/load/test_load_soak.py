"""The soak: what it asks for, what it calls flat, and that it watches a simulator to its end."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from subprocess import run

import msgspec
import pytest

from harness.load import capacity as load_capacity
from harness.load import curves, flatness, watching
from harness.load import soak as load_soak
from harness.load.capacity import Capacity, Search
from harness.load.curves import Curve
from harness.load.flatness import Figures, Span, TooShort
from harness.load.gauges import Gauges
from harness.load.run import Outcome, Plan
from harness.load.script import COMPANY
from harness.load.soak import ITS_OWN, Report, SoakPlan
from harness.load.watching import TICKS, NoMemory, Sample, look
from harness.load.windows import Window, read, write

SPAN = Span(start=100.0, end=200.0)


def sample(at: float, rss: float = 80.0, callbacks: int = 10) -> Sample:
    """Until 150 the host takes nothing, for ten seconds then half of the machine, and then a tenth."""
    return Sample(
        at=at,
        rss_mib=rss,
        pss_mib=None,
        anonymous_mib=None,
        cpu_s=at / 2,
        stolen_s=(at > 150) * 5.0 + max(at - 160, 0) / 10,
        waits=Gauges(callbacks, 0, 0, 0, 0),
    )


def window(at: float, p95: int = 20, requests: int = 1_000, **more: Mapping[str, int]) -> Window:
    return Window(
        at=at,
        seconds=10.0,
        requests=requests,
        failures=0,
        p50_ms=1,
        p95_ms=p95,
        p99_ms=99,
        turns=dict(more.get("turns", {})),
        users=dict(more.get("users", {})),
        unanswered=int(at) % 7,
        locust_cpu_s=at / 4,
    )


ENDS = [float(at) for at in range(90, 230, 10)]
"""Of these, ten are in the judged span: the first two and the last two are held together."""


def figures(
    memory: tuple[float, float] = (80.0, 80.0),
    p95: tuple[float, float] = (20.0, 20.0),
    callbacks: tuple[float, float] | None = (10.0, 10.0),
    unanswered: tuple[float, float] = (3.0, 4.0),
    rate: float = 100.0,
) -> Figures:
    return Figures(
        requests_per_second=rate,
        aimed_per_second=100.0,
        memory_mib=memory,
        memory_mib_per_hour=450.0,
        p95_ms=p95,
        callbacks_open=callbacks,
        unanswered=unanswered,
        cpu_share=0.5,
        locust_cpu_share=0.25,
        stolen_share=0.1,
        stolen_most=0.5,
    )


def test_the_last_fifth_is_held_against_the_first_that_is_judged() -> None:
    """The warm-up, the drain and one odd moment in the middle change no figure."""
    odd = {90.0: 10, 150.0: 900, 210.0: 900, 220.0: 900}
    late = {190.0: 4, 200.0: 8}
    found = flatness.measure(
        SPAN,
        [sample(at, 80.0 + odd.get(at, 0) + late.get(at, 0), int(at)) for at in ENDS],
        [window(at, 20 + odd.get(at, 0) + late.get(at, 0)) for at in ENDS],
        100.0,
    )
    assert (found.memory_mib, found.p95_ms) == ((80.0, 86.0), (20.0, 26.0))
    assert found.memory_mib_per_hour == 6.0 / 80 * 3600
    assert found.callbacks_open == (115.0, 195.0)
    assert found.unanswered == (3.0, 2.5)
    assert (found.requests_per_second, found.aimed_per_second) == (100.0, 100.0)
    assert (found.cpu_share, found.locust_cpu_share) == (0.5, 0.25)
    assert (found.stolen_share, found.stolen_most) == (0.1, 0.5)


def test_too_few_samples_are_no_soak() -> None:
    """One window has no last fifth."""
    with pytest.raises(TooShort, match="it has fewer than 2 samples"):
        flatness.measure(SPAN, [sample(at) for at in ENDS], [window(110.0)], 100.0)


@pytest.mark.parametrize(
    "found",
    [
        figures(),
        figures(memory=(80.0, 88.0)),
        figures(p95=(40.0, 50.0)),
        figures(p95=(2.0, 7.0)),
        figures(callbacks=(0.0, 200.0)),
        figures(callbacks=(1_000.0, 1_500.0)),
        figures(unanswered=(0.0, 100.0)),
        figures(unanswered=(400.0, 600.0)),
        figures(rate=95.0),
    ],
)
def test_what_is_flat_enough_passes(found: Figures) -> None:
    """A tenth more memory, a quarter more latency, a few ms, a few callbacks, a rate near the aim."""
    assert flatness.judge(found) == []


@pytest.mark.parametrize(
    ("found", "fault"),
    [
        (figures(memory=(80.0, 88.2)), "memory grew from 80.0 to 88.2 MiB, +450 MiB an hour"),
        (figures(p95=(40.0, 51.0)), "the 95th percentile rose from 40 to 51 ms"),
        (figures(p95=(2.0, 8.0)), "the 95th percentile rose from 2 to 8 ms"),
        (figures(callbacks=(0.0, 201.0)), "callbacks pile up: 0 waited in the first fifth, 201"),
        (figures(callbacks=None), "how many callbacks wait could not be had of /metrics"),
        (figures(unanswered=(0.0, 101.0)), "unanswered turns pile up: 0 waited in the first"),
        (figures(rate=94.9), "94.9 requests a second of 100.0 that were aimed at; least 95%"),
    ],
)
def test_what_is_not_flat_names_its_figure(found: Figures, fault: str) -> None:
    """One fault, with what it was and what it came to."""
    [told] = flatness.judge(found)
    assert told.startswith(fault)


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


def test_a_sample_is_of_the_process_and_of_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of /proc as Linux writes it: the name of a process may have spaces and brackets."""
    process = tmp_path / "7"
    process.mkdir()
    (process / "status").write_text("Name:\tpython\nVmRSS:\t   81920 kB\n")
    (process / "stat").write_text(f"7 (a b) c) S {'0 ' * 10}{3 * TICKS} {2 * TICKS} 0 0\n")
    stolen = 8 * TICKS * (os.cpu_count() or 1)
    (tmp_path / "stat").write_text(f"cpu  1 2 3 4 5 6 7 {stolen} 9 0\ncpu0 1 2 3 4 5 6 7 0 9 0\n")
    monkeypatch.setattr(watching, "PROC", tmp_path)
    found = look(7, "http://127.0.0.1:9")
    assert (found.rss_mib, found.cpu_s, found.stolen_s) == (80.0, 5.0, 8.0)
    assert (found.pss_mib, found.anonymous_mib, found.waits) == (None, None, None)


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


def test_a_process_that_is_not_there_has_no_memory() -> None:
    """It is told, with what a soak needs."""
    with pytest.raises(NoMemory, match="a soak needs the /proc of Linux"):
        look(next(pid for pid in count(4_000_000) if not Path(f"/proc/{pid}").exists()), "")


SMALL = {
    "SOAK_SECONDS": "6",
    "SOAK_WARM_SECONDS": "1",
    "SOAK_CAPACITY_SECONDS": "8",
    "SOAK_TRIAL_SECONDS": "10",
    "SOAK_PERCENT": "30",
    "LOAD_PEOPLE": "400",
    "LOAD_CLOCK_RATE": "20",
}


def people_in(file: Path) -> int:
    command = (sys.executable, "-m", "harness", "export", "--account", COMPANY, str(file))
    rows = run(command, capture_output=True, text=True, check=True).stdout
    return sum('"PersonAdded"' in row for row in rows.splitlines())


def test_a_soak_measures_and_then_watches(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Phones are taken again and again, and still all adds up; only noise may fail one so short."""
    status = load_soak.main(SMALL, tmp_path)

    said, printed = capfd.readouterr()
    report = msgspec.json.decode((tmp_path / "soak.json").read_bytes(), type=Report)
    assert report.faults == flatness.judge(report.figures), said
    assert status == bool(report.faults)
    assert f"soak: {'FAILED' if status else 'PASSED'}: " in said.splitlines()[-1]
    assert report.figures.aimed_per_second == report.capacity.part(30).requests_per_second
    assert (
        set(report.capacity.turns_each)
        == set(report.waiting.turns_each)
        == {*("KeywordUser", "ReceiverUser", "SendUser", "StopStormUser", "WebFormUser")}
    )
    counts = report.counts
    assert counts["accepted"] == counts["delivered"] + counts["failed"] > 0
    assert all(one.rss_mib > 10 and one.waits is not None for one in report.samples[:3])
    assert sum(one.requests for one in report.windows) > 0
    assert 0 < people_in(tmp_path / "capacity" / "smsim.db") <= int(SMALL["LOAD_PEOPLE"])
    assert printed.count("Response time percentiles") == 1, "the soak's tables alone"
    for left in ("soak.svg", "report.html", "run_stats.csv", "capacity/report.html"):
        assert (tmp_path / left).exists()


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
        ([window(99.0)], "it has fewer than 2 samples; let SOAK_SECONDS be longer"),
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
    monkeypatch.setattr(Search, "waiting", lambda *_: capacity)
    monkeypatch.setattr(Search, "borne", lambda *_: capacity)
    monkeypatch.setattr(load_soak, "attack", attack)
    (tmp_path / "soak.json").write_text("of an earlier run", encoding="utf-8")
    assert load_soak.main({}, tmp_path) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith(f"soak: FAILED: no answer; the simulator ended with status -9; {told}")
    assert not (tmp_path / "soak.json").exists()


def test_what_was_not_flat_is_the_last_line() -> None:
    """The figures stand above it, whether it has passed or not."""
    report = Report(
        seconds=600,
        warm_seconds=60,
        percent=80,
        users=20,
        people=2_000,
        lists=4,
        waiting=Capacity(requests_per_second=150.0, turns_each={}),
        capacity=Capacity(requests_per_second=125.0, turns_each={}),
        judged=SPAN,
        figures=figures(),
        counts={},
        faults=[],
        samples=[],
        windows=[],
    )
    lines = load_soak.verdict(report, Path("there")).splitlines()
    assert lines[0] == "soak: memory 80 to 80 MiB, +450.0 MiB an hour"
    assert (
        lines[4] == "soak: the host of this machine gave 10.0% of it to others, at most 50% at once"
    )
    assert lines[-1] == "soak: PASSED: 600 s at 80% of the capacity; see there/soak.svg"

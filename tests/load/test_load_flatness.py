"""What a soak calls flat, and what it watches: a process, and the machine it is on."""

from __future__ import annotations

import os
import time
from itertools import count
from pathlib import Path

import msgspec
import pytest

from harness.load import flatness, watching
from harness.load.flatness import Figures, Unwatched
from harness.load.watching import TICKS, NoMemory, look
from tests.load.looks import ENDS, SPAN, TURNS, USERS, figures, sample, window


def test_the_last_fifth_is_held_against_the_first_that_is_judged() -> None:
    """The warm-up and the drain change no figure, one odd moment that of the worst tenth alone."""
    odd = {90.0: 10, 150.0: 900, 210.0: 900, 220.0: 900}
    late = {190.0: 4, 200.0: 8}
    found = flatness.measure(
        SPAN,
        [sample(at, 80.0 + odd.get(at, 0) + late.get(at, 0), int(at)) for at in ENDS],
        [
            window(at, 20 + odd.get(at, 0) + late.get(at, 0), turns=TURNS, users=USERS)
            for at in ENDS
        ],
        100.0,
        {"SendUser": 2.0, "WebFormUser": 1.0},
    )
    assert (found.memory_mib, found.p95_ms) == ((80.0, 86.0), (20.0, 26.0))
    assert found.memory_mib_per_hour == 6.0 / 80 * 3600
    assert found.callbacks_open == (115.0, 195.0)
    assert found.unanswered == (3.0, 2.5)
    assert (found.p95_most_ms, found.callbacks_most, found.unanswered_most) == (920.0, 200.0, 6.0)
    assert found.begun == (57 + 18) / (60 + 20)
    assert (found.requests_per_second, found.aimed_per_second) == (100.0, 100.0)
    assert (found.cpu_share, found.locust_cpu_share) == (0.5, 0.25)
    assert (found.stolen_share, found.stolen_most) == (0.1, 0.5)
    assert (found.work_ms, found.work_most_ms) == ((1.0, 2.0), 3.0)


@pytest.mark.parametrize(
    ("looks", "windows", "told"),
    [
        (ENDS, [110.0], "it has fewer than 2 samples; let it be longer"),
        (ENDS, [110.0, 120.0, 130.0, 220.0], "Locust was not watched for 70 s after 30 of 100 s"),
        (ENDS[6:], ENDS, "the simulator was not watched for 50 s after 0 of 100 s"),
        ([*ENDS[:5], *ENDS[8:]], ENDS, "the simulator was not watched for 40 s after 30 of 100 s"),
    ],
)
def test_a_soak_that_was_not_watched_is_none(
    looks: list[float], windows: list[float], told: str
) -> None:
    """One window has no last fifth; one that was cut short was not flat until its end."""
    with pytest.raises(Unwatched, match=told):
        flatness.measure(
            SPAN, [sample(at) for at in looks], [window(at) for at in windows], 100.0, {}
        )


@pytest.mark.parametrize(("blind", "seen"), [(1, True), (2, False)])
def test_callbacks_that_were_not_told_of_are_not_known(blind: int, seen: bool) -> None:
    """One look of twenty may have been in vain."""
    looks = [100.0 + 5 * at for at in range(1, 21)]
    samples = [sample(at) for at in looks]
    samples[:blind] = [msgspec.structs.replace(item, waits=None) for item in samples[:blind]]
    found = flatness.measure(SPAN, samples, [window(at) for at in ENDS], 100.0, {})
    assert (found.callbacks_open is not None, found.callbacks_most is not None) == (seen, seen)


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
        figures(begun=0.97),
        figures(most=(70.0, 200.0, 100.0)),
        figures(p95=(40.0, 50.0), most=(80.0, 0.0, 0.0)),
        figures(work_most=5.0),
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
        (figures(callbacks=None), "/metrics did not tell how many callbacks wait"),
        (figures(begun=0.96), "Locust began 96% of the turns it was asked for"),
        (
            figures(most=(71.0, 0, 0)),
            "the 95th percentile was 71 ms for a tenth of the time, and 20",
        ),
        (figures(most=(0, 201.0, 0)), "201 callbacks waited for a tenth of the time"),
        (figures(most=(0, 0, 101.0)), "101 unanswered turns waited for a tenth of the time"),
        (figures(unanswered=(0.0, 101.0)), "unanswered turns pile up: 0 waited in the first"),
        (figures(rate=94.9), "94.9 requests a second of 100.0 that were aimed at; least 95%"),
    ],
)
def test_what_is_not_flat_names_its_figure(found: Figures, fault: str) -> None:
    """One fault, with what it was and what it came to."""
    [told] = flatness.judge(found)
    assert told.startswith(fault)


def test_work_that_took_longer_is_told_where_something_was_not_flat() -> None:
    """It excuses nothing; a tenth longer is not told."""
    steep = (40.0, 51.0)
    _, told = flatness.judge(figures(p95=steep, work_most=0.6))
    assert told.startswith("the same work took 1.20 times as much of a processor meanwhile")
    assert len(flatness.judge(figures(p95=steep, work_most=0.55))) == 1


def test_a_piece_of_work_is_measured_in_the_processors_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of the thread that does it, and the median of three."""
    told = iter([0, 3_000_000, 10_000_000, 11_000_000, 20_000_000, 22_000_000])
    monkeypatch.setattr(time, "thread_time_ns", lambda: next(told))
    assert watching.work_ms() == 2.0


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
    assert found.work_ms > 0
    assert (found.pss_mib, found.anonymous_mib, found.waits) == (None, None, None)


def test_a_process_that_is_not_there_has_no_memory() -> None:
    """It is told."""
    with pytest.raises(NoMemory, match="has ended"):
        look(next(pid for pid in count(4_000_000) if not Path(f"/proc/{pid}").exists()), "")

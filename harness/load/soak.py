"""`make soak`: how much the simulator bears is measured, then it bears four fifths of it for long.

    python -m harness.load.soak         SOAK_SECONDS=600 SOAK_WARM_SECONDS=60 are the defaults

Memory, latency and queues must stay flat, the rate must be had, and the journal must add up. What it
leaves is in `build/soak`. Locust is never imported here, since it patches its process.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from msgspec import Struct, json

from harness.load import curves, flatness, paces, phones, script, thresholds, windows
from harness.load.capacity import Capacity, Search
from harness.load.curves import Curve
from harness.load.flatness import Figures, Span, Unwatched
from harness.load.run import LoadError, Outcome, Plan, attack, bounded, clear, ended, serving
from harness.load.thresholds import BadThresholds
from harness.load.watching import NoMemory, Sample, stolen_s, watched
from harness.load.windows import Window

FOLDER = Path("build/soak")
MOST_SECONDS = 7 * 24 * 3600
MOST_PEOPLE = 100_000
ITS_OWN = ("LOAD_ARRIVALS", "LOAD_PACES", "LOAD_SHAPE", "LOAD_ABREAST", "LOAD_SECONDS", "WORKERS")


@dataclass(frozen=True, slots=True, kw_only=True)
class SoakPlan:
    """How long is judged, after how long, at which share of the capacity, with whom."""

    seconds: int = 600
    warm_seconds: int = 60
    capacity_seconds: int = 45
    trial_seconds: int = 30
    percent: int = 80
    users: int = 20
    people: int = 2_000
    lists: int = 4

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> SoakPlan:
        """The plan of SOAK_... and LOAD_USERS, LOAD_PEOPLE. Raises LoadError."""
        if said := [name for name in ITS_OWN if environ.get(name)]:
            raise LoadError(f"{said[0]} is the soak's own to say; leave it out")
        if path := environ.get("LOAD_THRESHOLDS"):
            try:
                thresholds.load(Path(path), script.ROWS)
            except BadThresholds as error:
                raise LoadError(f"LOAD_THRESHOLDS: {error}") from error
        if said := [name for name in environ if name.startswith("SMSIM_")]:
            raise LoadError(f"{said[0]} changes what is measured; leave it out")
        bounded(environ, "LOAD_CLOCK_RATE", 1, paces.MOST)
        if (drain := environ.get("LOAD_DRAIN")) and paces.number(drain) is None:
            raise LoadError(f'LOAD_DRAIN is "{drain}"; it may be above 0 and up to {paces.MOST}')
        usual = cls()
        users = bounded(environ, "LOAD_USERS", usual.users, 1_000, least=16)
        fewest = phones.FEWEST * users
        return cls(
            seconds=bounded(environ, "SOAK_SECONDS", usual.seconds, MOST_SECONDS, least=5),
            warm_seconds=bounded(environ, "SOAK_WARM_SECONDS", usual.warm_seconds, 3_600, least=0),
            capacity_seconds=bounded(
                environ, "SOAK_CAPACITY_SECONDS", usual.capacity_seconds, 3_600, least=5
            ),
            trial_seconds=bounded(
                environ, "SOAK_TRIAL_SECONDS", usual.trial_seconds, 3_600, least=10
            ),
            percent=bounded(environ, "SOAK_PERCENT", usual.percent, 100),
            users=users,
            people=bounded(
                environ, "LOAD_PEOPLE", max(usual.people, fewest), MOST_PEOPLE, least=fewest
            ),
            lists=bounded(environ, "LOAD_LISTS", usual.lists, 16),
        )

    def population(self) -> dict[str, str]:
        """What Locust is told of the people and their lists."""
        return {"LOAD_PEOPLE": str(self.people), "LOAD_LISTS": str(self.lists)}


class Report(Struct, frozen=True, kw_only=True):
    """All that a soak found; it is `soak.json`."""

    seconds: int
    warm_seconds: int
    percent: int
    users: int
    people: int
    lists: int
    waiting: Capacity
    capacity: Capacity
    judged: Span
    figures: Figures
    counts: dict[str, int]
    faults: list[str]
    samples: list[Sample]
    windows: list[Window]


def main(environ: Mapping[str, str] = os.environ, folder: Path = FOLDER) -> int:
    """Run the soak; 0 passed, 1 failed, 2 the environment asks for what cannot be."""
    try:
        plan = SoakPlan.read(environ)
        stolen_s()
        clear(folder)
    except (LoadError, NoMemory) as error:
        print(f"soak: {error}", file=sys.stderr)
        return 2
    try:
        told = {**environ, **plan.population()}
        search = Search(plan.users, folder / "capacity", told, say)
        waiting = search.waiting(plan.capacity_seconds)
        capacity = search.borne(waiting, plan.trial_seconds)
        report = soak(plan, waiting, capacity, folder, told)
    except (LoadError, NoMemory) as error:
        print(f"soak: FAILED: {error}")
        return 1
    except KeyboardInterrupt:
        return 130
    (folder / "soak.json").write_bytes(json.encode(report))
    (folder / "soak.svg").write_text(drawing(report), encoding="utf-8")
    print(verdict(report, folder))
    return 1 if report.faults else 0


def say(finding: str) -> None:
    """A finding, at once: it takes minutes until the next."""
    print(f"soak: {finding}", flush=True)


def soak(
    plan: SoakPlan, waiting: Capacity, capacity: Capacity, folder: Path, environ: Mapping[str, str]
) -> Report:
    """Let users come at their share of the capacity, and watch."""
    seconds = plan.warm_seconds + plan.seconds
    asked = capacity.part(plan.percent)
    with serving(folder) as (url, simulator), watched(simulator.pid, url) as samples:
        run = Plan(users=plan.users, seconds=seconds)
        outcome = attack(url, run, folder, {**environ, **asked.told()})
    faults = [*(outcome.why() or _wrong(outcome)), *ended(simulator.returncode)]
    found = _windows(folder, faults)
    began = windows.began(found)
    judged = Span(start=began + plan.warm_seconds, end=began + seconds)
    try:
        figures = flatness.measure(
            judged, samples, found, asked.requests_per_second, asked.turns_each
        )
    except Unwatched as error:
        raise LoadError("; ".join([*faults, str(error)])) from error
    return Report(
        seconds=plan.seconds,
        warm_seconds=plan.warm_seconds,
        percent=plan.percent,
        users=plan.users,
        people=plan.people,
        lists=plan.lists,
        waiting=waiting,
        capacity=capacity,
        judged=judged,
        figures=figures,
        counts=outcome.counts,
        faults=[*flatness.judge(figures), *faults],
        samples=samples,
        windows=found,
    )


def drawing(report: Report) -> str:
    """Memory and the 95th percentile over the run."""
    began = report.judged.start - report.warm_seconds
    memory = [(item.at - began, item.rss_mib) for item in report.samples]
    latency = [(item.at - began, float(item.p95_ms)) for item in report.windows]
    judged = (report.judged.start - began, report.judged.end - began)
    lines = [
        Curve("Memory of the simulator", "MiB", _within(memory, judged[1])),
        Curve("95th percentile of all answers", "ms", _within(latency, judged[1])),
    ]
    return curves.draw(lines, judged)


def verdict(report: Report, folder: Path) -> str:
    """The figures, and one line that says whether it has passed."""
    figures = report.figures
    told = [
        f"memory {_from_to(figures.memory_mib, 'MiB')}, {figures.memory_mib_per_hour:+.1f} MiB an hour",
        f"95th percentile {_from_to(figures.p95_ms, 'ms')}, {figures.p95_most_ms:.4g} in its worst tenth",
        f"{figures.requests_per_second:.1f} requests a second, {figures.aimed_per_second:.1f} aimed at",
        f"the simulator used {figures.cpu_share:.0%} of a core, Locust {figures.locust_cpu_share:.0%}",
        f"the host of this machine gave {figures.stolen_share:.1%} of it to others, at most "
        f"{figures.stolen_most:.0%} at once",
        f"the same piece of work took the machine {_from_to(figures.work_ms, 'ms')}, "
        f"{figures.work_most_ms:.4g} in its worst tenth",
    ]
    for what, waited, most in (
        ("callbacks open", figures.callbacks_open, figures.callbacks_most),
        ("turns unanswered", figures.unanswered, figures.unanswered_most),
    ):
        if waited is not None:
            told.append(f"{what} {_from_to(waited)}, {most:.4g} in its worst tenth")
    head = "".join(f"soak: {line}\n" for line in told)
    if report.faults:
        return f"{head}soak: FAILED: {'; '.join(report.faults)}; see {folder / 'soak.svg'}"
    length = f"{report.seconds} s at {report.percent}% of the capacity"
    return f"{head}soak: PASSED: {length}; see {folder / 'soak.svg'}"


def _wrong(outcome: Outcome) -> list[str]:
    """Answers that were wrong, whatever the thresholds say of them."""
    return [f"{outcome.failures} answers were wrong"] if outcome.failures else []


def _from_to(values: tuple[float, float], unit: str = "") -> str:
    return f"{values[0]:.4g} to {values[1]:.4g} {unit}".rstrip()


def _within(points: list[tuple[float, float]], end: float) -> list[tuple[float, float]]:
    return [(at, value) for at, value in points if 0 <= at <= end]


def _windows(folder: Path, faults: list[str]) -> list[Window]:
    found = windows.read(folder / "run_windows.json")
    if not found:
        raise LoadError("; ".join([*faults, "Locust left no windows"]))
    return found


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())

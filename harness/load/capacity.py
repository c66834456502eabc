"""How much the simulator bears: what users get who wait for their answers, then what comes by itself.

Clients that wait hold each other up, and their calls wait together and are kept together: a server gives
them more than it bears of calls that come whenever they come. So their rate is a bound, and tells the
mix; the capacity is the most of that mix that is borne where nobody waits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec import Struct

from harness.load import flatness, paces, windows
from harness.load.flatness import Span, TooShort
from harness.load.run import LoadError, Outcome, Plan, attack, clear, ended, serving
from harness.load.watching import watched
from harness.load.windows import Window

ABREAST = 500
"""Users who wait begin nothing while more callbacks are open: what counts is what the simulator
answers and tells for good, and not what it takes in and owes."""
STEP, LEAST = 5, 50
"""Trials are so many percent apart, and the last is at so many of what users got who waited."""
WARM = 1 / 3
"""The part of a trial that is not judged."""


class Capacity(Struct, frozen=True, kw_only=True):
    """So many requests a second, and the turns by kind of each user that make them."""

    requests_per_second: float
    turns_each: dict[str, float]

    @classmethod
    def of(cls, found: Sequence[Window], seconds: float) -> Capacity:
        """That of the second half of a run of so many seconds. Raises LoadError."""
        began = found[0].at - found[0].seconds if found else 0.0
        half = Span(start=began + seconds / 2, end=began + seconds).of(found)
        if not half:
            raise LoadError("the capacity was not measured; let SOAK_CAPACITY_SECONDS be longer")
        turns, users_s = Counter[str](), Counter[str]()
        for window in half:
            turns.update(window.turns)
            users_s.update({kind: n * window.seconds for kind, n in window.users.items()})
        if idle := [kind for kind in users_s if not turns[kind]]:
            raise LoadError(f"no turn of {', '.join(idle)}; let SOAK_CAPACITY_SECONDS be longer")
        return cls(
            requests_per_second=flatness.rate(half),
            turns_each={kind: turns[kind] / users_s[kind] for kind in users_s},
        )

    def part(self, percent: int) -> Capacity:
        """So many percent of it, of the same mix."""
        return Capacity(
            requests_per_second=self.requests_per_second * percent / 100,
            turns_each={kind: turns * percent / 100 for kind, turns in self.turns_each.items()},
        )

    def told(self) -> dict[str, str]:
        """What Locust is told so that users come at it, whatever the answers take."""
        return {"LOAD_PACES": paces.written(self.turns_each)}


@dataclass(frozen=True, slots=True)
class Search:
    """A search for the capacity: how many users, where its files are, and what Locust is told.

    `say` is given each finding as it is found.
    """

    users: int
    folder: Path
    environ: Mapping[str, str]
    say: Callable[[str], None]

    def waiting(self, seconds: int) -> Capacity:
        """What users get who wait for their answers, of a simulator of its own. Raises LoadError."""
        told = {**self.environ, "LOAD_ABREAST": str(ABREAST)}
        clear(self.folder)
        with serving(self.folder) as (url, simulator):
            plan = Plan(users=self.users, seconds=seconds)
            outcome = attack(url, plan, self.folder, told, quiet=True)
        if faults := [*outcome.why(), *ended(simulator.returncode)]:
            raise LoadError(f"the run that measures the capacity: {'; '.join(faults)}")
        found = Capacity.of(windows.read(self.folder / "run_windows.json"), seconds)
        self.say(f"{found.requests_per_second:.1f} requests a second of users who wait")
        return found

    def open(self, bound: Capacity, seconds: int) -> Capacity:
        """The most of it that is borne where nobody waits, in trials of so many seconds.

        Raises LoadError where not even half of it is, or where a journal does not add up.
        """
        for percent in range(100, LEAST - 1, -STEP):
            capacity = bound.part(percent)
            faults = self._tried(capacity, seconds)
            rate = f"{capacity.requests_per_second:.1f} a second that come by themselves"
            self.say(f"{rate}: {'; '.join(faults) or 'borne'}")
            if not faults:
                return capacity
        raise LoadError(
            f"not even {LEAST}% of what users get who wait is borne of what comes by itself"
        )

    def _tried(self, capacity: Capacity, seconds: int) -> list[str]:
        """Why so much was not borne; empty where it was."""
        told = {**self.environ, **capacity.told()}
        clear(self.folder)
        with (
            serving(self.folder) as (url, simulator),
            watched(simulator.pid, url) as samples,
        ):
            plan = Plan(users=self.users, seconds=seconds)
            outcome = attack(url, plan, self.folder, told, quiet=True)
        if wrong := _wrong(outcome, simulator.returncode):
            raise LoadError(f"a run that measures the capacity: {'; '.join(wrong)}")
        found = windows.read(self.folder / "run_windows.json")
        began = found[0].at - found[0].seconds if found else 0.0
        judged = Span(start=began + WARM * seconds, end=began + seconds)
        try:
            figures = flatness.measure(judged, samples, found, capacity.requests_per_second)
        except TooShort as error:
            raise LoadError("let SOAK_TRIAL_SECONDS be longer") from error
        return [*flatness.behind(figures), *outcome.faults]


def _wrong(outcome: Outcome, status: int | None) -> list[str]:
    """What no load excuses: a journal that does not add up, a process that did not end well."""
    untold = [] if outcome.faults or not outcome.status else outcome.why()
    return [*outcome.amiss, *untold, *ended(status)]

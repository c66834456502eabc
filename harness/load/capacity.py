"""How much the simulator bears: what users get who wait for their answers, then what comes by itself.

Clients that wait hold each other up, and what they ask waits together and is written together. So their
rate is where the search begins, and tells the mix; the capacity is the most of that mix that is borne
where nobody waits for an answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec import Struct

from harness.load import flatness, paces, windows
from harness.load.flatness import Figures, Span, Unwatched
from harness.load.run import LoadError, Outcome, Plan, attack, clear, ended, serving
from harness.load.watching import watched
from harness.load.windows import Window

ABREAST = 500
"""Users who wait begin nothing while more callbacks are open: what counts is what the simulator
answers and tells for good, and not what it takes in and owes."""
STEP, LEAST, MOST = 5, 50, 200
"""Trials are so many percent apart, from and to so many of what users got who waited."""
STOLEN, TRIES = 0.05, 3
"""Where the host gave more of the machine to others, a trial that was not borne is tried again."""
WARM = 1 / 3
"""The part of a trial that is not judged."""


class Capacity(Struct, frozen=True, kw_only=True):
    """So many requests a second, and the turns by kind of each user that make them."""

    requests_per_second: float
    turns_each: dict[str, float]

    @classmethod
    def of(cls, found: Sequence[Window], seconds: float) -> Capacity:
        """That of the second half of a run of so many seconds. Raises LoadError."""
        began = windows.began(found)
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

    `say` is given each finding as it is found. Runs are judged by the shipped thresholds: those of
    the environment may ask for what is only had in a longer one.
    """

    users: int
    folder: Path
    environ: Mapping[str, str]
    say: Callable[[str], None]

    def waiting(self, seconds: int) -> Capacity:
        """What users get who wait for their answers, of a simulator of its own. Raises LoadError."""
        clear(self.folder)
        with serving(self.folder) as (url, simulator):
            outcome = self._attack(url, seconds, {"LOAD_ABREAST": str(ABREAST)})
        if faults := [*outcome.why(), *ended(simulator.returncode)]:
            raise LoadError(f"the run of users who wait: {'; '.join(faults)}")
        found = Capacity.of(self._windows(), seconds)
        self.say(f"{found.requests_per_second:.1f} requests a second of users who wait")
        return found

    def borne(self, start: Capacity, seconds: int) -> Capacity:
        """The most of such a mix that is borne where nobody waits, in trials of so many seconds.

        Raises LoadError where not even half of the start is, where twice as much still is, where a
        journal does not add up, and where the machine is given to others again and again.
        """
        most = None
        for percent in range(100, MOST + 1, STEP):
            found = self._tried(start.part(percent), seconds)
            if found is None:
                break
            most = found
        else:
            raise LoadError(
                f"{MOST}% of what users get who wait is still borne; let LOAD_USERS be more"
            )
        if most is not None:
            return most
        for percent in range(100 - STEP, LEAST - 1, -STEP):
            found = self._tried(start.part(percent), seconds)
            if found is not None:
                return found
        raise LoadError(
            f"not even {LEAST}% of what users get who wait is borne of what comes by itself, for the "
            "reasons above; let nothing else run on this machine"
        )

    def _tried(self, asked: Capacity, seconds: int) -> Capacity | None:
        """What was had of it, or None where it was not borne, and that for want of machine."""
        for _ in range(TRIES):
            figures, faults = self._trial(asked, seconds)
            if not faults:
                return Capacity(
                    requests_per_second=figures.requests_per_second, turns_each=asked.turns_each
                )
            if figures.stolen_share <= STOLEN:
                return None
        raise LoadError(
            f"in {TRIES} trials on end the host of this machine gave more than {STOLEN:.0%} of it to "
            "others, and they say nothing; run it in a quieter hour"
        )

    def _trial(self, asked: Capacity, seconds: int) -> tuple[Figures, list[str]]:
        """What it came to, and why it was not borne; no reason where it was."""
        clear(self.folder)
        with (
            serving(self.folder) as (url, simulator),
            watched(simulator.pid, url) as samples,
        ):
            outcome = self._attack(url, seconds, asked.told())
        untold = [] if outcome.faults else outcome.why()
        if wrong := [*outcome.amiss, *untold, *ended(simulator.returncode)]:
            raise LoadError(f"a trial: {'; '.join(wrong)}")
        found = self._windows()
        began = windows.began(found)
        judged = Span(start=began + WARM * seconds, end=began + seconds)
        try:
            figures = flatness.measure(
                judged, samples, found, asked.requests_per_second, asked.turns_each
            )
        except Unwatched as error:
            raise LoadError(f"a trial: {error}") from error
        faults = [*flatness.behind(figures), *outcome.faults]
        if figures.callbacks_open is None:
            raise LoadError(f"a trial: {faults[0]}")
        used = (
            f"{figures.cpu_share:.0%} of a core, Locust {figures.locust_cpu_share:.0%}, "
            f"stolen {figures.stolen_share:.0%}, work {figures.work_ms[1]:.3g} ms"
        )
        rate = f"{figures.requests_per_second:.1f} a second that come by themselves ({used})"
        self.say(f"{rate}: {'; '.join(faults) or 'borne'}")
        return figures, faults

    def _attack(self, url: str, seconds: int, told: Mapping[str, str]) -> Outcome:
        kept = {name: text for name, text in self.environ.items() if name != "LOAD_THRESHOLDS"}
        plan = Plan(users=self.users, seconds=seconds)
        return attack(url, plan, self.folder, {**kept, **told, "LOAD_QUIET": "1"})

    def _windows(self) -> list[Window]:
        return windows.read(self.folder / "run_windows.json")

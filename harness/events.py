"""What a run tells as it goes: the only way out of it. Reporters read these and touch nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from shlex import quote


class Verdict(StrEnum):
    """How a scenario ended: as expected, not as expected, or not at all."""

    PASSED = "passed"
    FAILED = "failed"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One line of a phone's timeline: when (and how long after the start), on which side, what.

    What moves says from which side to which: campaigns, vibes, carrier, phone. Kinds: message,
    failed, reply, state, consent, callback, trouble (a callback not taken), fault, activity.
    """

    at: str
    after: str
    side: str
    text: str
    kind: str = ""
    origin: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An expectation that did not hold: where it stands, both sides, and the phones' timelines."""

    position: str
    expected: str
    actual: str
    timelines: dict[str, tuple[Rung, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What had happened to a person, or on a phone, when a step asked for it, line by line."""

    position: str
    who: str
    at: str
    lines: tuple[Rung, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A message to a phone, and what became of it."""

    id: str
    at: str
    text: str
    state: str
    purpose: str
    segments: int
    campaign: str | None = None
    error_code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecord:
    """What one person was sent, what arrived, and the reason for whatever was not sent."""

    person: str
    phone: str | None
    sent: tuple[Arrival, ...]
    arrived: int
    why_not: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a campaign counted in one minute, hour or day; `at` is its start in UTC."""

    campaign: str
    at: str
    per: str
    sent: int
    delivered: int
    bounced: int
    clicked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRecord:
    """A fault rule: what it was about, how often it was met and fired, and whom it hit how often."""

    id: str
    effect: str
    about: str
    met: int = 0
    fired: int = 0
    whom: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioResult:
    """How one scenario ended, and what it delivered to whom."""

    file: str
    name: str
    title: str
    rules: tuple[str, ...]
    seed: int
    account: str
    verdict: Verdict
    steps: int
    checks: int
    messages: int
    took_s: float
    failures: tuple[Failure, ...] = ()
    broken: str | None = None
    people: tuple[PersonRecord, ...] = ()
    timelines: dict[str, tuple[Rung, ...]] = field(default_factory=dict)
    tallies: tuple[Tally, ...] = ()
    faults: tuple[FaultRecord, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    """What its steps `explain` asked for, also where it did not pass."""
    log: tuple[str, ...] = ()
    """The last lines of the application under test, where the scenario did not pass."""
    case: str | None = None
    """Which case of its file it is; `file` and `name` end in it, as `[short]`."""

    @property
    def path(self) -> str:
        """The file alone, without the case."""
        return self.file if self.case is None else self.file.removesuffix(f"[{self.case}]")

    @property
    def reproduce(self) -> str:
        """The line that runs this again, the same."""
        return f"smsim run {quote(self.file)} --seed {self.seed}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """A run begins."""

    scenarios: int
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioStarted:
    """A scenario begins."""

    file: str
    title: str
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted:
    """A step begins; `number` counts from 1."""

    file: str
    number: int
    of: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioFinished:
    """A scenario ended."""

    result: ScenarioResult


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFinished:
    """The run ended; results in the order the scenarios ended."""

    results: tuple[ScenarioResult, ...]
    took_s: float

    @property
    def passed(self) -> bool:
        """Whether every scenario passed."""
        return all(result.verdict is Verdict.PASSED for result in self.results)


RunEvent = RunStarted | ScenarioStarted | StepStarted | ScenarioFinished | RunFinished

"""The search for a history that breaks something, and for the shortest that breaks the same.

Hypothesis draws the histories and shrinks what it finds. Once something is found the search is for
that alone, so that shrinking cannot slip from one broken invariant to another. What is left is tried
without each of its steps, until every step is needed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from harness.explore import driving, moves
from harness.explore.faults import excused
from harness.explore.moves import Kind, Move, Step
from harness.explore.playing import Breakage, CannotBeDone, Ground, TooLong
from harness.scenario.reading import Scenario
from harness.scenario.step_specs import StepSpec
from harness.stopwatch import reading
from simulator.documents import read
from simulator.errors import UserError

T = TypeVar("T")

MOST_MOVES = 14
"""How many moves a history has at most, before what ends it."""

LEAST_SHRINKING_S = 30.0
"""What is found is shrunk for as long again as was searched for, and for so long at least."""

_ENDS: tuple[Move, ...] = (
    (),
    ({"advance": "6m"},),
    ({"advance": "6m"},),
    ({"heal": "all"}, {"advance": "80h"}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a search is: histories played, of how many, and what it found so far."""

    played: int
    of: int
    found: Breakage | None = None
    steps: int = 0
    late: bool = False
    """Whether the time was over before the histories were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A history that breaks something, shrunk; every one of its steps is needed."""

    scenario: Scenario
    """The one explored, with the steps of the history."""
    steps: tuple[Step, ...]
    breakage: Breakage
    seed: int
    examples: int
    played: int


def explore(
    scenario: Scenario,
    ground: Ground,
    *,
    examples: int = 200,
    seconds: float = 60.0,
    seed: int = 0,
    off: Collection[str] = (),
    told: Callable[[Progress], None] | None = None,
) -> Finding | None:
    """Play up to `examples` histories against a scenario's setup; the first that breaks, shrunk.

    The same file, seed and `examples` give the same, unless the time is over first. `off` names
    invariants that are not looked at. Raises UserError where Hypothesis is not installed.
    """
    search = _Search(scenario, ground, examples, seconds, frozenset(off), told)
    _draw(moves.kinds(scenario), driving.beginnings(scenario), search, seed)
    if search.found is None:
        return None
    search.drop_what_is_not_needed()
    return Finding(
        scenario=variant(scenario, search.best, off),
        steps=search.best,
        breakage=search.found,
        seed=seed,
        examples=examples,
        played=search.played,
    )


def variant(scenario: Scenario, history: Sequence[Step], off: Iterable[str] = ()) -> Scenario:
    """The scenario with other steps, and without the invariants that these excuse."""
    spec = scenario.spec
    faults = [item.model_dump(mode="json", exclude_unset=True) for item in spec.account.faults]
    excuses = excused([*({"fault": rule} for rule in faults), *history])
    named = sorted({*spec.invariants.off, *off, *excuses})
    changed = {
        "steps": tuple(read(StepSpec, step) for step in history),
        "invariants": spec.invariants.model_copy(update={"off": tuple(named)}),
    }
    spec = spec.model_copy(update=changed)
    return Scenario(scenario.file, scenario.name, spec, scenario.source)


class _TimeIsUp(BaseException):
    """Ends Hypothesis from within, as an interrupt would."""


class _Broken(Exception):
    """Tells Hypothesis that a history breaks what is looked for."""


@dataclass(slots=True)
class _Search:
    """One search: what it plays, what it has found, how much time there is."""

    scenario: Scenario
    ground: Ground
    examples: int
    seconds: float
    off: frozenset[str]
    told: Callable[[Progress], None] | None
    played: int = 0
    found: Breakage | None = None
    best: tuple[Step, ...] = ()
    _until: float = 0.0
    _known: dict[str, tuple[tuple[Step, ...], list[Breakage]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._until = reading() + self.seconds

    def look(self, history: tuple[Step, ...]) -> None:
        """Play a history. Raises _Broken where it breaks what is looked for, or _TimeIsUp."""
        history, broken = self._what_can_be_done(history)
        if self.found is None and broken:
            self.found, self.best = broken[0], history
            self._until = reading() + max(self.seconds, LEAST_SHRINKING_S)
        same = self._same(broken)
        if same is None:
            return
        if len(history) <= len(self.best):
            self.found, self.best = same, history
            self._tell()
        raise _Broken

    def drop_what_is_not_needed(self) -> None:
        """Leave out each step without which the same still breaks: many at once, then one by one."""
        try:
            size = len(self.best) // 2
            while size > 1:
                self._drop(size)
                size = min(size, len(self.best)) // 2
            while self._drop(1):
                pass
        except _TimeIsUp:
            return

    def _drop(self, size: int) -> bool:
        """Leave out so many steps in a row where they are not needed, from the last to the first."""
        before, end = self.best, len(self.best)
        while end > 0:
            start = max(end - size, 0)
            less, broken = self._what_can_be_done(self.best[:start] + self.best[end:])
            same = self._same(broken)
            if same is not None:
                self.found, self.best = same, less
                self._tell()
            end = min(start, len(self.best))
        return self.best != before

    def _same(self, broken: list[Breakage]) -> Breakage | None:
        wanted = self.found.kind if self.found is not None else None
        return next((item for item in broken if item.kind == wanted), None)

    def _what_can_be_done(
        self, history: tuple[Step, ...]
    ) -> tuple[tuple[Step, ...], list[Breakage]]:
        """A history without the steps that do not fit where they stand, and what it breaks."""
        key = json.dumps(history)
        if key not in self._known:
            self._known[key] = self._played(history)
            self.played += self.found is None
            self._tell()
        return self._known[key]

    def _played(self, history: tuple[Step, ...]) -> tuple[tuple[Step, ...], list[Breakage]]:
        while history:
            left = self._until - reading()
            if left <= 0:
                self._end()
            try:
                scenario = variant(self.scenario, history, self.off)
                return history, self.ground.play(scenario, limit_s=left)
            except CannotBeDone as error:
                history = history[: error.index] + history[error.index + 1 :]
            except TooLong:
                self._end()
        return (), []

    def _end(self) -> None:
        self._tell(late=True)
        raise _TimeIsUp

    def _tell(self, *, late: bool = False) -> None:
        if self.told is not None:
            self.told(
                Progress(
                    played=self.played,
                    of=self.examples,
                    found=self.found,
                    steps=len(self.best),
                    late=late,
                )
            )


def _draw(kinds: list[Kind], beginnings: list[Move], search: _Search, seed: int) -> None:
    """Have Hypothesis draw histories until one breaks something, and shrink that one.

    One that begins with an application is not shrunk by it: each try would start the application.
    It draws bits alone: among whole numbers it prefers those that stand in the modules which happen
    to be loaded, and a search would then not be the same in another process.
    """
    try:
        import hypothesis
        from hypothesis import HealthCheck, Phase, Verbosity, errors, strategies
    except ModuleNotFoundError as error:
        raise UserError("exploring needs Hypothesis: pip install 'smsim[explore]'") from error
    deck = [kind.moves for kind in kinds for _ in range(kind.weight)]
    bit = strategies.booleans()

    def one(draw: strategies.DrawFn, items: Sequence[T]) -> T:
        return items[_number([draw(bit) for _ in range(len(items).bit_length())]) % len(items)]

    @strategies.composite
    def moves_of_deck(draw: strategies.DrawFn) -> Move:
        return one(draw, one(draw, deck))

    @strategies.composite
    def beginning(draw: strategies.DrawFn) -> Move:
        return one(draw, beginnings) if beginnings else ()

    history = strategies.lists(moves_of_deck(), min_size=1, max_size=MOST_MOVES)
    end = strategies.tuples(bit, bit).map(lambda bits: _ENDS[_number(bits)])

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=search.examples,
        database=None,
        deadline=None,
        derandomize=False,
        phases=(Phase.generate,) if beginnings else (Phase.generate, Phase.shrink),
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    @hypothesis.given(beginning(), history, end)
    def breaks_nothing(begun: Move, history: list[Move], end: Move) -> None:
        search.look(flat([begun, *history, end]))

    try:
        breaks_nothing()
    except (_Broken, _TimeIsUp, errors.Flaky):
        return


def _number(bits: Iterable[bool]) -> int:
    """Bits as a number; the first counts most."""
    number = 0
    for bit in bits:
        number = 2 * number + bit
    return number


def flat(history: Iterable[Move]) -> tuple[Step, ...]:
    """The steps of all moves; somebody new comes once, and is not spoken of before."""
    found: list[Step] = []
    for step in (step for move in history for step in move):
        if "create" in step and any("create" in other for other in found):
            continue
        found.append(step)
    return tuple(found)

"""Playing one history: in a fresh account, step by step, and judged when it ends.

What breaks is an invariant, or the scenario itself: an error that no step asked for, of the campaign
system, of an application under test or of the simulator. A step that cannot be done where it stands,
such as a call that answers what the step does not expect, is nobody's fault.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from types import TracebackType

from harness import oracles
from harness.campaigns.calendar import read_length
from harness.campaigns.endpoint import Endpoint
from harness.environment import ControlError, Environment, start
from harness.oracles.gathering import gather
from harness.scenario import steps
from harness.scenario.keeping import filled
from harness.scenario.reading import Scenario
from harness.scenario.stage import Stage, set_up

UNEXPECTED = ("StepError", "UnexpectedAnswer")
"""The errors of steps that had another answer than they say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakage:
    """What a history broke: `kind` is an invariant's name, or `error` and the error's."""

    kind: str
    number: str | None
    text: str
    timeline: tuple[str, ...] = ()

    @property
    def is_invariant(self) -> bool:
        """Whether an invariant broke, and not the scenario itself."""
        return self.kind in map(str, oracles.Name)


class TooLong(Exception):
    """A history took more real time than there is."""


class CannotBeDone(Exception):
    """A step of the history does not fit where it stands; `index` says which."""

    def __init__(self, index: int, why: str) -> None:
        super().__init__(why)
        self.index = index


class Ground:
    """A simulator and an endpoint that stay open while histories are played, one after the other.

    A context manager that is not asynchronous: it has an event loop of its own, so that a search
    which knows nothing of asyncio can play. `where` is the environment; in-process if absent.
    """

    def __init__(self, where: AbstractAsyncContextManager[Environment] | None = None) -> None:
        self._where = where
        self._loop = asyncio.Runner()
        self._ended: asyncio.Event | None = None
        self._open: tuple[Environment, Endpoint] | None = None
        self._holding: asyncio.Task[None] | None = None

    def __enter__(self) -> Ground:
        try:
            self._loop.run(self._opened())
        except BaseException:
            self._loop.close()
            raise
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        try:
            self._loop.run(self._closed())
        finally:
            self._loop.close()

    def play(self, scenario: Scenario, *, limit_s: float | None = None) -> list[Breakage]:
        """Play a scenario's steps, but for its looks; what they broke.

        Raises CannotBeDone, or TooLong.
        """
        return self._loop.run(self._play(scenario, limit_s))

    async def _opened(self) -> None:
        self._ended = asyncio.Event()
        ready = asyncio.Event()
        self._holding = asyncio.create_task(self._hold(ready, self._ended))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({self._holding, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._holding.done():
            self._holding.result()

    async def _hold(self, ready: asyncio.Event, ended: asyncio.Event) -> None:
        """Everything is opened and closed in one task, as task groups demand."""
        async with self._where or start() as environment, Endpoint(environment) as endpoint:
            self._open = environment, endpoint
            ready.set()
            await ended.wait()

    async def _closed(self) -> None:
        if self._ended is not None and self._holding is not None:
            self._ended.set()
            await self._holding

    async def _play(self, scenario: Scenario, limit_s: float | None) -> list[Breakage]:
        limit = asyncio.timeout(limit_s)
        try:
            async with limit:
                return await self._played(scenario)
        except TimeoutError as error:
            raise TooLong from error

    async def _played(self, scenario: Scenario) -> list[Breakage]:
        assert self._open is not None, "a ground is played on while it is entered"
        environment, endpoint = self._open
        seed, found = scenario.spec.seed, list[Breakage]()
        with _errors_logged() as logged:
            try:
                async with set_up(scenario, environment, endpoint, seed, keep=False) as stage:
                    await _do(stage)
                    found = await _judge(stage)
            except CannotBeDone:
                raise
            except Exception as error:  # noqa: BLE001 - the supervised edge: this is what is looked for
                found = [_of_error(error)]
        return [*map(_of_error, logged), *found]


async def _do(stage: Stage) -> None:
    """Do every step but the looks. Raises CannotBeDone."""
    for index, step in enumerate(stage.scenario.spec.steps):
        try:
            if step.expect is None:
                await stage.attended(steps.do(filled(step, stage.kept), stage))
        except ControlError as error:
            if error.status not in range(400, 500):
                raise
            raise CannotBeDone(index, str(error)) from error
        except ValueError as error:
            if type(error).__name__ not in UNEXPECTED or _is_a_failure(stage, index, error):
                raise
            raise CannotBeDone(index, str(error)) from error


def _is_a_failure(stage: Stage, index: int, error: ValueError) -> bool:
    """Whether an application fails (5XX) where nothing was done to it by a fault."""
    done = stage.scenario.spec.steps[: index + 1]
    called = getattr(done[-1], "http", None) is not None
    troubled = any(step.fault is not None for step in done)
    return called and not troubled and re.search(r" answered 5\d\d,", str(error)) is not None


async def _judge(stage: Stage) -> list[Breakage]:
    """The invariants of the scenario that do not hold."""
    told = stage.scenario.spec.invariants
    quiet, cap = told.quiet_hours, told.cap
    history = await gather(
        stage,
        quiet_hours=oracles.QuietHours(**quiet.model_dump()) if quiet is not None else None,
        cap=(cap.count, read_length(cap.per)) if cap is not None else None,
    )
    off = frozenset(map(oracles.Name, told.off))
    return [
        Breakage(
            kind=str(item.invariant), number=item.number, text=item.text, timeline=item.timeline
        )
        for item in oracles.violations(history, off)
    ]


def _of_error(error: BaseException) -> Breakage:
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return Breakage(kind=f"error {type(error).__name__}", number=None, text=text)


class _Errors(logging.Handler):
    """Keeps the exceptions that are logged where nobody waits for what failed."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.kept: list[BaseException] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what was raised."""
        if record.exc_info is not None and record.exc_info[1] is not None:
            self.kept.append(record.exc_info[1])


@contextmanager
def _errors_logged() -> Iterator[list[BaseException]]:
    handler, root = _Errors(), logging.getLogger()
    root.addHandler(handler)
    try:
        yield handler.kept
    finally:
        root.removeHandler(handler)

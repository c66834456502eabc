"""One run of one scenario, slowly enough to look at, in the simulator that serves the page."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing
from shlex import quote
from typing import Any, Literal

from harness.campaigns.endpoint import Endpoint
from harness.environment import Control, Environment, SimAccount
from harness.events import ScenarioFinished, ScenarioResult, StepStarted, Verdict
from harness.playing import telling
from harness.playing.offers import barred
from harness.runner import play
from harness.scenario.doubts import warnings
from harness.scenario.reading import Scenario
from harness.scenario.titles import title
from harness.wires import NearWire
from simulator.errors import UserError
from simulator.ui.runs import Run

log = logging.getLogger("smsim.playing")

State = Literal["playing", "passed", "failed", "broken", "stopped"]


def may_be_played(scenario: Scenario) -> None:
    """Raises UserError where it is not for a page, with the line that plays it."""
    spec = scenario.spec
    why = barred(spec.sut, [step.restart for step in spec.steps])
    if why:
        raise UserError(f"{why}. Play it with: smsim run {quote(scenario.file)}")


class Play:
    """A run; its account stays in the simulator. `taken` hears when it has one."""

    def __init__(
        self, number: int, scenario: Scenario, pause_s: float, taken: Callable[[Play], None]
    ) -> None:
        self.number = number
        self.account = ""
        self.state: State = "playing"
        self.change = 0
        self._scenario = scenario
        self._pause_s = pause_s
        self._taken = taken
        self._titles = [title(step) for step in scenario.spec.steps]
        self._people = telling.people_of(scenario)
        self._doubts = warnings([scenario])
        self._at = 0
        self._result: ScenarioResult | None = None
        self._broken = ""
        self._task: asyncio.Task[None] | None = None
        self._news = asyncio.Event()

    def start(self, environment: Environment, endpoint: Endpoint) -> None:
        """Begin to play."""
        within = _Noting(environment, self._opened)
        self._task = asyncio.create_task(self._go(within, endpoint), name=f"run {self.number}")

    async def stop(self) -> None:
        """End it in the middle, where it has not ended by itself."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        if self.state == "playing":  # it had not begun
            self.state = "stopped"
            self.changed()

    def parted(self) -> None:
        """Its account is another run's now."""
        self.account = ""
        self.changed()

    async def wait(self, change: int) -> None:
        """Return once it has changed since."""
        while self.change <= change:
            await self._news.wait()

    def shown(self) -> Run:
        """How it stands."""
        result, scenario = self._result, self._scenario
        failures = result.failures if result is not None else ()
        fell = self.state in ("broken", "stopped") or telling.at_a_step(failures)
        return Run(
            number=self.number,
            scenario=scenario.file,
            title=scenario.spec.name,
            rules=scenario.spec.rules,
            state=self.state,
            steps=telling.steps_of(self._titles, self._at, self.state, fell=fell),
            at=self._at,
            people=self._people,
            account=self.account,
            misses=telling.misses_of(result) if result is not None else (),
            broken=self._broken,
            told=telling.stories_of(result) if result is not None else (),
            doubts=self._doubts,
            again=result.reproduce if result is not None else f"smsim run {quote(scenario.file)}",
            pause_s=self._pause_s,
            change=self.change,
        )

    async def _go(self, environment: Environment, endpoint: Endpoint) -> None:
        scenario = self._scenario
        events = play(scenario, environment, endpoint, scenario.spec.seed, keep=True)
        state: State = "stopped"
        try:
            async with aclosing(events):  # type: ignore[type-var]
                async for event in events:
                    if isinstance(event, StepStarted):
                        self._at = event.number
                        self.changed()
                        await asyncio.sleep(self._pause_s)
                    elif isinstance(event, ScenarioFinished):
                        self._result, state = event.result, _STATES[event.result.verdict]
                        self._broken = event.result.broken or ""
        except Exception as error:  # the supervised edge: the page says that it broke
            log.exception("run %s broke", self.number)
            state, self._broken = "broken", f"{type(error).__name__}: {error}"
        finally:
            self.state = state
            self.changed()

    def _opened(self, account: SimAccount) -> None:
        self.account = account.key
        self._taken(self)
        self.changed()

    def changed(self) -> None:
        """Wake whoever looks."""
        self.change += 1
        news, self._news = self._news, asyncio.Event()
        news.set()


_STATES: dict[Verdict, State] = {
    Verdict.PASSED: "passed",
    Verdict.FAILED: "failed",
    Verdict.BROKEN: "broken",
}


class _Noting(Environment):
    """The simulator of this process; it says which account is made in it."""

    def __init__(self, environment: Environment, made: Callable[[SimAccount], None]) -> None:
        simulator = environment.simulator
        assert simulator is not None, "it is in this process"
        control = Control(environment.url, NearWire(simulator.nearby))
        super().__init__(control, environment.kind, simulator)
        self._made = made

    async def account(self, spec: dict[str, Any]) -> SimAccount:
        """A fresh account of that spec."""
        account = await super().account(spec)
        self._made(account)
        return account

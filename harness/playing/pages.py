"""The inbox's port for runs, filled: scenarios below some paths, played where they are looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from harness.environment import Environment
from harness.scenario.parts import Mistakes
from simulator.errors import UserError
from simulator.ui.runs import PLAYING, Run, Shelf, WrongFile

if TYPE_CHECKING:
    from harness.campaigns.endpoint import Endpoint
    from harness.playing.offers import Offers
    from harness.playing.play import Play
    from harness.scenario.reading import Scenario

MOST_AT_ONCE = 4
MOST_REMEMBERED = 50


class Scenarios:
    """Plays what is below the paths. `fit` it into the application, and let it `begin`."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self.closed = False
        self._paths = list(paths)
        self._offers: Offers | None = None
        self._plays: dict[int, Play] = {}
        self._number = 0
        self._looking = asyncio.Lock()
        self._open = AsyncExitStack()
        self._endpoint: Endpoint | None = None
        self._environment: Environment | None = None

    def fit(self, app: web.Application) -> None:
        """Let the pages of this server play."""
        app[PLAYING] = self
        app.on_shutdown.append(self._close)

    def begin(self, environment: Environment) -> None:
        """The simulator listens, in this process."""
        self._environment = environment

    async def shelf(self) -> Shelf:
        """What may be played."""
        async with self._looking:
            return await asyncio.to_thread(self._looked_at)

    async def start(self, name: str, pause_s: float) -> int:
        """Play a scenario of the shelf. Raises UserError, WrongFile."""
        async with self._looking:
            scenario = await asyncio.to_thread(self._read, name)
            endpoint = await self._opened()
        from harness.playing.play import Play, may_be_played

        may_be_played(scenario)
        playing = sum(play.state == "playing" for play in self._plays.values())
        if playing >= MOST_AT_ONCE:
            raise UserError(f"{playing} runs are under way; stop one, or wait until one has ended")
        self._number += 1
        play = self._plays[self._number] = Play(self._number, scenario, pause_s, self._taken)
        self._forget()
        play.start(self._within, endpoint)
        return self._number

    def runs(self) -> Sequence[Run]:
        """The runs that are remembered, the newest first."""
        return [play.shown() for play in reversed(self._plays.values())]

    def run(self, number: int) -> Run | None:
        """One of them."""
        play = self._plays.get(number)
        return play.shown() if play is not None else None

    async def stop(self, number: int) -> None:
        """End a run in the middle."""
        if number in self._plays:
            await self._plays[number].stop()

    async def changed(self, number: int, change: int) -> None:
        """Return once a run has changed since, or is forgotten, or the server ends."""
        if number in self._plays and not self.closed:
            await self._plays[number].wait(change)

    @property
    def _within(self) -> Environment:
        assert self._environment is not None, "nobody asks before it listens"
        return self._environment

    def _looked_at(self) -> Shelf:
        # a server where nobody plays starts without what plays scenarios
        from harness.playing.offers import Offers

        if self._offers is None:
            self._offers = Offers(self._paths)
        return self._offers.look()

    def _read(self, name: str) -> Scenario:
        from harness.playing import play  # noqa: F401 - loaded on this thread, for it takes a while
        from harness.scenario.reading import load_all

        self._looked_at()
        path = self._offers.path(name) if self._offers is not None else None
        if path is None:
            raise UserError(f'there is no scenario "{name}" here')
        try:
            scenarios = load_all([path])
        except Mistakes as error:
            raise WrongFile(name, [str(item) for item in error.mistakes]) from error
        if len(scenarios) != 1:
            raise UserError(f"{name} has several cases; play one of them")
        return scenarios[0]

    async def _opened(self) -> Endpoint:
        """The one endpoint of all runs' campaigns."""
        from harness.campaigns.endpoint import Endpoint

        if self._endpoint is None:
            near = Endpoint(self._within)
            self._endpoint = await self._open.enter_async_context(near)
        return self._endpoint

    def _taken(self, play: Play) -> None:
        """A run has its account; an older one's of that key was deleted."""
        for other in self._plays.values():
            if other is not play and other.account == play.account:
                other.parted()

    def _forget(self) -> None:
        ended = [number for number, play in self._plays.items() if play.state != "playing"]
        for number in ended[: max(0, len(self._plays) - MOST_REMEMBERED)]:
            self._plays.pop(number).changed()

    async def _close(self, _app: web.Application) -> None:
        self.closed = True
        for play in self._plays.values():
            await play.stop()
            play.changed()
        await self._open.aclose()

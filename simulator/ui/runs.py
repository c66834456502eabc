"""Runs: scenarios on offer, one played while a person looks, and the port by which they are played.

The simulator knows no scenarios. Where nobody fills the port, the pages say so.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from itertools import count
from typing import Literal, NamedTuple, Protocol

from aiohttp import web

from simulator.api.keys import ACCOUNTS
from simulator.domain.instants import iso
from simulator.domain.numbers import Mdn
from simulator.errors import EngineFailed, UnknownAccount, UserError
from simulator.runtime.universe import Universe
from simulator.ui import live, phones
from simulator.ui.page import Page, refused, respond


class Offer(NamedTuple):
    """A scenario file; `barred` says why it is not played from a page, `command` what plays it then."""

    name: str
    folder: str
    title: str
    rules: Sequence[str]
    cases: Sequence[str]
    barred: str
    command: str


class Shelf(NamedTuple):
    """What is on offer, and which of the given paths lead to nothing."""

    offers: Sequence[Offer]
    faults: Sequence[str]


class Step(NamedTuple):
    """A step of a run, and how it stands."""

    title: str
    state: Literal["waits", "now", "done", "failed", "stopped", "left"]


class Line(NamedTuple):
    """A line of what happened to somebody: when, how long after the start, on which side, what."""

    at: str
    after: str
    side: str
    text: str


class Story(NamedTuple):
    """What happened to somebody, line by line."""

    who: str
    lines: Sequence[Line]


class Miss(NamedTuple):
    """An expectation that did not hold."""

    position: str
    expected: str
    actual: str
    stories: Sequence[Story]


class Person(NamedTuple):
    """Who has a phone in a scenario; people who share one are one of these."""

    name: str
    mdn: str


class Run(NamedTuple):
    """A scenario that plays, or has played, as it is now; `change` grows with every change of it.

    `at` is the number of the step begun last. `account` is empty until it has one, and once another
    run's account has its key.
    """

    number: int
    scenario: str
    title: str
    rules: Sequence[str]
    state: Literal["playing", "passed", "failed", "broken", "stopped"]
    steps: Sequence[Step]
    at: int
    people: Sequence[Person]
    account: str
    misses: Sequence[Miss]
    broken: str
    told: Sequence[Story]
    doubts: Sequence[str]
    again: str
    pause_s: float
    change: int


class WrongFile(UserError):
    """A scenario file has mistakes, each with its position."""

    def __init__(self, name: str, mistakes: Sequence[str]) -> None:
        self.mistakes = mistakes
        what = "a mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        super().__init__(f"{name} has {what}, and was not played")


class Playing(Protocol):
    """Plays scenarios against this simulator; `closed` once it ends."""

    closed: bool

    async def shelf(self) -> Shelf:
        """What may be played."""
        ...

    async def start(self, name: str, pause_s: float) -> int:
        """Play one of the shelf by its name, `name[case]` where it has cases; the run's number.

        Raises UserError, and WrongFile where the file has mistakes.
        """
        ...

    def runs(self) -> Sequence[Run]:
        """The runs that are remembered, the newest first."""
        ...

    def run(self, number: int) -> Run | None:
        """One of them."""
        ...

    async def stop(self, number: int) -> None:
        """End a run in the middle; what it did stays."""
        ...

    async def changed(self, number: int, change: int) -> None:
        """Return once the run has changed since, or is forgotten, or the server ends."""
        ...


PLAYING: web.AppKey[Playing] = web.AppKey("playing", Playing)

PACES = {"slow": 1.5, "quick": 0.3, "full": 0.0}
"""Real seconds that pass before each step."""

COLOURS = {"passed": "good", "playing": "waits", "stopped": "waits"}
"""How a state is coloured; what is not here is bad news."""

LATEST = 5
"""So many runs stand above the scenarios; older ones are folded away."""

LONGEST_SEARCH = 200

Shown = Callable[[web.Request], Awaitable[web.StreamResponse]]


def runs_page(shown: Shown) -> Shown:
    """A handler of a page or an action; whatever is wrong is said on a page."""

    async def handle(request: web.Request) -> web.StreamResponse:
        no = refused(request)
        if no is not None:
            return no
        try:
            return await shown(request)
        except UnknownRun as error:
            return respond("fault.html.j2", 404, text=str(error), back="/runs")
        except (UserError, EngineFailed) as error:
            return respond("fault.html.j2", 400, text=str(error), back="/runs")

    return handle


async def index(request: web.Request) -> web.Response:
    """GET /runs: what may be played, found by words, and what was."""
    return await _index(request)


async def start(request: web.Request) -> web.Response:
    """POST /runs: play one, and look at it; what is wrong with it is said above the list."""
    form = await request.post()
    name, pace = str(form.get("scenario", "")), str(form.get("pace", "slow"))
    try:
        if pace not in PACES:
            raise UserError(f'"{pace}" is no pace; it is {", ".join(PACES)}')
        number = await _playing(request).start(name, PACES[pace])
    except UserError as error:
        return await _index(request, error)
    return web.Response(status=303, headers={"Location": f"/runs/{number}"})


async def one(request: web.Request) -> web.Response:
    """GET /runs/{number}: its steps, its conversations and how it ended."""
    run = _run(request)
    universe = _universe(request, run)
    talks: list[dict[str, object]] = []
    chosen: list[Person] = []
    page = None
    if universe is not None:
        await universe.engine.committed()
        page = Page(request, universe)
        chosen = await _chosen(page, run)
        talks = [await phones.conversation(page, Mdn(person.mdn)) for person in chosen]
    return respond(
        "run.html.j2",
        run=run,
        colours=COLOURS,
        pace=next(name for name, pause_s in PACES.items() if pause_s == run.pause_s),
        page=page,
        clock=iso(universe.engine.now() // 1_000_000 * 1_000_000) if universe is not None else "",
        url=str(request.rel_url),
        talks=list(zip(chosen, talks, strict=True)),
        kept=[item.mdn for item in chosen][-phones.SIDE_BY_SIDE + 1 :],
        others=[item for item in run.people if item not in chosen],
    )


async def stop(request: web.Request) -> web.Response:
    """POST /runs/{number}/stop: it ends here."""
    run = _run(request)
    await _playing(request).stop(run.number)
    return web.Response(status=303, headers={"Location": f"/runs/{run.number}"})


async def news(request: web.Request) -> web.StreamResponse:
    """GET /runs/{number}/live: `news` whenever the run or its account has changed."""
    _run(request)
    return await live.stream(request, _changes(request))


class UnknownRun(UserError):
    """No run of that number is remembered."""


async def _changes(request: web.Request) -> AsyncIterator[int]:
    playing = _playing(request)
    for told in count(1):
        run = playing.run(int(request.match_info["number"]))
        if run is None or playing.closed:
            return
        universe = _universe(request, run)
        row = universe.engine.seq if universe is not None else 0
        yield told
        waits = [asyncio.ensure_future(playing.changed(run.number, run.change))]
        if universe is not None and not universe.feed.closed:
            waits.append(asyncio.ensure_future(universe.feed.wait(row)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for item in waits:
                item.cancel()


async def _index(request: web.Request, error: UserError | None = None) -> web.Response:
    playing = request.app.get(PLAYING)
    query = request.query.get("q", "").strip()[:LONGEST_SEARCH]
    shelf = await playing.shelf() if playing is not None else Shelf((), ())
    found = [offer for offer in shelf.offers if _has(offer, query)]
    return respond(
        "runs.html.j2",
        200 if error is None else 400,
        can=playing is not None,
        url=f"{request.scheme}://{request.host}",
        fault=error,
        mistakes=error.mistakes if isinstance(error, WrongFile) else (),
        shelf=shelf,
        found=found,
        query=query,
        colours=COLOURS,
        latest=LATEST,
        runs=playing.runs() if playing is not None else (),
    )


def _has(offer: Offer, query: str) -> bool:
    """Whether each word is in a file's name, its title or its rules; a rule is a whole word."""
    text = f"{offer.name} {offer.title}".casefold()
    rules = [rule.casefold() for rule in offer.rules]
    return all(word in text or word in rules for word in query.casefold().split())


def _playing(request: web.Request) -> Playing:
    playing = request.app.get(PLAYING)
    if playing is None:
        raise UserError("this simulator was started without scenarios; `smsim serve` has them")
    return playing


def _run(request: web.Request) -> Run:
    number = request.match_info["number"]
    run = _playing(request).run(int(number)) if len(number) < 10 else None
    if run is None:
        raise UnknownRun(f"no run {number} here; the last ones are on the page of runs")
    return run


def _universe(request: web.Request, run: Run) -> Universe | None:
    try:
        return request.app[ACCOUNTS].get(run.account)
    except UnknownAccount:
        return None


async def _chosen(page: Page, run: Run) -> list[Person]:
    """Whose conversations are shown: those asked for, else the first who have phones.

    Where the scenario names nobody, they are the phones that something happened to last.
    """
    if not run.people:
        latest = await phones.latest(page)
        return [Person("", mdn) for mdn in latest[: phones.SIDE_BY_SIDE]]
    asked = page.request.query.getall("mdn", [])
    chosen = [item for item in run.people if item.mdn in asked]
    return (chosen or list(run.people))[: phones.SIDE_BY_SIDE]

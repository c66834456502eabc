"""A page of the inbox: who may see one, what every page shows, and how an action leads back to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from simulator import __version__
from simulator.api.control.call import denied, universe_of
from simulator.api.keys import ACCOUNTS
from simulator.domain.decide import Refusal
from simulator.domain.instants import iso
from simulator.domain.record import Command, Record
from simulator.errors import EngineFailed, UserError
from simulator.runtime.universe import Universe
from simulator.ui import words

if TYPE_CHECKING:
    from jinja2 import Environment

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""No request leaves the machine, and no script but ours runs, whatever a message says."""

SECTIONS = (
    ("messages", "Messages"),
    ("phones", "Phones"),
    ("people", "People"),
    ("callbacks", "Callbacks"),
    ("faults", "Faults"),
    ("time", "Time"),
    ("events", "Events"),
)
"""The parts of an account's inbox: the last word of the address, and the word on the page."""


class Page:
    """One request for a page of an account."""

    def __init__(self, request: web.Request, universe: Universe) -> None:
        self.request = request
        self.universe = universe
        self.key = universe.record.company_key

    @property
    def base(self) -> str:
        """The address below which this account's pages are."""
        return f"/inbox/{self.key}"

    @property
    def is_part(self) -> bool:
        """Whether only the part of the page that changes is asked for."""
        return self.request.headers.get("HX-Request") == "true"

    def query(self, name: str) -> str:
        """A member of the query string; empty where it is absent."""
        return self.request.query.get(name, "").strip()

    async def form(self) -> Mapping[str, str]:
        """The members of a form that was sent, as text; of several the one that is not empty."""
        told: dict[str, str] = {}
        for name, value in (await self.request.post()).items():
            if isinstance(value, str) and (value or name not in told):
                told[name] = value
        return told

    async def submit(self, command: Command) -> Record:
        """Have a command done. Raises UserError with the reason where it is refused."""
        reply = await self.universe.engine.submit(command)  # type: ignore[arg-type]
        if isinstance(reply, Refusal):
            raise UserError("; ".join(problem.message for problem in reply.problems))
        return reply

    def show(self, template: str, status: int = 200, **values: object) -> web.Response:
        """The page of a template: whole, or the part that changes."""
        section = template.partition(".")[0]
        return respond(
            template,
            status,
            layout="part.html.j2" if self.is_part else "account.html.j2",
            page=self,
            section=section,
            sections=SECTIONS,
            clock=_clock(self.universe),
            accounts=[item.record.company_key for item in self.request.app[ACCOUNTS].all()],
            **values,
        )

    def back(self, default: str = "messages") -> web.Response:
        """To the page the action was made from."""
        came = urlsplit(self.request.headers.get(hdrs.REFERER, ""))
        here = came.netloc == self.request.host and came.path.startswith(f"{self.base}/")
        to = f"{came.path}?{came.query}" if here and came.query else came.path
        return web.Response(
            status=303, headers={"Location": to if here else f"{self.base}/{default}"}
        )


Shown = Callable[[Page], Awaitable[web.StreamResponse]]


def page(shown: Shown) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """A handler of a page or an action; whatever is wrong is said on a page."""

    async def handle(request: web.Request) -> web.StreamResponse:
        no = refused(request)
        if no is not None:
            return no
        try:
            universe = universe_of(request)
            await universe.engine.committed()
            return await shown(Page(request, universe))
        except (UserError, EngineFailed) as error:
            return respond("fault.html.j2", 400, text=str(error), back=_referer(request))

    return handle


def refused(request: web.Request) -> web.Response | None:
    """None where the caller may see pages and act, else the answer that says why not."""
    return denied(request) or _from_elsewhere(request)


def respond(template: str, status: int = 200, **values: object) -> web.Response:
    """A page by its template."""
    text = _environment().get_template(template).render(version=__version__, **values)
    return web.Response(
        text=text,
        status=status,
        content_type="text/html",
        headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-store"},
    )


@cache
def _environment() -> Environment:
    """Where the templates are; jinja2 is imported when the first page is asked for."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("simulator.ui"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(words.FILTERS)
    return environment


def _clock(universe: Universe) -> dict[str, object]:
    timer = universe.world.timers.next()
    return {
        "now": iso(universe.engine.now() // 1_000_000 * 1_000_000),
        "manual": universe.world.clock.mode == "manual",
        "rate": universe.world.clock.rate,
        "next": iso(timer.due) if timer is not None else None,
    }


def _from_elsewhere(request: web.Request) -> web.Response | None:
    """An action asked for by a page that is not ours is not done."""
    origin = request.headers.get(hdrs.ORIGIN)
    if request.method in ("GET", "HEAD") or origin is None:
        return None
    if urlsplit(origin).netloc == request.host:
        return None
    return respond("fault.html.j2", 403, text="the form is another site's", back="/")


def _referer(request: web.Request) -> str:
    came = urlsplit(request.headers.get(hdrs.REFERER, ""))
    return came.path if came.netloc == request.host and came.path else "/"

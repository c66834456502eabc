"""The pages of runs over HTTP, and scenario files to play from them."""

from __future__ import annotations

from html import unescape
from pathlib import Path
from typing import NamedTuple

from aiohttp import ClientSession

from harness.environment import Environment
from harness.playing.pages import Scenarios
from simulator.ui.runs import Run

WELCOMED = """
name: A yes makes a member <b>
rules: [R12]
people:
  ana: {phone: "(312) 555-0101"}
  ben: {phone: "(312) 555-0102"}
  cleo: {phone: "(312) 555-0101"}
steps:
  - reply: {person: ana, text: VIP}
  - advance: 1m
  - reply: {person: ana, text: "Y"}
  - advance: 1m
  - expect:
      - inbox: {person: ana, is: ["Reply Y*", "Welcome*"]}
"""
FAILS = """
name: Whoever asks is welcomed at once
people:
  ana: {phone: "(312) 555-0101"}
steps:
  - reply: {person: ana, text: VIP}
  - advance: 1m
  - expect:
      - inbox: {person: ana, is: ["Welcome*"]}
  - advance: 1h
"""
BROKEN = """
name: A link that is not there
people:
  ana: {phone: "(312) 555-0101"}
steps:
  - click: {person: ana, link: 4}
  - advance: 1h
"""
CASES = """
name: A wait of ${wait}
cases:
  short: {wait: 1m}
  long: {wait: 2h}
steps:
  - advance: ${wait}
"""
WRONG = """
name: It has mistakes
people:
  ana: {phne: "(312) 555-0101"}
steps:
  - advance: soon
"""
PROGRAM = """
name: It starts a program
sut: {command: [touch, started]}
steps:
  - advance: 1m
"""
RESTARTS = """
name: It restarts
steps:
  - restart: kill
"""


class Shown(NamedTuple):
    """What a page answered."""

    status: int
    text: str
    to: str


class Inbox:
    """The pages of runs, over HTTP, and the scenarios behind them."""

    def __init__(self, environment: Environment, scenarios: Scenarios, folder: Path) -> None:
        self.environment = environment
        self.scenarios = scenarios
        self.folder = folder

    def write(self, name: str, text: str) -> str:
        """A scenario file; the name it is offered by."""
        path = self.folder / f"{name}.sms.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return str(path)

    async def raw(self, path: str) -> str:
        """A page as it came."""
        async with ClientSession() as http, http.get(self.environment.url + path) as answer:
            return await answer.text()

    async def get(self, path: str) -> Shown:
        """A page, its entities as characters."""
        async with ClientSession() as http, http.get(self.environment.url + path) as answer:
            return Shown(answer.status, unescape(await answer.text()), "")

    async def post(self, path: str, origin: str | None = None, **form: str) -> Shown:
        """What a form is answered."""
        headers = {"Origin": origin or self.environment.url}
        url = self.environment.url + path
        async with (
            ClientSession() as http,
            http.post(url, data=form, headers=headers, allow_redirects=False) as answer,
        ):
            text = unescape(await answer.text())
            return Shown(answer.status, text, answer.headers.get("Location", ""))

    async def play(self, name: str, pace: str = "full") -> int:
        """Play one; its number."""
        told = await self.post("/runs", scenario=name, pace=pace)
        assert told.status == 303, told.text
        return int(told.to.removeprefix("/runs/"))

    async def until(self, number: int, *states: str, at: int = 0) -> Run:
        """The run once it has ended, or has one of the states and has come to a step."""
        while True:
            run = self.scenarios.run(number)
            assert run is not None
            if run.state in (states or ("passed", "failed", "broken", "stopped")) and run.at >= at:
                return run
            await self.scenarios.changed(number, run.change)

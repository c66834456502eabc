"""Lanes: batches of requests to one account each, and whether what changed was answered as taken."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from random import Random
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec

from simulator.domain.commands import decode_command
from simulator.domain.events import decode_event
from tests.fuzz import asking, valid
from tests.fuzz.asking import Answer, Connection, Input
from tests.fuzz.findings import Findings
from tests.fuzz.mutate import WORDS, change_bytes, change_json, change_xml
from tests.fuzz.valid import Call

SIDE_BY_SIDE = 8
OURS = frozenset(
    {
        *(
            "RecordAttempt",
            "RetryCallback",
            "QueueLate",
            "MoveMt",
            "LapseParticipation",
            "MeetCall",
        ),
        *(
            "LapseParts",
            "GiveReply",
            "RunBroadcast",
            "RecoverDestination",
            "MoveClock",
            "CloseAllBinds",
        ),
    }
)
"""Commands that no client asked for: timers, and what became of callbacks."""


class Made(NamedTuple):
    """A request with the template it was made of, by which its answer is judged."""

    given: Input
    template: str


class _Row(msgspec.Struct):
    seq: int
    kind: str
    type: str
    data: msgspec.Raw


class _Page(msgspec.Struct):
    items: list[_Row]
    next: int | None


_pages = msgspec.json.Decoder(_Page)


def _unreadable(row: _Row) -> str | None:
    """Why a row of the journal could not be read at the next start, or None where it could."""
    read = decode_command if row.kind == "command" else decode_event
    try:
        again = msgspec.json.encode(read(bytes(row.data)))
    except (msgspec.MsgspecError, ValueError) as error:
        return f"a {row.type} cannot be read again: {error}"
    return None if again == bytes(row.data) else f"a {row.type} is another when it is read again"


class Lane:
    """One account under fuzz. `kind` is platform, connect or control."""

    def __init__(self, kind: str, host: str, port: int, findings: Findings) -> None:
        self.kind = kind
        self.key = f"fuzz-{kind}"
        self.asked = 0
        self.accepted = 0
        self._findings = findings
        self._connections = [Connection(host, port) for _ in range(SIDE_BY_SIDE)]
        self._ids: dict[str, str] = {}
        self._seq = 0
        self._batches = 0
        login = b64encode(f"{self.key}:pw".encode()).decode()
        self._headers = f"Authorization: Basic {login}\r\n"

    async def begin(self) -> None:
        """The account, new, with one of everything that a path can name."""
        await self._control("DELETE", f"/_sim/accounts/{self.key}")
        spec = {
            "company_key": self.key,
            "password": "pw",
            "acquisition_campaigns": [
                {"id": "JoinVip01", "list": "1001", "keywords": ["VIP"]},
                {"id": "JoinNews01", "list": "1002", "keywords": ["NEWS"]},
            ],
            "connect": {"mo_url": valid.OUT},
            "custom_fields": ["first_name", "shoe", "vip", "gone"],
        }
        await self._control("POST", "/_sim/accounts", spec)
        self._ids = {
            "acquisition_id": "JoinNews01",
            "subscription_list_id": "1001",
            "external_person_id": "ann",
            "incentive_pool_id": "1",
            "issuance_pool_id": "1",
            "incentive_code": "TEN-1",
            "callback_id": "none",
            "message_id": "none",
            "account": f"/_sim/accounts/{self.key}",
        }
        person = await self._platform("mobiledb/persons", valid.PERSON)
        self._ids["person_key"] = person["person_key"]
        await self._platform("incentives/pools", valid.POOL)
        codes = {"codes": [f"TEN-{number}" for number in range(1, 50)]}
        await self._control("POST", f"{self._ids['account']}/incentives/pools/1/codes", codes)
        told = await self._platform("config/callbacks", valid.EVENTS_TOLD)
        self._ids["callback_id"] = told["callback_id"]
        later = {**valid.BROADCAST, "send_scheduled_date": "2099-01-05T15:00:00Z"}
        self._ids["broadcast_id"] = (await self._platform("mobiledb/broadcasts", later))[
            "broadcast_id"
        ]
        trigger = await self._platform("mobiledb/event_triggered_messages", valid.TRIGGER)
        self._ids["event_triggered_message_id"] = str(trigger["event_triggered_message_id"])
        people = {"persons": [{"mdn": valid.ANN}, {"mdn": valid.BOB}]}
        await self._control("POST", f"{self._ids['account']}/lists/1001/subscribers", people)
        await self.asks(Input("connect", "POST", "/MessageApi/mt/messages", self._xml, _submit()))
        items = await self._control("GET", f"{self._ids['account']}/messages?limit=5")
        self._ids["message_id"] = items["items"][-1]["id"]
        await self._rows()

    @property
    def _xml(self) -> str:
        return f"{self._headers}Content-Type: text/xml\r\n"

    async def _control(self, method: str, path: str, body: Any = None) -> Any:
        content = b"" if body is None else json.dumps(body).encode()
        answer = await self.asks(Input("control", method, path, self._headers, content))
        if answer.status >= 400 and answer.status != 404:
            raise RuntimeError(f"{method} {path} answered {answer.status}: {answer.body[:300]!r}")
        return msgspec.json.decode(answer.body) if answer.body else None

    async def _platform(self, path: str, body: Any) -> Any:
        headers = f"{self._headers}X-API-Version: 2\r\nContent-Type: application/json\r\n"
        where = f"/companies/{self.key}/{path}"
        answer = await self.asks(
            Input("platform", "POST", where, headers, json.dumps(body).encode())
        )
        if not answer.accepted:
            raise RuntimeError(f"{path} answered {answer.status}: {answer.body[:300]!r}")
        return msgspec.json.decode(answer.body)

    async def asks(self, given: Input) -> Answer:
        """One request on the first connection."""
        return await self._connections[0].ask(given)

    async def _rows(self) -> list[_Row]:
        """What came to the journal since it was last looked at; each row must be readable again."""
        rows: list[_Row] = []
        while True:
            path = f"/_sim/accounts/{self.key}/events?after={self._seq}&limit=10000"
            answer = await self.asks(Input("control", "GET", path, self._headers, b""))
            if answer.status != 200:
                raise RuntimeError(f"{path} answered {answer.status}: {answer.body[:300]!r}")
            page = _pages.decode(answer.body)
            for row in page.items:
                self._seq = row.seq
                told = _unreadable(row)
                if told is not None:
                    self._findings.add("journal", told, None, bytes(row.data))
            rows += page.items
            if page.next is None:
                return rows

    def make(self, rng: Random) -> Made:
        """A request: mostly a valid one whose body was changed."""
        maker = {
            "platform": self._a_platform,
            "connect": self._a_connect,
            "control": self._a_control,
        }
        return maker[self.kind](rng)

    def _a_platform(self, rng: Random) -> Made:
        if rng.random() < 0.2:
            call = rng.choice(valid.PLATFORM_READS)
            template, body = self._filled(rng, call.path, odd=0.5), b""
        else:
            call = rng.choice(valid.PLATFORM)
            template = self._filled(rng, call.path, odd=0.05)
            body = self._json_body(rng, call, valid.PLATFORM)
        version = rng.choice(("2", "2", "2", "2", "1", "1", "3", "", "²"))
        kind = rng.choice(("application/json",) * 30 + ("text/json; charset=x", "text/plain", "/"))
        headers = f"{self._headers}X-API-Version: {version}\r\nContent-Type: {kind}\r\n"
        path = f"/companies/{self.key}/{template}"
        return Made(Input("platform", call.method, path, headers, body), template)

    def _a_connect(self, rng: Random) -> Made:
        if rng.random() < 0.1:
            call = rng.choice(valid.CONNECT_READS)
            path, body = self._filled(rng, call.path, odd=0.5), b""
        else:
            call, path = rng.choice(valid.CONNECT), ""
            path = call.path
            body = _changed(rng, call, valid.CONNECT)
        kind = rng.choice(("text/xml",) * 30 + ("application/xml; charset=utf-8", "text/plain"))
        headers = f"{self._headers}Content-Type: {kind}\r\n"
        return Made(Input("connect", call.method, f"/MessageApi/{path}", headers, body), path)

    def _a_control(self, rng: Random) -> Made:
        call = rng.choice(valid.CONTROL)
        path = self._filled(rng, call.path, odd=0)
        body = self._json_body(rng, call, valid.CONTROL)
        if path.endswith("/clock") and (b"probe" in body or b"quiet" in body):
            body = body.replace(b"quiet", b"quite").replace(
                b"probe", b"prove"
            )  # they wait for real
        return Made(Input("control", call.method, path, self._headers, body), path)

    def _json_body(self, rng: Random, call: Call, others: tuple[Call, ...]) -> bytes:
        body = json.loads(json.dumps(call.body).replace("{person_key}", self._ids["person_key"]))
        kind = rng.random()
        if kind < 0.1:
            return json.dumps(body).encode()
        if kind < 0.75:
            return change_json(rng, body)
        if kind < 0.78:
            return rng.randbytes(rng.choice((0, 1, 8, 200)))
        other = json.dumps(rng.choice(others).body).encode()
        return change_bytes(rng, json.dumps(body).encode(), other)

    def _filled(self, rng: Random, path: str, odd: float) -> str:
        for name, value in self._ids.items():
            if f"{{{name}}}" in path:
                word = value
                if rng.random() < odd:
                    word = quote(rng.choice(WORDS)[:300].encode("utf-8", "surrogatepass"), safe="")
                path = path.replace(f"{{{name}}}", word or "0")
        if "?" in path and rng.random() < odd:
            name, _, _ = path.partition("=")
            path = f"{name}={quote(rng.choice(WORDS)[:300].encode('utf-8', 'surrogatepass'))}"
        return path

    async def batch(self, made: list[Made]) -> None:
        """Ask all of it, side by side; then what changed must have been answered as taken."""
        answers = await self._ask_all(made)
        for item, answer in zip(made, answers, strict=True):
            told = asking.fault_of(item.given, answer, item.template)
            if told is not None:
                self._findings.add(self.kind, told, item.given)
        self.asked += len(made)
        taken = _taken(made, answers)
        self.accepted += taken
        self._batches += 1
        await self._judge(made, answers, taken)
        await self._go_on()

    async def _ask_all(self, made: list[Made]) -> list[Answer]:
        answers: list[Answer | None] = [None] * len(made)
        numbers = iter(range(len(made)))

        async def work(connection: Connection) -> None:
            for number in numbers:
                answers[number] = await connection.ask(made[number].given)

        await asyncio.gather(*(work(connection) for connection in self._connections))
        return [answer for answer in answers if answer is not None]

    async def _judge(self, made: list[Made], answers: list[Answer], taken: int) -> None:
        asked = [row.type for row in await self._rows() if row.kind == "command"]
        asked = [name for name in asked if name not in OURS]
        refused = [item for item, answer in zip(made, answers, strict=True) if not answer.accepted]
        if len(asked) > taken or self._batches % 4 == 0:
            await self._bisect(refused, f"{taken} were taken, the journal has {asked}")

    async def _bisect(self, refused: list[Made], told: str) -> None:
        """What is refused again, all at once and then one by one, must leave the journal as it is."""
        answers = await self._ask_all(refused)
        taken = _taken(refused, answers)
        rows = [row for row in await self._rows() if row.type not in OURS]
        commands = [row for row in rows if row.kind == "command"]
        if len(commands) <= taken:
            return
        for item in refused:
            answer = await self.asks(item.given)
            rows = await self._rows()
            if rows and not answer.accepted:
                types = [row.type for row in rows]
                self._findings.add(
                    self.kind, f"refused with {answer.status}, yet {types}", item.given
                )
                return
        self._findings.add(self.kind, f"unexplained: {told}", refused[0].given)

    async def close(self) -> None:
        """Let go of the connections."""
        for connection in self._connections:
            await connection.close()

    async def _go_on(self) -> None:
        """Let time pass now and then; begin anew before the account grows, or where it stopped."""
        account = self._ids["account"]
        if self.kind == "control":
            await self._control("DELETE", f"{account}/faults")
            for item in (await self._control("GET", "/_sim/accounts"))["items"]:
                if not item["company_key"].startswith("fuzz-"):
                    key = quote(item["company_key"], safe="")
                    await self._control("DELETE", f"/_sim/accounts/{key}")
        health = await self.asks(Input("control", "GET", f"{account}/handsets/3125550101", "", b""))
        moved = await self.asks(
            Input("control", "POST", f"{account}/clock", "", b'{"advance":"10m"}')
        )
        if health.status != 200 or moved.status not in (200, 400, 409):
            told = f"not well: {health.status} {moved.status} {health.body[:200]!r} {moved.body[:200]!r}"
            self._findings.add(self.kind, told, None)
            self._batches = 0
        if self._batches % 12 == 0 or moved.status != 200:
            self._seq = 0
            await self.begin()
        else:
            await self._rows()


def _taken(made: list[Made], answers: list[Answer]) -> int:
    """How many were taken that may change something."""
    return sum(
        answer.accepted and item.given.method != "GET"
        for item, answer in zip(made, answers, strict=True)
    )


def _submit() -> bytes:
    return valid.SUBMITS[0].encode()


def _changed(rng: Random, call: Call, others: tuple[Call, ...]) -> bytes:
    kind = rng.random()
    if kind < 0.1:
        return bytes(call.body.encode())
    if kind < 0.7:
        return change_xml(rng, call.body)
    if kind < 0.73:
        return rng.randbytes(rng.choice((0, 1, 8, 200)))
    return change_bytes(rng, call.body.encode(), rng.choice(others).body.encode())

"""A shop that texts its customers through Vibes: one aiohttp service with a SQLite database.

It is an example of an application under test, and knows nothing of smsim. Customers sign up with a
phone and a box for consent; Vibes asks those who ticked it, and tells the shop who said yes and who
said STOP. Members get a text for an order and for a sale, once for a phone.

    VIBES_*             where Vibes is, and the shop's account there
    PORT                where to listen
    SHOP_URL            how Vibes reaches it, for callbacks and receipts
    SHOP_DB             the database file
    SHOP_BUG            a bug to have: forgets_stop, double_send or late_yes
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any
from xml.etree import ElementTree as ET

import aiohttp
import aiosqlite
from aiohttp import web

LIST, CAMPAIGN = "1001", "JoinVip01"
CALLBACKS = ("subscription_added", "subscription_removed")
PAUSES_S = (0.05, 0.2, 0.5)
"""How long it waits before it tries again."""

TABLES = """
CREATE TABLE IF NOT EXISTS customers (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, phone TEXT NOT NULL, consent INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS members (
    phone TEXT PRIMARY KEY, member INTEGER NOT NULL, at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS texts (
    id INTEGER PRIMARY KEY, phone TEXT NOT NULL, text TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued'
);
"""

log = logging.getLogger("shop")
Answer = tuple[int, str]


class Vibes:
    """The three calls of Vibes that the shop makes."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http
        company = os.environ["VIBES_COMPANY_KEY"]
        self._platform = f"{os.environ['VIBES_PLATFORM_URL']}/companies/{company}"
        self._connect = f"{os.environ['VIBES_CONNECT_URL']}/MessageApi/mt/messages"
        self._code = os.environ["VIBES_CODE"]

    async def register(self, kind: str, url: str) -> None:
        """Be told of every event of a kind. 422 says that it is registered already."""
        body = {"callback_type": kind, "destination": {"url": url}}
        status, told = await self._platform_call("/config/callbacks", body)
        if status not in (200, 201, 422):
            raise RuntimeError(f"Vibes does not register {kind}: {status} {told}")

    async def ask(self, phone: str) -> Answer:
        """Ask a phone whether it joins. Asked twice, it is asked once."""
        body = {"mobile_phone": {"mdn": phone}}
        return await self._platform_call(f"/campaigns/acquisition/{CAMPAIGN}/participants", body)

    async def send(self, text_id: int, phone: str, text: str, receipts_url: str) -> Answer:
        """Send a text. Sent twice, it arrives twice."""
        message = ET.Element("mtMessage", submitterMessageId=str(text_id))
        ET.SubElement(message, "destination", address=phone, type="MDN")
        ET.SubElement(message, "source", address=self._code, type="SC")
        ET.SubElement(message, "text").text = text
        ET.SubElement(message, "receiptOption", callbackUrl=receipts_url).text = "ALL"
        body, headers = ET.tostring(message, encoding="utf-8"), {"Content-Type": "text/xml"}
        async with self._http.post(self._connect, data=body, headers=headers) as answer:
            return answer.status, await answer.text()

    async def _platform_call(self, path: str, body: dict[str, Any]) -> Answer:
        headers = {"X-API-Version": "2"}
        url = self._platform + path
        async with self._http.post(url, json=body, headers=headers) as answer:
            return answer.status, await answer.text()


class Shop:
    """What the shop knows and does. Work that takes a call of Vibes waits in a queue."""

    def __init__(self, db: aiosqlite.Connection, vibes: Vibes, url: str, bug: str) -> None:
        self.db = db
        self.work: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self._vibes = vibes
        self._url = url
        self._bug = bug

    async def register(self) -> None:
        """Have Vibes tell who joins and who leaves."""
        for kind in CALLBACKS:
            await self._vibes.register(kind, f"{self._url}/vibes/callbacks")

    async def run(self) -> None:
        """Do what is queued, one after the other."""
        while True:
            job = await self.work.get()
            try:
                await job()
            except Exception:
                log.exception("a job failed")
            finally:
                self.work.task_done()

    async def sign_up(self, name: str, phone: str, consent: bool) -> None:
        """Keep a customer; who ticked the box is asked by Vibes, and is a member after the yes."""
        await self._change(
            "INSERT INTO customers (name, phone, consent) VALUES (?, ?, ?)", name, phone, consent
        )
        if consent:
            self.work.put_nowait(partial(self._ask, phone))

    async def text_members(self, text: str, phone: str | None = None) -> int:
        """Queue a text to every member, or to one if it is one; once for a phone."""
        rows = await self.db.execute_fetchall(
            "INSERT INTO texts (phone, text)"
            " SELECT DISTINCT c.phone, ? FROM customers c JOIN members m ON m.phone = c.phone"
            " WHERE m.member AND (? IS NULL OR c.phone = ?) ORDER BY c.phone RETURNING id",
            (text, phone, phone),
        )
        await self.db.commit()
        ids = [row[0] for row in rows]
        for text_id in ids:
            self.work.put_nowait(partial(self._send, text_id))
        return len(ids)

    async def hear_callback(self, told: dict[str, Any]) -> None:
        """Vibes says that a phone joined or left. What happened last holds, in whatever order."""
        subscription = told["subscription"]
        joined = told["callback_type"] == "subscription_added"
        if subscription["subscription_list"]["id"] != LIST:
            return
        if self._bug == "forgets_stop" and not joined:
            return  # BUG: "we only need to know who is new"
        phone = subscription["person"]["mobile_phone"]["mdn"]
        await self._set_member(phone, joined, told["event_date"])

    async def hear_receipt(self, body: str) -> None:
        """Connect says what became of a text, also of one whose answer was lost."""
        receipt = ET.fromstring(body)
        failed = receipt.find("status[@isError='true']") is not None
        state = "failed" if failed else "sent"
        await self._change(
            "UPDATE texts SET state = ? WHERE id = ?", state, receipt.get("submitterMessageId")
        )

    async def customer(self, phone: str) -> dict[str, Any]:
        """What is known of a phone."""
        row = await self._one("SELECT coalesce(max(member), 0) FROM members WHERE phone = ?", phone)
        query = "SELECT text, state FROM texts WHERE phone = ? ORDER BY id"
        texts = await self.db.execute_fetchall(query, (phone,))
        return {"member": bool(row[0]), "texts": [{"text": t, "state": s} for t, s in texts]}

    async def _ask(self, phone: str) -> None:
        status, told = await self._call(lambda: self._vibes.ask(phone), repeatable=True)
        log.info("asked %s: %s", phone, status)
        if status not in (200, 201):
            log.warning("%s was not asked: %s", phone, told)
        elif self._bug == "late_yes":
            await self._set_member(phone, True, "")  # BUG: accepted is not confirmed

    async def _send(self, text_id: int) -> None:
        """Send a queued text, if the phone is a member still."""
        query = (
            "SELECT t.phone, t.text, m.member FROM texts t JOIN members m ON m.phone = t.phone"
            " WHERE t.id = ?"
        )
        phone, text, member = await self._one(query, text_id)
        state = "left"
        if member:
            status, _ = await self._call(
                lambda: self._vibes.send(text_id, phone, text, f"{self._url}/vibes/receipts"),
                repeatable=self._bug == "double_send",  # BUG: whoever got it gets it again
            )
            state = {0: "unknown", 200: "sent"}.get(status, "failed")
        log.info("text %s to %s: %s", text_id, phone, state)
        query = "UPDATE texts SET state = ? WHERE id = ? AND state = 'queued'"
        await self._change(query, state, text_id)  # a receipt may have been quicker

    async def _call(self, call: Callable[[], Awaitable[Answer]], *, repeatable: bool) -> Answer:
        """Call Vibes, again while it answers 5XX; its answer, with status 0 where it was lost.

        A 5XX was not done. What was done when no answer came, nobody knows: only a call that may
        be made twice is made again. A receipt tells of a text.
        """
        answer = 0, "no answer"
        for pause_s in (*PAUSES_S, None):
            try:
                answer = await call()
            except (aiohttp.ClientError, TimeoutError) as error:
                answer = 0, str(error)
                if not repeatable:
                    break
            if 0 < answer[0] < 500 or pause_s is None:
                break
            log.info("answered %s; trying again in %s s", answer[0], pause_s)
            await asyncio.sleep(pause_s)
        return answer

    async def _set_member(self, phone: str, member: bool, at: str) -> None:
        await self._change(
            "INSERT INTO members VALUES (?, ?, ?) ON CONFLICT (phone) DO UPDATE"
            " SET member = excluded.member, at = excluded.at WHERE excluded.at >= members.at",
            *(phone, member, at),
        )

    async def _change(self, query: str, *values: object) -> None:
        await self.db.execute(query, values)
        await self.db.commit()

    async def _one(self, query: str, *values: object) -> Any:
        return next(iter(await self.db.execute_fetchall(query, values)))


SHOP = web.AppKey("shop", Shop)


async def sign_up(request: web.Request) -> web.Response:
    """POST /signup {name, phone, consent}."""
    told = await request.json()
    phone = mdn(told["phone"])
    if phone is None:
        return web.json_response({"error": "this is no phone number"}, status=422)
    await request.app[SHOP].sign_up(told.get("name", ""), phone, bool(told.get("consent")))
    return web.json_response({"phone": phone}, status=201)


async def order(request: web.Request) -> web.Response:
    """POST /order {phone, item}: a member gets a confirmation."""
    shop, told = request.app[SHOP], await request.json()
    text = f"Thank you! Your {told['item']} is on its way."
    sent = await shop.text_members(text, mdn(told["phone"]) or "")
    return web.json_response({"texts": sent}, status=202)


async def sale(request: web.Request) -> web.Response:
    """POST /sale {message}: every member gets it."""
    sent = await request.app[SHOP].text_members((await request.json())["message"])
    return web.json_response({"texts": sent}, status=202)


async def customer(request: web.Request) -> web.Response:
    """GET /customers/{phone}."""
    phone = mdn(request.match_info["phone"]) or ""
    return web.json_response(await request.app[SHOP].customer(phone))


async def callback(request: web.Request) -> web.Response:
    """POST /vibes/callbacks: kept before it is answered, for what is answered is not told again."""
    await request.app[SHOP].hear_callback(await request.json())
    return web.Response(status=204)


async def receipt(request: web.Request) -> web.Response:
    """POST /vibes/receipts."""
    await request.app[SHOP].hear_receipt(await request.text())
    return web.Response(status=204)


async def health(_request: web.Request) -> web.Response:
    """GET /health."""
    return web.json_response({"status": "ok"})


async def idle(request: web.Request) -> web.Response:
    """GET /idle: answers when nothing is queued."""
    await request.app[SHOP].work.join()
    return web.json_response({"idle": True})


def mdn(phone: str) -> str | None:
    """A US number as E.164, however it is written; None where it is none."""
    digits = re.sub(r"\D", "", phone).removeprefix("1")
    return f"+1{digits}" if len(digits) == 10 else None


async def lifetime(app: web.Application) -> AsyncIterator[None]:
    """Open the database, register the callbacks, work; and the other way round at the end."""
    login = f"{os.environ['VIBES_USERNAME']}:{os.environ['VIBES_PASSWORD']}"
    headers = {"Authorization": f"Basic {b64encode(login.encode()).decode()}"}
    limit = aiohttp.ClientTimeout(total=10)
    async with (
        aiosqlite.connect(os.environ["SHOP_DB"]) as db,
        aiohttp.ClientSession(headers=headers, timeout=limit) as http,
    ):
        await db.executescript(TABLES)
        shop = Shop(db, Vibes(http), os.environ["SHOP_URL"], os.environ.get("SHOP_BUG", ""))
        await shop.register()
        app[SHOP] = shop
        worker = asyncio.create_task(shop.run())
        yield
        worker.cancel()


def main() -> None:
    """Serve until SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    app = web.Application()
    app.cleanup_ctx.append(lifetime)
    app.add_routes(
        [
            web.post("/signup", sign_up),
            web.post("/order", order),
            web.post("/sale", sale),
            web.get("/customers/{phone}", customer),
            web.post("/vibes/callbacks", callback),
            web.post("/vibes/receipts", receipt),
            web.get("/health", health),
            web.get("/idle", idle),
        ]
    )
    web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), print=None, access_log=None)


if __name__ == "__main__":
    main()

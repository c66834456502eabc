"""Kannel, the SMS gateway many companies run: bearerbox as a client of SMPP, smsbox before it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

import pytest
from aiohttp import ClientError, ClientSession

from tests.smpp.stage import Account, MakeAccount
from tests.system.company import Answer, call
from tests.system.receiver import Got, Receiver

ANN = "13125550101"
LIMIT = 30

CONFIG = """\
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = secret
smsbox-port = {box}
smsbox-interface = 127.0.0.1
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
log-file = "{folder}/bearerbox.log"
log-level = 0
dlr-storage = internal

group = smsc
smsc = smpp
smsc-id = vibes
host = 127.0.0.1
port = {smpp}
transceiver-mode = true
smsc-username = "{user}"
smsc-password = "s3cret"
system-type = ""
interface-version = 34
enquire-link-interval = 1
reconnect-delay = 1

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {box}
sendsms-port = {send}
sendsms-interface = 127.0.0.1
global-sender = 65047
log-file = "{folder}/smsbox.log"
log-level = 0

group = sendsms-user
username = tester
password = secret
concatenation = true
max-messages = 10

group = sms-service
keyword = default
catch-all = true
concatenation = true
max-messages = 0
get-url = "{receiver}/mo/%p/%P/%a"
"""


class Kannel:
    """A running pair of boxes: what they hand on comes to `receiver`."""

    def __init__(self, http: ClientSession, send: str, admin: str, receiver: Receiver) -> None:
        self.receiver = receiver
        self._http = http
        self._send = send
        self._admin = admin

    async def send(self, to: str, text: str, **more: str) -> Answer:
        """sendsms, with a wish for every report."""
        report = quote(f"{self.receiver.url}/dlr/%d/%F", safe="")
        query = {"username": "tester", "password": "secret", "to": to, "text": text, **more}
        words = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
        url = f"{self._send}/cgi-bin/sendsms?{words}&dlr-mask=31&dlr-url={report}"
        return await call(self._http, "GET", url)

    async def status(self) -> str:
        """What bearerbox says of its connections."""
        return (await call(self._http, "GET", f"{self._admin}/status.txt")).body.decode()

    async def got(self, count: int) -> list[Got]:
        """Wait until so many calls came from it."""
        async with asyncio.timeout(LIMIT):
            while len(self.receiver.got) < count:
                self.receiver.arrived.clear()
                await self.receiver.arrived.wait()
        return self.receiver.got


def _ports(count: int) -> list[int]:
    """Free ports of the loopback address, all different."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    found: list[int] = [item.getsockname()[1] for item in held]
    for item in held:
        item.close()
    return found


async def _until(done: Callable[[], Awaitable[bool]]) -> None:
    """Wait for another process, a little at a time."""
    async with asyncio.timeout(LIMIT):
        while True:
            try:
                if await done():
                    return
            except (OSError, ClientError):
                pass
            await asyncio.sleep(0.05)


@pytest.fixture
async def account(make_account: MakeAccount) -> Account:
    """GSM by default, as Kannel has it, and room for its parts of septets."""
    smpp: dict[str, object] = {"coding": "gsm", "profile": "generic"}
    return await make_account(smpp, carriers={"default": "instant"})


@pytest.fixture
async def boxes(
    kannel: None, account: Account, http: ClientSession, receiver: Receiver, tmp_path: Path
) -> AsyncIterator[Kannel]:
    """Kannel, bound to the account; both of its processes end with the test."""
    admin, box, send = _ports(3)
    told = {
        "admin": admin,
        "box": box,
        "send": send,
        "smpp": account.port,
        "user": account.made["username"],
        "receiver": receiver.url,
        "folder": tmp_path,
    }
    running = []
    try:
        found = Kannel(http, f"http://127.0.0.1:{send}", f"http://127.0.0.1:{admin}", receiver)

        async def bearerbox_is_up() -> bool:
            return "vibes" in await found.status()

        async def smsbox_is_up() -> bool:
            return (await found.send("", "")).status in (400, 403, 202)

        config = tmp_path / "kannel.conf"
        config.write_text(CONFIG.format(**told))
        for name, up in (("bearerbox", bearerbox_is_up), ("smsbox", smsbox_is_up)):
            process = await asyncio.create_subprocess_exec(
                name,
                str(config),
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
            running.append(process)
            await _until(up)

        async def both_are_connected() -> bool:
            status = await found.status()
            return "(online" in status and "smsbox:" in status

        await _until(both_are_connected)
        yield found
    finally:
        for process in reversed(running):
            if process.returncode is None:
                process.terminate()
            try:
                async with asyncio.timeout(5):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()


async def _sent(account: Account, count: int) -> list[dict[str, str]]:
    """Wait until so many messages were taken; their items."""
    found: list[dict[str, str]] = []

    async def are_there() -> bool:
        found[:] = (await account.control("GET", "/messages")).json["items"]
        return len(found) >= count

    await _until(are_there)
    return found


async def test_a_message_goes_out_and_its_report_comes_back(
    boxes: Kannel, account: Account
) -> None:
    """8 is the answer to submit_sm, 4 that the carrier has it, 1 that the phone does; one id."""
    assert await account.binds() == ["transceiver"]
    answer = await boxes.send(ANN, "Hello [from] Kannel \u20ac", charset="UTF-8", coding="0")
    assert answer.status == 202, answer.body
    (message,) = await _sent(account, 1)
    assert (message["mdn"], message["code"]) == (f"+{ANN}", "65047")
    assert message["text"] == "Hello [from] Kannel \u20ac"
    await boxes.got(1)
    await account.advance("1m")
    paths = [got.path for got in await boxes.got(3)]
    assert paths == [f"/dlr/{kind}/{message['id']}" for kind in (8, 4, 1)]


@pytest.mark.parametrize(
    ("to", "kind"), [("15005550003", 2), ("15005550001", 16)], ids=["undeliverable", "refused"]
)
async def test_a_failure_is_reported(boxes: Kannel, account: Account, to: str, kind: int) -> None:
    """2 is a receipt of a failure; 16 the SMSC's refusal, here 0x402."""
    assert (await boxes.send(to, "Hello")).status == 202
    if kind == 2:
        await boxes.got(1)
        await account.advance("1m")
    got = (await boxes.got(3 if kind == 2 else 1))[-1]
    assert got.path.startswith(f"/dlr/{kind}/")


@pytest.mark.parametrize(
    ("text", "coding"),
    [("Long ago, in a town by the sea. " * 9, "0"), ("\u0416\U0001f45e " * 40, "2")],
)
async def test_it_splits_a_long_message_itself(
    boxes: Kannel, account: Account, text: str, coding: str
) -> None:
    """Its parts with their user data headers are one text on the phone."""
    assert (await boxes.send(ANN, text, charset="UTF-8", coding=coding)).status == 202
    (message,) = await _sent(account, 1)
    assert message["text"] == text


@pytest.mark.parametrize("text", ["hi+Kannel", "0123456789" * 25])
async def test_a_text_from_a_phone_reaches_the_service(
    boxes: Kannel, account: Account, text: str
) -> None:
    """Put together where it came in parts."""
    await account.text(f"+{ANN}", text)
    (got,) = await boxes.got(1)
    assert got.path == f"/mo/3125550101/65047/{text}"


@pytest.mark.parametrize("text", ["\u0416\U0001f45e", "shoes," * 20 + "\U0001f45e"])
async def test_a_text_in_ucs_2_reaches_the_service(
    boxes: Kannel, account: Account, text: str
) -> None:
    """Kannel hands on its octets, those of all parts."""
    await account.text(f"+{ANN}", text)
    (got,) = await boxes.got(1)
    assert (
        unquote_to_bytes(got.path.removeprefix("/mo/3125550101/65047/")).decode("utf-16-be") == text
    )

"""kill -9 in the middle of a load: whatever was acknowledged is there after a restart."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

import aiohttp

AFTER = 400
"""How many acknowledged calls the simulator is killed after."""


class _Served:
    """A simulator in a process of its own on a database file."""

    def __init__(self, database: Path) -> None:
        self.database = database
        self.ready = database.with_suffix(".ready")
        self.url = ""
        self.process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> _Served:
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "harness", "serve", "--port", "0"),
            *("--db", str(self.database), "--ready-file", str(self.ready)),
            stdout=asyncio.subprocess.PIPE,
        )
        assert self.process.stdout is not None
        assert await self.process.stdout.readline()
        self.url = json.loads(self.ready.read_text())["url"]
        return self

    async def __aexit__(self, *_exc: object) -> None:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        await self.process.wait()


async def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    """Every participant, subscription and message that was answered 2XX outlives a kill -9."""
    participants: list[str] = []
    members: list[str] = []
    messages: list[str] = []
    async with _Served(tmp_path / "smsim.db") as served:
        process = served.process
        assert process is not None
        enough = asyncio.Event()

        def acknowledged() -> None:
            if len(participants) + len(members) + len(messages) >= AFTER:
                enough.set()

        async def client(number: int) -> None:
            async with aiohttp.ClientSession() as session:
                for turn in range(10_000):
                    mdn = f"+1312{5_000_000 + number * 10_000 + turn}"
                    await _join(session, served.url, mdn, participants, members, messages)
                    acknowledged()

        clients = [asyncio.create_task(client(number)) for number in range(8)]
        await enough.wait()
        process.send_signal(signal.SIGKILL)
        await process.wait()
        await asyncio.gather(*clients, return_exceptions=True)
    assert len(participants) > 50
    assert len(members) > 50
    assert len(messages) > 50
    async with _Served(tmp_path / "smsim.db") as served, aiohttp.ClientSession() as session:
        for mdn in participants:
            found = await _get(session, served.url, f"/mobiledb/persons?mdn=%2B{mdn[1:]}")
            assert [item["mobile_phone"]["mdn"] for item in found] == [mdn]
        for mdn in members:
            path = f"/mobiledb/subscription_lists/1001/subscribers?mdn=%2B{mdn[1:]}"
            assert (await _get(session, served.url, path))["mobile_phone"]["mdn"] == mdn
        for message_id in messages:
            url = f"{served.url}/_sim/accounts/demo/messages/{message_id}"
            async with session.get(url) as response:
                assert response.status == 200


async def _join(
    session: aiohttp.ClientSession,
    url: str,
    mdn: str,
    participants: list[str],
    members: list[str],
    messages: list[str],
) -> None:
    """Ask, say yes, and send one message; each is noted only once it was acknowledged."""
    body = {"mobile_phone": {"mdn": mdn}}
    path = f"{url}/companies/demo/campaigns/acquisition/JoinVip01/participants"
    async with session.post(path, json=body, headers=_HEADERS) as response:
        assert response.status == 201
        await response.read()
        participants.append(mdn)
    async with session.post(
        f"{url}/_sim/accounts/demo/handsets/{mdn}/messages", json={"text": "Y"}
    ) as response:
        assert response.status == 202
        await response.read()
        members.append(mdn)
    xml = (
        f'<mtMessage><destination address="{mdn}"/><source address="65047"/>'
        "<text>Sale</text></mtMessage>"
    )
    headers = {**_HEADERS, "Content-Type": "text/xml"}
    async with session.post(f"{url}/MessageApi/mt/messages", data=xml, headers=headers) as response:
        assert response.status == 200
        messages.append((await response.text()).split('messageId="')[1].split('"')[0])


async def _get(session: aiohttp.ClientSession, url: str, path: str) -> Any:
    async with session.get(f"{url}/companies/demo{path}", headers=_HEADERS) as response:
        assert response.status == 200, path
        return await response.json()


_HEADERS = {"Authorization": "Basic ZGVtbzpkZW1v", "X-API-Version": "2"}

"""Callbacks over HTTP, with aiohttp: one try, bounded in time, its outcome told in plain words."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from yarl import URL

from simulator.domain.account import Account
from simulator.domain.lines import Delivery
from simulator.domain.notices import MoNotice
from simulator.nearby import Nearby
from simulator.runtime.clock import elapsed_ms, stopwatch
from simulator.runtime.ports import Exchange
from simulator.wire.callback_bodies import outgoing

KEPT_OF_ANSWER = 2_048


class HttpTransport:
    """Sends callbacks. Redirects are not followed: a 3XX is tried again (Vibes: callbacks).

    `near` has the servers of this process by `host:port`: they are reached without a socket.
    """

    def __init__(self, near: Mapping[str, Nearby] | None = None) -> None:
        self._near = near if near is not None else {}
        self._session: aiohttp.ClientSession | None = None

    async def send(
        self, account: Account, delivery: Delivery, attempt: int, hosts: Mapping[str, str]
    ) -> Exchange:
        """Try once. A refused connection, a time-out or a broken answer is an error in words."""
        headers, body = outgoing(account, delivery, attempt)
        status: int | None = None
        error: str | None = None
        answer = ""
        started = stopwatch()
        limit = account.settings.callback_timeout_ms / 1000
        try:
            url, host = _resolve(delivery.url, hosts)
            sent = {**headers, **_auth(account, delivery), **({"Host": host} if host else {})}
            async with asyncio.timeout(limit):
                status, told = await self._exchange(delivery.method, url, sent, body)
            answer = told[:KEPT_OF_ANSWER].decode(errors="replace")
        except TimeoutError:
            status, error = None, f"no answer within {limit:g} s"
        except (aiohttp.ClientError, OSError, ValueError) as failure:
            status, error = None, f"{type(failure).__name__}: no answer from {delivery.url}"
        return Exchange(
            request_headers=headers,
            request_body=body.decode(),
            status=status,
            error=error,
            response_body=answer,
            took_ms=elapsed_ms(started),
        )

    async def _exchange(
        self, method: str, url: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, bytes]:
        if self._near:
            target = URL(url)
            server = self._near.get(target.authority)
            if server is not None:
                return await server.exchange(method, target.relative(), headers, body)
        async with self._open().request(
            method, url, data=body, headers=headers, allow_redirects=False
        ) as response:
            return response.status, await response.content.read(KEPT_OF_ANSWER)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=200), timeout=aiohttp.ClientTimeout()
            )
        return self._session


def _auth(account: Account, delivery: Delivery) -> dict[str, str]:
    """Only the MO callback knows Basic auth (Connect: authentication)."""
    connect = account.connect
    if not isinstance(delivery.notice, MoNotice) or connect.mo_user is None:
        return {}
    credentials = f"{connect.mo_user}:{connect.mo_password or ''}".encode()
    return {"Authorization": f"Basic {base64.b64encode(credentials).decode()}"}


def _resolve(url: str, hosts: Mapping[str, str]) -> tuple[str, str | None]:
    """The URL to call, and the Host header where an alias stands for the host."""
    parts = urlsplit(url)
    target = hosts.get(parts.netloc)
    if target is None:
        return url, None
    return urlunsplit(parts._replace(netloc=target)), parts.netloc

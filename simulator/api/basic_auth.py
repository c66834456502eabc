"""HTTP Basic auth: which account a request speaks for."""

from __future__ import annotations

import base64
import hmac
from functools import lru_cache

from aiohttp import hdrs, web

from simulator.api.keys import ACCOUNTS
from simulator.runtime.universe import Universe


def speaker(request: web.Request) -> Universe | None:
    """The account whose user and password the request carries, or None."""
    login, password = _credentials(request.headers.get(hdrs.AUTHORIZATION, ""))
    universe = request.app[ACCOUNTS].of_user(login)
    if universe is None:
        return None
    same = hmac.compare_digest(universe.record.password.encode(), password)
    return universe if same else None


@lru_cache(maxsize=1024)
def _credentials(header: str) -> tuple[str, bytes]:
    """User and password of `Basic base64(user:password)`; empty where it is no such header."""
    scheme, _, encoded = header.partition(" ")
    try:
        login, _, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
        return (login.decode(), password) if scheme.lower() == "basic" else ("", b"")
    except ValueError:
        return "", b""

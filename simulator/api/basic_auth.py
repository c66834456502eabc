"""HTTP Basic auth: which account a request speaks for."""

from __future__ import annotations

import hmac

from aiohttp import BasicAuth, hdrs, web

from simulator.api.keys import ACCOUNTS
from simulator.runtime.universe import Universe


def speaker(request: web.Request) -> Universe | None:
    """The account whose user and password the request carries, or None."""
    try:
        auth = BasicAuth.decode(request.headers.get(hdrs.AUTHORIZATION, ""), encoding="utf-8")
    except ValueError:
        return None
    universe = request.app[ACCOUNTS].of_user(auth.login)
    if universe is None:
        return None
    same = hmac.compare_digest(universe.record.password.encode(), auth.password.encode())
    return universe if same else None
